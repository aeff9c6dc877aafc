//! The month: which assistant, which language, who, why; then each conversation played and placed in time.

use std::collections::{BTreeMap, BTreeSet};

use super::assets::{Pack, Scenario, World};
use super::calendar;
use super::persona::Persona;
use super::play::{Draft, Play};
use super::random::Rng;
use super::raw::{self, Header};
use super::script;
use super::speak::{Decks, Voice, json_text};
use crate::model::{Attributes, Confidence, ConversationKey, EventKind, Imported, Millis};

/// How many conversations there are.
pub(super) const COUNT: usize = 480;

/// What is kept from conversation to conversation.
struct Cast {
    people: Vec<(usize, Persona)>,
    ids: BTreeSet<String>,
    decks: Decks,
    /// Scenarios still to come, by world and language.
    hands: BTreeMap<(usize, usize), Vec<usize>>,
    rng: Rng,
}

/// All conversations, oldest first.
pub(super) fn month(worlds: &[World], now: Millis) -> Vec<Imported> {
    let ages = calendar::ages(COUNT, now);
    let mut cast = Cast {
        people: Vec::new(),
        ids: BTreeSet::new(),
        decks: Decks::default(),
        hands: BTreeMap::new(),
        rng: Rng::of("cast", 0),
    };
    let mut all: Vec<Imported> = ages
        .iter()
        .enumerate()
        .map(|(place, age)| conversation(worlds, &mut cast, place, Millis(now.0 - age)))
        .collect();
    all.sort_by_key(|c| c.key.time);
    all
}

fn conversation(worlds: &[World], cast: &mut Cast, place: usize, end: Millis) -> Imported {
    let at = cast.rng.weighted(worlds.iter().map(|w| w.domain.share));
    let world = &worlds[at];
    let (number, again) = cast.somebody(world, at, place);
    let scenario = cast.scenario(world, at, number, again);
    let domain = &world.domain;
    let who = &mut cast.people[number].1;
    let pack = &world.packs[who.pack];
    let channel = &domain.channels[who.channel];
    let part = (place * 100 / COUNT) as u32;
    let version = domain
        .versions
        .iter()
        .find(|v| part < v.until)
        .unwrap_or(&domain.versions[0]);
    let rng = Rng::of("conversation", place as u64);
    let weekday = calendar::weekday(end.0);
    let mut play = Play::new(
        (domain, pack, version, channel),
        who,
        &mut cast.decks,
        rng,
        weekday,
    );
    play.open();
    play.run(&scenario.script);
    play.listen();
    let (mut drafts, mood, mut rng) = (play.drafts, play.mood, play.rng);
    let (agent, spoke) = (play.agent, play.spoke);
    who.last = place;
    who.sessions += 1;
    scenario.name.clone_into(&mut who.scenario);

    let last = drafts
        .iter()
        .filter_map(|d| d.event.at)
        .max()
        .unwrap_or_default();
    let shift = end.0 - last.0;
    for draft in &mut drafts {
        draft.event.at = draft.event.at.map(|t| Millis(t.0 + shift));
    }
    let header = Header {
        sender: &who.id,
        model: &version.name,
        assistant: &domain.source,
        channel: &channel.name,
    };
    for draft in &mut drafts {
        let record = raw::record(&draft.event, &draft.hint, &header, &mut rng);
        draft.event.raw = Some(record.into());
    }
    let mut attributes = Attributes {
        channel: Some(channel.name.as_str().into()),
        user_id: Some(who.id.as_str().into()),
        user_name: who.known.then(|| who.name.as_str().into()),
        language: rng.chance(97.0).then(|| pack.language.as_str().into()),
        location: who.city.as_deref().map(Into::into),
        device: rng.chance(90.0).then(|| who.device.as_str().into()),
        version: Some(version.name.as_str().into()),
        environment: Some(
            if rng.chance(96.0) {
                "production"
            } else {
                "staging"
            }
            .into(),
        ),
        agent: agent.as_deref().map(Into::into),
        threshold: Some(Confidence(domain.threshold)),
        ..Attributes::default()
    };
    for (name, values) in &domain.metadata {
        if rng.chance(72.0)
            && let Some(value) = rng.pick(values)
        {
            attributes
                .metadata
                .push((name.as_str().into(), json(value).into()));
        }
    }
    if domain.annotated && spoke {
        attributes.escalated = Some(drafts.iter().any(|d| d.event.kind == EventKind::Handover));
        attributes.topics = scenario.topic.iter().map(|t| t.as_str().into()).collect();
        let sentiment = match mood {
            2.. => "positive",
            0..=1 => "neutral",
            _ => "negative",
        };
        attributes.sentiment = Some(sentiment.into());
        if let Some(summary) = &scenario.summary {
            let voice = Voice {
                domain,
                pack,
                weekday,
            };
            attributes.summary = Some(voice.written(summary, who, &mut rng).into());
        }
    }
    if spoke {
        rate(&mut attributes, mood, pack, (world, weekday), who, &mut rng);
    }
    let marker = drafts.iter().find(|d| d.event.kind == EventKind::Session);
    let time = marker.and_then(|d| d.event.at).unwrap_or(end);
    Imported {
        key: ConversationKey {
            source: domain.source.as_str().into(),
            native: who.id.as_str().into(),
            time,
        },
        external_id: None,
        attributes,
        events: drafts.into_iter().map(|d: Draft| d.event).collect(),
        reviews: Vec::new(),
    }
}

