//! The walk over the events that adds up to [`Facts`].

use std::collections::{HashMap, HashSet};

use unicode_segmentation::UnicodeSegmentation;

use super::flows::Flows;
use super::{Facts, MessageMark, TurnFacts, is_bookkeeping};
use crate::model::replay::{Replay, names};
use crate::model::slots::state_of;
use crate::model::{
    Attributes, Author, Confidence, DEFAULT_THRESHOLD, Event, EventKind, FlowState, Prediction,
};
use crate::text::Untrusted;

/// Below this margin the winner was hardly one.
const SMALL_MARGIN: Confidence = Confidence(0.1);

/// A message of so many words says what a conversation is about; `hi` does not.
const TELLING_WORDS: usize = 3;

impl Facts {
    /// Derives everything from the attributes and the events (with `reverted` set). `threshold` is the
    /// source's, where one is known; a threshold recorded in these events or attributes goes before it.
    pub fn derive(
        attributes: &Attributes,
        events: &[Event],
        threshold: Option<Confidence>,
    ) -> Self {
        let recorded = || {
            let predictions = events.iter().filter_map(|e| e.intent.as_ref());
            predictions
                .filter_map(Prediction::recorded_threshold)
                .next()
        };
        let threshold = attributes
            .threshold
            .or_else(recorded)
            .or(threshold)
            .unwrap_or(DEFAULT_THRESHOLD);
        let mut walk = Walk::new(events, threshold);
        for (position, event) in events.iter().enumerate() {
            walk.event(position, event);
        }
        let mut facts = walk.finish(events);
        if let Some(queries) = attributes.queries {
            facts.queries = queries;
        }
        if let Some(escalated) = attributes.escalated {
            facts.escalated = escalated;
        }
        facts
    }
}

/// What an open turn is judged by when it ends.
#[derive(Default)]
struct Open<'a> {
    facts: TurnFacts,
    /// The slot that a form asked for when the message came.
    asked: Option<&'a Untrusted>,
    filled: bool,
    rejected: bool,
    answered: bool,
}

struct Walk<'a> {
    facts: Facts,
    replay: Replay<'a>,
    flows: Flows<'a>,
    turn: Option<Open<'a>>,
    intents: Tally<'a>,
    actions: Tally<'a>,
    policies: Once<&'a Untrusted>,
    entities: Once<(&'a Untrusted, &'a Untrusted)>,
    slots: Once<(&'a Untrusted, &'a Untrusted)>,
}

impl<'a> Walk<'a> {
    fn new(events: &'a [Event], threshold: Confidence) -> Self {
        Self {
            facts: Facts {
                threshold,
                ..Facts::default()
            },
            replay: Replay::new(events),
            flows: Flows::default(),
            turn: None,
            intents: Tally::default(),
            actions: Tally::default(),
            policies: Once::default(),
            entities: Once::default(),
            slots: Once::default(),
        }
    }

    fn event(&mut self, position: usize, event: &'a Event) {
        if event.kind == EventKind::User {
            self.end_turn();
            self.begin_turn(position, event);
        }
        let turn = self.turn.get_or_insert_with(|| Open {
            facts: TurnFacts {
                first: position as u32,
                ..TurnFacts::default()
            },
            ..Open::default()
        });
        turn.facts.end = position as u32 + 1;
        turn.facts.fallback |= event.fallback;

        let facts = &mut self.facts;
        facts.fallbacks += u32::from(event.fallback);
        if let Some(at) = event.at {
            facts.started = Some(facts.started.map_or(at, |t| t.min(at)));
            facts.ended = Some(facts.ended.map_or(at, |t| t.max(at)));
        }
        if let Some(author) = event.kind.author() {
            facts.messages += 1;
            match author {
                Author::User => facts.user_messages += 1,
                Author::Bot => {
                    facts.bot_messages += 1;
                    turn.answered = true;
                }
                Author::Agent => {
                    facts.agent_messages += 1;
                    facts.escalated = true;
                    turn.answered = true;
                }
            }
        }
        match event.kind {
            EventKind::Action => self.action(event),
            EventKind::Slot => self.slot(event),
            EventKind::Flow => {
                if let Some(flow) = &event.flow {
                    let rejected = flow.state == FlowState::Interrupted
                        && event.text.as_ref().map(Untrusted::for_search)
                            != Some(names::LOOP_INTERRUPTED);
                    turn.rejected |= rejected;
                    self.flows.event(flow);
                }
            }
            EventKind::Handover => self.facts.escalated = true,
            EventKind::Restart => self.flows.leave_all(),
            EventKind::Session => self.flows.leave_all(),
            _ => {}
        }
        self.replay.step(position, event);
    }

