//! The stages that are in force where no file says otherwise.

use std::collections::BTreeMap;

use super::{Policy, Stage};
use crate::gates::Gate;
use crate::gates::Mode;

/// PILOT, `PRE_GA` and GA.
pub fn builtin() -> Policy {
    let stage = |name: &str, description: &str, patterns: &[&str], required: &[Gate]| Stage {
        name: name.to_owned(),
        description: description.to_owned(),
        patterns: patterns.iter().map(ToString::to_string).collect(),
        gates: Gate::ALL
            .into_iter()
            .map(|gate| (gate, if required.contains(&gate) { Mode::Required } else { Mode::ReportOnly }))
            .collect(),
        dated: BTreeMap::new(),
    };
    Policy {
        stages: vec![
            stage("PILOT", "Rapid iteration, low governance.", &["main", "*"], &[]),
            stage(
                "PRE_GA",
                "Stabilization. Preparing for GA.",
                &["v*-rc.*", "{package}-v*-rc.*"],
                &[Gate::PromotionGuard, Gate::ObservabilityVerify],
            ),
            stage("GA", "Production ready. Strict governance.", &["v*", "{package}-v*"], &Gate::ALL),
        ],
        freeze: Vec::new(),
        file: None,
    }
}
