//! The turns of a conversation: understood or not, and what happens when not; humans; starting again.

use super::nlu::{self, Grasp};
use super::play::{Play, of};
use super::raw::Hint;
use super::speak::{Spoken, json_text};
use crate::model::{Event, EventKind, Prediction};

impl Play<'_> {
    /// The user says something meant to be understood; accidents happen as often as with this version.
    pub fn user(&mut self, set: &str) {
        if self.human.is_some() {
            // A person reads this: nothing is predicted.
            let text = self.speak(set).text;
            let (text, rest) = match self.in_pieces(&text) {
                Some((text, rest)) => (text, Some(rest)),
                None => (text, None),
            };
            self.say(
                Spoken {
                    text,
                    ..Spoken::default()
                },
                None,
                None,
            );
            if let Some(text) = rest {
                self.clock += self.rng.between(1_500.0, 9_000.0);
                self.say(
                    Spoken {
                        text,
                        ..Spoken::default()
                    },
                    None,
                    None,
                );
            }
            return;
        }
        let intent = nlu::intent_of(set).to_owned();
        self.wants(&intent);
        let fragile = self.domain.confused.contains_key(&intent);
        let (fallback, wrong) = (self.version.fallback, self.version.wrong);
        if fragile && self.rng.chance(fallback) {
            return self.misunderstood(set);
        }
        if fragile && self.rng.chance(wrong) {
            return self.mistaken(set, &intent);
        }
        let grasp = self.grasp();
        self.heard(set, grasp);
    }

    /// Says something of a set with a prediction of this quality.
    fn heard(&mut self, set: &str, grasp: Grasp) -> Prediction {
        let spoken = self.speak(set);
        self.predicted(set, spoken, grasp)
    }

    fn predicted(&mut self, set: &str, spoken: Spoken, grasp: Grasp) -> Prediction {
        let intent = nlu::intent_of(set);
        let prediction = nlu::predict(self.domain, intent, grasp, &mut self.rng);
        let commands = self.domain.calm.then(|| self.commands(intent, grasp));
        self.say(spoken, Some(prediction.clone()), commands);
        prediction
    }

    fn commands(&self, intent: &str, grasp: Grasp) -> String {
        if grasp == Grasp::Lost {
            return r#"[{"command": "cannot handle", "reason": null}]"#.to_owned();
        }
        let flow = self.domain.forms.keys().find(|f| f.as_str() == intent);
        match (flow, intent) {
            (Some(flow), _) => format!(
                r#"[{{"command": "start flow", "flow": {}}}]"#,
                json_text(flow)
            ),
            (None, "human") => r#"[{"command": "human handoff"}]"#.to_owned(),
            (None, "greet" | "thanks" | "bye") => r#"[{"command": "chitchat"}]"#.to_owned(),
            _ => r#"[{"command": "knowledge"}]"#.to_owned(),
        }
    }

    /// How the assistant shows that it did not understand.
    fn apology(&mut self, set: &str) {
        self.by_rule();
        // An assistant with flows has said so by its command already.
        if self.domain.calm {
            self.bot(set);
        } else {
            self.act("action_default_fallback");
            self.utter(set, "utter_default".to_owned());
        }
        self.mood -= 1;
    }

    /// Not understood: another try in other words, a human, or nothing.
    fn misunderstood(&mut self, set: &str) {
        self.heard(set, Grasp::Lost);
        self.apology("default");
        for again in 0..2 {
            let next = self.rng.below(100);
            if next < 14 {
                self.over = true;
                return;
            }
            if next < 24 {
                let grasp = self.grasp();
                self.heard("human", grasp);
                return self.escalate();
            }
            if self.rng.chance(if again == 0 { 68.0 } else { 45.0 }) {
                let grasp = self.grasp();
                self.heard(set, grasp);
                return;
            }
            self.heard(set, Grasp::Lost);
            self.apology(if again == 0 { "rephrase" } else { "default" });
        }
        if self.rng.chance(55.0) {
            self.escalate();
        } else {
            self.over = true;
            self.mood -= 1;
        }
    }

    /// Taken for something else: the wrong answer, a protest, another try.
    fn mistaken(&mut self, set: &str, intent: &str) {
        let prediction = self.heard(set, Grasp::Wrong);
        let taken = prediction
            .name
            .as_ref()
            .map_or("", |n| n.for_search())
            .to_owned();
        self.mood -= 1;
        self.bot(&format!(
            "about-{}",
            if taken.is_empty() { intent } else { &taken }
        ));
        let next = self.rng.below(100);
        if next < 16 {
            self.over = true;
            return;
        }
        if next < 72 {
            let spoken = self.speak("deny-protest");
            self.predicted("deny-protest", spoken, Grasp::Sure);
            self.bot("rephrase");
        }
        let grasp = self.grasp();
        self.heard(set, grasp);
    }

    /// Something that no assistant of this kind understands.
    pub fn lost(&mut self, set: &str) {
        self.heard(set, Grasp::Lost);
        let reply = if self.rng.chance(75.0) {
            "default"
        } else {
            "rephrase"
        };
        self.apology(reply);
    }

    /// The two-stage fallback: a guess, no, other words, and the detour is taken back.
    pub fn two_stage(&mut self, set: &str, again: &str) {
        self.wants(nlu::intent_of(again));
        self.heard(set, Grasp::Lost);
        self.by_rule();
        self.act("action_two_stage_fallback");
        self.act("action_default_ask_affirmation");
        self.utter("did-you-mean", "utter_ask_affirmation".to_owned());
        let guessed = self.rng.chance(25.0);
        self.click(Some(usize::from(!guessed)));
        self.mood -= 1;
        if !guessed {
            self.by_rule();
            self.act("action_two_stage_fallback");
            self.act("action_default_ask_rephrase");
            self.utter("rephrase", "utter_ask_rephrase".to_owned());
            let spoken = self.speak(again);
            let grasp = self.grasp();
            self.predicted(again, spoken, grasp);
        }
        // What was meant stays: the first message with the intent that was affirmed, or the other words.
        let mut users = self.drafts.iter().enumerate().rev();
        let users = users
            .by_ref()
            .filter(|(_, d)| d.event.kind == EventKind::User)
            .map(|(at, _)| at);
        let at = users.take(2).collect::<Vec<_>>();
        let copies: Vec<Event> = match (guessed, at.as_slice()) {
            (true, [_, first]) => vec![Event {
                intent: Some(nlu::certain(nlu::intent_of(again))),
                fallback: false,
                ..self.drafts[*first].event.clone()
            }],
            (false, [last, ..]) => {
                let kept = self.drafts[*last..].iter();
                kept.map(|d| d.event.clone()).collect()
            }
            _ => Vec::new(),
        };
        for _ in 0..if guessed { 2 } else { 3 } {
            self.clock += self.rng.between(1.0, 6.0);
            self.push(
                Event {
                    text: Some("rewind".into()),
                    ..of(EventKind::System)
                },
                Hint::None,
            );
        }
        for copy in copies {
            self.clock += self.rng.between(1.0, 6.0);
            self.push(copy, Hint::None);
        }
    }

    /// A human takes over, or nobody comes.
    pub fn handover(&mut self) {
        self.bot("handover");
        self.by_rule();
        self.act("action_human_handoff");
        let team = json_text(&self.domain.team);
        self.slot("handoff_to", &team, None);
        self.clock += 20.0;
        self.push(
            Event {
                text: Some("pause".into()),
                ..of(EventKind::Handover)
            },
            Hint::None,
        );
        if self.pack.say.contains_key("waiting") && self.rng.chance(13.0) {
            self.human = Some(String::new());
            for _ in 0..1 + self.rng.below(3) {
                self.clock += self.rng.between(3.0, 13.0) * 60_000.0;
                let spoken = self.speak("waiting");
                self.say(spoken, None, None);
            }
            self.mood -= 3;
            self.over = true;
            return;
        }
        let at = self.rng.below(self.domain.agents.len());
        let name = self.domain.agents.get(at).cloned().unwrap_or_default();
        let written = self.pack.agents.get(at).unwrap_or(&name).clone();
        self.who.kept.insert("agent".to_owned(), written);
        self.human = Some(name.clone());
        self.agent = Some(name);
        self.clock += self.rng.between(0.3, 5.5) * 60_000.0;
        self.agent_says("hello");
    }

    /// A template spoken by a human agent, after the time they take.
    pub fn agent_text(&mut self, set: &str) -> String {
        let template = self.template("agent", set);
        let text = self.value(&template);
        let letters = text.chars().count() as f64;
        self.clock += self.rng.between(4_000.0, 35_000.0) + letters * self.rng.between(60.0, 150.0);
        self.reading += letters as usize;
        text
    }

    /// The human says something.
    pub fn agent_says(&mut self, set: &str) {
        let text = self.agent_text(set);
        self.push(
            Event {
                text: Some(text.into()),
                ..of(EventKind::Agent)
            },
            Hint::None,
        );
    }

    /// The human leaves and the assistant is back.
    pub fn resume(&mut self) {
        if self.human.take().is_some() {
            self.clock += self.rng.between(2_000.0, 60_000.0);
            self.push(
                Event {
                    text: Some("resume".into()),
                    ..of(EventKind::System)
                },
                Hint::None,
            );
            self.mood += 1;
        }
    }

    /// Over to a human, because nothing else helped.
    pub fn escalate(&mut self) {
        self.handover();
        if !self.over {
            self.part("agent-talk");
        }
        self.over = true;
    }

    /// The user types `/restart`.
    pub fn restart(&mut self) {
        self.listen();
        self.clock += self.rng.between(2_000.0, 9_000.0);
        let event = Event {
            text: Some("/restart".into()),
            payload: Some("/restart".into()),
            intent: Some(nlu::certain("restart")),
            ..of(EventKind::User)
        };
        self.push(event, Hint::None);
        self.by_rule();
        self.act("action_restart");
        self.push(
            Event {
                text: Some("restart".into()),
                ..of(EventKind::Restart)
            },
            Hint::None,
        );
        self.bot("restarted");
        self.listen();
    }

    /// True if the slot has a value by now.
    pub fn filled(&self, slot: &str) -> bool {
        let slots = self
            .drafts
            .iter()
            .rev()
            .filter_map(|d| d.event.slot.as_ref());
        let last = slots.into_iter().find(|s| s.name.for_search() == slot);
        last.is_some_and(|s| s.value.for_search() != "null")
    }

    /// How well a message of this intent is understood.
    pub fn grasp(&mut self) -> Grasp {
        if self.rng.chance(12.0) {
            Grasp::Low
        } else {
            Grasp::Sure
        }
    }
}
