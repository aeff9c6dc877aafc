//! For tests of training data: conversations as Rasa logs them, by way of the import and a store.

use serde_json::{Value, json};

use crate::import::{self, PathOrStdin, Request};
use crate::model::{CorrectionField, EventTarget};
use crate::store::{Access, Store, Whole};

/// Rasa's events of one sender.
#[derive(Clone, Debug, Default)]
pub(crate) struct Talk(Vec<Value>);

impl Talk {
    /// Any event, as JSON.
    pub(crate) fn json(mut self, event: &str) -> Self {
        self.0.push(serde_json::from_str(event).unwrap());
        self
    }

    /// A user message with its intent, and its entities as Rasa's JSON. A `nlu_fallback` gets a second
    /// choice.
    pub(crate) fn user(mut self, text: &str, intent: &str, entities: &str) -> Self {
        let fallback = intent == "nlu_fallback";
        let confidence = if fallback { 0.7 } else { 0.9 };
        let mut ranking = vec![json!({"name": intent, "confidence": confidence})];
        if fallback {
            ranking.push(json!({"name": "second", "confidence": 0.2}));
        }
        self.0.push(json!({
            "event": "user", "text": text, "parse_data": {
                "intent": {"name": intent, "confidence": confidence},
                "intent_ranking": ranking,
                "entities": serde_json::from_str::<Value>(entities).unwrap(),
            }
        }));
        self
    }

    /// An action that ran.
    pub(crate) fn action(mut self, name: &str) -> Self {
        self.0
            .push(json!({"event": "action", "name": name, "confidence": 1.0}));
        self
    }

    /// The assistant waits.
    pub(crate) fn listen(self) -> Self {
        self.action("action_listen")
    }

    /// The assistant says something.
    pub(crate) fn bot(mut self, text: &str) -> Self {
        self.0.push(json!({"event": "bot", "text": text}));
        self
    }

    /// A slot gets a value, as JSON.
    pub(crate) fn slot(mut self, name: &str, value: &str) -> Self {
        let value: Value = serde_json::from_str(value).unwrap();
        self.0
            .push(json!({"event": "slot", "name": name, "value": value}));
        self
    }

    /// As a store yields it after an import.
    pub(crate) fn whole(&self) -> Whole {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("talk.json");
        let events: Vec<Value> = self
            .0
            .iter()
            .enumerate()
            .map(|(i, event)| {
                let mut event = event.clone();
                event["timestamp"] = json!(1_700_000_000 + i);
                event
            })
            .collect();
        std::fs::write(
            &path,
            json!({"sender_id": "s", "events": events}).to_string(),
        )
        .unwrap();
        let mut store = Store::open(&dir.path().join("store.db"), &Access::Import).unwrap();
        let request = Request {
            inputs: vec![PathOrStdin::Path(path)],
            ..Request::default()
        };
        let stop = std::sync::atomic::AtomicBool::new(false);
        let report = import::run(&mut store, &request, &stop, &mut ()).unwrap();
        assert_eq!(report.rejected_records, 0, "{:?}", report.rejects);
        store.whole(1).unwrap().unwrap()
    }
}

/// Puts a correction on an event, as JSON text.
pub(crate) fn correct(whole: &mut Whole, seq: usize, field: CorrectionField, json: &str) {
    let target = EventTarget {
        key: whole.keys[seq],
        seq: seq as u32,
    };
    let corrections = &mut whole.review.corrections;
    corrections.push((Some(target), field, json.into()));
}
