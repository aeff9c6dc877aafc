//! A world of its own for every test: home, store, clock, time zone and width are given, nothing else.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;

use tempfile::TempDir;

/// What a made-up assistant logged; the last sender never said anything.
pub const LOG: &str = include_str!("rasa.json");

/// A store with [`LOG`] in it, made once.
static STORE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let world = World::empty();
    world.write("rasa.json", LOG);
    let done = world.output(&["import", "rasa.json"]);
    assert!(done.status.success(), "{done:?}");
    std::fs::read(world.store()).unwrap()
});

/// A folder that is home and place of work.
pub struct World {
    folder: TempDir,
    columns: &'static str,
    reviewer: &'static str,
    now: &'static str,
}

impl World {
    /// Without a store.
    pub fn empty() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            columns: "100",
            reviewer: "ada",
            now: "2026-05-01T12:00:00Z",
        }
    }

    /// With [`LOG`] imported.
    pub fn new() -> Self {
        let world = Self::empty();
        std::fs::write(world.store(), &*STORE).unwrap();
        let mut rights = std::fs::metadata(world.store()).unwrap().permissions();
        std::os::unix::fs::PermissionsExt::set_mode(&mut rights, 0o600);
        std::fs::set_permissions(world.store(), rights).unwrap();
        world
    }

    /// So many columns.
    pub fn columns(self, columns: &'static str) -> Self {
        Self { columns, ..self }
    }

    /// Somebody else decides from now on.
    pub fn reviewer(&mut self, reviewer: &'static str) {
        self.reviewer = reviewer;
    }

    /// It is this time from now on.
    pub fn now(&mut self, now: &'static str) {
        self.now = now;
    }

    /// The store that commands use unless told otherwise.
    pub fn store(&self) -> PathBuf {
        self.path("store.db")
    }

    /// A path in the folder.
    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file into the folder.
    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// The program, ready to be started.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_afterword"));
        command
            .args(args)
            .env_clear()
            .current_dir(self.folder.path())
            .env("HOME", self.folder.path())
            .env("AFTERWORD_STORE", "store.db")
            .env("AFTERWORD_REVIEWER", self.reviewer)
            .env("AFTERWORD_NOW", self.now)
            .env("COLUMNS", self.columns)
            .env("TZ", "UTC")
            .env("LANG", "C.UTF-8")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs it to its end.
    pub fn output(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// Runs it, which must succeed, and gives its standard output.
    pub fn stdout(&self, args: &[&str]) -> String {
        let done = self.output(args);
        assert!(done.status.success(), "{args:?}: {done:?}");
        String::from_utf8(done.stdout).unwrap()
    }

    /// Runs a line as a shell would part it, and writes down what came of it.
    #[must_use]
    pub fn run(&self, line: &str) -> String {
        let words = parted(line);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        self.report(&self.output(&words))
    }

    /// Standard output, standard error, exit status; names that differ from run to run left out.
    pub fn report(&self, done: &Output) -> String {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let mut out = text(&done.stdout);
        let stderr = text(&done.stderr);
        if !stderr.is_empty() {
            out.push_str("-- stderr --\n");
            out.push_str(&stderr);
        }
        match done.status.code() {
            Some(code) => out.push_str(&format!("[{code}]")),
            None => out.push_str(&format!("[{}]", done.status)),
        }
        let home = self.folder.path().display().to_string();
        let real = self.folder.path().canonicalize().unwrap();
        masked(
            &out.replace(&real.display().to_string(), "~")
                .replace(&home, "~"),
        )
    }
}

/// Words of a line; single and double quotes hold together.
fn parted(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in line.chars() {
        match (c, quote) {
            (c, Some(open)) if c == open => quote = None,
            (c, Some(_)) => word.get_or_insert_default().push(c),
            ('\'' | '"', None) => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (' ', None) => words.extend(word.take()),
            (c, None) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

/// Entries of the journal have random ids, and no two imports take equally long.
fn masked(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let mut line = line.to_owned();
        if let Some(at) = line.find("· entry ") {
            line.replace_range(at + "· entry ".len().., "········");
        }
        if is_log_line(&line) {
            line.replace_range(..8, "········");
        }
        if let Some(at) = line.find("kB in ") {
            line.truncate(at + "kB in ".len());
            line.push('…');
        }
        if let Some(at) = line.find("\"seconds\":") {
            let end = line[at..].find(',').map_or(line.len(), |n| at + n);
            line.replace_range(at + "\"seconds\":".len()..end, "…");
        }
        out.push_str(&line);
        out.push('\n');
    }
    out
}

fn is_log_line(line: &str) -> bool {
    let id = line.split(' ').next().unwrap_or_default();
    let is_base32 = |c: char| matches!(c, 'a'..='z' | '2'..='7');
    id.len() == 8 && id.chars().all(is_base32) && line[8..].starts_with("  1 May 12:00")
}
