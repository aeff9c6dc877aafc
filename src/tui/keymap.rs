//! Keys as text (`ctrl-r`, `space`, `]`) and what they do where: the table's defaults with the
//! configuration laid over them. Resolving is pure: it changes nothing.

use std::collections::HashMap;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::action::{ACTIONS, Action, READER_EXTRA, Scope};

/// One key press, without what terminals add to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    code: KeyCode,
    ctrl: bool,
    alt: bool,
}

const NAMED: &[(&str, KeyCode)] = &[
    ("space", KeyCode::Char(' ')),
    ("enter", KeyCode::Enter),
    ("esc", KeyCode::Esc),
    ("tab", KeyCode::Tab),
    ("backtab", KeyCode::BackTab),
    ("backspace", KeyCode::Backspace),
    ("delete", KeyCode::Delete),
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("pageup", KeyCode::PageUp),
    ("pagedown", KeyCode::PageDown),
];

impl Key {
    /// From what the terminal sent. Shift counts only where the character does not already say it.
    pub fn of(event: &KeyEvent) -> Self {
        Self {
            code: event.code,
            ctrl: event.modifiers.contains(KeyModifiers::CONTROL),
            alt: event.modifiers.contains(KeyModifiers::ALT),
        }
    }

    /// From text: `r`, `R`, `ctrl-r`, `alt-x`, `space`.
    pub fn parse(text: &str) -> Option<Self> {
        let (ctrl, text) = text
            .strip_prefix("ctrl-")
            .map_or((false, text), |t| (true, t));
        let (alt, text) = text
            .strip_prefix("alt-")
            .map_or((false, text), |t| (true, t));
        let mut chars = text.chars();
        let code = match (chars.next(), chars.next()) {
            (Some(c), None) if c != ' ' => KeyCode::Char(c),
            _ => NAMED.iter().find(|(name, _)| *name == text)?.1,
        };
        Some(Self { code, ctrl, alt })
    }

    /// A key event that gives this key, for key scripts of tests.
    pub fn event(self) -> KeyEvent {
        let mut modifiers = KeyModifiers::NONE;
        modifiers.set(KeyModifiers::CONTROL, self.ctrl);
        modifiers.set(KeyModifiers::ALT, self.alt);
        KeyEvent::new(self.code, modifiers)
    }

    /// The character of a plain key.
    pub fn char(self) -> Option<char> {
        match self.code {
            KeyCode::Char(c) if !self.ctrl && !self.alt => Some(c),
            _ => None,
        }
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.ctrl {
            f.write_str("ctrl-")?;
        }
        if self.alt {
            f.write_str("alt-")?;
        }
        if let Some((name, _)) = NAMED.iter().find(|(_, code)| *code == self.code) {
            return f.write_str(name);
        }
        match self.code {
            KeyCode::Char(c) => write!(f, "{c}"),
            KeyCode::F(n) => write!(f, "F{n}"),
            _ => f.write_str("this key"),
        }
    }
}

/// What a key is bound to: an action, or one with words (`tag billing`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// What it does.
    pub action: Action,
    /// Its argument; empty for none.
    pub argument: String,
}

/// Actions that take an argument in the configuration, with what it is.
pub const WITH_ARGUMENT: &[(&str, Action, &str)] = &[
    ("tag", Action::Tags, "the tag to put on or take off"),
    ("preset", Action::Preset, "the name of the preset to open"),
    ("filter", Action::Filter, "the filter to run"),
];

/// All bindings.
#[derive(Clone, Debug)]
pub struct Keymap {
    bound: HashMap<(Scope, Key), Binding>,
}

impl Default for Keymap {
    fn default() -> Self {
        let mut bound = HashMap::new();
        for info in ACTIONS {
            for &scope in info.scopes {
                for key in info.keys.iter().filter_map(|k| Key::parse(k)) {
                    bound.insert(
                        (scope, key),
                        Binding {
                            action: info.action,
                            argument: String::new(),
                        },
                    );
                }
            }
        }
        for (key, action) in READER_EXTRA {
            if let Some(key) = Key::parse(key) {
                bound.insert(
                    (Scope::Reader, key),
                    Binding {
                        action: *action,
                        argument: String::new(),
                    },
                );
            }
        }
        Self { bound }
    }
}

impl Keymap {
    /// What a key does in a scope; its own binding goes before the one for anywhere.
    pub fn resolve(&self, scope: Scope, key: Key) -> Option<&Binding> {
        self.bound
            .get(&(scope, key))
            .or_else(|| self.bound.get(&(Scope::Anywhere, key)))
    }

