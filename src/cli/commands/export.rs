//! `export`: conversations for other programs and people, into a file or to standard output.

use std::io::{self, Write};
use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};

use super::list::{named_columns, sort_key};
use crate::cli::args::ExportArgs;
use crate::cli::output::Out;
use crate::cli::progress;
use crate::cli::select;
use crate::cli::session::Session;
use crate::cli::signals::Signals;
use crate::error::{Error, Kind, io_words};
use crate::export::outputs::{Choice, Choices, OUTPUTS, OutputInfo, output};
use crate::export::run::{ExportError, write};
use crate::out_file::OutFile;
use crate::store::Store;

/// Exit status where it finished, but left out what is damaged.
const LEFT_OUT: u8 = 3;
/// Conversations between two looks at the progress bar.
const STEP: u64 = 64;

pub(crate) fn run(session: &Session, args: &ExportArgs, out: &mut Out) -> Result<u8, Error> {
    let info = output(&args.output).ok_or_else(|| Error::usage("--as: unknown output"))?;
    let choices = choices(session, info, args)?;
    let file = args.file.as_deref().filter(|path| *path != Path::new("-"));
    let signals = match file {
        Some(_) => Signals::listen_to_clear_up()?,
        None => Signals::listen()?,
    };
    let store = session.read()?;
    // Before the work: what cannot be written is said at once.
    let file = file.map(|path| OutFile::create(path, args.force, &session.store));
    let mut file = file.transpose()?;
    let rows = rows(session, &store, args, out)?;
    let bar = bar(session, rows.len() as u64, file.is_some() || !out.terminal);
    let mut go_on = |done: u64| {
        if let Some(bar) = bar.as_ref().filter(|_| done.is_multiple_of(STEP)) {
            bar.set_position(done);
        }
        !signals.came()
    };
    let written = match &mut file {
        Some(file) => write(&store, &rows, info, &choices, file, &mut go_on),
        None => {
            let mut exact = Exact::new(out);
            let written = write(&store, &rows, info, &choices, &mut exact, &mut go_on);
            written.and_then(|written| {
                exact.end()?;
                Ok(written)
            })
        }
    };
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    let written = match written {
        Err(ExportError::Stopped) => {
            return Ok(signals.stopped(match file {
                Some(_) => "stopped: nothing was written",
                None => "stopped",
            }));
        }
        Err(ExportError::Write(error)) => return Err(unwritten(error, file.as_ref())),
        other => other?,
    };
    match file {
        Some(file) => {
            let path = file.commit()?;
            out.note(&written.words_in(&path));
        }
        None => out.note(&written.words()),
    }
    Ok(match written.damaged {
        0 => 0,
        _ => LEFT_OUT,
    })
}

/// What was chosen, as far as this output takes it.
fn choices(session: &Session, info: &OutputInfo, args: &ExportArgs) -> Result<Choices, Error> {
    let asked = [
        (args.with_review, Choice::WithReview),
        (args.predicted, Choice::Predicted),
        (args.raw_csv, Choice::RawCsv),
        (args.privacy.anonymize, Choice::Anonymize),
        (args.privacy.redact, Choice::Redact),
    ];
    let on: Vec<Choice> = asked.iter().filter(|(on, _)| *on).map(|a| a.1).collect();
    for choice in &on {
        if !info.takes(*choice) {
            let others = OUTPUTS.iter().filter(|i| i.takes(*choice)).map(|i| i.name);
            let others: Vec<&str> = others.collect();
            let error = Error::usage(format!("--{}: not with --as {}", choice.name(), info.name));
            return Err(match others.as_slice() {
                [] => error,
                names => error.hint(format!("it is for {}", names.join(", "))),
            });
        }
    }
    if !args.columns.is_empty() && info.name != "csv" {
        return Err(
            Error::usage(format!("--columns: not with --as {}", info.name)).hint("it is for csv"),
        );
    }
    Ok(Choices {
        on,
        columns: named_columns(&args.columns)?,
        now: session.clock.now(),
    })
}

/// The rows to write, in order.
fn rows(session: &Session, store: &Store, args: &ExportArgs, out: &Out) -> Result<Vec<i64>, Error> {
    let mut rows = if args.ids.is_empty() {
        let filter = select::parse(&args.filter.words)?;
        let sort = sort_key(args.sort.as_deref())?;
        let answer = select::answer(session, store, filter, sort, args.reverse)?;
        if answer.rows.is_empty() {
            out.note(&select::nothing(&answer));
        }
        answer.rows
    } else {
        let mut rows = Vec::new();
        for row in select::rows(session, store, &args.ids, None)? {
            if !rows.contains(&row) {
                rows.push(row);
            }
        }
        rows
    };
    rows.truncate(args.limit.unwrap_or(usize::MAX));
    Ok(rows)
}

fn bar(session: &Session, total: u64, apart: bool) -> Option<ProgressBar> {
    // Beside results on the same terminal it would stand between their lines.
    let bar = progress::bar(session).filter(|_| apart)?;
    bar.set_length(total);
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} conversations  {eta} left");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    Some(bar)
}

/// What takes no more: the file, or standard output, which says so itself.
fn unwritten(error: io::Error, file: Option<&OutFile>) -> Error {
    match file {
        Some(file) => Error::failed(format!("{}: {}", file.path().display(), io_words(&error))),
        None => error.into(),
    }
}

/// Standard output for exporters: exact bytes, except to a terminal, which gets harmless lines.
struct Exact<'a> {
    out: &'a mut Out,
    /// The beginning of a line for a terminal.
    begun: Vec<u8>,
}

impl<'a> Exact<'a> {
    fn new(out: &'a mut Out) -> Self {
        Self {
            out,
            begun: Vec::new(),
        }
    }

    fn line(&mut self) -> io::Result<()> {
        let line = String::from_utf8_lossy(&self.begun).into_owned();
        self.begun.clear();
        self.out.line(&line).map_err(as_io)
    }

    /// Everything is out before a word about it is said; a last line without an end is shown too.
    fn end(mut self) -> io::Result<()> {
        if !self.begun.is_empty() {
            self.line()?;
        }
        self.out.flush().map_err(as_io)
    }
}

impl Write for Exact<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.out.terminal {
            self.out.own(bytes).map_err(as_io)?;
            return Ok(bytes.len());
        }
        for byte in bytes {
            match byte {
                b'\n' => self.line()?,
                byte => self.begun.push(*byte),
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Through the writers of exports an error travels as the system's.
fn as_io(error: Error) -> io::Error {
    match error.kind {
        Kind::ClosedPipe => io::ErrorKind::BrokenPipe.into(),
        _ => io::Error::other(error.text),
    }
}