/// Stars by how it went, and by some a word with them.
fn rate(
    attributes: &mut Attributes,
    mood: i32,
    pack: &Pack,
    (world, weekday): (&World, usize),
    who: &mut Persona,
    rng: &mut Rng,
) {
    if !rng.chance(if mood < -1 { 46.0 } else { 33.0 }) {
        return;
    }
    let stars: &[u8] = match mood {
        3.. => &[5, 5, 5, 5, 4],
        2 => &[5, 5, 4, 4, 3],
        1 => &[5, 4, 4, 3],
        0 => &[4, 4, 3, 3, 5, 2],
        -1 => &[3, 2, 4, 2, 1],
        -2 => &[1, 2, 2, 3],
        _ => &[1, 1, 1, 2],
    };
    let stars = rng.pick(stars).copied().unwrap_or(3);
    attributes.rating = Some(stars);
    let (comments, often) = match stars {
        4.. => (&pack.comments.good, 22.0),
        3 => (&pack.comments.fair, 34.0),
        _ => (&pack.comments.bad, 56.0),
    };
    if rng.chance(often)
        && let Some(comment) = rng.pick(comments)
    {
        let voice = Voice {
            domain: &world.domain,
            pack,
            weekday,
        };
        attributes.rating_comment = Some(voice.typed(comment, who, rng).text.into());
    }
}

fn json(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => json_text(text),
        other => other.to_string(),
    }
}

impl Cast {
    /// Somebody new, or one who has been here before, not too recently.
    fn somebody(&mut self, world: &World, at: usize, place: usize) -> (usize, bool) {
        if self.rng.chance(21.0) {
            let dense = place > COUNT * 3 / 4;
            let gap = if dense { 42 } else { 11 };
            let back: Vec<usize> = (0..self.people.len())
                .filter(|p| {
                    let (home, who) = &self.people[*p];
                    let since = place - who.last;
                    *home == at && since >= gap && since < 130 && who.sessions < 5
                })
                .collect();
            // Those who came twice come a third time: a few regulars rather than many pairs.
            let regulars: Vec<usize> = back
                .iter()
                .copied()
                .filter(|p| self.people[*p].1.sessions > 1)
                .collect();
            let from = if self.rng.chance(40.0) && !regulars.is_empty() {
                &regulars
            } else {
                &back
            };
            if let Some(number) = self.rng.pick(from) {
                return (*number, true);
            }
        }
        let languages: Vec<u32> = world
            .packs
            .iter()
            .map(|p| {
                world
                    .domain
                    .languages
                    .get(&p.language)
                    .copied()
                    .unwrap_or(0)
            })
            .collect();
        let pack = self.rng.weighted(languages.into_iter());
        let channels = &world.domain.channels;
        let channel = self.rng.weighted(channels.iter().map(|c| c.weight));
        let (of, on) = ((pack, &world.packs[pack]), (channel, &channels[channel]));
        let mut who = Persona::new(of, on, &mut self.decks, &mut self.rng);
        // The ranges of numbers that belong to nobody are small: not the same one twice, if it can be.
        for _ in 0..50 {
            if self.ids.insert(who.id.clone()) {
                break;
            }
            who = Persona::new(of, on, &mut self.decks, &mut self.rng);
        }
        self.people.push((at, who));
        (self.people.len() - 1, false)
    }

    /// The next scenario: for somebody who is back rather what follows from the last time, else from a
    /// shuffled hand, so that rare ones come and none comes in rows.
    fn scenario<'a>(
        &mut self,
        world: &'a World,
        at: usize,
        number: usize,
        back: bool,
    ) -> &'a Scenario {
        let all = &world.domain.scenarios;
        let who = &self.people[number].1;
        let pack = who.pack;
        if back && self.rng.chance(80.0) {
            let next: Vec<usize> = able(world, pack, |s| s.after.contains(&who.scenario));
            if let Some(next) = self.rng.pick(&next) {
                return &all[*next];
            }
        }
        let hand = self.hands.entry((at, pack)).or_default();
        if hand.is_empty() {
            *hand = able(world, pack, |s| s.after.is_empty());
            self.rng.shuffle(hand);
        }
        &all[hand.pop().unwrap_or(0)]
    }
}

/// Every scenario of a kind that can be played in this language, as often as it weighs.
fn able(world: &World, pack: usize, kind: impl Fn(&Scenario) -> bool) -> Vec<usize> {
    let pack = &world.packs[pack];
    let able = world
        .domain
        .scenarios
        .iter()
        .enumerate()
        .filter(|(_, s)| kind(s) && script::missing(&s.script, &world.domain, pack).is_empty());
    able.flat_map(|(at, s)| std::iter::repeat_n(at, s.weight as usize))
        .collect()
}
