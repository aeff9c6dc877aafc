//! `--anonymize` and `--redact`: at import, at export, and the same names at both.

use crate::world::World;

const LOG: &str = r#"{"sender_id": "+4915112345678", "events": [
{"event": "session_started", "timestamp": 1.0},
{"event": "user", "timestamp": 2.0, "text": "mail ana@example.com, my number is 0151 12345678", "parse_data": {"intent": {"name": "contact", "confidence": 0.9}}},
{"event": "bot", "timestamp": 3.0, "text": "thanks"}]}"#;

fn world() -> World {
    let world = World::empty();
    std::fs::write(world.path("log.json"), LOG).unwrap();
    world
}

fn leaks(text: &str) -> bool {
    ["15112345678", "12345678", "ana@example"]
        .iter()
        .any(|s| text.contains(s))
}

#[test]
fn what_is_hidden_at_import_is_not_in_the_store_and_stays_so() {
    let world = world();
    let _ = world.run("import --anonymize --redact log.json");
    let shown = world.run("list --json");
    let whole = world.run("export --as jsonl");
    assert!(
        shown.contains("\"user_id\": \"user-") && whole.contains("[email]"),
        "{shown}"
    );
    assert!(!leaks(&shown) && !leaks(&whole), "{shown}\n{whole}");
    let bytes = std::fs::read(world.path("store.db")).unwrap();
    assert!(!leaks(&String::from_utf8_lossy(&bytes)));
    // The same again is the same.
    let again = world.run("import --anonymize --redact log.json");
    assert!(again.contains("1 unchanged"), "{again}");
    for other in ["import log.json", "import --anonymize log.json"] {
        let refused = world.run(other);
        assert!(
            refused.contains("was imported with --anonymize --redact: import it so again"),
            "{refused}"
        );
        // The dry run foretells it.
        let foretold = world.run(&format!("{other} --dry-run"));
        assert!(
            foretold.contains("was imported with --anonymize --redact: import it so again"),
            "{foretold}"
        );
    }
    let dry = world.run("import --anonymize --redact --dry-run log.json");
    assert!(dry.contains("1 unchanged"), "{dry}");
    assert!(world.run("import --source open log.json").contains("1 new"));
}

#[test]
fn an_export_has_the_names_that_an_import_would_give() {
    let world = world();
    let _ = world.run("import log.json");
    let open = world.run("export --as jsonl");
    assert!(leaks(&open));
    for output in [
        "jsonl", "csv", "markdown", "html", "nlu", "stories", "tests", "chat",
    ] {
        let hidden = world.run(&format!(
            "export --anonymize --redact --predicted --as {output}"
        ));
        let hidden = match hidden.contains("--predicted: not with") {
            true => world.run(&format!("export --anonymize --redact --as {output}")),
            false => hidden,
        };
        assert!(!leaks(&hidden), "{output}: {hidden}");
    }
    let hidden = world.run("export --anonymize --redact --as jsonl");
    assert!(hidden.contains("\"external_id\": \"user-"), "{hidden}");
    // Its id is the one that an import with the same switches gives.
    let _ = world.run("import --anonymize --redact --source main2 log.json");
    let stored = world.run("list --json source:main2");
    let user = |text: &str| {
        let at = text.find("\"user_id\": \"user-").unwrap();
        text[at..at + 28].to_owned()
    };
    assert_eq!(user(&hidden), user(&stored));
}
