//! CSV: the columns of the list, one conversation a line, safe to open in a spreadsheet.
//!
//! A spreadsheet takes a cell that begins with `=` or the like for a formula, and runs it. Such a text gets
//! a `'` in front; [`unprefixed`] takes it off again, so that nothing is lost. Figures of our own stay
//! figures, negative ones too. Nothing here opens a file.

use std::io::{self, Write};

use unicode_normalization::UnicodeNormalization;
use unicode_width::UnicodeWidthChar;

use super::columns::{CSV, Cell, Values};
use super::json::conversation_json;
use super::outgoing::Outgoing;
use super::output::{Output, Written};
use super::outputs::{Choice, Choices};
use crate::text;

/// What begins a formula, a command of a spreadsheet, or a cell that was not one.
const TRIGGERS: [char; 7] = ['=', '+', '-', '@', '|', '%', '\u{2212}'];

/// How texts stand in the cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As they are, in quotes where the format needs them.
    Exact,
    /// None is a formula, and all are in quotes, so that no other separator parts them.
    Safe,
}

/// The first line: the names of the columns.
///
/// # Errors
/// None that happens: the signature is the writer's.
pub fn heading(columns: &[&str], form: Form) -> io::Result<String> {
    record(columns.iter().map(|name| (*name).to_owned()), form)
}

/// One line.
///
/// # Errors
/// As [`heading`].
pub fn line(cells: &[Cell], form: Form) -> io::Result<String> {
    let cells = cells.iter().map(|cell| match (cell, form) {
        (Cell::Text(text), Form::Safe) => prefixed(text),
        (cell, _) => cell.as_str().to_owned(),
    });
    record(cells, form)
}

fn record(cells: impl Iterator<Item = String>, form: Form) -> io::Result<String> {
    let mut writer = csv::WriterBuilder::new();
    if form == Form::Safe {
        writer.quote_style(csv::QuoteStyle::NonNumeric);
    }
    let mut writer = writer.from_writer(Vec::new());
    writer.write_record(cells)?;
    let bytes = writer.into_inner().map_err(|e| e.into_error())?;
    String::from_utf8(bytes).map_err(io::Error::other)
}

/// The text as it may stand in a cell: with a `'` in front where it would act, or where taking one off
/// would make it act.
pub fn prefixed(text: &str) -> String {
    if needs_prefix(text) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// The text that [`prefixed`] was given.
pub fn unprefixed(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(text) if needs_prefix(text) => text,
        _ => cell,
    }
}

fn needs_prefix(text: &str) -> bool {
    acts(text.trim_start_matches('\''))
}

/// True for a text whose first significant character is a trigger: after blanks and what is invisible,
/// as itself or in another width. Control characters are triggers wherever they come before it.
pub fn acts(text: &str) -> bool {
    let first = text.chars().find(|c| c.is_control() || !is_nothing(*c));
    first
        .is_some_and(|c| c.is_control() || std::iter::once(c).nfkc().any(|c| TRIGGERS.contains(&c)))
}

/// Blank or invisible: a spreadsheet skips it.
fn is_nothing(c: char) -> bool {
    c.is_whitespace() || c.width() == Some(0) || !text::is_drawable(c)
}

/// The output.
#[derive(Debug)]
pub struct Csv {
    columns: Vec<&'static str>,
    form: Form,
    /// The heading is written.
    begun: bool,
    count: u64,
}

impl Csv {
    /// With the columns chosen, else the usual ones.
    pub fn new(choices: &Choices) -> Self {
        Self {
            columns: match choices.columns.as_slice() {
                [] => CSV.to_vec(),
                columns => columns.to_vec(),
            },
            form: match choices.has(Choice::RawCsv) {
                true => Form::Exact,
                false => Form::Safe,
            },
            begun: false,
            count: 0,
        }
    }

    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if std::mem::replace(&mut self.begun, true) {
            return Ok(());
        }
        out.write_all(heading(&self.columns, self.form)?.as_bytes())
    }
}

impl Output for Csv {
    fn take(&mut self, out: &mut dyn Write, conversation: &Outgoing) -> io::Result<()> {
        self.begin(out)?;
        let values = Values::of(&conversation_json(&conversation.whole().card))?;
        let cells: Vec<Cell> = self.columns.iter().map(|c| values.cell(c)).collect();
        out.write_all(line(&cells, self.form)?.as_bytes())?;
        self.count += 1;
        Ok(())
    }

    fn finish(mut self: Box<Self>, out: &mut dyn Write) -> io::Result<Written> {
        self.begin(out)?;
        Ok(Written {
            count: self.count,
            unit: "conversations",
            ..Written::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text_line(text: &str) -> String {
        line(
            &[Cell::Text(text.to_owned()), Cell::Text("end".into())],
            Form::Safe,
        )
        .unwrap()
    }

    fn parsed(line: &str) -> Vec<String> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(line.as_bytes());
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), 1, "{line:?}");
        rows[0].iter().map(str::to_owned).collect()
    }

    fn comes_back(text: &str) {
        let cells = parsed(&text_line(text));
        assert_eq!(cells.len(), 2, "{text:?}");
        assert!(!acts(&cells[0]), "{text:?} is {:?}", cells[0]);
        assert_eq!(unprefixed(&cells[0]), text);
    }

    #[test]
    fn what_would_act_gets_a_prefix_and_nothing_else() {
        for (text, cell) in [
            ("plain", "plain"),
            ("a=1", "a=1"),
            ("'quoted'", "'quoted'"),
            ("=1+1", "'=1+1"),
            ("  =1", "'  =1"),
            ("\u{feff}=1", "'\u{feff}=1"),
            ("\u{200b}\u{200d}\u{3164}@x", "'\u{200b}\u{200d}\u{3164}@x"),
            ("\u{a0}＝1", "'\u{a0}＝1"),
            ("﹢1", "'﹢1"),
            ("−1", "'−1"),
            ("\tx", "'\tx"),
            ("\0x", "'\0x"),
            ("\rx", "'\rx"),
            ("|calc", "'|calc"),
            ("'=1", "''=1"),
            ("''=1", "'''=1"),
            ("'", "'"),
            ("", ""),
            ("   ", "   "),
        ] {
            assert_eq!(prefixed(text), cell, "{text:?}");
            comes_back(text);
        }
    }

    #[test]
    fn figures_stay_figures() {
        let cells = [
            Cell::Figure("-0.25".into()),
            Cell::Text("-0.25".into()),
            Cell::Text("a;=1".into()),
        ];
        assert_eq!(
            line(&cells, Form::Safe).unwrap(),
            "-0.25,\"'-0.25\",\"a;=1\"\n"
        );
        assert_eq!(line(&cells, Form::Exact).unwrap(), "-0.25,-0.25,a;=1\n");
    }

    /// Enough for every day; `PROPTEST_CASES` asks for more.
    fn cases() -> ProptestConfig {
        let asked = ProptestConfig::default();
        ProptestConfig {
            cases: asked.cases.max(4_096),
            ..asked
        }
    }

    proptest! {
        #![proptest_config(cases())]

        #[test]
        fn any_text_comes_back(text in any::<String>()) {
            comes_back(&text);
        }

        #[test]
        fn hostile_texts_come_back(text in "['\"=+@|% \t\r\n\0\u{feff}\u{200b}\u{ff1d},;a1-]{0,8}") {
            comes_back(&text);
        }
    }
}
