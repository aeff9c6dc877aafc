//! The record of every event as Rasa's event broker would have written it.

use super::random::Rng;
use crate::model::{Entity, Event, EventKind, FlowState, Prediction};
use crate::text::Untrusted;

/// JSON with the order of keys and the spaces of Python's `json.dumps`.
enum Json {
    Null,
    Bool(bool),
    Number(f64),
    /// Already JSON.
    Ready(String),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(&'static str, Json)>),
}

impl Json {
    fn write(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(yes) => out.push_str(if *yes { "true" } else { "false" }),
            Self::Number(number) => out.push_str(&format!("{number:?}")),
            Self::Ready(json) => out.push_str(json),
            Self::Text(text) => out.push_str(&super::speak::json_text(text)),
            Self::List(items) => {
                out.push('[');
                for (place, item) in items.iter().enumerate() {
                    out.push_str(if place > 0 { ", " } else { "" });
                    item.write(out);
                }
                out.push(']');
            }
            Self::Object(fields) => {
                out.push('{');
                for (place, (name, value)) in fields.iter().enumerate() {
                    out.push_str(if place > 0 { ", \"" } else { "\"" });
                    out.push_str(name);
                    out.push_str("\": ");
                    value.write(out);
                }
                out.push('}');
            }
        }
    }
}

/// What the typed event does not say of its record.
#[derive(Clone, Debug, Default)]
pub(super) enum Hint {
    /// Nothing more.
    #[default]
    None,
    /// The response behind a bot message.
    Utter(String),
    /// The commands of an LLM-driven assistant for a user message, as JSON.
    Commands(String),
    /// The broker's own name and key fields of the event: name, value as JSON.
    As(&'static str, Vec<(&'static str, String)>),
}

/// What all records of a conversation share.
pub(super) struct Header<'a> {
    pub sender: &'a str,
    pub model: &'a str,
    pub assistant: &'a str,
    pub channel: &'a str,
}

fn text(value: Option<&Untrusted>) -> Json {
    value.map_or(Json::Null, |v| Json::Text(v.for_export().to_owned()))
}

/// The record of one event.
pub(super) fn record(event: &Event, hint: &Hint, header: &Header<'_>, rng: &mut Rng) -> String {
    let ms = event.at.map_or(0, |t| t.0);
    // Less than half a millisecond more, as a clock would have it, so that it rounds to the typed time.
    let stamp = format!(
        "{}.{:03}{:03}",
        ms.div_euclid(1000),
        ms.rem_euclid(1000),
        rng.below(480)
    );
    let mut fields = vec![
        ("sender_id", Json::Text(header.sender.to_owned())),
        ("event", Json::Text(kind_name(event, hint).to_owned())),
        ("timestamp", Json::Ready(stamp)),
    ];
    let mut metadata = vec![
        ("model_id", Json::Text(header.model.to_owned())),
        ("assistant_id", Json::Text(header.assistant.to_owned())),
    ];
    if let Hint::Utter(name) = hint {
        metadata.insert(0, ("utter_action", Json::Text(name.clone())));
    }
    fields.push(("metadata", Json::Object(metadata)));
    match event.kind {
        EventKind::User => user(event, hint, header, rng, &mut fields),
        EventKind::Bot | EventKind::Agent => {
            fields.push(("text", text(event.text.as_ref())));
            fields.push(("data", data(event)));
        }
        EventKind::Action => {
            let run = event.action.clone().unwrap_or_default();
            fields.push(("name", text(run.name.as_ref())));
            fields.push(("policy", text(run.policy.as_ref())));
            fields.push((
                "confidence",
                run.confidence.map_or(Json::Null, |c| Json::Number(c.0)),
            ));
            fields.push(("action_text", text(event.text.as_ref())));
            fields.push(("hide_rule_turn", Json::Bool(false)));
        }
        EventKind::Slot => {
            let slot = event.slot.clone().unwrap_or_default();
            fields.push(("name", text(Some(&slot.name))));
            fields.push(("value", Json::Ready(slot.value.for_export().to_owned())));
        }
        _ => {}
    }
    if let Hint::As(_, own) = hint {
        fields.extend(own.iter().map(|(n, v)| (*n, Json::Ready(v.clone()))));
    }
    let mut out = String::new();
    Json::Object(fields).write(&mut out);
    out
}

