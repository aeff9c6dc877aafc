//! The terminal, from entering the screen to leaving it, however that happens.
//!
//! One guard owns every mode that is set. It restores them when it is dropped, when the thread that
//! made it panics, when a signal ends the program and the program does not end by itself, and when the
//! terminal is gone. Nothing else in the program may set a mode.

mod modes;

use std::io::{self, IsTerminal, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::panic;
use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread;
use std::time::{Duration, Instant};

use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Signal, getpgrp, getpid, getppid, getsid, kill_current_process_group};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

use super::audit::AuditWriter;
use super::clipboard::CopySequence;
use modes::{Device, Mode, Modes};

/// Time the program has to end by itself after a signal.
const SIGNAL_GRACE: Duration = Duration::from_secs(2);
/// The same after the terminal is gone: nobody is there to wait.
const HANGUP_GRACE: Duration = Duration::from_millis(900);
/// Time another thread gets to finish with the modes before the program ends without them.
const LOCK_GRACE: Duration = Duration::from_millis(200);
/// Time a terminal that takes no bytes gets before restoring is given up.
const WRITE_GRACE: Duration = Duration::from_millis(300);
/// A stop signal of our own may arrive this long after going on.
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
            shown: AtomicBool::new(false),
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
        Terminal::new(CrosstermBackend::new(AuditWriter::new(Output {
            control: Arc::clone(&self.control),
        })))
    }

    /// Leaves the screen. Can be called any number of times.
    ///
    /// # Errors
    ///
    /// The first of what failed; the rest has been restored nevertheless.
    pub fn leave(&self) -> io::Result<()> {
        self.control.restore()
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
        *control
            .resumed
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        control.outside.store(false, Ordering::SeqCst);
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
        self.control.outside.store(false, Ordering::SeqCst);
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
    shown: AtomicBool,
    /// Another program has the terminal, or the shell.
    outside: AtomicBool,
    /// When the program last came back from the background.
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

    /// True shortly after coming back, when a stop signal is an echo of our own.
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

type Deliver = dyn Fn(TerminalEvent) + Send + Sync;

/// Tells signals, and ends the program where it does not end by itself.
fn watch_signals(control: Arc<Control>, deliver: Arc<Deliver>) -> io::Result<()> {
    let mut signals = Signals::new([SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGCONT])?;
    let watch = move || {
        let mut ending = false;
        let mut next = || -> Vec<i32> {
            let mut batch: Vec<i32> = signals.wait().collect();
            // A vanished terminal hangs up and then continues the program: nothing is to be drawn then.
            batch.sort_by_key(|&signal| matches!(signal, SIGCONT | SIGTSTP));
            batch
        };
        for signal in std::iter::repeat_with(&mut next).flatten() {
            let outside = control.outside.load(Ordering::SeqCst);
            match signal {
                SIGCONT | SIGTSTP if ending => {}
                SIGCONT if !outside => deliver(TerminalEvent::Resume),
                SIGTSTP if !outside && !control.just_resumed() => deliver(TerminalEvent::Suspend),
                // Keys pressed in the pager; stopping it stops us with it by the shell's hand.
                SIGCONT | SIGTSTP => {}
                SIGINT | SIGQUIT if outside => {}
                _ if ending => control.end(exit_status(signal)),
                _ => {
                    ending = true;
                    deliver(TerminalEvent::Terminate(signal));
                    end_later(&control, exit_status(signal), SIGNAL_GRACE);
                }
            }
        }
    };
    thread::Builder::new()
        .name("signals".to_owned())
        .spawn(watch)?;
    Ok(())
}

/// Ends the program after `grace` if it still runs then.
fn end_later(control: &Arc<Control>, status: u8, grace: Duration) {
    let late = Arc::clone(control);
    let wait = move || {
        thread::sleep(grace);
        late.end(status);
    };
    if thread::Builder::new()
        .name("deadline".to_owned())
        .spawn(wait)
        .is_err()
    {
        control.end(status);
    }
}

/// Waits for the terminal to vanish. The thread that reads keys may never learn of it (crossterm
/// issue 793), and no signal has to come.
fn watch_hangup(control: Arc<Control>, deliver: Arc<Deliver>) -> io::Result<()> {
    let input = input_fd()?;
    let watch = move || {
        wait_for_hangup(input.as_fd());
        deliver(TerminalEvent::Hangup);
        thread::sleep(HANGUP_GRACE);
        control.end(exit_status(SIGHUP));
    };
    thread::Builder::new()
        .name("hangup".to_owned())
        .spawn(watch)?;
    Ok(())
}

/// Returns when the other end of `fd` is closed.
fn wait_for_hangup(fd: BorrowedFd<'_>) {
    loop {
        // No events are asked for: hang-up and error are told anyway.
        let mut fds = [PollFd::from_borrowed_fd(fd, PollFlags::empty())];
        match poll(&mut fds, None) {
            Ok(0) | Err(rustix::io::Errno::INTR) => {}
            Ok(_) | Err(_) => return,
        }
    }
}

/// Restores the terminal before anything is said about a panic. Workers are not the screen: theirs are
/// caught where they run and shown on it, and nothing is printed over it.
fn restore_on_panic(control: Arc<Control>) {
    let owner = thread::current().id();
    let previous = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if thread::current().id() == owner {
            control.restore_without_waiting();
        } else if control.modes.try_lock().is_ok_and(|modes| modes.is_on()) {
            return;
        }
        previous(info);
    }));
}

