//! Builds and runs unit and integration tests, with nextest or with plain cargo.
//!
//! Building is a step of its own: its JSON messages say which test executables there are, and that
//! list is what every later result is held against.

use std::collections::BTreeSet;
use std::path::Path;

use super::commands::Commands;
use super::libtest::{LibtestReader, Section};
use super::messages::{Executable, MessageReader, target_name};
use super::nextest::{self, Known, ListReader};
use super::session::Session;
use crate::evidence::CheckRecord;
use crate::evidence::checks::{BinaryEnd, Facts, FailedTest, TestBinary, TestFacts};
use crate::gather::Context;
use crate::process::{Command, Processes, Stream};
use crate::settings::{Runner, Tests};
use crate::workspace::Workspace;

/// The largest JUnit report that is kept, in bytes.
const JUNIT_LIMIT: u64 = 16 * 1024 * 1024;

/// The check's name.
pub(super) const NAME: &str = "tests";

/// Whether nextest runs the tests here.
pub(super) fn uses_nextest(settings: &Tests, processes: &Processes) -> bool {
    match settings.runner {
        Runner::Auto => processes.find("cargo-nextest").is_some(),
        Runner::Nextest => true,
        Runner::Cargo => false,
    }
}

/// The commands, in order.
pub(super) fn commands(ctx: &Context<'_>) -> Vec<Command> {
    let settings = &ctx.settings.promotion_guard.tests;
    let commands = Commands::new(ctx);
    let build = commands.tests_build(settings.timeout);
    if uses_nextest(settings, ctx.processes) {
        let list = commands.nextest_list(settings.timeout, false);
        vec![build, list, commands.nextest_run(settings.timeout)]
    } else {
        vec![build, commands.tests_run(settings.timeout)]
    }
}

/// Carries the check out.
pub(super) fn gather(ctx: &Context<'_>) -> CheckRecord {
    let settings = &ctx.settings.promotion_guard.tests;
    let with_nextest = uses_nextest(settings, ctx.processes);
    let commands = Commands::new(ctx);
    let shown = match with_nextest {
        true => commands.nextest_run(settings.timeout),
        false => commands.tests_run(settings.timeout),
    };
    let mut session = Session::begin(ctx, NAME, settings.timeout, &shown);
    if with_nextest && ctx.processes.find("cargo-nextest").is_none() {
        return session.finish(None, Some("cargo-nextest is not installed".into()));
    }
    let runner = if with_nextest { "nextest" } else { "cargo" };
    let mut facts = TestFacts { runner: runner.into(), ..TestFacts::default() };

    let mut reader = MessageReader::new(ctx.workspace);
    let build = session.commands.tests_build(session.remaining());
    session.run(&build, "tests-build", &mut |stream, line| {
        if stream == Stream::Stdout {
            reader.line(line);
        }
    });
    let messages = reader.finish();
    if !session.succeeded() {
        facts.build_errors = messages.diagnostics.into_iter().filter(|d| d.level == "error").collect();
        let problem = (messages.unreadable > 0)
            .then(|| format!("{} messages of the compiler could not be read", messages.unreadable));
        return session.finish(Some(Facts::Tests(facts)), problem);
    }
    let problem = if with_nextest {
        run_nextest(&mut session, &mut facts).or_else(|| session.aliased("nextest"))
    } else {
        run_cargo(&mut session, &mut facts, &messages.executables)
    };
    add_unseen(&mut facts, &messages.executables);
    facts.not_built = not_built(ctx.workspace, &messages.executables);
    session.finish(Some(Facts::Tests(facts)), problem)
}

/// Every executable that was built must have a result; those that have none are added as such.
fn add_unseen(facts: &mut TestFacts, executables: &[Executable]) {
    let seen: BTreeSet<(String, String)> =
        facts.binaries.iter().map(|binary| (binary.package.clone(), binary.target.clone())).collect();
    for executable in executables {
        let key = (executable.package.clone(), executable.target.clone());
        if !seen.contains(&key) {
            let (package, target) = key;
            facts.binaries.push(TestBinary { package, target, ..TestBinary::default() });
        }
    }
}

