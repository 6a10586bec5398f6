use crate::digest::sha256;
use std::collections::BTreeSet;

use tempfile::TempDir;

use super::*;
use crate::error::Kind;
use crate::evidence::subject::Lockfile;

fn subject() -> Subject {
    Subject {
        commit: "c0ffee".to_string(),
        tree: "beef".to_string(),
        dirty: false,
        dirty_paths: Vec::new(),
        dirty_count: 0,
        lockfile: Lockfile { present: true, sha256: None, tracked: Some(true), stale: None },
        rustc: String::new(),
        cargo: String::new(),
        host: String::new(),
        policy_sha256: String::new(),
    }
}

/// A whole run: evidence, a log for each name, both reports; `mark` tells runs apart.
fn run(out: &Path, mark: &str, logs: &[&str]) -> Result<()> {
    let mut store = Store::open(out)?;
    store.add_evidence(&subject(), Gate::PromotionGuard, "checks", &mark)?;
    for name in logs {
        fs::write(store.staging().join("logs").join(name), mark).unwrap();
    }
    let artifacts = store.artifacts()?;
    assert_eq!(artifacts.len(), logs.len());
    store.commit(&format!("json {mark}"), &format!("md {mark}"))
}

fn read(out: &Path, path: &str) -> Option<String> {
    fs::read_to_string(out.join(path)).ok()
}

/// Every file below a folder, relative to it.
fn tree(root: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.strip_prefix(root).unwrap().to_str().unwrap().to_string());
            }
        }
    }
    found
}

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(ToString::to_string).collect()
}

#[test]
fn a_run_leaves_its_files_and_nothing_else() {
    let dir = TempDir::new().unwrap();
    let out = dir.path().join("dist/maturity");
    run(&out, "1", &["tests.log"]).unwrap();
    assert_eq!(
        tree(&out),
        names(&[LOCK, "evidence/checks.json", "logs/tests.log", JSON_REPORT, MARKDOWN_REPORT, MANIFEST])
    );
    assert_eq!(read(&out, JSON_REPORT).unwrap(), "json 1");
    assert_eq!(read(&out, MARKDOWN_REPORT).unwrap(), "md 1");
    let list = read(&out, MANIFEST).unwrap();
    assert_eq!(list.lines().count(), 4);
    for line in list.lines() {
        let (digest, path) = line.split_once("  ").unwrap();
        assert_eq!(digest, sha256(read(&out, path).unwrap().as_bytes()), "{path}");
    }
}

#[test]
fn evidence_is_bound_to_its_subject_and_its_digest() {
    let dir = TempDir::new().unwrap();
    let mut store = Store::open(dir.path()).unwrap();
    let file = store.add_evidence(&subject(), Gate::DepsApproval, "deps", &["a"]).unwrap();
    assert_eq!((file.gate.as_str(), file.path.as_str()), ("deps_approval", "evidence/deps.json"));
    let text = fs::read_to_string(store.staging().join(&file.path)).unwrap();
    assert_eq!(sha256(text.as_bytes()), file.sha256);
    assert!(text.ends_with("}\n"));
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json["schema_version"], SCHEMA_VERSION);
    assert_eq!(json["gate"], "deps_approval");
    assert_eq!(json["subject"]["commit"], "c0ffee");
    assert_eq!(json["facts"], serde_json::json!(["a"]));

    for name in ["deps", "", "../x", "a/b", "a\nb", ".hidden", &"x".repeat(101)] {
        let error = store.add_evidence(&subject(), Gate::DepsApproval, name, &1).unwrap_err();
        assert_eq!(error.kind(), Kind::Tool, "{name}");
    }
}

