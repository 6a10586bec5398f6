//! Reads the section `observability_verify`.

mod emitted;

use super::placeholder::{self, Placeholder};
use super::{Observability, Ready, Request, Service, Services, Sign, Step, Wanted};
use crate::diagnostics::shown;
use crate::settings::values::{self, Bad, set};
use crate::settings::{guard, values::duration};
use crate::yaml::{Complaints, Fields, Keys, Node, Value};
use std::time::Duration;

const SECTION: Keys = Keys::new(&["services", "build_timeout", "not_services", "not_applicable"]);
const SERVICE: Keys = Keys::new(&[
    "name",
    "package",
    "binary",
    "args",
    "environment",
    "directory",
    "ready",
    "exercise",
    "settle",
    "timeout",
    "grace",
    "metrics",
    "logs",
    "traces",
]);
const READY: Keys = Keys::new(&["http", "status", "tcp", "log", "port", "within"]);
const STEP: Keys =
    Keys::new(&["method", "path", "port", "headers", "body", "status", "repeat", "timeout", "run"]);
/// Keys of a step that runs a program.
const OF_A_PROGRAM: [&str; 3] = ["run", "repeat", "timeout"];
const STEP_SHAPE: &str = "a request such as GET /orders, or a mapping with the key path or run";

/// Reads the section.
pub(in crate::settings) fn read(node: &Node, section: &mut Observability, c: &mut Complaints) {
    let Some(fields) = Fields::read(node, &SECTION, c) else { return };
    set(&mut section.build_timeout, fields.get("build_timeout").and_then(|node| duration(node, c)));
    if let Some(node) = fields.get("not_services") {
        for (name, key, reason) in node.entries("a mapping from binaries to reasons", c).unwrap_or_default() {
            if let Err((message, help)) = values::package(name) {
                c.at(key, message, help);
            }
            let reason = reason.checked("a reason, in a few words", c, values::reason);
            section.not_services.extend(reason.map(|reason| (name.to_owned(), reason)));
        }
    }
    match (fields.get("services"), fields.get("not_applicable")) {
        (None, None) => c.missing(node, "no services", "add services, or not_applicable: \"REASON\""),
        (None, Some(reason)) => {
            let reason = reason.checked("a reason, which the report will show", c, values::reason);
            section.services = reason.map_or(Services::Silent, Services::NotApplicable);
        }
        (Some(_), Some(reason)) => {
            c.at(reason, "`not_applicable` beside services", "remove it, or the services: it stands alone");
        }
        (Some(list), None) => section.services = Services::Listed(services(list, c)),
    }
}

fn services(node: &Node, c: &mut Complaints) -> Vec<Service> {
    let mut services: Vec<Service> = Vec::new();
    let items = node.list("a list of services, each with package, exercise and metrics", c);
    if items.is_some_and(<[Node]>::is_empty) {
        c.at(node, "no service", "name at least one; or say not_applicable: \"REASON\" instead");
    }
    for item in items.unwrap_or_default() {
        let Some(service) = service(item, c) else { continue };
        if services.iter().any(|other| other.name.eq_ignore_ascii_case(&service.name)) {
            let message = format!("a second service with the name {}", shown(&service.name));
            c.at(item, message, "give each a name of its own with name");
        }
        services.push(service);
    }
    services
}