/// Targets that hold tests, or may, and of which cargo built no test executable, each with the reason.
fn not_built(workspace: &Workspace, executables: &[Executable]) -> Vec<String> {
    let mut found = Vec::new();
    for package in workspace.members.workspace_packages() {
        for target in &package.targets {
            let name = target_name(target);
            let built = executables.iter().any(|one| package.name == one.package && one.target == name);
            let reason = if built || target.is_custom_build() {
                continue;
            } else if target.test && !target.required_features.is_empty() {
                format!("it needs the features {}", target.required_features.join(", "))
            } else if !target.test && (target.is_test() || name == "lib") {
                "its manifest has `test = false`".to_owned()
            } else {
                continue;
            };
            found.push(format!("{} {name}: {reason}", package.name));
        }
    }
    found
}

/// Runs plain cargo; gives what kept it from starting any test.
fn run_cargo(session: &mut Session<'_>, facts: &mut TestFacts, executables: &[Executable]) -> Option<String> {
    let names: Vec<Option<&str>> = executables.iter().map(|e| file_name(&e.path)).collect();
    let heading = |line: &str| -> Vec<usize> {
        let path = line.trim_start().strip_prefix("Running ").and_then(|rest| rest.strip_suffix(')'));
        let Some((_, path)) = path.and_then(|rest| rest.rsplit_once('(')) else { return Vec::new() };
        // The name holds a hash, so it is as good as the path, whatever the path is relative to.
        let name = file_name(path);
        names.iter().position(|known| known.is_some() && *known == name).into_iter().collect()
    };
    let mut reader = LibtestReader::new(executables.len(), false);
    let command = session.commands.tests_run(session.remaining());
    session.run(&command, NAME, &mut |_, line| reader.line(&String::from_utf8_lossy(line), &heading));
    let sections = reader.finish();
    let problem = not_started(session, &sections);
    for (executable, section) in executables.iter().zip(sections) {
        add_section(session, facts, &executable.package, &executable.target, section);
    }
    problem
}

/// Why cargo failed before it began a single section, if it did.
pub(super) fn not_started(session: &Session<'_>, sections: &[Section]) -> Option<String> {
    let none = !session.succeeded() && sections.iter().all(|section| !section.seen);
    none.then(|| format!("cargo failed before it had started a test{}", session.complaint()))
}

/// Adds what a section of libtest's output said.
pub(super) fn add_section(
    session: &Session<'_>,
    facts: &mut TestFacts,
    package: &str,
    target: &str,
    section: Section,
) {
    let counts = section.counts();
    facts.binaries.push(TestBinary {
        package: package.to_owned(),
        target: target.to_owned(),
        passed: counts.passed.saturating_add(counts.measured),
        failed: counts.failed,
        ignored: counts.ignored,
        filtered_out: counts.filtered_out,
        end: if section.seen { section.end() } else { BinaryEnd::NoResults },
    });
    facts.ignored.extend(section.ignored.iter().map(|name| format!("{package}::{target} {name}")));
    for (name, failure) in section.failed {
        let place = failure.place.and_then(|(file, line)| Some((session.place(&file)?, line)));
        let (file, line) = place.or_else(|| doc_place(session, &name)).unzip();
        facts.failed.push(FailedTest {
            package: package.to_owned(),
            target: target.to_owned(),
            name,
            file,
            line,
            output: failure.output,
            crashed: None,
            timed_out: false,
        });
    }
}

/// The place of a doc test, from its name `FILE - ITEM (line N)`.
fn doc_place(session: &Session<'_>, name: &str) -> Option<(String, u32)> {
    let (file, rest) = name.split_once(" - ")?;
    let (_, line) = rest.strip_suffix(')')?.rsplit_once("(line ")?;
    Some((session.place(file)?, line.parse().ok()?))
}

fn file_name(path: &str) -> Option<&str> {
    Path::new(path).file_name()?.to_str()
}

/// Runs nextest; gives what kept its results from being read.
fn run_nextest(session: &mut Session<'_>, facts: &mut TestFacts) -> Option<String> {
    let config_file = session.commands.nextest_config();
    let prepared = prepare(session, &config_file);
    if let Err(problem) = prepared {
        return Some(problem);
    }
    let outcome = list_and_run(session, facts);
    // It names folders of this machine, and nobody needs it any more.
    std::fs::remove_file(&config_file).ok();
    outcome.err()
}