    fn begin_turn(&mut self, position: usize, event: &'a Event) {
        let asked = self
            .replay
            .form()
            .and_then(|_| self.replay.slot(names::REQUESTED_SLOT));
        let mut turn = TurnFacts {
            first: position as u32,
            user: Some(position as u32),
            mark: mark(event, self.facts.threshold),
            ..TurnFacts::default()
        };
        for entity in &event.entities {
            let pair = (&entity.name, &entity.value);
            self.entities.add(pair);
            turn.entities.push((pair.0.clone(), pair.1.clone()));
        }
        if let Some(prediction) = &event.intent {
            turn.intent = prediction.name.clone();
            turn.confidence = prediction.effective();
            turn.margin = prediction.margin();
            if let Some(name) = &prediction.name {
                self.intents.add(name);
            }
        }
        let facts = &mut self.facts;
        keep_lowest(&mut facts.min_confidence, turn.confidence);
        keep_lowest(&mut facts.min_margin, turn.margin);
        let clicked = turn.mark == MessageMark::Click;
        facts.clicked |= clicked;
        facts.queries += u32::from(!clicked && asked.is_none());
        self.turn = Some(Open {
            facts: turn,
            asked,
            ..Open::default()
        });
    }

    fn action(&mut self, event: &'a Event) {
        let Some(run) = &event.action else { return };
        let Some(name) = run
            .name
            .as_ref()
            .filter(|n| !is_bookkeeping(n.for_search()))
        else {
            return;
        };
        self.actions.add(name);
        if let Some(policy) = &run.policy {
            self.policies.add(policy);
        }
        keep_lowest(&mut self.facts.min_action_confidence, run.confidence);
        if let Some(turn) = &mut self.turn {
            turn.facts.actions.push((name.clone(), run.confidence));
        }
    }

    fn slot(&mut self, event: &'a Event) {
        let Some(slot) = &event.slot else { return };
        if slot.value.for_search() != "null" {
            self.slots.add((&slot.name, &slot.value));
            if let Some(turn) = &mut self.turn {
                // The slot asked for is told by the value of `requested_slot`, a JSON string.
                let asked = turn.asked.map(|asked| asked.for_search().trim_matches('"'));
                turn.filled |= asked == Some(slot.name.for_search());
            }
        }
        if let Some(flow) = &event.flow {
            self.flows.event(flow);
        }
    }

    fn end_turn(&mut self) {
        let Some(open) = self.turn.take() else { return };
        let mut turn = open.facts;
        let accepted = open.asked.is_some() && open.filled && !open.rejected;
        let misunderstood = turn.mark == MessageMark::NotUnderstood;
        turn.problem = (turn.fallback || misunderstood) && !accepted;
        let acted = open.answered || !turn.actions.is_empty();
        let unsure = misunderstood
            || turn.mark == MessageMark::Understood
                && turn.margin.is_some_and(|margin| margin < SMALL_MARGIN);
        turn.doubt = unsure && acted && !turn.fallback && !accepted;
        self.facts.problems += u32::from(turn.problem);
        self.facts.failed |= turn.problem && (turn.fallback || !acted);
        self.facts.doubted |= turn.doubt;
        self.facts.turns.push(turn);
    }

