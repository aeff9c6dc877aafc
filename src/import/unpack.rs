//! From a file or a pipe to a database or a stream of text: packing, encoding, and a limit on how far
//! packed data may swell.
//!
//! Kinds are told by content, never by name. This module must not know what a conversation is.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::encoding;
use super::formats::ReadError;
use super::private::PrivateFolder;
use super::source::{InputFile, PathOrStdin};

/// First bytes of every SQLite database.
pub const SQLITE_MAGIC: &[u8] = b"SQLite format 3\0";

/// How much of an input detection may look at.
const HEAD: usize = 64 * 1024;

/// Packed data may swell this many times …
const RATIO: u64 = 200;
/// … once it has given this many bytes.
const RATIO_FLOOR: u64 = 64 * 1024 * 1024;

/// zstd windows up to 128 MiB.
const ZSTD_WINDOW: u32 = 27;

/// `x.json.gz.gz` happens by accident; more layers do not.
const LAYERS: usize = 3;

/// An input, opened.
pub enum Content {
    /// Text to be split into records.
    Text(Text),
    /// A database. `folder` keeps the private copy of one that came packed or by standard input.
    Sqlite {
        /// Where it is.
        path: PathBuf,
        /// Goes when the value goes.
        folder: Option<PrivateFolder>,
    },
}

/// A stream of text, unpacked and decoded to UTF-8 (invalid bytes of a UTF-8 file stay as they are).
pub struct Text {
    head: Vec<u8>,
    /// The head is all there is, unless reading on fails.
    whole: bool,
    given: usize,
    rest: Box<dyn Read + Send>,
    meter: Meter,
}

/// How far an input was read, in bytes as they lie on the disk.
#[derive(Clone, Debug, Default)]
pub struct Meter {
    bytes: Arc<AtomicU64>,
    packed: bool,
}

impl Meter {
    /// Bytes read so far.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Words for a read error, with the place.
    pub fn fault(&self, error: &io::Error) -> String {
        let at = self.bytes();
        if error.get_ref().is_some_and(|e| e.is::<Swollen>()) {
            return format!("stopped at byte {at}: {error}");
        }
        let word = error.to_string();
        if word.contains("too much memory") {
            return format!(
                "stopped at byte {at}: its zstd window is larger than 128 MiB; pack it again without --long or --ultra"
            );
        }
        if self.packed {
            format!("damaged at byte {at}: {word}")
        } else {
            format!("cannot be read beyond byte {at}: {word}")
        }
    }
}

impl Text {
    /// The beginning, for detection; reading starts there all the same.
    pub fn head(&self) -> &[u8] {
        &self.head
    }

    /// Why there is no more than the head, where that is a fault. Nothing is left to read then.
    pub fn fault_after_head(&mut self) -> Option<String> {
        if !self.whole {
            return None;
        }
        let fault = io::copy(&mut self.rest, &mut io::sink()).err()?;
        Some(self.meter.fault(&fault))
    }

    /// True if [`Text::head`] is everything.
    pub fn is_whole(&self) -> bool {
        self.whole
    }

    /// How far the input was read.
    pub fn meter(&self) -> Meter {
        self.meter.clone()
    }
}

impl Read for Text {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.given < self.head.len() {
            let n = (&self.head[self.given..]).read(out)?;
            self.given += n;
            return Ok(n);
        }
        self.rest.read(out)
    }
}

/// Opens an input and looks through its packing. Once `stop` is set, waiting for a pipe ends.
///
/// # Errors
///
/// Where it cannot be opened, or a packed database cannot be unpacked to its end.
pub fn open(input: &InputFile, stop: &Arc<AtomicBool>) -> Result<Content, ReadError> {
    match &input.place {
        PathOrStdin::Stdin => {
            let path = Path::new("-");
            let stream = stdin(stop).map_err(|source| ReadError::Io {
                path: path.to_owned(),
                source,
            })?;
            open_stream(path, stream)
        }
        PathOrStdin::Path(path) => {
            let stream = open_file(path, stop).map_err(|source| ReadError::Io {
                path: path.clone(),
                source,
            })?;
            open_stream(path, stream)
        }
    }
}

#[cfg(unix)]
fn stdin(stop: &Arc<AtomicBool>) -> io::Result<Box<dyn Read + Send>> {
    Ok(Box::new(super::pipe::Pipe::stdin(stop.clone())?))
}

#[cfg(not(unix))]
fn stdin(_: &Arc<AtomicBool>) -> io::Result<Box<dyn Read + Send>> {
    Ok(Box::new(io::stdin()))
}

/// Opens without waiting for the other end, should the file have become a pipe meanwhile.
#[cfg(unix)]
fn open_file(path: &Path, stop: &Arc<AtomicBool>) -> io::Result<Box<dyn Read + Send>> {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = fs::OpenOptions::new();
    options.read(true);
    if fs::metadata(path)?.is_file() {
        options.custom_flags(rustix::fs::OFlags::NONBLOCK.bits().cast_signed());
        return Ok(Box::new(options.open(path)?));
    }
    Ok(Box::new(super::pipe::Pipe::new(
        options.open(path)?,
        stop.clone(),
    )))
}

#[cfg(not(unix))]
fn open_file(path: &Path, _: &Arc<AtomicBool>) -> io::Result<Box<dyn Read + Send>> {
    Ok(Box::new(File::open(path)?))
}

