//! Text to syntax tree: what stands around terms. The terms themselves are read in `term`.

use super::ast::{Field, Filter};
use super::error::{ParseError, shown};
use super::scan::{Scanner, ends_word, name_length};

/// How deep parentheses, negations and `turn(…)` may stand in each other: every walk over a filter is a
/// recursion, and has to fit into a small stack.
const DEPTH: usize = 100;

/// Reads a filter. The empty text is [`Filter::Everything`].
pub fn parse(text: &str) -> Result<Filter, ParseError> {
    let mut parser = Parser {
        scan: Scanner { text, at: 0 },
        depth: 0,
        in_turn: false,
        sample: None,
        seed: None,
        either: false,
    };
    parser.scan.skip_space();
    if parser.scan.peek().is_none() {
        return Ok(Filter::Everything);
    }
    let filter = parser.or()?;
    if parser.scan.peek().is_some() {
        let at = parser.scan.at;
        return Err(parser
            .scan
            .error(at..at + 1, "no `(` stands before this `)`"));
    }
    match parser.sample.or(parser.seed) {
        Some((start, end)) if parser.either => Err(parser
            .scan
            .error(start..end, "a sample is of the whole filter")
            .hint("put the alternatives in parentheses")),
        _ => Ok(filter),
    }
}

pub(super) struct Parser<'t> {
    pub(super) scan: Scanner<'t>,
    pub(super) depth: usize,
    pub(super) in_turn: bool,
    /// Where `sample:` and `seed:` stood.
    pub(super) sample: Option<(usize, usize)>,
    pub(super) seed: Option<(usize, usize)>,
    /// `OR` stood at the top level.
    either: bool,
}

pub(super) type Parsed = Result<Filter, ParseError>;

impl Parser<'_> {
    fn or(&mut self) -> Parsed {
        let mut parts = vec![self.and()?];
        while self.scan.at_keyword("OR") {
            self.scan.take("OR");
            self.either |= self.depth == 0;
            parts.push(self.and()?);
        }
        Ok(Filter::or(parts))
    }

    fn and(&mut self) -> Parsed {
        let mut parts = Vec::new();
        loop {
            self.scan.skip_space();
            if self.scan.at_keyword("AND") && !parts.is_empty() {
                self.scan.take("AND");
                self.scan.skip_space();
                self.need_term("AND")?;
                continue;
            }
            if self.scan.at_end_of_terms() {
                break;
            }
            parts.push(self.unary()?);
        }
        if parts.is_empty() {
            return Err(self.missing_term());
        }
        Ok(Filter::and(parts))
    }

    /// Nothing stands where a term should: says what stands there instead.
    fn missing_term(&self) -> ParseError {
        let message = match self.scan.peek() {
            None => "expected a term at the end".to_owned(),
            Some(')') => "expected a term before `)`".to_owned(),
            Some(_) => "expected a term before `OR`".to_owned(),
        };
        self.scan.error_here(message)
    }

    fn need_term(&self, after: &str) -> Result<(), ParseError> {
        if self.scan.at_end_of_terms() || self.scan.at_keyword("AND") {
            return Err(self
                .scan
                .error_here(format!("expected a term after `{after}`")));
        }
        Ok(())
    }

    fn unary(&mut self) -> Parsed {
        let start = self.scan.at;
        if self.scan.at_keyword("AND") {
            return Err(self
                .scan
                .error(start..start + 3, "expected a term before `AND`")
                .hint("quote it to search for the word"));
        }
        if self.scan.at_keyword("NOT") {
            self.scan.take("NOT");
            self.scan.skip_space();
            self.need_term("NOT")?;
            return self.not(start);
        }
        if self.scan.take("-") {
            if self
                .scan
                .peek()
                .is_none_or(|c| c.is_whitespace() || c == ')')
            {
                return Err(self
                    .scan
                    .error(start..start + 1, "expected a term right after `-`")
                    .hint("quote it to mean the character"));
            }
            return self.not(start);
        }
        if self.scan.take("(") {
            return self.group(start, Self::or);
        }
        self.term()
    }

    fn not(&mut self, start: usize) -> Parsed {
        self.enter(start)?;
        let inner = self.unary()?;
        self.depth -= 1;
        Ok(Filter::Not(Box::new(inner)))
    }

    fn enter(&mut self, start: usize) -> Result<(), ParseError> {
        self.depth += 1;
        if self.depth > DEPTH {
            let message = format!("nested too deeply: more than {DEPTH} levels");
            return Err(self.scan.error(start..start + 1, message));
        }
        Ok(())
    }

    /// What stands in the parenthesis just opened, and its end.
    fn group(&mut self, start: usize, inside: fn(&mut Self) -> Parsed) -> Parsed {
        let open = self.scan.at - 1;
        self.enter(start)?;
        let inner = inside(self)?;
        self.depth -= 1;
        if !self.scan.take(")") {
            return Err(self.scan.error(open..open + 1, "this `(` is not closed"));
        }
        Ok(inner)
    }

    fn term(&mut self) -> Parsed {
        let start = self.scan.at;
        let rest = self.scan.rest();
        let name = &rest[..name_length(rest)];
        match rest[name.len()..].chars().next() {
            Some(':' | '<' | '>' | '=') if !name.is_empty() => self.field_term(name),
            Some('(') if !name.is_empty() => self.turn(name),
            _ => {
                let atom = self.scan.atom(ends_word)?;
                self.scan.term_ends(start)?;
                self.words(Field::Text, atom)
            }
        }
    }

    fn turn(&mut self, name: &str) -> Parsed {
        let start = self.scan.at;
        let range = start..start + name.len();
        let last = name.eq_ignore_ascii_case("last");
        if !last && !name.eq_ignore_ascii_case("turn") {
            return Err(self
                .scan
                .error(
                    range,
                    format!("{} cannot stand before a parenthesis", shown(name)),
                )
                .hint_nearest(
                    name,
                    ["turn", "last"],
                    "turn( and last( can; quote text that has parentheses",
                ));
        }
        if self.in_turn {
            return Err(self.scan.error(range, "a turn has no turns inside"));
        }
        self.scan.at += name.len() + 1;
        self.in_turn = true;
        let inner = self.group(start, Self::or)?;
        self.in_turn = false;
        Ok(Filter::Turn {
            last,
            inner: Box::new(inner),
        })
    }
}
