//! Building the catalogue, and following what others write to the store.

use std::panic::resume_unwind;
use std::thread;

use super::Catalogue;
use super::cache::Reads;
use super::filling::Filling;
use super::groups::overrides;
use super::index::Index;
use super::values::Gathered;
use crate::store::feed::{NarrowRow, Revisions, Wanted};
use crate::store::{Result, Store, StoreError};

impl Catalogue {
    /// Reads the whole catalogue. Stops with `Interrupted` when the store's interrupt handle fires.
    pub fn build(store: &Store) -> Result<Self> {
        let mut catalogue = Self::default();
        store.reading(|| {
            catalogue.seen = store.feed_revisions()?;
            let index = &mut catalogue.index;
            names(index, store)?;
            store.ask_corrections(Wanted::All, |row, event, field, json| {
                if event.is_none() && overrides(field) {
                    index
                        .overrides
                        .entry(row)
                        .or_default()
                        .push((field, json.into()));
                }
            })?;
            everything(index, store)?;
            index.shrink();
            reviews(index, store, Wanted::All)
        })?;
        Ok(catalogue)
    }

    /// Takes in what was written since: new and changed conversations, reviews, purges. True if there was
    /// anything. What an interruption leaves undone is done before the next question is answered.
    pub fn refresh(&mut self, store: &Store) -> Result<bool> {
        let owed = std::mem::replace(&mut self.owed, true);
        store.reading(|| {
            let now = store.feed_revisions()?;
            let since = self.seen;
            names(&mut self.index, store)?;
            let stale = owed || self.index.reviews_stale;
            if now == since && !stale {
                self.owed = false;
                return Ok(false);
            }
            // What was answered of the content alone stays where only reviews changed: a decision on the
            // screen must not cost every term and every order.
            let renamed = self.index.reviews_stale;
            let content = owed || now.content != since.content || now.purged != since.purged;
            let result = self.follow(store, since);
            match result {
                Ok(Followed::Came) if !owed && now.purged == since.purged => {
                    if now.reviews != since.reviews || stale {
                        self.changed(Reads::Reviews);
                    }
                    self.cache.came();
                    self.orders.came(&self.index);
                }
                _ if content => self.changed(Reads::Content),
                _ => self.changed(Reads::Reviews),
            }
            result?;
            self.news.content |=
                renamed || now.content != since.content || now.purged != since.purged;
            // Revisions of what was purged are gone; the counter never goes back.
            self.seen = Revisions {
                content: now.content.max(since.content),
                reviews: now.reviews.max(since.reviews),
                purged: now.purged.max(since.purged),
            };
            self.owed = false;
            Ok(true)
        })
    }

    fn follow(&mut self, store: &Store, since: Revisions) -> Result<Followed> {
        let index = &mut self.index;
        let mut reviewed = Vec::new();
        store.feed_reviews(Wanted::Since(since.reviews), |row| reviewed.push(row.row))?;
        reviewed.sort_unstable();
        correct(index, store, &reviewed)?;
        let expected = u32::try_from(store.feed_last_row()?).unwrap_or(u32::MAX);
        let before = index.len();
        let changed = content(index, store, Wanted::Since(since.content), expected)?;
        let followed = match index.len() > before && !changed {
            true => Followed::Came,
            false => Followed::Changed,
        };
        shown(index, store)?;
        for row in store.feed_purged(since.purged)? {
            if let Some(position) = index.rows.position(row) {
                index.purge(position);
            }
        }
        review_rows(index, store, &reviewed)?;
        self.news.reviewed.append(&mut reviewed);
        Ok(followed)
    }

    /// True if an interruption left something undone.
    #[cfg(test)]
    pub(super) fn owes(&self) -> bool {
        self.owed
    }

    /// Begins a question: does what is owed, and forgets an interrupt of what was asked before.
    pub(super) fn settle(&mut self, store: &Store) -> Result<()> {
        store.begin_question()?;
        if self.owed {
            self.refresh(store)?;
        }
        Ok(())
    }
}

