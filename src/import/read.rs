//! The reading side of an import: inputs one after the other, through detection and their format, into
//! conversations for the writing side.
//!
//! It runs on a thread of its own and knows no store. What it counts itself (records that cannot be read,
//! conversations without events) it hands back at its end.

mod sink;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crossbeam_channel::Sender;

use super::ImportError;
use super::controls::escaped;
use super::detect::{Found, detect};
use super::formats::afterword::Afterword;
use super::formats::databases::Database;
use super::formats::rasa_json::RasaJson;
use super::formats::table::{self, Format, Mark};
use super::formats::{Place, ReadError, RecordFormat, Sink, Stop};
use super::mark::InputMark;
use super::records::{Item, Records};
use super::report::Report;
use super::request::{Modes, Request};
use super::source::{InputFile, PathOrStdin};
use super::staging::{Staged, Staging};
use super::unpack::{self, Content, Text};
use crate::model::Imported;

/// A batch is handed on when it has so many events …
const BATCH_EVENTS: usize = 2000;
/// … or conversations.
const BATCH_CONVERSATIONS: usize = 128;

/// One conversation on its way to the store.
pub(super) struct Delivery {
    pub imported: Imported,
    pub format: &'static str,
    /// Which input it is of; the number of inputs itself for what was put together from several.
    pub input: usize,
    /// The file that is named where it is rejected.
    pub file: usize,
    /// How many conversations of its input came before it.
    pub ordinal: u64,
    pub place: Place,
}

/// What the writing side is told.
pub(super) enum Message {
    /// An input begins; with its mark, where it has one.
    Input(usize, Option<InputMark>),
    /// The next conversations.
    Deliveries(Vec<Delivery>),
    /// This input could not be read to its end.
    Damaged(usize),
    /// Everything was read; without it the reading side failed.
    End,
}

/// Reads all inputs.
pub(super) struct Reader<'a> {
    pub request: &'a Request,
    pub modes: &'a Modes,
    pub inputs: &'a [InputFile],
    pub cancel: &'a AtomicBool,
    /// Bytes read, for the progress bar.
    pub bytes: &'a AtomicU64,
    pub out: Sender<Message>,
    /// Set when nobody listens any more.
    pub stop: Arc<AtomicBool>,
    report: Report,
    state: State,
}

/// Where the reader stands.
struct State {
    batch: Vec<Delivery>,
    batch_events: usize,
    format: &'static str,
    input: usize,
    ordinal: u64,
    place: Place,
    file: usize,
    staging: Staging,
    marks: Vec<Option<InputMark>>,
    /// Some input could not be read to its end.
    damaged: bool,
    failed: Option<ImportError>,
}

