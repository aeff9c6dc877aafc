//! The configuration file. Every mistake is an error with its line and the nearest name; a file that is
//! not there is the default.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::{Error, io_words};
use crate::filter::nearest;
use crate::tui::definitions::Places;
use crate::tui::keymap::Keymap;

/// Glyphs of the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Glyphs {
    /// Unicode where the locale is UTF-8.
    #[default]
    Auto,
    /// ASCII alone.
    Ascii,
    /// Unicode in any case.
    Unicode,
}

/// What the configuration says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Who reviews, where neither `--reviewer` nor the environment says.
    pub reviewer: Option<String>,
    /// The store, where neither `--store` nor the environment says.
    pub store: Option<std::path::PathBuf>,
    /// Glyphs.
    pub glyphs: Glyphs,
    /// The terminal's mouse: clicks and wheel. Off, the terminal selects text as ever.
    pub mouse: Option<bool>,
    /// Where `E` looks for definitions.
    #[serde(skip_serializing_if = "is_default")]
    pub definitions: Places,
    /// Keys laid over the defaults: `"B" = "tag billing"`, `"x" = "none"`.
    pub keys: BTreeMap<String, String>,
}

fn is_default(places: &Places) -> bool {
    *places == Places::default()
}

/// Names that the file may hold, for the nearest one.
const NAMES: [&str; 10] = [
    "reviewer",
    "store",
    "glyphs",
    "mouse",
    "keys",
    "definitions",
    "root",
    "intent",
    "flow",
    "action",
];

impl Config {
    /// Reads a file. One that is not there is the default, unless it was `asked` for by name.
    ///
    /// # Errors
    /// With the line, and the nearest name where a name is unknown.
    pub fn read(path: &Path, asked: bool) -> Result<Self, Error> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound && !asked => {
                return Ok(Self::default());
            }
            Err(e) => {
                let why = io_words(&e);
                return Err(Error::failed(format!("{}: {why}", path.display())));
            }
        };
        Self::parse(&text, &path.display().to_string())
    }

    /// Reads the text of a file named `name`.
    ///
    /// # Errors
    /// As [`Config::read`].
    pub fn parse(text: &str, name: &str) -> Result<Self, Error> {
        let config: Self = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| line_of(text, span.start));
            let message = error
                .message()
                .lines()
                .next()
                .unwrap_or_default()
                .to_owned();
            let unknown = message
                .split('`')
                .nth(1)
                .filter(|_| message.starts_with("unknown field"));
            let failed = match unknown {
                Some(word) => Error::usage(format!("{name} line {line}: unknown name `{word}`")),
                None => Error::usage(format!("{name} line {line}: {message}")),
            };
            match unknown.and_then(|word| nearest(word, NAMES)) {
                Some(near) => failed.hint(format!("did you mean `{near}`?")),
                None => failed,
            }
        })?;
        if let Some((pattern, why)) = config.definitions.mistake() {
            let at = text.lines().position(|line| line.contains(pattern));
            let line = at.map_or(1, |at| at + 1);
            return Err(Error::usage(format!(
                "{name} line {line}: `{pattern}`: {why}"
            )));
        }
        config.keymap_named(text, name)?;
        Ok(config)
    }

    /// The keys: defaults with the configuration laid over them.
    ///
    /// # Errors
    /// Never for a configuration that [`Config::read`] gave.
    pub fn keymap(&self) -> Result<Keymap, Error> {
        self.keymap_named("", "the configuration")
    }

    fn keymap_named(&self, text: &str, name: &str) -> Result<Keymap, Error> {
        let mut keymap = Keymap::default();
        for (key, action) in &self.keys {
            keymap.bind(key, action).map_err(|words| {
                let at = text.lines().position(|l| {
                    l.contains(&format!("\"{key}\"")) || l.trim_start().starts_with(key.as_str())
                });
                match at {
                    Some(line) => Error::usage(format!("{name} line {}: {words}", line + 1)),
                    None => Error::usage(format!("{name}: {words}")),
                }
            })?;
        }
        Ok(keymap)
    }
}

fn line_of(text: &str, at: usize) -> usize {
    text.as_bytes()
        .iter()
        .take(at)
        .filter(|b| **b == b'\n')
        .count()
        + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_name_the_line_and_the_nearest_name() {
        let error = Config::parse("reviewer = \"bo\"\nreviewr = 1\n", "c.toml").unwrap_err();
        assert_eq!(
            error.to_string(),
            "c.toml line 2: unknown name `reviewr`\nhint: did you mean `reviewer`?"
        );
        let error = Config::parse(
            "[keys]\n\"B\" = \"tag billing\"\n\"r\" = \"revieved\"\n",
            "c.toml",
        )
        .unwrap_err();
        assert_eq!(
            error.to_string(),
            "c.toml line 3: unknown action `revieved`; did you mean `reviewed`?"
        );
        let error = Config::parse("[definitions]\nintnt = \"a.yml\"\n", "c.toml").unwrap_err();
        assert_eq!(
            error.to_string(),
            "c.toml line 2: unknown name `intnt`\nhint: did you mean `intent`?"
        );
        for (pattern, why) in [
            ("../a.yml", "it has no .."),
            ("/a.yml", "does not begin with /"),
            ("{intent}.yml", "only {name}"),
        ] {
            let text = format!("[definitions]\nflow = [\"a.yml\",\n\"{pattern}\"]\n");
            let error = Config::parse(&text, "c.toml").unwrap_err().to_string();
            assert!(
                error.starts_with("c.toml line 3: ") && error.contains(why),
                "{error}"
            );
        }
        assert!(
            Config::parse(
                "glyphs = \"ascii\"\n[keys]\n\"B\" = \"tag billing\"\n",
                "c.toml"
            )
            .is_ok()
        );
    }
}
