//! One thing that happened in a conversation.

use serde::{Deserialize, Serialize};

use super::ids::Hash;
use super::{Confidence, Millis};
use crate::text::Untrusted;

/// What an event is. The JSON names are the lower-case names of the variants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EventKind {
    /// A message of the user.
    User,
    /// A message of the assistant.
    Bot,
    /// A message of a human agent.
    Agent,
    /// Something the assistant did.
    Action,
    /// A slot was set.
    Slot,
    /// A flow or form started, went on, was completed or cancelled.
    Flow,
    /// A session began or ended.
    Session,
    /// The conversation was handed over to a human.
    Handover,
    /// The conversation was restarted.
    Restart,
    /// Anything else the source recorded; `text` holds the source's name for it.
    #[default]
    System,
}

/// Who speaks in a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Author {
    /// The user.
    User,
    /// The assistant.
    Bot,
    /// A human agent.
    Agent,
}

impl EventKind {
    /// The JSON name: `user`, `bot`, …
    pub fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Bot => "bot",
            Self::Agent => "agent",
            Self::Action => "action",
            Self::Slot => "slot",
            Self::Flow => "flow",
            Self::Session => "session",
            Self::Handover => "handover",
            Self::Restart => "restart",
            Self::System => "system",
        }
    }

    /// Who speaks, for the three kinds that are messages.
    pub fn author(self) -> Option<Author> {
        match self {
            Self::User => Some(Author::User),
            Self::Bot => Some(Author::Bot),
            Self::Agent => Some(Author::Agent),
            _ => None,
        }
    }
}

/// One event, in the source's order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// When, if the source says.
    pub at: Option<Millis>,
    /// What it is.
    pub kind: EventKind,
    /// Text of a message; of an action predicted end to end; else the source's name of a session,
    /// restart, handover or system event (`session_started`, `rewind`, …).
    pub text: Option<Untrusted>,
    /// What a clicked button sent (`/affirm{"a":1}`), or a trigger from outside (`EXTERNAL: greet`): the
    /// user did not type it. `text` is then the button's title where known, else the same.
    pub payload: Option<Untrusted>,
    /// Buttons that a bot message offers.
    pub buttons: Vec<Button>,
    /// The prediction for a user message. `None`: the source has none.
    pub intent: Option<Prediction>,
    /// Entities found in a user message.
    pub entities: Vec<Entity>,
    /// What the assistant did (kind `Action`).
    pub action: Option<ActionRun>,
    /// The slot that was set (kind `Slot`).
    pub slot: Option<SlotSet>,
    /// The step of a flow or form (kind `Flow`).
    pub flow: Option<FlowStep>,
    /// True for an event by which the assistant shows that it could not answer.
    pub fallback: bool,
    /// True if a later rewind, undo or restart took it back (see [`super::mark_reverted`]).
    pub reverted: bool,
    /// The source's record, verbatim, where the format has one record an event.
    pub raw: Option<Untrusted>,
}

/// A button of a bot message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Button {
    /// What it shows.
    pub title: Untrusted,
    /// What it sends.
    pub payload: Option<Untrusted>,
}

/// One alternative of a prediction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ranked {
    /// Intent.
    pub name: Untrusted,
    /// Its confidence, if recorded.
    pub confidence: Option<Confidence>,
}

/// The intent prediction for a user message.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Prediction {
    /// The winning intent; `None` where the source recorded a confidence without a name.
    pub name: Option<Untrusted>,
    /// As recorded; fallback classifiers overwrite it with the threshold or 1.0.
    pub confidence: Option<Confidence>,
    /// All alternatives in the source's order, the winner usually first.
    pub ranking: Vec<Ranked>,
}

/// Intents that mean 'not understood': Rasa, Lex, Dialogflow ES and CX. Botpress calls its own `none`, which
/// elsewhere is the name of an ordinary, trained intent: its importer marks the events instead.
const FALLBACK_INTENTS: [&str; 7] = [
    "nlu_fallback",
    "AMAZON.FallbackIntent",
    "FallbackIntent",
    "Default Fallback Intent",
    "no match",
    "NO_MATCH",
    "sys.no-match-default",
];

impl Prediction {
    /// True if `name` is a fallback intent.
    pub fn is_fallback_intent(name: &str) -> bool {
        FALLBACK_INTENTS.contains(&name)
    }

    /// True if the recorded intent is a fallback.
    pub fn is_fallback(&self) -> bool {
        self.name
            .as_ref()
            .is_some_and(|n| Self::is_fallback_intent(n.for_search()))
    }

