//! Builds and runs every service, one after the other, and records what it gave out.

use std::sync::mpsc::Receiver;
use std::time::Instant;

use super::{build, run, suspects};
use crate::diagnostics::count;
use crate::evidence::services::{Declared, Readiness, ServiceFacts, ServicesFacts, Sought};
use crate::gates::Gate;
use crate::gather::Context;
use crate::plan::Step;
use crate::settings::services::{Service, Services};

/// What `--only` calls all of it.
pub const NAME: &str = "services";

/// What the gate will run.
pub fn steps(context: &Context<'_>, selected: bool) -> Vec<Step> {
    let settings = &context.settings.observability_verify;
    let step = |check: &str, command: String, timeout, skipped| Step {
        gate: Gate::ObservabilityVerify,
        check: check.to_owned(),
        command,
        timeout,
        skipped,
    };
    let services = match &settings.services {
        Services::Silent => {
            return vec![step(NAME, "nothing: no service is declared".into(), None, None)];
        }
        Services::NotApplicable(reason) => {
            let skipped = Some(format!("not applicable: {reason}"));
            return vec![step(NAME, "nothing".into(), None, skipped)];
        }
        Services::Listed(services) => services,
    };
    let skipped = (!selected).then(|| "left out with --only".to_owned());
    let mut steps = Vec::new();
    if let Some(command) = build::command(context, settings, services) {
        steps.push(step("services-build", command.display(), Some(command.timeout), skipped.clone()));
    }
    for service in services {
        let binary = build::binary(service, context.workspace).unwrap_or_else(|problem| problem);
        let command =
            std::iter::once(binary).chain(service.args.iter().cloned()).collect::<Vec<_>>().join(" ");
        steps.push(step(&service.name, command, Some(service.timeout), skipped.clone()));
    }
    steps
}

/// Gathers what observability_verify is judged by. The build waits until `built` is heard from, or its
/// sender is gone: by then the tests are built, and with them most of what a service is made of.
pub fn gather(context: &Context<'_>, selected: bool, built: &Receiver<()>) -> ServicesFacts {
    let settings = &context.settings.observability_verify;
    let mut facts = ServicesFacts {
        suspects: suspects::find(context.workspace, settings),
        complete: true,
        ..ServicesFacts::default()
    };
    let services = match &settings.services {
        Services::Silent => return facts,
        Services::NotApplicable(reason) => {
            facts.declared = Declared::NotApplicable { reason: reason.clone() };
            return facts;
        }
        Services::Listed(_) if !selected => {
            facts.declared = Declared::NotSelected;
            return facts;
        }
        Services::Listed(services) => services,
    };
    facts.declared = Declared::Listed;
    // Its sender gone is as good as the word.
    let _ = built.recv();
    let begun = Instant::now();
    let names: Vec<&str> = services.iter().map(|service| service.name.as_str()).collect();
    context.progress.started(NAME, &names.join(", "));
    let binaries = build::build(context, settings, services);
    for service in services {
        if context.processes.interrupted() {
            facts.complete = false;
            break;
        }
        let mut one = match binaries.executable(service, context.workspace) {
            Ok(executable) => run::run(context, service, &executable),
            Err(problem) => ServiceFacts { problem: Some(problem), ..run::blank(service) },
        };
        one.binary = build::binary(service, context.workspace).unwrap_or(one.binary);
        facts.services.push(one);
    }
    facts.build = binaries.run;
    facts.build_errors = binaries.errors;
    facts.duration_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    context.progress.finished(NAME, &summary(services, &facts.services));
    facts
}

/// Such as `1 of 1 service ready, 7 requests`.
fn summary(services: &[Service], facts: &[ServiceFacts]) -> String {
    let ready = facts.iter().filter(|one| matches!(one.ready, Readiness::Ready { .. })).count();
    let asked: u32 = facts.iter().flat_map(|one| &one.exercise).map(|step| step.times).sum();
    let lines: u64 = facts
        .iter()
        .filter_map(|one| match &one.logs {
            Sought::Found(logs) => Some(logs.lines),
            _ => None,
        })
        .sum();
    let number = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    format!(
        "{ready} of {} ready, {}, {}",
        count(services.len(), "service"),
        count(number(asked.into()), "request"),
        count(number(lines), "log line")
    )
}