/// What became of the content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Followed {
    /// Conversations came; those that were there are as they were.
    Came,
    /// None came, or others changed too.
    Changed,
}

/// Reads reviews of these rows, or all of them where a tag or a rule was renamed.
fn review_rows(index: &mut Index, store: &Store, rows: &[i64]) -> Result<()> {
    names(index, store)?;
    if index.reviews_stale {
        index.forget_reviews();
        names(index, store)?;
        reviews(index, store, Wanted::All)?;
        index.reviews_stale = false;
        return Ok(());
    }
    reviews(index, store, Wanted::These(rows))
}

/// Reads values, sources, tags and rules.
fn names(index: &mut Index, store: &Store) -> Result<()> {
    store.feed_values(index.last_value(), |id, facet, value| {
        index.know_value(id, facet, value);
    })?;
    let (sources, tags) = (store.feed_sources()?, store.feed_tags()?);
    index.know_names(&sources, &tags, &store.feed_rules()?);
    Ok(())
}

/// So many rows go from the reading thread to the one that takes them in at once.
const BATCH: usize = if cfg!(test) { 7 } else { 1024 };
/// With fewer rows than this a second thread is not worth its start. Tests go both ways.
const WORTH_A_THREAD: u32 = if cfg!(test) { 40 } else { 20_000 };

/// Narrow rows on their way from one thread to the other, without memory of its own for each.
#[derive(Debug, Default)]
struct Batch {
    /// Each with where its values end in `values`.
    rows: Vec<(NarrowRow, usize)>,
    values: Vec<u8>,
}

impl Batch {
    fn push(&mut self, row: &NarrowRow, values: &[u8]) {
        self.values.extend_from_slice(values);
        self.rows.push((*row, self.values.len()));
    }

    fn rows(&self) -> impl Iterator<Item = (&NarrowRow, &[u8])> {
        let mut start = 0;
        self.rows.iter().map(move |(row, end)| {
            let values = &self.values[start..*end];
            start = *end;
            (row, values)
        })
    }

    fn clear(&mut self) {
        self.rows.clear();
        self.values.clear();
    }
}

/// Reads all narrow rows into an empty index: one thread reads them, another takes them in.
fn everything(index: &mut Index, store: &Store) -> Result<()> {
    let expected = u32::try_from(store.feed_last_row()?).unwrap_or(u32::MAX);
    if expected < WORTH_A_THREAD {
        content(index, store, Wanted::All, expected)?;
        return Ok(());
    }
    index.reserve(expected as usize);
    let (full, batches) = crossbeam_channel::bounded::<Batch>(4);
    let (back, empty) = crossbeam_channel::unbounded::<Batch>();
    let (read, taken) = thread::scope(|threads| {
        let index = &mut *index;
        let taking = threads.spawn(move || {
            let (mut slots, mut filling) = (Vec::new(), Filling::default());
            for mut batch in batches {
                for row in batch.rows() {
                    if !index.append(row, expected, &mut slots, &mut filling) {
                        return Some(row.0.row);
                    }
                }
                batch.clear();
                // The reader may be at its end: then nobody wants it back.
                let _ = back.send(batch);
            }
            filling.pour(&mut index.content, expected);
            None
        });
        let mut batch = Batch::default();
        let read = store.feed_narrow(Wanted::All, |row, values| {
            batch.push(row, values);
            if batch.rows.len() == BATCH {
                let next = empty.try_recv().unwrap_or_default();
                // Where no more is taken, a row was refused, which is told below.
                let _ = full.send(std::mem::replace(&mut batch, next));
            }
        });
        let _ = full.send(batch);
        drop(full);
        let taken = taking.join();
        (read, taken.unwrap_or_else(|panic| resume_unwind(panic)))
    });
    read?;
    refuse(store, taken)?;
    came(index, 0);
    Ok(())
}

