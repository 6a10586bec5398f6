use std::collections::BTreeMap;

use super::*;
use crate::evidence::policy::Value;

/// Files in memory.
struct Made(BTreeMap<String, FileContent>);

impl Files for Made {
    fn read(&self, path: &str) -> FileContent {
        self.0.get(path).cloned().unwrap_or(FileContent::Absent)
    }

    fn list(&self, folder: &str) -> Vec<String> {
        let below = |path: &&String| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        self.0.keys().filter(below).cloned().collect()
    }
}

fn made(files: &[(&str, &str)]) -> Made {
    let bytes = |text: &str| FileContent::Bytes(text.as_bytes().to_vec());
    Made(files.iter().map(|(path, text)| ((*path).to_owned(), bytes(text))).collect())
}

fn of(files: &[(&str, &str)]) -> Snapshot {
    take(&made(files), &["".into(), "crates/api".into()])
}

/// The settings below a key, without the topic.
fn said(files: &[(&str, &str)], topic: &str) -> Vec<String> {
    let snapshot = of(files);
    let prefix = format!("{topic}.");
    let lines = snapshot
        .settings
        .iter()
        .filter_map(|(key, setting)| Some(format!("{} = {}", key.strip_prefix(&prefix)?, setting.value)));
    lines.collect()
}

#[test]
fn without_files_the_defaults_hold() {
    let snapshot = of(&[]);
    assert!(snapshot.files.is_empty());
    let value = |key: &str| snapshot.settings.get(key).map(|setting| setting.value.to_string());
    assert_eq!(value("stages.GA.gates.policy_drift").as_deref(), Some("required"));
    assert_eq!(value("evidence.promotion_guard.audit.max_age_days").as_deref(), Some("30"));
    assert_eq!(value("approvals.rules").as_deref(), Some("nothing"));
    // A file that says what holds anyway changes no setting.
    let same = of(&[("ci/maturity-evidence.yml", "version: 1\n")]);
    assert_eq!(same.settings, snapshot.settings);
    assert_eq!(same.files.len(), 1);
}

#[test]
fn a_file_that_does_not_parse_says_nothing_and_is_never_skipped() {
    for path in [
        "ci/maturity-stages.yml",
        "ci/maturity-evidence.yml",
        "ci/waivers.toml",
        "ci/deps-approvals.toml",
        "Cargo.toml",
        "clippy.toml",
        "crates/api/.clippy.toml",
        "rustfmt.toml",
        ".cargo/deny.toml",
        "rust-toolchain.toml",
        ".cargo/config",
        ".config/nextest.toml",
    ] {
        let snapshot = of(&[(path, "a = [[[\n{{{")]);
        assert!(matches!(snapshot.files.get(path), Some(FileState::Unreadable { .. })), "{path}");
        assert!(!snapshot.settings.values().any(|setting| setting.file == path), "{path}");
        let mut files = made(&[]);
        files.0.insert(path.into(), FileContent::Astray { target: "x".into() });
        let astray = take(&files, &["crates/api".into()]);
        assert_eq!(astray.files.get(path), Some(&FileState::Astray { target: "x".into() }), "{path}");
        assert!(!astray.settings.values().any(|setting| setting.file == path), "{path}");
    }
}

#[test]
fn line_ends_are_no_change_and_everything_else_is() {
    let digest = |text: &str| of(&[("clippy.toml", text)]).files["clippy.toml"].clone();
    assert_eq!(digest("msrv = \"1\"\n"), digest("msrv = \"1\"\r\n"));
    assert_ne!(digest("msrv = \"1\"\n"), digest("msrv = \"1\" \n"));
    // Files that change for other reasons are pinned by what they say.
    let manifest = of(&[("Cargo.toml", "[package]\nversion = \"1.0.0\"\n")]);
    assert_eq!(manifest.files["Cargo.toml"], FileState::Present { sha256: String::new() });
}

