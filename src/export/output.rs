//! The shape that every output has: it takes conversations one at a time and writes text into whatever the
//! caller gives it. Nothing here opens a file.

use std::io::{Result, Write};
use std::path::Path;

use super::outgoing::Outgoing;
use crate::text::figure;

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
    /// What was written and wants a look, and how often: `(2, "texts under more than one intent")`.
    pub remarks: Vec<(u64, &'static str)>,
    /// Conversations that the store could not read back: left out, though they were asked for.
    pub damaged: u64,
}

/// Words for what cannot be read back.
const DAMAGED: &str = "conversations damaged in the store (`afterword doctor --deep` names them)";

impl Written {
    /// `1,200 conversations; left out: 1 message without an intent; look at: 2 texts under two intents`.
    pub fn words(&self) -> String {
        self.told(counted(self.count, self.unit))
    }

    /// The same, with the file that it is in: `1,200 conversations in /tmp/a.csv; left out: …`.
    pub fn words_in(&self, file: &Path) -> String {
        let count = counted(self.count, self.unit);
        self.told(format!("{count} in {}", file.display()))
    }

    fn told(&self, mut words: String) -> String {
        let damaged = [(self.damaged, DAMAGED)];
        let left_out = damaged.iter().chain(&self.left_out);
        let lists = [
            ("left out", left_out.collect::<Vec<_>>()),
            ("look at", self.remarks.iter().collect()),
        ];
        for (about, list) in lists {
            let list: Vec<String> = list
                .into_iter()
                .filter(|(n, _)| *n > 0)
                .map(|(n, what)| counted(*n, what))
                .collect();
            if !list.is_empty() {
                words.push_str(&format!("; {about}: {}", list.join(", ")));
            }
        }
        words
    }
}

/// A count with what was counted; the first word is in the plural where it is not one.
fn counted(n: u64, plural: &str) -> String {
    let (first, rest) = plural.split_at(plural.find(' ').unwrap_or(plural.len()));
    let first = match (n, first.strip_suffix("ies"), first.strip_suffix('s')) {
        (1, Some(stem), _) => format!("{stem}y"),
        (1, None, Some(stem)) => stem.to_owned(),
        _ => first.to_owned(),
    };
    format!("{} {first}{rest}", figure(n))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_said_in_words() {
        let written = |count, unit, left_out| Written {
            count,
            unit,
            left_out,
            remarks: vec![(0, "nothing"), (count / 1_000, "texts under two intents")],
            damaged: u64::from(count == 2),
        };
        for (written, words) in [
            (
                written(1_200, "conversations", vec![]),
                "1,200 conversations; look at: 1 text under two intents",
            ),
            (written(1, "stories", vec![(0, "events")]), "1 story"),
            (
                written(2, "stories", vec![(1, "doubles")]),
                "2 stories; left out: 1 conversation damaged in the store (`afterword doctor --deep` names them), 1 double",
            ),
            (
                written(
                    0,
                    "examples",
                    vec![(1, "messages without an intent"), (2, "doubles")],
                ),
                "0 examples; left out: 1 message without an intent, 2 doubles",
            ),
        ] {
            assert_eq!(written.words(), words);
        }
    }
}
