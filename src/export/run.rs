//! Conversations out of the store through an output, one at a time. Nothing here opens a file or prints.

use std::io::Write;

use super::outgoing::Outgoing;
use super::output::Written;
use super::outputs::{Choice, Choices, OutputInfo};
use crate::model::Review;
use crate::store::{CardReview, Store, StoreError};

/// Why an export did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The store could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What was written into takes no more.
    #[error(transparent)]
    Write(#[from] std::io::Error),
    /// Somebody stopped it.
    #[error("stopped")]
    Stopped,
}

/// Words for what was asked for and is not there any more.
const GONE: &str = "conversations removed meanwhile";

/// Writes the conversations in these rows, in this order. After each one `go_on` is told how many are
/// done; it stops the export by answering false. One that is damaged is left out and counted: the others
/// are worth having, and most of all then.
///
/// # Errors
/// Of the store, of `out`, or [`ExportError::Stopped`].
pub fn write(
    store: &Store,
    rows: &[i64],
    info: &OutputInfo,
    choices: &Choices,
    out: &mut dyn Write,
    go_on: &mut dyn FnMut(u64) -> bool,
) -> Result<Written, ExportError> {
    // The one place where what was chosen becomes what is hidden.
    let privacy = store.privacy(choices.has(Choice::Anonymize), choices.has(Choice::Redact))?;
    let unreviewed = info.takes(Choice::WithReview) && !choices.has(Choice::WithReview);
    let mut output = (info.make)(choices);
    let (mut gone, mut damaged) = (0, 0);
    for (row, done) in rows.iter().zip(1..) {
        match store.whole(*row) {
            Ok(Some(mut whole)) => {
                if unreviewed {
                    whole.card.review = CardReview::default();
                    whole.review = Review::default();
                }
                output.take(out, &Outgoing::new(whole, &privacy))?;
            }
            Ok(None) => gone += 1,
            Err(StoreError::Damaged(_)) => damaged += 1,
            Err(error) => return Err(error.into()),
        }
        if !go_on(done) {
            return Err(ExportError::Stopped);
        }
    }
    let mut written = output.finish(out)?;
    out.flush()?;
    if gone > 0 {
        written.left_out.push((gone, GONE));
    }
    written.damaged = damaged;
    Ok(written)
}
