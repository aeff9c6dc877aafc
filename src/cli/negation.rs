//! Negated filter terms among the arguments: `list -tag:x` is a filter, not an option.

use std::ffi::OsString;

use clap::{Command, CommandFactory};

use super::args::Cli;

/// Makes `-tag:x` and `-(a OR b)` a filter (`NOT tag:x`) where a filter is taken: the parser of the
/// arguments only sees a hyphen. Words that belong to an option, to another command, or stand after
/// `--` stay as they are.
pub(super) fn protect_filters(args: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let root = Cli::command();
    let mut command = &root;
    let mut args = args.into_iter();
    let mut out: Vec<OsString> = args.next().into_iter().collect();
    while let Some(arg) = args.next() {
        let text = arg.to_str().unwrap_or_default().to_owned();
        if text == "--" {
            out.push(arg);
            out.extend(args.by_ref());
        } else if let Some(name) = text.strip_prefix("--") {
            out.push(arg);
            if takes_value(command, name) || takes_value(&root, name) {
                let value = args.next();
                out.extend(value.map(|v| if name == "filter" { negated(v) } else { v }));
            }
        } else if takes_filter(command) && is_negation(&text, command, &root) {
            out.push(negated(arg));
        } else {
            command = command.find_subcommand(&text).unwrap_or(command);
            out.push(arg);
        }
    }
    out
}

fn takes_value(command: &Command, name: &str) -> bool {
    let mut options = command.get_opts();
    options.any(|o| o.get_long() == Some(name) && o.get_action().takes_values())
}

fn takes_filter(command: &Command) -> bool {
    command
        .get_positionals()
        .any(|p| p.get_value_names().is_some_and(|n| n == ["FILTER"]))
}

/// One letter stays an option, so that a wrong one is said; so does `-json` for `--json`.
fn is_negation(text: &str, command: &Command, root: &Command) -> bool {
    let Some(rest) = text.strip_prefix('-').filter(|r| r.chars().count() > 1) else {
        return false;
    };
    let is_option = [command, root]
        .iter()
        .any(|c| c.get_arguments().any(|a| a.get_long() == Some(rest)));
    let is_short =
        |c: char| matches!(c, 'h' | 'V') || root.get_arguments().any(|a| a.get_short() == Some(c));
    !is_option && !rest.chars().all(is_short)
}

fn negated(word: OsString) -> OsString {
    match word.to_str().and_then(|w| w.strip_prefix('-')) {
        Some(rest) if !rest.is_empty() && !rest.starts_with('-') => format!("NOT {rest}").into(),
        _ => word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn negated_terms_are_filters_and_options_stay_options() {
        let args = |text: &str| -> String {
            let words = text.split(' ').map(Into::into);
            let done: Vec<_> = protect_filters(words)
                .into_iter()
                .map(|a| a.into_string().unwrap())
                .collect();
            done.join("|")
        };
        for (typed, expected) in [
            ("a list -tag:x --json", "a|list|NOT tag:x|--json"),
            ("a --store f list -(a OR", "a|--store|f|list|NOT (a|OR"),
            (
                "a list -q -vv is:unread -refund",
                "a|list|-q|-vv|is:unread|NOT refund",
            ),
            ("a count -is:saved list", "a|count|NOT is:saved|list"),
            ("a preset save x -tag:y", "a|preset|save|x|NOT tag:y"),
            (
                "a mark reviewed --filter -is:saved",
                "a|mark|reviewed|--filter|NOT is:saved",
            ),
            ("a list --limit -50", "a|list|--limit|-50"),
            ("a list -x -json -h", "a|list|-x|-json|-h"),
            ("a list -- -tag:x", "a|list|--|-tag:x"),
            ("a note list -tag:x", "a|note|list|-tag:x"),
            ("a import -", "a|import|-"),
            ("a", "a"),
        ] {
            assert_eq!(args(typed), expected);
        }
    }
}
