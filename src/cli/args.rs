//! What can be typed after `afterword`. Help, completions and the manual are made from this.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Review what people said to your assistant.
///
/// Alone it opens the review screen. Everything the screen does to conversations can be done by a
/// command too.
#[derive(Debug, Parser)]
#[command(
    name = "afterword",
    version,
    max_term_width = 100,
    disable_help_subcommand = true
)]
pub struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

#[derive(Args, Debug, Clone)]
pub(crate) struct Global {
    /// The store [AFTERWORD_STORE; default: store.db in the data directory]
    #[arg(long, global = true, value_name = "FILE")]
    pub store: Option<PathBuf>,
    /// The configuration [AFTERWORD_CONFIG; default: config.toml in the configuration directory]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Who decides [AFTERWORD_REVIEWER; default: the configuration, else the login name]
    #[arg(long, global = true, value_name = "NAME")]
    pub reviewer: Option<String>,
    /// Colours: auto, always, never (NO_COLOR is heard)
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        hide_default_value = true
    )]
    pub color: ColorWhen,
    /// Say nothing on standard error but errors
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Say more in the log of --log
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Write a log (never what people said)
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
    Open {
        /// A link (afterword://…), an id, or an external id
        #[arg(value_name = "LINK-OR-ID")]
        target: String,
    },
    /// Open the review screen on conversations that come with the program
    Demo {
        /// Keep the demo's store in this file
        #[arg(long, value_name = "FILE")]
        keep: Option<PathBuf>,
    },
    /// Read exports: files, folders, - for standard input
    Import(ImportArgs),
    /// Show the formats it reads and how each is recognised
    Formats {
        /// One object a line
        #[arg(long)]
        json: bool,
    },
    /// Print the conversations that match
    List(ListArgs),
    /// Count the conversations that match
    Count {
        #[command(flatten)]
        filter: FilterArgs,
        /// Count per value of a facet (may be repeated)
        #[arg(long, value_name = "FACET")]
        by: Vec<String>,
        /// JSON
        #[arg(long)]
        json: bool,
    },
    /// Print one conversation
    Show {
        /// An id, a prefix of one, or an external id
        id: String,
        /// This event alone
        #[arg(long, value_name = "SEQ")]
        at: Option<u32>,
        /// One JSON object with everything
        #[arg(long, conflicts_with = "raw")]
        json: bool,
        /// The source's records, verbatim
        #[arg(long)]
        raw: bool,
    },
    /// Set status and verdict: reviewed, saved, unread, deleted, positive, negative, none
    Mark {
        /// One or two of the words above, then ids
        #[arg(required = true, value_name = "WORD… ID")]
        words: Vec<String>,
        /// All that match this filter instead of ids
        #[arg(long, value_name = "FILTER")]
        filter: Option<String>,
    },
    /// Put tags on and take them off; the vocabulary
    #[command(subcommand)]
    Tag(TagCommand),
    /// Flag conversations or events
    Flag(FlagArgs),
    /// Take flags off
    Unflag(FlagArgs),
    /// Write a note on a conversation or event
    Note {
        /// ID, or ID:SEQ for an event
        target: String,
        /// The note
        #[arg(required = true)]
        text: Vec<String>,
    },
    /// Take back changes: the newest of one's own, so many of them, or these entries
    Undo {
        /// How many, or ids of entries
        #[arg(value_name = "N|ENTRY")]
        what: Vec<String>,
    },
    /// Redo one's own newest undo
    Redo,
    /// Print the journal, newest first
    Log {
        /// Of this conversation
        id: Option<String>,
        /// From this day or span back on (7d, 2026-05-01)
        #[arg(long, value_name = "WHEN")]
        since: Option<String>,
        /// Changes of whole filters alone
        #[arg(long)]
        bulk: bool,
        /// One object a line
        #[arg(long)]
        json: bool,
    },
    /// Saved filters
    #[command(subcommand)]
    Preset(PresetCommand),
    /// Check the store
    Doctor {
        /// Read every conversation too
        #[arg(long)]
        deep: bool,
        /// Rebuild what can be rebuilt
        #[arg(long)]
        repair: bool,
    },
    /// Show the configuration, the keys, the paths
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print completions for a shell
    Completions {
        /// bash, elvish, fish, powershell, zsh
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

#[derive(Args, Debug)]
pub(crate) struct FilterArgs {
    /// The filter; several words are taken together
    #[arg(value_name = "FILTER")]
    pub words: Vec<String>,
}

#[derive(Args, Debug)]
pub(crate) struct ImportArgs {
    /// Files, folders, - for standard input
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// The format, where it is not to be recognised
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<String>,
    /// Name of the source [default: the assistant's id in the log, else main]
    #[arg(long, value_name = "NAME")]
    pub source: Option<String>,
    /// Where sessions part: marker, none, gap:30m
    #[arg(long, value_name = "MODE")]
    pub sessions: Option<String>,
    /// Conversations that ended from then on (7d, 2026-05-01)
    #[arg(long, value_name = "WHEN")]
    pub since: Option<String>,
    /// Take over the reviews that afterword's own JSONL carries
    #[arg(long)]
    pub with_review: bool,
    /// Read everything, write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// End with the report as one JSON object
    #[arg(long)]
    pub json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    pub filter: FilterArgs,
    /// Order: ended, started, rating, confidence, … [default: ended]
    #[arg(long, value_name = "KEY")]
    pub sort: Option<String>,
    /// The other way round
    #[arg(long)]
    pub reverse: bool,
    /// At most so many
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// Columns, by their JSON names, separated by commas
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub columns: Vec<String>,
    /// One object a line
    #[arg(long, conflicts_with = "csv")]
    pub json: bool,
    /// Comma-separated, with a heading
    #[arg(long)]
    pub csv: bool,
}

#[derive(Args, Debug)]
pub(crate) struct FlagArgs {
    /// ID, or ID:SEQ for an event
    #[arg(value_name = "ID[:SEQ]", required_unless_present = "filter")]
    pub targets: Vec<String>,
    /// All that match this filter instead of ids
    #[arg(long, value_name = "FILTER")]
    pub filter: Option<String>,
    /// With --filter: the events that satisfy it, not the conversations
    #[arg(long, requires = "filter")]
    pub hits: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TagCommand {
    /// Put a tag on
    Add(TagArgs),
    /// Take a tag off
    Remove(TagArgs),
    /// Print the vocabulary
    List {
        /// One object a line
        #[arg(long)]
        json: bool,
    },
    /// Rename a tag everywhere
    Rename {
        /// From
        from: String,
        /// To
        to: String,
    },
    /// Say what a tag is for, and put it on a digit
    Describe {
        /// Tag
        tag: String,
        /// What it is for
        text: Option<String>,
        /// Digit 1 to 9
        #[arg(long, value_name = "DIGIT")]
        key: Option<char>,
    },
    /// Take a tag out of the vocabulary and off every conversation
    Delete {
        /// Tag
        tag: String,
    },
}

#[derive(Args, Debug)]
pub(crate) struct TagArgs {
    /// Tag
    pub tag: String,
    /// Ids
    #[arg(value_name = "ID", required_unless_present = "filter")]
    pub ids: Vec<String>,
    /// All that match this filter instead of ids
    #[arg(long, value_name = "FILTER")]
    pub filter: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PresetCommand {
    /// Print all presets
    List {
        /// One object a line
        #[arg(long)]
        json: bool,
    },
    /// Save a filter under a name
    Save {
        /// Name
        name: String,
        /// The key after '
        #[arg(long, value_name = "KEY")]
        key: Option<char>,
        /// Order, as for `list`
        #[arg(long, value_name = "ORDER")]
        sort: Option<String>,
        /// The order the other way round
        #[arg(long)]
        reverse: bool,
        #[command(flatten)]
        filter: FilterArgs,
    },
    /// Print a preset's filter
    Show {
        /// Name
        name: String,
    },
    /// Delete a preset
    Delete {
        /// Name
        name: String,
    },
    /// Print all presets as TOML
    Export,
    /// Take presets from a file, - for standard input
    Import {
        /// File
        file: PathBuf,
    },
}

#[derive(Clone, Copy, Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Print the configuration in force
    Show,
    /// Print every action with its keys, as the configuration takes them
    Keys,
    /// Print where configuration and store are
    Path,
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
