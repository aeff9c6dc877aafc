//! The compact forms that the catalogue and the questions about single turns are answered from:
//! lists of value ids, stored turns, folded values.
//!
//! Pure conversions; this file must not run SQL.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::Facet;
use crate::filter::{fold, values};
use crate::model::{Attributes, Confidence, Facts, FlowState, MessageMark, Review, TurnFacts};

/// Values up to this many bytes are kept as they are: a value of metadata may be a whole document.
const LONGEST_VALUE: usize = 200;

/// A value as it is kept for filtering: of a very long one its beginning and a hash of the whole, so that
/// it is still found by its whole text, and by a prefix no longer than that beginning.
pub fn kept(value: &str) -> Cow<'_, str> {
    if value.len() <= LONGEST_VALUE {
        return Cow::Borrowed(value);
    }
    let end = (0..=LONGEST_VALUE - 40)
        .rev()
        .find(|&i| value.is_char_boundary(i))
        .unwrap_or(0);
    let hash = blake3::hash(fold(value).as_bytes()).to_hex();
    Cow::Owned(format!("{}\u{2026}{}", &value[..end], &hash[..32]))
}

/// A value as filters compare it: JSON strings without their quotes, without case, not too long.
pub fn folded(json: &str) -> String {
    kept(&fold(&values::plain_json(json))).into_owned()
}

/// `name=value` as the facets `Meta` and `EntityValue` hold it, the value as JSON text.
pub fn named(name: &str, json: &str) -> String {
    format!("{}={}", kept(&fold(name)), folded(json))
}

/// Writes ascending ids as LEB128 deltas.
pub(crate) fn encode_ids(ids: &[i64]) -> Vec<u8> {
    let mut out = Vec::with_capacity(ids.len() * 2);
    let mut last = 0;
    for &id in ids {
        let mut delta = (id - last) as u64;
        last = id;
        while delta >= 0x80 {
            out.push(delta as u8 | 0x80);
            delta >>= 7;
        }
        out.push(delta as u8);
    }
    out
}

/// Reads what [`encode_ids`] wrote, one id after the other; false where the bytes are none.
#[inline]
pub(crate) fn decode_ids(bytes: &[u8], mut found: impl FnMut(i64)) -> bool {
    let (mut last, mut delta, mut shift) = (0i64, 0u64, 0u32);
    for &byte in bytes {
        if shift > 56 {
            return false;
        }
        delta |= u64::from(byte & 0x7f) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            let Some(id) = last.checked_add_unsigned(delta) else {
                return false;
            };
            last = id;
            found(id);
            (delta, shift) = (0, 0);
        }
    }
    shift == 0
}

/// One turn as the store keeps it for questions about single turns. Names are ids of facet values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredTurn {
    /// Number of the first event.
    pub first: u32,
    /// Number after the last event.
    pub end: u32,
    /// Number of the user message.
    pub user: Option<u32>,
    /// Recorded intent.
    pub intent: Option<i64>,
    /// Effective confidence in ten-thousandths.
    pub confidence: Option<i16>,
    /// Margin in ten-thousandths.
    pub margin: Option<i16>,
    /// Actions that count, with confidence in ten-thousandths.
    pub actions: Vec<(i64, Option<i16>)>,
    /// Entities: ids of [`Facet::Entity`] and [`Facet::EntityValue`].
    pub entities: Vec<(i64, i64)>,
    /// What the user message is.
    pub mark: MessageMark,
    /// A fallback event stands in it.
    pub fallback: bool,
    /// It is a problem.
    pub problem: bool,
    /// It is doubtful.
    pub doubt: bool,
}

impl StoredTurn {
    /// Packs one turn; `id` gives the number of a value.
    pub(crate) fn of<E>(
        turn: &TurnFacts,
        mut id: impl FnMut(Facet, &str) -> Result<i64, E>,
    ) -> Result<Self, E> {
        let steps = |c: &Option<Confidence>| c.map(Confidence::steps);
        let intent = match &turn.intent {
            Some(name) => Some(id(Facet::Intent, &kept(name.for_search()))?),
            None => None,
        };
        let mut actions = Vec::with_capacity(turn.actions.len());
        for (name, confidence) in &turn.actions {
            actions.push((
                id(Facet::Action, &kept(name.for_search()))?,
                steps(confidence),
            ));
        }
        let mut entities = Vec::with_capacity(turn.entities.len());
        for (name, value) in &turn.entities {
            let (name, value) = (name.for_search(), value.for_search());
            entities.push((
                id(Facet::Entity, &kept(name))?,
                id(Facet::EntityValue, &named(name, value))?,
            ));
        }
        Ok(Self {
            first: turn.first,
            end: turn.end,
            user: turn.user,
            intent,
            confidence: steps(&turn.confidence),
            margin: steps(&turn.margin),
            actions,
            entities,
            mark: turn.mark,
            fallback: turn.fallback,
            problem: turn.problem,
            doubt: turn.doubt,
        })
    }
}

