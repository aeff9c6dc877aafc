//! Words as the search index knows them: one definition for indexing, for queries, for the reference
//! evaluation and for highlights, so that they cannot disagree.

use std::ops::Range;

use unicode_normalization::char::decompose_canonical;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};
use unicode_properties::{GeneralCategory, GeneralCategoryGroup as Group, UnicodeGeneralCategory};

/// Ends the words of one message in a search document: a private-use character, which no word holds.
const SEPARATOR: char = '\u{e000}';
/// Invisible, but a place between words by definition.
const ZERO_WIDTH_SPACE: char = '\u{200b}';

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
    let mut words = Words { text, at: 0 };
    std::iter::from_fn(move || {
        let mut normal = String::new();
        let range = words.next_into(&mut normal)?;
        Some(Token {
            text: normal,
            range,
        })
    })
}

/// Appends the words of one message to a search document, closed by a separator word that no query can
/// hold, so that a phrase never reaches from one message into the next.
pub fn search_document(out: &mut String, text: &str) {
    out.reserve(text.len() + SEPARATOR.len_utf8() + 1);
    let mut words = Words { text, at: 0 };
    while words.next_into(out).is_some() {
        out.push(' ');
    }
    out.push(SEPARATOR);
    out.push(' ');
}

/// Part of a word, or not.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Goes on with the word before it, or begins one.
    Run,
    /// A word of its own, with the marks on it.
    Alone,
    /// A mark that belongs to the spelling: vowel signs, voicing marks.
    Mark,
    /// Belongs to the word and is not spelt: accents, joiners, soft hyphens.
    Silent,
    /// Ends the word.
    Gap,
}

struct Words<'a> {
    text: &'a str,
    at: usize,
}

impl Words<'_> {
    /// Appends the next word to `out` and returns what it stands for.
    fn next_into(&mut self, out: &mut String) -> Option<Range<usize>> {
        loop {
            let range = self.word(out)?;
            if !range.is_empty() {
                return Some(range);
            }
        }
    }

    /// One word; an empty range if it turned out to have no letters. None at the end of the text.
    fn word(&mut self, out: &mut String) -> Option<Range<usize>> {
        let from = out.len();
        let start = self.skip_gaps()?;
        let bytes = self.text.as_bytes();
        let mut at = start;
        let mut end = start;
        let mut alone = false;
        let mut ascii = true;
        while let Some(&byte) = bytes.get(at) {
            if byte.is_ascii() {
                // A letter of its own ends before the next letter.
                if !byte.is_ascii_alphanumeric() || alone {
                    break;
                }
                out.push(char::from(byte.to_ascii_lowercase()));
                at += 1;
                end = at;
                continue;
            }
            let Some(c) = self.text[at..].chars().next() else {
                break;
            };
            let kind = kind(c);
            match kind {
                Kind::Gap => break,
                Kind::Run if alone => break,
                Kind::Alone if out.len() > from => break,
                _ => {}
            }
            alone |= kind == Kind::Alone;
            ascii = false;
            if kind != Kind::Silent {
                spell(c, out);
            }
            at += c.len_utf8();
            end = at;
        }
        self.at = at;
        if !ascii {
            recompose(out, from);
        }
        Some(if out.len() == from {
            start..start
        } else {
            start..end
        })
    }

    fn skip_gaps(&mut self) -> Option<usize> {
        let bytes = self.text.as_bytes();
        while let Some(&byte) = bytes.get(self.at) {
            if byte.is_ascii() {
                if byte.is_ascii_alphanumeric() {
                    return Some(self.at);
                }
                self.at += 1;
                continue;
            }
            let c = self.text[self.at..].chars().next()?;
            if !matches!(kind(c), Kind::Gap | Kind::Silent) {
                return Some(self.at);
            }
            self.at += c.len_utf8();
        }
        None
    }
}

fn kind(c: char) -> Kind {
    if is_silent(c) {
        return Kind::Silent;
    }
    let category = c.general_category();
    match c.general_category_group() {
        // Digits of those scripts are written as numbers, not as words.
        Group::Letter | Group::Number
            if category != GeneralCategory::DecimalNumber && stands_alone(c) =>
        {
            Kind::Alone
        }
        Group::Letter | Group::Number => Kind::Run,
        Group::Mark => Kind::Mark,
        _ => Kind::Gap,
    }
}

/// Characters that a reader does not count among the letters of a word: accents and points where
/// people leave them out, enclosing and selecting marks, and invisible characters within words.
fn is_silent(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36f}'
        | '\u{483}'..='\u{489}'
        | '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}' | '\u{5c2}' | '\u{5c4}' | '\u{5c5}' | '\u{5c7}'
        | '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{6d6}'..='\u{6dc}'
        | '\u{6df}'..='\u{6e4}' | '\u{6e7}' | '\u{6e8}' | '\u{6ea}'..='\u{6ed}'
        | '\u{897}'..='\u{89f}' | '\u{8ca}'..='\u{8e1}' | '\u{8e3}'..='\u{8ff}'
        | '\u{640}' // Arabic letters drawn out
        | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}'
        | '\u{180b}'..='\u{180f}' | '\u{fe00}'..='\u{fe0f}' | '\u{fe20}'..='\u{fe2f}'
        | '\u{e0100}'..='\u{e01ef}')
        || (c != ZERO_WIDTH_SPACE && c.general_category() == GeneralCategory::Format)
}

