use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use super::*;
use crate::model::{Event, EventKind, Set, Status, event_keys};
use crate::text::Untrusted;

#[test]
fn every_scenario_plays_in_english_and_enough_in_the_other_languages() {
    let worlds = assets::worlds().unwrap_or_else(|e| panic!("{e}"));
    for world in &worlds {
        let source = &world.domain.source;
        for (place, pack) in world.packs.iter().enumerate() {
            let mut able = 0;
            let mut lacking = BTreeMap::new();
            for scenario in &world.domain.scenarios {
                let missing = script::missing(&scenario.script, &world.domain, pack);
                if missing.is_empty() {
                    able += 1;
                } else {
                    lacking.insert(scenario.name.clone(), missing);
                }
            }
            assert!(able >= 12, "{source} {}: {lacking:?}", pack.language);
            assert!(place > 0 || lacking.is_empty(), "{source}: {lacking:?}");
        }
    }
}

/// 20 November 2026, a Friday, 15:46 UTC.
const NOW: Millis = Millis(1_795_189_560_000);

fn all() -> &'static [Imported] {
    static ALL: OnceLock<Vec<Imported>> = OnceLock::new();
    ALL.get_or_init(|| conversations(NOW))
}

fn texts(conversation: &Imported) -> impl Iterator<Item = &str> {
    let comment = conversation.attributes.rating_comment.as_ref();
    let events = conversation.events.iter();
    let said = events.flat_map(|e| {
        let buttons = e.buttons.iter().map(|b| &b.title);
        e.text.iter().chain(buttons)
    });
    said.chain(comment).map(Untrusted::for_search)
}

fn of_kind(kind: EventKind) -> impl Iterator<Item = &'static Event> + Clone {
    all()
        .iter()
        .flat_map(|c| &c.events)
        .filter(move |e| e.kind == kind)
}

fn share(count: usize) -> f64 {
    count as f64 / all().len() as f64
}

#[test]
fn there_are_enough_in_four_languages_and_three_sources() {
    assert!(all().len() >= 400);
    let mut languages: BTreeMap<&str, usize> = BTreeMap::new();
    let mut sources: BTreeMap<&str, usize> = BTreeMap::new();
    for conversation in all() {
        let language = conversation.attributes.language.as_ref();
        *languages
            .entry(language.map_or("", Untrusted::for_search))
            .or_default() += 1;
        *sources
            .entry(conversation.key.source.for_search())
            .or_default() += 1;
    }
    assert!(
        ["es", "ar", "ja"].iter().all(|l| languages[l] >= 30),
        "{languages:?}"
    );
    assert!(languages["en"] * 2 > all().len(), "{languages:?}");
    assert!(
        sources.len() == 3 && sources.values().all(|n| *n > 80),
        "{sources:?}"
    );
    let has = |range: std::ops::RangeInclusive<char>| {
        all()
            .iter()
            .any(|c| texts(c).any(|t| t.chars().any(|c| range.contains(&c))))
    };
    assert!(has('ぁ'..='ん') && has('ء'..='ي'));
}

#[test]
fn the_same_every_time_and_moved_by_whole_weeks() {
    assert_eq!(all(), conversations(NOW));
    let week = 7 * 86_400_000;
    let later = conversations(Millis(NOW.0 + week));
    for (one, other) in all().iter().zip(&later) {
        assert_eq!(one.key.time.0 + week, other.key.time.0);
        assert_eq!(one.key.native, other.key.native);
        assert_eq!(one.attributes, other.attributes);
        assert!(texts(one).eq(texts(other)));
    }
    // At another hour it is the same month with another rhythm: nobody else comes.
    let night = conversations(Millis(NOW.0 + 11 * 3_600_000));
    let people = |all: &[Imported]| -> BTreeSet<Untrusted> {
        all.iter().map(|c| c.key.native.clone()).collect()
    };
    assert_eq!(people(all()), people(&night));
}

#[test]
fn nothing_of_the_machinery_shows_in_a_text() {
    for conversation in all() {
        for text in texts(conversation) {
            let odd = text.contains(['{', '}', '[', ']', '>', '#', '^']) && !text.starts_with('/');
            assert!(!odd || text.contains("##002#"), "{text}");
            assert!(
                !text.is_empty() && text.trim() == text && !text.contains("  "),
                "{text:?}"
            );
        }
    }
}

