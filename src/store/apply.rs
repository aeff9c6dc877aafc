//! Review changes into the store: the one way in for what a person decides.
//!
//! A change is planned against what is there (unknown conversations and tags refused, doubles dropped),
//! written register by register, and appended to the journal, all in one transaction or not at all.

use std::collections::{HashMap, HashSet};

use rusqlite::Connection;

use super::entry::Origin;
use super::origins::Origins;
use super::registers::{Place, Register, Site, place};
use super::rows::Rows;
use super::tags::{Vocabulary, rule_id, tag_name};
use super::values::{TagValue, Value, What, fold};
use super::writer::{EntryWriter, Head};
use super::{Result, Store, StoreError, sqlite};
use crate::model::{
    self, Ack, Change, Clock, ConversationId, CorrectionField, Edit, EntryKind, EventKey, Set,
    Target,
};
use crate::text::Untrusted;

impl Store {
    /// Writes a change: its journal entry and the registers, in one transaction.
    ///
    /// What changes nothing is left out of the entry; where that is everything, the answer is
    /// [`StoreError::Unchanged`] and nothing is written.
    pub fn apply(&mut self, change: &Change, reviewer: &str, clock: &Clock) -> Result<Ack> {
        self.write(|tx| {
            let mut vocabulary = Vocabulary::read(tx)?;
            let plan = plan(tx, &change.edits, &mut vocabulary, |_| false)?;
            vocabulary.check_digits()?;
            let mut writer = EntryWriter::begin(tx)?;
            let mut origins = Origins::new(tx);
            vocabulary.flush(&mut writer, &mut origins, &HashMap::new())?;
            for planned in &plan {
                planned.write(tx, &mut writer, &mut origins)?;
            }
            if writer.body().writes.is_empty() {
                return Err(StoreError::Unchanged);
            }
            let bulk = change.bulk.as_deref();
            let head = Head::now(tx, EntryKind::Change, None, reviewer, bulk, clock)?;
            let summary = writer.words();
            writer.finish(&head, summary)
        })
    }
}

/// One new value for one register of many targets, found in this store.
pub(crate) struct Planned {
    pub what: What,
    pub place: Place,
    pub value: Value,
    /// By row.
    pub targets: Vec<(i64, Target)>,
}

impl Planned {
    fn write(
        &self,
        tx: &Connection,
        writer: &mut EntryWriter<'_>,
        origins: &mut Origins<'_>,
    ) -> Result<()> {
        let decides = matches!(self.what, What::Status | What::Verdict);
        let key = self.what.key();
        let mut register = Register::open(tx, self.place)?;
        let held = register.read_all(&self.targets)?;
        let mut sites = Vec::with_capacity(held.len());
        for (&(row, target), held) in self.targets.iter().zip(held) {
            let Some(held) = held.filter(|h| h.value != self.value) else {
                continue;
            };
            let event = target.event.map(|e| e.key);
            let owner = origins.of(held.by, &key, row, event)?;
            sites.push(Site {
                row,
                target,
                held,
                owner,
            });
        }
        let decided = decides.then_some(Some(writer.seq()));
        let new = (&self.value, Origin::This);
        writer.set(&mut register, &self.what, sites, new, decided)
    }
}

/// Finds what edits mean here. Of two edits of one register the later stays. An edit that is refused is
/// passed over where `pass` says so of its reason.
pub(crate) fn plan(
    conn: &Connection,
    edits: &[Edit],
    vocabulary: &mut Vocabulary<'_>,
    pass: impl Fn(&StoreError) -> bool,
) -> Result<Vec<Planned>> {
    let mut planner = Planner {
        conn,
        rows: Rows::open(conn)?,
        plan: Vec::new(),
    };
    for edit in edits {
        match planner.edit(edit, vocabulary) {
            Err(error) if !pass(&error) => return Err(error),
            _ => {}
        }
    }
    let mut plan = planner.plan;
    keep_last(&mut plan);
    Ok(plan)
}

struct Planner<'c> {
    conn: &'c Connection,
    rows: Rows<'c>,
    plan: Vec<Planned>,
}

