//! The JSON of conversations: the line of `list --json`, the object of `show --json`, which `import`
//! reads back without loss.
//!
//! What people see stands under the names of the contract. What only the way back needs stands apart:
//! `recorded` has the key, and what the source itself said where the figures shown are derived or
//! corrected; `review` has what the figures of the conversation only count.

use super::json_writer::JsonWriter;
use crate::model::{
    Button, CorrectionField, Entity, Event, EventKey, EventTarget, FlowState, Note, Prediction,
};
use crate::store::{Card, Whole};
use crate::text::Untrusted;

/// One line of `list --json`: one JSON object, without a line break.
pub fn conversation_json(card: &Card) -> String {
    let mut json = JsonWriter::new();
    conversation(&mut json, card);
    json.finish()
}

/// The object of `show --json`: the conversation and its events, on one line.
pub fn whole_json(whole: &Whole) -> String {
    let mut json = JsonWriter::new();
    json.object(|json| {
        json.key("conversation");
        conversation(json, &whole.card);
        json.key("events").array(|json| {
            for (seq, event) in whole.events.iter().enumerate() {
                let key = whole.keys.get(seq).copied();
                event_object(json, whole, seq, event, key);
            }
        });
        json.key("recorded");
        recorded(json, &whole.card);
        json.key("review");
        review(json, whole);
    });
    json.finish()
}

/// The object of one event as it stands in [`whole_json`]; `null` where there is none of that number.
pub fn event_json(whole: &Whole, seq: usize) -> String {
    let mut json = JsonWriter::new();
    match whole.events.get(seq) {
        Some(event) => event_object(&mut json, whole, seq, event, whole.keys.get(seq).copied()),
        None => json.null(),
    }
    json.finish()
}

/// Any value as one line of JSON with the same escapes.
///
/// # Errors
/// Where the value has no JSON form.
pub fn line(value: &impl serde::Serialize) -> serde_json::Result<String> {
    let text = serde_json::to_string(value)?;
    let mut json = JsonWriter::new();
    json.embedded(&text);
    Ok(json.finish())
}

fn conversation(json: &mut JsonWriter, card: &Card) {
    let of = &card.attributes;
    json.object(|json| {
        json.key("id").text(&card.id.to_string());
        json.key("source").text(card.source.for_export());
        json.key("external_id").text(card.external_id.for_export());
        json.key("channel").untrusted(of.channel.as_ref());
        json.key("user_id").untrusted(of.user_id.as_ref());
        json.key("user_name").untrusted(of.user_name.as_ref());
        json.key("started_at").moment(card.started);
        json.key("ended_at").moment(card.ended);
        let duration = card.started.zip(card.ended).map(|(a, b)| b.0 - a.0);
        json.key("duration_s")
            .float(duration.map_or(f64::NAN, |ms| ms as f64 / 1000.0));
        json.key("messages").number(card.messages);
        json.key("user_messages").number(card.user_messages);
        json.key("bot_messages").number(card.bot_messages);
        json.key("queries").number(card.queries);
        match of.rating {
            Some(rating) => json.key("rating").number(rating),
            None => json.key("rating").null(),
        }
        json.key("rating_comment")
            .untrusted(of.rating_comment.as_ref());
        json.key("escalated").bool(card.escalated);
        json.key("agent").untrusted(of.agent.as_ref());
        shown(json, card, CorrectionField::Language);
        json.key("location").untrusted(of.location.as_ref());
        json.key("device").untrusted(of.device.as_ref());
        json.key("status").text(card.review.status.name());
        match card.review.verdict {
            Some(verdict) => json.key("verdict").text(verdict.name()),
            None => json.key("verdict").null(),
        }
        json.key("flagged").bool(card.review.flagged);
        json.key("flagged_events")
            .number(card.review.flagged_events);
        json.key("notes").number(card.review.notes);
        json.key("corrections").number(card.review.corrections);
        names(json.key("tags"), &card.review.tags);
        names(json.key("auto_tags"), &card.review.auto_tags);
        json.key("queue").untrusted(card.review.queue.as_ref());
        json.key("version").untrusted(of.version.as_ref());
        json.key("min_confidence").confidence(card.min_confidence);
        json.key("min_margin").confidence(card.min_margin);
        json.key("min_action_confidence")
            .confidence(card.min_action_confidence);
        json.key("fallbacks").number(card.fallbacks);
        counts(json.key("intents"), &card.intents);
        counts(json.key("actions"), &card.actions);
        values(json.key("slots"), &card.final_slots);
        json.key("flows").array(|json| {
            for flow in &card.flows {
                json.object(|json| flow_fields(json, &flow.name, flow.step.as_ref(), flow.state));
            }
        });
        shown(json, card, CorrectionField::Topics);
        shown(json, card, CorrectionField::Sentiment);
        shown(json, card, CorrectionField::Summary);
        values(json.key("metadata"), &of.metadata);
    });
}

