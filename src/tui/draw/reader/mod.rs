//! The conversation: header, lines as in a chat, a map of the whole on the right. What stands in the lines
//! that are no messages is in `lines`.

mod lines;

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::{header, map};
use crate::tui::app::App;
use crate::tui::app::find::Find;
use crate::tui::app::lines::{Content, ReaderLine, TEXT_COLUMN, TILDES};
use crate::tui::app::predicted::{turn_mark, turn_of_message};
use crate::tui::app::reader::Open;
use crate::tui::layout::{Class, Pane, header_rows};
use crate::tui::pen::Pen;
use crate::tui::theme::{Glyph, Role, Theme};

use crate::model::{Author, Event, EventKind};
use crate::text::{self, SafeText, places};

pub(in super::super) fn draw(app: &App, area: Rect, class: Class, pen: &mut Pen<'_>) {
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
    header::draw(app, open, area, class, pen);
    let top = area.y + header_rows(class);
    let height = area.height.saturating_sub(header_rows(class));
    let drawer = Drawer {
        find: app.find_in_conversation(),
        app,
        open,
        theme,
        area,
    };
    for row in 0..height {
        let Some(line) = open.lines.get(open.top + usize::from(row)) else {
            break;
        };
        drawer.line(line, top + row, pen);
    }
    map::draw(
        app,
        open,
        Rect::new(area.right().saturating_sub(1), top, 1, height),
        pen,
    );
}

struct Drawer<'a> {
    find: Option<&'a Find>,
    app: &'a App,
    open: &'a Open,
    theme: Theme,
    area: Rect,
}

