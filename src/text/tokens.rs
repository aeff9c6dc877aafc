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

/// True for letters of scripts that put no spaces between words: each is a word to the index, and a
/// line may break beside it.
pub(super) fn stands_alone(c: char) -> bool {
    matches!(c,
        '\u{e00}'..='\u{eff}' // Thai, Lao
        | '\u{f00}'..='\u{fff}' // Tibetan
        | '\u{1000}'..='\u{109f}' | '\u{a9e0}'..='\u{a9ff}' | '\u{aa60}'..='\u{aa7f}' // Myanmar
        | '\u{1780}'..='\u{17ff}' // Khmer
        | '\u{3005}'..='\u{3007}' | '\u{3021}'..='\u{3029}' | '\u{3038}'..='\u{303b}'
        | '\u{3041}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{ff66}'..='\u{ff9f}' // kana
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{1aff0}'..='\u{1b16f}' | '\u{20000}'..='\u{3ffff}')
}
