//! The terminal, from entering the screen to leaving it, however that happens.
//!
//! One guard owns every mode that is set. It restores them when it is dropped, when the thread that
//! made it panics, when a signal ends the program and the program does not end by itself, and when the
//! terminal is gone. Nothing else in the program may set a mode.

mod modes;
mod output;
mod watch;

use std::io::{self, IsTerminal};
use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread;
use std::time::{Duration, Instant};

use nix::unistd::{getpgrp, getpid, getppid, getsid};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use rustix::process::{Signal, kill_current_process_group};
use signal_hook::consts::{SIGHUP, SIGTSTP};
use signal_hook::low_level::emulate_default_handler;

use super::audit::AuditWriter;
use super::clipboard::CopySequence;
use modes::{Device, Mode, Modes};
pub use output::Output;
pub(super) use output::input_fd;
use output::{Tty, is_gone};
use watch::{Deliver, restore_on_panic, watch_hangup, watch_signals};

/// Time another thread gets to finish with the modes before the program ends without them.
const LOCK_GRACE: Duration = Duration::from_millis(200);
/// A stop signal of our own, or an interrupt of the pager's, may arrive this long after going on.
const STOP_ECHO: Duration = Duration::from_millis(500);

/// What happens to the program from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TerminalEvent {
    /// End now, with the exit status [`exit_status`] of this signal.
    Terminate(i32),
    /// Go to the background: call [`TerminalGuard::suspend`].
    Suspend,
    /// Back in the foreground: call [`TerminalGuard::resume`] and draw everything.
    Resume,
    /// The terminal is gone: end now.
    Hangup,
}

/// The exit status that an event ends the program with, if it does.
pub fn ending(event: TerminalEvent) -> Option<u8> {
    match event {
        TerminalEvent::Terminate(signal) => Some(exit_status(signal)),
        TerminalEvent::Hangup => Some(exit_status(SIGHUP)),
        TerminalEvent::Suspend | TerminalEvent::Resume => None,
    }
}

/// The exit status of a program that ended by a signal.
pub fn exit_status(signal: i32) -> u8 {
    u8::try_from(128 + signal).unwrap_or(u8::MAX)
}

/// Says why the screen cannot be shown here, if it cannot.
pub fn check_terminal() -> Result<(), String> {
    let term = std::env::var("TERM").unwrap_or_default();
    check_environment(&term, io::stdout().is_terminal())?;
    input_fd().map(drop).map_err(|error| {
        format!("cannot read keys: standard input is not a terminal and /dev/tty does not open ({error})")
    })
}

fn check_environment(term: &str, is_terminal: bool) -> Result<(), String> {
    let commands = "The commands work everywhere, see afterword --help";
    if !is_terminal {
        return Err(format!(
            "the screen needs a terminal, and standard output is none. {commands}"
        ));
    }
    match term {
        "" => Err(format!(
            "TERM is not set, so this terminal is unknown. {commands}"
        )),
        "dumb" => Err(format!("TERM is dumb: no screen can be drawn. {commands}")),
        _ => Ok(()),
    }
}

/// The screen that is drawn on. Do not call `clear` on it: it asks the terminal a question, and the
/// answer arrives among the keys. Use [`redraw_all`].
pub type Screen = Terminal<CrosstermBackend<AuditWriter<Output>>>;

/// Empties the screen, so that the next frame is drawn whole.
pub fn redraw_all(screen: &mut Screen) -> io::Result<()> {
    let size = screen.size()?;
    screen.resize(Rect::new(0, 0, size.width, size.height))
}

/// What to set beyond the necessary.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Clicks and the wheel come as events; selecting text then needs a modifier key.
    pub mouse: bool,
}

/// Owns the terminal's modes. Made by the thread that draws; dropping it restores everything.
pub struct TerminalGuard {
    control: Arc<Control>,
}

