//! Wrong usage in our own words: one harmless line, and what was probably meant.

use std::ffi::OsString;

use clap::CommandFactory;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::args::Cli;
use crate::error::Error;

/// What the parser of the arguments has to say. `None`: it was help or version, and is printed.
pub(super) fn error(error: &clap::Error, args: &[OsString]) -> Option<Error> {
    if matches!(
        error.kind(),
        ErrorKind::DisplayHelp
            | ErrorKind::DisplayVersion
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    ) {
        drop(error.print());
        return None;
    }
    let rendered = error.render().to_string();
    let words = Error::usage(first_paragraph(&rendered));
    Some(match meant(error) {
        Some(name) => words.hint(format!("did you mean `{name}`?")),
        None => words.hint(
            tip(&rendered).unwrap_or_else(|| format!("`{} --help` shows how", command(args))),
        ),
    })
}

/// The words before the first empty line, on one line.
fn first_paragraph(rendered: &str) -> String {
    let words = rendered.split("\n\n").next().unwrap_or_default();
    let words = words.strip_prefix("error: ").unwrap_or(words);
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The command, option or value that was probably meant.
fn meant(error: &clap::Error) -> Option<&str> {
    [
        ContextKind::SuggestedSubcommand,
        ContextKind::SuggestedArg,
        ContextKind::SuggestedValue,
    ]
    .into_iter()
    .find_map(|kind| match error.get(kind)? {
        ContextValue::String(name) => Some(name.as_str()),
        ContextValue::Strings(names) => names.first().map(String::as_str),
        _ => None,
    })
}

fn tip(rendered: &str) -> Option<String> {
    let tip = rendered
        .lines()
        .find_map(|l| l.trim().strip_prefix("tip: "))?;
    Some(tip.to_owned())
}

/// `afterword tag add`: the command whose help helps.
fn command(args: &[OsString]) -> String {
    let root = Cli::command();
    let mut command = &root;
    let mut names = root.get_name().to_owned();
    for arg in args.iter().skip(1) {
        if let Some(sub) = command.find_subcommand(arg) {
            command = sub;
            names.push(' ');
            names.push_str(sub.get_name());
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use crate::cli::Cli;

    fn said(words: &str) -> String {
        let args: Vec<_> = words.split(' ').map(Into::into).collect();
        let error = Cli::try_parse_from(&args).expect_err("wrong usage");
        let error = super::error(&error, &args);
        error.expect("it is no help").to_string()
    }

    #[test]
    fn wrong_usage_is_one_line_with_what_was_meant() {
        assert_eq!(
            said("afterword lst"),
            "unrecognized subcommand 'lst'\nhint: did you mean `list`?"
        );
        assert_eq!(
            said("afterword list --jsn"),
            "unexpected argument '--jsn' found\nhint: did you mean `--json`?"
        );
        assert_eq!(
            said("afterword tag add"),
            "the following required arguments were not provided: <TAG> <ID>...\n\
             hint: `afterword tag add --help` shows how"
        );
        assert_eq!(
            said("afterword tag describe x --key yes"),
            "invalid value 'yes' for '--key <DIGIT>': too many characters in string\n\
             hint: `afterword tag describe --help` shows how"
        );
    }
}
