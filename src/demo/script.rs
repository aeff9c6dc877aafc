//! What happens in a conversation, as short lines: `40% user thanks`.

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer};

use super::assets::{Domain, Pack};

/// Lines of a script.
#[derive(Clone, Debug)]
pub(super) struct Script(pub Vec<Op>);

/// One line: how often it happens, and what.
#[derive(Clone, Debug)]
pub(super) struct Op {
    pub chance: f64,
    /// Only where the line before happened: `& bot sorry`.
    pub chained: bool,
    pub verb: Verb,
}

/// How a form goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Course {
    /// As it comes.
    Any,
    Smooth,
    /// An answer is refused first.
    Wrong,
    /// A question in between.
    Stray,
    /// An answer is put right later.
    Correct,
    /// Left without a word.
    Drop,
    /// Given up by a word.
    Cancel,
}

/// What a line does.
#[derive(Clone, Debug)]
pub(super) enum Verb {
    /// The user says something of a set; the intent is the set's name up to `-`.
    User(String),
    /// The user says something that is not understood, and hears so.
    Lost(String),
    /// The same with the two-stage fallback; the second set is what they say then.
    TwoStage(String, String),
    /// The assistant says something.
    Bot(String),
    /// An action without words.
    Act(String),
    /// A slot is set.
    Set(String, String),
    /// The user clicks a button of the last answer: this one, or any.
    Click(Option<usize>),
    /// A form is filled in.
    Form(String, Course),
    /// A human takes over.
    Handover,
    /// The human says something.
    Agent(String),
    /// The human leaves.
    Resume,
    /// Minutes pass.
    Wait(f64),
    /// One script of a part.
    Do(String),
    /// One script of a part, unless the slot is filled.
    Need(String, String),
    /// The user starts again.
    Restart,
    /// Everybody is happier or less so.
    Mood(i32),
    /// Nothing more happens.
    End,
}

impl<'de> Deserialize<'de> for Script {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        text.lines()
            .map(str::trim)
            .filter(|l| !l.is_empty())
            .map(|line| parse(line).ok_or_else(|| format!("cannot read the line: {line}")))
            .collect::<Result<_, _>>()
            .map(Self)
            .map_err(serde::de::Error::custom)
    }
}

fn parse(line: &str) -> Option<Op> {
    let mut words = line.split_whitespace().peekable();
    let chained = words.next_if_eq(&"&").is_some();
    let chance = match words.peek()?.strip_suffix('%') {
        Some(percent) => {
            words.next();
            percent.parse().ok()?
        }
        None => 100.0,
    };
    let verb = words.next()?;
    let rest: Vec<&str> = words.collect();
    let set = || (rest.len() == 1).then(|| rest[0].to_owned());
    let verb = match verb {
        "user" => Verb::User(set()?),
        "lost" => Verb::Lost(set()?),
        "twostage" if rest.len() == 2 => Verb::TwoStage(rest[0].into(), rest[1].into()),
        "bot" => Verb::Bot(set()?),
        "act" => Verb::Act(set()?),
        "set" => {
            let whole = rest.join(" ");
            let (name, value) = whole.split_once('=')?;
            Verb::Set(name.into(), value.into())
        }
        "click" if rest.is_empty() => Verb::Click(None),
        "click" => Verb::Click(Some(set()?.parse().ok()?)),
        "form" => Verb::Form(
            (*rest.first()?).to_owned(),
            match rest.get(1).copied() {
                None => Course::Any,
                Some("smooth") => Course::Smooth,
                Some("wrong") => Course::Wrong,
                Some("stray") => Course::Stray,
                Some("correct") => Course::Correct,
                Some("drop") => Course::Drop,
                Some("cancel") => Course::Cancel,
                Some(_) => return None,
            },
        ),
        "handover" if rest.is_empty() => Verb::Handover,
        "agent" => Verb::Agent(set()?),
        "resume" if rest.is_empty() => Verb::Resume,
        "wait" => Verb::Wait(set()?.parse().ok()?),
        "do" => Verb::Do(set()?),
        "need" if rest.len() == 2 => Verb::Need(rest[0].into(), rest[1].into()),
        "restart" if rest.is_empty() => Verb::Restart,
        "mood" => Verb::Mood(set()?.parse().ok()?),
        "end" if rest.is_empty() => Verb::End,
        _ => return None,
    };
    Some(Op {
        chance,
        chained,
        verb,
    })
}

