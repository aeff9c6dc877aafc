//! The tag picker: what is ticked, what a key in it does, and the change that comes of it.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::App;
use super::picker::{Choice, Item, Picker};
use super::popup::{Popup, picker_key};
use crate::filter;
use crate::model::{Change, Edit, Set, Tag};
use crate::text::Untrusted;
use crate::tui::msg::Cmd;

impl App {
    pub(super) fn open_tags(&mut self) {
        let (own, auto) = self.present_tags();
        let mut items = self.tag_items(Some(&own));
        items.extend(auto.into_iter().map(|name| Item {
            label: name.clone(),
            detail: "auto tag; unticking dismisses it".to_owned(),
            ticked: Some(true),
            choice: Choice::AutoTag(name),
        }));
        self.popup = Some(Popup::Tags(Picker::new(items)));
    }

    /// The vocabulary to choose from; with ticks at those that are there already, where it can be ticked.
    pub(super) fn tag_items(&self, own: Option<&[Untrusted]>) -> Vec<Item> {
        let same = |a: &Untrusted, b: &Untrusted| {
            filter::fold(a.for_search()) == filter::fold(b.for_search())
        };
        let item = |tag: &Tag| Item {
            label: tag.name.clone(),
            detail: match (&tag.key, &tag.description) {
                (Some(k), Some(d)) => format!("{k}  {}", d.line().as_str()),
                (Some(k), None) => k.to_string(),
                (None, Some(d)) => format!("   {}", d.line().as_str()),
                (None, None) => String::new(),
            },
            ticked: own.map(|own| own.iter().any(|o| same(o, &tag.name))),
            choice: Choice::Tag(tag.name.clone()),
        };
        self.tags.iter().map(item).collect()
    }

    /// Puts on a tag that is not in the vocabulary yet. It gets the first free digit, so that the next time it
    /// is one key.
    pub(super) fn new_tag(&self, name: &str) -> Vec<Set> {
        let name = Untrusted::from(name);
        let mut sets = vec![Set::Tag {
            name: name.clone(),
            on: true,
        }];
        let free = ('1'..='9').find(|d| self.tags.iter().all(|t| t.key != Some(*d)));
        sets.extend(free.map(|digit| Set::TagInfo {
            name,
            description: None,
            key: Some(digit),
        }));
        sets
    }

    pub(super) fn tags_key(&mut self, picker: &mut Picker, key: &KeyEvent) -> bool {
        match key.code {
            KeyCode::Tab => {
                if let Some(item) = picker.current_mut() {
                    item.ticked = item.ticked.map(|t| !t);
                }
                true
            }
            KeyCode::Char(digit @ '1'..='9') if key.modifiers.contains(KeyModifiers::ALT) => {
                if let Some(Choice::Tag(name)) = picker.current().map(|i| i.choice.clone()) {
                    self.give_digit(name, digit);
                }
                false
            }
            KeyCode::Enter => {
                let sets = self.ticked_sets(picker);
                self.set_tags(sets);
                false
            }
            _ => {
                picker_key(picker, key);
                true
            }
        }
    }

    /// What differs from before, with the item under the cursor changed too where nothing was ticked by
    /// `tab`; typed text that names no tag becomes one.
    fn ticked_sets(&self, picker: &mut Picker) -> Vec<Set> {
        let (own, auto) = self.present_tags();
        let had = |choice: &Choice| match choice {
            Choice::Tag(name) => own
                .iter()
                .any(|o| filter::fold(o.for_search()) == filter::fold(name.for_search())),
            Choice::AutoTag(name) => auto.contains(name),
            _ => false,
        };
        let typed = picker.input.value().trim().to_owned();
        let exact = picker
            .items
            .iter()
            .any(|i| filter::fold(i.label.for_search()) == filter::fold(&typed));
        let changed = picker
            .items
            .iter()
            .any(|i| i.ticked.is_some_and(|t| t != had(&i.choice)));
        let new = !typed.is_empty() && !exact && picker.current().is_none();
        if !changed
            && !new
            && let Some(item) = picker.current_mut()
        {
            item.ticked = item.ticked.map(|t| !t);
        }
        let mut sets: Vec<Set> = picker
            .items
            .iter()
            .filter(|i| i.ticked.is_some_and(|t| t != had(&i.choice)))
            .filter_map(|i| match &i.choice {
                Choice::Tag(name) => Some(Set::Tag {
                    name: name.clone(),
                    on: i.ticked == Some(true),
                }),
                Choice::AutoTag(name) => Some(Set::AutoTagDismissed {
                    name: name.clone(),
                    dismissed: i.ticked == Some(false),
                }),
                _ => None,
            })
            .collect();
        if new {
            sets.extend(self.new_tag(&typed));
        }
        sets
    }

    pub(super) fn tag_on_digit(&mut self, digit: char) {
        match self
            .tags
            .iter()
            .find(|t| t.key == Some(digit))
            .map(|t| t.name.clone())
        {
            Some(name) => self.toggle_tag(name),
            None => self.say(&format!(
                "no tag on {digit} · t opens the tags, alt-{digit} there puts one on it"
            )),
        }
    }

    pub(super) fn give_digit(&mut self, name: Untrusted, digit: char) {
        let description = self
            .tags
            .iter()
            .find(|t| t.name == name)
            .and_then(|t| t.description.clone());
        let text = format!("{} is on {digit}", name.line().as_str());
        let mut edits = Vec::new();
        if let Some(other) = self
            .tags
            .iter()
            .find(|t| t.key == Some(digit) && t.name != name)
        {
            let set = Set::TagInfo {
                name: other.name.clone(),
                description: other.description.clone(),
                key: None,
            };
            edits.push(Edit {
                targets: Vec::new(),
                set,
            });
        }
        edits.push(Edit {
            targets: Vec::new(),
            set: Set::TagInfo {
                name,
                description,
                key: Some(digit),
            },
        });
        let ticket = self.show_nothing();
        self.about(ticket, text);
        self.send(Cmd::Apply {
            ticket,
            change: Change { edits, bulk: None },
        });
    }
}
