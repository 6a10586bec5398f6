//! What every command begins with: the workspace, and the policy files that lie in it.
//!
//! All policy files are read before anything is judged, and all complaints about all of them are told
//! at once.

use std::path::{Path, PathBuf};

use time::OffsetDateTime;

use crate::cli;
use crate::day::day_of;
use crate::diagnostics::{nearest, shown};
use crate::error::{Error, Result};
use crate::freeze::{self, Overriding};
use crate::gates::deps_approval;
use crate::gates::policy_drift::{self, lock};
use crate::gather::Context;
use crate::host::Host;
use crate::process::{self, Processes};
use crate::progress::Progress;
use crate::settings::{self, Settings};
use crate::stages::{self, Policy, RefFacts};
use crate::waivers::{self, Waivers};
use crate::workspace::Workspace;
use crate::workspace::git::history::History;
use crate::workspace::git::{OwnFiles, Repository, identity};

/// Files that say how a workspace is built and judged, whatever is ignored: the commit must hold those
/// that are there. That it holds Cargo.lock is for deps_approval to say.
const ESSENTIAL: &[&str] = &[
    "Cargo.toml",
    "ci/maturity-stages.yml",
    "ci/maturity-evidence.yml",
    deps_approval::approvals::FILE,
    waivers::FILE,
    lock::FILE,
    ".cargo/config.toml",
    ".cargo/config",
    ".config/nextest.toml",
    "supply-chain/config.toml",
    "supply-chain/audits.toml",
    "supply-chain/imports.lock",
];

/// The workspace and its policy.
#[derive(Debug)]
pub struct Setup {
    /// Starts programs.
    pub processes: Processes,
    /// What is judged.
    pub workspace: Workspace,
    /// The stages.
    pub policy: Policy,
    /// How evidence is gathered.
    pub settings: Settings,
    /// The exceptions.
    pub waivers: Waivers,
    /// `--advisory-db`, absolute.
    advisory_db: Option<PathBuf>,
    cargo_home: PathBuf,
    /// `--jobs`.
    pub jobs: Option<u32>,
    /// `--base`.
    pub base: Option<String>,
    /// The moment at which it is judged, UTC: now, unless `--as-of` names another.
    pub effective_time: OffsetDateTime,
    source_date_epoch: Option<i64>,
}

impl Setup {
    /// Finds the workspace and loads its policy files.
    ///
    /// # Errors
    /// A usage error if there is no workspace, an argument names no folder, or a policy file is bad.
    pub fn load(host: &Host, manifest_path: Option<&Path>, gather: &cli::Gather) -> Result<Setup> {
        // The gate reads the lock again, as evidence; here it is told early if it is bad.
        Self::load_with(host, manifest_path, gather, |root| lock::load(root).map(|_| ()))
    }

    /// As [`Setup::load`], for a command that writes the lock anew and so minds no broken one.
    ///
    /// # Errors
    /// As [`Setup::load`], but for those about the lock.
    pub fn load_without_lock(
        host: &Host,
        manifest_path: Option<&Path>,
        gather: &cli::Gather,
    ) -> Result<Setup> {
        Self::load_with(host, manifest_path, gather, |_| Ok(()))
    }

    fn load_with(
        host: &Host,
        manifest_path: Option<&Path>,
        gather: &cli::Gather,
        lock: impl FnOnce(&Path) -> Result<()>,
    ) -> Result<Setup> {
        let processes = Processes::new(host);
        let workspace = Workspace::load(&processes, &host.current_dir, manifest_path, gather.offline)?;
        let root = workspace.root.clone();
        // The gate reads the approvals again, as evidence; here it is told early if they are bad.
        let mut errors = Vec::new();
        let policy = keep(stages::load(&root), &mut errors);
        let settings = keep(settings::load(&root), &mut errors);
        keep(deps_approval::approvals::load(&root), &mut errors);
        keep(lock(&root), &mut errors);
        let waivers = keep(waivers::load(&root, day_of(host.now)), &mut errors);
        let (Some(policy), Some(settings), Some(waivers), true) =
            (policy, settings, waivers, errors.is_empty())
        else {
            return Err(Error::merged(errors));
        };
        let advisory_db = match &gather.advisory_db {
            None => None,
            Some(folder) => {
                let folder = host.current_dir.join(folder);
                if !folder.is_dir() {
                    return Err(Error::usage(format!("--advisory-db {}: no such folder", folder.display()))
                        .help("give a checkout of the RustSec advisory database"));
                }
                Some(folder)
            }
        };
        Ok(Setup {
            processes,
            workspace,
            policy,
            settings,
            waivers,
            advisory_db,
            cargo_home: cargo_home(host),
            jobs: None,
            base: None,
            effective_time: host.now,
            source_date_epoch: source_date_epoch(host)?,
        })
    }

