//! Identities: hashes of what the source says, so that ids and links mean the same on every machine.

use std::collections::HashMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Event, Millis};
use crate::text::Untrusted;

/// What makes a conversation the one it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ConversationKey {
    /// Name of the source.
    pub source: Untrusted,
    /// Sender, or the conversation's own id in the source.
    pub native: Untrusted,
    /// Time of its session marker, else of its first event, else 0.
    pub time: Millis,
}

impl ConversationKey {
    /// The 128-bit hash by which the store, the journal, JSON and links name the conversation.
    pub fn id(&self) -> ConversationId {
        let mut hash = Hash::new("conversation");
        hash.text(self.source.for_search());
        hash.text(self.native.for_search());
        hash.number(self.time.0);
        ConversationId(hash.end())
    }
}

/// Hash of a [`ConversationKey`]. `Display` writes 16 base32 characters, `{:.8}` the 8 of the screen.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ConversationId(pub [u8; 16]);

/// Hash of an event's visible content plus the count of equal ones before it in its conversation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EventKey(pub [u8; 16]);

/// Random (or, for reviews that a source brings, derived) identity of a journal entry.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EntryId(pub [u8; 16]);

/// RFC 4648 base32 in lower case without padding.
fn base32(bytes: &[u8]) -> String {
    data_encoding::BASE32_NOPAD.encode(bytes).to_lowercase()
}

macro_rules! shown_as_base32 {
    ($name:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let text = base32(&self.0);
                f.write_str(&text[..f.precision().unwrap_or(16).min(text.len())])
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }
    };
}
shown_as_base32!(ConversationId);
shown_as_base32!(EventKey);
shown_as_base32!(EntryId);

/// A hash with a purpose and length-prefixed parts, so that no two inputs run together.
pub(crate) struct Hash(blake3::Hasher);

impl Hash {
    pub(crate) fn new(purpose: &str) -> Self {
        let mut hash = Self(blake3::Hasher::new());
        hash.text(purpose);
        hash
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.0.update(&(bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
    }

    pub(crate) fn number(&mut self, number: i64) {
        self.0.update(&number.to_le_bytes());
    }

    pub(crate) fn end(self) -> [u8; 16] {
        let mut out = [0; 16];
        out.copy_from_slice(&self.0.finalize().as_bytes()[..16]);
        out
    }
}

/// The key of every event, in order: hash of kind, time, author, text or name, and value (never of the
/// raw record, so that formats of one source agree), plus how many equal ones came before.
pub fn event_keys(events: &[Event]) -> Vec<EventKey> {
    let mut seen: HashMap<[u8; 16], i64> = HashMap::with_capacity(events.len());
    events
        .iter()
        .map(|event| {
            let mut hash = Hash::new("event");
            event.hash_content(&mut hash);
            let content = hash.end();
            let before = seen.entry(content).or_insert(0);
            let mut hash = Hash::new("event key");
            hash.bytes(&content);
            hash.number(*before);
            *before += 1;
            EventKey(hash.end())
        })
        .collect()
}
