//! The thin package: a program of one line whose library is this tool.

use std::fmt;

use toml_edit::{DocumentMut, Item};

use super::Found;
use crate::diagnostics::shown;
use crate::error::{Error, Result};
use crate::toml_file::quoted;

/// What the package is called unless somebody says otherwise.
pub(crate) const DEFAULT_NAME: &str = "xtask";
/// What other names end with: by it the rules about aliases and workflows know the tool.
const ENDING: &str = "-xtask";
/// The version of every thin package. It tells it from the tool, which is called the same and never has it.
pub(super) const VERSION: &str = "0.0.0";
/// What the tool is called by the thin package.
const DEPENDENCY: &str = "maturity";
/// What says that a package is this tool itself, copied.
const DESCRIPTION: &str = env!("CARGO_PKG_DESCRIPTION");

const MAIN: &str = "\
//! The gates for releases, as a package of this workspace. All that it does lies in the library.

use std::process::ExitCode;

/// Carries out one command.
fn main() -> ExitCode {
    maturity::main()
}
";

/// Where the thin package takes this tool from. The words are those of `--from`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// A folder on this machine, as the manifest is to name it.
    Path(String),
    /// A git repository, and a revision of it.
    Git(String, Option<String>),
    /// A version in a registry that is not crates.io.
    Registry {
        /// The requirement.
        version: String,
        /// The registry, as cargo's configuration names it.
        registry: String,
    },
}

impl Source {
    /// Reads the value of `--from`, whose path is not looked up yet.
    ///
    /// # Errors
    /// A usage error that says what was expected.
    pub(crate) fn parse(text: &str) -> Result<Source> {
        let refuse = |what: &str| {
            Err(Error::usage(format!("--from {}: {what}", shown(text)))
                .help("path:DIR, git:URL#REV, or registry:VERSION@REGISTRY"))
        };
        if text.chars().any(crate::diagnostics::is_invisible) {
            return refuse("it holds what a terminal would hide");
        }
        match text.split_once(':') {
            Some(("path", folder)) if !folder.is_empty() => Ok(Source::Path(folder.to_owned())),
            Some(("git", url)) => {
                let (url, revision) = match url.rsplit_once('#') {
                    Some((_, "")) => return refuse("no revision stands behind the #"),
                    Some((url, revision)) => (url, Some(revision.to_owned())),
                    None => (url, None),
                };
                match url.split_once("://") {
                    Some((scheme, rest)) if !scheme.is_empty() && !rest.is_empty() => {
                        Ok(Source::Git(url.to_owned(), revision))
                    }
                    _ => refuse("cargo wants a whole URL, such as https://… or ssh://git@…"),
                }
            }
            Some(("registry", rest)) => registry(rest).map_or_else(|| refuse(NOT_PUBLISHED), Ok),
            None if text == "registry" => refuse(NOT_PUBLISHED),
            _ => refuse("it names no source"),
        }
    }

    /// The table of the dependency.
    fn dependency(&self) -> String {
        match self {
            Source::Path(folder) => format!("path = {}", quoted(folder)),
            Source::Git(url, None) => format!("git = {}", quoted(url)),
            Source::Git(url, Some(revision)) => format!("git = {}, rev = {}", quoted(url), quoted(revision)),
            Source::Registry { version, registry } => {
                format!("version = {}, registry = {}", quoted(version), quoted(registry))
            }
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.dependency())
    }
}

/// A crate of this tool's name on crates.io would be somebody else's program, with all that a build may do.
const NOT_PUBLISHED: &str = "this tool is not on crates.io; name the registry that has it";

fn registry(text: &str) -> Option<Source> {
    let (version, registry) = text.split_once('@').unwrap_or(("", text));
    let version = if version.is_empty() { concat!("=", env!("CARGO_PKG_VERSION")) } else { version };
    let known = !registry.is_empty() && registry != "crates-io" && !registry.starts_with(char::is_numeric);
    known.then(|| Source::Registry { version: version.to_owned(), registry: registry.to_owned() })
}

