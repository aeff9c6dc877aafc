//! The command line: arguments in, one file a command, results on standard output.
//!
//! Only this layer and `main` print. Exit status: 0 done, 1 failed, 2 wrong usage, 3 an import left
//! records out, 130 after Ctrl-C.

mod args;
mod commands;
mod output;
mod select;
mod session;

pub use args::Cli;
pub use commands::screen::fill_demo;

use clap::Parser;

use crate::error::{Error, Kind};
use args::{Command, protect_filters};
use output::{Out, say};
use session::Session;

/// Runs the program and gives its exit status.
pub fn main(args: impl IntoIterator<Item = std::ffi::OsString>) -> u8 {
    let cli = match Cli::try_parse_from(protect_filters(args)) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are results; everything else is wrong usage, in clap's words.
            drop(error.print());
            return u8::try_from(error.exit_code()).unwrap_or(2);
        }
    };
    match run(cli) {
        Ok(status) => status,
        Err(error) if error.kind == Kind::ClosedPipe => 0,
        Err(error) => {
            if !error.text.is_empty() {
                say(&format!("afterword: {error}"));
            }
            error.kind.status()
        }
    }
}

fn run(cli: Cli) -> Result<u8, Error> {
    let session = Session::new(cli.global)?;
    let mut out = Out::new(session.quiet);
    let status = match cli.command {
        None => return commands::screen::review(&session, None),
        Some(Command::Open { target }) => return commands::screen::open(&session, &target),
        Some(Command::Demo { keep }) => return commands::screen::demo(&session, keep.as_deref()),
        Some(Command::Import(args)) => commands::import::run(&session, &args, &mut out)?,
        Some(Command::Formats { json }) => done(commands::formats::run(json, &mut out))?,
        Some(Command::List(args)) => done(commands::list::run(&session, &args, &mut out))?,
        Some(Command::Count { filter, by, json }) => {
            done(commands::count::run(&session, &filter, &by, json, &mut out))?
        }
        Some(Command::Show { id, at, json, raw }) => {
            done(commands::show::run(&session, &id, at, json, raw, &mut out))?
        }
        Some(Command::Mark { words, filter }) => done(commands::mark::run(
            &session,
            &words,
            filter.as_deref(),
            &mut out,
        ))?,
        Some(Command::Tag(command)) => done(commands::tag::run(&session, command, &mut out))?,
        Some(Command::Flag(args)) => done(commands::flag::run(&session, &args, true, &mut out))?,
        Some(Command::Unflag(args)) => done(commands::flag::run(&session, &args, false, &mut out))?,
        Some(Command::Note { target, text }) => done(commands::flag::note(
            &session,
            &target,
            &text.join(" "),
            &mut out,
        ))?,
        Some(Command::Undo { what }) => done(commands::undo::run(&session, &what, &mut out))?,
        Some(Command::Redo) => done(commands::undo::redo(&session, &mut out))?,
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
        Some(Command::Preset(command)) => done(commands::preset::run(&session, command, &mut out))?,
        Some(Command::Doctor { deep, repair }) => {
            commands::doctor::run(&session, deep, repair, &mut out)?
        }
        Some(Command::Config(command)) => done(commands::config::run(&session, command, &mut out))?,
        Some(Command::Completions { shell }) => {
            done(commands::generate::completions(shell, &mut out))?
        }
        Some(Command::Man) => done(commands::generate::man(&mut out))?,
    };
    out.end()?;
    Ok(status)
}

fn done(result: Result<(), Error>) -> Result<u8, Error> {
    result.map(|()| 0)
}