/// A value of which there may be a corrected one: that, else the source's.
fn shown(json: &mut JsonWriter, card: &Card, field: CorrectionField) {
    json.key(field.name());
    let corrected = card.review.corrected.iter().find(|(f, _)| *f == field);
    if let Some((_, value)) = corrected {
        return json.embedded(value.for_export());
    }
    imported(json, card, field);
}

/// What the source says of a field that people can correct.
fn imported(json: &mut JsonWriter, card: &Card, field: CorrectionField) {
    let of = &card.attributes;
    match field {
        CorrectionField::Language => json.untrusted(of.language.as_ref()),
        CorrectionField::Summary => json.untrusted(of.summary.as_ref()),
        CorrectionField::Sentiment => match &of.sentiment {
            Some(figure) if is_number(figure) => json.embedded(figure.for_export()),
            other => json.untrusted(other.as_ref()),
        },
        _ => names(json, &of.topics),
    }
}

fn is_number(text: &Untrusted) -> bool {
    serde_json::from_str::<serde_json::Number>(text.for_export()).is_ok()
}

fn names(json: &mut JsonWriter, names: &[Untrusted]) {
    json.array(|json| {
        for name in names {
            json.text(name.for_export());
        }
    });
}

fn counts(json: &mut JsonWriter, counts: &[(Untrusted, u32)]) {
    json.object(|json| {
        for (name, count) in counts {
            json.key(name.for_export()).number(*count);
        }
    });
}

fn values(json: &mut JsonWriter, values: &[(Untrusted, Untrusted)]) {
    json.object(|json| {
        for (name, value) in values {
            json.key(name.for_export()).embedded(value.for_export());
        }
    });
}

fn flow_fields(
    json: &mut JsonWriter,
    name: &Untrusted,
    step: Option<&Untrusted>,
    state: FlowState,
) {
    json.key("name").text(name.for_export());
    json.key("step").untrusted(step);
    json.key("state").text(flow_state(state));
}

/// The JSON name of a flow's state.
fn flow_state(state: FlowState) -> &'static str {
    match state {
        FlowState::Started => "started",
        FlowState::Step => "step",
        FlowState::Completed => "completed",
        FlowState::Cancelled => "cancelled",
        FlowState::Interrupted => "interrupted",
        FlowState::Resumed => "resumed",
    }
}

fn event_object(
    json: &mut JsonWriter,
    whole: &Whole,
    seq: usize,
    event: &Event,
    key: Option<EventKey>,
) {
    json.object(|json| {
        json.key("seq")
            .number(i64::try_from(seq).unwrap_or(i64::MAX));
        json.key("at").moment(event.at);
        json.key("kind").text(event.kind.name());
        json.key("text").untrusted(event.text.as_ref());
        json.key("payload").untrusted(event.payload.as_ref());
        json.key("buttons").array(|json| {
            for Button { title, payload } in &event.buttons {
                json.object(|json| {
                    json.key("title").text(title.for_export());
                    json.key("payload").untrusted(payload.as_ref());
                });
            }
        });
        json.key("intent");
        match &event.intent {
            Some(prediction) => intent(json, prediction),
            None => json.null(),
        }
        json.key("entities").array(|json| {
            for found in &event.entities {
                entity(json, found);
            }
        });
        json.key("action");
        match &event.action {
            Some(action) => json.object(|json| {
                json.key("name").untrusted(action.name.as_ref());
                json.key("confidence").confidence(action.confidence);
                json.key("policy").untrusted(action.policy.as_ref());
            }),
            None => json.null(),
        }
        json.key("slot");
        match &event.slot {
            Some(slot) => json.object(|json| {
                json.key("name").text(slot.name.for_export());
                json.key("value").embedded(slot.value.for_export());
            }),
            None => json.null(),
        }
        json.key("flow");
        match &event.flow {
            Some(flow) => {
                json.object(|json| flow_fields(json, &flow.name, flow.step.as_ref(), flow.state));
            }
            None => json.null(),
        }
        json.key("fallback").bool(event.fallback);
        json.key("reverted").bool(event.reverted);
        event_review(json, whole, key);
        json.key("raw");
        match &event.raw {
            // A record that is an object or an array stands there as itself, anything else as a text.
            Some(raw) if raw.for_export().trim_start().starts_with(['{', '[']) => {
                json.embedded(raw.for_export());
            }
            other => json.untrusted(other.as_ref()),
        }
    });
}

