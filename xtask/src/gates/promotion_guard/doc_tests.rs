//! Runs the documentation tests with `cargo test --doc`. Every library must show up with a result.

use cargo_metadata::TargetKind;

use super::commands::Commands;
use super::libtest::LibtestReader;
use super::messages::PlainErrors;
use super::run_tests::{add_section, not_started};
use super::session::Session;
use crate::evidence::CheckRecord;
use crate::evidence::checks::{Facts, TestFacts};
use crate::gather::Context;
use crate::process::Command;
use crate::workspace::Workspace;

/// The check's name.
pub(super) const NAME: &str = "doc_tests";

/// A library whose documentation is tested.
struct Library<'a> {
    package: &'a str,
    /// As cargo prints it: some versions with `-`, some with `_`.
    name: String,
}

/// The command; `None` if there is no library whose documentation could be tested.
pub(super) fn command(ctx: &Context<'_>) -> Option<Command> {
    let timeout = ctx.settings.promotion_guard.doc_tests.timeout;
    let without = turned_off(ctx.workspace);
    (!libraries(ctx.workspace).is_empty()).then(|| Commands::new(ctx).doc_tests(timeout, &without))
}

/// Carries the check out.
pub(super) fn gather(ctx: &Context<'_>) -> CheckRecord {
    let timeout = ctx.settings.promotion_guard.doc_tests.timeout;
    let libraries = libraries(ctx.workspace);
    let without = turned_off(ctx.workspace);
    let mut session = Session::begin(ctx, NAME, timeout, &Commands::new(ctx).doc_tests(timeout, &without));
    let mut facts = TestFacts { runner: "cargo".into(), ..TestFacts::default() };
    if libraries.is_empty() {
        return session.finish(Some(Facts::Tests(facts)), None);
    }
    let heading = |line: &str| -> Vec<usize> {
        let Some(name) = line.trim_start().strip_prefix("Doc-tests ") else { return Vec::new() };
        let name = name.trim().replace('-', "_");
        (0..libraries.len()).filter(|index| libraries[*index].name == name).collect()
    };
    let mut reader = LibtestReader::new(libraries.len(), true);
    let mut errors = PlainErrors::new(ctx.workspace);
    let mut building = true;
    let command = session.commands.doc_tests(session.remaining(), &without);
    session.run(&command, NAME, &mut |_, line| {
        let line = String::from_utf8_lossy(line);
        building &= heading(&line).is_empty();
        if building {
            errors.line(&line);
        }
        reader.line(&line, &heading);
    });
    facts.build_errors = errors.placed();
    // What was never built has no result to miss.
    if !facts.build_errors.is_empty() {
        return session.finish(Some(Facts::Tests(facts)), None);
    }
    let sections = reader.finish();
    let problem = not_started(&session, &sections);
    for (library, section) in libraries.iter().zip(sections) {
        add_section(&session, &mut facts, library.package, "doc", section);
    }
    session.finish(Some(Facts::Tests(facts)), problem)
}

/// Packages with a library of which no target's documentation is to be tested.
fn turned_off(workspace: &Workspace) -> Vec<&str> {
    let packages = workspace.members.workspace_packages().into_iter();
    let off = packages.filter(|package| {
        package.targets.iter().any(is_library) && !package.targets.iter().any(|target| target.doctest)
    });
    off.map(|package| package.name.as_str()).collect()
}

fn is_library(target: &cargo_metadata::Target) -> bool {
    let kinds =
        [TargetKind::Bin, TargetKind::Test, TargetKind::Bench, TargetKind::Example, TargetKind::CustomBuild];
    !target.kind.iter().any(|kind| kinds.contains(kind))
}

fn libraries(workspace: &Workspace) -> Vec<Library<'_>> {
    let packages = workspace.members.workspace_packages();
    let targets = packages.into_iter().flat_map(|package| {
        let targets = package.targets.iter().filter(|target| target.doctest);
        targets.map(|target| Library { package: &package.name, name: target.name.replace('-', "_") })
    });
    targets.collect()
}
