//! `correct`, and what `show`, `list`, filters and `undo` make of it.

use insta::assert_snapshot;
use serde_json::Value;

use crate::world::World;

/// The first user message of anna, as `anna:SEQ`.
fn message(world: &World) -> String {
    let shown: Value = serde_json::from_str(&world.stdout(&["show", "anna", "--json"])).unwrap();
    let events = shown["events"].as_array().unwrap();
    let first = events.iter().position(|e| e["kind"] == "user").unwrap();
    format!("anna:{first}")
}

fn event(world: &World, target: &str) -> Value {
    let (id, seq) = target.split_once(':').unwrap();
    let text = world.stdout(&["show", id, "--at", seq, "--json"]);
    serde_json::from_str(&text).unwrap()
}

fn line(world: &World, id: &str) -> Value {
    let text = world.stdout(&["list", "--json", &format!("id:{id}")]);
    serde_json::from_str(&text).unwrap()
}

#[test]
fn an_intent_is_corrected_confirmed_and_taken_back() {
    let world = World::new();
    let target = message(&world);
    let before = event(&world, &target);
    assert_snapshot!(world.run(&format!("correct {target} intent=refund")), @r#"
    -- stderr --
    intent corrected: refund · entry ········
    [0]
    "#);
    let after = event(&world, &target);
    assert_eq!(after["corrections"]["intent"], "refund");
    assert_eq!(after["intent"], before["intent"], "the prediction stays");
    assert_snapshot!(world.run(&format!("correct {target} intent=refund")), @r#"
    -- stderr --
    nothing changed: it is so already
    [0]
    "#);
    for filter in [
        "has:correction",
        "corrected:intent",
        "corrected:intent=refund",
        "turn(corrected:intent=refund)",
    ] {
        assert_eq!(world.stdout(&["count", filter]), "1\n", "{filter}");
    }
    assert!(
        world
            .stdout(&["show", "anna"])
            .contains("corrected to refund")
    );
    // The name alone confirms what was predicted.
    world.stdout(&["correct", &target, "intent"]);
    let predicted = &before["intent"]["name"];
    assert_eq!(event(&world, &target)["corrections"]["intent"], *predicted);
    assert!(world.stdout(&["show", "anna"]).contains("confirmed"));
    world.stdout(&["undo"]);
    assert_eq!(event(&world, &target)["corrections"]["intent"], "refund");
    assert_snapshot!(world.run(&format!("correct {target} intent=")), @r#"
    -- stderr --
    intent correction removed · entry ········
    [0]
    "#);
    assert_eq!(world.stdout(&["count", "has:correction"]), "0\n");
    assert_eq!(
        world.stdout(&["count", "turn(corrected:intent=refund)"]),
        "0\n"
    );
}

#[test]
fn several_at_once_are_one_change() {
    let world = World::new();
    let line_before = line(&world, "anna");
    assert_snapshot!(world.run(
        "correct anna topics=returns/refund,delivery sentiment=-0.5 language=pt 'summary=Wants money back'"
    ), @r#"
    -- stderr --
    topics corrected: returns/refund delivery, sentiment corrected: -0.5, language corrected: pt, summary corrected: Wants money back · entry ········
    [0]
    "#);
    let now = line(&world, "anna");
    assert_eq!(
        now["topics"],
        serde_json::json!(["returns/refund", "delivery"])
    );
    assert_eq!(now["sentiment"], serde_json::json!(-0.5));
    assert_eq!(
        (&now["language"], &now["summary"]),
        (&"pt".into(), &"Wants money back".into())
    );
    for filter in [
        "topic:returns",
        "topic:returns/refund corrected:topic=delivery",
        "sentiment<0",
        "lang:pt",
        "corrected:language=pt",
        "corrected:summary",
    ] {
        assert_eq!(world.stdout(&["count", filter]), "1\n", "{filter}");
    }
    assert!(
        world
            .stdout(&["count", "--by", "topic"])
            .contains("delivery")
    );
    assert!(world.stdout(&["count", "--by", "lang"]).contains("1  pt"));
    let shown = world.stdout(&["show", "anna"]);
    assert!(
        shown.contains("topics returns/refund, delivery (corrected)"),
        "{shown}"
    );
    world.stdout(&["undo"]);
    assert_eq!(line(&world, "anna"), line_before);
    assert_eq!(world.stdout(&["count", "lang:pt"]), "0\n");
}

#[test]
fn a_sentiment_that_cannot_be_asked_for_is_refused() {
    let world = World::new();
    assert_snapshot!(world.run("correct anna sentiment=neg"), @r#"
    -- stderr --
    afterword: the corrected sentiment is positive, neutral, negative or a number from -1 to 1
    [2]
    "#);
    world.stdout(&["correct", "anna", "sentiment=Negative"]);
    assert_eq!(line(&world, "anna")["sentiment"], "negative");
}

#[test]
fn a_filter_corrects_all_that_match() {
    let world = World::new();
    let all = world.stdout(&["count"]);
    assert_snapshot!(world.run("correct language=pt --filter ''"), @r#"
    -- stderr --
    4 conversations: language corrected: pt · entry ········
    [0]
    "#);
    assert_eq!(world.stdout(&["count", "lang:pt"]), all);
    world.stdout(&["correct", "language=", "--filter", "lang:pt"]);
    assert_eq!(world.stdout(&["count", "corrected:language"]), "0\n");
    assert_snapshot!(world.run("correct language=pt --filter tag:nothing"), @r#"
    -- stderr --
    nothing matches: nothing changed
    [0]
    "#);
    assert_snapshot!(world.run("correct intent=a --filter tag:nothing"), @r#"
    -- stderr --
    afterword: intent is corrected message by message
    hint: afterword correct ID:SEQ intent=…
    [2]
    "#);
}

#[test]
fn entities_are_marked_in_characters() {
    let world = World::new();
    let target = message(&world);
    let given = r#"entities=[{"entity":"b","start":3,"end":5,"role":"to"},{"entity":"a","start":0,"end":2,"value":7}]"#;
    world.stdout(&["correct", &target, given]);
    let text = event(&world, &target);
    let said: String = text["text"]
        .as_str()
        .unwrap()
        .chars()
        .skip(3)
        .take(2)
        .collect();
    assert_eq!(
        text["corrections"]["entities"],
        serde_json::json!([
            {"entity": "a", "value": 7, "start": 0, "end": 2},
            {"entity": "b", "value": said, "start": 3, "end": 5, "role": "to"},
        ])
    );
    assert_eq!(world.stdout(&["count", "corrected:entities=b"]), "1\n");
    for wrong in [
        "entities={}",
        r#"entities=[{"entity":"a","start":0,"end":900}]"#,
        r#"entities=[{"entity":"a","start":0,"end":2},{"entity":"b","start":1,"end":3}]"#,
        r#"entities=[{"entity":" ","start":0,"end":2}]"#,
    ] {
        let done = world.output(&["correct", &target, wrong]);
        assert_eq!(done.status.code(), Some(2), "{wrong}: {done:?}");
    }
    world.stdout(&["correct", &target, "entities=[]", "intent"]);
    assert_eq!(
        event(&world, &target)["corrections"]["entities"],
        serde_json::json!([])
    );
    world.stdout(&["undo"]);
    assert!(
        event(&world, &target)["corrections"]["intent"].is_null(),
        "one change"
    );
}

#[test]
fn wrong_corrections_are_said() {
    let world = World::new();
    let target = message(&world);
    let bot = format!("anna:{}", {
        let text = world.stdout(&["show", "anna", "--json"]);
        let shown: Value = serde_json::from_str(&text).unwrap();
        let events = shown["events"].as_array().unwrap().clone();
        events.iter().position(|e| e["kind"] == "bot").unwrap()
    });
    assert_snapshot!(world.run("correct anna"), @r#"
    -- stderr --
    afterword: nothing to correct
    hint: like intent=refund, topics=a,b
    [2]
    "#);
    assert_snapshot!(world.run("correct intent=a"), @r#"
    -- stderr --
    afterword: no message is named
    hint: like 7kq2m4xd:12
    [2]
    "#);
    assert_snapshot!(world.run("correct anna intnt=a"), @r#"
    -- stderr --
    afterword: `intnt=a` is nothing to correct
    hint: did you mean `intent`?
    [2]
    "#);
    assert_snapshot!(world.run("correct anna language"), @r#"
    -- stderr --
    afterword: `language`: a value is missing
    hint: language=…; an empty one removes the correction
    [2]
    "#);
    assert_snapshot!(world.run("correct anna intent=a"), @r#"
    -- stderr --
    afterword: intent is corrected on a message: anna:SEQ
    hint: its user messages are 3, 7, 11
    [2]
    "#);
    assert_snapshot!(world.run(&format!("correct {bot} intent=a")), @r#"
    -- stderr --
    afterword: anna:5 is no user message but a bot event: only what the user said has intent and entities
    hint: its user messages are 3, 7, 11
    [1]
    "#);
    assert_snapshot!(world.run(&format!("correct {target} language=pt")), @r#"
    -- stderr --
    afterword: language is of the whole conversation
    hint: afterword correct anna language=…
    [2]
    "#);
    assert_snapshot!(world.run(&format!("correct {target} intent=a language=pt")), @r#"
    -- stderr --
    afterword: intent is of one message, language of the whole conversation: two commands
    [2]
    "#);
    assert_snapshot!(world.run("correct anna language=pt language=it"), @r#"
    -- stderr --
    afterword: `language=it`: language is given twice
    [2]
    "#);
    assert_snapshot!(world.run("correct anna bob language=pt"), @r#"
    -- stderr --
    afterword: `bob`: one id at a time
    hint: several conversations by --filter FILTER
    [2]
    "#);
    assert_snapshot!(world.run("correct anna:99 intent=a"), @r#"
    -- stderr --
    afterword: anna has no event 99
    hint: its events are 0 to 15
    [1]
    "#);
    assert_eq!(world.stdout(&["count", "has:correction"]), "0\n");
}

#[test]
fn corrections_come_along_with_reviews() {
    let world = World::new();
    let target = message(&world);
    world.stdout(&["correct", &target, "intent=refund"]);
    world.stdout(&["correct", "anna", "topics=returns/refund", "language=pt"]);
    let exported = world.stdout(&["show", "anna", "--json"]);
    let other = World::empty();
    other.write("one.jsonl", exported);
    other.stdout(&["import", "--with-review", "one.jsonl"]);
    for filter in [
        "has:correction",
        "corrected:intent=refund",
        "turn(corrected:intent=refund)",
        "topic:returns",
        "lang:pt",
    ] {
        assert_eq!(other.stdout(&["count", filter]), "1\n", "{filter}");
    }
}

#[test]
fn confusion_counts_predicted_against_corrected() {
    let world = World::new();
    assert_snapshot!(world.run("stats --confusion"), @r#"
    -- stderr --
    0 messages corrected or confirmed in 0 conversations
    `afterword correct ID:SEQ intent=NAME` corrects one, i does on the screen
    [0]
    "#);
    assert_snapshot!(world.run("stats"), @r#"
    -- stderr --
    afterword: the following required arguments were not provided: --confusion
    hint: `afterword stats --help` shows how
    [2]
    "#);
    let target = message(&world);
    world.stdout(&["correct", &target, "intent=other"]);
    world.stdout(&["correct", "anna:7", "intent"]);
    assert_snapshot!(world.run("stats --confusion"), @r#"
        count predicted                        corrected
            1 greet                            other
            1 refund                           (right)

        right     wrong   share predicted
            0         1      0% greet
            1         0    100% refund
    -- stderr --
    2 messages corrected or confirmed in 1 conversation, 50% predicted right
    [0]
    "#);
    let text = world.stdout(&["stats", "--confusion", "--json"]);
    let counted: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (&counted["messages"], &counted["conversations"]),
        (&2.into(), &1.into())
    );
    for pair in counted["pairs"].as_array().unwrap() {
        let filter = pair["filter"].as_str().unwrap();
        assert_eq!(world.stdout(&["count", filter]), "1\n", "{filter}");
    }
    let text = world.stdout(&["stats", "--confusion", "--json", "id:bob"]);
    let counted: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(counted["messages"], 0);
}
