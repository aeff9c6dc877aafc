//! What each field looks at in one conversation: the one list of that, which the catalogue mirrors.

use std::borrow::Cow;

use serde_json::Value;

use super::ast::Field;
use super::plain::Subject;
use crate::model::{
    Attributes, CorrectionField, Facts, FlowState, MessageMark, Millis, Review, TurnFacts,
};
use crate::text::Untrusted;

/// A value of the model as the field knows it: not yet folded.
pub type FieldValue<'a> = Cow<'a, str>;

/// A JSON value as people write it in a filter: strings without quotes, everything else as its JSON text.
/// Text that is no JSON is taken as it is.
pub fn plain_json(json: &str) -> Cow<'_, str> {
    if json.starts_with('"')
        && let Ok(text) = serde_json::from_str::<String>(json)
    {
        return Cow::Owned(text);
    }
    Cow::Borrowed(json)
}

/// The language shown: a person's correction, else the source's.
pub fn language<'a>(attributes: &'a Attributes, review: &'a Review) -> Option<FieldValue<'a>> {
    match corrected(review, CorrectionField::Language) {
        Some(json) => Some(plain_json(json)),
        None => some(&attributes.language),
    }
}

/// The sentiment shown: a person's correction, else the source's.
pub fn sentiment<'a>(attributes: &'a Attributes, review: &'a Review) -> Option<FieldValue<'a>> {
    corrected(review, CorrectionField::Sentiment)
        .or_else(|| attributes.sentiment.as_ref().map(Untrusted::for_search))
        .map(plain_json)
}

/// The topics shown, each as `topic/subtopic` where it has one: a person's, else the source's.
pub fn topics<'a>(attributes: &'a Attributes, review: &'a Review) -> Vec<FieldValue<'a>> {
    match corrected(review, CorrectionField::Topics) {
        Some(json) => listed(json),
        None => attributes
            .topics
            .iter()
            .map(|t| Cow::Borrowed(t.for_search()))
            .collect(),
    }
}

/// `topic` and `topic/subtopic`, the values of `topic:` that one topic stands for; the same for `flow/step`
/// of `dropoff:`.
pub fn with_parent(value: FieldValue<'_>) -> Vec<FieldValue<'_>> {
    match value.split_once('/') {
        Some((parent, _)) => vec![Cow::Owned(parent.to_owned()), value],
        None => vec![value],
    }
}

/// Names of the metadata with their values; the environment as `environment` and, as people say, `env`.
pub fn metadata(attributes: &Attributes) -> Vec<(FieldValue<'_>, FieldValue<'_>)> {
    let environment = attributes.environment.iter().flat_map(|environment| {
        ["environment", "env"]
            .map(|name| (Cow::Borrowed(name), Cow::Borrowed(environment.for_search())))
    });
    environment
        .chain(attributes.metadata.iter().map(pair))
        .collect()
}

/// True if some user message is counted as one without a prediction: `intent:none`. Clicks are not.
pub fn lacks_prediction(facts: &Facts) -> bool {
    facts.turns.iter().any(turn_lacks_prediction)
}

/// True if this turn's user message is one without a prediction.
pub fn turn_lacks_prediction(turn: &TurnFacts) -> bool {
    turn.user.is_some() && turn.mark == MessageMark::NoPrediction
}

/// Flows that were left, as `flow` and `flow/step`.
pub fn dropoffs(facts: &Facts) -> Vec<FieldValue<'_>> {
    let mut out = Vec::new();
    for flow in facts
        .flows
        .iter()
        .filter(|f| f.state != FlowState::Completed)
    {
        let name = flow.name.for_search();
        out.push(Cow::Borrowed(name));
        if let Some(step) = &flow.step {
            out.push(Cow::Owned(format!("{name}/{}", step.for_search())));
        }
    }
    out
}

