//! People and personal data in every field of a conversation and of its review: with `:anonymize` on, no
//! screen, popup or tab shows any of it.

use std::collections::BTreeSet;

use afterword::model::{
    Attributes, Button, Change, Clock, CorrectionField, Edit, Entity, Event, EventKind,
    EventTarget, FlowState, FlowStep, Imported, NoteId, Prediction, Preset, Ranked, Set, SlotSet,
    Target,
};
use afterword::store::testing::{imported, main_source, message, session_start, temporary};
use afterword::store::{Outcome, Store};

use afterword::tui::msg::Msg;

use crate::common::{NOW, Screen, Start};
use crate::frames::SIZES;

const USER: &str = "needle-4711-user";
const NAME: &str = "Annegret Kowalewski";
const AGENT: &str = "jonas.needle";
const MAIL: &str = "needle@secret.example";
const CARD: &str = "4111 1111 1111 1111";
const PHONE: &str = "+49 171 2345678";

/// What must not be read: the needles, and what is left of one that was cut or spelt otherwise.
const NEEDLES: [&str; 11] = [
    USER,
    "4711",
    "Annegret",
    "Kowalewski",
    AGENT,
    "secret.example",
    "needle@",
    "4111 1111",
    "4111111111111111",
    "171 234",
    "1712345678",
];

fn all() -> String {
    format!("I am {NAME} {USER} {MAIL} {CARD} {PHONE} {AGENT} refund")
}

fn json() -> String {
    serde_json::Value::from(all()).to_string()
}

fn said(at: i64, text: &str, intent: &str, confidence: f64) -> Event {
    let ranked = |name: &str, confidence| Ranked {
        name: name.into(),
        confidence: Some(afterword::model::Confidence(confidence)),
    };
    Event {
        intent: Some(Prediction {
            name: Some(intent.into()),
            confidence: Some(afterword::model::Confidence(confidence)),
            ranking: vec![ranked(intent, confidence), ranked("refund", 0.2)],
        }),
        ..message(EventKind::User, at, text)
    }
}

/// A conversation that has the needles wherever a text can stand.
fn everywhere(at: i64) -> Imported {
    let (text, json) = (all(), json());
    let user = Event {
        payload: Some(text.as_str().into()),
        entities: vec![Entity {
            name: "thing".into(),
            value: json.as_str().into(),
            span: Some((0, text.chars().count() as u32)),
            role: Some(MAIL.into()),
            ..Entity::default()
        }],
        raw: Some(format!("{{\"a\":[{json},{{\"b\":{json}}}],\"n\":17}}").into()),
        ..said(at, &text, "inform", 0.4)
    };
    let fallback = said(
        at + 5_000,
        &format!("{NAME} again? {MAIL}"),
        "nlu_fallback",
        0.3,
    );
    let answer = Event {
        buttons: vec![Button {
            title: text.as_str().into(),
            payload: Some(text.as_str().into()),
        }],
        raw: Some(format!("no json: {text}").into()),
        ..message(EventKind::Bot, at + 1_000, &text)
    };
    let slot = |name: &str, value: String| Event {
        slot: Some(SlotSet {
            name: name.into(),
            value: value.as_str().into(),
        }),
        text: None,
        ..message(EventKind::Slot, at + 2_000, "")
    };
    let mut events = vec![
        session_start(at - 1_000),
        user,
        answer,
        slot("note", format!("{{\"deep\":[{json}]}}")),
        slot("email", format!("\"{MAIL}\"")),
        slot("digits", "\"491712345678\"".to_owned()),
        fallback,
        message(EventKind::Agent, at + 8_000, &text),
        message(EventKind::System, at + 9_000, &text),
    ];
    events.extend(
        [FlowState::Started, FlowState::Completed].map(|state| Event {
            flow: Some(FlowStep {
                name: "parcel".into(),
                state,
                step: Some(MAIL.into()),
            }),
            text: None,
            ..message(EventKind::Flow, at + 10_000, "")
        }),
    );
    let mut imported = imported(USER, events);
    imported.attributes = Attributes {
        user_id: Some(USER.into()),
        user_name: Some(NAME.into()),
        agent: Some(AGENT.into()),
        location: Some(text.as_str().into()),
        device: Some(text.as_str().into()),
        channel: Some(MAIL.into()),
        rating: Some(2),
        rating_comment: Some(text.as_str().into()),
        summary: Some(text.as_str().into()),
        topics: vec![format!("parcel of {MAIL}").as_str().into()],
        metadata: vec![("about".into(), json.as_str().into())],
        ..Attributes::default()
    };
    imported
}

