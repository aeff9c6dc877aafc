//! Compressed bodies.
//!
//! A packed body is zstd level 1 over what [`super::body`] makes. Each names the dictionary it was packed
//! with, or none. This file must not know what is inside.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use rusqlite::{Connection, OptionalExtension, params};
use zstd::bulk::{Compressor, Decompressor};
use zstd::zstd_safe::CParameter;

use super::{Result, StoreError, sqlite};

/// Fastest level: at level 1 the compression is no longer what an import waits for.
const LEVEL: i32 = 1;

/// Shorter repetitions cost as much as they save, in the text of people too.
const SHORTEST_MATCH: u32 = 6;

/// No conversation is larger unpacked; a damaged frame that claims to be is not believed.
const LARGEST: u64 = 1 << 30;

/// Dictionaries that a thread keeps at hand.
const MOST_AT_HAND: usize = 4;

/// What bodies are packed with.
#[derive(Debug)]
pub(crate) struct Dictionary {
    /// As it was trained.
    pub data: Vec<u8>,
    /// Its number, once it is in the store for good.
    pub number: OnceLock<i64>,
}

impl Dictionary {
    /// The store's newest, where there is one that still works. What is packed with a damaged one could
    /// never be read again.
    pub(crate) fn newest(conn: &Connection) -> Result<Option<Self>> {
        let newest: Option<Self> = conn
            .query_row(
                "SELECT id, data FROM dictionary ORDER BY id DESC LIMIT 1",
                [],
                |r| {
                    Ok(Self {
                        number: OnceLock::from(r.get::<_, i64>(0)?),
                        data: r.get(1)?,
                    })
                },
            )
            .optional()
            .map_err(sqlite("reading the dictionary"))?;
        Ok(newest.filter(|dictionary| works(&dictionary.data)))
    }
}

/// True if what is packed with this dictionary names it and comes back: to zstd, bytes that are no
/// dictionary are one without a name.
fn works(data: &[u8]) -> bool {
    let trial = || {
        let packed = Compressor::with_dictionary(LEVEL, data)?.compress(data)?;
        let named = zstd::zstd_safe::get_dict_id_from_frame(&packed).is_some();
        let plain = Decompressor::with_dictionary(data)?.decompress(&packed, data.len())?;
        std::io::Result::Ok(named && plain == data)
    };
    trial().unwrap_or(false)
}

/// A compressed body.
pub(crate) struct Packed {
    /// What it was packed with.
    pub dictionary: Option<Arc<Dictionary>>,
    /// What the store keeps.
    pub bytes: Vec<u8>,
}

/// Compresses bodies, keeping its working memory from one to the next.
pub(crate) struct Packer {
    dictionary: Option<Arc<Dictionary>>,
    compressor: Compressor<'static>,
}

impl Packer {
    /// One that uses this dictionary.
    pub(crate) fn with(dictionary: Option<Arc<Dictionary>>) -> Result<Self> {
        let make = || {
            let mut compressor = match &dictionary {
                Some(known) => Compressor::with_dictionary(LEVEL, &known.data)?,
                None => Compressor::new(LEVEL)?,
            };
            compressor.set_parameter(CParameter::MinMatch(SHORTEST_MATCH))?;
            Ok(compressor)
        };
        let compressor = make().map_err(refused)?;
        Ok(Self {
            dictionary,
            compressor,
        })
    }

    /// What it packs with.
    pub(crate) fn dictionary(&self) -> Option<&Arc<Dictionary>> {
        self.dictionary.as_ref()
    }

    /// Compresses a body.
    pub(crate) fn pack(&mut self, plain: &[u8]) -> Result<Packed> {
        Ok(Packed {
            bytes: self.compressor.compress(plain).map_err(refused)?,
            dictionary: self.dictionary.clone(),
        })
    }
}

thread_local! {
    /// Prepared dictionaries by their number in the store and the identity that every frame repeats, which
    /// follows from their content: stores that are open at once do not get into each other's way.
    static AT_HAND: RefCell<HashMap<(i64, u32), Decompressor<'static>>> = RefCell::default();
}

/// Unpacks a body with the dictionary it names; `None` where it is damaged.
pub(crate) fn unpack(
    conn: &Connection,
    dictionary: Option<i64>,
    packed: &[u8],
) -> Result<Option<Vec<u8>>> {
    let Some(size) = claimed_size(packed) else {
        return Ok(None);
    };
    let Some(number) = dictionary else {
        return Ok(zstd::bulk::decompress(packed, size).ok());
    };
    let Some(identity) = zstd::zstd_safe::get_dict_id_from_frame(packed) else {
        return Ok(None);
    };
    let key = (number, identity.get());
    let known = AT_HAND.with_borrow_mut(|at_hand| {
        let decompressor = at_hand.get_mut(&key)?;
        Some(decompressor.decompress(packed, size).ok())
    });
    if let Some(plain) = known {
        return Ok(plain);
    }
    let data: Option<Vec<u8>> = conn
        .prepare_cached("SELECT data FROM dictionary WHERE id = ?1")
        .and_then(|mut q| q.query_row(params![number], |r| r.get(0)).optional())
        .map_err(sqlite("reading the dictionary"))?;
    let Some(mut decompressor) = data.and_then(|data| Decompressor::with_dictionary(&data).ok())
    else {
        return Ok(None);
    };
    let plain = decompressor.decompress(packed, size).ok();
    if plain.is_some() {
        AT_HAND.with_borrow_mut(|at_hand| {
            if at_hand.len() >= MOST_AT_HAND {
                at_hand.clear();
            }
            at_hand.insert(key, decompressor);
        });
    }
    Ok(plain)
}

