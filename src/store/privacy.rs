//! The key of this store's pseudonyms.

use rusqlite::{Connection, OptionalExtension};

use super::{Result, Store, StoreError, sqlite};
use crate::model::{Privacy, Pseudonyms};
use crate::text::Untrusted;

impl Store {
    /// What hides what is asked for, with the pseudonyms of this store: they are the same at every import,
    /// export and view of it, and others in every other store.
    ///
    /// # Errors
    /// Where the store has no key of pseudonyms, as none that afterword made.
    pub fn privacy(&self, anonymize: bool, redact: bool) -> Result<Privacy> {
        if !anonymize && !redact {
            return Ok(Privacy::none());
        }
        let key: Option<Vec<u8>> = self
            .connection()
            .prepare_cached("SELECT value FROM meta WHERE name = 'pseudonyms'")
            .and_then(|mut q| q.query_row([], |r| r.get(0)).optional())
            .map_err(sqlite("reading the key of pseudonyms"))?;
        let key = key.and_then(|key| key.try_into().ok());
        let key = key.ok_or_else(|| {
            StoreError::Refused("the store has lost the key of its pseudonyms".into())
        })?;
        Ok(Privacy::new(Pseudonyms::new(key), anonymize, redact))
    }

    /// Whether a source may be imported so. Whoever imports it in another way than before is refused: the
    /// same conversations would come a second time, and hidden names would stand beside open ones.
    ///
    /// # Errors
    /// The refusal, with the way out.
    pub fn check_privacy(&self, source: &Untrusted, privacy: &Privacy) -> Result<()> {
        noted(self.connection(), source, privacy).map(drop)
    }

    /// Notes how a source is imported, the first time; else as [`Store::check_privacy`].
    ///
    /// # Errors
    /// The refusal, with the way out.
    pub fn enter_privacy(&mut self, source: &Untrusted, privacy: &Privacy) -> Result<()> {
        self.write(|tx| {
            let now = number(privacy);
            if noted(tx, source, privacy)? || now == 0 {
                return Ok(());
            }
            let insert = "INSERT INTO meta (name, value) VALUES (?1, ?2)";
            tx.execute(insert, (&name(source), now))
                .map(drop)
                .map_err(sqlite("writing the source"))
        })
    }
}

/// What it is called in the table of what is known of the store.
fn name(source: &Untrusted) -> String {
    format!("privacy {}", source.for_search())
}

/// How it is kept.
fn number(privacy: &Privacy) -> i64 {
    i64::from(privacy.anonymizes()) | i64::from(privacy.redacts()) << 1
}

/// True if the source was imported before, in this way.
fn noted(store: &Connection, source: &Untrusted, privacy: &Privacy) -> Result<bool> {
    let read = || -> rusqlite::Result<(Option<i64>, bool)> {
        let value = "SELECT value FROM meta WHERE name = ?1";
        let noted = store
            .query_row(value, [name(source)], |r| r.get(0))
            .optional()?;
        let known = "SELECT EXISTS (SELECT 1 FROM source WHERE name = ?1)";
        let known = store.query_row(known, [source.for_search()], |r| r.get(0))?;
        Ok((noted, known))
    };
    let (noted, known) = read().map_err(sqlite("reading the sources"))?;
    match noted.or(known.then_some(0)) {
        Some(before) if before != number(privacy) => Err(StoreError::Refused(format!(
            "source {} was imported {}: import it so again, or with another --source",
            source.line().as_str(),
            words(before)
        ))),
        before => Ok(before.is_some()),
    }
}

/// How a source was imported.
fn words(noted: i64) -> &'static str {
    match noted {
        1 => "with --anonymize",
        2 => "with --redact",
        3 => "with --anonymize --redact",
        _ => "without --anonymize and --redact",
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::temporary;
    use super::super::{Access, Store};
    use crate::model::Privacy;

    #[test]
    fn pseudonyms_are_those_of_the_store() {
        let (_dir, store) = temporary();
        let (_other_dir, other) = temporary();
        let again = Store::open(store.path(), &Access::Read).unwrap();
        let name = |privacy: Privacy| privacy.user("+4915112345678");
        let here = name(store.privacy(true, false).unwrap());
        assert_eq!(name(again.privacy(true, true).unwrap()), here);
        assert_ne!(name(other.privacy(true, false).unwrap()), here);
        assert!(store.privacy(false, false).unwrap().is_none());
    }
}
