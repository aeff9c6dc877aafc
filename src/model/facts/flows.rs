//! How far the flows and forms of a conversation came.

use std::collections::HashMap;

use super::FlowOutcome;
use super::derive::{Once, owned};
use crate::model::{FlowState, FlowStep};
use crate::text::Untrusted;

/// Runs of flows in order of start; a run is open until it ends or its flow starts again.
#[derive(Default)]
pub(super) struct Flows<'a> {
    runs: Vec<FlowOutcome>,
    open: HashMap<&'a str, usize>,
    steps: Once<(&'a Untrusted, &'a Untrusted)>,
    nodes: Once<&'a Untrusted>,
}

/// Flows that ended, steps entered, steps that ask.
type Finished = (
    Vec<FlowOutcome>,
    Vec<(Untrusted, Untrusted)>,
    Vec<Untrusted>,
);

impl<'a> Flows<'a> {
    pub(super) fn event(&mut self, flow: &'a FlowStep) {
        let name = flow.name.for_search();
        if flow.state == FlowState::Started {
            self.open.remove(name);
        }
        let runs = &mut self.runs;
        // A log that begins in the middle of a flow has no start of it.
        let place = *self.open.entry(name).or_insert_with(|| {
            runs.push(FlowOutcome {
                name: flow.name.clone(),
                step: None,
                state: FlowState::Started,
            });
            runs.len() - 1
        });
        let run = &mut self.runs[place];
        if let Some(step) = &flow.step {
            run.step = Some(step.clone());
            self.steps.add((&flow.name, step));
            if flow.state == FlowState::Step {
                self.nodes.add(step);
            }
        }
        match flow.state {
            FlowState::Completed | FlowState::Cancelled => {
                run.state = flow.state;
                self.open.remove(name);
            }
            FlowState::Step => run.state = FlowState::Step,
            FlowState::Started | FlowState::Interrupted | FlowState::Resumed => {}
        }
    }

    /// A restart or session start: whatever is open was left.
    pub(super) fn leave_all(&mut self) {
        self.open.clear();
    }

    pub(super) fn finish(self) -> Finished {
        let nodes = self.nodes.values.into_iter().cloned().collect();
        (self.runs, owned(self.steps), nodes)
    }
}
