//! Where the flow, intent or action of an event is defined in the project of the assistant: looked up in its
//! files, within bounds, by a worker. Nothing here starts a program, and no name from a log becomes a path
//! unless it is one already.

mod places;
mod scan;
mod walk;

use std::path::{Path, PathBuf};

pub use places::{Paths, Places};

use crate::text::{PathSlug, Untrusted};

/// What has a definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An intent.
    Intent,
    /// A flow or form.
    Flow,
    /// An action or a response.
    Action,
}

impl Kind {
    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Intent => "intent",
            Self::Flow => "flow",
            Self::Action => "action",
        }
    }
}

/// What is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Of this kind.
    pub kind: Kind,
    /// Of this name.
    pub name: Untrusted,
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// The file, as an absolute path.
    pub file: PathBuf,
    /// Its line, from 1.
    pub line: usize,
    /// The file below the project, with the line, to choose by.
    pub label: String,
    /// What stands on the line.
    pub words: String,
}

/// The best places for a name: where it is defined, else where it is declared, else where it is used.
///
/// # Errors
/// In words, with what was looked through, where there is no project or no place.
pub fn find(places: &Places, folder: &Path, wanted: &Wanted) -> Result<Vec<Definition>, String> {
    let name = wanted.name.for_search();
    let shown = wanted.name.preview(40);
    let what = format!("{} {}", wanted.kind.word(), shown.as_str());
    let Some(root) = places.root_from(folder) else {
        return Err(format!(
            "no project found from {} upwards (domain.yml) · `root` under [definitions] in the configuration names it",
            folder.display()
        ));
    };
    let slug = PathSlug::of(name);
    let plain = (slug.as_str() == name).then_some(slug);
    let patterns = places.patterns(wanted.kind, plain.as_ref());
    let found = walk::files(&root);
    let mut left = walk::BYTES;
    let mut looked = 0;
    let mut best: Vec<(u8, Definition)> = Vec::new();
    for file in &found.files {
        let Some(pattern) = patterns.iter().find(|p| p.fits(file)) else {
            continue;
        };
        let Some(text) = walk::read(&root.join(file), &mut left) else {
            continue;
        };
        looked += 1;
        let hits = match &pattern.text {
            Some(text_of_line) => scan::lines_with(&text, &text_of_line.replace("{name}", name)),
            None if file.extension().is_some_and(|e| e == "py") => scan::python(&text, name),
            None => scan::yaml(&text, wanted.kind, name),
        };
        best.extend(hits.into_iter().map(|hit| {
            let definition = Definition {
                file: root.join(file),
                line: hit.line,
                label: format!("{}:{}", file.display(), hit.line),
                words: hit.words,
            };
            (hit.rank, definition)
        }));
    }
    let rank = best.iter().map(|b| b.0).min();
    let Some(rank) = rank else {
        let places: Vec<&str> = patterns.iter().map(|p| p.path.as_str()).collect();
        let bound = if found.complete && left > 0 {
            ""
        } else {
            "; the project is too large to be looked through whole"
        };
        return Err(format!(
            "no definition of the {what} in {looked} files under {}: {}{bound}",
            root.display(),
            places.join(", ")
        ));
    };
    Ok(best
        .into_iter()
        .filter(|b| b.0 == rank)
        .map(|b| b.1)
        .take(100)
        .collect())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn project() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (path, text) in [
            (
                "domain.yml",
                "intents:\n- greet\n- order\nactions:\n- action_find\nresponses:\n  utter_greet:\n  - text: hi\n",
            ),
            (
                "data/nlu/greet.yml",
                "nlu:\n- intent: greet\n  examples: |\n    - hi\n",
            ),
            (
                "data/stories.yml",
                "stories:\n- story: a\n  steps:\n  - intent: greet\n  - intent: lone\n",
            ),
            (
                "data/flows/pay.yml",
                "flows:\n  pay_bill:\n    description: x\n",
            ),
            (
                "actions/find.py",
                "class ActionFind(Action):\n\n    def name(self) -> Text:\n        return \"action_find\"\n",
            ),
            (".git/nlu.yml", "nlu:\n- intent: greet\n"),
        ] {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        fs::create_dir_all(dir.path().join("deep/er")).unwrap();
        // Round and round, and out of the project.
        std::os::unix::fs::symlink(dir.path(), dir.path().join("data/loop")).unwrap();
        std::os::unix::fs::symlink("/etc", dir.path().join("data/out")).unwrap();
        dir
    }

    fn labels(places: &Places, folder: &Path, kind: Kind, name: &str) -> Vec<String> {
        let wanted = Wanted {
            kind,
            name: name.into(),
        };
        match find(places, folder, &wanted) {
            Ok(found) => found.into_iter().map(|d| d.label).collect(),
            Err(words) => vec![words],
        }
    }

    #[test]
    fn a_rasa_project_is_found_upwards_and_its_definitions_in_it() {
        let dir = project();
        let from = dir.path().join("deep/er");
        let of = |kind, name| labels(&Places::default(), &from, kind, name);
        assert_eq!(of(Kind::Intent, "greet"), ["data/nlu/greet.yml:2"]);
        // Declared alone, and used alone.
        assert_eq!(of(Kind::Intent, "order"), ["domain.yml:3"]);
        assert_eq!(of(Kind::Intent, "lone"), ["data/stories.yml:5"]);
        assert_eq!(of(Kind::Flow, "pay_bill"), ["data/flows/pay.yml:2"]);
        assert_eq!(of(Kind::Action, "action_find"), ["actions/find.py:1"]);
        assert_eq!(of(Kind::Action, "utter_greet"), ["domain.yml:7"]);
        let none = of(Kind::Intent, "nobody").remove(0);
        assert!(
            none.contains("no definition of the intent nobody in"),
            "{none}"
        );
        assert!(none.contains("data/**/*.yml"), "{none}");
    }

    #[test]
    fn without_a_project_there_are_words() {
        let dir = tempfile::tempdir().unwrap();
        let words = labels(&Places::default(), dir.path(), Kind::Intent, "greet").remove(0);
        assert!(words.starts_with("no project found"), "{words}");
    }

    #[test]
    fn templates_take_plain_names_alone() {
        let dir = project();
        let secret = dir.path().join("secret.yml");
        fs::write(&secret, "nlu:\n- intent: ../secret\n").unwrap();
        let places = Places {
            root: Some(dir.path().to_owned()),
            intent: Some(Paths::One("data/nlu/{name}.yml".into())),
            action: Some(Paths::One("actions/*.py#return \"{name}\"".into())),
            ..Places::default()
        };
        let of = |kind, name| labels(&places, Path::new("/"), kind, name);
        assert_eq!(of(Kind::Intent, "greet"), ["data/nlu/greet.yml:2"]);
        assert_eq!(of(Kind::Action, "action_find"), ["actions/find.py:4"]);
        for name in ["../secret", "../../secret", "greet/../greet", "*"] {
            assert!(
                of(Kind::Intent, name)[0].starts_with("no definition"),
                "{name}"
            );
        }
    }
}
