use super::*;

fn complaints(text: &str) -> Vec<String> {
    match parse(text.as_bytes(), "e.yml") {
        Ok(_) => Vec::new(),
        Err(error) => error.complaints().iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn no_file_and_a_file_that_says_nothing_are_the_defaults() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(load(folder.path()).unwrap(), Settings::default());
    assert_eq!(parse(b"version: 1\n", "e.yml").unwrap(), Settings::default());
    std::fs::create_dir_all(folder.path().join(FILE)).unwrap();
    assert!(load(folder.path()).unwrap_err().to_string().contains("cannot be read"));
}

#[test]
fn the_file_of_this_workspace_loads() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    assert!(root.join(FILE).is_file());
    load(root).unwrap();
}

const EVERYTHING: &str = r#"
version: 1
features: {names: [a, b/c], default: false}
promotion_guard:
  tests: {timeout: 90s, runner: nextest, nextest_profile: ci}
  doc_tests: {not_applicable: " no  library "}
  lint: {timeout: 2h, deny: [warnings, "clippy::pedantic"]}
  format: {timeout: 1m}
  audit: {timeout: 10s, max_age_days: 7, unsound: deny, unmaintained: warn, yanked: deny}
  checks:
    - name: smoke-1
      run: [cargo, run, --, -v, -v, ""]
      directory: tools/smoke
      environment: {LOUD: "1"}
      timeout: 24h
      success: {exit_codes: [0, 3], output_contains: "all good"}
    - {name: plain, run: ["true"]}
deps_approval:
  shipped: [orders-service]
  targets: [x86_64-unknown-linux-musl]
  timeout: 1h
  cargo_vet: true
  licenses:
    allow: [MIT, "Apache-2.0 WITH LLVM-exception", GPL-2.0, LicenseRef-Own]
    exceptions: {ring: [ISC, OpenSSL]}
  sources:
    registries: [crates-io, "sparse+https://registry.example/index/"]
    git: ["https://github.com/example/"]
    paths: [../shared]
field_budgets:
  default_budget: 12
  json_schema: ["api/**/*.schema.json", events.json]
  protobuf: ["proto/{v1,v2}/*.proto"]
"#;

#[test]
fn every_key_arrives() {
    let settings = parse(EVERYTHING.as_bytes(), "e.yml").unwrap();
    assert_eq!(settings.features.args(), ["--no-default-features", "--features", "a,b/c"]);
    let guard = &settings.promotion_guard;
    let seconds = Duration::from_secs;
    assert_eq!(
        guard.tests,
        Tests {
            applies: Applies::Yes,
            timeout: seconds(90),
            runner: Runner::Nextest,
            nextest_profile: Some("ci".into())
        }
    );
    assert_eq!(guard.doc_tests.applies, Applies::NotApplicable("no library".into()));
    assert_eq!((guard.lint.timeout, guard.lint.deny.len()), (seconds(7200), 2));
    assert_eq!(guard.format.timeout, seconds(60));
    let audit = &guard.audit;
    assert_eq!((audit.timeout, audit.max_age_days), (seconds(10), 7));
    assert_eq!((audit.unsound, audit.unmaintained, audit.yanked), (Level::Deny, Level::Warn, Level::Deny));
    let [smoke, plain] = guard.checks.as_slice() else { panic!("{:?}", guard.checks) };
    assert_eq!(smoke.run, ["cargo", "run", "--", "-v", "-v", ""]);
    assert_eq!((smoke.directory.as_str(), smoke.timeout), ("tools/smoke", seconds(86_400)));
    assert_eq!(smoke.environment, BTreeMap::from([("LOUD".to_owned(), "1".to_owned())]));
    let success = Success { exit_codes: vec![0, 3], output_contains: Some("all good".into()) };
    assert_eq!(smoke.success, success);
    assert_eq!((plain.directory.as_str(), &plain.success), (".", &Success::default()));
    let deps = &settings.deps_approval;
    assert_eq!(deps.shipped.as_deref(), Some(&["orders-service".to_owned()][..]));
    assert_eq!((deps.targets.len(), deps.timeout, deps.cargo_vet), (1, seconds(3600), true));
    assert_eq!(deps.licenses.allow.len(), 4);
    assert_eq!(deps.licenses.exceptions["ring"], ["ISC", "OpenSSL"]);
    assert_eq!((deps.sources.registries.len(), deps.sources.git.len(), deps.sources.paths.len()), (2, 1, 1));
    let budgets = &settings.field_budgets;
    assert_eq!((budgets.default_budget, budgets.json_schema.len(), budgets.protobuf.len()), (12, 2, 1));
    assert!(budgets.graphql.is_empty());
}