impl StoredTurn {
    /// Puts `numbers[n]` in the place of every number `n`.
    pub(crate) fn renumber(&mut self, numbers: &[i64]) {
        let change = |n: &mut i64| *n = numbers[*n as usize];
        self.intent.iter_mut().for_each(change);
        self.actions
            .iter_mut()
            .for_each(|(action, _)| change(action));
        for (name, value) in &mut self.entities {
            change(name);
            change(value);
        }
    }
}

/// Writes the turns of one conversation.
pub(crate) fn encode_turns(turns: &[StoredTurn]) -> Vec<u8> {
    // Plain data into memory: there is nothing that could fail.
    postcard::to_stdvec(turns).unwrap_or_default()
}

/// Reads what [`encode_turns`] wrote; `None` where the bytes are none.
pub(crate) fn decode_turns(bytes: &[u8]) -> Option<Vec<StoredTurn>> {
    postcard::from_bytes(bytes).ok()
}

/// Every value of the conversation that filters and facets know, some more than once. What a field looks
/// at is decided in `filter::values`; here it is only put in order.
pub(crate) fn facet_values(attributes: &Attributes, facts: &Facts) -> Vec<(Facet, String)> {
    let mut out = Vec::with_capacity(32);
    let mut add = |facet, value: &str| out.push((facet, kept(value).into_owned()));
    let review = Review::default();
    for (facet, value) in [
        (Facet::Channel, &attributes.channel),
        (Facet::Version, &attributes.version),
        (Facet::Location, &attributes.location),
        (Facet::Device, &attributes.device),
        (Facet::Agent, &attributes.agent),
    ] {
        if let Some(value) = value {
            add(facet, value.for_search());
        }
    }
    if let Some(language) = values::language(attributes, &review) {
        add(Facet::Language, &language);
    }
    if let Some(sentiment) = values::sentiment(attributes, &review) {
        add(Facet::Sentiment, &sentiment);
    }
    for topic in values::topics(attributes, &review) {
        for value in values::with_parent(topic) {
            add(Facet::Topic, &value);
        }
    }
    for (facet, names) in [
        (Facet::Intent, &facts.intents),
        (Facet::Action, &facts.actions),
    ] {
        for (name, _) in names {
            add(facet, name.for_search());
        }
    }
    for (facet, names) in [
        (Facet::Policy, &facts.policies),
        (Facet::Node, &facts.nodes),
    ] {
        for name in names {
            add(facet, name.for_search());
        }
    }
    for (facet, names) in [
        (Facet::Entity, &facts.entities),
        (Facet::Slot, &facts.slots),
    ] {
        for (name, _) in names {
            add(facet, name.for_search());
        }
    }
    for flow in &facts.flows {
        add(Facet::Flow, flow.name.for_search());
        if flow.state == FlowState::Completed {
            add(Facet::Completed, flow.name.for_search());
        }
    }
    for value in values::dropoffs(facts) {
        add(Facet::Dropoff, &value);
    }
    for (flow, step) in &facts.steps {
        let step = format!("{}/{}", flow.for_search(), step.for_search());
        add(Facet::Step, &step);
    }
    for (name, value) in &facts.entities {
        out.push((
            Facet::EntityValue,
            named(name.for_search(), value.for_search()),
        ));
    }
    for (name, value) in values::metadata(attributes) {
        let pair = format!("{}={}", kept(&fold(&name)), kept(&fold(&value)));
        out.push((Facet::Meta, pair));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn values_are_folded_for_comparing() {
        assert_eq!(folded("\"Rome\\u0041\""), "romea");
        assert_eq!(folded("Rome"), "rome");
        assert_eq!(folded("3.50"), "3.50");
        assert_eq!(folded("{\"A\":1}"), "{\"a\":1}");
        assert_eq!(folded("\"unclosed"), "\"unclosed");
        assert_eq!(named("City", "\"ROME\""), "city=rome");
    }

    #[test]
    fn a_very_long_value_is_told_from_others_and_found_without_case() {
        let long = |end: &str| format!("{}{end}", "\u{e4}".repeat(5_000));
        assert!(folded(&long("a")).len() <= LONGEST_VALUE);
        assert_ne!(folded(&long("a")), folded(&long("b")));
        assert_eq!(fold(&kept(&long("A"))), fold(&kept(&long("a"))));
    }

    proptest! {
        #[test]
        fn ids_read_back(mut ids in proptest::collection::btree_set(0i64..i64::MAX / 512, 0..60)) {
            ids.insert(1);
            let ids: Vec<i64> = ids.into_iter().collect();
            let mut back = Vec::new();
            prop_assert!(decode_ids(&encode_ids(&ids), |id| back.push(id)));
            prop_assert_eq!(back, ids);
        }

        #[test]
        fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let _ = decode_ids(&bytes, |_| ());
            let _ = decode_turns(&bytes);
        }
    }
}
