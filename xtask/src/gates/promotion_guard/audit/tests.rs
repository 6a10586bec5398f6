//! The whole check over tiny lockfiles and the made-up database in `fixtures/advisory-db`.

use std::path::{Path, PathBuf};

use time::OffsetDateTime;
use time::macros::datetime;

use super::*;
use crate::catalog::Code;
use crate::host::{Host, Interrupt};
use crate::process::Processes;
use crate::progress::Silent;
use crate::settings::{Level, Settings};
use crate::verdict::{Finding, Severity};

/// Between the newest advisory of the made-up database (2026-06-15) and the end of its welcome.
const NOW: OffsetDateTime = datetime!(2026-07-01 12:00 UTC);
const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/advisory-db")
}

/// A workspace of one package, in a folder with a cargo home of its own.
struct World {
    folder: tempfile::TempDir,
    workspace: Workspace,
    settings: Settings,
    processes: Processes,
    now: OffsetDateTime,
}

impl World {
    /// The packages, as `name version source`, that stand in its Cargo.lock beside the member `app`.
    fn new(packages: &[(&str, &str, &str)]) -> World {
        let folder = tempfile::tempdir().unwrap();
        let mut lock = "version = 4\n".to_owned();
        for (name, version, source) in [&[("app", "0.1.0", "")], packages].concat() {
            let source = if source.is_empty() { String::new() } else { format!("source = \"{source}\"\n") };
            let package =
                [("name", name), ("version", version)].map(|(key, value)| format!("{key} = \"{value}\"\n"));
            lock.extend(["\n[[package]]\n", &package.concat(), &source]);
        }
        std::fs::write(folder.path().join("Cargo.lock"), lock).unwrap();
        let workspace = Workspace::made_up(folder.path(), metadata(folder.path()), None);
        let host = Host {
            now: NOW,
            env: Vec::new(),
            current_dir: folder.path().to_path_buf(),
            exe: None,
            stdout_terminal: false,
            stderr_terminal: false,
            interrupt: Interrupt::default(),
        };
        World { folder, workspace, settings: Settings::default(), processes: Processes::new(&host), now: NOW }
    }

    fn record(&self, advisory_db: Option<&Path>) -> CheckRecord {
        gather(&Context {
            workspace: &self.workspace,
            settings: &self.settings,
            policy: &crate::stages::builtin(),
            base: None,
            processes: &self.processes,
            progress: &Silent,
            staging: &self.folder.path().join("out"),
            effective_time: self.now,
            jobs: None,
            source_date_epoch: None,
            advisory_db,
            cargo_home: &self.folder.path().join("cargo-home"),
        })
    }

    /// Code, severity and package of each finding, but for the index cache that is not there.
    fn found(&self, advisory_db: Option<&Path>) -> Vec<(Code, Severity, String)> {
        let findings = findings(&self.record(advisory_db), &self.settings.promotion_guard.audit);
        assert!(findings.iter().all(|finding| finding.check.as_deref() == Some("audit")));
        let about_yanks = |finding: &Finding| finding.message.contains("cached index has no entry");
        findings
            .into_iter()
            .filter(|finding| !about_yanks(finding))
            .map(|finding| (finding.code, finding.severity, finding.package.unwrap_or(finding.message)))
            .collect()
    }
}

fn metadata(root: &Path) -> cargo_metadata::Metadata {
    let id = "path+file:///app#0.1.0";
    let text = serde_json::json!({
        "packages": [{
            "name": "app", "version": "0.1.0", "id": id, "dependencies": [], "targets": [],
            "features": {}, "manifest_path": root.join("Cargo.toml"),
        }],
        "workspace_members": [id],
        "target_directory": root.join("target"),
        "workspace_root": root,
        "version": 1,
    });
    serde_json::from_value(text).unwrap()
}

#[test]
fn each_kind_of_advisory_has_its_code_and_its_severity() {
    let (error, warning, note) = (Severity::Error, Severity::Warning, Severity::Note);
    let cases = [
        ("made-up-parser", "1.2.2", Some((Code::AuditVulnerable, error))),
        ("made-up-parser", "1.2.3", None),
        ("made-up-parser", "1.0.9", None),
        ("made-up-parser", "1.2.3-rc.1", Some((Code::AuditVulnerable, error))),
        // Only on one system, and only in one function: it counts all the same.
        ("made-up-elsewhere", "0.3.0", Some((Code::AuditVulnerable, error))),
        // No version is patched, and crates.io takes both spellings for one name.
        ("made_up_secrets", "9.9.9", Some((Code::AuditVulnerable, error))),
        ("made-up-cell", "0.4.1", Some((Code::AuditUnsound, warning))),
        ("made-up-cell", "0.5.0", None),
        ("made-up-yaml", "3.0.0", Some((Code::AuditUnmaintained, warning))),
        ("made-up-renamed", "2.0.0", Some((Code::AuditNotice, note))),
        ("made-up-innocent", "1.0.0", None),
        ("made-up-private", "1.0.0", None),
        ("serde", "1.0.0", None),
    ];
    for (name, version, expected) in cases {
        let world = World::new(&[(name, version, CRATES_IO)]);
        let expected: Vec<_> =
            expected.iter().map(|(code, severity)| (*code, *severity, format!("{name}@{version}"))).collect();
        assert_eq!(world.found(Some(&fixture())), expected, "{name} {version}");
    }
}

