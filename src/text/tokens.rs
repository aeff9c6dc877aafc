//! Words as the search index knows them: one definition for indexing, for queries, for the reference
//! evaluation and for highlights, so that they cannot disagree.

use std::ops::Range;

/// One word: lower case, without accents; each letter of a script without spaces is a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Normalised text: letters, numbers and marks alone.
    pub text: String,
    /// Bytes of the original it stands for.
    pub range: Range<usize>,
}

/// The words of a text in order.
pub fn tokens(text: &str) -> impl Iterator<Item = Token> + '_ {
    text.split_whitespace().map(|w| {
        let start = w.as_ptr() as usize - text.as_ptr() as usize;
        Token {
            text: w.to_lowercase(),
            range: start..start + w.len(),
        }
    })
}

/// Appends the words of one message to a search document, closed by a separator word that no query can
/// hold, so that a phrase never reaches from one message into the next.
pub fn search_document(out: &mut String, text: &str) {
    for token in tokens(text) {
        out.push_str(&token.text);
        out.push(' ');
    }
    out.push_str("\u{e000} ");
}
