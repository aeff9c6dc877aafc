//! The popups of corrections: a message with its prediction and its entities, topics and more.

use ratatui::layout::Rect;

use super::super::app::App;
use super::super::app::about::About;
use super::super::app::correct::{Correcting, Part};
use super::super::app::naming::Naming;
use super::super::layout::Layout;
use super::super::pen::Pen;
use super::super::theme::Role;
use super::popup::{frame, input_line};
use crate::model::CorrectionField;
use crate::text::{self, SafeText, Untrusted};

/// Lines of the text of a message that are shown at once.
const TEXT_LINES: usize = 4;
/// Lines of names to choose from.
const NAMES: u16 = 10;
/// Column of the words beside a name.
const BESIDE: u16 = 32;

/// A message: what it is, its text with the entities, then intents or the names of entities.
pub(super) fn message(app: &App, layout: &Layout, of: &Correcting, pen: &mut Pen<'_>) {
    let theme = app.theme;
    let width = layout.title.width.saturating_sub(2);
    let lines = text::wrap(&of.marking.safe, usize::from(width).max(1));
    let shown = lines.len().min(TEXT_LINES) as u16;
    let entities = entity_lines(of, width);
    let names = match (of.part, &of.marking.naming) {
        (Part::Intent, _) => Some(("intent: ", &of.intents)),
        (Part::Entities, Some(naming)) => Some(("entity: ", naming)),
        (Part::Entities, None) => None,
    };
    let below = match names {
        Some((_, naming)) => 1 + rows_of(naming),
        None => 0,
    };
    let listed = entities.len().min(6) as u16;
    let area = frame(app, layout, 1 + shown + listed + below, pen);
    let mut y = area.y;
    let room = |x: u16| area.right().saturating_sub(x);
    let used = pen.word(area.x, y, area.width, &of.who, theme.style(Role::User)) + 2;
    let words = prediction_words(of);
    pen.word(
        area.x + used,
        y,
        room(area.x + used),
        &words,
        theme.style(Role::Dim),
    );
    y += 1;
    let marking = of.part == Part::Entities;
    let top = match marking {
        true => first_line(of, &lines, shown),
        false => 0,
    };
    for line in lines.iter().skip(top).take(usize::from(shown)) {
        if y >= area.bottom() {
            break;
        }
        draw_text(app, of, line.clusters.clone(), area.x, y, area.width, pen);
        y += 1;
    }
    for line in entities.iter().take(usize::from(listed)) {
        if y >= area.bottom() {
            break;
        }
        let role = if line.1 { Role::Cursor } else { Role::Tag };
        pen.text(area.x, y, area.width, &line.0, theme.style(role));
        y += 1;
    }
    if let Some((label, naming)) = names {
        draw_naming(app, area, y, label, naming, pen);
    }
}

fn prediction_words(of: &Correcting) -> String {
    let line = |name: &Untrusted| name.line().cut(40).as_str().to_owned();
    let words = match (&of.predicted, &of.corrected) {
        (None, None) => "nothing predicted".to_owned(),
        (Some(predicted), None) => format!("predicted {}", line(predicted)),
        (Some(predicted), Some(corrected)) if predicted == corrected => {
            format!("predicted {}, confirmed", line(predicted))
        }
        (Some(predicted), Some(corrected)) => {
            format!(
                "predicted {}, corrected to {}",
                line(predicted),
                line(corrected)
            )
        }
        (None, Some(corrected)) => format!("nothing predicted, corrected to {}", line(corrected)),
    };
    match &of.fallback {
        Some(fallback) => format!("{words}, recorded {fallback}"),
        None => words,
    }
}

/// What the keys do while a message is corrected.
pub(super) fn message_hint(of: &Correcting) -> &'static str {
    match (of.part, &of.marking.naming) {
        (Part::Intent, _) if of.entities_changed() => {
            "enter keep both  digit choose  tab entities  ctrl-d remove  esc drop both"
        }
        (Part::Intent, _) => {
            "enter keep  digit choose  type to narrow or create  tab entities  ctrl-d remove"
        }
        (Part::Entities, Some(_)) => "enter name it  type to narrow or create  esc not this",
        (Part::Entities, None) if of.marking.is_range() => {
            "h l letters  w b e words  enter name the range  v esc drop it"
        }
        (Part::Entities, None) => {
            "h l w b e move  v range  a name  x unmark  enter keep  tab intent  ctrl-d remove"
        }
    }
}

