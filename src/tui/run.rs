//! The loop: draw, wait for one message, apply it and every message already waiting, draw once. No ticks:
//! idle costs nothing.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender};
use crossterm::event::Event;

use super::app::App;
use super::app::view::ScreenState;
use super::clipboard::{self, Helper};
use super::definitions::{Definition, Places};
use super::draw::draw;
use super::editor;
use super::input::Input;
use super::keymap::Keymap;
use super::msg::{Clip, Cmd, Msg};
use super::panic_if_asked;
use super::pen;
use super::terminal::{self, Screen, TerminalGuard};
use super::theme::Theme;
use super::workers::Workers;
use crate::error::Error;
use crate::model::Clock;
use crate::store::{Access, Store};

/// What the screen starts with.
pub struct Options {
    /// The store.
    pub store: PathBuf,
    /// Who reviews.
    pub reviewer: String,
    /// The clock.
    pub clock: Clock,
    /// Colours and glyphs.
    pub theme: Theme,
    /// Keys.
    pub keymap: Keymap,
    /// Use the terminal's mouse.
    pub mouse: bool,
    /// Open at this row and event.
    pub at: Option<(i64, Option<u32>)>,
    /// Where definitions are looked for.
    pub definitions: Places,
    /// Words for the status line.
    pub notice: Option<String>,
}

/// Runs the screen until it is left. Gives the exit status.
///
/// # Errors
/// Where the store cannot be opened, the terminal takes no modes, or the system gives no thread.
pub fn run(options: Options) -> Result<u8, Error> {
    let (out, messages) = crossbeam_channel::unbounded();
    let state = {
        let store = Store::open(&options.store, &Access::Read)?;
        store.screen_state(&options.reviewer)?
    };
    let status = Arc::new(AtomicU8::new(0));
    let guard = {
        let (out, status) = (out.clone(), Arc::clone(&status));
        let settings = terminal::Options {
            mouse: options.mouse,
        };
        TerminalGuard::enter(settings, move |event| {
            if let Some(ending) = terminal::ending(event) {
                status.store(ending, Ordering::SeqCst);
            }
            drop(out.send(Msg::Terminal(event)));
        })?
    };
    // Without this the library looks for NO_COLOR itself, and would write every colour as a full reset.
    crossterm::style::force_color_output(options.theme.color);
    let mut screen = guard.screen()?;
    let workers = Workers::start(
        &options.store,
        &options.reviewer,
        options.clock,
        out.clone(),
    )?;
    let input = input_thread(&out)?;
    let size = screen.size()?;
    let mut app = App::new(
        (size.width, size.height),
        options.clock.now(),
        options.reviewer,
        options.theme,
        options.keymap,
    );
    let state = state.and_then(|text| serde_json::from_str::<ScreenState>(&text).ok());
    app.definitions = options.definitions;
    let mut cmds = app.start(state, options.at);
    if let Some(words) = options.notice {
        cmds.extend(app.update(Msg::Notice(words)));
    }
    let mut world = World {
        guard: &guard,
        input: &input,
        workers: &workers,
        out,
        copying: Vec::new(),
    };
    let ended = world
        .perform(&mut screen, cmds)
        .and_then(|go_on| match go_on {
            true => world.turn(&mut app, &mut screen, &messages, &options.clock),
            false => Ok(()),
        });
    // What was copied is in the clipboard when the program is gone.
    for copying in world.copying.drain(..) {
        drop(copying.join());
    }
    // Written before the screen is left: what was decided is durable, or is said not to be.
    workers.finish();
    drop(screen);
    guard.leave()?;
    ended?;
    let unwritten = messages.try_iter().filter_map(|m| match m {
        Msg::WriteFailed { error, .. } => Some(error),
        _ => None,
    });
    match unwritten.last() {
        Some(error) => Err(Error::failed(format!(
            "the last change was not written: {error}"
        ))),
        None => Ok(status.load(Ordering::SeqCst)),
    }
}

fn input_thread(out: &Sender<Msg>) -> std::io::Result<Input> {
    let out = out.clone();
    Input::start(move |event| {
        let msg = match event {
            Event::Key(key) => Msg::Key(key),
            Event::Mouse(mouse) => Msg::Mouse(mouse),
            Event::Paste(text) => Msg::Paste(text),
            Event::Resize(width, height) => Msg::Resize(width, height),
            Event::FocusGained | Event::FocusLost => return true,
        };
        out.send(msg).is_ok()
    })
}

/// What the loop acts on.
struct World<'a> {
    guard: &'a TerminalGuard,
    input: &'a Input,
    workers: &'a Workers,
    out: Sender<Msg>,
    /// Helper programs that are still taking a text.
    copying: Vec<JoinHandle<()>>,
}

