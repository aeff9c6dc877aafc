//! Which of the buttons that were offered were clicked. Pure.

use std::collections::HashMap;

use crate::model::{Event, EventKind};
use crate::text::Untrusted;

/// For each event that offers buttons of which some were clicked: their places, ascending.
pub type Clicks = HashMap<usize, Vec<usize>>;

/// Finds the clicks. A payload that was sent belongs to the last offer of a button that sends it; where a
/// button sends nothing of its own, the words on it are the click, as the very next message.
pub fn clicks(events: &[Event]) -> Clicks {
    let mut by_payload: HashMap<&str, (usize, usize)> = HashMap::new();
    let mut by_title: HashMap<&str, (usize, usize)> = HashMap::new();
    let mut out = Clicks::new();
    for (seq, event) in events.iter().enumerate() {
        match event.kind {
            EventKind::User => {
                let sent = event.payload.as_ref().map(Untrusted::for_search);
                let said = event.text.as_ref().map(Untrusted::for_search);
                let clicked = sent
                    .and_then(|sent| by_payload.get(sent))
                    .or_else(|| said.and_then(|said| by_title.get(said)));
                if let Some((offer, button)) = clicked {
                    let of_offer = out.entry(*offer).or_default();
                    if let Err(at) = of_offer.binary_search(button) {
                        of_offer.insert(at, *button);
                    }
                }
                by_title.clear();
            }
            _ => {
                for (place, button) in event.buttons.iter().enumerate() {
                    match &button.payload {
                        Some(payload) => by_payload.insert(payload.for_search(), (seq, place)),
                        None => by_title.insert(button.title.for_search(), (seq, place)),
                    };
                }
            }
        }
    }
    out
}

/// Columns of a title at most.
const TITLE: usize = 30;

/// A button as it is drawn: `[Skip]`, `>[Agent]<` where it was clicked.
pub fn face(title: &Untrusted, clicked: bool) -> String {
    let title = title.line().cut(TITLE);
    if clicked {
        format!(">[{}]<", title.as_str())
    } else {
        format!("[{}]", title.as_str())
    }
}

/// Which buttons stand on which line of `width` columns, one column between them.
pub fn rows(event: &Event, clicked: &[usize], width: usize) -> Vec<std::ops::Range<usize>> {
    let mut rows = Vec::new();
    let (mut first, mut used) = (0, 0);
    for (i, button) in event.buttons.iter().enumerate() {
        let more = if clicked.contains(&i) { 4 } else { 2 };
        let wide = button.title.line().cut(TITLE).width() + more;
        if i > first && used + 1 + wide > width {
            rows.push(first..i);
            (first, used) = (i, wide);
        } else {
            used += wide + usize::from(i > first);
        }
    }
    if first < event.buttons.len() {
        rows.push(first..event.buttons.len());
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Button;

    fn offer(buttons: &[(&str, Option<&str>)]) -> Event {
        Event {
            kind: EventKind::Bot,
            buttons: buttons
                .iter()
                .map(|(title, payload)| Button {
                    title: (*title).into(),
                    payload: payload.map(Into::into),
                })
                .collect(),
            ..Event::default()
        }
    }

    fn user(text: &str, payload: Option<&str>) -> Event {
        Event {
            kind: EventKind::User,
            text: Some(text.into()),
            payload: payload.map(Into::into),
            ..Event::default()
        }
    }

    #[test]
    fn a_click_belongs_to_the_last_offer_of_its_payload() {
        let both = [("Yes", Some("/yes")), ("No", Some("/no"))];
        let events = [
            offer(&both),
            user("Yes", Some("/yes")),
            offer(&both),
            user("hm", None),
            user("No", Some("/no")),
            user("Yes", Some("/yes")),
            user("Yes", Some("/yes")),
            user("else", Some("/else")),
        ];
        let found = clicks(&events);
        assert_eq!(found.len(), 2);
        assert_eq!(found[&0], [0]);
        assert_eq!(found[&2], [0, 1]);
    }

    #[test]
    fn words_on_a_button_are_a_click_where_it_sends_nothing_else() {
        let events = [
            offer(&[("Yes", None), ("No", Some("/no"))]),
            user("No", None),
            offer(&[("Yes", None)]),
            user("Yes", None),
            user("Yes", None),
        ];
        let found = clicks(&events);
        assert_eq!(found.len(), 1);
        assert_eq!(found[&2], [0]);
    }

    #[test]
    fn buttons_that_do_not_fit_stand_on_the_next_line() {
        let event = offer(&[("aaaa", None), ("bbbb", None), ("cccc", None)]);
        assert_eq!(rows(&event, &[], 13), [0..2, 2..3]);
        assert_eq!(rows(&event, &[1], 13), [0..1, 1..2, 2..3]);
        assert_eq!(rows(&event, &[], 80), vec![0..3]);
        assert_eq!(rows(&event, &[], 1), [0..1, 1..2, 2..3]);
        assert!(rows(&offer(&[]), &[], 80).is_empty());
        let long = offer(&[(&"x".repeat(99), None)]);
        assert_eq!(face(&long.buttons[0].title, false).chars().count(), 32);
    }
}