/// What the keys do while topics and more are corrected.
pub(super) fn about_hint(of: &About) -> &'static str {
    let topics = of
        .fields
        .get(of.cursor)
        .is_some_and(|f| f.field == CorrectionField::Topics);
    match &of.input {
        Some(_) if topics => {
            "a, b  tab complete  enter keep  empty removes the correction  esc drop"
        }
        Some(_) => "tab complete  enter keep  empty removes the correction  esc drop",
        None => "j k move  enter or digit edit  ctrl-d remove the correction  esc close",
    }
}

/// What is marked, a line each: `city "Rome" 8-12`; true where the cursor is in it.
fn entity_lines(of: &Correcting, width: u16) -> Vec<(SafeText, bool)> {
    let here = match of.part {
        Part::Entities => of.marking.entity_here(),
        Part::Intent => None,
    };
    let all = of.marking.entities.iter().enumerate();
    all.map(|(at, e)| {
        let role = [("role", &e.role), ("group", &e.group)];
        let role: String = role
            .iter()
            .filter_map(|(what, name)| Some(format!(" {what} {}", name.as_ref()?.line().as_str())))
            .collect();
        let words = format!(
            "{} = {}  {}-{}{role}",
            e.name.line().cut(30).as_str(),
            e.value.line().cut(usize::from(width / 2)).as_str(),
            e.span.0,
            e.span.1,
        );
        (SafeText::line(&words), here == Some(at))
    })
    .collect()
}

/// The first line that is shown, so that the cursor is.
fn first_line(of: &Correcting, lines: &[text::Line], shown: u16) -> usize {
    let at = of.marking.safe.index_at(of.marking.cursor_byte());
    let line = lines.partition_point(|l| l.clusters.end <= at);
    (line + 1).saturating_sub(usize::from(shown))
}

fn draw_text(
    app: &App,
    of: &Correcting,
    clusters: std::ops::Range<usize>,
    x: u16,
    y: u16,
    width: u16,
    pen: &mut Pen<'_>,
) {
    let theme = app.theme;
    let safe = &of.marking.safe;
    let marked: Vec<_> = of
        .marking
        .entities
        .iter()
        .filter_map(|e| of.marking.bytes_of(e))
        .collect();
    let selected = (of.part == Part::Entities).then(|| of.marking.selected());
    let (plain, entity, cursor) = (
        theme.style(Role::Plain),
        theme.style(Role::Tag).patch(theme.style(Role::Unread)),
        theme.style(Role::Cursor),
    );
    pen.clusters(x, y, width, safe, clusters, |i| {
        let at = safe.cluster(i).map_or(0, |c| c.start);
        let style = match marked.iter().any(|r| r.contains(&at)) {
            true => entity.add_modifier(ratatui::style::Modifier::UNDERLINED),
            false => plain,
        };
        match &selected {
            Some(range) if range.contains(&at) => style.patch(cursor),
            _ => style,
        }
    });
}

/// Rows that the names take.
fn rows_of(naming: &Naming) -> u16 {
    let new = u16::from(naming.new_name().is_some());
    (naming.picker.items.len() as u16 + new).clamp(1, NAMES)
}

