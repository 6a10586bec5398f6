//! Runs one service: starts it, waits until it is ready, reads its metrics, asks it, waits for what it has
//! to show, reads its metrics again, and ends it.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use super::client::Client;
use super::exercise::{Done, Exercise};
use super::readings::Readings;
use super::receiver::Receiver;
use super::running::Running;
use super::secrets::{Searcher, merge};
use super::values::Values;
use super::{ready, traces};
use crate::diagnostics::one_line;
use crate::evidence::services::{Leak, Readiness, ServiceFacts, Sought};
use crate::evidence::{Ended, Run};
use crate::gather::Context;
use crate::process::{Command, Stop};
use crate::settings::services::{LogSource, Logs, Service, Wanted};

/// How often a service is started anew because a program of somebody else took its port in between.
const TRIES: u32 = 3;
/// How often it is looked whether everything is there.
const POLL: Duration = Duration::from_millis(100);
/// Where the log of a service stops, in bytes.
const LOG_LIMIT: u64 = 64 * 1024 * 1024;
/// How long ports may take to be free after the end.
const PORTS: Duration = Duration::from_secs(2);

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
    ServiceFacts {
        name: service.name.clone(),
        package: service.package.clone(),
        binary: service.binary.clone().unwrap_or_default(),
        metrics: not_reached(&service.metrics),
        logs: not_reached(&service.logs),
        traces: match &service.traces {
            Some(_) => Sought::NotReached,
            None => Sought::NotApplicable { reason: "none were asked for".into() },
        },
        ..ServiceFacts::default()
    }
}

fn not_reached<W, F>(wanted: &Wanted<W>) -> Sought<F> {
    match wanted {
        Wanted::Yes(_) => Sought::NotReached,
        Wanted::NotApplicable(reason) => Sought::NotApplicable { reason: reason.clone() },
    }
}

fn once(ctx: &Context<'_>, service: &Service, executable: &Path) -> (ServiceFacts, Option<Values>) {
    let mut facts = blank(service);
    let folder = ctx.staging.join("logs").join(format!("service-{}-files", service.name));
    let prepared = prepare(service, &folder);
    let (values, searcher, spans) = match prepared {
        Ok(prepared) => prepared,
        Err(problem) => {
            facts.problem = Some(problem);
            let _ = std::fs::remove_dir_all(&folder);
            return (facts, None);
        }
    };
    let session = Session { ctx, service, values: &values, searcher: &searcher };
    if let Err(problem) = session.carry_out(executable, spans, &mut facts) {
        facts.problem = Some(problem);
    }
    facts.ports_still_taken = still_taken(&values);
    session.keep();
    let _ = std::fs::remove_dir_all(&folder);
    (facts, Some(values))
}

/// What must be there before the service is: its folder, its ports and secrets, and the receiver of its spans.
///
/// # Errors
/// In one line, what is not to be had.
fn prepare(service: &Service, folder: &Path) -> Result<(Values, Searcher, Spans), String> {
    std::fs::create_dir_all(folder)
        .map_err(|error| format!("cannot make the folder {}: {error}", folder.display()))?;
    let searcher: Arc<OnceLock<Searcher>> = Arc::default();
    let leaks: Arc<Mutex<Vec<Leak>>> = Arc::default();
    let (search, found) = (Arc::clone(&searcher), Arc::clone(&leaks));
    let on_body = Box::new(move |body: &[u8]| {
        if let Some(searcher) = search.get() {
            merge(&mut lock(&found), searcher.search("spans", body));
        }
    });
    let receiver = Receiver::start(on_body)
        .map_err(|error| format!("the receiver of spans cannot listen on 127.0.0.1: {error}"))?;
    let values = Values::new(service, folder, receiver.endpoint())?;
    // Nothing can come before the service is started.
    let searcher = searcher.get_or_init(|| Searcher::new(&values.secrets(service))).clone();
    Ok((values, searcher, Spans { receiver, leaks }))
}

/// Where spans come to, and the secrets that came with them. It is there whether or not spans are asked for: what
/// exports them must not fail for want of a collector, or reach one of this machine's.
struct Spans {
    receiver: Receiver,
    leaks: Arc<Mutex<Vec<Leak>>>,
}

