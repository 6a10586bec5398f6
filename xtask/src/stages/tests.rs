use std::collections::BTreeMap;

use time::macros::datetime;

use super::*;

const NOW: OffsetDateTime = datetime!(2027-02-28 23:59:59 UTC);
const PACKAGES: [&str; 2] = ["orders-api", "orders-service"];

fn complaints(text: &str) -> Vec<String> {
    match parse(text.as_bytes(), "s.yml") {
        Ok(_) => Vec::new(),
        Err(error) => error.complaints().iter().map(ToString::to_string).collect(),
    }
}

fn tags(tags: &[(&str, bool)]) -> BTreeMap<String, bool> {
    tags.iter().map(|(name, at_head)| ((*name).to_owned(), *at_head)).collect()
}

fn given(name: &str) -> RefFacts {
    RefFacts { given: Some(name.into()), ..RefFacts::default() }
}

/// The stage's name, or the error.
fn stage_of(policy: &Policy, facts: &RefFacts) -> String {
    match resolve(policy, &PACKAGES, facts) {
        Ok(resolved) => policy.stages[resolved.stage].name.clone(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_good_file_in_both_forms_and_with_either_line_end() {
    let text = "version: 1\nstages:\n  A: {patterns: ['*'], gates: report_only}\n  B:\n    description: |\n      two\n      lines\n    patterns: [v*]\n    gates: {promotion_guard: required, deps_approval: required, policy_drift: report_only, field_budgets: required, observability_verify: report_only}\n";
    for text in [text.to_owned(), text.replace('\n', "\r\n")] {
        let policy = parse(text.as_bytes(), "s.yml").unwrap();
        assert_eq!(policy.stages[0].gates, Gate::ALL.map(|gate| (gate, Mode::ReportOnly)).into());
        assert_eq!(policy.stages[1].description, "two lines");
        assert_eq!(policy.stages[1].mode(Gate::PolicyDrift), Mode::ReportOnly);
        assert_eq!(policy.stages[1].mode(Gate::FieldBudgets), Mode::Required);
        assert_eq!(policy.file.as_deref(), Some("s.yml"));
    }
}

#[test]
fn every_complaint_at_once() {
    let text = "\
version: 2
stages:
  PILOT:
    descripton: x
    patterns: ['*', '[a', 5]
    gates: reqired
  GA:
    patterns: []
    gates:
      promotion_gard: required
      deps_approval: {required_from: 2027-02-29}
      policy_drift: requird
      policy_drift: required
      field_budgets: [1]
  'B B':
    patterns: ['*']
    gates:
  C: ~
freeze: [{name: 5, stages: [PLOT], reason: r, from: 2026-01-01T00:00:00Z, until: 2027-01-01T00:00:00Z}]
colour: red
";
    let expected = [
        "s.yml:1:10: version: version 2 is not known to this version of the tool (expected version: 1)",
        "s.yml:4:5: stages.PILOT.descripton: unknown key `descripton` (did you mean `description`? valid are description, patterns or gates)",
        "s.yml:5:21: stages.PILOT.patterns[1]: a [ without its ] (write \\[ for the character)",
        "s.yml:5:27: stages.PILOT.patterns[2]: found 5 (expected a glob over ref names; put it in quotes)",
        "s.yml:6:12: stages.PILOT.gates: unknown word `reqired` (did you mean `required`? valid are report_only or required)",
        "s.yml:8:5: stages.GA.patterns: a stage without patterns (expected a list of globs over ref names, such as [\"v*\"])",
        "s.yml:9:5: stages.GA.gates: the gate promotion_guard is left out (add promotion_guard: report_only, or promotion_guard: required)",
        "s.yml:9:5: stages.GA.gates: the gate observability_verify is left out (add observability_verify: report_only, or observability_verify: required)",
        "s.yml:10:7: stages.GA.gates.promotion_gard: unknown gate `promotion_gard` (did you mean `promotion_guard`? valid are promotion_guard, deps_approval, policy_drift, field_budgets or observability_verify)",
        "s.yml:11:38: stages.GA.gates.deps_approval.required_from: `2027-02-29` is no day that exists (expected a day such as 2027-03-01; from 00:00 UTC of it on the gate is required)",
        "s.yml:12:21: stages.GA.gates.policy_drift: unknown word `requird` (did you mean `required`? valid are report_only or required)",
        "s.yml:13:7: stages.GA.gates.policy_drift: the key `policy_drift` is given twice (first given in line 12; delete one of them)",
        "s.yml:14:22: stages.GA.gates.field_budgets: found a list (expected report_only, required or {required_from: YYYY-MM-DD})",
        "s.yml:15:3: stages.B B: `B B` cannot be a stage's name (use letters, digits, _ and -, at most 40)",
        "s.yml:16:16: stages.B B.patterns[0]: the pattern `*` is already one of `PILOT` (a ref can land in one stage only; delete one of them)",
        "s.yml:17:11: stages.B B.gates: found nothing (expected report_only, required, or a mode for each gate)",
        "s.yml:18:6: stages.C: found nothing (expected a mapping with the keys description, patterns, gates)",
        "s.yml:19:17: freeze[0].name: found 5 (expected a text; put it in quotes)",
        "s.yml:19:29: freeze[0].stages[0]: there is no stage `PLOT` (did you mean `PILOT`? valid are PILOT, GA, B B or C)",
        "s.yml:20:1: colour: unknown key `colour` (expected version, stages or freeze)",
    ];
    assert_eq!(complaints(text), expected);
}

#[test]
fn what_is_no_policy_at_all() {
    for (text, expected) in [
        ("5", "s.yml:1:1: found 5 (expected a mapping with the keys version, stages, freeze)"),
        ("{}", "s.yml:1:1: the key `version` is missing (add version: 1)"),
        ("version: 1\nstages: {}\n", "s.yml:2:1: stages: there is no stage"),
        ("version: 1\nstages: []\n", "s.yml:2:9: stages: found a list"),
        ("version: '1'\nstages: {}\n", "s.yml:1:10: version: version the text `1` is not known"),
        ("version: 1\nstages:\n  A: {}\n", "s.yml:3:3: stages.A: the key `patterns` is missing"),
        ("version: 1\nstages:\n  1: {}\n", "s.yml:3:3: stages.1: 1 as a key"),
        ("version: 1\nstages: {<<: {}}\n", "s.yml:2:10: stages.<<: `<<` cannot be a stage's name"),
        ("version: 1\nstages: !x {}\n", "s.yml:2:9: stages: found a value tagged `x`"),
    ] {
        let found = complaints(text);
        assert!(found.iter().any(|line| line.starts_with(expected)), "{text}: {found:#?}");
    }
}

#[test]
fn the_built_in_stages_without_a_file_and_an_error_for_an_unreadable_one() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(load(folder.path()).unwrap(), builtin());
    std::fs::create_dir_all(folder.path().join(FILE)).unwrap();
    assert!(load(folder.path()).unwrap_err().to_string().contains("cannot be read"));
    let error = load_file(&folder.path().join("none.yml"), "none.yml").unwrap_err();
    assert!(error.to_string().starts_with("none.yml: there is no such file"), "{error}");
}

#[test]
fn this_workspace_spells_the_built_in_stages_out() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let policy = load(root).unwrap();
    assert_eq!(policy.file.as_deref(), Some(FILE));
    assert_eq!(policy.stages, builtin().stages);
}

#[test]
fn refs_land_where_the_design_says() {
    let policy = builtin();
    for (name, expected) in [
        ("main", "PILOT"),
        ("feature/x", "PILOT"),
        ("refs/pull/3/merge", "PILOT"),
        ("v1.0.0-rc.1", "PRE_GA"),
        ("refs/tags/v1.0.0-rc.1", "PRE_GA"),
        ("v1.0.0", "GA"),
        ("refs/tags/v1.0.0", "GA"),
        ("orders-api-v1.0.0", "GA"),
        ("orders-api-v1.0.0-rc.2", "PRE_GA"),
        ("stranger-v1.0.0", "PILOT"),
        ("\u{1f680}$(rm);`x`'\"&", "PILOT"),
    ] {
        assert_eq!(stage_of(&policy, &given(name)), expected, "{name}");
    }
}

#[test]
fn refs_that_cannot_be_are_refused_and_shown_harmlessly() {
    for name in [
        "",
        "tags/v1.0.0",
        "heads/main",
        "a b",
        "a\nb",
        "\u{1b}[2J",
        "refs/tags/",
        "refs/x",
        "a..b",
        "HEAD",
        "@",
        "x.lock",
        "~",
    ] {
        let error = resolve(&builtin(), &PACKAGES, &given(name)).unwrap_err();
        assert_eq!(error.kind(), crate::error::Kind::Usage);
        let text = error.to_string();
        assert!(text.contains("--ref: ") && !text.contains('\u{1b}') && text.lines().count() == 2, "{text}");
    }
}

#[test]
fn the_order_of_sources() {
    let policy = builtin();
    let mut facts = RefFacts {
        given: Some("v1.0.0-rc.1".into()),
        ci: Some(("GITHUB_REF".into(), "refs/heads/main".into())),
        branch: Some("main".into()),
        tags: tags(&[("v1.0.0", true), ("v1.0.0-rc.1", true), ("v0.9.0", false), ("note", true)]),
    };
    let of = |facts: &RefFacts| {
        let resolved = resolve(&policy, &PACKAGES, facts).unwrap();
        (policy.stages[resolved.stage].name.clone(), resolved.reason)
    };
    assert_eq!(of(&facts), ("PRE_GA".into(), "--ref `v1.0.0-rc.1` matches the pattern `v*-rc.*`".into()));
    facts.given = None;
    assert_eq!(of(&facts), ("PILOT".into(), "GITHUB_REF `main` matches the pattern `main`".into()));
    facts.ci = None;
    let reason = "tag `v1.0.0` at HEAD matches the pattern `v*`; of the tags at HEAD it has the strictest \
                  stage (others: `note`, `v1.0.0-rc.1`)";
    assert_eq!(of(&facts), ("GA".into(), reason.into()));
    facts.tags = tags(&[("v0.9.0", false)]);
    assert_eq!(of(&facts), ("PILOT".into(), "branch `main` matches the pattern `main`".into()));
    facts.branch = None;
    assert!(stage_of(&policy, &facts).starts_with("error: no ref: "));
}

#[test]
fn a_tag_elsewhere_is_a_mismatch_and_an_unknown_name_is_a_ref_to_be() {
    let mut facts = RefFacts { tags: tags(&[("v1.0.0", false)]), ..given("v1.0.0") };
    for name in ["v1.0.0", "refs/tags/v1.0.0"] {
        facts.given = Some(name.into());
        assert!(stage_of(&builtin(), &facts).contains("REF_MISMATCH: --ref names the tag `v1.0.0`"));
    }
    // A branch of the same name is not the tag.
    facts.given = Some("refs/heads/v1.0.0".into());
    assert_eq!(stage_of(&builtin(), &facts), "GA");
    facts.given = None;
    facts.ci = Some(("CI_COMMIT_TAG".into(), "refs/tags/v1.0.0".into()));
    assert!(stage_of(&builtin(), &facts).contains("REF_MISMATCH: CI_COMMIT_TAG names"));
    let resolved = resolve(&builtin(), &PACKAGES, &given("v2.0.0")).unwrap();
    assert!(
        resolved.reason.ends_with("; no tag of this repository and not the current branch has that name")
    );
    assert_eq!(resolved.full, None);
    let resolved = resolve(&builtin(), &PACKAGES, &given("refs/tags/v2.0.0")).unwrap();
    assert!(resolved.reason.ends_with("; this repository has no tag of that name"));
    assert_eq!((resolved.ref_name.as_str(), resolved.full.as_deref()), ("v2.0.0", Some("refs/tags/v2.0.0")));
}

#[test]
fn a_laxer_ref_than_what_is_at_head_is_an_override() {
    let policy = builtin();
    let at_head = tags(&[("v1.0.0", true), ("v1.0.0-rc.1", true)]);
    let note = |facts: &RefFacts| resolve(&policy, &PACKAGES, facts).unwrap().override_note(&policy);
    let facts = RefFacts { tags: at_head.clone(), ..given("main") };
    let expected = "--ref names `main`, which is judged as PILOT; tag `v1.0.0` at HEAD would be judged as GA";
    assert_eq!(note(&facts).as_deref(), Some(expected));
    let ci = Some(("GITHUB_REF".to_owned(), "refs/heads/main".to_owned()));
    let facts = RefFacts { tags: at_head.clone(), ci, ..RefFacts::default() };
    assert!(note(&facts).unwrap().starts_with("GITHUB_REF names `main`"));
    let ci = Some(("GITHUB_REF".to_owned(), "refs/tags/v3.0.0".to_owned()));
    let facts = RefFacts { ci, ..given("main") };
    assert!(note(&facts).unwrap().contains("GITHUB_REF `refs/tags/v3.0.0` would be judged as GA"));
    assert_eq!(note(&RefFacts { tags: at_head, ..given("v1.0.0") }), None);
    assert_eq!(note(&given("main")), None);
}

#[test]
fn a_release_that_nothing_guards_is_said_loudly() {
    let policy = builtin();
    for (name, loud) in [
        ("1.2.3", true),
        ("refs/tags/1.2.3", true),
        ("refs/heads/1.2.3", false),
        ("orders-api@1.2.3", true),
        ("v1.2.3", false),
        ("1.2.3-rc.1", false),
        ("main", false),
    ] {
        let resolved = resolve(&policy, &PACKAGES, &given(name)).unwrap();
        assert_eq!(resolved.warning(&policy).is_some(), loud, "{name}");
    }
}

#[test]
fn ties_gaps_and_full_names() {
    let policy = parse(
        b"version: 1
stages:
  A: {patterns: ['rel-*', 'refs/heads/hot/*'], gates: report_only}
  B: {patterns: ['*-rel', 'refs/tags/hot/*', 'rel-x-rel'], gates: required}
",
        "s.yml",
    )
    .unwrap();
    for (name, expected) in [
        ("rel-1", "A"),
        ("1-rel", "B"),
        ("rel-x-rel", "B"),
        ("refs/heads/hot/1", "A"),
        ("refs/tags/hot/1", "B"),
        ("rel-1-rel", "tied: the pattern `rel-*` of A and the pattern `*-rel` of B match it equally well"),
        ("other", "no stage has a pattern that matches it"),
    ] {
        let found = stage_of(&policy, &given(name));
        assert!(found == expected || (expected.len() > 1 && found.contains(expected)), "{name}: {found}");
    }
    // A short name that nobody knows may be either; the longer pattern decides.
    assert_eq!(stage_of(&policy, &given("hot/1")), "A");
    let known = RefFacts { tags: tags(&[("hot/1", true)]), ..given("hot/1") };
    assert_eq!(stage_of(&policy, &known), "B");
}

#[test]
fn validation_shows_a_table_and_where_refs_land() {
    let validation = validate(&builtin(), &PACKAGES, &["release/9".into(), "a b".into()], NOW);
    let expected = "\
the built-in stages: valid

stage   promotion_guard  deps_approval  policy_drift  field_budgets  observability_verify
PILOT   report_only      report_only    report_only   report_only    report_only
PRE_GA  required         report_only    report_only   report_only    required
GA      required         required       required      required       required

ref                     stage   pattern
main                    PILOT   main
feature/x               PILOT   *
refs/pull/7/merge       PILOT   *
v1.2.0-rc.1             PRE_GA  v*-rc.*
v1.2.0                  GA      v*
1.2.0                   PILOT   *
orders-api-v1.2.0-rc.1  PRE_GA  {package}-v*-rc.*
orders-api-v1.2.0       GA      {package}-v*
release/9               PILOT   *
a b                     none    not a name that git allows for a ref

warning: release tags such as `1.2.0` fall through to PILOT, which requires nothing; if you tag like that, add a pattern to a stricter stage
";
    assert_eq!(render(&validation), expected);
}

#[test]
fn validation_warns_of_what_is_odd() {
    let policy = parse(
        b"version: 1
stages:
  LOW: {patterns: ['*', 'a b', '{package}-x'], gates: required}
  HIGH: {patterns: ['v*', 'v**', 'q*z', '*qz'], gates: {promotion_guard: required, deps_approval: report_only,
    policy_drift: required, field_budgets: required, observability_verify: required}}
  TOP: {patterns: ['*q*'], gates: report_only}
  ZED: {patterns: ['{v*,v**}'], gates: required}
",
        "s.yml",
    )
    .unwrap();
    let warnings = validate(&policy, &[], &[], NOW).warnings.join("\n");
    for expected in [
        "LOW: no ref can reach the pattern `a b`: git allows no such name",
        "LOW: no ref can reach the pattern `{package}-x`: there is no package",
        "HIGH: no ref can reach the pattern `v**`: such refs are tied between `v*` of HIGH and `{v*,v**}` of ZED",
        "are tied between `v*` of HIGH and `{v*,v**}` of ZED",
        "HIGH is laxer than LOW, which stands before it: deps_approval is required in LOW and report_only in HIGH",
        "TOP is laxer than HIGH, which stands before it: promotion_guard",
        "release tags such as `v1.2.0` land in no stage (tied between",
    ] {
        assert!(warnings.contains(expected), "{expected}\n--\n{warnings}");
    }
}