/// An error where a row cannot be held.
fn refuse(store: &Store, row: Option<i64>) -> Result<()> {
    let Some(row) = row else {
        return Ok(());
    };
    let reason = format!("row {row} is beyond what can be listed: export into a new store");
    let path = store.path().to_path_buf();
    Err(StoreError::Unusable { path, reason })
}

/// Conversations from position `before` on have come.
fn came(index: &mut Index, before: u32) {
    let total = index.len();
    index.live.grow(total);
    (before..total).for_each(|p| {
        index.live.insert(p);
    });
    index.decided.grow(total);
}

/// Reads narrow rows: those beyond the last known are appended, the others set again. True if there were
/// others.
fn content(index: &mut Index, store: &Store, wanted: Wanted<'_>, expected: u32) -> Result<bool> {
    let (mut changed, mut gathered, mut slots) = (Vec::new(), Gathered::default(), Vec::new());
    let new = i64::from(expected).saturating_sub(index.rows.last());
    index.reserve(usize::try_from(new).unwrap_or(0));
    let (mut refused, mut filling) = (None, Filling::default());
    let read = store.feed_narrow(wanted, |row, values| {
        let all = (row, values);
        if let Some(position) = index.rows.position(row.row) {
            changed.push(position);
            index.update(position, all, &mut slots, &mut gathered);
        } else if row.row > index.rows.last()
            && !index.append(all, expected, &mut slots, &mut filling)
        {
            refused = Some(row.row);
        }
    });
    filling.pour(&mut index.content, expected);
    read?;
    refuse(store, refused)?;
    let total = index.len();
    if !changed.is_empty() {
        index.content.forget(&changed, total);
        gathered.into_values(&mut index.content, total);
    }
    came(index, index.live.len());
    Ok(!changed.is_empty())
}

/// Takes in what persons say of language, topics and sentiment in these rows; [`shown`] makes it show.
fn correct(index: &mut Index, store: &Store, rows: &[i64]) -> Result<()> {
    let mut corrections = Vec::new();
    store.ask_corrections(Wanted::These(rows), |row, event, field, json| {
        if event.is_none() && overrides(field) {
            corrections.push((row, field, json.into()));
        }
    })?;
    for row in rows {
        if index.overrides.remove(row).is_some() {
            index.stale.insert(*row);
        }
    }
    for (row, field, json) in corrections {
        index.stale.insert(row);
        index.overrides.entry(row).or_default().push((field, json));
    }
    Ok(())
}

/// Sets the values of conversations again whose corrections changed.
fn shown(index: &mut Index, store: &Store) -> Result<()> {
    let rows: Vec<i64> = index.stale.iter().copied().collect();
    let expected = index.len();
    content(index, store, Wanted::These(&rows), expected)?;
    index.stale.clear();
    Ok(())
}

/// Reads review rows, tags and auto tags of the rows wanted.
fn reviews(index: &mut Index, store: &Store, wanted: Wanted<'_>) -> Result<()> {
    let mut gathered = Gathered::default();
    let total = index.len();
    if let Wanted::These(rows) = wanted {
        let positions: Vec<u32> = rows
            .iter()
            .filter_map(|row| index.rows.position(*row))
            .collect();
        index.reviews.forget(&positions, total);
        positions.iter().for_each(|p| index.decided.set(*p, None));
    }
    store.feed_reviews(wanted, |row| {
        if let Some(position) = index.rows.position(row.row) {
            index.review(position, row, &mut gathered);
        }
    })?;
    store.feed_conversation_tags(wanted, |row, tag| {
        if let (Some(position), Some(slot)) = (index.rows.position(row), index.tag_slot(tag)) {
            gathered.add(slot, position);
        }
    })?;
    store.feed_auto_tags(wanted, |row, rule| {
        if let (Some(position), Some(slot)) = (index.rows.position(row), index.rule_slot(rule)) {
            gathered.add(slot, position);
        }
    })?;
    gathered.into_values(&mut index.reviews, total);
    Ok(())
}
