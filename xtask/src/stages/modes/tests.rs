use time::OffsetDateTime;
use time::macros::{date, datetime};

use crate::gates::{Gate, Mode};
use crate::stages::{parse, render, validate};

const NOW: OffsetDateTime = datetime!(2027-02-28 23:59:59 UTC);

fn complaints(text: &str) -> Vec<String> {
    match parse(text.as_bytes(), "s.yml") {
        Ok(_) => Vec::new(),
        Err(error) => error.complaints().iter().map(ToString::to_string).collect(),
    }
}

const DATED: &str = "version: 1
stages:
  A: {patterns: [a], gates: {required_from: 2027-03-01}}
  B:
    patterns: ['v*']
    gates:
      promotion_guard: required
      deps_approval: report_only
      policy_drift: {required_from: 2027-03-01}
      field_budgets: {'required_from': \"2027-03-02\"}
      observability_verify:
        required_from: 2000-01-01
";

#[test]
fn a_gate_with_a_day_is_required_from_that_day_on() {
    let policy = parse(DATED.as_bytes(), "s.yml").unwrap();
    // Nobody asked with a date in hand: all of them are required.
    assert!(Gate::ALL.iter().all(|gate| policy.stages[0].mode(*gate) == Mode::Required));
    for (moment, modes) in [
        (datetime!(2027-02-28 23:59:59 UTC), [false, true, false, false, true]),
        (datetime!(2027-03-01 0:00 UTC), [true, true, true, false, true]),
        // Still the day before, in UTC.
        (datetime!(2027-03-01 0:30 +1), [false, true, false, false, true]),
        (datetime!(2027-03-02 0:00 UTC), [true, true, true, true, true]),
    ] {
        let at = policy.at(moment);
        let [a, b] = [&at.stages[0], &at.stages[1]];
        let gates = [Gate::PolicyDrift, Gate::FieldBudgets, Gate::ObservabilityVerify];
        let mut found = vec![a.mode(Gate::DepsApproval), b.mode(Gate::PromotionGuard)];
        found.extend(gates.map(|gate| b.mode(gate)));
        let expected = modes.map(|on| if on { Mode::Required } else { Mode::ReportOnly });
        assert_eq!(found, expected, "{moment}");
        assert_eq!(b.mode(Gate::DepsApproval), Mode::ReportOnly);
        assert_eq!(a.requires_anything(), modes[0]);
        let due = (!modes[2]).then_some(date!(2027 - 03 - 01));
        assert_eq!(b.becomes_required(Gate::PolicyDrift), due);
        assert_eq!(b.becomes_required(Gate::ObservabilityVerify), None);
    }
}

#[test]
fn modes_with_a_day_are_misspelt_in_many_ways() {
    let with = |mode: &str| {
        let text = format!("version: 1\nstages: {{A: {{patterns: [a], gates: {mode}}}}}\n");
        complaints(&text).join("\n")
    };
    for (mode, expected) in [
        (
            "{required_from: 2026-02-30}",
            "s.yml:2:52: stages.A.gates.required_from: `2026-02-30` is no day that exists",
        ),
        ("{required_from: 2027-3-1}", "`2027-3-1` is no day that exists"),
        ("{required_from: 20270301}", "found 20270301 (expected a day such as 2027-03-01"),
        ("{required_from: }", "found nothing (expected a day such as"),
        ("{required_from: 2027-03-01T00:00:00Z}", "is no day that exists"),
        ("{required_form: 2027-03-01}", "unknown key `required_form` (did you mean `required_from`?"),
        ("{required_from: 2027-03-01, until: 2028-01-01}", "unknown key `until` (expected required_from)"),
        ("{required_from: 2027-03-01, required_from: 2028-01-01}", "is given twice"),
        ("{required_from: 2027-03-01, promotion_guard: required}", "unknown key `promotion_guard`"),
        (
            "{promotion_guard: {}}",
            "found a mapping (expected report_only, required or {required_from: YYYY-MM-DD})",
        ),
    ] {
        let found = with(mode);
        assert!(found.contains(expected), "{mode}: {found}");
    }
}

#[test]
fn days_stand_in_the_table_and_count_for_the_order_of_the_stages() {
    let policy = parse(DATED.as_bytes(), "s.yml").unwrap();
    let text = render(&validate(&policy, &[], &[], NOW));
    assert!(text.contains("required from 2027-03-02"), "{text}");
    for line in [
        "B is laxer than A, which stands before it: deps_approval is required from 2027-03-01 in A and report_only in B",
        "field_budgets is required from 2027-03-01 in A and required from 2027-03-02 in B",
    ] {
        assert!(text.contains(line), "{text}");
    }
    assert_eq!(text.matches("is laxer than").count(), 2, "{text}");
    let later = render(&validate(&policy, &[], &[], datetime!(2027-03-02 0:00 UTC)));
    assert_eq!(later.matches("is laxer than").count(), 1, "{later}");
    let lax = "version: 1\nstages: {A: {patterns: ['*'], gates: {required_from: 2027-03-01}}}\n";
    let policy = parse(lax.as_bytes(), "s.yml").unwrap();
    let falls = "fall through to A, which requires nothing";
    assert!(render(&validate(&policy, &[], &[], NOW)).contains(falls));
    assert!(!render(&validate(&policy, &[], &[], datetime!(2027-03-01 0:00 UTC))).contains(falls));
}