fn draw_naming(app: &App, area: Rect, y: u16, label: &str, naming: &Naming, pen: &mut Pen<'_>) {
    let theme = app.theme;
    input_line(app, area, y, label, &naming.picker.input, pen);
    let height = usize::from(area.bottom().saturating_sub(y + 1));
    let picker = &naming.picker;
    let top = picker.cursor.saturating_sub(height.saturating_sub(1));
    let typed = !picker.input.value().is_empty();
    let mut names: Vec<(Option<char>, SafeText, String)> = picker
        .shown
        .iter()
        .map(|at| {
            let item = &picker.items[*at];
            let digit = naming.digit(*at).filter(|_| !typed);
            (digit, item.label.line(), item.detail.clone())
        })
        .collect();
    if let Some(new) = naming.new_name() {
        names.push((
            None,
            SafeText::line(new),
            "new: nothing has this name yet".to_owned(),
        ));
    }
    if names.is_empty() {
        let words = "nothing to choose from yet: type a name";
        pen.word(area.x, y + 1, area.width, words, theme.style(Role::Dim));
    }
    for (row, (digit, name, detail)) in names.iter().enumerate().skip(top).take(height) {
        let y = y + 1 + (row - top) as u16;
        let digit = digit.map(String::from).unwrap_or_default();
        pen.word(area.x, y, 1, &digit, theme.style(Role::Accent));
        let column = BESIDE.min(area.width / 2);
        pen.text(area.x + 2, y, column, name, theme.style(Role::Plain));
        let x = area.x + column + 3;
        pen.word(
            x,
            y,
            area.right().saturating_sub(x),
            detail,
            theme.style(Role::Dim),
        );
        if row == picker.cursor {
            let cursor = theme.style(Role::Cursor);
            pen.restyle(Rect::new(area.x, y, area.width, 1), |s| s.patch(cursor));
        }
    }
}

/// Topics, sentiment, language and summary with where each value comes from.
pub(super) fn about(app: &App, layout: &Layout, of: &About, pen: &mut Pen<'_>) {
    let theme = app.theme;
    let offers = of.offers();
    let rows = 1 + of.fields.len() as u16 + offers.len() as u16;
    let area = frame(app, layout, rows, pen);
    let title = format!("correct {}", of.whom);
    pen.word(
        area.x,
        area.y,
        area.width,
        &title,
        theme.style(Role::Accent),
    );
    let mut y = area.y + 1;
    for (at, field) in of.fields.iter().enumerate() {
        if y >= area.bottom() {
            break;
        }
        let digit = (at + 1).to_string();
        pen.word(area.x, y, 1, &digit, theme.style(Role::Accent));
        let name = format!("{}:", field.field.name());
        let (x, width) = (area.x + 2, area.width.saturating_sub(2));
        match &of.input {
            Some(input) if at == of.cursor => {
                let line = Rect::new(x, y, width, 1);
                input_line(app, line, y, &format!("{name:<11}"), input, pen);
                for offer in &offers {
                    y += 1;
                    let words = format!("{:<30} {}", offer.0, text::figure(offer.1));
                    pen.word(
                        x + 11,
                        y,
                        width.saturating_sub(11),
                        &words,
                        theme.style(Role::Dim),
                    );
                }
            }
            _ => {
                pen.word(x, y, 10, &name, theme.style(Role::Dim));
                let x = x + 11;
                let room = area.right().saturating_sub(x);
                let (value, from) = match (&field.corrected, field.imported.as_str()) {
                    (Some(value), "") => (value.as_str(), " (corrected)".to_owned()),
                    (Some(value), was) => {
                        let was = Untrusted::from(was).line().cut(30);
                        (
                            value.as_str(),
                            format!(" (corrected, was {})", was.as_str()),
                        )
                    }
                    (None, "") => ("", String::new()),
                    (None, imported) => (imported, " (imported)".to_owned()),
                };
                let from = SafeText::line(&from);
                let left = room.saturating_sub(from.width() as u16);
                let used = match value {
                    "" => pen.word(x, y, left, "none", theme.style(Role::Dim)),
                    value => pen.word(x, y, left, value, theme.style(Role::Plain)),
                };
                pen.text(
                    x + used,
                    y,
                    room.saturating_sub(used),
                    &from,
                    theme.style(Role::Dim),
                );
                if at == of.cursor && of.input.is_none() {
                    let cursor = theme.style(Role::Cursor);
                    pen.restyle(Rect::new(area.x, y, area.width, 1), |s| s.patch(cursor));
                }
            }
        }
        y += 1;
    }
}