#[test]
fn settings_turn_warnings_into_errors() {
    let mut world = World::new(&[("made-up-cell", "0.4.1", CRATES_IO), ("made-up-yaml", "3.0.0", CRATES_IO)]);
    world.settings.promotion_guard.audit.unsound = Level::Deny;
    world.settings.promotion_guard.audit.unmaintained = Level::Deny;
    let found = world.found(Some(&fixture()));
    assert_eq!(found.len(), 2);
    assert!(found.iter().all(|(_, severity, _)| *severity == Severity::Error), "{found:?}");
}

#[test]
fn the_name_alone_does_not_make_it_the_same_package() {
    for source in [
        "",
        "git+https://example.com/x#0123456789012345678901234567890123456789",
        "sparse+https://example.com/",
    ] {
        let world = World::new(&[("made-up-parser", "1.2.2", source), ("serde", "1.0.0", CRATES_IO)]);
        let expected = (Code::AuditNotAssessed, Severity::Warning, "made-up-parser@1.2.2".to_owned());
        assert_eq!(world.found(Some(&fixture())), [expected], "{source}");
    }
}

#[test]
fn a_workspace_without_third_party_packages_needs_no_database() {
    let record = World::new(&[]).record(None);
    assert_eq!(summary(&record), "no package of crates.io is locked");
    assert_eq!(World::new(&[]).found(None), []);
}

#[test]
fn assessing_none_of_the_third_party_packages_fails() {
    let world = World::new(&[("x", "1.0.0", "sparse+https://example.com/")]);
    let found = world.found(None);
    assert_eq!((found[0].0, found[0].1), (Code::AuditNotAssessed, Severity::Error), "{found:?}");
    // A sibling folder is the team's own.
    let world = World::new(&[("beside", "1.0.0", "")]);
    assert_eq!(world.found(None), [(Code::AuditNotAssessed, Severity::Warning, "beside@1.0.0".into())]);
}

#[test]
fn a_database_that_cannot_be_used_fails() {
    let world = World::new(&[("serde", "1.0.0", CRATES_IO)]);
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty");
    std::fs::create_dir_all(empty.join("crates/none")).unwrap();
    let broken = folder.path().join("broken");
    for file in ["crates/serde/RUSTSEC-2026-0001.md", "crates/other/RUSTSEC-2026-0002.md"] {
        let file = broken.join(file);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, "```toml\n[advisory\n```\n\n# T\n\n").unwrap();
    }
    let cases = [
        (None, "network must be left alone"),
        (Some(folder.path().join("absent")), "there is no folder"),
        (Some(empty), "holds no advisory"),
        (Some(broken), "crates/serde/RUSTSEC-2026-0001.md"),
    ];
    for (database, text) in cases {
        let found = world.found(database.as_deref());
        assert!(
            found
                .iter()
                .all(|(code, severity, _)| *code == Code::AuditDbUnavailable && *severity == Severity::Error)
        );
        assert!(found.iter().any(|(_, _, message)| message.contains(text)), "{text}: {found:?}");
    }
}

#[test]
fn one_broken_file_is_enough_although_its_crate_is_not_locked() {
    let folder = tempfile::tempdir().unwrap();
    for (path, content) in [
        (
            "crates/made-up-parser/RUSTSEC-2026-9001.md",
            std::fs::read(fixture().join("crates/made-up-parser/RUSTSEC-2026-9001.md")).unwrap(),
        ),
        ("crates/other/RUSTSEC-2026-9099.md", b"half of an advi".to_vec()),
    ] {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    let mut world = World::new(&[("serde", "1.0.0", CRATES_IO)]);
    world.settings.promotion_guard.audit.max_age_days = 100_000;
    let found = world.found(Some(folder.path()));
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].0, Code::AuditDbUnavailable);
    assert!(found[0].2.contains("crates/other/RUSTSEC-2026-9099.md"), "{found:?}");
}

