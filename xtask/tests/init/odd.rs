//! Workspaces that have something in the way, or are odd in another way.

use std::path::Path;

use super::{Desk, permit, read, tree, write};

const PACKAGE: &str = "[package]\nname = \"alone\"\nversion = \"1.0.0\"\nedition = \"2021\"\n";

/// A package alone, with more files.
fn alone(desk: &Desk, name: &str, files: &[(&str, &str)]) -> std::path::PathBuf {
    let workspace = desk.workspace(name, &[("Cargo.toml", PACKAGE), ("src/lib.rs", "//! Alone.\n")]);
    for (file, text) in files {
        write(&workspace.join(file), text);
    }
    workspace
}

/// The arguments with the stand-in as the source.
fn init<'a>(folder: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    ["init", folder, "--from", "path:tool", "--offline"].iter().chain(more).copied().collect()
}

/// Runs `init`, which must refuse and leave everything as it was.
fn refused(desk: &Desk, workspace: &Path, more: &[&str], status: i32, expected: &[&str]) {
    let before = tree(workspace);
    let name = workspace.strip_prefix(&desk.root).expect("below the desk").to_string_lossy().into_owned();
    let ended = desk.tool(&init(&name, more), &desk.root);
    let told = ended.stderr.clone();
    ended.with(status);
    for text in expected {
        assert!(told.contains(text), "`{text}` in {told}");
    }
    assert!(tree(workspace) == before, "something was written");
}

#[test]
fn an_xtask_of_somebody_else_stays_and_another_name_works_beside_it() {
    let desk = Desk::new(None);
    desk.stand_in();
    let root = "[workspace]\nresolver = \"2\"\nmembers = [\"xtask\", \"lib\"]\n";
    let package =
        |name: &str| format!("[package]\nname = \"{name}\"\nversion = \"1.0.0\"\nedition = \"2018\"\n");
    let workspace = desk.workspace(
        "has one",
        &[
            ("Cargo.toml", root),
            ("xtask/Cargo.toml", &package("xtask")),
            ("xtask/src/main.rs", "fn main() {\n    println!(\"theirs\");\n}\n"),
            ("lib/Cargo.toml", &package("lib")),
            ("lib/src/lib.rs", ""),
            (".cargo/config.toml", "[alias]\nxtask = \"run --quiet --package xtask@1.0.0 --\"\n"),
        ],
    );
    desk.commit(&workspace);
    refused(
        &desk,
        &workspace,
        &[],
        2,
        &["the name xtask is taken", "help: nothing was written", "--name gates-xtask"],
    );
    refused(&desk, &workspace, &["--name", "gates"], 2, &["it would not be known as this tool"]);
    let told = desk.tool(&init("has one", &["--name", "gates-xtask", "--github"]), &desk.root).with(0);
    assert!(told.contains("cargo gates-xtask maturity"), "{told}");
    let said = desk.cargo(&["gates-xtask", "maturity", "a b"], &workspace.join("lib/src")).with(0);
    assert_eq!(said, "stands in for [\"maturity\", \"a b\"]\n");
    assert_eq!(desk.cargo(&["xtask"], &workspace).with(0), "theirs\n");
    assert!(read(&workspace.join("ci/maturity-evidence.yml")).contains("  shipped: [lib, xtask]\n"));
    let workflow = read(&workspace.join(".github/workflows/maturity.yml"));
    assert!(workflow.contains("run: cargo gates-xtask maturity\n"), "{workflow}");
}

#[test]
fn an_alias_of_somebody_else_stays() {
    let desk = Desk::new(None);
    desk.stand_in();
    let workspace =
        alone(&desk, "alias", &[(".cargo/config.toml", "[alias]\nxtask = [\"run\", \"-p\", \"tasks\"]\n")]);
    refused(
        &desk,
        &workspace,
        &[],
        2,
        &["has an alias of that name, which runs `run -p tasks`", "--name gates-xtask"],
    );
    let broken = alone(&desk, "broken", &[(".cargo/config.toml", "[alias\n")]);
    refused(&desk, &broken, &[], 2, &["config.toml"]);
}

