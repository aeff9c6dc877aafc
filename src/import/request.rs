//! What an import is asked to do.

use std::collections::HashMap;

use super::sessions::SessionMode;
use super::source::PathOrStdin;
use crate::model::Millis;
use crate::store::{Store, StoreError};
use crate::text::Untrusted;

/// What an import is asked to do.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// What to read.
    pub inputs: Vec<PathOrStdin>,
    /// The name of the format, where it is not to be detected.
    pub format: Option<String>,
    /// The name of the source, where it is not to be taken from the log.
    pub source: Option<String>,
    /// How events are split into sessions; as the source was before, else by markers, where nothing is
    /// said.
    pub sessions: Option<SessionMode>,
    /// Conversations that ended before are left alone.
    pub since: Option<Millis>,
    /// Review state of our own JSON comes too.
    pub with_review: bool,
    /// People are stored under pseudonyms.
    pub anonymize: bool,
    /// Personal data in texts is stored as its type.
    pub redact: bool,
    /// Nothing is written: what would become of the conversations is counted.
    pub dry_run: bool,
}

/// How the events of each source are split into sessions.
#[derive(Clone, Debug, Default)]
pub(super) struct Modes {
    asked: Option<SessionMode>,
    known: HashMap<Untrusted, SessionMode>,
}

impl Modes {
    /// What was asked for goes before what the store knows of its sources.
    pub fn new(request: &Request, store: &Store) -> Result<Self, StoreError> {
        let known = store.session_modes()?;
        Ok(Self {
            asked: request.sessions,
            known: known
                .into_iter()
                .filter_map(|(source, mode)| Some((source, mode.parse().ok()?)))
                .collect(),
        })
    }

    /// The mode of a source: it stays what it was unless another is asked for.
    pub fn of(&self, source: &Untrusted) -> SessionMode {
        self.asked
            .or_else(|| self.known.get(source).copied())
            .unwrap_or_default()
    }
}

/// Is told how far an import has come, now and then.
pub trait Progress {
    /// So many bytes of so many, where the end is known, and so many conversations.
    fn step(&mut self, bytes_done: u64, bytes_total: Option<u64>, conversations: u64);
}

/// Nobody looks.
impl Progress for () {
    fn step(&mut self, _: u64, _: Option<u64>, _: u64) {}
}
