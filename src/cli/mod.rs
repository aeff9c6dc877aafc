//! The command line: arguments in, one file a command, results on standard output.
//!
//! Only this layer and `main` print. Exit status: 0 done, 1 failed, 2 wrong usage, 3 an import left
//! records out or an export damaged conversations, 130 after Ctrl-C.

mod args;
mod changes;
mod commands;
mod negation;
mod output;
mod progress;
mod select;
mod session;
mod signals;
mod usage;

pub use args::Cli;
pub use commands::screen::fill_demo;

use clap::Parser;

use crate::error::Error;
use args::Command;
use output::{Out, complain, say};
use session::Session;

/// Runs the program and gives its exit status.
pub fn main(args: impl IntoIterator<Item = std::ffi::OsString>) -> u8 {
    std::panic::set_hook(Box::new(|info| {
        // Where it happened, never with what: that may be somebody's words.
        let place = info.location().map(|l| format!(" ({l})"));
        let place = place.unwrap_or_default();
        say(&format!(
            "afterword: stopped by a fault of the program{place}; what was written before is kept"
        ));
    }));
    let args = negation::protect_filters(args);
    let cli = match Cli::try_parse_from(&args) {
        Ok(cli) => cli,
        Err(error) => {
            if let Some(wrong) = usage::error(&error, &args) {
                complain(&wrong);
            }
            return u8::try_from(error.exit_code()).unwrap_or(2);
        }
    };
    match run(cli) {
        Ok(status) => status,
        Err(error) => {
            complain(&error);
            error.kind.status()
        }
    }
}

fn run(cli: Cli) -> Result<u8, Error> {
    let mut out = Out::new(cli.global.quiet);
    // These need neither store nor configuration, and work where those are broken.
    match &cli.command {
        Some(Command::Formats { json }) => commands::formats::run(*json, &mut out)?,
        Some(Command::Completions { shell }) => commands::generate::completions(*shell, &mut out)?,
        Some(Command::Man) => commands::generate::man(&mut out)?,
        _ => return with_session(cli, out),
    }
    out.end()?;
    Ok(0)
}

fn with_session(cli: Cli, mut out: Out) -> Result<u8, Error> {
    let session = Session::new(cli.global)?;
    let status = match cli.command {
        None => return commands::screen::review(&session, None, None),
        Some(Command::Open { target }) => return commands::screen::open(&session, &target),
        Some(Command::Demo { keep }) => return commands::screen::demo(&session, keep.as_deref()),
        Some(Command::Import(args)) => commands::import::run(&session, &args, &mut out)?,
        Some(Command::List(args)) => done(commands::list::run(&session, &args, &mut out))?,
        Some(Command::Count { filter, by, json }) => {
            done(commands::count::run(&session, &filter, &by, json, &mut out))?
        }
        Some(Command::Show(args)) => done(commands::show::run(&session, &args, &mut out))?,
        Some(Command::Stats { filter, json, .. }) => done(commands::stats::confusion(
            &session, &filter, json, &mut out,
        ))?,
        Some(Command::Search(args)) => done(commands::search::run(&session, &args, &mut out))?,
        Some(Command::Mark { words, filter }) => done(commands::mark::run(
            &session,
            &words,
            filter.as_deref(),
            &out,
        ))?,
        Some(Command::Tag(command)) => done(commands::tag::run(&session, command, &mut out))?,
        Some(Command::Flag(args)) => done(commands::flag::run(&session, &args, true, &out))?,
        Some(Command::Unflag(args)) => done(commands::flag::run(&session, &args, false, &out))?,
        Some(Command::Note { target, text }) => done(commands::flag::note(
            &session,
            &target,
            &text.join(" "),
            &out,
        ))?,
        Some(Command::Correct { words, filter }) => done(commands::correct::run(
            &session,
            &words,
            filter.as_deref(),
            &out,
        ))?,
        Some(Command::Undo { what }) => done(commands::undo::run(&session, &what, &out))?,
        Some(Command::Redo) => done(commands::undo::redo(&session, &out))?,
        Some(Command::Log {
            id,
            since,
            bulk,
            json,
        }) => done(commands::log::run(
            &session,
            id.as_deref(),
            since.as_deref(),
            bulk,
            json,
            &mut out,
        ))?,
        Some(Command::Export(args)) => commands::export::run(&session, &args, &mut out)?,
        Some(Command::Preset(command)) => done(commands::preset::run(&session, command, &mut out))?,
        Some(Command::Doctor { deep, repair }) => {
            commands::doctor::run(&session, deep, repair, &mut out)?
        }
        Some(Command::Config(command)) => done(commands::config::run(&session, command, &mut out))?,
        // Done before.
        Some(Command::Formats { .. } | Command::Completions { .. } | Command::Man) => 0,
    };
    out.end()?;
    Ok(status)
}

fn done(result: Result<(), Error>) -> Result<u8, Error> {
    result.map(|()| 0)
}
