//! What a job waits for: the best way from a job back to one that runs the gate.
//!
//! A job that waits for several ways is as safe as the best of them, so what is wrong on the others does
//! not matter. A workflow that is only called is as safe as the worst of its callers.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::super::rules::Breach;
use super::calls::{self, Call, Condition};
use super::condition;
use super::gate;
use super::publishing::{self, Publishing};
use crate::diagnostics::shown;
use crate::evidence::rules::{Job, RuleFacts, Workflow};

/// The longest way that is followed; what is longer guards nothing.
const LONGEST: usize = 64;

/// A job with what it does.
pub(super) struct Seen<'a> {
    pub(super) workflow: &'a Workflow,
    pub(super) job: &'a Job,
    pub(super) gates: Vec<Call>,
    pub(super) publishes: Vec<Publishing>,
}

/// A way from a job to the gate.
#[derive(Debug, Clone, Default)]
pub(super) struct Way {
    /// What lets a failure through on it.
    pub(super) breaches: Vec<Breach>,
    /// Conditions under which the gate runs.
    pub(super) conditions: Vec<Condition>,
    /// The gate's step, if it is one of the same job.
    pub(super) step: Option<(usize, Option<String>)>,
}

impl Way {
    fn cost(&self) -> usize {
        self.breaches.len() + self.conditions.iter().filter(|one| condition::skips(&one.text)).count()
    }

    fn with(mut self, breaches: Vec<Breach>) -> Way {
        self.breaches.extend(breaches);
        self
    }
}

/// Every job, and the ways that were found.
pub(super) struct Guards<'a> {
    pub(super) jobs: Vec<Seen<'a>>,
    by_name: BTreeMap<(&'a str, &'a str), usize>,
    known: RefCell<BTreeMap<usize, Option<Way>>>,
    known_inside: RefCell<BTreeMap<usize, Option<Way>>>,
}

