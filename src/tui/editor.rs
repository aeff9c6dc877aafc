//! Which command opens a file at a line in the editor of the person. No shell is asked, and nothing that a log
//! says is part of it but the number of the line.

use std::ffi::OsString;
use std::path::Path;

/// The command for `editor` (the words of `$VISUAL` or `$EDITOR`), the program first; `None` where no editor
/// is named.
pub fn command(editor: &str, file: &Path, line: usize) -> Option<Vec<OsString>> {
    let mut words: Vec<OsString> = editor.split_whitespace().map(OsString::from).collect();
    let program = Path::new(words.first()?).file_stem()?.to_str()?.to_owned();
    let with_line = |between: &str| {
        let mut place = file.as_os_str().to_owned();
        place.push(format!("{between}{line}"));
        place
    };
    match program.as_str() {
        "vi" | "vim" | "nvim" | "gvim" | "view" | "nano" | "emacs" | "emacsclient" | "micro"
        | "kak" | "joe" | "mg" | "ne" | "pico" | "ed" | "gedit" => {
            words.push(format!("+{line}").into());
            words.push(file.into());
        }
        "hx" | "helix" | "subl" | "zed" => words.push(with_line(":")),
        "code" | "codium" | "code-insiders" | "cursor" => {
            words.push("-g".into());
            words.push(with_line(":"));
        }
        // Of others it is not known how they take a line.
        _ => words.push(file.into()),
    }
    Some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn editors_take_a_line_each_in_their_way() {
        let of = |editor: &str| {
            let words = command(editor, Path::new("/p/a b.yml"), 7)?;
            let words: Vec<String> = words.iter().map(|w| w.to_str().unwrap().into()).collect();
            Some(words.join("|"))
        };
        for (editor, want) in [
            ("vi", "vi|+7|/p/a b.yml"),
            ("/usr/bin/nvim -R", "/usr/bin/nvim|-R|+7|/p/a b.yml"),
            ("hx", "hx|/p/a b.yml:7"),
            ("code --wait", "code|--wait|-g|/p/a b.yml:7"),
            ("my-editor", "my-editor|/p/a b.yml"),
        ] {
            assert_eq!(of(editor).as_deref(), Some(want));
        }
        assert_eq!(of("  "), None);
    }
}
