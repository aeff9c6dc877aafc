//! What refreshes took in: whoever shows conversations asks whether all of it was written by itself.

/// What was taken in since it was last asked.
#[derive(Debug, Default)]
pub struct News {
    /// Conversations came, changed or went, or a tag has another name.
    pub(super) content: bool,
    /// Rows whose review changed.
    pub(super) reviewed: Vec<i64>,
}

impl News {
    /// True if there is more than reviews of the rows `own`.
    pub fn is_beyond(&self, mut own: Vec<i64>) -> bool {
        own.sort_unstable();
        self.content
            || self
                .reviewed
                .iter()
                .any(|row| own.binary_search(row).is_err())
    }
}
