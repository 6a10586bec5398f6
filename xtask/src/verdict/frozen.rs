//! What a freeze does to a verdict: it blocks, whatever modes the stage has, unless it is overridden. It
//! stands in the report either way.

use time::OffsetDateTime;

use super::{BreakGlass, Effect, Finding, Override, Severity};
use crate::catalog::Code;
use crate::day::rfc3339;
use crate::freeze::{Active, Overriding, active};
use crate::stages::Policy;

/// The flag that overrides a freeze.
const FLAG: &str = "--override-freeze";

/// The freezes of one stage at one moment.
#[derive(Debug, Default)]
pub(super) struct Frozen {
    /// One for each freeze: an error, or a warning where it is overridden.
    pub(super) findings: Vec<Finding>,
    /// What the flag did, if it was given.
    pub(super) flag: Option<Override>,
    /// One for each freeze that was overridden.
    pub(super) break_glass: Vec<BreakGlass>,
}

/// Looks at the freezes of a stage.
pub(super) fn look(
    policy: &Policy,
    stage: &str,
    moment: OffsetDateTime,
    overriding: Option<&Overriding>,
) -> Frozen {
    let frozen = active(&policy.freeze, stage, moment);
    let Some(overriding) = overriding else {
        let findings = frozen.iter().map(|active| blocks(policy, stage, active)).collect();
        return Frozen { findings, ..Frozen::default() };
    };
    let flag =
        |effect, message| Override { flag: FLAG.into(), value: overriding.reason.clone(), effect, message };
    if frozen.is_empty() {
        let message = format!("no freeze of {stage} was active");
        return Frozen { flag: Some(flag(Effect::Neutral, message)), ..Frozen::default() };
    }
    let named: Vec<String> = frozen.iter().map(Active::named_until).collect();
    let message = format!("{stage} was frozen all the same: {}", named.join("; "));
    Frozen {
        findings: frozen.iter().map(|active| overridden(policy, stage, active, overriding)).collect(),
        flag: Some(flag(Effect::Relaxes, message)),
        break_glass: frozen.iter().map(|active| break_glass(active, overriding)).collect(),
    }
}

fn finding(policy: &Policy, severity: Severity, active: &Active<'_>, message: String) -> Finding {
    let mut finding = Finding::new(Code::FreezeActive, severity, message);
    finding.label = Some(active.named_until());
    finding.file = policy.file.clone();
    finding
}

fn blocks(policy: &Policy, stage: &str, active: &Active<'_>) -> Finding {
    let message = format!("{stage} is frozen by {}: {}", active.named_until(), active.window.reason);
    let until = rfc3339(active.until);
    Finding {
        remedy: Some(format!(
            "Wait until {until}; if it cannot wait, {FLAG} \"REASON\" lets it through and stands in the report with who and when."
        )),
        ..finding(policy, Severity::Error, active, message)
    }
}

fn overridden(policy: &Policy, stage: &str, active: &Active<'_>, overriding: &Overriding) -> Finding {
    let message = format!(
        "{stage} is frozen by {} ({}), which {} overrode: {}",
        active.named_until(),
        active.window.reason,
        overriding.who.as_deref().unwrap_or("somebody unknown"),
        overriding.reason,
    );
    let remedy = "Tell those who agreed on the freeze, and look at what was let through once it is over.";
    Finding { remedy: Some(remedy.into()), ..finding(policy, Severity::Warning, active, message) }
}

fn break_glass(active: &Active<'_>, overriding: &Overriding) -> BreakGlass {
    BreakGlass {
        kind: "freeze_overridden",
        rule: active.window.name.clone(),
        told: overriding.reason.clone(),
        who: overriding.who.clone(),
        when: Some(rfc3339(overriding.when)),
        commit: None,
        subject: None,
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::freeze::{Span, Window};
    use crate::stages::builtin;

    const NOON: OffsetDateTime = datetime!(2026-12-24 12:00 UTC);

    fn window(name: &str, stage: &str) -> Window {
        let (from, until) = (datetime!(2026-12-18 0:00 UTC), datetime!(2027-01-04 0:00 UTC));
        let span = Span::Once { from, until };
        Window { name: name.into(), stages: vec![stage.into()], reason: "holidays".into(), span }
    }

    fn policy() -> Policy {
        let freeze = vec![window("year end", "GA"), window("stocktaking", "GA"), window("other", "PILOT")];
        Policy { freeze, file: Some("ci/maturity-stages.yml".into()), ..builtin() }
    }

    fn overriding() -> Overriding {
        let reason = "the shop is on fire".to_owned();
        Overriding { reason, who: Some("ada".into()), when: datetime!(2026-11-25 6:00 UTC) }
    }

    #[test]
    fn each_freeze_of_the_stage_is_an_error_that_says_why_and_until_when() {
        let frozen = look(&policy(), "GA", NOON, None);
        assert_eq!(
            frozen.findings[0].message,
            "GA is frozen by year end until 2027-01-04T00:00:00Z: holidays"
        );
        assert!(frozen.findings[0].remedy().starts_with("Wait until 2027-01-04T00:00:00Z; "));
        let codes = frozen.findings.iter().map(|finding| (finding.code, finding.severity));
        assert!(codes.eq([(Code::FreezeActive, Severity::Error); 2]));
        assert!(frozen.flag.is_none() && frozen.break_glass.is_empty());
        assert!(look(&policy(), "PRE_GA", NOON, None).findings.is_empty());
        assert!(look(&policy(), "GA", datetime!(2027-01-04 0:00 UTC), None).findings.is_empty());
    }

    #[test]
    fn an_override_leaves_the_freeze_in_sight_and_says_who_and_when() {
        let frozen = look(&policy(), "GA", NOON, Some(&overriding()));
        assert!(frozen.findings.iter().all(|finding| finding.severity == Severity::Warning));
        assert!(frozen.findings[1].message.contains("stocktaking until"), "{:?}", frozen.findings);
        assert!(frozen.findings[1].message.ends_with("which ada overrode: the shop is on fire"));
        let flag = frozen.flag.unwrap();
        assert_eq!((flag.effect, flag.value.as_str()), (Effect::Relaxes, "the shop is on fire"));
        let [first, second] = frozen.break_glass.as_slice() else { panic!("{:?}", frozen.break_glass) };
        assert_eq!((first.kind, first.rule.as_str()), ("freeze_overridden", "year end"));
        assert_eq!(second.rule, "stocktaking");
        assert_eq!(first.who.as_deref(), Some("ada"));
        // When it was done, not the moment that is judged.
        assert_eq!(first.when.as_deref(), Some("2026-11-25T06:00:00Z"));
    }

    #[test]
    fn an_override_of_nothing_relaxes_nothing() {
        let frozen = look(&policy(), "PRE_GA", NOON, Some(&overriding()));
        assert_eq!(frozen.flag.unwrap().effect, Effect::Neutral);
        assert!(frozen.findings.is_empty() && frozen.break_glass.is_empty());
    }
}
