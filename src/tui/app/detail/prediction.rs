//! The tab Prediction: what a message was taken for and how sure that was, its entities in the text; for what
//! the assistant did, which action that was, by which policy.

use super::doc::{Doc, GUTTER};
use crate::model::{
    Confidence, Entity, Event, EventKind, MessageMark, Prediction, correction_words, is_bookkeeping,
};
use crate::store::Whole;
use crate::text::Untrusted;
use crate::tui::app::predicted::{turn_at, turn_mark, turn_of_message};
use crate::tui::confidence;
use crate::tui::theme::Role;
use crate::tui::unquoted;

/// Columns of the widest bar.
const WIDEST: usize = 60;

/// The prediction that event `seq` is about: its own, else that of the message of its turn.
pub fn doc(whole: &Whole, seq: usize, width: u16) -> Doc {
    let mut doc = Doc::default();
    let Some(event) = whole.events.get(seq) else {
        return doc;
    };
    if event.kind == EventKind::User {
        message(&mut doc, whole, seq, event, width);
        return doc;
    }
    let action = match event.kind {
        EventKind::Action => Some(event),
        EventKind::Bot => action_before(whole, seq),
        _ => None,
    };
    if let Some(action) = action {
        act(&mut doc, action, event.kind == EventKind::Bot);
    } else if event.kind == EventKind::Bot {
        doc.say(0, "no action is recorded for this answer", Role::Dim);
    }
    let user = turn_at(whole, seq).and_then(|t| t.user).map(|u| u as usize);
    match user.and_then(|u| whole.events.get(u).map(|e| (u, e))) {
        Some((at, user)) => {
            doc.line(0);
            doc.add("after the message ", Role::Dim);
            doc.add(text_of(user), Role::User);
            message(&mut doc, whole, at, user, width);
        }
        None => {
            let words = format!(
                "a {} event before the first message: predictions belong to messages",
                event.kind.name()
            );
            doc.say(0, &words, Role::Dim);
        }
    }
    doc
}

fn text_of(event: &Event) -> &str {
    event
        .text
        .as_ref()
        .map_or("(no text)", Untrusted::for_search)
}

/// The action that an answer belongs to: the last one before it in its turn that is no bookkeeping.
fn action_before(whole: &Whole, seq: usize) -> Option<&Event> {
    let first = turn_at(whole, seq).map_or(0, |t| t.first as usize);
    let before = whole.events.get(first..seq)?.iter().rev();
    before.take_while(|e| e.kind != EventKind::User).find(|e| {
        let name = e.action.as_ref().and_then(|a| a.name.as_ref());
        e.kind == EventKind::Action && name.is_none_or(|n| !is_bookkeeping(n.for_search()))
    })
}

/// `action utter_greet · confidence 1.0 · policy RulePolicy`
fn act(doc: &mut Doc, event: &Event, answered: bool) {
    let Some(action) = &event.action else { return };
    doc.line(0);
    doc.add(
        if answered {
            "said by action "
        } else {
            "action "
        },
        Role::Dim,
    );
    let role = if event.fallback {
        Role::Fail
    } else {
        Role::Plain
    };
    match (&action.name, &event.text) {
        (Some(name), _) => doc.add(name.for_search(), role),
        (None, Some(text)) => {
            doc.add("predicted as text: ", Role::Dim);
            doc.add(text.for_search(), role);
        }
        (None, None) => doc.add("without a name", Role::Dim),
    }
    doc.add(" · confidence ", Role::Dim);
    doc.add(&figure(action.confidence), role);
    doc.add(" · policy ", Role::Dim);
    let policy = action.policy.as_ref();
    doc.add(policy.map_or("none", Untrusted::for_search), role);
    if event.fallback {
        doc.add(" · a fallback", Role::Fail);
    }
}

fn message(doc: &mut Doc, whole: &Whole, seq: usize, event: &Event, width: u16) {
    corrected(doc, whole, seq, event);
    match &event.intent {
        Some(intent) => {
            figures(doc, whole, seq, intent);
            ranking(doc, whole, seq, intent, width);
        }
        None => {
            doc.say(0, "no prediction is recorded for this message", Role::Dim);
        }
    }
    entities(doc, whole, seq, event);
}

fn figure(c: Option<Confidence>) -> String {
    c.map_or_else(|| "none".to_owned(), |c| confidence(c.0))
}

