//! Where the advisory database comes from, how old it is, and what is in it.
//!
//! A folder given with `--advisory-db` is read and nothing else. cargo-audit's own copy in cargo's
//! home is brought up to date with git, unless the network must be left alone; if that fails, the
//! older state is used and the failure is recorded. Never says whether the age is acceptable.

use std::collections::HashSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use time::OffsetDateTime;

use super::advisories::{self, Loaded};
use super::one_line;
use crate::evidence::checks::AdvisoryDatabase;
use crate::evidence::{Ended, Run};
use crate::gather::Context;
use crate::process::{Command, Processes};

/// RustSec's repository.
pub(super) const URL: &str = "https://github.com/RustSec/advisory-db.git";
/// The origin of a database that was not needed.
pub(super) const NOT_NEEDED: &str = "not needed";
/// cargo-audit's folder in cargo's home.
const FOLDER: &str = "advisory-db";
/// For every call: neither hooks nor a file monitor that the repository's configuration names, and
/// nothing left running afterwards.
const GIT: &[&str] = &[
    "git",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "gc.auto=0",
    "-c",
    "maintenance.auto=false",
];

/// Finds the database, brings it up to date and reads it. `None` if it cannot be used at all, for the
/// reason then recorded.
pub(super) fn open(
    ctx: &Context,
    wanted: &HashSet<String>,
    database: &mut AdvisoryDatabase,
    runs: &mut Vec<Run>,
) -> Option<Loaded> {
    let folder = match ctx.advisory_db {
        Some(folder) => {
            database.origin = "given".into();
            folder.to_path_buf()
        }
        None => {
            let updater = Updater {
                processes: ctx.processes,
                staging: ctx.staging,
                timeout: ctx.settings.promotion_guard.audit.timeout,
                url: URL,
            };
            updater.cached(ctx.cargo_home, ctx.workspace.offline, database, runs)
        }
    };
    if !folder.is_dir() {
        let missing = || format!("there is no folder {}", shown(ctx, &folder));
        database.unavailable.get_or_insert_with(missing);
        return None;
    }
    let (loaded, checkout) = std::thread::scope(|scope| {
        let checkout = scope.spawn(|| checkout(ctx.processes, &folder));
        (advisories::load(&folder, wanted), checkout.join().ok().flatten())
    });
    match loaded {
        Ok(loaded) if loaded.about_crates == 0 && loaded.unreadable.is_empty() => {
            database.unavailable = Some(format!("{} holds no advisory about a crate", shown(ctx, &folder)));
            None
        }
        Ok(loaded) => {
            database.advisories = loaded.total;
            database.unreadable.clone_from(&loaded.unreadable);
            date(database, &loaded, checkout, ctx.effective_time);
            Some(loaded)
        }
        Err(problem) => {
            database.unavailable = Some(format!("{}: {problem}", shown(ctx, &folder)));
            None
        }
    }
}

fn shown(ctx: &Context, folder: &Path) -> String {
    match ctx.advisory_db {
        Some(_) => ctx.workspace.relative(folder),
        None => format!("{FOLDER} in cargo's home"),
    }
}

/// The state of a git checkout.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Checkout {
    commit: String,
    /// When it was committed, in seconds since 1970.
    committed: i64,
    /// Whether its files differ from the commit.
    dirty: bool,
}

/// The commit of the database, if the very folder is a git checkout; that of a repository around it
/// would say nothing. Takes no lock and writes nothing.
fn checkout(processes: &Processes, folder: &Path) -> Option<Checkout> {
    if !folder.join(".git").exists() {
        return None;
    }
    let git = |args: &[&str]| {
        let argv = [GIT, &["--no-optional-locks", "--git-dir=.git", "--work-tree=."], args].concat();
        processes.output(&argv, folder).ok()
    };
    let head = git(&["log", "-1", "--no-show-signature", "--format=%H %ct"])?;
    let (commit, committed) = head.trim().split_once(' ')?;
    let dirty =
        git(&["status", "--porcelain", "--untracked-files=all"]).is_none_or(|status| !status.is_empty());
    Some(Checkout { commit: commit.to_owned(), committed: committed.parse().ok()?, dirty })
}

