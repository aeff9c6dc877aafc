//! Bank accounts: the length of their country and a checksum of 97, with or without spaces.

use super::view::{View, is_word};
use super::{Found, Kind};

/// Countries of the registry with the length of their accounts.
const LENGTHS: &[(&[u8; 2], usize)] = &[
    (b"AD", 24),
    (b"AE", 23),
    (b"AL", 28),
    (b"AT", 20),
    (b"AZ", 28),
    (b"BA", 20),
    (b"BE", 16),
    (b"BG", 22),
    (b"BH", 22),
    (b"BI", 27),
    (b"BR", 29),
    (b"BY", 28),
    (b"CH", 21),
    (b"CR", 22),
    (b"CY", 28),
    (b"CZ", 24),
    (b"DE", 22),
    (b"DJ", 27),
    (b"DK", 18),
    (b"DO", 28),
    (b"EE", 20),
    (b"EG", 29),
    (b"ES", 24),
    (b"FI", 18),
    (b"FK", 18),
    (b"FO", 18),
    (b"FR", 27),
    (b"GB", 22),
    (b"GE", 22),
    (b"GI", 23),
    (b"GL", 18),
    (b"GR", 27),
    (b"GT", 28),
    (b"HN", 28),
    (b"HR", 21),
    (b"HU", 28),
    (b"IE", 22),
    (b"IL", 23),
    (b"IQ", 23),
    (b"IS", 26),
    (b"IT", 27),
    (b"JO", 30),
    (b"KW", 30),
    (b"KZ", 20),
    (b"LB", 28),
    (b"LC", 32),
    (b"LI", 21),
    (b"LT", 20),
    (b"LU", 20),
    (b"LV", 21),
    (b"LY", 25),
    (b"MC", 27),
    (b"MD", 24),
    (b"ME", 22),
    (b"MK", 19),
    (b"MN", 20),
    (b"MR", 27),
    (b"MT", 31),
    (b"MU", 30),
    (b"NI", 28),
    (b"NL", 18),
    (b"NO", 15),
    (b"OM", 23),
    (b"PK", 24),
    (b"PL", 28),
    (b"PS", 29),
    (b"PT", 25),
    (b"QA", 29),
    (b"RO", 24),
    (b"RS", 22),
    (b"RU", 33),
    (b"SA", 24),
    (b"SC", 31),
    (b"SD", 18),
    (b"SE", 24),
    (b"SI", 19),
    (b"SK", 24),
    (b"SM", 27),
    (b"SO", 23),
    (b"ST", 25),
    (b"SV", 28),
    (b"TL", 23),
    (b"TN", 24),
    (b"TR", 26),
    (b"UA", 29),
    (b"VA", 22),
    (b"VG", 24),
    (b"XK", 20),
    (b"YE", 30),
];

pub(super) fn scan(view: &View<'_>, found: &mut Vec<Found>) {
    let bytes = view.bytes();
    let mut at = 0;
    while at + 15 <= bytes.len() {
        let begins = bytes[at].is_ascii_alphabetic() && !is_word(view.before(at));
        match begins.then(|| account(view, at)).flatten() {
            Some(end) => {
                found.push(Found {
                    kind: Kind::Iban,
                    range: at..end,
                });
                at = end;
            }
            None => at += 1,
        }
    }
}

/// Where the account that begins at `start` ends.
fn account(view: &View<'_>, start: usize) -> Option<usize> {
    if view.at(start + 2).is_ascii_alphabetic() {
        return None;
    }
    let country = [view.at(start), view.at(start + 1)].map(|b| b.to_ascii_uppercase());
    let (_, length) = LENGTHS.iter().find(|(code, _)| **code == country)?;
    let mut letters = [0u8; 34];
    let (mut count, mut at, mut gap) = (0, start, 0);
    while count < *length {
        let byte = view.at(at);
        if byte.is_ascii_alphanumeric() {
            letters[count] = byte.to_ascii_uppercase();
            (count, gap) = (count + 1, 0);
        } else if gap < 2 && matches!(byte, b' ' | b'-' | b'\n' | b'\r' | b'\t' | b'.') {
            gap += 1;
        } else {
            return None;
        }
        // The check digits come third and fourth: most words end here.
        if matches!(count, 3 | 4) && !letters[count - 1].is_ascii_digit() {
            return None;
        }
        at += 1;
    }
    (!is_word(view.after(at)) && is_right(&letters[..*length])).then_some(at)
}

/// True if the number that the letters spell leaves 1 over 97.
fn is_right(letters: &[u8]) -> bool {
    let turned = letters[4..].iter().chain(&letters[..4]);
    let rest = turned.fold(0u32, |rest, byte| match byte {
        b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
        _ => (rest * 100 + u32::from(byte - b'A') + 10) % 97,
    });
    rest == 1
}
