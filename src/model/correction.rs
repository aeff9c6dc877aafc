//! Corrected values: what was shown before, what a person put in its place, and their JSON.
//!
//! The one place that reads and prints the JSON of a correction. It knows neither where corrections are
//! kept nor how they are shown.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Number, Value};

use super::{CorrectionField, Entity, Event, EventKey, Prediction, Review};
use crate::text::Untrusted;

/// The words of a sentiment; besides them it is a number from -1 to 1.
pub const SENTIMENTS: [&str; 3] = ["positive", "neutral", "negative"];

/// An entity as a person marked it in the text of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkedEntity {
    /// Its type (`city`).
    pub name: Untrusted,
    /// Its value as JSON text (`"Rome"`, `3`, `{…}`).
    pub value: Untrusted,
    /// Characters (Unicode scalar values) of the message text: from, to (exclusive).
    pub span: (u32, u32),
    /// Role, where given.
    pub role: Option<Untrusted>,
    /// Group, where given.
    pub group: Option<Untrusted>,
}

impl MarkedEntity {
    /// A predicted entity as a person would have marked it; `None` where nobody says where it stands in
    /// the text.
    pub fn of(entity: &Entity) -> Option<Self> {
        Some(Self {
            name: entity.name.clone(),
            value: entity.value.clone(),
            span: entity.span?,
            role: entity.role.clone(),
            group: None,
        })
    }
}

/// One entity of the JSON array.
#[derive(Serialize, Deserialize)]
struct EntityJson<'a> {
    entity: Untrusted,
    #[serde(borrow)]
    value: Option<&'a RawValue>,
    start: u32,
    end: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    role: Option<Untrusted>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    group: Option<Untrusted>,
}

/// The intent that is shown for a message: the recorded one; of a fallback the first ranking entry that is
/// none, where there is one. `None`: nothing was predicted.
pub fn shown_intent(event: &Event) -> Option<&Untrusted> {
    event.intent.as_ref().and_then(Prediction::shown)
}

/// The text of a JSON string; `None` of anything else.
pub fn string_of(json: &Untrusted) -> Option<Untrusted> {
    let text: String = serde_json::from_str(json.for_search()).ok()?;
    Some(text.into())
}

/// A text as a JSON string: the value of a corrected intent, summary, language or sentiment.
pub fn string_json(text: &str) -> Untrusted {
    Value::from(text).to_string().into()
}

/// The strings of a JSON array; `None` of anything else.
pub fn strings_of(json: &Untrusted) -> Option<Vec<Untrusted>> {
    let texts: Vec<String> = serde_json::from_str(json.for_search()).ok()?;
    Some(texts.into_iter().map(Untrusted::from).collect())
}

/// Texts as a JSON array of strings: the value of corrected topics.
pub fn strings_json(texts: &[Untrusted]) -> Untrusted {
    let texts: Vec<&str> = texts.iter().map(Untrusted::for_export).collect();
    Value::from(texts).to_string().into()
}

/// The entities of a JSON array of `{"entity","value","start","end"}`, with `role` and `group` where given;
/// without a value, the null value. The error says what is wrong in the words of whoever wrote the JSON.
pub fn entities_of(json: &Untrusted) -> Result<Vec<MarkedEntity>, String> {
    let all: Vec<EntityJson<'_>> =
        serde_json::from_str(json.for_search()).map_err(|error| error.to_string())?;
    all.into_iter()
        .map(|e| {
            if e.entity.for_search().trim().is_empty() {
                return Err("an entity without a name".to_owned());
            }
            if e.start >= e.end {
                return Err(format!("an entity from {} to {}", e.start, e.end));
            }
            Ok(MarkedEntity {
                name: e.entity,
                value: e.value.map_or("null", RawValue::get).into(),
                span: (e.start, e.end),
                role: e.role,
                group: e.group,
            })
        })
        .collect()
}

