//! Updating, over repositories of this machine.

use super::*;
use crate::workspace::git::scratch;

const ADVISORY: &str = "```toml\n[advisory]\nid = \"RUSTSEC-2020-0001\"\npackage = \"demo\"\ndate = \"2020-05-01\"\n\n[versions]\npatched = []\n```\n\n# T\n\nText.\n";

/// An upstream repository with one commit, and a cargo home.
struct World {
    folder: tempfile::TempDir,
    processes: Processes,
}

impl World {
    fn new() -> World {
        let folder = tempfile::tempdir().unwrap();
        let processes = scratch::processes(folder.path());
        let world = World { folder, processes };
        std::fs::create_dir_all(world.upstream().join("crates/demo")).unwrap();
        world.git(&["init", "--quiet"]);
        world.commit("RUSTSEC-2020-0001");
        world
    }

    fn upstream(&self) -> PathBuf {
        self.folder.path().join("upstream")
    }

    fn home(&self) -> PathBuf {
        self.folder.path().join("cargo-home")
    }

    fn git(&self, args: &[&str]) -> String {
        let me = ["git", "-c", "user.name=t", "-c", "user.email=t@example.com"];
        self.processes.output(&[&me[..], args].concat(), &self.upstream()).unwrap()
    }

    fn commit(&self, id: &str) {
        let text = ADVISORY.replace("RUSTSEC-2020-0001", id);
        std::fs::write(self.upstream().join(format!("crates/demo/{id}.md")), text).unwrap();
        self.git(&["add", "."]);
        self.git(&["commit", "--quiet", "--message", id]);
    }

    fn update(&self, offline: bool) -> (AdvisoryDatabase, Vec<Run>) {
        let url = format!("file://{}", self.upstream().display());
        let staging = self.folder.path().join("out");
        let timeout = Duration::from_secs(60);
        let updater = Updater { processes: &self.processes, staging: &staging, timeout, url: &url };
        let (mut database, mut runs) = (AdvisoryDatabase::default(), Vec::new());
        assert_eq!(updater.cached(&self.home(), offline, &mut database, &mut runs), self.home().join(FOLDER));
        (database, runs)
    }

    fn advisories(&self) -> usize {
        advisories::load(&self.home().join(FOLDER), &HashSet::new()).unwrap().total
    }
}

#[test]
fn the_copy_is_cloned_and_then_kept_up_to_date() {
    let world = World::new();
    let (database, runs) = world.update(false);
    assert_eq!((database.origin.as_str(), database.unavailable), ("updated", None));
    assert_eq!((world.advisories(), runs.len()), (1, 1));
    world.commit("RUSTSEC-2020-0002");
    let (database, runs) = world.update(false);
    assert_eq!((database.origin.as_str(), database.update_problem), ("updated", None));
    assert_eq!((world.advisories(), runs.len()), (2, 2));
    let left: Vec<_> =
        std::fs::read_dir(world.home()).unwrap().flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(left, [FOLDER], "nothing half-made stays");
}

#[test]
fn the_network_is_left_alone_where_it_must_be() {
    let world = World::new();
    let (database, runs) = world.update(true);
    assert!(database.unavailable.is_some() && runs.is_empty() && !world.home().exists());
    world.update(false);
    world.commit("RUSTSEC-2020-0002");
    let (database, runs) = world.update(true);
    assert_eq!((database.origin.as_str(), database.unavailable, runs.len()), ("cache", None, 0));
    assert_eq!(world.advisories(), 1);
}

#[test]
fn an_update_that_fails_leaves_the_older_state_and_is_recorded() {
    let world = World::new();
    world.update(false);
    std::fs::rename(world.upstream(), world.folder.path().join("gone")).unwrap();
    let (database, _) = world.update(false);
    assert!(
        database.update_problem.unwrap().starts_with("git fetch failed with status 128: "),
        "{:?}",
        database.origin
    );
    assert_eq!((database.origin.as_str(), world.advisories()), ("cache", 1));
    std::fs::remove_dir_all(world.home()).unwrap();
    let (database, _) = world.update(false);
    assert!(database.unavailable.unwrap().starts_with("git clone failed with status 128: "));
    assert_eq!(std::fs::read_dir(world.home()).unwrap().count(), 0, "nothing half-made stays");
}

#[test]
fn a_history_that_was_rewritten_is_not_taken_over_in_silence() {
    let world = World::new();
    world.update(false);
    world.git(&["commit", "--quiet", "--amend", "--message", "rewritten"]);
    let (database, _) = world.update(false);
    assert!(database.update_problem.unwrap().starts_with("git merge failed with status 128: "));
}

#[test]
fn a_checkout_gives_its_commit_and_says_when_it_was_changed() {
    let world = World::new();
    let clean = checkout(&world.processes, &world.upstream()).unwrap();
    assert_eq!((clean.commit.len(), clean.dirty), (40, false));
    std::fs::remove_file(world.upstream().join("crates/demo/RUSTSEC-2020-0001.md")).unwrap();
    let changed = checkout(&world.processes, &world.upstream()).unwrap();
    assert_eq!(changed, Checkout { dirty: true, ..clean });
    // A folder inside a repository is no checkout of it.
    assert_eq!(checkout(&world.processes, &world.upstream().join("crates")), None);
}

#[test]
fn the_age_of_a_changed_checkout_is_its_newest_advisorys() {
    let loaded = Loaded { newest: advisories::date("2020-05-01"), ..Loaded::default() };
    let now = time::macros::datetime!(2020-05-11 00:00 UTC);
    let committed = time::macros::datetime!(2020-05-09 00:00 UTC).unix_timestamp();
    for (dirty, commit, dated, age) in
        [(false, "abc", "2020-05-09", 2), (true, "abc-dirty", "2020-05-01", 10)]
    {
        let mut database = AdvisoryDatabase::default();
        let checkout = Checkout { commit: "abc".into(), committed, dirty };
        date(&mut database, &loaded, Some(checkout), now);
        assert_eq!(database.commit.as_deref(), Some(commit));
        assert_eq!((database.dated.as_deref(), database.age_days), (Some(dated), Some(age)));
    }
}