fn service(node: &Node, c: &mut Complaints) -> Option<Service> {
    let fields = Fields::read(node, &SERVICE, c)?;
    let package = fields.need("package", "the package that the service is built from", c);
    let package = package.and_then(|node| word(node, c, values::package));
    let binary = fields.get("binary").and_then(|node| word(node, c, values::package));
    let name = match fields.get("name") {
        Some(node) => word(node, c, values::check_name),
        None => binary.clone().or_else(|| package.clone()),
    };
    let args = fields.get("args").map(|node| texts(node, c)).unwrap_or_default();
    let environment = fields.get("environment").map(|node| {
        let variables = guard::environment(node, c);
        for value in variables.values() {
            if let Err((message, help)) = placeholder::strict(value) {
                c.at(node, message, help);
            }
        }
        variables
    });
    let exercise = fields.need("exercise", "[GET /path], the requests that it is sent", c);
    let mut service = Service {
        name: String::new(),
        package: String::new(),
        binary,
        args,
        environment: environment.unwrap_or_default(),
        directory: ".".into(),
        ready: Ready { sign: Sign::Tcp { port: String::new() }, within: Duration::from_secs(30) },
        exercise: exercise.map(|node| steps(node, c)).unwrap_or_default(),
        settle: Duration::from_secs(10),
        timeout: Duration::from_secs(120),
        grace: Duration::from_secs(5),
        metrics: Wanted::NotApplicable(String::new()),
        logs: emitted::logs(fields.get("logs"), c),
        traces: fields.get("traces").and_then(|node| emitted::traces(node, c)),
    };
    let directory = fields
        .get("directory")
        .and_then(|node| node.checked("a folder inside the workspace", c, values::folder_inside));
    set(&mut service.directory, directory);
    if let Some(node) = fields.get("ready") {
        ready(node, &mut service.ready, c);
    }
    for (key, slot) in
        [("settle", &mut service.settle), ("timeout", &mut service.timeout), ("grace", &mut service.grace)]
    {
        set(slot, fields.get(key).and_then(|node| duration(node, c)));
    }
    let metrics = fields.need("metrics", "{families: [{name: NAME, increases: true}]}", c);
    set(&mut service.metrics, metrics.and_then(|node| emitted::metrics(node, c)));
    sound(node, &service, c);
    Some(Service { name: name?, package: package?, ..service })
}

/// What only the whole of a service shows.
fn sound(node: &Node, service: &Service, c: &mut Complaints) {
    let given: Vec<Placeholder> = (service.args.iter().chain(service.environment.values()))
        .flat_map(|text| placeholder::placeholders(text))
        .collect();
    for port in ports(service) {
        let fixed = port.chars().all(|c| c.is_ascii_digit()) && !port.is_empty();
        if !fixed && !given.contains(&Placeholder::Port(port.clone())) {
            let written = if port.is_empty() { "{port}".to_owned() } else { format!("{{port:{port}}}") };
            let message = format!("a request goes to {written}, which the service is not told of");
            let help = format!("write {written} in args or in environment; or name a fixed port: port: 8080");
            c.at(node, message, help);
        }
    }
    let nothing = matches!(service.metrics, Wanted::NotApplicable(_))
        && matches!(service.logs, Wanted::NotApplicable(_))
        && service.traces.is_none();
    if nothing {
        c.at(node, "nothing of this service is looked at", "ask for its metrics, its logs or its traces");
    }
    let header = |name: &str| {
        service.exercise.iter().any(|step| match step {
            Step::Http(request) => request.headers.iter().any(|(header, _)| header == name),
            Step::Run { .. } => false,
        })
    };
    if let Wanted::Yes(logs) = &service.logs
        && let Some(name) = &logs.correlation
        && header(name)
    {
        let message = format!("the header {} is in the exercise and is the correlation's", shown(name));
        c.at(node, message, "remove it from the exercise: each request gets a value of its own");
    }
    if service.traces.as_ref().is_some_and(|traces| traces.propagates) && header("traceparent") {
        let message = "the header `traceparent` is in the exercise, and propagates is on";
        c.at(node, message, "remove it from the exercise: each request gets a value of its own");
    }
}

/// The names of the ports that anything is sent to, each once.
fn ports(service: &Service) -> std::collections::BTreeSet<String> {
    let ready = match &service.ready.sign {
        Sign::Http { port, .. } | Sign::Tcp { port } => Some(port),
        Sign::Log(_) => None,
    };
    let requests = service.exercise.iter().filter_map(|step| match step {
        Step::Http(request) => Some(&request.port),
        Step::Run { .. } => None,
    });
    let metrics = match &service.metrics {
        Wanted::Yes(metrics) => Some(&metrics.port),
        Wanted::NotApplicable(_) => None,
    };
    ready.into_iter().chain(requests).chain(metrics).cloned().collect()
}

fn word(node: &Node, c: &mut Complaints, check: fn(&str) -> Result<(), Bad>) -> Option<String> {
    node.checked("a name", c, |text| check(text).map(|()| text.to_owned()))
}

