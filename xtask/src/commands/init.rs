//! `init`: shows what comes into another workspace, writes it, and says what is left to do.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::{lock_all, print};
use crate::cli;
use crate::diagnostics::{count, one_line};
use crate::digest::sha256;
use crate::error::{Error, Result};
use crate::host::Host;
use crate::init::{self, DEFAULT_NAME, MANIFEST, Plan, Request, Source};
use crate::process::Processes;
use crate::stages::promote::diff::unified;
use crate::workspace::Workspace;

/// The folder that this tool was built from.
const BUILT_FROM: &str = env!("CARGO_MANIFEST_DIR");

/// `init`, and `init --lock-all`.
pub(crate) fn run(args: &cli::Init, manifest_path: Option<&Path>, host: &Host) -> Result<u8> {
    let manifest = match &args.folder {
        Some(folder) => Some(manifest_of(&host.current_dir.join(folder), folder)?),
        None => manifest_path.map(|path| host.current_dir.join(path)),
    };
    if args.lock_all {
        return lock_all::run(args, manifest.as_deref(), host);
    }
    let Some(manifest) = manifest else {
        return Err(Error::usage("init needs the folder of a workspace")
            .help("`cargo xtask init DIR`; `.` is the one around you"));
    };
    init::check_name(&args.name)?;
    let processes = Processes::new(host);
    let workspace = Workspace::load(&processes, &host.current_dir, Some(&manifest), true)?;
    let place = Place::of(&workspace.root, &processes);
    let source = source(args, host, &workspace.root)?;
    let (github, gitlab) = place.pipelines(args)?;
    let request = Request { name: &args.name, source: &source, github, gitlab };
    let plan = init::plan(&init::look(&workspace, &args.name)?, &request)?;
    print(&shown_plan(&workspace.root, &plan, args))?;
    if args.dry_run {
        return print("\nNothing was written (--dry-run).\n").map(|()| 0);
    }
    let applied = init::apply(&workspace.root, &plan)?;
    // Cargo has the last word on whether it is a workspace still.
    if let Err(error) = Workspace::load(&processes, &host.current_dir, Some(&manifest), true) {
        let left = applied.undo();
        return Err(Error::tool(format!("with the changes, {}", bare(&error))).help(init::put_back(&left)));
    }
    let lockfile = bring_lockfile_up(&processes, &workspace, args.offline)?;
    if plan.changes.is_empty() {
        return print(&lockfile).map(|()| 0);
    }
    print(&next(args, &plan, &place, &source, (github, gitlab), &lockfile)).map(|()| 0)
}

/// An error's own words, as a part of another.
fn bare(error: &Error) -> String {
    let text = error.to_string();
    let text = text.split("\n  help: ").next().unwrap_or_default();
    text.trim_start_matches("error: ").to_owned()
}

/// The manifest in a folder.
fn manifest_of(folder: &Path, given: &Path) -> Result<PathBuf> {
    let manifest = if folder.is_file() { folder.to_path_buf() } else { folder.join(MANIFEST) };
    if manifest.is_file() && manifest.file_name().is_some_and(|name| name == MANIFEST) {
        return Ok(manifest);
    }
    let given = one_line(&given.to_string_lossy());
    Err(Error::usage(format!("{given} is no cargo project: there is no {MANIFEST} in it"))
        .help("name the folder of a workspace or of a package; `cargo init` makes one"))
}

/// Where the tool is to be taken from: what was said, else the folder that it was built from.
fn source(args: &cli::Init, host: &Host, root: &Path) -> Result<Source> {
    let given = match &args.from {
        Some(text) => Source::parse(text)?,
        None => Source::Path(BUILT_FROM.to_owned()),
    };
    let Source::Path(folder) = given else { return Ok(given) };
    let refuse = |what: &str| {
        Err(Error::usage(format!("the tool cannot be taken from {}: {what}", one_line(&folder)))
            .help("say where it is: --from path:DIR (a clone of it), or --from git:URL#REV"))
    };
    let whole = host.current_dir.join(&folder);
    let places = [whole.clone(), whole.join(DEFAULT_NAME)];
    let Some(found) = places.into_iter().find(|place| holds_the_tool(place)) else {
        return refuse("its package is not there");
    };
    let cached = ["/registry/src/", "/git/checkouts/"];
    if args.from.is_none() && cached.iter().any(|part| folder.replace('\\', "/").contains(part)) {
        return refuse("cargo keeps it there, and may throw it away");
    }
    let real = |path: &Path| {
        path.canonicalize()
            .map_err(|error| Error::tool(format!("cannot look up {}: {error}", path.display())))
    };
    let (found, root) = (real(&found)?, real(root)?);
    // In its own repository it is a member, and no dependency is written.
    if found.starts_with(&root) && found != root.join(&args.name) {
        return refuse("it lies in the workspace itself, and cargo would take it for a member");
    }
    let path = if Path::new(&folder).is_absolute() { found } else { from_to(&root.join(&args.name), &found) };
    Ok(Source::Path(path.to_string_lossy().replace('\\', "/")))
}

