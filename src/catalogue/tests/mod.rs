//! The catalogue against the reference: random filters over random stores, after review changes and after
//! imports too. What `filter::plain` says of each conversation, read whole, is right.

mod answers;
mod reference;

use std::ops::Range;

use tempfile::TempDir;

use super::Catalogue;
use crate::filter::testing::{Made, NOW, REVIEWERS, random_conversation};
use crate::filter::{Context, Subject, Zone};
use crate::model::{Clock, Imported, Millis};
use crate::store::testing::temporary;
use crate::store::{SourceSpec, Store, StoreError, Whole};

/// A store with random conversations and their reviews, and what is whole of it.
struct Shelf {
    _dir: TempDir,
    store: Store,
}

impl Shelf {
    fn new(seeds: Range<u64>) -> Self {
        let (dir, store) = temporary();
        let mut shelf = Self { _dir: dir, store };
        shelf.take_in(seeds);
        shelf
    }

    /// Imports random conversations and enters their reviews.
    fn take_in(&mut self, seeds: Range<u64>) {
        let made: Vec<Made> = seeds.map(random_conversation).collect();
        self.import(made.iter().map(|m| m.imported.clone()).collect());
        for made in made.iter().filter(|m| !m.sets.is_empty()) {
            let clock = Clock::fixed(made.decided);
            let change = made.change();
            match self.store.apply(&change, made.reviewer, &clock) {
                Ok(_) | Err(StoreError::Unchanged) => {}
                Err(error) => panic!("{error}"),
            }
        }
    }

    fn import(&mut self, all: Vec<Imported>) {
        for source in ["main", "Other"] {
            let spec = SourceSpec {
                name: source.into(),
                format: "test".into(),
                session_mode: "none".into(),
            };
            let mut ingest = self.store.begin_import(&spec).unwrap();
            for imported in all.iter().filter(|i| i.key.source.for_search() == source) {
                ingest.take(imported.clone()).unwrap();
            }
            ingest.finish().unwrap();
        }
    }

    fn rows(&self) -> Vec<i64> {
        let mut rows = Vec::new();
        self.store
            .feed_narrow(crate::store::feed::Wanted::All, |r, _| rows.push(r.row))
            .unwrap();
        rows
    }

    /// Every conversation, in ascending order of rows.
    fn whole(&self) -> Vec<Whole> {
        let read = |row| self.store.whole(row).unwrap().unwrap();
        self.rows().into_iter().map(read).collect()
    }
}

fn subject(whole: &Whole) -> Subject<'_> {
    Subject {
        id: whole.card.id,
        source: whole.card.source.for_search(),
        external_id: whole.card.external_id.for_search(),
        attributes: &whole.card.attributes,
        events: &whole.events,
        keys: &whole.keys,
        facts: &whole.facts,
        review: &whole.review,
    }
}

/// Two hours east of Greenwich, so that local days are not those of UTC.
fn context(newest: Option<Millis>) -> Context {
    Context {
        now: NOW,
        zone: Zone::Fixed(chrono::FixedOffset::east_opt(7200).unwrap()),
        newest,
        me: REVIEWERS[0].to_owned(),
    }
}

fn build(shelf: &Shelf) -> Catalogue {
    Catalogue::build(&shelf.store).unwrap()
}
