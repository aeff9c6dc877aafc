//! Entities marked in the text of a message by keys: a cursor, a range, names.
//!
//! Pure: it knows neither the store nor where it is drawn.

use std::ops::Range;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::naming::{Named, Naming};
use crate::model::{MarkedEntity, string_json};
use crate::text::{SafeText, Untrusted};

/// The text with what is marked in it.
#[derive(Debug)]
pub struct Marking {
    /// The text, harmless and on one line.
    pub safe: SafeText,
    /// What is marked, in the order of the text.
    pub entities: Vec<MarkedEntity>,
    /// A name is being given to the range.
    pub naming: Option<Naming>,
    text: Untrusted,
    /// Bytes at which a place of the cursor begins, ascending, and the end of the text.
    stops: Vec<usize>,
    /// Place of the cursor among the stops.
    cursor: usize,
    /// Where the range begins.
    anchor: Option<usize>,
    /// Entity names to choose from.
    known: Vec<(Untrusted, String)>,
}

/// What a key came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marked {
    /// Something was done or nothing was there to do.
    Done,
    /// `enter` with no range: what is marked is to be kept.
    Keep,
    /// There is no text to mark.
    NoText,
}

/// What kind a character is for words.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Space,
    Word,
    Other,
}

impl Marking {
    /// The text of a message with its entities.
    pub fn new(text: Untrusted, mut entities: Vec<MarkedEntity>) -> Self {
        let safe = text.line();
        let mut stops: Vec<usize> = safe.clusters().map(|c| c.start).collect();
        stops.dedup();
        stops.push(text.len());
        entities.sort_by_key(|e| e.span);
        Self {
            safe,
            entities,
            naming: None,
            text,
            stops,
            cursor: 0,
            anchor: None,
            known: Vec::new(),
        }
    }

    /// Entity names of the store arrived.
    pub fn know(&mut self, names: Vec<(Untrusted, String)>) {
        if let Some(naming) = &mut self.naming {
            naming.add(names.clone());
        }
        self.known = names;
    }

    /// Drops the name being given, or the range; false where there was neither.
    pub fn escape(&mut self) -> bool {
        self.naming.take().is_some() || self.anchor.take().is_some()
    }

    /// Bytes of the text under the cursor, or of the range.
    pub fn selected(&self) -> Range<usize> {
        let (a, b) = match self.anchor {
            Some(anchor) => (anchor.min(self.cursor), anchor.max(self.cursor)),
            None => (self.cursor, self.cursor),
        };
        let end = (b + 1).min(self.stops.len() - 1);
        self.stops[a.min(end)]..self.stops[end]
    }

    /// Byte of the text at which the cursor stands.
    pub fn cursor_byte(&self) -> usize {
        self.stops[self.cursor]
    }

    /// A range has begun.
    pub fn is_range(&self) -> bool {
        self.anchor.is_some()
    }

    /// Bytes of the text that an entity takes; none where its figures lie outside of it.
    pub fn bytes_of(&self, entity: &MarkedEntity) -> Option<Range<usize>> {
        let text = self.text.for_search();
        let mut at = text.char_indices().map(|(i, _)| i).chain([text.len()]);
        let (from, to) = (entity.span.0 as usize, entity.span.1 as usize);
        let start = at.nth(from)?;
        let end = at.nth(to.checked_sub(from + 1)?)?;
        Some(start..end)
    }

    /// Place of the entity under the cursor.
    pub fn entity_here(&self) -> Option<usize> {
        let here = self.stops[self.cursor];
        let holds = |e: &MarkedEntity| self.bytes_of(e).is_some_and(|r| r.contains(&here));
        self.entities.iter().position(holds)
    }

