//! Bodies: the events of one conversation with their verbatim records, compressed.
//!
//! A body is zstd level 1 over a version byte and the postcard form of the events. Each names the
//! dictionary it was compressed with, or none. This file must not know what the events mean.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};

use crate::model::Event;

use super::{Result, StoreError, sqlite};

/// First byte of an unpacked body.
const VERSION: u8 = 1;

/// Fastest level: at level 1 the compression is no longer what an import waits for.
const LEVEL: i32 = 1;

/// No conversation is larger unpacked; a damaged frame that claims to be is not believed.
const LARGEST: u64 = 1 << 30;

/// The version byte and the events, before compression; what the content hash covers.
pub(crate) fn encode(events: &[Event]) -> Result<Vec<u8>> {
    postcard::to_extend(events, vec![VERSION])
        .map_err(|_| StoreError::Refused("the events cannot be written".into()))
}

/// The events of an unpacked body; `None` where it does not read back.
pub(crate) fn decode(plain: &[u8]) -> Option<Vec<Event>> {
    let (&version, rest) = plain.split_first()?;
    if version != VERSION {
        return None;
    }
    let (events, left) = postcard::take_from_bytes(rest).ok()?;
    left.is_empty().then_some(events)
}

/// A compressed body.
pub(crate) struct Packed {
    /// Number of the dictionary, or none.
    pub dictionary: Option<i64>,
    /// What the store keeps.
    pub bytes: Vec<u8>,
}

/// Compresses bodies, keeping its working memory from one to the next.
pub(crate) struct Packer {
    dictionary: Option<Arc<(i64, Vec<u8>)>>,
    compressor: zstd::bulk::Compressor<'static>,
}

impl Packer {
    /// One that uses the store's newest dictionary, where there is one.
    pub(crate) fn new(conn: &Connection) -> Result<Self> {
        let newest: Option<(i64, Vec<u8>)> = conn
            .query_row(
                "SELECT id, data FROM dictionary ORDER BY id DESC LIMIT 1",
                [],
                |r| Ok((r.get(0)?, r.get(1)?)),
            )
            .optional()
            .map_err(sqlite("reading the dictionary"))?;
        Self::with(newest.map(Arc::new))
    }

    /// Another one with the same dictionary.
    pub(crate) fn another(&self) -> Result<Self> {
        Self::with(self.dictionary.clone())
    }

    fn with(dictionary: Option<Arc<(i64, Vec<u8>)>>) -> Result<Self> {
        let compressor = match &dictionary {
            Some(known) => zstd::bulk::Compressor::with_dictionary(LEVEL, &known.1),
            None => zstd::bulk::Compressor::new(LEVEL),
        };
        Ok(Self {
            dictionary,
            compressor: compressor.map_err(refused)?,
        })
    }

    /// Compresses what [`encode`] made.
    pub(crate) fn pack(&mut self, plain: &[u8]) -> Result<Packed> {
        let bytes = self.compressor.compress(plain).map_err(refused)?;
        Ok(Packed {
            dictionary: self.dictionary.as_ref().map(|known| known.0),
            bytes,
        })
    }
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
    let data: Option<Vec<u8>> = conn
        .prepare_cached("SELECT data FROM dictionary WHERE id = ?1")
        .and_then(|mut q| q.query_row(params![number], |r| r.get(0)).optional())
        .map_err(sqlite("reading the dictionary"))?;
    Ok(data.and_then(|data| {
        zstd::bulk::Decompressor::with_dictionary(&data)
            .and_then(|mut d| d.decompress(packed, size))
            .ok()
    }))
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
    use crate::model::EventKind;
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

    #[test]
    fn a_body_reads_back_with_and_without_a_dictionary() {
        let (_dir, store) = temporary();
        let conn = store.connection();
        let plain = encode(&events()).unwrap();

        let Packed {
            dictionary,
            bytes: packed,
        } = Packer::new(conn).unwrap().pack(&plain).unwrap();
        assert_eq!(dictionary, None);
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
        } = Packer::new(conn).unwrap().pack(&plain).unwrap();
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
    fn damage_is_noticed_and_never_believed() {
        let (_dir, store) = temporary();
        let conn = store.connection();
        let plain = encode(&events()).unwrap();
        let packed = Packer::new(conn).unwrap().pack(&plain).unwrap().bytes;
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