/// How the turn went, in a word, with its colour.
fn outcome(whole: &Whole, seq: usize) -> (&'static str, Role) {
    match turn_of_message(whole, seq).map(|t| (turn_mark(t).0, t.mark)) {
        Some(("x", _)) => ("not understood", Role::Fail),
        Some(("?", _)) => ("in doubt, though it acted", Role::Doubt),
        Some((_, MessageMark::Click)) => ("button click", Role::Plain),
        Some((_, MessageMark::NoPrediction)) => ("no prediction", Role::Dim),
        _ => ("understood", Role::Good),
    }
}

/// `not understood: effective .43 · margin .05 · threshold .70`, and why another figure was recorded.
fn figures(doc: &mut Doc, whole: &Whole, seq: usize, intent: &Prediction) {
    let (words, role) = outcome(whole, seq);
    doc.line(0);
    doc.add(words, role);
    let words = format!(
        ": effective {} · margin {} · threshold {}",
        figure(intent.effective()),
        figure(intent.margin()),
        confidence(whole.facts.threshold.0),
    );
    doc.add(&words, Role::Plain);
    if let Some(reason) = reason(intent) {
        doc.line(0);
        doc.add(
            &format!("recorded {} by ", figure(intent.confidence)),
            Role::Dim,
        );
        let name = intent.name.as_ref().map_or("", Untrusted::for_search);
        doc.add(name, Role::Fail);
        doc.add(&reason, Role::Dim);
    }
}

/// Why the recorded confidence is not the effective one; none where it is.
fn reason(intent: &Prediction) -> Option<String> {
    if !intent.is_fallback() {
        return None;
    }
    let real = intent.shown().filter(|n| Some(*n) != intent.name.as_ref());
    let Some(real) = real else {
        return Some(", and the ranking names nothing else".to_owned());
    };
    let wrote = match intent.confidence.map(Confidence::steps) {
        None => "which records none",
        Some(10_000) => "which is always sure of itself",
        Some(_) if intent.recorded_threshold().is_some() => "which writes its threshold there",
        Some(_) => "a fallback",
    };
    Some(format!(
        ", {wrote}: what counts is {}, the first that is no fallback",
        real.for_search()
    ))
}

/// What a person says of the message: beside the prediction and never in its place.
fn corrected(doc: &mut Doc, whole: &Whole, seq: usize, event: &Event) {
    let words = correction_words(&whole.review, whole.keys[seq], event);
    if !words.is_empty() {
        doc.line(0);
        doc.add("corrected: ", Role::Dim);
        doc.add(words.trim_start_matches("-> "), Role::Good);
    }
}

/// The ranking with bars, the threshold marked in each.
fn ranking(doc: &mut Doc, whole: &Whole, seq: usize, intent: &Prediction, width: u16) {
    if intent.ranking.is_empty() {
        doc.line(0);
        doc.add("no ranking is recorded", Role::Dim);
        if let Some(name) = &intent.name {
            doc.add(" · intent ", Role::Dim);
            doc.add(name.for_search(), Role::Plain);
        }
        return;
    }
    let width = usize::from(width);
    let numbers = intent.alternatives().count().to_string().len();
    let mut number = 0;
    let names = 24.min(width / 3);
    let cells = width
        .saturating_sub(usize::from(GUTTER) + numbers + 1 + names + 1 + 5)
        .min(WIDEST);
    let threshold = whole.facts.threshold;
    let role = outcome(whole, seq).1;
    for ranked in &intent.ranking {
        let winner = Some(&ranked.name) == intent.shown();
        let role = if winner { role } else { Role::Plain };
        doc.line(0);
        // A fallback is nothing to choose: it has no number.
        let shown = match Prediction::is_fallback_intent(ranked.name.for_search()) {
            true => String::new(),
            false => {
                number += 1;
                number.to_string()
            }
        };
        doc.add(&format!("{shown:>numbers$} "), Role::Dim);
        let name = ranked.name.line().cut(names);
        doc.add(name.as_str(), role);
        let gap = names.saturating_sub(name.width()) + 1;
        doc.add(&" ".repeat(gap), Role::Plain);
        match ranked.confidence {
            Some(c) => {
                bar(doc, c, threshold, cells, role);
                doc.add(&format!(" {}", confidence(c.0)), role);
            }
            None => doc.add("no confidence", Role::Dim),
        }
    }
}

