//! Ctrl-C and SIGTERM, for commands that take their time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use super::output::say;
use crate::error::{Error, Kind};

/// What came so far.
pub(crate) struct Signals {
    /// Stop at the next good moment.
    pub(crate) stop: Arc<AtomicBool>,
    terminated: Arc<AtomicBool>,
}

impl Signals {
    /// Listens from now on. The first signal asks to stop, the second ends the program at once.
    pub(crate) fn listen() -> Result<Self, Error> {
        Self::listening(true)
    }

    /// The same where something must be taken away before the program ends: no second signal cuts it short.
    pub(crate) fn listen_to_clear_up() -> Result<Self, Error> {
        Self::listening(false)
    }

    fn listening(at_once: bool) -> Result<Self, Error> {
        let (stop, terminated) = (Arc::default(), Arc::default());
        let listen = || -> std::io::Result<()> {
            for signal in [SIGINT, SIGTERM] {
                if at_once {
                    let status = 128 + signal;
                    flag::register_conditional_shutdown(signal, status, Arc::clone(&stop))?;
                }
                flag::register(signal, Arc::clone(&stop))?;
            }
            flag::register(SIGTERM, Arc::clone(&terminated)).map(drop)
        };
        listen()?;
        Ok(Self { stop, terminated })
    }

    /// True once one came.
    pub(crate) fn came(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Says what became of it; the status is 128 and the number of the signal, as everywhere.
    pub(crate) fn stopped(&self, words: &str) -> u8 {
        say(words);
        match self.terminated.load(Ordering::Relaxed) {
            true => 143,
            false => Kind::Interrupted.status(),
        }
    }
}
