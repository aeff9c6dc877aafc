//! Draws the review screen on the demo and writes it as an SVG: the picture in the README.
//!
//! `cargo run --example screenshot -- [120x40] [KEYS] [FILE]`, where KEYS are key names with
//! spaces between them, and `=word` types a word. The program's own state, workers and drawing are used;
//! nothing is drawn by hand.

use std::error::Error;
use std::fmt::Write as _;
use std::time::Duration;

use afterword::cli::fill_demo;
use afterword::filter::Zone;
use afterword::model::{Clock, Millis};
use afterword::tui::app::App;
use afterword::tui::draw::draw;
use afterword::tui::keymap::{Key, Keymap};
use afterword::tui::msg::{Cmd, Msg};
use afterword::tui::theme::Theme;
use afterword::tui::workers::Workers;
use chrono::FixedOffset;
use crossbeam_channel::Receiver;
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr;

/// The moment of the picture, so that it is the same whenever it is made.
const NOW: &str = "2026-05-12T09:30:00Z";
const KEYS: &str = "/ space =is:fallback space =lang:en enter r x J enter enter";
const FILE: &str = "assets/screen.svg";
/// Longer than any answer takes; a worker that died would be waited for without end.
const PATIENCE: Duration = Duration::from_secs(30);

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let size = args.next().unwrap_or_else(|| "120x40".to_owned());
    let keys = args.next().unwrap_or_else(|| KEYS.to_owned());
    let file = args.next().unwrap_or_else(|| FILE.to_owned());
    let (width, height) = size.split_once('x').ok_or("a size is like 120x40")?;
    let buffer = screen((width.parse()?, height.parse()?), &keys)?;
    std::fs::write(&file, svg(&buffer)?)?;
    Ok(())
}

/// The screen after these keys.
fn screen(size: (u16, u16), keys: &str) -> Result<Buffer, Box<dyn Error>> {
    let clock = Clock::fixed(Millis::parse_rfc3339(NOW).ok_or("no time")?);
    let folder = tempfile::tempdir()?;
    let store = folder.path().join("store.db");
    fill_demo(&store, &clock)?;

    let reviewer = "you";
    let (out, messages) = crossbeam_channel::unbounded();
    let workers = Workers::start(&store, reviewer, clock, out)?;
    let theme = Theme {
        color: true,
        ascii: false,
    };
    let mut app = App::new(
        size,
        clock.now(),
        reviewer.to_owned(),
        theme,
        Keymap::default(),
    );
    app.zone = Zone::Fixed(FixedOffset::east_opt(0).ok_or("no zone")?);
    let cmds = app.start(None, None);
    perform(&workers, cmds);
    calm(&mut app, &workers, &messages)?;
    for name in keys.split_whitespace() {
        for key in pressed(name)? {
            let cmds = app.update(Msg::Key(key.event()));
            perform(&workers, cmds);
        }
        calm(&mut app, &workers, &messages)?;
    }
    let area = Rect::new(0, 0, size.0, size.1);
    let mut buffer = Buffer::empty(area);
    draw(&app, area, &mut buffer);
    workers.finish();
    Ok(buffer)
}

/// The keys that a word of the script stands for.
fn pressed(word: &str) -> Result<Vec<Key>, String> {
    let key = |name: &str| Key::parse(name).ok_or_else(|| format!("no key is called {name}"));
    match word.strip_prefix('=') {
        Some(text) => text
            .chars()
            .map(|c| key(c.encode_utf8(&mut [0; 4])))
            .collect(),
        None => Ok(vec![key(word)?]),
    }
}

fn perform(workers: &Workers, cmds: Vec<Cmd>) {
    for cmd in cmds {
        // What the workers do not take is for the terminal, and there is none.
        drop(workers.take(cmd));
    }
}

/// Applies messages until everything asked for has been answered and nothing more comes.
fn calm(app: &mut App, workers: &Workers, messages: &Receiver<Msg>) -> Result<(), Box<dyn Error>> {
    loop {
        let settled = app.view.complete && app.reader.awaited.is_none();
        let patience = if settled {
            Duration::from_millis(300)
        } else {
            PATIENCE
        };
        match messages.recv_timeout(patience) {
            Ok(Msg::WorkerDied(why)) => return Err(why.into()),
            Ok(msg) => perform(workers, app.update(msg)),
            Err(_) if settled => return Ok(()),
            Err(_) => return Err("the screen was not answered".into()),
        }
    }
}

/// Width of a column, height of a row, and the margin around, in pixels.
const COLUMN: f32 = 8.0;
const ROW: f32 = 18.0;
const MARGIN: f32 = 12.0;
/// From the top of a row to the line the letters stand on.
const BASELINE: f32 = 13.5;