#[test]
fn artifacts_have_the_digest_of_their_content() {
    let dir = TempDir::new().unwrap();
    let mut store = Store::open(dir.path()).unwrap();
    fs::write(store.staging().join("sbom/workspace.cdx.json"), "abc").unwrap();
    fs::create_dir(store.staging().join("logs/deeper")).unwrap();
    fs::write(store.staging().join("logs/deeper/large.log"), vec![b'a'; 1_000_000]).unwrap();
    let found: Vec<(String, String, String)> =
        store.artifacts().unwrap().into_iter().map(|a| (a.kind, a.path, a.sha256)).collect();
    // The two digests are the test vectors of FIPS 180-2.
    let expected = [
        ("log", "logs/deeper/large.log", "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
        (
            "sbom",
            "sbom/workspace.cdx.json",
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        ),
    ];
    // A folder gives its entries in any order; a report does not.
    for name in ["e", "a", "d", "c", "b", "f"] {
        fs::write(store.staging().join("logs").join(name), name).unwrap();
    }
    let paths: Vec<String> = store.artifacts().unwrap().into_iter().map(|a| a.path).collect();
    assert!(paths.len() == 8 && paths.is_sorted(), "{paths:?}");
    assert_eq!(found, expected.map(|(a, b, c)| (a.to_string(), b.to_string(), c.to_string())));
}

#[test]
fn a_later_run_takes_the_place_of_the_earlier_one_whole() {
    let dir = TempDir::new().unwrap();
    run(dir.path(), "1", &["tests.log", "lint.log"]).unwrap();
    run(dir.path(), "2", &["tests.log"]).unwrap();
    assert_eq!(read(dir.path(), JSON_REPORT).unwrap(), "json 2");
    assert_eq!(read(dir.path(), "logs/tests.log").unwrap(), "2");
    assert_eq!(read(dir.path(), "logs/lint.log"), None, "an earlier run's log would look current");
    run(dir.path(), "3", &[]).unwrap();
    assert!(!dir.path().join("logs").exists());
}

#[test]
fn a_run_without_a_commit_changes_nothing() {
    let dir = TempDir::new().unwrap();
    run(dir.path(), "1", &["tests.log"]).unwrap();
    let before = tree(dir.path());
    let mut store = Store::open(dir.path()).unwrap();
    store.add_evidence(&subject(), Gate::PromotionGuard, "checks", &"2").unwrap();
    fs::write(store.staging().join("logs/tests.log"), "2").unwrap();
    drop(store);
    assert_eq!(tree(dir.path()), before);
    assert_eq!(read(dir.path(), "logs/tests.log").unwrap(), "1");
}

#[test]
fn a_second_run_at_the_same_time_is_turned_away() {
    let dir = TempDir::new().unwrap();
    let first = Store::open(dir.path()).unwrap();
    let error = Store::open(dir.path()).unwrap_err();
    assert_eq!(error.kind(), Kind::Tool);
    assert!(error.to_string().contains("another run is writing"), "{error}");
    assert!(error.to_string().contains("--out DIR"), "{error}");
    assert!(first.staging().exists(), "the first run's staging folder is its own");
    drop(first);
    Store::open(dir.path()).unwrap();
}

#[test]
fn what_an_aborted_run_left_is_removed_and_what_is_not_ours_stays() {
    let dir = TempDir::new().unwrap();
    let stale = dir.path().join(format!("{STAGING}1/logs"));
    fs::create_dir_all(&stale).unwrap();
    fs::write(stale.join("tests.log"), "stale").unwrap();
    fs::write(dir.path().join(format!("{STAGING}notes")), "a file").unwrap();
    fs::create_dir(dir.path().join("logs")).unwrap();
    fs::write(dir.path().join("logs/mine.log"), "mine").unwrap();
    run(dir.path(), "1", &["tests.log"]).unwrap();
    run(dir.path(), "2", &[]).unwrap();
    assert!(!stale.exists());
    assert!(dir.path().join(format!("{STAGING}notes")).exists());
    assert_eq!(read(dir.path(), "logs/mine.log").unwrap(), "mine");
}

#[test]
fn a_foreign_file_in_the_way_is_named_and_kept() {
    let dir = TempDir::new().unwrap();
    fs::create_dir(dir.path().join("logs")).unwrap();
    fs::write(dir.path().join("logs/tests.log"), "mine").unwrap();
    let error = run(dir.path(), "1", &["tests.log"]).unwrap_err();
    assert_eq!(error.kind(), Kind::Tool);
    assert!(error.to_string().contains("tests.log is in the way"), "{error}");
    assert_eq!(tree(dir.path()), names(&[LOCK, "logs/tests.log"]));
}

#[test]
fn a_forged_list_reaches_no_file_outside() {
    let dir = TempDir::new().unwrap();
    let out = dir.path().join("out");
    fs::create_dir_all(out.join("src")).unwrap();
    fs::write(dir.path().join("precious"), "precious").unwrap();
    fs::write(out.join("src/lib.rs"), "precious").unwrap();
    let digest = "0".repeat(64);
    let paths =
        ["../precious", "src/lib.rs", "logs/../src/lib.rs", "/etc/hostname", "logs", "logs/../../precious"];
    let forged: String = paths.iter().map(|path| format!("{digest}  {path}\n")).collect();
    fs::write(out.join(MANIFEST), forged).unwrap();
    run(&out, "1", &[]).unwrap();
    assert_eq!(read(dir.path(), "precious").unwrap(), "precious");
    assert_eq!(read(&out, "src/lib.rs").unwrap(), "precious");
}

#[test]
fn a_folder_that_cannot_be_used_is_named() {
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, "").unwrap();
    let mut places = vec![file.clone(), file.join("below")];
    if cfg!(target_os = "linux") {
        places.push(PathBuf::from("/proc/maturity"));
    }
    for place in places {
        let error = Store::open(&place).unwrap_err();
        assert_eq!(error.kind(), Kind::Tool);
        let text = error.to_string();
        assert!(text.contains(place.to_str().unwrap()) && text.contains("--out DIR"), "{text}");
    }
}

