//! One conversation from its script: who says what when, what the assistant makes of it and does.
//!
//! Times count from 0 here; the caller moves them to where the conversation belongs.

use super::assets::{Channel, Domain, Pack, Version};
use super::persona::Persona;
use super::random::Rng;
use super::raw::Hint;
use super::script::{Script, Verb};
use super::speak::{Decks, Voice, json_text};
use crate::model::{ActionRun, Button, Confidence, Event, EventKind, Millis, SlotSet};

/// An event and what its record says beyond it.
pub(super) struct Draft {
    pub event: Event,
    pub hint: Hint,
}

/// A conversation while it happens.
pub(super) struct Play<'a> {
    pub domain: &'a Domain,
    pub pack: &'a Pack,
    pub version: &'a Version,
    pub channel: &'a Channel,
    pub who: &'a mut Persona,
    pub decks: &'a mut Decks,
    pub rng: Rng,
    pub weekday: usize,
    pub drafts: Vec<Draft>,
    /// Milliseconds since the first event.
    pub clock: f64,
    /// The next event is stamped with this instead: typed while the assistant was still answering.
    pub early: Option<f64>,
    /// How happy the user is.
    pub mood: i32,
    /// The human who has taken over.
    pub human: Option<String>,
    /// Humans who did.
    pub agent: Option<String>,
    /// Nothing more happens.
    pub over: bool,
    /// Letters of what the user has to read before answering.
    pub reading: usize,
    /// The set of the last assistant message with buttons.
    pub offered: Option<String>,
    /// Templates used in this conversation, by deck.
    used: Vec<(String, usize)>,
    /// What the next action comes from, and how surely.
    pub policy: (&'static str, f64),
    /// The user said something at all.
    pub spoke: bool,
    /// What the user wants, as a group of intents: `delivery`.
    pub topic: Option<String>,
}

impl<'a> Play<'a> {
    /// Everything ready for the first event.
    pub fn new(
        world: (&'a Domain, &'a Pack, &'a Version, &'a Channel),
        who: &'a mut Persona,
        decks: &'a mut Decks,
        rng: Rng,
        weekday: usize,
    ) -> Self {
        Self {
            domain: world.0,
            pack: world.1,
            version: world.2,
            channel: world.3,
            who,
            decks,
            rng,
            weekday,
            drafts: Vec::new(),
            clock: 0.0,
            early: None,
            mood: 0,
            human: None,
            agent: None,
            over: false,
            reading: 0,
            offered: None,
            used: Vec::new(),
            policy: ("RulePolicy", 1.0),
            spoke: false,
            topic: None,
        }
    }

    /// The start of a session, sometimes with a word of welcome.
    pub fn open(&mut self) {
        self.pass(2.0, 9.0);
        self.action_by("action_session_start", None);
        self.push(
            Event {
                text: Some("session_started".into()),
                ..of(EventKind::Session)
            },
            Hint::None,
        );
        if self.channel.voice || self.rng.chance(30.0) {
            self.bot("welcome");
        }
        self.pass(1.0, 3.0);
        self.action_by("action_listen", None);
        let wait = self.rng.between(900.0, 14_000.0);
        self.clock += wait;
    }

    /// Plays the lines.
    pub fn run(&mut self, script: &Script) {
        let mut happened = true;
        for op in &script.0 {
            if self.over {
                return;
            }
            happened = (happened || !op.chained) && self.rng.chance(op.chance);
            if happened {
                self.play(&op.verb);
            }
        }
    }

    fn play(&mut self, verb: &Verb) {
        match verb {
            Verb::User(set) => self.user(set),
            Verb::Lost(set) => self.lost(set),
            Verb::TwoStage(set, again) => self.two_stage(set, again),
            Verb::Bot(set) => self.bot(set),
            Verb::Act(name) => self.act(name),
            Verb::Set(name, value) => self.set(name, value),
            Verb::Click(which) => _ = self.click(*which),
            Verb::Form(name, course) => self.form(name, *course),
            Verb::Handover => self.handover(),
            Verb::Agent(set) => self.agent_says(set),
            Verb::Resume => self.resume(),
            Verb::Wait(minutes) => {
                self.clock += minutes * 60_000.0 * self.rng.between(0.7, 1.4);
            }
            Verb::Do(part) => self.part(part),
            Verb::Need(slot, part) => {
                if !self.filled(slot) {
                    self.part(part);
                }
            }
            Verb::Restart => self.restart(),
            Verb::Mood(by) => self.mood += by,
            Verb::End => self.over = true,
        }
    }

    /// One script of a part.
    pub fn part(&mut self, part: &str) {
        let domain = self.domain;
        // Nobody says thank you for nothing.
        let bad = format!("{part}-bad");
        let part = if self.mood < 0 && domain.parts.contains_key(&bad) {
            &bad
        } else {
            part
        };
        if let Some(scripts) = domain.parts.get(part) {
            let at = self.rng.below(scripts.len());
            self.run(&scripts[at]);
        }
    }

    pub fn pass(&mut self, low: f64, high: f64) {
        self.clock += self.rng.between(low, high);
    }

    /// Adds an event, now.
    pub fn push(&mut self, mut event: Event, hint: Hint) {
        let at = self.early.take().unwrap_or(self.clock);
        event.at = Some(Millis(at.round() as i64));
        self.drafts.push(Draft { event, hint });
    }

