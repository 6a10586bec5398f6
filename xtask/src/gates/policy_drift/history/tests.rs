//! Who changed the policy, in repositories of this machine.

use std::path::PathBuf;

use super::*;
use crate::evidence::policy::CommitFacts;
use crate::workspace::git::scratch::{Scratch, processes};

/// A repository whose workspace may lie in a folder of it.
pub(super) struct World {
    pub(super) scratch: Scratch,
    pub(super) folder: String,
}

/// Stages in which GA has deps_approval in a mode.
fn stages_file(mode: &str) -> String {
    let gates = "promotion_guard: required, policy_drift: required, field_budgets: required, \
                 observability_verify: required";
    format!(
        "version: 1\nstages:\n  PILOT:\n    patterns: [\"*\"]\n    gates: report_only\n  GA:\n    \
         patterns: [\"v*\"]\n    gates: {{{gates}, deps_approval: {mode}}}\n"
    )
}

fn timeout(minutes: u32) -> String {
    format!("version: 1\npromotion_guard:\n  tests: {{timeout: {minutes}m}}\n")
}

fn licences(list: &str) -> String {
    format!("[licenses]\nallow = [{list}]\n")
}

const STAGES: &str = stages::FILE;
const EVIDENCE: &str = crate::settings::FILE;

impl World {
    /// The strict policy, tagged `v1.0.0`.
    pub(super) fn new() -> World {
        let world = World { scratch: Scratch::new(), folder: String::new() };
        world.write(STAGES, &stages_file("required"));
        world.write(EVIDENCE, &timeout(3));
        world.write("deny.toml", &licences("\"MIT\""));
        world.commit("strict");
        world.git(&["tag", "v1.0.0"]);
        world
    }

    pub(super) fn root(&self) -> PathBuf {
        self.scratch.root().join(&self.folder)
    }

    pub(super) fn git(&self, args: &[&str]) -> String {
        self.scratch.git(args)
    }

    pub(super) fn write(&self, path: &str, text: &str) {
        self.scratch.write(format!("{}/{path}", self.folder).trim_start_matches('/'), text);
    }

    pub(super) fn commit(&self, message: &str) -> String {
        self.scratch.commit(message)
    }

    pub(super) fn set(&self, path: &str, text: &str, message: &str) -> String {
        self.write(path, text);
        self.commit(message)
    }

    pub(super) fn since(&self, given: Option<&str>) -> SinceBase {
        since(&self.root(), given)
    }

    /// Each change in one line: direction, key, what it was and is, and the subject of its commit.
    fn told(&self) -> Vec<String> {
        lines(&self.since(None))
    }
}

/// What the tool would say of a workspace.
pub(super) fn since(root: &Path, given: Option<&str>) -> SinceBase {
    let processes = processes(root);
    let policy = stages::load(root).unwrap();
    let current = snapshot::take(&WorkingTree::new(root), &[]);
    let scope =
        Scope { processes: &processes, root, given, policy: &policy, packages: &["orders"], members: &[] };
    scope.compare(&current)
}

fn lines(since: &SinceBase) -> Vec<String> {
    let line = |traced: &TracedChange| {
        let Change { key, told, direction, .. } = &traced.change;
        let by = traced.commit.as_ref().map_or(&traced.untraced, |commit| &commit.subject);
        let name = key.rsplit(['.', '/']).next().unwrap_or(key);
        format!("{direction:?} {name}: {told} / {by}")
    };
    since.changes.iter().map(line).collect()
}

const WEAKER: &str = "Laxer deps_approval: required → report_only";

#[test]
fn a_commit_that_weakens_is_named_in_full() {
    let world = World::new();
    world.set("src/lib.rs", "// two\n", "other");
    world.write(STAGES, &stages_file("report_only"));
    world.git(&["add", "--all"]);
    let author = "--author=Ada | `x` <ada@example.com>";
    let date = "--date=2026-01-02T03:04:05+02:00";
    world.git(&["commit", "--quiet", author, date, "-m", "hurry\u{1b}[2J `rm` | \u{202e}x\n\nbody"]);
    let id = world.git(&["rev-parse", "HEAD"]);
    world.set("src/lib.rs", "// three\n", "other");
    let since = world.since(None);
    let [traced] = since.changes.as_slice() else { panic!("{:?}", since.changes) };
    let expected = CommitFacts {
        id,
        author: "Ada | `x` <ada@example.com>".into(),
        date: "2026-01-02T03:04:05+02:00".into(),
        subject: "hurry\u{1b}[2J `rm` | \u{202e}x".into(),
    };
    assert_eq!(traced.commit.as_ref(), Some(&expected));
    assert_eq!(traced.change.key, "stages.GA.gates.deps_approval");
    assert!(traced.untraced.is_empty());
}

