//! Random changes, undos and redos of two reviewers against a model in memory that keeps whose value each
//! register holds, and knows nothing of journals.

use std::collections::HashMap;

use proptest::prelude::*;

use super::super::super::apply::tests::{clock, event, on, on_event, review_of, reviewed_store};
use super::*;
use crate::model::{ConversationId, EventTarget};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    Status,
    Verdict,
    Flag,
    EventFlag,
    Tag(u8),
    Note(u8),
    Intent,
    Queue,
}

/// A register: conversation, kind.
type Reg = (usize, Kind);
/// A value (0 is the initial one) and the change that set it.
type Held = (u8, Option<usize>);

#[derive(Clone, Debug)]
enum Step {
    /// Sets each of the registers to the value; none twice.
    Change(Vec<Reg>, u8),
    Undo(usize),
    /// Takes back any change, by its place among all.
    UndoAny(usize),
    Redo,
}

#[derive(Default)]
struct Model {
    held: HashMap<Reg, Held>,
    changes: Vec<Made>,
    /// Every undo that was made: of which change, by whom, what it wrote; true once redone.
    undos: Vec<Undo>,
    /// Undos of a reviewer that no change of theirs followed.
    open: HashMap<&'static str, Vec<usize>>,
}

struct Made {
    who: &'static str,
    writes: HashMap<Reg, (Held, Held)>,
    undone: bool,
}

struct Undo {
    of: usize,
    writes: HashMap<Reg, (Held, Held)>,
}

impl Model {
    fn get(&self, reg: Reg) -> Held {
        self.held.get(&reg).copied().unwrap_or((0, None))
    }

    /// False where nothing changes.
    fn change(&mut self, who: &'static str, regs: &[Reg], value: u8) -> bool {
        let number = self.changes.len();
        let mut writes = HashMap::new();
        for &reg in regs {
            let old = self.get(reg);
            if old.0 != value {
                writes.insert(reg, (old, (value, Some(number))));
                self.held.insert(reg, (value, Some(number)));
            }
        }
        if writes.is_empty() {
            return false;
        }
        self.changes.push(Made {
            who,
            writes,
            undone: false,
        });
        self.open.remove(who);
        true
    }

    fn undo(&mut self, who: &'static str, of: usize) -> usize {
        let mut writes = HashMap::new();
        let mut left = 0;
        for (reg, (old, new)) in self.changes[of].writes.clone() {
            let now = self.get(reg);
            if now.1 != new.1 {
                left += 1;
                continue;
            }
            let mut back = old;
            while let Some(origin) = back.1
                && self.changes[origin].undone
            {
                back = self.changes[origin].writes[&reg].0;
            }
            self.held.insert(reg, back);
            writes.insert(reg, (now, back));
        }
        self.changes[of].undone = true;
        self.open.entry(who).or_default().push(self.undos.len());
        self.undos.push(Undo { of, writes });
        left
    }

    fn redo(&mut self, undo: usize) {
        let of = self.undos[undo].of;
        for (reg, (was, back)) in self.undos[undo].writes.clone() {
            if self.get(reg).1 != back.1 {
                continue;
            }
            let mut again = was;
            while let Some(origin) = again.1
                && self.changes[origin].undone
                && origin != of
            {
                again = self.changes[origin].writes[&reg].0;
            }
            self.held.insert(reg, again);
        }
        self.changes[of].undone = false;
    }

    fn newest(&self, who: &str) -> Option<usize> {
        (0..self.changes.len())
            .rev()
            .find(|&i| self.changes[i].who == who && !self.changes[i].undone)
    }
}

