//! What an import would do, found out without writing.

use std::collections::{HashMap, HashSet};

use crate::model::{ConversationId, EventKey, Imported, event_keys};
use crate::store::{Outcome, Result, Store, StoreError};

/// Foretells outcomes. Contradictions show only when the conversation is really taken in.
pub(super) struct Preview<'a> {
    store: &'a Store,
    /// Conversations that this import would have brought itself, with how many events.
    brought: HashMap<ConversationId, usize>,
}

impl<'a> Preview<'a> {
    pub fn new(store: &'a Store) -> Self {
        Self {
            store,
            brought: HashMap::new(),
        }
    }

    /// What would become of one conversation.
    pub fn outcome(&mut self, imported: &Imported) -> Result<Outcome> {
        let id = imported.key.id();
        let count = imported.events.len();
        if let Some(before) = self.brought.insert(id, count) {
            return Ok(if count > before {
                Outcome::Updated
            } else {
                Outcome::Unchanged
            });
        }
        let Some(row) = self.store.row_of(id)? else {
            return Ok(Outcome::New);
        };
        let known: HashSet<EventKey> = match self.store.whole(row) {
            Ok(Some(whole)) => whole.keys.into_iter().collect(),
            Ok(None) => return Ok(Outcome::New),
            // Importing it again heals it.
            Err(StoreError::Damaged(_)) => return Ok(Outcome::Updated),
            Err(error) => return Err(error),
        };
        let contained = event_keys(&imported.events)
            .iter()
            .all(|key| known.contains(key));
        Ok(if contained {
            Outcome::Unchanged
        } else {
            Outcome::Updated
        })
    }
}
