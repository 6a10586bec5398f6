//! (judgements, waivers, day) → judgements in which what is waived says so. Pure.
//!
//! A waiver moves a finding and hides none: the finding stays, with its waiver, and no longer counts
//! against its gate. What was never looked at is not waived with what was found.

use time::Date;

use super::{Finding, Group, Judgement, Outcome, Severity};
use crate::catalog::Code;
use crate::gates::Gate;
use crate::waivers::{EXPIRING_DAYS, FILE, Waiver, Waivers};

/// What is known of a waiver at the effective time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaiverStanding {
    /// The waiver.
    pub waiver: Waiver,
    /// Whether it holds, and whether it is needed.
    pub state: WaiverState,
    /// Days left: 0 on its last day, negative after it.
    pub days_left: i64,
    /// What it covers, or would cover, as `gate: message`.
    pub covers: Vec<String>,
}

/// Whether a waiver holds, and whether it is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaiverState {
    /// It covers something.
    Active,
    /// It covers something, and not for long.
    Expiring,
    /// Its last day is over: it covers nothing.
    Expired,
    /// It covers nothing, because nothing that it could cover was found.
    Unused,
}

impl WaiverState {
    /// As it stands in the reports.
    pub fn as_str(self) -> &'static str {
        match self {
            WaiverState::Active => "active",
            WaiverState::Expiring => "expiring",
            WaiverState::Expired => "expired",
            WaiverState::Unused => "unused",
        }
    }
}

/// What the waivers made of the judgements.
#[derive(Debug)]
pub(super) struct Applied {
    /// The judgements, with what is waived.
    pub(super) judgements: Vec<Judgement>,
    /// Every waiver.
    pub(super) waivers: Vec<WaiverStanding>,
    /// What is to be said of the waivers themselves.
    pub(super) findings: Vec<Finding>,
}

/// Applies the waivers as they are on a day (UTC).
pub(super) fn apply(judgements: &[Judgement], waivers: &Waivers, today: Date) -> Applied {
    let mut judgements = judgements.to_vec();
    let mut covers: Vec<Vec<String>> = vec![Vec::new(); waivers.list.len()];
    for judgement in &mut judgements {
        let gate = judgement.gate;
        for finding in &mut judgement.findings {
            // What it covers is told as it was, without what is said of the waiver itself.
            let message = format!("{gate}: {}", finding.message);
            for index in cover(finding, gate, waivers, today) {
                covers[index].push(message.clone());
            }
        }
        outcome_again(judgement);
    }
    let standing = |(waiver, covers): (&Waiver, Vec<String>)| {
        let days_left = waiver.days_left(today);
        let state = match (days_left, covers.is_empty()) {
            (..0, _) => WaiverState::Expired,
            (_, true) => WaiverState::Unused,
            (0..=EXPIRING_DAYS, false) => WaiverState::Expiring,
            (_, false) => WaiverState::Active,
        };
        WaiverStanding { waiver: waiver.clone(), state, days_left, covers }
    };
    let waivers: Vec<WaiverStanding> = waivers.list.iter().zip(covers).map(standing).collect();
    let findings = waivers.iter().filter_map(said).collect();
    Applied { judgements, waivers, findings }
}

/// Puts waivers on the findings of one check that is looked at alone.
pub fn cover_all(findings: &mut [Finding], gate: Gate, waivers: &Waivers, today: Date) {
    for finding in findings {
        cover(finding, gate, waivers, today);
    }
}

/// Puts the waiver that holds longest on a finding; gives the place of every one that fits it. If none of
/// them holds any more, the finding says so.
fn cover(finding: &mut Finding, gate: Gate, waivers: &Waivers, today: Date) -> Vec<usize> {
    let list = &waivers.list;
    let fitting: Vec<usize> = (0..list.len()).filter(|index| fits(&list[*index], gate, finding)).collect();
    let longest = fitting.iter().map(|index| &list[*index]).max_by_key(|waiver| waiver.expires);
    match longest {
        Some(waiver) if waiver.days_left(today) >= 0 => finding.waiver = Some(waiver.clone()),
        Some(waiver) => {
            let told = format!("; its waiver (of {}) expired on {}", waiver.owner, waiver.expires);
            finding.message.push_str(&told);
        }
        None => {}
    }
    fitting
}