struct World {
    store: Store,
    ids: Vec<ConversationId>,
    events: Vec<EventTarget>,
    entries: Vec<EntryId>,
    model: Model,
    _dir: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        let (dir, store, ids) = reviewed_store(2);
        let events = ids.iter().map(|&id| event(&store, id, 1)).collect();
        Self {
            store,
            ids,
            events,
            entries: Vec::new(),
            model: Model::default(),
            _dir: dir,
        }
    }

    fn edit(&self, (at, kind): Reg, value: u8) -> Change {
        let whole = |set| on(&self.ids[at..=at], set);
        let text = (value > 0).then(|| format!("\"{value}\"").into());
        match kind {
            Kind::Status => whole(Set::Status(Status::ALL[value as usize])),
            Kind::Verdict => whole(Set::Verdict(match value {
                0 => None,
                1 => Some(Verdict::Positive),
                _ => Some(Verdict::Negative),
            })),
            Kind::Flag => whole(Set::Flag(value > 0)),
            Kind::EventFlag => on_event(self.ids[at], self.events[at], Set::Flag(value > 0)),
            Kind::Tag(t) => whole(tag(["a", "b"][t as usize], value > 0)),
            Kind::Note(n) => whole(Set::Note {
                id: NoteId([n * 2 + at as u8; 16]),
                text,
            }),
            Kind::Intent => on_event(
                self.ids[at],
                self.events[at],
                Set::Correction {
                    field: CorrectionField::Intent,
                    value: text,
                },
            ),
            Kind::Queue => whole(Set::Queue(text)),
        }
    }

    fn step(&mut self, who: &'static str, step: &Step) {
        match step {
            Step::Change(regs, value) => {
                let mut change = Change::default();
                let mut distinct = Vec::new();
                for &reg in regs {
                    if !distinct.contains(&reg) {
                        distinct.push(reg);
                        change
                            .edits
                            .extend(self.edit(reg, value_of(reg, *value)).edits);
                    }
                }
                // Each register has values of its own; the model sees them one by one.
                let expected = self.model_change(who, &distinct, *value);
                match self.store.apply(&change, who, &clock()) {
                    Ok(ack) => {
                        assert!(expected);
                        self.entries.push(ack.entry());
                    }
                    Err(StoreError::Unchanged) => assert!(!expected),
                    Err(error) => panic!("{error}"),
                }
            }
            Step::Undo(n) => {
                let mut left = Vec::new();
                for _ in 0..*n {
                    if let Some(of) = self.model.newest(who) {
                        left.push(self.model.undo(who, of));
                    }
                }
                let done = self.store.undo_last(*n, who, &clock());
                let done = done.unwrap_or_default();
                let counted: Vec<usize> = done.iter().map(|a| a.left.len()).collect();
                assert_eq!(counted, left);
            }
            Step::UndoAny(at) => {
                let Some(of) = at.checked_rem(self.entries.len()) else {
                    return;
                };
                let done = self.store.undo_entry(self.entries[of], who, &clock());
                if self.model.changes[of].undone {
                    assert!(done.is_err());
                } else {
                    let left = self.model.undo(who, of);
                    assert_eq!(done.unwrap().left.len(), left);
                }
            }
            Step::Redo => {
                let undo = self.model.open.get_mut(who).and_then(Vec::pop);
                let done = self.store.redo(who, &clock()).unwrap();
                assert_eq!(done.is_some(), undo.is_some());
                if let Some(undo) = undo {
                    self.model.redo(undo);
                }
            }
        }
        self.compare();
    }

    fn model_change(&mut self, who: &'static str, regs: &[Reg], value: u8) -> bool {
        let number = self.model.changes.len();
        let mut writes = HashMap::new();
        for &reg in regs {
            // One change of several values: made one by one, then put together.
            if self.model.change(who, &[reg], value_of(reg, value)) {
                let made = self.model.changes.pop().unwrap();
                writes.extend(made.writes);
            }
        }
        if writes.is_empty() {
            return false;
        }
        assert_eq!(self.model.changes.len(), number);
        self.model.changes.push(Made {
            who,
            writes,
            undone: false,
        });
        true
    }

    fn compare(&self) {
        for (at, &id) in self.ids.iter().enumerate() {
            let review = review_of(&self.store, id);
            let held = |kind| self.model.get((at, kind)).0;
            assert_eq!(review.status, Status::ALL[held(Kind::Status) as usize]);
            let verdict = match review.verdict {
                None => 0,
                Some(Verdict::Positive) => 1,
                Some(Verdict::Negative) => 2,
            };
            assert_eq!(verdict, held(Kind::Verdict));
            assert_eq!(u8::from(review.flagged), held(Kind::Flag));
            assert_eq!(review.flagged_events.len(), held(Kind::EventFlag) as usize);
            for (t, name) in [(0, "a"), (1, "b")] {
                let carried = review.tags.contains(&name.into());
                assert_eq!(u8::from(carried), held(Kind::Tag(t)));
            }
            for n in 0..2 {
                let id = NoteId([n * 2 + at as u8; 16]);
                let note = review.notes.iter().find(|note| note.id == id);
                assert_eq!(text(note.map(|n| &n.text)), held(Kind::Note(n)));
            }
            let intent = review.corrections.first().map(|c| &c.2);
            assert_eq!(text(intent), held(Kind::Intent));
            assert_eq!(text(review.queue.as_ref()), held(Kind::Queue));
            // Decided by whoever set the later of the status and verdict it has.
            let status = self.model.get((at, Kind::Status)).1;
            let decision = status.max(self.model.get((at, Kind::Verdict)).1);
            let who = decision.map(|change| self.model.changes[change].who.into());
            assert_eq!(review.decided.map(|d| d.0), who);
        }
    }
}