/// Appends a character as it is compared: lower case, in parts, without the silent ones.
pub(super) fn spell(c: char, out: &mut String) {
    for lower in c.to_lowercase() {
        decompose_canonical(lower, |part| {
            // Greek has two small sigmas; capitals do not tell them apart.
            let part = if part == 'ς' { 'σ' } else { part };
            if !is_silent(part) {
                out.push(part);
            }
        });
    }
}

/// Puts together what is one character in common use: Hangul syllables, voiced kana, nukta letters.
fn recompose(out: &mut String, from: usize) {
    if is_nfc_quick(out[from..].chars()) != IsNormalized::Yes {
        let composed: String = out[from..].nfc().collect();
        out.truncate(from);
        out.push_str(&composed);
    }
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(text: &str) -> Vec<String> {
        tokens(text).map(|t| t.text).collect()
    }

    #[test]
    fn words_are_lower_case_without_accents() {
        assert_eq!(words("Hello, World! x2"), ["hello", "world", "x2"]);
        assert_eq!(words("¿Dónde ESTÁ?"), ["donde", "esta"]);
        assert_eq!(words("Straße İzmir Việt"), ["straße", "izmir", "viet"]);
        assert_eq!(words("ΛΌΓΟΣ λόγος"), ["λογοσ", "λογοσ"]);
        assert_eq!(words("ёлка Йод"), ["елка", "иод"]);
        assert_eq!(words("مُحَمَّد שָׁלוֹם"), ["محمد", "שלום"]);
        assert_eq!(
            words("order_id 3.50 don't"),
            ["order", "id", "3", "50", "don", "t"]
        );
    }

    #[test]
    fn vowel_signs_stay() {
        assert_eq!(words("हिन्दी की"), ["हिन्दी", "की"]);
        assert_eq!(words("தமிழ்"), ["தமிழ்"]);
    }

    #[test]
    fn scripts_without_spaces_are_read_by_letter() {
        assert_eq!(words("東京tower2"), ["東", "京", "tower2"]);
        assert_eq!(words("ガ\u{304b}\u{3099}"), ["ガ", "が"]);
        assert_eq!(words("ไม่"), ["ไ", "ม่"]);
        assert_eq!(words("한국어 \u{1112}\u{1161}\u{11ab}"), ["한국어", "한"]);
    }

    #[test]
    fn invisible_characters_do_not_part_words() {
        assert_eq!(words("pass\u{ad}wo\u{200d}rd"), ["password"]);
        assert_eq!(words("a\u{200b}b"), ["a", "b"]);
        assert_eq!(words("❤\u{fe0f} 1\u{fe0f}\u{20e3} \u{301}"), ["1"]);
    }

    #[test]
    fn ranges_are_bytes_of_the_original() {
        let text = " Cafe\u{301}, 日x";
        let found: Vec<_> = tokens(text).map(|t| &text[t.range]).collect();
        assert_eq!(found, ["Cafe\u{301}", "日", "x"]);
    }

    #[test]
    fn a_document_separates_messages() {
        let mut document = String::new();
        search_document(&mut document, "One two\u{e000}");
        search_document(&mut document, "");
        search_document(&mut document, "three");
        assert_eq!(document, "one two \u{e000} \u{e000} three \u{e000} ");
        assert_eq!(words("\u{e000}"), Vec::<String>::new());
    }

    fn any_text() -> impl Strategy<Value = String> {
        let range = proptest::char::range;
        let c = prop_oneof![
            any::<char>(),
            range(' ', '~'),
            range('\u{a0}', '\u{600}'),
            range('\u{600}', '\u{1200}'),
            range('\u{3040}', '\u{3100}'),
            range('\u{ac00}', '\u{ad00}'),
            range('\u{300}', '\u{330}'),
            range('\u{1e00}', '\u{2030}'),
        ];
        proptest::collection::vec(c, 0..30).prop_map(String::from_iter)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        #[test]
        fn tokens_of_a_token_are_itself(text in any_text()) {
            for token in tokens(&text) {
                prop_assert_eq!(words(&token.text), vec![token.text.clone()]);
                prop_assert!(!token.text.contains(SEPARATOR));
                prop_assert!(!token.text.contains(' '));
                prop_assert!(!text[token.range].is_empty());
            }
        }

        #[test]
        fn ranges_are_in_order_and_give_the_same_word(text in any_text()) {
            let mut end = 0;
            for token in tokens(&text) {
                prop_assert!(token.range.start >= end);
                end = token.range.end;
                prop_assert_eq!(words(&text[token.range]), vec![token.text]);
            }
        }

        #[test]
        fn a_document_is_its_words(text in any_text()) {
            let mut document = String::new();
            search_document(&mut document, &text);
            let expected: String = tokens(&text).map(|t| t.text + " ").collect();
            prop_assert_eq!(document, format!("{expected}\u{e000} "));
        }

        #[test]
        fn form_and_case_do_not_matter(text in any_text()) {
            let decomposed: String = text.nfd().collect();
            let composed: String = text.nfc().collect();
            prop_assert_eq!(words(&decomposed), words(&composed));
        }
    }
}
