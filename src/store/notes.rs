//! Notes as a list of their own: what people wrote, newest first, the tags of the conversations they stand
//! on, and whether reviewing still finds new tags. Reading alone.

use std::collections::HashMap;

use super::values::status_code;
use super::{Result, Store, sqlite};
use crate::model::{EventKey, EventTarget, Millis, NoteId, Status};
use crate::text::Untrusted;

/// Characters of a note that a list of all notes holds; the whole note is read with its conversation.
const LISTED: u32 = 2_000;
/// What is being done, for an error.
const DOING: &str = "reading the notes";

/// A note among all notes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedNote {
    /// Which.
    pub id: NoteId,
    /// Its conversation.
    pub row: i64,
    /// The event it stands on, with the number that event had when it was written; `None`: the
    /// conversation.
    pub event: Option<EventTarget>,
    /// Its first 2,000 characters.
    pub text: Untrusted,
    /// Who wrote it.
    pub reviewer: Untrusted,
    /// When.
    pub at: Millis,
}

/// Whether reviewing still finds something new.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Saturation {
    /// How many conversations were looked at: those marked reviewed last, at most as many as asked for.
    pub reviewed: usize,
    /// How many of them carry a tag that no conversation marked reviewed before them carries.
    pub brought_new: usize,
}

impl Store {
    /// The notes that stand on these rows (ascending), newest first.
    ///
    /// # Errors
    /// Where the store cannot be read, or the reading was interrupted.
    pub fn notes_on(&self, rows: &[i64]) -> Result<Vec<ListedNote>> {
        let read = || -> rusqlite::Result<Vec<(i64, ListedNote)>> {
            let mut notes = Vec::new();
            let mut query = self.connection().prepare_cached(
                "SELECT n.row, n.id, n.event, n.seq, substr(n.text, 1, ?1), j.reviewer, j.wall, j.at
                 FROM note n JOIN journal j ON j.seq = n.written_by WHERE n.text IS NOT NULL",
            )?;
            let mut found = query.query([LISTED])?;
            while let Some(r) = found.next()? {
                let row = r.get(0)?;
                if rows.binary_search(&row).is_err() {
                    continue;
                }
                let key: Option<[u8; 16]> = r.get(2)?;
                let seq: Option<u32> = r.get(3)?;
                let note = ListedNote {
                    id: NoteId(r.get(1)?),
                    row,
                    event: key.map(|key| EventTarget {
                        key: EventKey(key),
                        seq: seq.unwrap_or_default(),
                    }),
                    text: r.get::<_, String>(4)?.into(),
                    reviewer: r.get::<_, String>(5)?.into(),
                    at: Millis(r.get(6)?),
                };
                notes.push((r.get(7)?, note));
            }
            Ok(notes)
        };
        let mut notes = read().map_err(sqlite(DOING))?;
        notes.sort_by_key(|(at, note)| (std::cmp::Reverse(*at), note.id));
        Ok(notes.into_iter().map(|(_, note)| note).collect())
    }

    /// The tags that these rows carry, by row; rows without any are not in it.
    ///
    /// # Errors
    /// As [`Store::notes_on`].
    pub fn tags_on(&self, rows: impl Iterator<Item = i64>) -> Result<HashMap<i64, Vec<Untrusted>>> {
        let mut found = HashMap::new();
        for row in rows {
            self.still_asked()?;
            let tags = super::reviews::tags(self.connection(), row).map_err(sqlite(DOING))?;
            if !tags.is_empty() {
                found.insert(row, tags);
            }
        }
        Ok(found)
    }

