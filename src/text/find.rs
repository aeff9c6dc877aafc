//! Finding what somebody typed in many texts at once, without case and accents: any part of a text, not only
//! whole words. Spelling is that of the words of the search index.

use std::ops::Range;

use memchr::memmem;

use super::escapes::strings_unescaped;
use super::tokens::spell;

/// Ends each text; nothing that is typed holds it, so no place reaches from one text into the next.
const END: char = '\u{1}';

/// Texts made ready once, in which places are then found as fast as they can be read.
#[derive(Clone, Debug, Default)]
pub struct Haystack {
    /// All texts as they are compared, one after the other.
    spelt: String,
    /// Where each byte of `spelt` comes from in the texts put together; `None`: every byte from itself.
    from: Option<Vec<u32>>,
    /// Where each text begins in the texts put together.
    starts: Vec<u32>,
    /// Which of the texts are the one before them once more, with its escapes read; ascending.
    twins: Vec<usize>,
}

impl Haystack {
    /// Makes texts ready. Together they have less than 4 GB.
    pub fn new<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut out = Self::default();
        let mut at = 0;
        for text in texts {
            out.starts.push(at as u32);
            out.add(text, at);
            at += text.len();
            out.end(&mut at);
        }
        out
    }

    /// Makes texts ready that hold JSON strings: each as it is written and, where it has escapes, as it reads.
    /// Places are those of what is written. Together they have less than 2 GB.
    pub fn with_escapes<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut out = Self::default();
        let mut at = 0;
        for text in texts {
            for twin in [false, true] {
                if twin && !text.contains('\\') {
                    continue;
                }
                if twin {
                    out.twins.push(out.starts.len());
                }
                out.starts.push(at as u32);
                if twin {
                    out.add_chars(strings_unescaped(text), at);
                } else {
                    out.add(text, at);
                }
                at += text.len();
                out.end(&mut at);
            }
        }
        out
    }

    /// Ends a text whose bytes end at `at`.
    fn end(&mut self, at: &mut usize) {
        if let Some(from) = &mut self.from {
            from.push(*at as u32);
        }
        self.spelt.push(END);
        *at += END.len_utf8();
    }

    fn add(&mut self, text: &str, at: usize) {
        if text.is_ascii() {
            let before = self.spelt.len();
            let plain = text.bytes().map(|b| match b {
                b'\t' | b'\n' | b'\r' => ' ',
                b => char::from(b.to_ascii_lowercase()),
            });
            self.spelt.extend(plain);
            if let Some(from) = &mut self.from {
                from.extend((at..at + self.spelt.len() - before).map(|i| i as u32));
            }
            return;
        }
        self.add_chars(text.char_indices(), at);
    }

    fn add_chars(&mut self, chars: impl Iterator<Item = (usize, char)>, at: usize) {
        // Up to here every byte came from itself.
        let from = self
            .from
            .get_or_insert_with(|| (0..self.spelt.len() as u32).collect());
        for (i, c) in chars {
            spell_one(c, &mut self.spelt);
            from.resize(self.spelt.len(), (at + i) as u32);
        }
    }

    /// Where `asked` stands: number of the text and bytes of it, in order, apart from each other. Nothing is
    /// found of what has no character that counts.
    pub fn places(&self, asked: &str) -> Vec<(usize, Range<usize>)> {
        let mut needle = String::new();
        for c in asked.chars() {
            spell_one(c, &mut needle);
        }
        if needle.trim().is_empty() {
            return Vec::new();
        }
        let mut places: Vec<_> = memmem::find_iter(self.spelt.as_bytes(), needle.as_bytes())
            .map(|at| {
                let range = self.origin(at..at + needle.len());
                let text = self.starts.partition_point(|s| *s as usize <= range.start) - 1;
                let start = self.starts[text] as usize;
                let twins = self.twins.partition_point(|twin| *twin <= text);
                (text - twins, range.start - start..range.end - start)
            })
            .collect();
        if !self.twins.is_empty() {
            // What stands there both as it is written and as it reads is one place.
            places.sort_by_key(|(text, range)| (*text, range.start));
            places.dedup_by(|next, last| {
                let same = next.0 == last.0 && next.1.start < last.1.end;
                if same {
                    last.1.end = last.1.end.max(next.1.end);
                }
                same
            });
        }
        places
    }

    /// The bytes of the texts that these of `spelt` stand for: whole characters, with the marks on them.
    fn origin(&self, spelt: Range<usize>) -> Range<usize> {
        let Some(from) = &self.from else { return spelt };
        let last = from[spelt.end - 1];
        // Every text ends with a byte of its own: there is one after the last.
        let after = from[spelt.end..].iter().find(|f| **f > last);
        from[spelt.start] as usize..after.map_or(last as usize + 1, |f| *f as usize)
    }
}

