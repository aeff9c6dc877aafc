//! What an import did, in figures and in places: the ledger that has to add up.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::Serialize;

use super::formats::Place;
use crate::store::Outcome;

/// How many rejected records are listed; all are counted.
pub const MOST_REJECTS: usize = 1000;

/// What became of the conversations that were read. Each is counted once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Conversations {
    /// Were not there.
    pub new: u64,
    /// Grew.
    pub updated: u64,
    /// Brought nothing new.
    pub unchanged: u64,
    /// Contradict what is there.
    pub rejected: u64,
    /// Have no event.
    pub empty: u64,
    /// Were purged before, and stay away.
    pub purged: u64,
}

impl Conversations {
    /// All of them.
    pub fn read(&self) -> u64 {
        self.new + self.updated + self.unchanged + self.rejected + self.empty + self.purged
    }
}

/// Something that was left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reject {
    /// Name of the file as the user wrote it; may hold anything.
    pub file: String,
    /// Line of a text, row of a database; none where it is about the file as a whole.
    pub line: Option<u64>,
    /// Why.
    pub reason: String,
}

/// The end of an import, as `import --json` prints it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Report {
    /// The format, or `mixed`; empty where nothing was recognised.
    pub format: String,
    /// Files read.
    pub files: u64,
    /// Bytes read, as they lie on the disk.
    pub bytes: u64,
    /// How long it took.
    pub seconds: f64,
    /// What became of the conversations.
    pub conversations: Conversations,
    /// Events of the conversations that were read.
    pub events: u64,
    /// Messages among them.
    pub messages: u64,
    /// Records and files that could not be read.
    pub rejected_records: u64,
    /// The first of what was left out, records and conversations.
    pub rejects: Vec<Reject>,
    /// Stopped before the end: the next import goes on from here.
    #[serde(skip)]
    pub cancelled: bool,
    /// The conversations that were handed over, each of which has one outcome.
    #[serde(skip)]
    pub(super) handed: u64,
    #[serde(skip)]
    pub(super) formats: BTreeSet<&'static str>,
}

impl Report {
    /// True if something was left out (exit status 3).
    pub fn left_out(&self) -> bool {
        self.rejected_records > 0 || self.conversations.rejected > 0
    }

    /// Counts the outcome of one conversation.
    pub(super) fn count(&mut self, outcome: &Outcome) {
        self.handed += 1;
        let c = &mut self.conversations;
        match outcome {
            Outcome::New => c.new += 1,
            Outcome::Updated => c.updated += 1,
            Outcome::Unchanged => c.unchanged += 1,
            Outcome::Rejected(_) => c.rejected += 1,
            Outcome::Purged => c.purged += 1,
        }
    }

    /// Counts what is in a conversation: its events, and the messages among them.
    pub(super) fn add(&mut self, (events, messages): (u64, u64)) {
        self.events += events;
        self.messages += messages;
    }

    /// Counts conversations that have no event.
    pub(super) fn count_empty(&mut self, how_many: u64) {
        self.handed += how_many;
        self.conversations.empty += how_many;
    }

    /// Lists something that was left out.
    pub(super) fn list(&mut self, file: &str, place: Place, reason: String) {
        if self.rejects.len() < MOST_REJECTS {
            let line = match place {
                Place::Line(line) => Some(line),
                Place::Row(row) => u64::try_from(row).ok(),
                Place::Byte(_) | Place::Whole => None,
            };
            let reason = match place {
                Place::Byte(byte) => format!("at byte {byte}: {reason}"),
                _ => reason,
            };
            self.rejects.push(Reject {
                file: file.to_owned(),
                line,
                reason,
            });
        }
    }

    /// Closes the ledger.
    ///
    /// # Panics
    ///
    /// Where a conversation was lost on the way: no figure may be shown then.
    pub(super) fn close(&mut self, took: Duration) {
        self.format = match self.formats.len() {
            0 => String::new(),
            1 => self.formats.iter().copied().collect(),
            _ => "mixed".to_owned(),
        };
        self.seconds = took.as_millis() as f64 / 1000.0;
        assert_eq!(
            self.conversations.read(),
            self.handed,
            "every conversation read has exactly one outcome"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_json_is_that_of_the_contract() {
        let mut report = Report {
            files: 2,
            bytes: 10,
            ..Report::default()
        };
        report.formats.insert("rasa-events");
        report.count(&Outcome::New);
        report.count(&Outcome::Rejected("why".into()));
        report.count_empty(3);
        report.list("a.json", Place::Line(4), "broken".into());
        report.list("b.db", Place::Whole, "unknown".into());
        report.rejected_records = 2;
        report.close(Duration::from_millis(1250));
        assert_eq!(
            serde_json::to_string(&report).unwrap(),
            r#"{"format":"rasa-events","files":2,"bytes":10,"seconds":1.25,"conversations":{"new":1,"updated":0,"unchanged":0,"rejected":1,"empty":3,"purged":0},"events":0,"messages":0,"rejected_records":2,"rejects":[{"file":"a.json","line":4,"reason":"broken"},{"file":"b.db","line":null,"reason":"unknown"}]}"#
        );
        assert!(report.left_out());
    }

    #[test]
    fn only_the_first_rejects_are_listed() {
        let mut report = Report::default();
        for line in 0..2000 {
            report.list("f", Place::Line(line), String::new());
        }
        assert_eq!(report.rejects.len(), MOST_REJECTS);
    }
}