impl World<'_> {
    fn turn(
        &mut self,
        app: &mut App,
        screen: &mut Screen,
        messages: &Receiver<Msg>,
        clock: &Clock,
    ) -> Result<(), Error> {
        loop {
            screen.draw(|frame| {
                draw(app, frame.area(), frame.buffer_mut());
                pen::settle(frame.buffer_mut());
                if app.popup.is_some() {
                    panic_if_asked("draw", frame.buffer_mut());
                }
            })?;
            let Ok(first) = messages.recv() else {
                return Ok(());
            };
            app.now = clock.now();
            for msg in std::iter::once(first).chain(messages.try_iter()) {
                let cmds = app.update(msg);
                if !self.perform(screen, cmds)? {
                    return Ok(());
                }
            }
        }
    }

    /// Does what the app asks for. False: leave.
    fn perform(&mut self, screen: &mut Screen, cmds: Vec<Cmd>) -> Result<bool, Error> {
        for cmd in cmds {
            let Some(cmd) = self.workers.take(cmd) else {
                continue;
            };
            match cmd {
                Cmd::Quit => return Ok(false),
                Cmd::Redraw => {
                    self.guard.resume()?;
                    terminal::redraw_all(screen)?;
                }
                Cmd::Suspend => {
                    self.input.pause();
                    let stopped = self.guard.suspend()?;
                    self.input.resume();
                    terminal::redraw_all(screen)?;
                    if !stopped {
                        self.notice("there is no shell to go back to");
                    }
                }
                Cmd::Copy(clip) => self.copy(clip)?,
                Cmd::CopyByTerminal(clip) => self.copy_by_terminal(&clip),
                Cmd::Pager(text) => {
                    self.input.pause();
                    let shown = self.guard.outside(|| page(&text))?;
                    self.input.resume();
                    terminal::redraw_all(screen)?;
                    if let Err(error) = shown {
                        self.notice(&format!("the pager: {error}"));
                    }
                }
                Cmd::Edit(definition) => self.edit(screen, &definition)?,
                other => log::warn!("nobody took the command {}", name_of(&other)),
            }
        }
        Ok(true)
    }

    /// Gives the terminal to the editor.
    fn edit(&self, screen: &mut Screen, at: &Definition) -> Result<(), Error> {
        let named = |name: &str| std::env::var(name).ok().filter(|e| !e.trim().is_empty());
        let editor = named("VISUAL").or_else(|| named("EDITOR"));
        let words = editor.and_then(|e| editor::command(&e, &at.file, at.line));
        let Some((program, args)) = words.as_deref().and_then(<[_]>::split_first) else {
            self.notice(&format!(
                "no editor: $VISUAL or $EDITOR names one, for {}",
                at.label
            ));
            return Ok(());
        };
        self.input.pause();
        let ended = self
            .guard
            .outside(|| Command::new(program).args(args).status())?;
        self.input.resume();
        terminal::redraw_all(screen)?;
        match ended {
            Ok(status) if status.success() => self.notice(&format!("opened {}", at.label)),
            Ok(status) => self.notice(&format!("the editor, on {}: {status}", at.label)),
            Err(error) => self.notice(&format!("the editor: {error}")),
        }
        Ok(())
    }

    /// Copies by the desktop's helper program, which may take its time, else by the terminal.
    fn copy(&mut self, clip: Clip) -> Result<(), Error> {
        let Some(helper) = Helper::find() else {
            self.copy_by_terminal(&clip);
            return Ok(());
        };
        let out = self.out.clone();
        let work = move || {
            let msg = match helper.copy(&clip.text) {
                Ok(copied) => Msg::Notice(format!("{}: {}", clip.name, copied.summary())),
                Err(_) => Msg::NotCopied(clip),
            };
            // The screen has closed: there is nobody to tell.
            drop(out.send(msg));
        };
        let copying = std::thread::Builder::new().name("afterword copy".into());
        self.copying.retain(|c| !c.is_finished());
        self.copying.push(copying.spawn(work)?);
        Ok(())
    }

    fn copy_by_terminal(&self, clip: &Clip) {
        match clipboard::copy_by_terminal(self.guard, &clip.text) {
            Ok(copied) => self.notice(&format!("{}: {}", clip.name, copied.summary())),
            Err(error) => self.notice(&format!("not copied: {error}")),
        }
    }

    fn notice(&self, text: &str) {
        drop(self.out.send(Msg::Notice(text.to_owned())));
    }
}

/// The variant alone: the fields may hold text from a log.
fn name_of(cmd: &Cmd) -> String {
    format!("{cmd:?}")
        .split([' ', '(', '{'])
        .next()
        .unwrap_or_default()
        .to_owned()
}

/// Shows text in $PAGER, else in less.
fn page(text: &str) -> std::io::Result<()> {
    let pager = std::env::var("PAGER")
        .ok()
        .filter(|p| !p.trim().is_empty())
        .unwrap_or_else(|| "less".to_owned());
    let mut words = pager.split_whitespace();
    let Some(program) = words.next() else {
        return Ok(());
    };
    let mut child = Command::new(program)
        .args(words)
        .stdin(Stdio::piped())
        .spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        // A pager that is left early closes its end: that is no error.
        drop(stdin.write_all(text.as_bytes()));
    }
    child.wait().map(drop)
}