fn lock(leaks: &Mutex<Vec<Leak>>) -> MutexGuard<'_, Vec<Leak>> {
    leaks.lock().unwrap_or_else(PoisonError::into_inner)
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
    fn carry_out(&self, executable: &Path, spans: Spans, facts: &mut ServiceFacts) -> Result<(), String> {
        let command = self.command(executable, &spans.receiver);
        let file = self.log_file();
        let running = Running::new(self.ctx.processes, self.service, self.searcher, file);
        let stop = Stop::with_grace(self.service.grace);
        let log = self.ctx.log(&format!("service-{}", self.service.name));
        let (run, done) = std::thread::scope(|scope| {
            let serving = scope.spawn(|| {
                let serve = &mut |stream, chunk: &[u8]| running.take(stream, chunk);
                let run = self.ctx.processes.serve(&command, &log, self.ctx.staging, &stop, serve);
                running.end();
                run
            });
            let done = self.observe(&running, &spans.receiver, facts);
            stop.raise();
            // A thread that panicked has proven nothing: the run counts as not started.
            (serving.join().ok(), done)
        });
        let run = run.ok_or("the reader of its output failed")?;
        if let Ended::NotStarted { reason } = &run.ended {
            return Err(reason.clone());
        }
        self.conclude(running, run, &done, spans, facts);
        // As the settings have it: no port of this run, no folder of this machine, no secret.
        if let Some(run) = &mut facts.run {
            run.command = shown(executable, &self.service.args);
        }
        Ok(())
    }

    /// What there is to say once it has ended: spans and lines that it kept for its end are there by now.
    fn conclude(&self, running: Running<'_>, run: Run, done: &Done, spans: Spans, facts: &mut ServiceFacts) {
        let ready = matches!(facts.ready, Readiness::Ready { .. });
        let emitted = running.finish();
        facts.leaks.extend(emitted.leaks);
        facts.panicked = emitted.panicked.map(|line| self.hidden(&line));
        let Spans { receiver, leaks } = spans;
        let received = receiver.finish();
        facts.leaks.append(&mut lock(&leaks));
        facts.leaks.sort();
        if let (Some(wanted), true) = (&self.service.traces, ready) {
            facts.traces = Sought::Found(traces::facts(wanted, &received, &done.sent));
        }
        if let (Some(mut logs), true) = (emitted.logs, ready) {
            if let (Some(problem), files) = (&mut logs.problem, self.values.files())
                && !files.is_empty()
            {
                problem.extend(["; in its folder are ", &one_line(&files.join(", "))]);
            }
            facts.logs = Sought::Found(logs);
        }
        for otherwise in facts.exercise.iter_mut().filter_map(|step| step.otherwise.as_mut()) {
            *otherwise = self.hidden(otherwise);
        }
        facts.run = Some(Run { tail: self.hidden(&run.tail), ..run });
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

    fn directory(&self) -> PathBuf {
        self.ctx.workspace.root.join(&self.service.directory)
    }

    fn log_file(&self) -> Option<PathBuf> {
        match &self.service.logs {
            Wanted::Yes(Logs { from: LogSource::File(file), .. }) => {
                Some(self.directory().join(self.values.fill(file, "")))
            }
            _ => None,
        }
    }

    /// Keeps its log file beside the other logs.
    fn keep(&self) {
        let Some(file) = self.log_file() else { return };
        let kept = self.ctx.log(&format!("service-{}-file", self.service.name));
        if std::fs::metadata(&file).is_ok_and(|data| data.is_file() && data.len() <= LOG_LIMIT) {
            // Nothing is judged by it.
            let _ = std::fs::copy(&file, kept);
        }
    }

    fn command(&self, executable: &Path, receiver: &Receiver) -> Command {
        let mut argv = vec![executable.as_os_str().to_owned()];
        argv.extend(self.service.args.iter().map(|text| self.values.fill(text, "").into()));
        let mut command = Command::new(argv, &self.directory(), self.service.timeout);
        command.log_limit = LOG_LIMIT;
        // What the machine says of telemetry and logging is not the service's.
        let inherited = self.ctx.processes.variables();
        let inherited = inherited.filter(|(name, _)| name.starts_with("OTEL_") || *name == "RUST_LOG");
        command.env.extend(inherited.map(|(name, _)| (name.into(), None)));
        let asked = self.service.traces.is_some();
        for (name, value) in receiver.environment() {
            // That a service exports at all is its own affair unless spans are asked for; where to is not.
            if asked || name != "OTEL_TRACES_EXPORTER" {
                command = command.env(name, value);
            }
        }
        for name in ["NO_PROXY", "no_proxy"] {
            // Some exporters would send to loopback through the machine's proxy.
            let others = self.ctx.processes.var(name).map(|others| format!(",{others}")).unwrap_or_default();
            command = command.env(name, format!("127.0.0.1{others}"));
        }
        for (name, value) in &self.service.environment {
            command = command.env(name, self.values.fill(value, ""));
        }
        command
    }

    /// Asks the service and reads its metrics, while it runs.
    fn observe(&self, running: &Running<'_>, receiver: &Receiver, facts: &mut ServiceFacts) -> Done {
        let client = Client::new();
        let (service, values) = (self.service, self.values);
        let deadline = Instant::now() + service.timeout;
        facts.ready = ready::wait(&service.ready, values, running, &client);
        let Readiness::Ready { after_ms } = facts.ready else { return Done::default() };
        let log = self.ctx.log(&format!("service-{}-metrics", service.name));
        let mut readings = match &service.metrics {
            Wanted::Yes(wanted) => Some(Readings::new(wanted, values, &client, self.searcher, log)),
            Wanted::NotApplicable(_) => None,
        };
        if let Some(readings) = &mut readings {
            // A listener of its own may come later than the one that was looked at.
            let left = service.ready.within.saturating_sub(Duration::from_millis(after_ms));
            readings.wait_for_listener(left, running);
            readings.before();
        }
        let exercise = Exercise { ctx: self.ctx, service, values, running, client: &client, deadline };
        let done = exercise.carry_out();
        let begun = Instant::now();
        loop {
            let settled = readings.as_mut().is_none_or(Readings::settled)
                && running.logs_settled()
                && self.traces_settled(receiver, &done);
            let over = begun.elapsed() >= service.settle
                || Instant::now() >= deadline
                || running.ended()
                || running.interrupted();
            if settled || over {
                break;
            }
            std::thread::sleep(POLL);
        }
        if let Some(readings) = readings {
            let (metrics, leaks) = readings.after();
            facts.metrics = Sought::Found(metrics);
            merge(&mut facts.leaks, leaks);
        }
        facts.exercise.clone_from(&done.steps);
        done
    }

    fn traces_settled(&self, receiver: &Receiver, done: &Done) -> bool {
        let settled = |wanted| receiver.received(|received| traces::settled(wanted, received, &done.sent));
        self.service.traces.as_ref().is_none_or(settled)
    }
}

/// The binary's name and its arguments, with their placeholders.
fn shown(executable: &Path, args: &[String]) -> Vec<String> {
    let name = executable.file_name().unwrap_or_default().to_string_lossy().into_owned();
    std::iter::once(name).chain(args.iter().cloned()).collect()
}
