//! Where evidence goes: a staging folder that is moved into place once all of it is there.
//!
//! The output folder belongs to one run at a time, by a lock. Until [`Store::commit`], everything that
//! a run makes lies in a staging folder inside it, and dropping the store leaves what an earlier run
//! made as it was. A commit takes the earlier reports away before it touches their evidence and puts
//! the new ones in last, each by a rename: whoever looks at any moment sees the old pair with its
//! evidence, no report, or the new pair with its evidence.
//!
//! Only files that stand in the list of an earlier run ([`MANIFEST`]) are ever replaced or removed:
//! the folder may hold files of other people.

mod manifest;
mod swap;

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::Serialize;

use self::manifest::Manifest;
use crate::digest::sha256;
use crate::error::{Error, Result};
use crate::evidence::{Artifact, EvidenceFile, SCHEMA_VERSION, Subject};
use crate::gates::Gate;

/// The report for programs.
pub const JSON_REPORT: &str = "maturity-eval.json";
/// The report for people.
pub const MARKDOWN_REPORT: &str = "maturity-eval.md";
/// The findings for GitLab's merge requests, where they were asked for.
pub const CODE_QUALITY_REPORT: &str = "gl-code-quality-report.json";
/// The list of what a run made, in the format of `sha256sum`.
pub const MANIFEST: &str = "maturity-eval.sha256";

const LOCK: &str = ".maturity.lock";
/// How often, and how long apart, a lock that is held is tried again: half a second in all.
const LOCK_TRIES: u32 = 25;
const LOCK_WAIT: std::time::Duration = std::time::Duration::from_millis(20);
const STAGING: &str = ".maturity-staging-";
/// The folders that a run fills, and the kind of artifact that each holds; evidence is no artifact.
const FOLDERS: [(&str, Option<&str>); 3] =
    [("evidence", None), ("logs", Some("log")), ("sbom", Some("sbom"))];

/// The output folder of one run.
#[derive(Debug)]
pub struct Store {
    out: PathBuf,
    staging: PathBuf,
    /// Digests that were told already, so that a large log is read once.
    digests: BTreeMap<String, String>,
    /// Reports beside the two.
    further: Vec<&'static str>,
    /// Held, not read: the lock is released when the file is closed.
    _lock: File,
}

impl Store {
    /// Makes the folder if need be, locks it, and makes a fresh staging folder inside.
    ///
    /// # Errors
    /// A tool error if another run holds the lock, or if the folder cannot be made or written.
    pub fn open(out: &Path) -> Result<Store> {
        Self::open_for(out, &[])
    }

