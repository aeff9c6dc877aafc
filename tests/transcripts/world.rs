//! Conversations that hold one text wherever a log may hold any, and the texts worth trying.

use std::path::Path;

use afterword::export::outgoing::{Outgoing, Privacy};
use afterword::export::output::{Output, Written};
use afterword::model::{
    ActionRun, Attributes, Button, Change, Clock, Confidence, ConversationKey, CorrectionField,
    Edit, Entity, Event, EventKind, EventTarget, FlowState, FlowStep, Imported, Millis, NoteId,
    Prediction, Ranked, Set, SlotSet, Target, event_keys, string_json,
};
use afterword::store::testing::{main_source, temporary};
use afterword::text::Untrusted;

/// Our own cases, so that the tests say something without the corpora.
const OWN: &[&str] = &[
    "# heading\n\n---\n\nsetext\n===\n- item\n1. item\n> quote\n    code\n\n```\nfence\n```\n~~~",
    "<script>alert(1)</script><img src=x onerror=alert(1)>&lt;b&gt;&amp;&#x3c;",
    "</p></li></ol></article><iframe src=http://x>\"'><a href='javascript:1'>",
    "![x](http://x/y.png) [a](javascript:alert(1)) <http://x> http://x.y www.x.y a@b.cd",
    "@someone #12 GH-1 owner/repo#3 ~~strike~~ **bold** _it_ [^1] [x] :smile: $x$ ||s||",
    "`tick` ``two`` ```three``` `",
    "`",
    "``````",
    " `a",
    "a` ",
    " both ends ",
    "   ",
    "\ttab\tand  two  spaces",
    "a\\\nb\\\\\n\n\nc  \nd\n",
    "\n\nbegins late",
    "line\rcarriage\r\nnew\u{85}nel\u{2028}ls\u{b}vt",
    "a\u{1b}[2J\u{1b}]0;t\u{7}\u{0}\u{7f}\u{9b}31m",
    "\u{202e}txt.exe\u{202c} in\u{200b}vis\u{feff}ible \u{e0041}",
    "مرحبا بالعالم שלום",
    "| a | b |\n|---|---|\n| c | d |",
    "&#0; &#64;user &copy; &nbsp;",
    "]]> --> <!-- x --> <?php ?> <![CDATA[",
    "{\"a\": [1, \"b\"]}",
];

/// Our own texts and those of the corpora, where they are.
pub fn texts() -> Vec<String> {
    let mut all: Vec<String> = OWN.iter().map(|t| (*t).to_owned()).collect();
    // Every length of fence is taken.
    all.push((1..60).map(|n| "`".repeat(n) + "x").collect());
    all.push("`".repeat(5_000));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/corpora");
    match std::fs::read(root.join("blns/blns.json")) {
        Ok(bytes) => {
            let texts: Vec<String> = serde_json::from_slice(&bytes).unwrap();
            assert!(texts.len() > 500);
            all.extend(texts);
        }
        Err(_) => eprintln!("skipped: the naughty strings are not there"),
    }
    match std::fs::read_to_string(root.join("hostile/text_hostile.jsonl")) {
        Ok(lines) => {
            let read = |line: &str| serde_json::from_str::<serde_json::Value>(line).ok();
            let texts = lines.lines().filter_map(read);
            let texts: Vec<String> = texts
                .filter_map(|v| Some(v["text"].as_str()?.to_owned()))
                .collect();
            assert!(texts.len() > 250);
            all.extend(texts);
        }
        Err(_) => eprintln!("skipped: the hostile texts are not there"),
    }
    all.retain(|text| !text.is_empty());
    all
}

