//! Reads the advisories of a RustSec database folder.
//!
//! Never skips a file in silence: what is there and cannot be read as an advisory is named. Nothing in
//! a file can end this program: sizes are bounded, and a panic inside the parser is that file's fault.
//!
//! A file about a crate that nobody locked is only skimmed (see [`skim`]), as long as it has the form
//! that RustSec gives it; every other file is parsed in full. In the profile that users run, reading and
//! parsing all 1,225 of the real database takes 80 to 90 ms of processor time, with skimming 50 ms.

mod skim;

use std::collections::HashSet;
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use rustsec::Advisory;
use time::Date;

/// Far above any real advisory; what is larger is not one.
const MAX_BYTES: u64 = 1 << 20;
/// Far above the real database's 1,225 files.
const MAX_FILES: usize = 200_000;
/// How many unreadable files are named.
const MAX_NAMED: usize = 20;

/// What a database folder holds.
#[derive(Debug, Default)]
pub(super) struct Loaded {
    /// Advisories about wanted crates, ordered by id.
    pub(super) crates: Vec<Advisory>,
    /// All of them, those about other crates and about the Rust toolchain included.
    pub(super) total: usize,
    /// Those about crates.
    pub(super) about_crates: usize,
    /// The newest date that an advisory gives.
    pub(super) newest: Option<Date>,
    /// Files that are no readable advisory, relative to the folder, with the reason.
    pub(super) unreadable: Vec<String>,
}

/// Reads `crates/NAME/ID.md` and `rust/NAME/ID.md` below a folder, on several threads. `wanted` are the
/// names, [`folded`], whose advisories are handed out.
pub(super) fn load(folder: &Path, wanted: &HashSet<String>) -> Result<Loaded, String> {
    let mut loaded = Loaded::default();
    let mut files = Vec::new();
    for collection in ["crates", "rust"] {
        list(&folder.join(collection), folder, &mut files, &mut loaded.unreadable)
            .map_err(|error| format!("its folder `{collection}` cannot be read: {error}"))?;
    }
    if files.len() > MAX_FILES {
        return Err(format!("it holds more than {MAX_FILES} files, so it is not an advisory database"));
    }
    let threads = std::thread::available_parallelism().map_or(2, usize::from).min(8);
    let share = files.len().div_ceil(threads).max(1);
    let results: Vec<Result<Readout, String>> = std::thread::scope(|scope| {
        let workers: Vec<_> = files
            .chunks(share)
            .map(|share| {
                scope.spawn(move || share.iter().map(|file| read(file, folder, wanted)).collect::<Vec<_>>())
            })
            .collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap_or_else(|_| vec![Err("a reading thread died".into())]))
            .collect()
    });
    for result in results {
        match result {
            Ok(readout) => {
                loaded.total += 1;
                loaded.about_crates += usize::from(readout.about_a_crate);
                loaded.newest = loaded.newest.max(Some(readout.date));
                loaded.crates.extend(readout.advisory);
            }
            Err(problem) => loaded.unreadable.push(problem),
        }
    }
    loaded.crates.sort_by(|a, b| a.id().cmp(b.id()));
    cap(&mut loaded.unreadable);
    Ok(loaded)
}

fn cap(unreadable: &mut Vec<String>) {
    unreadable.sort();
    let further = unreadable.len().saturating_sub(MAX_NAMED);
    if further > 0 {
        unreadable.truncate(MAX_NAMED);
        unreadable.push(format!("and {further} more"));
    }
}

/// Collects the files below `collection/NAME/`. Like RustSec's own reader, it passes over dot files
/// and over what lies beside the folders; everything else must turn out to be an advisory.
fn list(
    collection: &Path,
    root: &Path,
    files: &mut Vec<PathBuf>,
    unreadable: &mut Vec<String>,
) -> std::io::Result<()> {
    let folders = match std::fs::read_dir(collection) {
        Ok(folders) => folders,
        // `rust` holds nothing that is matched; a database without `crates` turns out to be empty.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in folders {
        let folder = entry?.path();
        if hidden(&folder) || folder.is_file() {
            continue;
        }
        match std::fs::read_dir(&folder) {
            Ok(entries) => {
                for entry in entries {
                    let file = entry?.path();
                    if !hidden(&file) {
                        files.push(file);
                    }
                }
            }
            Err(error) => unreadable.push(format!("{}: {error}", shown(&folder, root))),
        }
        if files.len() > MAX_FILES {
            break;
        }
    }
    Ok(())
}

