//! The orders of the list.
//!
//! An order is a permutation of all positions, made when it is first asked for. A short answer is sorted
//! by itself where its key is a number. What has no value comes last in both directions; among equals
//! the newest comes first, then what was imported last.

use std::sync::Arc;

use super::bits::Bits;
use super::cache::Reads;
use super::groups::{Group, Mark};
use super::index::Index;
use crate::filter::fold;
use crate::model::SortKey;
use crate::store::{Facet, Result, Store};

/// Orders already made, the one used last at the end.
#[derive(Debug, Default)]
pub(super) struct Orders {
    made: Vec<(SortKey, bool, Arc<Vec<u32>>)>,
}

/// So many are kept: four bytes a conversation each.
const KEPT: usize = 3;

/// Order-preserving numbers by position; absent ones are the greatest.
type Keys = Vec<u64>;
const ABSENT: u64 = u64::MAX;

impl Orders {
    /// Forgets orders that a change made stale.
    pub fn forget(&mut self, changed: Reads) {
        match changed {
            Reads::Content => self.made.clear(),
            Reads::Reviews => self.made.retain(|(key, _, _)| !reads_reviews(*key)),
        }
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        self.made.iter().map(|m| m.2.capacity() * 4).sum()
    }

    /// Conversations came and all others are as they were: orders by numbers take the new ones in, the
    /// others are made anew when they are asked for.
    pub fn came(&mut self, index: &Index) {
        self.made.retain(|(key, _, _)| is_number(*key));
        for (key, reverse, order) in &mut self.made {
            let descending = key.descending() != *reverse;
            take_in(Arc::make_mut(order), index, *key, descending);
        }
    }

    /// The rows of `found`, in order.
    pub fn sorted(
        &mut self,
        index: &Index,
        store: &Store,
        found: &Bits,
        (key, reverse): (SortKey, bool),
    ) -> Result<Vec<i64>> {
        let count = found.count();
        let made = self.made.iter().any(|m| (m.0, m.1) == (key, reverse));
        // Looking all positions of a kept order up takes as long as sorting one in 256.
        let few = if made { 256 } else { 16 };
        if count < index.len() / few && is_number(key) {
            return Ok(sorted_few(index, found, key, reverse));
        }
        let order = self.order(index, store, key, reverse)?;
        let mut rows = Vec::with_capacity(count as usize);
        if count == index.len() {
            rows.extend(order.iter().map(|p| index.rows.row(*p)));
            return Ok(rows);
        }
        // Each row is written and the next takes its place unless it belongs to the answer: which ones do
        // cannot be guessed, and a wrong guess costs more than a row written in vain.
        let mut part = [0; 256];
        for positions in order.chunks(part.len()) {
            let mut filled = 0;
            for p in positions {
                part[filled % 256] = index.rows.row(*p);
                filled += usize::from(found.contains(*p));
            }
            rows.extend_from_slice(&part[..filled]);
        }
        Ok(rows)
    }

    fn order(
        &mut self,
        index: &Index,
        store: &Store,
        key: SortKey,
        reverse: bool,
    ) -> Result<Arc<Vec<u32>>> {
        if let Some(at) = self.made.iter().position(|m| (m.0, m.1) == (key, reverse)) {
            let made = self.made.remove(at);
            let order = Arc::clone(&made.2);
            self.made.push(made);
            return Ok(order);
        }
        let descending = key.descending() != reverse;
        let order = if key == SortKey::Ended && descending {
            newest_first(index)
        } else {
            let newest = self.order(index, store, SortKey::Ended, false)?;
            let keys = keys(index, store, key, descending)?;
            by_keys(&newest, keys)
        };
        let order = Arc::new(order);
        self.made.push((key, reverse, Arc::clone(&order)));
        if self.made.len() > KEPT {
            self.made.remove(0);
        }
        Ok(order)
    }
}

/// The positions by their keys; among equals as they stand in `newest`.
fn by_keys(newest: &[u32], keys: Keys) -> Vec<u32> {
    let present = || keys.iter().filter(|k| **k != ABSENT);
    let least = present().min().copied().unwrap_or(0);
    let absent = present().max().map_or(0, |most| most - least + 1);
    let bits = usize::BITS - newest.len().leading_zeros();
    if absent.leading_zeros() < bits {
        // Keys too far apart to stand in one number with a place.
        let mut order = newest.to_vec();
        order.sort_by_key(|p| keys[*p as usize]);
        return order;
    }
    let packed = newest.iter().zip(0u64..).map(|(p, place)| {
        let key = keys[*p as usize];
        let key = if key == ABSENT { absent } else { key - least };
        key << bits | place
    });
    let mut packed: Vec<u64> = packed.collect();
    drop(keys);
    packed.sort_unstable();
    let places = (1u64 << bits) - 1;
    let position = |key: &u64| newest[(key & places) as usize];
    packed.iter().map(position).collect()
}