    /// What the gatherers are given.
    pub fn context<'a>(&'a self, progress: &'a dyn Progress, staging: &'a Path) -> Context<'a> {
        Context {
            workspace: &self.workspace,
            settings: &self.settings,
            policy: &self.policy,
            base: self.base.as_deref(),
            processes: &self.processes,
            progress,
            staging,
            effective_time: self.effective_time,
            jobs: self.jobs,
            advisory_db: self.advisory_db.as_deref(),
            cargo_home: &self.cargo_home,
            source_date_epoch: self.source_date_epoch,
        }
    }

    /// Where the output goes, and cargo's target folder: changes there are not changes of the code. A
    /// folder that was named is relative to where the user is, the default one to the workspace.
    pub fn own_files(&self, host: &Host, out: Option<&Path>) -> OwnFiles {
        let default = || self.workspace.root.join("dist").join("maturity");
        OwnFiles {
            out: out.map_or_else(default, |out| host.current_dir.join(out)),
            target: self.workspace.members.target_directory.clone().into(),
            essential: self.essential_files(),
        }
    }

    /// The members' manifests and the roots of their targets, and the files that say how all of it is
    /// built and judged: what is governed by the policy among them.
    fn essential_files(&self) -> Vec<PathBuf> {
        let mut files: Vec<PathBuf> = ESSENTIAL.iter().map(|file| self.workspace.root.join(file)).collect();
        files.extend(policy_drift::gather::governed_files(&self.workspace));
        for package in self.workspace.members.workspace_packages() {
            files.push(package.manifest_path.clone().into());
            files.extend(package.targets.iter().map(|target| target.src_path.clone().into()));
        }
        files
    }

    /// Sees that what the policy is to be compared with is there, if it was named.
    ///
    /// # Errors
    /// A usage error if not, with the nearest tag.
    pub fn check_base(&self) -> Result<()> {
        let Some(name) = &self.base else { return Ok(()) };
        let base = shown(name);
        let history = History::open(&self.processes, &self.workspace.root).map_err(|reason| {
            Error::usage(format!("the base {base} cannot be looked up: {reason}"))
                .help("leave it out, or judge a checkout of the repository")
        })?;
        if history.resolve(name).is_some() {
            return Ok(());
        }
        let tags = history.tags_before_head().unwrap_or_default();
        let near = nearest(name, tags.iter().map(|tag| tag.name.as_str()));
        let help = match near {
            Some(tag) => format!("did you mean {}?", shown(tag)),
            None if history.is_shallow() => {
                "the clone is shallow: `git fetch --unshallow --tags` fetches the rest".to_owned()
            }
            None => "give a tag, a branch or a commit that this clone has; `git fetch --tags` fetches tags"
                .to_owned(),
        };
        Err(Error::usage(format!("the base {base} is no commit of this repository")).help(help))
    }

    /// Ends the run if somebody asked for it.
    ///
    /// # Errors
    /// A tool error if so.
    pub fn stop_if_interrupted(&self) -> Result<()> {
        if self.processes.interrupted() {
            return Err(process::interrupted());
        }
        Ok(())
    }

    /// Who overrides a freeze, and why, if `--override-freeze` was given. An empty reason overrides nothing: a
    /// workflow hands on an input that is empty when nobody overrides anything.
    ///
    /// # Errors
    /// A usage error if the reason cannot stand in a report; a tool error if git cannot be run.
    pub fn freeze_override(&self, host: &Host, reason: Option<&str>) -> Result<Option<Overriding>> {
        let Some(reason) = reason.filter(|reason| !reason.is_empty()) else { return Ok(None) };
        let reason = freeze::reason(reason)?;
        let ci = ["GITHUB_ACTOR", "GITLAB_USER_LOGIN"].into_iter().find_map(|name| host.var(name));
        let who = match ci {
            Some(login) => Some(login.to_owned()),
            None => identity(&self.processes, &self.workspace.root)?,
        };
        let user = || ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(|name| host.var(name));
        let who = who.or_else(|| user().map(str::to_owned));
        let who = who.map(|who| shown(&who).trim_matches('`').to_owned());
        Ok(Some(Overriding { reason, who, when: host.now }))
    }

    /// What is known of refs, for the choice of the stage.
    pub fn ref_facts(&self, host: &Host, given: Option<&str>, repository: &Repository) -> RefFacts {
        RefFacts {
            given: given.map(str::to_owned),
            ci: ci_ref(host),
            branch: repository.branch.clone(),
            tags: repository.tags.clone(),
        }
    }
}