fn spell_one(c: char, out: &mut String) {
    if c.is_whitespace() {
        out.push(' ');
    } else {
        spell(c, out);
    }
}

/// Bytes of one short text where `asked` stands.
pub fn places(text: &str, asked: &str) -> Vec<Range<usize>> {
    let found = Haystack::new([text]).places(asked);
    found.into_iter().map(|(_, range)| range).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn marked(text: &str, asked: &str) -> String {
        let mut out = String::new();
        let mut at = 0;
        for range in places(text, asked) {
            out.push_str(&format!(
                "{}[{}]",
                &text[at..range.start],
                &text[range.clone()]
            ));
            at = range.end;
        }
        out + &text[at..]
    }

    #[test]
    fn parts_of_words_are_found_without_case_and_accents() {
        for (text, asked, want) in [
            (
                "Refund? a refunded REFUND",
                "refund",
                "[Refund]? a [refund]ed [REFUND]",
            ),
            ("¿Dónde está?", "DONDE esta", "¿[Dónde está]?"),
            ("caf\u{65}\u{301} cafe", "café", "[caf\u{65}\u{301}] [cafe]"),
            ("utter_ask_email", "ask_e", "utter_[ask_e]mail"),
            ("one\ntwo\tthree", "e t", "on[e\nt]wo\tthree"),
            ("新東京駅", "東京", "新[東京]駅"),
            ("한국", "하", "[한]국"),
            ("قال مُحَمَّد", "محمد", "قال [مُحَمَّد]"),
            ("ΛΌΓΟΣ", "λόγος", "[ΛΌΓΟΣ]"),
            ("aaaa", "aa", "[aa][aa]"),
            ("nothing", " ", "nothing"),
            ("e\u{301}", "\u{301}", "e\u{301}"),
            ("", "a", ""),
        ] {
            assert_eq!(marked(text, asked), want, "{asked} in {text}");
        }
    }

    #[test]
    fn escapes_are_found_as_they_read_and_as_they_are_written() {
        let hay = Haystack::with_escapes([
            "{",
            r#""text": "\u043e\u0448 order""#,
            r#""caf\u00e9": "cafe""#,
            "order",
        ]);
        assert_eq!(hay.places("ОШ"), [(1, 9..21)]);
        assert_eq!(hay.places("ш order"), [(1, 15..27)]);
        assert_eq!(hay.places("order"), [(1, 22..27), (3, 0..5)], "each once");
        assert_eq!(hay.places("u0448"), [(1, 16..21)]);
        assert_eq!(hay.places("cafe"), [(2, 1..10), (2, 14..18)]);
    }

    #[test]
    fn places_are_those_of_their_text() {
        let hay = Haystack::new(["one", "Zwöne", "", "one\u{1}one"]);
        let at = |n, range| (n, range);
        assert_eq!(
            hay.places("one"),
            [at(0, 0..3), at(1, 2..6), at(3, 0..3), at(3, 4..7)]
        );
        assert_eq!(hay.places("eone"), [], "not across texts");
        assert_eq!(hay.places("zwone"), [at(1, 0..6)]);
    }

    proptest! {
        #[test]
        fn a_place_is_whole_characters_of_its_text(texts in prop::collection::vec("\\PC*", 0..5), asked in "\\PC{1,3}") {
            let hay = Haystack::new(texts.iter().map(String::as_str));
            for (n, range) in hay.places(&asked) {
                prop_assert!(texts[n].get(range).is_some_and(|t| !t.is_empty()));
            }
        }

        #[test]
        fn a_part_of_a_text_is_found_in_it(text in "[a-zA-Zäéßñ ]{3,20}", cut in 0usize..3) {
            let asked: String = text.chars().skip(cut).collect();
            prop_assume!(!asked.trim().is_empty());
            prop_assert!(!places(&text, &asked).is_empty());
        }
    }
}