fn hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'))
}

fn shown(path: &Path, root: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

/// crates.io takes `a-b`, `a_b` and `A-b` for one name, so an advisory's spelling must not hide it.
pub(super) fn folded(name: &str) -> String {
    name.to_ascii_lowercase().replace('_', "-")
}

/// One file's content, as far as it matters.
struct Readout {
    about_a_crate: bool,
    date: Date,
    /// The advisory, if it is about a wanted crate.
    advisory: Option<Advisory>,
}

fn read(file: &Path, root: &Path, wanted: &HashSet<String>) -> Result<Readout, String> {
    let name = shown(file, root);
    let about_a_crate = name.starts_with("crates/");
    let named = |problem: String| format!("{name}: {problem}");
    let text = read_text(file).map_err(&named)?;
    let crate_name = |file: &Path| Some(file.parent()?.file_name()?.to_str()?.to_owned());
    let is_wanted = about_a_crate && crate_name(file).is_none_or(|name| wanted.contains(&folded(&name)));
    if !is_wanted && let Some(date) = skim::skim(&text, file) {
        return Ok(Readout { about_a_crate, date, advisory: None });
    }
    // Checked here, because the parser would cut its error message inside a character and panic.
    if !text.starts_with("```toml") {
        return Err(named("does not begin with TOML front matter".into()));
    }
    let advisory = catch_unwind(AssertUnwindSafe(|| text.parse::<Advisory>()))
        .map_err(|_| named("the parser gave up on it".into()))?
        .map_err(|error| named(super::one_line(&error.to_string(), 200)))?;
    placed(file, &advisory).map_err(&named)?;
    let date = date(advisory.date().as_str()).ok_or_else(|| {
        named(format!("its date `{}` is none", super::one_line(advisory.date().as_str(), 40)))
    })?;
    Ok(Readout { about_a_crate, date, advisory: is_wanted.then_some(advisory) })
}

fn read_text(file: &Path) -> Result<String, String> {
    let metadata = std::fs::metadata(file).map_err(|error| error.to_string())?;
    // A pipe would wait for ever.
    if !metadata.is_file() {
        return Err("is not a file".into());
    }
    let mut text = String::new();
    let opened = std::fs::File::open(file).map_err(|error| error.to_string())?;
    let length = opened.take(MAX_BYTES + 1).read_to_string(&mut text).map_err(|error| error.to_string())?;
    if length as u64 > MAX_BYTES { Err(format!("is larger than {MAX_BYTES} bytes")) } else { Ok(text) }
}

/// An advisory stands in the folder of its crate, under its own id, as RustSec's own reader demands.
/// Without that, a copy under another name could not be told from the original.
fn placed(file: &Path, advisory: &Advisory) -> Result<(), String> {
    let id = super::one_line(advisory.id().as_str(), 80);
    if file.file_name() != Some(format!("{id}.md").as_ref()) && !Advisory::is_draft(file) {
        return Err(format!("holds the advisory {id}, so it should be named {id}.md"));
    }
    let package = advisory.metadata.package.as_str();
    if file.parent().and_then(Path::file_name) != Some(package.as_ref()) {
        return Err(format!("is about `{}`, which has another folder", super::one_line(package, 80)));
    }
    Ok(())
}

/// The day that a text such as `2024-02-29` means.
pub(super) fn date(text: &str) -> Option<Date> {
    Date::parse(text, time::macros::format_description!("[year]-[month]-[day]")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "```toml\n[advisory]\nid = \"RUSTSEC-2020-0001\"\npackage = \"demo\"\n\
        date = \"2020-05-01\"\n\n[versions]\npatched = [\">= 1.2.3\"]\n```\n\n# Title\n\nText.\n";

    fn load_one(path: &str, content: &[u8]) -> Loaded {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, content).unwrap();
        load(folder.path(), &HashSet::from(["demo".to_owned(), "other".to_owned()])).unwrap()
    }

    #[test]
    fn a_good_file_is_read_with_its_date() {
        let loaded = load_one("crates/demo/RUSTSEC-2020-0001.md", GOOD.as_bytes());
        assert_eq!((loaded.total, loaded.crates.len()), (1, 1), "{:?}", loaded.unreadable);
        assert_eq!(loaded.newest, date("2020-05-01"));
        let loaded = load_one("rust/demo/RUSTSEC-2020-0001.md", GOOD.as_bytes());
        assert_eq!((loaded.total, loaded.crates.len()), (1, 0), "toolchain advisories match no crate");
    }

    #[test]
    fn every_file_that_is_no_advisory_is_named() {
        let huge = format!("{GOOD}{}", "x".repeat(MAX_BYTES as usize));
        let timed = GOOD.replace("05-01", "05-01T00:00");
        let nested = GOOD.replace("\"2020-05-01\"", &"[".repeat(100_000));
        let overflow =
            GOOD.replace("1.2.3", "18446744073709551615.18446744073709551615.18446744073709551615");
        let overflow = overflow.replace(">=", ">");
        let cases: &[(&str, &str, &[u8])] = &[
            ("cut inside a character", "demo/RUSTSEC-2020-0001.md", "ééééééééééééééééé".as_bytes()),
            (
                "a character across the parser's cut",
                "demo/RUSTSEC-2020-0001.md",
                "aéééééééééééééééé".as_bytes(),
            ),
            ("empty", "demo/RUSTSEC-2020-0001.md", b""),
            ("not UTF-8", "demo/RUSTSEC-2020-0001.md", b"```toml\n\xff\xfe\n```\n# T\n"),
            ("front matter without end", "demo/RUSTSEC-2020-0001.md", b"```toml\nid = 1\n"),
            ("no title", "demo/RUSTSEC-2020-0001.md", b"```toml\nid = 1\n```\n"),
            ("too large", "demo/RUSTSEC-2020-0001.md", huge.as_bytes()),
            ("deeply nested", "demo/RUSTSEC-2020-0001.md", nested.as_bytes()),
            ("a version that overflows", "demo/RUSTSEC-2020-0001.md", overflow.as_bytes()),
            ("a date and a time", "demo/RUSTSEC-2020-0001.md", timed.as_bytes()),
            ("another id", "demo/RUSTSEC-2020-0002.md", GOOD.as_bytes()),
            ("another crate's folder", "other/RUSTSEC-2020-0001.md", GOOD.as_bytes()),
            ("another extension", "demo/RUSTSEC-2020-0001.toml", GOOD.as_bytes()),
        ];
        for (case, path, content) in cases {
            let loaded = load_one(&format!("crates/{path}"), content);
            assert_eq!(loaded.unreadable.len(), 1, "{case}: {loaded:?}");
            assert!(loaded.unreadable[0].starts_with(&format!("crates/{path}: ")), "{case}: {loaded:?}");
            assert_eq!(loaded.total, 0, "{case}");
        }
    }

    #[test]
    fn a_broken_file_is_named_also_if_its_crate_is_not_wanted() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("crates/demo/RUSTSEC-2020-0001.md");
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        let broken =
            [("patched =", "patched"), ("demo", "other"), ("```\n\n# T", "# T"), ("[versions]\n", "")];
        for (from, to) in broken {
            std::fs::write(&file, GOOD.replace(from, to)).unwrap();
            let loaded = load(folder.path(), &HashSet::new()).unwrap();
            assert_eq!((loaded.unreadable.len(), loaded.total), (1, 0), "{from}: {loaded:?}");
        }
        std::fs::write(&file, GOOD).unwrap();
        let loaded = load(folder.path(), &HashSet::new()).unwrap();
        assert_eq!((loaded.total, loaded.about_crates, loaded.crates.len()), (1, 1, 0));
    }

    #[test]
    fn dot_files_and_what_lies_beside_the_folders_are_passed_over() {
        for path in ["crates/README.md", "crates/demo/.DS_Store", "README.md"] {
            let loaded = load_one(path, b"no advisory");
            assert!(loaded.unreadable.is_empty() && loaded.total == 0, "{path}: {loaded:?}");
        }
    }

    #[test]
    fn of_very_many_broken_files_some_are_named_and_all_are_counted() {
        let mut unreadable: Vec<String> = (0..50).map(|n| format!("{n:02}")).collect();
        cap(&mut unreadable);
        assert_eq!((unreadable.len(), unreadable[20].as_str()), (21, "and 30 more"));
    }
}
