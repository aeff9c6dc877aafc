//! The filter line: typing runs the filter at once, `tab` completes, `enter` keeps, `esc` goes back.

use crossterm::event::{Event, KeyCode, KeyEvent};
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler;

use super::App;
use super::hiding::names_people;
use super::popup::is_ctrl;
use super::view::Previous;
use crate::filter::{self, Completion};
use crate::tui::msg::{Cmd, ValuesOf};

/// State of the filter line while it is edited.
#[derive(Debug)]
pub struct FilterLine {
    /// What is typed.
    pub input: Input,
    /// What is wrong with it: column and words.
    pub error: Option<(usize, String)>,
    /// What `tab` offers: text and count or help.
    pub offers: Vec<Offer>,
    /// The one `tab` stands on.
    pub offer: Option<usize>,
    /// The part of the text an offer replaces.
    range: std::ops::Range<usize>,
    /// The values that were asked for.
    awaited: Option<ValuesOf>,
    before: Previous,
    /// The list does not show the filter of before any more, or not as it was.
    ran: bool,
    history_at: Option<usize>,
    typed: String,
}

/// One completion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// What is inserted.
    pub insert: String,
    /// Count of a value, help of a field.
    pub detail: String,
}

/// Offers on the screen.
pub const OFFERS: usize = 10;

impl App {
    /// `/`
    pub(super) fn edit_filter(&mut self) {
        let before = self.here();
        let mut text = self.view.text.clone();
        if self.shown_filter(&text) != text {
            // It is typed anew, or kept by leaving the line.
            text.clear();
        }
        if !text.is_empty() && !text.ends_with(' ') {
            text.push(' ');
        }
        self.line = Some(FilterLine {
            input: Input::new(text),
            error: None,
            offers: Vec::new(),
            offer: None,
            range: 0..0,
            awaited: None,
            before,
            ran: false,
            history_at: None,
            typed: String::new(),
        });
        self.complete();
    }

    /// A key while the filter line is open.
    pub(super) fn line_key(&mut self, key: &KeyEvent) {
        let Some(line) = &mut self.line else { return };
        match key.code {
            KeyCode::Esc => return self.leave_line(),
            _ if is_ctrl(key, 'c') => return self.leave_line(),
            KeyCode::Enter => return self.keep_line(),
            KeyCode::Tab => return self.next_offer(1),
            KeyCode::BackTab => return self.next_offer(-1),
            KeyCode::Up => return self.step_history(1),
            KeyCode::Down => return self.step_history(-1),
            _ if is_ctrl(key, 's') => {
                self.keep_line();
                if self.line.is_none() {
                    self.open_save_preset();
                }
                return;
            }
            _ => {}
        }
        if line
            .input
            .handle_event(&Event::Key(*key))
            .is_some_and(|c| c.value)
        {
            line.history_at = None;
            self.line_changed();
        } else {
            self.complete();
        }
    }

    /// Pasted text in the filter line.
    pub(super) fn line_paste(&mut self, text: &str) {
        let Some(line) = &mut self.line else { return };
        let plain = text.chars().map(|c| if c.is_control() { ' ' } else { c });
        super::popup::insert(&mut line.input, plain.take(100_000));
        self.line_changed();
    }

    fn line_changed(&mut self) {
        self.run_typed();
        self.complete();
    }

    /// Parses what stands there. What parses runs; what does not is marked, and what stands before the
    /// word being typed runs, so that `channel:` does not leave the list at the answer to `channel`.
    fn run_typed(&mut self) {
        let Some(line) = &mut self.line else { return };
        let typed = line.input.value();
        let (parsed, text) = match filter::while_typing(typed) {
            Ok(parsed) => {
                line.error = None;
                (parsed, typed.trim())
            }
            Err(error) => {
                let head = typed.trim_end().rfind(char::is_whitespace);
                let head = typed[..head.unwrap_or(0)].trim();
                line.error = Some((error.caret(), error.to_string()));
                match filter::parse(head) {
                    Ok(parsed) => (parsed, head),
                    Err(_) => return,
                }
            }
        };
        if *self.view.filter != parsed {
            line.ran = true;
            self.view.text = text.to_owned();
            self.view.filter = std::sync::Arc::new(parsed);
            self.view.preset = None;
            self.list.unmark();
            self.run_view();
        }
    }

    fn leave_line(&mut self) {
        if let Some(line) = self.line.take()
            && line.ran
        {
            self.restore_view(line.before);
        }
    }

    fn keep_line(&mut self) {
        let Some(line) = &self.line else { return };
        if line.error.is_some() {
            return;
        }
        let kept_hidden = !line.ran && self.shown_filter(&self.view.text) != self.view.text;
        if kept_hidden && line.input.value().trim().is_empty() {
            self.line = None;
            self.focus_list();
            return;
        }
        let mut text = line.input.value().trim().to_owned();
        let mut parsed = filter::parse(&text);
        if parsed.is_err() {
            // A phrase still open while typing is closed by keeping it.
            text.push('"');
            parsed = filter::parse(&text);
        }
        let parsed = match parsed {
            Ok(parsed) => parsed,
            Err(error) => {
                if let Some(line) = &mut self.line {
                    line.error = Some((error.caret(), error.to_string()));
                }
                return;
            }
        };
        let Some(line) = self.line.take() else { return };
        self.focus_list();
        let preset = line.before.preset().filter(|_| line.before.text() == text);
        let preset = preset.and_then(|name| {
            self.presets
                .iter()
                .find(|(p, _)| p.name == name)
                .map(|(p, _)| p.clone())
        });
        self.open_view(parsed, text, None);
        self.view.preset = preset.map(|p| p.name);
        self.previous = Some(line.before);
        self.save_state();
    }

