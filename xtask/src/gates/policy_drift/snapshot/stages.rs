//! `ci/maturity-stages.yml`: the mode of each gate in each stage, and which refs land where.

use crate::freeze::Window;
use crate::stages::{self, Policy, Stage};

use super::said::Said;

/// Says what the stages are; without the file, what the built-in ones are.
pub(super) fn say(path: &str, bytes: Option<&[u8]>, said: &mut Said) -> Result<(), String> {
    let policy = match bytes {
        Some(bytes) => stages::parse(bytes, path).map_err(|error| super::tables::reason(&error))?,
        None => stages::builtin(),
    };
    policy_says(&policy, said);
    Ok(())
}

/// Each field is named, so that a new one does not compile until it is told.
fn policy_says(policy: &Policy, said: &mut Said) {
    // The name of the file is no rule.
    let Policy { stages, freeze, file: _ } = policy;
    let names: Vec<&str> = stages.iter().map(|stage| stage.name.as_str()).collect();
    said.text(&["order"], names.join(" < "));
    for stage in stages {
        stage_says(stage, said);
    }
    said.set(&["freeze"], freeze.iter().map(|window| &window.name));
    for window in freeze {
        // The reason is for people, as a stage's description is.
        let Window { name, stages, reason: _, span } = window;
        said.set(&["freeze", name, "stages"], stages);
        said.text(&["freeze", name, "when"], span.to_string());
    }
}

fn stage_says(stage: &Stage, said: &mut Said) {
    // The description is for people, and its change is a change of the digest.
    let Stage { name, description: _, patterns, gates, dated: _ } = stage;
    said.set(&[name, "patterns"], patterns);
    for gate in gates.keys() {
        // With the day from which on it is required, if it has one.
        said.text(&[name, "gates", gate.as_str()], stage.mode_in_words(*gate));
    }
}