#[test]
fn in_a_merged_branch_its_commit_is_named_and_not_the_merge() {
    let world = World::new();
    world.git(&["checkout", "--quiet", "-b", "side"]);
    world.set(STAGES, &stages_file("report_only"), "on the side");
    world.git(&["checkout", "--quiet", "main"]);
    world.set("src/lib.rs", "// two\n", "other");
    world.git(&["merge", "--quiet", "--no-ff", "-m", "merge", "side"]);
    assert_eq!(world.told(), [format!("{WEAKER} / on the side")]);
}

#[test]
fn what_a_merge_slips_in_is_the_merge_s() {
    let world = World::new();
    for (other, subject) in [("src/lib.rs", "unrelated"), (EVIDENCE, "related")] {
        world.git(&["checkout", "--quiet", "-B", "side", "v1.0.0"]);
        world.set(other, "version: 1\n", subject);
        world.git(&["checkout", "--quiet", "-B", "main", "v1.0.0"]);
        world.set("src/main.rs", "", "other");
        world.git(&["merge", "--quiet", "--no-ff", "--no-commit", "side"]);
        world.set(STAGES, &stages_file("report_only"), "evil");
        assert!(world.told().contains(&format!("{WEAKER} / evil")), "{subject}: {:?}", world.told());
    }
}

#[test]
fn a_merge_that_brings_back_what_was_before_the_base_is_named() {
    let world = World::new();
    let strict = world.git(&["rev-parse", "HEAD"]);
    world.git(&["tag", "--delete", "v1.0.0"]);
    world.set(STAGES, &stages_file("report_only"), "lax long ago");
    world.git(&["branch", "old"]);
    world.set(STAGES, &stages_file("required"), "strict again");
    world.git(&["tag", "v1.0.0"]);
    assert_ne!(strict, world.git(&["rev-parse", "HEAD"]));
    world.git(&["checkout", "--quiet", "old"]);
    world.set("src/main.rs", "", "old work");
    world.git(&["checkout", "--quiet", "main"]);
    world.git(&["merge", "--quiet", "--no-ff", "--no-commit", "old"]);
    world.set(STAGES, &stages_file("report_only"), "evil");
    world.set("src/lib.rs", "// two\n", "other");
    assert_eq!(world.told(), [format!("{WEAKER} / evil")]);
}

#[test]
fn of_several_times_the_last_counts_and_of_several_steps_each() {
    let world = World::new();
    world.set(STAGES, &stages_file("report_only"), "first");
    world.set(STAGES, &stages_file("required"), "back");
    assert!(world.told().is_empty(), "a revert leaves nothing: {:?}", world.told());
    world.set(STAGES, &stages_file("report_only"), "second");
    assert_eq!(world.told(), [format!("{WEAKER} / second")]);

    let world = World::new();
    world.set(EVIDENCE, &timeout(10), "much");
    world.set(EVIDENCE, &timeout(5), "a bit back");
    assert_eq!(world.told(), ["Laxer timeout: 180 → 300 (seconds) / much"]);
    world.set(EVIDENCE, &timeout(6), "a bit more");
    let steps =
        ["Laxer timeout: 180 → 300 (seconds) / much", "Laxer timeout: 300 → 360 (seconds) / a bit more"];
    assert_eq!(world.told(), steps);
    world.set(EVIDENCE, &timeout(4), "back below the second step");
    assert_eq!(world.told(), ["Laxer timeout: 180 → 240 (seconds) / much"]);
}

#[test]
fn each_entry_of_a_set_has_its_own_commit() {
    let world = World::new();
    world.set("deny.toml", &licences("\"MIT\", \"GPL-3.0\""), "gpl");
    world.set("deny.toml", &licences("\"MIT\", \"GPL-3.0\", \"Zlib\", \"ISC\""), "harmless");
    world.set("deny.toml", &licences("\"GPL-3.0\", \"Zlib\", \"ISC\""), "tidy");
    assert_eq!(
        world.told(),
        [
            "Laxer allow: adds GPL-3.0 / gpl",
            "Laxer allow: adds ISC, Zlib / harmless",
            "Stricter allow: removes MIT / tidy"
        ]
    );
}

#[test]
fn a_file_that_got_another_name_is_followed() {
    let world = World::new();
    world.set("deny.toml", &licences("\"MIT\", \"GPL-3.0\""), "gpl");
    world.write(".cargo/config", "[build]\nrustflags = [\"--cap-lints=allow\"]\n");
    world.commit("caps");
    world.git(&["mv", "deny.toml", ".deny.toml"]);
    world.git(&["mv", ".cargo/config", ".cargo/config.toml"]);
    world.commit("renamed");
    let told = world.told();
    assert!(told.contains(&"Laxer allow: adds GPL-3.0 / gpl".to_owned()), "{told:?}");
    let flags = told.iter().find(|line| line.contains("rustflags")).unwrap();
    assert!(flags.ends_with(" / caps"), "{flags}");
}

