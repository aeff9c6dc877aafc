//! The filter language: text to syntax tree and back, the table of its fields, and the reference
//! evaluation over one conversation.
//!
//! Every other evaluation (the catalogue's bitsets) must agree with [`plain`]. This module knows neither
//! SQL nor the screen.

mod ast;

pub use ast::{Cmp, Date, Field, Filter, Pattern, Scalar, Term, Test, Unit};
