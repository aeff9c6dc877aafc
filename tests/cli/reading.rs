//! `list`, `count`, `show`, `doctor`, `config`: nothing here changes a store.

use std::collections::BTreeSet;

use insta::assert_snapshot;
use serde_json::Value;

use crate::world::World;

/// The names of the conversation object, in the order of the manual.
const NAMES: &str = "id source external_id channel user_id user_name started_at ended_at duration_s \
    messages user_messages bot_messages queries rating rating_comment escalated agent language location \
    device status verdict flagged flagged_events notes corrections tags auto_tags queue version \
    min_confidence min_margin min_action_confidence fallbacks intents actions slots flows topics \
    sentiment summary metadata";

/// The names of an event of `show --json`.
const EVENT: &str = "seq at kind text payload buttons intent entities action slot flow fallback reverted \
    flagged notes corrections raw";

/// The names of an object's fields, in its own order.
fn names(json: &str) -> Vec<String> {
    struct Names(Vec<String>);
    impl<'de> serde::Deserialize<'de> for Names {
        fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
            struct Visit;
            impl<'de> serde::de::Visitor<'de> for Visit {
                type Value = Names;
                fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str("an object")
                }
                fn visit_map<A: serde::de::MapAccess<'de>>(
                    self,
                    mut map: A,
                ) -> Result<Names, A::Error> {
                    let mut names = Vec::new();
                    while let Some((name, _)) = map.next_entry::<String, serde::de::IgnoredAny>()? {
                        names.push(name);
                    }
                    Ok(Names(names))
                }
            }
            from.deserialize_map(Visit)
        }
    }
    serde_json::from_str::<Names>(json).unwrap().0
}

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

