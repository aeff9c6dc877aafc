//! Who watches while the screen is shown: for signals, for the end of the terminal, for panics.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::panic;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
use signal_hook::iterator::Signals;

use super::output::input_fd;
use super::{Control, TerminalEvent, exit_status};

/// Time the program has to end by itself after a signal.
const SIGNAL_GRACE: Duration = Duration::from_secs(2);
/// The same after the terminal is gone: nobody is there to wait.
const HANGUP_GRACE: Duration = Duration::from_millis(900);

/// Where events go.
pub(super) type Deliver = dyn Fn(TerminalEvent) + Send + Sync;

/// Tells signals, and ends the program where it does not end by itself.
pub(super) fn watch_signals(control: Arc<Control>, deliver: Arc<Deliver>) -> io::Result<()> {
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
                SIGINT | SIGQUIT if outside || control.just_resumed() => {}
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
pub(super) fn watch_hangup(control: Arc<Control>, deliver: Arc<Deliver>) -> io::Result<()> {
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
            Ok(0) | Err(Errno::INTR) => {}
            Ok(_) | Err(_) => return,
        }
    }
}

/// Restores the terminal before anything is said about a panic. Workers are not the screen: theirs are
/// caught where they run and shown on it, and nothing is printed over it.
pub(super) fn restore_on_panic(control: Arc<Control>) {
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

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::os::unix::net::UnixStream;

    use super::*;

    #[test]
    fn a_hangup_is_noticed_and_input_is_not() {
        let (here, mut there) = UnixStream::pair().unwrap();
        let watcher = thread::spawn(move || wait_for_hangup(here.as_fd()));
        there.write_all(b"key").unwrap();
        assert!(!watcher.is_finished());
        drop(there);
        watcher.join().unwrap();
    }
}
