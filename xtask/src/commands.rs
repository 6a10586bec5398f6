//! The small commands, and what the main job says on the streams.

pub(crate) mod budgets;
pub(crate) mod deliver;
pub(crate) mod init;
mod lock_all;
pub(crate) mod policy;
mod promote;
pub(crate) mod release;
pub(crate) mod waivers;

use std::io::Write;
use std::path::Path;

use crate::cli;
use crate::day::day_of;
use crate::error::{Error, Result};
use crate::evidence::deps::DepsFacts;
use crate::gates::Gate;
use crate::gates::deps_approval::{self, approve};
use crate::gates::policy_drift::rules::{self, RuleText};
use crate::gates::promotion_guard::audit as audit_check;
use crate::host::Host;
use crate::process::Processes;
use crate::report;
use crate::report::terminal::{self, Live, Style};
use crate::settings::Rule;
use crate::setup::Setup;
use crate::stages;
use crate::verdict::{Finding, cover_all};
use crate::workspace::Workspace;

pub(crate) use promote::promote;

/// Writes to standard output. A reader that went away is no error: it has seen what it wanted.
pub(crate) fn print(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Error::tool(format!("standard output could not be written: {error}")))
        }
        _ => Ok(()),
    }
}

/// What shows the running checks, on standard error.
pub(crate) fn live(host: &Host, quiet: bool) -> Live {
    let style = Style::of(host, quiet);
    if deliver::is_github(host) {
        Live::new(Box::new(Plain(std::io::stderr())), style)
    } else {
        Live::new(Box::new(std::io::stderr()), style)
    }
}

/// A stream that GitHub's runner reads: no text in it becomes a command. Takes whole lines.
struct Plain<W>(W);