/// A conversation with the text in every place, by number so that none is like another.
fn conversation(number: usize, text: &str) -> Imported {
    let u = || Untrusted::from(text);
    let json = || string_json(text);
    let at = |n: i64| Some(Millis(1_777_280_400_000 + n * 1000));
    let said = |n, kind| Event {
        at: at(n),
        kind,
        text: Some(u()),
        ..Event::default()
    };
    let ranked = |c| Ranked {
        name: u(),
        confidence: Some(Confidence(c)),
    };
    let user = Event {
        payload: Some("/clicked".into()),
        intent: Some(Prediction {
            name: Some(u()),
            confidence: Some(Confidence(0.5)),
            ranking: vec![ranked(0.5), ranked(0.4)],
        }),
        entities: vec![Entity {
            name: u(),
            value: json(),
            ..Entity::default()
        }],
        ..said(1, EventKind::User)
    };
    let bot = Event {
        buttons: vec![Button {
            title: u(),
            payload: Some(u()),
        }],
        ..said(4, EventKind::Bot)
    };
    let action = Event {
        text: None,
        action: Some(ActionRun {
            name: Some(u()),
            confidence: Some(Confidence(0.9)),
            policy: Some(u()),
        }),
        ..said(2, EventKind::Action)
    };
    let slot = Event {
        text: None,
        slot: Some(SlotSet {
            name: u(),
            value: json(),
        }),
        ..said(3, EventKind::Slot)
    };
    let flow = Event {
        text: None,
        flow: Some(FlowStep {
            name: u(),
            step: Some(u()),
            state: FlowState::Started,
        }),
        ..said(3, EventKind::Flow)
    };
    Imported {
        key: ConversationKey {
            source: "main".into(),
            native: format!("n{number}").into(),
            time: Millis(1),
        },
        external_id: Some(text.into()),
        attributes: Attributes {
            channel: Some(u()),
            user_id: Some("someone".into()),
            user_name: Some(u()),
            language: Some(u()),
            version: Some(u()),
            agent: Some(u()),
            rating: Some(2),
            rating_comment: Some(u()),
            topics: vec![u()],
            sentiment: Some(u()),
            summary: Some(u()),
            ..Attributes::default()
        },
        events: vec![
            user,
            action,
            slot,
            flow,
            bot,
            said(5, EventKind::Agent),
            said(6, EventKind::Handover),
        ],
        reviews: Vec::new(),
    }
}

/// What people put on it: notes, a tag, corrections.
fn review(imported: &Imported, number: usize, text: &str) -> Change {
    let conversation = imported.key.id();
    let event = event_keys(&imported.events)[0];
    let whole = Target {
        conversation,
        event: None,
    };
    let first = Target {
        event: Some(EventTarget { key: event, seq: 0 }),
        ..whole
    };
    let id = |side: u8| {
        let mut id = [side; 16];
        id[..8].copy_from_slice(&(number as u64).to_le_bytes());
        NoteId(id)
    };
    let note = |side| Set::Note {
        id: id(side),
        text: Some(text.into()),
    };
    let edit = |target, set| Edit {
        targets: vec![target],
        set,
    };
    let mut edits = vec![
        edit(whole, note(1)),
        edit(first, note(2)),
        edit(first, Set::Flag(true)),
    ];
    if !text.trim().is_empty() {
        edits.push(edit(
            first,
            Set::Correction {
                field: CorrectionField::Intent,
                value: Some(string_json(&format!("not {text}"))),
            },
        ));
    }
    Change { edits, bulk: None }
}

/// Each text's conversation, as it may leave.
pub fn conversations(texts: &[String]) -> Vec<Outgoing> {
    let (_dir, mut store) = temporary();
    let all: Vec<Imported> = (0..).zip(texts).map(|(n, t)| conversation(n, t)).collect();
    let mut ingest = store.begin_import(&main_source()).unwrap();
    for imported in &all {
        ingest.take(imported.clone()).unwrap();
    }
    ingest.finish().unwrap();
    let clock = Clock::fixed(Millis(1_777_290_000_000));
    let mut edits = Vec::new();
    for (n, (imported, text)) in all.iter().zip(texts).enumerate() {
        edits.extend(review(imported, n, text).edits);
    }
    let change = Change { edits, bulk: None };
    store.apply(&change, "ann", &clock).unwrap();
    let rows = store.first_page(texts.len()).unwrap();
    let mut whole: Vec<_> = rows
        .into_iter()
        .map(|row| store.whole(row).unwrap().unwrap())
        .collect();
    whole.sort_by_key(|w| w.card.row);
    assert_eq!(whole.len(), texts.len());
    let none = Privacy::none();
    whole.into_iter().map(|w| Outgoing::new(w, &none)).collect()
}

/// What an output writes of these.
pub fn written(mut output: Box<dyn Output>, all: &[Outgoing]) -> (String, Written) {
    let mut out = Vec::new();
    for one in all {
        output.take(&mut out, one).unwrap();
    }
    let written = output.finish(&mut out).unwrap();
    (String::from_utf8(out).unwrap(), written)
}
