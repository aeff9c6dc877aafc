//! The values that filters and facets know, by number.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, Hasher, RandomState};

use rusqlite::{Connection, OptionalExtension, params};

use super::{Facet, Result, sqlite};

/// Values remembered between conversations; beyond it they are looked up each time.
const MOST_REMEMBERED: usize = 200_000;

/// Gives the number of a value, adding it to the store where it is new.
pub(crate) trait Values {
    /// Number of this value of this facet.
    fn id(&mut self, facet: Facet, value: &str) -> Result<i64>;
}

/// The names of the values of one conversation, each once, in one piece of memory.
#[derive(Default)]
pub(crate) struct Names {
    text: String,
    /// Facet and where its name ends.
    ends: Vec<(Facet, usize)>,
    /// Places by hash.
    places: HashMap<u64, u32>,
    hasher: RandomState,
}

impl Names {
    /// The place of this value, which is appended where it is new.
    pub(crate) fn place(&mut self, facet: Facet, name: &str) -> u32 {
        let mut hasher = self.hasher.build_hasher();
        (facet as u8).hash(&mut hasher);
        name.hash(&mut hasher);
        let next = self.ends.len() as u32;
        let place = *self.places.entry(hasher.finish()).or_insert(next);
        if place != next && self.get(place as usize) == (facet, name) {
            return place;
        }
        // Of two values with one hash the later stands here more than once, which does no harm.
        self.text.push_str(name);
        self.ends.push((facet, self.text.len()));
        next
    }

    /// The number of each, by place.
    pub(crate) fn numbers(&self, values: &mut dyn Values) -> Result<Vec<i64>> {
        (0..self.ends.len())
            .map(|place| {
                let (facet, name) = self.get(place);
                values.id(facet, name)
            })
            .collect()
    }

    fn get(&self, place: usize) -> (Facet, &str) {
        let from = place.checked_sub(1).map_or(0, |before| self.ends[before].1);
        let (facet, end) = self.ends[place];
        (facet, &self.text[from..end])
    }
}

/// Numbers of the values seen lately, one map a facet.
#[derive(Default)]
pub(crate) struct ValueIds {
    maps: HashMap<Facet, HashMap<Box<str>, i64>>,
    count: usize,
}

/// The values of a store, with those seen lately at hand.
pub(crate) struct ValuesIn<'a> {
    /// The store, inside a transaction.
    pub conn: &'a Connection,
    /// What is remembered.
    pub ids: &'a mut ValueIds,
}

impl ValueIds {
    fn get(&self, facet: Facet, value: &str) -> Option<i64> {
        self.maps.get(&facet)?.get(value).copied()
    }

    fn remember(&mut self, facet: Facet, value: &str, id: i64) {
        if self.count >= MOST_REMEMBERED {
            *self = Self::default();
        }
        self.count += 1;
        self.maps.entry(facet).or_default().insert(value.into(), id);
    }
}

impl Values for ValuesIn<'_> {
    fn id(&mut self, facet: Facet, value: &str) -> Result<i64> {
        if let Some(id) = self.ids.get(facet, value) {
            return Ok(id);
        }
        let id = match find(self.conn, facet, value)? {
            Some(id) => id,
            None => self
                .conn
                .prepare_cached("INSERT INTO facet_value (facet, value) VALUES (?1, ?2)")
                .and_then(|mut q| q.insert(params![facet as u8, value]))
                .map_err(sqlite("writing a value"))?,
        };
        self.ids.remember(facet, value, id);
        Ok(id)
    }
}

/// The values of a store that is only read: what is not there has the number 0.
pub(crate) struct KnownValues<'a> {
    conn: &'a Connection,
    ids: ValueIds,
}

impl<'a> KnownValues<'a> {
    /// Of this store.
    pub(crate) fn new(conn: &'a Connection) -> Self {
        Self {
            conn,
            ids: ValueIds::default(),
        }
    }
}

impl Values for KnownValues<'_> {
    fn id(&mut self, facet: Facet, value: &str) -> Result<i64> {
        if let Some(id) = self.ids.get(facet, value) {
            return Ok(id);
        }
        let id = find(self.conn, facet, value)?.unwrap_or(0);
        self.ids.remember(facet, value, id);
        Ok(id)
    }
}

fn find(conn: &Connection, facet: Facet, value: &str) -> Result<Option<i64>> {
    conn.prepare_cached("SELECT id FROM facet_value WHERE facet = ?1 AND value = ?2")
        .and_then(|mut q| {
            q.query_row(params![facet as u8, value], |r| r.get(0))
                .optional()
        })
        .map_err(sqlite("reading a value"))
}
