//! For tests of outputs: texts that are hard to write down.

use std::path::Path;

/// The naughty strings; `None`, and a word about it, where the corpora are not here.
pub(crate) fn naughty_strings() -> Option<Vec<String>> {
    let json = corpus("blns/blns.json")?;
    Some(serde_json::from_str(&json).unwrap())
}

/// The texts of the hostile corpus; `None`, and a word about it, where the corpora are not here.
pub(crate) fn hostile_texts() -> Option<Vec<String>> {
    let lines = corpus("hostile/text_hostile.jsonl")?;
    let text = |line: &str| {
        let case: serde_json::Value = serde_json::from_str(line).ok()?;
        Some(case["text"].as_str()?.to_owned())
    };
    Some(lines.lines().filter_map(text).collect())
}

fn corpus(name: &str) -> Option<String> {
    let corpora = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/corpora");
    let path = Path::new(corpora).join(name);
    if !path.exists() {
        eprintln!("skipped: ../shared/data/corpora/{name} is not here");
        return None;
    }
    Some(std::fs::read_to_string(path).unwrap())
}
