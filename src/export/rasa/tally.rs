//! What did not come out as it stood in the log, counted by reason.

use crate::export::output::Written;

/// Counts by reason, in the order of first occurrence.
#[derive(Debug, Default)]
pub(super) struct Tally {
    left_out: Vec<(u64, &'static str)>,
    remarks: Vec<(u64, &'static str)>,
}

impl Tally {
    /// So many more were left out for this reason.
    pub(super) fn leave_out(&mut self, count: u64, what: &'static str) {
        add(&mut self.left_out, count, what);
    }

    /// So many more were written, but want a look.
    pub(super) fn remark(&mut self, count: u64, what: &'static str) {
        add(&mut self.remarks, count, what);
    }

    /// With what was written.
    pub(super) fn written(self, count: u64, unit: &'static str) -> Written {
        Written {
            count,
            unit,
            left_out: self.left_out,
            remarks: self.remarks,
            ..Written::default()
        }
    }
}

fn add(list: &mut Vec<(u64, &'static str)>, count: u64, what: &'static str) {
    if count == 0 {
        return;
    }
    match list.iter_mut().find(|(_, known)| *known == what) {
        Some(known) => known.0 += count,
        None => list.push((count, what)),
    }
}