/// Entities as the JSON array that [`entities_of`] reads.
pub fn entities_json(entities: &[MarkedEntity]) -> Untrusted {
    let all: Vec<EntityJson<'_>> = entities
        .iter()
        .map(|e| EntityJson {
            entity: e.name.clone(),
            value: serde_json::from_str(e.value.for_export()).ok(),
            start: e.span.0,
            end: e.span.1,
            role: e.role.clone(),
            group: e.group.clone(),
        })
        .collect();
    // Plain strings and numbers cannot fail to be written.
    serde_json::to_string(&all).unwrap_or_default().into()
}

/// The JSON of a value as people write it: topics with commas between, sentiment a word or a number,
/// entities already as JSON. `None` where nothing is written, which takes a correction away.
pub fn correction_json(field: CorrectionField, typed: &str) -> Option<Untrusted> {
    let typed = typed.trim();
    if typed.is_empty() {
        return None;
    }
    Some(match field {
        CorrectionField::Topics => {
            let mut topics: Vec<Untrusted> = Vec::new();
            for topic in typed.split(',').map(str::trim).filter(|t| !t.is_empty()) {
                if !topics.iter().any(|t| t.for_search() == topic) {
                    topics.push(topic.into());
                }
            }
            strings_json(&topics)
        }
        CorrectionField::Entities => spelled(field, typed.into()),
        CorrectionField::Sentiment => sentiment_json(typed),
        _ => string_json(typed),
    })
}

/// The JSON of a corrected value in the one spelling in which it is kept, so that what comes back from an
/// export is the same value; JSON that is none of this field stays as it is.
pub fn spelled(field: CorrectionField, json: Untrusted) -> Untrusted {
    let respelled = match field {
        CorrectionField::Entities => entities_of(&json).ok().map(|mut all| {
            for entity in &mut all {
                if let Some(text) = string_of(&entity.value) {
                    entity.value = string_json(text.for_export());
                }
            }
            entities_json(&all)
        }),
        CorrectionField::Topics => strings_of(&json).map(|all| strings_json(&all)),
        _ => string_of(&json).map(|text| string_json(text.for_export())),
    };
    respelled.unwrap_or(json)
}

/// A sentiment as people write it: a word without regard to case, or a number as it was written. Anything
/// else stays a text, which [`check_correction`] refuses.
fn sentiment_json(typed: &str) -> Untrusted {
    if let Some(word) = SENTIMENTS.iter().find(|w| w.eq_ignore_ascii_case(typed)) {
        return string_json(word);
    }
    if serde_json::from_str::<Number>(typed).is_ok() {
        return typed.into();
    }
    // `.5` and `+1` are numbers to people, if not to JSON.
    match typed.parse().ok().and_then(Number::from_f64) {
        Some(number) => number.to_string().into(),
        None => string_json(typed),
    }
}

/// What a person says of a message, harmless and on one line: `-> refund`, `confirmed`, `-> refund, entities
/// city`; empty where nobody said anything.
pub fn correction_words(review: &Review, key: EventKey, event: &Event) -> String {
    let mut words = match review.corrected_intent(key) {
        None => String::new(),
        Some(name) if shown_intent(event) == Some(&name) => "confirmed".to_owned(),
        Some(name) => format!("-> {}", name.line().cut(40).as_str()),
    };
    if let Some(entities) = review.corrected_entities(key) {
        let names: Vec<String> = entities
            .iter()
            .map(|e| e.name.line().cut(20).as_str().to_owned())
            .collect();
        let names = match names.as_slice() {
            [] => "none".to_owned(),
            names => names.join(" "),
        };
        let join = if words.is_empty() { "" } else { ", " };
        words.push_str(&format!("{join}entities {names}"));
    }
    words
}

/// Whether a correction of `field` may be written so; the error says what is expected.
pub fn check_correction(field: CorrectionField, json: &Untrusted) -> Result<(), String> {
    let text = json.for_search();
    if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(text) {
        return Err(format!(
            "the corrected {} is no JSON: {error}",
            field.name()
        ));
    }
    let says_something = |json| string_of(json).is_some_and(|t| !t.for_search().trim().is_empty());
    let (fits, expected) = match field {
        CorrectionField::Intent | CorrectionField::Language | CorrectionField::Summary => {
            (says_something(json), "a JSON string")
        }
        CorrectionField::Sentiment => (
            match string_of(json) {
                Some(word) => SENTIMENTS.contains(&word.for_search()),
                None => serde_json::from_str(text).is_ok_and(|n: f64| (-1.0..=1.0).contains(&n)),
            },
            "positive, neutral, negative or a number from -1 to 1",
        ),
        CorrectionField::Topics => (strings_of(json).is_some(), "a JSON array of strings"),
        CorrectionField::Entities => {
            return entities_of(json)
                .map(|_| ())
                .map_err(|error| format!("the corrected entities do not read: {error}"));
        }
    };
    if fits {
        return Ok(());
    }
    Err(format!("the corrected {} is {expected}", field.name()))
}

