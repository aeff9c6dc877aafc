//! The reading side of an import: inputs one after the other, through detection and their container, cut
//! into records for the workers.
//!
//! It runs on a thread of its own, knows no store and parses nothing that somebody else can parse. What it
//! counts itself (files and their formats) it hands back at its end.

mod sink;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::{Sender, bounded};

use super::ImportError;
use super::detect::{Found, detect};
use super::formats::databases::Database;
use super::formats::table::{self, Format, Mark};
use super::formats::{Place, ReadError, Sink, Stop};
use super::gate::Gate;
use super::jobs::{Job, Piece, Step, Task, What};
use super::mark::InputMark;
use super::records::{Cut, Item, Records};
use super::report::Report;
use super::request::Request;
use super::source::{InputFile, PathOrStdin};
use super::staging::Staged;
use super::unpack::{self, Content, Text};

/// A job is handed on when it has so many bytes …
const JOB_BYTES: usize = 256 * 1024;
/// … or has waited so long for more.
const JOB_TIME: Duration = Duration::from_millis(20);

/// What one piece weighs beside its text.
const PIECE_BYTES: usize = 256;

/// Where what was read goes: tasks to whichever worker is free, and in the same order the word of them
/// to the writing side.
pub(super) struct Out<'a, T> {
    pub tasks: Sender<Task<T>>,
    pub steps: Sender<Step<T>>,
    pub gate: &'a Gate,
}

/// Reads all inputs.
pub(super) struct Reader<'a, T> {
    pub request: &'a Request,
    pub inputs: &'a [InputFile],
    pub cancel: &'a AtomicBool,
    pub out: Out<'a, T>,
    /// Set when nobody listens any more.
    pub stop: Arc<AtomicBool>,
    pub report: Report,
    pub state: State,
}

/// Where the reader stands.
#[derive(Default)]
pub(super) struct State {
    job: Job,
    /// What the job weighs, and since when it waits.
    weight: usize,
    since: Option<Instant>,
    input: usize,
    file: usize,
    marks: Vec<Option<InputMark>>,
    /// Some input could not be read to its end.
    damaged: bool,
    failed: Option<ImportError>,
}

