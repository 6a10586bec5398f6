//! What a change of a stage's patterns does: whether refs land where less is asked of them.

use std::collections::{BTreeMap, BTreeSet};

use crate::evidence::policy::{Direction, Snapshot, Value};
use crate::gates::{Gate, Mode};
use crate::stages::{self, Policy, Stage};

use super::pattern::names;

/// Laxer if refs that a pattern was written for land in a stage that does not ask for all that theirs
/// asked for; stricter if none does, and some land where more is asked, or nowhere.
pub(super) fn direction(
    from: Option<&Value>,
    to: Option<&Value>,
    before: &Snapshot,
    after: &Snapshot,
) -> Direction {
    let (from, to) = (set(from), set(to));
    let (old, new) = (policy(before), policy(after));
    let mut direction = Direction::Unclear;
    for pattern in from.symmetric_difference(&to) {
        for (was, is) in stages::shifts(pattern, &old, &new) {
            // Landing nowhere is an error, and so asks for more than any stage.
            match (was.map(required), is.map(required)) {
                (None, Some(_)) => return Direction::Laxer,
                (Some(was), Some(is)) if !was.is_subset(&is) => return Direction::Laxer,
                (Some(was), Some(is)) if was == is => {}
                (Some(_), _) => direction = Direction::Stricter,
                (None, None) => {}
            }
        }
    }
    direction
}

fn set(value: Option<&Value>) -> BTreeSet<String> {
    match value {
        Some(Value::Set(set)) => set.clone(),
        _ => BTreeSet::new(),
    }
}

fn required(stage: &Stage) -> BTreeSet<Gate> {
    Gate::ALL.into_iter().filter(|gate| stage.mode(*gate) == Mode::Required).collect()
}

/// The stages that a snapshot tells of, as far as it matters for where refs land.
fn policy(snapshot: &Snapshot) -> Policy {
    let mut stages: BTreeMap<String, Stage> = BTreeMap::new();
    for (key, setting) in snapshot.settings.iter().filter(|(key, _)| key.starts_with("stages.")) {
        let names = names(key);
        let [_, name, rest @ ..] = names.as_slice() else { continue };
        let stage = || Stage { name: name.clone(), ..Stage::default() };
        match (rest, &setting.value) {
            ([what], Value::Set(patterns)) if what == "patterns" => {
                stages.entry(name.clone()).or_insert_with(stage).patterns =
                    patterns.iter().cloned().collect();
            }
            ([what, gate], Value::Text(mode)) if what == "gates" => {
                let mode = if mode == Mode::Required.as_str() { Mode::Required } else { Mode::ReportOnly };
                let gate = Gate::parse(gate).map(|gate| (gate, mode));
                stages.entry(name.clone()).or_insert_with(stage).gates.extend(gate);
            }
            _ => {}
        }
    }
    Policy { stages: stages.into_values().collect(), ..stages::builtin() }
}
