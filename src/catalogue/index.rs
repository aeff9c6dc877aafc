//! What the catalogue holds of every conversation: numbers in columns, values as sets of positions.
//!
//! Content comes from narrow rows, reviews from the registers of the journal; both can be set again for
//! single conversations. Nothing is asked here: see `evaluate`.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::bits::Bits;
use super::columns::Column;
use super::filling::Filling;
use super::groups::{CONTENT_MARKS, FACETS, Group, MARKS, Mark, REVIEW_MARKS, ReviewMark};
use super::rows::Rows;
use super::values::{Gathered, Values};
use crate::filter::values;
use crate::model::{CorrectionField, Verdict};
use crate::store::feed::{NarrowRow, ReviewRow};
use crate::store::{Facet, decode_ids};

/// The numbers of the narrow rows.
#[derive(Clone, Debug, Default)]
pub(super) struct Numbers {
    pub started: Column,
    pub ended: Column,
    pub messages: Column,
    pub user_messages: Column,
    pub bot_messages: Column,
    pub queries: Column,
    pub fallbacks: Column,
    pub rating: Column,
    pub confidence: Column,
    pub margin: Column,
    pub action_confidence: Column,
}

impl Numbers {
    fn bytes(&self) -> usize {
        [
            &self.started,
            &self.ended,
            &self.messages,
            &self.user_messages,
            &self.bot_messages,
            &self.queries,
            &self.fallbacks,
            &self.rating,
            &self.confidence,
            &self.margin,
            &self.action_confidence,
        ]
        .iter()
        .map(|c| c.bytes())
        .sum()
    }

    fn all(&mut self) -> [&mut Column; 11] {
        [
            &mut self.started,
            &mut self.ended,
            &mut self.messages,
            &mut self.user_messages,
            &mut self.bot_messages,
            &mut self.queries,
            &mut self.fallbacks,
            &mut self.rating,
            &mut self.confidence,
            &mut self.margin,
            &mut self.action_confidence,
        ]
    }

    fn set(&mut self, position: u32, row: &NarrowRow) {
        for (column, number) in self.all().into_iter().zip(numbers(row)) {
            column.set(position, number);
        }
    }

    fn push(&mut self, row: &NarrowRow) {
        for (column, number) in self.all().into_iter().zip(numbers(row)) {
            column.push(number);
        }
    }
}

/// The numbers of a row, in the order of [`Numbers::all`].
fn numbers(row: &NarrowRow) -> [Option<i64>; 11] {
    [
        row.started,
        row.ended,
        Some(row.messages),
        Some(row.user_messages),
        Some(row.bot_messages),
        Some(row.queries),
        Some(row.fallbacks),
        row.rating,
        row.min_confidence,
        row.min_margin,
        row.min_action_confidence,
    ]
}

/// A person's language, topics or sentiment, shown instead of the source's.
pub(super) type Overrides = HashMap<i64, Vec<(CorrectionField, Box<str>)>>;

/// Everything that filters and facets are answered from.
#[derive(Clone, Debug)]
pub(super) struct Index {
    pub rows: Rows,
    /// Positions whose conversation was not purged.
    pub live: Bits,
    pub numbers: Numbers,
    /// Values of the log; the first postings are those of [`Mark`].
    pub content: Values<Group>,
    /// Values of the reviews; the first postings are those of [`ReviewMark`].
    pub reviews: Values<Group>,
    /// Moment of the last decision.
    pub decided: Column,
    pub overrides: Overrides,
    /// Rows whose overrides changed since their values were set.
    pub stale: BTreeSet<i64>,
    /// A tag or a rule was renamed, so that all reviews must be read again.
    pub reviews_stale: bool,
    /// Posting by id of `facet_value`; [`UNKNOWN`] where there is none.
    value_slots: Vec<u32>,
    /// True for ids of metadata, whose names are not held.
    is_meta: Bits,
    source_slots: BTreeMap<i64, u32>,
    tag_slots: HashMap<i64, u32>,
    rule_slots: HashMap<i64, u32>,
}

/// No posting.
pub(super) const UNKNOWN: u32 = u32::MAX;

