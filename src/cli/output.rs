//! Standard output: results and nothing else. Words about them go to standard error.

use std::io::{self, IsTerminal, Write};

use crossterm::style::Stylize;
use serde::Serialize;

use crate::error::{Error, Kind, io_words};
use crate::text::SafeText;
use crate::text::figure;

/// Columns of a table that nobody watches and nobody gave a width.
const WIDE: usize = 120;

/// Where results go.
pub(crate) struct Out {
    stdout: io::BufWriter<io::Stdout>,
    /// Standard output is a terminal: nothing leaves unsanitised.
    pub(crate) terminal: bool,
    /// Say nothing on standard error that is no error.
    pub(crate) quiet: bool,
}

impl Out {
    pub(crate) fn new(quiet: bool) -> Self {
        let stdout = io::stdout();
        let terminal = stdout.is_terminal();
        Self {
            stdout: io::BufWriter::new(stdout),
            terminal,
            quiet,
        }
    }

    /// One line for people: sanitised, terminal or not.
    pub(crate) fn line(&mut self, text: &str) -> Result<(), Error> {
        self.own(SafeText::line(text).as_str().trim_end().as_bytes())?;
        self.own(b"\n")
    }

    /// Columns that a line may take: those of the terminal, else those the environment says.
    pub(crate) fn columns(&self) -> usize {
        let seen = rustix::termios::tcgetwinsize(io::stdout())
            .ok()
            .map(|size| usize::from(size.ws_col))
            .filter(|columns| *columns > 0);
        let said = || std::env::var("COLUMNS").ok()?.parse().ok();
        seen.or_else(said).unwrap_or(WIDE)
    }

    /// One line made of pieces that are safe already, with the highlights between them.
    pub(crate) fn safe_line(&mut self, text: &str) -> Result<(), Error> {
        self.own(text.trim_end().as_bytes())?;
        self.own(b"\n")
    }

    /// What was found so far is out, while more is looked for.
    pub(crate) fn flush(&mut self) -> Result<(), Error> {
        self.stdout.flush().map_err(unheard)
    }

    /// One object a line, with control, format and line-separator characters escaped.
    pub(crate) fn json(&mut self, value: &impl Serialize) -> Result<(), Error> {
        let text = crate::export::json::line(value)?;
        self.json_text(&text)
    }

    /// The same for JSON that `export::json` made.
    pub(crate) fn json_text(&mut self, text: &str) -> Result<(), Error> {
        self.own(text.as_bytes())?;
        self.own(b"\n")
    }

    /// Exact bytes for a file or a pipe; sanitised to a terminal.
    pub(crate) fn exact(&mut self, text: &str) -> Result<(), Error> {
        if self.terminal {
            for line in text.lines() {
                self.line(line)?;
            }
            Ok(())
        } else {
            self.own(text.as_bytes())
        }
    }

    /// Our own bytes, unchanged: completions, the manual.
    pub(crate) fn own(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.stdout.write_all(bytes).map_err(unheard)
    }

    /// Everything is out.
    pub(crate) fn end(mut self) -> Result<(), Error> {
        self.flush()
    }

    /// Words about a result, on one line.
    pub(crate) fn note(&self, text: &str) {
        if !self.quiet {
            say(text);
        }
    }
}

/// How a hit is set apart from the text around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Highlight {
    /// In the colours of the terminal, exchanged.
    Reversed,
    /// Between these two.
    Between(&'static str, &'static str),
    /// Not at all: who reads a pipe looks for the text as it is.
    Plain,
}

impl Highlight {
    /// The words, set apart. They are safe already.
    pub(crate) fn put_on(self, words: &str) -> String {
        match self {
            Self::Reversed => words.negative().to_string(),
            Self::Between(before, after) => format!("{before}{words}{after}"),
            Self::Plain => words.to_owned(),
        }
    }
}

/// Standard output takes no more. That its reader has gone (`| head`) is no failure.
fn unheard(error: io::Error) -> Error {
    match Error::from(error) {
        closed if closed.kind == Kind::ClosedPipe => closed,
        failed => Error::failed(format!("standard output: {}", failed.text)),
    }
}

/// Words on standard error; nobody listening is no reason to stop.
pub(crate) fn say(text: &str) {
    let mut stderr = io::stderr().lock();
    drop(writeln!(stderr, "{}", SafeText::line(text).as_str()));
}

/// An error: what happened on one line, what to do about it on the next.
pub(crate) fn complain(error: &Error) {
    if !error.text.is_empty() {
        say(&format!("afterword: {}", error.text));
        if let Some(hint) = &error.hint {
            say(&format!("hint: {hint}"));
        }
    }
}

/// A file system's word about a path.
pub(crate) fn of_path(path: &std::path::Path) -> impl Fn(io::Error) -> Error {
    move |error| Error::failed(format!("{}: {}", path.display(), io_words(&error)))
}

/// `1 record`, `1,200 records`.
pub(crate) fn plural(n: u64, one: &str, many: &str) -> String {
    let word = if n == 1 { one } else { many };
    format!("{} {word}", figure(n))
}

/// A text in so many columns, cut or filled up; by what a terminal shows, not by characters.
pub(crate) fn column(text: &str, width: usize) -> String {
    let safe = SafeText::preview(text, width);
    let fill = width.saturating_sub(safe.width());
    format!("{}{}", safe.as_str(), " ".repeat(fill))
}

/// The same for figures, which end their column.
pub(crate) fn right(text: &str, width: usize) -> String {
    let safe = SafeText::preview(text, width);
    let fill = width.saturating_sub(safe.width());
    format!("{}{}", " ".repeat(fill), safe.as_str())
}
