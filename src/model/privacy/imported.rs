//! Hiding in a conversation before it is stored.

use std::collections::HashMap;

use super::{Privacy, relabel};
use crate::model::{Change, Edit, EventTarget, Imported, Set, event_keys};

impl Privacy {
    /// The conversation as it is to be stored. The key is that of the pseudonym, so that the same import
    /// finds it again, and nobody can try numbers until an id fits; reviews that it brings follow.
    pub fn imported(&self, mut imported: Imported) -> Imported {
        let label = imported.external_id.clone();
        let Some(mask) = self.mask(
            &imported.key,
            label.as_ref(),
            &imported.attributes,
            &imported.events,
        ) else {
            return imported;
        };
        let (old_id, old_keys) = (imported.key.id(), event_keys(&imported.events));
        let native = mask.id(&imported.key.native);
        imported.external_id = label.map(|label| relabel(&label, &imported.key.native, &native));
        imported.key.native = native;
        mask.attributes(&mut imported.attributes);
        let events = imported.events.iter_mut();
        let said: Vec<_> = events.map(|event| mask.event(event)).collect();
        let new_id = imported.key.id();
        let new_keys = event_keys(&imported.events);
        let places: HashMap<_, _> = old_keys.iter().zip(0..).collect();
        for seed in &mut imported.reviews {
            seed.reviewer = mask.text("", seed.reviewer.for_export()).text;
            let Change { edits, .. } = &mut seed.change;
            // What stands on an event that is not there would name it by a hash of what was said.
            edits.retain_mut(|Edit { targets, set }| {
                let first = targets.iter().find_map(|t| t.event);
                let at = |target: EventTarget| places.get(&target.key).copied();
                let place = first.and_then(at);
                targets.retain_mut(|target| {
                    if target.conversation == old_id {
                        target.conversation = new_id;
                    }
                    match target.event {
                        None => true,
                        Some(event) => {
                            let key = at(event).and_then(|at| new_keys.get(at as usize));
                            target.event = key.map(|&key| EventTarget { key, ..event });
                            target.event.is_some()
                        }
                    }
                });
                match set {
                    Set::Note {
                        text: Some(text), ..
                    } => {
                        *text = mask.text("", text.for_export()).text;
                    }
                    Set::Correction {
                        field,
                        value: Some(value),
                    } => {
                        let said = place.and_then(|at: u32| said.get(at as usize));
                        *value = mask.correction(*field, value, said.and_then(Option::as_ref));
                    }
                    _ => {}
                }
                !targets.is_empty() || matches!(set, Set::TagInfo { .. })
            });
        }
        imported
    }
}
