//! A repository of its own for a test.

use std::path::Path;

use crate::host::{Host, Interrupt};
use crate::process::Processes;

/// A repository with one commit of `Cargo.toml` and `src/lib.rs`.
pub(crate) struct Scratch {
    /// Its root.
    pub(crate) folder: tempfile::TempDir,
    /// Starts programs without the configuration of this machine.
    pub(crate) processes: Processes,
}

/// A runner whose git knows no configuration of this machine.
pub(crate) fn processes(folder: &Path) -> Processes {
    let null = ["GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"].map(|name| (name.into(), "/dev/null".into()));
    let path = ("PATH".into(), option_env!("PATH").unwrap_or("/usr/bin:/bin").into());
    let home = ("HOME".into(), folder.as_os_str().to_owned());
    Processes::new(&Host {
        now: time::OffsetDateTime::UNIX_EPOCH,
        env: null.into_iter().chain([path, home]).collect(),
        current_dir: folder.to_path_buf(),
        exe: None,
        stdout_terminal: false,
        stderr_terminal: false,
        interrupt: Interrupt::default(),
    })
}

impl Scratch {
    pub(crate) fn new() -> Scratch {
        let folder = tempfile::tempdir().unwrap();
        let processes = processes(folder.path());
        let scratch = Scratch { folder, processes };
        scratch.git(&["-c", "init.defaultBranch=main", "init", "--quiet"]);
        scratch.write("Cargo.toml", "");
        scratch.write("src/lib.rs", "// one\n");
        scratch.commit("x");
        scratch
    }

    pub(crate) fn root(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn git(&self, args: &[&str]) -> String {
        self.git_in(self.root(), args)
    }

    pub(crate) fn git_in(&self, folder: &Path, args: &[&str]) -> String {
        let me = ["git", "-c", "user.name=t", "-c", "user.email=t@example.com"];
        self.processes.output(&[&me[..], args].concat(), folder).unwrap().trim().to_owned()
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Commits everything; gives the commit.
    pub(crate) fn commit(&self, message: &str) -> String {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", message]);
        self.git(&["rev-parse", "HEAD"])
    }
}
