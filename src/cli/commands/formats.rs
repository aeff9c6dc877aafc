//! `formats`: what is read, from the one table of formats.

use serde::Serialize;

use crate::cli::output::Out;
use crate::error::Error;
use crate::import::formats::table::FORMATS;

#[derive(Serialize)]
struct Row<'a> {
    format: &'a str,
    title: &'a str,
    recognised: &'a str,
    sample: &'a str,
    evidence: &'a str,
}

pub(crate) fn run(json: bool, out: &mut Out) -> Result<(), Error> {
    for format in FORMATS {
        let evidence = format.evidence.words();
        if json {
            let (title, recognised, sample) = (format.title, format.recognised, format.sample);
            out.json(&Row {
                format: format.name,
                title,
                recognised,
                sample,
                evidence,
            })?;
        } else {
            out.line(&format!("{}  ({evidence})", format.name))?;
            out.line(&format!("    {}", format.title))?;
            out.line(&format!("    recognised by {}", format.recognised))?;
            out.line(&format!("    {}", format.sample))?;
        }
    }
    Ok(())
}