impl Prediction {
    /// The intent that is shown: the recorded one; of a fallback the first ranking entry that is none,
    /// where there is one.
    pub fn shown(&self) -> Option<&Untrusted> {
        if self.is_fallback() {
            let first = self.alternatives().map(|r| &r.name).next();
            return first.or(self.name.as_ref());
        }
        self.name.as_ref()
    }
}

impl Review {
    /// The correction of one field, as JSON text: of this event, or with `None` of the conversation.
    pub fn corrected(&self, event: Option<EventKey>, field: CorrectionField) -> Option<&Untrusted> {
        self.corrections
            .iter()
            .find(|(on, of, _)| on.map(|e| e.key) == event && *of == field)
            .map(|(_, _, json)| json)
    }

    /// The intent that a person gave to this event; equal to the shown one where it was confirmed.
    pub fn corrected_intent(&self, event: EventKey) -> Option<Untrusted> {
        string_of(self.corrected(Some(event), CorrectionField::Intent)?)
    }

    /// The entities that a person marked in this event; `Some` and empty where there are to be none.
    pub fn corrected_entities(&self, event: EventKey) -> Option<Vec<MarkedEntity>> {
        entities_of(self.corrected(Some(event), CorrectionField::Entities)?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{EventTarget, Ranked};

    fn predicted(name: Option<&str>, ranking: &[&str]) -> Event {
        let ranked = |name: &&str| Ranked {
            name: (*name).into(),
            confidence: None,
        };
        Event {
            intent: Some(Prediction {
                name: name.map(Untrusted::from),
                confidence: None,
                ranking: ranking.iter().map(ranked).collect(),
            }),
            ..Event::default()
        }
    }

    #[test]
    fn a_fallback_shows_what_it_stands_for() {
        let shown = |name, ranking: &[&str]| {
            let event = predicted(name, ranking);
            shown_intent(&event).map(|n| n.for_search().to_owned())
        };
        assert_eq!(shown(Some("a"), &["b", "a"]).as_deref(), Some("a"));
        let fallback = Some("nlu_fallback");
        assert_eq!(
            shown(fallback, &["nlu_fallback", "b", "a"]).as_deref(),
            Some("b")
        );
        assert_eq!(shown(fallback, &["nlu_fallback"]).as_deref(), fallback);
        assert_eq!(shown(None, &["b"]), None);
        assert_eq!(shown_intent(&Event::default()), None);
    }

    #[test]
    fn corrections_are_found_by_their_event() {
        let at = |n| EventTarget {
            key: EventKey([n; 16]),
            seq: u32::from(n),
        };
        let entities = r#"[{"entity":"city","value":"Rome","start":3,"end":7}]"#;
        let review = Review {
            corrections: vec![
                (None, CorrectionField::Intent, "\"none\"".into()),
                (Some(at(1)), CorrectionField::Intent, "\"refund\"".into()),
                (Some(at(1)), CorrectionField::Entities, entities.into()),
                (Some(at(2)), CorrectionField::Entities, "[]".into()),
                (Some(at(3)), CorrectionField::Intent, "{}".into()),
            ],
            ..Review::default()
        };
        assert_eq!(review.corrected_intent(at(1).key), Some("refund".into()));
        assert_eq!(review.corrected_intent(at(2).key), None);
        assert_eq!(review.corrected_intent(at(3).key), None);
        let marked = review.corrected_entities(at(1).key).unwrap();
        assert_eq!((marked.len(), marked[0].span), (1, (3, 7)));
        assert_eq!(review.corrected_entities(at(2).key), Some(vec![]));
        assert_eq!(review.corrected_entities(at(3).key), None);
    }

    #[test]
    fn what_is_printed_is_read_back() {
        let all = vec![
            MarkedEntity {
                name: "city \"x\"".into(),
                value: "\"R\\u00f6m\"".into(),
                span: (0, 4),
                role: Some("to".into()),
                group: None,
            },
            MarkedEntity {
                name: "n".into(),
                value: "{\"a\":[1.50]}".into(),
                span: (5, 6),
                role: None,
                group: Some("2".into()),
            },
        ];
        assert_eq!(entities_of(&entities_json(&all)), Ok(all));
        let topics = vec!["a/b".into(), "\u{202e}\"".into()];
        assert_eq!(strings_of(&strings_json(&topics)), Some(topics));
        let odd = "a\\\"\n\u{1b}[0m";
        assert_eq!(string_of(&string_json(odd)), Some(odd.into()));
    }

    #[test]
    fn every_field_has_its_shape() {
        let fits = |field, json: &str| check_correction(field, &json.into()).is_ok();
        use CorrectionField as F;
        for field in [F::Intent, F::Language, F::Summary, F::Sentiment] {
            assert_eq!(fits(field, "\"a\""), field != F::Sentiment, "{field:?}");
            for wrong in ["a", "\"\"", "\" \"", "null", "[]", "[\"a\"]"] {
                assert!(!fits(field, wrong), "{field:?} {wrong}");
            }
        }
        assert!(fits(F::Sentiment, "-0.25") && !fits(F::Intent, "1"));
        assert!(fits(F::Topics, "[]") && fits(F::Topics, "[\"a\"]"));
        assert!(!fits(F::Topics, "\"a\"") && !fits(F::Topics, "[1]"));
        assert!(fits(F::Entities, "[]") && !fits(F::Entities, "{}"));
        let entity = |rest: &str| format!("[{{\"entity\":\"a\"{rest}}}]");
        assert!(fits(F::Entities, &entity(",\"start\":0,\"end\":1")));
        assert!(!fits(F::Entities, &entity(",\"start\":1,\"end\":1")));
        assert!(!fits(F::Entities, &entity("")));
    }

    #[test]
    fn a_sentiment_is_what_can_be_asked_for() {
        let field = CorrectionField::Sentiment;
        let typed = |typed: &str| {
            let json = correction_json(field, typed).unwrap();
            check_correction(field, &json).map(|()| json.for_search().to_owned())
        };
        for (written, json) in [
            ("Positive", "\"positive\""),
            ("NEGATIVE ", "\"negative\""),
            ("-1", "-1"),
            ("0.250", "0.250"),
            (".5", "0.5"),
        ] {
            assert_eq!(typed(written).as_deref(), Ok(json));
        }
        for wrong in ["neg", "foo", "1.01", "-2", "1e999", "NaN", "inf", "0,5"] {
            let words = typed(wrong).unwrap_err();
            assert!(words.contains("positive, neutral, negative or a number from -1 to 1"));
        }
    }

    #[test]
    fn what_people_write_becomes_the_json_of_the_field() {
        use CorrectionField as F;
        let json = |field, typed: &str| {
            let json = correction_json(field, typed)?;
            assert_eq!(check_correction(field, &json), Ok(()), "{typed}");
            Some(json.for_search().to_owned())
        };
        let topics = json(F::Topics, " a/b ,, c,a/b");
        assert_eq!(topics.as_deref(), Some(r#"["a/b","c"]"#));
        assert_eq!(json(F::Sentiment, "-0.5").as_deref(), Some("-0.5"));
        let word = json(F::Sentiment, "neutral");
        assert_eq!(word.as_deref(), Some("\"neutral\""));
        assert_eq!(json(F::Language, "12").as_deref(), Some("\"12\""));
        let summary = json(F::Summary, "He said \"no\"");
        assert_eq!(summary.as_deref(), Some(r#""He said \"no\"""#));
        assert_eq!(json(F::Entities, " [] ").as_deref(), Some("[]"));
        for field in CorrectionField::ALL {
            assert_eq!(json(field, "  "), None);
        }
    }
}
