//! What must not stand in the texts of one conversation because it is known from elsewhere in it: ids and
//! names of people, and personal data that was found once. Found however it is spelt: in capitals, in full
//! width, with invisible characters inside.

use std::ops::Range;

use memchr::memmem;
use unicode_normalization::char::decompose_compatible;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

use crate::text::Untrusted;

/// Shorter names are looked for as they are written alone: `Al` is not `al`.
const ANY_CASE: usize = 4;
/// From so many characters on, with a digit, a name is one wherever it stands, also inside of a word.
const FIRM: usize = 8;

/// Names with what stands for each.
#[derive(Debug, Default)]
pub(super) struct Names(Vec<Name>);

#[derive(Debug)]
struct Name {
    exact: Box<str>,
    folded: Box<str>,
    any_case: bool,
    firm: bool,
    put: Untrusted,
}

impl Names {
    /// Adds a name; blank ones and those of one character say nothing.
    pub(super) fn add(&mut self, name: &str, put: &Untrusted, any_case: bool) {
        let name = name.trim();
        let folded = Folded::new(name).text;
        let length = name.chars().count();
        if length < 2
            || self
                .0
                .iter()
                .any(|n| *n.folded == *folded && (n.any_case || !any_case))
        {
            return;
        }
        self.0.push(Name {
            any_case: any_case && length >= ANY_CASE,
            firm: length >= FIRM && name.bytes().any(|b| b.is_ascii_digit()),
            exact: name.into(),
            folded: folded.into(),
            put: put.clone(),
        });
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Where names stand in a text, and what stands for them. With `firm` those alone that are no words.
    pub(super) fn find<'n>(
        &'n self,
        text: &str,
        firm: bool,
        mut found: impl FnMut(Range<usize>, &'n Untrusted),
    ) {
        let mut folded = None;
        for name in self.0.iter().filter(|n| n.firm || !firm) {
            let text_folded = folded.get_or_insert_with(|| Folded::new(text));
            let whole = &*text_folded.text;
            for at in memmem::find_iter(whole.as_bytes(), name.folded.as_bytes()) {
                let range = at..at + name.folded.len();
                if !name.firm && !stands_alone(whole, &range) {
                    continue;
                }
                let original = text_folded.original(&range);
                if name.any_case || name.firm || text.get(original.clone()) == Some(&name.exact) {
                    found(original, &name.put);
                }
            }
        }
    }
}

/// True if no letter or digit continues what stands there.
fn stands_alone(text: &str, range: &Range<usize>) -> bool {
    let (Some(before), Some(name), Some(after)) = (
        text.get(..range.start),
        text.get(range.clone()),
        text.get(range.end..),
    ) else {
        return false;
    };
    let joins = |inner: Option<char>, outer: Option<char>| {
        inner.is_some_and(char::is_alphanumeric) && outer.is_some_and(char::is_alphanumeric)
    };
    !joins(name.chars().next(), before.chars().next_back())
        && !joins(name.chars().next_back(), after.chars().next())
}

/// A text in lower case and in parts, without what nobody sees.
struct Folded {
    text: String,
    /// Of each byte, where its character begins and ends in the original; `None`: at its own place.
    places: Option<Vec<(usize, usize)>>,
}

impl Folded {
    fn new(text: &str) -> Self {
        if text.is_ascii() {
            return Self {
                text: text.to_ascii_lowercase(),
                places: None,
            };
        }
        let mut folded = String::with_capacity(text.len());
        let mut places = Vec::with_capacity(text.len());
        for (at, c) in text.char_indices() {
            let selector = matches!(c, '\u{fe00}'..='\u{fe0f}');
            if selector || c.general_category() == GeneralCategory::Format {
                continue;
            }
            decompose_compatible(c, |part| folded.extend(part.to_lowercase()));
            places.resize(folded.len(), (at, at + c.len_utf8()));
        }
        Self {
            text: folded,
            places: Some(places),
        }
    }

    fn original(&self, range: &Range<usize>) -> Range<usize> {
        let Some(places) = &self.places else {
            return range.clone();
        };
        let start = places.get(range.start).map_or(0, |p| p.0);
        let last = range.end.checked_sub(1).and_then(|last| places.get(last));
        start..last.map_or(start, |p| p.1)
    }
}