/// The day that the age is counted from: the commit's if the files are the commit's, else the newest
/// advisory's, which is a lower bound.
fn date(database: &mut AdvisoryDatabase, loaded: &Loaded, checkout: Option<Checkout>, now: OffsetDateTime) {
    let mut dated = loaded.newest;
    if let Some(checkout) = checkout {
        // As `git describe --dirty` writes it.
        database.commit = Some(format!("{}{}", checkout.commit, if checkout.dirty { "-dirty" } else { "" }));
        if !checkout.dirty
            && let Ok(committed) = OffsetDateTime::from_unix_timestamp(checkout.committed)
        {
            dated = Some(committed.date());
        }
    }
    database.dated = dated.map(|dated| dated.to_string());
    let today = now.to_offset(time::UtcOffset::UTC).date();
    database.age_days = dated.map(|dated| (today - dated).whole_days());
}

/// Keeps cargo-audit's copy up to date.
struct Updater<'a> {
    processes: &'a Processes,
    staging: &'a Path,
    timeout: Duration,
    url: &'a str,
}

impl Updater<'_> {
    /// The copy in cargo's home, up to date if that may and can be done.
    fn cached(
        &self,
        cargo_home: &Path,
        offline: bool,
        database: &mut AdvisoryDatabase,
        runs: &mut Vec<Run>,
    ) -> PathBuf {
        let folder = cargo_home.join(FOLDER);
        let present = folder.join("crates").is_dir();
        database.origin = "cache".into();
        if offline {
            if !present {
                database.unavailable = Some(format!(
                    "there is no database ({FOLDER}) in cargo's home, and the network must be left alone"
                ));
            }
            return folder;
        }
        let updated = if present { self.fetch(&folder, runs) } else { self.clone(cargo_home, &folder, runs) };
        match updated {
            Ok(()) => database.origin = "updated".into(),
            Err(problem) if present => database.update_problem = Some(problem),
            Err(problem) => database.unavailable = Some(problem),
        }
        folder
    }

    fn fetch(&self, folder: &Path, runs: &mut Vec<Run>) -> Result<(), String> {
        // The repository is named, lest git finds one around the folder.
        let here = ["--git-dir=.git", "--work-tree=."];
        self.git(
            &[&here[..], &["fetch", "--quiet", "--no-tags", self.url, "HEAD"]].concat(),
            folder,
            "fetch",
            runs,
        )?;
        self.git(
            &[&here[..], &["merge", "--quiet", "--ff-only", "FETCH_HEAD"]].concat(),
            folder,
            "merge",
            runs,
        )
    }

    /// Clones beside the folder and renames, so that an interrupted download leaves no half database.
    fn clone(&self, cargo_home: &Path, folder: &Path, runs: &mut Vec<Run>) -> Result<(), String> {
        let name = format!("{FOLDER}.{}.partial", std::process::id());
        let partial = cargo_home.join(&name);
        std::fs::create_dir_all(cargo_home)
            .map_err(|error| format!("cargo's home cannot be made: {error}"))?;
        let _ = std::fs::remove_dir_all(&partial);
        let cloned = self
            .git(
                &["clone", "--quiet", "--depth", "1", "--no-tags", self.url, &name],
                cargo_home,
                "clone",
                runs,
            )
            .and_then(|()| {
                std::fs::rename(&partial, folder)
                    .map_err(|error| format!("{FOLDER} in cargo's home is in the way, delete it: {error}"))
            });
        if cloned.is_err() {
            let _ = std::fs::remove_dir_all(&partial);
        }
        cloned
    }

    fn git(&self, args: &[&str], folder: &Path, what: &str, runs: &mut Vec<Run>) -> Result<(), String> {
        let argv = [GIT, args].concat().into_iter().map(OsString::from);
        let command = Command::new(argv, folder, self.timeout).env("GIT_TERMINAL_PROMPT", "0").merged();
        let log = self.staging.join("logs").join(format!("audit-{what}.log"));
        let run = self.processes.run(&command, &log, self.staging, &mut |_, _| {});
        let result = match &run.ended {
            ended if ended.success() => Ok(()),
            Ended::TimedOut { after_ms } => {
                Err(format!("git {what} had not ended after {} s", after_ms / 1000))
            }
            Ended::Interrupted | Ended::Stopped { .. } => Err(format!("git {what} was interrupted")),
            Ended::NotStarted { reason } => Err(one_line(reason, 200)),
            Ended::Signalled { signal } => Err(format!("git {what} was ended by signal {signal}")),
            Ended::Exited { status } => {
                let last = run
                    .tail
                    .lines()
                    .map(str::trim)
                    .rfind(|line| !line.is_empty())
                    .unwrap_or("it said nothing");
                Err(format!("git {what} failed with status {status}: {}", one_line(last, 200)))
            }
        };
        runs.push(run);
        result
    }
}

#[cfg(test)]
#[path = "database_tests.rs"]
mod tests;
