//! `init`, end to end: workspaces made here get the gates, and are then judged through their own alias.
//!
//! Where it is about what `init` writes, and not about the gates, a stand-in takes the tool's place: a library
//! of the same name that prints its arguments, and builds in a second.
#![cfg(unix)]
#![allow(
    clippy::disallowed_methods,
    reason = "the harness is the user at the terminal: it starts programs and reads its own environment"
)]

#[allow(dead_code, reason = "the cases use the rest of it")]
#[path = "support/toolbox.rs"]
mod toolbox;

#[path = "init/odd.rs"]
mod odd;
#[path = "init/reports.rs"]
mod reports;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// A folder with a space in its name, in which workspaces are made, and the environment of what runs there.
pub(crate) struct Desk {
    _folder: TempDir,
    /// Where the workspaces are.
    pub(crate) root: PathBuf,
    env: BTreeMap<String, String>,
}

/// How a command ended, and what it printed.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    /// What was printed, if it ended with this status.
    pub(crate) fn with(self, status: i32) -> String {
        assert_eq!(self.status, Some(status), "--- stdout\n{}\n--- stderr\n{}", self.stdout, self.stderr);
        self.stdout + &self.stderr
    }
}

impl Desk {
    /// An empty one; cargo builds in `kept`, or in a folder of its own.
    pub(crate) fn new(kept: Option<&Path>) -> Desk {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let root = folder.path().canonicalize().expect("the temporary folder").join("of two words");
        fs::create_dir(&root).expect("a folder");
        let base = root.with_file_name("beside");
        toolbox::link(&base.join("bin"), &[]);
        let at = |path: PathBuf| path.display().to_string();
        let build = kept.map_or_else(|| base.join("build"), Path::to_path_buf);
        // A home of its own, without the user's settings and rustup's proxies. Cargo tells packages apart by
        // their path, so it is kept beside what was built from it.
        let home = build.join("cargo");
        fs::create_dir_all(&home).expect("a home for cargo");
        if home.join("registry").symlink_metadata().is_err() {
            symlink(toolbox::cargo_home().join("registry"), home.join("registry")).expect("a link");
        }
        let identity = ["AUTHOR", "COMMITTER"].into_iter().flat_map(|who| {
            [("NAME", "Desk"), ("EMAIL", "desk@example.com")]
                .map(|(what, value)| (format!("GIT_{who}_{what}"), value.to_owned()))
        });
        let fixed = [
            ("PATH", at(base.join("bin"))),
            ("HOME", at(base.clone())),
            ("CARGO_HOME", at(home)),
            ("CARGO_TARGET_DIR", at(build.join("target"))),
            ("CARGO_NET_OFFLINE", "true".into()),
            ("CARGO_INCREMENTAL", "0".into()),
            ("CARGO_TERM_COLOR", "never".into()),
            ("GIT_CONFIG_GLOBAL", "/dev/null".into()),
            ("GIT_CONFIG_SYSTEM", "/dev/null".into()),
            ("GIT_CEILING_DIRECTORIES", at(root.clone())),
            ("LANG", "C.UTF-8".into()),
        ];
        let env = fixed.into_iter().map(|(name, value)| (name.to_owned(), value)).chain(identity).collect();
        Desk { _folder: folder, root, env }
    }

    /// Runs a program in a folder of the desk.
    pub(crate) fn run(&self, program: &Path, args: &[&str], folder: &Path) -> Ended {
        let mut command = Command::new(program);
        command.args(args).current_dir(folder).env_clear().envs(&self.env).stdin(Stdio::null());
        let output = command.output().unwrap_or_else(|error| panic!("{}: {error}", program.display()));
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ended { status: output.status.code(), stdout: text(&output.stdout), stderr: text(&output.stderr) }
    }

    /// Runs the built tool.
    pub(crate) fn tool(&self, args: &[&str], folder: &Path) -> Ended {
        self.run(Path::new(env!("CARGO_BIN_EXE_xtask")), args, folder)
    }

    /// Runs cargo.
    pub(crate) fn cargo(&self, args: &[&str], folder: &Path) -> Ended {
        self.run(&toolbox::path("cargo"), args, folder)
    }

    /// Runs git, which must succeed.
    pub(crate) fn git(&self, args: &[&str], folder: &Path) -> String {
        self.run(&toolbox::path("git"), args, folder).with(0)
    }

    /// Commits all there is, in a repository that is made if there is none.
    pub(crate) fn commit(&self, folder: &Path) {
        if !folder.join(".git").exists() {
            self.git(&["-c", "init.defaultBranch=main", "init", "--quiet"], folder);
        }
        self.git(&["add", "--all"], folder);
        self.git(&["commit", "--quiet", "--message", "as it is"], folder);
    }

    /// A workspace of these files.
    pub(crate) fn workspace(&self, name: &str, files: &[(&str, &str)]) -> PathBuf {
        let folder = self.root.join(name);
        for (file, text) in files {
            write(&folder.join(file), text);
        }
        folder
    }

    /// What stands in for the tool.
    pub(crate) fn stand_in(&self) -> PathBuf {
        let manifest = format!(
            "[package]\nname = \"xtask\"\ndescription = \"{}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n",
            env!("CARGO_PKG_DESCRIPTION")
        );
        // As rustfmt has it: `cargo fmt --all` looks at folders that are depended on, too.
        let code = "\
//! Stands in.

/// Prints its arguments.
pub fn main() -> std::process::ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    println!(\"stands in for {arguments:?}\");
    std::process::ExitCode::SUCCESS
}
";
        self.workspace("tool", &[("Cargo.toml", &manifest), ("src/lib.rs", code)])
    }
}

/// Writes a file, and the folders that it lies in.
pub(crate) fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("a folder");
    fs::write(path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}

/// Reads a file.
pub(crate) fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every file below a folder but git's, with what it says.
pub(crate) fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() && entry.file_name() != ".git" {
            found.insert(path.clone(), Vec::new());
            found.extend(tree(&path));
        } else if path.is_file() {
            found.insert(path.clone(), fs::read(&path).expect("a file"));
        }
    }
    found
}

/// Sets the permissions of a folder.
pub(crate) fn permit(folder: &Path, mode: u32) {
    fs::set_permissions(folder, PermissionsExt::from_mode(mode)).expect("permissions");
}
