//! Runs one service: starts it, waits until it is ready, reads its metrics, asks it, waits for what it has
//! to show, reads its metrics again, and ends it.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::client::Client;
use super::exercise::{Done, Exercise};
use super::exposition::Exposition;
use super::receiver::Receiver;
use super::running::Running;
use super::secrets::Searcher;
use super::values::Values;
use super::{metrics, ready, traces};
use crate::evidence::services::{Leak, MetricFacts, Readiness, Scrape, ServiceFacts, Sought, TraceFacts};
use crate::evidence::{Ended, Run};
use crate::gather::Context;
use crate::process::{Command, Stop};
use crate::settings::services::{LogSource, Metrics, Service, Wanted};

/// How often a service is started anew because a program of somebody else took its port in between.
const TRIES: u32 = 3;
/// The longest reading of metrics, in bytes.
const METRICS_LIMIT: u64 = 64 * 1024 * 1024;
/// How much of the last reading is kept, in bytes.
const METRICS_KEPT: usize = 1024 * 1024;
/// How often it is looked whether everything is there.
const POLL: Duration = Duration::from_millis(100);
/// Where the log of a service stops, in bytes.
const LOG_LIMIT: u64 = 64 * 1024 * 1024;
/// How long ports may take to be free after the end.
const PORTS: Duration = Duration::from_secs(2);
/// What a scraper of Prometheus sends, without the formats that are not text.
const ACCEPT: &str =
    "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";

/// Runs a service, once more if one of its ports was taken before it could take it itself.
pub(super) fn run(ctx: &Context<'_>, service: &Service, executable: &Path) -> ServiceFacts {
    let mut restarts = 0;
    loop {
        let (mut facts, values) = once(ctx, service, executable);
        facts.restarts = restarts;
        let ended = facts.run.as_ref().is_some_and(|run| matches!(run.ended, Ended::Exited { .. }));
        let lost_port = ended && values.is_some_and(|values| !values.taken().is_empty());
        if !lost_port || restarts + 1 == TRIES || ctx.processes.interrupted() {
            return facts;
        }
        restarts += 1;
    }
}

/// Facts about a service of which nothing is known.
pub(super) fn blank(service: &Service) -> ServiceFacts {
    let not = |reason: &str| reason.to_owned();
    ServiceFacts {
        name: service.name.clone(),
        package: service.package.clone(),
        binary: service.binary.clone().unwrap_or_default(),
        metrics: match &service.metrics {
            Wanted::Yes(_) => Sought::NotReached,
            Wanted::NotApplicable(reason) => Sought::NotApplicable { reason: not(reason) },
        },
        logs: match &service.logs {
            Wanted::Yes(_) => Sought::NotReached,
            Wanted::NotApplicable(reason) => Sought::NotApplicable { reason: not(reason) },
        },
        traces: match &service.traces {
            Some(_) => Sought::NotReached,
            None => Sought::NotApplicable { reason: "none were asked for".into() },
        },
        ..ServiceFacts::default()
    }
}

fn once(ctx: &Context<'_>, service: &Service, executable: &Path) -> (ServiceFacts, Option<Values>) {
    let mut facts = blank(service);
    let folder = ctx.staging.join("logs").join(format!("service-{}-files", service.name));
    let prepared = std::fs::create_dir_all(&folder)
        .map_err(|error| format!("cannot make the folder {}: {error}", folder.display()))
        .and_then(|()| Values::new(service, &folder));
    let values = match prepared {
        Ok(values) => values,
        Err(problem) => {
            facts.problem = Some(problem);
            let _ = std::fs::remove_dir_all(&folder);
            return (facts, None);
        }
    };
    let searcher = Searcher::new(&values.secrets(service));
    let observed =
        Session { ctx, service, values: &values, searcher: &searcher }.carry_out(executable, &mut facts);
    if let Err(problem) = observed {
        facts.problem = Some(problem);
    }
    facts.ports_still_taken = still_taken(&values);
    keep(service, &values, ctx.staging);
    let _ = std::fs::remove_dir_all(&folder);
    (facts, Some(values))
}

