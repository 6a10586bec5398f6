use super::*;
use crate::evidence::rules::{DependencyFacts, ManifestFacts, ToolSetting};
use crate::evidence::subject::Lockfile;

pub(super) fn sound() -> RuleFacts {
    let manifest = ManifestFacts {
        package: "api".into(),
        file: "api/Cargo.toml".into(),
        published: true,
        rust_version: true,
        license: true,
        inherits_lints: true,
        unsafe_code: Some("forbid".into()),
        dependencies: vec![dependency("1.2", None)],
        ..ManifestFacts::default()
    };
    let alias = setting(&["alias", "xtask"], "run --quiet --locked --package xtask --");
    RuleFacts {
        manifests: vec![manifest],
        workspace_lints: true,
        lockfile: Lockfile { present: true, tracked: Some(true), ..Lockfile::default() },
        tools: vec![alias],
        ..RuleFacts::default()
    }
}

fn dependency(requirement: &str, git: Option<&str>) -> DependencyFacts {
    DependencyFacts {
        name: "serde".into(),
        requirement: requirement.into(),
        git: git.map(str::to_owned),
        file: "api/Cargo.toml".into(),
        line: Some(7),
        ..DependencyFacts::default()
    }
}

pub(super) fn setting(key: &[&str], value: &str) -> ToolSetting {
    ToolSetting {
        file: ".cargo/config.toml".into(),
        line: Some(3),
        outside: false,
        key: key.iter().map(ToString::to_string).collect(),
        value: value.into(),
    }
}

pub(super) fn told(facts: &RuleFacts) -> Vec<String> {
    let outcome = judge(facts, &PolicyDrift::default());
    outcome
        .findings
        .iter()
        .map(|one| format!("{}: {}", one.place().unwrap_or_default(), one.message))
        .collect()
}

#[test]
fn what_is_sound_keeps_every_rule_that_had_something_to_look_at() {
    let outcome = judge(&sound(), &PolicyDrift::default());
    assert_eq!(outcome.findings, []);
    assert_eq!(outcome.kept.len(), 8, "{:?}", outcome.kept);
    assert_eq!(outcome.idle, [Rule::ActionsPinned, Rule::PublishNeedsGate, Rule::GateNotSoftened]);
}

#[test]
fn nothing_to_look_at_keeps_nothing() {
    let outcome = judge(&RuleFacts::default(), &PolicyDrift::default());
    assert_eq!(outcome.kept, []);
    assert_eq!(outcome.findings.len(), 1, "there is no Cargo.lock");
}

#[test]
fn each_rule_about_manifests_is_broken_by_what_it_forbids() {
    type Break = fn(&mut RuleFacts);
    let cases: &[(Break, &str)] = &[
        (
            |f| f.manifests[0].inherits_lints = false,
            "api/Cargo.toml: lints_inherited: api does not inherit the workspace's lints",
        ),
        (
            |f| f.workspace_lints = false,
            "api/Cargo.toml: lints_inherited: api inherits lints, and [workspace.lints] sets none",
        ),
        (
            |f| f.manifests[0].unsafe_code = None,
            "api/Cargo.toml: unsafe_forbidden: api neither forbids unsafe code nor is listed",
        ),
        (
            |f| f.manifests[0].unsafe_code = Some("warn".into()),
            "api/Cargo.toml: unsafe_forbidden: api neither forbids unsafe code nor is listed",
        ),
        (
            |f| f.manifests[0].rust_version = false,
            "api/Cargo.toml: rust_version_set: api states no rust-version",
        ),
        (|f| f.manifests[0].license = false, "api/Cargo.toml: license_set: api states no licence"),
        (
            |f| f.manifests[0].dependencies[0] = dependency("*", None),
            "api/Cargo.toml:7: no_wildcard_dependencies: api depends on `serde` in any version",
        ),
        (
            |f| f.manifests[0].dependencies[0] = dependency(">=0.0", None),
            "api/Cargo.toml:7: no_wildcard_dependencies: api depends on `serde` in any version",
        ),
        (
            |f| f.manifests[0].dependencies[0] = dependency("1", Some("https://example.com/x")),
            "api/Cargo.toml:7: no_git_dependencies: api depends on `serde` from the repository `https://example.com/x`",
        ),
        (|f| f.lockfile.tracked = Some(false), "Cargo.lock: lockfile_tracked: git does not track Cargo.lock"),
        (
            |f| f.lockfile.tracked = None,
            "Cargo.lock: lockfile_tracked: this is no git repository, so nothing tracks Cargo.lock",
        ),
    ];
    for (breaks, expected) in cases {
        let mut facts = sound();
        breaks(&mut facts);
        assert_eq!(told(&facts), [*expected]);
    }
    let mut alone = sound();
    alone.manifests[0] =
        ManifestFacts { inherits_lints: false, own_lints: true, at_root: true, ..alone.manifests[0].clone() };
    assert_eq!(told(&alone), [] as [&str; 0]);
    alone.manifests[0].own_lints = false;
    assert_eq!(told(&alone), ["api/Cargo.toml: lints_inherited: api sets no lints"]);
}

