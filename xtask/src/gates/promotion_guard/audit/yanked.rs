//! Whether locked versions were yanked, as of the registry index that cargo has cached.
//!
//! Never asks the registry. Cargo writes an entry of its cache when it resolves a package anew, so an
//! entry can be older than a yank; a version of which no entry is at hand is unknown, never "not
//! yanked". An entry only counts if its checksum is the one in Cargo.lock, so that a package of the
//! same name in another registry's index proves nothing.
//!
//! The format is cargo's `src/cargo/sources/registry/index/cache.rs`: a version byte (3), a
//! little-endian `u32` with the version of the index's schema, the index's state up to a NUL, then
//! for each version its number, NUL, its JSON line, NUL.

use std::ffi::CStr;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::locked::Locked;

/// The largest real entry has about 10 MiB.
const MAX_BYTES: u64 = 64 << 20;
const CACHE_VERSION: u8 = 3;
const MAX_SCHEMA: u32 = 2;

/// The line of one version; the rest of it does not matter here.
#[derive(Deserialize)]
struct Line {
    name: String,
    vers: String,
    cksum: String,
    #[serde(default)]
    yanked: bool,
}

/// What the cached index says of the locked packages, each as `name@version`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Yanks {
    pub(super) yanked: Vec<String>,
    pub(super) unknown: Vec<String>,
}

/// Looks all of them up in the caches below `<cargo_home>/registry/index`.
pub(super) fn look_up(cargo_home: &Path, packages: &[Locked]) -> Yanks {
    let caches = caches(&cargo_home.join("registry").join("index"));
    let mut yanks = Yanks::default();
    for package in packages {
        let mut states = caches.iter().filter_map(|cache| state(cache, package)).peekable();
        let known = states.peek().is_some();
        if !known {
            yanks.unknown.push(package.shown());
        } else if states.any(|yanked| yanked) {
            yanks.yanked.push(package.shown());
        }
    }
    yanks
}

fn caches(index: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(index) else { return Vec::new() };
    let mut caches: Vec<PathBuf> =
        entries.flatten().map(|entry| entry.path().join(".cache")).filter(|cache| cache.is_dir()).collect();
    caches.sort();
    caches
}

/// Whether one cache calls the package yanked; `None` if it does not know exactly this package.
fn state(cache: &Path, package: &Locked) -> Option<bool> {
    let checksum = package.checksum.as_deref()?;
    let file = std::fs::File::open(cache.join(prefixed(&package.name)?)).ok()?;
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).ok()?;
    if bytes.len() as u64 > MAX_BYTES {
        return None;
    }
    let line: Line = serde_json::from_slice(find(&bytes, &package.version.to_string())?).ok()?;
    let same = line.name == package.name && line.cksum.eq_ignore_ascii_case(checksum);
    (same && line.vers == package.version.to_string()).then_some(line.yanked)
}

/// Where an index keeps a package: `1/a`, `2/ab`, `3/a/abc`, `ab/cd/abcd…`, in lower case.
fn prefixed(name: &str) -> Option<String> {
    // A name is put into a path: nothing but what a registry allows in one.
    if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_') {
        return None;
    }
    let name = name.to_ascii_lowercase();
    Some(match name.len() {
        0 => return None,
        1 => format!("1/{name}"),
        2 => format!("2/{name}"),
        3 => format!("3/{}/{name}", &name[..1]),
        _ => format!("{}/{}/{name}", &name[..2], &name[2..4]),
    })
}

