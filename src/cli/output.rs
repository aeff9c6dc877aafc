//! Standard output: results and nothing else. Words about them go to standard error.

use std::io::{self, IsTerminal, Write};

use serde::Serialize;

use crate::error::Error;
use crate::text::SafeText;

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
        writeln!(self.stdout, "{}", SafeText::line(text).as_str())?;
        Ok(())
    }

    /// One object a line, with control, format and line-separator characters escaped.
    pub(crate) fn json(&mut self, value: &impl Serialize) -> Result<(), Error> {
        let text = crate::export::json::line(value)?;
        self.json_text(&text)
    }

    /// The same for JSON that `export::json` made.
    pub(crate) fn json_text(&mut self, text: &str) -> Result<(), Error> {
        writeln!(self.stdout, "{text}")?;
        Ok(())
    }

    /// Exact bytes for a file or a pipe; sanitised to a terminal.
    pub(crate) fn exact(&mut self, text: &str) -> Result<(), Error> {
        if self.terminal {
            for line in text.lines() {
                self.line(line)?;
            }
        } else {
            self.stdout.write_all(text.as_bytes())?;
        }
        Ok(())
    }

    /// Our own bytes, unchanged: completions, the manual.
    pub(crate) fn own(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.stdout.write_all(bytes)?;
        Ok(())
    }

    /// Everything is out.
    pub(crate) fn end(mut self) -> Result<(), Error> {
        self.stdout.flush()?;
        Ok(())
    }

    /// Words about a result.
    pub(crate) fn note(&self, text: &str) {
        if !self.quiet {
            say(text);
        }
    }
}

/// Words on standard error; nobody listening is no reason to stop.
pub(crate) fn say(text: &str) {
    let mut stderr = io::stderr().lock();
    for line in text.lines() {
        drop(writeln!(stderr, "{}", SafeText::line(line).as_str()));
    }
}