impl<T> Reader<'_, T> {
    /// Reads everything; gives back what it counted.
    pub fn run(mut self) -> Result<Report, ImportError> {
        match self.all_inputs() {
            Ok(()) | Err(ReadError::Stop(_)) => {}
            Err(error) => return Err(error.into()),
        }
        match self.state.failed {
            Some(error) => Err(error),
            None => Ok(self.report),
        }
    }

    fn all_inputs(&mut self) -> Result<(), ReadError> {
        let inputs = self.inputs;
        let mut before = 0;
        for (number, input) in inputs.iter().enumerate() {
            self.state.input = number;
            self.state.file = number;
            match self.one_input(input, before) {
                Ok(()) => {}
                Err(ReadError::Stop(stop)) => return Err(stop.into()),
                Err(error) if inputs.len() == 1 => return Err(error),
                Err(error) => {
                    self.reject(Place::Whole, reason(&error, input));
                    self.damaged()?;
                }
            }
            self.flush()?;
            before += input.bytes.unwrap_or(0);
            self.state.job.bytes = self.state.job.bytes.max(before);
            self.send(Step::Bytes(self.state.job.bytes))?;
        }
        self.together()?;
        Ok(self.send(Step::End)?)
    }

    /// Says that the present input is not whole.
    fn damaged(&mut self) -> Result<(), Stop> {
        self.state.damaged = true;
        self.send(Step::Damaged(self.state.input))
    }

    fn one_input(&mut self, input: &InputFile, before: u64) -> Result<(), ReadError> {
        self.report.files += 1;
        let content = unpack::open(input, &self.stop)?;
        let head = match &content {
            Content::Text(text) => text.head(),
            Content::Sqlite { .. } => &[],
        };
        let mark = InputMark::of(input, head, self.request);
        self.state.marks.push(mark);
        self.send(Step::Input(self.state.input, mark))?;
        match content {
            Content::Text(text) => self.text(text, input, before),
            Content::Sqlite { path, folder } => {
                let done = self.database(&path, input);
                self.state.job.bytes += input.bytes.unwrap_or(0);
                drop(folder);
                done
            }
        }?;
        if let PathOrStdin::Path(path) = &input.place
            && let (Some(mark), Some(now)) = (mark, InputMark::of(input, &[], self.request))
            && mark.shrunk(&now)
        {
            let reason = format!(
                "{}: changed while it was read; import it again",
                path.display()
            );
            self.reject(Place::Whole, reason);
            self.damaged()?;
        }
        Ok(())
    }

    fn database(&mut self, path: &Path, input: &InputFile) -> Result<(), ReadError> {
        let found = Database::detect(path)?;
        let name = match found {
            Some(Database::RasaSql) => table::RASA_TRACKER_SQLITE,
            Some(Database::RasaX) => table::RASA_X_SQLITE,
            None => {
                return self.unknown(
                    input,
                    "unknown format: a SQLite database without tables of Rasa; `afterword formats` lists what is read".to_owned(),
                );
            }
        };
        if let Some(asked) = &self.request.format
            && asked != name
        {
            return self.unknown(input, format!("is {name}, not {asked}"));
        }
        self.begin(name);
        match found {
            // Positions of the container are not used: whoever interrupted it, the same conversations
            // come in the same order again.
            Some(database) => database.read(path, None, self),
            None => Ok(()),
        }
    }

    fn text(&mut self, mut text: Text, input: &InputFile, before: u64) -> Result<(), ReadError> {
        let meter = text.meter();
        let format = match self.format_of(&text) {
            Ok(format) => format,
            Err(what) => {
                // A damaged packing may be why there is nothing to recognise.
                let what = text.fault_after_head().unwrap_or(what);
                return self.unknown(input, what);
            }
        };
        self.begin(format.name);
        let mut records = match format.name {
            table::AFTERWORD => Records::own(text),
            _ => Records::new(text),
        };
        while let Some(cut) = records.next_cut() {
            match cut {
                Cut::Line { raw, line } => {
                    let at = self.keep(raw);
                    self.push(Place::Line(line), What::Line(at))?;
                }
                Cut::Item(Item::Value { raw, line }) => {
                    let at = self.keep(raw);
                    self.push(Place::Line(line), What::Record(at))?;
                }
                Cut::Item(Item::Broken { line, reason }) => {
                    self.push(Place::Line(line), What::Reject(reason))?;
                }
                Cut::Item(Item::Fault(error)) => {
                    // Left while waiting for a pipe: no fault of the pipe.
                    self.go_on()?;
                    self.reject(Place::Whole, meter.fault(&error));
                    self.damaged()?;
                }
                // Who comes next may keep everybody waiting.
                Cut::Dry => self.flush()?,
            }
            self.state.job.bytes = before + meter.bytes();
            self.go_on()?;
        }
        Ok(())
    }

    /// The format asked for, else the one that shows; in words what it is where it is none.
    fn format_of(&self, text: &Text) -> Result<&'static Format, String> {
        let found = detect(text.head());
        if let Some(name) = &self.request.format {
            return match table::format(name) {
                Some(format) if matches!(format.mark, Mark::Records(_)) => Ok(format),
                _ => Err(format!("is not {name}: not a SQLite database")),
            };
        }
        match found {
            Found::Format(format) => Ok(format),
            Found::Empty if text.is_whole() => Err("is empty".to_owned()),
            Found::Empty => {
                Err("unknown format: it begins with nothing but white space".to_owned())
            }
            Found::Other(what) => Err(what),
        }
    }

    /// An input that is none: an error where it was the only one asked for.
    fn unknown(&mut self, input: &InputFile, what: String) -> Result<(), ReadError> {
        if self.inputs.len() == 1 {
            let path = match &input.place {
                PathOrStdin::Path(path) => path.clone(),
                PathOrStdin::Stdin => "standard input".into(),
            };
            return Err(ReadError::Unusable { path, reason: what });
        }
        self.reject(Place::Whole, what);
        Ok(())
    }

    fn begin(&mut self, format: &'static str) {
        self.state.job.format = format;
        self.report.formats.insert(format);
    }

    /// Delivers what was put together from interleaved events of all inputs.
    fn together(&mut self) -> Result<(), ReadError> {
        let (give, staged) = bounded(1);
        self.send(Step::Together(give))?;
        let staging = staged.recv().map_err(|_| Stop)?;
        if staging.is_empty() {
            return Ok(());
        }
        let mark = InputMark::together(&self.state.marks);
        self.state.input = self.inputs.len();
        self.state.job.format = table::RASA_EVENTS;
        self.send(Step::Input(self.state.input, mark))?;
        if self.state.damaged {
            self.damaged()?;
        }
        let done = staging.deliver(|staged: Staged| {
            self.state.file = usize::try_from(staged.input).unwrap_or_default();
            self.push(staged.place, What::Log(Box::new(staged.log)))?;
            self.go_on()?;
            Ok::<(), ImportError>(())
        });
        match done {
            Ok(()) => Ok(self.flush()?),
            Err(ImportError::Read(error)) => Err(error),
            Err(other) => {
                self.state.failed = Some(other);
                Err(Stop.into())
            }
        }
    }

    /// Copies the bytes of a record into the job; a line break follows them.
    fn keep(&mut self, raw: &[u8]) -> std::ops::Range<usize> {
        let text = &mut self.state.job.text;
        let from = text.len();
        text.extend_from_slice(raw);
        text.push(b'\n');
        from..from + raw.len()
    }

    /// Adds to the job.
    fn push(&mut self, place: Place, what: What) -> Result<(), Stop> {
        let weight = match &what {
            What::Line(at) | What::Record(at) => at.len(),
            What::Log(log) => {
                let raw = log.events.iter().map(|e| e.event.raw.as_ref());
                let long = |raw: Option<&crate::text::Untrusted>| raw.map_or(0, |raw| raw.len());
                raw.map(|raw| long(raw) + PIECE_BYTES).sum()
            }
            What::Event(_) | What::Conversation(_) | What::Empty | What::Reject(_) => 0,
        };
        self.state.weight += weight;
        self.note(place, what);
        self.due()
    }

    /// Hands the job on where it is large enough or has waited long enough.
    fn due(&mut self) -> Result<(), Stop> {
        let since = *self.state.since.get_or_insert_with(Instant::now);
        if self.state.weight >= JOB_BYTES || since.elapsed() >= JOB_TIME {
            self.flush()?;
        }
        Ok(())
    }

    /// Adds to the job what weighs nothing.
    fn note(&mut self, place: Place, what: What) {
        self.state.weight += PIECE_BYTES;
        let file = self.state.file;
        self.state.job.pieces.push(Piece { file, place, what });
    }

    /// Hands the job on and begins another.
    fn flush(&mut self) -> Result<(), Stop> {
        if self.state.job.pieces.is_empty() {
            return Ok(());
        }
        let next = Job {
            format: self.state.job.format,
            text: Vec::with_capacity(self.state.job.text.len()),
            pieces: Vec::new(),
            bytes: self.state.job.bytes,
        };
        let job = std::mem::replace(&mut self.state.job, next);
        let weight = std::mem::take(&mut self.state.weight);
        self.state.since = None;
        self.out.gate.enter(weight)?;
        let (done, here) = bounded(1);
        self.send(Step::Work(here, weight))?;
        self.out.tasks.send(Task { job, done }).map_err(|_| Stop)
    }

    fn send(&self, step: Step<T>) -> Result<(), Stop> {
        self.out.steps.send(step).map_err(|_| Stop)
    }

    fn go_on(&self) -> Result<(), Stop> {
        if self.cancel.load(Ordering::Relaxed) {
            return Err(Stop);
        }
        Ok(())
    }
}

/// An error in the words of the report, which names the file itself.
fn reason(error: &ReadError, input: &InputFile) -> String {
    let text = error.to_string();
    let named = format!("{}: ", input.name);
    text.strip_prefix(&named)
        .map_or(text.clone(), str::to_owned)
}