    /// Looks at the `last` conversations that were marked reviewed last and are so still.
    ///
    /// # Errors
    /// As [`Store::notes_on`].
    pub fn saturation(&self, last: usize) -> Result<Saturation> {
        let reviewed = status_code(Status::Reviewed);
        let read = || -> rusqlite::Result<Saturation> {
            let conn = self.connection();
            let newest: Vec<(i64, i64)> = conn
                .prepare_cached(
                    "SELECT r.row, j.at FROM review r JOIN journal j ON j.seq = r.status_by
                     WHERE r.status = ?1 ORDER BY j.at DESC, r.row DESC LIMIT ?2",
                )?
                .query_map((reviewed, last as i64), |r| Ok((r.get(0)?, r.get(1)?)))?
                .collect::<rusqlite::Result<_>>()?;
            // A change of several conversations at once reviewed them in the order of their rows.
            let mut is_new = conn.prepare_cached(
                "SELECT EXISTS (
                     SELECT 1 FROM conversation_tag own JOIN tag t ON t.id = own.tag AND t.present
                     WHERE own.row = ?1 AND own.present AND NOT EXISTS (
                         SELECT 1 FROM conversation_tag c
                         JOIN review r ON r.row = c.row AND r.status = ?3
                         JOIN journal j ON j.seq = r.status_by
                         WHERE c.tag = own.tag AND c.present AND (j.at, r.row) < (?2, ?1)))",
            )?;
            let mut brought_new = 0;
            for (row, at) in &newest {
                let new: bool = is_new.query_row((row, at, reviewed), |r| r.get(0))?;
                brought_new += usize::from(new);
            }
            Ok(Saturation {
                reviewed: newest.len(),
                brought_new,
            })
        };
        read().map_err(sqlite("looking for new tags"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Change, Clock, Edit, EventKind, Set, Target};
    use crate::store::testing;

    const ME: &str = "ida";

    fn store(count: u32) -> (tempfile::TempDir, Store) {
        let (dir, mut store) = testing::temporary();
        let mut ingest = store.begin_import(&testing::main_source()).unwrap();
        for i in 1..=count {
            let said = testing::message(EventKind::User, i64::from(i) * 1000, "hello");
            ingest
                .take(testing::imported(&format!("c{i}"), vec![said]))
                .unwrap();
        }
        ingest.finish().unwrap();
        (dir, store)
    }

    fn set(store: &mut Store, at: i64, rows: &[i64], sets: Vec<Set>) {
        let targets: Vec<Target> = store
            .ids(rows)
            .unwrap()
            .into_iter()
            .map(|conversation| Target {
                conversation,
                event: None,
            })
            .collect();
        let edits = sets
            .into_iter()
            .map(|set| Edit {
                targets: targets.clone(),
                set,
            })
            .collect();
        let change = Change { edits, bulk: None };
        store.apply(&change, ME, &Clock::fixed(Millis(at))).unwrap();
    }

    fn tag(name: &str) -> Set {
        Set::Tag {
            name: name.into(),
            on: true,
        }
    }

    fn note(n: u8, text: Option<&str>) -> Set {
        Set::Note {
            id: NoteId([n; 16]),
            text: text.map(Into::into),
        }
    }

    #[test]
    fn notes_come_newest_first_and_of_the_rows_asked_for() {
        let (_dir, mut store) = store(3);
        set(&mut store, 10_000, &[1], vec![note(1, Some("first"))]);
        set(
            &mut store,
            20_000,
            &[3],
            vec![note(2, Some("second")), tag("late")],
        );
        set(&mut store, 30_000, &[2], vec![note(3, Some("gone"))]);
        set(&mut store, 40_000, &[2], vec![note(3, None)]);
        // A new text is no new note.
        set(
            &mut store,
            50_000,
            &[1],
            vec![note(1, Some("first, better"))],
        );
        let listed = |rows: &[i64]| -> Vec<String> {
            let notes = store.notes_on(rows).unwrap();
            notes
                .iter()
                .map(|n| n.text.for_search().to_owned())
                .collect()
        };
        assert_eq!(listed(&[1, 2, 3]), ["second", "first, better"]);
        assert_eq!(listed(&[1, 2]), ["first, better"]);
        assert!(listed(&[]).is_empty());
        let first = &store.notes_on(&[1]).unwrap()[0];
        assert_eq!((first.row, first.at), (1, Millis(10_000)));
        let tags = store.tags_on([1, 3].into_iter()).unwrap();
        assert_eq!(tags.len(), 1);
        assert_eq!(tags[&3], ["late".into()]);
    }

    #[test]
    fn a_long_note_is_listed_by_its_beginning() {
        let (_dir, mut store) = store(1);
        let long = "é".repeat(5_000);
        set(&mut store, 10_000, &[1], vec![note(1, Some(&long))]);
        let listed = store.notes_on(&[1]).unwrap();
        assert_eq!(listed[0].text.for_search().chars().count(), 2_000);
    }

    #[test]
    fn a_tag_is_new_only_on_the_first_reviewed_conversation_that_carries_it() {
        let (_dir, mut store) = store(6);
        let reviewed = || Set::Status(Status::Reviewed);
        let saw = |store: &Store, last: usize| {
            let found = store.saturation(last).unwrap();
            (found.reviewed, found.brought_new)
        };
        assert_eq!(saw(&store, 20), (0, 0));
        set(&mut store, 10_000, &[4], vec![reviewed(), tag("billing")]);
        set(&mut store, 20_000, &[2], vec![reviewed(), tag("billing")]);
        set(&mut store, 30_000, &[3], vec![reviewed()]);
        assert_eq!(saw(&store, 20), (3, 1), "billing once");
        set(
            &mut store,
            40_000,
            &[1],
            vec![reviewed(), tag("billing"), tag("tone")],
        );
        assert_eq!(saw(&store, 20), (4, 2), "and tone");
        assert_eq!(saw(&store, 2), (2, 1), "billing was seen before these two");
        // Tagged, but not reviewed: it shows nobody a new tag.
        set(&mut store, 45_000, &[6], vec![tag("late")]);
        assert_eq!(saw(&store, 20), (4, 2));
        // Of several at once the first one brings it.
        set(&mut store, 50_000, &[5, 6], vec![reviewed(), tag("late")]);
        assert_eq!(saw(&store, 2), (2, 1));
        set(&mut store, 60_000, &[4], vec![Set::Status(Status::Saved)]);
        assert_eq!(saw(&store, 20), (5, 3), "the next one brought billing");
    }
}
