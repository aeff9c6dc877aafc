//! Copying text out: through the terminal, or through a helper program of the desktop.
//!
//! Text is copied only when somebody asks for it, and never with control characters: what is pasted
//! into a shell must not be able to act.

use std::env;
use std::ffi::OsStr;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crossterm::Command as _;
use crossterm::clipboard::CopyToClipboard;

use super::terminal::TerminalGuard;

/// The longest text that terminals take: 100,000 bytes once it is encoded.
pub const MAX_BYTES: usize = 74_994;
/// Time a helper program gets to take the text.
const HELPER_GRACE: Duration = Duration::from_secs(1);

/// What was copied, and how it differs from what was asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Copied {
    /// Bytes in the clipboard.
    pub bytes: usize,
    /// Control characters that were replaced.
    pub replaced: usize,
    /// Bytes left out at the end.
    pub cut: usize,
    /// The helper program that took it; None if the terminal was asked, which does not answer.
    pub helper: Option<&'static str>,
}

impl Copied {
    /// What the status line says: `copied 120 bytes by wl-copy, 3 control characters replaced`.
    pub fn summary(&self) -> String {
        let way = self.helper.unwrap_or("the terminal (OSC 52)");
        let mut out = format!("copied {} bytes by {way}", self.bytes);
        match self.replaced {
            0 => {}
            1 => out.push_str(", 1 control character replaced"),
            n => out.push_str(&format!(", {n} control characters replaced")),
        }
        if self.cut > 0 {
            out.push_str(&format!(", {} bytes did not fit", self.cut));
        }
        out
    }
}

/// Copies a text by asking the terminal.
///
/// # Errors
///
/// If the terminal takes no bytes.
pub fn copy_by_terminal(guard: &TerminalGuard, text: &str) -> io::Result<Copied> {
    let (normal, mut copied) = normalise(text);
    let short = cut(&normal, MAX_BYTES);
    copied.cut = normal.len() - short.len();
    copied.bytes = short.len();
    guard.copy(&CopySequence::new(short))?;
    Ok(copied)
}

/// The one sequence that carries text to the terminal's clipboard. Only this module makes them.
#[derive(Debug)]
pub struct CopySequence(String);

impl CopySequence {
    fn new(text: &str) -> Self {
        let mut sequence = String::new();
        // Writing to a string does not fail.
        let _ = CopyToClipboard::to_clipboard_from(text).write_ansi(&mut sequence);
        Self(sequence)
    }

    /// The bytes to write.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// The text with plain line breaks and without control characters, and without line breaks at its end,
/// which would carry out what is pasted into a shell.
fn normalise(text: &str) -> (String, Copied) {
    let mut normal = String::with_capacity(text.len());
    let mut replaced = 0;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\r' if rest.peek() == Some(&'\n') => {}
            '\n' | '\r' => normal.push('\n'),
            '\t' => normal.push(' '),
            c if c.is_control() => {
                replaced += 1;
                normal.push(char::REPLACEMENT_CHARACTER);
            }
            c => normal.push(c),
        }
    }
    normal.truncate(normal.trim_end_matches('\n').len());
    let copied = Copied {
        bytes: normal.len(),
        replaced,
        ..Copied::default()
    };
    (normal, copied)
}

fn cut(text: &str, most: usize) -> &str {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// A program that takes text into the clipboard, where the desktop is ours and has one.
pub struct Helper {
    name: &'static str,
    path: PathBuf,
    args: &'static [&'static str],
}

/// Name, arguments, and the variable without which it has no desktop to talk to.
const HELPERS: [(&str, &[&str], Option<&str>); 4] = [
    ("wl-copy", &[], Some("WAYLAND_DISPLAY")),
    ("xclip", &["-selection", "clipboard"], Some("DISPLAY")),
    ("xsel", &["--clipboard", "--input"], Some("DISPLAY")),
    ("pbcopy", &[], None),
];

impl Helper {
    /// The first that is there.
    pub fn find() -> Option<Self> {
        Self::find_in(&|name| env::var_os(name).filter(|value| !value.is_empty()))
    }

    /// The first that is there and has a desktop. Over SSH the desktop is not the one of the person.
    fn find_in(variable: &dyn Fn(&str) -> Option<std::ffi::OsString>) -> Option<Self> {
        if ["SSH_CONNECTION", "SSH_TTY"]
            .iter()
            .any(|name| variable(name).is_some())
        {
            return None;
        }
        let path = variable("PATH")?;
        HELPERS
            .iter()
            .filter(|(_, _, needs)| needs.is_none_or(|name| variable(name).is_some()))
            .find_map(|&(name, args, _)| {
                let path = find_program(&path, name)?;
                Some(Self { name, path, args })
            })
    }