#[test]
fn tables_become_keys() {
    let clippy = "disallowed-methods = [\"a::b\", {path = \"c.d\", reason = \"no\", replacement = \"e\"}]\nmsrv = \"1.9\"\n";
    assert_eq!(
        said(&[("clippy.toml", clippy)], "clippy"),
        ["disallowed-methods = a::b, c.d", "disallowed-methods.\"c.d\".replacement = e", "msrv = 1.9"]
    );
    assert_eq!(said(&[("crates/api/clippy.toml", "max-x = 1")], "clippy(crates/api)"), ["max-x = 1"]);
    let lints = "[workspace.lints.clippy]\nall = {level = \"deny\", priority = -1}\nx = {level = \"warn\", priority = 0}\n\
                 [lints.rust]\nunsafe_code = \"forbid\"\n";
    assert_eq!(
        said(&[("Cargo.toml", lints)], "lints"),
        [
            "clippy.all = deny",
            "clippy.all.priority = -1",
            "clippy.x = warn",
            "package.rust.unsafe_code = forbid"
        ]
    );
    let cargo = "[build]\nrustflags = [\"-A\", \"x\", \"-A\"]\n[registries.own]\ntoken = \"secret\"\n";
    assert_eq!(
        said(&[(".cargo/config.toml", cargo)], "cargo"),
        ["build.rustflags = [\"-A\", \"x\", \"-A\"]", "registries.own.token = (not shown)"]
    );
    let nextest = "[[profile.default.overrides]]\nfilter = \"test(x)\"\nretries = 2\n[[profile.default.overrides]]\nretries = 3\n";
    assert_eq!(
        said(&[(".config/nextest.toml", nextest)], "nextest"),
        [
            "profile.default.overrides = entry 2, test(x)",
            "profile.default.overrides.\"entry 2\".retries = 3",
            "profile.default.overrides.\"test(x)\".retries = 2",
        ]
    );
}

#[test]
fn both_forms_of_the_toolchain_file_are_read() {
    assert_eq!(said(&[("rust-toolchain", "1.95.0\n")], "toolchain"), ["channel = 1.95.0"]);
    let toml = "[toolchain]\nchannel = \"1.95.0\"\ncomponents = [\"clippy\"]\n";
    let expected = ["channel = 1.95.0", "components = clippy"];
    assert_eq!(said(&[("rust-toolchain.toml", toml)], "toolchain"), expected);
    assert_eq!(said(&[("rust-toolchain", toml)], "toolchain"), expected);
}

#[test]
fn of_two_files_the_tool_reads_the_first_and_both_are_pinned() {
    let files = [("clippy.toml", "max-x = 1"), (".clippy.toml", "max-x = 2")];
    assert_eq!(said(&files, "clippy"), ["max-x = 2"]);
    assert_eq!(of(&files).files.len(), 2);
}

#[test]
fn waivers_are_known_by_what_they_waive() {
    let waivers = "max_days = 90\n\
        [[waiver]]\ncode = \"TEST_FAILED\"\npackage = \"api\"\nexpires = 2026-03-01\nreason = \"r\"\nowner = \"o\"\n\
        [[waiver]]\ncode = \"TEST_FAILED\"\npackage = \"api\"\nexpires = \"2026-04-01\"\n\
        [[waiver]]\ncode = \"LINT_FAILED\"\n\
        [[waiver]]\ncode = \"X\"\nexpires = \"2026-04-01\"\n[waiver.scope]\nversion = \"1\"\ngate = \"g\"\n";
    assert_eq!(
        said(&[("ci/waivers.toml", waivers)], "waivers"),
        [
            "LINT_FAILED = never",
            "TEST_FAILED.\"package=api\" = 2026-03-01",
            "TEST_FAILED.\"package=api\"#2 = 2026-04-01",
            "X.\"gate=g version=1\" = 2026-04-01",
            "max_days = 90",
        ]
    );
}