/// Whether a waiver is about a finding: every key of its scope that is given fits exactly.
fn fits(waiver: &Waiver, gate: Gate, finding: &Finding) -> bool {
    let scope = &waiver.scope;
    let same = |wanted: &Option<String>, found: &Option<String>| wanted.is_none() || wanted == found;
    let package = match (&scope.package, &finding.package) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(wanted), Some(found)) if wanted.contains('@') => wanted == found,
        (Some(wanted), Some(found)) => found.split('@').next() == Some(wanted),
    };
    waiver.code == finding.code
        && waiver.code.waivable()
        && !scope.pairs().is_empty()
        && scope.gate.is_none_or(|wanted| wanted == gate)
        && package
        && same(&scope.advisory, &finding.advisory)
        && same(&scope.file, &finding.file)
        && same(&scope.contract, &finding.contract)
}

/// Works a failed gate's outcome out again. A failure that no error explains stays one, and so does
/// missing evidence: neither was found, so neither can be waived.
fn outcome_again(judgement: &mut Judgement) {
    let errors = judgement.findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    let waived = judgement.findings.iter().filter(|finding| finding.is_waived_error()).count();
    if judgement.outcome != Outcome::Fail || waived == 0 {
        return;
    }
    if waived == errors {
        // What was left out because of the errors was a note beside them. Without them it is what is left.
        for finding in &mut judgement.findings {
            if finding.code == Code::ChecksPending && finding.severity == Severity::Note {
                finding.severity = Severity::Error;
            }
        }
    }
    let open: Vec<&Finding> = judgement.findings.iter().filter(|finding| finding.blocks()).collect();
    let Some(first) = open.first() else {
        let noun = if waived == 1 { "finding" } else { "findings" };
        judgement.message =
            format!("passes with {waived} waived {noun}; without waivers: {}", judgement.message);
        (judgement.outcome, judgement.code) = (Outcome::Pass, None);
        return;
    };
    let be = if waived == 1 { "is" } else { "are" };
    let told = format!("{waived} of {errors} errors {be} waived");
    let left = || Group::sum(open.iter().copied());
    let summed_up = judgement.code == Some(Code::ChecksFailed);
    let (outcome, code, message) = if open.iter().all(|finding| finding.code == Code::ChecksPending) {
        (Outcome::Missing, Code::ChecksPending, left())
    } else if summed_up {
        (Outcome::Fail, Code::ChecksFailed, judgement.message.clone())
    } else {
        let still = judgement.code.filter(|code| open.iter().any(|finding| finding.code == *code));
        (Outcome::Fail, still.unwrap_or(first.code), left())
    };
    judgement.message = format!("{message}; {told}");
    (judgement.outcome, judgement.code) = (outcome, Some(code));
    judgement.findings.sort_by_key(|finding| finding.severity);
}

/// What is to be said of a waiver itself, if anything.
fn said(standing: &WaiverStanding) -> Option<Finding> {
    let WaiverStanding { waiver, state, days_left, covers } = standing;
    let who = format!("the waiver of {}, of {},", waiver.what(), waiver.owner);
    let (code, message) = match state {
        WaiverState::Active => return None,
        WaiverState::Expired => {
            let covers = match covers.as_slice() {
                [] => "it would cover nothing now".to_owned(),
                some => format!("it would cover {}", first_few(some)),
            };
            (Code::WaiverExpired, format!("{who} expired on {}; {covers}", waiver.expires))
        }
        WaiverState::Expiring => {
            let left = match days_left {
                0 => "today is its last day".to_owned(),
                1 => "1 day is left".to_owned(),
                days => format!("{days} days are left"),
            };
            (
                Code::WaiverExpiring,
                format!("{who} ends with {} ({left}); it covers {}", waiver.expires, first_few(covers)),
            )
        }
        WaiverState::Unused => (Code::WaiverUnused, format!("{who} covers nothing that was found")),
    };
    Some(Finding {
        label: Some(waiver.what()),
        file: Some(FILE.to_owned()),
        line: Some(waiver.line),
        ..Finding::warning(code, message)
    })
}

fn first_few(covers: &[String]) -> String {
    let shown = covers.iter().take(2).map(String::as_str).collect::<Vec<_>>().join(" | ");
    match covers.len().saturating_sub(2) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests;
