//! The rule about what takes the place of what the checks call.

use super::{Breach, Looked};
use crate::diagnostics::shown;
use crate::evidence::rules::{RuleFacts, ToolSetting};

/// Subcommands that the checks, or who runs the gate, call.
const CALLED: &[&str] = &[
    "audit",
    "bench",
    "build",
    "check",
    "clippy",
    "deny",
    "doc",
    "fetch",
    "fmt",
    "llvm-cov",
    "metadata",
    "miri",
    "nextest",
    "run",
    "rustc",
    "rustdoc",
    "semver-checks",
    "test",
    "tree",
    "update",
    "vet",
];
/// Cargo's own aliases, which a configuration may replace, with what each may stand for.
const SHORT: &[(&str, &[&str])] = &[
    ("b", &["build"]),
    ("c", &["check", "clippy"]),
    ("d", &["doc"]),
    ("r", &["run"]),
    ("t", &["test", "nextest"]),
];
/// Options of `cargo run` whose value is a word of its own, and is of no concern here.
const VALUED: &[&str] =
    &["--features", "-F", "--target", "--target-dir", "--profile", "--jobs", "-j", "--color"];
/// Wrappers that only remember what the compiler did.
const CACHES: &[&str] = &["sccache", "ccache", "cachepot", "kache"];
/// Runners that execute what they are given on another machine or system. Those that end with `-` are
/// the beginning of a name.
const EMULATORS: &[&str] =
    &["qemu-", "wine", "wine64", "wasmtime", "wasm-bindgen-test-runner", "probe-rs", "simctl"];
/// With these an emulator says something of itself, and executes nothing.
const TELLS: &[&str] = &["-h", "-help", "--help", "-V", "-version", "--version"];
/// Variables that replace a program, or say where lints are configured.
const BENDING: &[&str] =
    &["RUSTC", "RUSTDOC", "CARGO_BUILD_RUSTC", "CARGO_BUILD_RUSTDOC", "CLIPPY_CONF_DIR", "CLIPPY_ARGS"];
/// What flags of the compilers must not hold: lints that are allowed, capped or only warned of whatever
/// else is said, output instead of code, attributes from outside, flags in a file; and doc tests that are
/// not run, run by another program, or left out.
const SILENCING: &[&str] = &[
    "-A",
    "--allow",
    "--force-warn",
    "-Zunpretty",
    "-Zcrate-attr",
    "unpretty",
    "crate-attr",
    "@",
    "--no-run",
    "--runtool",
    "--test-runtool",
    "--test-builder",
    "--test-args",
];

pub(super) fn not_shadowed(facts: &RuleFacts) -> Looked {
    let wrong = facts.tools.iter().filter_map(|one| Some((one, why(one)?)));
    let mut breaches: Vec<Breach> = wrong
        .map(|(one, why)| {
            let message = format!("{} is {}, {why}", shown_key(&one.key), shown(&one.value));
            match one.outside {
                // It is no file of the commit, so no place can be shown in it.
                true => Breach { message: format!("{message}, in {}", one.file), ..Breach::default() },
                false => Breach::at(&one.file, one.line, message),
            }
        })
        .collect();
    let unread = facts.unread.iter().filter(|(file, _)| !file.ends_with("Cargo.toml") && !of_workflows(file));
    breaches.extend(unread.map(|(file, why)| Breach {
        message: format!("{file} cannot be read: {}", shown(why)),
        ..Breach::default()
    }));
    Looked { at: facts.tools.len(), breaches, ..Looked::default() }
}

/// Whether a file is a workflow, or an action of the repository.
pub(in crate::gates::policy_drift::judge) fn of_workflows(file: &str) -> bool {
    file.starts_with(".github/") || file.ends_with(".yml") || file.ends_with(".yaml")
}

/// The path of a key, fit for a line.
fn shown_key(key: &[String]) -> String {
    shown(&key.join(".")).trim_matches('`').to_owned()
}

/// Why a setting takes the place of what the checks call.
fn why(setting: &ToolSetting) -> Option<&'static str> {
    let key: Vec<&str> = setting.key.iter().map(String::as_str).collect();
    let value = setting.value.as_str();
    match key.as_slice() {
        ["alias", name] => alias(name, value),
        ["build", "rustc" | "rustdoc"] => Some("which takes the place of the compiler"),
        ["build", "rustc-wrapper" | "rustc-workspace-wrapper"] => wraps(value),
        ["target", _, "runner"] => runs(value),
        ["build" | "target", .., "rustflags" | "rustdocflags"] => silences(value),
        ["env", name] | ["env", name, "value"] => bends(name, value),
        ["profile", _, "default-filter"] | ["profile", _, "overrides", "default-filter"] => {
            (value.trim() != "all()").then_some("which leaves tests out")
        }
        ["profile", .., "on-timeout"] => {
            (value == "pass").then_some("which lets tests that ran out of time pass")
        }
        ["profile", _, "scripts", "run-wrapper"] => Some("which runs in the place of the tests"),
        _ => None,
    }
}

