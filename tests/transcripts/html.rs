//! HTML, as a browser's parser reads it.

use afterword::export::html::Html;
use afterword::export::outgoing::Outgoing;
use afterword::text::SafeText;
use html5ever::tendril::TendrilSink;
use markup5ever_rcdom::{Handle, NodeData, RcDom};

use crate::world::{conversations, texts, written};

fn page(all: &[Outgoing]) -> String {
    written(Box::<Html>::default(), all).0
}

fn parse(html: &str) -> RcDom {
    html5ever::parse_document(RcDom::default(), html5ever::ParseOpts::default()).one(html)
}

/// The page as its elements with their attributes; pictures of characters are part of their text.
#[derive(Default)]
struct Reading {
    elements: Vec<String>,
    /// The text of every element that shows what somebody said.
    said: Vec<String>,
    comments: usize,
}

fn walk(node: &Handle, out: &mut Reading) {
    match &node.data {
        NodeData::Element { name, attrs, .. } => {
            let attrs: Vec<String> = attrs
                .borrow()
                .iter()
                .map(|a| (a.name.local.to_string(), a.value.to_string()))
                .inspect(|(name, value)| check(name, value))
                // An id names its conversation or event, a language is the conversation's.
                .filter(|(name, _)| name != "id" && name != "lang")
                .map(|(name, value)| match name.as_str() {
                    "href" => "href=#".to_owned(),
                    _ => format!("{name}={value}"),
                })
                .collect();
            let tag = format!("{} {}", name.local, attrs.join(" "));
            if tag == "p class=said dir=auto" {
                out.said.push(text(node));
            }
            if tag != "i class=m" {
                out.elements.push(tag);
            }
        }
        NodeData::Comment { .. } => out.comments += 1,
        _ => {}
    }
    for child in node.children.borrow().iter() {
        walk(child, out);
    }
}

fn check(name: &str, value: &str) {
    let known = [
        "lang",
        "charset",
        "http-equiv",
        "content",
        "name",
        "class",
        "id",
        "href",
        "dir",
        "datetime",
        "aria-label",
    ];
    assert!(known.contains(&name), "the attribute {name}");
    if name == "href" {
        assert!(value.starts_with('#'), "a link to {value}");
    }
    if name == "lang" {
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '-';
        assert!(value.chars().all(fits), "the language {value}");
    }
}

fn text(node: &Handle) -> String {
    if let NodeData::Text { contents } = &node.data {
        return contents.borrow().to_string();
    }
    node.children.borrow().iter().map(text).collect()
}

fn read(html: &str) -> Reading {
    let dom = parse(html);
    assert!(dom.errors.borrow().is_empty(), "{:?}", dom.errors.borrow());
    let mut out = Reading::default();
    walk(&dom.document, &mut out);
    out
}

#[test]
fn hostile_texts_become_no_element_and_no_attribute() {
    let texts = texts();
    let mut all = texts.clone();
    all.push("plain".to_owned());
    let leaving = conversations(&all);
    let plain = read(&page(&leaving[texts.len()..]));
    assert!(plain.elements.len() > 60, "{:?}", plain.elements);
    for (raw, one) in texts.iter().zip(&leaving) {
        if raw.trim().is_empty() {
            continue;
        }
        let html = page(std::slice::from_ref(one));
        let reading = read(&html);
        assert_eq!(reading.elements, plain.elements, "{raw:?}");
        assert_eq!(reading.comments, 0, "{raw:?}");
        assert_eq!(reading.said.len(), 5);
        for said in &reading.said {
            assert_eq!(*said, SafeText::block(raw).as_str(), "{raw:?}");
        }
        let acts = |c: char| c.is_control() && c != '\n' || ('\u{202a}'..='\u{202e}').contains(&c);
        assert!(!html.contains(acts), "{raw:?}");
    }
}

#[test]
fn a_page_of_many_has_an_index_that_leads_to_each() {
    let texts: Vec<String> = (0..30).map(|n| format!("talk {n}")).collect();
    let html = page(&conversations(&texts));
    let dom = parse(&html);
    let (mut ids, mut links) = (Vec::new(), Vec::new());
    collect(&dom.document, &mut ids, &mut links);
    let unique: std::collections::BTreeSet<&String> = ids.iter().collect();
    assert_eq!(unique.len(), ids.len(), "an id stands twice");
    assert_eq!(links.iter().filter(|l| l.starts_with("#c-")).count(), 30);
    for link in &links {
        assert!(ids.contains(&link[1..].to_owned()), "{link} leads nowhere");
    }
}

fn collect(node: &Handle, ids: &mut Vec<String>, links: &mut Vec<String>) {
    if let NodeData::Element { attrs, .. } = &node.data {
        for attr in attrs.borrow().iter() {
            match &*attr.name.local {
                "id" => ids.push(attr.value.to_string()),
                "href" => links.push(attr.value.to_string()),
                _ => {}
            }
        }
    }
    for child in node.children.borrow().iter() {
        collect(child, ids, links);
    }
}

#[test]
fn nothing_of_it_is_run_or_fetched() {
    for all in [vec![], conversations(&["plain words".to_owned()])] {
        let html = page(&all);
        for word in [
            "http:", "https:", "src=", "url(", "@import", "<script", "<link", "<base",
        ] {
            assert!(!html.contains(word), "{word}");
        }
        let mut rest = html.as_str();
        while let Some(at) = rest.find(" on") {
            rest = &rest[at + 3..];
            let name: String = rest.chars().take_while(char::is_ascii_alphabetic).collect();
            assert!(!rest[name.len()..].starts_with('='), "on{name}=");
        }
        assert!(html.contains(
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        ));
        read(&html);
    }
}
