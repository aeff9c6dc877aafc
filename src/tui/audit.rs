//! The last door to the terminal: knows the few sequences the screen needs, and lets nothing else out.
//!
//! Everything above already keeps hostile text away. This stands behind it, in every build, so that a
//! mistake shows as a question mark on the screen and as a count in a test, not as a command to the
//! terminal.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::text::is_drawable;

/// Stands where something was held back.
const SUBSTITUTE: u8 = b'?';
/// Longer than any sequence of ours: a position and a style of three true colours.
const MAX_SEQUENCE: usize = 96;
/// Private modes the screen may set and unset.
const MODES: [u32; 10] = [25, 1000, 1002, 1003, 1004, 1006, 1015, 1049, 2004, 2026];
/// Bytes kept before they are written even without a flush.
const MAX_HELD: usize = 1 << 16;

/// Writes what the grammar of the screen allows: text that can be seen, `CSI … H m J K`, and the
/// private modes in use. The rest is replaced and counted.
pub struct AuditWriter<W: Write> {
    inner: W,
    state: State,
    /// Bytes of the sequence or character being read.
    pending: Vec<u8>,
    /// Audited, not yet written.
    held: Vec<u8>,
    violations: Arc<AtomicU64>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Text,
    /// After ESC.
    Escape,
    /// After ESC [.
    Sequence,
    /// Within a character of this many bytes.
    Character(usize),
}

impl<W: Write> AuditWriter<W> {
    /// Stands before `inner`.
    pub fn new(inner: W) -> Self {
        Self {
            inner,
            state: State::Text,
            pending: Vec::new(),
            held: Vec::new(),
            violations: Arc::default(),
        }
    }

    /// The count of what was held back; it goes on counting after the writer has been given away.
    pub fn violations(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.violations)
    }

    fn audit(&mut self, byte: u8) {
        match self.state {
            State::Text => self.begin(byte),
            State::Escape if byte == b'[' => {
                self.pending.push(byte);
                self.state = State::Sequence;
            }
            State::Escape => self.reject(byte),
            State::Sequence => match byte {
                b'0'..=b'9' | b';' | b'?' if self.pending.len() < MAX_SEQUENCE => {
                    self.pending.push(byte);
                }
                b'@'..=b'~' if is_allowed(&self.pending, byte) => {
                    self.pending.push(byte);
                    self.pass();
                }
                _ => self.reject(byte),
            },
            State::Character(len) => {
                if byte & 0xc0 != 0x80 {
                    self.reject(byte);
                    return;
                }
                self.pending.push(byte);
                if self.pending.len() == len {
                    self.end_character();
                }
            }
        }
    }

    /// The first byte of anything.
    fn begin(&mut self, byte: u8) {
        self.state = match byte {
            b' '..=b'~' => {
                self.held.push(byte);
                return;
            }
            0x1b => State::Escape,
            0xc2..=0xdf => State::Character(2),
            0xe0..=0xef => State::Character(3),
            0xf0..=0xf4 => State::Character(4),
            _ => {
                self.substitute();
                return;
            }
        };
        self.pending.push(byte);
    }

    fn end_character(&mut self) {
        let c = std::str::from_utf8(&self.pending)
            .ok()
            .and_then(|text| text.chars().next());
        if c.is_some_and(is_drawable) {
            self.pass();
        } else {
            self.pending.clear();
            self.state = State::Text;
            self.substitute();
        }
    }

    fn pass(&mut self) {
        self.held.append(&mut self.pending);
        self.state = State::Text;
    }

    /// Shows what was meant as a sequence, without what makes it one, and reads `byte` anew.
    fn reject(&mut self, byte: u8) {
        self.substitute();
        let pending = std::mem::take(&mut self.pending);
        let visible = pending.iter().filter(|b| matches!(b, b' '..=b'~'));
        self.held.extend(visible);
        self.state = State::Text;
        self.begin(byte);
    }

    fn substitute(&mut self) {
        self.violations.fetch_add(1, Ordering::Relaxed);
        self.held.push(SUBSTITUTE);
    }

    fn write_held(&mut self) -> io::Result<()> {
        let result = self.inner.write_all(&self.held);
        // A frame that failed is not sent again: the next one is drawn whole.
        self.held.clear();
        result
    }
}

/// True for the sequences the screen is made of.
fn is_allowed(sequence: &[u8], end: u8) -> bool {
    // The first two bytes are ESC [.
    match (sequence.get(2..).unwrap_or_default(), end) {
        ([b'?', numbers @ ..], b'h' | b'l') => {
            let mut modes = numbers.split(|&b| b == b';');
            modes.all(|mode| number(mode).is_some_and(|mode| MODES.contains(&mode)))
        }
        (numbers, b'H' | b'm' | b'J' | b'K') => !numbers.contains(&b'?'),
        _ => false,
    }
}

fn number(digits: &[u8]) -> Option<u32> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

