//! `completions` and `man`: made from the definition of the arguments and the tables, at run time.

use std::fmt::Write as _;

use clap::{Arg, Command, CommandFactory};
use clap_complete::Shell;

use crate::cli::args::Cli;
use crate::cli::output::Out;
use crate::error::Error;
use crate::filter::FIELDS;
use crate::tui::action::ACTIONS;

/// What the environment says.
const ENVIRONMENT: [(&str, &str); 6] = [
    ("AFTERWORD_STORE", "The store, where --store does not say."),
    (
        "AFTERWORD_CONFIG",
        "The configuration, where --config does not say.",
    ),
    (
        "AFTERWORD_REVIEWER",
        "Who decides, where --reviewer does not say.",
    ),
    (
        "AFTERWORD_NOW",
        "A fixed clock for tests, like 2026-05-01T14:00:00Z.",
    ),
    ("NO_COLOR", "Set to anything: no colours on the screen."),
    ("PAGER", "Shows a conversation from the screen."),
];

const EXIT: [(&str, &str); 5] = [
    ("0", "Done."),
    (
        "1",
        "Failed; also where the store is foreign, newer or damaged.",
    ),
    ("2", "Wrong usage, or no terminal where one is needed."),
    (
        "3",
        "An import finished, but left records out; an export, but left damaged conversations out.",
    ),
    ("130", "Stopped by Ctrl-C."),
];

const FILES: [(&str, &str); 2] = [
    (
        "store.db",
        "The store, in the data directory of the platform; `afterword config path` says where. It alone \
         holds conversations and reviews.",
    ),
    (
        "config.toml",
        "The configuration, in the configuration directory: `reviewer`, `store`, `glyphs`, `mouse`, and \
         `[keys]` as `afterword config keys` prints them.",
    ),
];

pub(crate) fn completions(shell: Shell, out: &mut Out) -> Result<(), Error> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "afterword", &mut text);
    out.own(&text)
}

/// One page for everything: whoever looks for a command searches it.
pub(crate) fn man(out: &mut Out) -> Result<(), Error> {
    let mut command = Cli::command();
    // Only what is built knows the whole names of its commands.
    command.build();
    let page = clap_mangen::Man::new(command.clone()).section("1");
    let mut head = Vec::new();
    page.render_title(&mut head)?;
    page.render_name_section(&mut head)?;
    out.own(&head)?;
    let mut text = String::new();
    text.push_str(".SH SYNOPSIS\n.B afterword\n[\\fIoptions\\fR] [\\fIcommand\\fR]\n");
    text.push_str(".SH DESCRIPTION\n");
    paragraphs(&mut text, &about(&command));
    text.push_str(".SH OPTIONS\n");
    let general = |arg: &&Arg| !arg.is_positional();
    let options = command.get_arguments().filter(general);
    options.for_each(|arg| argument(&mut text, arg));
    text.push_str(".SH COMMANDS\n");
    for sub in command.get_subcommands() {
        one_command(&mut text, sub, &mut vec!["afterword"]);
    }
    terms(
        &mut text,
        "KEYS",
        ACTIONS
            .iter()
            .map(|i| (i.reached_by(&i.default_keys()), i.help.to_owned())),
    );
    let fields = FIELDS.iter().filter(|f| !f.name.is_empty());
    text.push_str(
        ".SH FILTERS\nTerms side by side must all hold; a comma means or within a field, OR between terms; \
         \\- or NOT negates and is the exact complement; \\(dqnone\\(dq asks for absence; a * at the end \
         matches what begins so; words and \\(dqphrases\\(dq search all messages.\n",
    );
    for field in fields {
        term(
            &mut text,
            field.example,
            &format!("Conversations {}.", field.help),
        );
    }
    let own = |rows: &'static [(&str, &str)]| {
        rows.iter()
            .map(|(name, words)| ((*name).to_owned(), (*words).to_owned()))
    };
    terms(&mut text, "ENVIRONMENT", own(&ENVIRONMENT));
    terms(&mut text, "FILES", own(&FILES));
    terms(&mut text, "EXIT STATUS", own(&EXIT));
    out.own(text.as_bytes())
}

