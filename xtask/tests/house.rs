//! The house rules as tests. Each lists every breach with path and line.

use std::fs;
use std::path::{Path, PathBuf};

/// The longest that a source file may be, in lines.
const FILE_LIMIT: usize = 400;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package lies in the workspace").to_path_buf()
}

/// Every file below `folder`, relative to the workspace, with its text; what is not UTF-8 is left out.
fn files(folder: &str, endings: &[&str]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut next = vec![root().join(folder)];
    while let Some(path) = next.pop() {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            if !["target", "dist", ".git", "vendor"].contains(&name.as_str()) {
                next.extend(
                    fs::read_dir(&path)
                        .expect("a readable folder")
                        .filter_map(|entry| Some(entry.ok()?.path())),
                );
            }
        } else if endings.iter().any(|ending| name.ends_with(ending))
            && let Ok(text) = fs::read_to_string(&path)
        {
            let shown =
                path.strip_prefix(root()).expect("it is below the root").to_string_lossy().replace('\\', "/");
            found.push((shown, text));
        }
    }
    assert!(!found.is_empty(), "no file with {endings:?} below {folder}: the rule looked at nothing");
    found.sort();
    found
}

fn no_breach(rule: &str, breaches: &[String]) {
    assert!(breaches.is_empty(), "{rule}:\n{}", breaches.join("\n"));
}

/// Whether a file holds nothing but unit tests, which may reach for anything.
fn tests_only(path: &str, text: &str) -> bool {
    // `run_tests.rs` runs the tests of others: it has its own in a module of its own.
    let holds_tests = text.contains("#[test]") && !text.contains("#[cfg(test)]");
    (path.ends_with("tests.rs") && holds_tests) || path.ends_with("/samples.rs")
}

/// The code of a file without its unit tests.
fn code(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod ").next().unwrap_or(text)
}

/// `path:line: what` for each line of the code that names one of `modules` of this crate.
fn uses(path: &str, text: &str, modules: &[&str]) -> Vec<String> {
    if tests_only(path, text) {
        return Vec::new();
    }
    // The names of the gates are words of every phase; what gates do is not.
    let names = |line: &str| {
        let line = &line.replace("crate::gates::Gate", "").replace("crate::gates::{Gate, Mode}", "");
        let found = modules.iter().find(|module| {
            let path = format!("crate::{module}");
            line.match_indices(&path).any(|(at, hit)| {
                let next = line[at + hit.len()..].chars().next();
                !next.is_some_and(|next| next.is_alphanumeric() || next == '_')
            })
        });
        found.map(|module| (*module).to_owned())
    };
    let lines = code(text).lines().enumerate();
    lines
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .filter_map(|(index, line)| Some(format!("  {path}:{}: crate::{}", index + 1, names(line)?)))
        .collect()
}

#[test]
fn files_are_short() {
    let mut breaches = Vec::new();
    for folder in ["xtask", "fixtures/orders-service"] {
        for (path, text) in files(folder, &[".rs", ".sh", ".py"]) {
            let lines = text.lines().count();
            if lines > FILE_LIMIT {
                breaches.push(format!("  {path}: {lines} lines"));
            }
        }
    }
    no_breach("a file is longer than 400 lines: split it by meaning", &breaches);
}

#[test]
fn every_module_says_what_it_is_for() {
    let missing = |(path, text): (String, String)| {
        (!text.starts_with("//!") && !tests_only(&path, &text)).then(|| format!("  {path}:1"))
    };
    let breaches: Vec<String> = files("xtask", &[".rs"]).into_iter().filter_map(missing).collect();
    no_breach("a file does not begin with a `//!` comment", &breaches);
}

