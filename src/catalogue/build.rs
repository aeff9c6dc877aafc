//! Building the catalogue, and following what others write to the store.

use std::collections::BTreeSet;

use super::Catalogue;
use super::cache::Reads;
use super::index::{Index, overrides};
use super::values::Gathered;
use crate::store::feed::{Revisions, Wanted};
use crate::store::{Result, Store, StoreError};

/// True if anything was new to the catalogue.
type Refreshed = bool;

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
            let expected = u32::try_from(store.feed_last_row()?).unwrap_or(u32::MAX);
            index.reserve(expected as usize);
            content(index, store, Wanted::All, expected)?;
            index.shrink();
            reviews(index, store, Wanted::All)
        })?;
        Ok(catalogue)
    }

    /// Takes in what was written since: new and changed conversations, reviews, purges.
    pub fn refresh(&mut self, store: &Store) -> Result<Refreshed> {
        store.reading(|| {
            let now = store.feed_revisions()?;
            let renamed = names(&mut self.index, store)?;
            if now == self.seen && !renamed {
                return Ok(false);
            }
            // If anything fails below, everything is read again next time: setting twice is harmless.
            let since = self.seen;
            let result = self.follow(store, since, renamed);
            self.changed(Reads::Content);
            result?;
            self.seen = Revisions {
                content: now.content.max(since.content),
                reviews: now.reviews.max(since.reviews),
                purged: now.purged.max(since.purged),
            };
            Ok(true)
        })
    }

    fn follow(&mut self, store: &Store, since: Revisions, renamed: bool) -> Result<()> {
        let index = &mut self.index;
        let mut reviewed = Vec::new();
        store.feed_reviews(Wanted::Since(since.reviews), |row| reviewed.push(row.row))?;
        let corrected = correct(index, store, &reviewed)?;
        let expected = u32::try_from(store.feed_last_row()?).unwrap_or(u32::MAX);
        content(index, store, Wanted::Since(since.content), expected)?;
        content(index, store, Wanted::These(&corrected), expected)?;
        for row in store.feed_purged(since.purged)? {
            if let Some(position) = index.rows.position(row) {
                index.live.remove(position);
            }
        }
        if renamed {
            index.forget_reviews();
            names(index, store)?;
            reviews(index, store, Wanted::All)
        } else {
            reviews(index, store, Wanted::These(&reviewed))
        }
    }

    /// Reads the reviews of these conversations again, after the writer acknowledged a change of theirs.
    pub fn apply_reviews(&mut self, store: &Store, rows: &[i64]) -> Result<()> {
        store.reading(|| {
            let result = self.reread(store, rows);
            self.changed(Reads::Reviews);
            result
        })
    }

    fn reread(&mut self, store: &Store, rows: &[i64]) -> Result<()> {
        let index = &mut self.index;
        let mut rows = rows.to_vec();
        rows.sort_unstable();
        rows.dedup();
        let corrected = correct(index, store, &rows)?;
        let expected = index.len();
        content(index, store, Wanted::These(&corrected), expected)?;
        if names(index, store)? {
            index.forget_reviews();
            names(index, store)?;
            reviews(index, store, Wanted::All)
        } else {
            reviews(index, store, Wanted::These(&rows))
        }
    }
}

/// Reads values, sources, tags and rules; true if a tag or rule has another name now.
fn names(index: &mut Index, store: &Store) -> Result<bool> {
    store.feed_values(index.last_value(), |id, facet, value| {
        index.know_value(id, facet, value);
    })?;
    Ok(index.know_names(
        &store.feed_sources()?,
        &store.feed_tags()?,
        &store.feed_rules()?,
    ))
}

/// Reads narrow rows: those beyond the last known are appended, the others set again.
fn content(index: &mut Index, store: &Store, wanted: Wanted<'_>, expected: u32) -> Result<()> {
    let (mut changed, mut gathered, mut slots) = (Vec::new(), Gathered::default(), Vec::new());
    let mut refused = None;
    store.feed_narrow(wanted, |row| {
        if let Some(position) = index.rows.position(row.row) {
            changed.push(position);
            index.update(position, row, &mut slots, &mut gathered);
        } else if row.row > index.rows.last() && !index.append(row, expected, &mut slots) {
            refused = Some(row.row);
        }
    })?;
    if let Some(row) = refused {
        let reason = format!("row {row} is beyond what can be listed: export into a new store");
        let path = store.path().to_path_buf();
        return Err(StoreError::Unusable { path, reason });
    }
    let total = index.len();
    if !changed.is_empty() {
        index.content.forget(&changed, total);
        gathered.into_values(&mut index.content, total);
    }
    let before = index.live.len();
    index.live.grow(total);
    (before..total).for_each(|p| {
        index.live.insert(p);
    });
    index.decided.grow(total);
    Ok(())
}

/// Takes in what persons say of language, topics and sentiment in these rows. Returns the rows whose
/// shown values can have changed by it.
fn correct(index: &mut Index, store: &Store, rows: &[i64]) -> Result<Vec<i64>> {
    let mut touched: BTreeSet<i64> = rows
        .iter()
        .copied()
        .filter(|row| index.overrides.remove(row).is_some())
        .collect();
    store.ask_corrections(Wanted::These(rows), |row, event, field, json| {
        if event.is_none() && overrides(field) {
            let shown = index.overrides.entry(row).or_default();
            shown.push((field, json.into()));
            touched.insert(row);
        }
    })?;
    Ok(touched.into_iter().collect())
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
