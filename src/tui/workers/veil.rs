//! What the screen hides while `:anonymize` is on: every answer of a worker comes already hidden, and says
//! so, that nothing read before the switch shows after it. Questions are about the real data.

use std::collections::HashMap;

use crate::export::outgoing::hide_card;
use crate::model::{Event, JournalEntry, Privacy};
use crate::store::{Card, Store};
use crate::text::Untrusted;
use crate::text::redact::redact;
use crate::tui::app::hiding::{names_people, tells_people, without_words};
use crate::tui::msg::{Msg, View};
use crate::tui::noted::{NotesView, folded};

/// Hides in an answer, unless everything is shown.
pub(super) fn veiled(store: &Store, msg: Msg, privacy: &Privacy) -> Msg {
    if privacy.is_none() || !msg.has_data() {
        return msg;
    }
    let hidden = match msg {
        Msg::Cards(cards, filter) => Msg::Cards(hide_cards(store, cards, privacy), filter),
        Msg::LearningCards(cards) => Msg::LearningCards(hide_cards(store, cards, privacy)),
        Msg::SameUser { row, found } => Msg::SameUser {
            row,
            found: found.map(|(cards, more)| (hide_cards(store, cards, privacy), more)),
        },
        Msg::FirstPage(view) => Msg::FirstPage(hide_view(store, view, privacy)),
        Msg::Answer(view) => Msg::Answer(hide_view(store, view, privacy)),
        Msg::Live(view) => Msg::Live(hide_view(store, view, privacy)),
        Msg::Learning(mut view) => {
            view.cards = hide_cards(store, std::mem::take(&mut view.cards), privacy);
            Msg::Learning(view)
        }
        Msg::Notes(mut view) => {
            hide_notes(store, &mut view, privacy);
            Msg::Notes(view)
        }
        Msg::Journal(entries) => Msg::Journal(hide_entries(store, entries, privacy)),
        Msg::Values(of, values) => {
            let told = !tells_people(of.field);
            Msg::Values(
                of,
                if told {
                    shown(values, privacy)
                } else {
                    Vec::new()
                },
            )
        }
        Msg::Confusion(mut table) => {
            for pair in &mut table.pairs {
                for name in pair.predicted.iter_mut().chain([&mut pair.corrected]) {
                    *name = redact(name.for_export()).into_owned().into();
                }
            }
            Msg::Confusion(table)
        }
        Msg::Known(field, values) => Msg::Known(field, shown(values, privacy)),
        other => other,
    };
    Msg::Hidden(Box::new(hidden))
}

fn hide_cards(store: &Store, mut cards: Vec<Card>, privacy: &Privacy) -> Vec<Card> {
    for card in &mut cards {
        // What was cut out of the middle of a message may begin with half of a number.
        if let Some(preview) = &card.preview
            && let Some(cut) = preview.for_search().strip_prefix('…')
        {
            let whole = cut.match_indices(' ').map(|(at, _)| &cut[at + 1..]);
            let mut words = whole.filter(|rest| rest.starts_with(char::is_alphabetic));
            card.preview = Some(format!("… {}", words.next().unwrap_or_default()).into());
        }
        let events = events_of(store, card.row);
        hide_card(card, &events, privacy);
    }
    cards
}

fn hide_view(store: &Store, mut view: Box<View>, privacy: &Privacy) -> Box<View> {
    view.cards = hide_cards(store, std::mem::take(&mut view.cards), privacy);
    // A pseudonym would be no value to filter by.
    view.facets.retain(|facet| !tells_people(facet.field));
    for facet in &mut view.facets {
        facet.values = shown(std::mem::take(&mut facet.values), privacy);
    }
    view
}

/// The values in which nothing is to be hidden.
fn shown(values: Vec<(String, u64)>, privacy: &Privacy) -> Vec<(String, u64)> {
    let open = |value: &str| privacy.shows(value);
    values.into_iter().filter(|v| open(&v.0)).collect()
}

/// Lines by their rows.
fn cards_by_row(store: &Store, rows: &[i64]) -> HashMap<i64, Card> {
    let cards = store.cards(rows).unwrap_or_default();
    cards.into_iter().map(|card| (card.row, card)).collect()
}

/// What was said; nothing where it cannot be read, and then only what a text says by itself is hidden.
fn events_of(store: &Store, row: i64) -> Vec<Event> {
    let whole = store.whole(row).ok().flatten();
    whole.map(|whole| whole.events).unwrap_or_default()
}

/// What a person wrote on a conversation. Of one that is gone nothing is known that could be hidden.
fn hide_words(store: &Store, card: Option<&Card>, text: &str, privacy: &Privacy) -> Untrusted {
    let events = card.map(|card| events_of(store, card.row));
    let mask = card.zip(events.as_deref()).and_then(|(card, events)| {
        let label = Some(&card.external_id);
        privacy.mask(&card.key, label, &card.attributes, events)
    });
    mask.map_or_else(Untrusted::default, |mask| mask.text("", text).text)
}

fn hide_notes(store: &Store, view: &mut NotesView, privacy: &Privacy) {
    let rows: Vec<i64> = view.notes.iter().map(|note| note.row).collect();
    let cards = cards_by_row(store, &rows);
    for note in &mut view.notes {
        note.text = hide_words(store, cards.get(&note.row), note.text.for_export(), privacy);
    }
    view.folded = view.notes.iter().map(folded).collect();
}

fn hide_entries(
    store: &Store,
    mut entries: Vec<JournalEntry>,
    privacy: &Privacy,
) -> Vec<JournalEntry> {
    let first = |entry: &JournalEntry| entry.first.as_ref().map(|(row, _)| *row);
    let rows: Vec<i64> = entries.iter().filter_map(first).collect();
    let cards = cards_by_row(store, &rows);
    for entry in &mut entries {
        let card = first(entry).and_then(|row| cards.get(&row));
        // Words that were written are a part of what was done; of half a name nobody knows whose it is.
        entry.summary = match card {
            Some(_) if !entry.summary.contains('…') => {
                hide_words(store, card, &entry.summary, privacy)
                    .for_export()
                    .to_owned()
            }
            _ => without_words(&entry.summary),
        };
        if let (Some((_, label)), Some(card)) = (&mut entry.first, card) {
            let mut card = card.clone();
            hide_card(&mut card, &[], privacy);
            *label = card.external_id;
        } else {
            entry.first = None;
        }
        if entry.bulk.as_deref().is_some_and(names_people) {
            entry.bulk = Some("…".to_owned());
        }
    }
    entries
}
