//! The checksums in Cargo.lock. Reads text that cargo has already accepted; writes nothing.
//!
//! `cargo metadata --locked` refuses a Cargo.lock that differs by a byte from what cargo itself would
//! write, so its lines can be taken as they stand: no TOML parser is needed, and a thousand packages
//! are read in a millisecond. A line in any other form yields no checksum, and a package without one
//! cannot be approved by checksum.

use std::collections::HashMap;

use crate::digest::is_sha256;

/// Name, version and source (empty for none) of a locked package.
pub(super) type Key = (String, String, String);

/// The checksum of each locked package that has one.
pub(super) fn checksums(lockfile: &str) -> HashMap<Key, String> {
    let mut found = HashMap::new();
    let mut key: Key = Default::default();
    for line in lockfile.lines() {
        if line == "[[package]]" || line == "[metadata]" {
            key = Default::default();
        } else if let Some(name) = value(line, "name") {
            key.0 = name.to_owned();
        } else if let Some(version) = value(line, "version") {
            key.1 = version.to_owned();
        } else if let Some(source) = value(line, "source") {
            key.2 = source.to_owned();
        } else if let Some(checksum) = value(line, "checksum") {
            insert(&mut found, key.clone(), checksum);
        } else if let Some((key, checksum)) = old_form(line) {
            insert(&mut found, key, checksum);
        }
    }
    found
}

fn insert(found: &mut HashMap<Key, String>, key: Key, checksum: &str) {
    if is_sha256(checksum) {
        found.insert(key, checksum.to_owned());
    }
}

fn value<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    line.strip_prefix(name)?.strip_prefix(" = \"")?.strip_suffix('"')
}

/// `"checksum NAME VERSION (SOURCE)" = "…"`, as the first version of the format has it.
fn old_form(line: &str) -> Option<(Key, &str)> {
    let (key, checksum) = line.strip_prefix("\"checksum ")?.strip_suffix('"')?.split_once(")\" = \"")?;
    let (name, rest) = key.split_once(' ')?;
    let (version, source) = rest.split_once(" (")?;
    Some(((name.to_owned(), version.to_owned(), source.to_owned()), checksum))
}

#[cfg(test)]
mod tests {
    use super::checksums;

    #[test]
    fn checksums_of_all_forms_are_found_and_others_are_not() {
        let (a, b) = ("a".repeat(64), "b".repeat(64));
        let text = format!(
            "version = 4\n\n[[package]]\nname = \"app\"\nversion = \"0.1.0\"\ndependencies = [\n \"x\",\n]\n\n\
             [[package]]\nname = \"x\"\nversion = \"1.0.0\"\nsource = \"registry+i\"\nchecksum = \"{a}\"\n\n\
             [[package]]\nname = \"odd\"\nversion = \"1.0.0\"\nsource = \"registry+i\"\nchecksum = \"zz\"\n\n\
             [metadata]\n\"checksum old 2.0.0 (registry+i)\" = \"{b}\"\n"
        );
        let found = checksums(&text);
        let key = |name: &str, version: &str| (name.to_owned(), version.to_owned(), "registry+i".to_owned());
        assert_eq!(found.len(), 2);
        assert_eq!(found[&key("x", "1.0.0")], a);
        assert_eq!(found[&key("old", "2.0.0")], b);
    }
}