fn prepare(session: &Session<'_>, config_file: &Path) -> Result<(), String> {
    let base = session.ctx.settings.promotion_guard.tests.nextest_profile.as_deref();
    let repository = session.ctx.workspace.root.join(".config").join("nextest.toml");
    let text = match base {
        Some(base) => {
            let text = std::fs::read_to_string(&repository).map_err(|error| {
                format!("cannot read .config/nextest.toml, which should hold the profile `{base}`: {error}")
            })?;
            Some((base, text))
        }
        None => {
            let text = std::fs::read_to_string(&repository).unwrap_or_default();
            if nextest::names_our_profile(&text) {
                return Err(format!(
                    ".config/nextest.toml has a profile `{}`, which is the name of this tool's own",
                    super::commands::PROFILE
                ));
            }
            None
        }
    };
    let inherits = text.as_ref().map(|(base, text)| (*base, text.as_str()));
    let junit = session.commands.junit();
    // A report that is there before the run must not be taken for its result.
    match std::fs::remove_file(&junit) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(format!("cannot remove an old {}: {error}", junit.display()));
        }
        _ => {}
    }
    let write = || {
        config_file.parent().map_or(Ok(()), std::fs::create_dir_all)?;
        std::fs::write(config_file, nextest::config(&junit, inherits))
    };
    write().map_err(|error| format!("cannot write {}: {error}", config_file.display()))
}

fn list_and_run(session: &mut Session<'_>, facts: &mut TestFacts) -> Result<(), String> {
    let mut list = || {
        let mut read = |log: &str, whole: bool| {
            let command = session.commands.nextest_list(session.remaining(), whole);
            let mut reader = ListReader::default();
            session.run(&command, log, &mut |stream, line| {
                if stream == Stream::Stdout {
                    reader.line(line);
                }
            });
            match session.succeeded() {
                true => reader.finish().map_err(|problem| format!("cannot read `nextest list`: {problem}")),
                false => Err(format!("`cargo nextest list` did not list the tests{}", session.complaint())),
            }
        };
        let list = read("tests-list", false)?;
        let whole = if nextest::has_unlisted(&list) { Some(read("tests-list-all", true)?) } else { None };
        Ok::<_, String>((list, whole))
    };
    let (list, whole) = list()?;
    let command = session.commands.nextest_run(session.remaining());
    session.run(&command, NAME, &mut |_, _| {});
    let junit = session.commands.junit();
    let results = nextest::results(&junit);
    // It is kept beside the logs, unless a test's output has made it a burden.
    if std::fs::metadata(&junit).is_ok_and(|file| file.len() > JUNIT_LIMIT) {
        std::fs::remove_file(&junit).ok();
    }
    let other = other_harness(session.ctx.workspace);
    let known = Known {
        whole: whole.as_ref(),
        standard_harness: &|package, target| !other.contains(&(package.to_owned(), target.to_owned())),
        place: &|file| session.place(file),
    };
    let empty = Default::default();
    let read = nextest::facts(&list, results.as_ref().unwrap_or(&empty), &known);
    let (runner, build_errors) = (std::mem::take(&mut facts.runner), std::mem::take(&mut facts.build_errors));
    *facts = TestFacts { runner, build_errors, ..read };
    match results {
        Ok(_) => Ok(()),
        // Without a test to run, nextest writes no report; the list says that all there is to say.
        Err(_) if !nextest::has_matching(&list) => Ok(()),
        Err(_) if session.cut_short() => Ok(()),
        Err(problem) => Err(format!("cannot read nextest's JUnit report: {problem}")),
    }
}

/// Targets that their manifest gives a harness of their own, as (package, target).
fn other_harness(workspace: &Workspace) -> BTreeSet<(String, String)> {
    let mut targets = BTreeSet::new();
    for package in workspace.members.workspace_packages() {
        let Ok(text) = std::fs::read_to_string(&package.manifest_path) else { continue };
        let Ok(manifest) = text.parse::<toml_edit::DocumentMut>() else { continue };
        let own = |table: &dyn toml_edit::TableLike| {
            table.get("harness").and_then(toml_edit::Item::as_bool) == Some(false)
        };
        if manifest.get("lib").and_then(toml_edit::Item::as_table_like).is_some_and(own) {
            targets.insert((package.name.to_string(), "lib".to_owned()));
        }
        for kind in ["bin", "test", "example", "bench"] {
            let tables = manifest.get(kind).and_then(toml_edit::Item::as_array_of_tables);
            for table in tables.into_iter().flatten().filter(|table| own(*table)) {
                if let Some(name) = table.get("name").and_then(toml_edit::Item::as_str) {
                    targets.insert((package.name.to_string(), format!("{kind}/{name}")));
                }
            }
        }
    }
    targets
}