#[test]
fn without_git_it_works_and_says_so() {
    let desk = Desk::new(None);
    desk.stand_in();
    let workspace = alone(&desk, "no git", &[]);
    let told = desk.tool(&init("no git", &[]), &desk.root).with(0);
    assert!(told.contains("Note: this is no git repository"), "{told}");
    assert!(told.contains("Note: no pipeline was written: neither GitHub nor GitLab was found"), "{told}");
    assert!(told.contains("Cargo.lock was not there, and is now."), "{told}");
    assert!(read(&workspace.join("xtask/Cargo.toml")).contains("path = \"../../tool\""));
    assert_eq!(desk.cargo(&["xtask", "maturity"], &workspace).with(0), "stands in for [\"maturity\"]\n");
    let again = desk.tool(&init("no git", &[]), &desk.root).with(0);
    assert!(again.starts_with("Nothing to do: "), "{again}");
    // The same from inside, with the tool named from there.
    let again = desk.tool(&["init", ".", "--from", "path:../tool", "--offline"], &workspace).with(0);
    assert!(again.starts_with("Nothing to do: ") && !again.contains("Left alone"), "{again}");
}

#[test]
fn pipelines_come_where_the_repository_is() {
    let desk = Desk::new(None);
    desk.stand_in();
    for (name, remote, github, gitlab) in [
        ("hub", "git@github.com:a/b.git", true, false),
        ("lab", "https://gitlab.example.com/a/b", false, true),
        ("else", "https://git.example.com/github/b", false, false),
    ] {
        let workspace = alone(&desk, name, &[]);
        desk.commit(&workspace);
        desk.git(&["remote", "add", "origin", remote], &workspace);
        desk.tool(&init(name, &[]), &desk.root).with(0);
        let wrote = |file: &str| workspace.join(file).exists();
        assert_eq!(
            (wrote(".github/workflows/maturity.yml"), wrote(".gitlab-ci.yml")),
            (github, gitlab),
            "{name}"
        );
    }
    let inner = alone(&desk, "outer/inner", &[]);
    desk.commit(&desk.root.join("outer"));
    refused(&desk, &inner, &["--github"], 2, &["the workspace is in the folder inner of its repository"]);
    let told = desk.tool(&init("outer/inner", &[]), &desk.root).with(0);
    assert!(told.contains("no pipeline was written: the workspace is in the folder inner"), "{told}");
}

#[test]
fn members_outside_and_packages_below_stay_what_they_are() {
    let desk = Desk::new(None);
    desk.stand_in();
    let manifest =
        "[package]\nname = \"out\"\nversion = \"1.0.0\"\nedition = \"2015\"\nworkspace = \"../root\"\n";
    desk.workspace("out", &[("Cargo.toml", manifest), ("src/lib.rs", "")]);
    let workspace = desk.workspace("root", &[("Cargo.toml", "[workspace]\nmembers = [\"../out\"]\n")]);
    // Named by a member that lies elsewhere: it is the whole workspace that gets it.
    desk.tool(&init("out", &[]), &desk.root).with(0);
    assert_eq!(read(&workspace.join("Cargo.toml")), "[workspace]\nmembers = [\"../out\", \"xtask\"]\n");
    desk.cargo(&["xtask"], &workspace).with(0);

    let fuzz = PACKAGE.replace("alone", "fuzz");
    let workspace = alone(&desk, "fuzzed", &[("fuzz/Cargo.toml", &fuzz), ("fuzz/src/lib.rs", "")]);
    desk.tool(&init("fuzzed", &[]), &desk.root).with(0);
    assert!(read(&workspace.join("Cargo.toml")).contains("exclude = [\"fuzz\"]\n"));
    desk.cargo(&["metadata", "--no-deps", "--format-version", "1"], &workspace.join("fuzz")).with(0);
}

