//! The conversation: header, lines as in a chat, a map of the whole on the right.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::super::app::App;
use super::super::app::lines::{Content, ReaderLine, TEXT_COLUMN};
use super::super::app::reader::Open;
use super::super::layout::{Class, Pane, header_rows};
use super::super::pen::Pen;
use super::super::theme::{Glyph, Role, Theme};
use super::super::{confidence, unquoted};
use crate::filter;
use crate::model::{Author, Confidence, Event, FlowState, Prediction, Status, TurnFacts};
use crate::text::{self, SafeText};

pub(super) fn draw(app: &App, area: Rect, class: Class, pen: &mut Pen<'_>) {
    let theme = app.theme;
    let Some(open) = &app.reader.open else {
        let words = match (&app.reader.error, app.reader.awaited) {
            (Some(error), _) => error.as_str(),
            (None, Some(_)) => "reading…",
            (None, None) => "",
        };
        let role = if app.reader.error.is_some() {
            Role::Fail
        } else {
            Role::Dim
        };
        pen.word(
            area.x + 1,
            area.y + 1,
            area.width.saturating_sub(2),
            words,
            theme.style(role),
        );
        return;
    };
    header(app, open, area, class, pen);
    let top = area.y + header_rows(class);
    let height = area.height.saturating_sub(header_rows(class));
    let tokens = filter::hit_words(&app.view.filter);
    let drawer = Drawer {
        app,
        open,
        theme,
        area,
        tokens,
    };
    for row in 0..height {
        let Some(line) = open.lines.get(open.top + usize::from(row)) else {
            break;
        };
        drawer.line(line, top + row, pen);
    }
    map(
        app,
        open,
        Rect::new(area.right().saturating_sub(1), top, 1, height),
        pen,
    );
}