/// `━━━━━───┼──`
fn bar(doc: &mut Doc, value: Confidence, threshold: Confidence, cells: usize, role: Role) {
    let place = |c: Confidence| (c.0.clamp(0.0, 1.0) * cells as f64).round() as usize;
    let (filled, mark) = (place(value), place(threshold).min(cells.saturating_sub(1)));
    for i in 0..cells {
        let glyph = match i {
            _ if i == mark => "┼",
            _ if i < filled => "━",
            _ => "─",
        };
        doc.add(glyph, if i < filled { role } else { Role::Dim });
    }
}

/// `entities: I just did. [1182](order_id)`: the text with its entities marked, as Rasa writes them; then
/// what each of them is.
fn entities(doc: &mut Doc, whole: &Whole, seq: usize, event: &Event) {
    let key = whole.keys.get(seq);
    let by_hand = key.and_then(|k| whole.review.corrected_entities(*k));
    if event.entities.is_empty() {
        doc.say(0, "no entities", Role::Dim);
    } else {
        marked(doc, "entities: ", event, &event.entities);
        for entity in &event.entities {
            about(doc, entity);
        }
    }
    if let Some(by_hand) = by_hand {
        let entities: Vec<Entity> = by_hand
            .into_iter()
            .map(|e| Entity {
                name: e.name,
                value: e.value,
                span: Some(e.span),
                role: e.role.or(e.group),
                ..Entity::default()
            })
            .collect();
        if entities.is_empty() {
            doc.say(0, "corrected to no entities", Role::Good);
        } else {
            marked(doc, "corrected to: ", event, &entities);
        }
    }
}

/// A part of a message.
#[derive(Debug, PartialEq)]
enum Part<'a> {
    Plain(&'a str),
    Entity(&'a str, &'a Entity),
}

fn marked(doc: &mut Doc, title: &str, event: &Event, entities: &[Entity]) {
    doc.line(0);
    doc.add(title, Role::Dim);
    for part in parts(text_of(event), entities) {
        match part {
            Part::Plain(text) => doc.add(text, Role::Plain),
            Part::Entity(text, entity) => {
                doc.add("[", Role::Dim);
                doc.add(text, Role::Set);
                doc.add(&format!("]({})", label(text, entity)), Role::Dim);
            }
        }
    }
}

/// `city`, `city:from`, `city=New York`: type, role, and the value where the text is another one.
fn label(text: &str, entity: &Entity) -> String {
    let mut label = entity.name.for_search().to_owned();
    if let Some(role) = &entity.role {
        label.push(':');
        label.push_str(role.for_search());
    }
    let value = plain_value(entity);
    if value != text && value != "null" {
        label.push('=');
        label.push_str(&value);
    }
    label
}

fn plain_value(entity: &Entity) -> String {
    let json = entity.value.for_search();
    serde_json::from_str(json).unwrap_or_else(|_| json.to_owned())
}

/// The text in parts. Where entities overlap, the one that begins first is marked, of two that begin
/// together the longer one; what has no place in the text is marked nowhere.
fn parts<'a>(text: &'a str, entities: &'a [Entity]) -> Vec<Part<'a>> {
    let mut bytes: Vec<usize> = text.char_indices().map(|(i, _)| i).collect();
    bytes.push(text.len());
    let mut placed: Vec<(usize, usize, &Entity)> = entities
        .iter()
        .filter_map(|e| {
            let (from, to) = e.span?;
            let from = *bytes.get(from as usize)?;
            let to = *bytes.get(to as usize)?;
            (from < to).then_some((from, to, e))
        })
        .collect();
    placed.sort_by_key(|(from, to, _)| (*from, std::cmp::Reverse(*to)));
    let mut out = Vec::new();
    let mut at = 0;
    for (from, to, entity) in placed {
        if from < at {
            continue;
        }
        if from > at {
            out.push(Part::Plain(&text[at..from]));
        }
        out.push(Part::Entity(&text[from..to], entity));
        at = to;
    }
    if at < text.len() {
        out.push(Part::Plain(&text[at..]));
    }
    out
}

