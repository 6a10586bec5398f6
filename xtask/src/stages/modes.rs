//! The modes of a stage's gates: one for all, one for each, or a day from which on a gate is required.

use std::collections::BTreeMap;

use time::Date;

use super::Stage;
use crate::day::day;
use crate::diagnostics::{nearest, shown};
use crate::gates::{Gate, Mode};
use crate::yaml::{Complaints, Fields, Keys, Node, Value, did_you_mean};

/// The key of a dated mode.
pub(super) const REQUIRED_FROM: &str = "required_from";

pub(super) const EXPECTED_GATES: &str = "report_only, required, or a mode for each gate";
const EXPECTED_MODE: &str = "report_only, required or {required_from: YYYY-MM-DD}";
const EXPECTED_DAY: &str = "a day such as 2027-03-01; from 00:00 UTC of it on the gate is required";
const DATED: Keys = Keys::new(&[REQUIRED_FROM]);
const MODES: [(&str, Mode); 2] = [("report_only", Mode::ReportOnly), ("required", Mode::Required)];

/// A mode as the file gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Given {
    /// From the first day on.
    Plain(Mode),
    /// Required from this day on, only reported until then.
    RequiredFrom(Date),
}

impl Given {
    /// What a stage gives a gate.
    pub fn of(stage: &Stage, gate: Gate) -> Given {
        match stage.dated.get(&gate) {
            Some(from) => Given::RequiredFrom(*from),
            None => Given::Plain(stage.mode(gate)),
        }
    }

    /// Gives it to a gate of a stage.
    pub fn put(self, stage: &mut Stage, gate: Gate) {
        stage.dated.remove(&gate);
        let mode = match self {
            Given::Plain(mode) => mode,
            // Until somebody asks with a date in hand.
            Given::RequiredFrom(from) => {
                stage.dated.insert(gate, from);
                Mode::Required
            }
        };
        stage.gates.insert(gate, mode);
    }
}

/// Reads the value of a stage's `gates`.
pub(super) fn read(node: &Node, complaints: &mut Complaints) -> BTreeMap<Gate, Given> {
    let mut gates = BTreeMap::new();
    if matches!(node.value, Value::Text(_)) || is_dated(node) {
        let given = read_mode(node, complaints);
        gates.extend(given.into_iter().flat_map(|given| Gate::ALL.map(|gate| (gate, given))));
        return gates;
    }
    let Some(entries) = node.entries(EXPECTED_GATES, complaints) else { return gates };
    let mut named = Vec::new();
    for (name, key, value) in entries {
        match Gate::parse(name) {
            Some(gate) => {
                named.push(gate);
                gates.extend(read_mode(value, complaints).map(|given| (gate, given)));
            }
            None => {
                let message = format!("unknown gate {}", shown(name));
                complaints.at(key, message, did_you_mean(name, &Gate::ALL.map(Gate::as_str)));
            }
        }
    }
    for gate in Gate::ALL {
        if !named.contains(&gate) {
            let help = format!("add {gate}: report_only, or {gate}: required");
            complaints.missing(node, format!("the gate {gate} is left out"), help);
        }
    }
    gates
}

/// Whether this was meant as a mode with a day: a gate's name is far from that word.
fn is_dated(node: &Node) -> bool {
    let Value::Mapping(entries) = &node.value else { return false };
    entries.iter().any(|(key, _)| match &key.value {
        Value::Text(name) => nearest(name, [REQUIRED_FROM]).is_some(),
        _ => false,
    })
}

fn read_mode(node: &Node, complaints: &mut Complaints) -> Option<Given> {
    match &node.value {
        Value::Mapping(_) if is_dated(node) => {
            let fields = Fields::read(node, &DATED, complaints)?;
            let check = |text: &str| {
                let bad =
                    || (format!("{} is no day that exists", shown(text)), format!("expected {EXPECTED_DAY}"));
                day(text).ok_or_else(bad)
            };
            fields.get(REQUIRED_FROM)?.checked(EXPECTED_DAY, complaints, check).map(Given::RequiredFrom)
        }
        Value::Text(_) => node.word(&MODES, complaints).map(Given::Plain),
        _ => {
            node.wrong(EXPECTED_MODE, complaints);
            None
        }
    }
}

#[cfg(test)]
mod tests;
