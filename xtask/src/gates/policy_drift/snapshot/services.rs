//! The section `observability_verify`: which services there are, and what must be seen of each.

use std::collections::BTreeMap;

use crate::settings::services::{
    Family, Field, LogSource, Logs, Metrics, Observability, Ready, Request, Service, Services, Sign, Span,
    Step, Traces, Wanted,
};

use super::evidence::seconds;
use super::said::{Said, argv};

const SECTION: &str = "observability_verify";

/// Says the section.
pub(super) fn say(section: &Observability, said: &mut Said) {
    let Observability { services, build_timeout, not_services } = section;
    said.number(&[SECTION, "build_timeout"], seconds(*build_timeout));
    said.set(&[SECTION, "not_services"], not_services.keys());
    match services {
        Services::Silent => {}
        Services::NotApplicable(reason) => said.text(&[SECTION, "not_applicable"], reason),
        Services::Listed(services) => {
            said.set(&[SECTION, "services"], services.iter().map(|service| &service.name));
            services.iter().for_each(|service| service_says(service, said));
        }
    }
}

fn service_says(service: &Service, said: &mut Said) {
    let Service {
        name,
        package,
        binary,
        args,
        environment,
        directory,
        ready,
        exercise,
        settle,
        timeout,
        grace,
        metrics,
        logs,
        traces,
    } = service;
    let at = |key| [SECTION, "services", name, key];
    said.text(&at("package"), package);
    if let Some(binary) = binary {
        said.text(&at("binary"), binary);
    }
    said.text(&at("args"), argv(args));
    for (variable, value) in environment {
        said.text(&[SECTION, "services", name, "environment", variable], value);
    }
    said.text(&at("directory"), directory);
    let Ready { sign, within } = ready;
    said.text(&at("ready"), sign_told(sign));
    for (key, duration) in [("within", within), ("settle", settle), ("timeout", timeout), ("grace", grace)] {
        said.number(&at(key), seconds(*duration));
    }
    said.set(&at("exercise"), exercise.iter().map(step_told));
    match metrics {
        Wanted::NotApplicable(reason) => {
            said.text(&[SECTION, "services", name, "metrics", "not_applicable"], reason);
        }
        Wanted::Yes(metrics) => metrics_say(name, metrics, said),
    }
    match logs {
        Wanted::NotApplicable(reason) => {
            said.text(&[SECTION, "services", name, "logs", "not_applicable"], reason);
        }
        Wanted::Yes(logs) => logs_say(name, logs, said),
    }
    match traces {
        None => said.set(&[SECTION, "services", name, "traces", "spans"], Vec::<String>::new()),
        Some(traces) => traces_say(name, traces, said),
    }
}

fn sign_told(sign: &Sign) -> String {
    match sign {
        Sign::Http { path, port, status } => format!("GET {path} on port {port:?}: {status}"),
        Sign::Tcp { port } => format!("port {port:?}"),
        Sign::Log(text) => format!("a line with {text:?}"),
    }
}

/// The whole of a step: one that asks for less stands as another one.
fn step_told(step: &Step) -> String {
    match step {
        Step::Run { argv: program, repeat, timeout } => {
            format!("{} × {repeat} within {} s", argv(program), seconds(*timeout))
        }
        Step::Http(request) => {
            let Request { method, path, port, headers, body, status, repeat, timeout } = request;
            let expected = match status.as_slice() {
                [] => "2xx".to_owned(),
                statuses => statuses.iter().map(ToString::to_string).collect::<Vec<_>>().join("/"),
            };
            let headers: Vec<String> =
                headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
            let within = seconds(*timeout);
            format!(
                "{method} {path} on port {port:?} {headers:?} {body:?}: {expected} × {repeat} within {within} s"
            )
        }
    }
}

fn metrics_say(service: &str, metrics: &Metrics, said: &mut Said) {
    let Metrics { path, port, timeout, families, max_series } = metrics;
    let at = |key| [SECTION, "services", service, "metrics", key];
    said.text(&at("path"), path);
    said.text(&at("port"), port);
    said.number(&at("timeout"), seconds(*timeout));
    said.number(&at("max_series"), *max_series);
    said.set(&at("families"), families.iter().map(family_told));
}

fn family_told(family: &Family) -> String {
    let Family { name, kind, unit, labels, series, increases } = family;
    let mut told = name.clone();
    for (what, value) in [("type", kind), ("unit", unit)] {
        told.extend(value.iter().map(|value| format!(" {what} {value}")));
    }
    if !labels.is_empty() {
        told.extend([" labels ", &labels.join(" ")]);
    }
    told.extend(series.iter().map(|(label, value)| format!(" {label}={value:?}")));
    if *increases {
        told.push_str(" increases");
    }
    told
}

fn logs_say(service: &str, logs: &Logs, said: &mut Said) {
    let Logs { from, fields, forbidden_fields, forbidden_values, max_unstructured_percent, correlation } =
        logs;
    let at = |key| [SECTION, "services", service, "logs", key];
    let from = match from {
        LogSource::Stdout => "stdout".to_owned(),
        LogSource::Stderr => "stderr".to_owned(),
        LogSource::Both => "both".to_owned(),
        LogSource::File(file) => format!("the file {file}"),
    };
    said.text(&at("from"), from);
    said.set(&at("fields"), fields_told(fields));
    said.set(&at("forbidden_fields"), forbidden_fields);
    said.set(&at("forbidden_values"), forbidden_values);
    said.number(&at("max_unstructured_percent"), *max_unstructured_percent);
    if let Some(header) = correlation {
        said.text(&at("correlation"), header);
    }
}

fn fields_told(fields: &BTreeMap<String, Field>) -> impl Iterator<Item = String> {
    fields
        .iter()
        .map(|(name, Field { paths, kind })| format!("{name}: {} as {}", paths.join(" or "), kind.as_str()))
}

fn traces_say(service: &str, traces: &Traces, said: &mut Said) {
    let Traces { spans, propagates } = traces;
    let at = |key| [SECTION, "services", service, "traces", key];
    said.flag(&at("propagates"), *propagates);
    said.set(&at("spans"), spans.iter().map(span_told));
}

fn span_told(span: &Span) -> String {
    let Span { service, name, attributes } = span;
    let mut told =
        format!("{} of {}", name.as_deref().unwrap_or("any"), service.as_deref().unwrap_or("any service"));
    for (name, value) in attributes {
        told.extend([" ", name]);
        told.extend(value.iter().map(|value| format!("={value:?}")));
    }
    told
}