/// The first variable of the CI's that names a ref, with the full ref. Sources: the default variables
/// of GitHub Actions (`GITHUB_REF`) and the predefined variables of GitLab CI/CD.
pub(crate) fn ci_ref(host: &Host) -> Option<(String, String)> {
    let forms = [
        ("GITHUB_REF", ""),
        ("CI_COMMIT_TAG", "refs/tags/"),
        ("CI_COMMIT_BRANCH", "refs/heads/"),
        ("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "refs/heads/"),
    ];
    let found =
        |(name, prefix): (&str, &str)| Some((name.to_owned(), format!("{prefix}{}", host.var(name)?)));
    forms.into_iter().find_map(found)
}

fn cargo_home(host: &Host) -> PathBuf {
    let home =
        || host.var("HOME").or_else(|| host.var("USERPROFILE")).map(|home| Path::new(home).join(".cargo"));
    match host.var("CARGO_HOME") {
        Some(folder) => host.current_dir.join(folder),
        None => home().unwrap_or_else(|| PathBuf::from(".cargo")),
    }
}

/// `SOURCE_DATE_EPOCH`, seconds since 1970 UTC, as reproducible-builds.org specifies it.
fn source_date_epoch(host: &Host) -> Result<Option<i64>> {
    let Some(text) = host.var("SOURCE_DATE_EPOCH") else { return Ok(None) };
    let moment = text.parse().ok().filter(|seconds| OffsetDateTime::from_unix_timestamp(*seconds).is_ok());
    moment.map(Some).ok_or_else(|| {
        Error::usage(format!("SOURCE_DATE_EPOCH is `{}`", text.escape_debug()))
            .help("it must be a whole number of seconds since 1970, or not be set")
    })
}

/// The value, or none and the error put to the others: all of them are told at once.
fn keep<T>(result: Result<T>, errors: &mut Vec<Error>) -> Option<T> {
    result.map_err(|error| errors.push(error)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ci_s_variables_become_full_refs() {
        type Pair<'a> = (&'a str, &'a str);
        let cases: &[(&[Pair<'_>], Option<Pair<'_>>)] = &[
            (&[], None),
            (&[("GITHUB_REF", "")], None),
            (&[("GITHUB_REF", "refs/tags/v1")], Some(("GITHUB_REF", "refs/tags/v1"))),
            (&[("CI_COMMIT_TAG", "v1"), ("CI_COMMIT_BRANCH", "x")], Some(("CI_COMMIT_TAG", "refs/tags/v1"))),
            (&[("CI_COMMIT_BRANCH", "main")], Some(("CI_COMMIT_BRANCH", "refs/heads/main"))),
        ];
        for (variables, expected) in cases {
            let expected = expected.map(|(name, full)| (name.to_owned(), full.to_owned()));
            assert_eq!(ci_ref(&Host::made_up(variables)), expected);
        }
    }

    #[test]
    fn a_source_date_that_is_no_number_is_a_usage_error() {
        assert_eq!(source_date_epoch(&Host::made_up(&[])).unwrap(), None);
        assert_eq!(source_date_epoch(&Host::made_up(&[("SOURCE_DATE_EPOCH", "12")])).unwrap(), Some(12));
        for bad in ["soon", "1.5", "99999999999999"] {
            assert!(source_date_epoch(&Host::made_up(&[("SOURCE_DATE_EPOCH", bad)])).is_err(), "{bad}");
        }
    }
}