fn texts(node: &Node, c: &mut Complaints) -> Vec<String> {
    let items = node.list("a list of arguments; no shell reads it", c).unwrap_or_default();
    items.iter().filter_map(|item| item.checked("a text", c, placeholders)).collect()
}

/// A text that a program can be given, whose placeholders are known.
fn placeholders(text: &str) -> Result<String, Bad> {
    values::argument(text)?;
    placeholder::strict(text)?;
    Ok(text.to_owned())
}

fn ready(node: &Node, ready: &mut Ready, c: &mut Complaints) {
    let Some(fields) = Fields::read(node, &READY, c) else { return };
    set(&mut ready.within, fields.get("within").and_then(|node| duration(node, c)));
    let name = fields.get("port").and_then(|node| port(node, c)).unwrap_or_default();
    let signs = ["http", "tcp", "log"].map(|key| fields.get(key));
    if signs.iter().flatten().count() != 1 {
        c.at(node, "not one of http, tcp and log", "say one of them, such as http: /ready");
    }
    let [http, tcp, log] = signs;
    if http.is_none()
        && let Some(node) = fields.get("status")
    {
        c.at(node, "a status, but no http", "remove it, or add http: /ready");
    }
    if let Some(node) = http {
        let status = fields.get("status").and_then(|node| node.integer(100, 599, c)).unwrap_or(200);
        let status = u16::try_from(status).unwrap_or(200);
        let found = path(node, c).map(|path| Sign::Http { path, port: name, status });
        set(&mut ready.sign, found);
    } else if let Some(node) = tcp {
        if node.boolean(c) == Some(false) {
            c.at(node, "tcp: false", "say how readiness is seen: http, tcp: true or log");
        }
        ready.sign = Sign::Tcp { port: name };
    } else if let Some(node) = log {
        let text = node.checked("a text of the line", c, |text| match text.trim() {
            "" => Err(("a text that every line contains".into(), "name what the line says".into())),
            text => Ok(text.to_owned()),
        });
        set(&mut ready.sign, text.map(Sign::Log));
    }
}

fn steps(node: &Node, c: &mut Complaints) -> Vec<Step> {
    let items = node.list("a list of requests", c);
    if items.is_some_and(<[Node]>::is_empty) {
        c.at(node, "no request", "send at least one: what is not asked shows nothing");
    }
    items.unwrap_or_default().iter().filter_map(|item| step(item, c)).collect()
}

fn step(node: &Node, c: &mut Complaints) -> Option<Step> {
    let mut request = Request {
        method: "GET".into(),
        path: String::new(),
        port: String::new(),
        headers: Vec::new(),
        body: None,
        status: Vec::new(),
        repeat: 1,
        timeout: Duration::from_secs(10),
    };
    if let Value::Text(text) = &node.value {
        let (method, path) = text.split_once(' ').unwrap_or((text, ""));
        let read = checked_method(method).and_then(|method| Ok((method, checked_path(path.trim())?)));
        match read {
            Ok((method, path)) => return Some(Step::Http(Request { method, path, ..request })),
            Err((message, _)) => c.at(node, message, format!("expected {STEP_SHAPE}")),
        }
        return None;
    }
    let Value::Mapping(_) = node.value else {
        node.wrong(STEP_SHAPE, c);
        return None;
    };
    let fields = Fields::read(node, &STEP, c)?;
    let repeat = fields.get("repeat").and_then(|node| node.integer(1, 10_000, c));
    set(&mut request.repeat, repeat.map(i32::unsigned_abs));
    set(&mut request.timeout, fields.get("timeout").and_then(|node| duration(node, c)));
    if let Some(run) = fields.get("run") {
        if fields.len() > OF_A_PROGRAM.iter().filter(|key| fields.get(key).is_some()).count() {
            c.at(run, "a program and keys of a request", "make two steps of it");
        }
        let argv = guard::argv(run, c)?;
        if let Some((message, help)) = argv.iter().find_map(|text| placeholder::strict(text).err()) {
            c.at(run, message, help);
        }
        return Some(Step::Run { argv, repeat: request.repeat, timeout: request.timeout });
    }
    if let Some(node) = fields.get("method") {
        set(&mut request.method, node.checked("a method such as POST", c, checked_method));
    }
    set(&mut request.path, fields.need("path", "/path", c).and_then(|node| path(node, c)));
    set(&mut request.port, fields.get("port").and_then(|node| port(node, c)));
    request.headers = fields.get("headers").map(|node| headers(node, c)).unwrap_or_default();
    request.body = fields.get("body").and_then(|node| node.text("a text", c)).map(str::to_owned);
    request.status = fields.get("status").map(|node| statuses(node, c)).unwrap_or_default();
    Some(Step::Http(request))
}

