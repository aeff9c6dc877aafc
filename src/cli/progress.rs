//! The progress bar: on standard error, where that is a terminal and nobody asked for quiet.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget};

use super::session::Session;

/// A bar, where one is to be seen.
pub(crate) fn bar(session: &Session) -> Option<ProgressBar> {
    if session.quiet || !std::io::stderr().is_terminal() {
        return None;
    }
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(5));
    bar.enable_steady_tick(Duration::from_millis(500));
    Some(bar)
}