/// Who, channel, language, start, duration, rating, status, handover; tags and notes.
fn header(app: &App, open: &Open, area: Rect, class: Class, pen: &mut Pen<'_>) {
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
    let place: Vec<String> = [&a.channel, &a.language]
        .into_iter()
        .flatten()
        .map(|t| t.line().as_str().to_owned())
        .collect();
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
    if card.escalated {
        parts.push(match &a.agent {
            Some(agent) => format!("handed over to {}", agent.line().as_str()),
            None => "handed over".to_owned(),
        });
    }
    pen.word(
        area.x,
        y,
        area.width,
        &parts.join(&format!(" {dot} ")),
        theme.style(Role::Plain),
    );
    y += 1;
    let mut x = area.x;
    let room = |x: u16| area.right().saturating_sub(x);
    if card.review.flagged {
        x += pen.word(x, y, room(x), "! ", theme.style(Role::Flag));
    }
    for tag in &card.review.tags {
        x += pen.text(x, y, room(x), &tag.line(), theme.style(Role::Tag)) + 1;
    }
    for tag in &card.review.auto_tags {
        x += pen.word(x, y, room(x), "~", theme.style(Role::AutoTag));
        x += pen.text(x, y, room(x), &tag.line(), theme.style(Role::AutoTag)) + 1;
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
        x += pen.word(x, y, room(x), &words, theme.style(Role::Plain)) + 1;
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

struct Drawer<'a> {
    app: &'a App,
    open: &'a Open,
    theme: Theme,
    area: Rect,
    tokens: Vec<filter::Words>,
}

impl Drawer<'_> {
    fn line(&self, line: &ReaderLine, y: u16, pen: &mut Pen<'_>) {
        let Some(event) = self.open.whole.events.get(line.seq) else {
            return;
        };
        let x = self.area.x;
        let text_x = x + TEXT_COLUMN;
        let width = self.area.width.saturating_sub(TEXT_COLUMN + 2);
        let dim = self.theme.style(Role::Dim);
        match &line.content {
            Content::Text(range) => self.message(event, line, range.clone(), y, pen),
            Content::Prediction => self.prediction(event, line.seq, text_x, y, width, pen),
            Content::Buttons => self.buttons(event, text_x, y, width, pen),
            Content::Payload => {
                if let Some(payload) = &event.payload {
                    let used = pen.word(text_x, y, width, "sent ", dim);
                    pen.text(text_x + used, y, width - used, &payload.line(), dim);
                }
            }
            Content::Folded { count, first } => {
                let word = if *count == 1 { "action" } else { "actions" };
                let used = pen.word(text_x, y, width, &format!("+{count} {word}  "), dim);
                if let Some(event) = self.open.whole.events.get(*first) {
                    self.action_words(event, text_x + used, y, width - used, dim, pen);
                }
            }
            Content::Action => {
                let style = if event.fallback {
                    self.theme.style(Role::Fail)
                } else {
                    dim
                };
                let used = pen.word(text_x, y, width, "-", style);
                self.action_words(event, text_x + used, y, width - used, style, pen);
            }
            Content::Slot(before) => self.slot(event, before.as_deref(), text_x, y, width, pen),
            Content::Flow | Content::FlowLeft => self.flow(event, text_x, y, width, pen),
            Content::Note(at) => {
                if let Some(note) = self.open.whole.review.notes.get(*at) {
                    let words = format!(
                        "\"{}: {}",
                        note.reviewer.line().as_str(),
                        note.text.line().as_str()
                    );
                    pen.word(text_x, y, width, &words, self.theme.style(Role::Flag));
                }
            }
            Content::Ruler(ms) => {
                let bar = self.theme.glyph(Glyph::BarRest).repeat(6);
                pen.word(
                    text_x,
                    y,
                    width,
                    &format!("{bar} {} {bar}", text::gap(*ms)),
                    dim,
                );
            }
            Content::System => {
                let words = match event.kind {
                    crate::model::EventKind::Handover => "handed over to a person".to_owned(),
                    _ => event
                        .text
                        .as_ref()
                        .map(|t| t.line().as_str().replace('_', " "))
                        .unwrap_or_default(),
                };
                pen.word(text_x, y, width, &format!("({words})"), dim);
            }
            Content::Blank => {}
        }
        let here = self.open.cursor == Some(line.seq);
        if line.first && !matches!(line.content, Content::Ruler(_)) {
            self.gutter(event, line.seq, y, here, pen);
        }
        if here && self.app.focus == Pane::Reader && !matches!(line.content, Content::Ruler(_)) {
            // The cursor is the bar at the edge and the speaker reversed: the text itself stays readable.
            pen.word(
                x,
                y,
                1,
                if line.first { ">" } else { "|" },
                self.theme.style(Role::Accent),
            );
            if line.first {
                let cursor = self.theme.style(Role::Cursor);
                pen.restyle(Rect::new(x, y, 17, 1), |s| s.patch(cursor));
            }
        }
    }

    /// Cursor, mark, speaker and time: columns that no text from a log can reach.
    fn gutter(&self, event: &Event, seq: usize, y: u16, here: bool, pen: &mut Pen<'_>) {
        let x = self.area.x;
        let theme = self.theme;
        let flagged = self.flagged(seq);
        let (mark, role) = match self
            .turn_at(seq)
            .filter(|t| t.user == Some(seq as u32))
            .map(turn_mark)
        {
            _ if flagged => ("!", Role::Flag),
            Some(("", _)) | None if self.open.hits.binary_search(&(seq as u32)).is_ok() => {
                ("/", Role::Doubt)
            }
            Some(mark) => mark,
            None => ("", Role::Plain),
        };
        if here {
            pen.word(x, y, 1, ">", theme.style(Role::Unread));
        }
        pen.word(x + 1, y, 1, mark, theme.style(role));
        let Some(author) = event.kind.author() else {
            return;
        };
        let (name, role) = match author {
            Author::User => ("user", Role::User),
            Author::Bot => ("bot", Role::Bot),
            Author::Agent => ("agent", Role::Agent),
        };
        let style = if event.reverted {
            theme.style(Role::Reverted)
        } else {
            theme.style(role)
        };
        pen.word(x + 3, y, 5, name, style);
        if let Some(at) = event.at {
            pen.word(
                x + 9,
                y,
                8,
                &self.app.clock_time(at),
                theme.style(Role::Dim),
            );
        }
    }

    fn flagged(&self, seq: usize) -> bool {
        let key = self.open.whole.keys.get(seq);
        key.is_some_and(|key| {
            self.open
                .whole
                .review
                .flagged_events
                .iter()
                .any(|e| e.key == *key)
        })
    }

    fn turn_at(&self, seq: usize) -> Option<&TurnFacts> {
        let turns = &self.open.whole.facts.turns;
        let at = turns.partition_point(|t| (t.end as usize) <= seq);
        turns.get(at)
    }

    fn message(
        &self,
        event: &Event,
        line: &ReaderLine,
        range: std::ops::Range<usize>,
        y: u16,
        pen: &mut Pen<'_>,
    ) {
        let theme = self.theme;
        let width = self.area.width.saturating_sub(TEXT_COLUMN + 2);
        let role = match event.kind.author() {
            _ if event.reverted => Role::Reverted,
            _ if self.flagged(line.seq) => Role::Flag,
            Some(Author::User) => Role::User,
            Some(Author::Agent) => Role::Agent,
            _ => Role::Bot,
        };
        let style = theme.style(role);
        let safe = &self.open.texts[line.seq];
        let spans = match (&event.text, self.tokens.is_empty()) {
            (Some(text), false) => super::highlight(text.for_search(), &self.tokens),
            _ => Vec::new(),
        };
        let hit = theme.style(Role::Hit);
        if event.reverted && !theme.color {
            pen.word(
                self.area.x + TEXT_COLUMN - 1,
                y,
                1,
                "~",
                theme.style(Role::Dim),
            );
        }
        if safe.is_empty() {
            pen.word(
                self.area.x + TEXT_COLUMN,
                y,
                width,
                "(no text)",
                theme.style(Role::Dim),
            );
            return;
        }
        pen.clusters(self.area.x + TEXT_COLUMN, y, width, safe, range, |i| {
            let at = safe.cluster(i).map_or(0, |c| c.start);
            if spans.iter().any(|s| s.contains(&at)) {
                hit
            } else {
                style
            }
        });
    }

    /// `refund ━━━━━━━━━─ .91`, with the runner-up where it is close.
    fn prediction(&self, event: &Event, seq: usize, x: u16, y: u16, width: u16, pen: &mut Pen<'_>) {
        let Some(intent) = &event.intent else { return };
        let theme = self.theme;
        let turn = self.turn_at(seq).filter(|t| t.user == Some(seq as u32));
        let (mark, role) = turn.map_or(("", Role::Plain), turn_mark);
        let style = if event.reverted {
            theme.style(Role::Dim)
        } else {
            theme.style(role)
        };
        let Some(shown) = shown_intent(intent) else {
            pen.word(x, y, width, "no prediction", theme.style(Role::Dim));
            return;
        };
        // The name goes before the bar where there is not room for both.
        let cells = if width < 36 { 0 } else { 10 };
        let mut used = pen.text(x, y, width.saturating_sub(cells + 8), &shown.0, style) + 1;
        if let Some(confidence_value) = shown.1 {
            used += bar(
                theme,
                confidence_value,
                cells,
                None,
                x + used,
                y,
                width.saturating_sub(used),
                style,
                pen,
            ) + cells.min(1);
            let words = format!("{}{mark}", confidence(confidence_value.0));
            used += pen.word(x + used, y, width.saturating_sub(used), &words, style) + 1;
        }
        if intent.is_fallback() {
            let name = intent.name.as_ref().map(|n| n.line()).unwrap_or_default();
            used += pen.text(
                x + used,
                y,
                width.saturating_sub(used),
                &name,
                theme.style(Role::Fail),
            ) + 1;
        }
        if !mark.is_empty()
            && let Some(second) = runner_up(intent)
        {
            let words = format!(
                "{} {}",
                second.0.as_str(),
                second.1.map(|c| confidence(c.0)).unwrap_or_default()
            );
            pen.word(
                x + used,
                y,
                width.saturating_sub(used),
                &words,
                theme.style(Role::Dim),
            );
        }
    }

    fn buttons(&self, event: &Event, mut x: u16, y: u16, width: u16, pen: &mut Pen<'_>) {
        let end = x + width;
        for button in &event.buttons {
            let words = format!("[{}]", button.title.line().cut(30).as_str());
            x += pen.word(
                x,
                y,
                end.saturating_sub(x),
                &words,
                self.theme.style(Role::Accent),
            ) + 1;
        }
    }

    fn action_words(
        &self,
        event: &Event,
        x: u16,
        y: u16,
        width: u16,
        style: Style,
        pen: &mut Pen<'_>,
    ) {
        let Some(action) = &event.action else { return };
        let mut used = match (&action.name, &event.text) {
            (Some(name), _) => pen.text(x, y, width, &name.line(), style),
            (None, Some(text)) => {
                pen.word(x, y, width, &format!("\"{}\"", text.line().as_str()), style)
            }
            (None, None) => pen.word(x, y, width, "(nameless action)", style),
        };
        if let Some(c) = action.confidence {
            used += 1 + pen.word(
                x + used + 1,
                y,
                width.saturating_sub(used + 1),
                &figure2(c),
                style,
            );
        }
        if let Some(policy) = &action.policy {
            let short = policy.line().as_str().replace("Policy", "");
            pen.word(
                x + used + 1,
                y,
                width.saturating_sub(used + 1),
                &short,
                style,
            );
        }
    }

    fn slot(
        &self,
        event: &Event,
        before: Option<&str>,
        x: u16,
        y: u16,
        width: u16,
        pen: &mut Pen<'_>,
    ) {
        let Some(slot) = &event.slot else { return };
        let before = before.filter(|b| *b != "null");
        let now = slot.value.for_search();
        let role = match (before, now) {
            _ if event.reverted => Role::Reverted,
            (_, "null") => Role::Cleared,
            (Some(b), n) if b != n => Role::Changed,
            _ => Role::Set,
        };
        let style = self.theme.style(role);
        let old = SafeText::line(before.map_or("none", unquoted)).cut(30);
        let new = SafeText::line(if now == "null" { "none" } else { unquoted(now) });
        let words = format!("={}: {} -> ", slot.name.line().as_str(), old.as_str());
        let used = pen.word(x, y, width, &words, style);
        pen.text(x + used, y, width.saturating_sub(used), &new, style);
    }

    fn flow(&self, event: &Event, x: u16, y: u16, width: u16, pen: &mut Pen<'_>) {
        let Some(flow) = &event.flow else { return };
        let mut words = format!("#{}", flow.name.line().as_str());
        if let Some(step) = &flow.step {
            let join = if flow.state == FlowState::Cancelled {
                " left at "
            } else {
                "/"
            };
            words.push_str(join);
            words.push_str(step.line().as_str());
        } else if flow.state == FlowState::Cancelled {
            words.push_str(" left");
        }
        words.push_str(match flow.state {
            FlowState::Started if flow.step.is_none() => " started",
            FlowState::Completed => " completed",
            FlowState::Interrupted => " interrupted",
            FlowState::Resumed => " resumed",
            _ => "",
        });
        let role = match flow.state {
            _ if event.reverted => Role::Reverted,
            FlowState::Cancelled => Role::Doubt,
            FlowState::Completed => Role::Good,
            _ => Role::Accent,
        };
        pen.word(x, y, width, &words, self.theme.style(role));
    }
}

