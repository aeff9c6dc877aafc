//! The stores that the screens are shown on, with every state that looks different: made once, copied for
//! each test.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::AtomicBool;

use afterword::import::{self, PathOrStdin, Request};
use afterword::model::{
    Attributes, Change, Clock, ConversationKey, Edit, Event, EventKind, EventTarget, Imported,
    Millis, NoteId, Set, Status, Target, Verdict,
};
use afterword::store::{Access, SourceSpec, Store};
use serde_json::json;
use tempfile::TempDir;

use super::NOW;
use super::talk::Talk;

/// A new folder with a copy of the store of [`talks`].
pub fn store() -> TempDir {
    static MADE: OnceLock<Vec<u8>> = OnceLock::new();
    copy(MADE.get_or_init(|| {
        made(|path| {
            import_talks(path, &talks());
            put_desk(path);
            review(path);
        })
    }))
}

/// A store with nothing in it.
pub fn empty() -> TempDir {
    copy(&made(|path| {
        drop(Store::open(path, &Access::Review).unwrap());
    }))
}

/// A store with so many small conversations `visitor-1` (the newest), `visitor-2`, …
pub fn many(count: u32) -> TempDir {
    copy(&made(|path| add(path, count)))
}

/// A store with these conversations.
pub fn of(talks: &[Talk]) -> TempDir {
    copy(&made(|path| import_talks(path, talks)))
}

/// Puts the conversations of [`many`] into a store; those that are there stay.
pub fn add(path: &Path, count: u32) {
    let talks: Vec<Talk> = (1..=count)
        .map(|i| {
            Talk::new(&format!("visitor-{i}"), i * 10)
                .user(
                    &format!("where is my parcel number {i}"),
                    &[("track_parcel", 0.93)],
                )
                .utter("utter_track", "It is on its way.")
        })
        .collect();
    import_talks(path, &talks);
}

fn made(fill: impl FnOnce(&Path)) -> Vec<u8> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("store.db");
    fill(&path);
    // The last connection to close leaves everything in the one file.
    assert!(!dir.path().join("store.db-wal").exists());
    fs::read(path).unwrap()
}

fn copy(bytes: &[u8]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("store.db"), bytes).unwrap();
    dir
}

fn import_talks(path: &Path, talks: &[Talk]) {
    let dir = tempfile::tempdir().unwrap();
    let export = dir.path().join("export.jsonl");
    let lines: Vec<String> = talks.iter().map(Talk::line).collect();
    fs::write(&export, lines.join("\n")).unwrap();
    let request = Request {
        inputs: vec![PathOrStdin::Path(export)],
        ..Request::default()
    };
    let mut store = Store::open(path, &Access::Import).unwrap();
    let report = import::run(&mut store, &request, &AtomicBool::new(false), &mut ()).unwrap();
    assert_eq!(report.rejected_records, 0, "{:?}", report.rejects);
}

/// A text with everything that must not reach a terminal.
const HOSTILE: &str = "a\u{1b}[2J\u{1b}]0;owned\u{7}\rEVIL \u{202e}txt.exe\u{202c} z\u{200b}w\u{0}";

