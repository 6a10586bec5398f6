//! Each question alone: one thing is wrong, and nothing else is found.

use super::*;
use crate::release::Package;
use crate::release::changelog::{Changelog, Heading};

const COMMIT: &str = "c000000000000000000000000000000000000000";
const OBJECT: &str = "a000000000000000000000000000000000000000";
const OTHER: &str = "b000000000000000000000000000000000000000";

fn told(object: &str, peeled: Option<&str>) -> Remote {
    let tag = RemoteTag { object: object.into(), peeled: peeled.map(str::to_owned) };
    Remote::Told { name: "origin".into(), tag: Some(tag) }
}

fn branch(shown: &str) -> Branch {
    Branch { name: shown.strip_prefix("origin/").unwrap_or(shown).into(), shown: shown.into() }
}

fn package(name: &str, version: &str) -> Package {
    Package {
        name: name.into(),
        version: version.parse().unwrap(),
        file: format!("{name}/Cargo.toml"),
        line: Some(3),
        published: false,
        shares_version: false,
        changelog: None,
    }
}

fn log(file: &str, headings: &[&str]) -> Option<Changelog> {
    let heading = |text: &&str| Heading { line: 7, text: (*text).to_owned() };
    Some(Changelog { file: file.into(), headings: Ok(headings.iter().map(heading).collect()) })
}

/// A release with nothing wrong.
fn sound(tag: &str) -> Facts {
    Facts {
        tag: tag.into(),
        named_by: "--tag".into(),
        ci_commit: Some(("GITHUB_SHA".into(), COMMIT.into())),
        head: COMMIT.into(),
        shallow: false,
        local: Some(Tag { object: OBJECT.into(), annotation: Some(tag.into()), commit: Some(COMMIT.into()) }),
        remote: told(OBJECT, Some(COMMIT)),
        holding: vec![branch("origin/main")],
        branches: vec![branch("origin/main"), branch("feature/x")],
        release: stages::release_of(tag, &["api", "cli", "xtask"]),
        packages: vec![package("api", "1.2.3"), package("cli", "1.2.3")],
        changelog: log("CHANGELOG.md", &["Changelog", "[1.2.3] - 2026-03-01"]),
        changelog_is_named: false,
        differing: Vec::new(),
    }
}

fn codes(facts: &Facts) -> Vec<&'static str> {
    let judged = judge(facts, &settings::Release::default());
    assert_eq!(judged.passed(), judged.findings.is_empty());
    judged.findings.iter().map(|finding| finding.code.as_str()).collect()
}

fn changed(change: impl FnOnce(&mut Facts)) -> Vec<&'static str> {
    let mut facts = sound("v1.2.3");
    change(&mut facts);
    codes(&facts)
}

fn message(facts: &Facts) -> String {
    let judged = judge(facts, &settings::Release::default());
    judged.findings.iter().map(|finding| format!("{}\n{}\n", finding.message, finding.remedy())).collect()
}

#[test]
fn a_sound_release_is_seen_to_be_one() {
    let judged = judge(&sound("v1.2.3"), &settings::Release::default());
    assert!(judged.passed());
    assert_eq!(
        judged.seen,
        [
            "the clone has its whole history",
            "`v1.2.3` is an annotated tag",
            "origin has the same tag",
            "GITHUB_SHA is the commit of the tag",
            "HEAD is the commit of the tag, c00000000000",
            "the branch `origin/main` holds its commit",
            "1.2.3 is the version of api, cli",
            "CHANGELOG.md:7 has a heading for 1.2.3",
        ]
    );
    assert!(!Judged::default().passed(), "nothing found and nothing seen is no pass");
}

