//! Logs and stores to measure on, made on first use under `target/bench` and used again afterwards.

use std::error::Error;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use afterword::import::{self, PathOrStdin, Request};
use afterword::store::{Access, Store};
use rusqlite::{Connection, OpenFlags};

use super::generate;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The seed of all logs.
const SEED: u64 = 1;

/// Where logs and stores lie: `target/bench` of this package.
pub fn folder() -> Result<PathBuf> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("target"),
        PathBuf::from,
    );
    let folder = target.join("bench");
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// A log of so many conversations, one Rasa tracker a line.
pub fn log(n: u64) -> Result<PathBuf> {
    let path = folder()?.join(format!("{n}.jsonl"));
    if !path.exists() {
        let making = folder()?.join(format!("{n}.making.jsonl"));
        let mut out = BufWriter::with_capacity(1 << 20, File::create(&making)?);
        generate::write(&mut out, 0..n, SEED)?;
        out.flush()?;
        fs::rename(making, &path)?;
    }
    Ok(path)
}

/// A store of so many conversations, imported by the program itself. It is shared by all benchmarks: one
/// that writes works on a [`copy`].
pub fn store(n: u64) -> Result<PathBuf> {
    let path = folder()?.join(format!("{n}.db"));
    if path.exists() && layout(&path)? == current_layout()? {
        // What SQLite keeps beside a store lies beside the file itself, not beside a link to it.
        return Ok(path.canonicalize()?);
    }
    let making = folder()?.join(format!("{n}.making.db"));
    remove(&making)?;
    fill(&making, &log(n)?)?;
    remove(&path)?;
    fs::rename(making, &path)?;
    Ok(path)
}

/// Imports a log into the store at `path`, which need not be there.
pub fn fill(path: &Path, log: &Path) -> Result<()> {
    let mut store = Store::open(path, &Access::Import)?;
    let request = Request {
        inputs: vec![PathOrStdin::from_argument(log.as_os_str())],
        ..Request::default()
    };
    import::run(&mut store, &request, &AtomicBool::new(false), &mut ())?;
    Ok(())
}

/// A copy of the store of so many conversations that may be written to. It goes with its folder.
pub fn copy(n: u64) -> Result<(tempfile::TempDir, PathBuf)> {
    let from = store(n)?;
    let kept = tempfile::tempdir_in(folder()?)?;
    let path = kept.path().join("store.db");
    fs::copy(&from, &path)?;
    // What the last writer left in the log belongs to it.
    let wal = beside(&from, "-wal");
    if wal.exists() {
        fs::copy(wal, beside(&path, "-wal"))?;
    }
    Ok((kept, path))
}

/// Bytes of a file with all that SQLite keeps beside it.
pub fn bytes(path: &Path) -> Result<u64> {
    let wal = fs::metadata(beside(path, "-wal")).map_or(0, |m| m.len());
    Ok(fs::metadata(path)?.len() + wal)
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn remove(path: &Path) -> Result<()> {
    for suffix in ["", "-wal", "-shm"] {
        match fs::remove_file(beside(path, suffix)) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(e.into()),
            _ => {}
        }
    }
    Ok(())
}

/// The number of a store's layout.
fn layout(path: &Path) -> Result<i64> {
    let conn = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    Ok(conn.query_row("PRAGMA user_version", [], |r| r.get(0))?)
}

/// The number of the layout that the program makes now.
fn current_layout() -> Result<i64> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("store.db");
    drop(Store::open(&path, &Access::Import)?);
    layout(&path)
}
