//! The notes screen: the notes two lines each, the one under the cursor whole below them, counts per tag.

use ratatui::layout::Rect;

use super::super::app::App;
use super::super::app::notes::{NOTE_ROWS, NotesLayout, NotesState};
use super::super::layout::Layout;
use super::super::noted::NoteContext;
use super::super::pen::Pen;
use super::super::theme::{Glyph, Role};
use super::popup::{frame, input_line, pick, prompt};
use crate::store::ListedNote;
use crate::text::{SafeText, figure, wrap};

pub(super) fn draw(app: &App, layout: &Layout, pen: &mut Pen<'_>) {
    frame(app, layout, layout.status.y, pen);
    let parts = NotesLayout::of(layout.full());
    head(app, parts.head, pen);
    if app.notes.view.is_some() {
        list(app, parts.list, pen);
        detail(app, parts.detail, pen);
        if let Some(area) = parts.counts {
            counts(app, area, pen);
        }
        if let Some(area) = parts.counts_line {
            counts_line(app, area, pen);
        }
    }
    if let Some(picker) = &app.notes.picker {
        pick(app, layout, "tag: ", picker, 24, pen);
    } else if let Some((_, input)) = &app.notes.editing {
        prompt(app, layout, "note: ", input, pen);
    }
}

/// What is listed, and whether reviewing still finds new tags.
fn head(app: &App, area: Rect, pen: &mut Pen<'_>) {
    let notes = &app.notes;
    let accent = app.theme.style(Role::Accent);
    let dim = app.theme.style(Role::Dim);
    let Some(view) = &notes.view else {
        pen.word(area.x, area.y, area.width, "notes", accent);
        pen.word(area.x, area.y + 1, area.width, "reading…", dim);
        return;
    };
    if notes.typing {
        input_line(app, area, area.y, "/", &notes.words, pen);
    } else {
        let mut words = format!(
            "notes, newest first: {} on {}",
            figure(view.notes.len() as u64),
            conversations(view.rows.len()),
        );
        let said = notes.words.value().trim();
        if !said.is_empty() {
            words.push_str(&format!(
                " · {} with \"{said}\"",
                figure(notes.shown.len() as u64)
            ));
        }
        if !notes.marks.is_empty() {
            words.push_str(&format!(" · {} marked", figure(notes.marks.len() as u64)));
        }
        let filter = match notes.filter.as_str() {
            "" => " · all conversations".to_owned(),
            text => format!(" · {}", app.shown_filter(text)),
        };
        words.push_str(&filter);
        pen.word(area.x, area.y, area.width, &words, accent);
    }
    pen.word(area.x, area.y + 1, area.width, &saturation(notes), dim);
}

fn conversations(n: usize) -> String {
    match n {
        1 => "1 conversation".to_owned(),
        n => format!("{} conversations", figure(n as u64)),
    }
}

/// `of the last 20 reviewed, 3 brought a tag not seen before (whole store)`
fn saturation(notes: &NotesState) -> String {
    let found = notes
        .view
        .as_ref()
        .map(|v| v.saturation)
        .unwrap_or_default();
    match found.reviewed {
        0 => "nothing is reviewed yet: no telling whether there are new tags to find".to_owned(),
        n => format!(
            "of the last {n} reviewed, {} brought a tag not seen before (whole store)",
            found.brought_new
        ),
    }
}

fn list(app: &App, area: Rect, pen: &mut Pen<'_>) {
    let notes = &app.notes;
    if notes.shown.is_empty() {
        let words = match notes.words.value().trim() {
            "" if notes.filter.is_empty() => {
                "no notes yet: c in the list or the reader writes one".to_owned()
            }
            "" => "no notes on the conversations of this filter".to_owned(),
            said => format!("no note says \"{said}\": esc shows them all"),
        };
        pen.word(
            area.x,
            area.y,
            area.width,
            &words,
            app.theme.style(Role::Dim),
        );
        return;
    }
    let fit = usize::from(area.height) / NOTE_ROWS;
    for (line, note) in notes.shown_notes().skip(notes.top).take(fit).enumerate() {
        let y = area.y + (line * NOTE_ROWS) as u16;
        row(
            app,
            Rect::new(area.x, y, area.width, 2),
            notes.top + line,
            note,
            pen,
        );
    }
}

/// What it says and the tags of its conversation; below, who wrote it when, on whom, on what.
fn row(app: &App, area: Rect, place: usize, note: &ListedNote, pen: &mut Pen<'_>) {
    let (theme, notes) = (app.theme, &app.notes);
    let sign = match () {
        () if notes.in_range(place) => ":",
        () if notes.marks.contains(&note.id) => "*",
        () => " ",
    };
    let here = place == notes.cursor;
    pen.word(
        area.x,
        area.y,
        1,
        if here { ">" } else { " " },
        theme.style(Role::Unread),
    );
    pen.word(area.x + 1, area.y, 1, sign, theme.style(Role::Accent));
    let view = notes.view.as_ref();
    let tags = view
        .and_then(|v| v.tags.get(&note.row))
        .map_or(&[][..], |t| t);
    let names: Vec<String> = tags.iter().map(|t| t.line().as_str().to_owned()).collect();
    let tags = SafeText::preview(&names.join(" "), usize::from(area.width / 3));
    let width = tags.width() as u16;
    pen.text(
        area.right() - width,
        area.y,
        width,
        &tags,
        theme.style(Role::Tag),
    );
    let x = area.x + 3;
    let room = (area.width - 3).saturating_sub(width + u16::from(width > 0));
    let text = note.text.preview(usize::from(room));
    pen.text(x, area.y, room, &text, theme.style(Role::Plain));
    let words = about(app, note, notes.contexts.get(&note.id));
    pen.word(
        x,
        area.y + 1,
        area.width - 3,
        &words,
        theme.style(Role::Dim),
    );
    if here {
        let cursor = theme.style(Role::Cursor);
        pen.restyle(Rect::new(area.x, area.y, area.width, 1), |s| {
            s.patch(cursor)
        });
    }
}

