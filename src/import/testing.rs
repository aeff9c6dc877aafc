//! A sink for tests: keeps what a reader delivers.

use super::formats::{Place, RasaLine, SenderLog, Sink, Stop};
use super::sessions::{SessionMode, conversations};
use crate::model::Imported;

/// Keeps everything in order.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Collect {
    pub(crate) logs: Vec<SenderLog>,
    pub(crate) lines: Vec<RasaLine>,
    pub(crate) finished: Vec<Imported>,
    pub(crate) empty: usize,
    pub(crate) rejected: Vec<(Place, String)>,
    pub(crate) positions: Vec<u64>,
    /// Stops at this position.
    pub(crate) stop_at: Option<u64>,
}

impl Collect {
    /// The conversations of the senders' logs.
    pub(crate) fn conversations(&self, mode: SessionMode) -> Vec<Imported> {
        let logs = self.logs.iter().cloned();
        logs.flat_map(|log| conversations(log, mode, &"main".into()))
            .collect()
    }
}

impl Sink for Collect {
    fn sender(&mut self, log: SenderLog) -> Result<(), Stop> {
        self.logs.push(log);
        Ok(())
    }
    fn interleaved(&mut self, line: RasaLine) -> Result<(), Stop> {
        self.lines.push(line);
        Ok(())
    }
    fn conversation(&mut self, imported: Imported) -> Result<(), Stop> {
        self.finished.push(imported);
        Ok(())
    }
    fn empty(&mut self) {
        self.empty += 1;
    }
    fn reject(&mut self, place: Place, reason: String) {
        self.rejected.push((place, reason));
    }
    fn at(&mut self, position: u64) -> Result<(), Stop> {
        self.positions.push(position);
        match self.stop_at {
            Some(stop) if position >= stop => Err(Stop),
            _ => Ok(()),
        }
    }
}
