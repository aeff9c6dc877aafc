//! Reading from a pipe without being stuck in it: whoever writes to the other end may pause for hours,
//! and Ctrl-C must not wait for that.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// How long one wait takes at most.
const WAIT: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 100_000_000,
};

/// A pipe, a terminal or a file, until it is told to stop.
pub(super) struct Pipe {
    file: File,
    stop: Arc<AtomicBool>,
}

impl Pipe {
    pub fn new(file: File, stop: Arc<AtomicBool>) -> Self {
        Self { file, stop }
    }

    /// Standard input, without the buffer that would hide what waits in it.
    pub fn stdin(stop: Arc<AtomicBool>) -> io::Result<Self> {
        let own = rustix::io::dup(rustix::stdio::stdin())?;
        Ok(Self::new(File::from(own), stop))
    }
}

impl Read for Pipe {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.stop.load(Ordering::Relaxed) {
                return Err(io::Error::other("stopped"));
            }
            let mut waiting = [PollFd::from_borrowed_fd(self.file.as_fd(), PollFlags::IN)];
            match poll(&mut waiting, Some(&WAIT)) {
                Ok(0) | Err(rustix::io::Errno::INTR) => {}
                Ok(_) => return self.file.read(out),
                Err(error) => return Err(error.into()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::os::fd::OwnedFd;

    #[test]
    fn a_silent_pipe_can_be_left() {
        let (read, mut other_end) = io::pipe().unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let mut pipe = Pipe::new(OwnedFd::from(read).into(), stop.clone());
        other_end.write_all(b"ab").unwrap();
        let mut out = [0; 9];
        assert_eq!(pipe.read(&mut out).unwrap(), 2);
        stop.store(true, Ordering::Relaxed);
        assert!(pipe.read(&mut out).is_err());
    }

    #[test]
    fn it_ends_when_the_other_end_is_closed() {
        let (read, mut write) = io::pipe().unwrap();
        let mut pipe = Pipe::new(OwnedFd::from(read).into(), Arc::default());
        write.write_all(b"all").unwrap();
        drop(write);
        let mut text = String::new();
        pipe.read_to_string(&mut text).unwrap();
        assert_eq!(text, "all");
    }
}