fn open_stream(path: &Path, raw: Box<dyn Read + Send>) -> Result<Content, ReadError> {
    let bytes = Arc::new(AtomicU64::new(0));
    let mut stream: Box<dyn BufRead + Send> = Box::new(Metered {
        inner: BufReader::with_capacity(256 * 1024, primed(raw)),
        bytes: bytes.clone(),
    });
    let mut meter = Meter {
        bytes,
        packed: false,
    };
    let unusable = |meter: &Meter, error: &io::Error| ReadError::Unusable {
        path: path.to_owned(),
        reason: meter.fault(error),
    };
    for _ in 0..LAYERS {
        let start = stream.fill_buf().map_err(|e| unusable(&meter, &e))?;
        let unpacked: Box<dyn Read + Send> = match packing(start) {
            None => break,
            Some(Packing::Gzip) => Box::new(flate2::bufread::MultiGzDecoder::new(stream)),
            Some(Packing::Zstd) => {
                let mut decoder = zstd::stream::read::Decoder::with_buffer(stream)
                    .map_err(|e| unusable(&meter, &e))?;
                decoder
                    .window_log_max(ZSTD_WINDOW)
                    .map_err(|e| unusable(&meter, &e))?;
                Box::new(decoder)
            }
        };
        meter.packed = true;
        let limited = Limited {
            inner: unpacked,
            given: 0,
            taken: meter.bytes.clone(),
        };
        stream = Box::new(BufReader::with_capacity(
            256 * 1024,
            primed(Box::new(limited)),
        ));
    }
    let mut reader: Box<dyn Read + Send> = Box::new(stream);
    let head = match read_head(&mut reader) {
        (head, None) => head,
        // What came before the fault is still read: the fault comes again when reading goes on.
        (head, Some(error)) => {
            reader = Box::new(Failing(Some(error)));
            head
        }
    };
    if head.starts_with(SQLITE_MAGIC) {
        if !meter.packed && path != Path::new("-") && is_regular(path) {
            return Ok(Content::Sqlite {
                path: path.to_owned(),
                folder: None,
            });
        }
        return unpack(path, &head, reader, &meter);
    }
    let whole = head.len() < HEAD;
    let (head, rest) = encoding::to_utf8(head, reader);
    Ok(Content::Text(Text {
        head,
        whole,
        given: 0,
        rest,
        meter,
    }))
}

/// The same stream, its first bytes read: a pipe may give them one by one, and packing shows in four.
fn primed(mut stream: Box<dyn Read + Send>) -> Box<dyn Read + Send> {
    let mut start = Vec::new();
    let failed = (&mut stream).take(6).read_to_end(&mut start).err();
    Box::new(io::Cursor::new(start).chain(Failing(failed)).chain(stream))
}

fn is_regular(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|m| m.is_file())
}

/// Up to [`HEAD`] bytes, and the error that ended them early.
fn read_head(reader: &mut dyn Read) -> (Vec<u8>, Option<io::Error>) {
    let mut head = vec![0; HEAD];
    let mut filled = 0;
    let mut failed = None;
    while filled < head.len() {
        match reader.read(&mut head[filled..]) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => {
                failed = Some(e);
                break;
            }
        }
    }
    head.truncate(filled);
    (head, failed)
}

/// Writes a database that came packed or through a pipe into a private folder, to be opened there.
fn unpack(
    path: &Path,
    head: &[u8],
    mut rest: Box<dyn Read + Send>,
    meter: &Meter,
) -> Result<Content, ReadError> {
    let own = |source| ReadError::Io {
        path: std::env::temp_dir(),
        source,
    };
    let folder = PrivateFolder::new().map_err(own)?;
    let copy = folder.path().join("source.db");
    let mut file = File::create_new(&copy).map_err(own)?;
    io::Write::write_all(&mut file, head).map_err(own)?;
    let mut chunk = vec![0; 256 * 1024];
    loop {
        match rest.read(&mut chunk) {
            Ok(0) => break,
            Ok(n) => io::Write::write_all(&mut file, &chunk[..n]).map_err(own)?,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => {
                return Err(ReadError::Unusable {
                    path: path.to_owned(),
                    reason: format!("{}; a database cannot be read in part", meter.fault(&e)),
                });
            }
        }
    }
    Ok(Content::Sqlite {
        path: copy,
        folder: Some(folder),
    })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Packing {
    Gzip,
    Zstd,
}

/// How a stream that begins so is packed.
fn packing(start: &[u8]) -> Option<Packing> {
    match start {
        [0x1f, 0x8b, 8, ..] => Some(Packing::Gzip),
        // A frame, or a skippable frame before the first.
        [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Packing::Zstd),
        _ => None,
    }
}

/// Counts what is taken out of the buffer, so that a fault is named where it stands.
struct Metered<R> {
    inner: BufReader<R>,
    bytes: Arc<AtomicU64>,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.fill_buf()?.read(out)?;
        self.consume(n);
        Ok(n)
    }
}

impl<R: Read> BufRead for Metered<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, n: usize) {
        self.inner.consume(n);
        self.bytes.fetch_add(n as u64, Ordering::Relaxed);
    }
}

/// The error of packed data that swells beyond reason.
#[derive(Debug, thiserror::Error)]
#[error(
    "it unpacks to more than {RATIO} times its size, as no log does; unpack it yourself if it is one"
)]
struct Swollen;

/// Stops packed data that swells beyond reason.
struct Limited {
    inner: Box<dyn Read + Send>,
    given: u64,
    taken: Arc<AtomicU64>,
}

impl Read for Limited {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(out)?;
        self.given += n as u64;
        if self.given > RATIO_FLOOR && self.given / RATIO > self.taken.load(Ordering::Relaxed) {
            return Err(io::Error::other(Swollen));
        }
        Ok(n)
    }
}

/// Gives an error that was met before it was due.
struct Failing(Option<io::Error>);

impl Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}