/// The values of a field that has names; empty means absent. Fields with numbers or times have none here.
pub fn field_values<'a>(field: Field, subject: &Subject<'a>) -> Vec<FieldValue<'a>> {
    let (attributes, facts, review) = (subject.attributes, subject.facts, subject.review);
    match field {
        Field::Source => vec![Cow::Borrowed(subject.source)],
        Field::Channel => one(&attributes.channel),
        Field::Lang => language(attributes, review).into_iter().collect(),
        Field::Location => one(&attributes.location),
        Field::Device => one(&attributes.device),
        Field::Agent => one(&attributes.agent),
        Field::Version => one(&attributes.version),
        Field::User => {
            let mut both = one(&attributes.user_id);
            both.extend(some(&attributes.user_name));
            both
        }
        Field::Intent => many(facts.intents.iter().map(|i| &i.0)),
        Field::Action => many(facts.actions.iter().map(|a| &a.0)),
        Field::Policy => many(&facts.policies),
        Field::Flow => many(facts.flows.iter().map(|f| &f.name)),
        Field::Step => facts
            .steps
            .iter()
            .map(|(flow, step)| Cow::Owned(format!("{}/{}", flow.for_search(), step.for_search())))
            .collect(),
        Field::Node => many(&facts.nodes),
        Field::Completed => many(
            facts
                .flows
                .iter()
                .filter(|f| f.state == FlowState::Completed)
                .map(|f| &f.name),
        ),
        Field::Dropoff => dropoffs(facts),
        Field::Tag => many(&review.tags),
        Field::Auto => many(&review.auto_tags),
        Field::Queue => one(&review.queue),
        Field::Reviewer => many(review.decided.iter().map(|d| &d.0)),
        Field::Topic => topics(attributes, review)
            .into_iter()
            .flat_map(with_parent)
            .collect(),
        Field::Sentiment => sentiment(attributes, review).into_iter().collect(),
        Field::Status => vec![Cow::Borrowed(review.status.name())],
        Field::Verdict => review
            .verdict
            .iter()
            .map(|v| Cow::Borrowed(v.name()))
            .collect(),
        Field::Is => is_values(subject),
        Field::Flag => {
            let mut flags = Vec::new();
            if review.flagged {
                flags.push(Cow::Borrowed("conversation"));
            }
            if !review.flagged_events.is_empty() {
                flags.push(Cow::Borrowed("message"));
            }
            flags
        }
        Field::Has => has_values(subject),
        Field::Meta | Field::Entity | Field::Slot | Field::Corrected => {
            named_values(field, subject)
                .into_iter()
                .map(|p| p.0)
                .collect()
        }
        _ => Vec::new(),
    }
}

/// Names with values, for the fields that take `name=value`.
pub fn named_values<'a>(
    field: Field,
    subject: &Subject<'a>,
) -> Vec<(FieldValue<'a>, FieldValue<'a>)> {
    match field {
        Field::Meta => metadata(subject.attributes),
        Field::Entity => subject.facts.entities.iter().map(pair).collect(),
        Field::Slot => subject.facts.slots.iter().map(pair).collect(),
        Field::Corrected => subject
            .review
            .corrections
            .iter()
            .flat_map(|(_, field, json)| correction_values(*field, json.for_search()))
            .collect(),
        _ => Vec::new(),
    }
}

/// The number of a field that has one. `None` is absence.
pub fn number(field: Field, subject: &Subject<'_>) -> Option<f64> {
    let facts = subject.facts;
    match field {
        Field::Messages => Some(facts.messages.into()),
        Field::UserMessages => Some(facts.user_messages.into()),
        Field::BotMessages => Some(facts.bot_messages.into()),
        Field::Queries => Some(facts.queries.into()),
        Field::Fallbacks => Some(facts.fallbacks.into()),
        Field::Rating => subject.attributes.rating.map(f64::from),
        Field::Confidence => facts.min_confidence.map(|c| c.0),
        Field::Margin => facts.min_margin.map(|c| c.0),
        Field::ActionConfidence => facts.min_action_confidence.map(|c| c.0),
        Field::Sentiment => sentiment(subject.attributes, subject.review)?.parse().ok(),
        // Milliseconds are exact in 53 bits for any span the calendar holds.
        Field::Duration => Some(facts.ended?.0.saturating_sub(facts.started?.0) as f64),
        _ => None,
    }
}

