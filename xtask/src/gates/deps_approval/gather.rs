//! Gathers the facts: runs `cargo tree`, writes the SBOMs, reads approvals. Judges nothing.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{Metadata, Package};

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
    /// Sorted by name.
    packages: Vec<&'a Package>,
    /// Names that no member has, each with the nearest that one has.
    unknown: Vec<(String, Option<String>)>,
}

/// What is shipped: the settings' choice, else every member but an `xtask` that is not alone.
pub(super) fn shipped<'a>(workspace: &'a Workspace, settings: &Settings) -> Shipped<'a> {
    let mut packages = workspace.members.workspace_packages();
    packages.sort_by(|a, b| a.name.as_str().cmp(b.name.as_str()));
    let mut unknown = Vec::new();
    match &settings.deps_approval.shipped {
        Some(names) => {
            for name in names {
                let known = || packages.iter().map(|package| package.name.as_str());
                if !known().any(|member| member == name) {
                    unknown.push((name.clone(), nearest(name, known()).map(str::to_owned)));
                }
            }
            packages.retain(|package| names.iter().any(|name| package.name == *name));
        }
        None if packages.len() > 1 => packages.retain(|package| package.name != "xtask"),
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
    let mut used = BTreeSet::from(["workspace".to_owned()]);
    let mut jobs = vec![Job {
        log: "cargo-tree".into(),
        command: tree::command(workspace, settings, &shipped),
        subjects: vec![whole(&shipped)],
    }];
    for package in &shipped {
        let subjects: Vec<sbom::Subject> = package
            .targets
            .iter()
            .filter(|target| target.is_bin())
            .map(|target| binary(package, &target.name, &mut used))
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
fn whole(shipped: &[&Package]) -> sbom::Subject {
    let single = if let [package] = shipped { Some(package) } else { None };
    sbom::Subject {
        file: "workspace".into(),
        name: single.map_or("workspace".into(), |package| package.name.to_string()),
        version: single.map(|package| package.version.to_string()),
        packages: shipped.iter().map(|package| package.id.clone()).collect(),
    }
}

fn binary(package: &Package, name: &str, used: &mut BTreeSet<String>) -> sbom::Subject {
    // It becomes a file's name, and a manifest is untrusted text.
    let plain = |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' };
    let mut file: String = name.trim_start_matches('.').chars().map(plain).collect();
    while !used.insert(file.clone()) {
        file = format!("{}-{file}", package.name);
    }
    let version = Some(package.version.to_string());
    sbom::Subject { file, name: name.to_owned(), version, packages: vec![package.id.clone()] }
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
    let absent = (!workspace.lockfile.present).then(|| "Cargo.lock is missing".to_owned());
    let mut steps: Vec<Step> = jobs(workspace, settings)
        .into_iter()
        .map(|job| step("sbom", job.command.display(), Some(job.command.timeout), absent.clone()))
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

/// What one `cargo tree` printed.
struct Printed {
    run: Run,
    output: Vec<u8>,
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
        shipped: shipped.packages.iter().map(|package| package.name.to_string()).collect(),
        unknown_shipped: shipped.unknown,
        targets: context.settings.deps_approval.targets.clone(),
        ..DepsFacts::default()
    };
    let jobs = jobs(workspace, context.settings);
    facts.expected_sboms =
        jobs.iter().flat_map(|job| &job.subjects).map(|subject| subject.file.clone()).collect();
    context.progress.started("sbom", &jobs.first().map_or(String::new(), |job| job.command.display()));
    // All of them read the same manifests. cargo makes them wait for each other at its package cache
    // while it resolves, so this saves less than it looks; it costs nothing either.
    let (resolution, printed) = std::thread::scope(|scope| {
        let trees = scope.spawn(|| print_all(&jobs, context));
        let resolution = scope.spawn(|| workspace.resolution(context.processes));
        match approvals::load(&workspace.root) {
            Ok(approvals) => facts.approvals = approvals,
            Err(error) => facts.approvals_problem = Some(error.to_string()),
        }
        let resolution = resolution.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        (resolution, trees.join().unwrap_or_default())
    });
    facts.lockfile = Some(workspace.lockfile_state(context.processes));
    facts.runs = printed.iter().map(|one| one.run.clone()).collect();
    let outcome = match &resolution.metadata {
        Err(_) => Err("Cargo.lock is missing or does not fit the manifests".to_owned()),
        Ok(metadata) => read(context, metadata, &jobs, &printed, write_sboms, &mut facts),
    };
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

/// Describes what the trees show; writes the SBOMs if that is wanted.
fn read(
    context: &Context<'_>,
    metadata: &Metadata,
    jobs: &[Job],
    printed: &[Printed],
    write_sboms: bool,
    facts: &mut DepsFacts,
) -> Result<BTreeMap<usize, Component>, String> {
    let graphs = side_by_side(printed, &|one: &Printed| match &one.run.ended {
        Ended::Exited { status: 0 } => read_output(&one.output, metadata),
        _ => Err(format!("`{}` did not finish", one.run.command.join(" "))),
    });
    let graphs: Vec<Graph> = graphs.into_iter().collect::<Result<_, _>>()?;
    if graphs.len() != jobs.len() {
        return Err("not every `cargo tree` was run".into());
    }
    let lockfile = std::fs::read_to_string(context.workspace.lockfile_path())
        .map_err(|error| format!("cannot read Cargo.lock: {error}"))?;
    let described =
        components::describe(metadata, &graphs.iter().collect::<Vec<_>>(), &lockfile, context.cargo_home)?;
    if write_sboms {
        write_all(context, metadata, jobs, &graphs, &described, facts)?;
    }
    Ok(described)
}

/// Versions by their number, not by their digits.
pub(super) fn version(component: &Component) -> Option<cargo_metadata::semver::Version> {
    component.version.parse().ok()
}

fn write_all(
    context: &Context<'_>,
    metadata: &Metadata,
    jobs: &[Job],
    graphs: &[Graph],
    described: &BTreeMap<usize, Component>,
    facts: &mut DepsFacts,
) -> Result<(), String> {
    let pairs: Vec<(&sbom::Subject, &Graph)> = jobs
        .iter()
        .zip(graphs)
        .flat_map(|(job, graph)| job.subjects.iter().map(move |subject| (subject, graph)))
        .collect();
    let write = |(subject, graph): &(&sbom::Subject, &Graph)| {
        sbom::write(metadata, subject, graph, described, context.staging, context.source_date_epoch)
    };
    for file in side_by_side(&pairs, &write) {
        facts.sboms.push(file?);
    }
    Ok(())
}

/// Does the same with each item, as many at a time as there are cores; results in the items' order.
fn side_by_side<T: Sync, R: Send>(items: &[T], work: &(impl Fn(&T) -> R + Sync)) -> Vec<R> {
    let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let mut results = Vec::with_capacity(items.len());
    for share in items.chunks(cores) {
        std::thread::scope(|scope| {
            let running: Vec<_> = share.iter().map(|item| scope.spawn(|| work(item))).collect();
            for handle in running {
                match handle.join() {
                    Ok(result) => results.push(result),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
        });
    }
    results
}

fn print_all(jobs: &[Job], context: &Context<'_>) -> Vec<Printed> {
    side_by_side(jobs, &|job: &Job| {
        let mut output = Vec::new();
        let mut keep = |stream: Stream, line: &[u8]| {
            if stream == Stream::Stdout {
                output.extend_from_slice(line);
                output.push(b'\n');
            }
        };
        let run = context.processes.run(&job.command, &context.log(&job.log), context.staging, &mut keep);
        Printed { run, output }
    })
}

fn read_output(output: &[u8], metadata: &Metadata) -> Result<Graph, String> {
    let output = std::str::from_utf8(output).map_err(|_| "cargo tree printed invalid UTF-8".to_owned())?;
    let entries = tree::parse(output).map_err(|problem| format!("cannot read cargo tree: {problem}"))?;
    if entries.is_empty() {
        return Err("cargo tree showed nothing".into());
    }
    components::graph(&entries, metadata)
}

#[cfg(test)]
mod tests;
