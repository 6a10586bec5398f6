//! A copy of a base workspace with a case laid over it, in a folder and an environment of its own.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::case::{Case, Replace, Runner, Step, fixtures};
use super::{run, toolbox};

/// Where reports go unless a case says otherwise.
pub(crate) const OUT: &str = "dist/maturity";
/// The two reports.
pub(crate) const REPORTS: [&str; 2] = ["maturity-eval.json", "maturity-eval.md"];
/// What stands in them before the run, as if from an earlier one.
pub(crate) const OLD: &str = "the report of an earlier run\n";

/// Bases that are slow to build: each has one target folder that is kept, and used by one case at a
/// time. Two such folders would build everything twice, which takes longer than waiting.
const KEPT: &[&str] = &["odd-service", "orders-service"];

/// Where cargo builds: its target folder and its home. Cargo tells a registry's packages apart by
/// their path, so only under the same home are they built once.
struct Build {
    folder: PathBuf,
    /// Held as long as the folder is used.
    _lock: Option<File>,
}

/// Where a case is played.
pub(crate) struct Sandbox {
    root: TempDir,
    /// The copy.
    pub(crate) workspace: PathBuf,
    /// The whole environment of what is started here.
    pub(crate) env: BTreeMap<String, String>,
    out: PathBuf,
    build: Build,
}

impl Sandbox {
    /// Lays a case over a copy of its base and commits it.
    pub(crate) fn new(case: &Case, runner: Runner) -> Sandbox {
        let mut builder = tempfile::Builder::new();
        builder.prefix("case-").disable_cleanup(std::env::var_os("CASES_KEEP").is_some());
        let root = builder.tempdir().expect("a temporary folder");
        // Cargo takes a file for unchanged if it is older than the last build in that target folder,
        // so the copy is made only once the target folder is ours.
        let build = Build::for_base(&case.base, root.path());
        // Resolved, because git and cargo name the real path.
        let base = root.path().canonicalize().expect("the temporary folder");
        let mut missing = case.missing.clone();
        if runner == Runner::Cargo {
            missing.push("cargo-nextest".into());
        }
        toolbox::link(&base.join("bin"), &missing);
        let workspace = base.join("workspace");
        let out = case.args.iter().skip_while(|arg| *arg != "--out").nth(1).map_or(OUT, String::as_str);
        let out = workspace.join(out);
        let env = environment(&base, &build.folder, &case.env);
        let sandbox = Sandbox { root, workspace, env, out, build };
        sandbox.fill(case);
        sandbox
    }

    fn fill(&self, case: &Case) {
        for folder in ["home", "tmp", "marks"] {
            fs::create_dir_all(self.folder(folder)).expect("a folder of the sandbox");
        }
        let folder = fixtures().join("cases").join(&case.name);
        let home = self.build.folder.join("cargo");
        let _ = fs::remove_dir_all(&home);
        share_registry(&toolbox::cargo_home().join("registry"), &home.join("registry"));
        copy(&folder.join("cargo-home"), &home, &[]);

        copy(&fixtures().join(&case.base), &self.workspace, &["target", "dist"]);
        copy(&folder.join("overlay"), &self.workspace, &[]);
        edit(case, &self.workspace);
        for args in &case.before {
            run::must_succeed(self, case, args);
        }
        replace(&case.then_replace, &self.workspace);
        delete(&case.then_delete, &self.workspace);
        for (path, target) in &case.then_link {
            let _ = fs::remove_file(self.workspace.join(path));
            symlink(target, self.workspace.join(path)).expect("a link of the case");
        }
        if !case.no_git {
            self.commit(case);
        }
        for (file, text) in &case.dirty {
            write(&self.workspace.join(file), text);
        }
        for report in REPORTS {
            write(&self.workspace.join(OUT).join(report), OLD);
        }
    }

    fn commit(&self, case: &Case) {
        self.git(&["-c", "init.defaultBranch=main", "init", "--quiet"]);
        if !case.tags_elsewhere.is_empty() {
            self.git(&["commit", "--quiet", "--allow-empty", "--message", "an earlier commit"]);
            case.tags_elsewhere.iter().for_each(|tag| drop(self.git(&["tag", tag])));
        }
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", &case.shows]);
        case.history.iter().for_each(|step| self.step(case, step));
        case.tags.iter().for_each(|tag| drop(self.git(&["tag", tag])));
        for args in &case.git {
            self.git(&args.iter().map(String::as_str).collect::<Vec<_>>());
        }
        if case.shallow {
            self.become_shallow();
        }
        if case.detached {
            self.git(&["checkout", "--quiet", "--detach"]);
        }
    }