    /// As [`Store::open`], for a run that means to [add reports](Store::add_report) of these names.
    ///
    /// # Errors
    /// As [`Store::open`]; a file of somebody else that has such a name is told now.
    pub fn open_for(out: &Path, further: &[&'static str]) -> Result<Store> {
        fs::create_dir_all(out).map_err(|error| failed("make the output folder", out, &error))?;
        let lock = lock(out)?;
        remove_stale_staging(out)?;
        // What would stop the commit stops the run now, before the checks have taken their time.
        let wanted: Vec<String> = further.iter().map(ToString::to_string).collect();
        swap::refuse_foreign_files(out, &Manifest::read(&out.join(MANIFEST))?, &wanted)?;
        let staging = out.join(format!("{STAGING}{}", std::process::id()));
        for (folder, _) in FOLDERS {
            let path = staging.join(folder);
            fs::create_dir_all(&path).map_err(|error| failed("make the folder", &path, &error))?;
        }
        let out = out.to_path_buf();
        Ok(Store { out, staging, digests: BTreeMap::new(), further: Vec::new(), _lock: lock })
    }

    /// The staging folder. What lies in its `evidence/`, `logs/` and `sbom/` is moved to the same place
    /// in the output folder by a commit; all else in it is thrown away.
    pub fn staging(&self) -> &Path {
        &self.staging
    }

    /// Where the JSON report will be.
    pub fn json_report(&self) -> PathBuf {
        self.out.join(JSON_REPORT)
    }

    /// Where the Markdown report will be.
    pub fn markdown_report(&self) -> PathBuf {
        self.out.join(MARKDOWN_REPORT)
    }

    /// Writes `evidence/NAME.json`: the facts, and what they are about.
    ///
    /// # Errors
    /// A tool error if the name is no plain file name or was used before, or the file cannot be written.
    pub fn add_evidence(
        &mut self,
        subject: &Subject,
        gate: Gate,
        name: &str,
        facts: &impl Serialize,
    ) -> Result<EvidenceFile> {
        #[derive(Serialize)]
        struct Document<'a, T> {
            schema_version: &'static str,
            gate: Gate,
            name: &'a str,
            subject: &'a Subject,
            facts: &'a T,
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        if name.is_empty() || name.len() > 100 || !name.chars().all(plain) {
            return Err(Error::tool(format!("`{}` cannot name an evidence file", name.escape_debug()))
                .help("use letters, digits, `-` and `_` in the names of checks"));
        }
        let path = format!("evidence/{name}.json");
        if self.digests.contains_key(&path) {
            return Err(Error::tool(format!("two pieces of evidence would share the file {path}"))
                .help("give each check a name of its own"));
        }
        let document = Document { schema_version: SCHEMA_VERSION, gate, name, subject, facts };
        let mut json = serde_json::to_string_pretty(&document).map_err(|error| {
            Error::tool(format!("the evidence for {path} cannot be put into JSON: {error}"))
        })?;
        json.push('\n');
        write_durably(&self.staging.join(&path), json.as_bytes())?;
        let sha256 = sha256(json.as_bytes());
        self.digests.insert(path.clone(), sha256.clone());
        Ok(EvidenceFile { gate: gate.as_str().to_string(), path, sha256 })
    }

    /// Adds a report beside the two: [`CODE_QUALITY_REPORT`] is the only one so far.
    ///
    /// # Errors
    /// A tool error if it cannot be written.
    pub fn add_report(&mut self, name: &'static str, content: &str) -> Result<()> {
        write_durably(&self.staging.join(name), content.as_bytes())?;
        self.digests.insert(name.to_string(), sha256(content.as_bytes()));
        self.further.push(name);
        Ok(())
    }

    /// The logs and SBOMs that lie in the staging folder, with their digests, in the order of their
    /// paths. To be asked once nothing writes to them any more.
    ///
    /// # Errors
    /// A tool error if one of them cannot be read.
    pub fn artifacts(&mut self) -> Result<Vec<Artifact>> {
        let mut artifacts = Vec::new();
        for (folder, kind) in FOLDERS {
            let Some(kind) = kind else { continue };
            for path in manifest::files_below(&self.staging, folder)? {
                let sha256 = manifest::digest_of_file(&self.staging.join(&path))?;
                self.digests.insert(path.clone(), sha256.clone());
                artifacts.push(Artifact { kind: kind.to_string(), path, sha256 });
            }
        }
        Ok(artifacts)
    }

    /// The evidence files that lie in the staging folder, with the digests that they have now.
    ///
    /// # Errors
    /// A tool error if one of them cannot be read.
    pub fn evidence_files(&self) -> Result<Vec<(String, String)>> {
        let files = manifest::files_below(&self.staging, "evidence")?;
        files
            .into_iter()
            .map(|path| Ok((path.clone(), manifest::digest_of_file(&self.staging.join(path))?)))
            .collect()
    }

    /// Moves all of it into place: the earlier run's files out, evidence, logs and SBOMs in, and the
    /// two reports last.
    ///
    /// # Errors
    /// A tool error naming the path. The earlier run's files are then put back.
    pub fn commit(mut self, json: &str, markdown: &str) -> Result<()> {
        for (name, content) in [(MARKDOWN_REPORT, markdown), (JSON_REPORT, json)] {
            write_durably(&self.staging.join(name), content.as_bytes())?;
            self.digests.insert(name.to_string(), sha256(content.as_bytes()));
        }
        let mut files = Vec::new();
        for (folder, _) in FOLDERS {
            files.extend(manifest::files_below(&self.staging, folder)?);
        }
        for path in &files {
            if !self.digests.contains_key(path) {
                let digest = manifest::digest_of_file(&self.staging.join(path))?;
                self.digests.insert(path.clone(), digest);
            }
        }
        files.extend(self.further.iter().map(ToString::to_string));
        // The JSON report is what programs wait for, so it is the very last.
        files.extend([MARKDOWN_REPORT.to_string(), JSON_REPORT.to_string()]);
        self.digests.retain(|path, _| files.contains(path));
        let new = Manifest::new(std::mem::take(&mut self.digests));
        write_durably(&self.staging.join(MANIFEST), new.render().as_bytes())?;

        let old = Manifest::read(&self.out.join(MANIFEST))?;
        swap::refuse_foreign_files(&self.out, &old, &files)?;
        swap::exchange(&self.out, &self.staging, &old, &files)?;
        sync_folder(&self.out);
        Ok(())
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // What cannot be removed now is removed by the next run.
        let _ = fs::remove_dir_all(&self.staging);
    }
}

fn lock(out: &Path) -> Result<File> {
    let path = out.join(LOCK);
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(|error| failed("write", &path, &error))?;
    // A run that has just ended can hold its lock a moment longer: a program that was being started
    // then has the file open until it is loaded.
    let mut tries = LOCK_TRIES;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if tries > 0 => {
                tries -= 1;
                std::thread::sleep(LOCK_WAIT);
            }
            Err(TryLockError::WouldBlock) => {
                return Err(Error::tool(format!("another run is writing to {}", out.display()))
                    .help("wait for it to end, or write elsewhere with --out DIR"));
            }
            Err(TryLockError::Error(error)) => return Err(failed("lock", &path, &error)),
        }
    }
}