#[test]
fn a_folder_or_file_of_a_reserved_name_is_left_alone() {
    for (name, is_folder) in [(JSON_REPORT, true), (MANIFEST, true), (LOCK, true), ("evidence", false)] {
        let dir = TempDir::new().unwrap();
        let path = dir.path().join(name);
        let made = if is_folder { fs::create_dir(&path) } else { fs::write(&path, "mine") };
        made.unwrap();
        let error = run(dir.path(), "1", &[]).unwrap_err();
        assert_eq!(error.kind(), Kind::Tool);
        assert!(error.to_string().contains(name), "{error}");
        assert_eq!(path.is_dir(), is_folder, "{name}");
        assert!(!dir.path().join(MARKDOWN_REPORT).exists());
    }
}

#[cfg(unix)]
#[test]
fn links_lead_nowhere() {
    use std::os::unix::fs::symlink;
    let dir = TempDir::new().unwrap();
    let elsewhere = dir.path().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();

    // The output folder itself may be a link to a folder.
    let linked = dir.path().join("linked");
    symlink(&elsewhere, &linked).unwrap();
    run(&linked, "1", &[]).unwrap();
    assert_eq!(read(&elsewhere, JSON_REPORT).unwrap(), "json 1");

    // A link to nothing is an error.
    let dangling = dir.path().join("dangling");
    symlink(dir.path().join("nothing"), &dangling).unwrap();
    assert_eq!(Store::open(&dangling).unwrap_err().kind(), Kind::Tool);

    // A folder of ours that leads elsewhere is refused.
    let out = dir.path().join("out");
    fs::create_dir(&out).unwrap();
    symlink(&elsewhere, out.join("evidence")).unwrap();
    let error = run(&out, "1", &[]).unwrap_err();
    assert!(error.to_string().contains("it should be a folder"), "{error}");

    // A log that is a link is not vouched for.
    let out = dir.path().join("other");
    let mut store = Store::open(&out).unwrap();
    symlink("/etc/hostname", store.staging().join("logs/tests.log")).unwrap();
    assert_eq!(store.artifacts().unwrap(), []);
    store.commit("json", "md").unwrap();
    assert!(fs::symlink_metadata(out.join("logs/tests.log")).is_err());
}