    fn finish(mut self, events: &'a [Event]) -> Facts {
        self.end_turn();
        let mut facts = self.facts;
        facts.intents = self.intents.finish();
        facts.actions = self.actions.finish();
        facts.policies = self.policies.values.into_iter().cloned().collect();
        facts.entities = owned(self.entities);
        facts.slots = owned(self.slots);
        facts.final_slots = state_of(&self.replay);
        (facts.flows, facts.steps, facts.nodes) = self.flows.finish();
        facts.preview = preview(events, &facts.turns);
        facts
    }
}

/// What a user message is.
fn mark(event: &Event, threshold: Confidence) -> MessageMark {
    if event.payload.is_some() {
        return MessageMark::Click;
    }
    if event.fallback {
        return MessageMark::NotUnderstood;
    }
    let named = event.intent.as_ref().filter(|p| p.name.is_some());
    match named.map(Prediction::effective) {
        None => MessageMark::NoPrediction,
        Some(Some(confidence)) if confidence <= threshold => MessageMark::NotUnderstood,
        Some(_) => MessageMark::Understood,
    }
}

fn preview(events: &[Event], turns: &[TurnFacts]) -> Option<u32> {
    let text = |seq: u32| events[seq as usize].text.as_ref();
    let said = |seq: &u32| text(*seq).is_some_and(|t| !t.is_empty());
    let typed = || {
        let typed = turns.iter().filter(|t| t.mark != MessageMark::Click);
        typed.filter_map(|t| t.user).filter(said)
    };
    let telling = |seq: &u32| {
        text(*seq).is_some_and(|t| {
            t.for_search().unicode_words().take(TELLING_WORDS).count() == TELLING_WORDS
        })
    };
    let problems = turns.iter().filter(|t| t.problem);
    problems
        .filter_map(|t| t.user)
        .find(said)
        .or_else(|| typed().find(telling))
        .or_else(|| typed().next())
        .or_else(|| {
            let messages = events.iter().enumerate();
            messages
                .filter(|(_, e)| e.kind.author().is_some())
                .map(|(seq, _)| seq as u32)
                .find(said)
        })
}

fn keep_lowest(lowest: &mut Option<Confidence>, found: Option<Confidence>) {
    // By the exact figure: two that are the same ten-thousandth still differ in the detail.
    if let Some(found) = found
        && lowest.is_none_or(|lowest| found.0 < lowest.0)
    {
        *lowest = Some(found);
    }
}

/// Values with how often, in order of first occurrence.
#[derive(Default)]
struct Tally<'a> {
    places: HashMap<&'a str, usize>,
    counts: Vec<(&'a Untrusted, u32)>,
}

impl<'a> Tally<'a> {
    fn add(&mut self, name: &'a Untrusted) {
        let counts = &mut self.counts;
        let place = *self.places.entry(name.for_search()).or_insert_with(|| {
            counts.push((name, 0));
            counts.len() - 1
        });
        self.counts[place].1 += 1;
    }

    fn finish(self) -> Vec<(Untrusted, u32)> {
        let counts = self.counts.into_iter();
        counts.map(|(name, count)| (name.clone(), count)).collect()
    }
}

/// Values, each once, in order of first occurrence.
pub(super) struct Once<T> {
    seen: HashSet<T>,
    pub(super) values: Vec<T>,
}

impl<T> Default for Once<T> {
    fn default() -> Self {
        Self {
            seen: HashSet::new(),
            values: Vec::new(),
        }
    }
}

impl<T: Copy + Eq + std::hash::Hash> Once<T> {
    pub(super) fn add(&mut self, value: T) {
        if self.seen.insert(value) {
            self.values.push(value);
        }
    }
}

/// Pairs as the facts keep them.
pub(super) fn owned(pairs: Once<(&Untrusted, &Untrusted)>) -> Vec<(Untrusted, Untrusted)> {
    let pairs = pairs.values.into_iter();
    pairs.map(|(a, b)| (a.clone(), b.clone())).collect()
}