fn reads_reviews(key: SortKey) -> bool {
    use SortKey as K;
    matches!(key, K::Decided | K::Tags | K::AutoTags | K::Queue)
        || matches!(key, K::Topics | K::Sentiment | K::Language)
}

fn is_number(key: SortKey) -> bool {
    number(&Index::default(), key, 0).is_some()
}

/// The number of a position by which a key sorts; `None` for keys that sort by names. The inner one is
/// absence.
fn number(index: &Index, key: SortKey, position: u32) -> Option<Option<i64>> {
    use SortKey as K;
    let n = &index.numbers;
    let column = match key {
        K::Ended => &n.ended,
        K::Started => &n.started,
        K::Duration => {
            let (ended, started) = (n.ended.get(position), n.started.get(position));
            return Some(ended.zip(started).map(|(e, s)| e.saturating_sub(s)));
        }
        K::Messages => &n.messages,
        K::UserMessages => &n.user_messages,
        K::BotMessages => &n.bot_messages,
        K::Queries => &n.queries,
        K::Fallbacks => &n.fallbacks,
        K::Rating => &n.rating,
        K::Confidence => &n.confidence,
        K::Margin => &n.margin,
        K::ActionConfidence => &n.action_confidence,
        K::Decided => &index.decided,
        K::Escalated => {
            let posting = index.content.posting(Mark::Escalated as u32);
            return Some(Some(posting.contains(position).into()));
        }
        _ => return None,
    };
    Some(column.get(position))
}

/// A number as one that sorts as asked, absence last.
fn ordered(number: Option<i64>, descending: bool) -> u64 {
    let Some(number) = number else {
        return ABSENT;
    };
    // The order of signed numbers among unsigned ones.
    let up = (number as u64) ^ (1 << 63);
    let key = if descending { !up } else { up };
    key.min(ABSENT - 1)
}

fn newest_first(index: &Index) -> Vec<u32> {
    let mut pairs: Vec<(u64, u32)> = (0..index.len())
        .map(|p| (ordered(index.numbers.ended.get(p), true), !p))
        .collect();
    pairs.sort_unstable();
    pairs.into_iter().map(|(_, p)| !p).collect()
}

/// What a position is sorted by: its own number, then the newest, then what was imported last.
fn place(index: &Index, key: SortKey, descending: bool, p: u32) -> (u64, u64, u32) {
    let own = ordered(number(index, key, p).flatten(), descending);
    (own, ordered(index.numbers.ended.get(p), true), !p)
}

/// Puts the positions that an order lacks at their places: what stands between two of them moves once.
fn take_in(order: &mut Vec<u32>, index: &Index, key: SortKey, descending: bool) {
    let place = |p: u32| place(index, key, descending, p);
    let known = order.len();
    let mut new: Vec<u32> = (known as u32..index.len()).collect();
    new.sort_unstable_by_key(|p| place(*p));
    if order.capacity() - known < new.len() {
        order.reserve_exact(new.len().max(known / 16));
    }
    order.extend_from_slice(&new);
    let mut end = known;
    for (before, p) in new.iter().enumerate().rev() {
        let own = place(*p);
        let at = order[..end].partition_point(|other| place(*other) < own);
        order.copy_within(at..end, at + before + 1);
        order[at + before] = *p;
        end = at;
    }
}

fn sorted_few(index: &Index, found: &Bits, key: SortKey, reverse: bool) -> Vec<i64> {
    let descending = key.descending() != reverse;
    let mut keyed: Vec<(u64, u64, u32)> = found
        .iter()
        .map(|p| place(index, key, descending, p))
        .collect();
    keyed.sort_unstable();
    keyed.iter().map(|k| index.rows.row(!k.2)).collect()
}

