use time::macros::datetime;

use super::judge;
use crate::catalog::Code;
use crate::evidence::deps::{
    Approval, Approvals, Component, DepsFacts, Rule, SbomFile, Scope, Source, VetFull, VetStore,
};
use crate::evidence::subject::Lockfile;
use crate::evidence::{Ended, Run};
use crate::settings::Settings;
use crate::verdict::{Outcome, Severity};

const NOW: time::OffsetDateTime = datetime!(2026-06-15 23:59 UTC);

fn component(name: &str, source: Source) -> Component {
    let registry = matches!(source, Source::Registry { .. });
    Component {
        name: name.into(),
        version: "1.0.0".into(),
        source,
        checksum: registry.then(|| "a".repeat(64)),
        license: Some("MIT".into()),
        license_file: false,
        scope: Scope::Required,
        pulled_in_by: vec!["app@0.1.0".into()],
        purl: format!("pkg:cargo/{name}@1.0.0"),
        read_from: None,
    }
}

fn crates_io(name: &str) -> Component {
    component(name, Source::Registry { url: "crates-io".into() })
}

fn approval(name: &str) -> Approval {
    Approval {
        name: name.into(),
        version: "1.0.0".into(),
        checksum: Some("a".repeat(64)),
        source: None,
        approved_by: "me".into(),
        approved_on: "2026-01-01".into(),
        expires: None,
        note: None,
        line: 3,
    }
}

#[test]
fn a_replaced_source_must_lie_in_the_workspace_or_be_allowed() {
    let cases =
        [(None, true), (Some("vendor/x"), true), (Some("../vendor/x"), false), (Some("../ours/x"), true)];
    for (folder, passes) in cases {
        let mut facts = good();
        for component in facts.components.iter_mut().filter(|one| one.third_party()) {
            component.read_from = folder.map(Into::into);
        }
        let mut settings = Settings::default();
        settings.deps_approval.sources.paths = vec!["../ours".into()];
        let judgement = judge(&facts, &settings, NOW, 0);
        assert_eq!(judgement.outcome == Outcome::Pass, passes, "{folder:?}");
        assert_eq!(judgement.findings.iter().any(|one| one.code == Code::SourceDenied), !passes);
    }
}

fn rule(name: Option<&str>, source: Option<&str>, expires: &str) -> Rule {
    Rule {
        name: name.map(Into::into),
        source: source.map(Into::into),
        owner: "us".into(),
        expires: expires.into(),
        reason: "because".into(),
        line: 9,
    }
}

/// Facts of a workspace that passes: one member, one approved dependency.
fn good() -> DepsFacts {
    with(vec![component("app", Source::Member), crates_io("x")], vec![approval("x")])
}

fn with(components: Vec<Component>, approved: Vec<Approval>) -> DepsFacts {
    let sbom = |subject: &str| SbomFile {
        subject: subject.into(),
        path: format!("sbom/{subject}.cdx.json"),
        components: components.len(),
        sha256: "0".repeat(64),
    };
    DepsFacts {
        lockfile: Some(Lockfile { present: true, sha256: None, tracked: Some(true), stale: None }),
        shipped: vec!["app".into()],
        expected_sboms: vec!["workspace".into(), "app".into()],
        sboms: vec![sbom("workspace"), sbom("app")],
        approvals: Approvals { present: true, approved, rules: Vec::new() },
        components,
        ..DepsFacts::default()
    }
}

fn run(ended: Ended) -> Run {
    Run {
        command: vec!["cargo".into(), "tree".into()],
        ended,
        duration_ms: 1,
        log: String::new(),
        log_truncated: false,
        tail: "error: no".into(),
        left_behind: 0,
    }
}

/// The gate's outcome and code, and every finding's code with its severity's first letter.
fn outcome(facts: &DepsFacts) -> (Outcome, Option<Code>, Vec<String>) {
    let judgement = judge(facts, &Settings::default(), NOW, 5);
    let mark = |severity| match severity {
        Severity::Error => "E",
        Severity::Warning => "W",
        Severity::Note => "N",
    };
    let codes = judgement.findings.iter().map(|one| format!("{} {}", mark(one.severity), one.code)).collect();
    (judgement.outcome, judgement.code, codes)
}

#[track_caller]
fn fails(change: impl FnOnce(&mut DepsFacts), codes: &[&str]) {
    let mut facts = good();
    change(&mut facts);
    let (outcome, code, found) = outcome(&facts);
    assert_eq!(outcome, Outcome::Fail);
    assert_eq!(found, codes);
    assert_eq!(code.map(|code| format!("E {code}")).as_deref(), Some(codes[0]));
}

