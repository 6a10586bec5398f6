//! What every gatherer is given.

use std::path::{Path, PathBuf};

use time::OffsetDateTime;

use crate::process::Processes;
use crate::progress::Progress;
use crate::settings::Settings;
use crate::stages::Policy;
use crate::workspace::Workspace;

/// What a gatherer works with: where it runs, with what, and where its files go.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// What is judged.
    pub workspace: &'a Workspace,
    /// How evidence is gathered here.
    pub settings: &'a Settings,
    /// The stages.
    pub policy: &'a Policy,
    /// `--base`: what the policy is compared with; `None` for the last release.
    pub base: Option<&'a str>,
    /// Starts programs.
    pub processes: &'a Processes,
    /// Hears what is running.
    pub progress: &'a dyn Progress,
    /// The staging folder, which becomes the output folder: logs go to `logs/`, SBOMs to `sbom/`.
    pub staging: &'a Path,
    /// The moment that ages are counted to, UTC.
    pub effective_time: OffsetDateTime,
    /// `--jobs`.
    pub jobs: Option<u32>,
    /// `--advisory-db`, absolute.
    pub advisory_db: Option<&'a Path>,
    /// Cargo's home folder: `CARGO_HOME`, else `.cargo` in the user's home.
    pub cargo_home: &'a Path,
    /// `SOURCE_DATE_EPOCH`: the only moment that may stand in an SBOM, in seconds since 1970.
    pub source_date_epoch: Option<i64>,
}

impl Context<'_> {
    /// The log of a check's program, below the staging folder.
    pub fn log(&self, name: &str) -> PathBuf {
        self.staging.join("logs").join(format!("{name}.log"))
    }
}

/// Does two things at once.
pub fn beside<A: Send, B>(one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B) -> (A, B) {
    std::thread::scope(|scope| {
        let one = scope.spawn(one);
        let other = other();
        match one.join() {
            Ok(one) => (one, other),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}