impl Default for Index {
    fn default() -> Self {
        let (mut content, mut reviews) = (Values::default(), Values::default());
        (0..CONTENT_MARKS).for_each(|_| {
            content.unnamed();
        });
        (0..REVIEW_MARKS).for_each(|_| {
            reviews.unnamed();
        });
        Self {
            rows: Rows::default(),
            live: Bits::default(),
            numbers: Numbers::default(),
            content,
            reviews,
            decided: Column::default(),
            overrides: Overrides::new(),
            stale: BTreeSet::new(),
            reviews_stale: false,
            value_slots: Vec::new(),
            is_meta: Bits::default(),
            source_slots: BTreeMap::new(),
            tag_slots: HashMap::new(),
            rule_slots: HashMap::new(),
        }
    }
}

impl Index {
    /// How many positions there are, holes counted.
    pub fn len(&self) -> u32 {
        self.rows.len()
    }

    /// Room for so many conversations.
    pub fn reserve(&mut self, more: usize) {
        for column in self.numbers.all() {
            column.reserve(more);
        }
    }

    /// Gives room back that building took in advance.
    pub fn shrink(&mut self) {
        self.content.shrink();
        self.reviews.shrink();
    }

    /// The greatest id of `facet_value` that is known.
    pub fn last_value(&self) -> i64 {
        self.value_slots.len() as i64 - 1
    }

    /// Takes a value in. Those of metadata and entity values can be one for each conversation: they get a
    /// posting, but their names stay in the store.
    pub fn know_value(&mut self, id: i64, facet: u8, value: &str) {
        let (Ok(id), Some(facet)) = (
            usize::try_from(id),
            FACETS.iter().find(|f| **f as u8 == facet),
        ) else {
            return;
        };
        if id >= self.value_slots.len() {
            self.value_slots.resize(id + 1, UNKNOWN);
        }
        self.value_slots[id] = match facet {
            Facet::Meta | Facet::EntityValue => self.content.unnamed(),
            named => self.content.slot(Group::Of(*named), value),
        };
        if *facet == Facet::Meta {
            self.is_meta.grow(id as u32 + 1);
            self.is_meta.insert(id as u32);
        }
    }

    /// Takes the names of sources, tags and rules in.
    pub fn know_names(
        &mut self,
        sources: &[(i64, String)],
        tags: &[(i64, String)],
        rules: &[(i64, String)],
    ) {
        for (id, name) in sources {
            let slot = self.content.slot(Group::Source, name);
            self.source_slots.insert(*id, slot);
        }
        for (group, slots, names) in [
            (Group::Tag, &mut self.tag_slots, tags),
            (Group::Auto, &mut self.rule_slots, rules),
        ] {
            for (id, name) in names {
                let slot = self.reviews.spelled(group, name);
                let before = slots.insert(*id, slot);
                self.reviews_stale |= before.is_some_and(|b| b != slot);
            }
        }
    }

    /// Forgets all reviews, before they are read again as a whole.
    pub fn forget_reviews(&mut self) {
        let mut fresh = Values::default();
        (0..REVIEW_MARKS).for_each(|_| {
            fresh.unnamed();
        });
        self.reviews = fresh;
        self.tag_slots.clear();
        self.rule_slots.clear();
        self.decided = Column::default();
        self.decided.grow(self.len());
    }

    /// The posting of a value by its id in `facet_value`.
    pub fn slot_of_value(&self, id: i64) -> Option<u32> {
        let slot = *self.value_slots.get(usize::try_from(id).ok()?)?;
        (slot != UNKNOWN).then_some(slot)
    }

    /// Ids in `facet_value` that share a posting: spellings of one value.
    pub fn ids_of_slot(&self, slot: u32) -> Vec<i64> {
        (0..)
            .zip(&self.value_slots)
            .filter(|(_, s)| **s == slot)
            .map(|(id, _)| id)
            .collect()
    }

    /// Adds a conversation that is new at the end, with the ids of its values as they are stored.
    /// `expected`: how many there will be. False: the row is none that can be held. Its values are in the
    /// postings when `filling` was poured.
    pub fn append(
        &mut self,
        (row, values): (&NarrowRow, &[u8]),
        expected: u32,
        slots: &mut Vec<u32>,
        filling: &mut Filling,
    ) -> bool {
        let position = self.rows.len();
        if !self.rows.push(row.row) {
            return false;
        }
        self.numbers.push(row);
        self.content_slots(row, values, slots);
        filling.add(position, slots, &mut self.content, expected);
        true
    }

