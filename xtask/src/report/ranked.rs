//! What a CI shows one by one: everything that was found, what blocks before all else.
//!
//! A blocked verdict always begins with something that blocks, also where no finding says it: a gate
//! that was never gathered has nothing but its reason.

use super::text::{clip, one_line};
use crate::catalog::Code;
use crate::verdict::{BlockingReason, Finding, Severity, Verdict};

/// What stands for the gate of what is about the subject.
const SUBJECT: &str = "subject";
/// Characters of a message or a remedy.
const MAX_CHARS: usize = 1_000;

/// How much it matters, most first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// The ref may not be promoted for it.
    Blocks,
    /// An error, of a gate that is only reported or of a stage that requires nothing.
    Error,
    Warning,
    /// Worth knowing; and whatever a waiver covers.
    Note,
}

/// One thing to show.
#[derive(Debug, Clone)]
pub(super) struct Item<'a> {
    pub(super) rank: Rank,
    /// The gate, or the gates that lack the same, or `subject`.
    pub(super) gate: String,
    pub(super) code: Code,
    message: &'a str,
    remedy: &'a str,
    /// What was found; none where a reason stands alone.
    pub(super) finding: Option<&'a Finding>,
}

impl Item<'_> {
    /// What was found, in one line of bounded length, without invisible characters.
    pub(super) fn message(&self) -> String {
        let message = line(self.message);
        let waiver = self.finding.and_then(|finding| finding.waiver.as_ref());
        match (waiver, self.rank) {
            (Some(waiver), _) => {
                format!("{message} (waived until {} by {})", waiver.expires, line(&waiver.owner))
            }
            (None, Rank::Error) => format!("{message} (does not block)"),
            (None, _) if self.finding.is_none() => format!("{}: {message}", line(&self.gate)),
            _ => message,
        }
    }

    /// What to do, in one line of bounded length.
    pub(super) fn remedy(&self) -> String {
        line(self.remedy)
    }
}

fn line(text: &str) -> String {
    clip(&one_line(&clip(text.trim(), MAX_CHARS)), MAX_CHARS)
}

/// Everything, most important first; within a rank in the order of the reports.
pub(super) fn ranked(verdict: &Verdict) -> Vec<Item<'_>> {
    let mut items: Vec<Item<'_>> = Vec::new();
    for finding in &verdict.subject_findings {
        let is_reason = |reason: &BlockingReason| reason.gate == SUBJECT && reason.code == finding.code;
        items.push(item(SUBJECT, finding, verdict.blocking_reasons.iter().any(is_reason)));
    }
    for gate in &verdict.gates {
        let name = gate.judgement.gate.as_str();
        items.extend(gate.judgement.findings.iter().map(|finding| item(name, finding, gate.blocking)));
    }
    let alone = unfound(verdict, &items);
    items.splice(0..0, alone);
    // Stable: within a rank, the order stays.
    items.sort_by_key(|item| item.rank);
    items
}

/// The reasons of gates, or of the subject, of which no finding blocks; gates that lack the same, together.
fn unfound<'a>(verdict: &'a Verdict, found: &[Item<'a>]) -> Vec<Item<'a>> {
    let mut alone: Vec<Item<'a>> = Vec::new();
    for reason in &verdict.blocking_reasons {
        if found.iter().any(|item| item.rank == Rank::Blocks && item.gate == reason.gate) {
            continue;
        }
        let same = |one: &&mut Item<'_>| {
            (one.code, one.message, one.remedy) == (reason.code, &*reason.message, &*reason.remedy)
        };
        match alone.iter_mut().find(same) {
            Some(one) => one.gate = format!("{}, {}", one.gate, reason.gate),
            None => alone.push(Item {
                rank: Rank::Blocks,
                gate: reason.gate.clone(),
                code: reason.code,
                message: &reason.message,
                remedy: &reason.remedy,
                finding: None,
            }),
        }
    }
    alone
}

fn item<'a>(gate: &str, finding: &'a Finding, blocking: bool) -> Item<'a> {
    let rank = match finding.severity {
        _ if finding.waiver.is_some() => Rank::Note,
        Severity::Error if blocking => Rank::Blocks,
        Severity::Error => Rank::Error,
        Severity::Warning => Rank::Warning,
        Severity::Note => Rank::Note,
    };
    Item {
        rank,
        gate: gate.to_owned(),
        code: finding.code,
        message: &finding.message,
        remedy: finding.remedy(),
        finding: Some(finding),
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn whatever_is_blocked_begins_with_what_blocks_and_nothing_is_told_twice() {
        for (name, verdict) in samples::all() {
            let items = ranked(&verdict);
            let first = items.first().map(|item| item.rank);
            assert_eq!(first == Some(Rank::Blocks), verdict.exit_status() == 1, "{name}");
            assert!(items.is_sorted_by_key(|item| item.rank), "{name}");
            let found = verdict.subject_findings.len()
                + verdict.gates.iter().map(|gate| gate.judgement.findings.len()).sum::<usize>();
            assert_eq!(items.iter().filter(|item| item.finding.is_some()).count(), found, "{name}");
        }
    }

    #[test]
    fn a_gate_without_a_finding_is_told_by_its_reason_and_one_that_sums_up_is_not() {
        let verdict = samples::blocked_ga();
        let items = ranked(&verdict);
        let alone: Vec<_> = items.iter().filter(|item| item.finding.is_none()).collect();
        let [missing] = alone.as_slice() else { panic!("{alone:?}") };
        assert_eq!((missing.code, &*missing.gate), (Code::EvidenceMissing, "policy_drift, field_budgets"));
        assert!(missing.message().starts_with("policy_drift, field_budgets: "));
    }

    #[test]
    fn an_error_that_does_not_block_says_so() {
        let mut verdict = samples::passed_pilot();
        verdict.gates[1].judgement.findings.push(Finding::error(Code::DepsUnapproved, "a@1 is not approved"));
        let items = ranked(&verdict);
        assert_eq!(items[0].message(), "a@1 is not approved (does not block)");
        assert_eq!(items[1].rank, Rank::Warning);
    }
}
