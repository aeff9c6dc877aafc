//! The shape of our own JSON, as far as it is read.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::model::{Confidence, CorrectionField, EventKind, FlowState, Status, Verdict};
use crate::text::Untrusted;

/// A figure, exact to the last bit: serde_json's own reading is off by one for some.
#[derive(Clone, Copy, Debug)]
pub(super) struct Figure(pub f64);

impl<'de> Deserialize<'de> for Figure {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?;
        let figure = raw.get().parse().map_err(serde::de::Error::custom)?;
        Ok(Self(figure))
    }
}

impl From<Figure> for Confidence {
    fn from(figure: Figure) -> Self {
        Self(figure.0)
    }
}

/// An object whose keys are data: in order, repeated keys too.
#[derive(Debug)]
pub(super) struct Pairs<K, V>(pub Vec<(K, V)>);

impl<K, V> Default for Pairs<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, K: Deserialize<'de>, V: Deserialize<'de>> Deserialize<'de> for Pairs<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect<K, V>(std::marker::PhantomData<(K, V)>);
        impl<'de, K: Deserialize<'de>, V: Deserialize<'de>> Visitor<'de> for Collect<K, V> {
            type Value = Pairs<K, V>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Pairs::default())
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_any(Collect(std::marker::PhantomData))
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Record<'a> {
    #[serde(borrow)]
    pub conversation: ConversationRecord<'a>,
    #[serde(borrow)]
    pub events: Vec<EventRecord<'a>>,
    #[serde(borrow)]
    pub recorded: Option<Recorded<'a>>,
    #[serde(borrow)]
    pub review: Option<ReviewRecord<'a>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct ConversationRecord<'a> {
    pub source: Option<Untrusted>,
    pub external_id: Option<Untrusted>,
    pub channel: Option<Untrusted>,
    pub user_id: Option<Untrusted>,
    pub user_name: Option<Untrusted>,
    pub rating: Option<u64>,
    pub rating_comment: Option<Untrusted>,
    pub escalated: Option<bool>,
    pub agent: Option<Untrusted>,
    pub language: Option<Untrusted>,
    pub location: Option<Untrusted>,
    pub device: Option<Untrusted>,
    pub version: Option<Untrusted>,
    pub topics: Option<Vec<Untrusted>>,
    #[serde(borrow)]
    pub sentiment: Option<&'a RawValue>,
    pub summary: Option<Untrusted>,
    #[serde(borrow, default)]
    pub metadata: Pairs<Untrusted, &'a RawValue>,
    pub status: Option<Status>,
    pub verdict: Option<Verdict>,
    pub flagged: Option<bool>,
    pub tags: Option<Vec<Untrusted>>,
    pub queue: Option<Untrusted>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Recorded<'a> {
    pub native_id: Option<Untrusted>,
    pub keyed_at: Option<String>,
    pub environment: Option<Untrusted>,
    pub queries: Option<u32>,
    pub escalated: Option<bool>,
    pub threshold: Option<Figure>,
    pub language: Option<Untrusted>,
    pub topics: Option<Vec<Untrusted>>,
    #[serde(borrow)]
    pub sentiment: Option<&'a RawValue>,
    pub summary: Option<Untrusted>,
}

#[derive(Debug, Deserialize)]
pub(super) struct EventRecord<'a> {
    pub at: Option<String>,
    pub kind: EventKind,
    pub text: Option<Untrusted>,
    pub payload: Option<Untrusted>,
    pub buttons: Option<Vec<ButtonRecord>>,
    pub intent: Option<IntentRecord>,
    #[serde(borrow)]
    pub entities: Option<Vec<EntityRecord<'a>>>,
    pub action: Option<ActionRecord>,
    #[serde(borrow)]
    pub slot: Option<SlotRecord<'a>>,
    pub flow: Option<FlowRecord>,
    pub fallback: Option<bool>,
    pub reverted: Option<bool>,
    pub flagged: Option<bool>,
    pub notes: Option<Vec<NoteRecord>>,
    #[serde(borrow, default)]
    pub corrections: Pairs<CorrectionField, &'a RawValue>,
    #[serde(borrow)]
    pub raw: Option<&'a RawValue>,
}

#[derive(Debug, Deserialize)]
pub(super) struct ButtonRecord {
    pub title: Untrusted,
    pub payload: Option<Untrusted>,
}

#[derive(Debug, Deserialize)]
pub(super) struct IntentRecord {
    pub name: Option<Untrusted>,
    pub confidence: Option<Figure>,
    pub ranking: Option<Vec<RankedRecord>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct RankedRecord {
    pub name: Untrusted,
    pub confidence: Option<Figure>,
}

#[derive(Debug, Deserialize)]
pub(super) struct EntityRecord<'a> {
    pub name: Untrusted,
    #[serde(borrow)]
    pub value: Option<&'a RawValue>,
    pub start: Option<u32>,
    pub end: Option<u32>,
    pub role: Option<Untrusted>,
    pub extractor: Option<Untrusted>,
    pub confidence: Option<Figure>,
}

#[derive(Debug, Deserialize)]
pub(super) struct ActionRecord {
    pub name: Option<Untrusted>,
    pub confidence: Option<Figure>,
    pub policy: Option<Untrusted>,
}

#[derive(Debug, Deserialize)]
pub(super) struct SlotRecord<'a> {
    pub name: Untrusted,
    #[serde(borrow)]
    pub value: Option<&'a RawValue>,
}

#[derive(Debug, Deserialize)]
pub(super) struct FlowRecord {
    pub name: Untrusted,
    pub step: Option<Untrusted>,
    pub state: FlowState,
}

#[derive(Debug, Deserialize)]
pub(super) struct ReviewRecord<'a> {
    pub decided: Option<DecidedRecord>,
    pub notes: Option<Vec<NoteRecord>>,
    #[serde(borrow, default)]
    pub corrections: Pairs<CorrectionField, &'a RawValue>,
    #[serde(borrow)]
    pub detached: Option<Vec<DetachedRecord<'a>>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct DecidedRecord {
    pub reviewer: Untrusted,
    pub at: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct DetachedRecord<'a> {
    pub key: String,
    pub seq: u32,
    pub flagged: Option<bool>,
    pub notes: Option<Vec<NoteRecord>>,
    #[serde(borrow, default)]
    pub corrections: Pairs<CorrectionField, &'a RawValue>,
}

#[derive(Debug, Deserialize)]
pub(super) struct NoteRecord {
    pub id: Option<String>,
    pub text: Untrusted,
    pub reviewer: Option<Untrusted>,
    pub at: Option<String>,
}
