//! Stores for tests: in a folder of their own that goes with them.

use tempfile::TempDir;

use super::{Access, Store};

/// An empty store in a new folder; the folder goes when the first value does.
///
/// # Panics
///
/// Where the folder or the store cannot be made: a test cannot go on then.
#[doc(hidden)]
pub fn temporary() -> (TempDir, Store) {
    let dir = match tempfile::tempdir() {
        Ok(dir) => dir,
        Err(error) => panic!("no folder for a test store: {error}"),
    };
    match Store::open(&dir.path().join("store.db"), &Access::Review) {
        Ok(store) => (dir, store),
        Err(error) => panic!("no test store: {error}"),
    }
}
