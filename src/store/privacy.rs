//! The key of this store's pseudonyms.

use rusqlite::OptionalExtension;

use super::{Result, Store, StoreError, sqlite};
use crate::model::{Privacy, Pseudonyms};

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
