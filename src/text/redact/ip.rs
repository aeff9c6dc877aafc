//! IP addresses of both versions. Those of a private network, of the own machine and of nothing at all say
//! nothing of a person and stay; so do versions of software.

use std::net::{Ipv4Addr, Ipv6Addr};

use memchr::memchr_iter;

use super::context::word_before;
use super::view::{View, is_word};
use super::{Found, Kind};

/// Longest text of an address of version 6.
const LONGEST: usize = 45;

pub(super) fn scan(view: &View<'_>, found: &mut Vec<Found>) {
    let mut past = 0;
    for at in memchr_iter(b'.', view.bytes()) {
        if at >= past
            && let Some((start, end)) = four(view, at)
        {
            past = end;
            push(found, start, end);
        }
    }
    let mut past = 0;
    for at in memchr_iter(b':', view.bytes()) {
        if at >= past {
            let (start, end) = around(view, at, past);
            past = end;
            if let Some((start, end)) = six(view, start, end) {
                push(found, start, end);
            }
        }
    }
}

fn push(found: &mut Vec<Found>, start: usize, end: usize) {
    found.push(Found {
        kind: Kind::Ip,
        range: start..end,
    });
}

/// The address whose first dot stands at `dot`.
fn four(view: &View<'_>, dot: usize) -> Option<(usize, usize)> {
    let mut start = dot;
    while start > 0 && dot - start < 4 && view.at(start - 1).is_ascii_digit() {
        start -= 1;
    }
    let mut end = dot;
    let mut parts = 1;
    while end - start <= 15 {
        match view.at(end) {
            b'0'..=b'9' => {}
            b'.' if view.at(end + 1).is_ascii_digit() => parts += 1,
            _ => break,
        }
        end += 1;
    }
    if parts != 4 || !stands_alone(view, start, end) {
        return None;
    }
    let text = std::str::from_utf8(view.bytes().get(start..end)?).ok()?;
    let address: Ipv4Addr = text.parse().ok()?;
    let unseen = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_unspecified()
        || address.is_broadcast()
        || address.octets()[0] == 0;
    (!unseen && !is_version(view, start)).then_some((start, end))
}

/// True if the numbers are not a part of something longer.
fn stands_alone(view: &View<'_>, start: usize, end: usize) -> bool {
    let before = view.before(start);
    let joined = match before {
        b'-' | b'_' | b'@' | b'.' | b',' => start > 1 && is_word(view.at(start - 2)),
        // `nginx/1.2.3.4`, but not `http://1.2.3.4`.
        b'/' => start > 1 && is_word(view.at(start - 2)),
        _ => is_word(before),
    };
    let after = view.after(end);
    let goes_on = match after {
        b'-' | b'_' | b'+' => is_word(view.at(end + 1)),
        _ => is_word(after),
    };
    !joined && !goes_on
}

fn is_version(view: &View<'_>, start: usize) -> bool {
    let word = word_before(view, start);
    [
        "version", "ver", "v", "release", "build", "firmware", "update", "upgrade",
    ]
    .contains(&word.as_str())
}

/// The hexadecimal digits, colons and dots around a colon.
fn around(view: &View<'_>, at: usize, from: usize) -> (usize, usize) {
    let fits = |byte: u8| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.');
    let (mut start, mut end) = (at, at);
    while start > from && fits(view.at(start - 1)) && at - start < LONGEST {
        start -= 1;
    }
    while fits(view.at(end)) {
        end += 1;
    }
    (start, end)
}

fn six(view: &View<'_>, start: usize, end: usize) -> Option<(usize, usize)> {
    let mut text = view.bytes().get(start..end)?;
    while let Some(rest) = text.strip_suffix(b".").or_else(|| {
        // The colon of a sentence, but not the two of a shortened end.
        text.strip_suffix(b":").filter(|rest| !rest.ends_with(b":"))
    }) {
        text = rest;
    }
    let end = start + text.len();
    if text.len() > LONGEST || is_word(view.before(start)) || is_word(view.after(end)) {
        return None;
    }
    // `face::add` is a path of names.
    if !text.iter().any(u8::is_ascii_digit) {
        return None;
    }
    let address: Ipv6Addr = std::str::from_utf8(text).ok()?.parse().ok()?;
    let unseen = address.is_loopback() || address.is_unspecified();
    (!unseen).then_some((start, end))
}