#[test]
fn a_further_report_comes_and_goes_with_its_run_and_one_of_somebody_else_stays() {
    let dir = TempDir::new().unwrap();
    let out = dir.path();
    let path = out.join(CODE_QUALITY_REPORT);
    let further = || {
        let mut store = Store::open_for(out, &[CODE_QUALITY_REPORT]).unwrap();
        store.add_report(CODE_QUALITY_REPORT, "[]").unwrap();
        store.commit("json", "md").unwrap();
    };
    further();
    assert_eq!(read(out, CODE_QUALITY_REPORT).unwrap(), "[]");
    assert!(read(out, MANIFEST).unwrap().contains(&format!("{}  {CODE_QUALITY_REPORT}\n", sha256(b"[]"))));
    further();
    run(out, "2", &[]).unwrap();
    assert!(!path.exists(), "a run without it leaves none of an earlier one");

    fs::write(&path, "theirs").unwrap();
    run(out, "3", &[]).unwrap();
    let error = Store::open_for(out, &[CODE_QUALITY_REPORT]).unwrap_err();
    assert!(error.to_string().contains("no earlier run made it"), "{error}");
    assert_eq!(read(out, CODE_QUALITY_REPORT).unwrap(), "theirs");
}

/// The files of a new run, staged but not committed, and the two lists.
fn staged(out: &Path) -> (Store, Manifest, Vec<String>) {
    let mut store = Store::open(out).unwrap();
    store.add_evidence(&subject(), Gate::PromotionGuard, "checks", &"2").unwrap();
    fs::write(store.staging().join("logs/tests.log"), "2").unwrap();
    for name in [MARKDOWN_REPORT, JSON_REPORT] {
        fs::write(store.staging().join(name), format!("{name} 2")).unwrap();
    }
    let files = ["evidence/checks.json", "logs/tests.log", MARKDOWN_REPORT, JSON_REPORT].map(str::to_string);
    let digests = files.iter().map(|path| (path.clone(), "0".repeat(64))).collect();
    fs::write(store.staging().join(MANIFEST), Manifest::new(digests).render()).unwrap();
    let old = Manifest::read(&out.join(MANIFEST)).unwrap();
    (store, old, files.to_vec())
}

#[test]
fn a_step_that_fails_puts_the_earlier_run_back() {
    let dir = TempDir::new().unwrap();
    run(dir.path(), "1", &["tests.log"]).unwrap();
    let before = tree(dir.path());
    for missing in ["evidence/checks.json", MARKDOWN_REPORT, JSON_REPORT] {
        let (store, old, files) = staged(dir.path());
        fs::remove_file(store.staging().join(missing)).unwrap();
        swap::exchange(dir.path(), store.staging(), &old, &files).unwrap_err();
        drop(store);
        assert_eq!(tree(dir.path()), before, "{missing}");
        assert_eq!(read(dir.path(), JSON_REPORT).unwrap(), "json 1");
        assert_eq!(read(dir.path(), "logs/tests.log").unwrap(), "1");
    }
}

#[test]
fn a_crash_at_any_point_leaves_no_report_without_its_evidence() {
    // Steps: four files and the list go out, the list and four files come in.
    for steps in 0..=10 {
        let dir = TempDir::new().unwrap();
        let out = dir.path();
        run(out, "1", &["tests.log"]).unwrap();
        let (store, old, files) = staged(out);
        swap::crash_after(steps, out, store.staging(), &old, &files);
        let evidence = read(out, "evidence/checks.json").unwrap_or_default();
        for report in [JSON_REPORT, MARKDOWN_REPORT] {
            if let Some(text) = read(out, report) {
                let mark = text.chars().last().unwrap();
                assert!(evidence.contains(&format!("\"facts\": \"{mark}\"")), "{steps}: {report}");
                assert_eq!(read(out, "logs/tests.log").unwrap(), mark.to_string(), "{steps}: {report}");
            }
        }
        // A killed process removes nothing, and its lock goes with it.
        let left = store.staging().to_path_buf();
        let aside = dir.path().join("kept");
        fs::rename(&left, &aside).unwrap();
        drop(store);
        fs::rename(&aside, &left).unwrap();
        run(out, "3", &["tests.log"]).unwrap();
        assert_eq!(read(out, JSON_REPORT).unwrap(), "json 3", "{steps}");
        assert_eq!(read(out, "logs/tests.log").unwrap(), "3", "{steps}");
        assert_eq!(tree(out).len(), 6, "{steps}: {:?}", tree(out));
    }
}
