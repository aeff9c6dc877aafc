//! E-mail addresses: with plus signs, apostrophes, quoted local parts, letters of every script.

use memchr::memchr_iter;

use super::view::{LETTER, View, is_word};
use super::{Found, Kind};

/// Longest local part that is looked at; RFC 5321 allows 64 bytes.
const LOCAL: usize = 128;
/// Longest domain.
const DOMAIN: usize = 255;

pub(super) fn scan(view: &View<'_>, found: &mut Vec<Found>) {
    for at in memchr_iter(b'@', view.bytes()) {
        if let Some(start) = local(view, at)
            && let Some(end) = domain(view, at + 1)
        {
            found.push(Found {
                kind: Kind::Email,
                range: start..end,
            });
        }
    }
}

/// Where the local part that ends at `at` begins.
fn local(view: &View<'_>, at: usize) -> Option<usize> {
    let least = at.saturating_sub(LOCAL);
    if view.before(at) == b'"' {
        let inside = view.bytes().get(least..at - 1)?;
        let quote = memchr::memrchr(b'"', inside)? + least;
        let quoted = &view.bytes()[quote + 1..at - 1];
        // Quoted words on two lines are no address.
        return (!quoted.is_empty() && !quoted.contains(&b'\n')).then_some(quote);
    }
    let mut start = at;
    while start > least && is_local(view.at(start - 1)) {
        start -= 1;
    }
    // Punctuation in front belongs to the sentence.
    while start < at && !is_word(view.at(start)) {
        start += 1;
    }
    if start == at {
        return None;
    }
    // The password of a URL goes with the name before it: `https://name:password@host`.
    if view.before(start) == b':' {
        let mut name = start - 1;
        while name > least && (is_local(view.at(name - 1)) && view.at(name - 1) != b'/') {
            name -= 1;
        }
        if name < start - 1 && view.before(name) == b'/' {
            return Some(name);
        }
    }
    Some(start)
}

fn is_local(byte: u8) -> bool {
    is_word(byte) || b"!#$%&'*+/=?^_`{|}~.-".contains(&byte)
}

/// Where the domain that begins at `start` ends: labels with dots between, the last one of letters.
fn domain(view: &View<'_>, start: usize) -> Option<usize> {
    let (mut at, mut label, mut end) = (start, start, None);
    loop {
        let byte = view.at(at);
        if at - start < DOMAIN && (is_word(byte) || byte == b'-') {
            at += 1;
            continue;
        }
        let text = view.bytes().get(label..at).unwrap_or_default();
        if text.is_empty() || text.starts_with(b"-") {
            break;
        }
        if label > start && is_top(text) {
            end = Some(at - text.iter().rev().take_while(|b| **b == b'-').count());
        }
        if byte != b'.' || at - start >= DOMAIN {
            break;
        }
        at += 1;
        label = at;
    }
    end
}

/// A top-level domain: two letters or more, or `xn--` and what follows.
fn is_top(label: &[u8]) -> bool {
    let letter = |b: &u8| b.is_ascii_alphabetic() || *b == LETTER;
    let head = label.split(|b| *b == b'-').next().unwrap_or_default();
    (head.len() >= 2 || head.contains(&LETTER)) && head.iter().all(letter)
}