impl Drawer<'_> {
    fn line(&self, line: &ReaderLine, y: u16, pen: &mut Pen<'_>) {
        let Some(event) = self.open.whole.events.get(line.seq) else {
            return;
        };
        let x = self.area.x;
        let tildes = event.reverted && !matches!(line.content, Content::Ruler(_));
        let before = if tildes { self.tildes(y, pen) } else { 0 };
        let text_x = x + TEXT_COLUMN + before;
        let width = self.area.width.saturating_sub(TEXT_COLUMN + 2 + before);
        let dim = self.theme.style(Role::Dim);
        match &line.content {
            Content::Text(range) => {
                self.message(event, line, range.clone(), (text_x, width), y, pen);
            }
            Content::Prediction => self.prediction(event, line.seq, text_x, y, width, pen),
            Content::Buttons(row, clicked) => {
                self.buttons(event, (row.clone(), clicked), text_x, y, width, pen);
            }
            Content::Payload => {
                if let Some(payload) = &event.payload {
                    let used = pen.word(text_x, y, width, "sent ", dim);
                    let style = if event.reverted {
                        self.theme.style(Role::Reverted)
                    } else {
                        dim
                    };
                    self.marked(text_x + used, y, width - used, &payload.line(), style, pen);
                }
            }
            Content::Folded { count, first } => {
                let word = if *count == 1 { "action" } else { "actions" };
                let style = if self.folded_places(line.seq, *first) {
                    self.theme.style(Role::Hit)
                } else {
                    dim
                };
                let used = pen.word(text_x, y, width, &format!("+{count} {word}"), style) + 2;
                if let Some(event) = self.open.whole.events.get(*first) {
                    self.action_words(event, text_x + used, y, width - used, dim, pen);
                }
            }
            Content::Action => {
                let role = match event.fallback {
                    _ if event.reverted => Role::Reverted,
                    true => Role::Fail,
                    false => Role::Dim,
                };
                let style = self.theme.style(role);
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
                    let style = self.theme.style(Role::Flag);
                    self.marked(text_x, y, width, &SafeText::line(&words), style, pen);
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
                    EventKind::Handover => "handed over to a person".to_owned(),
                    _ => event
                        .text
                        .as_ref()
                        .map(|t| t.line().as_str().replace('_', " "))
                        .unwrap_or_default(),
                };
                let words = SafeText::line(&format!("({words})"));
                let style = if event.reverted {
                    self.theme.style(Role::Reverted)
                } else {
                    dim
                };
                self.marked(text_x, y, width, &words, style, pen);
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
        let turn = turn_of_message(&self.open.whole, seq);
        let state = match turn.map(turn_mark) {
            Some(("", _)) | None if event.fallback && turn.is_none() => ("x", Role::Fail),
            Some(mark) => mark,
            None => ("", Role::Plain),
        };
        let marks = [
            ("!", Role::Flag, self.flagged(seq)),
            (state.0, state.1, !state.0.is_empty()),
            ("/", Role::Doubt, self.is_hit(seq)),
        ];
        if here {
            pen.word(x, y, 1, ">", theme.style(Role::Unread));
        }
        // Of three there is room for two: a flag, what went wrong, a hit.
        for (i, (mark, role, _)) in marks.into_iter().filter(|m| m.2).take(2).enumerate() {
            pen.word(x + 1 + i as u16, y, 1, mark, theme.style(role));
        }
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

    /// A hit of the find while there is one, else of the filter.
    fn is_hit(&self, seq: usize) -> bool {
        match self.find {
            Some(find) => find.is_in(Some(seq)),
            None => self.open.hits.events.binary_search(&(seq as u32)).is_ok(),
        }
    }

    /// True if one of the actions folded into the line from `first` on holds a place of the find.
    fn folded_places(&self, owner: usize, first: usize) -> bool {
        let Some(find) = self.find else { return false };
        let shown = self.open.lines_of(owner).end;
        let next = self
            .open
            .lines
            .get(shown)
            .map_or(self.open.whole.events.len(), |l| l.seq);
        let actions = self.open.whole.events.get(first..next).unwrap_or_default();
        // Between two messages there are few of them.
        let mut quiet = (first..).zip(actions).take(100);
        quiet.any(|(seq, e)| e.kind == EventKind::Action && !e.fallback && find.is_in(Some(seq)))
    }

    /// `~~` before what was taken back, where it cannot be struck out. Returns the columns it takes.
    fn tildes(&self, y: u16, pen: &mut Pen<'_>) -> u16 {
        if self.theme.strikes() {
            return 0;
        }
        let dim = self.theme.style(Role::Dim);
        pen.word(
            self.area.x + TEXT_COLUMN,
            y,
            TILDES.len() as u16,
            TILDES,
            dim,
        );
        TILDES.len() as u16
    }

    /// Draws words of the log that are no message, with the places of the find in them. Returns the columns
    /// used.
    fn marked(
        &self,
        x: u16,
        y: u16,
        width: u16,
        text: &SafeText,
        style: Style,
        pen: &mut Pen<'_>,
    ) -> u16 {
        let Some(find) = self.find else {
            return pen.text(x, y, width, text, style);
        };
        let text = text.cut(usize::from(width));
        let found = places(text.as_str(), find.asked());
        let hit = self.theme.style(Role::Hit);
        let mut at = 0;
        let styles: Vec<Style> = text
            .clusters()
            .map(|c| {
                let here = at;
                at += c.text.len();
                if found.iter().any(|r| r.contains(&here)) {
                    hit
                } else {
                    style
                }
            })
            .collect();
        pen.clusters(x, y, width, &text, 0..text.len(), |i| styles[i])
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

    fn message(
        &self,
        event: &Event,
        line: &ReaderLine,
        range: std::ops::Range<usize>,
        (x, width): (u16, u16),
        y: u16,
        pen: &mut Pen<'_>,
    ) {
        let theme = self.theme;
        let role = match event.kind.author() {
            _ if event.reverted => Role::Reverted,
            _ if self.flagged(line.seq) => Role::Flag,
            Some(Author::User) => Role::User,
            Some(Author::Agent) => Role::Agent,
            _ => Role::Bot,
        };
        let style = theme.style(role);
        let safe = &self.open.texts[line.seq];
        let hit = theme.style(Role::Hit);
        if safe.is_empty() {
            pen.word(x, y, width, "(no text)", theme.style(Role::Dim));
            return;
        }
        pen.clusters(x, y, width, safe, range, |i| {
            let at = safe.cluster(i).map_or(0, |c| c.start);
            match self.find {
                Some(find) => match find.lights(line.seq, at) {
                    Some(true) => hit.add_modifier(Modifier::BOLD | Modifier::UNDERLINED),
                    Some(false) => hit,
                    None => style,
                },
                None if self.open.hits.is_said(line.seq, at) => hit,
                None => style,
            }
        });
    }
}