#[test]
fn what_is_no_workspace_or_cannot_be_written_is_refused() {
    let desk = Desk::new(None);
    desk.stand_in();
    let nothing = desk.workspace("nothing", &[("README.md", "")]);
    refused(&desk, &nothing, &[], 2, &["nothing is no cargo project: there is no Cargo.toml in it"]);
    let told = desk.tool(&init("missing", &[]), &desk.root).with(2);
    assert!(told.contains("missing is no cargo project"), "{told}");
    assert!(desk.tool(&["init"], &desk.root).with(2).contains("init needs the folder of a workspace"));
    let broken = desk.workspace("broken", &[("Cargo.toml", "[package\n")]);
    refused(&desk, &broken, &[], 2, &["cargo does not accept this workspace"]);

    let workspace = alone(&desk, "sources", &[]);
    for (from, expected) in [
        ("path:nowhere", "its package is not there"),
        ("path:sources", "its package is not there"),
        ("registry", "this tool is not on crates.io"),
    ] {
        let told = desk.tool(&["init", "sources", "--from", from, "--offline"], &desk.root).with(2);
        assert!(told.contains(expected), "{told}");
    }
    let inside = workspace.join("vendor/tool");
    write(&inside.join("Cargo.toml"), &read(&desk.root.join("tool/Cargo.toml")));
    write(&inside.join("src/lib.rs"), "");
    let told = desk.tool(&["init", "sources", "--from", "path:sources/vendor/tool"], &desk.root).with(2);
    assert!(told.contains("it lies in the workspace itself"), "{told}");

    // Cargo refuses a second root below the first only once there is a first, and this one lies too deep to be
    // seen beforehand: all of it is taken back.
    let manifest = format!("{PACKAGE}[dependencies]\nlower = {{ path = \"a/b/c/lower\" }}\n");
    let lower = format!("{}\n[workspace]\n", PACKAGE.replace("alone", "lower"));
    let files = [
        ("Cargo.toml", manifest.as_str()),
        ("a/b/c/lower/Cargo.toml", &lower),
        ("a/b/c/lower/src/lib.rs", ""),
    ];
    let nested = alone(&desk, "nested", &files);
    let before = tree(&nested);
    let ended = desk.tool(&init("nested", &[]), &desk.root);
    let told = ended.with(3);
    assert!(told.contains("with the changes, cargo does not accept this workspace"), "{told}");
    assert!(tree(&nested) == before, "it was not taken back");
}

#[test]
fn a_folder_that_cannot_be_written_stays_as_it_is() {
    let desk = Desk::new(None);
    desk.stand_in();
    let workspace = alone(&desk, "sealed", &[("ci/README.md", "")]);
    permit(&workspace, 0o555);
    // Permissions do not bind the superuser.
    if std::fs::write(workspace.join("probe"), "").is_err() {
        refused(&desk, &workspace, &["--github"], 3, &["everything is as it was"]);
    }
    permit(&workspace, 0o755);
    let _ = std::fs::remove_file(workspace.join("probe"));
    // A file where a folder must be binds everybody.
    write(&workspace.join(".github"), "a file");
    refused(&desk, &workspace, &["--github"], 2, &[".github/workflows/maturity.yml: cannot read it"]);
}

#[test]
fn the_thin_package_is_clean_under_strict_lints_and_any_edition() {
    let desk = Desk::new(None);
    desk.stand_in();
    let root = "[workspace]\nresolver = \"1\"\nmembers = [\"lib\"]\n\n[workspace.package]\nedition = \"2015\"\n\n\
                [workspace.lints.rust]\nwarnings = \"deny\"\nmissing_docs = \"deny\"\nunused_crate_dependencies = \"deny\"\n\
                rust_2018_idioms = { level = \"deny\", priority = -1 }\nunreachable_pub = \"deny\"\n\n\
                [workspace.lints.clippy]\nall = { level = \"deny\", priority = -1 }\n\
                pedantic = { level = \"deny\", priority = -1 }\nnursery = { level = \"deny\", priority = -1 }\n\
                missing_docs_in_private_items = \"deny\"\nabsolute_paths = \"deny\"\n";
    let lib = "[package]\nname = \"lib\"\nversion = \"1.0.0\"\nedition.workspace = true\n";
    let workspace = desk.workspace(
        "strict",
        &[("Cargo.toml", root), ("lib/Cargo.toml", lib), ("lib/src/lib.rs", "//! Strict.\n")],
    );
    desk.tool(&init("strict", &[]), &desk.root).with(0);
    let args = ["clippy", "--workspace", "--all-targets", "--locked", "--offline", "--", "-D", "warnings"];
    desk.cargo(&args, &workspace).with(0);
    desk.cargo(&["fmt", "--all", "--check"], &workspace).with(0);
}
