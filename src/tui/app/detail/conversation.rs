//! The tab Conversation: all attributes and metadata of the conversation, and what follows from its events.

use super::doc::Doc;
use super::slots;
use crate::model::{CorrectionField, FlowState, Millis};
use crate::store::Whole;
use crate::text::Untrusted;
use crate::tui::app::about::{corrected, imported};
use crate::tui::confidence;
use crate::tui::theme::Role;

/// Everything known of the conversation; `day` writes a day and time.
pub fn doc(whole: &Whole, height: usize, day: impl Fn(Millis) -> String) -> Doc {
    let mut doc = Doc::default();
    let mut add = |name: &str, value: Option<&str>| {
        if let Some(value) = value {
            doc.line(0);
            doc.add(&format!("{name:<18}"), Role::Dim);
            doc.add(value, Role::Plain);
        }
    };
    let card = &whole.card;
    let a = &card.attributes;
    let facts = &whole.facts;
    add("id", Some(&card.id.to_string()));
    add("external id", Some(card.external_id.for_search()));
    add("source", Some(card.source.for_search()));
    for (name, value) in [
        ("user", &a.user_name),
        ("user id", &a.user_id),
        ("channel", &a.channel),
        ("location", &a.location),
        ("device", &a.device),
        ("version", &a.version),
        ("environment", &a.environment),
        ("agent", &a.agent),
        ("rating comment", &a.rating_comment),
    ] {
        add(name, value.as_ref().map(Untrusted::for_search));
    }
    for field in [
        CorrectionField::Language,
        CorrectionField::Sentiment,
        CorrectionField::Topics,
        CorrectionField::Summary,
    ] {
        let corrected = corrected(card, field);
        let imported = Some(imported(card, field)).filter(|text| !text.is_empty());
        let by_source = corrected.as_ref().and(imported.clone());
        add(field.name(), corrected.or(imported).as_deref());
        let name = format!("{}, imported", field.name());
        add(&name, by_source.as_deref());
    }
    let notes = whole.review.notes.iter();
    for note in notes.filter(|n| n.event.is_none() || n.detached) {
        let name = format!("note, {}", note.reviewer.for_search());
        add(&name, Some(note.text.for_search()));
    }
    add("rating", a.rating.map(|r| r.to_string()).as_deref());
    add("started", card.started.map(&day).as_deref());
    add("ended", card.ended.map(&day).as_deref());
    let messages = format!(
        "{} (user {}, bot {}, agent {})",
        facts.messages, facts.user_messages, facts.bot_messages, facts.agent_messages
    );
    add("messages", Some(&messages));
    add(
        "events",
        Some(&crate::text::figure(whole.events.len() as u64)),
    );
    add("queries", Some(&facts.queries.to_string()));
    add("fallbacks", Some(&facts.fallbacks.to_string()));
    add("threshold", Some(&confidence(facts.threshold.0)));
    for (name, value) in [
        ("lowest confidence", facts.min_confidence),
        ("lowest margin", facts.min_margin),
        ("lowest action", facts.min_action_confidence),
    ] {
        add(name, value.map(|c| confidence(c.0)).as_deref());
    }
    for flow in &facts.flows {
        let step = flow.step.as_ref().map(|s| format!("/{}", s.for_search()));
        let state = match flow.state {
            FlowState::Completed => "completed",
            FlowState::Cancelled => "left",
            _ => "not finished",
        };
        let words = format!(
            "{}{} {state}",
            flow.name.for_search(),
            step.unwrap_or_default()
        );
        add("flow", Some(&words));
    }
    for (name, value) in &a.metadata {
        let line = doc.line(0);
        doc.add(&format!("{:<18}", name.for_search()), Role::Dim);
        slots::value(&mut doc, 0, value.for_search(), Role::Plain);
        if doc.len() > line + 1 {
            doc.close(line);
        }
    }
    doc.fold_to_fit(height);
    doc
}