/// Sees that a name can be one.
///
/// # Errors
/// A usage error if not.
pub(crate) fn check_name(name: &str) -> Result<()> {
    let letters = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    let own = name.strip_suffix(ENDING).is_some_and(|own| own.starts_with(|c: char| c.is_ascii_lowercase()));
    if name == DEFAULT_NAME || (letters && own) {
        return Ok(());
    }
    Err(Error::usage(format!("--name {}: it would not be known as this tool", shown(name)))
        .help("small letters, digits and hyphens with -xtask at the end, such as gates-xtask"))
}

/// The files of the package.
pub(super) fn files(name: &str) -> [String; 2] {
    [format!("{name}/Cargo.toml"), format!("{name}/src/main.rs")]
}

/// What the package's files are to say.
pub(super) fn texts(name: &str, source: &Source, root: &DocumentMut) -> [String; 2] {
    let workspace = root.get("workspace");
    let has = |keys: &[&str]| keys.iter().try_fold(workspace?, |item, key| item.get(key));
    let license = match has(&["package", "license"]) {
        Some(_) => "license.workspace = true",
        None => "license = \"MIT OR Apache-2.0\"",
    };
    let lints = match has(&["lints"]) {
        Some(_) => "[lints]\nworkspace = true",
        None => "[lints.rust]\nunsafe_code = \"forbid\"",
    };
    let manifest = format!(
        "\
# The gates for releases: `cargo {name} maturity`. Written by `cargo xtask init`, and yours from here on.
[package]
name = \"{name}\"
description = \"The gates for releases of this workspace\"
# Keep it: the tool that this depends on may have the same name, and the alias tells them apart by version.
version = \"{VERSION}\"
edition = \"2024\"
# What the tool needs.
rust-version = \"{}\"
{license}
publish = false

{lints}

[dependencies]
# The tool itself.
{DEPENDENCY} = {{ package = \"{}\", {} }}
",
        env!("CARGO_PKG_RUST_VERSION"),
        env!("CARGO_PKG_NAME"),
        source.dependency(),
    );
    [manifest, MAIN.to_owned()]
}

/// What a package of that name is, if there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// There is none.
    Absent,
    /// The thin one.
    Thin,
    /// This tool itself, copied.
    Copied,
}

/// Looks whether the name is free, or has been taken by this tool.
///
/// # Errors
/// A usage error if it is somebody else's.
pub(super) fn standing(found: &Found, name: &str) -> Result<Standing> {
    let own = format!("{name}/Cargo.toml");
    let standing = match found.files.get(&own).map(|text| text.parse::<DocumentMut>()) {
        Some(Ok(manifest)) => ours(&manifest),
        Some(Err(_)) => None,
        None if found.folder_taken => None,
        None => Some(Standing::Absent),
    };
    let elsewhere = found.members.iter().find(|member| member.name == name && member.manifest != own);
    if let Some(member) = elsewhere {
        return Err(taken(name, &format!("{} is a package of that name", shown(&member.manifest))));
    }
    standing.ok_or_else(|| taken(name, &format!("{name}/ is there, and does not hold this tool")))
}

/// Why a name cannot be had, and what to do.
pub(super) fn taken(name: &str, why: &str) -> Error {
    let free = if name == "gates-xtask" { "release-xtask" } else { "gates-xtask" };
    Error::usage(format!("the name {name} is taken: {why}")).help(format!(
        "nothing was written; give another name with --name {free}: then it is `cargo {free} maturity`"
    ))
}

fn ours(manifest: &DocumentMut) -> Option<Standing> {
    let tool = manifest.get("dependencies").and_then(|table| table.get(DEPENDENCY));
    if tool.and_then(|tool| tool.get("package")).and_then(Item::as_str) == Some(env!("CARGO_PKG_NAME")) {
        return Some(Standing::Thin);
    }
    let description = manifest.get("package").and_then(|package| package.get("description"));
    (description.and_then(Item::as_str) == Some(DESCRIPTION)).then_some(Standing::Copied)
}
