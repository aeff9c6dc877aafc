//! The log of `--log`: what the program did, never what people said.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Mutex;

use crate::error::{Error, io_words};

struct Logger(Mutex<File>);

impl log::Log for Logger {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        if !record.target().starts_with("afterword") {
            return;
        }
        if let Ok(mut file) = self.0.lock() {
            let at = crate::model::Clock::system().now().to_rfc3339();
            // A log that cannot be written must not stop the work it tells of.
            drop(writeln!(file, "{at} {} {}", record.level(), record.args()));
        }
    }

    fn flush(&self) {}
}

/// Starts the log, appended to `path`, readable by its owner alone.
///
/// # Errors
/// Where the file cannot be opened.
pub fn start(path: &Path, verbose: u8) -> Result<(), Error> {
    let mut options = File::options();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options
        .open(path)
        .map_err(|e| Error::failed(format!("{}: {}", path.display(), io_words(&e))))?;
    let level = match verbose {
        0 => log::LevelFilter::Info,
        1 => log::LevelFilter::Debug,
        _ => log::LevelFilter::Trace,
    };
    if log::set_boxed_logger(Box::new(Logger(Mutex::new(file)))).is_ok() {
        log::set_max_level(level);
    }
    Ok(())
}
