//! The programs that a case finds: a folder of links to exactly those, so that "not installed" can be
//! played on any machine, and nothing of the user's own gets in.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// Of the toolchain that runs the tests; a rustup proxy would need the user's home.
const TOOLCHAIN: &[&str] =
    &["cargo", "rustc", "rustdoc", "rustfmt", "cargo-fmt", "cargo-clippy", "clippy-driver"];

/// From PATH: git, the linker and what it calls, and what the cases' own checks run.
const SYSTEM: &[&str] = &[
    "cargo-nextest",
    "git",
    "cc",
    "gcc",
    "clang",
    "ld",
    "as",
    "ar",
    "sh",
    "sleep",
    "true",
    "false",
    "printf",
    "env",
];

static TOOLS: LazyLock<Vec<(&'static str, PathBuf)>> = LazyLock::new(|| {
    let cargo = PathBuf::from(env::var_os("CARGO").unwrap_or_else(|| OsString::from(env!("CARGO"))));
    let toolchain = cargo.parent().expect("cargo lies in a folder");
    let of_toolchain = TOOLCHAIN.iter().map(|name| (*name, toolchain.join(name)));
    let of_system = SYSTEM.iter().filter_map(|name| Some((*name, find(name)?)));
    of_toolchain.chain(of_system).filter(|(_, path)| path.exists()).collect()
});

/// Links every program but the missing ones into a folder.
pub(crate) fn link(folder: &Path, missing: &[String]) {
    fs::create_dir_all(folder).expect("a folder for the programs");
    for (name, path) in TOOLS.iter().filter(|(name, _)| !missing.iter().any(|missing| missing == name)) {
        symlink(path, folder.join(name)).expect("a link to a program");
    }
}

/// Whether the machine has a program of the toolbox.
pub(crate) fn has(name: &str) -> bool {
    TOOLS.iter().any(|(tool, _)| *tool == name)
}

/// Where a program of the toolbox is.
pub(crate) fn path(name: &str) -> PathBuf {
    let found = TOOLS.iter().find(|(tool, _)| *tool == name);
    found.unwrap_or_else(|| panic!("`{name}` is needed to run the cases")).1.clone()
}

/// Cargo's home folder of the user, whose downloaded packages the cases share.
pub(crate) fn cargo_home() -> PathBuf {
    let home = || PathBuf::from(env::var_os("HOME").expect("a home folder")).join(".cargo");
    env::var_os("CARGO_HOME").map_or_else(home, PathBuf::from)
}

fn find(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(name)).find(|candidate| candidate.is_file())
}
