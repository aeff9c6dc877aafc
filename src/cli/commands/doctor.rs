//! `doctor`: checks the store, mends what can be mended.

use crate::cli::output::{Out, plural};
use crate::cli::session::Session;
use crate::error::Error;
use crate::text::figure;

/// The exit status: 0 where nothing is wrong (any more), 1 else.
pub(crate) fn run(session: &Session, deep: bool, repair: bool, out: &mut Out) -> Result<u8, Error> {
    let mut findings = if repair {
        let mut store = session.change()?;
        let done = store.repair()?;
        out.line(&format!(
            "{} rebuilt, {} damaged",
            plural(done.rebuilt, "conversation", "conversations"),
            figure(done.damaged)
        ))?;
        store.doctor(deep)?
    } else {
        session.read()?.doctor(deep)?
    };
    if findings.is_empty() {
        out.line("the store is sound")?;
        return Ok(0);
    }
    let many = findings.len();
    findings.truncate(200);
    for finding in &findings {
        let about = finding
            .conversation
            .map(|id| format!("{id}: "))
            .unwrap_or_default();
        let way = if finding.repairable && !repair {
            " (doctor --repair mends it)"
        } else {
            ""
        };
        out.line(&format!("{about}{}{way}", finding.what))?;
    }
    if many > findings.len() {
        out.line(&format!("and {} more", many - findings.len()))?;
    }
    Ok(1)
}
