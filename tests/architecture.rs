//! Holds the source to the rules of its layout: who may use whom, who may print, who may hold SQL, who
//! may write escape sequences. Test code is free of them.

#![allow(clippy::unwrap_used)] // helpers of tests are tests

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The layers; each uses only those in the rows above its own.
const LAYERS: &[&[&str]] = &[
    &["text"],
    &["model"],
    &["filter"],
    &["store"],
    &["catalogue"],
    &["import", "export", "demo", "analyze", "stats", "out_file"],
    &["error"],
    &["tui"],
    &["config", "paths", "log_file"],
    &["cli"],
];

/// One source file without its tests and comments.
struct Source {
    /// Path under `src/`, with `/`.
    path: String,
    /// Lines with their numbers.
    lines: Vec<(usize, String)>,
}

impl Source {
    /// The folder or file under `src/` that it belongs to.
    fn layer(&self) -> &str {
        let end = self.path.find(['/', '.']).unwrap_or(self.path.len());
        &self.path[..end]
    }

    fn is_under(&self, places: &[&str]) -> bool {
        places.iter().any(|place| self.path.starts_with(place))
    }
}

fn rank(layer: &str) -> Option<usize> {
    LAYERS.iter().position(|row| row.contains(&layer))
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// The code of a file that is not a test, and the names of the modules it declares for tests alone.
/// A test module inside a file is its end, as everywhere in this source.
fn code(text: &str) -> (Vec<(usize, String)>, Vec<String>) {
    let mut lines = Vec::new();
    let mut test_modules = Vec::new();
    let mut for_tests = false;
    for (number, line) in text.lines().enumerate() {
        let trimmed = line.trim();
        if trimmed.starts_with("//") {
            continue;
        }
        if trimmed.starts_with("#[cfg(test)]") {
            for_tests = true;
            continue;
        }
        if for_tests && !trimmed.starts_with("#[") {
            for_tests = false;
            let module = trimmed.split("mod ").nth(1);
            match module.map(|m| m.split_at(m.find([';', ' ']).unwrap_or(m.len()))) {
                Some((name, ";")) => test_modules.push(name.to_owned()),
                Some(_) => break,
                None => {}
            }
            continue;
        }
        let code = trimmed.split(" // ").next().unwrap_or_default();
        lines.push((number + 1, code.to_owned()));
    }
    (lines, test_modules)
}

/// Every file under `src/` that is no test.
fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&root, &mut files);
    files.sort();
    let mut tests = Vec::new();
    let mut found = Vec::new();
    for file in files {
        let (lines, test_modules) = code(&fs::read_to_string(&file).unwrap());
        let is_root = ["mod", "lib", "main"]
            .iter()
            .any(|n| file.file_stem().unwrap() == *n);
        let inside = if is_root {
            file.parent().unwrap().to_owned()
        } else {
            file.with_extension("")
        };
        for module in test_modules {
            tests.push(inside.join(format!("{module}.rs")));
            tests.push(inside.join(module));
        }
        found.push((file, lines));
    }
    found
        .into_iter()
        .filter(|(file, _)| !tests.iter().any(|test| file.starts_with(test)))
        .map(|(file, lines)| {
            let path = file
                .strip_prefix(&root)
                .unwrap()
                .to_str()
                .unwrap()
                .replace('\\', "/");
            Source { path, lines }
        })
        .collect()
}

/// Places where a line of code holds one of `words`, outside the files that may.
fn offenders(words: &[&str], allowed: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources().iter().filter(|s| !s.is_under(allowed)) {
        for (number, line) in &source.lines {
            if words.iter().any(|word| line.contains(word)) {
                found.push(format!("src/{}:{number}: {line}", source.path));
            }
        }
    }
    found
}

fn nothing(found: &[String], rule: &str) {
    assert!(found.is_empty(), "{rule}:\n{}", found.join("\n"));
}

#[test]
fn every_layer_uses_only_those_before_it() {
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for source in sources() {
        let layer = source.layer().to_owned();
        if ["main", "lib"].contains(&layer.as_str()) {
            continue;
        }
        let Some(own) = rank(&layer) else {
            wrong.push(format!(
                "src/{}: `{layer}` has no place among the layers",
                source.path
            ));
            continue;
        };
        seen.insert(layer.clone());
        for (number, line) in &source.lines {
            for rest in line.split("crate::").skip(1) {
                let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
                let used = &rest[..end.unwrap_or(rest.len())];
                // A group after `crate::` would hide its names from this test.
                let allowed = used == layer || rank(used).is_some_and(|other| other < own);
                if !allowed {
                    wrong.push(format!("src/{}:{number}: {line}", source.path));
                }
            }
        }
    }
    nothing(&wrong, "layers used from the left alone");
    assert!(seen.len() >= 8, "the source was not found: {seen:?}");
}

#[test]
fn only_the_command_line_prints() {
    let found = offenders(
        &["println!", "print!(", "dbg!(", "io::stdout(", "io::stderr("],
        &[
            "cli/",
            "main.rs",
            "tui/terminal.rs",
            "tui/terminal/",
            "tui/clipboard.rs",
        ],
    );
    nothing(
        &found,
        "only cli/ and main.rs print; the terminal has its own writers",
    );
    let words = ["println!", "print!(", "dbg!("];
    nothing(
        &offenders(&words, &["cli/", "main.rs"]),
        "only cli/ and main.rs print",
    );
}

#[test]
fn sql_stays_in_the_store_and_the_readers_of_databases() {
    let found = offenders(&["rusqlite"], &["store/", "import/"]);
    nothing(&found, "rusqlite outside store/ and import/");
}

#[test]
fn only_the_terminal_and_the_clipboard_write_escape_sequences() {
    let found = offenders(
        &[
            "\\x1b",
            "\\u{1b}",
            "crossterm::execute",
            "crossterm::queue",
            "execute!(",
            "queue!(",
        ],
        &[
            "tui/terminal.rs",
            "tui/terminal/",
            "tui/clipboard.rs",
            "tui/audit.rs",
        ],
    );
    nothing(
        &found,
        "escape sequences outside the terminal and the clipboard",
    );
}

#[test]
fn every_module_says_what_it_is_for() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&root, &mut files);
    let silent: Vec<String> = files
        .iter()
        .filter(|f| !fs::read_to_string(f).unwrap().starts_with("//!"))
        .filter(|f| !f.to_str().unwrap().contains("tests"))
        .map(|f| f.display().to_string())
        .collect();
    nothing(&silent, "files that do not begin with //!");
}

#[test]
fn tests_are_told_from_code() {
    let text = "//! A.\nuse crate::x;\n#[cfg(test)]\nmod words;\nlet a = 1; // print!(\n// dbg!(\n#[cfg(test)]\nmod tests {\nprintln!();\n}\n";
    let (lines, modules) = code(text);
    assert_eq!(
        lines,
        [
            (2, "use crate::x;".to_owned()),
            (5, "let a = 1;".to_owned())
        ]
    );
    assert_eq!(modules, ["words"]);
}
