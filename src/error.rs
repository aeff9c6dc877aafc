//! The error at the edge: what happened in words, what to do about it, and the exit status.

use std::fmt;

use crate::filter::ParseError;
use crate::import::ImportError;
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
        Self::usage(format!("filter: {error}"))
    }
}

impl From<ImportError> for Error {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::UnknownFormat(_) => Self::usage(error.to_string()),
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
            Self::failed(error.to_string())
        }
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::failed(error.to_string())
    }
}