impl<'a> Reader<'a> {
    pub fn new(
        request: &'a Request,
        modes: &'a Modes,
        inputs: &'a [InputFile],
        cancel: &'a AtomicBool,
        bytes: &'a AtomicU64,
        out: Sender<Message>,
        stop: Arc<AtomicBool>,
    ) -> Self {
        Self {
            request,
            modes,
            inputs,
            cancel,
            bytes,
            out,
            stop,
            report: Report::default(),
            state: State {
                batch: Vec::new(),
                batch_events: 0,
                format: "",
                input: 0,
                ordinal: 0,
                place: Place::Whole,
                file: 0,
                staging: Staging::new(),
                marks: Vec::new(),
                damaged: false,
                failed: None,
            },
        }
    }

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
            self.state.ordinal = 0;
            self.state.place = Place::Whole;
            match self.one_input(input, before) {
                Ok(()) => {}
                Err(ReadError::Stop(stop)) => return Err(stop.into()),
                Err(error) if inputs.len() == 1 => return Err(error),
                Err(error) => {
                    self.left_out(Place::Whole, reason(&error, input));
                    self.damaged()?;
                }
            }
            self.flush()?;
            before += input.bytes.unwrap_or(0);
            self.bytes.fetch_max(before, Ordering::Relaxed);
        }
        self.staged()?;
        Ok(self.send(Message::End)?)
    }

    /// Says that the present input is not whole.
    fn damaged(&mut self) -> Result<(), Stop> {
        self.state.damaged = true;
        self.send(Message::Damaged(self.state.input))
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
        self.send(Message::Input(self.state.input, mark))?;
        match content {
            Content::Text(text) => self.text(text, input, before),
            Content::Sqlite { path, folder } => {
                let done = self.database(&path, input);
                self.bytes
                    .fetch_add(input.bytes.unwrap_or(0), Ordering::Relaxed);
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
            self.left_out(Place::Whole, reason);
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
        let (mut records, mut reader): (_, Box<dyn RecordFormat>) = match format.name {
            table::AFTERWORD => {
                let with_review = self.request.with_review;
                (Records::own(text), Box::new(Afterword { with_review }))
            }
            _ => (Records::new(text), Box::new(RasaJson)),
        };
        while let Some(item) = records.next_item() {
            match item {
                Item::Value { raw, line } => {
                    self.state.place = Place::Line(line);
                    reader.record(&escaped(raw), Place::Line(line), self)?;
                }
                Item::Broken { line, reason } => self.left_out(Place::Line(line), reason),
                Item::Fault(error) => {
                    // Left while waiting for a pipe: no fault of the pipe.
                    self.go_on()?;
                    self.left_out(Place::Whole, meter.fault(&error));
                    self.damaged()?;
                }
            }
            self.bytes.store(before + meter.bytes(), Ordering::Relaxed);
            self.go_on()?;
        }
        reader.end(self)?;
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
        self.left_out(Place::Whole, what);
        Ok(())
    }

    fn begin(&mut self, format: &'static str) {
        self.state.format = format;
        self.report.formats.insert(format);
    }

    /// Delivers what was put together from interleaved events of all inputs.
    fn staged(&mut self) -> Result<(), ReadError> {
        let staging = std::mem::replace(&mut self.state.staging, Staging::new());
        if staging.is_empty() {
            return Ok(());
        }
        let mark = InputMark::together(&self.state.marks);
        self.state.input = self.inputs.len();
        self.state.ordinal = 0;
        self.state.format = table::RASA_EVENTS;
        self.send(Message::Input(self.state.input, mark))?;
        if self.state.damaged {
            self.damaged()?;
        }
        let done = staging.deliver(|staged: Staged| {
            self.state.file = usize::try_from(staged.input).unwrap_or_default();
            self.state.place = staged.place;
            self.sender(staged.log)?;
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

    fn left_out(&mut self, place: Place, reason: String) {
        self.report.rejected_records += 1;
        let name = self
            .inputs
            .get(self.state.file)
            .map_or("-", |input| input.name.as_str());
        self.report.list(name, place, reason);
    }

    fn push(&mut self, mut imported: Imported) -> Result<(), Stop> {
        if let Some(source) = &self.request.source {
            imported.key.source = source.as_str().into();
        }
        let ordinal = self.state.ordinal;
        self.state.ordinal += 1;
        if let Some(since) = self.request.since {
            let last = imported.events.iter().filter_map(|e| e.at).max();
            if last.is_some_and(|last| last < since) {
                return Ok(());
            }
        }
        self.state.batch_events += imported.events.len();
        self.state.batch.push(Delivery {
            imported,
            format: self.state.format,
            input: self.state.input,
            file: self.state.file,
            ordinal,
            place: self.state.place,
        });
        if self.state.batch_events >= BATCH_EVENTS || self.state.batch.len() >= BATCH_CONVERSATIONS
        {
            self.flush()?;
        }
        self.go_on()
    }

    fn flush(&mut self) -> Result<(), Stop> {
        self.state.batch_events = 0;
        let batch = std::mem::take(&mut self.state.batch);
        if batch.is_empty() {
            return Ok(());
        }
        self.send(Message::Deliveries(batch))
    }

    fn send(&self, message: Message) -> Result<(), Stop> {
        self.out.send(message).map_err(|_| Stop)
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