/// A confidence with its leading digit: `1.00`, `.40`.
fn figure2(c: Confidence) -> String {
    if c.steps() >= 9_950 {
        "1.00".to_owned()
    } else {
        confidence(c.0)
    }
}

/// `x`, `?` or nothing for a turn, with its colour. What a form accepted as its answer was understood
/// well enough, whatever the classifier thought of it.
pub(super) fn turn_mark(turn: &TurnFacts) -> (&'static str, Role) {
    if turn.doubt {
        ("?", Role::Doubt)
    } else if turn.problem {
        ("x", Role::Fail)
    } else {
        ("", Role::Plain)
    }
}

/// What a prediction stands for: the intent, or under a fallback the first that is none.
pub(super) fn shown_intent(intent: &Prediction) -> Option<(SafeText, Option<Confidence>)> {
    if intent.is_fallback()
        && let Some(real) = intent
            .ranking
            .iter()
            .find(|r| !Prediction::is_fallback_intent(r.name.for_search()))
    {
        return Some((real.name.line(), real.confidence));
    }
    match (&intent.name, intent.confidence) {
        (Some(name), c) => Some((name.line(), c)),
        (None, Some(c)) => Some((SafeText::line("(no intent)"), Some(c))),
        (None, None) => None,
    }
}

fn runner_up(intent: &Prediction) -> Option<(SafeText, Option<Confidence>)> {
    let shown = shown_intent(intent)?.0;
    let others = intent
        .ranking
        .iter()
        .filter(|r| !Prediction::is_fallback_intent(r.name.for_search()));
    others
        .map(|r| (r.name.line(), r.confidence))
        .find(|(name, _)| *name != shown)
}

