//! What `show --json` writes, `import` reads without loss.

use crate::data;
use crate::world::World;

/// Every conversation as JSON, one a line, by id.
fn everything(world: &World) -> Vec<String> {
    let ids = world.stdout(&["list", "--csv", "--columns", "id", "--sort", "id"]);
    ids.lines()
        .skip(1)
        .map(|id| world.stdout(&["show", "--json", id]))
        .collect()
}

/// Imports what the world has into another one and compares all of it.
fn there_and_back(world: &World) {
    let all = everything(world);
    assert!(!all.is_empty());
    let other = World::empty();
    other.write("all.jsonl", all.concat());
    other.stdout(&["import", "--with-review", "all.jsonl"]);
    let back = everything(&other);
    assert_eq!(back.len(), all.len());
    for (back, sent) in back.iter().zip(&all) {
        assert_eq!(back, sent);
    }
    let again = other.stdout(&["import", "--with-review", "--json", "all.jsonl"]);
    let again: serde_json::Value = serde_json::from_str(&again).unwrap();
    assert_eq!(again["conversations"]["unchanged"], all.len());
    assert_eq!(other.stdout(&["doctor", "--deep"]), "the store is sound\n");
}

#[test]
fn conversations_and_reviews_come_back_as_they_were() {
    let mut world = World::new();
    for args in [
        &["mark", "reviewed", "negative", "bob"][..],
        &["mark", "saved", "carla"],
        &["tag", "add", "two words", "anna", "bob"],
        &["flag", "anna", "bob:3"],
        &["note", "anna", "of the whole"],
        &["note", "anna:7", "of an event"],
    ] {
        world.stdout(args);
    }
    world.reviewer("bo");
    world.now("2026-05-01T12:00:01Z");
    world.stdout(&["note", "anna:7", "another hand"]);
    world.stdout(&["mark", "positive", "carla#2"]);
    there_and_back(&world);
}

#[test]
fn without_reviews_only_the_conversations_come() {
    let world = World::new();
    world.stdout(&["mark", "reviewed", "negative", "bob"]);
    let other = World::empty();
    other.write("all.jsonl", everything(&world).concat());
    other.stdout(&["import", "all.jsonl"]);
    assert_eq!(other.stdout(&["count", "is:unread"]), "4\n");
}

#[test]
fn real_logs_come_back_as_they_were() {
    let Some(data) = data() else { return };
    for log in [
        "rasa-tracker-json/adorsys__all_trackers_array.json",
        "rasa-tracker-sqlite/casousavng__chatbot__rasa_tracker.db",
        "rasax-sqlite/RasaHQ__helpdesk-assistant__rasa.db",
    ] {
        let world = World::empty();
        let path = data.join(log);
        let done = world.output(&["import", path.to_str().unwrap()]);
        assert!(matches!(done.status.code(), Some(0 | 3)), "{log}: {done:?}");
        world.stdout(&["mark", "reviewed", "negative", "--filter", "is:problem"]);
        world.stdout(&["flag", "--hits", "--filter", "is:problem"]);
        there_and_back(&world);
    }
}