/// The file from which keys are read, as crossterm chooses it.
pub(super) fn input_fd() -> io::Result<OwnedFd> {
    let stdin = io::stdin();
    if stdin.is_terminal() {
        stdin.as_fd().try_clone_to_owned()
    } else {
        let tty = std::fs::File::options()
            .read(true)
            .write(true)
            .open("/dev/tty")?;
        Ok(tty.into())
    }
}

/// True if a shell can bring the program back from the background.
fn has_shell() -> bool {
    let Ok(session) = getsid(None) else {
        return false;
    };
    let is_leader = session == getpid();
    let parent_session = getppid().and_then(|parent| getsid(Some(parent)).ok());
    !is_leader && parent_session == Some(session) && getpgrp() != session
}

/// The terminal itself.
struct Tty;

impl Device for Tty {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        write_within(rustix::stdio::stdout(), bytes, Some(WRITE_GRACE))
    }

    fn set_raw(&mut self, on: bool) -> io::Result<()> {
        if on {
            crossterm::terminal::enable_raw_mode()
        } else {
            crossterm::terminal::disable_raw_mode()
        }
    }
}

/// Standard output while the screen is shown; what comes before or after goes nowhere. Without a buffer
/// and without a lock, so that a frame that hangs holds up nobody who restores the terminal.
pub struct Output {
    control: Arc<Control>,
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.control.shown.load(Ordering::SeqCst) {
            match write_within(rustix::stdio::stdout(), bytes, None) {
                // The terminal is gone, which the watch on it tells. An error here would only reach
                // ratatui's destructor, which prints it, which panics.
                Err(error)
                    if error.raw_os_error() == Some(rustix::io::Errno::IO.raw_os_error()) => {}
                result => result?,
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes all bytes; with a `grace`, gives up when none are taken for so long.
fn write_within(fd: BorrowedFd<'_>, mut bytes: &[u8], grace: Option<Duration>) -> io::Result<()> {
    let timeout = grace.map(|grace| Timespec {
        tv_sec: grace.as_secs() as _,
        tv_nsec: grace.subsec_nanos() as _,
    });
    while !bytes.is_empty() {
        if timeout.is_some() && !is_writable(fd, timeout.as_ref())? {
            return Err(io::ErrorKind::TimedOut.into());
        }
        match rustix::io::write(fd, bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
            Err(rustix::io::Errno::INTR) => {}
            // Somebody else made the terminal non-blocking.
            Err(rustix::io::Errno::AGAIN) => {
                is_writable(fd, timeout.as_ref())?;
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

fn is_writable(fd: BorrowedFd<'_>, timeout: Option<&Timespec>) -> io::Result<bool> {
    let mut fds = [PollFd::from_borrowed_fd(fd, PollFlags::OUT)];
    match poll(&mut fds, timeout) {
        Ok(ready) => Ok(ready > 0),
        Err(rustix::io::Errno::INTR) => Ok(true),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixStream;

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

    #[test]
    fn a_hangup_is_noticed_and_input_is_not() {
        let (here, mut there) = UnixStream::pair().unwrap();
        let watcher = thread::spawn(move || wait_for_hangup(here.as_fd()));
        there.write_all(b"key").unwrap();
        assert!(!watcher.is_finished());
        drop(there);
        watcher.join().unwrap();
    }

    #[test]
    fn a_terminal_that_takes_nothing_does_not_hold_up_the_end() {
        let (here, _there) = UnixStream::pair().unwrap();
        here.set_nonblocking(true).unwrap();
        let much = vec![b'x'; 8 << 20];
        let result = write_within(here.as_fd(), &much, Some(Duration::from_millis(20)));
        assert_eq!(result.unwrap_err().kind(), io::ErrorKind::TimedOut);
    }

    #[test]
    fn bytes_arrive_whole() {
        let (here, there) = UnixStream::pair().unwrap();
        let much = vec![b'x'; 4 << 20];
        let copy = much.clone();
        let writer = thread::spawn(move || write_within(here.as_fd(), &copy, None));
        let mut got = Vec::new();
        io::Read::read_to_end(&mut &there, &mut got).unwrap();
        writer.join().unwrap().unwrap();
        assert_eq!(got, much);
    }
}
