//! Where a job runs the gate: in a step of its own, in a script, or through a local action.

use super::super::super::shell::{self, Command};
use super::gate::{self, Shell};
use crate::evidence::rules::{Job, RuleFacts, Step, Workflow};

/// How deep scripts and actions are followed.
const DEPTH: usize = 4;

/// One place that runs the gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Call {
    pub(super) file: String,
    pub(super) line: u32,
    /// The condition of the step.
    pub(super) condition: Option<String>,
    /// What lets its failure through, each in a line.
    pub(super) problems: Vec<String>,
}

/// Where a job runs the gate: the index of the step, and the call.
pub(super) fn gates(facts: &RuleFacts, workflow: &Workflow, job: &Job) -> Vec<(usize, Call)> {
    let shell = job.shell.as_deref().or(workflow.shell.as_deref());
    let windows = job.runs_on.to_lowercase().contains("windows");
    let mut found = Vec::new();
    for (index, step) in job.steps.iter().enumerate() {
        let of_step = of_step(facts, step, &workflow.file, shell, windows, DEPTH);
        found.extend(of_step.into_iter().map(|call| (index, call)));
    }
    found
}

fn of_step(
    facts: &RuleFacts,
    step: &Step,
    file: &str,
    shell: Option<&str>,
    windows: bool,
    depth: usize,
) -> Vec<Call> {
    let mut problems = Vec::new();
    if step.continue_on_error.is_some() {
        problems.push("the gate's step has continue-on-error".to_owned());
    }
    problems.extend(step.env.iter().filter_map(|(name, value)| gate::bends(name, value)).map(str::to_owned));
    let call = |problems: Vec<String>| Call {
        file: file.to_owned(),
        line: step.line,
        condition: step.condition.clone(),
        problems,
    };
    if let Some(uses) = step.uses.as_deref().filter(|_| depth > 0)
        && let Some(action) = facts.actions.iter().find(|action| action.name == uses)
    {
        let inner = action.steps.iter();
        let inner = inner.flat_map(|step| of_step(facts, step, &action.file, None, windows, depth - 1));
        let inner: Vec<Call> = inner.collect();
        // The step that uses the action may be skipped or softened like any other.
        let outer = (!inner.is_empty()).then(|| call(problems));
        return inner.into_iter().chain(outer).collect();
    }
    let Some(run) = &step.run else { return Vec::new() };
    let shell = Shell::of(step.shell.as_deref().or(shell), windows);
    let commands = shell::commands(run);
    match in_commands(facts, &commands, &shell, depth) {
        None => Vec::new(),
        Some(found) => {
            problems.extend(found);
            vec![call(problems)]
        }
    }
}

/// What softens the gate among these commands; nothing if they do not run it.
fn in_commands(facts: &RuleFacts, commands: &[Command], shell: &Shell, depth: usize) -> Option<Vec<String>> {
    let mut found: Option<Vec<String>> = None;
    for (index, command) in commands.iter().enumerate() {
        let mut problems = Vec::new();
        if gate::runs(command) {
            problems.extend(gate::flags(command));
        } else if let Some(text) = shell::script(command).and_then(|path| facts.scripts.get(&path))
            && depth > 0
        {
            // A script decides itself whether it stops at a failure.
            let own = Shell::of_script(text);
            let Some(inner) = in_commands(facts, &shell::commands(text), &own, depth - 1) else { continue };
            problems.extend(inner);
        } else {
            continue;
        }
        problems.extend(gate::softened(commands, index, shell));
        found.get_or_insert_default().extend(problems);
    }
    found
}
