//! The rules about workflows: actions are pinned, who publishes waits for the gate, and nothing lets a
//! failed gate through.
//!
//! What cannot be followed counts as not there: a gate behind a variable is no gate, and what a workflow
//! of another repository does is not known.

mod calls;
mod condition;
mod gate;
mod guard;
mod publishing;
mod variables;

use super::rules::{Breach, Looked};
use crate::diagnostics::shown;
use crate::evidence::rules::{RuleFacts, Step};
use guard::{Guards, Seen, Way};

/// How deep scripts and actions are followed.
const DEPTH: usize = 4;
/// How many bytes of scripts are read for one job.
const MOST_TEXT: usize = 4 * 1024 * 1024;

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
    let remote = |(name, commit): (&str, &str)| {
        hex(commit, 40) && name.contains('/') && !name.contains('$') && !name.starts_with(['/', '.'])
    };
    uses.starts_with("./") || uses.rsplit_once('@').is_some_and(remote)
}

/// Every job that publishes waits for one that runs the gate.
pub(super) fn publish_needs_gate(facts: &RuleFacts) -> Looked {
    let guards = Guards::new(facts);
    let mut looked = Looked::default();
    for (index, seen) in guards.jobs.iter().enumerate() {
        let Some(first) = seen.publishes.first() else { continue };
        looked.at += 1;
        if guards.way(index).is_none() {
            let what = &first.what;
            let message = format!(
                "the job {} publishes ({what}), and nothing makes it wait for the gate",
                shown(&seen.job.id)
            );
            looked.breaches.push(Breach::at(&seen.workflow.file, Some(seen.job.line), message));
        }
    }
    let unread = facts.unread.iter().filter(|(file, _)| super::rules::of_workflows(file));
    looked.breaches.extend(unread.map(|(file, why)| {
        Breach::at(file, None, format!("whether it publishes cannot be told: {}", shown(why)))
    }));
    if facts.gitlab {
        let message = "this pipeline may publish, and no rule looks into pipelines of GitLab";
        looked.notes.push(Breach::at(".gitlab-ci.yml", None, message));
    }
    looked
}

/// On the way from the gate to who publishes, every failure stops.
///
/// A gate that nothing is published behind may be softened: a pilot's report that blocks nobody is what
/// that stage is for.
pub(super) fn gate_not_softened(facts: &RuleFacts) -> Looked {
    let guards = Guards::new(facts);
    let mut looked = Looked::default();
    for (index, seen) in guards.jobs.iter().enumerate().filter(|(_, seen)| !seen.publishes.is_empty()) {
        let Some(way) = guards.way(index) else { continue };
        looked.at += 1;
        let told = format!("the step that publishes in {}", shown(&seen.job.id));
        let failed: Vec<String> = match &way.step {
            Some((_, Some(id))) => {
                ["outcome", "conclusion"].map(|end| format!("steps.{id}.{end}").to_lowercase()).into()
            }
            _ => Vec::new(),
        };
        for step in publishing_steps(seen) {
            let condition = step.condition.as_deref();
            looked.breaches.extend(guard::regardless(
                &seen.workflow.file,
                step.line,
                condition,
                &told,
                &failed,
            ));
        }
        looked.breaches.extend(skipped(seen, &way));
        looked.breaches.extend(way.breaches);
    }
    // A gate that guards several jobs is wrong once.
    let place = |breach: &Breach| (breach.file.clone(), breach.line, breach.message.clone());
    looked.breaches.sort_by_key(place);
    looked.breaches.dedup();
    looked
}

/// The steps of a job that publish.
fn publishing_steps<'a>(seen: &Seen<'a>) -> Vec<&'a Step> {
    let mut indices: Vec<usize> =
        seen.publishes.iter().filter_map(|one| one.place.first().copied()).collect();
    indices.dedup();
    indices.into_iter().filter_map(|index| seen.job.steps.get(index)).collect()
}

/// A gate that may be skipped guards only what is skipped under the very same condition.
fn skipped<'w>(seen: &Seen<'_>, way: &'w Way) -> impl Iterator<Item = Breach> + use<'w> {
    let job = seen.job.condition.clone();
    let steps: Vec<Option<String>> =
        publishing_steps(seen).iter().map(|step| step.condition.clone()).collect();
    let covered = move |condition: &str| {
        let by = |other: &Option<String>| {
            other.as_deref().is_some_and(|other| condition::implied(condition, other))
        };
        by(&job) || steps.iter().all(by)
    };
    let open = way.conditions.iter().filter(move |one| condition::skips(&one.text) && !covered(&one.text));
    open.map(|one| {
        let message = format!("the gate may be skipped: `if: {}`", shown(&one.text).trim_matches('`'));
        Breach::at(&one.file, Some(one.line), message)
    })
}

#[cfg(test)]
mod evasion_tests;
#[cfg(test)]
mod style_tests;
#[cfg(test)]
mod tests;
