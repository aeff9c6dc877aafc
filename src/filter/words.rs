//! Words and phrases: the tokens of a term against the tokens of a message.

use std::ops::Range;

use super::ast::{Field, Term, Test};
use crate::model::{Author, Event};
use crate::text::{Token, tokens};

/// The words that a term looks for, one after the other in one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// `Text`, `UserText`, `BotText` or `Note`: whose words count.
    pub field: Field,
    /// The tokens, in order. Without any, nothing is found.
    pub tokens: Vec<String>,
    /// The last token may go on.
    pub prefix: bool,
}

impl Words {
    /// The words of a term; none for a term that asks for something else.
    pub fn of(term: &Term) -> Self {
        let (text, prefix) = match &term.test {
            Test::Words { text, prefix, .. } => (text.as_str(), *prefix),
            _ => ("", false),
        };
        Self {
            field: term.field,
            tokens: tokens(text).map(|t| t.text).collect(),
            prefix,
        }
    }

    /// True if the text holds them.
    pub fn are_in(&self, text: &str) -> bool {
        if self.tokens.is_empty() {
            return false;
        }
        let said: Vec<String> = tokens(text).map(|t| t.text).collect();
        said.windows(self.tokens.len()).any(|w| self.fit(w))
    }

    /// True if these tokens, as many as there are words, are the words.
    pub fn fit<S: AsRef<str>>(&self, said: &[S]) -> bool {
        let last = self.tokens.len().saturating_sub(1);
        said.len() == self.tokens.len()
            && said
                .iter()
                .zip(&self.tokens)
                .enumerate()
                .all(|(i, (s, want))| {
                    let s = s.as_ref();
                    s == want || (self.prefix && i == last && s.starts_with(want.as_str()))
                })
    }

    /// True if the event is a message of the right side that holds them.
    pub fn said_in(&self, event: &Event) -> bool {
        side_of(self.field, event)
            && event
                .text
                .as_ref()
                .is_some_and(|t| self.are_in(t.for_search()))
    }
}

/// True if the event is a message of the side that the field asks about. The human agent is on the
/// assistant's side.
pub fn side_of(field: Field, event: &Event) -> bool {
    match (field, event.kind.author()) {
        (_, None) => false,
        (Field::Text, Some(_)) => true,
        (Field::UserText, Some(author)) => author == Author::User,
        (Field::BotText, Some(author)) => author != Author::User,
        _ => false,
    }
}

/// Bytes of `text` that are these words: ascending, apart from each other.
pub fn spans<W: std::borrow::Borrow<Words>>(text: &str, words: &[W]) -> Vec<Range<usize>> {
    if words.is_empty() {
        return Vec::new();
    }
    let said: Vec<Token> = tokens(text).collect();
    let texts: Vec<&str> = said.iter().map(|t| t.text.as_str()).collect();
    let mut found: Vec<Range<usize>> = Vec::new();
    for w in words {
        let w = w.borrow();
        let n = w.tokens.len().max(1);
        let places = texts.windows(n).enumerate().filter(|(_, said)| w.fit(said));
        found.extend(places.map(|(i, _)| said[i].range.start..said[i + n - 1].range.end));
    }
    found.sort_unstable_by_key(|r| r.start);
    found.dedup_by(|next, before| {
        let meets = next.start <= before.end;
        if meets {
            before.end = before.end.max(next.end);
        }
        meets
    });
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::{hit_words, parse};

    fn marked(text: &str, filter: &str) -> String {
        let words = hit_words(&parse(filter).unwrap());
        let mut out = String::new();
        let mut at = 0;
        for range in spans(text, &words) {
            out.push_str(&text[at..range.start]);
            out.push_str(&format!("[{}]", &text[range.clone()]));
            at = range.end;
        }
        out + &text[at..]
    }

    #[test]
    fn words_are_marked_in_every_script() {
        for (filter, text, want) in [
            (
                "refund",
                "Refund? a refunded REFUND",
                "[Refund]? a refunded [REFUND]",
            ),
            ("donde", "¿Dónde está?", "¿[Dónde] está?"),
            ("東京", "新東京駅の東 京", "新[東京]駅の[東 京]"),
            ("محمد", "قال مُحَمَّد نعم", "قال [مُحَمَّد] نعم"),
            (
                "\"my order\"",
                "my order, order my, My  order",
                "[my order], order my, [My  order]",
            ),
            ("a \"a b\" \"b c\"", "a b c a", "[a b c] [a]"),
            ("-refund", "no refund", "no refund"),
            ("channel:web", "channel web", "channel web"),
        ] {
            assert_eq!(marked(text, filter), want, "{filter}");
        }
    }
}
