//! Reads the contracts of every package, its lockfile, and how the two differ. Files are read, and nothing
//! is run.

#[cfg(test)]
pub(super) mod tests;

use std::collections::{HashMap, HashSet};
use std::num::NonZero;
use std::path::PathBuf;
use std::time::Instant;

use cargo_metadata::camino::Utf8Path;
use cargo_metadata::{Package, TargetKind};

use crate::diagnostics::shown;
use crate::error::{Error, Result};
use crate::evidence::budgets::{
    Budget, BudgetFacts, ByHand, Change, Compat, Drift, LockState, PackageFacts, Problem, Reads, Unreadable,
};
use crate::evidence::contracts::{Contract, Format};
use crate::gates::Gate;
use crate::gates::policy_drift::gather::relative;
use crate::gather::{Context, beside};
use crate::plan::Step;
use crate::settings::FieldBudgets;
use crate::workspace::Workspace;

use super::compare::{self, Side};
use super::lock::{self, Lock};
use super::{rust, schemas};

/// What the gate will read.
pub fn steps(context: &Context<'_>) -> Vec<Step> {
    let settings = &context.settings.field_budgets;
    let mut reads = vec![("serde", "read the sources of the members' libraries and binaries".to_owned())];
    let schemas = [
        ("json_schema", &settings.json_schema),
        ("protobuf", &settings.protobuf),
        ("graphql", &settings.graphql),
    ];
    for (check, globs) in schemas.into_iter().filter(|(_, globs)| !globs.is_empty()) {
        reads.push((check, format!("read {}", globs.join(", "))));
    }
    reads.push(("lock", format!("compare with {} of each package", lock::FILE)));
    let step = |(check, command): (&str, String)| Step {
        gate: Gate::FieldBudgets,
        check: check.into(),
        command,
        timeout: None,
        skipped: None,
    };
    reads.into_iter().map(step).collect()
}

/// Gathers what field_budgets is judged by.
pub fn gather(context: &Context<'_>) -> BudgetFacts {
    survey(context.workspace, &context.settings.field_budgets).facts
}

/// The facts, and what is needed to lock what they tell of. By package, in the order of the facts.
#[derive(Debug, Default)]
pub struct Survey {
    /// What the gate is judged by.
    pub facts: BudgetFacts,
    /// The lockfiles, text and content; `None` where there is none.
    pub locks: Vec<Read>,
    /// For each contract the locked one that it was until now: the package, and the place in its lockfile.
    pub partners: Vec<Vec<Option<(usize, usize)>>>,
}

/// A lockfile: text and content, if it is there.
pub type Read = Result<Option<(String, Lock)>>;

/// Reads all of it.
pub fn survey(workspace: &Workspace, settings: &FieldBudgets) -> Survey {
    let begun = Instant::now();
    let root = &workspace.root;
    let mut members: Vec<Option<&Package>> =
        workspace.members.workspace_packages().into_iter().map(Some).collect();
    let folder = |member: &Option<&Package>| {
        let manifest = member.and_then(|member| member.manifest_path.parent());
        relative(root, manifest.map_or(root.as_path(), Utf8Path::as_std_path))
    };
    if !members.iter().any(|member| folder(member).is_empty()) {
        // What lies outside of every member belongs to the workspace, which may be no package.
        members.push(None);
    }
    members.sort_by_key(|member| member.map(|member| member.name.to_string()));
    let folders: Vec<String> = members.iter().map(folder).collect();
    let sources: Vec<rust::Package> = members.iter().map(|member| targets(*member)).collect();
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
    // The lockfiles of a large workspace take as long as some of its sources.
    let ((locks, found, problems), readings) = beside(
        || {
            let locks: Vec<Read> = folders.iter().map(|folder| lock::load(root, &lockfile(folder))).collect();
            let (found, problems) = schemas::find(root, settings);
            (locks, found, problems)
        },
        || rust::read(root, &sources, threads),
    );
    let mut packages: Vec<PackageFacts> = Vec::with_capacity(members.len());
    let files = by_folder(&folders, found);
    for ((member, reading), (folder, files)) in members.iter().zip(readings).zip(files) {
        let mut facts = PackageFacts {
            package: member.map_or_else(String::new, |member| member.name.to_string()),
            lockfile: lockfile(folder),
            contracts: reading.contracts,
            unreadable: reading.unreadable,
            problems: reading.problems,
            files: reading.files,
            lines: reading.lines,
            ..PackageFacts::default()
        };
        if !files.is_empty() {
            let reading = schemas::read(&files);
            facts.contracts.extend(reading.contracts);
            facts.unreadable.extend(reading.unreadable);
            facts.problems.extend(reading.problems);
            facts.files += reading.files;
            facts.lines += reading.lines;
        }
        packages.push(facts);
    }
    let mut read: Vec<(PackageFacts, Read)> = packages.into_iter().zip(locks).collect();
    // The workspace is told of only where it has something.
    read.retain(|(facts, lock)| !facts.package.is_empty() || facts.files > 0 || !matches!(lock, Ok(None)));
    let mut survey = put_together(read);
    survey.facts.problems = problems;
    survey.facts.complete = true;
    survey.facts.duration_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    survey
}

