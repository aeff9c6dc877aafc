//! `w`: what is exported, as which output, into which file. The worker writes it; here it is asked for,
//! and what became of it is said.

use crossterm::event::{KeyCode, KeyEvent};
use tui_input::Input;

use super::App;
use super::picker::{Choice as Chosen, Item, Picker};
use super::popup::{Popup, edit, is_ctrl};
use super::triage::StatusLine;
use crate::export::outputs::{Choice, Choices, OUTPUTS, OutputInfo, output};
use crate::filter::Zone;
use crate::text::{self, PathSlug, figure};
use crate::tui::layout::Pane;
use crate::tui::msg::{Cmd, ExportAsk, ExportNews};
use crate::tui::rows::Rows;

/// Conversations that can be exported, as a line to choose.
#[derive(Clone, Debug)]
pub struct ExportSet {
    /// What they are, in words: `the 3 marked conversations`.
    pub words: String,
    /// Their rows, in order.
    pub rows: Rows,
    /// What they are called in the name of the file.
    pub slug: PathSlug,
}

/// The form of one export.
#[derive(Clone, Debug)]
pub struct ExportForm {
    /// As what.
    pub info: &'static OutputInfo,
    /// What can be exported here.
    pub sets: Vec<ExportSet>,
    /// Which of them is.
    pub set: usize,
    /// What can be chosen of the output, and whether it is.
    pub choices: Vec<(Choice, bool)>,
    /// The file as typed.
    pub file: Input,
    /// The line with the cursor: sets, choices, the file last.
    pub cursor: usize,
    /// Why the last try wrote nothing.
    pub refused: Option<String>,
    /// The file of this name is there, and the next enter replaces it.
    replaces: Option<String>,
}

impl ExportForm {
    /// Lines that the cursor can stand on.
    fn lines(&self) -> usize {
        self.sets.len() + self.choices.len() + 1
    }

    /// True while the cursor is in the name of the file.
    pub fn in_file(&self) -> bool {
        self.cursor + 1 == self.lines()
    }

    /// What space does on a line: chooses a set, turns a choice.
    fn turn(&mut self, day: &str) {
        if let Some(choice) = self
            .cursor
            .checked_sub(self.sets.len())
            .and_then(|at| self.choices.get_mut(at))
        {
            choice.1 = !choice.1;
        } else if self.cursor < self.sets.len() {
            // A name that was typed stays; one that was offered follows.
            let offered = self.offered(day) == self.file.value();
            self.set = self.cursor;
            if offered {
                self.file = Input::new(self.offered(day));
            }
        }
    }

    /// The name that is offered: nothing of it can leave the folder or is kept by a system.
    fn offered(&self, day: &str) -> String {
        let slug = &self.sets[self.set].slug;
        format!("afterword-{slug}-{day}.{}", self.info.ending)
    }
}

/// The exports of the screen.
#[derive(Debug, Default)]
pub struct ExportState {
    /// What can be exported, while the output is chosen.
    sets: Vec<ExportSet>,
    /// The form of the export that runs: it comes back where the file is there already.
    asked: Option<ExportForm>,
    /// How many of how many are written.
    pub running: Option<(u64, u64)>,
    /// Leaving was asked for while it ran.
    leaving: bool,
    /// It was asked for on the learning screen, which is in front again behind it.
    pub(super) on_learning: bool,
}

impl App {
    /// `w`: offers what is here.
    pub(super) fn open_export(&mut self) {
        self.take_range();
        let sets = self.export_sets();
        self.export.on_learning = false;
        self.export_of(sets);
    }

    /// Asks as what these are to be exported; the first set is chosen unless another one is.
    pub(super) fn export_of(&mut self, sets: Vec<ExportSet>) {
        if self.export.running.is_some() {
            return self.say("an export is running · ctrl-c stops it");
        }
        if sets.is_empty() {
            return self.say("nothing here to export");
        }
        self.export.sets = sets;
        let items = OUTPUTS
            .iter()
            .map(|info| Item {
                label: info.name.into(),
                detail: info.words.to_owned(),
                ticked: None,
                choice: Chosen::Output(info.name),
            })
            .collect();
        self.popup = Some(Popup::ExportAs(Picker::new(items)));
    }

