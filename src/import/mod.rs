//! Exports in, conversations out: inputs are found ([`source`]) and unpacked ([`unpack`]), told apart by content
//! ([`detect`]), cut into records ([`records`]), read by [`formats`], split into conversations
//! ([`sessions`]) and handed to the store ([`run`]).
//!
//! This module must not print and must not know the screen; the only SQL in it reads source databases and
//! stages interleaved events.

mod controls;
pub mod detect;
mod encoding;
pub mod formats;
mod gate;
mod incoming;
mod jobs;
mod mark;
mod pace;
#[cfg(unix)]
mod pipe;
mod pipeline;
mod preview;
pub mod private;
mod read;
pub mod records;
pub mod report;
mod request;
pub mod sessions;
pub mod source;
mod staging;
mod threads;
pub mod unpack;
mod work;

pub use formats::table::{Evidence, FORMATS, Format};
pub use pipeline::run;
pub use report::Report;
pub use request::{Progress, Request};
pub use sessions::SessionMode;
pub use source::PathOrStdin;

use crate::store::StoreError;
use formats::{ReadError, Stop};
use staging::StagingError;

/// Why an import could not be done, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Nothing could be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The temporary folder failed.
    #[error(transparent)]
    Staging(#[from] StagingError),
    /// A format that there is not: wrong usage.
    #[error("no format {0}: `afterword formats` lists them")]
    UnknownFormat(String),
    /// The reading thread ended by a fault of the program.
    #[error("the import ended by a fault of the program; what was read until then is kept")]
    Crashed,
}

impl From<Stop> for ImportError {
    fn from(stop: Stop) -> Self {
        Self::Read(ReadError::Stop(stop))
    }
}

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