/// The lockfile of a folder, both relative to the workspace root.
fn lockfile(folder: &str) -> String {
    if folder.is_empty() { lock::FILE.to_owned() } else { format!("{folder}/{}", lock::FILE) }
}

/// The schema files of each folder: of those around a file the deepest has it.
fn by_folder(folders: &[String], found: Vec<schemas::Found>) -> Vec<(&str, Vec<schemas::SchemaFile>)> {
    let mut files: Vec<(&str, Vec<_>)> = folders.iter().map(|folder| (folder.as_str(), Vec::new())).collect();
    let places: HashMap<&str, usize> =
        folders.iter().enumerate().map(|(at, folder)| (folder.as_str(), at)).collect();
    for (format, path, file) in found {
        let mut folder = file.as_str();
        let place = loop {
            folder = folder.rsplit_once('/').map_or("", |(folder, _)| folder);
            if let Some(place) = places.get(folder) {
                break *place;
            }
            if folder.is_empty() {
                // There is always one that lies at the root.
                break folders.len();
            }
        };
        if let Some((_, files)) = files.get_mut(place) {
            let name = file[folder.len()..].trim_start_matches('/').to_owned();
            files.push(schemas::SchemaFile { format, path, file, name });
        }
    }
    files
}

/// What leaves the process when a package runs: its library and its binaries. Procedural macros, tests,
/// examples and build scripts run elsewhere.
fn targets(package: Option<&Package>) -> rust::Package {
    let library = |kind: &TargetKind| {
        use TargetKind::{CDyLib, DyLib, Lib, RLib, StaticLib};
        matches!(kind, Lib | RLib | DyLib | CDyLib | StaticLib)
    };
    let prefix = |target: &cargo_metadata::Target| match target.kind.iter().any(library) {
        true => Some(String::new()),
        false => target.is_bin().then(|| format!("bin/{}", target.name)),
    };
    let target = |target: &cargo_metadata::Target| {
        Some(rust::Target { prefix: prefix(target)?, root: PathBuf::from(&target.src_path) })
    };
    let all = package.iter().flat_map(|package| &package.targets);
    let mut targets: Vec<rust::Target> = all.filter_map(target).collect();
    // The library first: what it shares with a binary is its own.
    targets.sort_by(|one, other| one.prefix.cmp(&other.prefix));
    rust::Package { targets }
}

