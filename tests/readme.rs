//! Holds the README to the program: its tables come from the program's own, its commands and filters are
//! ones the program takes, its links lead somewhere.
//!
//! `README_UPDATE=1 cargo test --test readme` writes the tables anew.

#![allow(clippy::unwrap_used)] // helpers of tests are tests

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use afterword::cli::Cli;
use afterword::export::outputs::OUTPUTS;
use afterword::filter::{self, FIELDS, LEARNING_SETS};
use afterword::import::formats::table::FORMATS;
use afterword::tui::action::{ACTIONS, Scope};
use clap::CommandFactory;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn readme() -> String {
    fs::read_to_string(root().join("README.md")).unwrap()
}

/// A bar would end the cell, a star would set what follows in italics.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('*', "\\*")
}

fn code(text: &str) -> String {
    format!("`{}`", text.replace('|', "\\|"))
}

fn keys_table() -> String {
    let mut out = String::from("| keys | does | where |\n|---|---|---|\n");
    for info in ACTIONS {
        let (keys, help) = match info.name {
            "tag-1" => ("`1` … `9`".to_owned(), "Tag on that digit, on or off"),
            name if name.starts_with("tag-") => continue,
            _ => {
                let keys: Vec<String> = info.default_keys().iter().map(|k| code(k)).collect();
                let none = || code(&info.reached_by(&[]));
                let shown = if keys.is_empty() {
                    none()
                } else {
                    keys.join(" ")
                };
                (shown, info.help)
            }
        };
        let scopes: Vec<&str> = info.scopes.iter().map(|s: &Scope| s.title()).collect();
        let help = cell(help);
        writeln!(out, "| {keys} | {help} | {} |", scopes.join(", ")).unwrap();
    }
    out
}

fn fields_table() -> String {
    let mut out =
        String::from("| field | conversations … | absent | example |\n|---|---|---|---|\n");
    for info in FIELDS {
        let name = match info.name {
            "" => "*words*".to_owned(),
            name => code(&format!("{name}:")),
        };
        let absent = if info.absence { "`none`" } else { "" };
        let (help, example) = (cell(info.help), code(info.example));
        writeln!(out, "| {name} | {help} | {absent} | {example} |").unwrap();
    }
    out
}

fn sets_table() -> String {
    let mut out = String::from("| set | filter | conversations |\n|---|---|---|\n");
    for set in &LEARNING_SETS {
        let (filter, help) = (code(set.filter), cell(set.help));
        writeln!(out, "| {} | {filter} | {help} |", set.name).unwrap();
    }
    out
}

fn formats_table() -> String {
    let mut out =
        String::from("| format | what it is | recognised by | known |\n|---|---|---|---|\n");
    for format in FORMATS {
        let name = code(format.name);
        let (title, recognised) = (cell(format.title), cell(format.recognised));
        let known = format.evidence.words();
        writeln!(out, "| {name} | {title} | {recognised} | {known} |").unwrap();
    }
    out
}

fn outputs_table() -> String {
    let mut out = String::from("| output | what it is | options |\n|---|---|---|\n");
    for info in OUTPUTS {
        let takes: Vec<String> = info
            .takes
            .iter()
            .map(|choice| code(&format!("--{}", choice.name())))
            .collect();
        let (name, words) = (code(info.name), cell(info.words));
        writeln!(out, "| {name} | {words} | {} |", takes.join(" ")).unwrap();
    }
    out
}

/// `text` with what stands between the markers of `name` replaced.
fn with_part(text: &str, name: &str, part: &str) -> String {
    let (open, close) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let from = text.find(&open).expect("the opening marker is there") + open.len();
    let to = from
        + text[from..]
            .find(&close)
            .expect("the closing marker is there");
    format!("{}{part}{}", &text[..from], &text[to..])
}

#[test]
fn its_tables_are_those_of_the_program() {
    let old = readme();
    let parts = [
        ("keys", keys_table()),
        ("fields", fields_table()),
        ("sets", sets_table()),
        ("formats", formats_table()),
        ("outputs", outputs_table()),
    ];
    let new = parts.iter().fold(old.clone(), |text, (name, part)| {
        with_part(&text, name, part)
    });
    if std::env::var_os("README_UPDATE").is_some() {
        fs::write(root().join("README.md"), &new).unwrap();
        return;
    }
    for (old, new) in old.lines().zip(new.lines()) {
        assert_eq!(old, new, "run `README_UPDATE=1 cargo test --test readme`");
    }
    assert_eq!(old, new, "run `README_UPDATE=1 cargo test --test readme`");
}

/// Lines of the fenced blocks of this language.
fn fenced(text: &str, language: &str) -> Vec<String> {
    let mut inside = None;
    let mut found = Vec::new();
    for line in text.lines() {
        match (line.strip_prefix("```"), inside) {
            (Some(_), Some(_)) => inside = None,
            (Some(name), None) => inside = Some(name == language),
            (None, Some(true)) => found.push(line.to_owned()),
            (None, _) => {}
        }
    }
    found
}

