//! Presets: opened by key or name, saved with a name and a key, given another key, deleted.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tui_input::Input;

use super::App;
use super::picker::{Choice, Item, Picker};
use super::popup::{Popup, is_ctrl, picker_key};
use crate::filter;
use crate::model::Preset;
use crate::tui::msg::Cmd;

impl App {
    pub(super) fn open_preset_named(&mut self, name: &str) {
        let folded = filter::fold(name);
        match self
            .presets
            .iter()
            .find(|(p, _)| filter::fold(&p.name) == folded)
            .map(|(p, _)| p.clone())
        {
            Some(preset) => self.open_preset(&preset),
            None => self.fail(&format!("there is no preset {name}")),
        }
    }

    pub(super) fn preset_key(&mut self, key: &KeyEvent) {
        let KeyCode::Char(c) = key.code else { return };
        if c == '\'' {
            return self.back_to_previous();
        }
        match self
            .presets
            .iter()
            .find(|(p, _)| p.key == Some(c))
            .map(|(p, _)| p.clone())
        {
            Some(preset) => self.open_preset(&preset),
            None => self.say(&format!("no preset on {c} · P shows them all")),
        }
    }

    pub(super) fn open_presets(&mut self) {
        let items = self
            .presets
            .iter()
            .map(|(p, count)| Item {
                label: p.name.clone().into(),
                detail: format!(
                    "{}  {:>9}  {}",
                    p.key.unwrap_or(' '),
                    count.map(crate::text::figure).unwrap_or_default(),
                    self.shown_filter(&p.filter)
                ),
                ticked: None,
                choice: Choice::Preset(p.name.clone()),
            })
            .collect();
        self.popup = Some(Popup::Presets(Picker::new(items)));
    }

    pub(super) fn presets_key(&mut self, picker: &mut Picker, key: &KeyEvent) -> bool {
        if !is_ctrl(key, 'd') {
            self.delete_asked = None;
        }
        let current = picker.current().map(|i| i.label.for_search().to_owned());
        match (key.code, current) {
            (KeyCode::Enter, Some(name)) => {
                self.open_preset_named(&name);
                false
            }
            (KeyCode::Char('d'), Some(name)) if key.modifiers.contains(KeyModifiers::CONTROL) => {
                // Presets are not in the journal: this is the one thing that asks first.
                if self.delete_asked.as_deref() != Some(name.as_str()) {
                    self.say(&format!(
                        "ctrl-d again deletes the preset {name}; there is no undo for it"
                    ));
                    self.delete_asked = Some(name);
                    return true;
                }
                self.say(&format!("preset {name} deleted"));
                self.send(Cmd::DeletePreset(name));
                false
            }
            (KeyCode::Char('k'), Some(name)) if key.modifiers.contains(KeyModifiers::CONTROL) => {
                if let Some((preset, _)) = self.presets.iter().find(|(p, _)| p.name == name) {
                    self.popup = Some(Popup::PresetKey {
                        preset: preset.clone(),
                        replaces: Some(preset.name.clone()),
                    });
                }
                false
            }
            (KeyCode::Char('s'), Some(name)) if key.modifiers.contains(KeyModifiers::CONTROL) => {
                self.name_preset(name);
                false
            }
            _ => {
                picker_key(picker, key);
                true
            }
        }
    }

    pub(super) fn open_save_preset(&mut self) {
        self.popup = Some(Popup::PresetName(Input::new(
            self.view.preset.clone().unwrap_or_default(),
        )));
    }

    /// A name for the present view; a known name is replaced and keeps its key.
    pub(super) fn name_preset(&mut self, name: String) {
        if name.is_empty() {
            return self.say("a preset needs a name");
        }
        let known = self
            .presets
            .iter()
            .find(|(p, _)| filter::fold(&p.name) == filter::fold(&name))
            .map(|(p, _)| p);
        let preset = Preset {
            name,
            key: known.and_then(|p| p.key),
            filter: self.view.filter.to_string(),
            sort: self.view.sort,
            reverse: self.view.reverse,
            columns: known.map(|p| p.columns.clone()).unwrap_or_default(),
        };
        let replaces = known.map(|p| p.name.clone());
        if preset.key.is_some() {
            return self.save_preset(preset, replaces);
        }
        self.popup = Some(Popup::PresetKey { preset, replaces });
    }

    /// Letters and digits that no preset has.
    pub fn free_preset_keys(&self) -> String {
        ('a'..='z')
            .chain('0'..='9')
            .filter(|c| !self.presets.iter().any(|(p, _)| p.key == Some(*c)))
            .collect()
    }

    pub(super) fn key_preset(
        &mut self,
        mut preset: Preset,
        replaces: Option<String>,
        key: &KeyEvent,
    ) {
        match key.code {
            KeyCode::Enter => {}
            KeyCode::Char(c) if c.is_alphanumeric() => {
                if let Some((other, _)) = self
                    .presets
                    .iter()
                    .find(|(p, _)| p.key == Some(c) && p.name != preset.name)
                {
                    self.fail(&format!("{c} is the key of {}", other.name));
                    self.popup = Some(Popup::PresetKey { preset, replaces });
                    return;
                }
                preset.key = Some(c);
            }
            _ => {
                self.popup = Some(Popup::PresetKey { preset, replaces });
                return;
            }
        }
        self.save_preset(preset, replaces);
    }

    fn save_preset(&mut self, preset: Preset, replaces: Option<String>) {
        let on = preset.key.map(|k| format!(" on '{k}")).unwrap_or_default();
        self.say(&format!("preset {} saved{on}", preset.name));
        if preset.filter == self.view.filter.to_string() {
            self.view.preset = Some(preset.name.clone());
        }
        self.send(Cmd::SavePreset(preset, replaces));
        self.save_state();
    }
}