fn claimed_size(packed: &[u8]) -> Option<usize> {
    let size = zstd::zstd_safe::get_frame_content_size(packed).ok()??;
    (size <= LARGEST).then_some(size as usize)
}

fn refused(error: std::io::Error) -> StoreError {
    StoreError::Refused(format!("compressing a conversation: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Event, EventKind};
    use crate::store::body::{decode, encode};
    use crate::store::testing::temporary;

    fn events() -> Vec<Event> {
        (0..40)
            .map(|n| Event {
                kind: if n % 2 == 0 {
                    EventKind::User
                } else {
                    EventKind::Bot
                },
                text: Some(format!("message number {n} about an order").as_str().into()),
                raw: Some(format!("{{\"event\":\"user\",\"n\":{n}}}").as_str().into()),
                ..Event::default()
            })
            .collect()
    }

    fn newest(conn: &Connection) -> Option<Arc<Dictionary>> {
        Dictionary::newest(conn).unwrap().map(Arc::new)
    }

    #[test]
    fn a_body_reads_back_with_and_without_a_dictionary() {
        let (_dir, store) = temporary();
        let conn = store.connection();
        let plain = encode(events()).unwrap();

        let Packed {
            dictionary,
            bytes: packed,
        } = Packer::with(None).unwrap().pack(&plain).unwrap();
        assert!(dictionary.is_none());
        assert!(packed.len() < plain.len());
        assert_eq!(
            unpack(conn, None, &packed).unwrap().as_deref(),
            Some(&plain[..])
        );

        let samples: Vec<Vec<u8>> = (0..200)
            .map(|n| {
                format!(
                    "message number {n} about an order \"event\":\"user\" {}",
                    n * 7
                )
                .into_bytes()
            })
            .collect();
        let data = zstd::dict::from_samples(&samples, 1024).unwrap();
        conn.execute("INSERT INTO dictionary (id, data) VALUES (7, ?1)", [&data])
            .unwrap();
        let Packed {
            dictionary: seven,
            bytes: smaller,
        } = Packer::with(newest(conn)).unwrap().pack(&plain).unwrap();
        let seven = seven.unwrap().number.get().copied();
        assert_eq!(seven, Some(7));
        assert_ne!(smaller, packed);
        let back = unpack(conn, seven, &smaller).unwrap().unwrap();
        assert_eq!(decode(&back).unwrap(), events());
        // The old body still reads: each names its own.
        assert_eq!(
            unpack(conn, None, &packed).unwrap().as_deref(),
            Some(&plain[..])
        );
    }

    #[test]
    fn a_damaged_dictionary_is_not_packed_with() {
        let (_dir, store) = temporary();
        let conn = store.connection();
        let samples: Vec<Vec<u8>> = (0..200u32)
            .map(|n| format!("message number {n} about an order {}", n * 7).into_bytes())
            .collect();
        let data = zstd::dict::from_samples(&samples, 1024).unwrap();
        let begin = |bytes: &[u8]| {
            conn.execute("INSERT OR REPLACE INTO dictionary VALUES (1, ?1)", [bytes])
                .unwrap();
            newest(conn)
        };
        assert!(begin(&data).is_some());
        // Its mark, its tables, its length.
        let flipped = |at: usize| {
            let mut data = data.clone();
            data[at] ^= 0xff;
            data
        };
        for damaged in [&flipped(0)[..], &flipped(8), &data[..8], &[]] {
            let plain = encode(events()).unwrap();
            let packed = Packer::with(begin(damaged)).unwrap().pack(&plain).unwrap();
            let number = packed.dictionary.and_then(|d| d.number.get().copied());
            let back = unpack(conn, number, &packed.bytes).unwrap();
            assert_eq!(back.as_deref(), Some(&plain[..]));
        }
    }

    #[test]
    fn damage_is_noticed_and_never_believed() {
        let (_dir, store) = temporary();
        let conn = store.connection();
        let plain = encode(events()).unwrap();
        let packed = Packer::with(None).unwrap().pack(&plain).unwrap().bytes;
        assert_eq!(
            unpack(conn, None, &packed[..packed.len() / 2]).unwrap(),
            None
        );
        assert_eq!(unpack(conn, None, b"no frame at all").unwrap(), None);
        assert_eq!(unpack(conn, Some(99), &packed).unwrap(), None);
        // A frame header that claims 2^60 bytes.
        let bomb = [0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0, 0, 0, 0, 0, 0x10];
        assert_eq!(unpack(conn, None, &bomb).unwrap(), None);
        assert_eq!(decode(&[9, 0]), None);
        assert_eq!(decode(&[]), None);
        assert!(decode(&plain[..plain.len() - 1]).is_none());
    }
}
