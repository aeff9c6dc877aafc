//! The shape that every output has: it takes conversations one at a time and writes text into whatever the
//! caller gives it. Nothing here opens a file.

use std::io::{Result, Write};

use super::outgoing::Outgoing;

/// One output: `jsonl`, `nlu`, `html` …
pub trait Output {
    /// Takes a conversation. What can be written at once is; what needs the others too waits for the end.
    ///
    /// # Errors
    /// Those of `out`.
    fn take(&mut self, out: &mut dyn Write, conversation: &Outgoing) -> Result<()>;

    /// Writes what is left, and says what was written.
    ///
    /// # Errors
    /// Those of `out`.
    fn finish(self: Box<Self>, out: &mut dyn Write) -> Result<Written>;
}

/// What an output wrote, for the words to the person who asked for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// How many of `unit`.
    pub count: u64,
    /// What was counted, in the plural: `conversations`, `examples`.
    pub unit: &'static str,
    /// How much was left out, and what it was: `(3, "messages without an intent")`.
    pub left_out: Vec<(u64, &'static str)>,
}