fn review(store: &mut Store, row: i64, tag: u8) {
    let whole = store.whole(row).unwrap().unwrap();
    let conversation = Target {
        conversation: whole.card.id,
        event: None,
    };
    let event = Target {
        event: Some(EventTarget {
            key: whole.keys[1],
            seq: 1,
        }),
        ..conversation
    };
    let (text, json) = (all(), json());
    let end = text.chars().count();
    let entities = format!("[{{\"entity\":\"e\",\"value\":{json},\"start\":0,\"end\":{end}}}]");
    let correction = |field, value: &str| Set::Correction {
        field,
        value: Some(value.into()),
    };
    let note = |id: u8| Set::Note {
        id: NoteId([id; 16]),
        text: Some(text.as_str().into()),
    };
    let edits = [
        (conversation, note(2 * tag)),
        (event, note(2 * tag + 1)),
        (event, Set::Flag(true)),
        (event, correction(CorrectionField::Intent, "\"refund\"")),
        (event, correction(CorrectionField::Entities, &entities)),
        (conversation, correction(CorrectionField::Summary, &json)),
        (
            conversation,
            correction(CorrectionField::Topics, &format!("[{json}]")),
        ),
    ];
    for (target, set) in edits {
        let edit = Edit {
            targets: vec![target],
            set,
        };
        let change = Change {
            edits: vec![edit],
            bulk: Some(format!("user:{USER}")),
        };
        store.apply(&change, "kim", &Clock::system()).unwrap();
    }
}

fn store() -> tempfile::TempDir {
    let (dir, mut store) = temporary();
    let mut ingest = store.begin_import(&main_source()).unwrap();
    for n in 0..3 {
        let outcome = ingest.take(everywhere(NOW - 90_000_000 * n - 60_000));
        assert_eq!(outcome.unwrap(), Outcome::New);
    }
    ingest.finish().unwrap();
    for (n, row) in (1..).zip(store.first_page(2).unwrap()) {
        review(&mut store, row, n);
    }
    store
        .save_preset(&Preset {
            name: "One person".into(),
            key: Some('z'),
            filter: format!("user:{USER}"),
            sort: Default::default(),
            reverse: false,
            columns: Vec::new(),
        })
        .unwrap();
    for filter in [
        format!("user:{USER}"),
        format!("\"{NAME}\""),
        "slot:email=needle@secret.example".into(),
    ] {
        store.push_filter_history(&filter).unwrap();
    }
    dir
}

#[track_caller]
fn hides(screen: &Screen, after: &str) {
    let text = screen.text();
    for needle in NEEDLES {
        assert!(!text.contains(needle), "{after}: {needle}\n{text}");
    }
}

/// Presses keys one by one and looks after each; the popups and tabs that were seen.
fn walk(screen: &mut Screen, script: &str) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    for key in crate::common::parse(script) {
        screen.send(Msg::Key(key.event()));
        hides(screen, script);
        let app = &screen.app;
        let popup = app.popup.as_ref().map(|p| format!("{p:?}"));
        let tab = app.reader.detail.then(|| format!("{:?}", app.reader.tab));
        seen.extend(popup.into_iter().chain(tab).map(|name| {
            let end = name.find(|c: char| !c.is_alphanumeric());
            name[..end.unwrap_or(name.len())].to_owned()
        }));
        seen.extend(app.line.as_ref().map(|_| "line".to_owned()));
        seen.extend(app.find.as_ref().map(|_| "find".to_owned()));
    }
    seen
}

/// Where the ways have to lead, beside the panes. Corrections are not to be had while anything is hidden.
const EVERYWHERE: [&str; 24] = [
    "Help",
    "Palette",
    "Tags",
    "Sort",
    "Values",
    "ExportAs",
    "Export",
    "Presets",
    "AwaitPreset",
    "Note",
    "PresetName",
    "Notes",
    "Learning",
    "Journal",
    "SameUser",
    "Compare",
    "Confusion",
    "Prediction",
    "Slots",
    "Story",
    "Trace",
    "Raw",
    "Conversation",
    "line",
];

