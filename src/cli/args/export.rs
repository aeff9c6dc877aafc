//! The arguments of `export`; the outputs come from their table.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser};

use super::{FilterArgs, PrivacyArgs};
use crate::export::outputs::OUTPUTS;

#[derive(Args, Debug)]
pub(crate) struct ExportArgs {
    #[command(flatten)]
    pub filter: FilterArgs,
    /// These conversations instead of a filter: ids, beginnings of ids, external ids
    #[arg(long, value_name = "ID", num_args = 1.., conflicts_with = "words")]
    pub ids: Vec<String>,
    /// As what
    #[arg(long = "as", value_name = "OUTPUT", value_parser = outputs())]
    pub output: String,
    /// Into this file, which appears whole or not at all; else to standard output
    #[arg(short = 'o', long = "output", value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Replace the file if it is there
    #[arg(long, requires = "file")]
    pub force: bool,
    /// With status, verdict, tags, flags, notes and corrections
    #[arg(long)]
    pub with_review: bool,
    /// Also messages that nobody corrected or confirmed, as the assistant guessed them
    #[arg(long)]
    pub predicted: bool,
    /// Texts of CSV exact: a spreadsheet may run some of them as formulas
    #[arg(long)]
    pub raw_csv: bool,
    #[command(flatten)]
    pub privacy: PrivacyArgs,
    /// Columns of CSV: names of `list --json`, separated by commas
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub columns: Vec<String>,
    /// The order: ended (usual), started, rating, confidence, messages, …
    #[arg(long, value_name = "ORDER", conflicts_with = "ids")]
    pub sort: Option<String>,
    /// The order the other way round
    #[arg(long, conflicts_with = "ids")]
    pub reverse: bool,
    /// At most so many conversations
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
}

/// The names of the table of outputs, each with its words.
fn outputs() -> PossibleValuesParser {
    let values = OUTPUTS
        .iter()
        .map(|info| PossibleValue::new(info.name).help(info.words));
    PossibleValuesParser::new(values)
}
