//! Asks a service what the settings say, step by step.

use std::time::{Duration, Instant};

use super::client::{Answer, Client};
use super::running::Running;
use super::traces;
use super::values::{Values, step_name};
use crate::diagnostics::one_line;
use crate::evidence::Ended;
use crate::evidence::services::Exercised;
use crate::gather::Context;
use crate::process::Command;
use crate::random::{random, random_hex};
use crate::settings::services::placeholder::{Placeholder, placeholders};
use crate::settings::services::{Request, Service, Step, Wanted};

/// How much of an answer is kept: enough for a line of the report.
const BODY_LIMIT: u64 = 64 * 1024;
/// How much of an answer's body a line of the report shows, in characters.
const SHOWN: usize = 160;

/// One service being asked.
pub(super) struct Exercise<'a, 'r> {
    pub(super) ctx: &'a Context<'a>,
    pub(super) service: &'a Service,
    pub(super) values: &'a Values,
    pub(super) running: &'a Running<'r>,
    pub(super) client: &'a Client,
    /// When the service's whole time is up.
    pub(super) deadline: Instant,
}

/// What became of it.
#[derive(Debug, Default)]
pub(super) struct Done {
    /// Each step.
    pub(super) steps: Vec<Exercised>,
    /// What was sent, and when.
    pub(super) sent: traces::Sent,
}

impl Exercise<'_, '_> {
    /// Does all of it, in order; what fails does not keep the rest from being done.
    pub(super) fn carry_out(&self) -> Done {
        let mut done = Done::default();
        let from = now();
        for (index, step) in self.service.exercise.iter().enumerate() {
            let exercised = match step {
                Step::Http(request) => self.request(request, &mut done.sent.traces),
                Step::Run { argv, repeat, timeout } => self.program(index, argv, *repeat, *timeout),
            };
            done.steps.push(exercised);
        }
        done.sent.window = Some((from, now()));
        done
    }

    fn request(&self, request: &Request, traces: &mut Vec<(String, String)>) -> Exercised {
        let expected = match request.status.as_slice() {
            [] => "2xx".to_owned(),
            statuses => statuses.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or "),
        };
        let step = step_name(request);
        let mut exercised =
            Exercised { step: step.clone(), expected, times: request.repeat, ..Exercised::default() };
        for _ in 0..request.repeat {
            if self.over() {
                exercised.otherwise.get_or_insert_with(|| "it had ended, or its time was up".into());
                break;
            }
            match self.send(request, &step, traces) {
                Ok(answer) if as_expected(request, answer.status) => exercised.as_expected += 1,
                Ok(answer) => {
                    exercised.otherwise.get_or_insert_with(|| told(&answer));
                }
                Err(problem) => {
                    exercised.otherwise.get_or_insert(problem);
                }
            }
        }
        exercised
    }

    fn send(
        &self,
        request: &Request,
        step: &str,
        traces: &mut Vec<(String, String)>,
    ) -> Result<Answer, String> {
        let id = format!("req-{}", random_hex::<12>());
        let fill = |text: &str| self.values.fill(text, &id);
        let mut headers: Vec<(String, String)> =
            request.headers.iter().map(|(name, value)| (name.clone(), fill(value))).collect();
        if let Wanted::Yes(logs) = &self.service.logs
            && let Some(header) = &logs.correlation
        {
            headers.push((header.clone(), id.clone()));
            self.running.sent(&id, step);
        }
        if self.service.traces.as_ref().is_some_and(|wanted| wanted.propagates) {
            let (header, trace) = traces::traceparent(random());
            headers.push(("traceparent".into(), header));
            traces.push((trace, step.to_owned()));
        }
        let body = request.body.as_deref().map(fill);
        let url = self.values.url(&request.port, &fill(&request.path));
        let body = body.as_deref().map(str::as_bytes);
        self.client.send(&request.method, &url, &headers, body, self.at_most(request.timeout), BODY_LIMIT)
    }

    fn program(&self, index: usize, argv: &[String], repeat: u32, timeout: Duration) -> Exercised {
        let mut exercised = Exercised {
            step: one_line(&argv.join(" ")),
            expected: "exit status 0".into(),
            times: repeat,
            ..Exercised::default()
        };
        for time in 0..repeat {
            if self.over() {
                exercised.otherwise.get_or_insert_with(|| "it had ended, or its time was up".into());
                break;
            }
            let id = format!("req-{}", random_hex::<12>());
            if argv.iter().any(|text| placeholders(text).any(|one| one == Placeholder::RequestId)) {
                self.running.sent(&id, &exercised.step);
            }
            let argv = argv.iter().map(|text| self.values.fill(text, &id));
            let root = &self.ctx.workspace.root;
            let command = Command::new(argv, root, self.at_most(timeout)).merged();
            let log = self.ctx.log(&format!("service-{}-step-{}-{}", self.service.name, index + 1, time + 1));
            let run = self.ctx.processes.run(&command, &log, self.ctx.staging, &mut |_, _| {});
            match run.ended {
                Ended::Exited { status: 0 } => exercised.as_expected += 1,
                ended => {
                    let last = run.tail.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
                    let told = format!("{}: {}", ended.told(), one_line(last));
                    exercised.otherwise.get_or_insert(told.trim_end_matches([':', ' ']).to_owned());
                }
            }
        }
        exercised
    }

    fn over(&self) -> bool {
        self.running.ended() || self.running.interrupted() || Instant::now() >= self.deadline
    }

    fn at_most(&self, timeout: Duration) -> Duration {
        timeout.min(self.deadline.saturating_duration_since(Instant::now())).max(Duration::from_millis(1))
    }
}

/// Nanoseconds since 1970, as spans have them.
#[expect(
    clippy::disallowed_methods,
    reason = "spans of the service are told apart by the machine's own clock"
)]
fn now() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

fn as_expected(request: &Request, status: u16) -> bool {
    match request.status.as_slice() {
        [] => (200..300).contains(&status),
        statuses => statuses.contains(&status),
    }
}

/// Such as `answered 422: {"code":…}`.
fn told(answer: &Answer) -> String {
    let body = one_line(&String::from_utf8_lossy(&answer.body));
    let body: String = body.chars().take(SHOWN).collect();
    match body.trim() {
        "" => format!("answered {}", answer.status),
        body => format!("answered {}: {body}", answer.status),
    }
}