/// Those of its ports that are not free soon.
fn still_taken(values: &Values) -> Vec<String> {
    let begun = Instant::now();
    loop {
        let taken = values.taken();
        if taken.is_empty() || begun.elapsed() >= PORTS {
            return taken;
        }
        std::thread::sleep(POLL);
    }
}

/// Keeps its log file beside the other logs.
fn keep(service: &Service, values: &Values, staging: &Path) {
    if let Some(file) = log_file(service, values, Path::new(".")) {
        let kept = staging.join("logs").join(format!("service-{}-file.log", service.name));
        let small = std::fs::metadata(&file).is_ok_and(|data| data.is_file() && data.len() <= LOG_LIMIT);
        if small {
            let _ = std::fs::copy(&file, &kept);
        }
    }
}

fn log_file(service: &Service, values: &Values, directory: &Path) -> Option<PathBuf> {
    match &service.logs {
        Wanted::Yes(logs) => match &logs.from {
            LogSource::File(file) => Some(directory.join(values.fill(file, ""))),
            LogSource::Stdout | LogSource::Stderr | LogSource::Both => None,
        },
        Wanted::NotApplicable(_) => None,
    }
}

struct Session<'a> {
    ctx: &'a Context<'a>,
    service: &'a Service,
    values: &'a Values,
    searcher: &'a Searcher,
}