#[test]
fn no_phase_imports_a_later_one() {
    let later: &[(&str, &[&str])] = &[
        ("xtask/src/catalog.rs", &["verdict", "gates", "report", "gather", "process", "workspace"]),
        (
            "xtask/src/process",
            &["workspace", "stages", "settings", "plan", "gates", "gather", "verdict", "report"],
        ),
        ("xtask/src/workspace", &["stages", "settings", "plan", "gather", "verdict", "report"]),
        (
            "xtask/src/freeze",
            &["stages", "plan", "evidence", "gates", "gather", "verdict", "report", "process"],
        ),
        ("xtask/src/yaml", &["stages", "settings", "plan", "gather", "verdict", "report", "process"]),
        ("xtask/src/stages", &["plan", "evidence", "gather", "verdict", "report", "process", "workspace"]),
        ("xtask/src/settings", &["plan", "evidence", "gather", "verdict", "report", "process", "workspace"]),
        (
            "xtask/src/waivers",
            &[
                "stages",
                "settings",
                "plan",
                "evidence",
                "gather",
                "verdict",
                "report",
                "process",
                "workspace",
            ],
        ),
        ("xtask/src/plan", &["gather", "verdict", "report", "process"]),
        ("xtask/src/evidence", &["gates", "gather", "verdict", "report", "process", "workspace"]),
        ("xtask/src/gather", &["verdict", "report"]),
        ("xtask/src/release", &["plan", "gates", "gather", "report", "commands"]),
        ("xtask/src/verdict", &["report", "gather", "process", "workspace", "settings"]),
        ("xtask/src/report", &["gather", "process", "workspace", "settings", "stages"]),
    ];
    let sources = files("xtask/src", &[".rs"]);
    let mut breaches = Vec::new();
    for (path, text) in &sources {
        for (phase, modules) in later.iter().filter(|(phase, _)| path.starts_with(phase)) {
            assert!(sources.iter().any(|(path, _)| path.starts_with(phase)), "{phase} is gone");
            // What implements a trait of the reports' own lives beside its phase; nothing else does.
            breaches.extend(uses(path, text, modules));
        }
    }
    no_breach("a phase imports a later one", &breaches);
}

#[test]
fn gathering_never_judges_and_judging_never_runs_anything() {
    let mut breaches = Vec::new();
    let (mut gatherers, mut judges) = (0, 0);
    let release = files("xtask/src/release", &[".rs"]);
    for (path, text) in files("xtask/src/gates", &[".rs"]).into_iter().chain(release) {
        let judge = path.ends_with("/judge.rs") || path.contains("/judge/");
        // Whatever can start a program gathers, by whatever name.
        let gather = path.ends_with("/gather.rs") || !uses(&path, &text, &["process"]).is_empty();
        if judge {
            judges += 1;
            breaches.extend(uses(
                &path,
                &text,
                &["process", "workspace", "gather", "progress", "host", "report"],
            ));
            let reads = code(&text).lines().enumerate().filter(|(_, line)| line.contains("std::fs"));
            breaches.extend(reads.map(|(index, _)| format!("  {path}:{}: std::fs", index + 1)));
        }
        if gather {
            gatherers += 1;
            breaches.extend(uses(&path, &text, &["verdict", "catalog", "report"]));
        }
    }
    assert!(gatherers >= 8 && judges >= 2, "{gatherers} gatherers and {judges} judges were looked at");
    no_breach("gather and judge are mixed", &breaches);
}

#[test]
fn nothing_committed_names_a_machine_or_a_registry_host() {
    let forbidden = [
        ["/ro", "ot/"].concat(),
        ["/wo", "rk/"].concat(),
        ["/ho", "me/"].concat(),
        ["index.", "crates.io"].concat(),
        ["static.", "crates.io"].concat(),
        ["pypi", ".org"].concat(),
        ["registry.", "npmjs"].concat(),
    ];
    let mut breaches = Vec::new();
    for folder in ["xtask", "fixtures", "ci", ".ci", ".cargo"] {
        if !root().join(folder).exists() {
            continue;
        }
        for (path, text) in files(folder, &[""]) {
            for (index, line) in text.lines().enumerate() {
                if let Some(word) = forbidden.iter().find(|word| line.contains(word.as_str())) {
                    breaches.push(format!("  {path}:{}: {word}", index + 1));
                }
            }
        }
    }
    no_breach("a committed file names a machine's path or a registry's host", &breaches);
}

#[test]
fn nothing_is_ignored_or_left_to_do() {
    let words = [
        ["#[ig", "nore"].concat(),
        ["todo", "!("].concat(),
        ["unimple", "mented!("].concat(),
        ["FIX", "ME"].concat(),
    ];
    let mut breaches = Vec::new();
    for (path, text) in files("xtask", &[".rs"]) {
        for (index, line) in text.lines().enumerate() {
            if let Some(word) = words.iter().find(|word| line.contains(word.as_str())) {
                breaches.push(format!("  {path}:{}: {word}", index + 1));
            }
        }
    }
    no_breach("something is ignored or left to do", &breaches);
}

#[test]
fn every_dependency_says_why_it_is_there() {
    let manifest = fs::read_to_string(root().join("xtask/Cargo.toml")).expect("the manifest");
    let mut inside = false;
    let mut before = "";
    let mut breaches = Vec::new();
    for (index, line) in manifest.lines().enumerate() {
        if line.starts_with('[') {
            inside = line.contains("dependencies");
        } else if inside && line.contains('=') && !before.starts_with('#') {
            // serde_json shares the reason of serde, right above it.
            if !line.starts_with("serde_json") {
                breaches.push(format!("  xtask/Cargo.toml:{}: {line}", index + 1));
            }
        }
        before = line;
    }
    no_breach("a dependency without a reason above it", &breaches);
}