/// `ida 20 May 11:54 · anna.k · user: The refund link has expired.`
fn about(app: &App, note: &ListedNote, context: Option<&NoteContext>) -> String {
    let mut words = written(app, note);
    let Some(context) = context else {
        return format!("{words} · …");
    };
    words.push_str(&format!(" · {}", context.who.line().cut(30).as_str()));
    let said = match (&context.said, note.event) {
        (Some(said), _) => format!(
            " · {}: {}",
            said.kind.name(),
            said.text.preview(300).as_str()
        ),
        (None, Some(_)) => " · its event is gone".to_owned(),
        (None, None) => " · on the conversation".to_owned(),
    };
    words + &said
}

fn written(app: &App, note: &ListedNote) -> String {
    format!(
        "{} {}",
        note.reviewer.line().cut(20).as_str(),
        app.day_time(note.at)
    )
}

/// The note under the cursor, whole, and what it stands on.
fn detail(app: &App, area: Rect, pen: &mut Pen<'_>) {
    let theme = app.theme;
    let dim = theme.style(Role::Dim);
    let Some(note) = app.notes.current() else {
        return;
    };
    let rule = theme.glyph(Glyph::BarRest).repeat(usize::from(area.width));
    pen.word(area.x, area.y - 1, area.width, &rule, dim);
    let context = app.notes.contexts.get(&note.id);
    let mut y = area.y;
    let mut block = |text: &SafeText, most: u16, style, pen: &mut Pen<'_>| {
        let lines = wrap(text, usize::from(area.width));
        let room = area.bottom().saturating_sub(y).min(most);
        for line in lines.into_iter().take(usize::from(room)) {
            pen.clusters(area.x, y, area.width, text, line.clusters, |_| style);
            y += 1;
        }
    };
    let whole = context.and_then(|c| c.note.as_ref()).map(|n| &n.text);
    let text = whole.unwrap_or(&note.text).block();
    // What it stands on is seen too, however long the note is.
    let most = area.height.saturating_sub(3).max(1);
    block(&text, most, theme.style(Role::Plain), pen);
    let mut words = written(app, note);
    if let Some(context) = context {
        words.push_str(&format!(
            " · {} {:.8}",
            context.who.line().as_str(),
            context.conversation
        ));
        if let Some(said) = &context.said {
            let time = said.at.map(|at| app.clock_time(at)).unwrap_or_default();
            words.push_str(&format!(
                " · event {} · {} {time}",
                said.seq,
                said.kind.name()
            ));
        }
    }
    block(&SafeText::line(&words), 1, dim, pen);
    if let Some(said) = context.and_then(|c| c.said.as_ref()) {
        block(
            &said.text.block(),
            area.height,
            theme.style(Role::User),
            pen,
        );
    }
}

/// Counts per tag as a column.
fn counts(app: &App, area: Rect, pen: &mut Pen<'_>) {
    let Some(view) = &app.notes.view else { return };
    let title = "conversations per tag";
    pen.word(
        area.x,
        area.y,
        area.width,
        title,
        app.theme.style(Role::Accent),
    );
    if view.counts.is_empty() {
        let words = "none of them has a tag yet";
        pen.word(
            area.x,
            area.y + 1,
            area.width,
            words,
            app.theme.style(Role::Dim),
        );
    }
    let room = usize::from(area.height.saturating_sub(1));
    for (line, (tag, count)) in view.counts.iter().take(room).enumerate() {
        let y = area.y + 1 + line as u16;
        let name = tag.preview(usize::from(area.width.saturating_sub(9)));
        pen.text(area.x, y, area.width - 9, &name, app.theme.style(Role::Tag));
        pen.right(
            area.right(),
            y,
            8,
            &figure(*count),
            app.theme.style(Role::Plain),
        );
    }
}

/// The same in one line: the most frequent, as many as fit.
fn counts_line(app: &App, area: Rect, pen: &mut Pen<'_>) {
    let Some(view) = &app.notes.view else { return };
    if view.counts.is_empty() {
        return;
    }
    let parts: Vec<String> = view
        .counts
        .iter()
        .map(|(tag, count)| format!("{} {}", tag.preview(24).as_str(), figure(*count)))
        .collect();
    let words = format!("conversations per tag: {}", parts.join(" · "));
    pen.word(
        area.x,
        area.y,
        area.width,
        &words,
        app.theme.style(Role::Tag),
    );
}
