//! A conversation as lines of text for people: `show`, the pager.

use crate::model::{Event, EventKind, FlowState, Millis};
use crate::store::Whole;
use crate::text;

/// The conversation as harmless lines; numbers of events begin at `first`.
pub fn lines(whole: &Whole, first: u32, now: Millis) -> Vec<String> {
    let card = &whole.card;
    let a = &card.attributes;
    let mut out = Vec::new();
    out.push(format!("{}  {}", card.external_id.line().as_str(), card.id));
    let mut about: Vec<String> = vec![format!("source {}", card.source.line().as_str())];
    for (name, value) in [
        ("user", &a.user_name),
        ("channel", &a.channel),
        ("language", &a.language),
        ("version", &a.version),
    ] {
        about.extend(
            value
                .as_ref()
                .map(|v| format!("{name} {}", v.line().as_str())),
        );
    }
    about.extend(card.started.map(|t| text::day_time(t.0, now.0)));
    if let (Some(from), Some(to)) = (card.started, card.ended) {
        about.push(text::duration(to.0 - from.0));
    }
    if let Some(rating) = a.rating {
        let comment = a
            .rating_comment
            .as_ref()
            .map(|c| format!(" \"{}\"", c.line().as_str()))
            .unwrap_or_default();
        about.push(format!("rated {rating}{comment}"));
    }
    if card.escalated {
        about.push("handed over".to_owned());
    }
    out.push(about.join(" · "));
    let review = &whole.review;
    let mut state = vec![review.status.name().to_owned()];
    state.extend(review.verdict.map(|v| v.name().to_owned()));
    state.extend(review.flagged.then(|| "flagged".to_owned()));
    state.extend(review.tags.iter().map(|t| t.line().as_str().to_owned()));
    state.extend(
        review
            .auto_tags
            .iter()
            .map(|t| format!("~{}", t.line().as_str())),
    );
    out.push(state.join(" · "));
    for note in review
        .notes
        .iter()
        .filter(|n| n.event.is_none() || n.detached)
    {
        out.push(format!(
            "\"{}: {}",
            note.reviewer.line().as_str(),
            note.text.line().as_str()
        ));
    }
    out.push(String::new());
    for (i, event) in whole.events.iter().enumerate() {
        let time = event.at.map(|t| text::clock_time(t.0)).unwrap_or_default();
        let flag = if review
            .flagged_events
            .iter()
            .any(|e| Some(&e.key) == whole.keys.get(i))
        {
            "!"
        } else {
            " "
        };
        let undone = if event.reverted { "~~" } else { "" };
        out.push(format!(
            "{:>4}{flag} {time:>8} {:<7} {undone}{}",
            first as usize + i,
            event.kind.name(),
            words(event)
        ));
        for note in review
            .notes
            .iter()
            .filter(|n| n.event.is_some_and(|e| Some(&e.key) == whole.keys.get(i)))
        {
            out.push(format!(
                "{:23}\"{}: {}",
                "",
                note.reviewer.line().as_str(),
                note.text.line().as_str()
            ));
        }
    }
    out
}

fn words(event: &Event) -> String {
    let said = event
        .text
        .as_ref()
        .map(|t| t.line().as_str().to_owned())
        .unwrap_or_default();
    let figure =
        |c: Option<crate::model::Confidence>| c.map(|c| format!(" {:.2}", c.0)).unwrap_or_default();
    match event.kind {
        EventKind::User => {
            let intent = event.intent.as_ref().map(|intent| {
                let name = intent
                    .name
                    .as_ref()
                    .map_or("no intent".to_owned(), |n| n.line().as_str().to_owned());
                let effective = intent.effective();
                let real = if intent.confidence == effective {
                    String::new()
                } else {
                    format!(" (effective{})", figure(effective))
                };
                format!("  [{name}{}{real}]", figure(intent.confidence))
            });
            format!("{said}{}", intent.unwrap_or_default())
        }
        EventKind::Bot => {
            let buttons = event
                .buttons
                .iter()
                .map(|b| format!(" [{}]", b.title.line().as_str()));
            format!("{said}{}", buttons.collect::<String>())
        }
        EventKind::Action => {
            let action = event.action.clone().unwrap_or_default();
            let name = action.name.map_or(said, |n| n.line().as_str().to_owned());
            let policy = action
                .policy
                .map(|p| format!(" {}", p.line().as_str()))
                .unwrap_or_default();
            format!("{name}{}{policy}", figure(action.confidence))
        }
        EventKind::Slot => {
            let slot = event.slot.clone().unwrap_or_default();
            format!(
                "{} = {}",
                slot.name.line().as_str(),
                slot.value.line().as_str()
            )
        }
        EventKind::Flow => {
            let flow = event.flow.clone().unwrap_or_default();
            let step = flow
                .step
                .map(|s| format!("/{}", s.line().as_str()))
                .unwrap_or_default();
            let state = match flow.state {
                FlowState::Started => "started",
                FlowState::Step => "step",
                FlowState::Completed => "completed",
                FlowState::Cancelled => "left",
                FlowState::Interrupted => "interrupted",
                FlowState::Resumed => "resumed",
            };
            format!("{}{step} {state}", flow.name.line().as_str())
        }
        EventKind::Agent
        | EventKind::Session
        | EventKind::Handover
        | EventKind::Restart
        | EventKind::System => said,
    }
}