/// The JSON line of a version. Walks from NUL to NUL with the standard library's own search, because
/// a loop over the bytes would be slow in the unoptimised profile that users run: entries of popular
/// packages have megabytes.
fn find<'a>(bytes: &'a [u8], version: &str) -> Option<&'a [u8]> {
    let (&format, rest) = bytes.split_first()?;
    let (schema, rest) = rest.split_first_chunk::<4>()?;
    if format != CACHE_VERSION || u32::from_le_bytes(*schema) > MAX_SCHEMA {
        return None;
    }
    let mut rest = rest;
    let mut next = || {
        let text = CStr::from_bytes_until_nul(rest).ok()?.to_bytes();
        rest = &rest[text.len() + 1..];
        Some(text)
    };
    next()?;
    loop {
        let (number, line) = (next()?, next()?);
        if number == version.as_bytes() {
            return Some(line);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUM: &str = "00000000000000000000000000000000000000000000000000000000000000aa";

    fn entry(lines: &[(&str, &str, &str)]) -> Vec<u8> {
        let mut bytes = vec![CACHE_VERSION, 2, 0, 0, 0];
        bytes.extend(b"etag: \"x\"\0");
        for (version, checksum, yanked) in lines {
            let line = format!(
                r#"{{"name":"demo","vers":"{version}","deps":[],"cksum":"{checksum}","features":{{}}{yanked}}}"#
            );
            bytes.extend(format!("{version}\0{line}\0").bytes());
        }
        bytes
    }

    fn locked(version: &str) -> Locked {
        Locked { name: "demo".into(), version: version.parse().unwrap(), checksum: Some(SUM.into()) }
    }

    fn look_up_in(entries: &[(&str, Vec<u8>)], version: &str) -> Yanks {
        let home = tempfile::tempdir().unwrap();
        for (index, bytes) in entries {
            let folder = home.path().join("registry/index").join(index).join(".cache/de/mo");
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join("demo"), bytes).unwrap();
        }
        look_up(home.path(), &[locked(version)])
    }

    fn yanked() -> Yanks {
        Yanks { yanked: vec!["demo@1.0.0".into()], unknown: Vec::new() }
    }

    fn unknown() -> Yanks {
        Yanks { yanked: Vec::new(), unknown: vec!["demo@1.0.0".into()] }
    }

    #[test]
    fn a_version_is_found_and_judged_by_its_own_line() {
        let lines = &[("0.9.0", SUM, r#","yanked":true"#), ("1.0.0", SUM, r#","yanked":false"#)];
        assert_eq!(look_up_in(&[("a", entry(lines))], "1.0.0"), Yanks::default());
        let lines = &[("0.9.0", SUM, ""), ("1.0.0", SUM, r#","yanked":true"#)];
        assert_eq!(look_up_in(&[("a", entry(lines))], "1.0.0"), yanked());
    }

    #[test]
    fn one_cache_that_says_yanked_is_enough() {
        let (no, yes) = (entry(&[("1.0.0", SUM, "")]), entry(&[("1.0.0", SUM, r#","yanked":true"#)]));
        for entries in [[("a", no.clone()), ("b", yes.clone())], [("a", yes), ("b", no)]] {
            assert_eq!(look_up_in(&entries, "1.0.0"), yanked());
        }
    }

    #[test]
    fn what_is_not_there_or_not_readable_is_unknown() {
        let good = entry(&[("1.0.0", SUM, "")]);
        let mut newer = good.clone();
        newer[0] = 4;
        let mut schema = good.clone();
        schema[1] = 9;
        let cases: &[(&str, Vec<u8>)] = &[
            ("another version", entry(&[("1.0.1", SUM, "")])),
            ("another checksum", entry(&[("1.0.0", &SUM.replace('a', "b"), "")])),
            ("a newer format", newer),
            ("a newer schema", schema),
            ("cut off", good[..good.len() - 1].to_vec()),
            ("empty", Vec::new()),
            ("header alone", good[..7].to_vec()),
            ("not JSON", b"\x03\x02\0\0\0e\x001.0.0\0{\0".to_vec()),
            ("not a bool", entry(&[("1.0.0", SUM, r#","yanked":"no""#)])),
        ];
        for (case, bytes) in cases {
            assert_eq!(look_up_in(&[("a", bytes.clone())], "1.0.0"), unknown(), "{case}");
        }
        assert_eq!(look_up_in(&[], "1.0.0"), unknown());
    }

    #[test]
    fn a_name_cannot_leave_the_cache() {
        let names = [("a", Some("1/a")), ("ab", Some("2/ab")), ("abc", Some("3/a/abc"))];
        let more = [("Serde_json", Some("se/rd/serde_json")), ("../x", None), ("é", None), ("", None)];
        for (name, path) in names.into_iter().chain(more) {
            assert_eq!(prefixed(name).as_deref(), path, "{name}");
        }
    }
}