#[test]
fn every_address_and_number_belongs_to_nobody() {
    let mut addresses = 0;
    for word in all()
        .iter()
        .flat_map(texts)
        .flat_map(|t| t.split([' ', ',', ';', '、', '、']))
    {
        if let Some((_, host)) = word.split_once('@') {
            addresses += 1;
            let host: String = host
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric() || *c == '.')
                .collect();
            let host = host.trim_end_matches('.');
            let fine = ["example.com", "example.org", "example.net"];
            assert!(
                fine.iter()
                    .any(|f| host == *f || host.ends_with(&format!(".{f}"))),
                "{word}"
            );
        }
    }
    assert!(addresses > 40);
    for conversation in all() {
        let id = conversation.key.native.for_search();
        if let Some(number) = id.strip_prefix('+') {
            let reserved = number.starts_with('1') && &number[4..9] == "55501"
                || number.starts_with("447700900");
            assert!(reserved, "{id}");
        }
    }
}

#[test]
fn entities_stand_where_they_say() {
    let mut found = 0;
    for event in of_kind(EventKind::User) {
        let text: Vec<char> = event
            .text
            .as_ref()
            .map_or("", Untrusted::for_search)
            .chars()
            .collect();
        for entity in &event.entities {
            let Some((from, to)) = entity.span else {
                continue;
            };
            let said: String = text[from as usize..to as usize].iter().collect();
            assert_eq!(
                serde_json::Value::from(said).to_string(),
                entity.value.for_export()
            );
            found += 1;
        }
    }
    assert!(found > 300);
}

#[test]
fn first_messages_are_varied() {
    let mut firsts: BTreeMap<String, usize> = BTreeMap::new();
    for conversation in all() {
        let first = conversation
            .events
            .iter()
            .find(|e| e.kind == EventKind::User);
        if let Some(text) = first.and_then(|e| e.text.as_ref()) {
            *firsts.entry(text.for_search().to_lowercase()).or_default() += 1;
        }
    }
    let most = firsts.iter().max_by_key(|f| f.1);
    assert!(most.is_some_and(|m| *m.1 <= 6), "{most:?}");
    assert!(share(firsts.len()) > 0.8, "{}", firsts.len());
}

#[test]
fn times_run_forward_up_to_now() {
    let (mut fresh, mut early) = (0, 0);
    let mut sessions: BTreeMap<&ConversationKeyParts, Vec<(Millis, Millis)>> = BTreeMap::new();
    let parts: Vec<_> = all()
        .iter()
        .map(|c| (c.key.source.clone(), c.key.native.clone()))
        .collect();
    for (conversation, parts) in all().iter().zip(&parts) {
        let times: Vec<Millis> = conversation.events.iter().filter_map(|e| e.at).collect();
        assert_eq!(times.len(), conversation.events.len());
        // But for people who type while the assistant answers.
        let back = times.windows(2).filter(|w| w[0] > w[1]).count();
        assert!(back <= 1, "{back}");
        early += back;
        let (first, last) = (times[0], times[times.len() - 1]);
        assert!(last < NOW && NOW.0 - last.0 < 31 * 86_400_000);
        assert!(
            last.0 - first.0 < 6 * 3_600_000,
            "{}",
            conversation.key.native.for_search()
        );
        assert!(times.contains(&conversation.key.time));
        fresh += usize::from(NOW.0 - last.0 < 2 * 86_400_000);
        sessions.entry(parts).or_default().push((first, last));
    }
    assert!(all().iter().any(|c| {
        c.events
            .last()
            .and_then(|e| e.at)
            .is_some_and(|t| NOW.0 - t.0 < 300_000)
    }));
    assert!((3..60).contains(&early), "{early}");
    assert!((0.12..0.5).contains(&share(fresh)), "{fresh}");
    assert!(sessions.values().filter(|s| s.len() > 1).count() > 20);
    assert!(sessions.values().any(|s| s.len() > 2));
    for session in sessions.values_mut() {
        session.sort();
        assert!(
            session.windows(2).all(|w| w[0].1 < w[1].0),
            "sessions of one user overlap"
        );
    }
}

