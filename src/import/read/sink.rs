//! What formats deliver, on its way to the writing side: logs become conversations, each with its source.

use super::Reader;
use crate::import::formats::{Place, RasaLine, SenderLog, Sink, Stop};
use crate::import::sessions::conversations;
use crate::model::Imported;
use crate::text::Untrusted;

/// The source of what does not say where it is from.
const MAIN: &str = "main";

impl Sink for Reader<'_> {
    fn sender(&mut self, log: SenderLog) -> Result<(), Stop> {
        if log.events.is_empty() {
            self.empty();
            return Ok(());
        }
        let assistants: Vec<Option<Untrusted>> = log
            .events
            .iter()
            .map(|e| e.about.assistant_id.clone())
            .collect();
        let main = Untrusted::from(MAIN);
        // The name asked for counts already here: the reviews that a source brings are known by it.
        let asked = self.request.source.as_deref().map(Untrusted::from);
        let sender_wide = asked
            .as_ref()
            .or_else(|| assistants.iter().flatten().next())
            .unwrap_or(&main)
            .clone();
        let mode = self.modes.of(&sender_wide);
        let mut from = 0;
        for mut imported in conversations(log, mode, &sender_wide) {
            // Each session speaks for itself: what was imported before the assistant had an id keeps
            // its source when the sender comes back.
            let to = from + imported.events.len();
            if let Some(own) = assistants.get(from..to) {
                let own = own.iter().flatten().next().unwrap_or(&main);
                if imported.reviews.is_empty() {
                    imported.key.source = own.clone();
                }
            }
            from = to;
            self.push(imported)?;
        }
        self.go_on()
    }

    fn interleaved(&mut self, line: RasaLine) -> Result<(), Stop> {
        let input = u32::try_from(self.state.input).unwrap_or(u32::MAX);
        self.state.staging.add(input, line).map_err(|error| {
            self.state.failed = Some(error.into());
            Stop
        })
    }

    fn conversation(&mut self, imported: Imported) -> Result<(), Stop> {
        self.push(imported)
    }

    fn empty(&mut self) {
        self.report.count_empty(1);
    }

    fn reject(&mut self, place: Place, reason: String) {
        self.left_out(place, reason);
    }

    fn at(&mut self, _position: u64) -> Result<(), Stop> {
        self.go_on()
    }
}