#[track_caller]
fn passes(change: impl FnOnce(&mut DepsFacts), codes: &[&str]) {
    let mut facts = good();
    change(&mut facts);
    let (outcome, code, found) = outcome(&facts);
    assert_eq!(
        (outcome, code, found),
        (Outcome::Pass, None, codes.iter().map(ToString::to_string).collect())
    );
}

#[test]
fn a_pass_counts_what_was_seen() {
    passes(|_| {}, &[]);
    let judgement = judge(&good(), &Settings::default(), NOW, 5);
    assert_eq!(judgement.message, "2 SBOMs, 2 components, 1 third-party, all approved");
    let alone = with(vec![component("app", Source::Member)], Vec::new());
    assert_eq!(outcome(&alone).0, Outcome::Pass, "no third-party component, and the tree was read");
}

#[test]
fn nothing_known_is_never_a_pass() {
    let (outcome, code, _) = outcome(&DepsFacts::default());
    assert_eq!((outcome, code), (Outcome::Fail, Some(Code::LockfileStale)));
    fails(|facts| facts.sboms.clear(), &["E SBOM_MISSING"]);
    fails(|facts| facts.sboms.truncate(1), &["E SBOM_MISSING"]);
    fails(|facts| facts.sboms[0].components = 1, &["E SBOM_MISSING"]);
    fails(
        |facts| {
            facts.expected_sboms.clear();
            facts.sboms.clear();
        },
        &["E SBOM_MISSING"],
    );
}

#[test]
fn lockfile_and_tree_come_first() {
    let lock =
        |facts: &mut DepsFacts, change: fn(&mut Lockfile)| facts.lockfile.as_mut().map(change).unwrap();
    let stale = &["E LOCKFILE_STALE"];
    fails(|facts| lock(facts, |lock| lock.tracked = Some(false)), stale);
    fails(|facts| lock(facts, |lock| lock.present = false), stale);
    fails(|facts| lock(facts, |lock| lock.stale = Some("needs\nupdate".into())), stale);
    let reasons = [("cannot update the lock file x", true), ("failed to run `rustc`", false)];
    for (reason, blames_the_lockfile) in reasons {
        let mut facts = good();
        facts.lockfile.as_mut().unwrap().stale = Some(reason.into());
        let message = judge(&facts, &Settings::default(), NOW, 5).message;
        assert_eq!(message.contains("does not fit the manifests"), blames_the_lockfile, "{message}");
    }
    passes(|facts| lock(facts, |lock| lock.tracked = None), &[]);
    fails(|facts| facts.problems.push("cannot read cargo tree".into()), &["E SBOM_MISSING"]);
    fails(|facts| facts.unknown_shipped.push(("ap".into(), Some("app".into()))), &["E SBOM_MISSING"]);
    let timed_out = run(Ended::TimedOut { after_ms: 5 });
    fails(|facts| facts.runs.push(timed_out), &["E CHECK_TIMEOUT"]);
    let failed = run(Ended::Exited { status: 101 });
    fails(|facts| facts.runs.push(failed), &["E CHECK_ERROR"]);
    fails(|facts| facts.shipped.clear(), &["E SBOM_MISSING"]);
}

#[test]
fn an_exact_approval_pins_content_and_days() {
    let approved =
        |facts: &mut DepsFacts, change: fn(&mut Approval)| change(&mut facts.approvals.approved[0]);
    fails(|facts| facts.approvals.approved.clear(), &["E DEPS_UNAPPROVED"]);
    fails(|f| approved(f, |a| a.version = "1.0.1".into()), &["E DEPS_UNAPPROVED", "W APPROVAL_UNUSED"]);
    fails(|f| approved(f, |a| a.checksum = Some("b".repeat(64))), &["E APPROVAL_MISMATCH"]);
    fails(|facts| facts.components[1].checksum = None, &["E APPROVAL_MISMATCH"]);
    fails(|f| approved(f, |a| a.expires = Some("2026-06-14".into())), &["E APPROVAL_EXPIRED"]);
    passes(|f| approved(f, |a| a.expires = Some("2026-06-15".into())), &[]);
    fails(|f| approved(f, |a| a.expires = Some("whenever".into())), &["E APPROVAL_EXPIRED"]);
    fails(|f| approved(f, |a| a.approved_on = "2026-06-16".into()), &["E DEPS_UNAPPROVED"]);
    fails(|f| f.approvals_problem = Some("broken".into()), &["E CHECK_ERROR"]);
    let message = |facts: &DepsFacts| judge(facts, &Settings::default(), NOW, 0).message;
    let mut facts = good();
    facts.approvals.approved.clear();
    assert_eq!(message(&facts), "x@1.0.0 is not approved (pulled in by app@0.1.0)");
}