impl<W: Write> Write for Plain<W> {
    fn write(&mut self, lines: &[u8]) -> std::io::Result<usize> {
        self.0.write_all(report::github::plain(&String::from_utf8_lossy(lines)).as_bytes())?;
        Ok(lines.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}

/// A path as the user would type it.
fn shown(host: &Host, path: &Path) -> String {
    path.strip_prefix(&host.current_dir).unwrap_or(path).to_string_lossy().into_owned()
}

/// Whether standard output may be coloured. `NO_COLOR` as no-color.org has it: set and not empty.
pub(crate) fn colour(host: &Host) -> bool {
    host.stdout_terminal && host.var("NO_COLOR").is_none() && host.var("TERM") != Some("dumb")
}

/// `validate-stages`: the same loader as `maturity`, and where refs land.
pub(crate) fn validate_stages(
    args: &cli::ValidateStages,
    manifest_path: Option<&Path>,
    host: &Host,
) -> Result<u8> {
    let processes = Processes::new(host);
    let workspace = Workspace::load(&processes, &host.current_dir, manifest_path, true)?;
    let policy = match &args.file {
        None => stages::load(&workspace.root)?,
        Some(file) => stages::load_file(&host.current_dir.join(file), &file.to_string_lossy())?,
    };
    let validation = stages::validate(&policy, &workspace.member_names(), &args.references, host.now);
    print(&stages::render(&validation)).map(|()| 0)
}

/// `approve-deps`: approves, prunes, or lists what is unapproved and why.
pub(crate) fn approve_deps(args: &cli::ApproveDeps, manifest_path: Option<&Path>, host: &Host) -> Result<u8> {
    let wanted = args.all || !args.packages.is_empty();
    let remark =
        [("--note", &args.note), ("--expires", &args.expires)].into_iter().find(|(_, given)| given.is_some());
    if let Some((flag, _)) = remark.filter(|_| !wanted) {
        return Err(Error::usage(format!("{flag} without anything to approve"))
            .help("add --all, or what to approve as NAME@VERSION"));
    }
    let Some(by) = args.by.as_deref().or((!wanted).then_some("")) else {
        return Err(Error::usage("an approval needs a name").help("add --by WHO"));
    };
    let gather = cli::Gather { offline: args.offline, ..cli::Gather::default() };
    let setup = Setup::load(host, manifest_path, &gather)?;
    let facts = survey(&setup, host)?;
    let root = &setup.workspace.root;
    let mut text = String::new();
    if wanted {
        let request = approve::Request {
            packages: &args.packages,
            all: args.all,
            by,
            note: args.note.as_deref(),
            expires: args.expires.as_deref(),
            now: host.now,
        };
        text.push_str(&approve::approve(root, &facts, &request)?);
    }
    if args.prune {
        text.push_str(&approve::prune(root, &facts, host.now)?);
    }
    if !wanted && !args.prune {
        text.push_str(&approve::list(&facts, host.now)?);
    }
    print(&text).map(|()| 0)
}

/// What is shipped, gathered into a folder that is removed again.
fn survey(setup: &Setup, host: &Host) -> Result<DepsFacts> {
    let scratch = Scratch::new(host)?;
    let facts = deps_approval::survey(&setup.context(&crate::progress::Silent, &scratch.0));
    setup.stop_if_interrupted()?;
    Ok(facts)
}

/// A folder of this run alone, removed when it is dropped.
struct Scratch(std::path::PathBuf);

impl Scratch {
    fn new(host: &Host) -> Result<Scratch> {
        let name = format!("maturity-{}-{}", std::process::id(), host.now.unix_timestamp_nanos());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir(&folder).map_err(|error| {
            Error::tool(format!("cannot make the folder {}: {error}", folder.display()))
                .help("make the folder for temporary files writable, or name another with TMPDIR")
        })?;
        Ok(Scratch(folder))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Nothing depends on it being gone.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// `sbom`: the SBOMs alone, judged by nobody.
pub(crate) fn sbom(args: &cli::Sbom, manifest_path: Option<&Path>, host: &Host) -> Result<u8> {
    let gather = cli::Gather { offline: args.offline, ..cli::Gather::default() };
    let setup = Setup::load(host, manifest_path, &gather)?;
    let out = match &args.out {
        Some(out) => host.current_dir.join(out),
        None => setup.workspace.root.join("dist").join("sbom"),
    };
    let scratch = Scratch::new(host)?;
    let facts = deps_approval::gather(&setup.context(&crate::progress::Silent, &scratch.0));
    setup.stop_if_interrupted()?;
    if !facts.problems.is_empty() || facts.sboms.is_empty() {
        return Err(Error::tool(format!("no SBOM could be made: {}", facts.problems.join("; ")))
            .help("a stale or missing Cargo.lock is the usual cause: `cargo metadata --locked` says more"));
    }
    let mut text = String::new();
    for sbom in &facts.sboms {
        let name = Path::new(&sbom.path).file_name().unwrap_or_default();
        let target = out.join(name);
        replace(&scratch.0.join(&sbom.path), &target)?;
        text.push_str(&shown(host, &target));
        text.push('\n');
    }
    print(&text).map(|()| 0)
}

/// Copies a file beside its target, and renames it: nobody sees half of it.
fn replace(from: &Path, to: &Path) -> Result<()> {
    let failed = |error: std::io::Error| {
        Error::tool(format!("cannot write {}: {error}", to.display())).help("choose a folder with --out DIR")
    };
    if let Some(folder) = to.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut beside = to.as_os_str().to_owned();
    beside.push(".new");
    std::fs::copy(from, &beside).and_then(|_| std::fs::rename(&beside, to)).map_err(failed)
}

/// `audit`: the check alone. Exit status 1 if the stage that requires it would be blocked by it.
pub(crate) fn audit(args: &cli::Audit, manifest_path: Option<&Path>, host: &Host) -> Result<u8> {
    let setup = Setup::load(host, manifest_path, &args.gather)?;
    let scratch = Scratch::new(host)?;
    let live = live(host, true);
    let record = audit_check::gather(&setup.context(&live, &scratch.0));
    drop(live);
    setup.stop_if_interrupted()?;
    let mut findings = audit_check::findings(&record, &setup.settings.promotion_guard.audit);
    cover_all(&mut findings, Gate::PromotionGuard, &setup.waivers, day_of(host.now));
    let failed = findings.iter().any(Finding::blocks);
    print(&terminal::check(&audit_check::summary(&record), &findings, colour(host)))?;
    Ok(u8::from(failed))
}

/// `explain`: from the catalogue, and from the table of rules.
pub(crate) fn explain(args: &cli::Explain) -> Result<u8> {
    let rule = |rule: Rule| {
        let RuleText { what, why, remedy } = rules::text(rule);
        report::explain::Rule { id: rule.as_str(), what, why, remedy }
    };
    print(&report::explain::render(args.code.as_deref(), &Rule::ALL.map(rule))?).map(|()| 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_runner_reads_holds_no_command() {
        let mut plain = Plain(Vec::new());
        plain.write_all("lint: started: sh ##[add-mask]x\n::error::y\n".as_bytes()).unwrap();
        plain.flush().unwrap();
        let written = String::from_utf8(plain.0).unwrap();
        assert_eq!(written, "lint: started: sh ##\\u{5b}add-mask]x\n\\u{3a}:error::y\n");
    }
}
