//! The thread that reads keys, pastes and sizes.
//!
//! It waits on the terminal by itself and asks crossterm only when there is something to read:
//! crossterm's own waiting cannot be interrupted for a pager and never returns once the terminal is gone
//! (crossterm issue 793). Its feature `use-dev-tty` is needed: without it, what is left after the first
//! 1,024 bytes of a burst of keys stays unread until the next key.

use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crossterm::event::{self, Event};
use rustix::event::{PollFd, PollFlags, poll};
use signal_hook::SigId;
use signal_hook::consts::SIGWINCH;
use signal_hook::low_level::{pipe, unregister};

use super::terminal::input_fd;

/// A paste longer than this is cut: no field takes more.
pub const MAX_PASTE: usize = 1 << 20;
/// Time crossterm gets to find nothing more to read: with none at all it does not even look, and keys
/// it has read already would wait for the next one.
const READ_GRACE: Duration = Duration::from_millis(25);
/// Time the thread gets to stop reading; it may be in the middle of a key.
const PAUSE_GRACE: Duration = Duration::from_millis(200);

/// The running thread; dropping this ends it.
pub struct Input {
    shared: Arc<Shared>,
    bell: UnixStream,
    resize: SigId,
}

impl Input {
    /// Begins to read; each event goes to `deliver`, which returns false to end the thread. The thread
    /// ends by itself when the terminal is gone.
    ///
    /// # Errors
    ///
    /// If there is no terminal to read from, or no thread can be started.
    pub fn start(deliver: impl FnMut(Event) -> bool + Send + 'static) -> io::Result<Self> {
        let tty = input_fd()?;
        let (bell, ear) = UnixStream::pair()?;
        bell.set_nonblocking(true)?;
        ear.set_nonblocking(true)?;
        let resize = pipe::register(SIGWINCH, bell.try_clone()?)?;
        let shared = Arc::new(Shared::default());
        let theirs = Arc::clone(&shared);
        let started = thread::Builder::new()
            .name("input".to_owned())
            .spawn(move || {
                read_events(tty.as_fd(), &ear, &theirs, deliver);
                theirs.set(State::Ended);
            });
        if let Err(error) = started {
            unregister(resize);
            return Err(error);
        }
        Ok(Self {
            shared,
            bell,
            resize,
        })
    }

    /// Stops reading, so that another program can: returns when the thread keeps off the terminal.
    pub fn pause(&self) {
        self.shared.set(State::Pausing);
        self.ring();
        self.shared.wait_while(State::Pausing, PAUSE_GRACE);
    }

    /// Reads again.
    pub fn resume(&self) {
        self.shared.set(State::Reading);
        self.ring();
    }

    fn ring(&self) {
        // A full pipe rings as well.
        let _ = (&self.bell).write(&[1]);
    }
}

impl Drop for Input {
    fn drop(&mut self) {
        unregister(self.resize);
        self.shared.set(State::Ended);
        self.ring();
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Reading,
    /// Asked to keep off the terminal.
    Pausing,
    /// Keeps off it.
    Paused,
    Ended,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, state: State) {
        let mut current = self.lock();
        // Once ended it stays so.
        if *current != State::Ended {
            *current = state;
        }
        self.changed.notify_all();
    }

    /// Takes notice of a wish to pause, and says what holds now.
    fn settle(&self) -> State {
        let mut state = self.lock();
        if *state == State::Pausing {
            *state = State::Paused;
            self.changed.notify_all();
        }
        *state
    }

    fn wait_while(&self, state: State, grace: Duration) {
        let wait = self
            .changed
            .wait_timeout_while(self.lock(), grace, |current| *current == state);
        drop(wait.unwrap_or_else(PoisonError::into_inner));
    }
}

/// What woke the thread.
struct Woken {
    keys: bool,
    bell: bool,
    gone: bool,
}

