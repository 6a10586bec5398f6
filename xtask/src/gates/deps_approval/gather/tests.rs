//! Real runs of cargo: over this very workspace, and over one made of folders alone. The network is used
//! for one thing, packages of this workspace that building it here does not need, and its tree does.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use time::OffsetDateTime;

use super::{gather, steps};
use crate::catalog::Code;
use crate::evidence::deps::{DepsFacts, Scope, Source};
use crate::gates::deps_approval::judge;
use crate::gather::Context;
use crate::host::{Host, Interrupt};
use crate::process::Processes;
use crate::progress::Silent;
use crate::settings::Settings;
use crate::workspace::Workspace;

#[expect(clippy::disallowed_methods, reason = "cargo needs the real PATH and HOME; a test has no main")]
fn processes() -> Processes {
    Processes::new(&Host {
        // Not a fixed moment: the runner tells its own programs from those of other runners by it.
        now: OffsetDateTime::now_utc(),
        env: std::env::vars_os().collect(),
        current_dir: Path::new(env!("CARGO_MANIFEST_DIR")).into(),
        exe: None,
        stdout_terminal: false,
        stderr_terminal: false,
        interrupt: Interrupt::default(),
    })
}

fn cargo_home(processes: &Processes) -> PathBuf {
    let home = || Path::new(processes.var("HOME").expect("a home folder")).join(".cargo");
    processes.var("CARGO_HOME").map_or_else(home, PathBuf::from)
}

/// This workspace, with every locked package at hand: building here took only those of this platform.
fn this_workspace() -> &'static Path {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    processes().output(&["cargo", "fetch", "--locked", "--quiet"], root).unwrap();
    root
}

/// Gathers with these settings; the SBOMs are in the folder that comes back.
fn run(root: &Path, settings: &Settings, epoch: Option<i64>) -> (DepsFacts, tempfile::TempDir, Workspace) {
    let processes = processes();
    let workspace = Workspace::load(&processes, root, None, true).unwrap();
    let staging = tempfile::tempdir().unwrap();
    let context = Context {
        workspace: &workspace,
        settings,
        policy: &crate::stages::builtin(),
        base: None,
        processes: &processes,
        progress: &Silent,
        staging: staging.path(),
        effective_time: OffsetDateTime::UNIX_EPOCH,
        jobs: None,
        advisory_db: None,
        cargo_home: &cargo_home(&processes),
        source_date_epoch: epoch,
    };
    let facts = gather(&context);
    (facts, staging, workspace)
}

