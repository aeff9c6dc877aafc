//! The arguments of single commands.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Args, Debug)]
pub(crate) struct FilterArgs {
    /// The filter, in one word or several; without one, all that is not deleted
    #[arg(value_name = "FILTER")]
    pub words: Vec<String>,
}

#[derive(Args, Debug)]
pub(crate) struct ImportArgs {
    /// Files, folders, or - for standard input
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// The format, where it is not to be recognised; `afterword formats` lists them
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<String>,
    /// The name of the source; else the assistant's id in the log, else main
    #[arg(long, value_name = "NAME")]
    pub source: Option<String>,
    /// Where sessions part: marker, none, or after a gap (gap:30m)
    #[arg(long, value_name = "MODE")]
    pub sessions: Option<String>,
    /// Conversations active from then on alone: 7d, yesterday, 2026-05-01
    #[arg(long, value_name = "WHEN")]
    pub since: Option<String>,
    /// Take over the reviews that afterword's own JSON carries
    #[arg(long)]
    pub with_review: bool,
    #[command(flatten)]
    pub privacy: PrivacyArgs,
    /// Read everything, write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Print the report as one JSON object
    #[arg(long)]
    pub json: bool,
}

/// What is hidden of conversations.
#[derive(Args, Debug)]
pub(crate) struct PrivacyArgs {
    /// Put pseudonyms for ids and names of users and human agents
    #[arg(long)]
    pub anonymize: bool,
    /// Mask e-mail addresses, telephone numbers, cards, IBANs, IP addresses and keys in texts
    #[arg(long)]
    pub redact: bool,
}

#[derive(Args, Debug)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    pub filter: FilterArgs,
    /// The order: ended (usual), started, rating, confidence, messages, …
    #[arg(long, value_name = "ORDER")]
    pub sort: Option<String>,
    /// The order the other way round
    #[arg(long)]
    pub reverse: bool,
    /// At most so many
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// Columns of the table or of CSV: names of --json, separated by commas
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub columns: Vec<String>,
    /// Print JSON, one object a line
    #[arg(long, conflicts_with = "csv")]
    pub json: bool,
    /// Print CSV with a heading
    #[arg(long)]
    pub csv: bool,
}

#[derive(Args, Debug)]
pub(crate) struct SearchArgs {
    /// The words that one message says; a phrase in quotes
    #[arg(value_name = "TEXT")]
    pub text: String,
    #[command(flatten)]
    pub filter: FilterArgs,
    /// At most so many messages
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// So many messages before and after each
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub context: usize,
    /// Print JSON, one object a line
    #[arg(long)]
    pub json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct FlagArgs {
    /// Conversations, or with :SEQ events
    #[arg(value_name = "ID[:SEQ]", required_unless_present = "filter")]
    pub targets: Vec<String>,
    /// All that match this filter, instead of ids
    #[arg(long, value_name = "FILTER")]
    pub filter: Option<String>,
    /// With --filter: the events that satisfy it, not the conversations
    #[arg(long, requires = "filter")]
    pub hits: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TagCommand {
    /// Put a tag on; a new one joins the vocabulary
    #[command(after_help = "Examples:\n  \
        afterword tag add billing 7kq2m4xd\n  \
        afterword tag add billing --filter 'intent:refund since:7d'")]
    Add(TagArgs),
    /// Take a tag off
    Remove(TagArgs),
    /// Print the vocabulary: keys, tags, how many conversations
    List {
        /// Print JSON, one object a line
        #[arg(long)]
        json: bool,
    },
    /// Rename a tag everywhere
    Rename {
        /// The tag
        from: String,
        /// Its new name
        to: String,
    },
    /// Say what a tag is for, and put it on a digit
    Describe {
        /// The tag
        tag: String,
        /// What it is for
        text: Option<String>,
        /// The digit that sets it on the screen, 1 to 9
        #[arg(long, value_name = "DIGIT")]
        key: Option<char>,
    },
    /// Take a tag out of the vocabulary and off every conversation
    Delete {
        /// The tag
        tag: String,
    },
}

#[derive(Args, Debug)]
pub(crate) struct TagArgs {
    /// The tag
    pub tag: String,
    /// Conversations
    #[arg(value_name = "ID", required_unless_present = "filter")]
    pub ids: Vec<String>,
    /// All that match this filter, instead of ids
    #[arg(long, value_name = "FILTER")]
    pub filter: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PresetCommand {
    /// Print all presets
    List {
        /// Print JSON, one object a line
        #[arg(long)]
        json: bool,
    },
    /// Save a filter under a name; one of that name gets the new filter
    #[command(after_help = "Example:\n  \
        afterword preset save Refunds --key r 'is:unread intent:refund'")]
    Save {
        /// The name
        name: String,
        /// The key that opens it on the screen, after '
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
        /// The preset
        name: String,
    },
    /// Delete a preset
    Delete {
        /// The preset
        name: String,
    },
    /// Print all presets as TOML
    Export,
    /// Take presets from a file, - for standard input
    Import {
        /// What `preset export` wrote, or the same as JSON
        file: PathBuf,
    },
}

#[derive(Clone, Copy, Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Print the configuration in force
    Show,
    /// Print every action with its keys, as the configuration takes it
    Keys,
    /// Print where configuration and store are
    Path,
}

/// What `show` takes.
#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// An id or the beginning of one, an external id
    pub id: String,
    /// This event alone; as Markdown the turns around it, as a story what led to it
    #[arg(long, value_name = "SEQ")]
    pub at: Option<u32>,
    /// Print one JSON object with everything
    #[arg(long, group = "form")]
    pub json: bool,
    /// Print a transcript in Markdown, to paste into an issue
    #[arg(long, group = "form")]
    pub markdown: bool,
    /// Print the source's records, verbatim
    #[arg(long, group = "form")]
    pub raw: bool,
    /// Print a Rasa story
    #[arg(long, group = "form")]
    pub story: bool,
}