fn talks() -> Vec<Talk> {
    let long = "The parcel was to come on Monday, then on Tuesday, and nobody rang. ".repeat(25);
    vec![
        // Not understood, with buttons before and a fallback after.
        Talk::new("anna.k", 6)
            .user_with(
                "The refund link for 1182 has expired.",
                ("refund", 0.91),
                ("order_id", "1182"),
            )
            .slot("order_id", json!("1182"))
            .action("action_find_order", 0.98, "TEDPolicy")
            .offer(
                "What is your email?",
                &[("Skip", "skip"), ("Agent", "human_handoff")],
            )
            .listen()
            .not_understood(
                "I just did. 1182.",
                &[
                    ("inform", 0.43),
                    ("deny", 0.38),
                    ("help", 0.11),
                    ("refund", 0.05),
                ],
            )
            .action("action_default_fallback", 0.4, "RulePolicy")
            .bot("Sorry, I did not understand.")
            .listen(),
        // Low, but acted.
        Talk::new("visitor-4", 9)
            .channel("whatsapp")
            .user(
                "change delivery slot please",
                &[("change_slot", 0.66), ("cancel_order", 0.21)],
            )
            .utter("utter_slots", "Mornings or evenings?")
            .user("evenings if you can", &[("inform", 0.94), ("affirm", 0.03)])
            .utter("utter_done", "Done: evenings."),
        // A form that is left at its second question.
        Talk::new("j.ortiz", 31)
            .channel("whatsapp")
            .user(
                "¿dónde está mi pedido?",
                &[("open_incident", 0.88), ("track_parcel", 0.07)],
            )
            .action("open_incident_form", 1.0, "RulePolicy")
            .form(Some("open_incident_form"))
            .slot("requested_slot", json!("email"))
            .bot("¿Cuál es tu correo?")
            .listen()
            .user("j.ortiz@example.com", &[("inform", 0.99), ("greet", 0.01)])
            .action("open_incident_form", 1.0, "RulePolicy")
            .slot("email", json!("j.ortiz@example.com"))
            .slot("requested_slot", json!("priority"))
            .bot("¿Qué prioridad?")
            .listen()
            .user("no sé, da igual", &[("stop", 0.82), ("deny", 0.15)])
            .action("action_deactivate_loop", 1.0, "RulePolicy")
            .form(None)
            .slot("requested_slot", json!(null))
            .utter("utter_left", "De acuerdo."),
        // Buttons clicked.
        Talk::new("visitor-9", 45)
            .user("hello there you", &[("greet", 0.98), ("goodbye", 0.01)])
            .action("utter_greet", 1.0, "RulePolicy")
            .offer(
                "What can I do?",
                &[("Track parcel", "track_parcel"), ("Refund", "refund")],
            )
            .listen()
            .click("track_parcel")
            .utter("utter_track", "It arrives tomorrow."),
        // Slots set, changed and cleared.
        Talk::new("m.chen", 90)
            .user(
                "book a table in Rome",
                &[("book_table", 0.95), ("greet", 0.02)],
            )
            .slot("city", json!("Rome"))
            .slot("people", json!(2))
            .utter("utter_ask_time", "At what time?")
            .user(
                "no, Milan, and for four",
                &[("inform", 0.81), ("deny", 0.77)],
            )
            .slot("city", json!("Milan"))
            .slot("people", json!(4))
            .utter("utter_ask_time", "At what time?")
            .user("forget the number", &[("inform", 0.9), ("deny", 0.05)])
            .slot("people", json!(null))
            .utter("utter_ok", "Forgotten."),
        // A person takes over after a long wait.
        Talk::new("+12025550018", 130)
            .user(
                "is there anybody out there?",
                &[("human_handoff", 0.58), ("greet", 0.11)],
            )
            .action("action_human_handoff", 1.0, "RulePolicy")
            .slot("handoff_to", json!("support"))
            .bot("One moment.")
            .event("pause")
            .wait(26 * 60)
            .agent("Hello, Bo here.")
            .user("at last!", &[])
            .agent("What can I do for you?"),
        // Taken back.
        Talk::new("visitor-2", 200)
            .user("I want to pay by card", &[("pay", 0.93), ("refund", 0.02)])
            .utter("utter_card", "Which card?")
            .user("no, wait, by cash", &[("pay", 0.86), ("deny", 0.1)])
            .event("rewind")
            .user("by bank transfer then", &[("pay", 0.9), ("refund", 0.04)])
            .utter("utter_bank", "By bank it is.")
            .event("restart")
            .user("good bye to you", &[("goodbye", 0.99), ("greet", 0.01)])
            .utter("utter_bye", "Bye."),
        Talk::new("山田", 300)
            .user(
                "荷物がまだ届いていません。いつ来ますか？",
                &[("track_parcel", 0.72), ("refund", 0.2)],
            )
            .utter(
                "utter_track",
                "申し訳ありません。明日の午前中にお届けします。",
            ),
        Talk::new("ليلى", 360)
            .user(
                "أين طلبي رقم 1182 من فضلك؟",
                &[("track_parcel", 0.91), ("greet", 0.02)],
            )
            .utter("utter_track", "طلبك في الطريق."),
        Talk::new("emoji 👩‍👩‍👧", 420)
            .user(
                "👍🏽 thanks ❤️ 🇩🇪 family 👨‍👩‍👧‍👦",
                &[("thank", 0.97), ("greet", 0.01)],
            )
            .utter("utter_welcome", "🎉"),
        Talk::new("verbose", 500)
            .not_understood(&long, &[("complain", 0.31), ("track_parcel", 0.3)])
            .utter("utter_default", "Could you say that in fewer words?"),
        Talk::new("h\u{1b}[31mostile\u{202e}", 600)
            .user(HOSTILE, &[("inform", 0.8), ("greet", 0.1)])
            .utter("utter_ok", "\u{9b}31mok\u{7}"),
        // Two sessions of one user.
        Talk::new("c7b2f18fd", 3000)
            .user(
                "cancel my subscription",
                &[("cancel", 0.97), ("deny", 0.01)],
            )
            .utter("utter_cancelled", "Cancelled.")
            .session(1500)
            .user(
                "is it cancelled now?",
                &[("ask_cancelled", 0.64), ("cancel", 0.6)],
            )
            .utter("utter_cancelled", "Yes."),
        // No message at all.
        Talk::new("6bd6eed6f", 4000),
    ]
}

