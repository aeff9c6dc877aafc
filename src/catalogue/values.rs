//! Which conversations carry which value: one [`Posting`] a value, found by name without case.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;

use super::bits::Bits;
use super::posting::Posting;
use crate::filter::{Pattern, fold};
use crate::store::kept;

/// Values by group (a facet of the log, tags, reviewers …), each with its conversations.
#[derive(Clone, Debug)]
pub(super) struct Values<G> {
    groups: HashMap<G, BTreeMap<Box<str>, Named>>,
    postings: Vec<Posting>,
}

/// A value as it is shown, and where its posting stands.
#[derive(Clone, Debug)]
pub(super) struct Named {
    /// As it was first seen; the key is folded.
    pub display: Box<str>,
    /// Number of its posting.
    pub slot: u32,
}

impl<G> Default for Values<G> {
    fn default() -> Self {
        Self {
            groups: HashMap::new(),
            postings: Vec::new(),
        }
    }
}

impl<G: Copy + Eq + std::hash::Hash> Values<G> {
    /// A new posting without a name, for values that are looked up elsewhere.
    pub fn unnamed(&mut self) -> u32 {
        self.postings.push(Posting::default());
        self.postings.len() as u32 - 1
    }

    /// The posting of a value; values that differ in case alone share one.
    pub fn slot(&mut self, group: G, value: &str) -> u32 {
        let folded = fold(&kept(value)).into_boxed_str();
        let names = self.groups.entry(group).or_default();
        if let Some(named) = names.get(&folded) {
            return named.slot;
        }
        let slot = self.postings.len() as u32;
        self.postings.push(Posting::default());
        let display = value.into();
        names.insert(folded, Named { display, slot });
        slot
    }

    /// The same, shown in this spelling from now on.
    pub fn spelled(&mut self, group: G, value: &str) -> u32 {
        let slot = self.slot(group, value);
        let named = self
            .groups
            .get_mut(&group)
            .and_then(|names| names.get_mut(fold(&kept(value)).as_str()));
        if let Some(named) = named
            && *named.display != *value
        {
            named.display = value.into();
        }
        slot
    }

    /// The posting with this number.
    pub fn posting(&self, slot: u32) -> &Posting {
        &self.postings[slot as usize]
    }

    /// The posting with this number, to be changed.
    pub fn posting_mut(&mut self, slot: u32) -> &mut Posting {
        &mut self.postings[slot as usize]
    }

    /// Number of a value's posting, where the value is known.
    pub fn find(&self, group: G, value: &str) -> Option<u32> {
        Some(self.groups.get(&group)?.get(fold(value).as_str())?.slot)
    }

    /// All values of a group by name (without case), with their folded names.
    pub fn of(&self, group: G) -> impl DoubleEndedIterator<Item = (&str, &Named)> {
        self.groups
            .get(&group)
            .into_iter()
            .flatten()
            .map(|(folded, named)| (&**folded, named))
    }

    /// The values of a group whose folded name begins so, by name.
    pub fn beginning<'a>(
        &'a self,
        group: G,
        folded: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a Named)> {
        let from = (Bound::Included(folded), Bound::Unbounded);
        self.groups
            .get(&group)
            .into_iter()
            .flat_map(move |names| names.range::<str, _>(from))
            .map(|(name, named)| (&**name, named))
            .take_while(move |(name, _)| name.starts_with(folded))
    }

    /// Numbers of the postings of the values that the pattern names; absence is not a value.
    pub fn slots(&self, group: G, pattern: &Pattern) -> Vec<u32> {
        match pattern {
            Pattern::Exact(value) => self.find(group, &kept(value)).into_iter().collect(),
            Pattern::Prefix(prefix) => {
                let folded = fold(prefix);
                let beginning = self.beginning(group, &folded);
                beginning.map(|(_, named)| named.slot).collect()
            }
            Pattern::None | Pattern::Scalar(_) => Vec::new(),
        }
    }

    /// Adds to `set` what carries any value of the group.
    pub fn any(&self, group: G, set: &mut Bits) {
        for (_, named) in self.of(group) {
            self.posting(named.slot).or_into(set);
        }
    }

    /// Takes positions (ascending) out of every posting, before their values are set again.
    pub fn forget(&mut self, positions: &[u32], total: u32) {
        for posting in &mut self.postings {
            posting.remove(positions, total);
        }
    }

    /// Gives room back that building took in advance.
    pub fn shrink(&mut self) {
        self.postings.iter_mut().for_each(Posting::shrink);
        self.postings.shrink_to_fit();
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        let names: usize = self
            .groups
            .values()
            .flatten()
            .map(|(k, v)| k.len() + v.display.len() + 2 * size_of::<(Box<str>, Named)>())
            .sum();
        names + self.postings.iter().map(Posting::bytes).sum::<usize>()
    }
}

/// Positions collected by posting, to be added in one go.
#[derive(Debug, Default)]
pub(super) struct Gathered(BTreeMap<u32, Vec<u32>>);

impl Gathered {
    /// The position carries the value of this posting. Positions come ascending.
    pub fn add(&mut self, slot: u32, position: u32) {
        let list = self.0.entry(slot).or_default();
        if list.last() != Some(&position) {
            list.push(position);
        }
    }

    /// Adds all of it.
    pub fn into_values<G: Copy + Eq + std::hash::Hash>(self, values: &mut Values<G>, total: u32) {
        for (slot, positions) in self.0 {
            values.posting_mut(slot).insert(&positions, total);
        }
    }
}