impl<W: Write> Write for AuditWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for &byte in bytes {
            self.audit(byte);
        }
        if self.held.len() > MAX_HELD {
            self.write_held()?;
        }
        Ok(bytes.len())
    }

    /// Writes everything at once, so that a frame appears whole.
    fn flush(&mut self) -> io::Result<()> {
        self.write_held()?;
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What gets out, and how often something was held back.
    fn audited(bytes: &[u8]) -> (Vec<u8>, u64) {
        let mut out = Vec::new();
        let mut writer = AuditWriter::new(&mut out);
        let violations = writer.violations();
        writer.write_all(bytes).unwrap();
        writer.flush().unwrap();
        (out, violations.load(Ordering::Relaxed))
    }

    #[test]
    fn the_screen_s_own_sequences_pass() {
        for good in [
            "plain, ünïcode, 日本, 👨\u{200d}👩, ❤",
            "\u{1b}[H\u{1b}[12;80H\u{1b}[2J\u{1b}[K",
            "\u{1b}[0m\u{1b}[38;5;1;48;2;1;2;3m\u{1b}[4m\u{1b}[59m",
            "\u{1b}[?25l\u{1b}[?25h\u{1b}[?1049h\u{1b}[?2004l\u{1b}[?2026h\u{1b}[?1000;1006l",
        ] {
            assert_eq!(
                audited(good.as_bytes()),
                (good.as_bytes().to_vec(), 0),
                "{good:?}"
            );
        }
    }

    #[test]
    fn everything_else_is_held_back() {
        for (bad, shown) in [
            ("a\nb\rc\td\u{8}\0\u{7f}", "a?b?c?d???"),
            ("\u{1b}]0;title\u{7}", "?]0;title?"),
            ("\u{1b}]52;c;aGk=\u{1b}\\", "?]52;c;aGk=?\\"),
            ("\u{1b}Pq\u{1b}\\", "?Pq?\\"),
            ("\u{1b}c", "?c"),
            ("\u{1b}[6n", "?[6n"),
            ("\u{1b}[?1h\u{1b}[?25;1h", "?[?1h?[?25;1h"),
            ("\u{1b}[?25m\u{1b}[1?m", "?[?25m?[1?m"),
            ("\u{1b}[ q\u{1b}[>4m", "?[ q?[>4m"),
            ("\u{1b}\u{1b}[m", "?\u{1b}[m"),
            ("\u{9b}31m\u{202e}x\u{200b}\u{feff}", "?31m?x??"),
        ] {
            let (out, count) = audited(bad.as_bytes());
            assert_eq!(String::from_utf8(out).unwrap(), shown);
            assert_eq!(
                count as usize,
                shown.matches('?').count() - bad.matches('?').count()
            );
        }
        assert_eq!(audited(b"\x80\xff\xc3(").0, b"???(");
        assert_eq!(audited(b"\xed\xa0\x80").0, b"?");
        assert_eq!(audited(b"\xf0\x9f\x1b[m").0, b"?\x1b[m");
    }

    #[test]
    fn an_endless_sequence_is_no_sequence() {
        let endless = "\u{1b}[".to_owned() + &"1;".repeat(1000) + "m";
        let (out, count) = audited(endless.as_bytes());
        assert_eq!(count, 1);
        assert!(!out.contains(&0x1b));
    }

    /// The grammar once more, as a reader of whole strings.
    fn conforms(out: &[u8]) -> bool {
        let Ok(text) = std::str::from_utf8(out) else {
            return false;
        };
        let mut parts = text.split('\u{1b}');
        let clean = |s: &str| s.chars().all(is_drawable);
        parts.next().is_some_and(clean)
            && parts.all(|part| {
                let Some(rest) = part.strip_prefix('[') else {
                    return false;
                };
                let Some(end) = rest.find(|c: char| !matches!(c, '0'..='9' | ';' | '?')) else {
                    return false;
                };
                is_allowed(
                    format!("\u{1b}[{}", &rest[..end]).as_bytes(),
                    rest.as_bytes()[end],
                ) && clean(&rest[end + 1..])
            })
    }

    fn piece() -> impl Strategy<Value = Vec<u8>> {
        prop_oneof![
            any::<u8>().prop_map(|b| vec![b]),
            any::<char>().prop_map(|c| c.to_string().into_bytes()),
            Just(b"\x1b[".to_vec()),
            Just(b"\x1b[?25".to_vec()),
            Just(b"\x1b[?".to_vec()),
            "[0-9;?]{0,6}".prop_map(String::into_bytes),
            "[HmJKhlABn]".prop_map(String::into_bytes),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn whatever_goes_in_conforms(pieces in proptest::collection::vec(piece(), 0..40)) {
            let bytes = pieces.concat();
            let (out, count) = audited(&bytes);
            prop_assert!(conforms(&out), "{:?} from {:?}", out, bytes);
            // What needs no help is left alone; a sequence cut off at the end waits for the rest.
            if count == 0 {
                prop_assert!(bytes.starts_with(&out));
            }
            prop_assert_eq!(audited(&out), (out.clone(), 0));
        }

        #[test]
        fn pieces_are_as_good_as_the_whole(bytes in proptest::collection::vec(any::<u8>(), 0..60), at in 0usize..60) {
            let mut out = Vec::new();
            let mut writer = AuditWriter::new(&mut out);
            let (head, tail) = bytes.split_at(at.min(bytes.len()));
            writer.write_all(head).unwrap();
            writer.flush().unwrap();
            writer.write_all(tail).unwrap();
            writer.flush().unwrap();
            prop_assert_eq!(out, audited(&bytes).0);
        }
    }
}
