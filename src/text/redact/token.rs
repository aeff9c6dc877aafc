//! What opens doors: JWT, API keys of known forms, bearers, private keys, and what is named a password, a
//! secret, a token or a key.

use memchr::memmem;

use super::view::{LETTER, View};
use super::{Found, Kind};

/// Beginnings of keys, and how many characters must follow.
const KEYS: &[(&[u8], usize)] = &[
    (b"sk-", 20),
    (b"sk_live_", 16),
    (b"sk_test_", 16),
    (b"pk_live_", 16),
    (b"pk_test_", 16),
    (b"rk_live_", 16),
    (b"rk_test_", 16),
    (b"whsec_", 16),
    (b"ghp_", 20),
    (b"gho_", 20),
    (b"ghu_", 20),
    (b"ghs_", 20),
    (b"ghr_", 20),
    (b"github_pat_", 20),
    (b"glpat-", 16),
    (b"xoxb-", 16),
    (b"xoxp-", 16),
    (b"xoxa-", 16),
    (b"xoxr-", 16),
    (b"xoxs-", 16),
    (b"xapp-", 16),
    (b"AIza", 30),
    (b"ya29.", 20),
    (b"SG.", 30),
    (b"npm_", 20),
    (b"pypi-", 20),
    (b"dop_v1_", 20),
    (b"shpat_", 20),
    (b"hf_", 20),
    (b"gsk_", 20),
    (b"xai-", 20),
    (b"sq0atp-", 16),
    (b"sq0csp-", 16),
    (b"EAAA", 40),
    (b"key-", 32),
    (b"lin_api_", 20),
    (b"figd_", 20),
    (b"dapi", 32),
    (b"AGE-SECRET-KEY-", 40),
];

/// No key without dots is shorter.
const SHORTEST: usize = 20;

/// Beginnings of the ids of Amazon's keys, of 20 capitals and digits.
const AMAZON: &[&[u8]] = &[b"AKIA", b"ASIA", b"ABIA", b"ACCA"];

/// Endings of names whose value opens something. The first ones name passwords, which people choose.
const NAMES: &[&[u8]] = &[
    b"password",
    b"passwd",
    b"pwd",
    b"passphrase",
    b"passwort",
    b"secret",
    b"token",
    b"key",
    b"auth",
    b"authorization",
    b"credential",
    b"credentials",
    b"signature",
];
/// How many of [`NAMES`] are passwords.
const PASSWORDS: usize = 5;

/// So many characters tell whether a value is a secret; without a bound a text of nothing but names would
/// be read again from each of them.
const JUDGED: usize = 256;

pub(super) fn scan(view: &View<'_>, found: &mut Vec<Found>) {
    blocks(view, found);
    let bytes = view.bytes();
    let mut at = 0;
    while at < bytes.len() {
        if !is_key(bytes[at]) {
            at += 1;
            continue;
        }
        let end = at + bytes[at..].iter().take_while(|b| is_key(**b)).count();
        let range = jwt(view, at, end)
            .or_else(|| known(view, at, end))
            .or_else(|| named(view, at, end));
        match range {
            Some(range) => {
                at = range.end.max(end);
                found.push(Found {
                    kind: Kind::Token,
                    range,
                });
            }
            None => at = end,
        }
    }
}

/// What stands between the lines that begin and end a private key.
fn blocks(view: &View<'_>, found: &mut Vec<Found>) {
    let bytes = view.bytes();
    let mut from = 0;
    while let Some(start) = memmem::find(&bytes[from..], b"-----BEGIN ").map(|at| from + at) {
        let line = &bytes[start..bytes.len().min(start + 80)];
        if memmem::find(line, b"PRIVATE KEY").is_none() {
            from = start + 11;
            continue;
        }
        let end = memmem::find(&bytes[start..], b"-----END ").map(|at| start + at + 9);
        let end = end.map_or(bytes.len(), |end| {
            memmem::find(&bytes[end..], b"-----").map_or(bytes.len(), |at| end + at + 5)
        });
        found.push(Found {
            kind: Kind::Token,
            range: start..end,
        });
        from = end;
    }
}

