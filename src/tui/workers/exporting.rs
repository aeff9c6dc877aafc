//! Exports: on a thread and a connection of their own, so that neither lists nor decisions wait for them.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crossbeam_channel::{Receiver, Sender};

use super::Common;
use crate::error::Error;
use crate::export::run::{ExportError, write};
use crate::out_file::{OutFile, OutFileError};
use crate::store::{Access, Store};
use crate::tui::msg::{ExportAsk, ExportNews, Msg};

/// Messages about the progress of one export, at most.
const STEPS: u64 = 100;
/// Conversations between two of them, at least.
const LEAST: u64 = 64;

/// What the worker does next.
pub(super) enum ExportJob {
    /// Writes this, unless it is stopped.
    Write(Box<ExportAsk>, Arc<AtomicBool>),
    /// Ends the thread.
    End,
}

/// The way to the worker, and to stop what it does.
pub(super) struct Exports {
    jobs: Sender<ExportJob>,
    /// Of the newest export.
    stop: Mutex<Arc<AtomicBool>>,
}

impl Exports {
    pub(super) fn new(jobs: Sender<ExportJob>) -> Self {
        Self {
            jobs,
            stop: Mutex::default(),
        }
    }

    pub(super) fn begin(&self, ask: Box<ExportAsk>) {
        let stop = Arc::default();
        *self.stop.lock().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&stop);
        drop(self.jobs.send(ExportJob::Write(ask, stop)));
    }

    pub(super) fn stop(&self) {
        let stop = self.stop.lock().unwrap_or_else(PoisonError::into_inner);
        stop.store(true, Ordering::Relaxed);
    }

    /// Stops what runs and ends the thread.
    pub(super) fn end(&self) {
        self.stop();
        drop(self.jobs.send(ExportJob::End));
    }
}

pub(super) fn run(common: &Common, jobs: &Receiver<ExportJob>) {
    while let Ok(ExportJob::Write(ask, stop)) = jobs.recv() {
        export(common, &ask, &stop);
    }
}

/// Writes one file, and says what became of it.
pub(super) fn export(common: &Common, ask: &ExportAsk, stop: &AtomicBool) {
    let news = match written(common, ask, stop) {
        Ok(words) => ExportNews::Written(words),
        Err(news) => news,
    };
    common.send(Msg::Export(news));
}

fn written(common: &Common, ask: &ExportAsk, stop: &AtomicBool) -> Result<String, ExportNews> {
    let failed = |error: Error| ExportNews::Failed(error.text);
    let refused = |error: OutFileError| match error {
        OutFileError::Exists(_) => ExportNews::Exists(error.to_string()),
        other => failed(other.into()),
    };
    let path = path(&ask.file);
    let mut file = OutFile::create(&path, ask.replace, &common.path).map_err(refused)?;
    let store = Store::open(&common.path, &Access::Read).map_err(|e| failed(e.into()))?;
    let rows: Vec<i64> = ask.rows.iter().collect();
    let step = (rows.len() as u64 / STEPS).max(LEAST);
    let mut go_on = |done: u64| {
        if done.is_multiple_of(step) {
            common.send(Msg::Export(ExportNews::Progress(done)));
        }
        !stop.load(Ordering::Relaxed)
    };
    let written = write(&store, &rows, ask.info, &ask.choices, &mut file, &mut go_on);
    let written = written.map_err(|error| match error {
        ExportError::Stopped => ExportNews::Stopped,
        ExportError::Write(source) => refused(OutFileError::Io {
            path: file.path().to_owned(),
            source,
        }),
        ExportError::Store(error) => failed(error.into()),
    })?;
    let path = file.commit().map_err(refused)?;
    Ok(written.words_in(&path))
}

/// A path as people type it: `~` is their home.
fn path(typed: &str) -> PathBuf {
    let home = || std::env::home_dir().filter(|home| !home.as_os_str().is_empty());
    match typed.strip_prefix('~') {
        Some("") => home().unwrap_or_else(|| typed.into()),
        Some(rest) if rest.starts_with('/') => match home() {
            Some(home) => home.join(rest.trim_start_matches('/')),
            None => typed.into(),
        },
        _ => typed.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tilde_is_the_home_and_nothing_else_is_touched() {
        let home = std::env::home_dir().unwrap();
        assert_eq!(path("~"), home);
        assert_eq!(path("~/a/b.csv"), home.join("a/b.csv"));
        for typed in ["~anna/x", "a~/b", "./~", "/a/b", "a b.csv"] {
            assert_eq!(path(typed), PathBuf::from(typed));
        }
    }
}
