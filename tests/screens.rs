//! The review screen as a person sees it: keys in, frames and the store out.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

#[path = "screens/frames.rs"]
mod frames;

#[path = "screens/compare.rs"]
mod compare;
#[path = "screens/confusion.rs"]
mod confusion;
#[path = "screens/correct.rs"]
mod correct;
#[path = "screens/decide.rs"]
mod decide;
#[path = "screens/definitions.rs"]
mod definitions;
#[path = "screens/detail.rs"]
mod detail;
#[path = "screens/excerpts.rs"]
mod excerpts;
#[path = "screens/export.rs"]
mod export;
#[path = "screens/find.rs"]
mod find;
#[path = "screens/hiding.rs"]
mod hiding;
#[path = "screens/keys.rs"]
mod keys;
#[path = "screens/learning.rs"]
mod learning;
#[path = "screens/needles.rs"]
mod needles;
#[path = "screens/notes.rs"]
mod notes;
#[path = "screens/order.rs"]
mod order;
#[path = "screens/random.rs"]
mod random;
#[path = "screens/reading.rs"]
mod reading;
#[path = "screens/same_user.rs"]
mod same_user;
#[path = "screens/table.rs"]
mod table;
