//! The type of every string that comes from a log.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::SafeText;

/// Text from a log: may hold control characters, bidi overrides, markup, formulas, anything.
///
/// It has no `Display` and no `AsRef<str>`, so it cannot slip into a terminal or a query by accident;
/// each way out names what it is for. `Debug` prints the length alone, so that neither panics nor logs
/// carry what people wrote.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Untrusted(Box<str>);

impl Untrusted {
    /// Takes text in, unchanged.
    pub fn new(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }

    /// The text for comparing, matching and indexing; never for showing.
    pub fn for_search(&self) -> &str {
        &self.0
    }

    /// The exact bytes, for a writer that quotes them in its own format (JSON, CSV, SQL parameters).
    pub fn for_export(&self) -> &str {
        &self.0
    }

    /// The text on one line of a terminal: line breaks become visible marks.
    pub fn line(&self) -> SafeText {
        SafeText::line(&self.0)
    }

    /// The first `width` columns of the text on one line, without reading further than that.
    pub fn preview(&self, width: usize) -> SafeText {
        SafeText::preview(&self.0, width)
    }

    /// The text for a terminal with its line breaks kept.
    pub fn block(&self) -> SafeText {
        SafeText::block(&self.0)
    }

    /// True if there is no character at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Length in bytes.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl fmt::Debug for Untrusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Untrusted({} bytes)", self.0.len())
    }
}

impl From<&str> for Untrusted {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<String> for Untrusted {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}
