//! Reading the pieces of a filter's text: spaces, names, values in and without quotes.
//!
//! Pieces are read where the parser expects them, since the same character means different things in a
//! word and in a value. Every reader moves forward only, so that the whole is linear.

use std::ops::Range;

use super::error::{ParseError, shown};

/// A place in the text of a filter.
pub(super) struct Scanner<'t> {
    pub text: &'t str,
    pub at: usize,
}

/// One value as written.
pub(super) struct Atom {
    /// What it says, escapes resolved, without the star.
    pub text: String,
    /// It stood in quotes.
    pub quoted: bool,
    /// A `*` stood at its end.
    pub star: bool,
    /// Where it stood.
    pub range: Range<usize>,
}

impl Atom {
    /// `none` without quotes.
    pub fn is_none(&self) -> bool {
        !self.quoted && !self.star && self.text.eq_ignore_ascii_case("none")
    }
}

/// Ends a word without a field.
pub(super) fn ends_word(c: char) -> bool {
    c.is_whitespace() || matches!(c, '(' | ')' | '"')
}

/// Ends a value without quotes.
pub(super) fn ends_value(c: char) -> bool {
    ends_word(c) || matches!(c, ',' | '<' | '>' | '=')
}

/// Length of what looks like the name of a field at the beginning of `text`; 0: it does not.
pub(super) fn name_length(text: &str) -> usize {
    if !text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        return 0;
    }
    text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-')))
        .unwrap_or(text.len())
}

/// True if a word without quotes would be read as a field: a name followed by `:` or a comparison.
pub(super) fn looks_like_field(word: &str) -> bool {
    let length = name_length(word);
    length > 0 && word[length..].starts_with([':', '<', '>', '='])
}

impl<'t> Scanner<'t> {
    pub fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    pub fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub fn skip_space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    /// Takes `token` if it stands here.
    pub fn take(&mut self, token: &str) -> bool {
        let here = self.rest().starts_with(token);
        if here {
            self.at += token.len();
        }
        here
    }

    /// True if this operator in capitals stands here by itself.
    pub fn at_keyword(&self, word: &str) -> bool {
        self.rest()
            .strip_prefix(word)
            .is_some_and(|after| after.chars().next().is_none_or(ends_word))
    }

    /// True where no term can begin: the end, `)` or `OR`.
    pub fn at_end_of_terms(&self) -> bool {
        self.peek().is_none_or(|c| c == ')') || self.at_keyword("OR")
    }

    pub fn error(&self, range: Range<usize>, message: impl Into<String>) -> ParseError {
        ParseError::new(self.text, range, message)
    }

    /// An error about what stands here: up to the end of the word, at least one character.
    pub fn error_here(&self, message: impl Into<String>) -> ParseError {
        let end = self.rest().find(ends_word).unwrap_or(self.rest().len());
        let first = self.peek().map_or(0, char::len_utf8);
        self.error(self.at..self.at + end.max(first), message)
    }

    /// A value: quoted, or up to the next character that ends one.
    pub fn atom(&mut self, ends: fn(char) -> bool) -> Result<Atom, ParseError> {
        let start = self.at;
        if self.peek() == Some('"') {
            let text = self.quotes()?;
            let star = self.take("*");
            return Ok(Atom {
                text,
                quoted: true,
                star,
                range: start..self.at,
            });
        }
        let rest = self.rest();
        let written = &rest[..rest.find(ends).unwrap_or(rest.len())];
        self.at += written.len();
        let (text, star) = match written.strip_suffix('*') {
            Some(text) => (text, true),
            None => (written, false),
        };
        if let Some(inside) = text.find('*') {
            let at = start + inside;
            return Err(self
                .error(at..at + 1, "`*` works at the end only")
                .hint("quote it to mean the character"));
        }
        Ok(Atom {
            text: text.to_owned(),
            quoted: false,
            star,
            range: start..self.at,
        })
    }

    /// Text in quotes, which stand here: `\"` and `\\` are the characters, other backslashes are themselves.
    fn quotes(&mut self) -> Result<String, ParseError> {
        let start = self.at;
        let mut text = String::new();
        let mut chars = self.rest().char_indices().skip(1).peekable();
        while let Some((at, c)) = chars.next() {
            match (c, chars.peek()) {
                ('"', _) => {
                    self.at = start + at + 1;
                    return Ok(text);
                }
                ('\\', Some(&(_, next @ ('"' | '\\')))) => {
                    text.push(next);
                    chars.next();
                }
                _ => text.push(c),
            }
        }
        Err(self.error(start..start + 1, "this quote is not closed"))
    }

    /// Makes sure that a term ends here.
    pub fn term_ends(&self, start: usize) -> Result<(), ParseError> {
        match self.peek() {
            Some(c) if !c.is_whitespace() && c != ')' => {
                let before = shown(&self.text[start..self.at]);
                let next = self.at..self.at + c.len_utf8();
                Err(self
                    .error(next, format!("expected a space after {before}"))
                    .hint("quote what belongs together"))
            }
            _ => Ok(()),
        }
    }
}
