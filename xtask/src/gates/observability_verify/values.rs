//! What the placeholders of one run of a service stand for.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};

use crate::random::random_hex;
use crate::settings::services::placeholder::{self, Placeholder};
use crate::settings::services::{LogSource, Request, Service, Sign, Step, Wanted};

use super::secrets::Secret;

/// Headers whose values are secrets, whatever stands in them.
const CREDENTIALS: [&str; 6] =
    ["authorization", "proxy-authorization", "cookie", "x-api-key", "x-auth-token", "api-key"];

/// A literal credential that is shorter stands in texts by chance.
const SHORTEST_SECRET: usize = 6;

/// Ports, secrets and the folder of one run.
#[derive(Debug, Clone)]
pub(super) struct Values {
    /// By name; fixed ones by their number.
    pub(super) ports: BTreeMap<String, u16>,
    secrets: BTreeMap<String, String>,
    folder: PathBuf,
    /// Where the receiver of spans listens.
    otlp: String,
}

impl Values {
    /// Free ports and new secrets for a service.
    ///
    /// # Errors
    /// In one line: no port is free, or a fixed one is taken.
    pub(super) fn new(service: &Service, folder: &Path, otlp: String) -> Result<Values, String> {
        let (mut ports, mut secrets) = (BTreeMap::new(), BTreeMap::new());
        // All are held until all are known, so that none is given twice.
        let mut held = Vec::new();
        for name in port_names(service) {
            let fixed = name.parse::<u16>().ok();
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, fixed.unwrap_or(0)));
            let listener = listener.map_err(|error| match fixed {
                Some(port) => format!("port {port} is taken by another program, or may not be used: {error}"),
                None => format!("there is no free port on 127.0.0.1: {error}"),
            })?;
            let port =
                listener.local_addr().map_err(|error| format!("a port has no number: {error}"))?.port();
            held.push(listener);
            ports.insert(name, port);
        }
        for text in texts(service) {
            for placeholder in placeholder::placeholders(text) {
                if let Placeholder::Secret(name) = placeholder {
                    secrets.entry(name).or_insert_with(random_hex::<16>);
                }
            }
        }
        Ok(Values { ports, secrets, folder: folder.to_path_buf(), otlp })
    }

    /// A text with every placeholder put in.
    pub(super) fn fill(&self, text: &str, request_id: &str) -> String {
        placeholder::fill(text, &|placeholder| match placeholder {
            Placeholder::Port(name) => self.port(name).to_string(),
            Placeholder::Secret(name) => self.secrets.get(name).cloned().unwrap_or_default(),
            Placeholder::RequestId => request_id.to_owned(),
            Placeholder::Dir => self.folder.to_string_lossy().into_owned(),
            Placeholder::Otlp => self.otlp.clone(),
        })
    }

    /// The number of the port of that name.
    pub(super) fn port(&self, name: &str) -> u16 {
        self.ports.get(name).copied().unwrap_or_default()
    }

    /// The address of a path at the port of that name.
    pub(super) fn url(&self, port: &str, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port(port))
    }

    /// Those of the ports, as `name number`, on which something listens now.
    pub(super) fn taken(&self) -> Vec<String> {
        let taken =
            self.ports.iter().filter(|(_, port)| TcpListener::bind((Ipv4Addr::LOCALHOST, **port)).is_err());
        taken.map(|(name, port)| format!("{name} {port}").trim_start().to_owned()).collect()
    }

    /// The files in the folder of this run, by name.
    pub(super) fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let mut names: Vec<String> =
            entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// All that the service is given and must not give out, each once.
    pub(super) fn secrets(&self, service: &Service) -> Vec<Secret> {
        let mut secrets = Vec::new();
        let mut known = BTreeSet::new();
        let mut add = |name: String, value: String| {
            if value.len() >= SHORTEST_SECRET && known.insert(value.clone()) {
                secrets.push(Secret { name, value });
            }
        };
        for request in requests(service) {
            let step = step_name(request);
            for (header, value) in &request.headers {
                for name in secret_names(value) {
                    let value = self.secrets.get(&name).cloned().unwrap_or_default();
                    add(format!("{} in the header {header} of {step}", shown(&name)), value);
                }
                if CREDENTIALS.contains(&header.as_str()) && secret_names(value).is_empty() {
                    for credential in credentials(header, &self.fill(value, "")) {
                        add(format!("the header {header} of {step}"), credential);
                    }
                }
            }
        }
        for (name, value) in &self.secrets {
            add(shown(name), value.clone());
        }
        if let Wanted::Yes(logs) = &service.logs {
            for (index, value) in logs.forbidden_values.iter().enumerate() {
                add(format!("forbidden value {}", index + 1), value.clone());
            }
        }
        secrets
    }
}

/// What is secret of a header's value: of cookies what each is set to, else all behind the scheme.
fn credentials(header: &str, value: &str) -> Vec<String> {
    if header == "cookie" {
        let values = value.split(';').map(|pair| pair.split_once('=').map_or(pair, |(_, value)| value));
        return values.map(|value| value.trim().to_owned()).collect();
    }
    vec![value.split_once(' ').map_or(value, |(_, rest)| rest).trim().to_owned()]
}

/// Such as `{secret:db}`.
fn shown(name: &str) -> String {
    if name.is_empty() { "{secret}".into() } else { format!("{{secret:{name}}}") }
}

fn secret_names(text: &str) -> Vec<String> {
    let secret = |placeholder| match placeholder {
        Placeholder::Secret(name) => Some(name),
        _ => None,
    };
    placeholder::placeholders(text).filter_map(secret).collect()
}

/// The step as reports name it: method and path, as the settings have them.
pub(super) fn step_name(request: &Request) -> String {
    format!("{} {}", request.method, request.path)
}

fn requests(service: &Service) -> impl Iterator<Item = &Request> {
    service.exercise.iter().filter_map(|step| match step {
        Step::Http(request) => Some(request),
        Step::Run { .. } => None,
    })
}

/// Every text in which a placeholder may stand.
fn texts(service: &Service) -> Vec<&str> {
    let mut texts: Vec<&str> = service.args.iter().map(String::as_str).collect();
    texts.extend(service.environment.values().map(String::as_str));
    for step in &service.exercise {
        match step {
            Step::Http(request) => {
                texts.push(&request.path);
                texts.extend(request.headers.iter().map(|(_, value)| value.as_str()));
                texts.extend(request.body.as_deref());
            }
            Step::Run { argv, .. } => texts.extend(argv.iter().map(String::as_str)),
        }
    }
    if let Wanted::Yes(logs) = &service.logs
        && let LogSource::File(file) = &logs.from
    {
        texts.push(file);
    }
    texts
}

/// The names of all ports: those that the service is told of, and those that it is asked at.
fn port_names(service: &Service) -> BTreeSet<String> {
    let told = texts(service).into_iter().flat_map(placeholder::placeholders).filter_map(|placeholder| {
        match placeholder {
            Placeholder::Port(name) => Some(name),
            _ => None,
        }
    });
    let ready = match &service.ready.sign {
        Sign::Http { port, .. } | Sign::Tcp { port } => Some(port.clone()),
        Sign::Log(_) => None,
    };
    let metrics = match &service.metrics {
        Wanted::Yes(metrics) => Some(metrics.port.clone()),
        Wanted::NotApplicable(_) => None,
    };
    told.chain(ready).chain(metrics).chain(requests(service).map(|request| request.port.clone())).collect()
}

#[cfg(test)]
mod tests;
