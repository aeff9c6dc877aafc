//! What the notes screen asks for and is told: plain data between it and the workers.

use std::collections::HashMap;
use std::sync::Arc;

use crate::filter::{self, Filter};
use crate::model::{ConversationId, EventKind, Millis, NoteId};
use crate::store::{ListedNote, Saturation, Whole};
use crate::text::Untrusted;

/// Characters of a message that are shown beside a note.
const SAID: usize = 4_000;

/// Which notes are asked for.
#[derive(Clone, Debug)]
pub enum NotesOf {
    /// Those on the conversations that match.
    Filter(Arc<Filter>),
    /// Those on these rows, ascending: the list that is shown, after something in it changed.
    Rows(Arc<[i64]>),
}

/// All notes, newest first, with what is counted over their conversations.
#[derive(Clone, Debug, Default)]
pub struct NotesView {
    /// Which question this answers.
    pub generation: u64,
    /// The notes.
    pub notes: Vec<ListedNote>,
    /// What typed words are compared with, note by note: made where nobody waits for a key.
    pub folded: Vec<String>,
    /// Rows of their conversations, ascending.
    pub rows: Arc<[i64]>,
    /// The tags of each of these conversations that has any.
    pub tags: HashMap<i64, Vec<Untrusted>>,
    /// How many of these conversations carry each tag, most frequent first.
    pub counts: Vec<(Untrusted, u64)>,
    /// Whether reviewing still finds new tags, over the whole store.
    pub saturation: Saturation,
}

/// What a note stands on.
#[derive(Clone, Debug)]
pub struct NoteContext {
    /// The note.
    pub id: NoteId,
    /// Its conversation.
    pub row: i64,
    /// The same, by its id.
    pub conversation: ConversationId,
    /// Name of the user, else external id.
    pub who: Untrusted,
    /// The note as it is now, whole; `None`: it is gone.
    pub note: Option<crate::model::Note>,
    /// The event it stands on, where it is still there.
    pub said: Option<Said>,
}

/// An event that a note stands on.
#[derive(Clone, Debug)]
pub struct Said {
    /// Its number.
    pub seq: u32,
    /// What it is.
    pub kind: EventKind,
    /// When.
    pub at: Option<Millis>,
    /// What it says, or the name of what it did.
    pub text: Untrusted,
}

/// What a note says and who wrote it, as it is compared with typed words.
pub fn folded(note: &ListedNote) -> String {
    let (text, reviewer) = (note.text.for_search(), note.reviewer.for_search());
    filter::fold(&format!("{text}\n{reviewer}"))
}

impl NoteContext {
    /// The context of a note of this conversation.
    pub fn of(whole: &Whole, id: NoteId) -> Self {
        let card = &whole.card;
        let note = whole.review.notes.iter().find(|n| n.id == id).cloned();
        let event = note.as_ref().filter(|n| !n.detached).and_then(|n| n.event);
        let said = event.and_then(|target| {
            let event = whole.events.get(target.seq as usize)?;
            let name = || {
                let action = event.action.as_ref().and_then(|a| a.name.as_ref());
                let slot = event.slot.as_ref().map(|s| &s.name);
                let flow = event.flow.as_ref().map(|f| &f.name);
                action.or(slot).or(flow)
            };
            let text = event.text.as_ref().or_else(name);
            let text = text.map_or("", |t| t.for_search());
            Some(Said {
                seq: target.seq,
                kind: event.kind,
                at: event.at,
                text: text.chars().take(SAID).collect::<String>().into(),
            })
        });
        Self {
            id,
            row: card.row,
            conversation: card.id,
            who: card
                .attributes
                .user_name
                .clone()
                .unwrap_or_else(|| card.external_id.clone()),
            note,
            said,
        }
    }
}
