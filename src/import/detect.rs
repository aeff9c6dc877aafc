//! Tells formats apart by what an input holds, never by its name.

use std::collections::BTreeSet;

use super::formats::table::{FORMATS, Format, Keys, Mark, OTHERS};
use super::records::{Item, Records};

/// Paths remembered of one record; a record with more is told by its first.
const MOST_PATHS: usize = 4000;

/// Records looked at before an input is called unknown: the first may be damaged.
const MOST_RECORDS: usize = 50;

/// Keys named of what is not known.
const KEYS_NAMED: usize = 8;

/// What the beginning of a text shows.
#[derive(Clone, Debug)]
pub enum Found {
    /// A format that is read.
    Format(&'static Format),
    /// Nothing at all, or white space.
    Empty,
    /// Something else; in words.
    Other(String),
}

impl PartialEq for Found {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Format(a), Self::Format(b)) => a.name == b.name,
            (Self::Empty, Self::Empty) => true,
            (Self::Other(a), Self::Other(b)) => a == b,
            _ => false,
        }
    }
}

/// Files of other programs, by their first bytes.
const MAGIC: [(&[u8], &str); 9] = [
    (b"PK\x03\x04", "a zip archive: unpack it first"),
    (
        b"PAR1",
        "a Parquet file, which is not read: export JSON lines instead",
    ),
    (b"\xfd7zXZ\0", "an xz archive: unpack it first"),
    (b"BZh", "a bzip2 archive: unpack it first"),
    (b"7z\xbc\xaf", "a 7z archive: unpack it first"),
    (b"\x04\x22\x4d\x18", "an lz4 archive: unpack it first"),
    (b"%PDF", "a PDF file"),
    (b"\x89PNG", "a picture"),
    (b"\x7fELF", "a program"),
];

/// Texts that are no JSON, by what stands in their beginning.
const TEXTS: [(&str, &str); 4] = [
    (
        "COPY public.events (",
        "a PostgreSQL dump of a Rasa tracker store",
    ),
    ("-- PostgreSQL database dump", "a PostgreSQL dump"),
    ("Dialogflow Request :", "a Dialogflow ES log"),
    ("Dialogflow Response :", "a Dialogflow ES log"),
];

/// What a text that begins with `head` is.
pub fn detect(head: &[u8]) -> Found {
    if let Some((_, words)) = MAGIC.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Found::Other((*words).to_owned());
    }
    let blank = |b: &u8| b.is_ascii_whitespace() || *b == 0;
    let Some(first) = head.iter().position(|b| !blank(b)) else {
        return Found::Empty;
    };
    if let Some((_, words)) = TEXTS
        .iter()
        .find(|(text, _)| memchr::memmem::find(head, text.as_bytes()).is_some())
    {
        return Found::Other(not_yet(words));
    }
    let mut seen: Option<BTreeSet<String>> = None;
    // The first record may reach beyond the head: it is read as far as it goes.
    if let Some(brace) = first_object(&head[first..]) {
        let found = paths(&head[first + brace..]);
        if let Some(known) = recognise(&found) {
            return known;
        }
        seen = Some(found);
    }
    let mut records = Records::new(head);
    for _ in 0..MOST_RECORDS {
        match records.next_item() {
            Some(Item::Value { raw, .. }) if raw.starts_with(b"{") => {
                let found = paths(raw);
                if let Some(known) = recognise(&found) {
                    return known;
                }
                seen.get_or_insert(found);
            }
            Some(_) => {}
            None => break,
        }
    }
    Found::Other(unknown(&head[first..], seen.as_ref()))
}

/// Where the first object begins, if nothing but brackets stands before it.
fn first_object(text: &[u8]) -> Option<usize> {
    let at = text
        .iter()
        .position(|b| !(b.is_ascii_whitespace() || *b == b'['))?;
    (text[at] == b'{').then_some(at)
}

fn recognise(paths: &BTreeSet<String>) -> Option<Found> {
    let holds = |keys: &Keys| {
        let has = |path: &&str| paths.contains(*path);
        keys.all.iter().all(has) && (keys.any.is_empty() || keys.any.iter().any(has))
    };
    for format in FORMATS {
        if let Mark::Records(ways) = format.mark
            && ways.iter().any(holds)
        {
            return Some(Found::Format(format));
        }
    }
    OTHERS
        .iter()
        .find(|(_, ways)| ways.iter().any(holds))
        .map(|(words, _)| Found::Other(not_yet(words)))
}

