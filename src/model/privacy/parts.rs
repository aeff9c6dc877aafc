//! Hiding in the parts of a conversation: what the source says of the whole, events, corrections.

use super::json::quoted;
use super::mask::{Mask, Masked};
use crate::model::{Attributes, CorrectionField, Event, spelled};
use crate::text::Untrusted;

impl Mask<'_> {
    /// Hides in what the source says of a conversation.
    pub(crate) fn attributes(&self, of: &mut Attributes) {
        let Attributes {
            channel,
            user_id,
            user_name,
            language,
            location,
            device,
            version,
            environment,
            agent,
            rating_comment,
            metadata,
            topics,
            sentiment,
            summary,
            rating: _,
            queries: _,
            escalated: _,
            threshold: _,
        } = of;
        *user_id = user_id.as_ref().map(|id| self.id(id));
        for text in [user_name, location, device, agent, rating_comment, summary] {
            self.optional(text);
        }
        for label in [channel, language, version, environment, sentiment]
            .into_iter()
            .flatten()
        {
            *label = self.label(label);
        }
        for topic in topics {
            *topic = self.label(topic);
        }
        for (name, value) in metadata {
            *value = self.json(name.for_search(), value);
            *name = self.label(name);
        }
    }

    fn optional(&self, text: &mut Option<Untrusted>) {
        if let Some(text) = text {
            *text = self.text("", text.for_export()).text;
        }
    }

    /// Hides in an event; what became of its text, where it has one.
    pub(crate) fn event(&self, event: &mut Event) -> Option<(Untrusted, Masked)> {
        let before = event.text.clone();
        let masked = before.map(|text| {
            let masked = self.text("", text.for_export());
            (text, masked)
        });
        if let Some((_, masked)) = &masked {
            event.text = Some(masked.text.clone());
        }
        self.optional(&mut event.payload);
        for button in &mut event.buttons {
            button.title = self.text("", button.title.for_export()).text;
            self.optional(&mut button.payload);
        }
        let places = masked.as_ref().filter(|_| !event.entities.is_empty());
        let places = places.map(|(text, masked)| masked.places(text.for_export()));
        for entity in &mut event.entities {
            entity.value = self.json(entity.name.for_search(), &entity.value);
            if let (Some(span), Some(places)) = (entity.span, &places) {
                let (moved, hidden) = places.span(span);
                entity.span = Some(moved);
                if hidden {
                    // The value is what was said, perhaps in another spelling.
                    entity.value = quoted(places.slice(moved)).into();
                }
            }
            entity.name = self.label(&entity.name);
            for label in [&mut entity.role, &mut entity.extractor]
                .into_iter()
                .flatten()
            {
                *label = self.label(label);
            }
        }
        if let Some(slot) = &mut event.slot {
            slot.value = self.json(slot.name.for_search(), &slot.value);
            slot.name = self.label(&slot.name);
        }
        if let Some(intent) = &mut event.intent {
            let ranked = intent.ranking.iter_mut().map(|r| &mut r.name);
            for name in intent.name.iter_mut().chain(ranked) {
                *name = self.label(name);
            }
        }
        if let Some(action) = &mut event.action {
            for name in [&mut action.name, &mut action.policy].into_iter().flatten() {
                *name = self.label(name);
            }
        }
        if let Some(flow) = &mut event.flow {
            flow.name = self.label(&flow.name);
            flow.step = flow.step.as_ref().map(|step| self.label(step));
        }
        event.raw = event.raw.as_ref().and_then(|raw| self.record(raw));
        masked
    }

    /// Hides in a corrected value, JSON text. `said` is what became of the text it is about.
    pub(crate) fn correction(
        &self,
        field: CorrectionField,
        value: &Untrusted,
        said: Option<&(Untrusted, Masked)>,
    ) -> Untrusted {
        if field == CorrectionField::Entities
            && let Some((text, masked)) = said
            && let Ok(mut list) = serde_json::from_str::<
                Vec<serde_json::Map<String, serde_json::Value>>,
            >(value.for_export())
        {
            let places = masked.places(text.for_export());
            for entity in &mut list {
                let number = |key: &str| {
                    let at = entity.get(key).and_then(serde_json::Value::as_u64);
                    at.and_then(|at| u32::try_from(at).ok())
                };
                if let (Some(start), Some(end)) = (number("start"), number("end")) {
                    let (moved, hidden) = places.span((start, end));
                    entity.insert("start".into(), moved.0.into());
                    entity.insert("end".into(), moved.1.into());
                    if hidden {
                        entity.insert("value".into(), places.slice(moved).into());
                    }
                }
            }
            let moved = serde_json::to_string(&list).unwrap_or_default();
            return spelled(field, self.json("", &moved.into()));
        }
        spelled(field, self.json("", value))
    }
}