impl TerminalGuard {
    /// Enters the screen, and begins to watch signals and the terminal. `deliver` is called from other
    /// threads and must not block.
    ///
    /// # Errors
    ///
    /// If the terminal takes no modes, or no thread can be started; nothing stays set then.
    pub fn enter(
        options: Options,
        deliver: impl Fn(TerminalEvent) + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let control = Arc::new(Control {
            modes: Mutex::new(Modes::new(Tty)),
            wanted: wanted(options),
            shown: Arc::default(),
            outside: AtomicBool::new(false),
            resumed: Mutex::new(None),
        });
        let guard = Self { control };
        let deliver: Arc<Deliver> = Arc::new(deliver);
        // Before anything is set, so that a signal never finds it unattended.
        watch_signals(Arc::clone(&guard.control), Arc::clone(&deliver))?;
        watch_hangup(Arc::clone(&guard.control), deliver)?;
        restore_on_panic(Arc::clone(&guard.control));
        guard.control.enter()?;
        Ok(guard)
    }

    /// The screen to draw on.
    ///
    /// # Errors
    ///
    /// If the size of the terminal cannot be read.
    pub fn screen(&self) -> io::Result<Screen> {
        Terminal::new(CrosstermBackend::new(AuditWriter::new(Output::new(
            Arc::clone(&self.control.shown),
        ))))
    }

    /// Leaves the screen. Can be called any number of times.
    ///
    /// # Errors
    ///
    /// The first of what failed; the rest has been restored nevertheless.
    pub fn leave(&self) -> io::Result<()> {
        match self.control.restore() {
            // A terminal that has vanished has no modes.
            Err(error) if is_gone(&error) => Ok(()),
            result => result,
        }
    }

    /// Goes to the background and returns when the program is back, with the screen entered again;
    /// everything has to be redrawn then. Returns false where nobody could bring it back: started
    /// without a shell.
    ///
    /// # Errors
    ///
    /// If the terminal takes no modes.
    pub fn suspend(&self) -> io::Result<bool> {
        if !has_shell() {
            return Ok(false);
        }
        let control = &self.control;
        control.outside.store(true, Ordering::SeqCst);
        let left = control.restore();
        let stopped = left.and_then(|()| {
            // A wrapper that shares our group (a script) has to stop too, or no shell takes over.
            kill_current_process_group(Signal::TSTP)?;
            emulate_default_handler(SIGTSTP)
        });
        control.come_back();
        control.enter()?;
        stopped.map(|()| true)
    }

    /// Sets all modes anew after [`TerminalEvent::Resume`]: the shell may have changed them.
    ///
    /// # Errors
    ///
    /// If the terminal takes no modes.
    pub fn resume(&self) -> io::Result<()> {
        // What was lost cannot be unset; the attempt does no harm.
        let _ = self.control.restore();
        self.control.enter()
    }

    /// Runs something that uses the terminal itself (a pager, an editor) with the screen left.
    /// Interrupt keys are its own meanwhile. Pause the input thread before, and redraw everything after.
    ///
    /// # Errors
    ///
    /// If the terminal takes no modes.
    pub fn outside<T>(&self, run: impl FnOnce() -> T) -> io::Result<T> {
        self.control.outside.store(true, Ordering::SeqCst);
        let left = self.leave();
        let result = left.map(|()| run());
        self.control.come_back();
        self.control.enter()?;
        result
    }

    /// Asks the terminal to take a text into the clipboard. Not while a frame is being drawn.
    ///
    /// # Errors
    ///
    /// If the terminal takes no bytes.
    pub fn copy(&self, sequence: &CopySequence) -> io::Result<()> {
        self.control.lock().device().write(sequence.as_bytes())
    }
}

impl Drop for TerminalGuard {
    fn drop(&mut self) {
        // There is nobody left to tell.
        let _ = self.leave();
    }
}

