//! The front layer: help, palette, pickers, prompts, journal, and what the filter line offers.

use ratatui::layout::Rect;
use tui_input::Input;

use super::super::action::{ACTIONS, READER_EXTRA, Scope};
use super::super::app::App;
use super::super::app::filter_line::OFFERS;
use super::super::app::picker::Picker;
use super::super::app::popup::Popup;
use super::super::layout::Layout;
use super::super::pen::Pen;
use super::super::theme::{Glyph, Role, SIGNS};
use super::{compare, export, same_user};
use crate::filter;
use crate::model::JournalEntry;
use crate::text::SafeText;

pub(super) fn draw(app: &App, layout: &Layout, pen: &mut Pen<'_>) {
    if app.line.is_some() {
        return offers(app, layout, pen);
    }
    let Some(popup) = &app.popup else { return };
    match popup {
        Popup::Help { input, top } => help(app, layout, input, *top, pen),
        Popup::Palette(picker) => pick(app, layout, ":", picker, 22, pen),
        Popup::Tags(picker) => pick(app, layout, "tags: ", picker, 24, pen),
        Popup::Sort(picker) => pick(app, layout, "sort by: ", picker, 22, pen),
        Popup::Values(picker) => pick(app, layout, "filter by: ", picker, 50, pen),
        Popup::ExportAs(picker) => pick(app, layout, "export as: ", picker, 12, pen),
        Popup::Export(form) => export::draw(app, layout, form, pen),
        Popup::Presets(picker) => pick(app, layout, "presets: ", picker, 24, pen),
        Popup::AwaitPreset => await_preset(app, layout, pen),
        Popup::Note(input) => prompt(app, layout, "note: ", input, pen),
        Popup::PresetName(input) => prompt(app, layout, "save this filter as: ", input, pen),
        Popup::PresetKey { preset, .. } => {
            let words = format!("key for {} (free: {})", preset.name, app.free_preset_keys());
            prompt(app, layout, &words, &Input::default(), pen);
        }
        Popup::Notes => super::notes::draw(app, layout, pen),
        Popup::Learning => super::learning::draw(app, layout, pen),
        Popup::Journal { entries, cursor } => {
            journal(app, layout, entries.as_deref(), *cursor, pen)
        }
        Popup::Definitions(picker) => pick(app, layout, "definition: ", picker, 40, pen),
        Popup::Compare(comparison) => compare::draw(app, layout, comparison, pen),
        Popup::SameUser(same) => same_user::draw(app, layout, same, pen),
        Popup::Confusion(table) => super::confusion::draw(app, layout, table, pen),
        Popup::Correct(of) => super::correct::message(app, layout, of, pen),
        Popup::About(of) => super::correct::about(app, layout, of, pen),
    }
}

/// A box over the panes, never over the status line. `rows` of content are wanted.
pub(super) fn frame(app: &App, layout: &Layout, rows: u16, pen: &mut Pen<'_>) -> Rect {
    let room = layout.status.y.saturating_sub(1);
    let height = (rows + 2).min(room);
    let width = layout.title.width;
    let area = Rect::new(
        (layout.title.width - width) / 2,
        layout.status.y - height,
        width,
        height,
    );
    pen.fill(area, app.theme.style(Role::Plain));
    let dim = app.theme.style(Role::Dim);
    let rule = app.theme.glyph(Glyph::BarRest).repeat(usize::from(width));
    pen.word(area.x, area.y, width, &rule, dim);
    Rect::new(
        area.x + 1,
        area.y + 1,
        width.saturating_sub(2),
        height.saturating_sub(1),
    )
}