/// A bar of `cells`, with the threshold marked where one is given. Returns the columns used.
#[expect(clippy::too_many_arguments, reason = "a figure and a place")]
pub(super) fn bar(
    theme: Theme,
    value: Confidence,
    cells: u16,
    threshold: Option<Confidence>,
    x: u16,
    y: u16,
    room: u16,
    style: Style,
    pen: &mut Pen<'_>,
) -> u16 {
    let cells = cells.min(room);
    let filled = (value.0.clamp(0.0, 1.0) * f64::from(cells)).round() as u16;
    let mark = threshold.map(|t| (t.0.clamp(0.0, 1.0) * f64::from(cells)).round() as u16);
    for i in 0..cells {
        let glyph = match i {
            _ if mark == Some(i) => Glyph::BarMark,
            i if i < filled => Glyph::BarFull,
            _ => Glyph::BarRest,
        };
        let style = if i < filled {
            style
        } else {
            theme.style(Role::Dim)
        };
        pen.word(x + i, y, 1, theme.glyph(glyph), style);
    }
    cells
}

/// The whole conversation in one column: what is on the screen, problems, flags and hits.
fn map(app: &App, open: &Open, area: Rect, pen: &mut Pen<'_>) {
    let total = open.lines.len().max(1);
    let height = usize::from(area.height);
    if height == 0 {
        return;
    }
    let scale = |line: usize| {
        if total <= height {
            line
        } else {
            line * height / total
        }
    };
    let theme = app.theme;
    if total > height {
        let (from, to) = (scale(open.top), scale((open.top + height).min(total)));
        for row in from..to.max(from + 1) {
            pen.word(
                area.x,
                area.y + row as u16,
                1,
                theme.glyph(Glyph::Column),
                theme.style(Role::Dim),
            );
        }
    }
    let mut put = |seq: usize, mark: &str, role: Role| {
        let row = scale(open.lines_of(seq).start).min(height - 1);
        pen.word(area.x, area.y + row as u16, 1, mark, theme.style(role));
    };
    for hit in open.hits.iter() {
        put(*hit as usize, "/", Role::Doubt);
    }
    for turn in open
        .whole
        .facts
        .turns
        .iter()
        .filter(|t| t.problem || t.doubt)
    {
        let (mark, role) = turn_mark(turn);
        put(turn.user.unwrap_or(turn.first) as usize, mark, role);
    }
    for flag in &open.whole.review.flagged_events {
        if let Some(seq) = open.whole.keys.iter().position(|k| *k == flag.key) {
            put(seq, "!", Role::Flag);
        }
    }
}
