//! What every command starts from: store, configuration, reviewer, clock.

use std::io::IsTerminal;
use std::path::PathBuf;

use super::args::{ColorWhen, Global};
use super::output::{Highlight, Out, say};
use crate::config::{Config, Glyphs};
use crate::error::Error;
use crate::model::{Clock, Millis};
use crate::paths;
use crate::store::{Access, Store};
use crate::tui::theme::Theme;

/// The settings of one run.
pub(crate) struct Session {
    pub(crate) store: PathBuf,
    pub(crate) config: Config,
    pub(crate) config_path: PathBuf,
    pub(crate) reviewer: String,
    pub(crate) clock: Clock,
    pub(crate) quiet: bool,
    color: ColorWhen,
}

impl Session {
    pub(crate) fn new(global: Global) -> Result<Self, Error> {
        let global = Global {
            store: global
                .store
                .or_else(|| variable("AFTERWORD_STORE").map(PathBuf::from)),
            config: global
                .config
                .or_else(|| variable("AFTERWORD_CONFIG").map(PathBuf::from)),
            reviewer: global.reviewer.or_else(|| {
                Some(
                    variable("AFTERWORD_REVIEWER")?
                        .to_string_lossy()
                        .into_owned(),
                )
            }),
            ..global
        };
        if let Some(path) = &global.log {
            crate::log_file::start(path, global.verbose)?;
        }
        let asked = global.config.is_some();
        let config_path = match global.config {
            Some(path) => path,
            None => paths::config().unwrap_or_default(),
        };
        let config = Config::read(&config_path, asked)?;
        let store = match (global.store, &config.store) {
            (Some(path), _) => path,
            (None, Some(path)) => path.clone(),
            (None, None) => paths::store()?,
        };
        let reviewer = global
            .reviewer
            .or_else(|| config.reviewer.clone())
            .unwrap_or_else(login_name);
        let reviewer = reviewer.trim().to_owned();
        if !(1..=60).contains(&reviewer.chars().count()) || reviewer.contains(char::is_control) {
            return Err(
                Error::usage(format!("`{reviewer}` cannot be a reviewer's name"))
                    .hint("1 to 60 characters on one line: --reviewer NAME"),
            );
        }
        Ok(Self {
            store,
            config,
            config_path,
            reviewer,
            clock: clock()?,
            quiet: global.quiet,
            color: global.color,
        })
    }

    /// Opens the store to read.
    pub(crate) fn read(&self) -> Result<Store, Error> {
        self.must_exist()?;
        self.open(&Access::Read)
    }

    /// Opens the store to change reviews.
    pub(crate) fn change(&self) -> Result<Store, Error> {
        self.must_exist()?;
        self.open(&Access::Review)
    }

    /// Opens the store, which is made where it is not there and the access allows it.
    pub(crate) fn open(&self, access: &Access) -> Result<Store, Error> {
        if self.store.is_dir() {
            return Err(Error::failed(format!(
                "{}: it is a folder, not a store",
                self.store.display()
            ))
            .hint(format!(
                "name the file in it: --store {}",
                self.store.join("store.db").display()
            )));
        }
        let store = Store::open(&self.store, access)?;
        if !self.quiet {
            store.notices().iter().for_each(|n| say(n));
        }
        Ok(store)
    }

    /// Refuses where there is nothing at all; what is there in its place, opening says.
    fn must_exist(&self) -> Result<(), Error> {
        match std::fs::symlink_metadata(&self.store) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Err(Error::failed(format!(
                "there is no store at {}",
                self.store.display()
            ))
            .hint(
                "`afterword import PATH` makes one; `afterword demo` shows the screen without one",
            )),
            _ => Ok(()),
        }
    }

    /// Colours and glyphs of the screen.
    pub(crate) fn theme(&self) -> Theme {
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
        let color = match self.color {
            ColorWhen::Always => true,
            ColorWhen::Never => false,
            ColorWhen::Auto => !no_color,
        };
        let ascii = match self.config.glyphs {
            Glyphs::Ascii => true,
            Glyphs::Unicode => false,
            Glyphs::Auto => !utf8_locale(),
        };
        Theme { color, ascii }
    }

    /// How hits are set apart: in colours where they are on and somebody watches, or wherever they are
    /// asked for; in signs on a terminal without them.
    pub(crate) fn highlight(&self, out: &Out) -> Highlight {
        let theme = self.theme();
        let asked = self.color == ColorWhen::Always;
        match (out.terminal, theme.color) {
            (true, true) => Highlight::Reversed,
            (true, false) if theme.ascii => Highlight::Between(">", "<"),
            (true, false) => Highlight::Between("»", "«"),
            (false, _) if asked => Highlight::Reversed,
            (false, _) => Highlight::Plain,
        }
    }

    /// Standard input and output are terminals.
    pub(crate) fn interactive() -> bool {
        std::io::stdin().is_terminal() && std::io::stdout().is_terminal()
    }
}

/// A variable of the environment; set to nothing is not set.
fn variable(name: &str) -> Option<std::ffi::OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// `AFTERWORD_NOW` fixes the clock for tests.
fn clock() -> Result<Clock, Error> {
    let Some(value) = variable("AFTERWORD_NOW") else {
        return Ok(Clock::system());
    };
    let text = value.to_string_lossy();
    Millis::parse_rfc3339(&text)
        .map(Clock::fixed)
        .ok_or_else(|| {
            Error::usage(format!("AFTERWORD_NOW: `{text}` is no time"))
                .hint("like 2026-05-01T14:00:00Z")
        })
}

fn login_name() -> String {
    ["LOGNAME", "USER", "USERNAME"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|v| !v.trim().is_empty()))
        .unwrap_or_else(|| "reviewer".to_owned())
}

/// The first of these that is set decides, as everywhere on Unix; none set is the C locale. Elsewhere
/// terminals are UTF-8.
fn utf8_locale() -> bool {
    if !cfg!(unix) {
        return true;
    }
    let set = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|n| std::env::var(n).ok().filter(|v| !v.is_empty()));
    set.is_some_and(|v| {
        let v = v.to_lowercase();
        v.contains("utf-8") || v.contains("utf8")
    })
}
