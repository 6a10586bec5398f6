//! Gathers the facts: runs `cargo tree`, writes the SBOMs, reads approvals. Judges nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use cargo_metadata::Package;

use super::components::{self, Graph};
use super::{approvals, sbom, tree, vet};
use crate::diagnostics::nearest;
use crate::evidence::deps::{Component, DepsFacts};
use crate::evidence::{Ended, Run};
use crate::gates::Gate;
use crate::gather::Context;
use crate::plan::Step;
use crate::process::{Command, Stream};
use crate::settings::Settings;
use crate::workspace::Workspace;

/// The shipped packages of a workspace.
pub(super) struct Shipped<'a> {
    /// Sorted by name; indices into cargo metadata's packages.
    packages: Vec<(usize, &'a Package)>,
    /// Names that no member has, each with the nearest that one has.
    unknown: Vec<(String, Option<String>)>,
}

/// What is shipped: the settings' choice, else every member but an `xtask` that is not alone.
pub(super) fn shipped<'a>(workspace: &'a Workspace, settings: &Settings) -> Shipped<'a> {
    let metadata = &workspace.metadata;
    let members: BTreeSet<_> = metadata.workspace_members.iter().collect();
    let mut packages: Vec<(usize, &Package)> =
        metadata.packages.iter().enumerate().filter(|(_, package)| members.contains(&package.id)).collect();
    packages.sort_by(|(_, a), (_, b)| a.name.as_str().cmp(b.name.as_str()));
    let mut unknown = Vec::new();
    match &settings.deps_approval.shipped {
        Some(names) => {
            for name in names {
                let known = || packages.iter().map(|(_, package)| package.name.as_str());
                if !known().any(|member| member == name) {
                    unknown.push((name.clone(), nearest(name, known()).map(str::to_owned)));
                }
            }
            packages.retain(|(_, package)| names.iter().any(|name| package.name == *name));
        }
        None if packages.len() > 1 => packages.retain(|(_, package)| package.name != "xtask"),
        None => {}
    }
    Shipped { packages, unknown }
}

/// One `cargo tree`, and the SBOMs that are read from it.
struct Job {
    log: String,
    command: Command,
    subjects: Vec<sbom::Subject>,
}

/// The trees that are needed: one of all shipped packages together, as a build of the workspace
/// unifies their features; and, where there are several, one for each package with binaries, as a
/// build of that package alone does not.
fn jobs(workspace: &Workspace, settings: &Settings) -> Vec<Job> {
    let shipped = shipped(workspace, settings).packages;
    if shipped.is_empty() {
        return Vec::new();
    }
    let all: Vec<&Package> = shipped.iter().map(|(_, package)| *package).collect();
    let mut used = BTreeSet::from(["workspace".to_owned()]);
    let mut jobs = vec![Job {
        log: "cargo-tree".into(),
        command: tree::command(workspace, settings, &all),
        subjects: vec![whole(&shipped)],
    }];
    for (index, package) in &shipped {
        let subjects: Vec<sbom::Subject> = package
            .targets
            .iter()
            .filter(|target| target.is_bin())
            .map(|target| binary(*index, package, &target.name, &mut used))
            .collect();
        if subjects.is_empty() {
            continue;
        }
        if shipped.len() == 1 {
            jobs[0].subjects.extend(subjects);
        } else {
            let command = tree::command(workspace, settings, &[package]);
            jobs.push(Job { log: format!("cargo-tree-{}", package.name), command, subjects });
        }
    }
    jobs
}

/// The workspace as an SBOM's subject. The folder's name would differ between machines.
fn whole(shipped: &[(usize, &Package)]) -> sbom::Subject {
    let single = if let [(_, package)] = shipped { Some(package) } else { None };
    sbom::Subject {
        file: "workspace".into(),
        name: single.map_or("workspace".into(), |package| package.name.to_string()),
        version: single.map(|package| package.version.to_string()),
        packages: shipped.iter().map(|(index, _)| *index).collect(),
    }
}

fn binary(index: usize, package: &Package, name: &str, used: &mut BTreeSet<String>) -> sbom::Subject {
    let mut file = name.to_owned();
    while !used.insert(file.clone()) {
        file = format!("{}-{file}", package.name);
    }
    let version = Some(package.version.to_string());
    sbom::Subject { file, name: name.to_owned(), version, packages: vec![index] }
}

/// What [`gather`] will run and read.
pub fn steps(workspace: &Workspace, settings: &Settings) -> Vec<Step> {
    let step = |check: &str, command: String, timeout, skipped: Option<String>| Step {
        gate: Gate::DepsApproval,
        check: check.into(),
        command,
        timeout,
        skipped,
    };
    let unresolved = (!workspace.resolved()).then(|| "Cargo.lock is missing or stale".to_owned());
    let mut steps: Vec<Step> = jobs(workspace, settings)
        .into_iter()
        .map(|job| step("sbom", job.command.display(), Some(job.command.timeout), unresolved.clone()))
        .collect();
    let mut reads = vec![("approvals", format!("read {}", approvals::FILE))];
    if settings.deps_approval.cargo_vet {
        reads.push(("approvals", "read supply-chain/ (cargo-vet)".into()));
    }
    reads.push(("licences", "compare with deps_approval.licenses".into()));
    reads.push(("sources", "compare with deps_approval.sources".into()));
    steps.extend(reads.into_iter().map(|(check, command)| step(check, command, None, None)));
    steps
}

