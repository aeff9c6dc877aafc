//! A name chosen by typing: one of those that are known, or a new one, which is said to be new.

use crossterm::event::{KeyCode, KeyEvent};

use super::picker::{Choice, Item, Picker};
use super::popup::{is_ctrl, picker_key};
use crate::text::Untrusted;

/// A name to choose. The cursor may stand one place behind what matches: on the new name.
#[derive(Debug, Default)]
pub struct Naming {
    /// What is known, narrowed by typing.
    pub picker: Picker,
    /// Digits that choose the first of all names, place by place, while nothing is typed.
    pub digits: Vec<Option<char>>,
}

/// What a key in it came to.
#[derive(Debug, PartialEq)]
pub enum Named {
    /// This name.
    Chosen(Untrusted),
    /// `enter` on nothing.
    Nothing,
    /// Nothing yet.
    Not,
}

impl Naming {
    /// Over these names with words beside them, in order.
    pub fn new(names: impl IntoIterator<Item = (Untrusted, String)>) -> Self {
        let items = names.into_iter().map(item).collect();
        Self {
            picker: Picker::new(items),
            ..Self::default()
        }
    }

    /// Adds names that are not there yet, behind those that are; the cursor stays on its name.
    pub fn add(&mut self, names: impl IntoIterator<Item = (Untrusted, String)>) {
        let mut seen: std::collections::HashSet<Untrusted> =
            self.picker.items.iter().map(|i| i.label.clone()).collect();
        for (name, detail) in names {
            if seen.insert(name.clone()) {
                self.picker.items.push(item((name, detail)));
            }
        }
        let here = self.picker.shown.get(self.picker.cursor).copied();
        let on_new = here.is_none() && self.new_name().is_some();
        self.picker.narrow();
        let place = |at| self.picker.shown.iter().position(|i| *i == at);
        self.picker.cursor = match here.and_then(place) {
            Some(place) => place,
            None if on_new => self.picker.shown.len(),
            None => 0,
        };
    }

    /// What was typed, where it is the name of nothing.
    pub fn new_name(&self) -> Option<&str> {
        let typed = self.picker.input.value().trim();
        let known = |i: &Item| i.label.for_search() == typed;
        (!typed.is_empty() && !self.picker.items.iter().any(known)).then_some(typed)
    }

    /// The digit that chooses the name at this place of all names, while nothing is typed.
    pub fn digit(&self, item: usize) -> Option<char> {
        self.digits.get(item).copied().flatten()
    }

    /// The cursor stands on the new name.
    pub fn on_new(&self) -> bool {
        self.picker.current().is_none() && self.new_name().is_some()
    }

    /// A key.
    pub fn key(&mut self, key: &KeyEvent) -> Named {
        match key.code {
            KeyCode::Enter => match (self.picker.current(), self.new_name()) {
                (Some(item), _) => Named::Chosen(item.label.clone()),
                (None, Some(new)) => Named::Chosen(new.into()),
                (None, None) => Named::Nothing,
            },
            KeyCode::Char(c @ '1'..='9') if self.picker.input.value().is_empty() => {
                let items = 0..self.picker.items.len();
                let on_digit = items.into_iter().find(|i| self.digit(*i) == Some(c));
                match on_digit {
                    Some(at) => Named::Chosen(self.picker.items[at].label.clone()),
                    None if !self.digits.is_empty() => Named::Not,
                    None => self.edit(key),
                }
            }
            KeyCode::Down => self.step(1),
            _ if is_ctrl(key, 'n') => self.step(1),
            _ => self.edit(key),
        }
    }

    fn edit(&mut self, key: &KeyEvent) -> Named {
        picker_key(&mut self.picker, key);
        Named::Not
    }

    fn step(&mut self, delta: usize) -> Named {
        let new = usize::from(self.new_name().is_some());
        let last = (self.picker.shown.len() + new).saturating_sub(1);
        self.picker.cursor = (self.picker.cursor + delta).min(last);
        Named::Not
    }
}

fn item((name, detail): (Untrusted, String)) -> Item {
    Item {
        label: name.clone(),
        detail,
        ticked: None,
        choice: Choice::Name(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossterm::event::KeyModifiers;

    fn naming(names: &[&str]) -> Naming {
        Naming::new(names.iter().map(|n| ((*n).into(), String::new())))
    }

    fn press(naming: &mut Naming, code: KeyCode) -> Named {
        naming.key(&KeyEvent::new(code, KeyModifiers::NONE))
    }

    fn typed(naming: &mut Naming, text: &str) {
        for c in text.chars() {
            assert_eq!(press(naming, KeyCode::Char(c)), Named::Not);
        }
    }

    #[test]
    fn what_is_known_is_chosen_first_and_what_was_typed_can_be_made() {
        let mut of = naming(&["refund_order", "greet"]);
        typed(&mut of, "refund");
        assert_eq!(of.new_name(), Some("refund"));
        assert!(!of.on_new());
        press(&mut of, KeyCode::Down);
        assert!(of.on_new());
        press(&mut of, KeyCode::Down);
        assert_eq!(
            press(&mut of, KeyCode::Enter),
            Named::Chosen("refund".into())
        );
        press(&mut of, KeyCode::Up);
        let known = Named::Chosen("refund_order".into());
        assert_eq!(press(&mut of, KeyCode::Enter), known);
        typed(&mut of, "_order");
        assert_eq!(of.new_name(), None, "it is known");
        press(&mut of, KeyCode::Down);
        assert_eq!(press(&mut of, KeyCode::Enter), known);
    }

    #[test]
    fn digits_choose_until_something_is_typed() {
        let mut of = naming(&["a", "b2", "c"]);
        of.digits = vec![Some('1'), Some('2')];
        assert_eq!((of.digit(1), of.digit(2)), (Some('2'), None));
        assert_eq!(
            press(&mut of, KeyCode::Char('2')),
            Named::Chosen("b2".into())
        );
        assert_eq!(press(&mut of, KeyCode::Char('3')), Named::Not);
        typed(&mut of, "b2");
        assert_eq!(press(&mut of, KeyCode::Enter), Named::Chosen("b2".into()));
        assert_eq!(press(&mut naming(&[]), KeyCode::Enter), Named::Nothing);
    }

    #[test]
    fn names_that_arrive_late_do_not_move_the_cursor() {
        let mut of = naming(&["a", "b"]);
        press(&mut of, KeyCode::Down);
        of.add([("b".into(), "7".to_owned()), ("c".into(), String::new())]);
        assert_eq!(of.picker.items.len(), 3);
        assert_eq!(of.picker.current().unwrap().label, "b".into());
        let mut new = naming(&["a"]);
        typed(&mut new, "x");
        assert!(new.on_new());
        new.add([("xy".into(), String::new())]);
        assert!(new.on_new());
    }
}