fn not_yet(words: &str) -> String {
    format!("recognised as {words}: not supported yet")
}

/// Words for what is not known: what was seen of it.
fn unknown(text: &[u8], seen: Option<&BTreeSet<String>>) -> String {
    let keys: Vec<&str> = seen
        .into_iter()
        .flatten()
        .map(String::as_str)
        .filter(|path| !path.contains(['.', '[']))
        .collect();
    let what = if !keys.is_empty() {
        let named = keys[..keys.len().min(KEYS_NAMED)].join(", ");
        let more = if keys.len() > KEYS_NAMED { ", …" } else { "" };
        format!("JSON objects with the keys {named}{more}")
    } else if matches!(text[0], b'{' | b'[') {
        "JSON without objects that have keys".to_owned()
    } else if text.iter().take(512).any(|&b| b < 9) {
        "binary data".to_owned()
    } else {
        "text that is not JSON".to_owned()
    };
    format!("unknown format: {what}; `afterword formats` lists what is read")
}

/// The keys of the object that `text` begins with, three levels deep, of arrays the first element:
/// `a`, `a.b`, `a[].b`. The text may end anywhere and be anything.
fn paths(text: &[u8]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut scan = Scan {
        text,
        at: 0,
        open: Vec::new(),
    };
    while let Some(path) = scan.next_key() {
        if found.len() >= MOST_PATHS {
            break;
        }
        found.insert(path);
    }
    found
}

/// Walks over JSON without judging it.
struct Scan<'a> {
    text: &'a [u8],
    at: usize,
    open: Vec<Bracket>,
}

/// An open bracket.
struct Bracket {
    array: bool,
    /// What stands before the keys inside; none where they are not wanted.
    path: Option<String>,
}

impl Scan<'_> {
    fn next_key(&mut self) -> Option<String> {
        let mut key: Option<String> = None;
        while let Some(&byte) = self.text.get(self.at) {
            self.at += 1;
            match byte {
                b'{' | b'[' => {
                    key = None;
                    let path = match self.open.last_mut() {
                        None => Some(String::new()),
                        // The first element of an array stands for all.
                        Some(Bracket { array: true, path }) => path.take(),
                        Some(_) => None,
                    };
                    self.open_bracket(byte, path);
                }
                b'}' | b']' => {
                    key = None;
                    self.open.pop();
                    if self.open.is_empty() {
                        return None;
                    }
                }
                b'"' => {
                    let from = self.at;
                    self.end_of_string();
                    let raw = &self.text[from..self.at.saturating_sub(1).max(from)];
                    key = Some(String::from_utf8_lossy(raw).into_owned());
                }
                b':' => {
                    let bracket = self.open.last();
                    if let (Some(key), Some(prefix)) =
                        (key.take(), bracket.and_then(|b| b.path.as_deref()))
                    {
                        let path = match prefix {
                            "" => key,
                            prefix => format!("{prefix}.{key}"),
                        };
                        self.open_value(&path);
                        return Some(path);
                    }
                }
                b',' => key = None,
                _ => {}
            }
        }
        None
    }

    /// If the value that comes next is an object or array, goes inside: its keys stand under `path`.
    fn open_value(&mut self, path: &str) {
        let rest = &self.text[self.at..];
        let Some(next) = rest.iter().position(|b| !b.is_ascii_whitespace()) else {
            return;
        };
        if let byte @ (b'{' | b'[') = rest[next] {
            self.at += next + 1;
            self.open_bracket(byte, Some(path.to_owned()));
        }
    }

    fn open_bracket(&mut self, byte: u8, path: Option<String>) {
        let array = byte == b'[';
        let path = path.filter(|_| self.open.len() < 4);
        let path = path.map(|path| if array { format!("{path}[]") } else { path });
        self.open.push(Bracket { array, path });
    }

    fn end_of_string(&mut self) {
        while let Some(found) = memchr::memchr2(b'"', b'\\', &self.text[self.at..]) {
            self.at += found + 1;
            if self.text[self.at - 1] == b'"' {
                return;
            }
            self.at = (self.at + 1).min(self.text.len());
        }
        self.at = self.text.len();
    }
}

#[cfg(test)]
mod tests;
