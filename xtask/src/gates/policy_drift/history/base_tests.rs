//! Which release is the base, and when there is none or none can be read.

use super::tests::{World, since};
use super::*;
use crate::workspace::git::scratch::processes;

fn name(base: &Base) -> String {
    match base {
        Base::Found { name, given, .. } => format!("{name}{}", if *given { " (given)" } else { "" }),
        Base::None => "none".into(),
        Base::Unreadable { reason, .. } => format!("unreadable: {reason}"),
    }
}

impl World {
    fn base(&self) -> String {
        name(&self.since(None).base)
    }

    fn tag(&self, tag: &str) {
        self.git(&["tag", "--no-sign", tag]);
    }
}

#[test]
fn a_release_at_head_is_judged_and_is_not_its_own_base() {
    let world = World::new();
    assert_eq!(world.base(), "none");
    world.commit("next");
    assert_eq!(world.base(), "v1.0.0");
    world.tag("v1.1.0");
    world.git(&["tag", "--annotate", "-m", "x", "v1.1.1"]);
    assert_eq!(world.base(), "v1.0.0");
}

#[test]
fn the_nearest_release_is_the_base_whatever_its_kind() {
    let world = World::new();
    for (args, expected) in [
        (&["tag", "--annotate", "-m", "x", "v0.9.0"][..], "v0.9.0"),
        (&["tag", "orders-v0.2.0"], "orders-v0.2.0"),
        // No release, and no name that git or this tool would take for anything else.
        (&["tag", "v0.9.1-rc.1"], "v0.9.1-rc.1"),
        (&["tag", "nightly"], "v0.9.1-rc.1"),
        (&["update-ref", "refs/tags/--all", "HEAD"], "v0.9.1-rc.1"),
        (&["update-ref", "refs/tags/v3.0.0-\u{202e}", "HEAD"], "v3.0.0-\u{202e}"),
        (&["tag", "9.9.9", "HEAD^{tree}"], "v3.0.0-\u{202e}"),
    ] {
        world.commit("next");
        world.git(args);
        world.commit("next");
        assert_eq!(world.base(), expected, "{args:?}");
    }
    // A tag of a tag.
    world.git(&["tag", "--annotate", "-m", "x", "inner"]);
    world.git(&["tag", "--annotate", "-m", "x", "v4.0.0", "inner"]);
    assert_eq!(world.base(), "v3.0.0-\u{202e}");
    world.commit("next");
    assert_eq!(world.base(), "v4.0.0");
}

#[test]
fn of_releases_side_by_side_the_fewest_commits_decide_and_then_the_highest_version() {
    let world = World::new();
    world.git(&["checkout", "--quiet", "-b", "old"]);
    world.commit("fix");
    world.tag("v1.10.0");
    world.git(&["checkout", "--quiet", "main"]);
    world.commit("feature");
    world.tag("v1.9.0");
    world.git(&["merge", "--quiet", "--no-ff", "-m", "merge", "old"]);
    assert_eq!(world.base(), "v1.10.0");
    world.git(&["checkout", "--quiet", "old"]);
    world.git(&["tag", "v0.1.0", "v1.9.0"]);
    assert_eq!(world.base(), "v1.0.0", "what is not before HEAD does not count");
    // One more commit beside the old line: the other one is nearer.
    world.git(&["checkout", "--quiet", "-B", "main", "v1.9.0"]);
    world.commit("more");
    world.tag("v1.9.1");
    world.git(&["merge", "--quiet", "--no-ff", "-m", "merge", "old"]);
    assert_eq!(world.base(), "v1.9.1");
}

#[test]
fn a_changed_pattern_makes_no_release_vanish() {
    let world = World::new();
    let text = std::fs::read_to_string(world.root().join(stages::FILE)).unwrap();
    world.set(stages::FILE, &text.replace("v*", "ship/*"), "own names");
    world.tag("ship/blue");
    world.set("src/lib.rs", "// two\n", "next");
    assert_eq!(world.base(), "ship/blue");
    world.set(stages::FILE, &text.replace("v*", "boat/*"), "other names");
    assert_eq!(world.base(), "ship/blue");
}

#[test]
fn a_base_that_was_named_is_taken_as_it_is() {
    let world = World::new();
    let strict = world.git(&["rev-parse", "HEAD"]);
    world.commit("next");
    for (given, found) in [
        ("v1.0.0", true),
        ("main", true),
        (&strict[..], true),
        ("HEAD~1", true),
        ("refs/tags/v1.0.0", true),
        ("v1.0", false),
        ("", false),
        ("-h", false),
        ("--all", false),
        ("v1.0.0..main", false),
        ("v1.0.0\nmain", false),
        ("HEAD^{tree}", false),
    ] {
        let base = world.since(Some(given)).base;
        let expected = if found { format!("{given} (given)") } else { "unreadable".to_owned() };
        assert!(name(&base).starts_with(&expected), "{given}: {base:?}");
    }
    // A tag comes before a branch of the same name.
    world.git(&["branch", "v1.0.0"]);
    let Base::Found { commit, .. } = world.since(Some("v1.0.0")).base else { panic!() };
    assert_eq!(commit, strict);
}

