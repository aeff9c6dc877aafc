//! UTF-16 and UTF-32 to UTF-8, told by their byte order mark or by where the zero bytes stand.
//!
//! Bytes of UTF-8 text are passed through untouched, invalid ones too: whoever parses a record decides
//! about them.

use std::io::{self, Read};

/// An encoding of Unicode text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    Utf8,
    Utf16 { big: bool },
    Utf32 { big: bool },
}

/// The encoding of text that begins so, and how long its byte order mark is. Without a mark the first
/// character of a log is ASCII, which shows in the zero bytes around it.
fn detect(head: &[u8]) -> (Encoding, usize) {
    use Encoding::{Utf8, Utf16, Utf32};
    match head {
        [0xef, 0xbb, 0xbf, ..] => (Utf8, 3),
        [0xff, 0xfe, 0, 0, ..] => (Utf32 { big: false }, 4),
        [0, 0, 0xfe, 0xff, ..] => (Utf32 { big: true }, 4),
        [0xff, 0xfe, ..] => (Utf16 { big: false }, 2),
        [0xfe, 0xff, ..] => (Utf16 { big: true }, 2),
        [a, 0, 0, 0, ..] if *a != 0 => (Utf32 { big: false }, 0),
        [0, 0, 0, a, ..] if *a != 0 => (Utf32 { big: true }, 0),
        [a, 0, b, 0, ..] if *a != 0 && *b != 0 => (Utf16 { big: false }, 0),
        [0, a, 0, b, ..] if *a != 0 && *b != 0 => (Utf16 { big: true }, 0),
        _ => (Utf8, 0),
    }
}

/// The same text as UTF-8, without its byte order mark: its beginning, and a reader of the rest.
pub(super) fn to_utf8(
    mut head: Vec<u8>,
    rest: Box<dyn Read + Send>,
) -> (Vec<u8>, Box<dyn Read + Send>) {
    let (encoding, mark) = detect(&head);
    if encoding == Encoding::Utf8 {
        head.drain(..mark);
        return (head, rest);
    }
    let mut text = Transcoded {
        encoding,
        rest,
        pending: Vec::new(),
        high: None,
        out: Vec::new(),
        given: 0,
        ended: false,
    };
    text.feed(&head[mark..]);
    let head = std::mem::take(&mut text.out);
    (head, Box::new(text))
}

/// A reader that turns UTF-16 or UTF-32 into UTF-8; what is no character becomes U+FFFD.
struct Transcoded {
    encoding: Encoding,
    rest: Box<dyn Read + Send>,
    /// Bytes of a code unit that the last chunk cut.
    pending: Vec<u8>,
    /// A high surrogate waiting for its other half.
    high: Option<u16>,
    out: Vec<u8>,
    given: usize,
    ended: bool,
}

impl Transcoded {
    fn feed(&mut self, bytes: &[u8]) {
        let joined;
        let bytes = if self.pending.is_empty() {
            bytes
        } else {
            self.pending.extend_from_slice(bytes);
            joined = std::mem::take(&mut self.pending);
            &joined
        };
        let (unit, big) = match self.encoding {
            Encoding::Utf8 => return self.out.extend_from_slice(bytes),
            Encoding::Utf16 { big } => (2, big),
            Encoding::Utf32 { big } => (4, big),
        };
        let mut units = bytes.chunks_exact(unit);
        for raw in &mut units {
            let value = raw.iter().enumerate().fold(0u32, |value, (i, &byte)| {
                let shift = if big { unit - 1 - i } else { i };
                value | u32::from(byte) << (8 * shift)
            });
            if unit == 2 {
                self.unit16(value as u16);
            } else {
                self.push(char::from_u32(value));
            }
        }
        self.pending = units.remainder().to_vec();
    }

    fn unit16(&mut self, unit: u16) {
        if let Some(high) = self.high.take() {
            if let Some(Ok(c)) = char::decode_utf16([high, unit]).next() {
                return self.push(Some(c));
            }
            self.push(None);
        }
        if (0xd800..0xdc00).contains(&unit) {
            self.high = Some(unit);
        } else {
            self.push(char::from_u32(u32::from(unit)));
        }
    }

    fn push(&mut self, c: Option<char>) {
        let c = c.unwrap_or(char::REPLACEMENT_CHARACTER);
        self.out
            .extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    }

    fn end(&mut self) {
        self.ended = true;
        if self.high.take().is_some() || !self.pending.is_empty() {
            self.push(None);
        }
    }
}

impl Read for Transcoded {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.given == self.out.len() && !self.ended {
            self.out.clear();
            self.given = 0;
            let mut chunk = vec![0; 64 * 1024];
            match self.rest.read(&mut chunk)? {
                0 => self.end(),
                n => self.feed(&chunk[..n]),
            }
        }
        let n = (&self.out[self.given..]).read(out)?;
        self.given += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(bytes: &[u8]) -> String {
        // One byte a read, so that every cut between two bytes is met.
        struct Slow(Vec<u8>);
        impl Read for Slow {
            fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
                if self.0.is_empty() || out.is_empty() {
                    return Ok(0);
                }
                out[0] = self.0.remove(0);
                Ok(1)
            }
        }
        let cut = bytes.len().min(5);
        let (mut text, mut rest) =
            to_utf8(bytes[..cut].to_vec(), Box::new(Slow(bytes[cut..].to_vec())));
        rest.read_to_end(&mut text).unwrap();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn every_encoding_gives_the_same_text() {
        let text = "{\"a\": \"grüß 😀\"}\n";
        let mut all: Vec<Vec<u8>> = vec![text.into(), [b"\xef\xbb\xbf", text.as_bytes()].concat()];
        for mark in ["", "\u{feff}"] {
            let marked = format!("{mark}{text}");
            all.push(marked.encode_utf16().flat_map(u16::to_le_bytes).collect());
            all.push(marked.encode_utf16().flat_map(u16::to_be_bytes).collect());
            let wide = marked.chars().map(u32::from);
            all.push(wide.clone().flat_map(u32::to_le_bytes).collect());
            all.push(wide.flat_map(u32::to_be_bytes).collect());
        }
        for bytes in all {
            assert_eq!(decoded(&bytes), text, "{bytes:?}");
        }
    }

    #[test]
    fn what_is_no_character_becomes_a_replacement() {
        // A lone high surrogate, then a cut code unit at the end.
        assert_eq!(
            decoded(b"\xff\xfe{\x00\x3d\xd8}\x00x"),
            "{\u{fffd}}\u{fffd}"
        );
    }
}
