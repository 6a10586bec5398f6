use super::*;
use crate::settings::parse;

/// The section with this service, or what is wrong with it.
fn read(service: &str) -> Result<Service, Vec<String>> {
    let section = format!("observability_verify:\n  services:\n    - {{package: api, {service}}}\n");
    let mut services = listed(&section)?;
    Ok(services.remove(0))
}

fn listed(section: &str) -> Result<Vec<Service>, Vec<String>> {
    match parse(format!("version: 1\n{section}").as_bytes(), "e.yml") {
        Ok(settings) => match settings.observability_verify.services {
            Services::Listed(services) => Ok(services),
            other => panic!("{other:?}"),
        },
        Err(error) => Err(error.complaints().iter().map(ToString::to_string).collect()),
    }
}

const LEAST: &str = "args: ['{port}'], exercise: [GET /], metrics: {families: [{name: up, increases: true}]}";

#[test]
fn a_service_needs_no_more_than_how_it_is_asked_and_what_moves() {
    let service = read(LEAST).unwrap();
    assert_eq!((service.name.as_str(), service.binary.as_deref()), ("api", None));
    assert_eq!(
        service.ready,
        Ready { sign: Sign::Tcp { port: String::new() }, within: Duration::from_secs(30) }
    );
    assert_eq!(service.logs, Wanted::Yes(Logs::default()));
    assert_eq!(service.traces, None);
    let Step::Http(request) = &service.exercise[0] else { panic!("{:?}", service.exercise) };
    assert_eq!((request.method.as_str(), request.path.as_str(), request.repeat), ("GET", "/", 1));
    let Wanted::Yes(metrics) = &service.metrics else { panic!("{:?}", service.metrics) };
    assert_eq!((metrics.path.as_str(), metrics.max_series), ("/metrics", 1000));
}

#[test]
fn everything_that_can_be_said_is_read() {
    let service = read(
        r#"name: front, binary: api-bin, args: ['--port={port}'], environment: {ADMIN: "127.0.0.1:{port:admin}"},
        directory: run, ready: {http: /up, status: 204, port: admin, within: 5s}, settle: 3s, timeout: 1m, grace: 2s,
        exercise: [{method: PUT, path: "/a?b={secret}", port: admin, headers: {X-Key: "{secret:k}"}, body: "{}",
        status: [200, 201], repeat: 7, timeout: 4s}, {run: [probe, "{port}"], repeat: 2}],
        metrics: {path: /m, port: 9090, max_series: 5, families: [{name: a_total, type: counter, unit: bytes,
        labels: [x], series: {y: "1"}, increases: true}]},
        logs: {from: {file: "{dir}/l"}, fields: {target: false, message: fields.message, user: {path: u.id, type: number}},
        forbidden_fields: [password], forbidden_values: [hunter22], max_unstructured_percent: 3, correlation: X-Id},
        traces: {propagates: true, spans: [{service: s, name: n, attributes: {a: 1, b: }}]}"#,
    )
    .unwrap();
    assert_eq!((service.name.as_str(), service.binary.as_deref()), ("front", Some("api-bin")));
    assert_eq!(service.ready.sign, Sign::Http { path: "/up".into(), port: "admin".into(), status: 204 });
    let Step::Http(request) = &service.exercise[0] else { panic!("{:?}", service.exercise) };
    assert_eq!(request.headers, [("x-key".to_owned(), "{secret:k}".to_owned())]);
    assert_eq!((request.status.as_slice(), request.repeat), ([200, 201].as_slice(), 7));
    let Step::Run { argv, repeat, .. } = &service.exercise[1] else { panic!("{:?}", service.exercise) };
    assert_eq!((argv.as_slice(), *repeat), (["probe".to_owned(), "{port}".to_owned()].as_slice(), 2));
    let Wanted::Yes(metrics) = &service.metrics else { panic!("{:?}", service.metrics) };
    assert_eq!((metrics.port.as_str(), metrics.families[0].series["y"].as_str()), ("9090", "1"));
    let Wanted::Yes(logs) = &service.logs else { panic!("{:?}", service.logs) };
    assert_eq!(logs.from, LogSource::File("{dir}/l".into()));
    assert_eq!(logs.fields.keys().collect::<Vec<_>>(), ["level", "message", "timestamp", "user"]);
    assert_eq!(logs.fields["message"], Field { paths: vec!["fields.message".into()], kind: FieldKind::Text });
    assert_eq!(logs.correlation.as_deref(), Some("x-id"));
    let traces = service.traces.unwrap();
    assert_eq!(traces.spans[0].attributes["a"].as_deref(), Some("1"));
    assert_eq!(traces.spans[0].attributes["b"], None);
}

