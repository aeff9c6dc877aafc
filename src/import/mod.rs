//! From exports to conversations: opening, detecting, reading and handing to the store.

pub mod formats;
pub mod sessions;