#[test]
fn what_is_wrong_with_the_tag_is_found() {
    let light = |facts: &mut Facts| {
        facts.local = Some(Tag { object: COMMIT.into(), annotation: None, commit: Some(COMMIT.into()) });
    };
    type Change<'a> = &'a dyn Fn(&mut Facts);
    let cases: &[(Change<'_>, &[&str])] = &[
        (&|f| (light(f), f.remote = told(COMMIT, None)).1, &["RELEASE_TAG_LIGHTWEIGHT"]),
        // What actions/checkout makes of an annotated tag.
        (&light, &[]),
        (
            &|f| (light(f), f.remote = told(OBJECT, Some(OTHER))).1,
            &["RELEASE_TAG_LIGHTWEIGHT", "RELEASE_TAG_MOVED"],
        ),
        (&|f| (light(f), f.remote = Remote::Offline("origin".into())).1, &["RELEASE_TAG_LIGHTWEIGHT"]),
        (&|f| f.remote = told(OTHER, Some(COMMIT)), &["RELEASE_TAG_MOVED"]),
        (&|f| f.remote = told(COMMIT, None), &["RELEASE_TAG_MOVED"]),
        (&|f| f.remote = Remote::Told { name: "origin".into(), tag: None }, &["RELEASE_TAG_MOVED"]),
        (&|f| (f.ci_commit, f.remote) = (None, Remote::Told { name: "origin".into(), tag: None }), &[]),
        (&|f| f.remote = Remote::Offline("origin".into()), &[]),
        (&|f| f.remote = Remote::None, &[]),
        (&|f| f.remote = Remote::Several(vec!["a".into(), "b".into()]), &["RELEASE_REMOTE_UNREAD"]),
        (
            &|f| f.remote = Remote::Silent { name: "origin".into(), reason: "no".into() },
            &["RELEASE_REMOTE_UNREAD"],
        ),
        (&|f| f.ci_commit = Some(("CI_COMMIT_SHA".into(), OTHER.into())), &["RELEASE_TAG_MOVED"]),
        (&|f| f.ci_commit = Some(("GITHUB_SHA".into(), "\u{1b}".into())), &["RELEASE_TAG_MOVED"]),
        (&|f| f.ci_commit = Some(("GITHUB_SHA".into(), OBJECT.into())), &[]),
        (&|f| f.head = OTHER.into(), &["RELEASE_TAG_MOVED"]),
        (&|f| f.holding = vec![branch("feature/x")], &["RELEASE_TAG_OFF_BRANCH"]),
        (&|f| f.holding = Vec::new(), &["RELEASE_TAG_OFF_BRANCH"]),
        (&|f| (f.holding, f.branches) = Default::default(), &["RELEASE_TAG_OFF_BRANCH"]),
        (&|f| f.holding = vec![branch("origin/release/1.x")], &[]),
        (&|f| f.shallow = true, &["RELEASE_HISTORY_SHALLOW"]),
        (&|f| (f.shallow, f.holding) = (true, Vec::new()), &["RELEASE_HISTORY_SHALLOW"]),
        (&|f| f.local = None, &["RELEASE_HISTORY_SHALLOW"]),
        (&|f| (f.local, f.shallow) = (None, true), &["RELEASE_HISTORY_SHALLOW"]),
        (
            &|f| {
                f.local =
                    Some(Tag { object: OBJECT.into(), annotation: Some("v1.2.3".into()), commit: None });
            },
            &["RELEASE_TAG_OFF_BRANCH"],
        ),
        (&|f| f.local.as_mut().unwrap().annotation = Some("v1.2.2".into()), &["RELEASE_TAG_LIGHTWEIGHT"]),
        (&|f| f.release = None, &["RELEASE_TAG_UNKNOWN"]),
        (&|f| f.differing = vec!["Cargo.toml".into()], &["TREE_DIRTY"]),
    ];
    for (at, (change, expected)) in cases.iter().enumerate() {
        assert_eq!(changed(change), *expected, "{at}");
    }
    assert_eq!(
        changed(|f| (f.head, f.packages) = (OTHER.into(), vec![package("api", "9.0.0")])),
        ["RELEASE_TAG_MOVED"]
    );
}

#[test]
fn all_is_told_at_once_and_names_cannot_break_a_line() {
    let mut facts = sound("v1.2.3");
    facts.tag = "v1';$(x)\u{1b}[2J".into();
    facts.local = Some(Tag { object: OTHER.into(), annotation: None, commit: Some(COMMIT.into()) });
    facts.remote = Remote::Silent { name: "o\n".into(), reason: "why\n::error::x".into() };
    facts.holding = vec![branch("x\u{202e}")];
    facts.packages = vec![package("api", "1.2.4")];
    facts.changelog = log("CHANGELOG.md", &["1.2.4"]);
    let expected = [
        "RELEASE_TAG_LIGHTWEIGHT",
        "RELEASE_REMOTE_UNREAD",
        "RELEASE_TAG_OFF_BRANCH",
        "RELEASE_VERSION_MISMATCH",
        "RELEASE_CHANGELOG_MISSING",
    ];
    assert_eq!(codes(&facts), expected);
    let judged = judge(&facts, &settings::Release::default());
    let lines = judged.findings.iter().map(|finding| &finding.message).chain(&judged.seen);
    for line in lines {
        assert!(!line.chars().any(crate::diagnostics::is_invisible), "{line:?}");
    }
}

#[test]
fn the_settings_say_which_branches_are_for_releases() {
    let mut facts = sound("v1.2.3");
    let settings = |branches: &[&str]| settings::Release {
        branches: branches.iter().map(ToString::to_string).collect(),
        ..settings::Release::default()
    };
    assert!(!judge(&facts, &settings(&["production"])).passed());
    facts.holding = vec![branch("production")];
    assert!(judge(&facts, &settings(&["prod*"])).passed());
    // The remote's name is no part of a branch's.
    facts.holding = vec![branch("origin/x")];
    assert!(!judge(&facts, &settings(&["origin*"])).passed());
}

fn with_packages(tag: &str, packages: Vec<Package>) -> Vec<&'static str> {
    codes(&Facts { packages, ..sound(tag) })
}

