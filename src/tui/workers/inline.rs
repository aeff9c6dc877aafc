//! The workers without their threads: what is asked is done at once, in the caller's thread and in one
//! order. Key scripts of tests need both; the screen itself never waits for a worker.

use std::path::Path;
use std::sync::Arc;

use crossbeam_channel::Receiver;

use super::exporting::{self, ExportJob, Exports};
use super::query::Asker;
use super::questions::Questions;
use super::reading::{self, ReadJob};
use super::writing::{self, WriteJob};
use super::{Common, Workers};
use crate::filter::Zone;
use crate::model::Clock;
use crate::store::{Access, Store, StoreError};
use crate::tui::msg::{Cmd, Msg};

/// Workers that answer before [`Inline::take`] returns.
pub struct Inline {
    common: Common,
    workers: Workers,
    read_jobs: Receiver<ReadJob>,
    write_jobs: Receiver<WriteJob>,
    export_jobs: Receiver<ExportJob>,
    reader: Store,
    writer: Store,
    asker: Asker,
    messages: Receiver<Msg>,
}

impl Inline {
    /// Opens a store as the workers do.
    ///
    /// # Errors
    /// Where it cannot be opened.
    pub fn open(path: &Path, reviewer: &str, clock: Clock, zone: Zone) -> Result<Self, StoreError> {
        let writer = Store::open(path, &Access::Review)?;
        let reader = Store::open(path, &Access::Read)?;
        let (out, messages) = crossbeam_channel::unbounded();
        let (read, read_jobs) = crossbeam_channel::unbounded();
        let (write, write_jobs) = crossbeam_channel::unbounded();
        let (export, export_jobs) = crossbeam_channel::unbounded();
        let common = Common {
            path: path.to_owned(),
            reviewer: reviewer.to_owned(),
            clock,
            zone,
            out,
            hidden: Arc::default(),
        };
        let questions = Arc::new(Questions::default());
        let asker = Asker::new(&common).ok_or(StoreError::Interrupted)?;
        let workers = Workers {
            hidden: Arc::clone(&common.hidden),
            questions,
            read,
            write,
            exports: Exports::new(export),
            threads: Vec::new(),
        };
        Ok(Self {
            common,
            workers,
            read_jobs,
            write_jobs,
            export_jobs,
            reader,
            writer,
            asker,
            messages,
        })
    }

    /// Does a command, or gives it back where it is for the loop itself. What was written is looked at
    /// by the questions at once, as the threads would.
    pub fn take(&mut self, cmd: Cmd) -> (Vec<Msg>, Option<Cmd>) {
        let rest = self.workers.take(cmd);
        for job in self.write_jobs.try_iter() {
            writing::write(&self.common, &mut self.writer, job, &self.workers.questions);
        }
        for job in self.read_jobs.try_iter() {
            reading::answer(&self.common, &self.reader, job);
        }
        for job in self.export_jobs.try_iter() {
            if let ExportJob::Write(ask, stop) = job {
                exporting::export(&self.common, &ask, &stop);
            }
        }
        while !self.workers.questions.idle() {
            self.asker.turn(&self.workers.questions, false);
        }
        (self.messages.try_iter().collect(), rest)
    }

    /// What the questions do now and then by themselves: look for what other processes wrote.
    pub fn watch(&mut self) -> Vec<Msg> {
        self.asker.turn(&self.workers.questions, true);
        self.messages.try_iter().collect()
    }
}
