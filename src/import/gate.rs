//! How much may be on its way from the reading thread to the writing side.
//!
//! Batches of records differ in size by orders of magnitude, so bytes are counted, not batches: memory stays
//! the same whatever a file holds. Nothing here knows what the bytes are.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::formats::Stop;

/// A room for so many bytes; whoever brings more waits outside.
#[derive(Debug)]
pub(super) struct Gate {
    state: Mutex<State>,
    moved: Condvar,
    room: usize,
}

#[derive(Debug, Default)]
struct State {
    inside: usize,
    closed: bool,
}

impl Gate {
    pub fn new(room: usize) -> Self {
        Self {
            state: Mutex::default(),
            moved: Condvar::new(),
            room,
        }
    }

    /// Waits until there is room; what is larger than all of it goes in alone.
    pub fn enter(&self, bytes: usize) -> Result<(), Stop> {
        let mut state = self.state();
        while !state.closed && state.inside > 0 && state.inside.saturating_add(bytes) > self.room {
            state = self
                .moved
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        if state.closed {
            return Err(Stop);
        }
        state.inside += bytes;
        Ok(())
    }

    /// So much has come out again.
    pub fn leave(&self, bytes: usize) {
        let mut state = self.state();
        state.inside = state.inside.saturating_sub(bytes);
        drop(state);
        self.moved.notify_one();
    }

    /// Sends everybody away who waits or will come.
    pub fn close(&self) {
        self.state().closed = true;
        self.moved.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that is done while it is held can panic halfway.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    #[test]
    fn never_more_is_inside_than_there_is_room_for_but_one_alone_always_is() {
        let gate = Gate::new(10);
        let (inside, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let (entered, left) = crossbeam_channel::unbounded();
        let sizes = [4, 4, 4, 25, 1, 10, 3, 3, 3, 3, 100, 2];
        thread::scope(|scope| {
            scope.spawn(|| {
                for size in sizes {
                    gate.enter(size).unwrap();
                    let now = inside.fetch_add(size, Ordering::SeqCst) + size;
                    assert!(now <= 10 || now == size, "{now}");
                    most.fetch_max(now, Ordering::SeqCst);
                    entered.send(size).unwrap();
                }
                drop(entered);
            });
            for size in left {
                inside.fetch_sub(size, Ordering::SeqCst);
                gate.leave(size);
            }
        });
        assert_eq!(most.into_inner(), 100);
    }

    #[test]
    fn a_closed_gate_sends_away_who_waits() {
        let gate = Gate::new(1);
        gate.enter(5).unwrap();
        thread::scope(|scope| {
            let waiting = scope.spawn(|| gate.enter(1));
            gate.close();
            assert_eq!(waiting.join().unwrap(), Err(Stop));
        });
        gate.leave(5);
        assert_eq!(gate.enter(1), Err(Stop));
    }
}
