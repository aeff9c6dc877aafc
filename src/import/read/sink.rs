//! What databases deliver, on its way to the workers.

use super::Reader;
use crate::import::formats::{Place, RasaLine, SenderLog, Sink, Stop};
use crate::import::jobs::What;
use crate::model::Imported;

impl<T> Sink for Reader<'_, T> {
    fn sender(&mut self, log: SenderLog) -> Result<(), Stop> {
        self.push(Place::Whole, What::Log(Box::new(log)))?;
        self.go_on()
    }

    fn interleaved(&mut self, line: RasaLine) -> Result<(), Stop> {
        self.push(line.place, What::Event(Box::new(line)))
    }

    fn conversation(&mut self, imported: Imported) -> Result<(), Stop> {
        self.push(Place::Whole, What::Conversation(Box::new(imported)))?;
        self.go_on()
    }

    fn empty(&mut self) {
        self.note(Place::Whole, What::Empty);
    }

    fn reject(&mut self, place: Place, reason: String) {
        self.note(place, What::Reject(reason));
    }

    fn at(&mut self, _position: u64) -> Result<(), Stop> {
        self.due()?;
        self.go_on()
    }
}
