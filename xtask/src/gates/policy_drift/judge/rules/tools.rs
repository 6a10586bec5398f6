//! The rule about what takes the place of what the checks call.

use super::{Breach, Looked};
use crate::diagnostics::shown;
use crate::evidence::rules::{RuleFacts, ToolSetting};

/// Subcommands that the checks, or who runs the gate, call.
const CALLED: &[&str] = &[
    "audit", "b", "bench", "build", "c", "check", "clippy", "d", "doc", "fetch", "fmt", "metadata",
    "nextest", "r", "run", "rustc", "rustdoc", "t", "test", "tree", "update",
];
/// Wrappers that only remember what the compiler did. By the name of the program.
const CACHES: &[&str] = &["sccache", "ccache", "cachepot", "kache"];
/// Runners that execute what they are given on another machine or system.
const EMULATORS: &[&str] = &["qemu-", "wine", "wasmtime", "wasm-bindgen-test-runner", "probe-rs", "simctl"];
/// Variables that replace a program, or say where lints are configured.
const BENDING: &[&str] = &[
    "RUSTC",
    "RUSTDOC",
    "CARGO_BUILD_RUSTC",
    "CARGO_BUILD_RUSTDOC",
    "RUSTC_WRAPPER",
    "RUSTC_WORKSPACE_WRAPPER",
    "CARGO_BUILD_RUSTC_WRAPPER",
    "CARGO_BUILD_RUSTC_WORKSPACE_WRAPPER",
    "CLIPPY_CONF_DIR",
    "CLIPPY_ARGS",
];

pub(super) fn not_shadowed(facts: &RuleFacts) -> Looked {
    let wrong = facts.tools.iter().filter_map(|one| Some((one, why(one)?)));
    let mut breaches: Vec<Breach> = wrong
        .map(|(one, why)| {
            let message = format!("{} is {}, {why}", one.key.join("."), shown(&one.value));
            Breach::at(&one.file, one.line, message)
        })
        .collect();
    let unread = facts.unread.iter().filter(|(file, _)| file.contains("config"));
    breaches.extend(unread.map(|(file, why)| Breach::at(file, None, format!("cannot be read: {why}"))));
    Looked { at: facts.tools.len(), breaches, ..Looked::default() }
}

/// Why a setting takes the place of what the checks call.
fn why(setting: &ToolSetting) -> Option<&'static str> {
    let key: Vec<&str> = setting.key.iter().map(String::as_str).collect();
    let value = setting.value.as_str();
    match key.as_slice() {
        ["alias", "xtask"] => (!runs_the_tool(value)).then_some("which does not run the gate"),
        ["alias", name] => CALLED.contains(name).then_some("which takes the place of cargo's own command"),
        ["build", "rustc" | "rustdoc"] => Some("which takes the place of the compiler"),
        ["build", "rustc-wrapper" | "rustc-workspace-wrapper"] => {
            (!named(value, CACHES)).then_some("which stands between cargo and the compiler")
        }
        ["target", _, "runner"] => {
            (!named(value, EMULATORS)).then_some("which runs in the place of the tests")
        }
        [.., "rustflags" | "rustdocflags"] => silences(value).then_some("which silences lints"),
        ["env", name] | ["env", name, "value"] => bends(name, value),
        ["profile", _, "default-filter"] => (value.trim() != "all()").then_some("which leaves tests out"),
        _ => None,
    }
}

/// `run … xtask …`, as the alias of this tool has it.
fn runs_the_tool(alias: &str) -> bool {
    let mut words = alias.split_whitespace();
    let runs = words.next().is_some_and(|word| matches!(word, "run" | "r"));
    let ours = |word: &str| {
        let named = word.rsplit(['=', '/']).next().unwrap_or(word);
        named == "xtask" || word.ends_with("xtask/Cargo.toml") || word == "-pxtask"
    };
    let before_arguments = words.take_while(|word| *word != "--");
    runs && before_arguments.into_iter().any(ours)
}

/// Whether the program that a value begins with is one of these, by the beginning of its name.
fn named(value: &str, programs: &[&str]) -> bool {
    let program = value.split_whitespace().next().unwrap_or_default();
    let name = program.rsplit(['/', '\\']).next().unwrap_or(program);
    programs.iter().any(|known| name.starts_with(known))
}

/// Whether compiler flags turn lints off.
fn silences(flags: &str) -> bool {
    let words: Vec<&str> = flags.split_whitespace().collect();
    words
        .iter()
        .any(|word| word.contains("cap-lints") || word.starts_with("-A") || word.starts_with("--allow"))
}

/// Why a variable takes the place of what the checks call.
pub(in super::super) fn bends(name: &str, value: &str) -> Option<&'static str> {
    let name = name.to_uppercase();
    if name.starts_with("CARGO_ALIAS_") {
        return Some("which is an alias");
    }
    if name.starts_with("CARGO_TARGET_") && name.ends_with("_RUNNER") {
        return (!named(value, EMULATORS)).then_some("which runs in the place of the tests");
    }
    if BENDING.contains(&name.as_str()) {
        return (!named(value, CACHES)).then_some("which takes the place of a program of the checks");
    }
    let flags = name.ends_with("RUSTFLAGS") || name.ends_with("RUSTDOCFLAGS");
    // Encoded flags are divided by a character of their own.
    (flags && silences(&value.replace('\u{1f}', " "))).then_some("which silences lints")
}
