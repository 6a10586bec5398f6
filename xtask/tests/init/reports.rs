//! Three workspaces get the real tool, and each is judged through its own alias: a service that had our files
//! once, a virtual workspace whose members are a pattern, and a single package with CRLF in its files.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{Desk, read, toolbox, tree, write};

/// The same in all three, so that the tool is built once for all of them.
const PROFILE: &str =
    "\n[profile.dev]\ndebug = \"line-tables-only\"\n\n[profile.dev.package.\"*\"]\ndebug = false\n";

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package lies in the workspace").to_path_buf()
}

/// Copies a folder without our files.
fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        let name = entry.file_name();
        if ["ci", "target", "dist", "field-budgets.lock"].iter().any(|ours| name == *ours) {
            continue;
        }
        if entry.path().is_dir() {
            copy(&entry.path(), &to.join(name));
        } else {
            fs::create_dir_all(to).expect("a folder");
            fs::copy(entry.path(), to.join(name)).expect("a copy");
        }
    }
}

fn service(desk: &Desk) -> PathBuf {
    let folder = desk.root.join("orders");
    copy(&repository().join("fixtures/orders-service"), &folder);
    // With the versions that this repository locks, which cargo drops or takes: so the tool is the same in all
    // three, and is built once.
    let lock = read(&folder.join("Cargo.lock"));
    let ours = read(&repository().join("Cargo.lock"));
    let more: String = packages(&ours).filter(|package| !lock.contains(head(package))).collect();
    write(&folder.join("Cargo.lock"), &format!("{lock}\n{more}"));
    folder
}

/// The packages of a lockfile, each with its text.
fn packages(lock: &str) -> impl Iterator<Item = &str> {
    lock.match_indices("[[package]]").map(|(at, _)| {
        let rest = &lock[at..];
        rest.find("\n\n").map_or(rest, |end| &rest[..end + 2])
    })
}

/// Name and version of a package in a lockfile.
fn head(package: &str) -> &str {
    let end = package.match_indices('\n').nth(2).map_or(package.len(), |(at, _)| at + 1);
    &package[..end]
}

fn virtual_workspace(desk: &Desk) -> PathBuf {
    let root = format!(
        "# All of it.\n[workspace]\nresolver = \"3\"\nmembers = [\n    \"crates/*\", # each of them\n]\n\n\
         [workspace.package]\nlicense = \"MIT\"\n\n[workspace.lints.rust]\nwarnings = \"deny\"\n\
         unsafe_code = \"forbid\"\n{PROFILE}"
    );
    let member = |name: &str| {
        format!(
            "[package]\nname = \"{name}\"\nversion = \"1.0.0\"\nedition = \"2021\"\nrust-version = \"1.80\"\n\
             license.workspace = true\n\n[lints]\nworkspace = true\n"
        )
    };
    let lock = read(&repository().join("Cargo.lock"));
    desk.workspace(
        "virtual",
        &[
            ("Cargo.toml", &root),
            ("Cargo.lock", &lock),
            ("crates/one/Cargo.toml", &member("one")),
            ("crates/one/src/lib.rs", "//! One.\n"),
            ("crates/two/Cargo.toml", &member("two")),
            ("crates/two/src/main.rs", "fn main() {}\n"),
            (".cargo/config.toml", "[alias]\nb = \"build\" # short\n"),
        ],
    )
}

fn single(desk: &Desk) -> PathBuf {
    let manifest = format!(
        "[package]\nname = \"single\" # alone\nversion = \"1.0.0\"\nedition = \"2021\"\npublish = false\n{PROFILE}"
    );
    let crlf = |text: &str| text.replace('\n', "\r\n");
    let lock = read(&repository().join("Cargo.lock"));
    desk.workspace(
        "single",
        &[
            ("Cargo.toml", &crlf(&manifest)),
            ("Cargo.lock", &lock),
            ("src/lib.rs", &crlf("//! Single.\n")),
            (".gitignore", &crlf("/target/\n")),
            (".cargo/config.toml", &crlf("[net]\nretry = 3\n")),
        ],
    )
}