    /// Copies a text. It can take a second: not for the thread that draws.
    ///
    /// # Errors
    ///
    /// If the program cannot be started or does not take the text.
    pub fn copy(&self, text: &str) -> io::Result<Copied> {
        let (normal, mut copied) = normalise(text);
        self.take(&normal)?;
        copied.helper = Some(self.name);
        Ok(copied)
    }

    /// Hands the text over and waits for the program to take it.
    fn take(&self, text: &str) -> io::Result<()> {
        let mut child = Command::new(&self.path)
            .args(self.args)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let written = child
            .stdin
            .take()
            .map_or(Ok(()), |mut input| input.write_all(text.as_bytes()));
        let deadline = Instant::now() + HELPER_GRACE;
        let status = loop {
            if let Some(status) = child.try_wait()? {
                break status;
            }
            if Instant::now() > deadline {
                child.kill()?;
                break child.wait()?;
            }
            std::thread::sleep(Duration::from_millis(5));
        };
        written?;
        if status.success() {
            Ok(())
        } else {
            Err(io::Error::other("the helper program did not take the text"))
        }
    }
}

fn find_program(path: &OsStr, name: &str) -> Option<PathBuf> {
    env::split_paths(path)
        // A relative entry would run whatever lies in the current folder.
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(name))
        .find(|file| is_program(file))
}

fn is_program(file: &Path) -> bool {
    file.metadata()
        .is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;
    use std::fs;

    use super::*;

    #[test]
    fn control_characters_do_not_reach_the_clipboard() {
        let (text, copied) = normalise("a\r\nb\rc\u{1b}[31m\td\u{9b}\0\n\n");
        assert_eq!(text, "a\nb\nc\u{fffd}[31m d\u{fffd}\u{fffd}");
        assert_eq!(copied.replaced, 3);
        assert_eq!(copied.bytes, text.len());
        assert_eq!(normalise("日本 é 👍🏽").0, "日本 é 👍🏽");
    }

    #[test]
    fn the_sequence_carries_the_text_and_nothing_else() {
        let sequence = CopySequence::new("hi\u{1b}");
        let bytes = sequence.as_bytes();
        let inner = bytes
            .strip_prefix(b"\x1b]52;c;")
            .and_then(|b| b.strip_suffix(b"\x1b\\"))
            .unwrap();
        assert_eq!(data_encoding::BASE64.decode(inner).unwrap(), b"hi\x1b");
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        let text = "é".repeat(MAX_BYTES);
        let short = cut(&text, MAX_BYTES - 1);
        assert_eq!(short.len(), MAX_BYTES - 2);
        assert!(CopySequence::new(cut(&text, MAX_BYTES)).as_bytes().len() <= 100_000 + 9);
    }

    #[test]
    fn what_was_altered_is_said() {
        let mut copied = Copied {
            bytes: 120,
            ..Copied::default()
        };
        assert_eq!(
            copied.summary(),
            "copied 120 bytes by the terminal (OSC 52)"
        );
        copied.helper = Some("xclip");
        copied.replaced = 1;
        copied.cut = 7;
        assert_eq!(
            copied.summary(),
            "copied 120 bytes by xclip, 1 control character replaced, 7 bytes did not fit"
        );
    }

    /// A folder with a helper program that writes what it gets into a file.
    fn folder_with(name: &str, script: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(name);
        fs::write(&file, script).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        folder
    }

    fn found(variables: &[(&str, &OsStr)]) -> Option<Helper> {
        let lookup = |name: &str| {
            let value = variables.iter().find(|(n, _)| *n == name)?.1;
            Some(OsString::from(value))
        };
        Helper::find_in(&lookup)
    }

    #[test]
    fn a_helper_is_used_on_ones_own_desktop_alone() {
        let folder = folder_with("xclip", "#!/bin/sh\n");
        let path = folder.path().as_os_str();
        let display = ("DISPLAY", OsStr::new(":0"));
        assert_eq!(found(&[("PATH", path), display]).unwrap().name, "xclip");
        assert!(found(&[("PATH", path)]).is_none());
        assert!(found(&[display]).is_none());
        assert!(found(&[("PATH", OsStr::new("relative")), display]).is_none());
        let ssh = ("SSH_TTY", OsStr::new("/dev/pts/1"));
        assert!(found(&[("PATH", path), display, ssh]).is_none());
    }

    #[test]
    fn a_helper_gets_the_text_or_is_given_up() {
        let folder = folder_with("xsel", "#!/bin/sh\ncat > \"$(dirname \"$0\")/got\"\n");
        let display = ("DISPLAY", OsStr::new(":0"));
        let helper = found(&[("PATH", folder.path().as_os_str()), display]).unwrap();
        helper.take("some\ntext").unwrap();
        let got = fs::read_to_string(folder.path().join("got")).unwrap();
        assert_eq!(got, "some\ntext");
        let failing = folder_with("xsel", "#!/bin/sh\nexit 1\n");
        let helper = found(&[("PATH", failing.path().as_os_str()), display]).unwrap();
        assert!(helper.take("text").is_err());
    }
}