    /// What is worked on comes first: in the reader the open conversation; in the list the marked ones, else
    /// all that the filter shows.
    fn export_sets(&self) -> Vec<ExportSet> {
        let here = match self.focus {
            Pane::Reader => self.reader.row(),
            _ => self.list.current(),
        };
        let here = here.map(|row| {
            let open = self.reader.known(row).map(|whole| &whole.card);
            let name = open.or(self.list.card(row)).map(|card| &card.external_id);
            let shown = name.map(|name| format!(", {}", name.preview(40).as_str()));
            ExportSet {
                words: format!("this conversation{}", shown.unwrap_or_default()),
                rows: Rows::from(vec![row]),
                slug: PathSlug::of(name.map_or("conversation", |name| name.for_export())),
            }
        });
        let marked = self.list.marked_rows();
        let marked = (!marked.is_empty()).then(|| ExportSet {
            words: format!("the {} marked", many(marked.len())),
            rows: Rows::from(marked),
            slug: PathSlug::of("marked"),
        });
        let all = (!self.list.rows.is_empty()).then(|| ExportSet {
            words: format!("all {} that the filter shows", many(self.list.rows.len())),
            rows: self.list.rows.clone(),
            slug: self.view_slug(),
        });
        let sets = match self.focus {
            Pane::Reader => [here, marked, all],
            _ => [marked, all, here],
        };
        sets.into_iter().flatten().collect()
    }

    /// What the view is called in the name of a file.
    fn view_slug(&self) -> PathSlug {
        let name = match &self.view.preset {
            Some(preset) => preset.to_lowercase().replace(' ', "-"),
            None if self.view.text.trim().is_empty() => "all".to_owned(),
            // The file goes on to where the screen is hidden from.
            None if self.shown_filter(&self.view.text) != self.view.text => "filter".to_owned(),
            None => self.view.text.clone(),
        };
        PathSlug::of(&name)
    }

    fn export_day(&self) -> String {
        match self.zone {
            Zone::Local => text::day(self.now.0),
            Zone::Fixed(offset) => text::day_in(&offset, self.now.0),
        }
    }

    /// The output was chosen: the rest is asked for.
    pub(super) fn open_export_form(&mut self, name: &str) {
        let Some(info) = output(name) else { return };
        let sets = std::mem::take(&mut self.export.sets);
        let choices = Choice::ALL.into_iter().filter(|c| info.takes(*c));
        let mut form = ExportForm {
            info,
            set: 0,
            // A hidden screen is not to be unhidden by accident.
            choices: choices.map(|c| (c, self.hidden && c.hides())).collect(),
            file: Input::default(),
            cursor: 0,
            refused: None,
            replaces: None,
            sets,
        };
        form.file = Input::new(form.offered(&self.export_day()));
        form.cursor = form.lines() - 1;
        self.popup = Some(Popup::Export(Box::new(form)));
    }

    /// A key for the form. True where it stays open.
    pub(super) fn export_key(&mut self, form: &mut ExportForm, key: &KeyEvent) -> bool {
        let last = form.lines() - 1;
        match key.code {
            KeyCode::Enter => {
                self.start_export(form.clone());
                return false;
            }
            KeyCode::Up | KeyCode::BackTab => form.cursor = form.cursor.saturating_sub(1),
            KeyCode::Down => form.cursor = (form.cursor + 1).min(last),
            KeyCode::Tab => form.cursor = (form.cursor + 1) % (last + 1),
            _ if form.in_file() => {
                let changed = edit(&mut form.file, key);
                form.refused = form.refused.take().filter(|_| !changed);
            }
            KeyCode::Char('k') => form.cursor = form.cursor.saturating_sub(1),
            KeyCode::Char('j') => form.cursor = (form.cursor + 1).min(last),
            KeyCode::Char(' ' | 'x') if !is_ctrl(key, 'x') => form.turn(&self.export_day()),
            _ => {}
        }
        true
    }