/// Whether a folder holds the package of this tool.
fn holds_the_tool(folder: &Path) -> bool {
    let text = std::fs::read_to_string(folder.join(MANIFEST)).unwrap_or_default();
    let manifest = text.parse::<toml_edit::DocumentMut>().unwrap_or_default();
    let package = manifest.get("package");
    let says = |key: &str, value: &str| {
        package.and_then(|package| package.get(key)).and_then(toml_edit::Item::as_str) == Some(value)
    };
    says("name", env!("CARGO_PKG_NAME")) && says("description", env!("CARGO_PKG_DESCRIPTION"))
}

/// The way from one folder to another, both absolute and without links.
fn from_to(from: &Path, to: &Path) -> PathBuf {
    let common = from.components().zip(to.components()).take_while(|(one, other)| one == other).count();
    let up = from.components().skip(common).map(|_| Path::new(".."));
    let down = to.components().skip(common).map(|part| Path::new(part.as_os_str()));
    up.chain(down).collect()
}

/// The repository around the workspace, as far as it matters here.
struct Place {
    /// Why git tells nothing.
    no_git: bool,
    /// Where the workspace lies in it; empty at its top.
    folder: String,
    github: bool,
    gitlab: bool,
}

impl Place {
    fn of(root: &Path, processes: &Processes) -> Place {
        let git = |args: &[&str]| {
            let argv: Vec<&str> = std::iter::once("git").chain(args.iter().copied()).collect();
            processes.try_output(&argv, root).ok().and_then(std::result::Result::ok)
        };
        let prefix = git(&["rev-parse", "--show-prefix"]);
        let remotes = git(&["config", "--get-regexp", r"^remote\..*\.url$"]).unwrap_or_default();
        let hosts = |word: &str| remotes.lines().any(|line| host_of(line).contains(word));
        Place {
            no_git: prefix.is_none(),
            folder: prefix.unwrap_or_default().trim().trim_end_matches('/').to_owned(),
            github: root.join(".github").is_dir() || hosts("github"),
            gitlab: root.join(".gitlab-ci.yml").exists() || root.join(".gitlab").is_dir() || hosts("gitlab"),
        }
    }

    /// Whether a workflow for GitHub and a pipeline for GitLab are written.
    fn pipelines(&self, args: &cli::Init) -> Result<(bool, bool)> {
        let asked = args.github || args.gitlab;
        if !self.folder.is_empty() {
            if asked {
                return Err(Error::usage(format!(
                    "the workspace is in the folder {} of its repository, and pipelines lie at the top of it",
                    one_line(&self.folder)
                ))
                .help("leave --github and --gitlab out, and write the job by hand, with that folder in it"));
            }
            return Ok((false, false));
        }
        Ok(match (asked, args.no_ci) {
            (true, _) => (args.github, args.gitlab),
            (false, true) => (false, false),
            (false, false) => (self.github, self.gitlab),
        })
    }
}

/// The host of a remote, from a line of `git config`: `remote.origin.url git@HOST:PATH`, or a URL.
fn host_of(line: &str) -> &str {
    let url = line.split_once(' ').map_or("", |(_, url)| url);
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    host.split(':').next().unwrap_or_default()
}

