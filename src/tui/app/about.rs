//! `i` on the header, in a list without a reader and on marked rows: topics, sentiment, language and
//! summary, what the source says and what a person says.

use std::sync::Arc;

use crossterm::event::{Event, KeyCode, KeyEvent};
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler;

use super::App;
use super::correct::Parts;
use super::popup::{Popup, is_ctrl};
use crate::filter::{fold, values};
use crate::model::{CorrectionField, SENTIMENTS, check_correction, correction_json, strings_of};
use crate::store::Card;
use crate::text::Untrusted;
use crate::tui::layout::Pane;
use crate::tui::msg::Cmd;

/// Values offered under a prompt at most.
const OFFERED: usize = 6;

/// One thing about a conversation that people correct.
#[derive(Debug)]
pub struct AboutField {
    /// Which.
    pub field: CorrectionField,
    /// What the source says, as people write it; empty where it says nothing.
    pub imported: String,
    /// What a person says, as people write it.
    pub corrected: Option<String>,
    /// Values of the store with how often, most frequent first.
    pub known: Vec<(String, u64)>,
}

impl AboutField {
    /// What is shown: a person's value, else the source's.
    pub fn shown(&self) -> &str {
        self.corrected.as_deref().unwrap_or(&self.imported)
    }
}

/// What is being corrected about conversations.
#[derive(Debug)]
pub struct About {
    /// `visitor-3`, `12 conversations`.
    pub whom: String,
    /// The four fields.
    pub fields: Vec<AboutField>,
    /// Place of the cursor.
    pub cursor: usize,
    /// The value being typed.
    pub input: Option<Input>,
    rows: Arc<[i64]>,
}

const FIELDS: [CorrectionField; 4] = [
    CorrectionField::Topics,
    CorrectionField::Sentiment,
    CorrectionField::Language,
    CorrectionField::Summary,
];

impl About {
    fn new(whom: String, rows: Arc<[i64]>, card: Option<&Card>) -> Self {
        let field = |field| AboutField {
            field,
            imported: card.map(|c| imported(c, field)).unwrap_or_default(),
            corrected: card.and_then(|c| corrected(c, field)),
            known: match field {
                CorrectionField::Sentiment => sentiments(&[]),
                _ => Vec::new(),
            },
        };
        Self {
            whom,
            fields: FIELDS.map(field).into(),
            cursor: 0,
            input: None,
            rows,
        }
    }

    /// Leaves the prompt; false where there is none.
    pub(super) fn escape(&mut self) -> bool {
        self.input.take().is_some()
    }

    pub(super) fn know(&mut self, field: CorrectionField, values: Vec<(String, u64)>) {
        if let Some(of) = self.fields.iter_mut().find(|f| f.field == field) {
            of.known = match field {
                CorrectionField::Sentiment => sentiments(&values),
                _ => values,
            };
        }
    }

    /// Known values that go on what is being typed; of topics, on the last one.
    pub fn offers(&self) -> Vec<&(String, u64)> {
        let (Some(input), Some(of)) = (&self.input, self.fields.get(self.cursor)) else {
            return Vec::new();
        };
        let begins = fold(last_part(of.field, input.value()).trim());
        let goes_on = |v: &&(String, u64)| {
            let known = fold(&v.0);
            known.starts_with(&begins) && known != begins
        };
        let offers: Vec<_> = of.known.iter().filter(goes_on).take(OFFERED).collect();
        if !offers.is_empty() || of.field != CorrectionField::Sentiment {
            return offers;
        }
        // There are no others: each stands to choose, those behind the typed one first.
        let at = of.known.iter().position(|k| k.0 == begins);
        let (before, behind) = of.known.split_at(at.unwrap_or_default());
        let behind = &behind[usize::from(at.is_some())..];
        behind.iter().chain(before).collect()
    }

    /// Puts the first value that is offered in the place of what was begun.
    fn complete(&mut self) {
        let Some(offer) = self.offers().first().map(|o| o.0.clone()) else {
            return;
        };
        let field = self.fields[self.cursor].field;
        if let Some(input) = &mut self.input {
            let typed = input.value();
            let kept = typed.len() - last_part(field, typed).len();
            let blank = if kept > 0 { " " } else { "" };
            *input = Input::new(format!("{}{blank}{offer}", &typed[..kept]));
        }
    }
}

/// The words of a sentiment, with how often each is among these values.
fn sentiments(values: &[(String, u64)]) -> Vec<(String, u64)> {
    let count = |word| values.iter().find(|v| v.0 == word).map_or(0, |v| v.1);
    SENTIMENTS.map(|word| (word.to_owned(), count(word))).into()
}

/// What is being typed: of topics the last of them.
fn last_part(field: CorrectionField, typed: &str) -> &str {
    match field {
        CorrectionField::Topics => typed.rsplit(',').next().unwrap_or_default(),
        _ => typed,
    }
}

/// What people correct of a conversation and the reader's header shows.
pub const IN_HEADER: [CorrectionField; 2] = [CorrectionField::Topics, CorrectionField::Sentiment];

/// What is shown of a conversation, as people write it, and whether a person said it.
pub fn shown(card: &Card, field: CorrectionField) -> (String, bool) {
    match corrected(card, field) {
        Some(value) => (value, true),
        None => (imported(card, field), false),
    }
}

/// What the source says of a conversation, as people write it.
pub fn imported(card: &Card, field: CorrectionField) -> String {
    let of = &card.attributes;
    let text = |text: &Option<Untrusted>| {
        let text = text.as_ref().map_or("", Untrusted::for_search);
        values::plain_json(text).into_owned()
    };
    match field {
        CorrectionField::Topics => join(&of.topics),
        CorrectionField::Sentiment => text(&of.sentiment),
        CorrectionField::Language => text(&of.language),
        _ => text(&of.summary),
    }
}

