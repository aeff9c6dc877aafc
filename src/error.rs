//! The error at the edge: what happened in words, what to do about it, and the exit status.

use std::fmt;

use crate::export::run::ExportError;
use crate::filter::{ParseError, nearest};
use crate::import::formats::ReadError;
use crate::import::{FORMATS, ImportError};
use crate::out_file::OutFileError;
use crate::store::StoreError;

/// Exit status by kind, as the manual says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Something failed: 1.
    Failed,
    /// Wrong usage, or no terminal where one is needed: 2.
    Usage,
    /// An import finished but left records out: 3.
    Incomplete,
    /// Stopped by Ctrl-C: 130.
    Interrupted,
    /// The reader of a pipe has gone: quietly 0.
    ClosedPipe,
}

impl Kind {
    /// The exit status.
    pub fn status(self) -> u8 {
        match self {
            Self::ClosedPipe => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Incomplete => 3,
            Self::Interrupted => 130,
        }
    }
}

/// An error for the user: one line, with a hint where there is something to do.
#[derive(Debug)]
pub struct Error {
    /// What kind.
    pub kind: Kind,
    /// What happened, with which value. Empty: everything is said already.
    pub text: String,
    /// What to do.
    pub hint: Option<String>,
}

impl Error {
    /// Something failed.
    pub fn failed(text: impl Into<String>) -> Self {
        Self {
            kind: Kind::Failed,
            text: text.into(),
            hint: None,
        }
    }

    /// Wrong usage.
    pub fn usage(text: impl Into<String>) -> Self {
        Self {
            kind: Kind::Usage,
            text: text.into(),
            hint: None,
        }
    }

    /// The same with a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same with the known name that was probably meant, else with another hint.
    #[must_use]
    pub fn hint_nearest<'a>(
        self,
        typed: &str,
        known: impl IntoIterator<Item = &'a str>,
        otherwise: impl Into<String>,
    ) -> Self {
        match nearest(typed, known) {
            Some(near) => self.hint(format!("did you mean `{near}`?")),
            None => self.hint(otherwise),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)?;
        match &self.hint {
            Some(hint) => write!(f, "\nhint: {hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Self::failed(error.to_string())
    }
}

impl From<ParseError> for Error {
    fn from(error: ParseError) -> Self {
        let column = error.caret() + 1;
        let failed = Self::usage(format!("filter, column {column}: {}", error.message));
        match error.hint {
            Some(hint) => failed.hint(hint),
            None => failed,
        }
    }
}

impl From<ImportError> for Error {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::UnknownFormat(name) => Self::usage(format!("unknown format `{name}`"))
                .hint_nearest(
                    &name,
                    FORMATS.iter().map(|f| f.name),
                    "`afterword formats` lists them",
                ),
            ImportError::Store(error) => error.into(),
            ImportError::Read(ReadError::Io { path, source }) => {
                Self::failed(format!("{}: {}", path.display(), io_words(&source)))
            }
            _ => Self::failed(error.to_string()),
        }
    }
}

impl From<ExportError> for Error {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::Store(error) => error.into(),
            ExportError::Write(error) => error.into(),
            ExportError::Stopped => Self {
                kind: Kind::Interrupted,
                text: "stopped: nothing was written".to_owned(),
                hint: None,
            },
        }
    }
}

impl From<OutFileError> for Error {
    fn from(error: OutFileError) -> Self {
        match error {
            OutFileError::Exists(_) => Self::failed(error.to_string()).hint("--force replaces it"),
            OutFileError::Folder(_) => Self::failed(error.to_string()).hint("name the file in it"),
            OutFileError::Io { path, source } => {
                Self::failed(format!("{}: {}", path.display(), io_words(&source)))
            }
            _ => Self::failed(error.to_string()),
        }
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            Self {
                kind: Kind::ClosedPipe,
                text: String::new(),
                hint: None,
            }
        } else {
            Self::failed(io_words(&error))
        }
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::failed(error.to_string())
    }
}

/// The system's word without its number, which tells nobody anything.
pub(crate) fn io_words(error: &std::io::Error) -> String {
    let text = error.to_string();
    let end = text.rfind(" (os error ").unwrap_or(text.len());
    let words = &text[..end];
    let mut letters = words.chars();
    match letters.next() {
        // `EOF` and the like stay as they are.
        Some(first) if !letters.as_str().starts_with(|c: char| c.is_uppercase()) => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => words.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_systems_word_comes_without_its_number() {
        let error = std::io::Error::from_raw_os_error(2);
        assert_eq!(io_words(&error), "no such file or directory");
        assert_eq!(io_words(&std::io::Error::other("EOF inside")), "EOF inside");
    }
}