/// Every change as a diff, and what is left alone.
fn shown_plan(root: &Path, plan: &Plan, args: &cli::Init) -> String {
    let mut text = String::new();
    for change in &plan.changes {
        text.push_str(&unified(&change.file, change.before.as_deref().unwrap_or_default(), &change.after));
        text.push('\n');
    }
    let root = one_line(&root.to_string_lossy());
    if plan.changes.is_empty() {
        let _ = writeln!(text, "Nothing to do: {root} has all of it already.");
    } else {
        let would = if args.dry_run { "would come or change" } else { "come or change" };
        let _ = writeln!(text, "{} {would} in {root}.", count(plan.changes.len(), "file"));
    }
    for (file, why) in &plan.left_alone {
        let _ = writeln!(text, "Left alone: {file}: {why}.");
    }
    text
}

/// Adds the new member and what it needs to `Cargo.lock`, and leaves the rest of it alone; gives what it did.
///
/// # Errors
/// A tool error if cargo could not; the files are written then.
fn bring_lockfile_up(processes: &Processes, workspace: &Workspace, offline: bool) -> Result<String> {
    let cargo = workspace.cargo.to_string_lossy();
    let manifest = workspace.root.join(MANIFEST);
    let manifest = manifest.to_string_lossy();
    let run = |words: &[&str]| {
        let head = [cargo.as_ref()].into_iter().chain(words.iter().copied());
        let argv: Vec<&str> = head.chain(["--manifest-path", manifest.as_ref()]).collect();
        processes.try_output(&argv, &workspace.root)
    };
    let digest = || std::fs::read(workspace.lockfile_path()).ok().map(|content| sha256(&content));
    let before = digest();
    if before.is_some() && run(&["metadata", "--locked", "--offline", "--format-version", "1"])?.is_ok() {
        return Ok("Cargo.lock fits already.\n".to_owned());
    }
    let online = if offline { None } else { run(&["update", "--workspace"])?.err() };
    let failed = match (offline, &online) {
        (false, None) => None,
        _ => run(&["update", "--workspace", "--offline"])?.err(),
    };
    if let Some(complaint) = failed {
        let why = online.as_deref().unwrap_or(&complaint);
        return Err(Error::tool(format!("Cargo.lock could not be brought up to date: {}", one_line(why)))
            .help(
                "the files are written; run `cargo update --workspace` there, with the registry in reach",
            ));
    }
    Ok(match (before.is_some(), before == digest()) {
        (_, true) => "Cargo.lock fits already.\n",
        (true, false) => "Cargo.lock got the new member and what it needs; the rest is as it was.\n",
        (false, false) => "Cargo.lock was not there, and is now.\n",
    }
    .to_owned())
}

/// What is left to do, in order.
fn next(
    args: &cli::Init,
    plan: &Plan,
    place: &Place,
    source: &Source,
    (github, gitlab): (bool, bool),
    lockfile: &str,
) -> String {
    let name = &args.name;
    let mut text = lockfile.to_owned();
    let wrote = |file: &str| plan.changes.iter().any(|change| change.file == file);
    if wrote(&format!("{name}/Cargo.toml")) {
        match source {
            Source::Path(path) => {
                let _ = writeln!(
                    text,
                    "Note: {name}/Cargo.toml names the folder {path} of this machine. For others, and for CI, name a \
                     repository instead: git = \"URL\", rev = \"COMMIT\" (--from git:URL#COMMIT)."
                );
            }
            Source::Git(_, None) => {
                text.push_str("Note: no revision is named; Cargo.lock holds the one of today.\n");
            }
            Source::Git(_, Some(_)) | Source::Registry { .. } => {}
        }
    }
    if !github && !gitlab && !args.no_ci {
        let why = match place.folder.as_str() {
            "" => "neither GitHub nor GitLab was found; --github or --gitlab writes one".to_owned(),
            folder => format!("the workspace is in the folder {} of its repository", one_line(folder)),
        };
        let _ = writeln!(text, "Note: no pipeline was written: {why}.");
    }
    if place.no_git {
        text.push_str(
            "Note: this is no git repository, and what is judged is a ref: `git init`, and commit.\n",
        );
    }
    let _ = write!(
        text,
        "
What is left
  1. Commit what came, Cargo.lock with it.
  2. cargo {name} maturity          the first report: what each gate found, and what to do about it
  3. Say in ci/maturity-evidence.yml which services there are, or that there are none.
  4. cargo {name} init --lock-all --by WHO
                                    approves what is shipped and locks contracts and policy; commit that too
"
    );
    text
}

#[cfg(test)]
mod tests;
