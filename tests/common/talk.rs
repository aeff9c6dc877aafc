//! Rasa trackers written down briefly: one line of an export for each [`Talk`].

use serde_json::{Value, json};

/// One user's tracker. Time goes on by itself, three seconds an event of the assistant, twenty a
/// message of the user.
pub struct Talk {
    sender: String,
    at: f64,
    channel: &'static str,
    events: Vec<Value>,
}

impl Talk {
    /// A tracker whose first session begins `minutes` before [`super::NOW`].
    pub fn new(sender: &str, minutes: u32) -> Self {
        Self {
            sender: sender.to_owned(),
            at: 0.0,
            channel: "webchat",
            events: Vec::new(),
        }
        .session(minutes)
    }

    /// Another channel than `webchat`, for what comes next.
    pub fn channel(mut self, channel: &'static str) -> Self {
        self.channel = channel;
        self
    }

    fn push(mut self, seconds: f64, mut event: Value) -> Self {
        self.at += seconds;
        event["timestamp"] = json!(self.at);
        self.events.push(event);
        self
    }

    /// Begins another session, so many minutes before [`super::NOW`].
    pub fn session(mut self, minutes: u32) -> Self {
        self.at = super::NOW as f64 / 1000.0 - f64::from(minutes) * 60.0;
        self.push(
            0.0,
            json!({"event": "action", "name": "action_session_start", "policy": null, "confidence": 1.0}),
        )
        .push(0.0, json!({"event": "session_started"}))
        .push(
            0.0,
            json!({"event": "action", "name": "action_listen", "policy": null, "confidence": null}),
        )
    }

    /// Nothing happens for a while.
    pub fn wait(mut self, seconds: u32) -> Self {
        self.at += f64::from(seconds);
        self
    }

    /// A message with its ranking; the first of it is the prediction.
    pub fn user(self, text: &str, ranking: &[(&str, f64)]) -> Self {
        let ranked: Vec<Value> = ranking
            .iter()
            .map(|(name, confidence)| json!({"name": name, "confidence": confidence}))
            .collect();
        self.message(text, ranked.first().cloned(), ranked, json!([]))
    }

    /// A message of which a fallback classifier made a fallback.
    pub fn not_understood(self, text: &str, ranking: &[(&str, f64)]) -> Self {
        let fallback = json!({"name": "nlu_fallback", "confidence": 0.7});
        let mut ranked = vec![fallback.clone()];
        ranked.extend(
            ranking
                .iter()
                .map(|(name, confidence)| json!({"name": name, "confidence": confidence})),
        );
        self.message(text, Some(fallback), ranked, json!([]))
    }

    /// A message with one entity found in it.
    pub fn user_with(self, text: &str, intent: (&str, f64), entity: (&str, &str)) -> Self {
        let ranked = vec![json!({"name": intent.0, "confidence": intent.1})];
        let start = text.find(entity.1).unwrap();
        let entities = json!([{
            "entity": entity.0, "value": entity.1,
            "start": start, "end": start + entity.1.len(),
            "extractor": "DIETClassifier", "confidence_entity": 0.97,
        }]);
        self.message(text, ranked.first().cloned(), ranked, entities)
    }

    fn message(
        self,
        text: &str,
        intent: Option<Value>,
        ranking: Vec<Value>,
        entities: Value,
    ) -> Self {
        let channel = self.channel;
        self.push(
            20.0,
            json!({
                "event": "user", "text": text, "input_channel": channel,
                "parse_data": {"intent": intent, "intent_ranking": ranking, "entities": entities},
            }),
        )
    }

    /// A click on a button that sends `/intent`.
    pub fn click(self, intent: &str) -> Self {
        self.user(&format!("/{intent}"), &[(intent, 1.0)])
    }

    /// A message of the assistant.
    pub fn bot(self, text: &str) -> Self {
        self.push(3.0, json!({"event": "bot", "text": text, "data": {}}))
    }

    /// A message that offers buttons: titles with the intents they send.
    pub fn offer(self, text: &str, buttons: &[(&str, &str)]) -> Self {
        let buttons: Vec<Value> = buttons
            .iter()
            .map(|(title, intent)| json!({"title": title, "payload": format!("/{intent}")}))
            .collect();
        self.push(
            3.0,
            json!({"event": "bot", "text": text, "data": {"buttons": buttons}}),
        )
    }

    /// A message of a person.
    pub fn agent(self, text: &str) -> Self {
        self.push(10.0, json!({"event": "agent", "text": text}))
    }

    /// What the assistant did.
    pub fn action(self, name: &str, confidence: f64, policy: &str) -> Self {
        self.push(
            0.0,
            json!({"event": "action", "name": name, "confidence": confidence, "policy": policy}),
        )
    }

    /// An answer: the action by rule, what it says, and waiting.
    pub fn utter(self, name: &str, text: &str) -> Self {
        self.action(name, 1.0, "RulePolicy").bot(text).listen()
    }

    /// The assistant waits.
    pub fn listen(self) -> Self {
        self.action("action_listen", 1.0, "RulePolicy")
    }

    /// A slot.
    pub fn slot(self, name: &str, value: Value) -> Self {
        self.push(0.0, json!({"event": "slot", "name": name, "value": value}))
    }

    /// A form begins, or with `None` ends.
    pub fn form(self, name: Option<&str>) -> Self {
        self.push(0.0, json!({"event": "active_loop", "name": name}))
    }

    /// Any other event.
    pub fn event(self, kind: &str) -> Self {
        self.push(0.0, json!({"event": kind}))
    }

    /// Any other event, as the export has it; its time is set.
    pub fn record(self, event: Value) -> Self {
        self.push(0.0, event)
    }

    /// The line of the export.
    pub fn line(&self) -> String {
        json!({"sender_id": self.sender, "slots": {}, "events": self.events}).to_string()
    }
}