/// Code spans outside fenced blocks.
fn spans(text: &str) -> Vec<String> {
    let mut fence = false;
    let mut found = Vec::new();
    for line in text.lines() {
        if line.starts_with("```") {
            fence = !fence;
        } else if !fence {
            found.extend(line.split('`').skip(1).step_by(2).map(str::to_owned));
        }
    }
    found
}

/// The words of a command as a shell would part them: quotes hold together, a pipe parts commands.
fn commands(line: &str) -> Vec<Vec<String>> {
    let mut all = vec![Vec::new()];
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in line.chars().chain([' ']) {
        match (c, quote) {
            (c, Some(open)) if c == open => quote = None,
            (c, Some(_)) => word.get_or_insert_default().push(c),
            ('\'' | '"', None) => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (' ' | '|', None) => {
                let last = all.len() - 1;
                all[last].extend(word.take());
                if c == '|' {
                    all.push(Vec::new());
                }
            }
            (c, None) => word.get_or_insert_default().push(c),
        }
    }
    all
}

/// Commands of the program that the README names, from its shell blocks and its code spans.
fn named_commands() -> Vec<Vec<String>> {
    let text = readme();
    let lines = fenced(&text, "sh").into_iter().chain(spans(&text));
    let mut found = Vec::new();
    for words in lines.flat_map(|line| commands(&line)) {
        match words.first().map(String::as_str) {
            Some("afterword") => found.push(words),
            Some("cargo") => {
                if let Some(at) = words.iter().position(|w| w == "--")
                    && words.iter().any(|w| w == "run")
                    && !words.iter().any(|w| w == "--example")
                {
                    let rest = words.into_iter().skip(at + 1);
                    found.push(
                        std::iter::once("afterword".to_owned())
                            .chain(rest)
                            .collect(),
                    );
                }
            }
            _ => {}
        }
    }
    found
}

#[test]
fn its_commands_are_taken() {
    let named = named_commands();
    assert!(named.len() >= 15, "{named:?}");
    for words in named {
        let line = words.join(" ");
        match Cli::command().try_get_matches_from(&words) {
            Ok(matches) => {
                let Some((name, sub)) = matches.subcommand() else {
                    continue;
                };
                let mut filters: Vec<String> = Vec::new();
                if let Ok(Some(filter)) = sub.try_get_one::<String>("filter") {
                    filters.push(filter.clone());
                }
                if ["list", "count", "export"].contains(&name) {
                    let words = sub.get_many::<String>("words").into_iter().flatten();
                    filters.push(words.cloned().collect::<Vec<_>>().join(" "));
                }
                for filter in filters {
                    assert!(filter::parse(&filter).is_ok(), "{line}: {filter}");
                }
            }
            // `--help` is an answer, not a mistake.
            Err(error) => assert_eq!(error.exit_code(), 0, "{line}: {error}"),
        }
    }
}

#[test]
fn every_command_is_documented_somewhere() {
    let changelog = fs::read_to_string(root().join("CHANGELOG.md")).unwrap();
    let text = format!("{}{changelog}", readme());
    for command in Cli::command().get_subcommands() {
        let name = command.get_name();
        let named = [format!("`{name}`"), format!("afterword {name}")];
        assert!(
            named.iter().any(|n| text.contains(n)),
            "`{name}` is named nowhere"
        );
    }
}

#[test]
fn its_filters_parse() {
    let filters = fenced(&readme(), "filter");
    assert!(filters.len() >= 3);
    for filter in filters {
        assert!(
            filter::parse(&filter).is_ok(),
            "{filter}: {:?}",
            filter::parse(&filter)
        );
    }
}

#[test]
fn its_configuration_is_read() {
    let toml = fenced(&readme(), "toml").join("\n");
    let config = afterword::config::Config::parse(&toml, "README.md").unwrap();
    assert!(config.keymap().is_ok());
    assert_eq!(config.reviewer.as_deref(), Some("anna"));
}

#[test]
fn its_links_lead_somewhere() {
    let text = readme();
    let targets: Vec<&str> = text
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .filter(|target| !target.contains("://") && !target.starts_with('#'))
        .collect();
    assert!(targets.contains(&"assets/screen.svg"));
    for target in targets {
        assert!(root().join(target).is_file(), "{target}");
    }
}

#[test]
fn commands_are_parted_like_a_shell_does() {
    assert_eq!(
        commands(r#"curl -s "a b" | afterword list 'is:x -y'"#),
        [
            vec!["curl", "-s", "a b"],
            vec!["afterword", "list", "is:x -y"]
        ]
    );
}