    /// A template of a set of the pack, and its number.
    pub fn template(&mut self, side: &str, set: &str) -> String {
        let pack = self.pack;
        let sets = match side {
            "say" => &pack.say,
            "agent" => &pack.agent,
            _ => &pack.bot,
        };
        let special = self.topic.as_ref().map(|t| format!("{set}-{t}"));
        let set = special
            .as_deref()
            .filter(|s| sets.contains_key(*s))
            .unwrap_or(set);
        let Some(all) = sets.get(set) else {
            return String::new();
        };
        let deck = format!("{} {} {side} {set}", self.domain.source, pack.language);
        let used: Vec<usize> = self
            .used
            .iter()
            .filter(|u| u.0 == deck)
            .map(|u| u.1)
            .collect();
        let at = self.decks.draw(&deck, all.len(), &used);
        self.used.push((deck, at));
        all.get(at).cloned().unwrap_or_default()
    }

    pub fn voice(&self) -> Voice<'a> {
        Voice {
            domain: self.domain,
            pack: self.pack,
            weekday: self.weekday,
        }
    }

    /// A value from a template.
    pub fn value(&mut self, template: &str) -> String {
        self.voice().written(template, self.who, &mut self.rng)
    }

    /// Which policy the next action comes from.
    pub fn choice(&mut self) -> (&'static str, f64) {
        if self.domain.calm {
            return ("FlowPolicy", 1.0);
        }
        match self.rng.below(10) {
            0..=4 => ("RulePolicy", 1.0),
            5..=7 => ("MemoizationPolicy", 1.0),
            _ => {
                let miss = self.rng.unit();
                ("TEDPolicy", 0.997 - 0.52 * miss * miss)
            }
        }
    }

    /// From now on rules decide.
    pub fn by_rule(&mut self) {
        self.policy = (
            if self.domain.calm {
                "FlowPolicy"
            } else {
                "RulePolicy"
            },
            1.0,
        );
    }

    /// A slot event.
    pub fn slot(&mut self, name: &str, value: &str, step: Option<crate::model::FlowStep>) {
        let slot = Some(SlotSet {
            name: name.into(),
            value: value.into(),
        });
        self.push(
            Event {
                slot,
                flow: step,
                ..of(EventKind::Slot)
            },
            Hint::None,
        );
    }

    fn set(&mut self, name: &str, value: &str) {
        let value = self.value(value);
        let json = match value.as_str() {
            "true" | "false" | "null" => value,
            v if v.len() < 6 && v.parse::<f64>().is_ok() => value,
            v => json_text(v),
        };
        self.pass(4.0, 60.0);
        self.slot(name, &json, None);
    }

    fn action_by(&mut self, name: &str, policy: Option<(&'static str, f64)>) {
        let action = Some(ActionRun {
            name: Some(name.into()),
            confidence: Some(Confidence(policy.map_or(1.0, |p| p.1))),
            policy: policy.map(|p| p.0.into()),
        });
        let fallback =
            name == "action_default_fallback" || name.starts_with("action_default_ask_re");
        self.push(
            Event {
                action,
                fallback,
                ..of(EventKind::Action)
            },
            Hint::None,
        );
    }

    /// An action of the policy that decides now; the work takes a moment.
    pub fn act(&mut self, name: &str) {
        let slow = !name.starts_with("utter_") && !name.ends_with("_form");
        if slow {
            self.pass(220.0, 1_700.0);
        } else {
            self.pass(30.0, 260.0);
        }
        self.action_by(name, Some(self.policy));
    }

    /// The assistant says something of a set.
    pub fn bot(&mut self, set: &str) {
        let utter = format!("utter_{}", set.replace('-', "_"));
        self.act(&utter);
        self.utter(set, utter);
    }

    /// The message alone, where the action was something else.
    pub fn utter(&mut self, set: &str, response: String) {
        let template = self.template("bot", set);
        let text = self.value(&template);
        let titles = self.pack.titles.get(set);
        let buttons = self
            .domain
            .buttons
            .get(set)
            .into_iter()
            .flatten()
            .enumerate();
        let buttons: Vec<Button> = buttons
            .map(|(place, def)| {
                let args = match (&def.slot, &def.value) {
                    (Some(slot), Some(value)) => {
                        format!("{{{}:{}}}", json_text(slot), json_text(value))
                    }
                    _ => String::new(),
                };
                Button {
                    title: titles
                        .and_then(|t| t.get(place))
                        .map_or("", String::as_str)
                        .into(),
                    payload: Some(format!("/{}{args}", def.intent).into()),
                }
            })
            .collect();
        // Nothing to click on the telephone; and what was offered before is out of sight now.
        let buttons = if self.channel.voice {
            Vec::new()
        } else {
            buttons
        };
        self.offered = (!buttons.is_empty()).then(|| set.to_owned());
        self.reading += text.chars().count();
        self.pass(260.0, 1_300.0);
        self.push(
            Event {
                text: Some(text.into()),
                buttons,
                ..of(EventKind::Bot)
            },
            Hint::Utter(response),
        );
    }

    /// The assistant waits, unless it does already.
    pub fn listen(&mut self) {
        let waits = self
            .drafts
            .iter()
            .rev()
            .find(|d| d.event.kind == EventKind::Action);
        let name = waits.and_then(|d| d.event.action.as_ref()?.name.as_ref());
        let user = self
            .drafts
            .iter()
            .rev()
            .find(|d| matches!(d.event.kind, EventKind::User | EventKind::Action));
        let answered = user.is_some_and(|d| d.event.kind == EventKind::Action);
        if self.human.is_some()
            || !answered
            || name.is_some_and(|n| n.for_search() == "action_listen")
        {
            return;
        }
        self.pass(4.0, 30.0);
        self.action_by("action_listen", Some(self.policy));
    }
}

/// An empty event of this kind.
pub(super) fn of(kind: EventKind) -> Event {
    Event {
        kind,
        ..Event::default()
    }
}