    /// Lays one line of the configuration over the defaults: `"B" = "tag billing"`. The action loses
    /// nothing: its default keys go on working unless another action takes them.
    ///
    /// # Errors
    /// The words for the reader of the configuration, with the nearest name.
    pub fn bind(&mut self, key: &str, action: &str) -> Result<(), String> {
        let parsed = Key::parse(key)
            .ok_or_else(|| format!("`{key}` is no key; keys look like `B`, `ctrl-b`, `space`"))?;
        if action == "none" {
            for scope in [Scope::Anywhere, Scope::List, Scope::Reader, Scope::Sidebar] {
                self.bound.remove(&(scope, parsed));
            }
            return Ok(());
        }
        let (name, argument) = action.split_once(' ').unwrap_or((action, ""));
        let (found, scopes) = if argument.is_empty() {
            let action = Action::parse(name).ok_or_else(|| unknown(name))?;
            (action, action.info().scopes)
        } else {
            let row = WITH_ARGUMENT.iter().find(|r| r.0 == name).ok_or_else(|| {
                if Action::parse(name).is_some() {
                    format!("`{name}` takes no argument")
                } else {
                    unknown(name)
                }
            })?;
            (row.1, row.1.info().scopes)
        };
        for &scope in scopes {
            self.bound.insert(
                (scope, parsed),
                Binding {
                    action: found,
                    argument: argument.trim().to_owned(),
                },
            );
        }
        Ok(())
    }

    /// The keys that now do an action in a scope, those of the table first.
    pub fn keys_for(&self, action: Action, scope: Scope) -> Vec<String> {
        let mut keys: Vec<String> = action
            .info()
            .keys
            .iter()
            .filter(|k| {
                Key::parse(k)
                    .and_then(|key| self.resolve(scope, key))
                    .is_some_and(|b| b.action == action && b.argument.is_empty())
            })
            .map(|k| (*k).to_owned())
            .collect();
        let mut own: Vec<String> = self
            .bound
            .iter()
            .filter(|((s, _), b)| {
                (*s == scope || *s == Scope::Anywhere)
                    && b.action == action
                    && b.argument.is_empty()
            })
            .map(|((_, key), _)| key.to_string())
            .filter(|k| !keys.contains(k))
            .collect();
        own.sort();
        keys.append(&mut own);
        keys
    }
}

fn unknown(name: &str) -> String {
    let nearest = ACTIONS
        .iter()
        .map(|i| i.name)
        .min_by_key(|n| distance(n, name));
    format!(
        "unknown action `{name}`; did you mean `{}`?",
        nearest.unwrap_or("help")
    )
}

/// Edits between two words (Levenshtein).
pub fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, cb) in b.iter().enumerate() {
            let cost = if ca == *cb {
                diagonal
            } else {
                1 + diagonal.min(row[j]).min(row[j + 1])
            };
            diagonal = row[j + 1];
            row[j + 1] = cost;
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_parses_and_prints_back() {
        for info in ACTIONS {
            for key in info.keys {
                assert_eq!(
                    Key::parse(key).map(|k| k.to_string()).as_deref(),
                    Some(*key),
                    "{}",
                    info.name
                );
            }
        }
    }

    #[test]
    fn no_key_has_two_meanings_in_one_place() {
        let mut seen = HashMap::new();
        for info in ACTIONS {
            for scope in info.scopes {
                for key in info.keys {
                    assert_eq!(
                        seen.insert((*scope, *key), info.name),
                        None,
                        "{key} in {}",
                        scope.title()
                    );
                    if *scope != Scope::Anywhere {
                        assert!(
                            !seen.contains_key(&(Scope::Anywhere, *key)),
                            "{key} is also bound anywhere"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn names_are_unique() {
        let mut names: Vec<_> = ACTIONS.iter().map(|i| i.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ACTIONS.len());
    }

    #[test]
    fn configuration_binds_actions_with_words_and_names_the_nearest() {
        let mut map = Keymap::default();
        map.bind("B", "tag billing").unwrap();
        let bound = map.resolve(Scope::List, Key::parse("B").unwrap()).unwrap();
        assert_eq!(
            (bound.action, bound.argument.as_str()),
            (Action::Tags, "billing")
        );
        assert!(
            map.bind("B", "revieved")
                .unwrap_err()
                .contains("`reviewed`")
        );
        assert!(
            map.bind("hyper-q", "reviewed")
                .unwrap_err()
                .contains("no key")
        );
        assert!(
            map.bind("B", "undo now")
                .unwrap_err()
                .contains("no argument")
        );
    }
}