#[test]
fn a_workspace_that_was_moved_is_followed() {
    for (from, to, then) in [("", "tools", "tools/deep"), ("a", "b/c", "d"), ("a", "b", "a")] {
        let mut world = World::new();
        if !from.is_empty() {
            world.scratch.write(&format!("{from}/keep"), "");
            world.git(&["mv", "Cargo.toml", "src", "ci", "deny.toml", from]);
            world.commit("as it was");
            world.git(&["tag", "--force", "v1.0.0"]);
            world.folder = from.into();
        }
        world.set(EVIDENCE, &timeout(5), "before");
        for (from, to) in [(from, to), (to, then)] {
            let names = ["Cargo.toml", "src", "ci", "deny.toml"].map(|name| format!("{from}/{name}"));
            world.scratch.write(&format!("{to}/keep"), to);
            let mut args = vec!["mv"];
            args.extend(names.iter().map(|name| name.trim_start_matches('/')));
            args.push(to);
            world.git(&args);
            // A bit of work on it goes with the move.
            world.folder = to.into();
            world.set("Cargo.toml", &format!("# {to}\n"), "moved");
        }
        world.set(STAGES, &stages_file("report_only"), "after");
        let expected =
            ["Laxer timeout: 180 → 300 (seconds) / before".to_owned(), format!("{WEAKER} / after")];
        assert_eq!(world.told(), expected, "{from} {to} {then}");
    }
}

#[test]
fn a_commit_that_cannot_be_read_is_passed_over() {
    let world = World::new();
    world.set(STAGES, &stages_file("report_only"), "weaker");
    world.set(STAGES, "stages: [", "broken");
    world.set(STAGES, &stages_file("report_only"), "mended");
    assert_eq!(world.told(), [format!("{WEAKER} / weaker")]);
    world.set(STAGES, "stages: [", "broken");
    world.write(STAGES, &stages_file("report_only"));
    assert_eq!(world.told(), [format!("{WEAKER} / weaker")]);
}

#[test]
fn what_is_not_committed_is_nobody_s() {
    let world = World::new();
    world.set(EVIDENCE, &timeout(5), "more");
    world.write(EVIDENCE, &timeout(6));
    world.write(STAGES, &stages_file("report_only"));
    assert_eq!(
        world.told(),
        [
            "Laxer timeout: 180 → 300 (seconds) / more".to_owned(),
            "Laxer timeout: 300 → 360 (seconds) / not committed".to_owned(),
            format!("{WEAKER} / not committed")
        ]
    );
    world.write(EVIDENCE, &timeout(4));
    assert_eq!(world.told()[0], "Laxer timeout: 180 → 240 (seconds) / more");
}

#[test]
fn stricter_and_unclear_changes_have_their_commits_too() {
    let world = World::new();
    world.set(EVIDENCE, &timeout(2), "less");
    world.set("rustfmt.toml", "max_width = 110\n", "wide");
    let told = world.told();
    assert!(told.contains(&"Stricter timeout: 180 → 120 (seconds) / less".to_owned()), "{told:?}");
    assert!(
        told.iter().any(|line| line.starts_with("Unclear max_width") && line.ends_with("/ wide")),
        "{told:?}"
    );
}

#[test]
fn a_change_that_no_commit_since_the_base_brought_names_nobody() {
    let world = World::new();
    world.git(&["checkout", "--quiet", "-b", "side"]);
    world.set(EVIDENCE, &timeout(2), "stricter elsewhere");
    world.git(&["checkout", "--quiet", "main"]);
    world.set("src/lib.rs", "// two\n", "other");
    let since = world.since(Some("side"));
    assert_eq!(lines(&since), ["Laxer timeout: 120 → 180 (seconds) / by no commit since then"]);
}

#[cfg(unix)]
#[test]
fn what_came_by_another_file_is_found_all_the_same() {
    let world = World::new();
    world.write("shared/deny.toml", &licences("\"MIT\""));
    std::fs::remove_file(world.root().join("deny.toml")).unwrap();
    std::os::unix::fs::symlink("shared/deny.toml", world.root().join("deny.toml")).unwrap();
    world.commit("a link");
    world.set("shared/deny.toml", &licences("\"MIT\", \"GPL-3.0\""), "gpl");
    assert_eq!(world.told(), ["Laxer allow: adds GPL-3.0 / gpl"]);
    // Whoever touches the link afterwards did nothing.
    std::fs::remove_file(world.root().join("deny.toml")).unwrap();
    world.set("deny.toml", &licences("\"MIT\", \"GPL-3.0\""), "the file itself");
    assert_eq!(world.told(), ["Laxer allow: adds GPL-3.0 / gpl"]);
}
