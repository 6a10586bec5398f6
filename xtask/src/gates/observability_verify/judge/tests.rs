use super::*;
use crate::evidence::services::{Exercised, MetricFacts, Scrape, WantedFamily};

fn run(ended: Ended) -> Run {
    Run {
        command: vec!["api".into()],
        ended,
        duration_ms: 10,
        log: "logs/service-api.log".into(),
        log_truncated: false,
        tail: "starting\nerror: no database\n".into(),
        left_behind: 0,
    }
}

fn stopped(killed: bool, status: Option<i32>, signal: Option<i32>) -> Ended {
    Ended::Stopped { killed, status, signal }
}

/// A service of which only the metrics are wanted, and all is well.
fn sound() -> ServiceFacts {
    let scrape = Scrape { format: "text/plain 0.0.4".into(), ..Scrape::default() };
    let wanted = WantedFamily {
        name: "done_total".into(),
        increases: true,
        found: true,
        before: Some(1.0),
        after: Some(2.0),
        ..WantedFamily::default()
    };
    let metrics = MetricFacts {
        before: scrape.clone(),
        after: scrape,
        wanted: vec![wanted],
        max_series: 10,
        path: "/m".into(),
    };
    ServiceFacts {
        name: "api".into(),
        package: "api".into(),
        run: Some(run(stopped(false, Some(0), None))),
        ready: Readiness::Ready { after_ms: 5 },
        exercise: vec![Exercised { step: "GET /".into(), times: 2, as_expected: 2, ..Exercised::default() }],
        metrics: Sought::Found(metrics),
        logs: Sought::NotApplicable { reason: "x".into() },
        traces: Sought::NotApplicable { reason: "x".into() },
        ..ServiceFacts::default()
    }
}

fn facts(services: Vec<ServiceFacts>) -> ServicesFacts {
    let build = Some(run(Ended::Exited { status: 0 }));
    ServicesFacts { complete: true, declared: Declared::Listed, build, services, ..ServicesFacts::default() }
}

fn told(judgement: &Judgement) -> Vec<String> {
    judgement.findings.iter().map(|finding| format!("{} {}", finding.code, finding.message)).collect()
}

#[test]
fn a_service_at_which_all_was_seen_passes_with_its_sums() {
    let judgement = judge(&facts(vec![sound()]));
    assert_eq!((judgement.outcome, told(&judgement)), (Outcome::Pass, vec![]));
    assert_eq!(
        judgement.message,
        "1 service seen running: 2 requests as expected; 1 metric found, 1 increased; no logs of api: x"
    );
}

#[test]
fn what_was_not_gathered_is_missing_and_what_is_not_said_is_no_answer() {
    assert_eq!(judge(&ServicesFacts::default()).outcome, Outcome::Missing);
    let not_selected =
        ServicesFacts { complete: true, declared: Declared::NotSelected, ..Default::default() };
    assert_eq!(judge(&not_selected).outcome, Outcome::Missing);
    assert_eq!(judge(&facts(Vec::new())).outcome, Outcome::Missing);

    let mut silent = ServicesFacts { complete: true, ..ServicesFacts::default() };
    let judgement = judge(&silent);
    assert_eq!((judgement.outcome, judgement.code), (Outcome::Fail, Some(Code::ServiceUndeclared)));
    let because = vec!["axum".to_owned()];
    silent.suspects = vec![Suspect { package: "api".into(), binary: "api".into(), because }];
    assert!(judge(&silent).message.ends_with("one seems to be: api (axum)"), "{}", judge(&silent).message);

    silent.declared = Declared::NotApplicable { reason: "a library".into() };
    let judgement = judge(&silent);
    assert_eq!((judgement.outcome, judgement.message.as_str()), (Outcome::NotApplicable, "a library"));
    assert_eq!(judgement.findings[0].severity, Severity::Warning);
}

/// Judges a service that differs from the sound one.
fn changed(change: impl FnOnce(&mut ServiceFacts)) -> Judgement {
    let mut service = sound();
    change(&mut service);
    judge(&facts(vec![service]))
}

