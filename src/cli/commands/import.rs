//! `import`: reads exports, says what became of every record.

use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::args::ImportArgs;
use crate::cli::output::{Out, say};
use crate::cli::select;
use crate::cli::session::Session;
use crate::error::{Error, Kind};
use crate::import::report::Report;
use crate::import::sessions::SessionMode;
use crate::import::{self, PathOrStdin, Progress, Request};
use crate::store::Access;
use crate::tui::figure;

/// Reasons printed; `--json` has more.
const REASONS: usize = 20;

struct Bar(Option<ProgressBar>);

impl Bar {
    fn new(show: bool) -> Self {
        if !show {
            return Self(None);
        }
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(5));
        bar.enable_steady_tick(Duration::from_millis(500));
        Self(Some(bar))
    }
}

impl Progress for Bar {
    fn step(&mut self, done: u64, total: Option<u64>, conversations: u64) {
        let Some(bar) = &self.0 else { return };
        if let Some(total) = total
            && bar.length() != Some(total)
        {
            bar.set_length(total);
            let style = ProgressStyle::with_template(
                "{bar:30} {bytes}/{total_bytes} {bytes_per_sec} {eta} left  {msg}",
            );
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        }
        bar.set_position(done);
        bar.set_message(format!("{} conversations", figure(conversations)));
    }
}

pub(crate) fn run(session: &Session, args: &ImportArgs, out: &mut Out) -> Result<u8, Error> {
    let sessions = args.sessions.as_deref().map(|s| {
        s.parse::<SessionMode>().map_err(|e| {
            Error::usage(format!("--sessions {s}: {e}")).hint("marker, none, or gap:30m")
        })
    });
    let request = Request {
        inputs: args
            .paths
            .iter()
            .map(|p| PathOrStdin::from_argument(p.as_os_str()))
            .collect(),
        format: args.format.clone(),
        source: args.source.clone(),
        sessions: sessions.transpose()?,
        since: args
            .since
            .as_deref()
            .map(|s| select::since(session, s))
            .transpose()?,
        with_review: args.with_review,
        dry_run: args.dry_run,
    };
    let cancel = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        // The second one ends the program at once; the first stops at the next batch.
        signal_hook::flag::register_conditional_shutdown(signal, 130, Arc::clone(&cancel))
            .and_then(|_| signal_hook::flag::register(signal, Arc::clone(&cancel)))
            .map_err(|e| Error::failed(e.to_string()))?;
    }
    let mut store = session.open(&Access::Import)?;
    let mut bar = Bar::new(!session.quiet && std::io::stderr().is_terminal());
    let result = import::run(&mut store, &request, &session.clock, &cancel, &mut bar);
    if let Some(bar) = bar.0 {
        bar.finish_and_clear();
    }
    let report = result?;
    if args.json {
        out.json(&report)?;
    } else {
        words(&report, args.dry_run, out)?;
    }
    Ok(if report.cancelled {
        say("stopped: run the same command again to go on from here");
        Kind::Interrupted.status()
    } else if report.left_out() {
        Kind::Incomplete.status()
    } else {
        0
    })
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
    let would = if dry_run {
        " (nothing was written)"
    } else {
        ""
    };
    out.line(&format!(
        "{} conversations read as {}: {}{would}",
        figure(c.read()),
        report.format,
        parts.join(", ")
    ))?;
    out.line(&format!(
        "{} messages in {} events, {:.1} MB in {:.1} s",
        figure(report.messages),
        figure(report.events),
        report.bytes as f64 / 1e6,
        report.seconds
    ))?;
    if report.rejected_records > 0 || !report.rejects.is_empty() {
        say(&format!(
            "{} records were left out:",
            figure(report.rejected_records.max(report.rejects.len() as u64))
        ));
        for reject in report.rejects.iter().take(REASONS) {
            let line = reject
                .line
                .map(|l| format!(" line {l}"))
                .unwrap_or_default();
            say(&format!("  {}{line}: {}", reject.file, reject.reason));
        }
        if report.rejects.len() > REASONS {
            say(&format!(
                "  and {} more; --json lists them",
                report.rejects.len() - REASONS
            ));
        }
    }
    Ok(())
}
