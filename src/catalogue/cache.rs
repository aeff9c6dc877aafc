//! The sets of terms already answered, so that a key stroke costs only the term that changed.

use std::collections::HashMap;
use std::sync::Arc;

use super::bits::Bits;
use super::columns::Column;
use super::samples::Hashes;
use super::times::LocalStarts;
use crate::filter::Zone;

/// What a set was computed from, and so what makes it stale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reads {
    /// Conversations alone: stale when conversations come or change.
    Content,
    /// Reviews too: stale after every change.
    Reviews,
}

/// The answer to one term.
#[derive(Clone, Debug)]
pub(super) struct Answered {
    /// Positions asked about; `None`: all of them.
    pub known: Option<Arc<Bits>>,
    /// Those of them that match.
    pub hits: Arc<Bits>,
    /// It is kept when conversations come: who finds it shorter than what there is asks about the rest.
    pub grows: bool,
}

#[derive(Debug)]
struct Entry {
    answered: Answered,
    reads: Reads,
    used: u64,
}

/// Answers by term, the least used going first.
#[derive(Debug, Default)]
pub(super) struct Cache {
    entries: HashMap<String, Entry>,
    starts: Option<Arc<LocalStarts>>,
    hashes: Hashes,
    bytes: usize,
    clock: u64,
}

/// 128 terms at a million conversations.
const LIMIT: usize = 16 << 20;

impl Answered {
    fn bytes(&self) -> usize {
        self.hits.bytes() + self.known.as_ref().map_or(0, |k| k.bytes())
    }
}

impl Cache {
    /// What is known of a term.
    pub fn get(&mut self, key: &str) -> Option<Answered> {
        self.clock += 1;
        let entry = self.entries.get_mut(key)?;
        entry.used = self.clock;
        Some(entry.answered.clone())
    }

    /// Keeps an answer.
    pub fn put(&mut self, key: String, reads: Reads, answered: Answered) {
        self.bytes += answered.bytes();
        self.clock += 1;
        let used = self.clock;
        let entry = Entry {
            answered,
            reads,
            used,
        };
        if let Some(old) = self.entries.insert(key, entry) {
            self.bytes -= old.answered.bytes();
        }
        while self.bytes > LIMIT && self.entries.len() > 1 {
            let oldest = self.entries.iter().min_by_key(|e| e.1.used);
            let Some(key) = oldest.map(|e| e.0.clone()) else {
                break;
            };
            if let Some(old) = self.entries.remove(&key) {
                self.bytes -= old.answered.bytes();
            }
        }
    }

    /// The local time of every start.
    pub fn local(&mut self, started: &Column, zone: Zone) -> Arc<LocalStarts> {
        let known = self.starts.take().filter(|known| known.zone == zone);
        let mut starts = known.unwrap_or_else(|| Arc::new(LocalStarts::new(zone)));
        if starts.minutes.len() < started.len() {
            Arc::make_mut(&mut starts).follow(started);
        }
        self.starts = Some(Arc::clone(&starts));
        starts
    }

    /// The hashes that samples are drawn by.
    pub fn hashes(&mut self) -> &mut Hashes {
        &mut self.hashes
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        self.bytes + self.hashes.bytes() + self.starts.as_ref().map_or(0, |s| s.bytes())
    }

    /// Conversations came and all others are as they were: forgets what cannot be asked of the new ones
    /// alone.
    pub fn came(&mut self) {
        self.entries.retain(|_, e| e.answered.grows);
        self.bytes = self.entries.values().map(|e| e.answered.bytes()).sum();
    }

    /// Forgets the answers to terms, and how samples were drawn.
    pub fn forget_terms(&mut self) {
        self.entries.clear();
        self.hashes = Hashes::default();
        self.bytes = 0;
    }

    /// Forgets what has become stale: with content everything, with reviews what reads them.
    pub fn forget(&mut self, changed: Reads) {
        match changed {
            Reads::Content => {
                self.forget_terms();
                self.starts = None;
            }
            Reads::Reviews => self.entries.retain(|_, e| e.reads == Reads::Content),
        }
        self.bytes = self.entries.values().map(|e| e.answered.bytes()).sum();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(len: u32) -> Answered {
        Answered {
            known: None,
            hits: Arc::new(Bits::new(len)),
            grows: false,
        }
    }

    #[test]
    fn the_least_used_goes_first_when_room_is_short() {
        let mut cache = Cache::default();
        // A little less than a third: a set weighs more than its bits.
        let third = (LIMIT as u32 / 3 - 4096) * 8;
        for key in ["a", "b", "c"] {
            cache.put(key.to_owned(), Reads::Content, answer(third));
        }
        assert!(cache.get("a").is_some());
        cache.put("d".to_owned(), Reads::Content, answer(third));
        assert!(cache.get("a").is_some() && cache.get("d").is_some());
        assert!(cache.bytes <= LIMIT);
    }

    #[test]
    fn what_can_grow_stays_when_conversations_come() {
        let mut cache = Cache::default();
        cache.put("fixed".to_owned(), Reads::Content, answer(64));
        let grows = true;
        let words = Answered {
            grows,
            ..answer(64)
        };
        cache.put("words".to_owned(), Reads::Content, words);
        cache.came();
        assert!(cache.get("words").is_some() && cache.get("fixed").is_none());
    }

    #[test]
    fn a_review_leaves_what_reads_content_alone() {
        let mut cache = Cache::default();
        cache.put("content".to_owned(), Reads::Content, answer(64));
        cache.put("review".to_owned(), Reads::Reviews, answer(64));
        cache.forget(Reads::Reviews);
        assert!(cache.get("content").is_some() && cache.get("review").is_none());
        cache.forget(Reads::Content);
        assert!(cache.get("content").is_none());
        assert_eq!(cache.bytes, 0);
    }
}