/// What a person says of a conversation, as people write it.
pub fn corrected(card: &Card, field: CorrectionField) -> Option<String> {
    let json = card.review.corrected.iter().find(|c| c.0 == field)?;
    Some(written(field, &json.1))
}

/// A corrected value as people write it.
fn written(field: CorrectionField, json: &Untrusted) -> String {
    match field {
        CorrectionField::Topics => join(&strings_of(json).unwrap_or_default()),
        _ => values::plain_json(json.for_search()).into_owned(),
    }
}

fn join(topics: &[Untrusted]) -> String {
    let topics: Vec<&str> = topics.iter().map(Untrusted::for_search).collect();
    topics.join(", ")
}

impl App {
    /// Topics and more of the open conversation, the row or the marked rows.
    pub(super) fn open_about(&mut self) {
        let rows = self.decided_rows();
        let Some(first) = self.first_decided() else {
            return self.say("nothing here to correct");
        };
        let open = self.reader.known(first).map(|whole| &whole.card);
        let card = open.or_else(|| self.list.card(first));
        // Of several, none stands for the others.
        let card = card.filter(|_| rows.len() == 1);
        let about = About::new(self.whom(&rows), Arc::clone(&rows), card);
        self.popup = Some(Popup::About(Box::new(about)));
        self.send(Cmd::Known(vec![
            CorrectionField::Topics,
            CorrectionField::Sentiment,
            CorrectionField::Language,
        ]));
    }

    /// A key among the four fields. False: it is done.
    pub(super) fn about_key(&mut self, of: &mut About, key: &KeyEvent) -> bool {
        if let Some(input) = &mut of.input {
            match key.code {
                KeyCode::Enter => {
                    let typed = input.value().to_owned();
                    self.write_about(of, &typed);
                }
                KeyCode::Tab => of.complete(),
                _ => {
                    input.handle_event(&Event::Key(*key));
                }
            }
            return true;
        }
        let last = of.fields.len() - 1;
        match key.code {
            KeyCode::Char('q') => return false,
            KeyCode::Char('d') if is_ctrl(key, 'd') => self.write_about(of, ""),
            KeyCode::Char('j') | KeyCode::Down | KeyCode::Tab => {
                of.cursor = (of.cursor + 1).min(last);
            }
            KeyCode::Char('k') | KeyCode::Up | KeyCode::BackTab => {
                of.cursor = of.cursor.saturating_sub(1);
            }
            KeyCode::Char(c @ '1'..='4') => {
                of.cursor = c as usize - '1' as usize;
                of.input = Some(Input::new(of.fields[of.cursor].shown().to_owned()));
            }
            KeyCode::Enter => {
                of.input = Some(Input::new(of.fields[of.cursor].shown().to_owned()));
            }
            _ => {}
        }
        true
    }

    /// Writes the field under the cursor and goes back to the list of fields; what cannot be written stays
    /// in its prompt.
    fn write_about(&mut self, of: &mut About, typed: &str) {
        let about = &of.fields[of.cursor];
        let json = correction_json(about.field, typed);
        if let Some(Err(words)) = json.as_ref().map(|j| check_correction(about.field, j)) {
            return self.say(&words);
        }
        if json.is_none() && about.corrected.is_none() && of.rows.len() == 1 {
            of.input = None;
            self.say(&format!(
                "no correction of the {} to remove",
                about.field.name()
            ));
            return;
        }
        let line = |text: &str| Untrusted::from(text).line().cut(40).as_str().to_owned();
        let words = match &json {
            None => {
                let back = line(&about.imported);
                let back = if back.is_empty() { "none" } else { &back };
                match of.rows.len() {
                    1 => format!("{back} again (correction removed)"),
                    _ => "as imported again (correction removed)".to_owned(),
                }
            }
            Some(_) if about.shown() != typed.trim() && !about.shown().is_empty() => {
                format!("{} (was {})", line(typed.trim()), line(about.shown()))
            }
            Some(_) => line(typed.trim()),
        };
        let said = json.as_ref().map(|j| written(about.field, j));
        let mut parts = Parts::default();
        parts.add(about.field, json, words);
        let text = parts.said(&of.whom);
        self.apply_rows_saying(&of.rows, parts.sets, text);
        if self.focus == Pane::List && !self.list.marks.is_empty() {
            self.list.unmark();
        }
        self.list.range = None;
        of.fields[of.cursor].corrected = said;
        of.input = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_sentiment_stand_to_choose() {
        let mut about = About::new("x".into(), [1].into(), None);
        about.cursor = 1;
        about.know(
            CorrectionField::Sentiment,
            vec![("0.5".into(), 9), ("negative".into(), 3)],
        );
        for (typed, first, offers) in [
            ("", "positive", 3),
            ("Ne", "neutral", 2),
            ("neutral", "negative", 2),
            ("foo", "positive", 3),
        ] {
            about.input = Some(Input::new(typed.into()));
            assert_eq!(about.offers().len(), offers, "{typed}");
            about.complete();
            assert_eq!(about.input.as_ref().unwrap().value(), first);
        }
        assert_eq!(about.fields[1].known[2], ("negative".into(), 3));
    }

    #[test]
    fn a_topic_is_completed_behind_the_others() {
        let mut about = About::new("x".into(), [1].into(), None);
        about.know(
            CorrectionField::Topics,
            vec![("returns/refund".into(), 3), ("refund".into(), 1)],
        );
        about.input = Some(Input::new("Delivery, Ret".into()));
        assert_eq!(about.offers().len(), 1);
        about.complete();
        let typed = about.input.as_ref().unwrap().value();
        assert_eq!(typed, "Delivery, returns/refund");
        assert!(about.offers().is_empty());
    }
}