    /// Works out what `tab` offers at the cursor.
    fn complete(&mut self) {
        let Some(line) = &mut self.line else { return };
        line.offer = None;
        line.awaited = None;
        let text = line.input.value().to_owned();
        let cursor = text
            .char_indices()
            .nth(line.input.cursor())
            .map_or(text.len(), |(i, _)| i);
        match filter::complete(&text, cursor) {
            Completion::Field {
                prefix,
                range,
                in_turn,
            } => {
                line.range = range;
                line.offers = filter::field_names(&prefix, in_turn)
                    .into_iter()
                    .map(|info| Offer {
                        insert: format!("{}:", info.name),
                        detail: info.help.to_owned(),
                    })
                    .collect();
                // A preset is offered by its name and stands in the line as its filter.
                let begins = filter::fold(&prefix);
                let alone = text.len() == line.range.len();
                let named = self.presets.iter().filter(|(preset, _)| {
                    let shown = !self.hidden || !names_people(&preset.filter);
                    !in_turn
                        && shown
                        && !begins.is_empty()
                        && filter::fold(&preset.name).starts_with(&begins)
                });
                line.offers.extend(named.map(|(preset, count)| Offer {
                    insert: as_part(&preset.filter, alone),
                    detail: match count {
                        Some(count) => format!("{}, {}", preset.name, crate::text::figure(*count)),
                        None => preset.name.clone(),
                    },
                }));
            }
            Completion::Value {
                field,
                name,
                prefix,
                range,
                ..
            } => {
                line.range = range;
                let begins = filter::fold(&prefix);
                let closed = field
                    .info()
                    .values
                    .iter()
                    .filter(|v| name.is_none() && v.starts_with(&begins));
                line.offers = closed
                    .map(|value| Offer {
                        insert: (*value).to_owned(),
                        detail: String::new(),
                    })
                    .collect();
                let of = ValuesOf {
                    field,
                    name,
                    prefix,
                };
                line.awaited = Some(of.clone());
                self.send(Cmd::Values(of));
            }
            Completion::Nothing => line.offers.clear(),
        }
    }

    /// Values arrived for the completion.
    pub(super) fn take_values(&mut self, of: &ValuesOf, values: Vec<(String, u64)>) {
        // Late ones are dropped: the offers that `tab` steps through must not change under it.
        if let Some(line) = &mut self.line
            && line.awaited.as_ref() == Some(of)
            && line.offer.is_none()
        {
            let counted = values.into_iter().map(|(value, count)| Offer {
                insert: filter::quoted(&value),
                detail: crate::text::figure(count),
            });
            // What the language itself offers stays, behind what the log holds.
            let mut offers: Vec<Offer> = counted.collect();
            let own = std::mem::take(&mut line.offers);
            offers.extend(own.into_iter().filter(|o| o.detail.is_empty()));
            let mut seen = std::collections::HashSet::new();
            offers.retain(|o| seen.insert(o.insert.clone()));
            line.offers = offers;
        }
    }

    fn next_offer(&mut self, step: isize) {
        let Some(line) = &mut self.line else { return };
        if line.offers.is_empty() {
            return;
        }
        let n = line.offers.len();
        let at = line.offer.map_or(if step > 0 { 0 } else { n - 1 }, |o| {
            (o + n).wrapping_add_signed(step) % n
        });
        let text = line.input.value();
        let Some((head, tail)) = text.get(..line.range.start).zip(text.get(line.range.end..))
        else {
            return;
        };
        let insert = &line.offers[at].insert;
        let cursor = head.chars().count() + insert.chars().count();
        let (start, end) = (line.range.start, line.range.start + insert.len());
        let text = format!("{head}{insert}{tail}");
        line.input = Input::new(text).with_cursor(cursor);
        line.range = start..end;
        // Stepping through the offers goes on among the same ones, unless there was only one.
        if n > 1 {
            line.offer = Some(at);
            self.run_typed();
        } else {
            self.line_changed();
        }
    }

    fn step_history(&mut self, step: isize) {
        let Some(line) = &mut self.line else { return };
        if line.history_at.is_none() {
            line.typed = line.input.value().to_owned();
        }
        let at = match (line.history_at, step > 0) {
            (None, true) => 0,
            (None, false) => return,
            (Some(0), false) => {
                line.history_at = None;
                line.input = Input::new(line.typed.clone());
                return self.line_changed();
            }
            (Some(at), up) => {
                if up {
                    at + 1
                } else {
                    at - 1
                }
            }
        };
        let hidden = self.hidden;
        let mut shown = self
            .history
            .iter()
            .filter(|text| !hidden || !names_people(text));
        if let Some(text) = shown.nth(at) {
            line.history_at = Some(at);
            line.input = Input::new(text.clone());
            self.line_changed();
        }
    }
}

/// A filter as it stands among other terms: alternatives in parentheses.
fn as_part(text: &str, alone: bool) -> String {
    match filter::parse(text) {
        Ok(filter::Filter::Or(_)) if !alone => format!("({text})"),
        _ => text.to_owned(),
    }
}
