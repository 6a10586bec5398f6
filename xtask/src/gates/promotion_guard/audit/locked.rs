//! What Cargo.lock holds, told apart by where it comes from.
//!
//! Advisories are about crates.io. A package of the same name from anywhere else is another package:
//! it is never looked up there, and never passed over in silence either.
//!
//! Cargo writes the file line by line in one form, and a file in just that form is read as such: of
//! 1,000 packages that takes a tenth of the 40 ms that the TOML parser takes in the profile that users
//! run. A single line in any other form, and the parser reads all of it.

use std::collections::{BTreeSet, HashMap};
use std::io::Read;
use std::path::Path;

use rustsec::SourceId;
use rustsec::cargo_lock::package::SourceKind;
use rustsec::cargo_lock::{Lockfile, Package};
use rustsec::semver::Version;

/// Far above any real lockfile: one of 1,000 packages has about 300 KiB.
const MAX_BYTES: u64 = 64 << 20;

/// A locked package of crates.io.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Locked {
    pub(super) name: String,
    pub(super) version: Version,
    /// SHA-256 of the package file, lower-case hex.
    pub(super) checksum: Option<String>,
}

impl Locked {
    /// `name@version`.
    pub(super) fn shown(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }
}

/// The packages of a lockfile, members of the workspace left out.
#[derive(Debug, Default)]
pub(super) struct Packages {
    /// Those of crates.io.
    pub(super) crates_io: Vec<Locked>,
    /// All others, as `name@version (source)`.
    pub(super) elsewhere: Vec<String>,
}

/// Reads Cargo.lock. `members` are the names and versions of the workspace's own packages.
pub(super) fn read(path: &Path, members: &BTreeSet<(String, String)>) -> Result<Packages, String> {
    let mut text = String::new();
    let file = std::fs::File::open(path).map_err(|error| format!("Cargo.lock cannot be opened: {error}"))?;
    let length = file
        .take(MAX_BYTES + 1)
        .read_to_string(&mut text)
        .map_err(|error| format!("Cargo.lock cannot be read: {error}"))?;
    if length as u64 > MAX_BYTES {
        return Err(format!("Cargo.lock is larger than {MAX_BYTES} bytes"));
    }
    parse(&text, members)
}

/// A package as it stands in the file. No source means: a folder.
struct Entry {
    name: String,
    version: Version,
    source: Option<SourceId>,
    checksum: Option<String>,
}

fn parse(text: &str, members: &BTreeSet<(String, String)>) -> Result<Packages, String> {
    let entries = match by_line(text) {
        Some(entries) => entries,
        None => by_parser(text)?,
    };
    let mut missing = members.clone();
    let mut packages = Packages::default();
    for entry in entries {
        let key = (entry.name.clone(), entry.version.to_string());
        if entry.source.is_none() && members.contains(&key) {
            missing.remove(&key);
        } else if entry.source.as_ref().is_some_and(SourceId::is_default_registry) {
            let Entry { name, version, checksum, .. } = entry;
            packages.crates_io.push(Locked { name, version, checksum });
        } else {
            packages.elsewhere.push(describe(&entry));
        }
    }
    // A lockfile that does not even list the workspace's own packages is not its lockfile.
    if let Some((name, version)) = missing.first() {
        return Err(format!("Cargo.lock does not list {name}@{version}, a member of this workspace"));
    }
    Ok(packages)
}

fn by_parser(text: &str) -> Result<Vec<Entry>, String> {
    let lockfile: Lockfile = text.parse().map_err(|error: rustsec::cargo_lock::Error| {
        format!("Cargo.lock cannot be parsed: {}", super::one_line(&error.to_string(), 300))
    })?;
    let entry = |package: Package| Entry {
        name: package.name.to_string(),
        version: package.version,
        source: package.source,
        checksum: package.checksum.map(|checksum| checksum.to_string()),
    };
    Ok(lockfile.packages.into_iter().map(entry).collect())
}

/// The packages of a file in cargo's own form; `None` for any other.
fn by_line(text: &str) -> Option<Vec<Entry>> {
    let (head, body) = text.split_once("\n[[package]]\n")?;
    if !head.lines().all(|line| line.is_empty() || line.starts_with('#') || line == "version = 4") {
        return None;
    }
    let mut sources: HashMap<&str, SourceId> = HashMap::new();
    let mut source = |text| {
        if !sources.contains_key(text) {
            sources.insert(text, SourceId::from_url(text).ok()?);
        }
        sources.get(text).cloned()
    };
    body.split("\n[[package]]\n")
        .map(|lines| {
            let mut lines = lines.lines();
            let name = value(lines.next()?, "name")?.to_owned();
            let version = value(lines.next()?, "version")?.parse().ok()?;
            let mut entry = Entry { name, version, source: None, checksum: None };
            let mut line = lines.next();
            if let Some(text) = line.and_then(|line| value(line, "source")) {
                entry.source = Some(source(text)?);
                line = lines.next();
            }
            if let Some(text) = line.and_then(|line| value(line, "checksum")) {
                entry.checksum = Some(text.to_owned());
                line = lines.next();
            }
            if line == Some("dependencies = [") {
                lines
                    .by_ref()
                    .find(|line| !(line.starts_with(" \"") && line.ends_with("\",")))
                    .filter(|line| *line == "]")?;
                line = lines.next();
            }
            (line.is_none_or(str::is_empty) && lines.next().is_none()).then_some(entry)
        })
        .collect()
}

/// The value in `key = "value"`, without anything that TOML would have to decode.
fn value<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    let value = line.strip_prefix(key)?.strip_prefix(" = \"")?.strip_suffix('"')?;
    (!value.contains(['"', '\\'])).then_some(value)
}