#[test]
fn git_and_path_packages_are_pinned_by_source() {
    let git = Source::Git { url: "https://example.com/y?branch=m".into(), revision: "ab12".into() };
    let mut settings = Settings::default();
    settings.deps_approval.sources.git.push("https://example.com/".into());
    settings.deps_approval.sources.paths.push("../shared".into());
    let path = Source::Path { path: "../shared/z".into() };
    for (source, pin, expected) in [
        (git.clone(), Some("git+https://example.com/y?branch=m#ab12"), None),
        (git.clone(), Some("git+https://example.com/y?branch=m#cd34"), Some(Code::ApprovalMismatch)),
        (git, None, Some(Code::DepsUnapproved)),
        (path.clone(), Some("path+../shared/z"), None),
        (path, Some("path+../shared/w"), Some(Code::ApprovalMismatch)),
    ] {
        let pinned = Approval { source: pin.map(Into::into), ..approval("y") };
        let pinned = Approval { checksum: pin.is_none().then(|| "a".repeat(64)), ..pinned };
        let facts = with(vec![component("app", Source::Member), component("y", source)], vec![pinned]);
        assert_eq!(judge(&facts, &settings, NOW, 0).code, expected, "{pin:?}");
    }
}

#[test]
fn rules_and_stores_approve_what_they_name() {
    let with_rule = |facts: &mut DepsFacts, rule: Rule| {
        facts.approvals.approved.clear();
        facts.approvals.rules.push(rule);
    };
    passes(|f| with_rule(f, rule(Some("x*"), None, "2026-06-15")), &[]);
    passes(|f| with_rule(f, rule(None, Some("crates-io"), "2026-12-31")), &[]);
    fails(|f| with_rule(f, rule(Some("x*"), None, "2026-06-14")), &["E APPROVAL_EXPIRED"]);
    let unused: &[&str] = &["E DEPS_UNAPPROVED", "W APPROVAL_UNUSED"];
    fails(|f| with_rule(f, rule(Some("y*"), Some("crates-io"), "2026-12-31")), unused);
    fails(|f| with_rule(f, rule(Some("x"), Some("https://example.com/"), "2026-12-31")), unused);
    fails(|f| with_rule(f, rule(None, None, "2026-12-31")), unused);
    // A rule does not let through what was replaced.
    fails(
        |facts| {
            facts.approvals.approved[0].checksum = Some("b".repeat(64));
            facts.approvals.rules.push(rule(Some("x"), None, "2026-12-31"));
        },
        &["E APPROVAL_MISMATCH"],
    );
    let vetted = VetFull { name: "x".into(), version: "1.0.0".into(), origin: "audit".into() };
    let store = VetStore { full: vec![vetted], ..VetStore::default() };
    let (good_store, mut bad_store) = (store.clone(), store);
    bad_store.problems.push("audits.toml: broken".into());
    passes(
        |facts| {
            facts.approvals.approved.clear();
            facts.vet = Some(good_store);
        },
        &[],
    );
    fails(|facts| facts.vet = Some(bad_store), &["E CHECK_ERROR"]);
}

#[test]
fn licences_and_sources_are_judged_for_others_only() {
    fails(|facts| facts.components[1].license = Some("GPL-3.0-only".into()), &["E LICENSE_DENIED"]);
    fails(|facts| facts.components[1].license = None, &["E LICENSE_UNKNOWN"]);
    passes(|facts| facts.components[0].license = None, &[]);
    let elsewhere = Source::Registry { url: "https://example.com/index".into() };
    fails(|facts| facts.components[1].source = elsewhere, &["E SOURCE_DENIED"]);
}

#[test]
fn of_several_errors_the_gate_bears_the_first_by_rank() {
    let mut facts = good();
    facts.components.push(Component { license: None, ..crates_io("y") });
    facts.components.push(crates_io("z\u{1b}[2J"));
    facts.sboms[0].components = facts.components.len();
    let judgement = judge(&facts, &Settings::default(), NOW, 0);
    assert_eq!(judgement.code, Some(Code::DepsUnapproved));
    let sum = "2 components are not approved; y@1.0.0 states no licence";
    assert_eq!(judgement.message, sum);
    assert!(judgement.findings.iter().all(|one| !one.message.contains('\u{1b}')));
    assert!(judgement.findings.iter().all(|one| !one.remedy().contains('\u{1b}')));
}