#[test]
fn every_setting_of_the_evidence_is_told() {
    let text = "version: 1\nfeatures: {names: [a], default: false}\npromotion_guard:\n  lint: {not_applicable: later}\n  \
                tests: {runner: nextest, nextest_profile: ci}\n  checks:\n    - name: e2e\n      run: [make, e2e]\n      \
                environment: {A: b}\n      success: {exit_codes: [0, 3], output_contains: ok}\ndeps_approval:\n  \
                shipped: [api]\n  licenses: {exceptions: {ring: [OpenSSL]}}\n";
    let said = said(&[("ci/maturity-evidence.yml", text)], "evidence");
    for line in [
        "features.names = a",
        "features.default = false",
        "promotion_guard.lint.not_applicable = later",
        "promotion_guard.tests.nextest_profile = ci",
        "promotion_guard.checks = e2e",
        "promotion_guard.checks.e2e.run = [\"make\", \"e2e\"]",
        "promotion_guard.checks.e2e.directory = .",
        "promotion_guard.checks.e2e.environment.A = b",
        "promotion_guard.checks.e2e.success.exit_codes = 0, 3",
        "promotion_guard.checks.e2e.success.output_contains = ok",
        "promotion_guard.checks.e2e.timeout = 1800",
        "deps_approval.shipped = api",
        "deps_approval.licenses.exceptions.ring = OpenSSL",
    ] {
        assert!(said.iter().any(|said| said == line), "{line}: {said:#?}");
    }
}

