//! The plain view that scanners read: one byte a character, whatever alphabet a digit, a dash or an `@`
//! was written in, without what nobody sees; and the way back to the original bytes.

use std::borrow::Cow;
use std::ops::Range;

use unicode_normalization::char::decompose_compatible;
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

/// Stands for a letter, or a mark on one, outside ASCII.
pub(super) const LETTER: u8 = 0x80;
/// Stands for any other character outside ASCII.
const OTHER: u8 = 0x81;

/// A text as scanners read it.
pub(super) struct View<'a> {
    bytes: Cow<'a, [u8]>,
    /// Of each byte, where its character begins and ends in the original; `None`: at its own place.
    places: Option<Vec<(usize, usize)>>,
}

impl<'a> View<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        if text.is_ascii() {
            return Self {
                bytes: Cow::Borrowed(text.as_bytes()),
                places: None,
            };
        }
        let mut bytes = Vec::with_capacity(text.len());
        let mut places = Vec::with_capacity(text.len());
        for (at, c) in text.char_indices() {
            plain(c, |byte| {
                bytes.push(byte);
                places.push((at, at + c.len_utf8()));
            });
        }
        Self {
            bytes: bytes.into(),
            places: Some(places),
        }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The byte at `at`; 0 outside.
    pub(super) fn at(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    /// The byte before `at`; 0 at the beginning, and where something invisible stands between.
    pub(super) fn before(&self, at: usize) -> u8 {
        match at.checked_sub(1) {
            Some(before) if !self.is_gap(at) => self.at(before),
            _ => 0,
        }
    }

    /// The byte at `at`; 0 at the end, and where something invisible stands before it.
    pub(super) fn after(&self, at: usize) -> u8 {
        if self.is_gap(at) { 0 } else { self.at(at) }
    }

    pub(super) fn has_digits(&self) -> bool {
        self.bytes.iter().any(u8::is_ascii_digit)
    }

    /// True if something invisible was left out before `at`.
    fn is_gap(&self, at: usize) -> bool {
        let (Some(places), Some(before)) = (&self.places, at.checked_sub(1)) else {
            return false;
        };
        match (places.get(before), places.get(at)) {
            (Some(before), Some(here)) => before.1 < here.0,
            _ => false,
        }
    }

    /// The bytes of the original text that this part of the view stands for.
    pub(super) fn original(&self, range: &Range<usize>) -> Range<usize> {
        let Some(places) = &self.places else {
            return range.clone();
        };
        let start = places.get(range.start).map_or(0, |p| p.0);
        let last = range.end.checked_sub(1).and_then(|last| places.get(last));
        start..last.map_or(start, |p| p.1)
    }
}

/// A letter or a digit.
pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == LETTER
}

/// Gives the bytes that stand for a character; none for an invisible one.
fn plain(c: char, mut give: impl FnMut(u8)) {
    if c.is_ascii() {
        return give(c as u8);
    }
    match c {
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => {
            return give(b' ');
        }
        '\u{2028}' | '\u{2029}' | '\u{85}' => return give(b'\n'),
        '\u{2010}'..='\u{2015}'
        | '\u{2043}'
        | '\u{2212}'
        | '\u{fe58}'
        | '\u{fe63}'
        | '\u{ff0d}' => {
            return give(b'-');
        }
        '\u{2018}' | '\u{2019}' | '\u{ff07}' => return give(b'\''),
        '\u{201c}' | '\u{201d}' => return give(b'"'),
        '\u{3002}' | '\u{ff61}' => return give(b'.'),
        '\u{fe00}'..='\u{fe0f}' | '\u{20d0}'..='\u{20ff}' | '\u{e0100}'..='\u{e01ef}' => return,
        _ => {}
    }
    let category = c.general_category();
    match category {
        GeneralCategory::Format => return,
        GeneralCategory::CurrencySymbol => return give(b'$'),
        GeneralCategory::DecimalNumber => return give(b'0' + digit(c)),
        _ => {}
    }
    let (mut parts, mut count) = ([0; 4], 0);
    decompose_compatible(c, |part| {
        if let Some(place) = parts.get_mut(count) {
            *place = if part.is_ascii() { part as u8 } else { 0 };
        }
        count += 1;
    });
    match parts.get(..count) {
        Some(parts) if parts.iter().all(|part| *part != 0) => parts.iter().for_each(|p| give(*p)),
        _ => give(match c.general_category_group() {
            GeneralCategoryGroup::Letter | GeneralCategoryGroup::Mark => LETTER,
            _ => OTHER,
        }),
    }
}

/// The value of a decimal digit of any script: every script has its ten in a row, from zero on.
fn digit(c: char) -> u8 {
    let is_digit = |code: u32| {
        char::from_u32(code).is_some_and(|c| c.general_category() == GeneralCategory::DecimalNumber)
    };
    let before = (1..=60)
        .take_while(|back| is_digit((c as u32).saturating_sub(*back)))
        .count();
    (before % 10) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plainly(text: &str) -> String {
        let view = View::new(text);
        let ascii = |b: &u8| match *b {
            LETTER => 'L',
            OTHER => 'O',
            b => b as char,
        };
        view.bytes().iter().map(ascii).collect()
    }

    #[test]
    fn every_script_is_read_the_same() {
        assert_eq!(plainly("٤١١١ ４１ ①② 𝟘𝟙𝟡 ४९ ᠑"), "4111 41 12 019 49 1");
        assert_eq!(plainly("john＠example．com"), "john@example.com");
        assert_eq!(plainly("o’neil 1–2\u{a0}3 €5"), "o'neil 1-2 3 $5");
        assert_eq!(
            plainly("4\u{200b}1\u{2060}1\u{ad}1 5\u{fe0f}\u{20e3}"),
            "4111 5"
        );
        assert_eq!(plainly("jöhn 漢 ☃ e\u{301}"), "jLhn L O eL");
    }

    #[test]
    fn the_way_back_covers_whole_characters() {
        let text = "é４\u{200b}1x";
        let view = View::new(text);
        assert_eq!(plainly(text), "L41x");
        assert_eq!(&text[view.original(&(1..3))], "４\u{200b}1");
        assert_eq!(
            (view.before(2), view.after(2), view.before(3)),
            (0, 0, b'1')
        );
    }
}
