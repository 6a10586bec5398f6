//! What a job waits for: the way from a job back to one that runs the gate.

use std::collections::BTreeSet;

use super::{calls, publishing};
use crate::evidence::rules::{Job, RuleFacts, Workflow};

/// One job on the way.
#[derive(Clone, Copy)]
pub(super) struct Link<'a> {
    pub(super) workflow: &'a Workflow,
    pub(super) job: &'a Job,
    /// Whether it is the one that runs the gate.
    pub(super) gate: bool,
}

/// Finds the way.
pub(super) struct Guards<'a> {
    facts: &'a RuleFacts,
}

impl<'a> Guards<'a> {
    pub(super) fn new(facts: &'a RuleFacts) -> Self {
        Guards { facts }
    }

    /// The jobs from one that publishes to those that run the gate, both included; nothing if it waits
    /// for none.
    pub(super) fn path(&self, workflow: &'a Workflow, job: &'a Job) -> Option<Vec<Link<'a>>> {
        let before = publishing::first(self.facts, job).map_or(usize::MAX, |(step, _)| step);
        self.back(workflow, job, before, &mut BTreeSet::new())
    }

    fn back(
        &self,
        workflow: &'a Workflow,
        job: &'a Job,
        before: usize,
        seen: &mut BTreeSet<(&'a str, &'a str)>,
    ) -> Option<Vec<Link<'a>>> {
        // A circle guards nothing; GitHub refuses it anyway.
        if !seen.insert((&workflow.file, &job.id)) {
            return None;
        }
        if calls::gates(self.facts, workflow, job).iter().any(|(step, _)| *step < before) {
            return Some(vec![Link { workflow, job, gate: true }]);
        }
        let here = Link { workflow, job, gate: false };
        for id in &job.needs {
            let Some(needed) = workflow.jobs.iter().find(|one| one.id == *id) else { continue };
            let way = self.called(needed).or_else(|| self.back(workflow, needed, usize::MAX, seen));
            if let Some(way) = way {
                let through = needed.uses.is_some().then_some(Link { workflow, job: needed, gate: false });
                return Some([here].into_iter().chain(through).chain(way).collect());
            }
        }
        self.callers(workflow, seen).map(|way| [here].into_iter().chain(way).collect())
    }

    /// The gates in the workflow of this repository that a job calls.
    fn called(&self, job: &'a Job) -> Option<Vec<Link<'a>>> {
        let workflow = workflow_of(self.facts, job.uses.as_deref()?)?;
        let gates = workflow.jobs.iter().filter(|job| !calls::gates(self.facts, workflow, job).is_empty());
        let links: Vec<Link<'a>> = gates.map(|job| Link { workflow, job, gate: true }).collect();
        (!links.is_empty()).then_some(links)
    }

    /// The ways of all who call a workflow, if nothing else starts it and each of them waits for the gate.
    fn callers(
        &self,
        workflow: &'a Workflow,
        seen: &mut BTreeSet<(&'a str, &'a str)>,
    ) -> Option<Vec<Link<'a>>> {
        if workflow.triggers != ["workflow_call"] {
            return None;
        }
        let mut ways = Vec::new();
        for caller in &self.facts.workflows {
            let calling = |job: &&Job| {
                let called = job.uses.as_deref().and_then(|uses| workflow_of(self.facts, uses));
                called.is_some_and(|called| called.file == workflow.file)
            };
            for job in caller.jobs.iter().filter(calling) {
                ways.extend(self.back(caller, job, usize::MAX, seen)?);
            }
        }
        (!ways.is_empty()).then_some(ways)
    }
}

fn workflow_of<'a>(facts: &'a RuleFacts, uses: &str) -> Option<&'a Workflow> {
    let file = uses.strip_prefix("./")?;
    facts.workflows.iter().find(|workflow| workflow.file == file)
}
