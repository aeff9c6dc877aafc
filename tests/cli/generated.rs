//! Help, manual and completions: made from one definition, so that none of them goes stale.

use std::io::Write;
use std::process::{Command, Stdio};

use afterword::cli::Cli;
use clap::CommandFactory;

use crate::world::World;

/// Every command with its own commands, as words.
fn commands() -> Vec<Vec<String>> {
    fn walk(command: &clap::Command, before: &[String], all: &mut Vec<Vec<String>>) {
        all.push(before.to_vec());
        for sub in command.get_subcommands() {
            let name = sub.get_name().to_owned();
            walk(sub, &[before, &[name]].concat(), all);
        }
    }
    let mut all = Vec::new();
    walk(&Cli::command(), &[], &mut all);
    all
}

#[test]
fn the_whole_reference() {
    let world = World::empty();
    let mut out = String::new();
    for words in commands() {
        let mut args: Vec<&str> = words.iter().map(String::as_str).collect();
        args.push("--help");
        let help = world.stdout(&args);
        // The options that all share are shown once.
        let (own, _) = match help.split_once("\nGlobal options:") {
            Some(parts) if !words.is_empty() => parts,
            _ => (help.as_str(), ""),
        };
        let after = match help.split_once("\nExample") {
            Some((_, rest)) if !words.is_empty() => format!("\nExample{rest}"),
            _ => String::new(),
        };
        let title = [vec!["afterword".to_owned()], words.clone()]
            .concat()
            .join(" ");
        out.push_str(&format!("=== {title}\n{own}{after}\n"));
        for line in help.lines() {
            assert!(line.chars().count() <= 100, "{title}: {line}");
        }
    }
    insta::assert_snapshot!("help", out);
}

#[test]
fn examples_in_the_help_are_taken() {
    for words in commands() {
        let mut command = &Cli::command();
        for word in &words {
            command = command.find_subcommand(word).unwrap();
        }
        let examples = command
            .get_after_help()
            .map(ToString::to_string)
            .unwrap_or_default();
        for line in examples.lines() {
            let line = line
                .split(" > ")
                .next()
                .unwrap()
                .split(" (")
                .next()
                .unwrap();
            let Some(at) = line.find("afterword ").filter(|_| line.starts_with("  ")) else {
                continue;
            };
            let world = World::new();
            let said = world.run(&line[at + "afterword ".len()..]);
            // They name files and ids that are not here; but as usage they are right.
            assert!(
                !said.ends_with("[2]\n") || said.contains("needs a terminal"),
                "{line}: {said}"
            );
        }
    }
}

#[test]
fn the_manual_names_every_command_and_is_sound_roff() {
    let world = World::empty();
    let page = world.stdout(&["man"]);
    let headings: Vec<&str> = page
        .lines()
        .filter_map(|l| l.strip_prefix(".SS \""))
        .collect();
    for words in commands() {
        let name = [vec!["afterword".to_owned()], words.clone()]
            .concat()
            .join(" ");
        let has_own = commands()
            .iter()
            .any(|w| w.len() > words.len() && w.starts_with(&words));
        let named = headings.iter().any(|h| {
            let rest = h.strip_prefix(name.as_str()).unwrap_or("no");
            // Operands and options follow, no further name.
            rest.trim_start()
                .starts_with(|c: char| !c.is_ascii_lowercase())
        });
        assert_eq!(named, !has_own, "{name}: {headings:?}");
    }
    let known = [
        "TH", "SH", "SS", "TP", "PP", "B", "nf", "fi", "br", "RS", "RE", "IP", "ie", "el", "ds",
    ];
    for line in page.lines().filter(|l| l.starts_with(['.', '\''])) {
        let request = line[1..].split(' ').next().unwrap();
        assert!(line.starts_with('.') && known.contains(&request), "{line}");
    }
    let sections: Vec<&str> = page
        .lines()
        .filter_map(|l| l.strip_prefix(".SH "))
        .collect();
    for name in [
        "NAME",
        "SYNOPSIS",
        "OPTIONS",
        "COMMANDS",
        "KEYS",
        "FILTERS",
        "ENVIRONMENT",
        "FILES",
        "EXIT STATUS",
    ] {
        assert!(
            sections.iter().any(|s| s.trim_matches('"') == name),
            "{name}: {sections:?}"
        );
    }
    // A formatter, where there is one, has nothing to say against it.
    let groff = Command::new("groff")
        .args(["-man", "-Tutf8", "-Kutf8", "-ww"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn();
    match groff {
        Ok(mut groff) => {
            groff
                .stdin
                .take()
                .unwrap()
                .write_all(page.as_bytes())
                .unwrap();
            let done = groff.wait_with_output().unwrap();
            assert_eq!(String::from_utf8_lossy(&done.stderr), "");
        }
        Err(_) => eprintln!("skipped: no groff"),
    }
}

#[test]
fn every_shell_gets_completions_without_store_and_configuration() {
    let world = World::empty();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let done = world
            .command(&["completions", shell])
            .env("AFTERWORD_CONFIG", "none.toml")
            .output()
            .unwrap();
        assert!(done.status.success(), "{shell}");
        let text = String::from_utf8(done.stdout).unwrap();
        for word in ["import", "unflag", "with-review"] {
            assert!(text.contains(word), "{shell}: {word}");
        }
    }
    insta::assert_snapshot!(world.run("completions nu"), @r#"
    -- stderr --
    afterword: invalid value 'nu' for '<SHELL>' [possible values: bash, elvish, fish, powershell, zsh]
    hint: `afterword completions --help` shows how
    [2]
    "#);
}
