//! What a user message means to Rasa: the intent and the entities, a person's where there are such.
//! Nothing here writes.

use serde_json::Value;

use crate::model::{Event, EventKey, MarkedEntity, Prediction, Review};
use crate::text::Untrusted;

/// Extractors that Rasa itself keeps out of training data: they find what they know, and learn nothing.
const UNTRAINED: [&str; 2] = ["DucklingEntityExtractor", "SpacyEntityExtractor"];

/// What a user message means.
#[derive(Clone, Debug, Default)]
pub struct Meaning {
    /// The intent that a person gave, else the one the assistant went by, fallbacks included.
    pub intent: Option<Untrusted>,
    /// A person gave or confirmed the intent, or marked the entities.
    pub by_person: bool,
    /// The person's intent is another than the one the assistant went by.
    pub changed: bool,
    /// The entities, in the recorded order.
    pub entities: Vec<Mention>,
}

/// An entity of a message.
#[derive(Clone, Debug, PartialEq)]
pub struct Mention {
    /// Its type (`city`).
    pub name: Untrusted,
    /// Its value as JSON text.
    pub value: Untrusted,
    /// Characters of the text: from, to (exclusive); `None` where nobody says.
    pub span: Option<(u32, u32)>,
    /// Role, where given.
    pub role: Option<Untrusted>,
    /// Group, where given.
    pub group: Option<Untrusted>,
    /// True if an extractor found it that Rasa does not train.
    pub untrained: bool,
}

impl Mention {
    /// As a person would have marked it; `None` without a place.
    pub fn marked(&self) -> Option<MarkedEntity> {
        Some(MarkedEntity {
            name: self.name.clone(),
            value: self.value.clone(),
            span: self.span?,
            role: self.role.clone(),
            group: self.group.clone(),
        })
    }
}

/// What the user message `event`, found in the review under `key`, means.
pub fn meaning(event: &Event, key: Option<EventKey>, review: &Review) -> Meaning {
    let went_by = event.intent.as_ref().and_then(|i| i.name.clone());
    let sent = event.payload.as_ref().and_then(sent);
    let went_by = went_by.or_else(|| Some(sent.as_ref()?.0.clone()));
    let given = key.and_then(|key| review.corrected_intent(key));
    let marked = key.and_then(|key| review.corrected_entities(key));
    Meaning {
        by_person: given.is_some() || marked.is_some(),
        changed: given.is_some() && given != went_by,
        intent: given.or(went_by),
        entities: match marked {
            Some(marked) => marked.into_iter().map(by_hand).collect(),
            None if event.entities.is_empty() => sent.map(|s| s.1).unwrap_or_default(),
            None => recorded(event),
        },
    }
}

/// True if Rasa takes this for the name of an intent (`faq`) or of an answer to one (`faq/opening_hours`),
/// and reads it back as it is.
pub fn is_intent_name(name: &str) -> bool {
    let parts: Vec<&str> = name.split('/').collect();
    parts.len() <= 2
        && parts.iter().all(|part| !part.trim().is_empty())
        && name.trim() == name
        && !name.contains('\0')
}

/// True for an intent that only says that nothing was understood.
pub fn is_fallback(intent: &Untrusted) -> bool {
    Prediction::is_fallback_intent(intent.for_search())
}

fn by_hand(entity: MarkedEntity) -> Mention {
    Mention {
        name: entity.name,
        value: entity.value,
        span: Some(entity.span),
        role: entity.role,
        group: entity.group,
        untrained: false,
    }
}

fn recorded(event: &Event) -> Vec<Mention> {
    let raw = event.entities.iter().any(|e| e.role.is_some()).then(|| {
        let raw = event.raw.as_ref().map_or("", Untrusted::for_search);
        serde_json::from_str::<Value>(raw).unwrap_or_default()
    });
    let lists = raw
        .iter()
        .flat_map(|raw| [&raw["parse_data"]["entities"], &raw["entities"]]);
    let lists: Vec<&Vec<Value>> = lists.filter_map(Value::as_array).collect();
    let extractor = |name: &Untrusted| UNTRAINED.contains(&name.for_search());
    event
        .entities
        .iter()
        .enumerate()
        .map(|(at, entity)| {
            let of_group = |r: &Value| {
                r["entity"].as_str() == Some(entity.name.for_search())
                    && r["role"].is_null()
                    && r["group"].as_str() == entity.role.as_ref().map(Untrusted::for_search)
            };
            // The typed event keeps one of role and group: the record says which it was. By its place in the
            // list where all are there: in a masked text it begins elsewhere than the record says.
            let is_group = lists.iter().any(|list| match list.get(at) {
                Some(record) if list.len() == event.entities.len() => of_group(record),
                _ => list
                    .iter()
                    .any(|r| of_group(r) && r["start"].as_u64() == entity.span.map(|s| s.0.into())),
            });
            let (group, role) = if is_group {
                (entity.role.clone(), None)
            } else {
                (None, entity.role.clone())
            };
            Mention {
                name: entity.name.clone(),
                value: entity.value.clone(),
                span: entity.span,
                role,
                group,
                untrained: entity.extractor.as_ref().is_some_and(extractor),
            }
        })
        .collect()
}

/// Intent and entities of what a button sends: `/inform{"city": "Rome"}`.
fn sent(payload: &Untrusted) -> Option<(Untrusted, Vec<Mention>)> {
    let rest = payload.for_search().trim().strip_prefix('/')?;
    let (name, object) = match rest.find('{') {
        Some(open) => rest.split_at(open),
        None => (rest, ""),
    };
    let name = name.split('@').next().unwrap_or_default().trim();
    if name.is_empty() {
        return None;
    }
    let object: serde_json::Map<String, Value> = serde_json::from_str(object).unwrap_or_default();
    let mention = |name: &String, value: &Value| Mention {
        name: name.as_str().into(),
        value: value.to_string().into(),
        span: None,
        role: None,
        group: None,
        untrained: false,
    };
    let entities = object.iter().flat_map(|(name, value)| match value {
        Value::Array(values) => values.iter().map(|v| mention(name, v)).collect(),
        value => vec![mention(name, value)],
    });
    Some((name.into(), entities.collect()))
}
