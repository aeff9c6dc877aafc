//! A list to choose from by typing: palette, tags, orders, values, presets. The one place that knows the
//! fuzzy matcher.

use fuzzy_matcher::FuzzyMatcher;
use fuzzy_matcher::skim::SkimMatcherV2;
use tui_input::Input;

use crate::filter::Field;
use crate::model::SortKey;
use crate::text::Untrusted;
use crate::tui::action::Action;
use crate::tui::definitions::{Definition, Wanted};

/// What choosing an item does.
#[derive(Clone, Debug, PartialEq)]
pub enum Choice {
    /// Runs an action.
    Action(Action),
    /// Sorts.
    Sort(SortKey),
    /// A tag.
    Tag(Untrusted),
    /// An auto tag.
    AutoTag(Untrusted),
    /// Adds a value to the filter.
    Value(Field, String),
    /// A name for a correction.
    Name(Untrusted),
    /// Opens a preset.
    Preset(String),
    /// Looks for a definition.
    Define(Wanted),
    /// Opens a definition in the editor.
    Edit(Definition),
    /// An output to export as, by its name.
    Output(&'static str),
    /// Leaves afterword (`:q`, `:wq`).
    Quit,
    /// Nothing: everything is written already (`:w`).
    AllWritten,
}

/// One line of a picker.
#[derive(Clone, Debug)]
pub struct Item {
    /// What is matched and shown.
    pub label: Untrusted,
    /// Words beside it.
    pub detail: String,
    /// Ticked, where items can be.
    pub ticked: Option<bool>,
    /// What it stands for.
    pub choice: Choice,
}

/// A list narrowed by typing.
#[derive(Debug, Default)]
pub struct Picker {
    /// What was typed.
    pub input: Input,
    /// All items.
    pub items: Vec<Item>,
    /// Places of the items that match, best first.
    pub shown: Vec<usize>,
    /// Place in `shown`.
    pub cursor: usize,
}

impl Picker {
    /// A picker over these items.
    pub fn new(items: Vec<Item>) -> Self {
        let shown = (0..items.len()).collect();
        Self {
            input: Input::default(),
            items,
            shown,
            cursor: 0,
        }
    }

    /// Matches again after the text changed.
    pub fn narrow(&mut self) {
        let typed = self.input.value().trim();
        if typed.is_empty() {
            self.shown = (0..self.items.len()).collect();
        } else {
            // A capital letter must not hide a tag, or a second one would be made.
            let matcher = SkimMatcherV2::default().ignore_case();
            let mut scored: Vec<(i64, usize)> = self
                .items
                .iter()
                .enumerate()
                .filter_map(|(i, item)| {
                    let label = matcher
                        .fuzzy_match(item.label.for_search(), typed)
                        .map(|s| 2 * s);
                    label
                        .or_else(|| matcher.fuzzy_match(&item.detail, typed))
                        .map(|score| (score, i))
                })
                .collect();
            // What was typed whole is meant, however well a longer label scores: `user`, not `user messages`.
            let typed = typed.to_lowercase();
            let whole = |i: usize| self.items[i].label.for_search().to_lowercase() == typed;
            scored.sort_by_cached_key(|(score, i)| (!whole(*i), -score, *i));
            self.shown = scored.into_iter().map(|(_, i)| i).collect();
        }
        self.cursor = 0;
    }

    /// Moves the cursor, stopping at the ends.
    pub fn step(&mut self, delta: isize) {
        self.cursor = self
            .cursor
            .saturating_add_signed(delta)
            .min(self.shown.len().saturating_sub(1));
    }

    /// The item under the cursor.
    pub fn current(&self) -> Option<&Item> {
        self.items.get(*self.shown.get(self.cursor)?)
    }

    /// The same, to tick it.
    pub fn current_mut(&mut self) -> Option<&mut Item> {
        let at = *self.shown.get(self.cursor)?;
        self.items.get_mut(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_narrows_and_the_best_match_comes_first() {
        let item = |label: &str| Item {
            label: label.into(),
            detail: String::new(),
            ticked: None,
            choice: Choice::Tag(label.into()),
        };
        let mut picker = Picker::new(vec![
            item("wrong intent"),
            item("billing"),
            item("bad answer"),
        ]);
        picker.input = Input::new("bil".into());
        picker.narrow();
        assert_eq!(picker.current().unwrap().label, "billing".into());
        let mut orders = Picker::new(vec![item("user messages"), item("user")]);
        orders.input = Input::new("User".into());
        orders.narrow();
        assert_eq!(orders.current().unwrap().label, "user".into());
        picker.input = Input::new("zzz".into());
        picker.narrow();
        assert!(picker.current().is_none());
        picker.step(1);
        assert_eq!(picker.cursor, 0);
    }
}
