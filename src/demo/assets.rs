//! The embedded texts as types: domains (what an assistant can do) and packs (how it is said in a language).
//!
//! A slip of the pen in an asset is an error here, found by a test, and never at a user's first start.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::script::Script;

/// An assistant: what it understands, its forms and what happens in its conversations.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Domain {
    /// Name of the source and id of the assistant.
    pub source: String,
    /// Flows of an LLM-driven assistant instead of forms.
    #[serde(default)]
    pub calm: bool,
    /// Below this a message is not understood: what its fallback classifier is set to, or, with flows, what
    /// the source says outside the events.
    pub threshold: f64,
    /// How many of 100 conversations are its.
    pub share: u32,
    /// Packs with weights.
    pub languages: BTreeMap<String, u32>,
    pub channels: Vec<Channel>,
    /// Oldest first.
    pub versions: Vec<Version>,
    pub intents: Vec<String>,
    /// What an intent is taken for when it goes wrong.
    pub confused: BTreeMap<String, Vec<String>>,
    /// What people are after with an intent: `track` is about the `delivery`. A set with that name added
    /// (`inform-story-delivery`) goes before the plain one.
    pub groups: BTreeMap<String, String>,
    /// Placeholders of texts that are entities.
    pub entities: BTreeMap<String, String>,
    #[serde(default)]
    pub buttons: BTreeMap<String, Vec<ButtonDef>>,
    pub forms: BTreeMap<String, Form>,
    #[serde(default)]
    pub parts: BTreeMap<String, Vec<Script>>,
    pub scenarios: Vec<Scenario>,
    /// Metadata: name and possible values (JSON).
    #[serde(default)]
    pub metadata: BTreeMap<String, Vec<toml::Value>>,
    /// True where the source brings topics and sentiment.
    #[serde(default)]
    pub annotated: bool,
    /// Names of the human agents.
    pub agents: Vec<String>,
    /// What humans are called as a team.
    pub team: String,
}

/// Where people talk to it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Channel {
    pub name: String,
    pub weight: u32,
    pub devices: Vec<String>,
    /// How its users are called: `visitor`, `name`, `hex`, `phone`.
    pub ids: Vec<String>,
    /// People speak: no punctuation, no emoji.
    #[serde(default)]
    pub voice: bool,
    /// How long people take to answer, against a chat window.
    #[serde(default = "one")]
    pub pace: f64,
}

fn one() -> f64 {
    1.0
}

/// A version of the assistant.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Version {
    pub name: String,
    /// Up to which part of the month it served, of 100.
    pub until: u32,
    /// Percent of messages that it does not understand.
    pub fallback: f64,
    /// Percent that it takes for something else.
    pub wrong: f64,
}

/// What a button sends.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ButtonDef {
    pub intent: String,
    pub slot: Option<String>,
    pub value: Option<String>,
}

/// A form or flow: questions in order.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Form {
    pub steps: Vec<Step>,
    /// The action that does the work at the end.
    pub submit: Option<String>,
    /// Answer after it.
    pub done: String,
    /// Answer when it was given up.
    pub cancelled: String,
    /// What people ask in between; answered by `about-…` of the intent.
    #[serde(default)]
    pub strays: Vec<String>,
    /// What people put right afterwards.
    pub correct: Option<Correct>,
}

/// One question.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Step {
    pub slot: String,
    /// What the assistant asks.
    pub ask: String,
    /// What the user answers.
    pub say: String,
    /// The value as a template; without it the whole text.
    pub value: Option<String>,
    /// An answer that is refused, and how.
    pub bad: Option<String>,
    pub reject: Option<String>,
    /// Percent who click instead of typing.
    #[serde(default)]
    pub click: f64,
}

/// A correction of an earlier answer.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Correct {
    pub slot: String,
    pub say: String,
    pub value: String,
    pub bot: String,
}

/// One kind of conversation.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Scenario {
    pub name: String,
    #[serde(default = "unit")]
    pub weight: u32,
    /// Only for people whose last session was one of these.
    #[serde(default)]
    pub after: Vec<String>,
    pub topic: Option<String>,
    /// A summary as the source might bring it.
    pub summary: Option<String>,
    pub script: Script,
}

fn unit() -> u32 {
    1
}

/// How it is said in one language.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pack {
    pub language: String,
    /// Given and family names; `ليلى=layla` where the script is not Latin.
    pub given: Vec<String>,
    pub family: Vec<String>,
    /// Order of the names: family first.
    #[serde(default)]
    pub family_first: bool,
    pub cities: Vec<String>,
    /// The names of the human agents, in the order of the domain, where they are written otherwise.
    #[serde(default)]
    pub agents: Vec<String>,
    /// Monday first.
    pub weekdays: Vec<String>,
    /// Telephone numbers, `#` is a digit.
    pub phones: Vec<String>,
    pub words: BTreeMap<String, Vec<String>>,
    pub say: BTreeMap<String, Vec<String>>,
    pub bot: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    pub agent: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    pub titles: BTreeMap<String, Vec<String>>,
    pub comments: Comments,
    #[serde(default)]
    pub emoji: Vec<String>,
    /// Put before or after a first message by some.
    #[serde(default)]
    pub before: Vec<String>,
    #[serde(default)]
    pub after: Vec<String>,
}

/// What people write with a rating.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Comments {
    pub good: Vec<String>,
    pub fair: Vec<String>,
    pub bad: Vec<String>,
}

/// What reviewers have left behind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Desk {
    pub tags: Vec<TagDef>,
    pub notes_fallback: Vec<String>,
    pub notes_agent: Vec<String>,
    pub notes_whole: Vec<String>,
}

/// A tag of the vocabulary.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TagDef {
    pub name: String,
    pub description: String,
    pub key: char,
}

/// A domain with its packs.
#[derive(Debug)]
pub(super) struct World {
    pub domain: Domain,
    pub packs: Vec<Pack>,
}

macro_rules! embedded {
    ($($name:literal),* $(,)?) => { &[$(($name, include_str!(concat!("../../assets/demo/", $name)))),*] };
}

/// Every embedded file by name.
pub(super) const FILES: &[(&str, &str)] = embedded![
    "shop.toml",
    "shop.en.toml",
    "shop.es.toml",
    "mobile.toml",
    "mobile.en.toml",
    "mobile.ar.toml",
    "clinic.toml",
    "clinic.en.toml",
    "clinic.ja.toml",
    "desk.toml",
];

/// Reads one embedded file; the error names it.
pub(super) fn read<T: serde::de::DeserializeOwned>(name: &str) -> Result<T, String> {
    let text = FILES.iter().find(|f| f.0 == name).map_or("", |f| f.1);
    toml::from_str(text).map_err(|e| format!("{name}: {e}"))
}

/// The three assistants with their languages, English first.
pub(super) fn worlds() -> Result<Vec<World>, String> {
    [
        ["shop", "en", "es"],
        ["mobile", "en", "ar"],
        ["clinic", "en", "ja"],
    ]
    .iter()
    .map(|[name, languages @ ..]| {
        let packs = languages
            .iter()
            .map(|l| read(&format!("{name}.{l}.toml")))
            .collect::<Result<_, _>>()?;
        Ok(World {
            domain: read(&format!("{name}.toml"))?,
            packs,
        })
    })
    .collect()
}
