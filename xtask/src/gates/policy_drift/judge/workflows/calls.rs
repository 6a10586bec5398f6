//! Where a job runs the gate: in a step of its own, in a script, or through a local action.

use super::super::super::shell::{self, Command};
use super::super::rules::Breach;
use super::gate::{self, Shell};
use super::variables::Variables;
use super::{DEPTH, MOST_TEXT};
use crate::evidence::rules::{Job, RuleFacts, Step, Workflow};

/// A condition, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Condition {
    pub(super) file: String,
    pub(super) line: u32,
    pub(super) text: String,
}

/// One place that runs the gate.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Call {
    /// The step, the command in it, the command in the script that it runs, and so on.
    pub(super) place: Vec<usize>,
    /// The name of the job's step.
    pub(super) id: Option<String>,
    /// The conditions of its steps.
    pub(super) conditions: Vec<Condition>,
    /// What lets its failure through.
    pub(super) problems: Vec<Breach>,
}

impl Call {
    fn problem(&mut self, file: &str, line: u32, message: String) {
        self.problems.push(Breach::at(file, Some(line), message));
    }
}

/// Where a job runs the gate, in its order.
pub(super) fn all(facts: &RuleFacts, workflow: &Workflow, job: &Job) -> Vec<Call> {
    let variables = Variables::of(&[&workflow.env, &job.env]);
    let shell = job.shell.as_deref().or(workflow.shell.as_deref());
    let windows = job.runs_on.to_lowercase().contains("windows");
    let mut walk = Walk { facts, windows, left: MOST_TEXT, found: Vec::new() };
    let mut bent = false;
    for (index, step) in job.steps.iter().enumerate() {
        let mut so_far = Call { place: vec![index], id: step.id.clone(), ..Call::default() };
        if bent {
            so_far.problem(
                &workflow.file,
                step.line,
                "a step before leaves a variable that bends the gate".into(),
            );
        }
        walk.step(&At { file: &workflow.file, shell, variables: &variables, depth: DEPTH }, step, so_far);
        bent |= step.run.as_deref().is_some_and(gate::leaves);
    }
    walk.found
}

struct Walk<'a> {
    facts: &'a RuleFacts,
    windows: bool,
    /// How many bytes may still be read.
    left: usize,
    found: Vec<Call>,
}

/// What holds for a step.
#[derive(Clone, Copy)]
struct At<'a> {
    file: &'a str,
    shell: Option<&'a str>,
    variables: &'a Variables,
    depth: usize,
}

/// What holds for a text that a shell runs.
struct Text<'a> {
    file: &'a str,
    line: u32,
    shell: Shell,
    /// The arguments of the script.
    arguments: &'a [String],
    variables: &'a Variables,
    depth: usize,
}

impl Walk<'_> {
    /// `so_far` holds what is known of everything around the step.
    fn step(&mut self, at: &At<'_>, step: &Step, mut so_far: Call) {
        if step.continue_on_error.is_some() {
            so_far.problem(at.file, step.line, "the gate's step has continue-on-error".into());
        }
        for why in step.env.iter().filter_map(|(name, value)| gate::bends(name, value)) {
            so_far.problem(at.file, step.line, why);
        }
        so_far.conditions.extend(step.condition.iter().map(|text| Condition {
            file: at.file.to_owned(),
            line: step.line,
            text: text.clone(),
        }));
        let variables = &at.variables.with(&step.env);
        if let Some(uses) = step.uses.as_deref() {
            let Some(action) = self.facts.actions.iter().find(|action| action.name == uses) else { return };
            let Some(depth) = at.depth.checked_sub(1) else { return };
            for (index, step) in action.steps.iter().enumerate() {
                let mut so_far = so_far.clone();
                so_far.place.push(index);
                self.step(&At { file: &action.file, shell: None, variables, depth }, step, so_far);
            }
        } else if let Some(run) = &step.run {
            let shell = Shell::of(step.shell.as_deref().or(at.shell), self.windows);
            let text =
                Text { file: at.file, line: step.line, shell, arguments: &[], variables, depth: at.depth };
            self.text(&text, run, &so_far);
        }
    }

    fn text(&mut self, text: &Text<'_>, script: &str, so_far: &Call) {
        // What is too much to read runs no gate that anybody saw.
        let Some(left) = self.left.checked_sub(script.len()) else { return };
        self.left = left;
        let commands = shell::commands(&text.variables.expand(script));
        for (index, command) in commands.iter().enumerate() {
            if gate::runs(command) {
                let mut call = within(so_far, text, &commands, index);
                for (name, value) in &command.assigned {
                    if let Some(why) = gate::bends(name, value) {
                        call.problem(text.file, text.line, why);
                    }
                }
                for problem in gate::flags(command, text.arguments) {
                    call.problem(text.file, text.line, problem);
                }
                self.found.push(call);
            } else if text.depth > 0
                && let Some((shell, inner)) = self.inner(command, text.shell)
            {
                let call = within(so_far, text, &commands, index);
                let arguments = command.words.get(1..).unwrap_or_default();
                self.text(&Text { shell, arguments, depth: text.depth - 1, ..*text }, &inner, &call);
            }
        }
    }

    /// The text that a command has a shell run, and what that shell does at a failure.
    fn inner(&self, command: &Command, current: Shell) -> Option<(Shell, String)> {
        if let Some((options, text)) = shell::text(command) {
            let mut own = Shell::of_script("");
            own.set(options.into_iter());
            return Some((if command.parts().0 == "eval" { current } else { own }, text));
        }
        let script = self.facts.scripts.get(&shell::script(command)?)?;
        let sourced = matches!(command.words.first().map(String::as_str), Some("source" | "."));
        // A script decides itself whether it stops at a failure.
        let mut own = Shell::of_script(script);
        own.set(command.parts().1.into_iter().take_while(|word| word.starts_with('-')));
        Some((if sourced { current } else { own }, script.clone()))
    }
}

/// What is known of a command, with what the commands beside it make of its status.
fn within(so_far: &Call, text: &Text<'_>, commands: &[Command], index: usize) -> Call {
    let mut call = so_far.clone();
    call.place.push(index);
    for problem in gate::softened(commands, index, &text.shell) {
        call.problem(text.file, text.line, problem);
    }
    call
}
