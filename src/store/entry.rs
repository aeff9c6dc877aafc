//! What one journal entry holds and how it is kept.
//!
//! An entry names conversations, events and tags by what they are in every store, never by the numbers of
//! this one, so that it can travel. Entries are only ever appended.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::values::{Value, What};
use super::{Result, StoreError};
use crate::model::{ConversationId, EntryId, EntryKind, EventKey, EventTarget, Target};

/// Whose decision a value is. A value that an undo restored is that of the entry that first wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Origin {
    /// The entry's that holds this.
    This,
    /// Nobody's: the initial value.
    Nobody,
    /// That entry's.
    Entry(EntryId),
}

impl Origin {
    /// The entry meant, seen from the entry `this`.
    pub(crate) fn from(self, this: EntryId) -> Option<EntryId> {
        match self {
            Self::This => Some(this),
            Self::Nobody => None,
            Self::Entry(id) => Some(id),
        }
    }

    /// The way back from [`Origin::from`].
    pub(crate) fn of(entry: Option<EntryId>) -> Self {
        entry.map_or(Self::Nobody, Self::Entry)
    }
}

/// One new value for many registers that held the same before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Write {
    /// Which register of the targets.
    pub what: What,
    /// Its value from now on, and whose it is.
    pub new: (Value, Origin),
    /// Its value until now, and whose it was.
    pub old: (Value, Origin),
    /// Where.
    pub targets: Targets,
}

/// Everything an entry writes. No register occurs twice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Body {
    /// In the order of writing.
    pub writes: Vec<Write>,
}

/// Many targets as two plain runs of bytes: a list of a hundred thousand is written and read at once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Targets {
    conversations: Bytes,
    /// Key and number of an event each; empty where the targets are conversations.
    events: Bytes,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Bytes(Vec<u8>);

impl Serialize for Bytes {
    fn serialize<S: serde::Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        to.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        let bytes: &[u8] = Deserialize::deserialize(from)?;
        Ok(Self(bytes.to_vec()))
    }
}

const CONVERSATION: usize = 16;
const EVENT: usize = 16 + 4;

impl Targets {
    /// Adds one; all of a list are events or none is.
    pub(crate) fn push(&mut self, target: &Target) {
        self.conversations.0.extend(target.conversation.0);
        if let Some(event) = target.event {
            self.events.0.extend(event.key.0);
            self.events.0.extend(event.seq.to_le_bytes());
        }
    }

    /// True if they are events.
    pub(crate) fn are_events(&self) -> bool {
        !self.events.0.is_empty()
    }

    /// How many.
    pub(crate) fn len(&self) -> usize {
        self.conversations.0.len() / CONVERSATION
    }

    /// All of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Target> + '_ {
        let mut events = self.events.0.chunks_exact(EVENT);
        self.conversations
            .0
            .chunks_exact(CONVERSATION)
            .map(move |id| Target {
                conversation: ConversationId(array(id)),
                event: events.next().map(|event| EventTarget {
                    key: EventKey(array(&event[..16])),
                    seq: u32::from_le_bytes(array(&event[16..])),
                }),
            })
    }

    /// True if the conversation occurs.
    pub(crate) fn about(&self, id: ConversationId) -> bool {
        self.conversations
            .0
            .chunks_exact(CONVERSATION)
            .any(|c| c == id.0)
    }
}

fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut out = [0; N];
    out.copy_from_slice(bytes);
    out
}

/// First byte of a body: postcard follows.
const PLAIN: u8 = 1;
/// First byte of a body: zstd of postcard follows.
const ZSTD: u8 = 2;
/// Bodies larger than this are compressed.
const LARGE: usize = 4096;
/// No body is larger when unpacked: a million targets take 36 MB.
const LARGEST: usize = 1 << 30;

impl Body {
    /// The conversations it is about, as often as it names them.
    pub(crate) fn conversations(&self) -> impl Iterator<Item = ConversationId> + '_ {
        let all = self.writes.iter().flat_map(|w| w.targets.iter());
        all.map(|t| t.conversation)
    }

    /// As the journal keeps it.
    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>> {
        let refuse = |e: &dyn std::fmt::Display| {
            StoreError::Refused(format!("the change cannot be written: {e}"))
        };
        let plain = postcard::to_extend(self, vec![PLAIN]).map_err(|e| refuse(&e))?;
        if plain.len() <= LARGE {
            return Ok(plain);
        }
        let mut packed = vec![ZSTD];
        packed.extend(zstd::bulk::compress(&plain[1..], 1).map_err(|e| refuse(&e))?);
        Ok(packed)
    }

    /// Reads it back; `None` where it is damaged.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        postcard::from_bytes(&unpacked(bytes)?).ok()
    }

    /// True if the entry of these bytes is about one of `ids`; not where it is damaged.
    pub(crate) fn is_about(bytes: &[u8], ids: &[ConversationId]) -> bool {
        let Some(plain) = unpacked(bytes) else {
            return false;
        };
        // Ids stand in it as they are: mostly none does, and then it need not be taken apart.
        let hits = |id: &&ConversationId| memchr::memmem::find(&plain, &id.0).is_some();
        let found: Vec<&ConversationId> = ids.iter().filter(hits).collect();
        if found.is_empty() {
            return false;
        }
        let body: Option<Self> = postcard::from_bytes(&plain).ok();
        let about = |body: Self| {
            let mut all = body.writes.iter();
            all.any(|w| found.iter().any(|id| w.targets.about(**id)))
        };
        body.is_some_and(about)
    }
}

/// The postcard form in the bytes of a body.
fn unpacked(bytes: &[u8]) -> Option<Cow<'_, [u8]>> {
    match bytes.split_first()? {
        (&PLAIN, rest) => Some(rest.into()),
        (&ZSTD, rest) => {
            let size = zstd::zstd_safe::get_frame_content_size(rest).ok()??;
            let size = usize::try_from(size).ok().filter(|&s| s <= LARGEST)?;
            Some(zstd::bulk::decompress(rest, size).ok()?.into())
        }
        _ => None,
    }
}

/// The number of a kind in the store.
pub(crate) fn kind_code(kind: EntryKind) -> i64 {
    match kind {
        EntryKind::Change => 0,
        EntryKind::Undo => 1,
        EntryKind::Redo => 2,
        EntryKind::Import => 3,
    }
}

/// The kind of a number.
pub(crate) fn kind_of(code: i64) -> EntryKind {
    match code {
        1 => EntryKind::Undo,
        2 => EntryKind::Redo,
        3 => EntryKind::Import,
        _ => EntryKind::Change,
    }
}