/// Every way to a screen, popup or tab, from the list and back to it.
const WALKS: [&str; 39] = [
    "jjkGg",
    "b<tab>jjjjjjjjjjjjjjjjo<tab><tab>b",
    "<enter>jjjjjjjjjjjGga",
    "<enter>]]nN}{",
    "<enter>g<enter>>>>>>><esc>",
    "<enter>gj<enter>ljjjjlh>ljjjjllh>ljjjjh>ljjjjllh>ljjjllllh>ljjjjjjjjjh<esc>",
    "<enter>gjj<enter>>>>>>><esc>",
    "<enter>gjjjj<enter>>>>>>><esc>",
    "<enter>gjjjjjj<enter>>>>>>><esc>",
    "<enter>/refund<enter>nN<esc>",
    "<enter>*<esc>",
    "<enter>gj*<esc>",
    "<enter>gj@jj<enter>",
    "<enter>gjE<esc>",
    "<enter>i<esc>gi<esc>",
    "*jjjj<esc>",
    "@j<esc>",
    "=j=jjjjjjjj}}<tab>jj<esc>",
    "i<esc>",
    "t<esc>",
    "o<esc>",
    "O<esc>O",
    "P<down><down><down><down><down><down><down><esc>",
    "'z'0",
    "H<down><down><down><down><down><down><down><down><enter>",
    "Ljjjjj<tab>jj<enter>",
    "'zL<esc>'0",
    ":notes<enter>jjjj/refund<enter><esc>e<esc>t<esc><enter>",
    "'z:notes<enter><esc>'0",
    ":confusion<enter>jj<enter>'0",
    "/<up><up><up><up><esc>",
    "/user:<tab><esc>",
    "/agent:<tab><tab><esc>",
    "/slot:email=<tab><esc>/meta:<tab><esc>/location:<tab><esc>/device:<tab><esc>",
    "/topic:<tab><tab><esc>/sentiment:<tab><esc>/channel:<tab><esc>/one<tab><esc>",
    "/intent:refund<enter>/refund<enter>'0",
    "wjsonl<enter><esc>wnlu<enter><esc>",
    "frxsUu<ctrl-r>.?<esc>",
    "c<esc><ctrl-s><esc>",
];

#[test]
fn no_screen_shows_a_needle() {
    for size in SIZES {
        let open = Start::on(store()).size(size.0, size.1).filter("").go();
        assert!(open.text().contains(NAME) || open.text().contains(USER));
        let mut screen = Start::on(store()).size(size.0, size.1).filter("").go();
        screen.press(":anonymize<enter>");
        hides(&screen, "the switch");
        let mut seen = BTreeSet::new();
        for script in WALKS {
            seen.extend(walk(&mut screen, script));
            // Whatever the way left open is closed before the next begins.
            walk(&mut screen, "<esc><esc><esc><esc>hh'0");
            assert!(!screen.left, "{script}");
        }
        let missed: Vec<_> = EVERYWHERE.iter().filter(|p| !seen.contains(**p)).collect();
        assert!(
            missed.is_empty(),
            "no way went to {missed:?}, only to {seen:?}"
        );
        for copied in screen.copied.iter().chain(&screen.paged) {
            for needle in NEEDLES {
                assert!(!copied.contains(needle), "{needle}\n{copied}");
            }
        }
    }
}

#[test]
fn what_is_left_in_the_pager_and_the_clipboard_is_hidden_too() {
    let mut screen = Start::on(store()).size(120, 40).filter("").go();
    screen.press(":anonymize<enter>yYe<enter>gjyYe");
    assert!(screen.copied.len() == 4 && screen.paged.len() == 2);
    for out in screen
        .copied
        .iter()
        .chain(&screen.paged)
        .chain(&screen.called)
    {
        for needle in NEEDLES {
            assert!(!out.contains(needle), "{needle}\n{out}");
        }
    }
}

#[test]
fn a_filter_that_names_people_keeps_working_and_is_not_shown() {
    let mut screen = Start::on(store()).size(120, 40).filter("").go();
    screen.press(&format!("/user:{USER}<enter>:anonymize<enter>"));
    assert_eq!(screen.app.view.matching, 3);
    walk(&mut screen, "/<enter>");
    assert_eq!(screen.app.view.matching, 3);
    walk(&mut screen, ":notes<enter><esc>L<esc>w<esc>");
    walk(&mut screen, "/is:deleted<enter>/<up><up><esc>");
    // The other side of the switch has all of it.
    screen.press(":anonymize<enter>/<up><up>");
    assert!(screen.text().contains(USER), "{}", screen.text());
}

#[test]
fn a_masked_note_is_not_written_over_the_real_one() {
    let mut screen = Start::on(store()).size(120, 40).filter("").go();
    screen.press(":anonymize<enter>:notes<enter>e");
    assert!(screen.app.notes.editing.is_none());
    screen.press("<esc>:anonymize<enter>");
    let store = screen.store();
    let row = store.first_page(1).unwrap()[0];
    let notes = store.whole(row).unwrap().unwrap().review.notes;
    assert!(notes.len() == 2 && notes.iter().all(|n| n.text.for_search() == all()));
    screen.press(":notes<enter>e");
    assert!(screen.app.notes.editing.is_some());
}
