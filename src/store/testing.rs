//! For tests: stores in a folder of their own that goes with them, and conversations to put into them.

use tempfile::TempDir;

use super::{Access, Prepared, Preparer, Result, SourceSpec, Store};
use crate::model::{Attributes, ConversationKey, Event, EventKind, Imported, Millis};

/// An empty store in a new folder; the folder goes when the first value does.
///
/// # Panics
///
/// Where the folder or the store cannot be made: a test cannot go on then.
#[doc(hidden)]
pub fn temporary() -> (TempDir, Store) {
    let dir = match tempfile::tempdir() {
        Ok(dir) => dir,
        Err(error) => panic!("no folder for a test store: {error}"),
    };
    match Store::open(&dir.path().join("store.db"), &Access::Review) {
        Ok(store) => (dir, store),
        Err(error) => panic!("no test store: {error}"),
    }
}

/// An import of the source `main`, split at markers.
#[doc(hidden)]
pub fn main_source() -> SourceSpec {
    SourceSpec {
        name: "main".into(),
        format: "rasa".into(),
        session_mode: "marker".into(),
    }
}

/// A message at a moment.
#[doc(hidden)]
pub fn message(kind: EventKind, at: i64, text: &str) -> Event {
    Event {
        at: Some(Millis(at)),
        kind,
        text: Some(text.into()),
        raw: Some(format!("{{\"text\":{text:?}}}").into()),
        ..Event::default()
    }
}

/// The marker with which a session begins.
#[doc(hidden)]
pub fn session_start(at: i64) -> Event {
    message(EventKind::Session, at, "session_started")
}

/// A conversation of the source `main` as an importer yields it: the key is that of its first event.
#[doc(hidden)]
pub fn imported(native: &str, events: Vec<Event>) -> Imported {
    let time = events.first().and_then(|e| e.at).unwrap_or_default();
    Imported {
        key: ConversationKey {
            source: "main".into(),
            native: native.into(),
            time,
        },
        external_id: None,
        attributes: Attributes {
            user_id: Some(native.into()),
            channel: Some("web".into()),
            ..Attributes::default()
        },
        events,
        reviews: Vec::new(),
    }
}

/// What of a conversation goes through the dear parts of an import.
#[doc(hidden)]
pub struct Parts {
    /// Its body before it is packed.
    pub body: Vec<u8>,
    /// Words of the user.
    pub user: String,
    /// Words of the assistant.
    pub bot: String,
}

/// Takes a prepared conversation apart.
#[doc(hidden)]
pub fn parts(prepared: Prepared) -> Parts {
    let (user, bot) = prepared.draft.into_documents();
    Parts {
        body: prepared.plain,
        user,
        bot,
    }
}

/// Packs a body as an import does.
#[doc(hidden)]
pub fn pack(preparer: &mut Preparer, body: &[u8]) -> Result<Vec<u8>> {
    Ok(preparer.pack(body)?.bytes)
}

/// Makes the body of a conversation unreadable.
///
/// # Panics
///
/// Where the store cannot be written.
#[doc(hidden)]
pub fn damage(store: &Store, row: i64) {
    let spoil = "UPDATE body SET events = x'00' WHERE row = ?1";
    if let Err(error) = store.connection().execute(spoil, [row]) {
        panic!("the test cannot damage the store: {error}");
    }
}

/// Interrupts every question after so many steps of SQLite's machine; 0: none any more.
///
/// # Panics
///
/// Where SQLite does not take the handler.
#[doc(hidden)]
pub fn interrupt_after(store: &mut Store, steps: i32) {
    let stop: Option<fn() -> bool> = (steps > 0).then_some(|| true);
    if let Err(error) = store.connection_mut().progress_handler(steps, stop) {
        panic!("the test cannot interrupt the store: {error}");
    }
}

/// Takes a conversation out for good, as far as the catalogue can see it.
///
/// # Panics
///
/// Where the store cannot be written.
#[doc(hidden)]
pub fn purge(store: &mut Store, row: i64) {
    let done = store.write(|tx| {
        let rev = super::next_rev(tx)?;
        tx.execute(
            "INSERT INTO purged (id, row, rev) SELECT id, row, ?2 FROM card WHERE row = ?1",
            [row, rev],
        )
        .map_err(super::sqlite("purging"))?;
        for table in ["conversation", "card", "body", "turn", "review"] {
            tx.execute(&format!("DELETE FROM {table} WHERE row = ?1"), [row])
                .map_err(super::sqlite("purging"))?;
        }
        Ok(())
    });
    if let Err(error) = done {
        panic!("the test cannot purge: {error}");
    }
}

/// Gives conversations an auto tag, whose rule is made where there is none.
///
/// # Panics
///
/// Where the store cannot be written.
#[doc(hidden)]
pub fn auto_tag(store: &mut Store, tag: &str, rows: &[i64]) {
    let done = store.write(|tx| {
        let rev = super::next_rev(tx)?;
        let run = |sql: &str, params: &[&dyn rusqlite::ToSql]| {
            tx.execute(sql, params)
                .map_err(super::sqlite("tagging in a test"))
        };
        run(
            "INSERT INTO rule (tag, filter) VALUES (?1, '') ON CONFLICT DO NOTHING",
            &[&tag],
        )?;
        for row in rows {
            run(
                "INSERT INTO auto_tag (rule, row) SELECT id, ?2 FROM rule WHERE tag = ?1
                 ON CONFLICT DO NOTHING",
                &[&tag, row],
            )?;
            run(
                "INSERT INTO review (row, rev) VALUES (?1, ?2)
                 ON CONFLICT (row) DO UPDATE SET rev = excluded.rev",
                &[row, &rev],
            )?;
        }
        Ok(())
    });
    if let Err(error) = done {
        panic!("the test cannot tag: {error}");
    }
}

/// Gives a store a key of pseudonyms that is the same in every run.
///
/// # Panics
/// Where the test cannot go on without it.
#[doc(hidden)]
pub fn set_pseudonym_key(store: &mut Store, key: [u8; 32]) {
    let set = "UPDATE meta SET value = ?1 WHERE name = 'pseudonyms'";
    if let Err(error) = store.connection_mut().execute(set, [&key[..]]) {
        panic!("the test cannot set the key: {error}");
    }
}
