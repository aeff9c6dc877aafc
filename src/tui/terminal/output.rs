//! The two ends of the terminal: where bytes go, and where keys come from.

use std::io::{self, IsTerminal, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use super::modes::Device;

/// Time a terminal that takes no bytes gets before restoring is given up.
const WRITE_GRACE: Duration = Duration::from_millis(300);

/// The file from which keys are read, as crossterm chooses it.
pub(in crate::tui) fn input_fd() -> io::Result<OwnedFd> {
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

/// The terminal itself.
pub(super) struct Tty;

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
    shown: Arc<AtomicBool>,
}

impl Output {
    pub(super) fn new(shown: Arc<AtomicBool>) -> Self {
        Self { shown }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.shown.load(Ordering::SeqCst) {
            match write_within(rustix::stdio::stdout(), bytes, None) {
                // The terminal is gone, which the watch on it tells. An error here would only reach
                // ratatui's destructor, which prints it, which panics.
                Err(error) if is_gone(&error) => {}
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
            Err(Errno::INTR) => {}
            // Somebody else made the terminal non-blocking.
            Err(Errno::AGAIN) => {
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
        Err(Errno::INTR) => Ok(true),
        Err(error) => Err(error.into()),
    }
}

/// True for what a terminal answers that has vanished.
pub(super) fn is_gone(error: &io::Error) -> bool {
    error.raw_os_error() == Some(Errno::IO.raw_os_error())
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixStream;
    use std::thread;

    use super::*;

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

    #[test]
    fn nothing_is_written_while_the_screen_is_not_shown() {
        let mut output = Output::new(Arc::default());
        assert_eq!(output.write(b"\x1b[2J").unwrap(), 4);
        assert!(is_gone(&io::Error::from_raw_os_error(5)));
        assert!(!is_gone(&io::ErrorKind::BrokenPipe.into()));
    }
}
