//! What is judged: cargo metadata, git commit, tree and refs, toolchain.
//!
//! Reads, and never writes: Cargo.lock stays as it is, and so does the repository.

pub mod git;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use cargo_metadata::{Metadata, MetadataCommand};
use sha2::{Digest, Sha256};

use crate::digest::{hex, sha256};
use crate::error::{Error, Result};
use crate::evidence::Subject;
use crate::evidence::subject::Lockfile;
use crate::process::Processes;
use git::Repository;

/// The files that say how a workspace is judged; together they are the policy in force.
const POLICY_FILES: &[&str] = &[
    "ci/maturity-stages.yml",
    "ci/maturity-evidence.yml",
    "ci/deps-approvals.toml",
    "ci/waivers.toml",
    "ci/policy.lock",
];

/// The workspace that is judged.
#[derive(Debug)]
pub struct Workspace {
    /// Its root folder, absolute.
    pub root: PathBuf,
    /// The program that is cargo here.
    pub cargo: PathBuf,
    /// `cargo metadata --no-deps`: the members and their targets, known at once and without Cargo.lock.
    pub members: Metadata,
    /// The state of Cargo.lock, but for whether it fits: that is known after [`Workspace::resolution`].
    pub lockfile: Lockfile,
    /// Whether the network must be left alone.
    pub offline: bool,
    manifest: PathBuf,
    resolution: OnceLock<Resolution>,
}

/// What `cargo metadata --locked` says of the dependencies.
#[derive(Debug)]
pub struct Resolution {
    /// All packages; or what cargo said against the lockfile, in one line.
    pub metadata: std::result::Result<Metadata, String>,
}

impl Workspace {
    /// Asks cargo about the workspace around `folder`, or around `manifest_path`.
    ///
    /// # Errors
    /// A usage error if there is none or cargo rejects it; a tool error if cargo cannot be run. A
    /// lockfile that is missing or does not fit is no error: [`Workspace::resolution`] tells.
    pub fn load(
        processes: &Processes,
        folder: &Path,
        manifest_path: Option<&Path>,
        offline: bool,
    ) -> Result<Workspace> {
        let cargo = find_cargo(processes)?;
        let members = members(processes, &cargo, folder, manifest_path)?;
        let root = members.workspace_root.clone().into_std_path_buf();
        let sha256 = digest_if_there(&root.join("Cargo.lock"))?;
        let lockfile = Lockfile { present: sha256.is_some(), sha256, tracked: None, stale: None };
        let manifest = root.join("Cargo.toml");
        Ok(Workspace { root, cargo, members, lockfile, offline, manifest, resolution: OnceLock::new() })
    }

    /// A workspace of which cargo has already said that its lockfile fits or does not.
    #[cfg(test)]
    pub(crate) fn made_up(root: &Path, members: Metadata, stale: Option<&str>) -> Workspace {
        let metadata = stale.map_or_else(|| Ok(members.clone()), |stale| Err(stale.to_owned()));
        Workspace {
            root: root.into(),
            cargo: "cargo".into(),
            members,
            lockfile: Lockfile { present: true, sha256: None, tracked: None, stale: None },
            offline: true,
            manifest: root.join("Cargo.toml"),
            resolution: OnceLock::from(Resolution { metadata }),
        }
    }

    /// The dependencies, asked for once in a run however many ask. Takes as long as cargo needs to read
    /// every manifest, so gatherers call it beside other work.
    pub fn resolution(&self, processes: &Processes) -> &Resolution {
        self.resolution.get_or_init(|| Resolution { metadata: resolve(self, processes) })
    }

    /// The state of Cargo.lock, with what cargo says against it.
    pub fn lockfile_state(&self, processes: &Processes) -> Lockfile {
        Lockfile {
            stale: self.resolution(processes).metadata.as_ref().err().cloned(),
            ..self.lockfile.clone()
        }
    }

    /// Cargo.lock.
    pub fn lockfile_path(&self) -> PathBuf {
        self.root.join("Cargo.lock")
    }

    /// A path as reports show it: relative to the root where it is below it, with `/`.
    pub fn relative(&self, path: &Path) -> String {
        let path = path.strip_prefix(&self.root).unwrap_or(path);
        path.to_string_lossy().replace('\\', "/")
    }

    /// The names of the members, sorted.
    pub fn member_names(&self) -> Vec<&str> {
        let mut names: Vec<&str> =
            self.members.workspace_packages().iter().map(|package| package.name.as_str()).collect();
        names.sort_unstable();
        names
    }

    /// The subject that evidence is bound to, and the refs from which the stage is chosen.
    ///
    /// # Errors
    /// A tool error if git or rustc cannot be run.
    pub fn subject(&self, processes: &Processes, repository: &Repository) -> Result<Subject> {
        // First, before a check has had the time to change it.
        let policy_sha256 = self.policy_digest()?;
        let rustc = processes.output(&["rustc", "-vV"], &self.root)?;
        let field = |name: &str| {
            rustc.lines().find_map(|line| line.strip_prefix(name)).map_or("unknown", str::trim).to_owned()
        };
        let cargo = processes.output(&[&self.cargo.to_string_lossy(), "--version"], &self.root)?;
        let mut subject = Subject {
            lockfile: self.lockfile.clone(),
            rustc: format!("{} ({})", field("release:"), field("commit-hash:")),
            cargo: cargo.trim().to_owned(),
            host: field("host:"),
            policy_sha256,
            ..Subject::default()
        };
        repository.describe(&mut subject);
        Ok(subject)
    }