#[test]
fn what_would_prove_nothing_is_refused() {
    for (service, expected) in [
        (
            "args: ['{port}'], metrics: {families: [{name: up, increases: true}]}",
            "the key `exercise` is missing",
        ),
        ("args: ['{port}'], exercise: [GET /]", "the key `metrics` is missing"),
        ("args: ['{port}'], exercise: [], metrics: {families: [{name: up, increases: true}]}", "no request"),
        (
            "args: ['{port}'], exercise: [GET /], metrics: {families: [{name: up}]}",
            "no family that increases",
        ),
        ("args: ['{port}'], exercise: [GET /], metrics: {families: []}", "no family that increases"),
        (
            "args: ['{port}'], exercise: [GET /], metrics: {not_applicable: x}, logs: {not_applicable: x}",
            "nothing of this service is looked at",
        ),
        (
            "exercise: [GET /], metrics: {families: [{name: up, increases: true}]}",
            "which the service is not told of",
        ),
    ] {
        let complaints = read(service).unwrap_err();
        assert!(complaints.iter().any(|one| one.contains(expected)), "{service}: {complaints:#?}");
    }
    for (section, expected) in [
        ("observability_verify: {services: []}", "no service"),
        ("observability_verify: {}", "no services"),
        ("observability_verify: {not_applicable: \"\"}", "an empty reason"),
        ("observability_verify: {services: [], not_applicable: x}", "stands alone"),
        ("observability_verify: {not_applicable: x, not_services: {api: \"\"}}", "an empty reason"),
    ] {
        let complaints = listed(section).unwrap_err();
        assert!(complaints.iter().any(|one| one.contains(expected)), "{section}: {complaints:#?}");
    }
    let twice =
        format!("observability_verify: {{services: [{{package: api, {LEAST}}}, {{package: API, {LEAST}}}]}}");
    assert!(listed(&twice).unwrap_err()[0].contains("a second service with the name `API`"));
}

#[test]
fn each_wrong_word_is_told_with_what_was_expected() {
    for (further, expected) in [
        ("environment: {A: '{prot}'}", "did you mean `{port}`?"),
        ("environment: {A: {port}}", "put it in quotes"),
        ("ready: {http: ready}", "`ready` is no path"),
        ("ready: {http: /a, tcp: true}", "not one of http, tcp and log"),
        ("ready: {tcp: true, status: 200}", "a status, but no http"),
        ("ready: {log: ' '}", "a text that every line contains"),
        ("ready: {tcp: true, port: 70000}", "a whole number from 1 to 65535"),
        ("logs: {forbidden_values: [abc]}", "too short"),
        ("logs: {from: stdin}", "unknown word `stdin`"),
        ("logs: {fields: {nothing: false}}", "not asked for anyway"),
        ("logs: {correlation: 'x y'}", "no header's name"),
        ("logs: {not_applicable: x, from: stdout}", "stands alone"),
        ("traces: {spans: []}", "no span"),
        ("traces: {spans: [{}]}", "a span of which nothing is said"),
        ("grace: 0s", "`0s` is not such a duration"),
        ("directory: ../x", "may lie outside the workspace"),
    ] {
        let complaints = read(&format!("{LEAST}, {further}")).unwrap_err();
        assert!(complaints.iter().any(|one| one.contains(expected)), "{further}: {complaints:#?}");
    }
    for (step, expected) in [
        ("get /", "`get` is no method"),
        ("GET orders", "`orders` is no path"),
        ("{path: '/a b'}", "`/a b` is no path"),
        ("{path: '/orders/{id}'}", "`{id}` is no placeholder"),
        ("{path: /, headers: {Host: x}}", "is set by the tool itself"),
        ("{path: /, headers: {a: \"x\\ny\"}}", "cannot be a header's value"),
        ("{path: /, headers: {traceparent: x}}", "propagates is on"),
        ("{path: /, headers: {X-Request-Id: x}}", "is the correlation's"),
        ("{path: /, status: []}", "no status"),
        ("{path: /, status: 99}", "a whole number from 100 to 599"),
        ("{path: /, repeat: 0}", "a whole number from 1 to 10000"),
        ("{run: [x], path: /}", "make two steps of it"),
        ("{run: x}", "an argv is a list"),
        ("3", "found 3"),
    ] {
        let service = format!(
            "args: ['{{port}}'], exercise: [{step}], metrics: {{families: [{{name: up, increases: true}}]}},
            logs: {{correlation: x-request-id}}, traces: {{propagates: true, spans: [{{name: a}}]}}"
        );
        let complaints = read(&service).unwrap_err();
        assert!(complaints.iter().any(|one| one.contains(expected)), "{step}: {complaints:#?}");
    }
}
