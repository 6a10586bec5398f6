//! Outcomes, blocking, readiness, exit status: what the evidence amounts to.
//!
//! Pure values and functions. Nothing here reads a file, runs a program or looks at a clock, and
//! printers only ever get `&Verdict`.

mod decide;
mod frozen;
mod group;
mod waiving;

use std::borrow::Cow;

use serde::Serialize;
use time::{Date, OffsetDateTime};

use crate::catalog::Code;
pub use crate::evidence::Artifact;
use crate::evidence::{EvidenceFile, Subject};
use crate::gates::Gate;
pub use crate::gates::Mode;
pub use crate::plan::{Effect, Override};
pub use crate::waivers::Waiver;

pub use decide::{Input, decide};
pub use group::Group;
pub use waiving::{WaiverStanding, WaiverState, cover_all};

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The gate fails.
    Error,
    /// Worth acting on; the gate does not fail for it.
    Warning,
    /// Worth knowing.
    Note,
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The catalogue's code.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// What was found, in one line.
    pub message: String,
    /// What it is about in a word or two, where its place or package does not say it: a test's name.
    pub label: Option<String>,
    /// The check of promotion_guard that found it.
    pub check: Option<String>,
    /// The package, as `name@version` or `name`.
    pub package: Option<String>,
    /// The file, relative to the workspace, with `/`.
    pub file: Option<String>,
    /// One-based line.
    pub line: Option<u32>,
    /// One-based column.
    pub column: Option<u32>,
    /// What to do, where that is more exact than what the catalogue says.
    pub remedy: Option<String>,
    /// Captured output, several lines.
    pub detail: Option<String>,
    /// The advisory, such as `RUSTSEC-2026-0001`.
    pub advisory: Option<String>,
    /// The data contract, such as `orders-api:api::Order`.
    pub contract: Option<String>,
    /// The waiver that covers it: it is told as before, and counts against its gate no more.
    pub waiver: Option<Waiver>,
}

impl Finding {
    /// A finding without a place.
    pub fn new(code: Code, severity: Severity, message: impl Into<String>) -> Self {
        Finding {
            code,
            severity,
            message: message.into(),
            label: None,
            check: None,
            package: None,
            file: None,
            line: None,
            column: None,
            remedy: None,
            detail: None,
            advisory: None,
            contract: None,
            waiver: None,
        }
    }

    /// A finding for which the gate fails.
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Error, message)
    }

    /// A finding worth acting on.
    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Warning, message)
    }

    /// A finding worth knowing.
    pub fn note(code: Code, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Note, message)
    }

    /// Whether its gate fails for it: an error that no waiver covers.
    pub fn blocks(&self) -> bool {
        self.severity == Severity::Error && self.waiver.is_none()
    }

    /// Whether its gate would fail for it if no waiver covered it.
    pub fn is_waived_error(&self) -> bool {
        self.severity == Severity::Error && self.waiver.is_some()
    }

    /// What to do: its own remedy, else the catalogue's.
    pub fn remedy(&self) -> &str {
        self.remedy.as_deref().unwrap_or(self.code.entry().remedy)
    }

    /// What it is about in a few words: its label, else its place, its package or its message.
    pub fn label(&self) -> Cow<'_, str> {
        if let Some(label) = &self.label {
            return Cow::Borrowed(label);
        }
        match (self.place(), &self.package) {
            (Some(place), _) => Cow::Owned(place),
            (None, Some(package)) => Cow::Borrowed(package),
            (None, None) => Cow::Borrowed(&self.message),
        }
    }

    /// `file:line:column`, as far as known.
    pub fn place(&self) -> Option<String> {
        let file = self.file.as_ref()?;
        Some(match (self.line, self.column) {
            (Some(line), Some(column)) => format!("{file}:{line}:{column}"),
            (Some(line), None) => format!("{file}:{line}"),
            _ => file.clone(),
        })
    }
}

/// What a gate's evidence amounts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Positive proof.
    Pass,
    /// Proof to the contrary, or no proof from a check that ran.
    Fail,
    /// No evidence.
    Missing,
    /// The policy says that it does not apply, and why.
    NotApplicable,
}

/// What a gate's judge says of its evidence, whatever the stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// The gate.
    pub gate: Gate,
    /// What the evidence amounts to.
    pub outcome: Outcome,
    /// The gate's own code; `None` only for a pass or for not applicable.
    pub code: Option<Code>,
    /// One line: the counts of a pass, the sum of a failure.
    pub message: String,
    /// What was found, most severe first.
    pub findings: Vec<Finding>,
    /// What was weakened on purpose, and by whom: it stands in every report, whatever the outcome.
    pub break_glass: Vec<BreakGlass>,
    /// How long gathering took, in milliseconds.
    pub duration_ms: u64,
}