    /// The same subject, read again: what can change while the checks run.
    ///
    /// # Errors
    /// A tool error if Cargo.lock or a policy file cannot be read.
    pub fn subject_again(&self, before: &Subject, repository: &Repository) -> Result<Subject> {
        let sha256 = digest_if_there(&self.lockfile_path())?;
        let mut again = before.clone();
        again.lockfile.present = sha256.is_some();
        again.lockfile.sha256 = sha256;
        again.policy_sha256 = self.policy_digest()?;
        repository.describe(&mut again);
        Ok(again)
    }

    /// SHA-256 over the policy files, each with its name and length, in a fixed order.
    fn policy_digest(&self) -> Result<String> {
        let mut digest = Sha256::new();
        for name in POLICY_FILES {
            match std::fs::read(self.root.join(name)) {
                Ok(content) => {
                    digest.update(format!("{name}\0{}\0", content.len()));
                    digest.update(&content);
                }
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => {
                    return Err(Error::usage(format!("cannot read {name}: {error}"))
                        .help("it must be a readable file, or not be there at all"));
                }
            }
        }
        Ok(hex(&digest.finalize()))
    }
}

/// The SHA-256 of a file that may be absent.
fn digest_if_there(path: &Path) -> Result<Option<String>> {
    match std::fs::read(path) {
        Ok(content) => Ok(Some(sha256(&content))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::tool(format!("cannot read {}: {error}", path.display()))),
    }
}

/// The cargo that runs this tool, else the one on `PATH`.
fn find_cargo(processes: &Processes) -> Result<PathBuf> {
    processes
        .var("CARGO")
        .and_then(|cargo| processes.find(cargo))
        .or_else(|| processes.find("cargo"))
        .ok_or_else(|| {
            Error::tool("cargo was not found").help("install Rust, or put cargo on PATH; the checks need it")
        })
}

/// `cargo metadata --no-deps`, which reads the members' manifests and nothing else.
fn members(
    processes: &Processes,
    cargo: &Path,
    folder: &Path,
    manifest_path: Option<&Path>,
) -> Result<Metadata> {
    let cargo = cargo.to_string_lossy();
    let manifest = manifest_path.map(|path| path.to_string_lossy().into_owned());
    let mut argv = vec![cargo.as_ref(), "metadata", "--format-version", "1", "--no-deps", "--offline"];
    if let Some(manifest) = &manifest {
        argv.extend(["--manifest-path", manifest]);
    }
    let text = processes.try_output(&argv, folder)?.map_err(|complaint| rejected(&complaint))?;
    MetadataCommand::parse(&text)
        .map_err(|error| Error::tool(format!("`cargo metadata` printed what cannot be read: {error}")))
}

/// `cargo metadata --locked`, or why there is none, in one line.
fn resolve(workspace: &Workspace, processes: &Processes) -> std::result::Result<Metadata, String> {
    let (cargo, manifest) = (workspace.cargo.to_string_lossy(), workspace.manifest.to_string_lossy());
    let mut argv = vec![cargo.as_ref(), "metadata", "--format-version", "1", "--locked"];
    argv.extend(["--manifest-path", manifest.as_ref()]);
    if workspace.offline {
        argv.push("--offline");
    }
    let text = match processes.try_output(&argv, &workspace.root) {
        Ok(Ok(text)) => text,
        Ok(Err(complaint)) => return Err(first_lines(&complaint)),
        Err(error) => return Err(first_lines(&error.to_string())),
    };
    MetadataCommand::parse(&text)
        .map_err(|error| format!("`cargo metadata` printed what cannot be read: {error}"))
}

fn rejected(complaint: &str) -> Error {
    Error::usage(format!("cargo does not accept this workspace: {}", first_lines(complaint))).help(
        "run `cargo metadata --no-deps` to see it in full, or name another Cargo.toml with --manifest-path",
    )
}

/// What cargo said, in one line: the error and its causes, without the "Updating …" before them.
fn first_lines(complaint: &str) -> String {
    let lines = complaint.lines().map(str::trim).filter(|line| !line.is_empty() && *line != "Caused by:");
    // rustup adds a backtrace of its own where RUST_BACKTRACE is set.
    let lines = lines.take_while(|line| !line.starts_with("Stack backtrace"));
    let wanted: Vec<&str> = lines.skip_while(|line| !line.starts_with("error")).take(6).collect();
    let text = if wanted.is_empty() { complaint.trim().to_owned() } else { wanted.join("; ") };
    text.trim_start_matches("error: ").chars().take(600).collect()
}

#[cfg(test)]
mod tests {
    use super::first_lines;

    #[test]
    fn cargos_complaint_becomes_one_line() {
        let complaint =
            "    Updating crates.io index\nerror: cannot update the lock file\n\nCaused by:\n  why\n";
        assert_eq!(first_lines(complaint), "cannot update the lock file; why");
        assert_eq!(first_lines(" odd \n"), "odd");
        assert_eq!(first_lines("error: no toolchain\nStack backtrace:\n   0: x\n"), "no toolchain");
    }
}