fn alias(name: &str, value: &str) -> Option<&'static str> {
    if is_the_tools(name) {
        return (!runs_the_tool(name, value))
            .then_some("which is not just a call of the package of that name");
    }
    let first = value.split_whitespace().next().unwrap_or_default();
    let short = SHORT.iter().find(|(short, _)| *short == name);
    let replaced = short.map_or(CALLED.contains(&name), |(_, same)| !same.contains(&first));
    replaced.then_some("which takes the place of cargo's own command")
}

/// Whether an alias is this tool's: `xtask`, or what `init` takes where that name is somebody else's.
pub(in super::super) fn is_the_tools(alias: &str) -> bool {
    alias == "xtask" || alias.ends_with("-xtask")
}

/// Whether an alias runs the package of its name, as the alias of this tool has it, and tells it nothing: what
/// stands behind `--` would make another command of it, or judge another workspace.
fn runs_the_tool(name: &str, alias: &str) -> bool {
    let mut words = alias.split_whitespace();
    if !words.next().is_some_and(|word| matches!(word, "run" | "r")) {
        return false;
    }
    let mut named = false;
    while let Some(word) = words.next() {
        let (option, value) = match word.split_once('=') {
            Some((option, value)) => (option, Some(value)),
            None if word.starts_with("-p") => ("-p", word.strip_prefix("-p").filter(|name| !name.is_empty())),
            None => (word, None),
        };
        let mut value = || value.or_else(|| words.next()).unwrap_or_default();
        let ours = match option {
            "--" => return named && words.next().is_none(),
            "-p" | "--package" => value().split('@').next() == Some(name),
            "--bin" => value() == name,
            "--manifest-path" => {
                let path = value();
                let folder = path.strip_suffix("/Cargo.toml").and_then(|folder| folder.rsplit('/').next());
                !path.contains("..") && folder == Some(name)
            }
            "--example" | "--config" => return false,
            _ if VALUED.contains(&option) => {
                value();
                continue;
            }
            _ if option.starts_with('-') => continue,
            _ => return false,
        };
        if !ours {
            return false;
        }
        named = true;
    }
    named
}

/// Whether the program that a value begins with is one of these. One that is named by a path from the
/// repository is whatever the repository makes of it.
fn named(value: &str, programs: &[&str]) -> bool {
    let program = value.split_whitespace().next().unwrap_or_default().replace('\\', "/");
    let drive = program.as_bytes().get(1) == Some(&b':');
    let (folder, name) = program.rsplit_once('/').unwrap_or(("/", &program));
    let known = |known: &&str| match known.ends_with('-') {
        true => name.starts_with(*known),
        false => name.strip_suffix(".exe").unwrap_or(name) == *known,
    };
    (folder.is_empty() || folder.starts_with('/') || drive) && programs.iter().any(known)
}

/// A wrapper of the compiler; an empty one is none.
fn wraps(value: &str) -> Option<&'static str> {
    let harmless = value.is_empty() || named(value, CACHES);
    (!harmless).then_some("which stands between cargo and the compiler")
}

/// A runner of tests: an emulator that is given no program but the test.
fn runs(value: &str) -> Option<&'static str> {
    let mut words: Vec<&str> = value.split_whitespace().collect();
    let subcommand = matches!(words.as_slice(), ["probe-rs" | "wasmtime", "run", ..]);
    words.drain(..words.len().min(1 + usize::from(subcommand)));
    let before = std::iter::once("").chain(words.iter().copied());
    let program = words
        .iter()
        .zip(before)
        .any(|(word, before)| !word.starts_with('-') && (!before.starts_with('-') || before.contains('=')));
    let tells = words.iter().any(|word| TELLS.contains(word));
    let harmless = named(value, EMULATORS) && !program && !tells;
    (!harmless).then_some("which runs in the place of the tests")
}

/// Flags of the compilers.
fn silences(flags: &str) -> Option<&'static str> {
    let mut words = flags.split_whitespace();
    let silencing =
        |word: &str| word.contains("cap-lints") || SILENCING.iter().any(|flag| word.starts_with(flag));
    words.any(silencing).then_some("which silences lints or tests")
}

/// Why a variable takes the place of what the checks call.
pub(in super::super) fn bends(name: &str, value: &str) -> Option<&'static str> {
    let name = name.to_uppercase();
    if let Some(alias_name) = name.strip_prefix("CARGO_ALIAS_") {
        // Cargo writes a hyphen of a key as an underscore here.
        return alias(&alias_name.to_lowercase().replace('_', "-"), value);
    }
    if name.starts_with("CARGO_TARGET_") && name.ends_with("_RUNNER") {
        return runs(value);
    }
    if name.ends_with("RUSTC_WRAPPER") || name.ends_with("RUSTC_WORKSPACE_WRAPPER") {
        return wraps(value);
    }
    if BENDING.contains(&name.as_str()) {
        return Some("which takes the place of a program of the checks");
    }
    let flags = name.ends_with("RUSTFLAGS") || name.ends_with("RUSTDOCFLAGS");
    // Encoded flags are divided by a character of their own.
    flags.then(|| silences(&value.replace('\u{1f}', " "))).flatten()
}

#[cfg(test)]
mod tests;
