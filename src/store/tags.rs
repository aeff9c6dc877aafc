//! The vocabulary of tags: which there are, what they are for, and their digits.
//!
//! Which conversation carries which tag is a register like any other; this file holds the vocabulary
//! alone. Names are equal without regard to case, in every script.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, params};

use super::entry::{Origin, Targets, Write};
use super::origins::Origins;
use super::values::{TagValue, Value, What, fold};
use super::writer::EntryWriter;
use super::{Result, Store, StoreError, sqlite};
use crate::model::{EntryId, Tag};
use crate::text::Untrusted;

impl Store {
    /// The vocabulary, by name, with how many conversations that are not deleted carry each tag.
    ///
    /// Counting reads every conversation that carries one; who has a catalogue counts there.
    pub fn tags(&self) -> Result<Vec<Tag>> {
        self.read_tags(
            "(SELECT count(*) FROM conversation_tag c LEFT JOIN review r ON r.row = c.row
              WHERE c.tag = t.id AND c.present AND coalesce(r.status, 0) <> 3)",
        )
    }

    /// [`Store::tags`] without the counts.
    pub fn vocabulary(&self) -> Result<Vec<Tag>> {
        self.read_tags("0")
    }

    fn read_tags(&self, count: &str) -> Result<Vec<Tag>> {
        let read = || -> rusqlite::Result<Vec<Tag>> {
            self.connection()
                .prepare_cached(&format!(
                    "SELECT t.name, t.description, t.digit, {count}
                     FROM tag t WHERE t.present ORDER BY t.name COLLATE NOCASE"
                ))?
                .query_map([], |r| {
                    Ok(Tag {
                        name: r.get::<_, String>(0)?.into(),
                        description: r.get::<_, Option<String>>(1)?.map(Untrusted::from),
                        key: digit(r.get(2)?),
                        count: r.get::<_, i64>(3)?.unsigned_abs(),
                    })
                })?
                .collect()
        };
        read().map_err(sqlite("reading the tags"))
    }
}

fn digit(text: Option<String>) -> Option<char> {
    text.and_then(|t| t.chars().next())
}

/// A name as it may be given to a tag: without blanks around it, and not empty.
pub(crate) fn tag_name(name: &Untrusted) -> Result<Untrusted> {
    match name.for_search().trim() {
        "" => Err(StoreError::Refused("a tag needs a name".to_owned())),
        name => Ok(name.into()),
    }
}

/// One tag that the vocabulary has or had.
struct Known {
    id: i64,
    by: Option<i64>,
    was: Option<TagValue>,
    now: Option<TagValue>,
}

/// The vocabulary while an entry is being made: changes are gathered here and written once, so that two
/// tags can swap their digits.
pub(crate) struct Vocabulary<'c> {
    conn: &'c Connection,
    tags: HashMap<String, Known>,
}

impl<'c> Vocabulary<'c> {
    /// Reads it.
    pub(crate) fn read(conn: &'c Connection) -> Result<Self> {
        let read = || -> rusqlite::Result<_> {
            conn.prepare_cached("SELECT id, name, description, digit, present, by FROM tag")?
                .query_map([], |r| {
                    let name: String = r.get(1)?;
                    let folded = fold(&name);
                    let value = TagValue {
                        name: name.into(),
                        description: r.get::<_, Option<String>>(2)?.map(Untrusted::from),
                        digit: digit(r.get(3)?),
                    };
                    let value = r.get::<_, bool>(4)?.then_some(value);
                    let known = Known {
                        id: r.get(0)?,
                        by: r.get(5)?,
                        was: value.clone(),
                        now: value,
                    };
                    Ok((folded, known))
                })?
                .collect()
        };
        Ok(Self {
            conn,
            tags: read().map_err(sqlite("reading the tags"))?,
        })
    }

    /// The number of the tag, whether it is in the vocabulary or was once.
    pub(crate) fn id(&self, name: &str) -> Option<i64> {
        self.tags.get(&fold(name)).map(|t| t.id)
    }

    /// The tag as it stands now.
    pub(crate) fn get(&self, name: &str) -> Option<&TagValue> {
        self.tags.get(&fold(name))?.now.as_ref()
    }

    /// The entry number that last wrote this tag of the vocabulary.
    pub(crate) fn by(&self, name: &str) -> Option<i64> {
        self.tags.get(&fold(name))?.by
    }

    /// Sees to it that the tag is in the vocabulary; its number.
    pub(crate) fn ensure(&mut self, name: &Untrusted) -> Result<i64> {
        if self.get(name.for_search()).is_none() {
            let value = TagValue {
                name: name.clone(),
                description: None,
                digit: None,
            };
            self.set(name, Some(value))?;
        }
        // `set` has just made it known.
        Ok(self.id(name.for_search()).unwrap_or_default())
    }