    /// The effective confidence: the recorded one; where the recorded intent is a fallback, that of the
    /// first ranking entry that is none, else the recorded one.
    pub fn effective(&self) -> Option<Confidence> {
        if self.is_fallback()
            && let Some(real) = self.first_real()
            && self.ranking[real].confidence.is_some()
        {
            return self.ranking[real].confidence;
        }
        self.confidence
    }

    /// The entries of the ranking that are no fallback, in order. They are numbered from 1: by these numbers
    /// people see and choose them.
    pub fn alternatives(&self) -> impl Iterator<Item = &Ranked> {
        self.ranking
            .iter()
            .filter(|r| !Self::is_fallback_intent(r.name.for_search()))
    }

    /// Effective confidence minus that of the next ranking entry that is no fallback; may be negative.
    pub fn margin(&self) -> Option<Confidence> {
        let effective = self.effective()?;
        let winner = if self.is_fallback() {
            self.first_real()
        } else {
            self.ranking
                .iter()
                .position(|r| Some(&r.name) == self.name.as_ref())
        };
        let next =
            self.ranking.iter().enumerate().find(|(i, r)| {
                Some(*i) != winner && !Self::is_fallback_intent(r.name.for_search())
            })?;
        Some(Confidence(effective.0 - next.1.confidence?.0))
    }

    /// The threshold that a fallback classifier wrote as its own confidence, where it did so: below 1.
    pub fn recorded_threshold(&self) -> Option<Confidence> {
        let recorded = self.confidence?;
        (self.is_fallback() && recorded.0 > 0.0 && recorded.0 < 1.0 && self.first_real().is_some())
            .then_some(recorded)
    }

    fn first_real(&self) -> Option<usize> {
        self.ranking
            .iter()
            .position(|r| !Self::is_fallback_intent(r.name.for_search()))
    }
}

/// An entity of a user message.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Entity {
    /// Its type (`city`).
    pub name: Untrusted,
    /// Its value as JSON text (`"Rome"`, `3`, `{…}`).
    pub value: Untrusted,
    /// Characters (Unicode scalar values) of the message text it was found in: from, to.
    pub span: Option<(u32, u32)>,
    /// Role or group, where given.
    pub role: Option<Untrusted>,
    /// What found it.
    pub extractor: Option<Untrusted>,
    /// How sure that was.
    pub confidence: Option<Confidence>,
}

/// An action the assistant ran.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ActionRun {
    /// Its name; `None` for an end-to-end prediction, whose text is the event's.
    pub name: Option<Untrusted>,
    /// How sure the policy was.
    pub confidence: Option<Confidence>,
    /// Which policy chose it, without Rasa's `policy_<n>_` prefix.
    pub policy: Option<Untrusted>,
}

/// A slot that was set.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SlotSet {
    /// Its name.
    pub name: Untrusted,
    /// The new value as JSON text; `null` clears.
    pub value: Untrusted,
}

/// What a flow event says of its flow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FlowState {
    /// It began.
    #[default]
    Started,
    /// It came to a step.
    Step,
    /// It reached its end.
    Completed,
    /// It was left by a decision.
    Cancelled,
    /// Another flow or a rejected answer came in between.
    Interrupted,
    /// It went on after an interruption.
    Resumed,
}

/// A step of a flow or form.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FlowStep {
    /// Flow or form.
    pub name: Untrusted,
    /// The step, where known: for a form the slot it asks for.
    pub step: Option<Untrusted>,
    /// What happened.
    pub state: FlowState,
}

impl Event {
    /// Feeds what makes the event the one it is: kind, time, author, text or name, and value.
    pub(crate) fn hash_content(&self, hash: &mut Hash) {
        hash.text(self.kind.name());
        hash.number(self.at.map_or(i64::MIN, |t| t.0));
        let name = match self.kind {
            EventKind::Action => self.action.as_ref().and_then(|a| a.name.as_ref()),
            EventKind::Slot => self.slot.as_ref().map(|s| &s.name),
            EventKind::Flow => self.flow.as_ref().map(|f| &f.name),
            _ => None,
        };
        hash.text(name.map_or("", Untrusted::for_search));
        // A click's title is found in an earlier event, which a partial export may lack: the payload counts.
        let said = self.payload.as_ref().or(self.text.as_ref());
        hash.text(said.map_or("", Untrusted::for_search));
        hash.text(self.slot.as_ref().map_or("", |s| s.value.for_search()));
        if let (EventKind::Flow, Some(flow)) = (self.kind, &self.flow) {
            hash.text(flow.step.as_ref().map_or("", Untrusted::for_search));
            // Whether a form ended well is deduced from what came before: one end for both.
            let state = if flow.state == FlowState::Cancelled {
                FlowState::Completed
            } else {
                flow.state
            };
            hash.number(state as i64);
        }
    }
}
