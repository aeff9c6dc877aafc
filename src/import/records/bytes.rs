//! The bytes under the records: read in pieces, counted in lines, dropped when too many.

use std::io::{self, Read};

use super::{Line, Records};

/// Bytes that mean something outside of strings.
const STRUCTURE: [bool; 256] = {
    let mut table = [false; 256];
    let bytes = b"\"{}[]\n\r";
    let mut i = 0;
    while i < bytes.len() {
        table[bytes[i] as usize] = true;
        i += 1;
    }
    table
};

impl<R: Read> Records<R> {
    /// The next byte that means something, inside a string or outside; it is not taken.
    pub(super) fn seek(&mut self, string: bool) -> Option<u8> {
        loop {
            self.peek()?;
            let rest = &self.buf[self.pos..self.filled];
            let found = if string {
                memchr::memchr3(b'"', b'\\', b'\n', rest)
            } else {
                rest.iter().position(|&b| STRUCTURE[usize::from(b)])
            };
            let passed = found.unwrap_or(rest.len());
            if passed > 0 {
                self.pos += passed;
                self.indent = None;
                self.after_cr = false;
            }
            if found.is_some() {
                return self.peek();
            }
        }
    }

    /// The next byte, read if need be.
    pub(super) fn peek(&mut self) -> Option<u8> {
        if self.pos == self.filled {
            self.fill();
        }
        self.buf[..self.filled].get(self.pos).copied()
    }

    /// Goes past the byte at `pos`, keeping count of lines.
    pub(super) fn take(&mut self, byte: u8) {
        self.pos += 1;
        let after_cr = std::mem::replace(&mut self.after_cr, byte == b'\r');
        match byte {
            b'\n' | b'\r' => {
                if !(byte == b'\n' && after_cr) {
                    self.line += 1;
                }
                self.indent = Some(0);
            }
            b' ' | b'\t' => self.indent = self.indent.map(|i| i.saturating_add(1)),
            _ => self.indent = None,
        }
    }

    pub(super) fn skip_indent(&mut self) {
        while let Some(byte @ (b' ' | b'\t')) = self.peek() {
            self.take(byte);
        }
    }

    pub(super) fn skip_line(&mut self) {
        while let Some(byte) = self.peek() {
            if byte == b'\n' || byte == b'\r' {
                break;
            }
            self.take(byte);
            self.start = self.pos;
        }
    }

    /// Goes past `mark` if it stands here.
    pub(super) fn skip(&mut self, mark: &[u8]) -> bool {
        while self.filled - self.pos < mark.len() && !self.ended {
            self.fill();
        }
        let here = self.buf[self.pos..self.filled].starts_with(mark);
        if here {
            self.pos += mark.len();
        }
        here
    }

    /// The line that begins here, if it may be one object and nothing else.
    pub(super) fn whole_line(&mut self) -> Line {
        while let Some(byte @ (b'\n' | b'\r')) = self.here() {
            self.take(byte);
        }
        // Further values on a line are found one by one: looking for its end each time could take for ever.
        if self.indent != Some(0) {
            return Line::Other;
        }
        self.start = self.pos;
        self.dropped = None;
        let mut seen = 0;
        loop {
            let rest = &self.buf[self.pos..self.filled];
            if rest.first().is_some_and(|first| *first != b'{') {
                return Line::Other;
            }
            let end = memchr::memchr2(b'\n', b'\r', &rest[seen..]).map(|at| seen + at);
            if let Some(end) = end
                && (rest[end] == b'\n' || rest.get(end + 1) == Some(&b'\n'))
            {
                let line = rest[..end].trim_ascii_end();
                if line.last() != Some(&b'}') || line.len() > self.cap {
                    return Line::Other;
                }
                let (from, to) = (self.pos, self.pos + line.len());
                self.pos += end;
                self.after_cr = false;
                return Line::Whole(from, to);
            }
            // A return that ends no line, and what is not closed before the end or the limit.
            if end.is_some_and(|end| end + 1 < rest.len()) || self.ended || rest.len() > self.cap {
                return Line::Other;
            }
            if !std::mem::replace(&mut self.dry, true) {
                return Line::Dry;
            }
            seen = end.unwrap_or(rest.len());
            self.fill();
        }
    }

    /// Goes past the end of a line that [`Records::whole_line`] found.
    pub(super) fn end_line(&mut self) {
        self.dry = false;
        while let Some(byte @ (b'\n' | b'\r')) = self.here() {
            self.take(byte);
            if byte == b'\n' {
                break;
            }
        }
    }

    /// The next byte of what was read.
    fn here(&self) -> Option<u8> {
        self.buf[..self.filled].get(self.pos).copied()
    }

    /// Reads on. What is larger than a record may be is dropped from its beginning, but still counted.
    pub(super) fn fill(&mut self) {
        if self.ended {
            return;
        }
        if self.pos - self.start > self.cap {
            self.dropped = self.last();
            self.start = self.pos;
        }
        self.buf.copy_within(self.start..self.filled, 0);
        self.filled -= self.start;
        self.base += self.start as u64;
        self.pos -= self.start;
        self.start = 0;
        if self.buf.len() < self.filled + self.chunk {
            self.buf.resize(self.filled + self.chunk, 0);
        }
        let read = loop {
            match self.reader.read(&mut self.buf[self.filled..]) {
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        let n = match read {
            Ok(n) => n,
            Err(error) => {
                self.fault = Some(error);
                0
            }
        };
        self.ended = n == 0;
        self.filled += n;
    }
}
