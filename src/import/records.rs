//! Cuts a stream into JSON values without loading it: one object a line, one after the other, or the
//! elements of an array, pretty-printed or not.
//!
//! Only the bounds of values are found here; whether a value is good JSON is for its parser to say. So a
//! damaged record costs itself alone, and memory holds one record, whatever the size of the file.

mod bytes;

use std::io::{self, Read};

/// A record larger than this is skipped.
pub const RECORD_CAP: usize = 16 * 1024 * 1024;

/// A record nested deeper than this is skipped, so that no parser runs out of stack.
pub const DEPTH_CAP: u32 = 128;

/// How much is read at once.
const CHUNK: usize = 256 * 1024;

/// Our own records hold everything twice, as it was read and as it is understood, and the source's own
/// records a few levels further down: what was taken in must come back.
const OWN_RECORD_CAP: usize = 4 * RECORD_CAP;

/// See [`OWN_RECORD_CAP`].
pub(super) const OWN_DEPTH_CAP: u32 = DEPTH_CAP + 8;

/// What comes next in the stream.
#[derive(Debug)]
pub enum Item<'a> {
    /// A value's bytes, verbatim.
    Value {
        /// From its first byte to its last.
        raw: &'a [u8],
        /// Line it begins on, from 1.
        line: u64,
    },
    /// Something that is no complete value.
    Broken {
        /// Line it begins on.
        line: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// The stream itself failed; nothing comes after.
    Fault(io::Error),
}

/// What comes next in a stream that is taken in lines where it has them.
#[derive(Debug)]
pub enum Cut<'a> {
    /// A line that begins and ends as an object does. Nobody has looked at what is between: where it is no
    /// sound value, [`Records::of_line`] tells what it is.
    Line {
        /// From the first byte that says something to the last.
        raw: &'a [u8],
        /// Its number, from 1.
        line: u64,
    },
    /// Found byte by byte.
    Item(Item<'a>),
    /// What was read is used up: whoever asks again may have to wait.
    Dry,
}

/// The values of a stream, one by one.
pub struct Records<R> {
    reader: R,
    /// What was read and is not done with: the first `filled` bytes.
    buf: Vec<u8>,
    filled: usize,
    /// Where the value being read begins in `buf`.
    start: usize,
    pos: usize,
    /// The last byte of the value that says something, of what was dropped because it is too large.
    dropped: Option<u8>,
    /// Stream offset of `buf[0]`.
    base: u64,
    begun: bool,
    /// It was said that reading on is next.
    dry: bool,
    ended: bool,
    fault: Option<io::Error>,
    line: u64,
    after_cr: bool,
    /// White space since the line began, while nothing else came.
    indent: Option<u32>,
    /// One value a line: a line break ends what is not complete.
    by_line: bool,
    array: Array,
    cap: usize,
    depth_cap: u32,
    /// How much is read at once.
    chunk: usize,
}

/// Where in a top-level array the stream stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Array {
    Outside,
    Opened,
    AfterComma,
    AfterValue,
}

/// What stands where a line may begin.
enum Line {
    /// A line with an object, from here to there; what reads on begins after it.
    Whole(usize, usize),
    /// It was not read to its end yet.
    Dry,
    /// Anything else, to be looked at byte by byte.
    Other,
}

/// Where a value ended, and how.
enum End {
    /// Before `pos`.
    Complete,
    /// The value must be given up; reading goes on at `pos`.
    Broken(&'static str),
}

const CUT_OFF: &str =
    "incomplete: the file ends inside this record (cut off, or still being written)";
const CUT_LINE: &str = "incomplete: the record is not closed";
const TOO_DEEP: &str = "nested too deep: more than 128 levels";

impl<R: Read> Records<R> {
    /// Reads `reader` from its beginning.
    pub fn new(reader: R) -> Self {
        Self {
            reader,
            buf: Vec::new(),
            filled: 0,
            start: 0,
            pos: 0,
            dropped: None,
            base: 0,
            begun: false,
            dry: false,
            ended: false,
            fault: None,
            line: 1,
            after_cr: false,
            indent: Some(0),
            by_line: false,
            array: Array::Outside,
            cap: RECORD_CAP,
            depth_cap: DEPTH_CAP,
            chunk: CHUNK,
        }
    }

