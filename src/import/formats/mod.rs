//! The formats, one file each (or one file and a folder), and the trait through which they deliver.
//!
//! A format knows how its records look and nothing else: not where the bytes came from, not how they
//! were packed, not the store. It must not print, and must not decide what becomes of a conversation.

pub mod afterword;
pub mod databases;
pub(crate) mod json_text;
pub mod rasa;
pub mod rasa_json;
mod rasa_rows;
pub mod rasa_sql;
pub mod rasax;
pub(crate) mod sqlite;
pub mod table;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::import::sessions::SourceReview;
use crate::model::{Attributes, Event, Imported};
use crate::text::Untrusted;

/// Where in an input a record stands, for the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Line of a text, from 1.
    Line(u64),
    /// Byte of a file, from 0.
    Byte(u64),
    /// Row id of a database.
    Row(i64),
    /// The input as a whole.
    Whole,
}

/// The receiver wants no more: cancelled, or it failed and keeps the reason itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("stopped")]
pub struct Stop;

/// Why a container could not be read to its end.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The receiver wanted no more.
    #[error(transparent)]
    Stop(#[from] Stop),
    /// The file system's word.
    #[error("{path}: {source}", path = path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The file system's word.
        source: std::io::Error,
    },
    /// SQLite's word, with what was being read.
    #[error("{doing}: {words}", words = crate::store::sqlite_words(source))]
    Sqlite {
        /// What was being read: `table events`.
        doing: &'static str,
        /// SQLite's word.
        source: rusqlite::Error,
    },
    /// Not usable, or changed while it was read; with the way out.
    #[error("{path}: {reason}", path = path.display())]
    Unusable {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
}

/// Where a format delivers what it read. Implemented by the pipeline.
pub trait Sink {
    /// One sender's events in order, complete; the pipeline splits sessions, builds
    /// [`Imported`] (see [`crate::import::sessions::conversations`]) and stores.
    fn sender(&mut self, log: SenderLog) -> Result<(), Stop>;
    /// One event of a sender whose events come interleaved with others': staged by the pipeline per
    /// (sender, order), and handed on as a [`SenderLog`] when the source is finished.
    fn interleaved(&mut self, line: RasaLine) -> Result<(), Stop>;
    /// A finished conversation (our own JSONL, and formats that are no event streams).
    fn conversation(&mut self, imported: Imported) -> Result<(), Stop>;
    /// A conversation that the source lists without any event.
    fn empty(&mut self);
    /// A record that cannot be read.
    fn reject(&mut self, place: Place, reason: String);
    /// Progress: everything before `position` (of the container's own counting) is delivered.
    /// `Err(Stop)` when cancelled.
    fn at(&mut self, position: u64) -> Result<(), Stop>;
}

/// A format whose inputs are series of JSON values: lines, elements of an array, or one value. The
/// caller finds the values' bounds, so that one oversized or broken record costs that record alone. Records
/// come in any order on any thread: what one says must not matter for another.
pub trait RecordFormat {
    /// Takes one value, its bytes verbatim.
    fn record(&self, raw: &[u8], place: Place, sink: &mut dyn Sink) -> Result<(), Stop>;
    /// Takes a text that nobody has looked at, if it is one sound record in every respect, and delivers
    /// what [`RecordFormat::record`] would; else delivers nothing and says false.
    fn sound(&self, text: &str, place: Place, sink: &mut dyn Sink) -> Result<bool, Stop>;
}

/// Everything a source has of one Rasa sender, in the source's order, before sessions are split.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SenderLog {
    /// The sender.
    pub sender: Untrusted,
    /// What the container says of the sender as a whole; [`crate::import::sessions::conversations`]
    /// adds what the events say.
    pub attributes: Attributes,
    /// The events.
    pub events: Vec<RasaEvent>,
    /// Reviews that the source brings; events are named by their index in `events`.
    pub reviews: Vec<SourceReview>,
    /// Position (as for [`Sink::at`]) at which this log is delivered.
    pub position: u64,
}

/// One Rasa event that came with its sender.
#[derive(Clone, Debug, PartialEq)]
pub struct RasaLine {
    /// The sender.
    pub sender: Untrusted,
    /// The event.
    pub event: RasaEvent,
    /// Where it stands.
    pub place: Place,
}

/// One Rasa event as parsed alone; what follows from its neighbours is filled in when the sender's log
/// is complete. Serializable, so that it can be staged without being parsed again.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RasaEvent {
    /// The event.
    pub event: Event,
    /// True for `session_started`.
    pub session_marker: bool,
    /// What it says of its conversation.
    pub about: About,
}

/// What single Rasa events say of the conversation they stand in.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct About {
    /// `input_channel`.
    pub channel: Option<Untrusted>,
    /// `model_id`.
    pub model_id: Option<Untrusted>,
    /// `assistant_id`: the source's default name.
    pub assistant_id: Option<Untrusted>,
    /// Language, from the message's metadata.
    pub language: Option<Untrusted>,
    /// Place, from the message's metadata.
    pub location: Option<Untrusted>,
    /// Device, from the message's metadata.
    pub device: Option<Untrusted>,
    /// The user's name, from the message's metadata.
    pub user_name: Option<Untrusted>,
    /// Other plain values of the metadata: name and JSON text.
    pub metadata: Vec<(Untrusted, Untrusted)>,
}
