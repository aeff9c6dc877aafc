//! All of an import that needs no SQL, for any number of threads: what follows from a conversation, its
//! body packed, its words for the search.
//!
//! A [`Prepared`] conversation is right for a new row of its source under the terms it was made with. The
//! writer ([`super::arrive`]) looks whether it is one and whether the terms still hold; where not, it
//! takes the events out again and goes the exact way. This file must not touch a connection beyond
//! reading the terms once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use rusqlite::Connection;

use super::body::{decode, encode};
use super::draft::Draft;
use super::pack::{Dictionary, Packed, Packer};
use super::stored::latest_samples;
use super::train::{LONGEST_SAMPLE, SAMPLES, Sample, train};
use super::{Result, Store, StoreError, place, sqlite};
use crate::model::{
    Attributes, Confidence, ConversationKey, Event, Imported, ReviewSeed, mark_reverted,
};
use crate::text::Untrusted;

/// What the threads that prepare must know of the store; the writer keeps it up to date.
#[derive(Default)]
pub(crate) struct Terms {
    /// Of each source, in ten-thousandths.
    thresholds: Mutex<HashMap<Untrusted, Confidence>>,
    dictionary: Mutex<Training>,
}

/// How far the store's dictionary is.
enum Training {
    /// Conversations are put by until there are enough.
    Gathering(Vec<Sample>),
    /// One thread trains it.
    Under,
    /// There is one, or none can be had.
    Done(Option<Arc<Dictionary>>),
}

impl Default for Training {
    fn default() -> Self {
        Self::Gathering(Vec::new())
    }
}

impl Terms {
    /// The threshold that the source is known to use by now.
    fn threshold(&self, source: &Untrusted) -> Option<Confidence> {
        let known = self.thresholds.lock();
        let known = known.unwrap_or_else(PoisonError::into_inner);
        known.get(source).copied()
    }

    fn training(&self) -> MutexGuard<'_, Training> {
        self.dictionary
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The dictionary, once there is one.
    fn dictionary(&self) -> Option<Arc<Dictionary>> {
        match &*self.training() {
            Training::Done(dictionary) => dictionary.clone(),
            _ => None,
        }
    }

    /// Finds out what the store has, the first time.
    fn begin_training(&self, conn: &Connection) -> Result<()> {
        if !matches!(&*self.training(), Training::Gathering(put_by) if put_by.is_empty()) {
            return Ok(());
        }
        if let Some(dictionary) = Dictionary::newest(conn)? {
            *self.training() = Training::Done(Some(Arc::new(dictionary)));
            return Ok(());
        }
        let samples = latest_samples(conn, SAMPLES)?;
        match samples.len() < SAMPLES {
            true => *self.training() = Training::Gathering(samples),
            false => self.train(&samples),
        }
        Ok(())
    }

    /// Puts a conversation by; the thread that brings the last one needed trains.
    fn gather(&self, plain: &[u8], sample: impl FnOnce() -> Sample) {
        if plain.len() > LONGEST_SAMPLE {
            return;
        }
        let samples = match &mut *self.training() {
            Training::Gathering(put_by) => {
                put_by.push(sample());
                if put_by.len() < SAMPLES {
                    return;
                }
                std::mem::take(put_by)
            }
            _ => return,
        };
        *self.training() = Training::Under;
        self.train(&samples);
    }

    fn train(&self, samples: &[Sample]) {
        let dictionary = train(samples).map(|data| {
            Arc::new(Dictionary {
                data,
                number: OnceLock::new(),
            })
        });
        *self.training() = Training::Done(dictionary);
    }

    /// Notes the threshold of a source.
    pub(crate) fn set_threshold(&self, source: &Untrusted, threshold: Option<Confidence>) {
        let known = self.thresholds.lock();
        let mut known = known.unwrap_or_else(PoisonError::into_inner);
        match threshold {
            Some(threshold) => known.insert(source.clone(), threshold),
            None => known.remove(source),
        };
    }
}

/// Prepares conversations for [`super::Ingest::put`]; each thread has its own, made from one.
pub struct Preparer {
    terms: Arc<Terms>,
    packer: Packer,
}

impl Store {
    /// One that prepares conversations for imports into this store.
    pub fn preparer(&self) -> Result<Preparer> {
        let terms = self.terms();
        for (source, threshold) in thresholds(self.connection())? {
            terms.set_threshold(&source, threshold);
        }
        terms.begin_training(self.connection())?;
        Ok(Preparer {
            packer: Packer::with(terms.dictionary())?,
            terms: terms.clone(),
        })
    }
}

fn thresholds(conn: &Connection) -> Result<Vec<(Untrusted, Option<Confidence>)>> {
    conn.prepare("SELECT name, threshold FROM source")
        .and_then(|mut q| {
            q.query_map([], |r| {
                let steps: Option<i16> = r.get(1)?;
                Ok((
                    r.get::<_, String>(0)?.into(),
                    steps.map(Confidence::of_steps),
                ))
            })?
            .collect()
        })
        .map_err(sqlite("reading the thresholds"))
}

