//! What can be typed after `afterword`. Help, completions and the manual are made from this.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

mod export;
mod parts;

pub(crate) use export::ExportArgs;
pub(crate) use parts::{
    ConfigCommand, FilterArgs, FlagArgs, ImportArgs, ListArgs, PresetCommand, PrivacyArgs,
    SearchArgs, ShowArgs, TagArgs, TagCommand,
};

const EXAMPLES: &str = "\
Examples:
  afterword demo
  afterword import rasa.db exports/
  afterword list is:problem -tag:billing
  afterword mark reviewed negative --filter 'is:unread dropoff:checkout'
  afterword undo";

const EXIT_STATUS: &str = "\
Exit status: 0 done; 1 failed; 2 wrong usage, or no terminal where one is needed; \
3 an import finished but left records out, or an export damaged conversations; 130 after Ctrl-C.";

/// Review what people said to your assistant.
///
/// Alone it opens the review screen. Everything the screen does to conversations can be done by a
/// command too.
#[derive(Debug, Parser)]
#[command(
    name = "afterword",
    version,
    max_term_width = 100,
    after_help = EXIT_STATUS,
    after_long_help = format!("{EXAMPLES}\n\n{EXIT_STATUS}")
)]
pub struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

#[derive(Args, Debug, Clone)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// The store [AFTERWORD_STORE]
    #[arg(long, global = true, value_name = "FILE")]
    pub store: Option<PathBuf>,
    /// The configuration [AFTERWORD_CONFIG]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Who decides; else the configuration, else the login name [AFTERWORD_REVIEWER]
    #[arg(long, global = true, value_name = "NAME")]
    pub reviewer: Option<String>,
    /// Colours of the screen: auto, always, never [NO_COLOR]
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        hide_default_value = true,
        hide_possible_values = true
    )]
    pub color: ColorWhen,
    /// Say nothing on standard error but errors
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Write more into the log
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Append a log of what the program does, never of what people said
    #[arg(long, global = true, value_name = "FILE")]
    pub log: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorWhen {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Open the review screen at a conversation or event
    #[command(after_help = "Example:\n  afterword open afterword://7kq2m4xdbn3ra5wp")]
    Open {
        /// A link (afterword://…), an id or the beginning of one, an external id
        #[arg(value_name = "LINK-OR-ID")]
        target: String,
    },
    /// Open the review screen on conversations that come with the program
    ///
    /// They stand in a temporary store that is gone afterwards.
    Demo {
        /// Keep the demo's store in this file
        #[arg(long, value_name = "FILE")]
        keep: Option<PathBuf>,
    },
    /// Import conversations from exports
    ///
    /// The format is recognised by content, packed files are unpacked (gzip, zstd). What cannot be read is
    /// listed with file, line and reason, and everything else is imported. Importing again changes
    /// nothing, a longer export adds what is new, and no import touches what reviewers decided.
    #[command(after_help = "Examples:\n  \
        afterword import rasa.db\n  \
        afterword import --source webshop exports/\n  \
        zstdcat events.jsonl.zst | afterword import -")]
    Import(ImportArgs),
    /// Print the formats it reads and how each is recognised
    Formats {
        /// Print JSON, one object a line
        #[arg(long)]
        json: bool,
    },
    /// Print the conversations that match a filter
    #[command(after_help = "Examples:\n  \
        afterword list is:unread is:problem\n  \
        afterword list -tag:billing rating:..2 --sort rating --limit 20\n  \
        afterword list 'turn(intent:refund is:fallback)' --json\n  \
        afterword list since:7d --csv --columns id,user_id,rating,tags")]
    List(ListArgs),
    /// Count the conversations that match a filter
    #[command(after_help = "Examples:\n  \
        afterword count is:unread\n  \
        afterword count is:problem --by intent --by channel")]
    Count {
        #[command(flatten)]
        filter: FilterArgs,
        /// Per value of this facet: intent, tag, channel, status, …; may be repeated
        #[arg(long, value_name = "FACET")]
        by: Vec<String>,
        /// Print JSON, one object a line
        #[arg(long)]
        json: bool,
    },
    /// Print one conversation
    #[command(after_help = "Examples:\n  \
        afterword show 7kq2m4xd\n  \
        afterword show 7kq2m4xd --markdown\n  \
        afterword show 7kq2m4xd --at 12 --raw\n  \
        afterword show 7kq2m4xd --at 12 --story")]
    Show(ShowArgs),
    /// Print the messages that say something, with what was said around them
    ///
    /// Newest conversation first. TEXT is words as in a filter, all of them in one message: `refund*` takes
    /// what begins so, a phrase stands in quotes of its own, `user_text:` and `bot_text:` take one side.
    #[command(after_help = "Examples:\n  \
        afterword search refund\n  \
        afterword search '\"lost order\"' is:problem since:7d\n  \
        afterword search 'user_text:cancel*' --context 3 --limit 20\n  \
        afterword search refund --json")]
    Search(SearchArgs),
    /// Write conversations for other programs and people
    ///
    /// All that match the filter, in the order of `list`; without a filter, all that is not deleted. A file
    /// appears whole or not at all, readable by its owner alone, and never over one that is there.
    #[command(after_help = "Examples:\n  \
        afterword export --as jsonl --with-review -o all.jsonl\n  \
        afterword export since:7d is:problem --as csv -o problems.csv\n  \
        afterword export --ids 7kq2m4xd anna --as jsonl")]
    Export(ExportArgs),
    /// Print figures over the conversations that match a filter
    ///
    /// --confusion: what was predicted against what a person corrected or confirmed, message by message.
    #[command(after_help = "Examples:\n  \
        afterword stats --confusion\n  \
        afterword stats since:30d --confusion --json")]
    Stats {
        #[command(flatten)]
        filter: FilterArgs,
        /// Predicted intents against corrected ones
        #[arg(long, required = true)]
        confusion: bool,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Set status and verdict
    ///
    /// Status: reviewed, saved (for later), unread, deleted (softly). Verdict: positive, negative, none. One
    /// of each at most, in any order with the ids; a verdict makes an unread conversation reviewed.
    #[command(
        override_usage = "afterword mark <STATUS|VERDICT>… <ID>…\n       \
            afterword mark <STATUS|VERDICT>… --filter <FILTER>",
        after_help = "Examples:\n  \
        afterword mark reviewed negative 7kq2m4xd\n  \
        afterword mark saved --filter 'is:unread intent:refund'"
    )]
    Mark {
        /// reviewed, saved, unread, deleted; positive, negative, none; ids
        #[arg(required = true, value_name = "WORD", hide_possible_values = true)]
        words: Vec<String>,
        /// All that match this filter, instead of ids
        #[arg(long, value_name = "FILTER")]
        filter: Option<String>,
    },
    /// Put tags on, take them off, keep the vocabulary
    #[command(subcommand)]
    Tag(TagCommand),
    /// Flag conversations or events
    #[command(after_help = "Examples:\n  \
        afterword flag 7kq2m4xd:12\n  \
        afterword flag --hits --filter 'turn(intent:refund is:fallback)'")]
    Flag(FlagArgs),
    /// Take flags off
    Unflag(FlagArgs),
    /// Write a note on a conversation or event
    Note {
        /// A conversation, or with :SEQ an event
        #[arg(value_name = "ID[:SEQ]")]
        target: String,
        /// The note
        #[arg(required = true)]
        text: Vec<String>,
    },
    /// Correct what was predicted or imported
    ///
    /// Of a message its intent and entities; of a conversation topics, sentiment, language, summary. Several
    /// at once are one change; an empty value removes a correction; `intent` alone confirms the prediction.
    /// The prediction itself stays.
    #[command(
        override_usage = "afterword correct <ID:SEQ> <intent[=NAME]|entities=JSON>…\n       \
            afterword correct <ID> <topics=A,B|sentiment=…|language=…|summary=…>…\n       \
            afterword correct <topics=A,B|…>… --filter <FILTER>",
        after_help = "Examples:\n  \
        afterword correct 7kq2m4xd:12 intent=refund\n  \
        afterword correct 7kq2m4xd:12 intent\n  \
        afterword correct 7kq2m4xd topics=returns/refund,delivery language=pt\n  \
        afterword correct 7kq2m4xd:12 'entities=[{\"entity\":\"city\",\"start\":8,\"end\":12}]'"
    )]
    Correct {
        /// An id, with :SEQ for a message; what is to be corrected, with its value
        #[arg(required = true, value_name = "WORD", hide_possible_values = true)]
        words: Vec<String>,
        /// All that match this filter, instead of an id
        #[arg(long, value_name = "FILTER")]
        filter: Option<String>,
    },
    /// Take back changes: one's own newest, or those named
    ///
    /// What another reviewer changed since stays as it is, and is said.
    #[command(after_help = "Examples:\n  \
        afterword undo\n  \
        afterword undo 3\n  \
        afterword undo qz4mm2hc (an entry of `afterword log`)")]
    Undo {
        /// How many of one's own newest changes, or ids of entries
        #[arg(value_name = "N|ENTRY")]
        what: Vec<String>,
    },
    /// Take back one's own newest undo
    Redo,
    /// Print the journal, newest first: who changed what
    Log {
        /// Of this conversation alone
        id: Option<String>,
        /// From then on: 7d, yesterday, 2026-05-01
        #[arg(long, value_name = "WHEN")]
        since: Option<String>,
        /// Changes by a filter alone
        #[arg(long)]
        bulk: bool,
        /// Print JSON, one object a line
        #[arg(long)]
        json: bool,
    },
    /// Keep filters under names and keys
    #[command(subcommand)]
    Preset(PresetCommand),
    /// Check the store for damage
    Doctor {
        /// Read every conversation, which takes longer
        #[arg(long)]
        deep: bool,
        /// Rebuild what can be rebuilt
        #[arg(long)]
        repair: bool,
    },
    /// Print the configuration, the keys, the paths
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print completions for a shell
    #[command(after_help = "Example:\n  \
        afterword completions bash > ~/.local/share/bash-completion/completions/afterword")]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_holds() {
        Cli::command().debug_assert();
    }
}
