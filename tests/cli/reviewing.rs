//! `mark`, `tag`, `flag`, `note`, `undo`, `redo`, `log`, `preset`.

use insta::assert_snapshot;

use crate::world::World;

#[test]
fn marks_take_their_words_in_any_order() {
    let world = World::new();
    assert_snapshot!(world.run("mark reviewed negative bob"), @r#"
    -- stderr --
    negative, reviewed · entry ········
    [0]
    "#);
    assert_snapshot!(world.run("mark anna positive saved carla"), @r#"
    -- stderr --
    2 conversations: positive, saved · entry ········
    [0]
    "#);
    assert_snapshot!(world.run("mark none --filter verdict:positive"), @r#"
    -- stderr --
    2 conversations: no verdict · entry ········
    [0]
    "#);
    assert_snapshot!(world.run("mark positive carla#2"), @r#"
    -- stderr --
    positive, reviewed · entry ········
    [0]
    "#);
    assert_snapshot!(world.run("list --columns external_id,status,verdict"), @r#"
    conversation          status    verdict
    carla#2               reviewed  positive
    carla                 saved
    bob                   reviewed  negative
    anna                  saved
    [0]
    "#);
    assert_snapshot!(world.run("mark deleted bob"), @r#"
    -- stderr --
    deleted · entry ········
    [0]
    "#);
    assert_snapshot!(world.run("count"), @r#"
    3
    [0]
    "#);
    assert_snapshot!(world.run("count is:deleted"), @r#"
    1
    [0]
    "#);
}

#[test]
fn what_changes_nothing_is_no_failure() {
    let world = World::new();
    world.stdout(&["mark", "reviewed", "bob"]);
    assert_snapshot!(world.run("mark reviewed bob"), @r#"
    -- stderr --
    nothing changed: it is so already
    [0]
    "#);
    assert_snapshot!(world.run("mark reviewed --filter tag:nothing"), @r#"
    -- stderr --
    nothing matches: nothing changed
    [0]
    "#);
    assert_snapshot!(world.run("unflag bob"), @r#"
    -- stderr --
    nothing changed: it is so already
    [0]
    "#);
    assert_snapshot!(world.run("--quiet mark reviewed bob"), @r#"[0]"#);
}

#[test]
fn wrong_marks_are_said() {
    let world = World::new();
    assert_snapshot!(world.run("mark reviwed bob"), @r#"
    -- stderr --
    afterword: `reviwed` is nothing to mark with
    hint: did you mean `reviewed`?
    [2]
    "#);
    assert_snapshot!(world.run("mark bob"), @r#"
    -- stderr --
    afterword: nothing to mark with
    hint: one of reviewed saved unread deleted positive negative none
    [2]
    "#);
    assert_snapshot!(world.run("mark reviewed"), @r#"
    -- stderr --
    afterword: no conversation is named
    hint: by ids, or by --filter FILTER
    [2]
    "#);
    assert_snapshot!(world.run("mark reviewed saved bob"), @r#"
    -- stderr --
    afterword: `saved`: one status and one verdict at most
    [2]
    "#);
    assert_snapshot!(world.run("mark reviewed bob nobody"), @r#"
    -- stderr --
    afterword: there is no conversation nobody
    hint: `afterword list` shows the ids; the beginning of one is enough
    [1]
    "#);
    assert_snapshot!(world.run("mark reviewed bob --filter is:unread"), @r#"
    -- stderr --
    afterword: `bob`: ids and --filter exclude each other
    hint: a filter of several words is quoted: --filter 'is:unread tag:x'
    [2]
    "#);
    assert_snapshot!(world.run("mark reviewed --filter is:unred"), @r#"
    -- stderr --
    afterword: filter, column 4: unknown value `unred` of `is`
    hint: did you mean `unread`?
    [2]
    "#);
    assert_snapshot!(world.run("log"), @r#"[0]"#);
}

#[test]
fn tags_have_a_vocabulary() {
    let world = World::new();
    assert_snapshot!(world.run("tag add billing anna bob"), @r#"
    -- stderr --
    2 conversations: tag billing on · entry ········
    [0]
    "#);
    assert_snapshot!(world.run("tag add Billing anna"), @r#"
    -- stderr --
    nothing changed: it is so already
    [0]
    "#);
    assert_snapshot!(world.run("tag add travel --filter slot:city=Rome"), @r#"
    -- stderr --
    tag travel on · entry ········
    [0]
    "#);
    assert_snapshot!(world.run("tag remove billing bob"), @r#"
    -- stderr --
    tag billing off · entry ········
    [0]
    "#);
    assert_snapshot!(world.run("tag describe billing 'money matters' --key 2"), @r#"
    -- stderr --
    tag billing on key 2, tag billing described · entry ········
    [0]
    "#);
    assert_snapshot!(world.run("tag list"), @r#"
    2 billing                          1  money matters
      travel                           1
    [0]
    "#);
    assert_snapshot!(world.run("tag list --json"), @r#"
    {"tag":"billing","description":"money matters","key":"2","count":1}
    {"tag":"travel","description":null,"key":null,"count":1}
    [0]
    "#);
    assert_snapshot!(world.run("tag rename billing money"), @r#"
    -- stderr --
    tag billing renamed money · entry ········
    [0]
    "#);
    assert_snapshot!(world.run("tag delete travel"), @r#"
    -- stderr --
    tag travel deleted · entry ········
    [0]
    "#);
    assert_snapshot!(world.run("tag list"), @r#"
    2 money                            1  money matters
    [0]
    "#);
    assert_snapshot!(world.run("tag remove mony anna"), @r#"
    -- stderr --
    afterword: there is no tag mony
    hint: did you mean `money`?
    [1]
    "#);
    assert_snapshot!(world.run("tag rename nothing else"), @r#"
    -- stderr --
    afterword: there is no tag nothing
    hint: `afterword tag list` shows them
    [1]
    "#);
    assert_snapshot!(world.run("tag describe money x --key x"), @r#"
    -- stderr --
    afterword: tags are on the keys 1 to 9, not on x
    [1]
    "#);
    assert_snapshot!(world.run("tag add ' ' anna"), @r#"
    -- stderr --
    afterword: a tag needs a name
    [1]
    "#);
    assert_snapshot!(world.run("tag add x"), @r#"
    -- stderr --
    afterword: the following required arguments were not provided: <ID>...
    hint: `afterword tag add --help` shows how
    [2]
    "#);
}

#[test]
fn flags_and_notes_stand_on_conversations_and_events() {
    let world = World::new();
    assert_snapshot!(world.run("flag anna bob:3"), @r#"
    -- stderr --
    2 conversations: flagged event 3, flagged · entry ········
    [0]
    "#);
    assert_snapshot!(world.run("flag --hits --filter 'turn(intent:track)'"), @r#"
    -- stderr --
    2 conversations: flagged 2 events · entry ········
    [0]
    "#);
    assert_snapshot!(world.run("list --columns external_id,flagged,flagged_events"), @r#"
    conversation          flagged     flagged_events
    carla#2               false       1
    carla                 false       1
    bob                   false       1
    anna                  true        0
    [0]
    "#);
    assert_snapshot!(world.run("unflag --filter is:flagged"), @r#"
    -- stderr --
    unflagged · entry ········
    [0]
    "#);
    assert_snapshot!(world.run("note anna wants her money"), @r#"
    -- stderr --
    note: wants her money · entry ········
    [0]
    "#);
    assert_snapshot!(world.run("note anna:7 'here it began'"), @r#"
    -- stderr --
    note: here it began · entry ········
    [0]
    "#);
    assert_snapshot!(world.run("flag anna:99"), @r#"
    -- stderr --
    afterword: anna has no event 99
    hint: its events are 0 to 15
    [1]
    "#);
    assert_snapshot!(world.run("flag anna:x"), @r#"
    -- stderr --
    afterword: there is no conversation anna:x
    hint: `afterword list` shows the ids; the beginning of one is enough
    [1]
    "#);
    assert_snapshot!(world.run("flag"), @r#"
    -- stderr --
    afterword: the following required arguments were not provided: <ID[:SEQ]>...
    hint: `afterword flag --help` shows how
    [2]
    "#);
    assert_snapshot!(world.run("flag --hits anna"), @r#"
    -- stderr --
    afterword: the following required arguments were not provided: --filter <FILTER>
    hint: `afterword flag --help` shows how
    [2]
    "#);
    assert_snapshot!(world.run("note anna ' '"), @r#"
    -- stderr --
    afterword: an empty note is not kept
    hint: afterword note ID TEXT
    [2]
    "#);
    assert_snapshot!(world.run("note anna -5"), @r#"
    -- stderr --
    afterword: unexpected argument '-5' found
    hint: to pass '-5' as a value, use '-- -5'
    [2]
    "#);
}

#[test]
fn a_colon_may_belong_to_the_id() {
    let world = World::empty();
    let line = |id: &str| {
        format!(
            "{{\"sender_id\": \"{id}\", \"events\": [{{\"event\": \"user\", \"timestamp\": 1777280400, \"text\": \"hi\"}}]}}\n"
        )
    };
    world.write("log.jsonl", line("29:1") + &line("29:x:0"));
    world.stdout(&["import", "log.jsonl"]);
    assert_snapshot!(world.run("flag 29:1"), @r#"
    -- stderr --
    flagged · entry ········
    [0]
    "#);
    assert_snapshot!(world.run("flag 29:1:0 29:x:0"), @r#"
    -- stderr --
    2 conversations: flagged event 0, flagged · entry ········
    [0]
    "#);
    assert_snapshot!(world.run("flag 29:x:0:0"), @r#"
    -- stderr --
    flagged event 0 · entry ········
    [0]
    "#);
}

#[test]
fn changes_are_taken_back_newest_first() {
    let world = World::new();
    world.stdout(&["mark", "reviewed", "bob"]);
    world.stdout(&["tag", "add", "a", "bob"]);
    world.stdout(&["mark", "saved", "--filter", "intent:track"]);
    assert_snapshot!(world.run("undo"), @r#"
    -- stderr --
    undo: 2 conversations: saved · entry ········
    [0]
    "#);
    assert_snapshot!(world.run("undo 2"), @r#"
    -- stderr --
    undo: tag a on · entry ········
    undo: reviewed · entry ········
    [0]
    "#);
    assert_snapshot!(world.run("undo"), @r#"
    -- stderr --
    nothing of ada is left to undo
    [0]
    "#);
    assert_snapshot!(world.run("redo"), @r#"
    -- stderr --
    redo: reviewed · entry ········
    [0]
    "#);
    assert_snapshot!(world.run("undo 5"), @r#"
    -- stderr --
    undo: reviewed · entry ········
    no more of ada is left to undo
    [0]
    "#);
    assert_snapshot!(world.run("undo 0"), @r#"
    -- stderr --
    afterword: 0 changes are nothing to undo
    hint: `afterword undo` takes back one
    [2]
    "#);
    assert_snapshot!(world.run("undo zzzz"), @r#"
    -- stderr --
    afterword: there is no entry zzzz in the journal
    hint: `afterword log` lists the entries
    [1]
    "#);
    assert_snapshot!(world.run("log"), @r#"
    ········  1 May 12:00        ada           undo: reviewed  bob
    ········  1 May 12:00        ada           redo: reviewed  bob
    ········  1 May 12:00        ada           undo: reviewed  bob  (taken back)
    ········  1 May 12:00        ada           undo: tag a on  bob
    ········  1 May 12:00        ada           undo: 2 conversations: saved  [intent:track]
    ········  1 May 12:00        ada           2 conversations: saved  [intent:track]  (taken back)
    ········  1 May 12:00        ada           tag a on  bob  (taken back)
    ········  1 May 12:00        ada           reviewed  bob  (taken back)
    [0]
    "#);
    assert_snapshot!(world.run("log carla"), @r#"
    ········  1 May 12:00        ada           undo: 2 conversations: saved  [intent:track]
    ········  1 May 12:00        ada           2 conversations: saved  [intent:track]  (taken back)
    [0]
    "#);
    assert_snapshot!(world.run("log --bulk"), @r#"
    ········  1 May 12:00        ada           undo: 2 conversations: saved  [intent:track]
    ········  1 May 12:00        ada           2 conversations: saved  [intent:track]  (taken back)
    [0]
    "#);
    assert_snapshot!(world.run("log --since 2026-05-02"), @r#"[0]"#);
    assert_snapshot!(world.run("log --since never"), @r#"
    -- stderr --
    afterword: --since: `never` is no date
    hint: like 2026-05-01, 2026-05-01T14:00, 7d, yesterday, week-1
    [2]
    "#);
}

#[test]
fn what_others_changed_since_stays_and_is_named() {
    let mut world = World::new();
    world.stdout(&["mark", "negative", "saved", "anna", "bob"]);
    let entry = &world.stdout(&["log"])[..8].to_owned();
    world.reviewer("bo");
    world.stdout(&["mark", "positive", "bob"]);
    assert_snapshot!(world.run("undo 2"), @r#"
    -- stderr --
    undo: positive · entry ········
    no more of bo is left to undo
    [0]
    "#);
    world.stdout(&["redo"]);
    world.reviewer("ada");
    assert_snapshot!(world.run(&format!("undo {entry}")), @r#"
    -- stderr --
    undo: 2 conversations: negative, saved · entry ········
    left alone: 1 value changed since by bo: psq7s4rf
    [0]
    "#);
    assert_snapshot!(world.run(&format!("undo {entry}")).replace(&**entry, "········"), @r#"
    -- stderr --
    afterword: entry ········ is taken back already
    [1]
    "#);
    assert_snapshot!(world.run("list --columns external_id,status,verdict is:saved OR -verdict:none"), @r#"
    conversation          status    verdict
    bob                   unread    positive
    [0]
    "#);
}

#[test]
fn the_journal_as_json() {
    let world = World::new();
    world.stdout(&["mark", "reviewed", "--filter", "intent:track"]);
    let log = world.stdout(&["log", "--json"]);
    let mut entry: serde_json::Value = serde_json::from_str(&log).unwrap();
    assert_eq!(entry["entry"].take().as_str().unwrap().len(), 16);
    assert_snapshot!(entry, @r#"{"at":"2026-05-01T12:00:00.000Z","bulk":"intent:track","entry":null,"external_id":"carla","kind":"change","reviewer":"ada","summary":"2 conversations: reviewed","targets":2,"undoes":null,"undone":false}"#);
}

#[test]
fn presets_are_saved_filters() {
    let world = World::new();
    assert_snapshot!(world.run("preset save Refunds --key r --sort rating is:unread -tag:billing"), @r#"
    -- stderr --
    preset Refunds saved
    [0]
    "#);
    assert_snapshot!(world.run("preset show refunds"), @r#"
    is:unread -tag:billing
    [0]
    "#);
    assert_snapshot!(world.run("preset save refunds intent:refund"), @r#"
    -- stderr --
    preset refunds saved
    [0]
    "#);
    let presets = world.stdout(&["preset", "list", "--json"]);
    assert_snapshot!(presets.lines().last().unwrap(), @r#"{"name":"refunds","key":"r","filter":"intent:refund","sort":"rating","reverse":false}"#);
    assert_snapshot!(world.run("preset list"), @r#"
    0 All
    1 Unread                    is:unread
    2 Problems                  is:unread (is:problem OR rating:..2)
    3 Flagged                   is:flagged
    4 Saved for later           is:saved
    5 Fallback                  is:fallback
    6 Positive                  verdict:positive
    7 Negative                  verdict:negative
    8 Last 24 hours             since:24h
    9 Escalated                 is:escalated
    m Mine                      queue:me
    r refunds                   intent:refund
    [0]
    "#);
    assert_snapshot!(world.run("preset show refund"), @r#"
    -- stderr --
    afterword: there is no preset refund
    hint: did you mean `refunds`?
    [1]
    "#);
    assert_snapshot!(world.run("preset delete nothing"), @r#"
    -- stderr --
    afterword: there is no preset nothing
    hint: `afterword preset list` shows them
    [1]
    "#);
    assert_snapshot!(world.run("preset save x --key r"), @r#"
    -- stderr --
    afterword: the key r is that of the preset refunds
    [1]
    "#);
    assert_snapshot!(world.run("preset save x is:unred"), @r#"
    -- stderr --
    afterword: filter, column 4: unknown value `unred` of `is`
    hint: did you mean `unread`?
    [2]
    "#);
    let toml = world.stdout(&["preset", "export"]);
    world.write("presets.toml", &toml);
    assert_snapshot!(world.run("preset delete Refunds"), @r#"
    -- stderr --
    preset refunds deleted
    [0]
    "#);
    assert_snapshot!(world.run("preset import presets.toml"), @r#"
    -- stderr --
    12 presets saved
    [0]
    "#);
    assert_eq!(world.stdout(&["preset", "export"]), toml);
    world.write("bad.toml", "[[preset]]\nname = \"x\"\nfilter = \n");
    assert_snapshot!(world.run("preset import bad.toml"), @r#"
    -- stderr --
    afterword: the presets cannot be read: line 3: string values must be quoted, expected literal string
    [1]
    "#);
    assert_snapshot!(world.run("preset import none.toml"), @r#"
    -- stderr --
    afterword: none.toml: no such file or directory
    [1]
    "#);
}