#[test]
fn packages_that_nobody_publishes_may_depend_on_anything() {
    let mut facts = sound();
    facts.manifests[0].published = false;
    facts.manifests[0].dependencies[0] = dependency("*", Some("https://example.com/x"));
    assert_eq!(told(&facts), [] as [&str; 0]);
    let outcome = judge(&facts, &PolicyDrift::default());
    assert!(outcome.idle.contains(&Rule::NoGitDependencies), "{:?}", outcome.idle);
}

#[test]
fn a_rule_can_be_reported_or_off_and_then_does_not_fail() {
    let mut facts = sound();
    facts.manifests[0].license = false;
    for (mode, severities) in [
        (RuleMode::On, &[Severity::Error][..]),
        (RuleMode::Report, &[Severity::Warning]),
        (RuleMode::Off, &[Severity::Note]),
    ] {
        let rules = [(Rule::LicenseSet, mode)].into();
        let outcome = judge(&facts, &PolicyDrift { rules, ..PolicyDrift::default() });
        let found: Vec<Severity> = outcome.findings.iter().map(|one| one.severity).collect();
        assert_eq!(found, severities);
        assert_eq!(outcome.off.len(), usize::from(mode == RuleMode::Off));
    }
    let listed = PolicyDrift { unsafe_allowed: vec!["ap".into()], ..PolicyDrift::default() };
    let outcome = judge(&sound(), &listed);
    assert!(outcome.findings[0].message.contains("`ap`, which is no member"), "{:?}", outcome.findings);
}

#[test]
fn a_file_that_cannot_be_read_breaks_the_rules_that_look_at_it() {
    for (file, rules) in [
        (".cargo/config.toml", &["checks_not_shadowed"][..]),
        ("tools/flags.toml", &["checks_not_shadowed"]),
        (".config/nextest.toml", &["checks_not_shadowed"]),
        (".github/workflows/config.yml", &["publish_needs_gate"]),
        ("ci/gate/action.yaml", &["publish_needs_gate"]),
        ("b/Cargo.toml", &["lints_inherited", "unsafe_forbidden", "rust_version_set", "license_set"]),
    ] {
        let mut facts = sound();
        facts.unread.push((file.into(), "nonsense".into()));
        let outcome = judge(&facts, &PolicyDrift::default());
        let broken: Vec<&str> =
            outcome.findings.iter().filter_map(|one| one.message.split(':').next()).collect();
        assert_eq!(broken, rules, "{file}");
    }
}

#[test]
fn development_dependencies_count_where_a_registry_would_see_them() {
    for (dependency, breaks) in [
        (DependencyFacts { development: true, ..dependency("*", None) }, true),
        (DependencyFacts { development: true, path: true, ..dependency("*", None) }, false),
        (DependencyFacts { development: true, ..dependency("*", Some("https://example.com/x")) }, false),
        (DependencyFacts { path: true, ..dependency("*", None) }, true),
        (dependency(">=0.0.0-0", None), true),
        (dependency(">=0, >=0.0", None), true),
        (dependency(">=0, <2", None), false),
        (dependency(">=0.1", None), false),
        (dependency("1.*", None), false),
    ] {
        let mut facts = sound();
        facts.manifests[0].dependencies[0] = dependency.clone();
        assert_eq!(told(&facts).len(), usize::from(breaks), "{dependency:?}: {:?}", told(&facts));
    }
}