/// What the guard, the panic hook and the watching threads share.
struct Control {
    modes: Mutex<Modes<Tty>>,
    wanted: Vec<Mode>,
    /// The screen is entered: frames may be written.
    shown: Arc<AtomicBool>,
    /// Another program has the terminal, or the shell.
    outside: AtomicBool,
    /// When the program last came back, from the background or from another program.
    resumed: Mutex<Option<Instant>>,
}

impl Control {
    fn lock(&self) -> MutexGuard<'_, Modes<Tty>> {
        self.modes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self) -> io::Result<()> {
        self.lock().enter(&self.wanted)?;
        self.shown.store(true, Ordering::SeqCst);
        Ok(())
    }

    fn restore(&self) -> io::Result<()> {
        self.shown.store(false, Ordering::SeqCst);
        self.lock().restore()
    }

    /// Restores for a thread that must not wait for another one that may hang.
    fn restore_without_waiting(&self) {
        self.shown.store(false, Ordering::SeqCst);
        let deadline = Instant::now() + LOCK_GRACE;
        loop {
            match self.modes.try_lock() {
                Ok(mut modes) => {
                    let _ = modes.restore();
                    return;
                }
                Err(TryLockError::Poisoned(poisoned)) => {
                    let _ = poisoned.into_inner().restore();
                    return;
                }
                Err(TryLockError::WouldBlock) if Instant::now() < deadline => {
                    thread::sleep(Duration::from_millis(5));
                }
                Err(TryLockError::WouldBlock) => return,
            }
        }
    }

    fn end(&self, status: u8) -> ! {
        self.restore_without_waiting();
        process::exit(i32::from(status))
    }

    /// The terminal is ours again. The moment first: the thread of the signals must not see neither.
    fn come_back(&self) {
        let mut resumed = self.resumed.lock().unwrap_or_else(PoisonError::into_inner);
        *resumed = Some(Instant::now());
        drop(resumed);
        self.outside.store(false, Ordering::SeqCst);
    }

    /// True shortly after coming back, when a stop signal is an echo of our own and an interrupt was
    /// the pager's: it is ours only by being told late.
    fn just_resumed(&self) -> bool {
        let resumed = self.resumed.lock().unwrap_or_else(PoisonError::into_inner);
        resumed.is_some_and(|at| at.elapsed() < STOP_ECHO)
    }
}

fn wanted(options: Options) -> Vec<Mode> {
    let mut modes = vec![Mode::Raw, Mode::AlternateScreen, Mode::BracketedPaste];
    if options.mouse {
        modes.push(Mode::Mouse);
    }
    modes.push(Mode::HiddenCursor);
    modes
}

/// True if a shell can bring the program back from the background.
///
/// A session or a group whose leader lives outside this process namespace (a container) has the id 0,
/// which rustix takes for impossible and panics on: these ids come from nix.
fn has_shell() -> bool {
    let Ok(session) = getsid(None) else {
        return false;
    };
    let parent_session = getsid(Some(getppid())).ok();
    session != getpid() && parent_session == Some(session) && getpgrp() != session
}

#[cfg(test)]
mod tests {
    use signal_hook::consts::SIGTERM;

    use super::*;

    #[test]
    fn terminals_that_cannot_draw_are_named() {
        assert!(check_environment("xterm-256color", true).is_ok());
        for (term, is_terminal, word) in [
            ("", true, "not set"),
            ("dumb", true, "dumb"),
            ("xterm", false, "standard output"),
        ] {
            let reason = check_environment(term, is_terminal).unwrap_err();
            assert!(reason.contains(word), "{reason}");
            assert!(reason.contains("--help"));
        }
    }

    #[test]
    fn exit_statuses_are_those_of_shells() {
        assert_eq!(exit_status(SIGTERM), 143);
        assert_eq!(exit_status(SIGHUP), 129);
    }

    #[test]
    fn the_mouse_is_left_alone_unless_wanted() {
        assert!(!wanted(Options::default()).contains(&Mode::Mouse));
        assert!(wanted(Options { mouse: true }).contains(&Mode::Mouse));
    }
}
