//! Which of the formats an SQLite file is, and reading it as that.

use std::path::Path;

use super::sqlite::Source;
use super::{ReadError, Sink, rasa_sql, rasax};

/// The formats that come as an SQLite file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Database {
    /// Rasa's SQL tracker store or SQL event broker.
    RasaSql,
    /// Rasa X.
    RasaX,
}

impl Database {
    /// The name of the format.
    pub fn name(self) -> &'static str {
        match self {
            Self::RasaSql => "rasa-tracker-sqlite",
            Self::RasaX => "rasa-x-sqlite",
        }
    }

    /// What the file at `path` is, by its tables. `None`: an SQLite file, but none of these.
    pub fn detect(path: &Path) -> Result<Option<Self>, ReadError> {
        let source = Source::open(path)?;
        // Rasa X first: its server may keep a tracker store in the same file.
        if rasax::matches(&source)? {
            return Ok(Some(Self::RasaX));
        }
        Ok(rasa_sql::matches(&source)?.then_some(Self::RasaSql))
    }

    /// Delivers everything after position `from`.
    pub fn read(
        self,
        path: &Path,
        from: Option<u64>,
        sink: &mut dyn Sink,
    ) -> Result<(), ReadError> {
        match self {
            Self::RasaSql => rasa_sql::read(path, from, sink),
            Self::RasaX => rasax::read(path, from, sink),
        }
    }
}
