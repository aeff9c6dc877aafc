//! Messages whose intent a person corrected or confirmed, with what was predicted for them.

use std::collections::BTreeMap;

use super::feed::Wanted;
use super::stored::known_events;
use super::{Result, Store};
use crate::model::{CorrectionField, EventKey, event_keys, shown_intent, string_of};
use crate::text::Untrusted;

/// A message whose intent a person said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CorrectedMessage {
    /// Row of its conversation.
    pub row: i64,
    /// The intent that is shown for it without the correction; `None`: none was predicted.
    pub predicted: Option<Untrusted>,
    /// The name that the log has, which filters know: of a fallback, the fallback.
    pub recorded: Option<Untrusted>,
    /// What a person says it is.
    pub corrected: Untrusted,
}

impl Store {
    /// Messages with a corrected or confirmed intent in the conversations that pass, in ascending order of
    /// rows, and how many more corrections there are of messages that are gone or cannot be read. Only
    /// conversations with such a correction are read.
    ///
    /// # Errors
    /// Where the store cannot be read, or the reading was interrupted.
    pub fn corrected_messages(
        &self,
        passes: impl Fn(i64) -> bool,
    ) -> Result<(Vec<CorrectedMessage>, u64)> {
        let mut asked: BTreeMap<i64, Vec<(EventKey, Untrusted)>> = BTreeMap::new();
        let mut lost = 0;
        self.ask_corrections(Wanted::All, |row, event, field, json| {
            if field != CorrectionField::Intent || !passes(row) {
                return;
            }
            match (event, string_of(&json.into())) {
                (Some(event), Some(name)) => asked.entry(row).or_default().push((event, name)),
                _ => lost += 1,
            }
        })?;
        let mut found = Vec::new();
        for (row, said) in asked {
            self.still_asked()?;
            let events = known_events(self.connection(), row)?.unwrap_or_default();
            let keys = event_keys(&events);
            for (key, corrected) in said {
                let Some(seq) = keys.iter().position(|k| *k == key) else {
                    lost += 1;
                    continue;
                };
                let event = &events[seq];
                found.push(CorrectedMessage {
                    row,
                    predicted: shown_intent(event).cloned(),
                    recorded: event.intent.as_ref().and_then(|i| i.name.clone()),
                    corrected,
                });
            }
        }
        Ok((found, lost))
    }
}