#[test]
fn the_age_is_counted_to_the_effective_time() {
    let cases = [
        (datetime!(2026-06-14 23:00 UTC), false),
        (datetime!(2026-06-13 00:00 UTC), true),
        (datetime!(2026-07-15 23:59 UTC), false),
        (datetime!(2026-07-16 00:00 UTC), true),
    ];
    for (now, stale) in cases {
        let mut world = World::new(&[("serde", "1.0.0", CRATES_IO)]);
        world.now = now;
        let found = world.found(Some(&fixture()));
        let codes: Vec<(Code, Severity)> =
            found.iter().map(|(code, severity, _)| (*code, *severity)).collect();
        let expected = if stale { vec![(Code::AuditDbStale, Severity::Error)] } else { vec![] };
        assert_eq!(codes, expected, "{now}");
    }
}

#[test]
fn without_a_lockfile_that_fits_there_is_no_pass() {
    let world = World::new(&[("serde", "1.0.0", CRATES_IO)]);
    let lock = world.workspace.lockfile_path();
    for content in [Some("<<<<<<< ours"), Some(""), None] {
        match content {
            Some(content) => std::fs::write(&lock, content).unwrap(),
            None => std::fs::remove_file(&lock).unwrap(),
        }
        let found = world.found(Some(&fixture()));
        assert_eq!(found.len(), 1, "{content:?}: {found:?}");
        assert_eq!((found[0].0, found[0].1), (Code::CheckError, Severity::Error));
    }
    let mut world = World::new(&[("serde", "1.0.0", CRATES_IO)]);
    let members = metadata(world.folder.path());
    world.workspace = Workspace::made_up(world.folder.path(), members, Some("cannot update the lock file"));
    assert_eq!(world.found(Some(&fixture()))[0].0, Code::CheckError);
}

#[test]
fn a_record_without_facts_is_no_pass_and_one_that_was_not_wanted_finds_nothing() {
    let audit = Audit::default();
    let codes = |record: &CheckRecord| findings(record, &audit).iter().map(|f| f.code).collect::<Vec<_>>();
    let mut record = CheckRecord::new(CHECK, CheckState::Gathered);
    assert_eq!(codes(&record), [Code::CheckError]);
    record.facts = Some(Facts::Audit(AuditFacts::default()));
    assert_eq!(codes(&record), [Code::CheckError]);
    assert_eq!(codes(&CheckRecord::new(CHECK, CheckState::NotSelected)), []);
    let mut world = World::new(&[]);
    world.settings.promotion_guard.audit.applies = Applies::NotApplicable("none".into());
    assert_eq!(world.record(None).state, CheckState::NotApplicable { reason: "none".into() });
}

#[test]
fn the_evidence_of_a_lookup_counts_what_was_looked_up() {
    let world = World::new(&[("serde", "1.0.0", CRATES_IO), ("made-up-parser", "1.2.2", CRATES_IO)]);
    let record = world.record(Some(&fixture()));
    let Some(Facts::Audit(facts)) = &record.facts else { panic!("{record:?}") };
    assert_eq!((facts.assessed, facts.database.advisories), (2, 9));
    assert_eq!(facts.database.dated.as_deref(), Some("2026-06-15"));
    assert_eq!((facts.database.commit.as_deref(), facts.database.origin.as_str()), (None, "given"));
    assert_eq!(facts.yanked_unknown, ["serde@1.0.0", "made-up-parser@1.2.2"]);
    let hit = &facts.advisories[0];
    assert_eq!((hit.id.as_str(), hit.severity.as_deref()), ("RUSTSEC-2026-9001", Some("critical")));
    assert!(
        record.runs.is_empty() && !world.folder.path().join("out").exists(),
        "nothing was run or written"
    );
    assert_eq!(summary(&record), "2 packages looked up in 9 advisories as of 2026-06-15");
}

#[test]
fn an_unknown_yank_is_one_finding_however_many_there_are() {
    let world = World::new(&[("a", "1.0.0", CRATES_IO), ("b", "1.0.0", CRATES_IO)]);
    let all = findings(&world.record(Some(&fixture())), &Audit::default());
    assert_eq!(all.len(), 1, "{all:?}");
    assert!(all[0].message.contains("a@1.0.0 and 1 more"), "{all:?}");
    assert_eq!((all[0].code, all[0].severity), (Code::AuditNotAssessed, Severity::Warning));
}

#[test]
fn the_plan_says_what_will_run() {
    let audit = Audit::default();
    let commands = |offline, given| {
        steps(&audit, offline, given)
            .into_iter()
            .map(|step| (step.command, step.timeout.is_some()))
            .collect::<Vec<_>>()
    };
    assert_eq!(commands(false, None).len(), 2);
    assert!(commands(false, None)[0].1, "what goes to the network has a time-out");
    assert_eq!(commands(true, None).len(), 1);
    assert!(commands(false, Some(Path::new("db")))[0].0.contains("db"));
}

#[test]
fn text_from_outside_becomes_one_line() {
    assert_eq!(one_line(" a\n\u{1b}[31mb\t c\u{0}d ", 40), "a [31mb c d");
    assert_eq!(one_line("ééééé", 3), "ééé…");
}