/// Class of a colour: `f` plain text, `b` background, else the terminal's name for it.
fn class(color: Color, plain: &'static str) -> &'static str {
    match color {
        Color::Red | Color::LightRed => "red",
        Color::Green | Color::LightGreen => "green",
        Color::Yellow | Color::LightYellow => "yellow",
        Color::Blue | Color::LightBlue => "blue",
        Color::Magenta | Color::LightMagenta => "magenta",
        Color::Cyan | Color::LightCyan => "cyan",
        Color::Black => "b",
        Color::White => "f",
        Color::Gray | Color::DarkGray => "gray",
        _ => plain,
    }
}

/// How a run of cells looks.
#[derive(Clone, Copy, PartialEq)]
struct Look {
    ink: &'static str,
    /// None: the paper.
    ground: Option<&'static str>,
    modifier: Modifier,
}

impl Look {
    fn of(cell: &Cell) -> Self {
        let (ink, ground) = (class(cell.fg, "f"), class(cell.bg, "b"));
        let reversed = cell.modifier.contains(Modifier::REVERSED);
        let (ink, ground) = if reversed {
            (ground, ink)
        } else {
            (ink, ground)
        };
        Self {
            ink,
            ground: (ground != "b").then_some(ground),
            modifier: cell.modifier - Modifier::REVERSED,
        }
    }

    fn classes(self) -> String {
        let mut classes = self.ink.to_owned();
        for (modifier, name) in [
            (Modifier::BOLD, " bold"),
            (Modifier::DIM, " dim"),
            (Modifier::ITALIC, " italic"),
            (Modifier::CROSSED_OUT, " struck"),
            (Modifier::UNDERLINED, " under"),
        ] {
            if self.modifier.contains(modifier) {
                classes.push_str(name);
            }
        }
        classes
    }
}

/// Cells of one row that look the same and stand side by side.
struct Run {
    x: u16,
    columns: u16,
    look: Look,
    text: String,
}

fn runs(buffer: &Buffer, y: u16) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut x = 0;
    let mut wide = false;
    while x < buffer.area.width {
        let cell = &buffer[(x, y)];
        let look = Look::of(cell);
        let columns = u16::try_from(cell.symbol().width()).unwrap_or(1).max(1);
        match runs.last_mut() {
            // Fonts differ in how wide they draw wide characters: what follows one gets its own place.
            Some(run) if run.look == look && !wide && columns == 1 => {
                run.text.push_str(cell.symbol());
                run.columns += columns;
            }
            _ => runs.push(Run {
                x,
                columns,
                look,
                text: cell.symbol().to_owned(),
            }),
        }
        wide = columns > 1;
        x += columns;
    }
    runs
}

fn svg(buffer: &Buffer) -> Result<String, std::fmt::Error> {
    let width = f32::from(buffer.area.width) * COLUMN + 2.0 * MARGIN;
    let height = f32::from(buffer.area.height) * ROW + 2.0 * MARGIN;
    let mut out = String::new();
    writeln!(
        out,
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">"#
    )?;
    out.push_str("<title>The review screen of afterword on its demo</title>\n");
    out.push_str(STYLE);
    writeln!(
        out,
        r#"<rect class="b" width="{width}" height="{height}" rx="8"/>"#
    )?;
    for y in 0..buffer.area.height {
        let runs = runs(buffer, y);
        let top = MARGIN + f32::from(y) * ROW;
        for run in &runs {
            if let Some(ground) = run.look.ground {
                let (x, wide) = (place(run.x), f32::from(run.columns) * COLUMN);
                writeln!(
                    out,
                    r#"<rect class="{ground}" x="{x}" y="{top}" width="{wide}" height="{ROW}"/>"#
                )?;
            }
        }
        let mut row = String::new();
        for run in &runs {
            let text = run.text.trim_end();
            let said = text.trim_start();
            if said.is_empty() {
                continue;
            }
            // Where a run begins is said; spaces need not be drawn.
            let indent = u16::try_from(text.len() - said.len()).unwrap_or(0);
            let x = place(run.x + indent);
            let length = f32::from(u16::try_from(said.width()).unwrap_or(0)) * COLUMN;
            let classes = run.look.classes();
            let said = escaped(said);
            write!(
                row,
                r#"<tspan class="{classes}" x="{x}" textLength="{length}">{said}</tspan>"#
            )?;
        }
        if !row.is_empty() {
            let base = top + BASELINE;
            writeln!(out, r#"<text y="{base}" xml:space="preserve">{row}</text>"#)?;
        }
    }
    out.push_str("</svg>\n");
    Ok(out)
}

fn place(column: u16) -> f32 {
    MARGIN + f32::from(column) * COLUMN
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            c => out.push(c),
        }
    }
    out
}

/// Colours on light paper, and on dark where that is preferred.
const STYLE: &str = r"<style>
text { font: 13px ui-monospace, 'SF Mono', Menlo, 'DejaVu Sans Mono', Consolas, monospace }
.bold { font-weight: bold } .dim { opacity: .6 } .italic { font-style: italic }
.struck { text-decoration: line-through } .under { text-decoration: underline }
.b { fill: #fbfbf8 } .f { fill: #24292f } .gray { fill: #6e7781 }
.red { fill: #b42318 } .green { fill: #1a7f37 } .yellow { fill: #8a6100 }
.blue { fill: #0550ae } .magenta { fill: #8b2fa8 } .cyan { fill: #0b6e7f }
@media (prefers-color-scheme: dark) {
.b { fill: #16181d } .f { fill: #d8dbe0 } .gray { fill: #8b949e }
.red { fill: #ff7b72 } .green { fill: #56d364 } .yellow { fill: #e3b341 }
.blue { fill: #79c0ff } .magenta { fill: #d2a8ff } .cyan { fill: #56c8d8 }
}
</style>
";
