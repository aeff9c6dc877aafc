//! Forms and flows: question after question, and the ways they go wrong.

use super::assets::{Form, Step};
use super::nlu::{self, Grasp};
use super::play::{Play, of};
use super::raw::Hint;
use super::script::Course;
use super::speak::json_text;
use crate::model::{Event, EventKind, FlowState, FlowStep};

/// A form that is being filled in.
struct Filling<'a> {
    name: &'a str,
    form: &'a Form,
    /// The step at which it goes its special way.
    at: usize,
    course: Course,
}

impl Play<'_> {
    /// Fills in a form (or runs a flow).
    pub fn form(&mut self, name: &str, course: Course) {
        let domain = self.domain;
        let Some(form) = domain.forms.get(name) else {
            return;
        };
        let course = self.course(form, course);
        let at = match course {
            Course::Wrong => {
                let wrong = |s: &Step| s.bad.is_some() && s.reject.is_some();
                form.steps.iter().position(wrong).unwrap_or(0)
            }
            // Only what was said can be put right.
            Course::Correct => {
                let slot = form.correct.as_ref().map(|c| &c.slot);
                let said = form.steps.iter().position(|s| Some(&s.slot) == slot);
                let from = said.map_or(1, |s| s + 1);
                from + self.rng.below(form.steps.len().saturating_sub(from))
            }
            // People rather leave late, when it gets tedious.
            Course::Drop | Course::Cancel => {
                let draw = self.rng.unit().max(self.rng.unit());
                (draw * form.steps.len() as f64) as usize
            }
            _ => self.rng.below(form.steps.len()),
        };
        let filling = Filling {
            name,
            form,
            at,
            course,
        };
        self.start(name);
        for place in 0..form.steps.len() {
            if self.over || !self.step(&filling, place) {
                return;
            }
        }
        self.finish(&filling);
    }

    fn course(&mut self, form: &Form, course: Course) -> Course {
        if course != Course::Any {
            return course;
        }
        let drawn = match self.rng.below(100) {
            0..=13 => Course::Wrong,
            14..=24 => Course::Stray,
            25..=33 => Course::Correct,
            34..=47 => Course::Drop,
            48..=55 => Course::Cancel,
            _ => Course::Smooth,
        };
        match drawn {
            Course::Wrong if !form.steps.iter().any(|s| s.bad.is_some()) => Course::Smooth,
            Course::Stray if form.strays.is_empty() => Course::Smooth,
            Course::Correct if form.correct.is_none() || form.steps.len() < 2 => Course::Smooth,
            other => other,
        }
    }

    fn start(&mut self, name: &str) {
        self.by_rule();
        if !self.domain.calm {
            self.act(name);
        }
        self.flow_event(step_of(name, None, FlowState::Started), None);
    }

    /// A flow event with the record that the source writes for it.
    pub fn flow_event(&mut self, flow: FlowStep, next: Option<&str>) {
        let name = json_text(flow.name.for_search());
        let step = flow
            .step
            .as_ref()
            .map_or("null".to_owned(), |s| json_text(s.for_search()));
        let hint = match (self.domain.calm, flow.state) {
            (true, FlowState::Started) => Hint::As("flow_started", vec![("flow_id", name)]),
            (true, FlowState::Step) => {
                let frame = self.rng.hex(8).to_uppercase();
                let patch = format!(
                    "[{{\"op\": \"replace\", \"path\": \"/0/step_id\", \"value\": {step}}}, \
                     {{\"op\": \"add\", \"path\": \"/1\", \"value\": {{\"frame_id\": \"{frame}\", \
                     \"flow_id\": \"pattern_collect_information\", \"step_id\": \"START\", \
                     \"collect\": {step}, \"type\": \"pattern_collect_information\"}}}}]"
                );
                Hint::As("stack", vec![("update", json_text(&patch))])
            }
            (true, state) => {
                let event = match state {
                    FlowState::Cancelled => "flow_cancelled",
                    FlowState::Interrupted => "flow_interrupted",
                    FlowState::Resumed => "flow_resumed",
                    _ => "flow_completed",
                };
                Hint::As(event, vec![("flow_id", name), ("step_id", step)])
            }
            (false, FlowState::Completed | FlowState::Cancelled) => {
                Hint::As("active_loop", vec![("name", "null".to_owned())])
            }
            (false, FlowState::Interrupted) => Hint::As(
                "action_execution_rejected",
                vec![
                    ("name", name),
                    ("policy", json_text("RulePolicy")),
                    ("confidence", "1.0".to_owned()),
                ],
            ),
            (false, _) => Hint::As("active_loop", vec![("name", name)]),
        };
        self.clock += self.rng.between(1.0, 9.0);
        self.push(
            Event {
                flow: Some(flow),
                ..of(EventKind::Flow)
            },
            hint,
        );
        if let Some(next) = next {
            self.bot(next);
        }
    }

    fn ask(&mut self, filling: &Filling<'_>, step: &Step) {
        let flow = step_of(filling.name, Some(&step.slot), FlowState::Step);
        if self.domain.calm {
            self.flow_event(flow, None);
            let action = format!("utter_ask_{}", step.slot);
            self.act(&action);
            self.utter(&step.ask, action);
        } else {
            self.clock += self.rng.between(1.0, 9.0);
            self.slot("requested_slot", &json_text(&step.slot), Some(flow));
            self.utter(
                &step.ask,
                format!("utter_ask_{}_{}", filling.name, step.slot),
            );
        }
    }

    /// One question until its answer; false where the form ends here.
    fn step(&mut self, filling: &Filling<'_>, place: usize) -> bool {
        let step = &filling.form.steps[place];
        // What was said before is not asked again.
        if self.filled(&step.slot) {
            return true;
        }
        self.ask(filling, step);
        if filling.at == place {
            match filling.course {
                Course::Drop => {
                    if self.rng.chance(30.0) && self.pack.bot.contains_key("still-there") {
                        self.listen();
                        self.clock += self.rng.between(5.0, 12.0) * 60_000.0;
                        self.bot("still-there");
                    }
                    self.over = true;
                    self.mood -= 1;
                    return false;
                }
                Course::Cancel => {
                    self.cancel(filling, step);
                    return false;
                }
                Course::Wrong => self.refused(filling, step),
                Course::Stray => self.stray(filling, step),
                Course::Correct => self.corrected(filling, step),
                _ => {}
            }
        }
        if self.over {
            return false;
        }
        self.answer(filling, step);
        true
    }

    /// The answer, typed or clicked, and its slot.
    fn answer(&mut self, filling: &Filling<'_>, step: &Step) {
        if self.rng.chance(step.click) && self.click(None) {
            self.back_in(filling);
            if !self.filled(&step.slot) {
                self.slot(&step.slot, step.value.as_deref().unwrap_or("true"), None);
            }
            return;
        }
        let spoken = self.speak(&step.say);
        let text = spoken.text.clone();
        let filled = spoken
            .entities
            .iter()
            .any(|e| e.name.for_search() == step.slot);
        let (slot, value) = match &step.value {
            Some(template) => (step.slot.clone(), self.value(template)),
            None => (step.slot.clone(), text),
        };
        let json = match value.as_str() {
            "true" | "false" => value.clone(),
            other => json_text(other),
        };
        let intent = nlu::intent_of(&step.say);
        // A form takes what the classifier did not understand.
        let lost = self.version.fallback * 0.9 + 3.0;
        let grasp = if !self.domain.calm && self.rng.chance(lost) {
            Grasp::Lost
        } else {
            self.grasp()
        };
        let prediction = nlu::predict(self.domain, intent, grasp, &mut self.rng);
        let commands = self.domain.calm.then(|| {
            format!(
                r#"[{{"command": "set slot", "name": {}, "value": {json}, "extractor": "LLM"}}]"#,
                json_text(&slot)
            )
        });
        self.say(spoken, Some(prediction), commands);
        self.back_in(filling);
        if !filled {
            self.clock += self.rng.between(2.0, 20.0);
            self.slot(&slot, &json, None);
        }
    }

    /// The form's own action, which takes every answer.
    fn back_in(&mut self, filling: &Filling<'_>) {
        self.by_rule();
        if !self.domain.calm {
            self.act(filling.name);
        }
    }

    /// An answer that is refused, and the question again.
    fn refused(&mut self, filling: &Filling<'_>, step: &Step) {
        let (Some(bad), Some(reject)) = (&step.bad, &step.reject) else {
            return;
        };
        for again in 0..2 {
            let spoken = self.speak(bad);
            let grasp = if self.domain.calm {
                Grasp::Low
            } else {
                Grasp::Lost
            };
            let prediction = nlu::predict(self.domain, nlu::intent_of(bad), grasp, &mut self.rng);
            self.say(spoken, Some(prediction), None);
            self.back_in(filling);
            self.slot(&step.slot, "null", None);
            self.utter(reject, format!("utter_invalid_{}", step.slot));
            self.ask(filling, step);
            self.mood -= 1;
            if again == 0 && !self.rng.chance(28.0) {
                return;
            }
        }
        if self.rng.chance(50.0) {
            self.over = true;
        }
    }

    /// A question in between; the form goes on after it.
    fn stray(&mut self, filling: &Filling<'_>, step: &Step) {
        let Some(set) = self.rng.pick(&filling.form.strays).cloned() else {
            return;
        };
        let spoken = self.speak(&set);
        let grasp = self.grasp();
        let intent = nlu::intent_of(&set).to_owned();
        let prediction = nlu::predict(self.domain, &intent, grasp, &mut self.rng);
        let commands = self
            .domain
            .calm
            .then(|| r#"[{"command": "knowledge"}]"#.to_owned());
        self.say(spoken, Some(prediction), commands);
        self.flow_event(
            step_of(filling.name, Some(&step.slot), FlowState::Interrupted),
            None,
        );
        self.bot(&format!("about-{intent}"));
        if self.domain.calm {
            self.flow_event(
                step_of(filling.name, Some(&step.slot), FlowState::Resumed),
                None,
            );
        } else {
            self.act(filling.name);
        }
        self.ask(filling, step);
    }

    /// An earlier answer is put right.
    fn corrected(&mut self, filling: &Filling<'_>, step: &Step) {
        let Some(correct) = &filling.form.correct else {
            return;
        };
        let spoken = self.speak(&correct.say);
        let filled = spoken
            .entities
            .iter()
            .any(|e| e.name.for_search() == correct.slot);
        let value = json_text(&self.value(&correct.value));
        let grasp = self.grasp();
        let intent = nlu::intent_of(&correct.say);
        let prediction = nlu::predict(self.domain, intent, grasp, &mut self.rng);
        let commands = self.domain.calm.then(|| {
            let slot = json_text(&correct.slot);
            format!(r#"[{{"command": "correct slot", "corrected_slots": [{{"name": {slot}, "value": {value}}}]}}]"#)
        });
        self.say(spoken, Some(prediction), commands);
        if !filled {
            self.slot(&correct.slot, &value, None);
        }
        self.by_rule();
        self.bot(&correct.bot);
        self.back_in(filling);
        self.ask(filling, step);
    }

    fn cancel(&mut self, filling: &Filling<'_>, step: &Step) {
        let spoken = self.speak("stop");
        let grasp = self.grasp();
        let prediction = nlu::predict(self.domain, "stop", grasp, &mut self.rng);
        let commands = self
            .domain
            .calm
            .then(|| r#"[{"command": "cancel flow"}]"#.to_owned());
        self.say(spoken, Some(prediction), commands);
        self.by_rule();
        if !self.domain.calm {
            self.act("action_deactivate_loop");
        }
        self.flow_event(
            step_of(filling.name, Some(&step.slot), FlowState::Cancelled),
            None,
        );
        if !self.domain.calm {
            self.slot("requested_slot", "null", None);
        }
        self.bot(&filling.form.cancelled);
        self.mood -= 1;
        if self.rng.chance(45.0) {
            self.part("after-cancel");
        }
        self.over = true;
    }

    fn finish(&mut self, filling: &Filling<'_>) {
        let last = filling.form.steps.last().map(|s| s.slot.as_str());
        self.by_rule();
        if self.domain.calm {
            if let Some(submit) = &filling.form.submit {
                self.act(submit);
            }
            self.bot(&filling.form.done);
            self.flow_event(step_of(filling.name, last, FlowState::Completed), None);
        } else {
            self.slot("requested_slot", "null", None);
            self.flow_event(step_of(filling.name, None, FlowState::Completed), None);
            if let Some(submit) = &filling.form.submit {
                self.act(submit);
            }
            self.bot(&filling.form.done);
        }
        self.mood += 2;
    }
}

fn step_of(name: &str, step: Option<&str>, state: FlowState) -> FlowStep {
    FlowStep {
        name: name.into(),
        step: step.map(Into::into),
        state,
    }
}