#[test]
fn workflows_are_governed_by_what_they_do_and_whom_they_call() {
    let workflow = |name: &str| format!(".github/workflows/{name}");
    let files: Vec<(String, &str)> = vec![
        (workflow("gate.yml"), "run: cargo  xtask\n  maturity --ref x"),
        (workflow("release.yaml"), "- run: Cargo Publish"),
        (workflow("docs.yml"), "- run: mdbook build"),
        (workflow("notes.txt"), "cargo publish"),
        (workflow("caller.yml"), "uses: ./.github/workflows/called.yml # x"),
        (workflow("called.yml"), "uses: \"./.github/actions/ship/\""),
        (".github/actions/ship/action.yml".into(), "run: docker push x"),
        (".github/actions/other/action.yml".into(), "run: docker push x"),
        (".gitlab-ci.yml".into(), "script: cargo build"),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    let found = workflows::governed(&made(&files));
    let expected = ["gate.yml", "release.yaml", "caller.yml", "called.yml"].map(workflow);
    let action = ".github/actions/ship/action.yml".to_owned();
    assert_eq!(found, expected.into_iter().chain([action]).collect());
    let mut odd = made(&[]);
    odd.0.insert(workflow("x.yml"), FileContent::Unreadable { reason: "r".into() });
    assert_eq!(workflows::governed(&odd).len(), 1, "what cannot be read may publish");
}

#[cfg(unix)]
#[test]
fn the_working_tree_is_read_within_its_bounds() {
    use std::fs;
    use std::os::unix::fs::symlink;

    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root");
    fs::create_dir_all(root.join("ci")).unwrap();
    fs::write(root.join("ci/a"), "a").unwrap();
    fs::write(folder.path().join("secret"), "s").unwrap();
    fs::create_dir(folder.path().join("beside")).unwrap();
    fs::write(folder.path().join("beside/clippy.toml"), "b").unwrap();
    symlink("ci/a", root.join("inside")).unwrap();
    symlink("ci", root.join("folder")).unwrap();
    symlink("../secret", root.join("outside")).unwrap();
    symlink("..", root.join("up")).unwrap();
    symlink("nowhere", root.join("dangling")).unwrap();
    symlink("loop", root.join("loop")).unwrap();
    let tree = WorkingTree::new(&root);
    let bytes = |text: &str| FileContent::Bytes(text.as_bytes().to_vec());
    let astray = |target: &str| FileContent::Astray { target: target.into() };
    for (path, expected) in [
        ("ci/a", bytes("a")),
        ("ci/b", FileContent::Absent),
        ("ci/a/x", FileContent::Absent),
        ("inside", bytes("a")),
        ("folder/a", bytes("a")),
        ("outside", astray("../secret")),
        ("up/secret", astray("..")),
        ("dangling", astray("nowhere")),
        ("loop", astray("loop")),
        ("../beside/clippy.toml", bytes("b")),
        ("../nobody/clippy.toml", FileContent::Absent),
        ("ci", FileContent::Unreadable { reason: "it is not a file".into() }),
    ] {
        assert_eq!(tree.read(path), expected, "{path}");
    }
    assert_eq!(tree.list("ci"), ["ci/a"]);
    assert_eq!(tree.list("none"), [""; 0]);
    assert_eq!(tree.list("up"), ["up"], "a folder that cannot be looked into is told");
    let large = fs::File::create(root.join("large")).unwrap();
    large.set_len(MAX_BYTES + 1).unwrap();
    assert!(matches!(tree.read("large"), FileContent::Unreadable { .. }));
}

#[test]
fn the_rules_among_the_approvals_are_a_set() {
    let text = "version = 1\n[[rule]]\nname = \"windows-*\"\nowner = \"o\"\nexpires = \"2027-01-01\"\nreason = \"r\"\n";
    let snapshot = of(&[("ci/deps-approvals.toml", text)]);
    let rules = Value::Set(["windows-* until 2027-01-01".to_owned()].into());
    assert_eq!(snapshot.settings["approvals.rules"].value, rules);
    assert_eq!(snapshot.files["ci/deps-approvals.toml"], FileState::Present { sha256: String::new() });
}

#[test]
fn nothing_that_is_nested_deeply_ends_the_process() {
    for text in [
        format!("{}a = 1", "a.".repeat(100_000)),
        format!("[{}a]", "a.".repeat(100_000)),
        format!("a = {}", "[".repeat(100_000)),
        format!("a = {}", "{a=".repeat(100_000)),
    ] {
        let snapshot = of(&[("deny.toml", &text)]);
        assert!(snapshot.files.contains_key("deny.toml"));
    }
}

#[test]
fn budgets_are_no_part_of_the_lock_and_known_to_the_trail() {
    let lock = |budget: u32| {
        format!(
            "version = 1\n\n[serde.\"order::Order\"]\nkind = \"struct\"\nbudget = {budget}\nfields = []\n\n\
             [by_hand.Money]\nsha256 = \"{}\"\nwhy = \"Serialize is implemented by hand\"\n",
            "0".repeat(64)
        )
    };
    let (one, other) = (lock(7), lock(8));
    let files = made(&[("field-budgets.lock", &one), ("crates/api/field-budgets.lock", &other)]);
    let members = ["".to_owned(), "crates/api".to_owned()];
    assert_eq!(take(&files, &members), take(&made(&[]), &members));
    let with = take_with_budgets(&files, &members);
    let value = |key: &str| with.settings.get(key).map(|setting| (setting.value.clone(), &*setting.file));
    assert_eq!(value("budgets.serde.\"order::Order\""), Some((Value::Number(7), "field-budgets.lock")));
    let inner = "crates/api/field-budgets.lock";
    assert_eq!(value("budgets(crates/api).serde.\"order::Order\""), Some((Value::Number(8), inner)));
    let named = Value::Set(["Money".to_owned()].into());
    assert_eq!(value("budgets(crates/api).by_hand"), Some((named, inner)));
    for key in ["budgets.serde.\"order::Order\"", "budgets.by_hand"] {
        assert!(paths(key).contains("field-budgets.lock"), "{key}");
    }
    assert!(paths("budgets(crates/api).by_hand").contains(inner));
}