fn headers(node: &Node, c: &mut Complaints) -> Vec<(String, String)> {
    let mut headers = Vec::new();
    for (name, key, value) in node.entries("a mapping from headers to texts", c).unwrap_or_default() {
        if let Err((message, help)) = header_name(name) {
            c.at(key, message, help);
        }
        let value = value.checked("a text", c, |text| {
            if text.chars().any(|c| c.is_control() || !c.is_ascii()) {
                let message = format!("{} cannot be a header's value", shown(text));
                return Err((message, "expected printable ASCII characters".into()));
            }
            placeholder::strict(text).map(|()| text.to_owned())
        });
        headers.extend(value.map(|value| (name.to_ascii_lowercase(), value)));
    }
    headers
}

/// A header's name: a token of RFC 9110, and none that this tool sets itself.
fn header_name(text: &str) -> Result<(), Bad> {
    let own = ["host", "content-length", "transfer-encoding", "connection"];
    if own.iter().any(|name| text.eq_ignore_ascii_case(name)) {
        return Err((format!("{} is set by the tool itself", shown(text)), "remove it".into()));
    }
    if token(text) {
        return Ok(());
    }
    Err((format!("{} is no header's name", shown(text)), "expected a name such as x-request-id".into()))
}

fn token(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    !text.is_empty() && text.chars().all(plain)
}

fn checked_method(text: &str) -> Result<String, Bad> {
    if token(text) && !text.chars().any(|c| c.is_ascii_lowercase()) {
        return Ok(text.to_owned());
    }
    Err((format!("{} is no method", shown(text)), "expected a method in capitals, such as POST".into()))
}

fn checked_path(text: &str) -> Result<String, Bad> {
    placeholder::strict(text)?;
    if text.starts_with('/') && text.chars().all(|c| c.is_ascii_graphic()) && !text.contains('#') {
        return Ok(text.to_owned());
    }
    let help = "expected a path from / on without blanks, such as /orders?limit=1; encode others as %20";
    Err((format!("{} is no path", shown(text)), help.into()))
}

fn path(node: &Node, c: &mut Complaints) -> Option<String> {
    node.checked("a path such as /ready", c, checked_path)
}

/// A port's name, or the number of a fixed one.
fn port(node: &Node, c: &mut Complaints) -> Option<String> {
    if let Value::Integer(_) = node.value {
        return node.integer(1, 65_535, c).map(|port| port.to_string());
    }
    node.checked("the name of a port, or the number of a fixed one", c, |text| {
        let number = text.chars().all(|c| c.is_ascii_digit());
        if number && text.parse::<u16>().is_ok_and(|port| port > 0) {
            return Ok(text.to_owned());
        }
        let named = |text: &str| {
            !text.is_empty() && !number && text.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c))
        };
        if named(text) {
            return Ok(text.to_owned());
        }
        Err((
            format!("{} is no port", shown(text)),
            "expected NAME of {port:NAME}, or a number to 65535".into(),
        ))
    })
}

fn statuses(node: &Node, c: &mut Complaints) -> Vec<u16> {
    let one = |node: &Node, c: &mut Complaints| {
        node.integer(100, 599, c).and_then(|status| u16::try_from(status).ok())
    };
    match &node.value {
        Value::Sequence(items) if !items.is_empty() => items.iter().filter_map(|item| one(item, c)).collect(),
        Value::Sequence(_) => {
            c.at(node, "no status", "name at least one, such as 200");
            Vec::new()
        }
        _ => one(node, c).into_iter().collect(),
    }
}
