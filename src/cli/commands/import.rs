//! `import`: reads exports, says what became of every record.

use std::sync::atomic::Ordering;

use indicatif::{ProgressBar, ProgressStyle};
use tempfile::TempDir;

use crate::cli::args::ImportArgs;
use crate::cli::output::{Out, plural, say};
use crate::cli::progress;
use crate::cli::select;
use crate::cli::session::Session;
use crate::cli::signals::Signals;
use crate::error::{Error, Kind};
use crate::import::report::Report;
use crate::import::sessions::SessionMode;
use crate::import::source::expand;
use crate::import::{self, FORMATS, ImportError, PathOrStdin, Progress, Request};
use crate::store::{Access, Store};
use crate::text::figure;

/// Reasons printed; `--json` has more.
const REASONS: usize = 20;
/// What Ctrl-C leaves to do.
const STOPPED: &str = "stopped: run the same command again to go on from here";

struct Bar(Option<ProgressBar>);

impl Progress for Bar {
    fn step(&mut self, done: u64, total: Option<u64>, conversations: u64) {
        let Some(bar) = &self.0 else { return };
        if let Some(total) = total
            && bar.length() != Some(total)
        {
            bar.set_length(total);
            // The bar takes what the words leave: 80 columns hold the line of a million conversations.
            let style = ProgressStyle::with_template(
                "{wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta} left  {msg}",
            );
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        }
        bar.set_position(done);
        bar.set_message(format!("{} conversations", figure(conversations)));
    }
}

pub(crate) fn run(session: &Session, args: &ImportArgs, out: &mut Out) -> Result<u8, Error> {
    let request = request(session, args)?;
    // Looked for before there is a store: one that nothing can come into is not made.
    let (inputs, left_out) = expand(&request.inputs).map_err(ImportError::from)?;
    if inputs.is_empty() && left_out.is_empty() {
        let named: Vec<String> = args.paths.iter().map(|p| p.display().to_string()).collect();
        return Err(
            Error::failed(format!("{}: no files in it", named.join(" ")))
                .hint("`afterword formats` lists what is read"),
        );
    }
    let signals = Signals::listen()?;
    let (mut store, _folder) = store(session, args.dry_run)?;
    let mut bar = Bar(progress::bar(session));
    let cancel = &signals.stop;
    let result = import::run(&mut store, &request, cancel, &mut bar);
    if let Some(bar) = bar.0 {
        bar.finish_and_clear();
    }
    let report = match result {
        // Stopped while it waited for the first bytes.
        Err(ImportError::Read(_)) if cancel.load(Ordering::Relaxed) => {
            return Ok(signals.stopped(STOPPED));
        }
        result => result?,
    };
    if args.json {
        out.json(&report)?;
    } else {
        words(&report, args.dry_run, out)?;
    }
    Ok(if report.cancelled {
        signals.stopped(STOPPED)
    } else if report.left_out() {
        Kind::Incomplete.status()
    } else {
        0
    })
}

fn request(session: &Session, args: &ImportArgs) -> Result<Request, Error> {
    let sessions = args.sessions.as_deref().map(|mode| {
        mode.parse::<SessionMode>().map_err(|_| {
            Error::usage(format!("--sessions: `{mode}` is no way to part sessions"))
                .hint("marker, none, or gap:30m")
        })
    });
    if let Some(name) = &args.format
        && FORMATS.iter().all(|f| f.name != name)
    {
        return Err(ImportError::UnknownFormat(name.clone()).into());
    }
    if args.source.as_ref().is_some_and(|s| s.trim().is_empty()) {
        return Err(Error::usage("--source: a source needs a name"));
    }
    let since = args.since.as_deref().map(|s| select::since(session, s));
    Ok(Request {
        inputs: args
            .paths
            .iter()
            .map(|p| PathOrStdin::from_argument(p.as_os_str()))
            .collect(),
        format: args.format.clone(),
        source: args.source.clone(),
        sessions: sessions.transpose()?,
        since: since.transpose()?,
        with_review: args.with_review,
        anonymize: args.privacy.anonymize,
        redact: args.privacy.redact,
        dry_run: args.dry_run,
    })
}

/// The store to import into. A dry run changes none and makes none: where there is none yet, it compares
/// with an empty one that goes with its folder.
fn store(session: &Session, dry_run: bool) -> Result<(Store, Option<TempDir>), Error> {
    if !dry_run {
        return Ok((session.open(&Access::Import)?, None));
    }
    if std::fs::symlink_metadata(&session.store).is_ok_and(|m| !m.is_file() || m.len() > 0) {
        return Ok((session.open(&Access::Read)?, None));
    }
    let folder = tempfile::Builder::new().prefix("afterword-").tempdir()?;
    let store = Store::open(&folder.path().join("store.db"), &Access::Import)?;
    Ok((store, Some(folder)))
}

fn words(report: &Report, dry_run: bool, out: &mut Out) -> Result<(), Error> {
    let c = &report.conversations;
    let mut parts = vec![format!("{} new", figure(c.new))];
    for (n, word) in [
        (c.updated, "updated"),
        (c.unchanged, "unchanged"),
        (c.rejected, "rejected"),
        (c.empty, "empty"),
        (c.purged, "purged before"),
    ] {
        if n > 0 {
            parts.push(format!("{} {word}", figure(n)));
        }
    }
    let format = match report.format.as_str() {
        "" => String::new(),
        name => format!(" as {name}"),
    };
    let would = if dry_run {
        " (nothing was written)"
    } else {
        ""
    };
    out.line(&format!(
        "{} read{format}: {}{would}",
        plural(c.read(), "conversation", "conversations"),
        parts.join(", ")
    ))?;
    out.line(&format!(
        "{} in {}; {} in {:.1} s",
        plural(report.messages, "message", "messages"),
        plural(report.events, "event", "events"),
        size(report.bytes),
        report.seconds
    ))?;
    left_out(report);
    Ok(())
}

/// `12 kB`, `3.4 MB`, `5.6 GB`.
fn size(bytes: u64) -> String {
    let bytes = bytes as f64;
    if bytes < 1e6 {
        format!("{:.0} kB", bytes / 1e3)
    } else if bytes < 1e9 {
        format!("{:.1} MB", bytes / 1e6)
    } else {
        format!("{:.1} GB", bytes / 1e9)
    }
}

/// What was left out, with file, line and reason.
fn left_out(report: &Report) {
    let records = report.rejected_records + report.conversations.rejected;
    if records == 0 {
        return;
    }
    let many = plural(records, "record was", "records were");
    say(&format!("{many} left out:"));
    for reject in report.rejects.iter().take(REASONS) {
        let line = reject.line.map(|l| format!(" line {l}"));
        let line = line.unwrap_or_default();
        say(&format!("  {}{line}: {}", reject.file, reject.reason));
    }
    match records.saturating_sub(REASONS as u64) {
        0 => {}
        n => say(&format!("  and {}; --json lists more", figure(n))),
    }
}