#[test]
fn features_in_one_word() {
    for (word, expected) in [("default", Features::Default), ("all", Features::All)] {
        let text = format!("version: 1\nfeatures: {word}\n");
        assert_eq!(parse(text.as_bytes(), "e.yml").unwrap().features, expected);
    }
}

/// Each line stands alone in a file, behind `version: 1`; the complaint has its place in line 2.
const BAD: &[(&str, &str)] = &[
    ("field_budgets: {default_budget: 0}", "found 0 (expected a whole number from 1 to 100000)"),
    ("field_budgets: {graphql: [../api.graphql]}", "`../api.graphql` may lie outside the workspace"),
    ("field_budgets: {protobuf: ['a[']}", "`a[` is no glob: "),
    ("field_budgets: {json_schema: x.json}", "(expected a list of globs)"),
    ("policy_drift: {rules: {licence_set: off}}", "unknown rule `licence_set` (did you mean `license_set`?"),
    ("policy_drift: {rules: {license_set: maybe}}", "unknown word `maybe`"),
    ("policy_drift: {unsafe_allowed: [\"-x\"]}", "cannot be a package's name"),
    (
        "observability_verify: 1",
        "23: observability_verify: found 1 (expected a mapping with the keys services",
    ),
    ("field_budget: {}", "1: field_budget: unknown key `field_budget` (did you mean `field_budgets`?"),
    (
        "promotion_gard: {}",
        "1: promotion_gard: unknown key `promotion_gard` (did you mean `promotion_guard`?",
    ),
    ("features: al", "11: features: unknown word `al` (did you mean `all`?"),
    ("features: [a]", "11: features: found a list (expected default, all, or a mapping"),
    ("features: {names: [--bad]}", "20: features.names[0]: `--bad` cannot be a feature"),
    ("features: {default: no}", "21: features.default: found the text `no` (expected true or false)"),
    ("promotion_guard:", "17: promotion_guard: found nothing (expected a mapping with the keys tests"),
    (
        "promotion_guard: {tests: {timeout: 30}}",
        "36: promotion_guard.tests.timeout: found 30 (expected a duration",
    ),
    (
        "promotion_guard: {tests: {timeout: 0s}}",
        "36: promotion_guard.tests.timeout: `0s` is not such a duration",
    ),
    ("promotion_guard: {tests: {timeout: 25h}}", "`25h` is not such a duration"),
    ("promotion_guard: {tests: {timeout: 99999999999999999999s}}", "is not such a duration"),
    ("promotion_guard: {tests: {timeout: -5s}}", "`-5s` is not such a duration"),
    ("promotion_guard: {tests: {timeout: \"5\u{e9}\"}}", "is not such a duration"),
    ("promotion_guard: {tests: {runner: nexttest}}", "did you mean `nextest`?"),
    (
        "promotion_guard: {tests: {runner: cargo, nextest_profile: ci}}",
        "a nextest profile, but the runner is cargo",
    ),
    ("promotion_guard: {tests: {nextest_profile: '-x'}}", "`-x` cannot be a nextest profile"),
    (
        "promotion_guard: {tests: {not_applicable: ''}}",
        "43: promotion_guard.tests.not_applicable: an empty reason",
    ),
    ("promotion_guard: {tests: {not_applicable: ~}}", "found nothing (expected a reason"),
    ("promotion_guard: {tests: {not_applicable: true}}", "found true (expected a reason"),
    (
        "promotion_guard: {lint: {not_applicable: x, deny: []}}",
        "`not_applicable` beside other keys (remove it",
    ),
    ("promotion_guard: {lint: {deny: [-Awarnings]}}", "`-Awarnings` cannot be a lint"),
    ("promotion_guard: {lint: {deny: warnings}}", "found the text `warnings` (expected a list of lints)"),
    ("promotion_guard: {audit: {max_age_days: 0}}", "found 0 (expected a whole number from 1 to 3650)"),
    ("promotion_guard: {audit: {unsound: allow}}", "unknown word `allow` (expected deny or warn)"),
    ("promotion_guard: {checks: {}}", "found a mapping (expected a list of checks"),
    ("promotion_guard: {checks: [{}]}", "28: promotion_guard.checks[0]: the key `name` is missing"),
    (
        "promotion_guard: {checks: [{name: x, run: 'cargo x'}]}",
        "no shell reads it, such as [\"cargo\", \"x\"]",
    ),
    ("promotion_guard: {checks: [{name: x, run: []}]}", "run: no program"),
    (
        "promotion_guard: {checks: [{name: x, run: [a, 1]}]}",
        "run[1]: found 1 (expected a text; put it in quotes)",
    ),
    ("promotion_guard: {checks: [{name: x, run: [\"a\\0\"]}]}", "run[0]: a NUL character"),
    ("promotion_guard: {checks: [{name: Lint, run: [a]}]}", "`Lint` is the name of a built-in check"),
    ("promotion_guard: {checks: [{name: ../x, run: [a]}]}", "`../x` cannot be a check's name"),
    (
        "promotion_guard: {checks: [{name: x, run: [a]}, {name: X, run: [a]}]}",
        "a second check with the name `X`",
    ),
    (
        "promotion_guard: {checks: [{name: x, run: [a], directory: ../y}]}",
        "`../y` may lie outside the workspace",
    ),
    ("promotion_guard: {checks: [{name: x, run: [a], directory: /y}]}", "`/y` is not a relative path"),
    ("promotion_guard: {checks: [{name: x, run: [a], directory: 'c:\\y'}]}", "is not a relative path"),
    (
        "promotion_guard: {checks: [{name: x, run: [a], environment: {A=B: c}}]}",
        "`A=B` cannot be a variable's name",
    ),
    (
        "promotion_guard: {checks: [{name: x, run: [a], environment: {A: 1}}]}",
        "found 1 (expected a text; put it in quotes)",
    ),
    (
        "promotion_guard: {checks: [{name: x, run: [a], success: {exit_codes: []}}]}",
        "no exit status counts as success",
    ),
    (
        "promotion_guard: {checks: [{name: x, run: [a], success: {output_contains: ''}}]}",
        "a text that proves nothing",
    ),
    ("deps_approval: {shipped: []}", "26: deps_approval.shipped: nothing is shipped"),
    ("deps_approval: {targets: [a, a]}", "deps_approval.targets[1]: `a` is listed twice"),
    ("deps_approval: {cargo_vet: yes}", "found the text `yes` (expected true or false)"),
    (
        "deps_approval: {licenses: {allow: [Apache2]}}",
        "`Apache2` is not an SPDX licence (did you mean `Apache-2.0`?",
    ),
    ("deps_approval: {licenses: {allow: [MIT OR ISC]}}", "`MIT OR ISC` is an expression, not one licence"),
    ("deps_approval: {licenses: {allow: [MIT/ISC]}}", "`MIT/ISC` is an expression, not one licence"),
    (
        "deps_approval: {licenses: {allow: [nonsense]}}",
        "`nonsense` is not an SPDX licence (expected an identifier",
    ),
    ("deps_approval: {licenses: {exceptions: {x: []}}}", "an exception that allows nothing"),
    (
        "deps_approval: {sources: {registries: [crates.io]}}",
        "`crates.io` is not a registry (expected crates-io",
    ),
    ("deps_approval: {sources: {git: [github.com/x]}}", "`github.com/x` does not name a git host"),
    ("deps_approval: {sources: {git: ['https://']}}", "`https://` does not name a git host"),
    ("deps_approval: {sources: {paths: [/opt]}}", "`/opt` is not a relative path"),
];

#[test]
fn bad_values_are_told_with_place_path_and_remedy() {
    for (line, expected) in BAD {
        let found = complaints(&format!("version: 1\n{line}\n"));
        let hit = found.iter().any(|text| text.starts_with("e.yml:2:") && text.contains(expected));
        assert!(hit, "{line}\n  expected {expected}\n  found {found:#?}");
    }
}

#[test]
fn all_complaints_come_in_one_run() {
    let text = "version: 3\nfeatures: none\npromotion_guard:\n  tests: {timeout: x}\n  lints: {}\ndeps_approval: 5\n";
    let lines: Vec<String> =
        complaints(text).iter().map(|line| line.split(": ").next().unwrap().to_owned()).collect();
    assert_eq!(lines, ["e.yml:1:10", "e.yml:2:11", "e.yml:4:20", "e.yml:5:3", "e.yml:6:16"]);
}

#[test]
fn the_default_licences_are_ones_that_the_loader_takes() {
    for licence in Licenses::default().allow {
        assert_eq!(values::licence(&licence), Ok(()), "{licence}");
    }
}
