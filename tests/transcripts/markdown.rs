//! Markdown, as two parsers read it with everything they know switched on.

use afterword::export::markdown::{Markdown, transcript};
use afterword::text::SafeText;
use comrak::nodes::{AstNode, NodeValue};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::world::{conversations, texts, written};

/// What one reader makes of a transcript.
#[derive(Debug, Default, PartialEq)]
struct Reading {
    /// Every paragraph or heading in order, what stood in code as `⟦⟧`.
    outside: Vec<String>,
    /// The text of every quotation.
    quotes: Vec<String>,
    /// Anything that is neither text nor of our making.
    foreign: Vec<String>,
}

fn pulldown(text: &str) -> Reading {
    let mut out = Reading::default();
    let mut quote: Option<String> = None;
    let mut line = String::new();
    for event in Parser::new_ext(text, Options::all()) {
        match event {
            Event::Start(Tag::BlockQuote(_)) => quote = Some(String::new()),
            Event::End(TagEnd::BlockQuote(_)) => out.quotes.extend(quote.take()),
            Event::Start(
                Tag::Heading { .. }
                | Tag::Paragraph
                | Tag::Strong
                | Tag::Emphasis
                | Tag::List(None)
                | Tag::Item,
            ) => {}
            Event::End(TagEnd::Heading(_) | TagEnd::Paragraph | TagEnd::Item) => {
                out.outside.push(std::mem::take(&mut line))
            }
            Event::End(TagEnd::Strong | TagEnd::Emphasis | TagEnd::List(_)) => {}
            Event::Code(code) => match &mut quote {
                Some(quote) => quote.push_str(&code),
                None => line.push_str("⟦⟧"),
            },
            Event::HardBreak => match &mut quote {
                Some(quote) => quote.push('\n'),
                None => line.push('\n'),
            },
            Event::Text(text) => match &mut quote {
                Some(quote) => quote.push_str(&format!("⟦outside: {text}⟧")),
                None => line.push_str(&text),
            },
            other => out.foreign.push(format!("{other:?}")),
        }
    }
    out
}

fn comrak_reading(text: &str) -> Reading {
    let arena = comrak::Arena::new();
    let mut options = comrak::Options::default();
    let on = &mut options.extension;
    on.strikethrough = true;
    on.table = true;
    on.autolink = true;
    on.tasklist = true;
    on.footnotes = true;
    on.superscript = true;
    on.description_lists = true;
    on.multiline_block_quotes = true;
    on.math_dollars = true;
    on.math_code = true;
    on.wikilinks_title_after_pipe = true;
    on.underline = true;
    on.spoiler = true;
    let root = comrak::parse_document(&arena, text, &options);
    let mut out = Reading::default();
    walk(root, &mut out, &mut None, &mut String::new());
    out
}

fn walk<'a>(
    node: &'a AstNode<'a>,
    out: &mut Reading,
    quote: &mut Option<String>,
    line: &mut String,
) {
    let value = node.data.borrow().value.clone();
    match &value {
        NodeValue::BlockQuote => *quote = Some(String::new()),
        NodeValue::Code(code) => match quote {
            Some(quote) => quote.push_str(&code.literal),
            None => line.push_str("⟦⟧"),
        },
        NodeValue::LineBreak => match quote {
            Some(quote) => quote.push('\n'),
            None => line.push('\n'),
        },
        NodeValue::Text(text) => match quote {
            Some(quote) => quote.push_str(&format!("⟦outside: {text}⟧")),
            None => line.push_str(text),
        },
        NodeValue::Document
        | NodeValue::Heading(_)
        | NodeValue::Paragraph
        | NodeValue::Strong
        | NodeValue::Emph
        | NodeValue::List(_)
        | NodeValue::Item(_) => {}
        other => out.foreign.push(format!("{other:?}")),
    }
    for child in node.children() {
        walk(child, out, quote, line);
    }
    match value {
        NodeValue::BlockQuote => out.quotes.extend(quote.take()),
        NodeValue::Heading(_) | NodeValue::Paragraph => out.outside.push(std::mem::take(line)),
        _ => {}
    }
}

/// What is to be read in a quotation of `raw`.
fn expected(raw: &str) -> String {
    let safe = SafeText::block(raw);
    let shown = safe.as_str().trim_end_matches('\n');
    // Of a line that leaves no fence free, ticks look alike and are others.
    let every_fence = |line: &str| (1..=40).all(|n| line.split(|c| c != '`').any(|r| r.len() == n));
    shown
        .split('\n')
        .map(|line| match every_fence(line) {
            true => line.replace('`', "ˋ"),
            false => line.to_owned(),
        })
        .collect::<Vec<_>>()
        .join("\n")
}

/// The words of ours around a text, which are the same for any text.
fn words(reading: &Reading, id: &str) -> Vec<String> {
    let lines = reading.outside.iter().filter(|line| !line.is_empty());
    lines.map(|line| line.replace(id, "ID")).collect()
}

#[test]
fn hostile_texts_stay_text_for_two_parsers() {
    let texts = texts();
    let mut all = texts.clone();
    all.push("plain".to_owned());
    let leaving = conversations(&all);
    let plain = leaving.last().unwrap();
    let id = |o: &afterword::export::outgoing::Outgoing| o.whole().card.id.to_string();
    type Read = fn(&str) -> Reading;
    let parsers: [(&str, Read); 2] = [("pulldown-cmark", pulldown), ("comrak", comrak_reading)];
    for (parser, read) in parsers {
        let usual = words(&read(&transcript(plain)), &id(plain));
        assert!(
            usual.len() > 10 && usual[0] == "Conversation ID",
            "{usual:?}"
        );
        for (raw, leaving) in texts.iter().zip(&leaving) {
            let markdown = transcript(leaving);
            let reading = read(&markdown);
            assert!(
                reading.foreign.is_empty(),
                "{parser} {raw:?}: {:?}",
                reading.foreign
            );
            let want = expected(raw);
            if want.is_empty() {
                continue;
            }
            // A blank text is no note.
            let quotes = if raw.trim().is_empty() { 3 } else { 5 };
            assert_eq!(reading.quotes.len(), quotes, "{parser} {raw:?}\n{markdown}");
            for quote in &reading.quotes {
                assert_eq!(*quote, want, "{parser} {raw:?}\n{markdown}");
            }
            if !raw.trim().is_empty() {
                assert_eq!(
                    words(&reading, &id(leaving)),
                    usual,
                    "{parser} {raw:?}\n{markdown}"
                );
            }
            let acts =
                |c: char| c.is_control() && c != '\n' || ('\u{202a}'..='\u{202e}').contains(&c);
            assert!(!markdown.contains(acts), "{raw:?}");
        }
    }
}

#[test]
fn conversations_are_ruled_off_and_counted() {
    let all = conversations(&["one".to_owned(), "two".to_owned()]);
    let (text, written) = written(Box::<Markdown>::default(), &all);
    assert_eq!((written.count, written.unit), (2, "conversations"));
    let rules = Parser::new(&text).filter(|e| *e == Event::Rule).count();
    assert_eq!(rules, 1);
    assert!(text.ends_with('\n') && !text.contains("\n\n\n"));
}