/// A conversation with all that can be known of it without looking into the store.
pub struct Prepared {
    pub(super) key: ConversationKey,
    /// The label to keep where the export names one.
    pub(super) external_id: Option<Untrusted>,
    pub(super) reviews: Vec<ReviewSeed>,
    /// The source's threshold that it was derived with.
    pub(super) threshold: Option<Confidence>,
    pub(super) draft: Draft,
    /// The unpacked body, which the events come out of again.
    pub(super) plain: Vec<u8>,
    pub(super) content: [u8; 16],
    pub(super) body: Packed,
    events: u64,
    messages: u64,
}

impl Preparer {
    /// One for another thread.
    pub fn another(&self) -> Result<Self> {
        Ok(Self {
            terms: self.terms.clone(),
            packer: Packer::with(self.packer.dictionary().cloned())?,
        })
    }

    /// Derives, packs and splits into words.
    pub fn prepare(&mut self, imported: Imported) -> Result<Prepared> {
        let Imported {
            key,
            external_id,
            attributes,
            mut events,
            reviews,
        } = imported;
        mark_reverted(&mut events);
        let threshold = self.terms.threshold(&key.source);
        let session = place::label(&[], &key, external_id.as_ref());
        let draft = Draft::make(&key, session, &attributes, &events, threshold)?;
        let messages = events.iter().filter(|e| e.kind.author().is_some());
        let (count, messages) = (events.len() as u64, messages.count() as u64);
        let plain = encode(events)?;
        if self.packer.dictionary().is_none() {
            let native = key.native.for_search();
            self.terms
                .gather(&plain, || Sample::of(&plain, native, &attributes));
            if let Some(dictionary) = self.terms.dictionary() {
                self.packer = Packer::with(Some(dictionary))?;
            }
        }
        let body = self.packer.pack(&plain)?;
        Ok(Prepared {
            content: draft.record().hash(&plain),
            events: count,
            messages,
            key,
            external_id,
            reviews,
            threshold,
            draft,
            plain,
            body,
        })
    }
}

impl Preparer {
    /// Packs a body.
    pub(super) fn pack(&mut self, plain: &[u8]) -> Result<Packed> {
        self.packer.pack(plain)
    }
}

impl Prepared {
    /// The source it belongs to.
    pub fn source(&self) -> &Untrusted {
        &self.key.source
    }

    /// How many events it has.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// How many of them are messages.
    pub fn messages(&self) -> u64 {
        self.messages
    }

    /// True if nothing that it was derived with has changed since.
    pub(super) fn holds(&self, threshold: Option<Confidence>) -> bool {
        self.draft.own_threshold().is_some() || self.threshold == threshold
    }

    /// Its events.
    pub(super) fn unpack(&self) -> Result<Vec<Event>> {
        decode(&self.plain).ok_or_else(unreadable)
    }

    /// What the source says of the whole conversation.
    pub(super) fn attributes(&self) -> Result<Attributes> {
        postcard::from_bytes(&self.draft.record().attributes).map_err(|_| unreadable())
    }

    /// Gives it the number of its session.
    pub(super) fn set_session(&mut self, session: u32) {
        if self.draft.record().session != session {
            self.draft.set_session(session);
            self.content = self.draft.record().hash(&self.plain);
        }
    }
}

fn unreadable() -> StoreError {
    StoreError::Refused("a conversation does not read back as it was packed".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::EventKind;
    use crate::store::Access;
    use crate::store::testing::{imported, main_source, message, temporary};

    fn put_by(terms: &Terms) -> usize {
        match &*terms.training() {
            Training::Gathering(samples) => samples.len(),
            _ => usize::MAX,
        }
    }

    #[test]
    fn very_long_conversations_are_not_kept_to_train_from() {
        let (_dir, mut store) = temporary();
        let long = "word ".repeat(LONGEST_SAMPLE / 5 + 1);
        let mut ingest = store.begin_import(&main_source()).unwrap();
        for n in 0..SAMPLES as i64 + 1 {
            let text = if n % 2 == 0 { "short" } else { &long };
            let event = message(EventKind::User, n * 1000, text);
            ingest
                .take(imported(&format!("u{n}"), vec![event]))
                .unwrap();
        }
        ingest.finish().unwrap();
        assert_eq!(put_by(store.terms()), SAMPLES / 2 + 1);

        // The next import begins with what there is, and goes on.
        let again = Store::open(store.path(), &Access::Import).unwrap();
        let _preparer = again.preparer().unwrap();
        assert_eq!(put_by(again.terms()), SAMPLES / 2);
    }
}