/// Adds to what the sources say what the lockfiles say, and how they differ.
pub(super) fn put_together(read: Vec<(PackageFacts, Read)>) -> Survey {
    let (mut packages, locks): (Vec<PackageFacts>, Vec<Read>) = read.into_iter().unzip();
    for (package, lock) in packages.iter_mut().zip(&locks) {
        once_each(package);
        package.lock = match lock {
            Ok(None) => LockState::Absent,
            Ok(Some(_)) => LockState::Read,
            Err(error) => LockState::Unreadable { complaints: complaints(error) },
        };
    }
    let lock = |index: usize| locks.get(index)?.as_ref().ok()?.as_ref().map(|(_, lock)| lock);
    let locked: Vec<Option<Vec<Contract>>> = (0..packages.len())
        .map(|index| Some(lock(index)?.contracts.iter().map(|locked| locked.contract.clone()).collect()))
        .collect();
    let sides: Vec<Side<'_>> = packages
        .iter()
        .zip(&locked)
        .map(|(package, locked)| Side {
            package: &package.package,
            lockfile: &package.lockfile,
            locked: locked.as_deref(),
            current: &package.contracts,
        })
        .collect();
    let (drifts, partners) = (compare::compare(&sides), compare::partners(&sides));
    for (index, drift) in drifts.into_iter().enumerate() {
        let (package, Some(lock)) = (&mut packages[index], lock(index)) else { continue };
        package.drift = drift;
        package.budgets = budgets(index, package, lock, &partners[index]);
        by_hand(package, lock);
    }
    Survey { facts: BudgetFacts { packages, ..BudgetFacts::default() }, locks, partners }
}

fn complaints(error: &Error) -> Vec<String> {
    error.complaints().iter().map(ToString::to_string).collect()
}

/// Two contracts of one name and under one condition could not both be locked: that is told, and the first
/// stands.
fn once_each(package: &mut PackageFacts) {
    let PackageFacts { contracts, problems, .. } = package;
    contracts.sort_by(|one, other| {
        let key = |one: &Contract| (one.format, one.name.clone(), one.rules.when.clone());
        key(one).cmp(&key(other)).then_with(|| (&one.file, one.line).cmp(&(&other.file, other.line)))
    });
    contracts.dedup_by(|second, first| {
        let key = |one: &Contract| (one.format, one.name.clone(), one.rules.when.clone());
        let same = key(second) == key(first);
        if same {
            problems.push(Problem {
                file: second.file.clone(),
                line: second.line,
                message: format!("{} is at {}:{} already", shown(&second.name), first.file, first.line),
                remedy: "give one of the two another name".to_owned(),
            });
        }
        same
    });
}

/// The budgets of the contracts that are locked and still there, under whatever name.
fn budgets(
    index: usize,
    package: &PackageFacts,
    lock: &Lock,
    partners: &[Option<(usize, usize)>],
) -> Vec<Budget> {
    let of = |(contract, partner): (&Contract, &Option<(usize, usize)>)| {
        let (from, at) = (*partner)?;
        // What was locked elsewhere has no budget here yet.
        let locked = lock.contracts.get(at).filter(|_| from == index)?;
        let (format, name) = (contract.format, contract.name.clone());
        Some(Budget {
            format,
            contract: name,
            used: contract.used(),
            budget: locked.budget,
            line: locked.line,
        })
    };
    package.contracts.iter().zip(partners).filter_map(of).collect()
}

/// Which types somebody vouches for, and for which there is nothing left to vouch.
fn by_hand(package: &mut PackageFacts, lock: &Lock) {
    let PackageFacts { contracts, unreadable, drift, lockfile, .. } = package;
    let mut types: HashMap<&str, (&mut ByHand, &str)> = HashMap::new();
    for Unreadable { name, sha256, by_hand, .. } in unreadable {
        types.insert(name, (by_hand, sha256));
    }
    let readable: HashSet<&str> = contracts.iter().map(|one| one.name.as_str()).collect();
    for vouched in &lock.by_hand {
        if let Some((by_hand, sha256)) = types.get_mut(vouched.name.as_str()) {
            **by_hand = if *sha256 == vouched.sha256 { ByHand::Locked } else { ByHand::Changed };
            continue;
        }
        let told = match readable.contains(vouched.name.as_str()) {
            true => "named by hand, and can be read now",
            false => "gone: it was named by hand",
        };
        let unknown = || Compat { verdict: Reads::Depends, why: "it was never read".to_owned() };
        drift.push(Drift {
            format: Format::Serde,
            contract: vouched.name.clone(),
            change: Change::Gone,
            told: told.to_owned(),
            old_reads_new: unknown(),
            new_reads_old: unknown(),
            file: lockfile.clone(),
            line: vouched.line,
        });
    }
}