    /// A key in the text.
    pub fn key(&mut self, key: &KeyEvent) -> Marked {
        if let Some(naming) = &mut self.naming {
            if let Named::Chosen(name) = naming.key(key) {
                self.naming = None;
                self.mark(name);
            }
            return Marked::Done;
        }
        let last = self.stops.len().saturating_sub(2);
        // Shift and an arrow extends, as in an editor.
        let arrow = matches!(key.code, KeyCode::Left | KeyCode::Right);
        if arrow && key.modifiers.contains(KeyModifiers::SHIFT) && self.anchor.is_none() {
            self.anchor = Some(self.cursor);
        }
        match key.code {
            KeyCode::Enter if self.anchor.is_none() => return Marked::Keep,
            KeyCode::Enter | KeyCode::Char('a') => return self.name(),
            KeyCode::Char('l') | KeyCode::Right => self.cursor = (self.cursor + 1).min(last),
            KeyCode::Char('h') | KeyCode::Left => self.cursor = self.cursor.saturating_sub(1),
            KeyCode::Char('w') => self.cursor = self.next_word(),
            KeyCode::Char('b') => self.cursor = self.word_before(),
            KeyCode::Char('e') => self.cursor = self.word_end(),
            KeyCode::Char('0' | 'g') | KeyCode::Home => self.cursor = 0,
            KeyCode::Char('$' | 'G') | KeyCode::End => self.cursor = last,
            KeyCode::Char('v' | ' ') => {
                self.anchor = match self.anchor {
                    Some(_) => None,
                    None => Some(self.cursor),
                }
            }
            KeyCode::Char('x' | 'd') | KeyCode::Delete | KeyCode::Backspace => {
                if let Some(at) = self.entity_here() {
                    self.entities.remove(at);
                }
            }
            _ => {}
        }
        Marked::Done
    }

    /// Asks for the name of the range, of the entity under the cursor, or of the word there.
    fn name(&mut self) -> Marked {
        if self.text.is_empty() {
            return Marked::NoText;
        }
        if self.anchor.is_none() && self.entity_here().is_none() {
            if self.kind(self.cursor) == Kind::Space {
                self.cursor = self.next_word();
            }
            self.anchor = Some(self.word_start());
            self.cursor = self.word_end_of(self.cursor);
        }
        let mut naming = Naming::new(self.known.iter().cloned());
        let digits = ('1'..='9').take(self.known.len());
        naming.digits = digits.map(Some).collect();
        self.naming = Some(naming);
        Marked::Done
    }

    /// Gives a name to the range; without one, to the entity under the cursor. What the range reaches into
    /// is no longer marked: entities do not overlap.
    fn mark(&mut self, name: Untrusted) {
        if self.anchor.is_none()
            && let Some(at) = self.entity_here()
        {
            self.entities[at].name = name;
            return;
        }
        let selected = self.selected();
        let text = self.text.for_search();
        let said = &text[selected.clone()];
        // Blanks at the ends belong to no entity.
        let from = selected.start + (said.len() - said.trim_start().len());
        let said = said.trim();
        if said.is_empty() {
            return;
        }
        let start = text[..from].chars().count() as u32;
        let span = (start, start + said.chars().count() as u32);
        let value = string_json(said);
        self.entities
            .retain(|e| e.span.1 <= span.0 || e.span.0 >= span.1);
        self.entities.push(MarkedEntity {
            name,
            value,
            span,
            role: None,
            group: None,
        });
        self.entities.sort_by_key(|e| e.span);
        self.anchor = None;
    }

    fn kind(&self, stop: usize) -> Kind {
        let rest = self
            .stops
            .get(stop)
            .and_then(|b| self.text.for_search().get(*b..));
        match rest.and_then(|r| r.chars().next()) {
            None => Kind::Space,
            Some(c) if c.is_whitespace() || c.is_control() => Kind::Space,
            Some(c) if c.is_alphanumeric() || c == '_' => Kind::Word,
            Some(_) => Kind::Other,
        }
    }

    fn last(&self) -> usize {
        self.stops.len().saturating_sub(2)
    }

    fn next_word(&self) -> usize {
        let (mut at, here) = (self.cursor, self.kind(self.cursor));
        while at < self.last() && self.kind(at) == here && here != Kind::Space {
            at += 1;
        }
        while at < self.last() && self.kind(at) == Kind::Space {
            at += 1;
        }
        at
    }

    fn word_start(&self) -> usize {
        let (mut at, here) = (self.cursor, self.kind(self.cursor));
        while at > 0 && self.kind(at - 1) == here {
            at -= 1;
        }
        at
    }

    fn word_end_of(&self, from: usize) -> usize {
        let (mut at, here) = (from, self.kind(from));
        while at < self.last() && self.kind(at + 1) == here {
            at += 1;
        }
        at
    }

