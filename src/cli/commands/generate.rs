//! `completions` and `man`: made from the definition of the arguments and the tables, at run time.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::cli::args::Cli;
use crate::cli::output::Out;
use crate::error::Error;
use crate::filter::FIELDS;
use crate::tui::action::ACTIONS;

pub(crate) fn completions(shell: Shell, out: &mut Out) -> Result<(), Error> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "afterword", &mut text);
    out.own(&text)
}

pub(crate) fn man(out: &mut Out) -> Result<(), Error> {
    let command = Cli::command();
    let mut text = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut text)?;
    for sub in command.get_subcommands() {
        let title = roff(sub.get_name());
        let about = roff(&sub.get_about().map(ToString::to_string).unwrap_or_default());
        text.extend(format!(".SS \"afterword {title}\"\n{about}\n").into_bytes());
    }
    let mut keys = String::from(".SH KEYS\n");
    for info in ACTIONS {
        let bound = info.keys.join(" ");
        keys.push_str(&format!(".TP\n{}\n{}\n", roff(&bound), roff(info.help)));
    }
    keys.push_str(".SH FILTERS\n");
    for field in FIELDS.iter().filter(|f| !f.name.is_empty()) {
        keys.push_str(&format!(
            ".TP\n{}\nConversations {}\n",
            roff(field.example),
            roff(field.help)
        ));
    }
    keys.push_str(
        ".SH EXIT STATUS\n0 done; 1 failed; 2 wrong usage, or no terminal where one is needed; 3 an import finished but left records out; 130 after Ctrl-C.\n",
    );
    text.extend(keys.into_bytes());
    out.own(&text)
}

/// Text for roff: backslashes and hyphens escaped, no line that begins a request.
fn roff(text: &str) -> String {
    let escaped = text.replace('\\', "\\e").replace('-', "\\-");
    if escaped.starts_with(['.', '\'']) {
        format!("\\&{escaped}")
    } else {
        escaped
    }
}