/// A command with its arguments, or where it has commands of its own, those.
fn one_command<'c>(text: &mut String, command: &'c Command, names: &mut Vec<&'c str>) {
    names.push(command.get_name());
    if command.has_subcommands() {
        for sub in command.get_subcommands().filter(|c| c.get_name() != "help") {
            one_command(text, sub, names);
        }
    } else {
        let own = |arg: &&Arg| !arg.is_global_set() && !arg.is_hide_set() && arg.get_id() != "help";
        let operands: Vec<String> = command.get_positionals().map(operand).collect();
        let mut options = command.get_arguments().filter(own);
        let options = match options.any(|a| !a.is_positional()) {
            true => " [options]",
            false => "",
        };
        let line = format!("{}{options} {}", names.join(" "), operands.join(" "));
        let _ = writeln!(
            text,
            ".SS \"{}\"",
            roff(line.trim_end()).replace('"', "\\(dq")
        );
        paragraphs(text, &about(command));
        for arg in command.get_arguments().filter(own) {
            argument(text, arg);
        }
        if let Some(examples) = command.get_after_help() {
            let examples = examples.to_string();
            text.push_str(".PP\n.nf\n");
            for line in examples.lines() {
                let _ = writeln!(text, "{}", roff(line));
            }
            text.push_str(".fi\n");
        }
    }
    names.pop();
}

/// The long words about a command, else the short ones.
fn about(command: &Command) -> String {
    let words = command.get_long_about().or_else(|| command.get_about());
    words.map(ToString::to_string).unwrap_or_default()
}

fn paragraphs(text: &mut String, words: &str) {
    for (i, paragraph) in words.split("\n\n").enumerate() {
        if i > 0 {
            text.push_str(".PP\n");
        }
        let end = if paragraph.ends_with('.') { "" } else { "." };
        let _ = writeln!(text, "{}{end}", roff(paragraph));
    }
}

/// `[ID…]`, `PATH…`.
fn operand(arg: &Arg) -> String {
    let name = value_name(arg);
    let many = arg.get_num_args().is_some_and(|n| n.max_values() > 1)
        || matches!(arg.get_action(), clap::ArgAction::Append);
    let name = if many { format!("{name}…") } else { name };
    if arg.is_required_set() {
        name
    } else {
        format!("[{name}]")
    }
}

fn value_name(arg: &Arg) -> String {
    match arg.get_value_names() {
        Some([name, ..]) => name.to_string(),
        _ => arg.get_id().as_str().to_uppercase(),
    }
}

fn argument(text: &mut String, arg: &Arg) {
    let mut name = String::new();
    if let Some(short) = arg.get_short() {
        let _ = write!(name, "-{short}, ");
    }
    match arg.get_long() {
        Some(long) => {
            let _ = write!(name, "--{long}");
            if arg.get_action().takes_values() {
                let _ = write!(name, " {}", value_name(arg));
            }
        }
        None => name = value_name(arg),
    }
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let end = if help.ends_with(['.', '…']) {
        ""
    } else {
        "."
    };
    term(text, &name, &format!("{help}{end}"));
}

fn terms(text: &mut String, title: &str, rows: impl Iterator<Item = (String, String)>) {
    let _ = writeln!(text, ".SH \"{title}\"");
    for (name, words) in rows {
        term(text, &name, &words);
    }
}

fn term(text: &mut String, name: &str, words: &str) {
    let _ = writeln!(text, ".TP\n\\fB{}\\fR\n{}", roff(name), roff(words));
}

/// Text for roff: backslashes, hyphens and quotes as themselves, no line that begins a request.
fn roff(text: &str) -> String {
    let escaped = text
        .replace('\\', "\\e")
        .replace('-', "\\-")
        .replace('`', "\\(ga")
        .replace('\'', "\\(aq")
        .replace('^', "\\(ha")
        .replace('~', "\\(ti");
    let mut out = String::with_capacity(escaped.len());
    for (i, line) in escaped.lines().enumerate() {
        if i > 0 {
            out.push('\n');
        }
        if line.starts_with('.') {
            out.push_str("\\&");
        }
        out.push_str(line);
    }
    out
}
