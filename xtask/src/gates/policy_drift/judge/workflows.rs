//! The rules about workflows: actions are pinned, who publishes waits for the gate, and nothing lets a
//! failed gate through.
//!
//! What cannot be followed counts as not there: a gate behind a variable is no gate, and what a workflow
//! of another repository does is not known.

mod calls;
mod gate;
mod guard;
mod publishing;

use super::rules::{Breach, Looked};
use crate::diagnostics::shown;
use crate::evidence::rules::{Job, RuleFacts, Step, Workflow};
use guard::Guards;

/// Conditions that hold although something before them failed.
const REGARDLESS: &[&str] = &["always()", "failure()", "cancelled()", "!success()"];

/// `owner/repository@<full commit>`, a path of the repository, or an image by its digest.
pub(super) fn actions_pinned(facts: &RuleFacts) -> Looked {
    let mut looked = Looked::default();
    let mut look = |file: &str, line: u32, uses: &str| {
        looked.at += 1;
        if !pinned(uses) {
            let message = format!("{} is not pinned to a full commit", shown(uses));
            looked.breaches.push(Breach::at(file, Some(line), message));
        }
    };
    for workflow in &facts.workflows {
        for job in &workflow.jobs {
            job.uses.iter().for_each(|uses| look(&workflow.file, job.line, uses));
            of_steps(&job.steps, |step, uses| look(&workflow.file, step.line, uses));
        }
    }
    for action in &facts.actions {
        of_steps(&action.steps, |step, uses| look(&action.file, step.line, uses));
    }
    looked
}

fn of_steps(steps: &[Step], mut look: impl FnMut(&Step, &str)) {
    for step in steps {
        if let Some(uses) = &step.uses {
            look(step, uses);
        }
    }
}

fn pinned(uses: &str) -> bool {
    let hex = |text: &str, length| text.len() == length && text.bytes().all(|b| b.is_ascii_hexdigit());
    if let Some(image) = uses.strip_prefix("docker://") {
        return image.rsplit_once("@sha256:").is_some_and(|(_, digest)| hex(digest, 64));
    }
    uses.starts_with("./") || uses.rsplit_once('@').is_some_and(|(_, commit)| hex(commit, 40))
}

/// Every job that publishes waits for one that runs the gate.
pub(super) fn publish_needs_gate(facts: &RuleFacts) -> Looked {
    let guards = Guards::new(facts);
    let mut looked = Looked::default();
    for (workflow, job, what) in publishers(facts) {
        looked.at += 1;
        if guards.path(workflow, job).is_none() {
            let message = format!(
                "the job {} publishes ({what}), and nothing makes it wait for the gate",
                shown(&job.id)
            );
            looked.breaches.push(Breach::at(&workflow.file, Some(job.line), message));
        }
    }
    let unread = facts.unread.iter().filter(|(file, _)| super::rules::of_workflows(file));
    looked.breaches.extend(unread.map(|(file, why)| {
        Breach::at(file, None, format!("whether it publishes cannot be told: {}", shown(why)))
    }));
    looked
}

/// The jobs that publish, each with what they do.
fn publishers(facts: &RuleFacts) -> impl Iterator<Item = (&Workflow, &Job, String)> {
    let jobs =
        facts.workflows.iter().flat_map(|workflow| workflow.jobs.iter().map(move |job| (workflow, job)));
    jobs.filter_map(|(workflow, job)| Some((workflow, job, publishing::first(facts, job)?.1)))
}

/// On the way from the gate to who publishes, every failure stops.
pub(super) fn gate_not_softened(facts: &RuleFacts) -> Looked {
    let guards = Guards::new(facts);
    let mut looked = Looked::default();
    for (workflow, job, _) in publishers(facts) {
        let Some(path) = guards.path(workflow, job) else { continue };
        looked.at += 1;
        for link in &path {
            on_the_way(facts, link.workflow, link.job, link.gate, &mut looked.breaches);
        }
        let from = publishing::first(facts, job).map_or(0, |(step, _)| step);
        for step in job.steps.iter().skip(from).take(1) {
            let told = format!("the step that publishes in {}", shown(&job.id));
            regardless(&workflow.file, step.line, step.condition.as_deref(), &told, &mut looked.breaches);
        }
        same_condition(facts, workflow, job, from, &mut looked.breaches);
    }
    // A gate that guards several jobs is wrong once.
    looked.breaches.sort_by(|one, other| (&one.file, one.line).cmp(&(&other.file, other.line)));
    looked.breaches.dedup();
    looked
}

/// What softens one job on the way; `gate` says whether it is the one that runs the gate.
fn on_the_way(facts: &RuleFacts, workflow: &Workflow, job: &Job, gate: bool, breaches: &mut Vec<Breach>) {
    let told = format!("the job {}", shown(&job.id));
    if !gate {
        regardless(&workflow.file, job.line, job.condition.as_deref(), &told, breaches);
        return;
    }
    if job.continue_on_error.is_some() {
        let message = format!("{told} runs the gate with continue-on-error");
        breaches.push(Breach::at(&workflow.file, Some(job.line), message));
    }
    for (name, value) in workflow.env.iter().chain(&job.env) {
        if let Some(why) = gate::bends(name, value) {
            breaches.push(Breach::at(&workflow.file, Some(job.line), format!("{told} {why}")));
        }
    }
    for (_, call) in calls::gates(facts, workflow, job) {
        breaches.extend(call.problems.into_iter().map(|why| Breach::at(&call.file, Some(call.line), why)));
    }
}

fn regardless(file: &str, line: u32, condition: Option<&str>, told: &str, breaches: &mut Vec<Breach>) {
    let Some(condition) = condition else { return };
    let plain: String = condition.split_whitespace().collect();
    if REGARDLESS.iter().any(|word| plain.contains(word)) {
        let message =
            format!("{told} goes on although the gate failed: `if: {}`", shown(condition).trim_matches('`'));
        breaches.push(Breach::at(file, Some(line), message));
    }
}

/// A gate's step that may be skipped guards only steps of the very same condition in the same job.
fn same_condition(
    facts: &RuleFacts,
    workflow: &Workflow,
    job: &Job,
    from: usize,
    breaches: &mut Vec<Breach>,
) {
    let guards = Guards::new(facts);
    for link in guards.path(workflow, job).unwrap_or_default().iter().filter(|link| link.gate) {
        for (index, call) in calls::gates(facts, link.workflow, link.job) {
            let Some(condition) = &call.condition else { continue };
            let publishing = job.steps.get(from).and_then(|step| step.condition.as_ref());
            let here = std::ptr::eq(link.job, job) && index < from && publishing == Some(condition);
            if !here && condition != "success()" {
                let message =
                    format!("the gate's step may be skipped: `if: {}`", shown(condition).trim_matches('`'));
                breaches.push(Breach::at(&call.file, Some(call.line), message));
            }
        }
    }
}

#[cfg(test)]
mod tests;