/// Clones a world with some arguments; the clone is at `main`.
fn cloned(world: &World, args: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("file://{}", world.root().display());
    let target = folder.path().to_string_lossy().into_owned();
    let argv = [&["git", "clone", "--quiet"][..], args, &[url.as_str(), target.as_str()]].concat();
    processes(folder.path()).output(&argv, folder.path()).unwrap();
    folder
}

#[test]
fn a_clone_that_was_cut_off_or_has_no_tags_is_no_proof_of_no_release() {
    let world = World::new();
    let evidence = crate::settings::FILE;
    world.set(evidence, "version: 1\npromotion_guard:\n  tests: {timeout: 9m}\n", "more");
    world.commit("next");
    let shallow = cloned(&world, &["--depth", "1"]);
    let base = since(shallow.path(), None).base;
    assert_eq!(name(&base), "unreadable: the clone is shallow, and no release is in what was fetched");
    let Base::Unreadable { remedy, .. } = base else { panic!() };
    assert!(remedy.contains("--unshallow") && remedy.contains("fetch-depth: 0"), "{remedy}");
    // The tag alone was fetched: the policy can be compared, and nobody is accused.
    let git = processes(shallow.path());
    git.output(&["git", "fetch", "--quiet", "--depth=1", "origin", "tag", "v1.0.0"], shallow.path()).unwrap();
    let found = since(shallow.path(), Some("v1.0.0"));
    let [traced] = found.changes.as_slice() else { panic!("{:?}", found.changes) };
    assert_eq!((traced.change.direction, &traced.commit), (Direction::Laxer, &None));
    assert!(traced.untraced.contains("shallow"), "{}", traced.untraced);

    let tagless = cloned(&world, &["--no-tags"]);
    assert!(name(&since(tagless.path(), None).base).contains("tags are not fetched from `origin`"));
    let whole = cloned(&world, &[]);
    assert_eq!(name(&since(whole.path(), None).base), "v1.0.0");
}

#[test]
fn what_git_cannot_give_is_unreadable_and_what_does_not_parse_is_unclear() {
    let world = World::new();
    world.set("deny.toml", "licenses = [", "broken");
    world.tag("v1.1.0");
    world.set("deny.toml", "[licenses]\nallow = [\"MIT\"]\n", "mended");
    let found = world.since(None);
    assert_eq!(name(&found.base), "v1.1.0");
    let told: Vec<_> =
        found.changes.iter().map(|traced| (traced.change.direction, &traced.change.told)).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].0 == Direction::Unclear && told[0].1.contains("not known"), "{told:?}");

    let id = world.git(&["rev-parse", &format!("v1.1.0:{}", stages::FILE)]);
    world.set(stages::FILE, "version: 1\nstages: {GA: {patterns: [\"*\"], gates: required}}\n", "other");
    let object = world.root().join(".git/objects").join(&id[..2]).join(&id[2..]);
    std::fs::remove_file(object).unwrap();
    assert!(
        world.base().starts_with("unreadable: the policy of `v1.1.0` could not be read"),
        "{}",
        world.base()
    );
}

#[test]
fn without_a_repository_or_a_commit_there_is_no_telling() {
    let world = World::new();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("Cargo.toml"), "").unwrap();
    assert!(name(&since(folder.path(), None).base).contains("not a git repository"));
    processes(folder.path()).output(&["git", "init", "--quiet"], folder.path()).unwrap();
    assert_eq!(name(&since(folder.path(), None).base), "unreadable: the repository has no commit yet");
    // A workspace that is new since the release may as well be one that was moved.
    world.scratch.write("new/Cargo.toml", "");
    world.commit("new");
    let base = since(&world.root().join("new"), None).base;
    assert!(name(&base).starts_with("unreadable: the workspace is not in `v1.0.0`"), "{base:?}");
}

#[cfg(unix)]
#[test]
fn links_of_the_past_are_followed_within_the_workspace() {
    // The repository has another deny.toml right above the workspace.
    let world = World { folder: "inner".into(), ..World::new() };
    world.write("Cargo.toml", "");
    let link = |target: &str, path: &str| {
        let _ = std::fs::remove_file(world.root().join(path));
        std::os::unix::fs::symlink(target, world.root().join(path)).unwrap();
    };
    world.write("deny-too.toml", "[licenses]\nallow = [\"MIT\"]\n");
    world.write("shared/deny.toml", "[licenses]\nallow = [\"MIT\"]\n");
    for (target, told) in [
        ("shared/deny.toml", "adds ISC"),
        ("./shared/../shared/deny.toml", "adds ISC"),
        ("../inner/deny-too.toml", "adds ISC"),
        ("../deny.toml", "not known"),
        ("nowhere", "not known"),
        ("deny.toml", "not known"),
        ("/etc/hostname", "not known"),
    ] {
        link(target, "deny.toml");
        world.commit("link");
        let base = world.git(&["rev-parse", "HEAD"]);
        std::fs::remove_file(world.root().join("deny.toml")).unwrap();
        world.set("deny.toml", "[licenses]\nallow = [\"MIT\", \"ISC\"]\n", "more");
        let found = world.since(Some(&base));
        let lines: Vec<&str> = found.changes.iter().map(|traced| traced.change.told.as_str()).collect();
        assert!(lines.iter().any(|line| line.contains(told)), "{target}: {lines:?}");
    }
}