/// The report of a run through the alias, from a folder inside of the workspace.
fn report(desk: &Desk, workspace: &Path, inside: &str) -> Value {
    let database = repository().join("fixtures/advisory-db");
    let database = database.to_string_lossy();
    let args = ["xtask", "maturity", "--only", "format", "--offline", "--advisory-db", &database];
    let said = desk.cargo(&args, &workspace.join(inside)).with(0);
    assert!(said.contains("Passed: main is ready for PILOT"), "{said}");
    assert!(said.contains("→ "), "what to do next is not told:\n{said}");
    serde_json::from_str(&read(&workspace.join("dist/maturity/maturity-eval.json"))).expect("a report")
}

/// `gate: CODE: remedy` of each finding.
fn findings(report: &Value) -> Vec<String> {
    let gates = report["gates"].as_array().expect("gates");
    let of = |gate: &Value| -> Vec<String> {
        let name = gate["gate"].as_str().unwrap_or_default();
        let findings = gate["findings"].as_array().cloned().unwrap_or_default();
        let told = |one: &Value, key: &str| one[key].as_str().unwrap_or_default().to_owned();
        let line = |one: &Value| {
            format!("{name}: {}: {} | {}", told(one, "code"), told(one, "message"), told(one, "remedy"))
        };
        findings.iter().map(line).collect()
    };
    gates.iter().flat_map(of).collect()
}

fn outcome(report: &Value, gate: &str) -> String {
    let gates = report["gates"].as_array().expect("gates");
    let found = gates.iter().find(|one| one["gate"] == gate).unwrap_or_else(|| panic!("{gate} is not there"));
    format!(
        "{}: {}",
        found["outcome"].as_str().unwrap_or_default(),
        found["message"].as_str().unwrap_or_default()
    )
}

/// Init, twice, and the first report.
fn moved_in(desk: &Desk, workspace: &Path, flags: &[&str], inside: &str) -> Value {
    desk.commit(workspace);
    let before = tree(workspace);
    let args: Vec<&str> = ["init", ".", "--offline"].iter().chain(flags).copied().collect();
    let dry: Vec<&str> = args.iter().copied().chain(["--dry-run"]).collect();
    let told = desk.tool(&dry, workspace).with(0);
    assert!(
        told.contains("Nothing was written (--dry-run).") && told.contains("+++ b/xtask/Cargo.toml"),
        "{told}"
    );
    assert_eq!(tree(workspace), before, "--dry-run wrote something");

    let told = desk.tool(&args, workspace).with(0);
    assert!(told.contains("+++ b/ci/RUNBOOK.md") && told.contains("What is left"), "{told}");
    desk.commit(workspace);
    let again = desk.tool(&args, workspace).with(0);
    assert!(again.starts_with("Nothing to do: ") && again.ends_with("Cargo.lock fits already.\n"), "{again}");
    assert_eq!(desk.git(&["status", "--porcelain"], workspace), "");
    report(desk, workspace, inside)
}

