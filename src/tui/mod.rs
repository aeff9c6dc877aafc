//! The full-screen part: what people see and press.

pub mod pen;