    fn step(&self, case: &Case, step: &Step) {
        replace(&step.replace, &self.workspace);
        delete(&step.delete, &self.workspace);
        for args in &step.run {
            run::must_succeed(self, case, args);
        }
        self.git(&["add", "--all"]);
        let author = step.author.as_ref().map(|author| format!("--author={author}"));
        let mut args = vec!["commit", "--quiet", "--allow-empty", "--message", &step.message];
        args.extend(author.as_deref());
        self.git(&args);
        step.tags.iter().for_each(|tag| drop(self.git(&["tag", tag])));
    }

    fn become_shallow(&self) {
        let (whole, clone) = (self.folder("whole"), self.folder("clone"));
        let url = format!("file://{}", self.workspace.display());
        self.git(&["clone", "--quiet", "--depth", "1", &url, &clone.to_string_lossy()]);
        fs::rename(&self.workspace, whole).expect("the whole repository goes out of the way");
        fs::rename(clone, &self.workspace).expect("the clone takes its place");
    }

    /// `git status`, or nothing outside a repository.
    pub(crate) fn status(&self) -> Option<String> {
        let repository = self.workspace.join(".git").exists();
        repository.then(|| self.git(&["status", "--porcelain", "--untracked-files=all"]))
    }

    /// Runs git, which must succeed.
    pub(crate) fn git(&self, args: &[&str]) -> String {
        let mut command = Command::new(toolbox::path("git"));
        command.args(args).current_dir(&self.workspace).env_clear().envs(&self.env).stdin(Stdio::null());
        let output = command.output().expect("git starts");
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// A folder beside the workspace.
    pub(crate) fn folder(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// The folder that reports go to.
    pub(crate) fn out(&self) -> PathBuf {
        self.out.clone()
    }

    /// Where the case's own code leaves its marks.
    pub(crate) fn marks(&self) -> PathBuf {
        self.folder("marks")
    }

    /// The marks of processes that still run after a fair time to end.
    pub(crate) fn left_running(&self) -> Vec<String> {
        let deadline = Instant::now() + Duration::from_secs(10);
        loop {
            let running: Vec<String> = fs::read_dir(self.marks())
                .expect("the marks")
                .filter_map(Result::ok)
                .filter(|entry| fs::read_to_string(entry.path()).is_ok_and(|pid| run::alive(&pid)))
                .map(|entry| entry.file_name().to_string_lossy().into_owned())
                .collect();
            if running.is_empty() || Instant::now() > deadline {
                // Told, and then ended: a failing case leaves nothing on the machine either.
                running.iter().for_each(|mark| run::end(&self.marks().join(mark)));
                return running;
            }
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// What lies beside the reports and was meant to go, such as a staging folder.
    pub(crate) fn left_lying(&self) -> Vec<String> {
        let reports = self.workspace.join(OUT);
        let list = |folder: &Path| fs::read_dir(folder).into_iter().flatten().flatten();
        let beside = list(&self.workspace.join("dist")).filter(|entry| entry.path() != reports);
        let staged = list(&reports).filter(|entry| entry.file_name().to_string_lossy().contains("staging"));
        beside.chain(staged).map(|entry| entry.path().display().to_string()).collect()
    }
}

/// The whole environment: nothing of the user's, nothing from the network, nothing that moves.
fn environment(root: &Path, build: &Path, extra: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let at = |name: &str| root.join(name).display().to_string();
    let identity = ["AUTHOR", "COMMITTER"].into_iter().flat_map(|who| {
        [("NAME", "Case"), ("EMAIL", "case@example.com"), ("DATE", "2026-01-02T03:04:05Z")]
            .map(|(what, value)| (format!("GIT_{who}_{what}"), value.to_owned()))
    });
    let fixed = [
        ("GIT_CONFIG_GLOBAL", "/dev/null"),
        ("GIT_CONFIG_SYSTEM", "/dev/null"),
        ("GIT_TERMINAL_PROMPT", "0"),
        ("CARGO_NET_OFFLINE", "true"),
        ("CARGO_INCREMENTAL", "0"),
        ("CARGO_TERM_COLOR", "never"),
        ("LANG", "C.UTF-8"),
        ("NO_COLOR", "1"),
    ];
    let fixed = fixed.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let folders = [
        ("PATH", "bin"),
        ("HOME", "home"),
        ("TMPDIR", "tmp"),
        ("CASE_MARKS", "marks"),
        ("GIT_CEILING_DIRECTORIES", ""),
    ];
    let folders = folders.map(|(name, folder)| (name.to_owned(), at(folder)));
    let cargo = [("CARGO_TARGET_DIR", "target"), ("CARGO_HOME", "cargo")];
    let cargo = cargo.map(|(name, folder)| (name.to_owned(), build.join(folder).display().to_string()));
    let extra = extra
        .iter()
        .map(|(name, value)| (name.clone(), value.replace("{sandbox}", &root.display().to_string())));
    identity.chain(fixed).chain(folders).chain(cargo).chain(extra).collect()
}

impl Build {
    /// A fresh folder, or for a base that is slow to build the one that is kept.
    fn for_base(base: &str, root: &Path) -> Build {
        if !KEPT.contains(&base) {
            return Build { folder: root.to_path_buf(), _lock: None };
        }
        let pool = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cases");
        fs::create_dir_all(&pool).expect("the kept target folders");
        let folder = pool.join(base);
        let lock = File::create(folder.with_extension("lock")).expect("a lock file");
        lock.lock().expect("the lock of the target folder");
        fetch(base);
        Build { folder, _lock: Some(lock) }
    }
}

/// Downloads what the base needs, with the user's own settings; the cases themselves run offline.
fn fetch(base: &str) {
    let mut command = Command::new(toolbox::path("cargo"));
    command.args(["fetch", "--locked", "--quiet"]).current_dir(fixtures().join(base));
    let output = command.output().expect("cargo starts");
    assert!(output.status.success(), "cargo fetch: {}", String::from_utf8_lossy(&output.stderr));
}

/// Links what the user's cargo has downloaded into a cargo home of the sandbox's own, index by index, so
/// that a case can add an index without touching the user's.
fn share_registry(from: &Path, to: &Path) {
    for folder in ["cache", "src", "index"] {
        fs::create_dir_all(from.join(folder)).expect("cargo's folder of packages");
    }
    fs::create_dir_all(to.join("index")).expect("a folder of the sandbox");
    let link = |name: &Path| symlink(from.join(name), to.join(name)).expect("a link to cargo's packages");
    link(Path::new("cache"));
    link(Path::new("src"));
    for index in fs::read_dir(from.join("index")).expect("cargo's indexes").flatten() {
        link(&Path::new("index").join(index.file_name()));
    }
}

fn edit(case: &Case, workspace: &Path) {
    replace(&case.replace, workspace);
    for step in &case.append {
        let text = read(&workspace.join(&step.file)) + &step.text;
        write(&workspace.join(&step.file), &text);
    }
    for step in &case.generate {
        let lines: String = (0..step.times).map(|n| step.text.replace("{n}", &n.to_string())).collect();
        write(&workspace.join(&step.file), &format!("{}{lines}{}", step.start, step.end));
    }
    delete(&case.delete, workspace);
}

fn replace(steps: &[Replace], workspace: &Path) {
    for step in steps {
        let text = read(&workspace.join(&step.file));
        assert_eq!(text.matches(&step.from).count(), 1, "`{}` in {}", step.from, step.file);
        write(&workspace.join(&step.file), &text.replace(&step.from, &step.to));
    }
}

fn delete(paths: &[String], workspace: &Path) {
    for path in paths {
        let path = workspace.join(path);
        let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        removed.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn write(path: &Path, text: &str) {
    let folder = path.parent().expect("a file lies in a folder");
    fs::create_dir_all(folder).and_then(|()| fs::write(path, text)).expect("a file of the sandbox");
}

/// Copies a folder; one that is not there is empty.
fn copy(from: &Path, to: &Path, leave_out: &[&str]) {
    fs::create_dir_all(to).expect("a folder of the copy");
    for entry in fs::read_dir(from).into_iter().flatten() {
        let entry = entry.expect("an entry of the fixture");
        let name = entry.file_name();
        if leave_out.iter().any(|left_out| name == *left_out) {
            continue;
        }
        if entry.file_type().expect("its type").is_dir() {
            copy(&entry.path(), &to.join(name), &[]);
        } else {
            fs::copy(entry.path(), to.join(name)).expect("a copy of a file");
        }
    }
}
