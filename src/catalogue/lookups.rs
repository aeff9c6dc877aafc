//! Terms that the store's tables answer: ids, users, words, notes, corrections, values of slots, entities
//! and metadata.

use super::bits::Bits;
use super::evaluate::Evaluator;
use super::groups::{Group, Mark, pair};
use super::terms::mark;
use crate::filter::plain::{named_holds, pattern_holds};
use crate::filter::{Field, Pattern, Term, Words, fold, values};
use crate::store::feed::Wanted;
use crate::store::questions::{Like, Side};
use crate::store::{Facet, Result, kept};

impl Evaluator<'_> {
    /// `field:name=value`.
    pub(super) fn named(&mut self, field: Field, name: &str, value: &Pattern) -> Result<Bits> {
        match field {
            Field::Meta => self.pairs(Facet::Meta, name, value),
            Field::Entity if *value == Pattern::None => {
                let found = self.listed(field, &Pattern::from(name));
                Ok(self.all_but(&found))
            }
            Field::Entity => self.pairs(Facet::EntityValue, name, value),
            Field::Slot => self.slot(name, value),
            Field::Corrected if *value == Pattern::None => {
                let any = Pattern::Prefix(String::new());
                let found = self.corrected(|pairs| named_holds(name, &any, pairs), false)?;
                Ok(self.all_but(&found))
            }
            Field::Corrected => self.corrected(|pairs| named_holds(name, value, pairs), false),
            _ => Ok(self.nothing()),
        }
    }

    /// `name=value` among values that are kept as pairs.
    fn pairs(&self, facet: Facet, name: &str, value: &Pattern) -> Result<Bits> {
        let name = kept(&fold(name)).into_owned();
        let (asked, prefix) = match value {
            Pattern::Exact(value) => (pair(&name, &kept(&fold(value))), false),
            Pattern::Prefix(value) => (pair(&name, &fold(value)), true),
            Pattern::None => (pair(&name, ""), true),
            Pattern::Scalar(_) => return Ok(self.nothing()),
        };
        let like = if prefix {
            Like::Prefix(&asked)
        } else {
            Like::Exact(&asked)
        };
        let found = self.values_like(facet, like, |_| true)?;
        Ok(match value {
            Pattern::None => self.all_but(&found),
            _ => found,
        })
    }

    pub(super) fn meta_names(&self, pattern: &Pattern) -> Result<Bits> {
        match pattern {
            Pattern::None => Ok(self.all_but(&mark(self.index, Mark::Meta))),
            Pattern::Exact(name) => {
                let asked = pair(&kept(&fold(name)), "");
                self.values_like(Facet::Meta, Like::Prefix(&asked), |_| true)
            }
            Pattern::Prefix(prefix) => {
                let asked = fold(prefix);
                // The prefix may not reach into the value.
                let name = |pair: &str| pair.find('=').is_some_and(|end| end >= asked.len());
                self.values_like(Facet::Meta, Like::Prefix(&asked), name)
            }
            Pattern::Scalar(_) => Ok(self.nothing()),
        }
    }

    fn values_like(
        &self,
        facet: Facet,
        like: Like<'_>,
        passes: impl Fn(&str) -> bool,
    ) -> Result<Bits> {
        let (index, mut found) = (self.index, self.nothing());
        self.store.ask_values(facet, like, |id, value| {
            if passes(value)
                && let Some(slot) = index.slot_of_value(id)
            {
                index.content.posting(slot).or_into(&mut found);
            }
        })?;
        Ok(found)
    }

    fn slot(&self, name: &str, value: &Pattern) -> Result<Bits> {
        let group = Group::Of(Facet::Slot);
        let (index, mut found) = (self.index, self.nothing());
        let slot = index.content.find(group, &kept(name));
        let text;
        let like = match value {
            Pattern::None => {
                if let Some(slot) = slot {
                    index.content.posting(slot).or_into(&mut found);
                }
                return Ok(self.all_but(&found));
            }
            Pattern::Exact(value) => {
                text = kept(&fold(value)).into_owned();
                Like::Exact(&text)
            }
            Pattern::Prefix(value) => {
                text = fold(value);
                Like::Prefix(&text)
            }
            Pattern::Scalar(_) => return Ok(found),
        };
        if let Some(slot) = slot {
            self.store.ask_slot(&index.ids_of_slot(slot), like, |row| {
                if let Some(position) = index.rows.position(row) {
                    found.insert(position);
                }
            })?;
        }
        Ok(found)
    }

    /// Conversations of which one correction passes; `absent`: those without any correction.
    pub(super) fn corrected(
        &self,
        passes: impl Fn(&[(values::FieldValue<'_>, values::FieldValue<'_>)]) -> bool,
        absent: bool,
    ) -> Result<Bits> {
        let (index, mut found) = (self.index, self.nothing());
        self.store
            .ask_corrections(Wanted::All, |row, _, field, json| {
                if let Some(position) = index.rows.position(row)
                    && (absent || passes(&values::correction_values(field, json)))
                {
                    found.insert(position);
                }
            })?;
        Ok(if absent { self.all_but(&found) } else { found })
    }

    pub(super) fn users(&self, pattern: &Pattern) -> Result<Bits> {
        let (index, mut found) = (self.index, self.nothing());
        let pass = match pattern {
            Pattern::None => &Pattern::Prefix(String::new()),
            other => other,
        };
        // They come in order, so equal ones are compared once.
        let mut last: Option<(String, bool)> = None;
        let mut take = |row: i64, user: &str| {
            let holds = match &last {
                Some((name, holds)) if name == user => *holds,
                _ => {
                    let holds = pattern_holds(pass, &[user]);
                    last = Some((user.to_owned(), holds));
                    holds
                }
            };
            if holds && let Some(position) = index.rows.position(row) {
                found.insert(position);
            }
        };
        self.store.ask_user_ids(&mut take)?;
        self.store.ask_user_names(&mut take)?;
        Ok(match pattern {
            Pattern::None => self.all_but(&found),
            _ => found,
        })
    }

    pub(super) fn ids(&self, pattern: &Pattern) -> Result<Bits> {
        let (index, mut found) = (self.index, self.nothing());
        let (asked, exact) = match pattern {
            Pattern::Exact(text) => (fold(text), true),
            Pattern::Prefix(text) => (fold(text), false),
            Pattern::None | Pattern::Scalar(_) => return Ok(found),
        };
        if let Some(least) = least_id(&asked) {
            self.store.ask_ids_from(least, |row, id| {
                let begins = id.to_string().starts_with(&asked);
                if begins && let Some(position) = index.rows.position(row) {
                    found.insert(position);
                }
                begins
            })?;
        }
        self.store.ask_natives(|row, native, session| {
            let external = fold(&match session {
                0 | 1 => native.to_owned(),
                session => format!("{native}#{session}"),
            });
            let holds = if exact {
                external == asked
            } else {
                external.starts_with(&asked)
            };
            if holds && let Some(position) = index.rows.position(row) {
                found.insert(position);
            }
        })?;
        Ok(found)
    }

    /// Words; `found` is what they were found in among the first `known` positions.
    pub(super) fn words(&self, term: &Term, mut found: Bits, known: u32) -> Result<Bits> {
        let index = self.index;
        let words = Words::of(term);
        let side = match term.field {
            Field::Text => Side::Any,
            Field::UserText => Side::User,
            Field::BotText => Side::Bot,
            _ => {
                self.store.ask_notes(|row, text| {
                    if words.are_in(text)
                        && let Some(position) = index.rows.position(row)
                    {
                        found.insert(position);
                    }
                })?;
                return Ok(found);
            }
        };
        let after = match known {
            0 => i64::MIN,
            known => index.rows.row(known - 1),
        };
        self.store
            .ask_words(side, &words.tokens, words.prefix, after, |row| {
                if let Some(position) = index.rows.position(row) {
                    found.insert(position);
                }
            })?;
        Ok(found)
    }
}

/// The least id whose text begins so; `None` where none can.
fn least_id(text: &str) -> Option<[u8; 16]> {
    let mut id = [0u8; 16];
    // Sixteen characters of an id are shown, and no more can be asked for.
    if text.len() > 16 {
        return None;
    }
    for (i, c) in text.bytes().enumerate() {
        let value = match c {
            b'a'..=b'z' => c - b'a',
            b'2'..=b'7' => c - b'2' + 26,
            _ => return None,
        };
        for bit in (0..5).filter(|bit| value >> (4 - bit) & 1 == 1) {
            let at = i * 5 + bit;
            id[at / 8] |= 0x80 >> (at % 8);
        }
    }
    Some(id)
}