/// Gathers all facts and writes the SBOMs to `sbom/` below the staging folder.
pub fn gather(context: &Context<'_>) -> DepsFacts {
    collect(context, true)
}

/// Gathers the same facts without writing SBOMs: for `approve-deps`.
pub fn survey(context: &Context<'_>) -> DepsFacts {
    collect(context, false)
}

fn collect(context: &Context<'_>, write_sboms: bool) -> DepsFacts {
    let workspace = context.workspace;
    let shipped = shipped(workspace, context.settings);
    let mut facts = DepsFacts {
        lockfile: Some(workspace.lockfile.clone()),
        shipped: shipped.packages.iter().map(|(_, package)| package.name.to_string()).collect(),
        unknown_shipped: shipped.unknown,
        targets: context.settings.deps_approval.targets.clone(),
        ..DepsFacts::default()
    };
    match approvals::load(&workspace.root) {
        Ok(approvals) => facts.approvals = approvals,
        Err(error) => facts.approvals_problem = Some(error.to_string()),
    }
    let jobs = jobs(workspace, context.settings);
    facts.expected_sboms =
        jobs.iter().flat_map(|job| &job.subjects).map(|subject| subject.file.clone()).collect();
    if !workspace.resolved() {
        facts.problems.push("Cargo.lock is missing or does not fit the manifests".into());
        return facts;
    }
    context.progress.started("sbom", &jobs.first().map_or(String::new(), |job| job.command.display()));
    let outcome = read_trees(context, &jobs, &mut facts).and_then(|graphs| {
        let lockfile = std::fs::read_to_string(workspace.lockfile_path())
            .map_err(|error| format!("cannot read Cargo.lock: {error}"))?;
        let described = components::describe(workspace, &graphs.iter().collect::<Vec<_>>(), &lockfile)?;
        if write_sboms {
            write_all(context, &jobs, &graphs, &described, &mut facts)?;
        }
        Ok(described)
    });
    match outcome {
        Ok(described) => facts.components = described.into_values().collect(),
        Err(problem) => facts.problems.push(problem),
    }
    let order = |a: &Component, b: &Component| {
        (&a.name, version(a), &a.source).cmp(&(&b.name, version(b), &b.source))
    };
    facts.components.sort_by(order);
    if context.settings.deps_approval.cargo_vet {
        facts.vet = Some(vet::load(&workspace.root, &facts.components));
    }
    let summary = format!("{} SBOMs, {} components", facts.sboms.len(), facts.components.len());
    context.progress.finished("sbom", &summary);
    facts
}

/// Versions by their number, not by their digits.
pub(super) fn version(component: &Component) -> Option<cargo_metadata::semver::Version> {
    component.version.parse().ok()
}

fn write_all(
    context: &Context<'_>,
    jobs: &[Job],
    graphs: &[Graph],
    described: &BTreeMap<usize, Component>,
    facts: &mut DepsFacts,
) -> Result<(), String> {
    let (workspace, epoch) = (context.workspace, context.source_date_epoch);
    for (job, graph) in jobs.iter().zip(graphs) {
        for subject in &job.subjects {
            let file = sbom::write(workspace, subject, graph, described, context.staging, epoch)?;
            facts.sboms.push(file);
        }
    }
    Ok(())
}

/// Runs the trees, a few at a time, and reads them.
fn read_trees(context: &Context<'_>, jobs: &[Job], facts: &mut DepsFacts) -> Result<Vec<Graph>, String> {
    let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let mut results: Vec<(Run, Result<Graph, String>)> = Vec::new();
    for share in jobs.chunks(cores.max(1)) {
        std::thread::scope(|scope| {
            let running: Vec<_> = share.iter().map(|job| scope.spawn(|| read_tree(context, job))).collect();
            for handle in running {
                match handle.join() {
                    Ok(result) => results.push(result),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
        });
    }
    let mut graphs = Ok(Vec::new());
    for (run, graph) in results {
        facts.runs.push(run);
        match (graph, &mut graphs) {
            (Ok(graph), Ok(list)) => list.push(graph),
            (Err(problem), Ok(_)) => graphs = Err(problem),
            (_, Err(_)) => {}
        }
    }
    graphs
}

fn read_tree(context: &Context<'_>, job: &Job) -> (Run, Result<Graph, String>) {
    let mut output = Vec::new();
    let log: &Path = &context.log(&job.log);
    let mut keep = |stream: Stream, line: &[u8]| {
        if stream == Stream::Stdout {
            output.extend_from_slice(line);
            output.push(b'\n');
        }
    };
    let run = context.processes.run(&job.command, log, context.staging, &mut keep);
    let graph = match &run.ended {
        Ended::Exited { status: 0 } => read_output(context, output),
        _ => Err(format!("`{}` did not finish", job.command.display())),
    };
    (run, graph)
}

fn read_output(context: &Context<'_>, output: Vec<u8>) -> Result<Graph, String> {
    let output = String::from_utf8(output).map_err(|_| "cargo tree printed invalid UTF-8".to_owned())?;
    let entries = tree::parse(&output).map_err(|problem| format!("cannot read cargo tree: {problem}"))?;
    if entries.is_empty() {
        return Err("cargo tree showed nothing".into());
    }
    components::graph(&entries, &context.workspace.metadata)
}

#[cfg(test)]
mod tests;