fn sbom(staging: &Path, name: &str) -> serde_json::Value {
    let text = std::fs::read_to_string(staging.join(format!("sbom/{name}.cdx.json"))).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// `name version` of each component of an SBOM.
fn listed(sbom: &serde_json::Value) -> BTreeSet<String> {
    let text = |component: &serde_json::Value, key: &str| component[key].as_str().unwrap().to_owned();
    let components = sbom["components"].as_array().unwrap();
    components.iter().map(|one| format!("{} {}", text(one, "name"), text(one, "version"))).collect()
}

/// The same set by other means: a flat tree, without repetitions.
fn cargo_tree(root: &Path, packages: &[&str]) -> BTreeSet<String> {
    let mut argv = vec!["cargo", "tree", "--locked", "--offline", "-e", "normal,build", "--prefix", "none"];
    for package in packages {
        argv.extend(["-p", package]);
    }
    let output = processes().output(&argv, root).unwrap();
    let name_and_version = |line: &str| {
        let mut words = line.split(' ');
        Some(format!("{} {}", words.next()?, words.next()?.strip_prefix('v')?))
    };
    output.lines().filter_map(name_and_version).collect()
}

#[test]
fn the_sbom_of_this_workspace_holds_what_cargo_tree_shows() {
    let root = this_workspace();
    let (facts, staging, _) = run(root, &Settings::default(), None);
    assert_eq!(facts.problems, Vec::<String>::new());
    assert_eq!(facts.expected_sboms, ["workspace", "xtask"]);
    let whole = sbom(staging.path(), "workspace");
    assert_eq!(listed(&whole), cargo_tree(root, &["xtask"]));
    assert_eq!(listed(&whole), listed(&sbom(staging.path(), "xtask")));
    let others = facts.components.iter().filter(|one| one.third_party());
    assert!(others.clone().count() > 50);
    for component in others {
        assert!(component.checksum.is_some(), "{}", component.id());
        assert!(!component.pulled_in_by.is_empty(), "{}", component.id());
    }
    let scope = |name: &str| facts.components.iter().find(|one| one.name == name).map(|one| one.scope);
    assert_eq!(scope("serde"), Some(Scope::Required));
    assert_eq!(scope("serde_derive"), Some(Scope::Excluded), "a procedural macro");
    assert_eq!(scope("strum_macros"), Some(Scope::Excluded), "a procedural macro of a dependency's");
    assert_eq!(
        scope("proc-macro2"),
        Some(Scope::Required),
        "below procedural macros, and below the tool itself"
    );
    assert_eq!(scope("tempfile"), None, "a dev-dependency");
}

#[test]
fn same_inputs_give_same_bytes_without_paths_of_the_machine() {
    let root = this_workspace();
    let bytes = |epoch| {
        let (_, staging, _) = run(root, &Settings::default(), epoch);
        std::fs::read_to_string(staging.path().join("sbom/workspace.cdx.json")).unwrap()
    };
    let (first, second, dated) = (bytes(None), bytes(None), bytes(Some(1_700_000_000)));
    assert_eq!(first, second);
    assert!(!first.contains(&root.display().to_string()));
    assert!(!first.contains("timestamp"));
    assert!(dated.contains("\"timestamp\": \"2023-11-14T22:13:20Z\""));
    let serial = |text: &str| text.lines().find(|line| line.contains("serialNumber")).map(str::to_owned);
    assert_ne!(serial(&first), serial(&dated), "the serial number follows the content");
}

/// Writes the files of a workspace, and its lockfile by cargo itself.
fn workspace(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let root = folder.path().join("w");
    processes().output(&["cargo", "generate-lockfile", "--offline"], &root).unwrap();
    folder
}

fn manifest(name: &str, rest: &str) -> String {
    format!(
        "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2021\"\nlicense = \"MIT\"\n{rest}"
    )
}

/// Two shipped packages, an xtask, a procedural macro, build and dev dependencies, and a package that
/// lies outside and pulls in one more only where a feature is on.
fn sample() -> tempfile::TempDir {
    let app = manifest(
        "app",
        "[[bin]]\nname = \"one\"\npath = \"main.rs\"\n[[bin]]\nname = \"workspace\"\npath = \"main.rs\"\n\
         [dependencies]\nmac = { path = \"../../mac\" }\nfar = { path = \"../../far\" }\n\
         [build-dependencies]\nboth = { path = \"../../both\" }\n\
         [dev-dependencies]\nonlydev = { path = \"../../onlydev\" }\n",
    );
    let api = manifest(
        "api",
        "[lib]\npath = \"main.rs\"\n[dependencies]\nfar = { path = \"../../far\", features = [\"more\"] }\n",
    );
    let far = manifest(
        "far",
        "[lib]\npath = \"main.rs\"\n[dependencies]\nextra = { path = \"../extra\", optional = true }\n\
         both = { path = \"../both\" }\n[features]\nmore = [\"dep:extra\"]\n",
    );
    let mac = manifest(
        "mac",
        "[lib]\npath = \"main.rs\"\nproc-macro = true\n[dependencies]\nonlyhost = { path = \"../onlyhost\" }\n",
    );
    let plain = |name: &str| manifest(name, "[lib]\npath = \"main.rs\"\n");
    let xtask = manifest("xtask", "[[bin]]\nname = \"xtask\"\npath = \"main.rs\"\n");
    let mut files = vec![(
        "w/Cargo.toml".to_owned(),
        "[workspace]\nresolver = \"2\"\nmembers = [\"app\", \"api\", \"xtask\"]\n".to_owned(),
    )];
    for (folder, text) in [("w/app", app), ("w/api", api), ("w/xtask", xtask), ("far", far), ("mac", mac)] {
        files.push((format!("{folder}/Cargo.toml"), text));
        files.push((format!("{folder}/main.rs"), "fn main() {}".into()));
    }
    for name in ["both", "extra", "onlyhost", "onlydev"] {
        files.push((format!("{name}/Cargo.toml"), plain(name)));
        files.push((format!("{name}/main.rs"), String::new()));
    }
    let borrowed: Vec<(&str, &str)> =
        files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    workspace(&borrowed)
}

#[test]
fn a_workspace_of_several_packages_has_an_sbom_for_each_binary() {
    let folder = sample();
    let root = folder.path().join("w");
    let (facts, staging, workspace) = run(&root, &Settings::default(), None);
    assert_eq!(facts.problems, Vec::<String>::new());
    assert_eq!(facts.shipped, ["api", "app"], "xtask is not shipped");
    assert_eq!(facts.expected_sboms, ["workspace", "one", "app-workspace"]);
    assert_eq!(listed(&sbom(staging.path(), "workspace")), cargo_tree(&root, &["api", "app"]));
    assert_eq!(listed(&sbom(staging.path(), "one")), cargo_tree(&root, &["app"]));
    let scopes: BTreeMap<&str, Scope> =
        facts.components.iter().map(|one| (one.name.as_str(), one.scope)).collect();
    let excluded: Vec<&str> =
        scopes.iter().filter(|(_, scope)| **scope == Scope::Excluded).map(|(name, _)| *name).collect();
    assert_eq!(excluded, ["mac", "onlyhost"], "`both` is linked in by way of `far`");
    assert!(scopes.contains_key("extra") && !scopes.contains_key("onlydev") && !scopes.contains_key("xtask"));
    assert!(!listed(&sbom(staging.path(), "one")).contains("extra 0.1.0"), "only api turns it on");
    let far = facts.components.iter().find(|one| one.name == "far").unwrap();
    assert_eq!(far.source, Source::Path { path: "../far".into() });
    assert_eq!(far.pulled_in_by, ["api@0.1.0", "app@0.1.0"]);

    let main = &sbom(staging.path(), "one")["metadata"]["component"];
    assert_eq!((main["name"].as_str(), main["bom-ref"].as_str()), (Some("one"), Some("subject:one")));
    let graph = sbom(staging.path(), "one")["dependencies"].clone();
    let of = |reference: &str| {
        let all = graph.as_array().unwrap();
        all.iter().find(|one| one["ref"] == reference).unwrap()["dependsOn"].clone()
    };
    assert_eq!(of("subject:one"), serde_json::json!(["path+app#app@0.1.0"]));
    assert_eq!(of("path+../far#far@0.1.0"), serde_json::json!(["path+../both#both@0.1.0"]));

    let plan = steps(&workspace, &Settings::default());
    let trees: Vec<&str> =
        plan.iter().map(|step| step.command.as_str()).filter(|c| c.contains("tree")).collect();
    assert_eq!(trees.len(), 2);
    assert!(trees[1].ends_with("--package app@0.1.0"), "{trees:?}");
    let ran: Vec<String> = facts.runs.iter().map(|run| run.command.join(" ")).collect();
    assert_eq!(ran, trees, "the plan tells the truth");
}

#[test]
fn what_cannot_be_read_is_told_and_no_sbom_is_written() {
    let folder = sample();
    let root = folder.path().join("w");
    let mut settings = Settings::default();
    settings.deps_approval.shipped = Some(vec!["ap".into()]);
    let (facts, ..) = run(&root, &settings, None);
    assert_eq!(facts.unknown_shipped, [("ap".to_owned(), Some("api".to_owned()))]);
    let code = |facts: &DepsFacts| judge(facts, &settings, OffsetDateTime::UNIX_EPOCH, 0).code;
    assert_eq!(code(&facts), Some(Code::SbomMissing));

    std::fs::write(root.join("Cargo.lock"), "version = 4\n").unwrap();
    let (facts, staging, _) = run(&root, &Settings::default(), None);
    assert!(facts.components.is_empty() && !staging.path().join("sbom").exists());
    assert_eq!(code(&facts), Some(Code::LockfileStale));
    assert_eq!(std::fs::read_to_string(root.join("Cargo.lock")).unwrap(), "version = 4\n");

    std::fs::remove_file(root.join("Cargo.lock")).unwrap();
    let (facts, ..) = run(&root, &Settings::default(), None);
    assert_eq!(code(&facts), Some(Code::LockfileStale));
    assert!(!root.join("Cargo.lock").exists());
}

#[test]
fn a_feature_that_does_not_exist_is_an_error_and_not_an_empty_tree() {
    let folder = sample();
    let mut settings = Settings::default();
    settings.features =
        crate::settings::Features::Chosen { names: vec!["no-such-feature".into()], default: true };
    let (facts, ..) = run(&folder.path().join("w"), &settings, None);
    assert!(facts.components.is_empty());
    let judgement = judge(&facts, &settings, OffsetDateTime::UNIX_EPOCH, 0);
    assert_eq!(judgement.code, Some(Code::SbomMissing));
    let error = judgement.findings.iter().find(|one| one.code == Code::CheckError).unwrap();
    assert!(error.detail.as_ref().unwrap().contains("no-such-feature"), "cargo's own words");
}
