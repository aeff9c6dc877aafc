//! Finds personal data in a text and masks it by its type: `[email]`, `[phone]`, `[card]`, `[iban]`,
//! `[ip]`, `[ssn]`, `[token]`.
//!
//! Every kind has its own scanner over one plain view of the text (see `view`), and every scanner reads the
//! text once: no pattern is tried again and again on the same bytes, so that no text is slow. Only what
//! carries a sign of its own is found: an address, a checksum, the shape of a number. Names of people and
//! postal addresses carry none; this module cannot and must not guess them.

mod card;
mod context;
mod email;
mod iban;
mod ip;
mod phone;
mod phone_lengths;
mod runs;
mod ssn;
mod token;
mod view;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::ops::Range;

use runs::runs;
use view::View;

/// A type of personal data. Where two are found in one place, the first of this order names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// JWT, API key, bearer, private key, password after its name.
    Token,
    /// E-mail address.
    Email,
    /// Bank account (IBAN) with a right checksum.
    Iban,
    /// Payment card with a right checksum.
    Card,
    /// IP address that is routed on the internet.
    Ip,
    /// Social security number of the United States.
    Ssn,
    /// Telephone number.
    Phone,
}

impl Kind {
    const ALL: [Self; 7] = [
        Self::Token,
        Self::Email,
        Self::Iban,
        Self::Card,
        Self::Ip,
        Self::Ssn,
        Self::Phone,
    ];

    /// What stands in its place: `[email]`.
    pub fn mask(self) -> &'static str {
        match self {
            Self::Token => "[token]",
            Self::Email => "[email]",
            Self::Iban => "[iban]",
            Self::Card => "[card]",
            Self::Ip => "[ip]",
            Self::Ssn => "[ssn]",
            Self::Phone => "[phone]",
        }
    }
}

/// Personal data in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What it is.
    pub kind: Kind,
    /// Its bytes in the original text, on character boundaries.
    pub range: Range<usize>,
}

/// The personal data of a text: ascending, apart from each other.
///
/// `name` is what the value is called where it stands in a field (`phone`, `api_key`), else empty: it
/// decides where digits or letters alone say too little.
pub fn find(name: &str, text: &str) -> Vec<Found> {
    if name.is_empty() {
        return find_in(text);
    }
    // Words that are written together are told by their capitals: `userPhoneNumber`.
    let mut said = String::with_capacity(name.len() + text.len() + 8);
    for c in name.chars() {
        if c.is_uppercase() && said.ends_with(char::is_lowercase) {
            said.push('_');
        }
        said.push(c);
    }
    said.push_str(": ");
    let before = said.len();
    said.push_str(text);
    let mut found = find_in(&said);
    found.retain_mut(|f| {
        f.range = f.range.start.max(before) - before..f.range.end.max(before) - before;
        !f.range.is_empty()
    });
    found
}

/// True if something in this text was masked.
pub fn has_mask(text: &str) -> bool {
    Kind::ALL.iter().any(|kind| text.contains(kind.mask()))
}

/// The text with its personal data masked.
pub fn redact(text: &str) -> Cow<'_, str> {
    let found = find("", text);
    if found.is_empty() {
        return Cow::Borrowed(text);
    }
    let (mut out, mut copied) = (String::with_capacity(text.len()), 0);
    for Found { kind, range } in found {
        out.push_str(&text[copied..range.start]);
        out.push_str(kind.mask());
        copied = range.end;
    }
    out.push_str(&text[copied..]);
    Cow::Owned(out)
}

fn find_in(text: &str) -> Vec<Found> {
    // The shortest there is: `a@b.co`.
    if text.len() < 6 {
        return Vec::new();
    }
    let view = View::new(text);
    let mut found = Vec::new();
    token::scan(&view, &mut found);
    email::scan(&view, &mut found);
    ip::scan(&view, &mut found);
    if view.has_digits() {
        iban::scan(&view, &mut found);
        let runs = runs(&view);
        card::scan(&view, &runs, &mut found);
        ssn::scan(&view, &runs, &mut found);
        let taken = apart(found.clone());
        phone::scan(&view, &runs, &taken, &mut found);
    }
    let mut found = apart(found);
    for f in &mut found {
        f.range = view.original(&f.range);
    }
    found
}

/// Puts finds into order; those that overlap become one of the first kind.
fn apart(mut found: Vec<Found>) -> Vec<Found> {
    found.sort_by_key(|f| f.range.start);
    found.dedup_by(|next, before| {
        let overlap = next.range.start < before.range.end;
        if overlap {
            before.range.end = before.range.end.max(next.range.end);
            before.kind = before.kind.min(next.kind);
        }
        overlap
    });
    found
}
