//! Excerpts for the clipboard, as many as it takes.

use crate::export::excerpt::{excerpt, places};
use crate::export::outgoing::Outgoing;
use crate::model::Privacy;
use crate::store::Store;
use crate::text::figure;
use crate::tui::clipboard::MAX_BYTES;
use crate::tui::msg::{Clip, ExcerptOf, Msg};

/// Stands between two excerpts.
const RULE: &str = "\n---\n\n";
/// Kept free for the words about what did not fit.
const WORDS: usize = 200;

/// Writes what was asked for. Rows are read one after the other, until the clipboard is full.
pub(super) fn write(store: &Store, of: &ExcerptOf, privacy: &Privacy) -> Msg {
    match of {
        ExcerptOf::Event(whole, at) => {
            // What is on the screen may be hidden already: it is hidden once, with the ids of what leaves.
            let whole = match privacy.is_none() {
                true => whole.as_ref().clone(),
                false => match store.whole(whole.card.row) {
                    Ok(Some(whole)) => whole,
                    Ok(None) => return Msg::Notice("this conversation was removed".to_owned()),
                    Err(error) => return Msg::Notice(error.to_string()),
                },
            };
            let leaving = Outgoing::new(whole, privacy);
            let found = excerpt(&leaving, *at, MAX_BYTES);
            Msg::Excerpt(Clip {
                name: format!("excerpt of {}", counted(found.turns, "turn")),
                text: found.text,
            })
        }
        ExcerptOf::Rows(rows) => of_rows(store, rows, privacy),
    }
}

fn of_rows(store: &Store, rows: &[i64], privacy: &Privacy) -> Msg {
    let mut text = String::new();
    let (mut excerpts, mut conversations) = (0, 0);
    let mut unread = 0;
    let mut full = false;
    'rows: for row in rows {
        let whole = match store.whole(*row) {
            Ok(Some(whole)) => whole,
            // Removed meanwhile, or damaged: the others are worth having.
            Ok(None) | Err(_) => {
                unread += 1;
                continue;
            }
        };
        let places = places(&whole);
        let leaving = Outgoing::new(whole, privacy);
        for (n, at) in places.into_iter().enumerate() {
            let rule = if text.is_empty() { "" } else { RULE };
            let room = MAX_BYTES - WORDS;
            // The first may be cut to fit; of the others each is whole.
            let limit = if text.is_empty() { room } else { usize::MAX };
            let found = excerpt(&leaving, at, limit);
            if text.len() + rule.len() + found.text.len() > room {
                full = true;
                break 'rows;
            }
            text.push_str(rule);
            text.push_str(&found.text);
            excerpts += 1;
            conversations += usize::from(n == 0);
        }
    }
    if excerpts == 0 {
        return Msg::Notice("nothing here to copy: the conversation was removed".to_owned());
    }
    let mut name = counted(excerpts, "excerpt");
    if rows.len() > 1 {
        name = format!("{name} of {}", counted(conversations, "conversation"));
    }
    if full {
        // Of the conversation at which it was full something may be in it.
        let rest = rows.len() - conversations - unread;
        let rest = match rest {
            0 => "the rest".to_owned(),
            n => counted(n, "conversation"),
        };
        text.push_str(&format!("{RULE}_… {rest} did not fit into a clipboard_\n"));
        name.push_str(&format!(", {rest} did not fit"));
    }
    if unread > 0 {
        name.push_str(&format!(
            ", {} could not be read",
            counted(unread, "conversation")
        ));
    }
    Msg::Excerpt(Clip { name, text })
}

fn counted(n: usize, one: &str) -> String {
    match n {
        1 => format!("1 {one}"),
        n => format!("{} {one}s", figure(n as u64)),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::model::EventKind;
    use crate::store::testing::{imported, main_source, message, temporary};

    fn copied(lengths: &[usize]) -> Clip {
        let (_dir, mut store) = temporary();
        let mut ingest = store.begin_import(&main_source()).unwrap();
        for (n, length) in lengths.iter().enumerate() {
            let text = format!("{} end", "x".repeat(*length));
            // Events are cut each, so that much takes many.
            let said = |i: i64| message(EventKind::Bot, 1_000 + i, &text);
            let events = (0..20).map(said).collect();
            ingest.take(imported(&format!("u{n}"), events)).unwrap();
        }
        ingest.finish().unwrap();
        let rows: Arc<[i64]> = store.first_page(lengths.len()).unwrap().into();
        match write(&store, &ExcerptOf::Rows(rows), &Privacy::none()) {
            Msg::Excerpt(clip) => clip,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_fits_a_clipboard_is_in_it_and_the_rest_is_counted() {
        let clip = copied(&[10, 10, 10]);
        assert_eq!(clip.name, "3 excerpts of 3 conversations");
        assert_eq!(clip.text.matches("\n---\n").count(), 2);

        let clip = copied(&[1_000; 6]);
        assert_eq!(
            clip.name,
            "3 excerpts of 3 conversations, 3 conversations did not fit"
        );
        assert!(clip.text.len() <= MAX_BYTES);
        assert!(
            clip.text
                .ends_with("_… 3 conversations did not fit into a clipboard_\n")
        );

        let clip = copied(&[10_000]);
        assert_eq!(clip.name, "1 excerpt");
        assert!(clip.text.len() <= MAX_BYTES && clip.text.len() > MAX_BYTES / 2);
        assert!(clip.text.contains("did not fit"), "{}", clip.name);
    }
}
