//! The program from outside: standard output, standard error and exit status of every command.
//!
//! Each test has a world of its own (home, store, clock); a case reads like a session at a prompt.

#![allow(clippy::print_stderr, reason = "a test says when it is skipped")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod correcting;
mod exporting;
mod generated;
mod hostile;
mod importing;
mod privacy;
mod process;
mod reading;
mod reviewing;
mod round_trip;
mod searching;
mod training;
mod world;

use std::path::PathBuf;

/// The folder of real data beside the repository, or None with a word about it.
fn data() -> Option<PathBuf> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data"));
    if !folder.is_dir() {
        eprintln!("skipped: no folder {}", folder.display());
        return None;
    }
    Some(folder)
}
