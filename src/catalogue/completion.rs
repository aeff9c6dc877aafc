//! Values for the completion of the filter line, with how many conversations carry each.

use std::collections::{HashMap, HashSet};

use super::Catalogue;
use super::bits::Bits;
use super::groups::{Group, group_of, pair};
use super::terms;
use crate::filter::{Field, fold, values};
use crate::model::CorrectionField;
use crate::store::feed::Wanted;
use crate::store::questions::Like;
use crate::store::{Facet, Result, Store, kept};

/// Of longer ones the store keeps a part, which is not what a filter asks for.
const LONGEST: usize = 160;

/// The most frequent of many values: of a slot that holds numbers of orders there is one a conversation.
struct Most {
    limit: usize,
    found: Vec<(String, u64)>,
}

impl Most {
    fn new(limit: usize) -> Self {
        Self {
            limit,
            found: Vec::new(),
        }
    }

    fn take(&mut self, value: String, count: u64) {
        if count == 0 || value.len() > LONGEST {
            return;
        }
        self.found.push((value, count));
        if self.found.len() >= self.limit.saturating_mul(2).max(1024) {
            self.cut();
        }
    }

    fn cut(&mut self) {
        // A slot that is spelled in two ways has a value twice.
        self.found.sort_by(|a, b| a.0.cmp(&b.0));
        self.found.dedup_by(|next, before| {
            let same = next.0 == before.0;
            before.1 += if same { next.1 } else { 0 };
            same
        });
        self.found
            .sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        self.found.truncate(self.limit);
    }

    fn found(mut self) -> Vec<(String, u64)> {
        self.cut();
        self.found
    }
}

impl Catalogue {
    /// Values of a field that begin so (without case), with how many conversations that are not deleted
    /// carry them; the most frequent first. For completion.
    pub fn values(&self, field: Field, prefix: &str, limit: usize) -> Vec<(String, u64)> {
        let Some(group) = group_of(field) else {
            return Vec::new();
        };
        let (shown, begins) = (self.shown(), fold(prefix));
        let values = self.index.values(group);
        let found = values
            .beginning(group, &begins)
            .map(|(_, named)| {
                let count = values.posting(named.slot).count_in(&shown);
                (named.display.to_string(), count.into())
            })
            .filter(|(_, count)| *count > 0);
        let mut most = Most::new(limit);
        found.for_each(|(value, count)| most.take(value, count));
        most.found()
    }

    /// Values of a name (`slot:city=`, `entity:city=`, `meta:env=`, `corrected:intent=`) that begin so, counted likewise; none
    /// of other fields. The store is asked, and answers `Interrupted` when its interrupt handle fires.
    pub fn named_values(
        &mut self,
        store: &Store,
        field: Field,
        name: &str,
        prefix: &str,
        limit: usize,
    ) -> Result<Vec<(String, u64)>> {
        self.settle(store)?;
        let (shown, prefix) = (self.shown(), fold(prefix));
        let mut most = Most::new(limit);
        match field {
            Field::Slot => self.slot_values(store, name, &prefix, &shown, &mut most)?,
            Field::Entity => {
                self.pairs(store, Facet::EntityValue, name, &prefix, &shown, &mut most)?
            }
            Field::Meta => self.pairs(store, Facet::Meta, name, &prefix, &shown, &mut most)?,
            Field::Corrected => {
                let found = self.corrections(store, name, &prefix, &shown)?;
                found
                    .into_iter()
                    .for_each(|(value, count)| most.take(value, count));
            }
            _ => {}
        }
        Ok(most.found())
    }

    /// What a correction of `field` may choose from: what conversations that are not deleted carry, counted
    /// as by [`Catalogue::values`], and what was corrected to besides; the most frequent first. Of summaries
    /// there is nothing to choose.
    pub fn correctable(
        &mut self,
        store: &Store,
        field: CorrectionField,
        limit: usize,
    ) -> Result<Vec<(String, u64)>> {
        self.settle(store)?;
        let (of, corrected) = match field {
            CorrectionField::Intent => (Field::Intent, Some("intent")),
            CorrectionField::Entities => (Field::Entity, Some("entities")),
            // Their values are those that are shown, corrected ones among them.
            CorrectionField::Topics => (Field::Topic, None),
            CorrectionField::Sentiment => (Field::Sentiment, None),
            CorrectionField::Language => (Field::Lang, None),
            CorrectionField::Summary => return Ok(Vec::new()),
        };
        let mut found = self.values(of, "", limit);
        if let Some(name) = corrected {
            let known: HashSet<String> = found.iter().map(|v| fold(&v.0)).collect();
            let more = self.corrections(store, name, "", &self.shown())?;
            let mut more: Vec<_> = more
                .into_iter()
                .filter(|(value, _)| !known.contains(&fold(value)))
                .collect();
            more.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
            found.extend(more);
            found.truncate(limit);
        }
        Ok(found)
    }

    /// Values of corrections of that name that begin so, with how many conversations of `shown` have one.
    fn corrections(
        &self,
        store: &Store,
        name: &str,
        prefix: &str,
        shown: &Bits,
    ) -> Result<HashMap<String, u64>> {
        let name = fold(name);
        let mut rows: HashMap<String, HashSet<i64>> = HashMap::new();
        store.ask_corrections(Wanted::All, |row, _, field, json| {
            if !self
                .index
                .rows
                .position(row)
                .is_some_and(|p| shown.contains(p))
            {
                return;
            }
            for (of, value) in values::correction_values(field, json) {
                if *of == name && fold(&value).starts_with(prefix) {
                    rows.entry(value.into_owned()).or_default().insert(row);
                }
            }
        })?;
        let counted = rows.into_iter();
        Ok(counted.map(|(v, rows)| (v, rows.len() as u64)).collect())
    }

    fn pairs(
        &self,
        store: &Store,
        facet: Facet,
        name: &str,
        prefix: &str,
        shown: &Bits,
        most: &mut Most,
    ) -> Result<()> {
        let named = pair(&kept(&fold(name)), "");
        let asked = format!("{named}{prefix}");
        store.ask_values(facet, Like::Prefix(&asked), |id, value| {
            if let Some(slot) = self.index.slot_of_value(id) {
                let count = self.index.content.posting(slot).count_in(shown);
                most.take(value[named.len()..].to_owned(), count.into());
            }
        })
    }

    fn slot_values(
        &self,
        store: &Store,
        name: &str,
        prefix: &str,
        shown: &Bits,
        most: &mut Most,
    ) -> Result<()> {
        let Some(slot) = self.index.content.find(Group::Of(Facet::Slot), &kept(name)) else {
            return Ok(());
        };
        let ids = self.index.ids_of_slot(slot);
        // They come value by value: each is complete when the next one begins.
        let (mut value, mut count) = (String::new(), 0);
        store.ask_slot_values(&ids, Like::Prefix(prefix), |next, row| {
            if next != value {
                most.take(std::mem::replace(&mut value, next.to_owned()), count);
                count = 0;
            }
            let position = self.index.rows.position(row);
            count += u64::from(position.is_some_and(|p| shown.contains(p)));
        })?;
        most.take(value, count);
        Ok(())
    }

    /// All that is not deleted.
    pub(super) fn shown(&self) -> Bits {
        let mut shown = self.index.live.clone();
        shown.and_not(&terms::status(&self.index, "deleted"));
        shown
    }
}
