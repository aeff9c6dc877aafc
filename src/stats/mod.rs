//! Figures over conversations, each with what it counts. Pure: what they are made of is read elsewhere.

mod confusion;

pub use confusion::{Confusion, IntentFigures, Pair, share, within};
