//! The one table of outputs. Help, completions, the README and the choice on the screen are made from it;
//! a test holds each of them to it.

use super::chat::Chat;
use super::csv::Csv;
use super::html::Html;
use super::jsonl::Jsonl;
use super::markdown::Markdown;
use super::output::Output;
use super::rasa::{end_to_end::EndToEnd, nlu::Nlu, stories::Stories};
use crate::model::Millis;

/// What can be chosen of an export, on or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Choice {
    /// What reviewers decided leaves too; without it the conversations leave as nobody had touched them.
    WithReview,
    /// What the assistant guessed leaves beside what people corrected or confirmed.
    Predicted,
    /// Cells of CSV stay exact, formulas too.
    RawCsv,
    /// People leave under pseudonyms.
    Anonymize,
    /// Personal data in texts leaves as its type.
    Redact,
}

impl Choice {
    /// All, in the order they are shown.
    pub const ALL: [Self; 5] = [
        Self::WithReview,
        Self::Predicted,
        Self::RawCsv,
        Self::Anonymize,
        Self::Redact,
    ];

    /// The option of the command, without its hyphens.
    pub fn name(self) -> &'static str {
        match self {
            Self::WithReview => "with-review",
            Self::Predicted => "predicted",
            Self::RawCsv => "raw-csv",
            Self::Anonymize => "anonymize",
            Self::Redact => "redact",
        }
    }

    /// True for what hides people or data.
    pub fn hides(self) -> bool {
        matches!(self, Self::Anonymize | Self::Redact)
    }

    /// What it does, for the screen.
    pub fn words(self) -> &'static str {
        match self {
            Self::WithReview => "with status, verdict, tags, flags, notes and corrections",
            Self::Predicted => "also messages that nobody corrected or confirmed",
            Self::RawCsv => "texts exact, formulas too",
            Self::Anonymize => "pseudonyms for users and human agents",
            Self::Redact => "personal data in texts masked by its type",
        }
    }
}

/// Everything that is chosen of one export.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    /// What is on.
    pub on: Vec<Choice>,
    /// Columns of CSV; none: the usual ones.
    pub columns: Vec<&'static str>,
    /// The present moment, for outputs that say when they were made.
    pub now: Millis,
}

impl Choices {
    /// True for what is on.
    pub fn has(&self, choice: Choice) -> bool {
        self.on.contains(&choice)
    }
}

/// One row of the table.
pub struct OutputInfo {
    /// Name after `--as`.
    pub name: &'static str,
    /// What it is, in a few words.
    pub words: &'static str,
    /// Ending of its files, without the dot.
    pub ending: &'static str,
    /// What can be chosen of it.
    pub takes: &'static [Choice],
    /// Makes one.
    pub make: fn(&Choices) -> Box<dyn Output>,
}

impl OutputInfo {
    /// True where this can be chosen of it.
    pub fn takes(&self, choice: Choice) -> bool {
        // Whatever leaves can be hidden in.
        choice.hides() || self.takes.contains(&choice)
    }
}

impl std::fmt::Debug for OutputInfo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// Every output, in the order they are offered.
pub const OUTPUTS: &[OutputInfo] = &[
    OutputInfo {
        name: "jsonl",
        words: "JSON, one conversation a line; import reads it back without loss",
        ending: "jsonl",
        takes: &[Choice::WithReview],
        make: |_| Box::new(Jsonl::default()),
    },
    OutputInfo {
        name: "csv",
        words: "the columns of the list, for a spreadsheet",
        ending: "csv",
        takes: &[Choice::RawCsv],
        make: |choices| Box::new(Csv::new(choices)),
    },
    OutputInfo {
        name: "markdown",
        words: "transcripts to paste into an issue",
        ending: "md",
        takes: &[Choice::WithReview],
        make: |_| Box::new(Markdown::default()),
    },
    OutputInfo {
        name: "html",
        words: "transcripts on one page, to read on any device",
        ending: "html",
        takes: &[Choice::WithReview],
        make: |_| Box::new(Html::default()),
    },
    OutputInfo {
        name: "nlu",
        words: "Rasa training data: corrected and confirmed messages by intent",
        ending: "yml",
        takes: &[Choice::Predicted],
        make: |choices| Box::new(Nlu::new(choices.has(Choice::Predicted))),
    },
    OutputInfo {
        name: "stories",
        words: "Rasa stories, one per conversation",
        ending: "yml",
        takes: &[],
        make: |_| Box::new(Stories::default()),
    },
    OutputInfo {
        name: "tests",
        words: "Rasa end-to-end tests, up to the flagged turn; Rasa wants a file name test_….yml",
        ending: "yml",
        takes: &[],
        make: |_| Box::new(EndToEnd::default()),
    },
    OutputInfo {
        name: "chat",
        words: "messages of user and assistant, as fine-tuning of chat models takes them",
        ending: "jsonl",
        takes: &[],
        make: |_| Box::new(Chat::default()),
    },
];

/// The output of that name.
pub fn output(name: &str) -> Option<&'static OutputInfo> {
    OUTPUTS.iter().find(|info| info.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_holds_together() {
        for info in OUTPUTS {
            assert_eq!(output(info.name).map(|i| i.name), Some(info.name));
            assert_eq!(OUTPUTS.iter().filter(|i| i.name == info.name).count(), 1);
            assert!(!info.words.is_empty() && !info.words.ends_with('.'));
            assert!(
                info.ending
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c == '.')
            );
        }
        for choice in Choice::ALL {
            assert!(OUTPUTS.iter().any(|i| i.takes(choice)));
        }
    }
}