/// The number that stands in the text of a note, intent or queue.
fn text(text: Option<&crate::text::Untrusted>) -> u8 {
    text.map_or(0, |t| t.for_search().trim_matches('"').parse().unwrap())
}

/// What the value means for this register.
fn value_of((_, kind): Reg, value: u8) -> u8 {
    match kind {
        Kind::Verdict => value % 3,
        Kind::Flag | Kind::EventFlag | Kind::Tag(_) => value % 2,
        _ => value,
    }
}

fn reg() -> impl Strategy<Value = Reg> {
    let kind = prop_oneof![
        3 => Just(Kind::Status),
        3 => Just(Kind::Verdict),
        1 => Just(Kind::Flag),
        1 => Just(Kind::EventFlag),
        2 => (0..2_u8).prop_map(Kind::Tag),
        1 => (0..2_u8).prop_map(Kind::Note),
        1 => Just(Kind::Intent),
        1 => Just(Kind::Queue),
    ];
    (0..2_usize, kind)
}

fn step() -> impl Strategy<Value = (&'static str, Step)> {
    let step = prop_oneof![
        6 => (prop::collection::vec(reg(), 1..4), 0..4_u8)
            .prop_map(|(regs, value)| Step::Change(regs, value)),
        3 => (1..3_usize).prop_map(Step::Undo),
        1 => (0..40_usize).prop_map(Step::UndoAny),
        2 => Just(Step::Redo),
    ];
    (prop_oneof![Just("ann"), Just("bo")], step)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn a_history_reads_like_the_model(steps in prop::collection::vec(step(), 1..40)) {
        let mut world = World::new();
        for (who, step) in &steps {
            world.step(who, step);
        }
        sound(&world.store);
        // Nothing is ann's once she has taken back all of hers.
        world.step("ann", &Step::Undo(100));
        for (at, &id) in world.ids.iter().enumerate() {
            let decided = review_of(&world.store, id).decided;
            prop_assert_ne!(decided.map(|d| d.0), Some("ann".into()), "conversation {}", at);
        }
        // Nothing is anybody's once both have.
        world.step("bo", &Step::Undo(100));
        sound(&world.store);
        for &id in &world.ids {
            prop_assert_eq!(review_of(&world.store, id), Review::default());
        }
        // A tag of both may outlive them: it was in use when the one who made it took that back.
        for tag in world.store.tags().unwrap() {
            prop_assert_eq!(tag.count, 0);
        }
    }
}