#[test]
fn three_workspaces_are_judged_through_their_own_alias() {
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join("init");
    fs::create_dir_all(&kept).expect("the kept target folder");
    // Cargo would wait for the other run as well, but with an older copy of the sources in mind.
    let lock = File::create(kept.with_extension("lock")).expect("a lock file");
    lock.lock().expect("the lock of the target folder");
    let desk = Desk::new(Some(&kept));
    let fetched = desk_fetch();
    assert!(fetched, "cargo fetch of the service failed");

    let orders = service(&desk);
    let first = findings(&moved_in(&desk, &orders, &["--no-ci"], "crates/orders-api/src"));
    let lock = read(&orders.join("Cargo.lock"));
    assert!(lock.contains("name = \"xtask\"\nversion = \"0.0.0\"\n"), "{lock}");
    let before = read(&repository().join("fixtures/orders-service/Cargo.lock"));
    let lost: Vec<&str> = packages(&before).map(head).filter(|package| !lock.contains(package)).collect();
    assert!(lost.is_empty(), "{lost:?} are no longer locked");
    for expected in [
        "deps_approval: DEPS_UNAPPROVED: ",
        "policy_drift: POLICY_UNLOCKED: ",
        "field_budgets: BUDGET_UNLOCKED: ",
        "observability_verify: SERVICE_UNDECLARED: ci/maturity-evidence.yml does not say",
    ] {
        assert!(first.iter().any(|line| line.starts_with(expected)), "{expected}: {first:#?}");
    }
    assert!(first.iter().all(|line| !line.contains("POLICY_VIOLATION")), "{first:#?}");
    assert!(read(&orders.join("ci/maturity-evidence.yml")).contains("#     - package: orders-service\n"));
    let told = desk.cargo(&["xtask", "init", "--lock-all", "--offline"], &orders).with(2);
    assert!(told.contains("help: add --by WHO"), "{told}");
    let told = desk.cargo(&["xtask", "init", "--lock-all", "--by", "Ada L.", "--offline"], &orders).with(0);
    let places: Vec<_> =
        ["approvals to ci/deps-approvals.toml, by Ada L.", "for the first time: ", "wrote ci/policy.lock"]
            .iter()
            .map(|text| told.find(text).unwrap_or_else(|| panic!("{text}: {told}")))
            .collect();
    assert!(places.is_sorted(), "{told}");
    desk.commit(&orders);
    let second = report(&desk, &orders, "xtask/src");
    for gate in ["deps_approval", "policy_drift", "field_budgets"] {
        assert!(outcome(&second, gate).starts_with("pass: "), "{}", outcome(&second, gate));
    }

    let workspace = virtual_workspace(&desk);
    let first = moved_in(&desk, &workspace, &["--github", "--gitlab"], "crates/two");
    let manifest = read(&workspace.join("Cargo.toml"));
    assert!(manifest.contains("    \"crates/*\", # each of them\n    \"xtask\",\n]"), "{manifest}");
    let lines = findings(&first);
    // The workflow that came keeps every rule about workflows; the pipeline is one that no rule reads.
    assert!(
        lines.iter().all(|line| !line.contains("POLICY_VIOLATION: ") || line.contains("GitLab")),
        "{lines:#?}"
    );
    assert!(read(&workspace.join(".github/workflows/maturity.yml")).contains("run: cargo publish --locked"));
    desk.cargo(&["xtask", "init", "--lock-all", "--by", "Ada", "--offline"], &workspace).with(0);
    desk.commit(&workspace);
    let second = outcome(&report(&desk, &workspace, "."), "policy_drift");
    assert!(second.contains("11 rules kept"), "{second}");

    let workspace = single(&desk);
    let first = findings(&moved_in(&desk, &workspace, &[], "src"));
    assert!(first.iter().any(|line| line.contains("lints_inherited: single")), "{first:#?}");
    for file in ["Cargo.toml", ".gitignore", ".cargo/config.toml"] {
        let text = read(&workspace.join(file));
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count(), "{file}: {text:?}");
    }
    assert!(read(&workspace.join("Cargo.toml")).contains("name = \"single\" # alone\r\n"));
}

/// Downloads what the service needs, with the user's own settings; all else runs offline.
fn desk_fetch() -> bool {
    let mut command = std::process::Command::new(toolbox::path("cargo"));
    command.args(["fetch", "--locked", "--quiet"]).current_dir(repository().join("fixtures/orders-service"));
    command.status().expect("cargo starts").success()
}

#[test]
fn what_would_come_into_a_package_alone() {
    let desk = Desk::new(None);
    let workspace = single(&desk);
    write(&workspace.join("ci/RUNBOOK.md"), "Call Ada.\n");
    let source = "git:https://git.example.com/tool.git#0123456789abcdef0123456789abcdef01234567";
    let told = desk.tool(&["init", ".", "--from", source, "--github", "--dry-run"], &workspace).with(0);
    let told = told.replace(&desk.root.display().to_string(), "[FOLDER]");
    insta::assert_snapshot!(told);
}
