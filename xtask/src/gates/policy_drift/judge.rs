//! What the facts about the policy amount to. Pure: reads nothing, runs nothing.

use crate::catalog::Code;
use crate::evidence::PolicyFacts;
use crate::gates::Gate;
use crate::settings::Settings;
use crate::verdict::{Judgement, Outcome};

/// Judges the gate.
pub fn judge(facts: &PolicyFacts, _settings: &Settings) -> Judgement {
    Judgement {
        gate: Gate::PolicyDrift,
        outcome: Outcome::Missing,
        code: Some(Code::EvidenceMissing),
        message: "this version cannot gather its evidence yet".into(),
        findings: Vec::new(),
        break_glass: Vec::new(),
        duration_ms: facts.duration_ms,
    }
}