#[test]
fn the_versions_are_those_of_what_is_released() {
    let published = |name, version| Package { published: true, ..package(name, version) };
    let sharing = |name, version| Package { shares_version: true, ..package(name, version) };
    let mismatch: &[&str] = &["RELEASE_VERSION_MISMATCH"];
    // What is published decides, and what is not does not.
    assert_eq!(with_packages("v1.2.3", vec![published("api", "1.2.3"), package("cli", "0.1.0")]), [""; 0]);
    assert_eq!(with_packages("v1.2.3", vec![published("api", "1.2.4"), package("cli", "1.2.3")]), mismatch);
    // Nothing is: what shares the workspace's version does.
    assert_eq!(with_packages("v1.2.3", vec![sharing("api", "1.2.3"), package("cli", "0.1.0")]), [""; 0]);
    assert_eq!(with_packages("v1.2.3", vec![sharing("api", "1.2.4"), package("cli", "1.2.3")]), mismatch);
    // Nothing does: every member, but for xtask beside others.
    assert_eq!(with_packages("v1.2.3", vec![package("api", "1.2.3"), package("xtask", "0.1.0")]), [""; 0]);
    assert_eq!(with_packages("v1.2.3", vec![package("api", "1.2.3"), package("cli", "0.1.0")]), mismatch);
    assert_eq!(with_packages("v1.2.3", vec![package("xtask", "0.1.0")]), mismatch);
    assert_eq!(with_packages("v1.2.3", Vec::new()), mismatch);
    // A package's own tag is about nothing else.
    assert_eq!(
        with_packages("api-v1.2.3", vec![package("api", "1.2.3"), published("cli", "9.0.0")]),
        [""; 0]
    );
    assert_eq!(
        with_packages("api-v1.2.3", vec![package("api", "1.2.4"), published("cli", "1.2.3")]),
        mismatch
    );
    for (tag, version, expected) in [
        ("v1.2.3-rc.1", "1.2.3-rc.1", &[][..]),
        ("v1.2.3-rc.1", "1.2.3", mismatch),
        ("v1.2.3-rc.1", "1.2.3-rc.10", mismatch),
        ("v1.2.3", "1.2.3-rc.1", mismatch),
        ("v1.2.3", "1.2.3+build.7", &[]),
        ("v1.2.3+build.7", "1.2.3+build.7", &[]),
        ("v1.2.3+build.8", "1.2.3+build.7", mismatch),
        ("v1.2.3+build.7", "1.2.3", mismatch),
    ] {
        let mut facts = Facts { packages: vec![package("api", version)], ..sound(tag) };
        facts.changelog = log("CHANGELOG.md", &["1.2.3+build.7", "1.2.3+build.8"]);
        assert_eq!(codes(&facts), expected, "{tag} {version}");
    }
}