    fn start_export(&mut self, mut form: ExportForm) {
        let file = form.file.value().trim().to_owned();
        if file.is_empty() {
            form.refused = Some("the file needs a name".to_owned());
            self.popup = Some(Popup::Export(Box::new(form)));
            return;
        }
        let rows = form.sets[form.set].rows.clone();
        let on = form.choices.iter().filter(|c| c.1).map(|c| c.0);
        self.export.running = Some((0, rows.len() as u64));
        self.send(Cmd::Export(Box::new(ExportAsk {
            info: form.info,
            choices: Choices {
                on: on.collect(),
                now: self.now,
                ..Choices::default()
            },
            replace: form.replaces.as_deref() == Some(file.as_str()),
            rows,
            file,
        })));
        self.export.asked = Some(form);
        self.status = StatusLine::default();
    }

    /// What the worker says of it.
    pub(super) fn export_news(&mut self, news: ExportNews) {
        if let ExportNews::Progress(done) = news {
            if let Some((so_far, _)) = &mut self.export.running {
                *so_far = done;
            }
            return;
        }
        self.export.running = None;
        let asked = self.export.asked.take();
        let leaving = std::mem::take(&mut self.export.leaving);
        match news {
            ExportNews::Progress(_) => {}
            ExportNews::Written(words) => {
                self.status = StatusLine {
                    text: words,
                    ..StatusLine::default()
                };
            }
            ExportNews::Exists(words) => self.export_refused(asked, words, true),
            ExportNews::Failed(words) => self.export_refused(asked, words, false),
            ExportNews::Stopped => self.say("the export was stopped: nothing was written"),
        }
        if leaving {
            self.say("the export is done · q leaves afterword");
        }
    }

    /// Nothing was written: the form comes back with the reason, unless something else is in front by now.
    fn export_refused(&mut self, asked: Option<ExportForm>, words: String, exists: bool) {
        match asked {
            Some(mut form) if self.export_in_front() && self.line.is_none() => {
                form.refused = Some(match exists {
                    true => "it is there already: enter again replaces it".to_owned(),
                    false => words,
                });
                form.replaces = exists.then(|| form.file.value().trim().to_owned());
                form.cursor = form.lines() - 1;
                self.popup = Some(Popup::Export(Box::new(form)));
            }
            _ => self.fail(&format!("not exported: {words}")),
        }
    }

    /// True where nothing is in front but what the export was asked for on.
    fn export_in_front(&self) -> bool {
        match &self.popup {
            None => true,
            Some(Popup::Learning) => self.export.on_learning,
            Some(_) => false,
        }
    }

    /// ctrl-c while an export runs. False: none does.
    pub(super) fn stop_export(&mut self) -> bool {
        let runs = self.export.running.is_some();
        if runs {
            self.send(Cmd::StopExport);
        }
        runs
    }

    /// Leaving ends an export: it is asked for twice. True where it is to wait.
    pub(super) fn export_holds(&mut self) -> bool {
        let holds = self.export.running.is_some() && !self.export.leaving;
        if holds {
            self.export.leaving = true;
            self.say("an export is running: once more stops it and leaves");
        }
        holds
    }

    /// Words of the status line while an export runs.
    pub fn export_progress(&self) -> Option<String> {
        let (done, total) = self.export.running?;
        Some(format!(
            "exporting: {} of {} · ctrl-c stops it",
            figure(done),
            many(usize::try_from(total).unwrap_or(usize::MAX))
        ))
    }
}

/// `1 conversation`, `1,200 conversations`.
pub(super) fn many(n: usize) -> String {
    let word = if n == 1 {
        "conversation"
    } else {
        "conversations"
    };
    format!("{} {word}", figure(n as u64))
}