fn intent(json: &mut JsonWriter, prediction: &Prediction) {
    json.object(|json| {
        json.key("name").untrusted(prediction.name.as_ref());
        json.key("confidence").confidence(prediction.confidence);
        json.key("effective").confidence(prediction.effective());
        json.key("margin").confidence(prediction.margin());
        json.key("ranking").array(|json| {
            for ranked in &prediction.ranking {
                json.object(|json| {
                    json.key("name").text(ranked.name.for_export());
                    json.key("confidence").confidence(ranked.confidence);
                });
            }
        });
    });
}

fn entity(json: &mut JsonWriter, entity: &Entity) {
    json.object(|json| {
        json.key("name").text(entity.name.for_export());
        json.key("value").embedded(entity.value.for_export());
        for (key, end) in [
            ("start", entity.span.map(|s| s.0)),
            ("end", entity.span.map(|s| s.1)),
        ] {
            match end {
                Some(end) => json.key(key).number(end),
                None => json.key(key).null(),
            }
        }
        json.key("role").untrusted(entity.role.as_ref());
        json.key("extractor").untrusted(entity.extractor.as_ref());
        json.key("confidence").confidence(entity.confidence);
    });
}

/// What people put on one event, or with `None` on the conversation.
fn event_review(json: &mut JsonWriter, whole: &Whole, key: Option<EventKey>) {
    let review = &whole.review;
    let here = |target: &Option<EventTarget>| target.map(|t| t.key) == key;
    let flagged = match key {
        Some(key) => review.flagged_events.iter().any(|t| t.key == key),
        None => review.flagged,
    };
    json.key("flagged").bool(flagged);
    json.key("notes").array(|json| {
        for note in review.notes.iter().filter(|n| here(&n.event)) {
            note_object(json, note);
        }
    });
    json.key("corrections").object(|json| {
        for (_, field, value) in review.corrections.iter().filter(|c| here(&c.0)) {
            json.key(field.name()).embedded(value.for_export());
        }
    });
}

fn note_object(json: &mut JsonWriter, note: &Note) {
    json.object(|json| {
        json.key("id")
            .text(&data_encoding::HEXLOWER.encode(&note.id.0));
        json.key("text").text(note.text.for_export());
        json.key("reviewer").text(note.reviewer.for_export());
        json.key("at").moment(Some(note.at));
    });
}

/// What the source said itself, where the conversation shows what was derived or corrected.
fn recorded(json: &mut JsonWriter, card: &Card) {
    let of = &card.attributes;
    json.object(|json| {
        json.key("native_id").text(card.key.native.for_export());
        json.key("keyed_at").moment(Some(card.key.time));
        json.key("environment").untrusted(of.environment.as_ref());
        match of.queries {
            Some(queries) => json.key("queries").number(queries),
            None => json.key("queries").null(),
        }
        match of.escalated {
            Some(escalated) => json.key("escalated").bool(escalated),
            None => json.key("escalated").null(),
        }
        json.key("threshold").confidence(of.threshold);
        for field in [
            CorrectionField::Language,
            CorrectionField::Topics,
            CorrectionField::Sentiment,
            CorrectionField::Summary,
        ] {
            json.key(field.name());
            imported(json, card, field);
        }
    });
}

/// What people decided, as far as the conversation only counts it: its own notes and corrections, who
/// decided last, and what stands on events that are gone.
fn review(json: &mut JsonWriter, whole: &Whole) {
    let review = &whole.review;
    json.object(|json| {
        json.key("decided");
        match &review.decided {
            Some((reviewer, at)) => json.object(|json| {
                json.key("reviewer").text(reviewer.for_export());
                json.key("at").moment(Some(*at));
            }),
            None => json.null(),
        }
        event_review(json, whole, None);
        json.key("detached").array(|json| {
            for target in detached(whole) {
                json.object(|json| {
                    json.key("key")
                        .text(&data_encoding::HEXLOWER.encode(&target.key.0));
                    json.key("seq").number(target.seq);
                    event_review(json, whole, Some(target.key));
                });
            }
        });
    });
}

/// The events that reviews name and that are not there, each once.
fn detached(whole: &Whole) -> Vec<EventTarget> {
    let review = &whole.review;
    let notes = review.notes.iter().filter_map(|n| n.event);
    let corrections = review.corrections.iter().filter_map(|c| c.0);
    let mut gone: Vec<EventTarget> = Vec::new();
    for target in review
        .flagged_events
        .iter()
        .copied()
        .chain(notes)
        .chain(corrections)
    {
        if !whole.keys.contains(&target.key) && gone.iter().all(|t| t.key != target.key) {
            gone.push(target);
        }
    }
    gone
}