/// Conversations with what only other sources say: a rating, a name, a place.
fn put_desk(path: &Path) {
    let message = |minutes: i64, kind, text: &str| Event {
        at: Some(Millis(NOW - minutes * 60_000)),
        kind,
        text: Some(text.into()),
        raw: Some(json!({"text": text}).to_string().into()),
        ..Event::default()
    };
    let imported = |native: &str, attributes, events: Vec<Event>| Imported {
        key: ConversationKey {
            source: "desk".into(),
            native: native.into(),
            time: events[0].at.unwrap(),
        },
        external_id: None,
        attributes,
        events,
        reviews: Vec::new(),
    };
    let rated = imported(
        "t-1001",
        Attributes {
            channel: Some("email".into()),
            user_id: Some("u77".into()),
            user_name: Some("Petra Sol".into()),
            language: Some("en".into()),
            location: Some("Lisbon".into()),
            device: Some("phone".into()),
            version: Some("2026.4".into()),
            agent: Some("Bo".into()),
            rating: Some(2),
            rating_comment: Some("useless".into()),
            escalated: Some(true),
            metadata: vec![("plan".into(), "\"premium\"".into())],
            ..Attributes::default()
        },
        vec![
            message(15, EventKind::User, "your app lost my order number"),
            message(14, EventKind::Bot, "Which order number?"),
            message(12, EventKind::User, "the one you lost"),
        ],
    );
    let praised = imported(
        "t-1002",
        Attributes {
            user_name: Some("Noa".into()),
            channel: Some("email".into()),
            rating: Some(5),
            ..Attributes::default()
        },
        vec![
            message(75, EventKind::User, "that was quick, thank you"),
            message(74, EventKind::Bot, "You are welcome."),
        ],
    );
    let mut store = Store::open(path, &Access::Import).unwrap();
    let spec = SourceSpec {
        name: "desk".into(),
        format: "desk".into(),
        session_mode: "marker".into(),
    };
    let mut ingest = store.begin_import(&spec).unwrap();
    ingest.take(rated).unwrap();
    ingest.take(praised).unwrap();
    ingest.finish().unwrap();
}

/// What a colleague has decided before.
fn review(path: &Path) {
    let mut store = Store::open(path, &Access::Review).unwrap();
    let mut minutes = 30;
    let mut apply = |targets: Vec<Target>, set: Set| {
        minutes -= 1;
        let clock = Clock::fixed(Millis(NOW - minutes * 60_000));
        let change = Change {
            edits: vec![Edit { targets, set }],
            bulk: None,
        };
        store.apply(&change, "bo", &clock).unwrap();
    };
    let reader = Store::open(path, &Access::Read).unwrap();
    let whole = |name: &str| {
        let rows = reader.first_page(1000).unwrap();
        rows.into_iter()
            .filter_map(|row| reader.whole(row).unwrap())
            .find(|w| w.card.external_id.for_search() == name)
            .unwrap_or_else(|| panic!("{name}"))
    };
    let on = |name: &str| {
        vec![Target {
            conversation: whole(name).card.id,
            event: None,
        }]
    };
    let at = |name: &str, text: &str| {
        let whole = whole(name);
        let said = |e: &Event| e.text.as_ref().is_some_and(|t| t.for_search() == text);
        let seq = whole.events.iter().position(said).unwrap();
        vec![Target {
            conversation: whole.card.id,
            event: Some(EventTarget {
                key: whole.keys[seq],
                seq: seq as u32,
            }),
        }]
    };
    for (name, key) in [
        ("billing", Some('1')),
        ("shipping", Some('2')),
        ("tone", None),
    ] {
        apply(
            Vec::new(),
            Set::TagInfo {
                name: name.into(),
                description: Some(format!("about {name}").into()),
                key,
            },
        );
    }
    let tag = |name: &str| Set::Tag {
        name: name.into(),
        on: true,
    };
    let note = |n, text: &str| Set::Note {
        id: NoteId([n; 16]),
        text: Some(text.into()),
    };
    apply(at("anna.k", "I just did. 1182."), Set::Flag(true));
    apply(on("anna.k"), tag("billing"));
    apply(on("t-1001"), tag("billing"));
    apply(on("t-1001"), tag("shipping"));
    apply(on("t-1001"), note(1, "lost the order number"));
    apply(on("j.ortiz"), Set::Flag(true));
    apply(
        at("+12025550018", "Hello, Bo here."),
        note(2, "took over too late"),
    );
    apply(on("t-1002"), Set::Verdict(Some(Verdict::Positive)));
    apply(on("visitor-2"), Set::Status(Status::Saved));
    apply(on("ليلى"), Set::Verdict(Some(Verdict::Negative)));
    apply(on("t-1002"), Set::Status(Status::Reviewed));
    apply(on("ليلى"), Set::Status(Status::Reviewed));
    apply(on("c7b2f18fd"), Set::Status(Status::Deleted));
}