/// `  order_id = 1182 · 12 to 16 · DIETClassifier .98`
fn about(doc: &mut Doc, entity: &Entity) {
    doc.line(1);
    doc.add(entity.name.for_search(), Role::Set);
    doc.add(" = ", Role::Dim);
    doc.add(unquoted(entity.value.for_search()), Role::Plain);
    let mut words = String::new();
    if let Some(role) = &entity.role {
        words.push_str(&format!(" · role {}", role.for_search()));
    }
    match entity.span {
        Some((from, to)) => words.push_str(&format!(" · characters {from} to {to}")),
        None => words.push_str(" · nowhere in the text"),
    }
    if let Some(extractor) = &entity.extractor {
        words.push_str(&format!(" · {}", extractor.for_search()));
    }
    if let Some(c) = entity.confidence {
        words.push_str(&format!(" {}", confidence(c.0)));
    }
    doc.add(&words, Role::Dim);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Ranked;

    fn entity(name: &str, value: &str, span: Option<(u32, u32)>, role: Option<&str>) -> Entity {
        Entity {
            name: name.into(),
            value: value.into(),
            span,
            role: role.map(Into::into),
            ..Entity::default()
        }
    }

    fn shown(text: &str, entities: &[Entity]) -> String {
        let part = |part: Part<'_>| match part {
            Part::Plain(text) => text.to_owned(),
            Part::Entity(text, e) => format!("[{text}]({})", label(text, e)),
        };
        parts(text, entities).into_iter().map(part).collect()
    }

    #[test]
    fn entities_are_marked_where_they_stand() {
        let order = entity("order_id", "\"1182\"", Some((12, 16)), None);
        assert_eq!(
            shown("I just did. 1182.", std::slice::from_ref(&order)),
            "I just did. [1182](order_id)."
        );
        let from = entity("city", "\"Zürich\"", Some((4, 10)), Some("from"));
        let to = entity("city", "\"New York\"", Some((14, 17)), Some("to"));
        assert_eq!(
            shown("von Zürich to NYC", &[to, from]),
            "von [Zürich](city:from) to [NYC](city:to=New York)"
        );
        let number = entity("n", "1182", Some((12, 16)), None);
        assert_eq!(
            shown("I just did. 1182", &[number]),
            "I just did. [1182](n)"
        );
        let emoji = entity("e", "\"👍\"", Some((0, 1)), None);
        assert_eq!(shown("👍é", &[emoji]), "[👍](e)é");
    }

    #[test]
    fn entities_that_overlap_or_stand_nowhere_do_no_harm() {
        let text = "one two";
        let entities = [
            entity("all", "\"one two\"", Some((0, 7)), None),
            entity("one", "\"one\"", Some((0, 3)), None),
            entity("two", "\"two\"", Some((4, 7)), None),
            entity("far", "\"x\"", Some((5, 99)), None),
            entity("none", "\"x\"", None, None),
            entity("empty", "\"x\"", Some((2, 2)), None),
        ];
        assert_eq!(shown(text, &entities), "[one two](all)");
        assert_eq!(shown(text, &entities[1..]), "[one](one) [two](two)");
        assert_eq!(shown("", &entities), "");
    }

    fn prediction(name: &str, confidence: f64, ranking: &[(&str, f64)]) -> Prediction {
        Prediction {
            name: Some(name.into()),
            confidence: Some(Confidence(confidence)),
            ranking: ranking
                .iter()
                .map(|(name, c)| Ranked {
                    name: (*name).into(),
                    confidence: Some(Confidence(*c)),
                })
                .collect(),
        }
    }

    #[test]
    fn another_figure_than_the_recorded_one_has_its_reason() {
        assert_eq!(reason(&prediction("inform", 0.4, &[("inform", 0.4)])), None);
        let both = [("nlu_fallback", 0.7), ("inform", 0.4)];
        let words = |p: Prediction| reason(&p).unwrap();
        assert!(words(prediction("nlu_fallback", 0.7, &both)).contains("writes its threshold"));
        assert!(words(prediction("nlu_fallback", 1.0, &both)).contains("always sure"));
        assert!(words(prediction("nlu_fallback", 0.7, &both)).contains("what counts is inform"));
        let alone = prediction("nlu_fallback", 0.7, &both[..1]);
        assert!(words(alone).contains("nothing else"));
    }

    #[test]
    fn the_threshold_stands_in_the_bar() {
        let shown = |value, threshold| {
            let mut doc = Doc::default();
            doc.line(0);
            bar(
                &mut doc,
                Confidence(value),
                Confidence(threshold),
                10,
                Role::Plain,
            );
            doc.text(0).to_owned()
        };
        assert_eq!(shown(0.43, 0.7), "━━━━───┼──");
        assert_eq!(shown(0.93, 0.7), "━━━━━━━┼━─");
        assert_eq!(shown(7.0, 1.0), "━━━━━━━━━┼");
        assert_eq!(shown(-1.0, 0.0), "┼─────────");
    }
}
