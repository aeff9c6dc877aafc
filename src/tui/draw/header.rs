//! The head of the reader: who it is, where and when, and what was decided.

use ratatui::layout::Rect;

use super::super::app::App;
use super::super::app::about;
use super::super::app::reader::Open;
use super::super::layout::Class;
use super::super::pen::Pen;
use super::super::theme::{Glyph, Role};
use crate::model::{CorrectionField, Status};
use crate::store::Card;
use crate::text::{self, SafeText};

/// Who, channel, language, start, duration, rating, status, handover; tags and notes.
pub(super) fn draw(app: &App, open: &Open, area: Rect, class: Class, pen: &mut Pen<'_>) {
    let theme = app.theme;
    let card = &open.whole.card;
    let a = &card.attributes;
    let dot = theme.glyph(Glyph::Dot);
    let mut y = area.y;
    if class != Class::One {
        let right = SafeText::line(&super::bars::place(app));
        let room = area.width.saturating_sub(right.width() as u16 + 1);
        let x = area.x
            + pen.text(
                area.x,
                y,
                room,
                &super::list::who(card),
                theme.style(Role::Unread),
            )
            + 1;
        let mut rest = format!("{:.8}", card.id);
        if a.user_name.is_some() {
            rest.push_str(&format!(" {dot} {}", card.external_id.line().as_str()));
        }
        pen.word(
            x,
            y,
            room.saturating_sub(x - area.x),
            &rest,
            theme.style(Role::Dim),
        );
        pen.right(
            area.right(),
            y,
            right.width() as u16,
            right.as_str(),
            theme.style(Role::Dim),
        );
        y += 1;
    }
    let mut parts: Vec<String> = Vec::new();
    let mut place: Vec<String> = Vec::new();
    place.extend(a.channel.iter().map(|t| t.line().as_str().to_owned()));
    place.extend(shown_words(card, CorrectionField::Language));
    let mut first = place.join(" ");
    if let Some(started) = card.started {
        if !first.is_empty() {
            first.push_str(&format!(" {dot} "));
        }
        first.push_str(&app.day_time(started));
        if let Some(ended) = card.ended.filter(|e| e.0 > started.0) {
            first.push_str(&format!(" {}", text::duration(ended.0 - started.0)));
        }
    }
    if !first.is_empty() {
        parts.push(first);
    }
    if let Some(rating) = a.rating {
        match &a.rating_comment {
            Some(comment) => parts.push(format!(
                "rated {rating}\" \"{}\"",
                comment.line().cut(40).as_str()
            )),
            None => parts.push(format!("rated {rating}")),
        }
    }
    parts.push(match (card.review.status, card.review.verdict) {
        (status, Some(verdict)) => format!("{}, {}", verdict.name(), status.name()),
        (status, None) => status.name().to_owned(),
    });
    for field in about::IN_HEADER {
        if let Some(words) = shown_words(card, field) {
            parts.push(format!("{} {words}", field.name()));
        }
    }
    if card.escalated {
        parts.push(match &a.agent {
            Some(agent) => format!("handed over to {}", agent.line().as_str()),
            None => "handed over".to_owned(),
        });
    }
    // What a find has a place in stands out.
    let find = app.find_in_conversation().filter(|f| f.is_in(None));
    let lit = |text: &str, role| match find {
        Some(find) if find.is_found_in(text) => theme.style(Role::Hit),
        _ => theme.style(role),
    };
    let said = a.rating_comment.iter().map(|c| c.for_search().to_owned());
    let shown = about::IN_HEADER.map(|field| about::shown(card, field).0);
    let hit = find.is_some_and(|find| said.chain(shown).any(|text| find.is_found_in(&text)));
    let role = if hit { Role::Hit } else { Role::Plain };
    pen.word(
        area.x,
        y,
        area.width,
        &parts.join(&format!(" {dot} ")),
        theme.style(role),
    );
    y += 1;
    let mut x = area.x;
    let room = |x: u16| area.right().saturating_sub(x);
    if card.review.flagged {
        x += pen.word(x, y, room(x), "! ", theme.style(Role::Flag));
    }
    for tag in &card.review.tags {
        let style = lit(tag.for_search(), Role::Tag);
        x += pen.text(x, y, room(x), &tag.line(), style) + 1;
    }
    for tag in &card.review.auto_tags {
        x += pen.word(x, y, room(x), "~", theme.style(Role::AutoTag));
        let style = lit(tag.for_search(), Role::AutoTag);
        x += pen.text(x, y, room(x), &tag.line(), style) + 1;
    }
    for note in open
        .whole
        .review
        .notes
        .iter()
        .filter(|n| n.event.is_none() || n.detached)
    {
        let detached = if note.detached { " (detached)" } else { "" };
        let words = format!(
            "{dot} \"{}: {}{detached}",
            note.reviewer.line().as_str(),
            note.text.line().as_str()
        );
        let style = lit(note.text.for_search(), Role::Plain);
        x += pen.word(x, y, room(x), &words, style) + 1;
    }
    if card.review.status == Status::Deleted {
        pen.word(
            x,
            y,
            room(x),
            "deleted: U brings it back",
            theme.style(Role::Fail),
        );
    }
}

/// What is shown of a field that people correct, with `*` behind a person's value; `None` where there is
/// nothing.
fn shown_words(card: &Card, field: CorrectionField) -> Option<String> {
    let (value, corrected) = about::shown(card, field);
    let mark = if corrected { "*" } else { "" };
    let safe = SafeText::line(&value).cut(40);
    (!safe.is_empty()).then(|| format!("{}{mark}", safe.as_str()))
}
