//! The record of what has been switched on at the terminal, so that exactly that is switched off.

use std::io;

/// Something that is on while the screen is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// Keys arrive one by one and unechoed.
    Raw,
    /// The screen that has no scrollback: nothing of the logs stays behind.
    AlternateScreen,
    /// Pasted text is told apart from keys.
    BracketedPaste,
    /// Clicks and the wheel are told.
    Mouse,
    /// The cursor does not show.
    HiddenCursor,
}

impl Mode {
    /// What switches it on and off; raw mode has no bytes.
    fn bytes(self) -> (&'static [u8], &'static [u8]) {
        match self {
            Self::Raw => (b"", b""),
            Self::AlternateScreen => (b"\x1b[?1049h", b"\x1b[?1049l"),
            Self::BracketedPaste => (b"\x1b[?2004h", b"\x1b[?2004l"),
            Self::Mouse => (
                b"\x1b[?1000h\x1b[?1002h\x1b[?1006h",
                b"\x1b[?1006l\x1b[?1002l\x1b[?1000l",
            ),
            Self::HiddenCursor => (b"\x1b[?25l", b"\x1b[?25h"),
        }
    }
}

/// Ends whatever a frame cut short may have left: the style, and an update shown only when whole.
const SETTLE: &[u8] = b"\x1b[?2026l\x1b[0m";

/// Where the modes are set: a terminal, or a record of it in tests.
pub(super) trait Device: Send {
    /// Writes all bytes at once.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Switches raw mode.
    fn set_raw(&mut self, on: bool) -> io::Result<()>;
}

/// A device and the modes that are on, in the order in which they were set.
pub(super) struct Modes<D> {
    device: D,
    on: Vec<Mode>,
}

impl<D: Device> Modes<D> {
    pub(super) fn new(device: D) -> Self {
        let on = Vec::new();
        Self { device, on }
    }

    /// Switches all of `modes` on; those that were on stay so. On failure everything is off again.
    pub(super) fn enter(&mut self, modes: &[Mode]) -> io::Result<()> {
        for &mode in modes {
            if self.on.contains(&mode) {
                continue;
            }
            // Recorded first: a mode that is half set has to be unset too.
            self.on.push(mode);
            let result = match mode {
                Mode::Raw => self.device.set_raw(true),
                _ => self.device.write(mode.bytes().0),
            };
            if let Err(error) = result {
                // The first error is the one to tell.
                let _ = self.restore();
                return Err(error);
            }
        }
        Ok(())
    }

    /// Switches everything off, the last first, whatever fails on the way. Does nothing the second time.
    pub(super) fn restore(&mut self) -> io::Result<()> {
        let mut result = Ok(());
        if !self.on.is_empty() {
            result = self.device.write(SETTLE);
        }
        while let Some(mode) = self.on.pop() {
            let step = match mode {
                Mode::Raw => self.device.set_raw(false),
                _ => self.device.write(mode.bytes().1),
            };
            result = result.and(step);
        }
        result
    }

    /// True while anything is on.
    pub(super) fn is_on(&self) -> bool {
        !self.on.is_empty()
    }

    /// The device, for bytes that set no mode.
    pub(super) fn device(&mut self) -> &mut D {
        &mut self.device
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes down what it is told, and fails where it is told to.
    #[derive(Default)]
    struct Record {
        log: Vec<String>,
        fail_at: Option<usize>,
    }

    impl Record {
        fn note(&mut self, what: String) -> io::Result<()> {
            self.log.push(what);
            if self.fail_at == Some(self.log.len()) {
                return Err(io::Error::other("gone"));
            }
            Ok(())
        }
    }

    impl Device for Record {
        fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
            self.note(String::from_utf8_lossy(bytes).replace('\u{1b}', "^"))
        }

        fn set_raw(&mut self, on: bool) -> io::Result<()> {
            self.note(format!("raw {on}"))
        }
    }

    const ALL: [Mode; 5] = [
        Mode::Raw,
        Mode::AlternateScreen,
        Mode::BracketedPaste,
        Mode::Mouse,
        Mode::HiddenCursor,
    ];

    #[test]
    fn what_is_set_is_unset_in_reverse() {
        let mut modes = Modes::new(Record::default());
        modes.enter(&ALL).unwrap();
        assert!(modes.is_on());
        modes.enter(&ALL).unwrap();
        assert_eq!(modes.device.log.len(), 5, "nothing is set twice");
        modes.device.log.clear();
        modes.restore().unwrap();
        assert_eq!(
            modes.device.log,
            [
                "^[?2026l^[0m",
                "^[?25h",
                "^[?1006l^[?1002l^[?1000l",
                "^[?2004l",
                "^[?1049l",
                "raw false",
            ]
        );
        assert!(!modes.is_on());
        modes.device.log.clear();
        modes.restore().unwrap();
        assert!(modes.device.log.is_empty(), "nothing is unset twice");
    }

    #[test]
    fn each_mode_is_unset_by_what_was_set() {
        for mode in ALL {
            let (on, off) = mode.bytes();
            let numbers = |bytes: &[u8]| {
                let text = String::from_utf8_lossy(bytes).into_owned();
                let mut numbers: Vec<String> = text
                    .split('?')
                    .skip(1)
                    .map(|n| n.chars().take_while(char::is_ascii_digit).collect())
                    .collect();
                numbers.sort();
                numbers
            };
            assert_eq!(numbers(on), numbers(off));
        }
    }

    #[test]
    fn a_failure_leaves_nothing_on_and_does_not_stop_restoring() {
        for fail_at in 1..=5 {
            let mut modes = Modes::new(Record::default());
            modes.device.fail_at = Some(fail_at);
            assert!(modes.enter(&ALL).is_err());
            assert!(!modes.is_on());
            assert_eq!(modes.device.log.last().unwrap(), "raw false");
        }
        let mut modes = Modes::new(Record::default());
        modes.enter(&ALL).unwrap();
        modes.device.log.clear();
        modes.device.fail_at = Some(2);
        assert!(modes.restore().is_err());
        assert_eq!(modes.device.log.len(), 6);
        assert!(!modes.is_on());
    }
}