fn keys(index: &Index, store: &Store, key: SortKey, descending: bool) -> Result<Keys> {
    use SortKey as K;
    if is_number(key) {
        let of = |p| ordered(number(index, key, p).flatten(), descending);
        return Ok((0..index.len()).map(of).collect());
    }
    let mut keys = vec![ABSENT; index.len() as usize];
    let group = match key {
        K::Id => {
            let mut place = 0;
            store.ask_ids_in_order(|row| {
                set(index, &mut keys, row, place);
                place += 1;
            })?;
            return Ok(turned(keys, descending));
        }
        K::User | K::UserId => {
            users(index, store, key == K::User, &mut keys)?;
            return Ok(turned(keys, descending));
        }
        K::Agent => Group::Of(Facet::Agent),
        K::Language => Group::Of(Facet::Language),
        K::Location => Group::Of(Facet::Location),
        K::Channel => Group::Of(Facet::Channel),
        K::Device => Group::Of(Facet::Device),
        K::Version => Group::Of(Facet::Version),
        K::Tags => Group::Tag,
        K::AutoTags => Group::Auto,
        K::Topics => Group::Of(Facet::Topic),
        K::Sentiment => Group::Of(Facet::Sentiment),
        _ => Group::Queue,
    };
    let values = index.values(group);
    let mut names: Vec<(u64, &str, u32)> = values
        .of(group)
        .map(|(name, named)| {
            let first = match key {
                K::Sentiment => sentiment(name),
                _ => 0,
            };
            (first, name, named.slot)
        })
        .collect();
    names.sort_unstable();
    // The first of several names counts.
    for (place, (_, _, slot)) in (0u64..).zip(names) {
        for p in values.posting(slot).iter() {
            let key = &mut keys[p as usize];
            *key = (*key).min(place);
        }
    }
    Ok(turned(keys, descending))
}

/// Negative first; words and numbers in one order.
fn sentiment(name: &str) -> u64 {
    let number = match name {
        "negative" => Some(-1.0),
        "neutral" => Some(0.0),
        "positive" => Some(1.0),
        number => number.parse::<f64>().ok().filter(|n| n.is_finite()),
    };
    number.map_or(ABSENT, |n| ordered(Some((n * 1e6) as i64), false))
}

/// Users in order of their names, else their ids, without case.
fn users(index: &Index, store: &Store, by_name: bool, keys: &mut Keys) -> Result<()> {
    // Each distinct text once, with the positions that have it.
    let mut texts: Vec<(String, Vec<u32>)> = Vec::new();
    let mut named = Bits::new(index.len());
    let mut take = |named: &Bits, row: i64, text: &str| {
        let position = index.rows.position(row).filter(|p| !named.contains(*p))?;
        match texts.last_mut() {
            Some((last, positions)) if last == text => positions.push(position),
            _ => texts.push((text.to_owned(), vec![position])),
        }
        Some(position)
    };
    if by_name {
        let none = Bits::new(index.len());
        store.ask_user_names(|row, name| {
            if let Some(position) = take(&none, row, name) {
                named.insert(position);
            }
        })?;
    }
    store.ask_user_ids(|row, id| {
        take(&named, row, id);
    })?;
    for (text, _) in &mut texts {
        *text = fold(text);
    }
    texts.sort_unstable();
    let mut place = 0;
    for (at, (text, positions)) in texts.iter().enumerate() {
        if at > 0 && texts[at - 1].0 != *text {
            place += 1;
        }
        for p in positions {
            keys[*p as usize] = place;
        }
    }
    Ok(())
}

fn set(index: &Index, keys: &mut Keys, row: i64, place: u64) {
    if let Some(position) = index.rows.position(row) {
        keys[position as usize] = place;
    }
}

fn turned(mut keys: Keys, descending: bool) -> Keys {
    if descending {
        for key in keys.iter_mut().filter(|k| **k != ABSENT) {
            *key = ABSENT - 1 - *key;
        }
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::{ABSENT, by_keys};

    #[test]
    fn keys_near_each_other_and_far_apart_are_sorted_alike() {
        let newest = [4, 0, 3, 1, 2];
        let near = vec![7, ABSENT, 5, 7, ABSENT];
        assert_eq!(by_keys(&newest, near), [2, 0, 3, 4, 1]);
        let far = vec![ABSENT - 1, ABSENT, 0, ABSENT - 1, ABSENT];
        assert_eq!(by_keys(&newest, far), [2, 0, 3, 4, 1]);
        assert_eq!(by_keys(&newest, vec![ABSENT; 5]), newest);
        assert!(by_keys(&[], Vec::new()).is_empty());
    }
}