/// Removes what runs that did not come to their end have left. Safe under the lock alone.
fn remove_stale_staging(out: &Path) -> Result<()> {
    let read = |error| failed("read the output folder", out, &error);
    for entry in fs::read_dir(out).map_err(read)? {
        let entry = entry.map_err(read)?;
        let is_ours = entry.file_name().to_str().is_some_and(|name| name.starts_with(STAGING));
        // A link or a file of that name is not ours; a folder is.
        if is_ours && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            let path = entry.path();
            fs::remove_dir_all(&path).map_err(|error| failed("remove", &path, &error))?;
        }
    }
    Ok(())
}

/// Writes a new file and waits until the disk has it, so that a rename never gives an empty one a name.
fn write_durably(path: &Path, content: &[u8]) -> Result<()> {
    let write = || {
        let mut file = File::create_new(path)?;
        file.write_all(content)?;
        file.sync_all()
    };
    write().map_err(|error| failed("write", path, &error))
}

/// Asks the disk to keep the renames. Not every system can do that for a folder, and the reports are
/// complete either way.
fn sync_folder(path: &Path) {
    if let Ok(folder) = File::open(path) {
        let _ = folder.sync_all();
    }
}

/// What failed, on which path, and what to do about it.
fn failed(what: &str, path: &Path, error: &io::Error) -> Error {
    let help = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "free some disk space, or write elsewhere with --out DIR"
        }
        io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory | io::ErrorKind::IsADirectory => {
            "something else is in the way: move it away, or write elsewhere with --out DIR"
        }
        _ => "make the output folder writable, or write elsewhere with --out DIR",
    };
    Error::tool(format!("cannot {what} {}: {error}", path.display())).help(help)
}

#[cfg(test)]
mod tests;