    fn word_end(&self) -> usize {
        let mut at = (self.cursor + 1).min(self.last());
        while at < self.last() && self.kind(at) == Kind::Space {
            at += 1;
        }
        self.word_end_of(at)
    }

    fn word_before(&self) -> usize {
        let mut at = self.cursor.saturating_sub(1);
        while at > 0 && self.kind(at) == Kind::Space {
            at -= 1;
        }
        let here = self.kind(at);
        while at > 0 && self.kind(at - 1) == here {
            at -= 1;
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marking(text: &str) -> Marking {
        Marking::new(text.into(), Vec::new())
    }

    fn press(marking: &mut Marking, keys: &str) -> Marked {
        let mut last = Marked::Done;
        for c in keys.chars() {
            let code = match c {
                '\n' => KeyCode::Enter,
                c => KeyCode::Char(c),
            };
            last = marking.key(&KeyEvent::new(code, KeyModifiers::NONE));
        }
        last
    }

    /// Name, value, from, to of what is marked.
    fn marks(marking: &Marking) -> Vec<(&str, &str, u32, u32)> {
        let all = marking.entities.iter();
        all.map(|e| {
            let (name, value) = (e.name.for_search(), e.value.for_search());
            (name, value, e.span.0, e.span.1)
        })
        .collect()
    }

    #[test]
    fn a_word_is_named_by_its_place_in_characters() {
        let mut of = marking("né \u{1f600}\u{1f3fd} à Rome, svp");
        press(&mut of, "wwwacity\n");
        assert_eq!(marks(&of), [("city", "\"Rome\"", 8, 12)]);
        let bytes = of.bytes_of(&of.entities[0]).unwrap();
        assert_eq!(&of.text.for_search()[bytes], "Rome");
        // On an entity its name is what is asked for.
        assert!(of.entity_here().is_some());
        press(&mut of, "atown\n");
        assert_eq!(marks(&of), [("town", "\"Rome\"", 8, 12)]);
        assert_eq!(press(&mut of, "\n"), Marked::Keep);
        press(&mut of, "x");
        assert_eq!(marks(&of), []);
    }

    #[test]
    fn a_range_goes_by_words_and_characters_and_takes_the_place_of_what_it_meets() {
        let mut of = marking("from New York to Rome");
        press(&mut of, "wvee\ncity\n");
        assert_eq!(marks(&of), [("city", "\"New York\"", 5, 13)]);
        press(&mut of, "bvl\nx\n");
        assert_eq!(marks(&of), [("x", "\"Yo\"", 9, 11)]);
        press(&mut of, "v");
        assert!(of.is_range() && of.escape() && !of.escape());
        // Blanks at the ends of a range are not part of it.
        press(&mut of, "0v$\nall\n");
        assert_eq!(marks(&of), [("all", "\"from New York to Rome\"", 0, 21)]);
        press(&mut of, "0x");
        press(&mut of, "elvlll\npart\n");
        assert_eq!(marks(&of), [("part", "\"New\"", 5, 8)]);
    }

    #[test]
    fn odd_texts_can_be_walked_through() {
        for text in [
            "",
            " ",
            "\n\n",
            "a\u{202e}b\u{0}",
            "e\u{301}\u{301}",
            "\u{4e2d}\u{6587}",
        ] {
            let mut of = marking(text);
            for key in ["w", "e", "b", "l", "h", "$", "0", "v", "$", "a"] {
                press(&mut of, key);
                assert!(of.selected().end <= text.len());
            }
            of.key(&KeyEvent::new(KeyCode::Char('n'), KeyModifiers::NONE));
            of.key(&KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE));
            for entity in &of.entities {
                assert!(of.bytes_of(entity).is_some(), "{text:?}");
            }
        }
    }

    #[test]
    fn entities_outside_of_the_text_are_not_drawn() {
        let entity = |span| MarkedEntity {
            name: "a".into(),
            value: "1".into(),
            span,
            role: None,
            group: None,
        };
        let of = marking("abc");
        assert_eq!(of.bytes_of(&entity((0, 3))), Some(0..3));
        assert_eq!(of.bytes_of(&entity((2, 4))), None);
        assert_eq!(of.bytes_of(&entity((2, 2))), None);
        assert_eq!(of.bytes_of(&entity((3, 1))), None);
    }
}
