use std::time::Duration;

use super::*;
use crate::settings::{parse, services::Services};

fn service(further: &str) -> Service {
    let text = format!(
        "version: 1\nobservability_verify: {{services: [{{package: api, args: ['{{port}}', '{{port:admin}}'],
        metrics: {{families: [{{name: up, increases: true}}]}}, {further}}}]}}"
    );
    let settings = parse(text.as_bytes(), "e.yml").unwrap_or_else(|error| panic!("{error}"));
    let Services::Listed(mut services) = settings.observability_verify.services else { panic!() };
    services.remove(0)
}

#[test]
fn every_port_is_free_and_its_own() {
    let service = service("exercise: [{path: /, port: extra}], environment: {EXTRA: '{port:extra}'}");
    let values = Values::new(&service, Path::new("/run"), "http://o".into()).unwrap();
    assert_eq!(values.ports.keys().map(String::as_str).collect::<Vec<_>>(), ["", "admin", "extra"]);
    let numbers: BTreeSet<u16> = values.ports.values().copied().collect();
    assert_eq!(numbers.len(), 3);
    assert_eq!(
        values.fill("{port}:{port:admin}", ""),
        format!("{}:{}", values.port(""), values.port("admin"))
    );
    assert_eq!(values.url("extra", "/x"), format!("http://127.0.0.1:{}/x", values.port("extra")));
    assert_eq!(values.fill("{dir}/l {request_id} {otlp}", "r1"), "/run/l r1 http://o");
}

#[test]
fn a_fixed_port_that_is_taken_is_told_before_anything_is_started() {
    let holder = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = holder.local_addr().unwrap().port();
    let service = service(&format!("exercise: [{{path: /, port: {port}}}]"));
    let problem = Values::new(&service, Path::new("."), String::new()).unwrap_err();
    assert!(problem.starts_with(&format!("port {port} is taken by another program")), "{problem}");
}

#[test]
fn a_port_on_which_something_listens_is_taken() {
    let service = service("exercise: [GET /]");
    let values = Values::new(&service, Path::new("."), String::new()).unwrap();
    let holder = TcpListener::bind((Ipv4Addr::LOCALHOST, values.port("admin"))).unwrap();
    assert_eq!(values.taken(), [format!("admin {}", values.port("admin"))]);
    drop(holder);
}

#[test]
fn secrets_are_made_up_anew_and_credentials_are_secrets_as_they_stand() {
    let service = service(
        "exercise: [{path: '/?k={secret:key}', headers: {authorization: 'Bearer {secret}', cookie: s=1234567; t=7654321,
        x-api-key: short}}, {path: /, headers: {authorization: Basic dXNlcjpwYXNz}}],
        environment: {DB: '{secret:db}'}, logs: {forbidden_values: [hunter22]}",
    );
    let values = Values::new(&service, Path::new("."), String::new()).unwrap();
    let secrets = values.secrets(&service);
    let names: Vec<&str> = secrets.iter().map(|secret| secret.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "{secret} in the header authorization of GET /?k={secret:key}",
            "the header cookie of GET /?k={secret:key}",
            "the header cookie of GET /?k={secret:key}",
            "the header authorization of GET /",
            "{secret:db}",
            "{secret:key}",
            "forbidden value 1"
        ]
    );
    assert_eq!(secrets[0].value, values.fill("{secret}", ""));
    assert_eq!(
        (secrets[0].value.len(), secrets[2].value.as_str(), secrets[3].value.as_str()),
        (32, "7654321", "dXNlcjpwYXNz")
    );
    let again = Values::new(&service, Path::new("."), String::new()).unwrap();
    assert_ne!(again.secrets(&service)[0].value, secrets[0].value);
    assert_eq!(service.timeout, Duration::from_secs(120));
}
