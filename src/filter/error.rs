//! What is wrong with a filter, where, and what was probably meant.

use std::fmt;
use std::ops::Range;

use crate::text::SafeText;

/// Why a text is no filter. `Display` is one harmless line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// First byte of what is wrong.
    pub at: usize,
    /// Its length in bytes; 0 where something is missing.
    pub len: usize,
    /// What is wrong or was expected.
    pub message: String,
    /// What was probably meant: the nearest name, another way to write it.
    pub hint: Option<String>,
    column: usize,
}

impl ParseError {
    pub(super) fn new(text: &str, range: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            at: range.start,
            len: range.len(),
            message: message.into(),
            hint: None,
            column: SafeText::line(&text[..range.start]).width(),
        }
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(super) fn hint_nearest<'a>(
        mut self,
        name: &str,
        known: impl IntoIterator<Item = &'a str>,
        otherwise: &str,
    ) -> Self {
        self.hint = match nearest(name, known) {
            Some(near) => Some(format!("did you mean `{near}`?")),
            None if otherwise.is_empty() => None,
            None => Some(otherwise.to_owned()),
        };
        self
    }

    /// The terminal column of what is wrong, from 0, when the filter is drawn from column 0.
    pub fn caret(&self) -> usize {
        self.column
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "column {}: {}", self.column + 1, self.message)?;
        match &self.hint {
            Some(hint) => write!(f, "; {hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ParseError {}

/// A piece of the filter as an error may show it: harmless, on one line, not long.
pub(super) fn shown(piece: &str) -> String {
    let short: String = piece.chars().take(40).collect();
    let cut = if short.len() < piece.len() { "…" } else { "" };
    format!("`{}{cut}`", SafeText::line(&short).as_str())
}

/// The known name that is nearest to what was typed, if any is near: one that it abbreviates or begins
/// with, else one with few letters different.
pub fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if typed.is_empty() || typed.len() > 60 {
        return None;
    }
    let typed: Vec<char> = typed.chars().flat_map(char::to_lowercase).collect();
    known
        .into_iter()
        .filter_map(|name| {
            let letters: Vec<char> = name.chars().flat_map(char::to_lowercase).collect();
            let shorter = letters.len().min(typed.len());
            if shorter >= 3 && letters[..shorter] == typed[..shorter] {
                return Some((1, name));
            }
            let distance = distance(&typed, &letters);
            let near = distance <= 1.max(letters.len() / 3) && distance < letters.len();
            near.then_some((distance, name))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// How many letters must be changed, added, left out or swapped with their neighbour.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut older: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let same = usize::from(a[i - 1] != b[j - 1]);
            row[j] = (above[j] + 1).min(row[j - 1] + 1).min(above[j - 1] + same);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(older[j - 2] + 1);
            }
        }
        older = std::mem::replace(&mut above, row);
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found_and_far_ones_are_not() {
        let known = ["tag", "intent", "user_text", "lang", "sat"];
        assert_eq!(nearest("tga", known), Some("tag"));
        assert_eq!(nearest("itnent", known), Some("intent"));
        assert_eq!(nearest("user-text", known), Some("user_text"));
        assert_eq!(nearest("language", known), Some("lang"));
        assert_eq!(nearest("Saturday", known), Some("sat"));
        assert_eq!(nearest("http", known), None);
        assert_eq!(nearest("", known), None);
    }
}