    /// Sets numbers and gathers values of a conversation that is known.
    pub fn update(
        &mut self,
        position: u32,
        (row, values): (&NarrowRow, &[u8]),
        slots: &mut Vec<u32>,
        gathered: &mut Gathered,
    ) {
        self.numbers.set(position, row);
        self.content_slots(row, values, slots);
        slots.iter().for_each(|s| gathered.add(*s, position));
    }

    /// The conversation is gone for good; its position stays empty.
    pub fn purge(&mut self, position: u32) {
        self.live.remove(position);
        // It is not the newest any more, if it was.
        self.numbers.ended.set(position, None);
    }

    /// The postings that the content of a conversation belongs to.
    fn content_slots(&mut self, row: &NarrowRow, values: &[u8], slots: &mut Vec<u32>) {
        slots.clear();
        for (mark, bit) in MARKS {
            if row.marks & bit != 0 {
                slots.push(mark as u32);
            }
        }
        slots.extend(self.source_slots.get(&row.source));
        let mut meta = false;
        // What does not read back is found by `doctor`; the values before it count.
        decode_ids(values, |id| {
            slots.extend(self.slot_of_value(id));
            meta |= u32::try_from(id).is_ok_and(|id| self.is_meta.contains(id));
        });
        if meta {
            slots.push(Mark::Meta as u32);
        }
        if let Some(corrected) = self.overrides.get(&row.row) {
            override_slots(&mut self.content, corrected, slots);
        }
    }

    /// Gathers the review state of a conversation, tags apart.
    pub fn review(&mut self, position: u32, row: &ReviewRow, gathered: &mut Gathered) {
        let marks = [
            (ReviewMark::Flagged, row.flagged),
            (ReviewMark::FlaggedEvent, row.flagged_events),
            (ReviewMark::Note, row.notes),
            (ReviewMark::Correction, row.corrections),
        ];
        for (mark, _) in marks.iter().filter(|m| m.1) {
            gathered.add(*mark as u32, position);
        }
        let reviewer = row.decided.as_ref().map(|d| d.0.as_str());
        let named = [
            (Group::Status, Some(row.status.name())),
            (Group::Verdict, row.verdict.map(Verdict::name)),
            (Group::Queue, row.queue.as_deref()),
            (Group::Reviewer, reviewer),
        ];
        for (group, name) in named {
            if let Some(name) = name {
                gathered.add(self.reviews.slot(group, name), position);
            }
        }
        self.decided
            .set(position, row.decided.as_ref().map(|d| d.1));
    }

    /// The values among which a group stands.
    pub fn values(&self, group: Group) -> &Values<Group> {
        match group {
            Group::Source | Group::Of(_) => &self.content,
            _ => &self.reviews,
        }
    }

    /// The posting of a tag by its id.
    pub fn tag_slot(&self, id: i64) -> Option<u32> {
        self.tag_slots.get(&id).copied()
    }

    /// The posting of an auto tag by the id of its rule.
    pub fn rule_slot(&self, id: i64) -> Option<u32> {
        self.rule_slots.get(&id).copied()
    }

    /// Bytes held by each kind of structure, about.
    pub fn held(&self) -> Vec<(&'static str, usize)> {
        vec![
            ("rows", self.rows.bytes() + self.live.bytes()),
            ("numbers", self.numbers.bytes() + self.decided.bytes()),
            ("values of the log", self.content.bytes()),
            ("values of the reviews", self.reviews.bytes()),
            (
                "ids of values",
                self.value_slots.capacity() * 4 + self.is_meta.bytes(),
            ),
        ]
    }
}

/// Puts a person's values in the place of the source's.
fn override_slots(
    content: &mut Values<Group>,
    corrected: &[(CorrectionField, Box<str>)],
    slots: &mut Vec<u32>,
) {
    for (field, json) in corrected {
        let (facet, shown) = match field {
            CorrectionField::Language => (Facet::Language, vec![values::plain_json(json)]),
            CorrectionField::Sentiment => (Facet::Sentiment, vec![values::plain_json(json)]),
            CorrectionField::Topics => (
                Facet::Topic,
                values::listed(json)
                    .into_iter()
                    .flat_map(values::with_parent)
                    .collect(),
            ),
            _ => continue,
        };
        let group = Group::Of(facet);
        let sources: Vec<u32> = content.of(group).map(|(_, named)| named.slot).collect();
        slots.retain(|slot| !sources.contains(slot));
        slots.extend(shown.iter().map(|value| content.slot(group, value)));
    }
}