/// A one-line input with its cursor.
pub(super) fn input_line(
    app: &App,
    area: Rect,
    y: u16,
    label: &str,
    input: &Input,
    pen: &mut Pen<'_>,
) {
    let used = pen.word(area.x, y, area.width, label, app.theme.style(Role::Accent));
    let width = area.width.saturating_sub(used + 1);
    let skip = input
        .cursor()
        .saturating_sub(usize::from(width).saturating_sub(1));
    let visible: String = input.value().chars().skip(skip).collect();
    pen.word(
        area.x + used,
        y,
        width,
        &visible,
        app.theme.style(Role::Plain),
    );
    let before: String = input
        .value()
        .chars()
        .skip(skip)
        .take(input.cursor() - skip)
        .collect();
    let at = area.x + used + SafeText::line(&before).width() as u16;
    let cursor = app.theme.style(Role::Cursor);
    pen.restyle(
        Rect::new(at.min(area.right().saturating_sub(1)), y, 1, 1),
        |s| s.patch(cursor),
    );
}

pub(super) fn prompt(app: &App, layout: &Layout, label: &str, input: &Input, pen: &mut Pen<'_>) {
    let area = frame(app, layout, 1, pen);
    input_line(app, area, area.y, label, input, pen);
}

pub(super) fn pick(
    app: &App,
    layout: &Layout,
    label: &str,
    picker: &Picker,
    column: u16,
    pen: &mut Pen<'_>,
) {
    let rows = (picker.items.len() as u16).clamp(3, 18) + 1;
    let area = frame(app, layout, rows, pen);
    input_line(app, area, area.y, label, &picker.input, pen);
    let height = usize::from(area.height.saturating_sub(1));
    let top = picker.cursor.saturating_sub(height.saturating_sub(1));
    let theme = app.theme;
    if picker.shown.is_empty() {
        let typed = picker.input.value().trim();
        let words = match (&app.popup, typed) {
            (Some(Popup::Tags(_) | Popup::Notes), "") => "no tags yet: type a name".to_owned(),
            (Some(Popup::Tags(_) | Popup::Notes), typed) => {
                format!("enter creates the tag {typed}")
            }
            _ => "nothing of that name".to_owned(),
        };
        pen.word(
            area.x,
            area.y + 1,
            area.width,
            &words,
            theme.style(Role::Dim),
        );
    }
    for (row, item) in picker.shown.iter().skip(top).take(height).enumerate() {
        let item = &picker.items[*item];
        let y = area.y + 1 + row as u16;
        let mut x = area.x;
        if let Some(ticked) = item.ticked {
            x += pen.word(
                x,
                y,
                4,
                if ticked { "[x] " } else { "[ ] " },
                theme.style(Role::Plain),
            );
        }
        pen.text(x, y, column, &item.label.line(), theme.style(Role::Plain));
        let x = x + column + 1;
        pen.word(
            x,
            y,
            area.right().saturating_sub(x),
            &item.detail,
            theme.style(Role::Dim),
        );
        if top + row == picker.cursor {
            let cursor = theme.style(Role::Cursor);
            pen.restyle(Rect::new(area.x, y, area.width, 1), |s| s.patch(cursor));
        }
    }
}

fn await_preset(app: &App, layout: &Layout, pen: &mut Pen<'_>) {
    let area = frame(app, layout, app.presets.len() as u16 + 1, pen);
    let theme = app.theme;
    for (row, (preset, count)) in app
        .presets
        .iter()
        .take(usize::from(area.height))
        .enumerate()
    {
        let y = area.y + row as u16;
        let key = preset.key.map(|k| k.to_string()).unwrap_or_default();
        pen.word(area.x, y, 2, &key, theme.style(Role::Accent));
        pen.word(area.x + 3, y, 22, &preset.name, theme.style(Role::Plain));
        pen.right(
            area.x + 36,
            y,
            10,
            &count.map(crate::text::figure).unwrap_or_default(),
            theme.style(Role::Plain),
        );
        pen.word(
            area.x + 39,
            y,
            area.width.saturating_sub(39),
            app.shown_filter(&preset.filter),
            theme.style(Role::Dim),
        );
    }
}