/// The moment of a field that has one.
pub fn moment(field: Field, subject: &Subject<'_>) -> Option<Millis> {
    match field {
        Field::Since | Field::Until | Field::Date => subject.facts.ended,
        Field::Started | Field::Time | Field::Weekday => subject.facts.started,
        Field::Decided => subject.review.decided.as_ref().map(|d| d.1),
        _ => None,
    }
}

/// Names and values of a correction as `corrected:` knows them: the singular `topic` for each topic, the
/// names of entities.
pub fn correction_values(
    field: CorrectionField,
    json: &str,
) -> Vec<(FieldValue<'static>, FieldValue<'_>)> {
    let name = Cow::Borrowed(match field {
        CorrectionField::Topics => "topic",
        other => other.name(),
    });
    if field == CorrectionField::Topics {
        let mut all: Vec<_> = listed(json)
            .into_iter()
            .flat_map(with_parent)
            .map(|topic| (name.clone(), topic))
            .collect();
        if all.is_empty() {
            // Corrected to no topic at all: the correction is there all the same.
            all.push((name, Cow::Borrowed(json)));
        }
        return all;
    }
    if field == CorrectionField::Entities
        && let Ok(entities) = crate::model::entities_of(&json.into())
        && !entities.is_empty()
    {
        let names = entities.into_iter().map(|e| e.name.for_search().to_owned());
        return names.map(|n| (name.clone(), Cow::Owned(n))).collect();
    }
    vec![(name, plain_json(json))]
}

fn is_values<'a>(subject: &Subject<'a>) -> Vec<FieldValue<'a>> {
    let (facts, review) = (subject.facts, subject.review);
    let mut values = vec![review.status.name()];
    let yes = [
        (
            "flagged",
            review.flagged || !review.flagged_events.is_empty(),
        ),
        ("escalated", facts.escalated),
        ("rated", subject.attributes.rating.is_some()),
        ("fallback", facts.fallbacks > 0),
        ("problem", facts.problems > 0),
    ];
    values.extend(yes.iter().filter(|y| y.1).map(|y| y.0));
    values.into_iter().map(Cow::Borrowed).collect()
}

fn has_values<'a>(subject: &Subject<'a>) -> Vec<FieldValue<'a>> {
    let (attributes, review) = (subject.attributes, subject.review);
    [
        ("note", !review.notes.is_empty()),
        ("correction", !review.corrections.is_empty()),
        ("comment", attributes.rating_comment.is_some()),
        ("button", subject.facts.clicked),
        ("rating", attributes.rating.is_some()),
        ("tag", !review.tags.is_empty()),
    ]
    .iter()
    .filter(|y| y.1)
    .map(|y| Cow::Borrowed(y.0))
    .collect()
}

/// The value a person gave to the whole conversation, as JSON text.
fn corrected(review: &Review, field: CorrectionField) -> Option<&str> {
    review.corrected(None, field).map(Untrusted::for_search)
}

/// The strings of a JSON array; of anything else the one value.
pub fn listed(json: &str) -> Vec<FieldValue<'_>> {
    match serde_json::from_str::<Value>(json) {
        Ok(Value::Array(items)) => items
            .into_iter()
            .map(|item| match item {
                Value::String(text) => Cow::Owned(text),
                other => Cow::Owned(other.to_string()),
            })
            .collect(),
        Ok(Value::Null) => Vec::new(),
        _ => vec![plain_json(json)],
    }
}

fn some(text: &Option<Untrusted>) -> Option<FieldValue<'_>> {
    text.as_ref().map(|t| Cow::Borrowed(t.for_search()))
}

fn one(text: &Option<Untrusted>) -> Vec<FieldValue<'_>> {
    some(text).into_iter().collect()
}

fn many<'a>(texts: impl IntoIterator<Item = &'a Untrusted>) -> Vec<FieldValue<'a>> {
    texts
        .into_iter()
        .map(|t| Cow::Borrowed(t.for_search()))
        .collect()
}

fn pair(pair: &(Untrusted, Untrusted)) -> (FieldValue<'_>, FieldValue<'_>) {
    (
        Cow::Borrowed(pair.0.for_search()),
        plain_json(pair.1.for_search()),
    )
}
