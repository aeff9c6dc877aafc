//! Links to a conversation or an event: `afterword://ID/EVENTKEY`, hashes alone. What they say is the same on
//! every machine that has the conversation, and says nothing to one that has not.

use std::fmt;

use super::{ConversationId, EventKey};

const SCHEME: &str = "afterword://";

/// What stands around a link in a message, a document or a terminal and is no part of it.
const AROUND: &[char] = &[
    '<', '>', '(', ')', '[', ']', '{', '}', '"', '\'', '`', '“', '”', '‘', '’', '«', '»', '.', ',',
    ';', ':', '!', '?', '*', '_', '|', '…',
];

/// A link, as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The id of the conversation, in small letters; a part of one is a part of one here too.
    pub id: String,
    /// The key of the event, in small letters.
    pub event: Option<String>,
}

impl Link {
    /// The link to a conversation, or to an event of it.
    pub fn to(id: ConversationId, event: Option<EventKey>) -> Self {
        Self {
            id: id.to_string(),
            event: event.map(|key| key.to_string()),
        }
    }

    /// Reads a link as it was pasted: with the brackets, quotes and full stops that stood around it. `None`:
    /// this is no link but, perhaps, an id.
    pub fn read(text: &str) -> Option<Self> {
        let text = without_surroundings(text);
        let scheme = text.get(..SCHEME.len())?;
        if !scheme.eq_ignore_ascii_case(SCHEME) {
            return None;
        }
        let rest = text[SCHEME.len()..].to_ascii_lowercase();
        let (id, event) = match rest.split_once('/') {
            Some((id, event)) => (id, Some(event.trim_end_matches('/'))),
            None => (rest.as_str(), None),
        };
        Some(Self {
            id: id.to_owned(),
            event: event.filter(|e| !e.is_empty()).map(str::to_owned),
        })
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SCHEME}{}", self.id)?;
        match &self.event {
            Some(event) => write!(f, "/{event}"),
            None => Ok(()),
        }
    }
}

/// A pasted id or link without the white space, brackets, quotes and punctuation around it.
pub fn without_surroundings(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || AROUND.contains(&c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_read_back_from_whatever_stands_around_it() {
        let id = ConversationId([7; 16]);
        let key = EventKey([200; 16]);
        for link in [Link::to(id, None), Link::to(id, Some(key))] {
            let text = link.to_string();
            for pasted in [
                text.clone(),
                format!("<{text}>"),
                format!(" {text}.\n"),
                format!("({text}),"),
                format!("“{text}”!"),
                format!("**{text}**"),
                format!("{text}/"),
                text.to_uppercase(),
            ] {
                assert_eq!(Link::read(&pasted).as_ref(), Some(&link), "{pasted}");
            }
        }
    }

    #[test]
    fn a_link_holds_hashes_alone() {
        let text = Link::to(ConversationId([1; 16]), Some(EventKey([2; 16]))).to_string();
        let (id, event) = text["afterword://".len()..].split_once('/').unwrap();
        for hash in [id, event] {
            assert_eq!(hash.len(), 16);
            assert!(
                hash.bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
            );
        }
    }

    #[test]
    fn what_is_no_link_is_left_to_be_an_id() {
        for text in [
            "",
            "anna",
            "afterword:/x",
            "äfterword://x",
            "https://x",
            "afterword",
        ] {
            assert_eq!(Link::read(text), None, "{text}");
        }
        let empty = Link::read("afterword://").unwrap();
        assert_eq!((empty.id.as_str(), empty.event), ("", None));
    }
}