#[test]
fn each_way_to_fail_is_told() {
    type Change = fn(&mut ServiceFacts);
    let cases: [(Change, &str); 12] = [
        (
            |s| (s.run, s.problem) = (None, Some("port 80 is taken".into())),
            "SERVICE_NOT_READY api was not started: port 80 is taken",
        ),
        (
            |s| s.ready = Readiness::TooLate { after_ms: 1500, last: "refused".into() },
            "SERVICE_NOT_READY api was not ready within 1.5 s: refused; its last line is: error: no database",
        ),
        (
            |s| (s.ready, s.run) = (Readiness::Ended, Some(run(Ended::Exited { status: 3 }))),
            "SERVICE_NOT_READY api ended before it was ready, exit status 3: error: no database",
        ),
        (
            |s| s.run = Some(run(Ended::Signalled { signal: 11 })),
            "SERVICE_FAILED api ended while it was asked, signal 11: error: no database",
        ),
        (
            |s| s.run = Some(run(Ended::TimedOut { after_ms: 120_000 })),
            "SERVICE_FAILED api and its exercise had not come to an end after 120 s",
        ),
        (
            |s| (s.exercise[0].as_expected, s.exercise[0].otherwise) = (1, Some("answered 500".into())),
            "SERVICE_FAILED api: GET /: answered 500, not , 1 of 2 times as expected",
        ),
        (|s| s.exercise.clear(), "SERVICE_FAILED api was asked nothing"),
        (|s| s.metrics = Sought::NotReached, "METRIC_MISSING api: its metrics were not looked at"),
        (|s| s.logs = Sought::NotReached, "LOG_MISSING api: its logs were not looked at"),
        (|s| s.traces = Sought::NotReached, "TRACE_MISSING api: its traces were not looked at"),
        (
            |s| s.ports_still_taken = vec!["8080".into()],
            "SERVICE_FAILED api left something behind that still listens on port 8080",
        ),
        (
            |s| s.ready = Readiness::NotStarted,
            "SERVICE_NOT_READY api ended before it was ready, stopped with exit status 0: error: no database",
        ),
    ];
    for (change, expected) in cases {
        let judgement = changed(change);
        assert_eq!(judgement.outcome, Outcome::Fail, "{expected}");
        assert!(told(&judgement).iter().any(|told| told == expected), "{expected}\n{:#?}", told(&judgement));
        assert!(
            judgement.findings.iter().all(|finding| finding.package.is_some() && finding.label.is_some())
        );
    }
}

#[test]
fn an_unclean_end_is_told_and_fails_nothing() {
    let judgement = changed(|service| {
        let mut ended = run(stopped(true, None, Some(9)));
        ended.left_behind = 2;
        service.run = Some(ended);
    });
    assert_eq!(judgement.outcome, Outcome::Pass);
    assert_eq!(
        told(&judgement),
        [
            "SERVICE_FAILED api did not end when asked with SIGTERM, and was killed",
            "SERVICE_FAILED api left 2 programs running, which were ended"
        ]
    );
}

#[test]
fn a_crash_at_the_end_fails_and_an_odd_status_is_told() {
    for (status, signal, outcome, number) in [
        (Some(0), None, Outcome::Pass, 0),
        (None, Some(15), Outcome::Pass, 0),
        (Some(143), None, Outcome::Pass, 0),
        (Some(1), None, Outcome::Pass, 1),
        (Some(101), None, Outcome::Fail, 1),
        (None, Some(11), Outcome::Fail, 1),
    ] {
        let judgement = changed(|service| service.run = Some(run(stopped(false, status, signal))));
        assert_eq!((judgement.outcome, judgement.findings.len()), (outcome, number), "{status:?} {signal:?}");
    }
    let judgement = changed(|service| service.run = Some(run(stopped(false, Some(101), None))));
    assert_eq!(
        told(&judgement),
        [
            "SERVICE_FAILED api failed when asked to end with SIGTERM, stopped with exit status 101: error: no database"
        ]
    );
}

#[test]
fn a_build_that_failed_is_told_once_and_first() {
    let mut service = sound();
    (service.run, service.problem) = (None, Some("its binary was not built".into()));
    let mut facts = facts(vec![service.clone(), service]);
    facts.build = Some(run(Ended::Exited { status: 101 }));
    let judgement = judge(&facts);
    assert_eq!(told(&judgement), ["SERVICE_BUILD_FAILED `api`: exit status 101"]);
    assert_eq!(judgement.code, Some(Code::ServiceBuildFailed));
}

#[test]
fn what_is_told_of_one_service_hides_nothing_of_the_next() {
    let mut first = sound();
    first.run = Some(run(stopped(true, None, Some(9))));
    let mut second = sound();
    (second.run, second.problem) = (None, Some("port 80 is taken".into()));
    let judgement = judge(&facts(vec![first, second]));
    assert_eq!(judgement.outcome, Outcome::Fail);
    assert_eq!(judgement.code, Some(Code::ServiceNotReady));
    assert_eq!(told(&judgement)[0], "SERVICE_NOT_READY api was not started: port 80 is taken");
}