#[test]
fn without_a_store_commands_say_how_to_get_one() {
    let world = World::empty();
    let expected = world.run("list");
    assert_snapshot!(expected, @r#"
    -- stderr --
    afterword: there is no store at store.db
    hint: `afterword import PATH` makes one; `afterword demo` shows the screen without one
    [1]
    "#);
    for line in [
        "count",
        "show x",
        "mark reviewed x",
        "tag list",
        "tag add a x",
        "flag x",
        "note x y",
        "undo",
        "redo",
        "log",
        "preset list",
        "preset save x",
        "doctor",
        "doctor --repair",
    ] {
        assert_eq!(world.run(line), expected, "{line}");
    }
    assert!(!world.store().exists());
}

#[test]
fn the_table_fits_the_width() {
    let world = World::new();
    world.stdout(&["tag", "add", "billing", "anna"]);
    assert_snapshot!(world.run("list"), @r#"
    id        status    last activity      conversation          msgs  conf
    ibrtxbrj  unread    29 Apr 11:00       carla#2                  2  0.66  and now?
    k367byip  unread    29 Apr 09:00       carla                    2  0.88  where is my order
    psq7s4rf  unread    28 Apr 09:00       bob                      4  0.31  my parcel has legs
    dg2l7odn  unread    27 Apr 09:00       anna                     6  0.42  [billing] I want my money …
    [0]
    "#);
    for columns in ["80", "100"] {
        let world = World::new().columns(columns);
        for line in world.stdout(&["list"]).lines() {
            assert!(line.chars().count() <= columns.parse().unwrap(), "{line}");
        }
    }
    assert_snapshot!(world.run("list --columns id,user_id,tags,intents --sort started --reverse"), @r#"
    id        user_id               tags                  intents
    dg2l7odn  anna                  billing               {"greet": 1, "refund": 1, "in…
    psq7s4rf  bob                                         {"nlu_fallback": 1, "human": …
    k367byip  carla                                       {"track": 1}
    ibrtxbrj  carla                                       {"track": 1}
    [0]
    "#);
    assert_snapshot!(world.run("list --limit 1 is:unread"), @r#"
    id        status    last activity      conversation          msgs  conf
    ibrtxbrj  unread    29 Apr 11:00       carla#2                  2  0.66  and now?
    [0]
    "#);
    assert_snapshot!(world.run("list intent:refund -tag:billing"), @r#"
    -- stderr --
    nothing matches: `-tag:billing` leaves nothing of what the terms before it match
    [0]
    "#);
}

#[test]
fn negated_terms_need_no_quotes() {
    let world = World::new();
    world.stdout(&["tag", "add", "billing", "anna"]);
    assert_snapshot!(world.run("list -tag:billing --columns external_id"), @r#"
    conversation
    carla#2
    carla
    bob
    [0]
    "#);
    assert_snapshot!(world.run("count -(intent:track OR tag:billing)"), @r#"
    1
    [0]
    "#);
    assert_snapshot!(world.run("count intent:track -hello -order"), @r#"
    1
    [0]
    "#);
    assert_snapshot!(world.run("count -- -tag:billing"), @r#"
    3
    [0]
    "#);
}

#[test]
fn csv_has_a_heading_and_quotes_what_needs_it() {
    let world = World::new();
    world.stdout(&["tag", "add", "a, \"b\"", "anna"]);
    assert_snapshot!(world.run("list --csv intent:refund"), @r#"
    id,source,external_id,user_id,channel,status,verdict,flagged,started_at,ended_at,messages,min_confidence,rating,tags
    dg2l7odnn5alcdp5,main,anna,anna,webchat,unread,,false,2026-04-27T09:00:00.000Z,2026-04-27T09:00:41.000Z,6,0.42,,"a, ""b"""
    [0]
    "#);
    assert_snapshot!(world.run("list --csv --columns external_id,tags,slots intent:refund OR slot:city"), @r#"
    external_id,tags,slots
    carla,,"{""city"": ""Rome""}"
    anna,"a, ""b""","{""order"": ""last""}"
    [0]
    "#);
    assert_snapshot!(world.run("list --csv intent:nothing"), @r#"
    id,source,external_id,user_id,channel,status,verdict,flagged,started_at,ended_at,messages,min_confidence,rating,tags
    [0]
    "#);
}

#[test]
fn json_has_the_names_of_the_manual() {
    let world = World::new();
    let list = world.stdout(&["list", "--json"]);
    assert_eq!(list.lines().count(), 4);
    for line in list.lines() {
        assert_eq!(names(line), words(NAMES));
    }
    let show = world.stdout(&["show", "--json", "anna"]);
    assert_eq!(show.lines().count(), 1);
    let whole: Value = serde_json::from_str(&show).unwrap();
    let line = list.lines().last().unwrap();
    assert_eq!(
        whole["conversation"],
        serde_json::from_str::<Value>(line).unwrap()
    );
    let event = world.stdout(&["show", "--json", "anna", "--at", "7"]);
    assert_eq!(names(&event), words(EVENT));
    let event: Value = serde_json::from_str(&event).unwrap();
    assert_eq!(whole["events"][7], event);
    let of = |value: &Value| -> BTreeSet<String> {
        value.as_object().unwrap().keys().cloned().collect()
    };
    assert_eq!(
        of(&event["intent"]),
        BTreeSet::from(["confidence", "effective", "margin", "name", "ranking"].map(String::from))
    );
    let margin = event["intent"]["margin"].as_f64().unwrap();
    assert!((margin - 0.03).abs() < 1e-9);
    assert_eq!(event["raw"]["event"], "user");
    assert!(line.contains("\"verdict\": null"));
    // Every name is a column, too.
    let all = words(NAMES).join(",");
    let csv = world.stdout(&["list", "--csv", "--columns", &all]);
    assert_eq!(csv.lines().next().unwrap(), all);
}

#[test]
fn counts_are_plain_or_per_value() {
    let world = World::new();
    assert_snapshot!(world.run("count"), @r#"
    4
    [0]
    "#);
    assert_snapshot!(world.run("count --json is:problem"), @r#"
    {"count":3}
    [0]
    "#);
    assert_snapshot!(world.run("count --by intent --by channel"), @r#"
    intent
             2  track
             1  greet
             1  human
             1  inform
             1  nlu_fallback
             1  refund
    channel
             3  webchat
             1  telegram
    [0]
    "#);
    assert_snapshot!(world.run("count --by channel --json"), @r#"
    {"facet":"channel","value":"webchat","count":3}
    {"facet":"channel","value":"telegram","count":1}
    [0]
    "#);
}

#[test]
fn one_conversation_for_people() {
    let world = World::new();
    world.stdout(&["mark", "negative", "bob"]);
    world.stdout(&["note", "bob:3", "legs?"]);
    world.stdout(&["flag", "bob:3"]);
    assert_snapshot!(world.run("show bob"), @r#"
    bob  psq7s4rfe64gp6xe
    source main · channel telegram · started 28 Apr 09:00 · duration 31s
    status reviewed, negative

       0  09:00:00 action  action_session_start 1.00 RulePolicy
       1  09:00:00 session session_started
       2  09:00:00 action  action_listen
       3! 09:00:03 user    my parcel has legs  [intent nlu_fallback 0.70 (effective 0.31 track)]
                           "ada: legs?
       4  09:00:04 action  action_default_fallback 1.00 RulePolicy
       5  09:00:04 bot     I did not understand.
       6  09:00:04 action  action_listen 1.00 RulePolicy
       7  09:00:30 user    talk to a person  [intent human 0.93]
       8  09:00:31 action  utter_sorry 1.00 RulePolicy
       9  09:00:31 bot     Nobody is there now.
      10  09:00:31 action  action_listen 1.00 RulePolicy
    [0]
    "#);
    assert_snapshot!(world.run("show bob --at 3"), @r#"
    bob  psq7s4rfe64gp6xe
    source main · channel telegram · started 28 Apr 09:00 · duration 31s
    status reviewed, negative

       3! 09:00:03 user    my parcel has legs  [intent nlu_fallback 0.70 (effective 0.31 track)]
                           "ada: legs?
    [0]
    "#);
    assert_snapshot!(world.run("show bob --at 3 --raw"), @r#"
    {"event": "user", "timestamp": 1777366803, "text": "my parcel has legs", "input_channel": "telegram", "message_id": "m1777366803", "parse_data": {"text": "my parcel has legs", "intent": {"name": "nlu_fallback", "confidence": 0.7}, "entities": [], "intent_ranking": [{"name": "nlu_fallback", "confidence": 0.7}, {"name": "track", "confidence": 0.31}, {"name": "refund", "confidence": 0.2}]}}
    [0]
    "#);
}

#[test]
fn one_conversation_to_paste() {
    let world = World::new();
    world.stdout(&["mark", "negative", "bob"]);
    world.stdout(&["note", "bob:3", "legs?\nreally"]);
    assert_snapshot!(world.run("show bob --markdown"), @r#"
    # Conversation psq7s4rfe64gp6xe

    - conversation: `bob`
    - link: `afterword://psq7s4rfe64gp6xe`
    - source: `main`
    - channel: `telegram`
    - started: 2026-04-28 09:00:00 UTC
    - duration: 31s
    - status: reviewed, negative

    **User** · 09:00:03 · **not understood**

    > `my parcel has legs`

    intent `nlu_fallback` 0.70 (effective 0.31 `track`)

    **Note** by `ada`

    > `legs?`\
    > `really`

    → action `action_default_fallback` 1.00 `RulePolicy` (**fallback**)

    **Assistant** · 09:00:04

    > `I did not understand.`

    **User** · 09:00:30

    > `talk to a person`

    intent `human` 0.93

    → action `utter_sorry` 1.00 `RulePolicy`

    **Assistant** · 09:00:31

    > `Nobody is there now.`
    [0]
    "#);
    assert_snapshot!(world.run("show bob --markdown --at 9"), @r#"
    `bob` · channel `telegram` · started 2026-04-28 09:00:00 UTC · status reviewed, negative · `afterword://psq7s4rfe64gp6xe/zp4ymuqssj7uba7c`

    _… 1 turn before_

    **User** · 09:00:03 · **not understood**

    > `my parcel has legs`

    intent `nlu_fallback` 0.70 (effective 0.31 `track`)

    **Note** by `ada`

    > `legs?`\
    > `really`

    → action `action_default_fallback` 1.00 `RulePolicy` (**fallback**)

    **Assistant** · 09:00:04

    > `I did not understand.`

    **User** · 09:00:30

    > `talk to a person`

    intent `human` 0.93

    → action `utter_sorry` 1.00 `RulePolicy`

    **Assistant** · 09:00:31 · **linked**

    > `Nobody is there now.`
    [0]
    "#);
}

#[test]
fn unknown_names_give_the_nearest() {
    let world = World::new();
    assert_snapshot!(world.run("list is:unred"), @r#"
    -- stderr --
    afterword: filter, column 4: unknown value `unred` of `is`
    hint: did you mean `unread`?
    [2]
    "#);
    assert_snapshot!(world.run("list itnent:refund"), @r#"
    -- stderr --
    afterword: filter, column 1: unknown field `itnent`
    hint: did you mean `intent`?
    [2]
    "#);
    assert_snapshot!(world.run("list intent:"), @r#"
    -- stderr --
    afterword: filter, column 8: expected a value after `intent:`
    hint: for example intent:refund<0.5
    [2]
    "#);
    assert_snapshot!(world.run("list 'tag:\"a'"), @r#"
    -- stderr --
    afterword: filter, column 5: this quote is not closed
    [2]
    "#);
    assert_snapshot!(world.run("list --sort endd"), @r#"
    -- stderr --
    afterword: unknown order `endd`
    hint: did you mean `ended`?
    [2]
    "#);
    assert_snapshot!(world.run("list --columns id,tag"), @r#"
    -- stderr --
    afterword: unknown column `tag`
    hint: did you mean `tags`?
    [2]
    "#);
    assert_snapshot!(world.run("count --by intnt"), @r#"
    -- stderr --
    afterword: unknown facet `intnt`
    hint: did you mean `intent`?
    [2]
    "#);
    assert_snapshot!(world.run("show nobody"), @r#"
    -- stderr --
    afterword: there is no conversation nobody
    hint: `afterword list` shows the ids; the beginning of one is enough
    [1]
    "#);
    assert_snapshot!(world.run("show bob --at 99"), @r#"
    -- stderr --
    afterword: bob has no event 99
    hint: its events are 0 to 10
    [1]
    "#);
    assert_snapshot!(world.run("lst"), @r#"
    -- stderr --
    afterword: unrecognized subcommand 'lst'
    hint: did you mean `list`?
    [2]
    "#);
    assert_snapshot!(world.run("list --jsn"), @r#"
    -- stderr --
    afterword: unexpected argument '--jsn' found
    hint: did you mean `--json`?
    [2]
    "#);
    assert_snapshot!(world.run("list --json --csv"), @r#"
    -- stderr --
    afterword: the argument '--json' cannot be used with '--csv'
    hint: `afterword list --help` shows how
    [2]
    "#);
    assert_snapshot!(world.run("list --limit many"), @r#"
    -- stderr --
    afterword: invalid value 'many' for '--limit <N>': invalid digit found in string
    hint: `afterword list --help` shows how
    [2]
    "#);
}

#[test]
fn an_ambiguous_id_lists_its_matches() {
    let world = World::empty();
    let log: String = (0..40)
        .map(|n| format!("{{\"sender_id\": \"user {n}\", \"events\": [{{\"event\": \"user\", \"timestamp\": 1777280400, \"text\": \"hi\"}}]}}\n"))
        .collect();
    world.write("many.jsonl", log);
    world.stdout(&["import", "many.jsonl"]);
    let list = world.stdout(&["list", "--csv", "--columns", "id"]);
    let mut ids: Vec<&str> = list.lines().skip(1).collect();
    ids.sort_unstable();
    // Forty ids, thirty-two first letters.
    let two = ids.windows(2).find(|w| w[0][..1] == w[1][..1]).unwrap();
    let said = world.run(&format!("show {}", &two[0][..1]));
    assert!(said.contains(" means "), "{said}");
    assert!(two.iter().all(|id| said.contains(id)), "{said}");
    assert!(said.ends_with("[1]\n"), "{said}");
}

#[test]
fn doctor_finds_nothing_in_a_sound_store() {
    let world = World::new();
    assert_snapshot!(world.run("doctor"), @r#"
    the store is sound
    [0]
    "#);
    assert_snapshot!(world.run("doctor --deep"), @r#"
    the store is sound
    [0]
    "#);
    assert_snapshot!(world.run("doctor --repair"), @r#"
    4 conversations rebuilt, 0 damaged
    the store is sound
    [0]
    "#);
}

#[test]
fn the_configuration_is_shown_and_its_mistakes_are_named() {
    let world = World::new();
    world.write(
        "own.toml",
        "reviewer = \"cy\"\n[keys]\n\"B\" = \"tag billing\"\n",
    );
    world.write("bad.toml", "reviewer = \"cy\"\nreviewr = 1\n");
    assert_snapshot!(world.run("--config own.toml config show"), @r#"
    reviewer = "ada"
    store = "store.db"
    glyphs = "auto"

    [keys]
    B = "tag billing"
    [0]
    "#);
    assert_snapshot!(world.run("--config bad.toml list"), @r#"
    -- stderr --
    afterword: bad.toml line 2: unknown name `reviewr`
    hint: did you mean `reviewer`?
    [2]
    "#);
    assert_snapshot!(world.run("--config none.toml list"), @r#"
    -- stderr --
    afterword: none.toml: no such file or directory
    [1]
    "#);
    assert_snapshot!(world.run("config path"), @r#"
    configuration ~/.config/afterword/config.toml
    store store.db
    [0]
    "#);
    let keys = world.stdout(&["--config", "own.toml", "config", "keys"]);
    assert!(keys.contains("\"r\" = \"reviewed\"\n") && keys.ends_with("\"B\" = \"tag billing\"\n"));
    // What it prints is what it takes.
    world.write("keys.toml", keys);
    world.stdout(&["--config", "keys.toml", "config", "keys"]);
}

#[test]
fn options_go_before_the_environment_and_that_before_the_configuration() {
    let world = World::new();
    world.write("own.toml", "reviewer = \"cy\"\nstore = \"other.db\"\n");
    let who = |args: &[&str], env: &[(&str, &str)]| {
        let mut command = world.command(args);
        command
            .arg("config")
            .arg("show")
            .env_remove("AFTERWORD_REVIEWER")
            .env_remove("AFTERWORD_STORE");
        let done = command
            .envs(env.iter().copied())
            .env("LOGNAME", "dan")
            .output()
            .unwrap();
        let text = String::from_utf8(done.stdout).unwrap();
        text.lines().take(2).collect::<Vec<_>>().join(" ")
    };
    let config = ("AFTERWORD_CONFIG", "own.toml");
    assert_eq!(
        who(
            &["--reviewer", "eve", "--store", "x.db"],
            &[config, ("AFTERWORD_REVIEWER", "bo")]
        ),
        "reviewer = \"eve\" store = \"x.db\""
    );
    assert_eq!(
        who(
            &[],
            &[
                config,
                ("AFTERWORD_REVIEWER", "bo"),
                ("AFTERWORD_STORE", "y.db")
            ]
        ),
        "reviewer = \"bo\" store = \"y.db\""
    );
    assert_eq!(
        who(&[], &[config]),
        "reviewer = \"cy\" store = \"other.db\""
    );
    assert!(who(&[], &[]).starts_with("reviewer = \"dan\" store = \"/"));
    let done = world
        .command(&["list"])
        .env("AFTERWORD_NOW", "noon")
        .output()
        .unwrap();
    assert_snapshot!(world.report(&done), @r#"
    -- stderr --
    afterword: AFTERWORD_NOW: `noon` is no time
    hint: like 2026-05-01T14:00:00Z
    [2]
    "#);
    assert_snapshot!(world.run("--reviewer 'a\nb' list"), @r#"
    -- stderr --
    afterword: `a⏎b` cannot be a reviewer's name
    hint: 1 to 60 characters on one line: --reviewer NAME
    [2]
    "#);
}
