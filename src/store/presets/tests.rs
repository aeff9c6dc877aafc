use super::super::testing::temporary;
use super::*;

fn named(store: &Store, name: &str) -> Preset {
    store.preset(name).unwrap()
}

fn refusal<T: std::fmt::Debug>(result: Result<T>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn a_new_store_offers_the_ready_made_presets_in_order() {
    let (_dir, store) = temporary();
    let presets = store.presets().unwrap();
    let keys: String = presets.iter().filter_map(|p| p.key).collect();
    assert_eq!(keys, "0123456789m");
    assert_eq!(presets[0].filter, "");
    assert_eq!(presets[2].name, "Problems");
    assert_eq!(presets[2].filter, "is:unread (is:problem OR rating:..2)");
}

#[test]
fn what_is_deleted_stays_away_when_the_store_is_opened_again() {
    let (dir, mut store) = temporary();
    store.delete_preset("escalated").unwrap();
    drop(store);
    let path = dir.path().join("store.db");
    let store = Store::open(&path, &super::super::Access::Review).unwrap();
    assert_eq!(store.presets().unwrap().len(), 10);
    assert_eq!(
        refusal(store.preset("Escalated")),
        "there is no preset Escalated"
    );
}

#[test]
fn saving_keeps_the_place_of_a_known_name_and_appends_a_new_one() {
    let (_dir, mut store) = temporary();
    let changed = Preset {
        name: " unread ".into(),
        key: Some('1'),
        filter: " is:unread lang:en ".into(),
        sort: SortKey::Rating,
        reverse: true,
        columns: vec!["agent".into(), "queue".into()],
    };
    store.save_preset(&changed).unwrap();
    let new = Preset {
        name: "Ärger".into(),
        key: Some('ä'),
        ..Preset::default()
    };
    store.save_preset(&new).unwrap();
    store
        .save_preset(&Preset {
            name: "ärger".into(),
            ..new
        })
        .unwrap();
    let presets = store.presets().unwrap();
    assert_eq!(presets.len(), 12);
    assert_eq!(presets[1].name, "unread");
    assert_eq!(presets[1].filter, "is:unread lang:en");
    assert_eq!(
        (presets[1].sort, presets[1].reverse),
        (SortKey::Rating, true)
    );
    assert_eq!(presets[1].columns, ["agent", "queue"]);
    assert_eq!(
        (presets[11].name.as_str(), presets[11].key),
        ("ärger", Some('ä'))
    );
}

#[test]
fn clashes_are_refused_with_words() {
    let (_dir, mut store) = temporary();
    let on_3 = Preset {
        name: "Mobile".into(),
        key: Some('3'),
        ..Preset::default()
    };
    assert_eq!(
        refusal(store.save_preset(&on_3)),
        "the key 3 is that of the preset Flagged"
    );
    assert_eq!(
        refusal(store.rename_preset("Unread", "FLAGGED", None)),
        "there is a preset Flagged already"
    );
    assert_eq!(
        refusal(store.rename_preset("Unread", "New", Some('2'))),
        "the key 2 is that of the preset Problems"
    );
    let nameless = Preset {
        name: "  ".into(),
        ..Preset::default()
    };
    assert_eq!(
        refusal(store.save_preset(&nameless)),
        "a preset needs a name"
    );
    assert!(
        refusal(store.save_preset(&Preset {
            key: Some('\''),
            ..on_3
        }))
        .contains("not '")
    );
    // A refused change leaves everything as it was.
    assert_eq!(named(&store, "unread").key, Some('1'));
    assert_eq!(store.presets().unwrap().len(), 11);
}

#[test]
fn renaming_keeps_the_place_and_may_change_the_spelling_alone() {
    let (_dir, mut store) = temporary();
    store.rename_preset("Unread", "UNREAD", Some('u')).unwrap();
    let presets = store.presets().unwrap();
    assert_eq!(
        (presets[1].name.as_str(), presets[1].key),
        ("UNREAD", Some('u'))
    );
    assert_eq!(presets.len(), 11);
}

#[test]
fn presets_travel_as_toml_and_come_in_as_json_too() {
    let (_dir, mut store) = temporary();
    let odd = Preset {
        name: "Quotes \"and\" 'more'".into(),
        key: Some('q'),
        filter: "user_text:\"a \\\"b\\\"\" OR text\nnext".into(),
        sort: SortKey::Confidence,
        reverse: true,
        columns: vec!["agent".into()],
    };
    store.save_preset(&odd).unwrap();
    let text = store.export_presets().unwrap();
    let before = store.presets().unwrap();
    let (_dir2, mut other) = temporary();
    for preset in other.presets().unwrap() {
        other.delete_preset(&preset.name).unwrap();
    }
    assert_eq!(other.import_presets(&text).unwrap(), 12);
    assert_eq!(other.presets().unwrap(), before);

    let json = r#"[{"name":"Mobile","key":"3","filter":"device:mobile"}]"#;
    assert_eq!(other.import_presets(json).unwrap(), 1);
    // Its key was taken.
    assert_eq!(named(&other, "mobile").key, None);
    let json = r#"{"preset":[{"name":"flagged","key":"3","filter":"flag:message"}]}"#;
    assert_eq!(other.import_presets(json).unwrap(), 1);
    assert_eq!(named(&other, "Flagged").filter, "flag:message");
}

#[test]
fn unreadable_presets_change_nothing() {
    let (_dir, mut store) = temporary();
    let before = store.presets().unwrap();
    for text in [
        "",
        "[[preset]]\nname = \"A\"",
        "[[preset]]\nname = \"A\"\nfilter = \"\"\nsort = \"colour\"",
        "[{\"name\":\"A\",\"filter\":\"\"},{\"name\":\" \",\"filter\":\"\"}]",
        "{}",
    ] {
        assert!(store.import_presets(text).is_err(), "{text}");
    }
    assert_eq!(store.presets().unwrap(), before);
}