impl Planner<'_> {
    fn edit(&mut self, edit: &Edit, vocabulary: &mut Vocabulary<'_>) -> Result<()> {
        match &edit.set {
            Set::Status(status) => self.whole(edit, What::Status, Value::Status(*status)),
            Set::Verdict(verdict) => self.whole(edit, What::Verdict, Value::Verdict(*verdict)),
            Set::Queue(name) => self.whole(edit, What::Queue, Value::Text(filled(name))),
            Set::Flag(on) => {
                let (events, conversations): (Vec<_>, Vec<_>) =
                    edit.targets.iter().partition(|t| t.event.is_some());
                self.add(What::Flag, Place::EventFlag, Value::On(*on), &events)?;
                self.add(What::Flag, Place::Flag, Value::On(*on), &conversations)
            }
            Set::Tag { name, on } => {
                let name = tag_name(name)?;
                if *on {
                    vocabulary.ensure(&name)?;
                }
                let Some(id) = vocabulary.id(name.for_search()) else {
                    return Ok(()); // nobody ever carried it
                };
                let name = vocabulary
                    .get(name.for_search())
                    .map_or(name, |t| t.name.clone());
                let targets = conversations(&edit.targets);
                self.add(What::Tag(name), Place::Tag(id), Value::On(*on), &targets)
            }
            Set::AutoTagDismissed { name, dismissed } => {
                let Some(id) = rule_id(self.conn, name.for_search())? else {
                    return Err(StoreError::Refused(format!(
                        "there is no rule for the auto tag {}",
                        name.line().as_str()
                    )));
                };
                let targets = conversations(&edit.targets);
                let what = What::AutoTag(name.for_search().trim().into());
                self.add(what, Place::AutoTag(id), Value::On(*dismissed), &targets)
            }
            Set::Note { id, text } => {
                if edit.targets.len() > 1 {
                    return Err(StoreError::Refused("a note stands in one place".to_owned()));
                }
                let value = Value::Text(filled(text));
                self.add(What::Note(*id), Place::Note(*id), value, &edit.targets)
            }
            Set::Correction { field, value } => {
                check_correction(*field, value.as_ref(), &edit.targets)?;
                let value = Value::Text(value.clone());
                let what = What::Correction(*field);
                self.add(what, Place::Correction(*field), value, &edit.targets)
            }
            Set::TagInfo {
                name,
                description,
                key,
            } => {
                let name = tag_name(name)?;
                if let Some(key) = key.filter(|k| !('1'..='9').contains(k)) {
                    return Err(StoreError::Refused(format!(
                        "tags are on the keys 1 to 9, not on {}",
                        Untrusted::from(key.to_string()).line().as_str()
                    )));
                }
                let now = vocabulary.get(name.for_search());
                let value = TagValue {
                    name: now.map_or_else(|| name.clone(), |t| t.name.clone()),
                    description: filled(description),
                    digit: *key,
                };
                vocabulary.set(&name, Some(value))
            }
            Set::TagRename { from, to } => {
                self.rename(&tag_name(from)?, &tag_name(to)?, vocabulary)
            }
            Set::TagDelete { name } => {
                let name = tag_name(name)?;
                let (old, id) = known(vocabulary, &name)?;
                let carriers = self.carriers(id, &old.name)?;
                vocabulary.set(&name, None)?;
                self.push(
                    What::Tag(old.name),
                    Place::Tag(id),
                    Value::On(false),
                    carriers,
                );
                Ok(())
            }
        }
    }

    /// A tag of another name is another tag in every store; so its conversations change from one to the
    /// other in this entry, and whatever was written about the old name stays true.
    fn rename(
        &mut self,
        from: &Untrusted,
        to: &Untrusted,
        vocabulary: &mut Vocabulary<'_>,
    ) -> Result<()> {
        let (old, id) = known(vocabulary, from)?;
        let value = TagValue {
            name: to.clone(),
            ..old.clone()
        };
        if fold(from.for_search()) == fold(to.for_search()) {
            return vocabulary.set(from, Some(value)); // another spelling
        }
        if let Some(taken) = vocabulary.get(to.for_search()) {
            return Err(StoreError::Refused(format!(
                "there is a tag {} already",
                taken.name.line().as_str()
            )));
        }
        let carriers = self.carriers(id, &old.name)?;
        vocabulary.set(from, None)?;
        let new_id = vocabulary.ensure(to)?;
        vocabulary.set(to, Some(value))?;
        self.push(
            What::Tag(old.name),
            Place::Tag(id),
            Value::On(false),
            carriers.clone(),
        );
        self.push(
            What::Tag(to.clone()),
            Place::Tag(new_id),
            Value::On(true),
            carriers,
        );
        Ok(())
    }

    /// The conversations that carry a tag, those included that get it by this change.
    fn carriers(&self, id: i64, name: &Untrusted) -> Result<Vec<(i64, Target)>> {
        let read = || -> rusqlite::Result<Vec<(i64, Target)>> {
            self.conn
                .prepare_cached(
                    "SELECT t.row, c.id FROM conversation_tag t JOIN card c ON c.row = t.row
                     WHERE t.tag = ?1 AND t.present",
                )?
                .query_map([id], |r| {
                    let target = Target {
                        conversation: ConversationId(r.get(1)?),
                        event: None,
                    };
                    Ok((r.get(0)?, target))
                })?
                .collect()
        };
        let mut found = read().map_err(sqlite("reading the tags"))?;
        let what = What::Tag(name.clone()).key();
        for planned in &self.plan {
            if planned.what.key() == what && planned.value == Value::On(true) {
                found.extend(&planned.targets);
            }
        }
        found.sort_by_key(|(row, _)| *row);
        found.dedup_by_key(|(row, _)| *row);
        Ok(found)
    }

    /// For registers of whole conversations.
    fn whole(&mut self, edit: &Edit, what: What, value: Value) -> Result<()> {
        let targets = conversations(&edit.targets);
        let place = place(&what, false, |_| None, |_| Ok(None))?;
        match place {
            Some(place) => self.add(what, place, value, &targets),
            None => Ok(()),
        }
    }

    fn add(&mut self, what: What, place: Place, value: Value, targets: &[Target]) -> Result<()> {
        let targets = self.rows.find_all(targets)?;
        self.push(what, place, value, targets);
        Ok(())
    }

    fn push(&mut self, what: What, place: Place, value: Value, targets: Vec<(i64, Target)>) {
        if !targets.is_empty() {
            self.plan.push(Planned {
                what,
                place,
                value,
                targets,
            });
        }
    }
}