#[test]
fn packages_with_one_version_are_told_together() {
    let mut packages: Vec<Package> = (0..7).map(|n| package(&format!("p{n}"), "1.2.2")).collect();
    packages.iter_mut().for_each(|package| package.file = "Cargo.toml".into());
    packages.push(package("z", "1.2.1"));
    let facts = Facts { packages, ..sound("v1.2.3") };
    let judged = judge(&facts, &settings::Release::default());
    let told: Vec<String> =
        judged.findings.iter().map(|f| format!("{}: {}", f.place().unwrap(), f.message)).collect();
    let expected = [
        "Cargo.toml:3: the tag says 1.2.3, and the version of p0, p1, p2, p3, p4 and 2 more is 1.2.2",
        "z/Cargo.toml:3: the tag says 1.2.3, and the version of z is 1.2.1",
    ];
    assert_eq!(told, expected);
}

#[test]
fn the_changelog_has_the_version() {
    let missing: &[&str] = &["RELEASE_CHANGELOG_MISSING"];
    let unreadable =
        || Some(Changelog { file: "CHANGELOG.md".into(), headings: Err("it is no file".into()) });
    assert_eq!(changed(|f| f.changelog = None), missing);
    assert_eq!(changed(|f| f.changelog = unreadable()), missing);
    assert_eq!(changed(|f| f.changelog = log("CHANGELOG.md", &["Unreleased", "1.2.2"])), missing);
    // Those of the packages: one must be there, and all that are must have it.
    let of_packages = |api: Option<Changelog>, cli: Option<Changelog>| {
        move |f: &mut Facts| {
            f.changelog = None;
            (f.packages[0].changelog, f.packages[1].changelog) = (api, cli);
        }
    };
    assert_eq!(changed(of_packages(log("api/CHANGELOG.md", &["1.2.3"]), None)), [""; 0]);
    let (good, bad) = (log("api/CHANGELOG.md", &["1.2.3"]), log("cli/CHANGELOG.md", &["1.2.2"]));
    assert_eq!(changed(of_packages(good, bad.clone())), missing);
    // The workspace's own goes before those.
    assert_eq!(changed(|f| f.packages[1].changelog = bad), [""; 0]);
}

#[test]
fn a_package_s_own_changelog_goes_before_the_workspace_s_unless_one_is_named() {
    let mut facts = sound("api-v1.2.3");
    facts.packages[0].changelog = log("api/CHANGELOG.md", &["1.2.2"]);
    assert_eq!(codes(&facts), ["RELEASE_CHANGELOG_MISSING"]);
    facts.changelog_is_named = true;
    assert_eq!(codes(&facts), [""; 0]);
    facts.changelog = log("CHANGELOG.md", &["cli 1.2.3", "api 1.2.2"]);
    assert_eq!(codes(&facts), ["RELEASE_CHANGELOG_MISSING"], "another package's heading");
}

#[test]
fn a_pre_release_may_stand_under_what_it_leads_to() {
    for (headings, expected) in [
        (&["1.2.3-rc.1"][..], "CHANGELOG.md:7 has a heading for 1.2.3-rc.1"),
        (&["1.2.3"], "CHANGELOG.md:7 has a heading for 1.2.3, which 1.2.3-rc.1 leads to"),
        (
            &["[Unreleased]", "1.2.2"],
            "CHANGELOG.md:7 has a heading for what is not released yet, which will do for a pre-release",
        ),
    ] {
        let mut facts = sound("v1.2.3-rc.1");
        facts.packages = vec![package("api", "1.2.3-rc.1")];
        facts.changelog = log("CHANGELOG.md", headings);
        let judged = judge(&facts, &settings::Release::default());
        assert!(judged.passed() && judged.seen.iter().any(|line| line == expected), "{judged:?}");
        facts.changelog = log("CHANGELOG.md", &["1.2.3-rc.2", "1.2.2"]);
        assert_eq!(codes(&facts), ["RELEASE_CHANGELOG_MISSING"]);
    }
}

#[test]
fn remedies_fit_what_was_found() {
    let mut facts = sound("v1.2.3");
    (facts.holding, facts.branches) = Default::default();
    assert!(message(&facts).contains("Fetch the branches"), "{}", message(&facts));
    let facts = Facts { head: OTHER.into(), ..sound("v1.2.3") };
    assert!(message(&facts).contains("Check out the tag"), "{}", message(&facts));
    let facts = Facts { shallow: true, ..sound("v1.2.3") };
    assert!(message(&facts).contains("fetch-depth: 0"), "{}", message(&facts));
}