impl Session<'_> {
    /// Runs the service from its start to its end.
    ///
    /// # Errors
    /// In one line, why it was not started.
    fn carry_out(&self, executable: &Path, facts: &mut ServiceFacts) -> Result<(), String> {
        let spans: Arc<Mutex<Vec<Leak>>> = Arc::default();
        let receiver = match &self.service.traces {
            Some(_) => Some(self.receiver(&spans)?),
            None => None,
        };
        let directory = self.ctx.workspace.root.join(&self.service.directory);
        let command = self.command(executable, &directory, receiver.as_ref());
        let file = log_file(self.service, self.values, &directory);
        if let Some(file) = &file {
            // What stands there already is not this run's.
            let _ = std::fs::remove_file(file);
        }
        let running = Running::new(self.ctx.processes, self.service, self.searcher, file);
        let stop = Stop::with_grace(self.service.grace);
        let log = self.ctx.log(&format!("service-{}", self.service.name));
        let (run, seen) = std::thread::scope(|scope| {
            let serving = scope.spawn(|| {
                let serve = &mut |stream, chunk: &[u8]| running.take(stream, chunk);
                let run = self.ctx.processes.serve(&command, &log, self.ctx.staging, &stop, serve);
                running.end();
                run
            });
            let seen = self.observe(&running, receiver.as_ref(), facts);
            stop.raise();
            // A thread that panicked has proven nothing: the run counts as not started.
            (serving.join().ok(), seen)
        });
        let run = run.ok_or("the reader of its output failed")?;
        let (logs, leaks) = running.finish();
        facts.leaks.extend(leaks);
        if let Ended::NotStarted { reason } = &run.ended {
            return Err(reason.clone());
        }
        self.settle_traces(receiver, &seen, facts);
        facts.leaks.extend(std::mem::take(&mut *spans.lock().unwrap_or_else(PoisonError::into_inner)));
        if let (Some(logs), Readiness::Ready { .. }) = (logs, &facts.ready) {
            facts.logs = Sought::Found(logs);
        }
        facts.leaks.sort();
        // As the settings have it: no port of this run, no folder of this machine, no secret.
        let mut run = Run { command: shown(executable, &self.service.args), ..run };
        run.tail = self.hidden(&run.tail);
        for otherwise in facts.exercise.iter_mut().filter_map(|step| step.otherwise.as_mut()) {
            *otherwise = self.hidden(otherwise);
        }
        facts.run = Some(run);
        Ok(())
    }

    /// A text for the reports, without the lines that hold a secret.
    fn hidden(&self, text: &str) -> String {
        let line = |line| match self.searcher.first(str::as_bytes(line)) {
            Some(secret) => format!("(a line that holds {secret} was left out)"),
            None => line.to_owned(),
        };
        let text = text.lines().map(line).collect::<Vec<_>>().join("\n");
        match self.searcher.first(text.as_bytes()) {
            Some(secret) => format!("(left out: {secret} stands in it over several lines)"),
            None => text,
        }
    }

    fn receiver(&self, spans: &Arc<Mutex<Vec<Leak>>>) -> Result<Receiver, String> {
        let (searcher, spans) = (self.searcher.clone(), Arc::clone(spans));
        let on_body = Box::new(move |body: &[u8]| {
            let found = searcher.search("spans", body);
            let mut spans = spans.lock().unwrap_or_else(PoisonError::into_inner);
            merge(&mut spans, found);
        });
        Receiver::start(on_body).map_err(|error| format!("the receiver of spans cannot listen: {error}"))
    }

    fn command(&self, executable: &Path, directory: &Path, receiver: Option<&Receiver>) -> Command {
        let mut argv = vec![executable.as_os_str().to_owned()];
        argv.extend(self.service.args.iter().map(|text| self.values.fill(text, "").into()));
        let mut command = Command::new(argv, directory, self.service.timeout);
        command.log_limit = LOG_LIMIT;
        // What the machine says of telemetry is not the service's.
        let inherited = self.ctx.processes.variables().filter(|(name, _)| name.starts_with("OTEL_"));
        command.env.extend(inherited.map(|(name, _)| (name.into(), None)));
        for (name, value) in receiver.iter().flat_map(|receiver| receiver.environment()) {
            command = command.env(name, value);
        }
        if receiver.is_some() {
            // Some exporters would send to loopback through the machine's proxy.
            command = command.env("NO_PROXY", "127.0.0.1").env("no_proxy", "127.0.0.1");
        }
        for (name, value) in &self.service.environment {
            command = command.env(name, self.values.fill(value, ""));
        }
        command
    }

    /// Asks the service and reads its metrics, while it runs.
    fn observe(&self, running: &Running<'_>, receiver: Option<&Receiver>, facts: &mut ServiceFacts) -> Done {
        let client = Client::new();
        let deadline = Instant::now() + self.service.timeout;
        facts.ready = ready::wait(&self.service.ready, self.values, running, &client);
        let Readiness::Ready { .. } = facts.ready else { return Done::default() };
        let before = self.scrape(&client, Some(&mut facts.leaks));
        let exercise = Exercise {
            ctx: self.ctx,
            service: self.service,
            values: self.values,
            running,
            client: &client,
            deadline,
        };
        let done = exercise.carry_out();
        let begun = Instant::now();
        loop {
            let after = self.scrape(&client, None);
            let settled = self.metrics_settled(before.as_ref(), after.as_ref())
                && running.logs_settled()
                && self.traces_settled(receiver, &done);
            let over = begun.elapsed() >= self.service.settle
                || Instant::now() >= deadline
                || running.ended()
                || running.interrupted();
            if settled || over {
                break;
            }
            std::thread::sleep(POLL);
        }
        let after = self.scrape(&client, Some(&mut facts.leaks));
        if let (Wanted::Yes(wanted), Some(before), Some(after)) = (&self.service.metrics, before, after) {
            facts.metrics = Sought::Found(metric_facts(wanted, before, after));
        }
        facts.exercise.clone_from(&done.steps);
        done
    }

    /// Reads the metrics once; `None` if they are not wanted. Secrets are searched for if `leaks` is given.
    fn scrape(&self, client: &Client, leaks: Option<&mut Vec<Leak>>) -> Option<(Scrape, Option<Exposition>)> {
        let Wanted::Yes(metrics) = &self.service.metrics else { return None };
        let url = self.values.url(&metrics.port, &metrics.path);
        let headers = [("accept", ACCEPT), ("accept-encoding", "gzip")];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let failed = |problem: String| (Scrape { problem: Some(problem), ..Scrape::default() }, None);
        Some(match client.send("GET", &url, &headers, None, metrics.timeout, METRICS_LIMIT) {
            Err(problem) => failed(problem),
            Ok(answer) if answer.truncated => failed(format!("it answered more than {METRICS_LIMIT} bytes")),
            Ok(answer) if answer.status != 200 => failed(format!("it answered {}, not 200", answer.status)),
            Ok(answer) => {
                if let Some(leaks) = leaks {
                    merge(leaks, self.searcher.search("metrics", &answer.body));
                    self.keep(&answer.body);
                }
                metrics::scrape(&answer.body, &answer.content_type)
            }
        })
    }

    /// Keeps the last reading of the metrics beside the logs: for whoever looks for a name in it.
    fn keep(&self, body: &[u8]) {
        let path = self.ctx.log(&format!("service-{}-metrics", self.service.name));
        let kept = body.get(..body.len().min(METRICS_KEPT)).unwrap_or(body);
        // Nothing is judged by it.
        let _ = std::fs::write(path, kept);
    }

    fn metrics_settled(
        &self,
        before: Option<&(Scrape, Option<Exposition>)>,
        after: Option<&(Scrape, Option<Exposition>)>,
    ) -> bool {
        let Wanted::Yes(wanted) = &self.service.metrics else { return true };
        let exposition =
            |scrape: Option<&'_ (Scrape, Option<Exposition>)>| scrape.and_then(|(_, read)| read.clone());
        metrics::settled(&wanted.families, exposition(before).as_ref(), exposition(after).as_ref())
    }

    fn traces_settled(&self, receiver: Option<&Receiver>, done: &Done) -> bool {
        match (&self.service.traces, receiver) {
            (Some(wanted), Some(receiver)) => {
                receiver.received(|received| traces::settled(wanted, received, &done.traces))
            }
            _ => true,
        }
    }

    fn settle_traces(&self, receiver: Option<Receiver>, done: &Done, facts: &mut ServiceFacts) {
        if let (Some(wanted), Some(receiver)) = (&self.service.traces, receiver) {
            let received = receiver.finish();
            if let Readiness::Ready { .. } = facts.ready {
                let found: TraceFacts = traces::facts(wanted, &received, &done.traces);
                facts.traces = Sought::Found(found);
            }
        }
    }
}

fn metric_facts(
    wanted: &Metrics,
    (before, read_before): (Scrape, Option<Exposition>),
    (after, read_after): (Scrape, Option<Exposition>),
) -> MetricFacts {
    let look = |family| metrics::look_for(family, read_before.as_ref(), read_after.as_ref());
    MetricFacts {
        path: wanted.path.clone(),
        wanted: wanted.families.iter().map(look).collect(),
        max_series: wanted.max_series,
        before,
        after,
    }
}

/// Adds leaks to those that are known, each secret, form and place once.
fn merge(known: &mut Vec<Leak>, found: Vec<Leak>) {
    for leak in found {
        let same =
            |one: &&mut Leak| (&one.secret, &one.form, &one.place) == (&leak.secret, &leak.form, &leak.place);
        match known.iter_mut().find(same) {
            Some(one) => one.times = one.times.saturating_add(leak.times),
            None => known.push(leak),
        }
    }
}

/// The binary's name and its arguments, with their placeholders.
fn shown(executable: &Path, args: &[String]) -> Vec<String> {
    let name = executable.file_name().unwrap_or_default().to_string_lossy().into_owned();
    std::iter::once(name).chain(args.iter().cloned()).collect()
}