type ConversationKeyParts = (Untrusted, Untrusted);

#[test]
fn everything_the_model_knows_is_there() {
    for kind in [
        EventKind::User,
        EventKind::Bot,
        EventKind::Agent,
        EventKind::Action,
        EventKind::Slot,
        EventKind::Flow,
        EventKind::Session,
        EventKind::Handover,
        EventKind::Restart,
        EventKind::System,
    ] {
        assert!(of_kind(kind).count() >= 2, "{kind:?}");
    }
    let flows: BTreeSet<String> = all()
        .iter()
        .flat_map(|c| &c.events)
        .filter_map(|e| Some(format!("{:?}", e.flow.as_ref()?.state)))
        .collect();
    assert_eq!(flows.len(), 6, "{flows:?}");
    let steps = of_kind(EventKind::Slot).filter(|e| e.flow.is_some());
    assert!(steps.clone().count() > 100);
    assert!(steps.clone().all(|e| {
        e.slot
            .as_ref()
            .is_some_and(|s| s.name.for_search() == "requested_slot")
    }));
    let policies: BTreeSet<&str> = of_kind(EventKind::Action)
        .filter_map(|e| Some(e.action.as_ref()?.policy.as_ref()?.for_search()))
        .collect();
    assert!(
        ["RulePolicy", "MemoizationPolicy", "TEDPolicy", "FlowPolicy"]
            .iter()
            .all(|p| policies.contains(p))
    );
    assert!(
        of_kind(EventKind::System)
            .filter(|e| e.text.as_ref().is_some_and(|t| t.for_search() == "rewind"))
            .count()
            > 4
    );
    assert!(
        of_kind(EventKind::User)
            .filter(|e| e.payload.is_some())
            .count()
            > 60
    );
    assert!(of_kind(EventKind::Bot).any(|e| e.buttons.len() > 2));
    assert!(of_kind(EventKind::User).any(|e| e.intent.is_none()));
    let channels: BTreeSet<_> = all().iter().map(|c| c.attributes.channel.clone()).collect();
    let versions: BTreeSet<_> = all().iter().map(|c| c.attributes.version.clone()).collect();
    assert!(channels.len() >= 5 && versions.len() >= 7);
    let attributes = || all().iter().map(|c| &c.attributes);
    let rated = attributes().filter(|a| a.rating.is_some()).count();
    assert!((0.25..0.45).contains(&share(rated)), "{rated}");
    let stars: BTreeSet<_> = attributes().filter_map(|a| a.rating).collect();
    assert_eq!(stars.into_iter().collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    let comments = attributes().filter(|a| a.rating_comment.is_some()).count();
    assert!(
        (0.2..0.5).contains(&(comments as f64 / rated as f64)),
        "{comments} of {rated}"
    );
    assert!(attributes().any(|a| a.agent.is_some()) && attributes().any(|a| a.summary.is_some()));
    assert!(attributes().any(|a| !a.topics.is_empty() && a.sentiment.is_some()));
    assert!(attributes().any(|a| a.location.is_none()) && attributes().any(|a| a.device.is_none()));
    let lengths: Vec<usize> = all().iter().map(|c| c.events.len()).collect();
    assert!(lengths.iter().filter(|l| **l > 100).count() >= 3 && lengths.iter().any(|l| *l < 5));
    assert!(
        all()
            .iter()
            .any(|c| c.events.iter().all(|e| e.kind != EventKind::User))
    );
}

#[test]
fn predictions_are_believable() {
    let (mut sure, mut lost, mut typed) = (0, 0, 0);
    for event in of_kind(EventKind::User) {
        let Some(prediction) = &event.intent else {
            continue;
        };
        if event.payload.is_some() {
            assert_eq!(prediction.confidence.map(|c| c.0), Some(1.0));
            continue;
        }
        let real = prediction
            .ranking
            .iter()
            .filter(|r| r.name.for_search() != "nlu_fallback");
        let sum: f64 = real.clone().filter_map(|r| r.confidence).map(|c| c.0).sum();
        if prediction.ranking.len() > 1 {
            typed += 1;
            assert!(
                sum <= 1.0 && (4..=9).contains(&prediction.ranking.len()),
                "{sum}"
            );
            assert!(real.map(|r| r.confidence).is_sorted_by(|a, b| a >= b));
        }
        let effective = prediction.effective().map_or(0.0, |c| c.0);
        if prediction.is_fallback() {
            assert!(
                event.fallback
                    && prediction
                        .recorded_threshold()
                        .is_some_and(|t| effective < t.0)
            );
        }
        sure += usize::from(effective > 0.7);
        lost += usize::from(event.fallback);
    }
    let typed = f64::from(typed);
    assert!(
        (0.68..0.95).contains(&(sure as f64 / typed)),
        "{sure} of {typed}"
    );
    assert!(
        (0.05..0.25).contains(&(lost as f64 / typed)),
        "{lost} of {typed}"
    );
}

#[test]
fn every_record_agrees_with_its_event() {
    for conversation in all() {
        for event in &conversation.events {
            let raw = event.raw.as_ref().map_or("", Untrusted::for_export);
            let record: serde_json::Value =
                serde_json::from_str(raw).unwrap_or_else(|e| panic!("{e}: {raw}"));
            assert_eq!(record["sender_id"], conversation.key.native.for_search());
            let time = record["timestamp"].as_f64().and_then(Millis::from_seconds);
            assert_eq!(time, event.at, "{raw}");
            let version = conversation
                .attributes
                .version
                .as_ref()
                .map(Untrusted::for_search);
            assert_eq!(record["metadata"]["model_id"].as_str(), version);
            match event.kind {
                EventKind::User => {
                    let said = event
                        .payload
                        .as_ref()
                        .or(event.text.as_ref())
                        .map(Untrusted::for_search);
                    assert_eq!(record["text"].as_str(), said);
                    let name = event.intent.as_ref().and_then(|i| i.name.as_ref());
                    assert_eq!(
                        record["parse_data"]["intent"]["name"].as_str(),
                        name.map(Untrusted::for_search)
                    );
                }
                EventKind::Bot | EventKind::Agent => {
                    assert_eq!(
                        record["text"].as_str(),
                        event.text.as_ref().map(Untrusted::for_search)
                    );
                    let buttons = record["data"]["buttons"].as_array().map_or(0, Vec::len);
                    assert_eq!(buttons, event.buttons.len());
                }
                EventKind::Slot => {
                    let value = event.slot.as_ref().map_or("", |s| s.value.for_export());
                    let value: serde_json::Value = serde_json::from_str(value).unwrap();
                    assert_eq!(record["value"], value);
                }
                _ => assert!(record["event"].is_string()),
            }
        }
    }
}

#[test]
fn colleagues_have_been_here() {
    let decisions = reviews(all());
    let ids: BTreeMap<_, _> = all().iter().map(|c| (c.key.id(), c)).collect();
    assert_eq!(ids.len(), all().len());
    let (mut reviewed, mut saved, mut deleted, mut flags, mut notes, mut tags) = (0, 0, 0, 0, 0, 0);
    for edit in decisions.iter().flat_map(|d| &d.1.edits) {
        for target in &edit.targets {
            let conversation = ids[&target.conversation];
            if let Some(event) = target.event {
                assert_eq!(
                    event_keys(&conversation.events)[event.seq as usize],
                    event.key
                );
            }
        }
        match &edit.set {
            Set::Status(Status::Reviewed) => reviewed += 1,
            Set::Status(Status::Saved) => saved += 1,
            Set::Status(Status::Deleted) => deleted += 1,
            Set::Flag(_) => flags += 1,
            Set::Note { .. } => notes += 1,
            Set::TagInfo { .. } => tags += 1,
            _ => {}
        }
    }
    assert!((0.05..0.12).contains(&share(reviewed)), "{reviewed}");
    assert!(
        saved >= 3 && deleted == 2 && flags >= 5 && notes >= 4 && tags == 9,
        "{saved} {deleted} {flags} {notes} {tags}"
    );
    let who: BTreeSet<&str> = decisions.iter().map(|d| d.0.as_str()).collect();
    assert_eq!(who.into_iter().collect::<Vec<_>>(), ["lena", "tomas"]);
}