    /// Reads records that this program wrote.
    pub fn own(reader: R) -> Self {
        Self {
            cap: OWN_RECORD_CAP,
            depth_cap: OWN_DEPTH_CAP,
            ..Self::new(reader)
        }
    }

    /// Reads what is one line of a stream of lines, the line of that number, of so many bytes.
    pub fn of_line(self, line: u64, bytes: usize) -> Self {
        Self {
            line,
            // One more, in which the end shows.
            chunk: bytes + 1,
            begun: true,
            by_line: true,
            ..self
        }
    }

    /// The next line as it is, where the stream is one of lines, else the next value; `None` at the end.
    pub fn next_cut(&mut self) -> Option<Cut<'_>> {
        if self.by_line && self.array == Array::Outside {
            match self.whole_line() {
                Line::Whole(from, to) => {
                    let line = self.line;
                    self.end_line();
                    let raw = &self.buf[from..to];
                    return Some(Cut::Line { raw, line });
                }
                Line::Dry => return Some(Cut::Dry),
                Line::Other => {}
            }
        }
        self.next_item().map(Cut::Item)
    }

    /// The next value; `None` at the end.
    pub fn next_item(&mut self) -> Option<Item<'_>> {
        loop {
            self.start = self.pos;
            self.dropped = None;
            if !std::mem::replace(&mut self.begun, true) {
                self.fill();
                self.by_line = looks_like_lines(&self.buf[..self.filled]);
            }
            let Some(byte) = self.peek() else {
                return self.at_end();
            };
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' | 0 | 0x0b | 0x0c | 0x1e => self.take(byte),
                // Byte order mark, and the line and paragraph separators.
                0xef if self.skip(b"\xef\xbb\xbf") => {}
                0xe2 if self.skip(b"\xe2\x80\xa8") || self.skip(b"\xe2\x80\xa9") => {}
                b'[' if self.array == Array::Outside => {
                    self.take(byte);
                    self.by_line = false;
                    self.array = Array::Opened;
                }
                b',' if self.array != Array::Outside => {
                    self.take(byte);
                    let after = std::mem::replace(&mut self.array, Array::AfterComma);
                    if after != Array::AfterValue {
                        return Some(self.broken("a comma without a value before it"));
                    }
                }
                b']' if self.array != Array::Outside => {
                    self.take(byte);
                    let after = std::mem::replace(&mut self.array, Array::Outside);
                    if after == Array::AfterComma {
                        return Some(self.broken("a comma without a value after it"));
                    }
                }
                b'}' | b']' | b',' | b':' => {
                    let line = self.line;
                    self.skip_line();
                    return Some(Item::Broken {
                        line,
                        reason: format!("`{}` where a record should begin", char::from(byte)),
                    });
                }
                _ => return Some(self.value(byte)),
            }
        }
    }

    fn at_end(&mut self) -> Option<Item<'static>> {
        if let Some(error) = self.fault.take() {
            self.array = Array::Outside;
            return Some(Item::Fault(error));
        }
        if std::mem::replace(&mut self.array, Array::Outside) != Array::Outside {
            return Some(self.broken(
                "the array is not closed: the file was cut off, or is still being written",
            ));
        }
        None
    }

    fn broken(&self, reason: &str) -> Item<'static> {
        Item::Broken {
            line: self.line,
            reason: reason.to_owned(),
        }
    }

    /// Reads one value that begins at `pos`.
    fn value(&mut self, first: u8) -> Item<'_> {
        let line = self.line;
        let from = self.base + self.pos as u64;
        let was_array = self.array != Array::Outside;
        if was_array {
            self.array = Array::AfterValue;
        }
        let end = match first {
            b'{' | b'[' => self.nested(),
            b'"' => self.quoted(),
            _ => self.bare(),
        };
        let size = self.base + self.pos as u64 - from;
        if let End::Broken(reason) = end {
            if let Some(error) = self.fault.take() {
                // What the damaged stream cut is not a fault of its own.
                self.array = Array::Outside;
                return Item::Fault(error);
            }
            return Item::Broken {
                line,
                reason: reason.to_owned(),
            };
        }
        if size > self.cap as u64 {
            return Item::Broken {
                line,
                reason: format!(
                    "record of {size} bytes at byte {from}: larger than {} MiB",
                    self.cap / 1024 / 1024
                ),
            };
        }
        if !was_array && !self.by_line && self.line == line && matches!(self.peek(), Some(b'\n')) {
            self.by_line = true;
        }
        let len = size as usize;
        Item::Value {
            raw: &self.buf[self.pos - len..self.pos],
            line,
        }
    }

    /// An object or array: to the bracket that closes it.
    fn nested(&mut self) -> End {
        let own_indent = self.indent;
        let mut indented = false;
        let mut deepest = 0u32;
        let mut depth = 0u32;
        let mut string = false;
        loop {
            let Some(byte) = self.seek(string) else {
                return End::Broken(if deepest > self.depth_cap {
                    TOO_DEEP
                } else {
                    CUT_OFF
                });
            };
            match byte {
                b'\\' => {
                    self.take(byte);
                    // The escaped byte says nothing, unless it is a line break that should not be there.
                    if let Some(next) = self.peek()
                        && next != b'\n'
                    {
                        self.take(next);
                    }
                }
                b'"' => {
                    self.take(byte);
                    string = !string;
                }
                b'{' | b'[' => {
                    self.take(byte);
                    depth = depth.saturating_add(1);
                    deepest = deepest.max(depth);
                }
                b'}' | b']' => {
                    self.take(byte);
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return if deepest > self.depth_cap {
                            End::Broken(TOO_DEEP)
                        } else {
                            End::Complete
                        };
                    }
                }
                _ => {
                    let open = string || !self.awaits_value();
                    self.take(byte);
                    if byte == b'\n' && self.by_line {
                        return End::Broken(CUT_LINE);
                    }
                    self.skip_indent();
                    match (self.indent, own_indent) {
                        (Some(now), Some(own)) if now > own => indented = true,
                        // A sibling begins where only a sibling can: the value was never closed.
                        (Some(now), Some(own))
                            if now == own && (open || indented) && self.peek() == Some(b'{') =>
                        {
                            if self.array != Array::Outside {
                                self.array = Array::AfterComma;
                            }
                            return End::Broken(CUT_LINE);
                        }
                        _ => {}
                    }
                }
            }
        }
    }

    /// True if what was read last (white space aside) lets another value follow inside this one.
    fn awaits_value(&self) -> bool {
        matches!(self.last(), None | Some(b',' | b':' | b'[' | b'{'))
    }

    fn last(&self) -> Option<u8> {
        let mut back = self.buf[self.start..self.pos].iter().rev().copied();
        back.find(|b| !b.is_ascii_whitespace()).or(self.dropped)
    }

    /// A string: to its closing quote, or the end of the line.
    fn quoted(&mut self) -> End {
        self.take(b'"');
        loop {
            match self.seek(true) {
                None => return End::Broken(CUT_OFF),
                Some(b'\n') => return End::Broken(CUT_LINE),
                Some(b'"') => {
                    self.take(b'"');
                    return End::Complete;
                }
                Some(byte) => {
                    self.take(byte);
                    if let Some(next) = self.peek()
                        && next != b'\n'
                    {
                        self.take(next);
                    }
                }
            }
        }
    }

    /// Anything else: to the next delimiter.
    fn bare(&mut self) -> End {
        while let Some(byte) = self.peek() {
            if matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b',' | b']' | b'}') {
                break;
            }
            self.take(byte);
        }
        End::Complete
    }
}

/// True if the beginning of a stream shows two or more objects that each fill a line.
fn looks_like_lines(head: &[u8]) -> bool {
    let mut lines = head
        .split(|&b| b == b'\n')
        .map(|line| line.trim_ascii_end())
        .filter(|line| !line.is_empty());
    let starts_with_array = head.trim_ascii_start().first() == Some(&b'[');
    !starts_with_array
        && lines
            .by_ref()
            .filter(|line| line.starts_with(b"{") && line.ends_with(b"}"))
            .nth(1)
            .is_some()
}

#[cfg(test)]
mod tests;
