//! Which files are looked through: what the configuration says, else what a Rasa project has.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Kind;
use crate::text::PathSlug;

/// One pattern or several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, expecting = "a path, or a list of paths")]
pub enum Paths {
    /// One.
    One(String),
    /// Several, the likeliest first.
    Many(Vec<String>),
}

impl Paths {
    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many,
        }
        .iter()
        .map(String::as_str)
    }
}

/// The table `[definitions]` of the configuration. A pattern is a path below the root, in which `*` stands for
/// any characters of a name, `**` for any folders and `{name}` for the name that is looked for; after a `#`
/// comes the text that the line has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Places {
    /// Folder of the project, where it is not found from the working directory upwards.
    pub root: Option<PathBuf>,
    /// Files with intents.
    pub intent: Option<Paths>,
    /// Files with flows and forms.
    pub flow: Option<Paths>,
    /// Files with actions and responses.
    pub action: Option<Paths>,
}

/// A pattern with the name filled in.
#[derive(Debug)]
pub(super) struct Pattern {
    /// The path.
    pub path: String,
    /// What the line has, with `{name}` still in it.
    pub text: Option<String>,
}

const DATA: [&str; 4] = [
    "data/**/*.yml",
    "data/**/*.yaml",
    "domain.yml",
    "domain/**/*.yml",
];
const CODE: [&str; 4] = [
    "actions/**/*.py",
    "actions.py",
    "domain.yml",
    "domain/**/*.yml",
];

impl Places {
    /// The folder of the project: the one that is named, else the first from `folder` upwards that looks like
    /// a Rasa project.
    pub(super) fn root_from(&self, folder: &Path) -> Option<PathBuf> {
        if let Some(root) = &self.root {
            return Some(folder.join(root));
        }
        let is_project = |folder: &&Path| {
            folder.join("domain.yml").is_file()
                || folder.join("domain").is_dir() && folder.join("data").is_dir()
        };
        folder.ancestors().find(is_project).map(Path::to_owned)
    }

    pub(super) fn patterns(&self, kind: Kind, name: Option<&PathSlug>) -> Vec<Pattern> {
        let (own, usual) = match kind {
            Kind::Intent => (&self.intent, DATA),
            Kind::Flow => (&self.flow, DATA),
            Kind::Action => (&self.action, CODE),
        };
        let patterns: Vec<&str> = match own {
            Some(own) => own.iter().collect(),
            None => usual.to_vec(),
        };
        let pattern = |pattern: &str| {
            let (path, text) = match pattern.split_once('#') {
                Some((path, text)) => (path, Some(text.to_owned())),
                None => (pattern, None),
            };
            let path = match name {
                Some(name) => path.replace("{name}", name.as_str()),
                // A name that is no plain file name stands in no path.
                None if path.contains("{name}") => return None,
                None => path.to_owned(),
            };
            Some(Pattern { path, text })
        };
        patterns.into_iter().filter_map(pattern).collect()
    }

    /// The first pattern that cannot be used, with the reason.
    pub fn mistake(&self) -> Option<(&str, &'static str)> {
        let all = [&self.intent, &self.flow, &self.action];
        let mut all = all.into_iter().flatten().flat_map(Paths::iter);
        all.find_map(|pattern| {
            let path = pattern.split('#').next().unwrap_or_default();
            let rest = path.replace("{name}", "");
            let why = if path.is_empty() {
                "a path is missing"
            } else if path.starts_with(['/', '~']) {
                "the path is below the root: it does not begin with / or ~"
            } else if path.split('/').any(|part| part == "..") {
                "the path is below the root: it has no .."
            } else if rest.contains(['{', '}']) {
                "only {name} stands in braces"
            } else {
                return None;
            };
            Some((pattern, why))
        })
    }
}

impl Pattern {
    /// True if the path below the root is one of the pattern.
    pub(super) fn fits(&self, file: &Path) -> bool {
        let parts: Vec<&str> = self.path.split('/').filter(|p| *p != ".").collect();
        let names: Vec<&str> = file.iter().filter_map(|n| n.to_str()).collect();
        fits(&parts, &names)
    }
}

fn fits(parts: &[&str], names: &[&str]) -> bool {
    match (parts, names) {
        ([], []) => true,
        (["**", rest @ ..], _) => (0..=names.len()).any(|skip| fits(rest, &names[skip..])),
        ([part, rest @ ..], [name, names @ ..]) => one(part, name) && fits(rest, names),
        _ => false,
    }
}

/// `*` in a pattern stands for any characters of one name.
fn one(pattern: &str, name: &str) -> bool {
    let Some((before, rest)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let Some(name) = name.strip_prefix(before) else {
        return false;
    };
    let starts = name.char_indices().map(|c| c.0).chain([name.len()]);
    starts.into_iter().any(|at| one(rest, &name[at..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_paths() {
        let is = |pattern: &str, path: &str| {
            let pattern = Pattern {
                path: pattern.into(),
                text: None,
            };
            pattern.fits(Path::new(path))
        };
        for (pattern, path, want) in [
            ("domain.yml", "domain.yml", true),
            ("domain.yml", "data/domain.yml", false),
            ("data/**/*.yml", "data/nlu.yml", true),
            ("data/**/*.yml", "data/a/b/nlu.yml", true),
            ("data/**/*.yml", "data/a/b/nlu.yaml", false),
            ("data/*.yml", "data/a/nlu.yml", false),
            ("a*b*c", "aXbYc", true),
            ("a*b*c", "aXcYb", false),
        ] {
            assert_eq!(is(pattern, path), want, "{pattern} {path}");
        }
    }
}