/// The tag of that name with its number, or words for the reviewer.
fn known(vocabulary: &Vocabulary<'_>, name: &Untrusted) -> Result<(TagValue, i64)> {
    let text = name.for_search();
    match (vocabulary.get(text), vocabulary.id(text)) {
        (Some(value), Some(id)) => Ok((value.clone(), id)),
        _ => Err(StoreError::Refused(format!(
            "there is no tag {}",
            name.line().as_str()
        ))),
    }
}

fn conversations(targets: &[Target]) -> Vec<Target> {
    let whole = |t: &Target| Target { event: None, ..*t };
    targets.iter().map(whole).collect()
}

/// Text that says something; blanks alone are none.
fn filled(text: &Option<Untrusted>) -> Option<Untrusted> {
    let text = text.as_ref()?;
    (!text.for_search().trim().is_empty()).then(|| text.clone())
}

fn check_correction(
    field: CorrectionField,
    value: Option<&Untrusted>,
    targets: &[Target],
) -> Result<()> {
    let of_message = matches!(field, CorrectionField::Intent | CorrectionField::Entities);
    if let Some(wrong) = targets.iter().find(|t| t.event.is_some() != of_message) {
        let (name, id) = (field.name(), wrong.conversation);
        return Err(StoreError::Refused(if of_message {
            format!("{name} is corrected on a message: {id:.8}:SEQ")
        } else {
            format!("{name} is corrected on the whole conversation: {id:.8}")
        }));
    }
    match value {
        Some(json) => model::check_correction(field, json).map_err(StoreError::Refused),
        None => Ok(()),
    }
}

/// Where a register is planned twice, keeps the later.
fn keep_last(plan: &mut Vec<Planned>) {
    type Kind = (What, bool);
    type Spot = (i64, Option<EventKey>);
    let key = |p: &Planned| -> Kind { (p.what.key(), p.place == Place::EventFlag) };
    let mut times: HashMap<Kind, usize> = HashMap::new();
    for planned in plan.iter() {
        *times.entry(key(planned)).or_default() += 1;
    }
    let mut seen: HashMap<Kind, HashSet<Spot>> = HashMap::new();
    for planned in plan.iter_mut().rev() {
        let key = key(planned);
        if times.get(&key).is_some_and(|&n| n > 1) {
            let seen = seen.entry(key).or_default();
            planned
                .targets
                .retain(|(row, target)| seen.insert((*row, target.event.map(|e| e.key))));
        }
    }
    plan.retain(|p| !p.targets.is_empty());
}

#[cfg(test)]
pub(crate) mod tests;