fn describe(package: &Entry) -> String {
    let source = match &package.source {
        None => "path".to_owned(),
        Some(source) => {
            let kind = match source.kind() {
                SourceKind::Git(_) => "git",
                SourceKind::Registry | SourceKind::SparseRegistry | SourceKind::LocalRegistry => "registry",
                _ => "source",
            };
            // Credentials can stand in a URL, and these facts are published.
            let mut url = source.url().clone();
            let hidden = url.set_username("").and_then(|()| url.set_password(None));
            if hidden.is_ok() || !url.has_authority() { format!("{kind} {url}") } else { kind.to_owned() }
        }
    };
    format!("{}@{} ({})", package.name, package.version, super::one_line(&source, 200))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(list: &[(&str, &str)]) -> BTreeSet<(String, String)> {
        list.iter().map(|(name, version)| ((*name).to_owned(), (*version).to_owned())).collect()
    }

    fn package(name: &str, version: &str, source: &str) -> String {
        let source = if source.is_empty() { String::new() } else { format!("source = \"{source}\"\n") };
        format!("[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n{source}\n")
    }

    #[test]
    fn packages_are_told_apart_by_their_source() {
        let text = [
            "version = 4\n\n".to_owned(),
            package("app", "0.1.0", ""),
            package("beside", "0.1.0", ""),
            package("plain", "1.0.0", "registry+https://github.com/rust-lang/crates.io-index"),
            package("mirror", "1.0.0", "sparse+https://user:secret@registry.example.com/index/"),
            package("old", "1.0.0", "registry+https://registry.example.com/git"),
            package(
                "git",
                "1.0.0",
                "git+https://example.com/git?branch=main#0123456789012345678901234567890123456789",
            ),
        ]
        .concat();
        let packages = parse(&text, &members(&[("app", "0.1.0")])).unwrap();
        let names: Vec<&str> = packages.crates_io.iter().map(|locked| locked.name.as_str()).collect();
        assert_eq!(names, ["plain"]);
        assert_eq!(
            packages.elsewhere,
            [
                "beside@0.1.0 (path)",
                "mirror@1.0.0 (registry https://registry.example.com/index/)",
                "old@1.0.0 (registry https://registry.example.com/git)",
                "git@1.0.0 (git https://example.com/git)",
            ]
        );
    }

    #[test]
    fn both_ways_of_reading_agree_on_this_very_lockfile() {
        let text = include_str!("../../../../../Cargo.lock");
        let shown = |entries: Vec<Entry>| {
            let show = |entry: &Entry| {
                (entry.name.clone(), entry.version.to_string(), describe(entry), entry.checksum.clone())
            };
            entries.iter().map(show).collect::<Vec<_>>()
        };
        let by_line = by_line(text).expect("cargo wrote it");
        assert!(by_line.len() > 50);
        assert_eq!(shown(by_line), shown(by_parser(text).unwrap()));
    }

    #[test]
    fn what_is_in_another_form_is_left_to_the_parser() {
        let good =
            "version = 4\n\n[[package]]\nname = \"x\"\nversion = \"1.0.0\"\ndependencies = [\n \"y\",\n]\n";
        assert_eq!(by_line(good).unwrap().len(), 1);
        let cases = [
            ("version = 4", "version = 3"),
            ("name = \"x\"", "name = 'x'"),
            ("name = \"x\"", "name = \"\\u0078\""),
            ("name = \"x\"", "\"name\" = \"x\""),
            ("\"1.0.0\"\n", "\"1.0.0\"\nreplace = \"z\"\n"),
            ("\"1.0.0\"\n", "\"1.0.0\"\nsource = \"ftp+x\"\n"),
            ("\"1.0.0\"\n", "\"1.0\"\n"),
            ("]\n", "]\n\n[[patch.unused]]\nname = \"z\"\nversion = \"1.0.0\"\n"),
            ("]\n", "]\n\n[metadata]\n"),
            ("]\n", ""),
            ("]\n", "]\nname = \"x\"\n"),
            ("[[package]]\n", "[[package]] # one\n"),
        ];
        for (from, to) in cases {
            let text = good.replacen(from, to, 1);
            assert!(by_line(&text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_member_of_another_version_is_no_member() {
        let text = format!("version = 4\n\n{}", package("app", "0.2.0", ""));
        let error = parse(&text, &members(&[("app", "0.1.0")])).unwrap_err();
        assert!(error.contains("app@0.1.0"), "{error}");
    }

    #[test]
    fn a_package_with_a_members_name_from_a_registry_is_looked_up() {
        let index = "registry+https://github.com/rust-lang/crates.io-index";
        let text =
            format!("version = 4\n\n{}{}", package("app", "0.1.0", ""), package("app", "0.1.0", index));
        let packages = parse(&text, &members(&[("app", "0.1.0")])).unwrap();
        assert_eq!(packages.crates_io.len(), 1);
    }

    #[test]
    fn what_is_no_lockfile_is_an_error() {
        let unknown = format!("version = 4\n\n{}", package("x", "1.0.0", "ftp+https://example.com/x"));
        for text in ["<<<<<<< ours\n", "version = 4\n\n[[package]]\nname = \"x\"\n", unknown.as_str()] {
            assert!(parse(text, &BTreeSet::new()).is_err(), "{text}");
        }
        // Empty: without members there is nothing in it, with members they are missing.
        assert!(parse("", &members(&[("app", "0.1.0")])).is_err());
        assert!(read(Path::new("/nowhere/Cargo.lock"), &BTreeSet::new()).is_err());
    }
}