fn read_events(
    tty: BorrowedFd<'_>,
    ear: &UnixStream,
    shared: &Shared,
    mut deliver: impl FnMut(Event) -> bool,
) {
    loop {
        let state = shared.settle();
        if state == State::Ended {
            return;
        }
        let Ok(woken) = wait(tty, ear, state == State::Reading) else {
            return;
        };
        if woken.gone {
            return;
        }
        if woken.bell {
            silence(ear);
            // Signals and our own ringing sound alike; a size that is the same does no harm.
            if !tell_size(&mut deliver) {
                return;
            }
        }
        if woken.keys && shared.settle() == State::Reading && !read_waiting(&mut deliver) {
            return;
        }
    }
}

/// Waits for keys (if `reading`), the bell, or the end of the terminal.
fn wait(tty: BorrowedFd<'_>, ear: &UnixStream, reading: bool) -> io::Result<Woken> {
    let wanted = if reading {
        PollFlags::IN
    } else {
        PollFlags::empty()
    };
    let mut fds = [
        PollFd::from_borrowed_fd(tty, wanted),
        PollFd::new(ear, PollFlags::IN),
    ];
    loop {
        match poll(&mut fds, None) {
            Ok(_) => break,
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let terminal = fds[0].revents();
    Ok(Woken {
        keys: terminal.contains(PollFlags::IN),
        bell: !fds[1].revents().is_empty(),
        gone: terminal.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL),
    })
}

/// Empties the bell's pipe.
fn silence(mut ear: &UnixStream) {
    let mut bytes = [0; 64];
    while matches!(ear.read(&mut bytes), Ok(read) if read == bytes.len()) {}
}

fn tell_size(deliver: &mut impl FnMut(Event) -> bool) -> bool {
    match crossterm::terminal::size() {
        Ok((columns, rows)) => deliver(Event::Resize(columns, rows)),
        Err(_) => true,
    }
}

/// Delivers what has arrived. False to end the thread.
fn read_waiting(deliver: &mut impl FnMut(Event) -> bool) -> bool {
    loop {
        match event::poll(READ_GRACE) {
            Ok(true) => {}
            Ok(false) => return true,
            Err(_) => return false,
        }
        let Ok(event) = event::read() else {
            return false;
        };
        if !deliver(cut_paste(event)) {
            return false;
        }
    }
}

fn cut_paste(event: Event) -> Event {
    match event {
        Event::Paste(mut text) if text.len() > MAX_PASTE => {
            let mut end = MAX_PASTE;
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            text.truncate(end);
            Event::Paste(text)
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paste_is_cut_between_characters() {
        let text = "x".to_owned() + &"é".repeat(MAX_PASTE);
        let Event::Paste(cut) = cut_paste(Event::Paste(text)) else {
            panic!("a paste stays a paste");
        };
        assert_eq!(cut.len(), MAX_PASTE - 1);
        let short = Event::Paste("short".to_owned());
        assert_eq!(cut_paste(short.clone()), short);
    }

    #[test]
    fn the_thread_pauses_on_the_bell_and_ends_with_the_terminal() {
        let (tty, terminal) = UnixStream::pair().unwrap();
        let (bell, ear) = UnixStream::pair().unwrap();
        ear.set_nonblocking(true).unwrap();
        let shared = Arc::new(Shared::default());
        let theirs = Arc::clone(&shared);
        let reader = thread::spawn(move || read_events(tty.as_fd(), &ear, &theirs, |_| true));
        shared.set(State::Pausing);
        (&bell).write_all(&[1]).unwrap();
        shared.wait_while(State::Pausing, Duration::from_secs(10));
        assert_eq!(*shared.lock(), State::Paused);
        // Keys now belong to somebody else; the end of the terminal is still noticed.
        (&terminal).write_all(b"q").unwrap();
        assert!(!reader.is_finished());
        drop(terminal);
        reader.join().unwrap();
    }

    #[test]
    fn what_has_ended_does_not_begin_again() {
        let shared = Shared::default();
        shared.set(State::Ended);
        shared.set(State::Reading);
        assert_eq!(shared.settle(), State::Ended);
    }
}