/// A line of help: a heading, or keys with what they do.
enum HelpLine {
    Heading(String),
    Row(String, &'static str),
}

fn help_lines(app: &App, typed: &str) -> Vec<HelpLine> {
    let typed = typed.trim().to_lowercase();
    let mut lines = Vec::new();
    // Actions of the pane at hand first.
    let here = app.scope();
    let mut scopes = vec![here];
    scopes.extend(
        [Scope::List, Scope::Reader, Scope::Sidebar, Scope::Anywhere]
            .into_iter()
            .filter(|s| *s != here),
    );
    for scope in scopes {
        let mut rows = Vec::new();
        for info in ACTIONS.iter().filter(|i| i.scopes.contains(&scope)) {
            // What works in the pane at hand too is shown there alone.
            if scope != here && info.scopes.contains(&here) {
                continue;
            }
            let mut keys = app.keymap.keys_for(info.action, scope);
            // Nine digits are one line.
            let mut words = info.help;
            match info.action.tag_digit() {
                Some('1') => {
                    keys = vec!["1-9".to_owned()];
                    words = "The tag on that digit, on or off";
                }
                Some(_) => continue,
                None => {}
            }
            if scope == Scope::Reader {
                keys.retain(|k| {
                    !READER_EXTRA
                        .iter()
                        .any(|(e, a)| *e == k && *a != info.action)
                });
            }
            let keys = info.reached_by(&keys);
            let found = typed.is_empty()
                || keys.split(' ').any(|k| k == typed)
                || info.help.to_lowercase().contains(&typed)
                || info.name.contains(&typed);
            if found {
                rows.push(HelpLine::Row(keys, words));
            }
        }
        if !rows.is_empty() {
            lines.push(HelpLine::Heading(
                format!("in the {}", scope.title()).replace("in the anywhere", "anywhere"),
            ));
            lines.append(&mut rows);
        }
    }
    let signs: Vec<HelpLine> = SIGNS
        .iter()
        .filter(|(sign, words)| {
            typed.is_empty()
                || sign.contains(&typed)
                || words.contains(&typed)
                || "signs".contains(&typed)
        })
        .map(|(sign, words)| HelpLine::Row((*sign).to_owned(), words))
        .collect();
    if !signs.is_empty() {
        lines.push(HelpLine::Heading("signs".to_owned()));
        lines.extend(signs);
    }
    let sets: Vec<HelpLine> = filter::LEARNING_SETS
        .iter()
        .filter(|s| {
            typed.is_empty()
                || s.name.contains(&typed)
                || s.filter.contains(&typed)
                || "learning".contains(&typed)
        })
        .map(|s| HelpLine::Row(s.filter.to_owned(), s.help))
        .collect();
    if !sets.is_empty() {
        lines.push(HelpLine::Heading("the learning sets".to_owned()));
        lines.extend(sets);
    }
    let fields: Vec<HelpLine> = filter::FIELDS
        .iter()
        .filter(|f| !f.name.is_empty())
        .filter(|f| {
            typed.is_empty() || f.name.contains(&typed) || f.help.to_lowercase().contains(&typed)
        })
        .map(|f| HelpLine::Row(f.example.to_owned(), f.help))
        .collect();
    if !fields.is_empty() {
        lines.push(HelpLine::Heading("the filter language".to_owned()));
        lines.extend(fields);
    }
    lines
}

fn help(app: &App, layout: &Layout, input: &Input, top: usize, pen: &mut Pen<'_>) {
    let lines = help_lines(app, input.value());
    let area = frame(app, layout, layout.status.y, pen);
    input_line(app, area, area.y, "help: ", input, pen);
    let height = usize::from(area.height.saturating_sub(1));
    let top = top.min(lines.len().saturating_sub(height));
    let column = 28.min(area.width * 2 / 5);
    for (row, line) in lines.iter().skip(top).take(height).enumerate() {
        let y = area.y + 1 + row as u16;
        match line {
            HelpLine::Heading(words) => {
                pen.word(area.x, y, area.width, words, app.theme.style(Role::Accent));
            }
            HelpLine::Row(keys, words) => {
                pen.word(area.x + 1, y, column, keys, app.theme.style(Role::Unread));
                pen.word(
                    area.x + column + 2,
                    y,
                    area.width.saturating_sub(column + 2),
                    words,
                    app.theme.style(Role::Plain),
                );
            }
        }
    }
    let below = lines.len().saturating_sub(top + height);
    if below > 0 {
        pen.right(
            area.right(),
            area.y,
            20,
            &format!("{below} more below"),
            app.theme.style(Role::Dim),
        );
    }
}

fn journal(
    app: &App,
    layout: &Layout,
    entries: Option<&[JournalEntry]>,
    cursor: usize,
    pen: &mut Pen<'_>,
) {
    let area = frame(app, layout, layout.status.y, pen);
    let theme = app.theme;
    pen.word(
        area.x,
        area.y,
        area.width,
        "journal: who changed what, newest first",
        theme.style(Role::Accent),
    );
    let Some(entries) = entries else {
        pen.word(
            area.x,
            area.y + 1,
            area.width,
            "reading…",
            theme.style(Role::Dim),
        );
        return;
    };
    if entries.is_empty() {
        pen.word(
            area.x,
            area.y + 1,
            area.width,
            "nothing has been decided yet",
            theme.style(Role::Dim),
        );
    }
    let height = usize::from(area.height.saturating_sub(1));
    let top = cursor.saturating_sub(height.saturating_sub(1));
    for (row, entry) in entries.iter().skip(top).take(height).enumerate() {
        let y = area.y + 1 + row as u16;
        let style = if entry.undone {
            theme.style(Role::Reverted)
        } else {
            theme.style(Role::Plain)
        };
        let mut x = area.x;
        pen.word(x, y, 13, &app.day_time(entry.at), theme.style(Role::Dim));
        x += 14;
        pen.text(x, y, 10, &entry.reviewer.line(), theme.style(Role::Dim));
        x += 11;
        let who = entry
            .first
            .as_ref()
            .map(|(_, id)| id.line().cut(20).as_str().to_owned())
            .unwrap_or_default();
        let bulk = entry
            .bulk
            .as_deref()
            .filter(|b| !b.is_empty())
            .map(|b| format!("  [{b}]"))
            .unwrap_or_default();
        let undone = if entry.undone { "(taken back) " } else { "" };
        let words = format!("{undone}{}  {who}{bulk}", entry.summary);
        pen.word(x, y, area.right().saturating_sub(x), &words, style);
        if top + row == cursor {
            let reversed = theme.style(Role::Cursor);
            pen.restyle(Rect::new(area.x, y, area.width, 1), |s| s.patch(reversed));
        }
    }
}

/// What `tab` offers, right under the filter line.
fn offers(app: &App, layout: &Layout, pen: &mut Pen<'_>) {
    let Some(line) = &app.line else { return };
    if line.offers.is_empty() {
        return;
    }
    let theme = app.theme;
    let rows = line.offers.len().min(OFFERS);
    let top = line.offer.map_or(0, |o| o.saturating_sub(OFFERS - 1));
    // Over a list alone nothing of its lines is left to peek out on the right.
    let width = match layout.title.width {
        narrow @ 0..100 => narrow,
        _ => 72,
    };
    let area = Rect::new(
        0,
        1,
        width,
        (rows as u16).min(layout.status.y.saturating_sub(1)),
    );
    pen.fill(area, theme.style(Role::Plain));
    for (row, offer) in line
        .offers
        .iter()
        .skip(top)
        .take(usize::from(area.height))
        .enumerate()
    {
        let y = area.y + row as u16;
        pen.word(area.x + 1, y, 28, &offer.insert, theme.style(Role::Accent));
        pen.word(
            area.x + 30,
            y,
            width.saturating_sub(31),
            &offer.detail,
            theme.style(Role::Dim),
        );
        if line.offer == Some(top + row) {
            let cursor = theme.style(Role::Cursor);
            pen.restyle(Rect::new(area.x, y, width, 1), |s| s.patch(cursor));
        }
    }
}