impl Judgement {
    /// Of a gate for which nothing was gathered.
    pub fn missing(gate: Gate) -> Self {
        Judgement {
            gate,
            outcome: Outcome::Missing,
            code: Some(Code::EvidenceMissing),
            message: "its evidence was not gathered".into(),
            findings: Vec::new(),
            break_glass: Vec::new(),
            duration_ms: 0,
        }
    }
}

impl GateVerdict {
    /// The findings that a waiver covers, of any severity.
    pub fn waived(&self) -> impl Iterator<Item = (&Finding, &Waiver)> {
        self.judgement.findings.iter().filter_map(|finding| Some((finding, finding.waiver.as_ref()?)))
    }

    /// How many errors a waiver covers: without them, the gate would fail for something else or not at all.
    pub fn waived_errors(&self) -> usize {
        self.judgement.findings.iter().filter(|finding| finding.is_waived_error()).count()
    }
}

/// A rule that was weakened on purpose, or a freeze that was overridden: the audit trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BreakGlass {
    /// `policy_weakened` or `freeze_overridden`.
    pub kind: &'static str,
    /// The rule, such as `stages.GA.gates.deps_approval`, or the freeze's name.
    pub rule: String,
    /// What was done to it, such as `required → report_only`, or the reason that was given.
    pub told: String,
    /// Who did it.
    pub who: Option<String>,
    /// When, RFC 3339.
    pub when: Option<String>,
    /// The commit that did it.
    pub commit: Option<String>,
    /// The first line of that commit's message.
    pub subject: Option<String>,
}

/// A judgement under one stage's mode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateVerdict {
    /// What the evidence amounts to.
    pub judgement: Judgement,
    /// The mode that the stage (or `--enforce`) gives the gate.
    pub mode: Mode,
    /// The day from which on it is required, if that has not come.
    pub becomes_required: Option<Date>,
    /// Whether it blocks: required, and neither pass nor not applicable.
    pub blocking: bool,
    /// The files that hold the evidence.
    pub evidence: Vec<EvidenceFile>,
}

/// Whether the ref may be promoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// It may.
    Passed,
    /// It may not.
    Blocked,
}

/// One reason for which the ref is blocked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockingReason {
    /// A gate's name, or `subject`.
    pub gate: String,
    /// The code.
    pub code: Code,
    /// What is wrong, in one line.
    pub message: String,
    /// What to do, in one line.
    pub remedy: String,
}

impl std::fmt::Display for BlockingReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {} ({})", self.gate, self.code, self.message)
    }
}

/// Whether this commit would pass a stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Readiness {
    /// The stage's name.
    pub stage: String,
    /// Whether it would pass.
    pub would_pass: bool,
    /// What stands in the way.
    pub blocking_reasons: Vec<BlockingReason>,
}

/// Everything that the reports say.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// What was judged.
    pub subject: Subject,
    /// Findings about the subject itself.
    pub subject_findings: Vec<Finding>,
    /// The ref that was judged, in short form where it has one; `none` if there is none.
    pub ref_name: String,
    /// The stage's name.
    pub stage: String,
    /// Why it is that stage, in one line.
    pub stage_reason: String,
    /// The moment at which it was judged, UTC.
    pub effective_time: OffsetDateTime,
    /// Whether the ref may be promoted.
    pub decision: Decision,
    /// Why not; empty if it may.
    pub blocking_reasons: Vec<BlockingReason>,
    /// Every gate, in the catalogue's order.
    pub gates: Vec<GateVerdict>,
    /// Every stage, laxest first.
    pub readiness: Vec<Readiness>,
    /// Flags that changed what was gathered or judged.
    pub overrides: Vec<Override>,
    /// What was weakened on purpose, and by whom.
    pub break_glass: Vec<BreakGlass>,
    /// Every waiver, with what it covers.
    pub waivers: Vec<WaiverStanding>,
    /// Files that this run made.
    pub artifacts: Vec<Artifact>,
}

impl Verdict {
    /// The exit status that this verdict projects to: 0 passed, 1 blocked. Errors have their own (2, 3).
    pub fn exit_status(&self) -> u8 {
        match self.decision {
            Decision::Passed => 0,
            Decision::Blocked => 1,
        }
    }
}