    /// Gives the tag a new value; `None` takes it out. A digit that another tag has is refused.
    pub(crate) fn set(&mut self, name: &Untrusted, value: Option<TagValue>) -> Result<()> {
        let folded = fold(name.for_search());
        if !self.tags.contains_key(&folded) {
            if value.is_none() {
                return Ok(());
            }
            let id = self
                .conn
                .prepare_cached("INSERT INTO tag (name, present) VALUES (?1, 0) RETURNING id")
                .and_then(|mut q| q.query_row([name.for_export()], |r| r.get(0)))
                .map_err(sqlite("writing the tags"))?;
            let known = Known {
                id,
                by: None,
                was: None,
                now: None,
            };
            self.tags.insert(folded.clone(), known);
        }
        if let Some(known) = self.tags.get_mut(&folded) {
            known.now = value;
        }
        Ok(())
    }

    /// The tag that holds `digit`, other than `name`.
    pub(crate) fn holder(&self, digit: char, name: &str) -> Option<&TagValue> {
        let folded = fold(name);
        self.tags
            .iter()
            .filter(|(key, _)| **key != folded)
            .filter_map(|(_, tag)| tag.now.as_ref())
            .find(|tag| tag.digit == Some(digit))
    }

    /// Refuses two tags on one digit.
    pub(crate) fn check_digits(&self) -> Result<()> {
        for tag in self.tags.values().filter_map(|t| t.now.as_ref()) {
            if let Some(digit) = tag.digit
                && let Some(other) = self.holder(digit, tag.name.for_search())
            {
                // Name the one that had it before.
                let had = |t: &TagValue| {
                    let known = self.tags.get(&fold(t.name.for_search()));
                    known.is_some_and(|k| k.was.as_ref().is_some_and(|w| w.digit == Some(digit)))
                };
                let owner = if had(tag) { tag } else { other };
                return Err(StoreError::Refused(format!(
                    "the key {digit} sets the tag {} already",
                    owner.name.line().as_str()
                )));
            }
        }
        Ok(())
    }

    /// True if a conversation carries the tag.
    pub(crate) fn in_use(&self, name: &str) -> Result<bool> {
        self.conn
            .prepare_cached("SELECT 1 FROM conversation_tag WHERE tag = ?1 AND present LIMIT 1")
            .and_then(|mut q| q.query_row([self.id(name)], |_| Ok(())).optional())
            .map(|found| found.is_some())
            .map_err(sqlite("reading the tags"))
    }

    /// Writes what changed, and puts it into the entry. `origins` names whose value a tag had; a value in
    /// `restored` (by folded name) is that entry's again.
    pub(crate) fn flush(
        &mut self,
        writer: &mut EntryWriter<'_>,
        origins: &mut Origins<'_>,
        restored: &HashMap<String, Option<EntryId>>,
    ) -> Result<()> {
        let mut changed: Vec<(&String, &mut Known)> = self
            .tags
            .iter_mut()
            .filter(|(_, tag)| tag.was != tag.now)
            .collect();
        changed.sort_by_key(|(_, tag)| tag.id);
        let failed = sqlite("writing the tags");
        // Digits are unique at every moment: take all away before giving any.
        for (_, tag) in &changed {
            self.conn
                .prepare_cached("UPDATE tag SET digit = NULL WHERE id = ?1")
                .and_then(|mut q| q.execute([tag.id]))
                .map_err(&failed)?;
        }
        for (folded, tag) in changed {
            let what = What::Vocabulary(folded.as_str().into());
            let old_origin = Origin::of(origins.of(tag.by, &what, 0, None)?);
            let new_origin = restored
                .get(folded)
                .map_or(Origin::This, |&o| Origin::of(o));
            let now = tag.now.as_ref();
            self.conn
                .prepare_cached(
                    "UPDATE tag SET name = coalesce(?2, name), description = ?3, digit = ?4,
                     present = ?5, by = ?6 WHERE id = ?1",
                )
                .and_then(|mut q| {
                    q.execute(params![
                        tag.id,
                        now.map(|t| t.name.for_export()),
                        now.and_then(|t| t.description.as_ref())
                            .map(|d| d.for_export()),
                        now.and_then(|t| t.digit).map(String::from),
                        now.is_some(),
                        writer.seq(),
                    ])
                })
                .map_err(&failed)?;
            let spelled = tag
                .now
                .as_ref()
                .or(tag.was.as_ref())
                .map(|t| t.name.clone());
            writer.note_vocabulary(Write {
                what: What::Vocabulary(spelled.unwrap_or_else(|| folded.as_str().into())),
                new: (Value::Tag(tag.now.clone()), new_origin),
                old: (Value::Tag(tag.was.clone()), old_origin),
                targets: Targets::default(),
            });
            tag.by = Some(writer.seq());
            tag.was = tag.now.clone();
        }
        Ok(())
    }
}

/// The rule whose auto tag has that name.
pub(crate) fn rule_id(conn: &Connection, name: &str) -> Result<Option<i64>> {
    let folded = fold(name);
    let read = || -> rusqlite::Result<Vec<(i64, String)>> {
        conn.prepare_cached("SELECT id, tag FROM rule")?
            .query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?
            .collect()
    };
    let rules = read().map_err(sqlite("reading the rules"))?;
    Ok(rules
        .into_iter()
        .find(|(_, tag)| fold(tag) == folded)
        .map(|(id, _)| id))
}
