use super::measure::Measure;
use super::pattern::fits;
use super::*;
use crate::evidence::policy::Setting;

fn text(text: &str) -> Option<Value> {
    Some(Value::Text(text.into()))
}

fn set(entries: &[&str]) -> Option<Value> {
    Some(Value::Set(entries.iter().map(ToString::to_string).collect()))
}

fn lead(key: &str, from: &Option<Value>, to: &Option<Value>) -> Direction {
    let none = Snapshot::default();
    direction(key, from.as_ref(), to.as_ref(), &none, &none)
}

#[test]
fn keys_come_apart_into_names() {
    for (key, expected) in [
        ("stages.GA.patterns", vec!["stages", "GA", "patterns"]),
        (r#"a."b.c"."d\"e""#, vec!["a", "b.c", "d\"e"]),
        ("clippy(crates/a.b).allow-x", vec!["clippy", "allow-x"]),
        (r#"a."x(y).z""#, vec!["a", "x(y).z"]),
        ("", vec![""]),
        ("é.\"", vec!["é", ""]),
    ] {
        assert_eq!(names(key), expected, "{key}");
    }
    let parts = |key: &str| names(key);
    assert!(fits("clippy.*-threshold", &parts("clippy.cognitive-complexity-threshold")));
    assert!(!fits("clippy.*-threshold", &parts("clippy.msrv")));
    assert!(!fits("a.*", &parts("a")) && !fits("a.*", &parts("a.b.c")) && fits("a.**", &parts("a.b.c")));
    assert!(!fits("ab*ba", &parts("aba")));
}

type Case = (&'static str, Option<Value>, Option<Value>, Direction);

fn number(number: i64) -> Option<Value> {
    Some(Value::Number(number))
}

fn flag(flag: bool) -> Option<Value> {
    Some(Value::Bool(flag))
}

#[test]
fn each_measure_of_the_ci_files_knows_both_ways() {
    use Direction::{Laxer, Stricter, Unclear};
    both_ways(vec![
        ("stages.GA.gates.deps_approval", text("required"), text("report_only"), Laxer),
        ("stages.GA.gates.deps_approval", text("report_only"), text("required from 2027-03-01"), Stricter),
        (
            "stages.GA.gates.deps_approval",
            text("required from 2027-03-01"),
            text("required from 2027-04-01"),
            Laxer,
        ),
        ("stages.GA.gates.deps_approval", text("required from 2027-03-01"), text("required"), Stricter),
        ("stages.freeze", set(&["year end"]), set(&[]), Laxer),
        ("stages.freeze.weekend.stages", set(&["GA", "PRE_GA"]), set(&["GA"]), Laxer),
        (
            "stages.freeze.\"year end\".when",
            text("2026-12-18 to 2027-01-04"),
            text("2026-12-18 to 2027-01-03"),
            Laxer,
        ),
        ("evidence.promotion_guard.audit.max_age_days", number(30), number(90), Laxer),
        ("evidence.promotion_guard.tests.timeout", number(1800), number(900), Stricter),
        ("evidence.promotion_guard.checks.e2e.timeout", number(60), number(900), Laxer),
        ("evidence.deps_approval.timeout", number(60), number(900), Laxer),
        ("evidence.promotion_guard.audit.yanked", text("deny"), text("warn"), Laxer),
        ("evidence.promotion_guard.lint.not_applicable", None, text("no"), Laxer),
        ("evidence.promotion_guard.lint.not_applicable", text("no"), text("yes"), Unclear),
        ("evidence.promotion_guard.lint.deny", set(&["warnings"]), set(&["clippy::all"]), Laxer),
        ("evidence.promotion_guard.checks.x.success.output_contains", text("ok"), None, Laxer),
        ("evidence.promotion_guard.checks.x.success.exit_codes", set(&["0"]), set(&["0", "1"]), Laxer),
        ("evidence.deps_approval.shipped", None, set(&["api"]), Laxer),
        ("evidence.deps_approval.shipped", set(&["api"]), set(&["api", "cli"]), Stricter),
        ("evidence.deps_approval.targets", set(&[]), set(&["wasm32-wasip2"]), Unclear),
        ("evidence.deps_approval.cargo_vet", flag(false), flag(true), Laxer),
        ("evidence.deps_approval.licenses.allow", set(&["MIT"]), set(&["GPL-3.0"]), Laxer),
        ("evidence.deps_approval.licenses.allow", set(&["MIT", "ISC"]), set(&["MIT"]), Stricter),
        ("evidence.deps_approval.licenses.exceptions.ring", None, set(&["OpenSSL"]), Laxer),
        ("evidence.field_budgets.default_budget", number(30), number(40), Laxer),
        ("evidence.field_budgets.protobuf", set(&["proto/*.proto"]), set(&[]), Laxer),
        ("evidence.observability_verify.not_applicable", None, text("no"), Laxer),
        ("evidence.observability_verify.not_services", set(&[]), set(&["api"]), Laxer),
        ("evidence.observability_verify.build_timeout", number(60), number(90), Laxer),
        ("evidence.observability_verify.services", set(&["api", "web"]), set(&["api"]), Laxer),
        ("evidence.observability_verify.services.api.exercise", set(&["GET /a"]), set(&["GET /b"]), Laxer),
        ("evidence.observability_verify.services.api.within", number(30), number(20), Stricter),
        ("evidence.observability_verify.services.api.settle", number(10), number(60), Laxer),
        ("evidence.observability_verify.services.api.timeout", number(10), number(60), Laxer),
        ("evidence.observability_verify.services.api.grace", number(5), number(60), Laxer),
        ("evidence.observability_verify.services.api.logs.not_applicable", None, text("no"), Laxer),
        ("evidence.observability_verify.services.api.metrics.timeout", number(10), number(60), Laxer),
        ("evidence.observability_verify.services.api.metrics.max_series", number(100), number(1000), Laxer),
        (
            "evidence.observability_verify.services.api.metrics.families",
            set(&["a increases"]),
            set(&["a"]),
            Laxer,
        ),
        ("evidence.observability_verify.services.api.logs.fields", set(&["a", "b"]), set(&["a"]), Laxer),
        ("evidence.observability_verify.services.api.logs.forbidden_fields", set(&["a"]), set(&[]), Laxer),
        ("evidence.observability_verify.services.api.logs.forbidden_values", set(&[]), set(&["a"]), Stricter),
        (
            "evidence.observability_verify.services.api.logs.max_unstructured_percent",
            number(0),
            number(5),
            Laxer,
        ),
        ("evidence.observability_verify.services.api.logs.correlation", text("x-request-id"), None, Laxer),
        ("evidence.observability_verify.services.api.traces.spans", set(&["a"]), None, Laxer),
        ("evidence.observability_verify.services.api.traces.propagates", flag(true), flag(false), Laxer),
        ("evidence.release.branches", set(&["main"]), set(&["*", "main"]), Laxer),
        ("evidence.release.branches", set(&["main", "release/*"]), set(&["main"]), Stricter),
        ("evidence.release.changelog", None, text("docs/changes.md"), Unclear),
        ("budgets.serde.\"order::LineItem\"", number(30), number(40), Laxer),
        ("budgets(crates/api).serde.Order", number(30), number(40), Laxer),
        ("budgets(crates/api).by_hand", set(&[]), set(&["Money"]), Laxer),
        ("waivers.TEST_FAILED", None, text("2027-01-01"), Laxer),
        ("waivers.TEST_FAILED.\"package=x\"", text("2027-01-01"), text("2026-01-01"), Stricter),
        ("waivers.max_days", number(30), number(90), Laxer),
        ("waivers.version", number(1), number(2), Unclear),
        ("approvals.rules", set(&[]), set(&["windows-* until 2027-01-01"]), Laxer),
    ]);
}

#[test]
fn each_measure_of_the_tools_knows_both_ways() {
    use Direction::{Laxer, Stricter, Unclear};
    both_ways(vec![
        ("lints.rust.unsafe_code", text("forbid"), text("deny"), Laxer),
        ("lints.clippy.unwrap_used", text("warn"), None, Laxer),
        ("lints.clippy.unwrap_used", None, text("allow"), Laxer),
        ("lints.package.clippy.unwrap_used", None, text("deny"), Stricter),
        ("lints.package.workspace", flag(true), None, Laxer),
        ("lints.clippy.all.priority", number(-1), number(1), Unclear),
        ("clippy.cognitive-complexity-threshold", number(25), number(50), Laxer),
        ("clippy(crates/api).allow-unwrap-in-tests", None, flag(true), Laxer),
        ("clippy.disallowed-methods", set(&["a", "b"]), set(&["a"]), Laxer),
        ("clippy.min-ident-chars-threshold", number(1), number(2), Stricter),
        ("clippy.msrv", text("1.90"), text("1.80"), Unclear),
        ("rustfmt.disable_all_formatting", None, flag(true), Laxer),
        ("deny.advisories.ignore", set(&[]), set(&["RUSTSEC-2026-0001"]), Laxer),
        ("deny.advisories.unmaintained", text("all"), text("workspace"), Laxer),
        ("deny.advisories.yanked", text("deny"), text("warn"), Laxer),
        ("deny.bans.multiple-versions", text("warn"), text("deny"), Stricter),
        ("deny.bans.deny", set(&["openssl"]), set(&[]), Laxer),
        ("nextest.profile.default.retries", None, number(2), Laxer),
        ("cargo.build.rustflags", None, text("[\"-A\", \"warnings\"]"), Unclear),
        ("evidence.policy_drift.rules.actions_pinned", text("on"), text("off"), Laxer),
    ]);
}

fn both_ways(cases: Vec<Case>) {
    use Direction::{Laxer, Stricter, Unclear};
    for (key, from, to, expected) in cases {
        let back = match expected {
            Laxer => Stricter,
            Stricter => Laxer,
            Unclear => Unclear,
        };
        assert_eq!(lead(key, &from, &to), expected, "{key}: {from:?} → {to:?}");
        // A set that lost one entry and won another is laxer whichever way.
        let both = matches!((&from, &to), (Some(Value::Set(a)), Some(Value::Set(b))) if !a.is_subset(b) && !b.is_subset(a));
        if !both {
            assert_eq!(lead(key, &to, &from), back, "{key}: back");
        }
    }
}

#[test]
fn a_freeze_is_stricter_only_if_it_surely_holds_all_that_it_held() {
    let key = "stages.freeze.x.when";
    let lead = |from: &str, to: &str| lead(key, &text(from), &text(to));
    assert_eq!(lead("2026-12-18 to 2027-01-04", "2026-12-17 to 2027-01-05"), Direction::Stricter);
    assert_eq!(lead("2026-12-18 to 2027-01-04", "2026-12-17 to 2027-01-03"), Direction::Laxer);
    assert_eq!(lead("2026-12-18 to 2027-01-04", "every Fri 16:00 to Mon 08:00 (UTC)"), Direction::Laxer);
    assert_eq!(
        lead("every Fri 16:00 to Mon 08:00 (UTC)", "every Fri 15:00 to Mon 08:00 (UTC)"),
        Direction::Laxer
    );
}

#[test]
fn a_stage_that_goes_takes_its_gates_with_it() {
    let key = "stages.GA.gates.policy_drift";
    assert_eq!(lead(key, &text("required"), &None), Direction::Laxer);
    assert_eq!(lead(key, &None, &text("report_only")), Direction::Laxer);
    assert_eq!(lead(key, &None, &text("required")), Direction::Unclear);
    assert_eq!(lead(key, &text("report_only"), &None), Direction::Unclear);
    assert_eq!(lead(key, &text("required"), &text("nonsense")), Direction::Unclear);
}

#[test]
fn values_of_another_kind_are_unclear() {
    let flag = Some(Value::Bool(true));
    for key in ["deny.advisories.ignore", "evidence.promotion_guard.tests.timeout", "stages.GA.patterns"] {
        assert_eq!(lead(key, &flag, &text("x")), Direction::Unclear, "{key}");
    }
}

#[test]
fn no_row_of_the_table_is_hidden_by_an_earlier_one() {
    let all: Vec<&str> = table::patterns().collect();
    for (at, pattern) in all.iter().enumerate() {
        let example = names(&pattern.replace('*', "x"));
        let first = all.iter().position(|other| fits(other, &example));
        assert_eq!(first, Some(at), "{pattern} is never reached");
    }
    assert_eq!(table::measure(&names("who.knows")), Measure::Unclear);
}

fn stages(stages: &[(&str, &str, &[&str])]) -> Snapshot {
    let mut snapshot = Snapshot::default();
    for (name, mode, patterns) in stages {
        let mut put = |key: String, value: Option<Value>| {
            let value = value.expect("a value");
            snapshot.settings.insert(key, Setting { file: String::new(), value });
        };
        put(format!("stages.{name}.patterns"), set(patterns));
        for gate in crate::gates::Gate::ALL {
            put(format!("stages.{name}.gates.{gate}"), text(mode));
        }
    }
    snapshot
}

#[test]
fn patterns_are_measured_by_where_refs_land() {
    let before = stages(&[("PILOT", "report_only", &["*"]), ("GA", "required", &["v*"])]);
    for (pilot, ga, key, expected) in [
        // Releases fall through to the pilot.
        (&["*"][..], &["release-*"][..], "GA", Direction::Laxer),
        // One release is taken out by name.
        (&["*", "v9.9.9"], &["v*"], "PILOT", Direction::Laxer),
        // More refs are held to more.
        (&["*"], &["v*", "release-*"], "GA", Direction::Stricter),
        // What the pilot names beside what it has already.
        (&["*", "main"], &["v*"], "PILOT", Direction::Unclear),
        // Branches that land nowhere are not judged at all.
        (&["main"], &["v*"], "PILOT", Direction::Stricter),
    ] {
        let after = stages(&[("PILOT", "report_only", pilot), ("GA", "required", ga)]);
        let key = format!("stages.{key}.patterns");
        let value = |snapshot: &Snapshot| snapshot.settings.get(&key).map(|setting| setting.value.clone());
        let (from, to) = (value(&before), value(&after));
        assert_eq!(
            direction(&key, from.as_ref(), to.as_ref(), &before, &after),
            expected,
            "{pilot:?} {ga:?}"
        );
    }
}
