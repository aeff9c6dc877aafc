//! The threads that do what the app asks: questions to the catalogue, reading, writing. Each has its own
//! connection; a panic in one becomes a message, never a broken terminal.

mod excerpts;
mod exporting;
mod figures;
mod inline;
mod query;
mod questions;
mod reading;
mod screens;
mod veil;
mod writing;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use crossbeam_channel::Sender;

use crate::filter::Zone;
use crate::model::{Clock, Privacy};
use crate::store::{Access, Store, StoreError};
use crate::tui::msg::{Cmd, Msg};
use crate::tui::panic_if_asked;

use exporting::{ExportJob, Exports};
pub use inline::Inline;
use questions::Questions;
use reading::ReadJob;
use writing::WriteJob;

/// What every worker needs.
#[derive(Clone)]
struct Common {
    path: PathBuf,
    reviewer: String,
    clock: Clock,
    zone: Zone,
    out: Sender<Msg>,
    /// People and personal data are hidden in what is read.
    hidden: Arc<AtomicBool>,
}

impl Common {
    fn send(&self, msg: Msg) {
        // The screen has closed: there is nobody to tell.
        drop(self.out.send(msg));
    }

    /// What is hidden from here on.
    fn privacy(&self, store: &Store) -> Result<Privacy, StoreError> {
        let hidden = self.hidden.load(Ordering::Relaxed);
        store.privacy(hidden, hidden)
    }

    fn open(&self, access: &Access) -> Option<Store> {
        match Store::open(&self.path, access) {
            Ok(store) => Some(store),
            Err(error) => {
                self.send(Msg::WorkerDied(error.to_string()));
                None
            }
        }
    }
}

/// The running workers.
pub struct Workers {
    hidden: Arc<AtomicBool>,
    questions: Arc<Questions>,
    read: Sender<ReadJob>,
    write: Sender<WriteJob>,
    exports: Exports,
    /// Those that are waited for at the end.
    threads: Vec<JoinHandle<()>>,
}

impl Workers {
    /// Starts them on a store. Messages go to `out`.
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub fn start(
        path: &Path,
        reviewer: &str,
        clock: Clock,
        out: Sender<Msg>,
    ) -> std::io::Result<Self> {
        let common = Common {
            path: path.to_owned(),
            reviewer: reviewer.to_owned(),
            clock,
            zone: Zone::Local,
            out,
            hidden: Arc::default(),
        };
        let questions = Arc::new(Questions::default());
        let (read, read_jobs) = crossbeam_channel::unbounded();
        let (write, write_jobs) = crossbeam_channel::unbounded();
        let (export, export_jobs) = crossbeam_channel::unbounded::<ExportJob>();
        let (c, q) = (common.clone(), Arc::clone(&questions));
        spawn("query", &common, move || query::run(&c, &q))?;
        let c = common.clone();
        spawn("reading", &common, move || reading::run(&c, &read_jobs))?;
        let (c, q) = (common.clone(), Arc::clone(&questions));
        let writer = spawn("writer", &common, move || writing::run(&c, &write_jobs, &q))?;
        let c = common.clone();
        let exporter = spawn("export", &common, move || exporting::run(&c, &export_jobs))?;
        Ok(Self {
            hidden: common.hidden,
            questions,
            read,
            write,
            exports: Exports::new(export),
            threads: vec![writer, exporter],
        })
    }

    /// Hands a command to the worker it is for; gives back what is for the loop itself.
    pub fn take(&self, cmd: Cmd) -> Option<Cmd> {
        match cmd {
            Cmd::Query(query) => self.questions.ask(*query),
            Cmd::Values(of) => self.questions.values(of),
            Cmd::Notes { generation, of } => self.questions.notes(generation, of),
            Cmd::Learning(query) => self.questions.learning(*query),
            Cmd::NoteContexts(notes) => self.reading(ReadJob::NoteContexts(notes)),
            Cmd::LearningCards(rows) => self.reading(ReadJob::LearningCards(rows)),
            Cmd::Confusion(filter) => self.questions.confusion(filter),
            Cmd::Known(fields) => self.questions.known(fields),
            Cmd::Interrupt => self.questions.cancel(),
            Cmd::Cards(rows, filter) => self.reading(ReadJob::Cards(rows, filter)),
            Cmd::Open(row, filter) => self.reading(ReadJob::Open(row, filter)),
            Cmd::Prefetch(row, filter) => self.reading(ReadJob::Prefetch(row, filter)),
            Cmd::Export(ask) => self.exports.begin(ask),
            Cmd::StopExport => self.exports.stop(),
            Cmd::Excerpt(of) => self.reading(ReadJob::Excerpt(of)),
            Cmd::Hide(hidden) => self.hidden.store(hidden, Ordering::Relaxed),
            Cmd::LoadJournal => self.reading(ReadJob::Journal),
            Cmd::FindDefinition(of) => self.reading(ReadJob::Definition(of)),
            Cmd::Compare(rows) => self.reading(ReadJob::Compare(rows)),
            Cmd::SameUser(row) => self.reading(ReadJob::SameUser(row)),
            Cmd::Decide {
                ticket,
                edits,
                bulk,
            } => self.writing(WriteJob::Decide {
                ticket,
                edits,
                bulk,
            }),
            Cmd::Apply { ticket, change } => self.writing(WriteJob::Apply { ticket, change }),
            Cmd::Undo => self.writing(WriteJob::Undo),
            Cmd::UndoEntry(id) => self.writing(WriteJob::UndoEntry(id)),
            Cmd::Redo => self.writing(WriteJob::Redo),
            Cmd::SavePreset(preset, _) => self.writing(WriteJob::SavePreset(preset)),
            Cmd::DeletePreset(name) => self.writing(WriteJob::DeletePreset(name)),
            Cmd::SaveState(state) => self.writing(WriteJob::SaveState(state)),
            Cmd::PushHistory(filter) => self.writing(WriteJob::PushHistory(filter)),
            other => return Some(other),
        }
        None
    }

    fn reading(&self, job: ReadJob) {
        drop(self.read.send(job));
    }

    fn writing(&self, job: WriteJob) {
        drop(self.write.send(job));
    }

    /// Stops an export, writes everything that waits and ends the writer: after this, what was decided is durable or was
    /// reported as not written.
    pub fn finish(self) {
        drop(self);
    }
}

/// Also where the screen ends by an error or a panic.
impl Drop for Workers {
    fn drop(&mut self) {
        self.questions.stop();
        self.exports.end();
        drop(self.write.send(WriteJob::End));
        for thread in self.threads.drain(..) {
            drop(thread.join());
        }
    }
}

fn spawn(
    name: &'static str,
    common: &Common,
    work: impl FnOnce() + Send + 'static,
) -> std::io::Result<JoinHandle<()>> {
    let common = common.clone();
    std::thread::Builder::new()
        .name(format!("afterword {name}"))
        .spawn(move || {
            let work = || {
                panic_if_asked(name, &common.path);
                work();
            };
            if catch_unwind(AssertUnwindSafe(work)).is_err() {
                // The message of a panic may hold text from a log: only which worker it was is said.
                common.send(Msg::WorkerDied(format!(
                    "the {name} worker stopped unexpectedly; quit and start again"
                )));
            }
        })
}