/// Characters of keys.
fn is_key(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

/// After the characters of `fits` from `at` on.
fn after(view: &View<'_>, at: usize, fits: impl Fn(u8) -> bool) -> usize {
    let rest = view.bytes().get(at..).unwrap_or_default();
    at + rest.iter().take_while(|b| fits(**b)).count()
}

/// Two parts of JSON in base64 and a signature.
fn jwt(view: &View<'_>, start: usize, end: usize) -> Option<std::ops::Range<usize>> {
    let bytes = view.bytes();
    if !bytes[start..end].starts_with(b"eyJ") || view.at(end) != b'.' {
        return None;
    }
    let second = after(view, end + 1, is_key);
    if second - end < 5 || !bytes[end + 1..].starts_with(b"ey") || view.at(second) != b'.' {
        return None;
    }
    // Encrypted ones have five parts.
    let mut last = after(view, second + 1, is_key);
    while view.at(last) == b'.' && is_key(view.at(last + 1)) {
        last = after(view, last + 1, is_key);
    }
    Some(start..last)
}

/// A key of a known form.
fn known(view: &View<'_>, start: usize, end: usize) -> Option<std::ops::Range<usize>> {
    let word = &view.bytes()[start..end];
    if word.len() < SHORTEST && view.at(end) != b'.' {
        return telegram(view, start, end);
    }
    if AMAZON.iter().any(|head| word.starts_with(head))
        && word.len() == 20
        && word
            .iter()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
    {
        return Some(start..end);
    }
    for (head, least) in KEYS {
        // Some have dots inside, and one after the first letters.
        let dotted = head.ends_with(b".");
        let from = start + head.len();
        if view.bytes().get(start..from) == Some(*head) {
            let fits = |b: u8| is_key(b) || dotted && b == b'.';
            let rest = view.bytes().get(from..).unwrap_or_default();
            let head = rest.iter().take(JUDGED).take_while(|b| fits(**b));
            let (mut length, mut digit) = (0, false);
            for byte in head {
                length += 1;
                digit |= byte.is_ascii_digit();
            }
            // Only what is a key is read to its end: a text of nothing but beginnings has no end near.
            return (length >= *least && digit).then(|| start..after(view, from, fits));
        }
    }
    telegram(view, start, end)
}

/// The token of a Telegram bot: its number, a colon and 35 characters.
fn telegram(view: &View<'_>, start: usize, end: usize) -> Option<std::ops::Range<usize>> {
    let digits = view.bytes()[start..end].iter().all(u8::is_ascii_digit);
    if !digits || !(8..=10).contains(&(end - start)) || view.at(end) != b':' {
        return None;
    }
    let last = after(view, end + 1, is_key);
    (last - end == 36).then_some(start..last)
}

/// The value after a name that says that it is secret.
fn named(view: &View<'_>, start: usize, end: usize) -> Option<std::ops::Range<usize>> {
    let word = &view.bytes()[start..end];
    let next = after(view, end, is_blank);
    let given = matches!(view.at(next), b':' | b'=');
    let ends = |name: &[u8]| {
        let from = word.len().checked_sub(name.len())?;
        word[from..].eq_ignore_ascii_case(name).then_some(())
    };
    if word.eq_ignore_ascii_case(b"bearer") || word.eq_ignore_ascii_case(b"basic") {
        let from = after(view, end, |b| b == b' ');
        let value = head_of_value(view, from);
        let secret = from > end && value.len() >= 12 && is_random(value);
        return secret.then(|| from..value_end(view, from));
    }
    // Most words end here: nothing is given to them.
    if !given && view.bytes().get(next..next + 3) != Some(b"is ") {
        return None;
    }
    let name = NAMES.iter().position(|name| ends(name).is_some())?;
    let from = value_start(view, end, name < PASSWORDS)?;
    // `Authorization: Bearer …` names its kind first.
    let scheme = after(view, from, |b| b.is_ascii_alphabetic());
    let kind = &view.bytes()[from..scheme];
    let from = match kind.eq_ignore_ascii_case(b"bearer") || kind.eq_ignore_ascii_case(b"basic") {
        true => after(view, scheme, |b| b == b' '),
        false => from,
    };
    let value = head_of_value(view, from);
    let secret = match name < PASSWORDS {
        true => {
            value.len() >= 6
                && value
                    .iter()
                    .any(|b| !b.is_ascii_alphabetic() && *b != LETTER)
        }
        false => value.len() >= 12 && is_random(value),
    };
    secret.then(|| from..value_end(view, from))
}

/// Where the value begins after a name that ends at `end`; with `is`, people may also say so.
fn value_start(view: &View<'_>, end: usize, is: bool) -> Option<usize> {
    let at = after(view, end, is_blank);
    if at - end > 6 {
        return None;
    }
    let said = view.bytes().get(at..at + 3) == Some(b"is ");
    let signs = match view.at(at) {
        b'=' | b':' => 1,
        _ if is && said => 2,
        _ => return None,
    };
    Some(after(view, at + signs, |b| is_blank(b) || b == b'>'))
}

/// Blanks and quotes around a value.
fn is_blank(b: u8) -> bool {
    matches!(b, b' ' | b'"' | b'\'' | b'\t' | b'`' | b'\\')
}

/// Where the value that begins at `from` ends.
fn value_end(view: &View<'_>, from: usize) -> usize {
    let mut end = after(view, from, is_value);
    // A full stop ends the sentence.
    while end > from && matches!(view.at(end - 1), b'.' | b':') {
        end -= 1;
    }
    end
}

/// As much of a value as it is judged by.
fn head_of_value<'v>(view: &'v View<'_>, from: usize) -> &'v [u8] {
    let bytes = view.bytes();
    let rest = &bytes[from..bytes.len().min(from + JUDGED)];
    let length = rest.iter().take_while(|b| is_value(**b)).count();
    &rest[..length]
}

fn is_value(byte: u8) -> bool {
    byte > b' ' && !b"\"',;&<>()}`\\".contains(&byte)
}

/// True for what nobody would write by hand: letters and digits mixed, hardly any twice.
fn is_random(value: &[u8]) -> bool {
    let digit = value.iter().any(u8::is_ascii_digit);
    let upper = value.iter().any(u8::is_ascii_uppercase);
    let lower = value.iter().any(u8::is_ascii_lowercase);
    if !(digit && (upper || lower) || upper && lower && value.len() >= 20) {
        return false;
    }
    let mut counts = [0u32; 256];
    for byte in value {
        counts[usize::from(*byte)] += 1;
    }
    let all = value.len() as f64;
    let bits: f64 = counts
        .iter()
        .filter(|n| **n > 0)
        .map(|n| f64::from(*n) / all)
        .map(|share| -share * share.log2())
        .sum();
    bits >= 2.8
}