fn kind_name<'a>(event: &'a Event, hint: &Hint) -> &'a str {
    if let Hint::As(name, _) = hint {
        return name;
    }
    match event.kind {
        EventKind::Flow => match event.flow.as_ref().map(|f| f.state) {
            Some(FlowState::Completed) => "flow_completed",
            Some(FlowState::Cancelled) => "flow_cancelled",
            Some(FlowState::Interrupted) => "flow_interrupted",
            Some(FlowState::Resumed) => "flow_resumed",
            _ => "flow_started",
        },
        EventKind::Session | EventKind::Handover | EventKind::Restart | EventKind::System => {
            event.text.as_ref().map_or("", Untrusted::for_export)
        }
        kind => kind.name(),
    }
}

fn user(
    event: &Event,
    hint: &Hint,
    header: &Header<'_>,
    rng: &mut Rng,
    fields: &mut Vec<(&'static str, Json)>,
) {
    let said = || text(event.payload.as_ref().or(event.text.as_ref()));
    let message = rng.hex(32);
    let mut parse = vec![
        (
            "intent",
            event
                .intent
                .as_ref()
                .map_or(Json::Object(Vec::new()), intent),
        ),
        (
            "entities",
            Json::List(event.entities.iter().map(entity).collect()),
        ),
        ("text", said()),
        ("message_id", Json::Text(message.clone())),
        ("metadata", Json::Object(Vec::new())),
    ];
    if let Some(prediction) = &event.intent {
        let ranking = prediction.ranking.iter();
        let ranking = ranking.map(|r| named(&r.name, r.confidence.map_or(0.0, |c| c.0)));
        parse.push(("intent_ranking", Json::List(ranking.collect())));
    }
    if let Hint::Commands(commands) = hint {
        parse.push(("commands", Json::Ready(commands.clone())));
    }
    fields.push(("text", said()));
    fields.push(("parse_data", Json::Object(parse)));
    fields.push(("input_channel", Json::Text(header.channel.to_owned())));
    fields.push(("message_id", Json::Text(message)));
}

fn named(name: &Untrusted, confidence: f64) -> Json {
    Json::Object(vec![
        ("name", text(Some(name))),
        ("confidence", Json::Number(confidence)),
    ])
}

fn intent(prediction: &Prediction) -> Json {
    let confidence = prediction.confidence.map_or(0.0, |c| c.0);
    match &prediction.name {
        Some(name) => named(name, confidence),
        None => Json::Object(vec![
            ("name", Json::Null),
            ("confidence", Json::Number(confidence)),
        ]),
    }
}

fn entity(entity: &Entity) -> Json {
    let mut fields = vec![("entity", text(Some(&entity.name)))];
    if let Some((start, end)) = entity.span {
        fields.push(("start", Json::Ready(start.to_string())));
        fields.push(("end", Json::Ready(end.to_string())));
    }
    if let Some(confidence) = entity.confidence {
        fields.push(("confidence_entity", Json::Number(confidence.0)));
    }
    fields.push(("value", Json::Ready(entity.value.for_export().to_owned())));
    fields.push(("extractor", text(entity.extractor.as_ref())));
    Json::Object(fields)
}

fn data(event: &Event) -> Json {
    let buttons = event.buttons.iter().map(|b| {
        Json::Object(vec![
            ("title", text(Some(&b.title))),
            ("payload", text(b.payload.as_ref())),
            ("type", Json::Null),
        ])
    });
    let buttons: Vec<Json> = buttons.collect();
    let buttons = if buttons.is_empty() {
        Json::Null
    } else {
        Json::List(buttons)
    };
    Json::Object(vec![
        ("elements", Json::Null),
        ("quick_replies", Json::Null),
        ("buttons", buttons),
        ("attachment", Json::Null),
        ("image", Json::Null),
        ("custom", Json::Null),
    ])
}