/// What the machinery itself says, in every language.
const ALWAYS_SAID: [&str; 5] = ["thanks", "human", "deny-protest", "stop", "deny"];
const ALWAYS_ANSWERED: [&str; 6] = [
    "default",
    "rephrase",
    "handover",
    "did-you-mean",
    "welcome",
    "restarted",
];
const ALWAYS_AGENT: [&str; 2] = ["hello", "bye"];

/// Everything that a script needs and the pack does not have: `say thanks`, `bot greet`, …
pub(super) fn missing(script: &Script, domain: &Domain, pack: &Pack) -> BTreeSet<String> {
    let mut need = Need {
        domain,
        pack,
        missing: BTreeSet::new(),
        parts: BTreeSet::new(),
    };
    for set in ALWAYS_SAID {
        need.say(set);
    }
    for set in ALWAYS_ANSWERED {
        need.bot(set);
    }
    for set in ALWAYS_AGENT {
        need.agent(set);
    }
    need.script(script);
    need.missing
}

struct Need<'a> {
    domain: &'a Domain,
    pack: &'a Pack,
    missing: BTreeSet<String>,
    parts: BTreeSet<String>,
}

impl Need<'_> {
    fn check(&mut self, there: bool, what: &str, name: &str) {
        if !there {
            self.missing.insert(format!("{what} {name}"));
        }
    }

    fn say(&mut self, set: &str) {
        let there = self.pack.say.get(set).is_some_and(|s| !s.is_empty());
        self.check(there, "say", set);
        let intent = super::nlu::intent_of(set);
        if intent != "nlu_fallback" {
            self.check(
                self.domain.intents.iter().any(|i| i == intent),
                "intent",
                intent,
            );
            for other in self.domain.confused.get(intent).into_iter().flatten() {
                self.bot(&format!("about-{other}"));
            }
        }
    }

    fn bot(&mut self, set: &str) {
        let there = self.pack.bot.get(set).is_some_and(|s| !s.is_empty());
        self.check(there, "bot", set);
        if let Some(buttons) = self.domain.buttons.get(set) {
            let titles = self.pack.titles.get(set).map_or(0, Vec::len);
            self.check(titles == buttons.len(), "titles", set);
        }
    }

    fn agent(&mut self, set: &str) {
        let there = self.pack.agent.get(set).is_some_and(|s| !s.is_empty());
        self.check(there, "agent", set);
    }

    fn script(&mut self, script: &Script) {
        for op in &script.0 {
            match &op.verb {
                Verb::User(set) => self.say(set),
                Verb::Lost(set) => self.said_lost(set),
                Verb::TwoStage(set, again) => {
                    self.said_lost(set);
                    self.say(again);
                }
                Verb::Bot(set) => self.bot(set),
                Verb::Agent(set) => self.agent(set),
                Verb::Form(name, _) => self.form(name),
                Verb::Do(part) | Verb::Need(_, part) => self.part(part),
                _ => {}
            }
        }
    }

    fn part(&mut self, part: &str) {
        if !self.parts.insert(part.to_owned()) {
            return;
        }
        match self.domain.parts.get(part) {
            Some(scripts) => scripts.iter().for_each(|s| self.script(s)),
            None => self.check(false, "part", part),
        }
        if self.domain.parts.contains_key(&format!("{part}-bad")) {
            self.part(&format!("{part}-bad"));
        }
    }

    fn said_lost(&mut self, set: &str) {
        let there = self.pack.say.get(set).is_some_and(|s| !s.is_empty());
        self.check(there, "say", set);
    }

    fn form(&mut self, name: &str) {
        let Some(form) = self.domain.forms.get(name) else {
            return self.check(false, "form", name);
        };
        for step in &form.steps {
            self.bot(&step.ask);
            self.say(&step.say);
            if let Some(bad) = &step.bad {
                self.say(bad);
            }
            if let Some(reject) = &step.reject {
                self.bot(reject);
            }
        }
        self.bot(&form.done);
        self.bot(&form.cancelled);
        for stray in &form.strays {
            self.say(stray);
            self.bot(&format!("about-{}", super::nlu::intent_of(stray)));
        }
        if let Some(correct) = &form.correct {
            self.say(&correct.say);
            self.bot(&correct.bot);
        }
    }
}