impl<'a> Guards<'a> {
    pub(super) fn new(facts: &'a RuleFacts) -> Self {
        let pairs =
            facts.workflows.iter().flat_map(|workflow| workflow.jobs.iter().map(move |job| (workflow, job)));
        let jobs: Vec<Seen<'a>> = pairs
            .map(|(workflow, job)| Seen {
                workflow,
                job,
                gates: calls::all(facts, workflow, job),
                publishes: publishing::all(facts, workflow, job),
            })
            .collect();
        let name =
            |(index, seen): (usize, &Seen<'a>)| ((seen.workflow.file.as_str(), seen.job.id.as_str()), index);
        let by_name = jobs.iter().enumerate().map(name).collect();
        Guards { jobs, by_name, known: RefCell::default(), known_inside: RefCell::default() }
    }

    /// The best way from a job that publishes; nothing if it waits for no gate.
    pub(super) fn way(&self, index: usize) -> Option<Way> {
        let seen = self.jobs.get(index)?;
        let first = seen.publishes.first().map(|one| one.place.as_slice());
        let own = seen.gates.iter().filter(|call| first.is_none_or(|first| call.place.as_slice() < first));
        let own = own.map(|call| Way {
            step: call.place.first().map(|step| (*step, call.id.clone())),
            ..gate_way(seen, call)
        });
        own.chain(self.waited_for(index, LONGEST)).min_by_key(Way::cost)
    }

    /// The best way over the jobs that one needs, or over those that call its workflow.
    fn waited_for(&self, index: usize, left: usize) -> Option<Way> {
        if let Some(known) = self.known.borrow().get(&index) {
            return known.clone();
        }
        let left = left.checked_sub(1)?;
        // A circle guards nothing; GitHub refuses it anyway.
        self.known.borrow_mut().insert(index, None);
        let seen = self.jobs.get(index)?;
        let needed = seen.job.needs.iter().filter_map(|id| {
            let needed = self.by_name.get(&(seen.workflow.file.as_str(), id.as_str()))?;
            Some(
                self.through(*needed, left)?
                    .with(goes_on(seen, &[format!("needs.{id}.result").to_lowercase()])),
            )
        });
        let needed = needed.min_by_key(Way::cost);
        let called = self.callers(seen, left).map(|way| way.with(goes_on(seen, &[])));
        let best = needed.into_iter().chain(called).min_by_key(Way::cost);
        self.known.borrow_mut().insert(index, best.clone());
        best
    }

    /// The best way once a job has come to its end.
    fn through(&self, index: usize, left: usize) -> Option<Way> {
        let seen = self.jobs.get(index)?;
        let own = self.inside(index, left);
        let further = self.waited_for(index, left).map(|way| {
            let softened = seen.job.continue_on_error.as_ref().map(|_| {
                let message = format!(
                    "the job {}, on the way from the gate, has continue-on-error",
                    shown(&seen.job.id)
                );
                Breach::at(&seen.workflow.file, Some(seen.job.line), message)
            });
            way.with(softened.into_iter().collect())
        });
        own.into_iter().chain(further).min_by_key(Way::cost)
    }

    /// The best gate that a job runs itself, or in the workflow of this repository that it calls.
    fn inside(&self, index: usize, left: usize) -> Option<Way> {
        if let Some(known) = self.known_inside.borrow().get(&index) {
            return known.clone();
        }
        let left = left.checked_sub(1)?;
        self.known_inside.borrow_mut().insert(index, None);
        let seen = self.jobs.get(index)?;
        let own = seen.gates.iter().map(|call| gate_way(seen, call));
        let called = seen.job.uses.as_deref().and_then(local);
        let called =
            self.jobs.iter().enumerate().filter(|(_, one)| Some(one.workflow.file.as_str()) == called);
        let called = called.filter_map(|(index, one)| {
            let mut way = self.inside(index, left)?;
            // Of a workflow whose gate was skipped, the rest may succeed.
            way.conditions.extend(one.job.condition.iter().map(|text| Condition {
                file: one.workflow.file.clone(),
                line: one.job.line,
                text: text.clone(),
            }));
            Some(way)
        });
        let best = own.chain(called).min_by_key(Way::cost);
        self.known_inside.borrow_mut().insert(index, best.clone());
        best
    }

    /// The ways of all who call a workflow, if nothing else starts it and each of them waits for the gate.
    fn callers(&self, seen: &Seen<'a>, left: usize) -> Option<Way> {
        if seen.workflow.triggers != ["workflow_call"] {
            return None;
        }
        let file = Some(seen.workflow.file.as_str());
        let calling = self.jobs.iter().enumerate();
        let calling = calling.filter(|(_, one)| one.job.uses.as_deref().and_then(local) == file);
        let ways: Option<Vec<Way>> = calling.map(|(index, _)| self.waited_for(index, left)).collect();
        let ways = ways.filter(|ways| !ways.is_empty())?;
        Some(ways.into_iter().fold(Way::default(), |mut all, way| {
            all.conditions.extend(way.conditions);
            all.with(way.breaches)
        }))
    }
}

/// The file of a workflow of this repository.
fn local(uses: &str) -> Option<&str> {
    uses.strip_prefix("./")
}

/// What softens a job that runs the gate, with one of its calls.
fn gate_way(seen: &Seen<'_>, call: &Call) -> Way {
    let told = format!("the job {}", shown(&seen.job.id));
    let at = |message: String| Breach::at(&seen.workflow.file, Some(seen.job.line), message);
    let mut breaches = Vec::new();
    if seen.job.continue_on_error.is_some() {
        breaches.push(at(format!("{told} runs the gate with continue-on-error")));
    }
    let variables = seen.workflow.env.iter().chain(&seen.job.env);
    let bent = variables.filter_map(|(name, value)| gate::bends(name, value));
    breaches.extend(bent.map(|why| at(format!("{told} runs the gate where {why}"))));
    breaches.extend(call.problems.iter().cloned());
    Way { breaches, conditions: call.conditions.clone(), step: None }
}

/// Whether a job goes on although what it waits for did not succeed.
fn goes_on(seen: &Seen<'_>, failed: &[String]) -> Vec<Breach> {
    let told = format!("the job {}", shown(&seen.job.id));
    let line = seen.job.line;
    regardless(&seen.workflow.file, line, seen.job.condition.as_deref(), &told, failed).into_iter().collect()
}

/// What a condition does that holds although something before it failed.
pub(super) fn regardless(
    file: &str,
    line: u32,
    condition: Option<&str>,
    told: &str,
    failed: &[String],
) -> Option<Breach> {
    let condition = condition.filter(|condition| condition::regardless(condition, failed))?;
    let shown = shown(condition);
    let message =
        format!("{told} goes on although the gate failed or was skipped: `if: {}`", shown.trim_matches('`'));
    Some(Breach::at(file, Some(line), message))
}
