//! Readings of a service's metrics: three before the exercise, one after it, and those between while it is waited
//! for what must increase.

use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::client::Client;
use super::exposition::Exposition;
use super::metrics::{self, look_for};
use super::running::Running;
use super::secrets::{Searcher, merge};
use super::values::Values;
use crate::evidence::services::{Leak, MetricFacts, Scrape};
use crate::settings::services::Metrics;

/// The longest reading, in bytes.
const LIMIT: u64 = 64 * 1024 * 1024;
/// How much of the last reading is kept beside the logs, in bytes.
const KEPT: usize = 1024 * 1024;
/// How often it is looked whether somebody listens.
const POLL: Duration = Duration::from_millis(20);
/// What a scraper of Prometheus sends, without the formats that are not text.
const ACCEPT: &str =
    "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";

type Reading = (Scrape, Option<Exposition>);

/// The readings of one service.
pub(super) struct Readings<'a> {
    wanted: &'a Metrics,
    port: u16,
    url: String,
    client: &'a Client,
    searcher: &'a Searcher,
    /// Where the last one is kept.
    log: PathBuf,
    earlier: [Option<Exposition>; 2],
    before: Reading,
    /// How many followed.
    since: u32,
    leaks: Vec<Leak>,
}

impl<'a> Readings<'a> {
    /// Nothing is read yet.
    pub(super) fn new(
        wanted: &'a Metrics,
        values: &Values,
        client: &'a Client,
        searcher: &'a Searcher,
        log: PathBuf,
    ) -> Self {
        Readings {
            wanted,
            port: values.port(&wanted.port),
            url: values.url(&wanted.port, &wanted.path),
            client,
            searcher,
            log,
            earlier: [None, None],
            before: Reading::default(),
            since: 0,
            leaks: Vec::new(),
        }
    }

    /// Waits until something listens where the metrics are, for so long; what is wrong is for the reading to say.
    pub(super) fn wait_for_listener(&self, within: Duration, running: &Running<'_>) {
        let (begun, address) = (Instant::now(), SocketAddr::from((Ipv4Addr::LOCALHOST, self.port)));
        while TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_err() {
            if begun.elapsed() >= within || running.ended() || running.interrupted() {
                return;
            }
            std::thread::sleep(POLL);
        }
    }

    /// Takes the readings before the exercise.
    pub(super) fn before(&mut self) {
        let first = self.read();
        self.earlier = match first.1 {
            Some(first) => [Some(first), self.read().1],
            // It cannot be read: once more is enough.
            None => [None, None],
        };
        self.before = self.read();
    }

    /// Reads once more, and tells whether all that is asked for is there.
    pub(super) fn settled(&mut self) -> bool {
        let (_, after) = self.read();
        self.since += 1;
        metrics::settled(&self.wanted.families, &self.all(after.as_ref()))
    }

    /// Takes the last reading, and gives what all of them show.
    pub(super) fn after(mut self) -> (MetricFacts, Vec<Leak>) {
        let (after, read) = self.read();
        self.since += 1;
        let readings = self.all(read.as_ref());
        let facts = MetricFacts {
            path: self.wanted.path.clone(),
            wanted: self.wanted.families.iter().map(|family| look_for(family, &readings)).collect(),
            max_series: self.wanted.max_series,
            before: self.before.0.clone(),
            after,
        };
        (facts, self.leaks)
    }

    fn all<'r>(&'r self, after: Option<&'r Exposition>) -> metrics::Readings<'r> {
        let [first, second] = &self.earlier;
        let earlier = [first.as_ref(), second.as_ref()];
        metrics::Readings { earlier, before: self.before.1.as_ref(), after, since: self.since }
    }

    fn read(&mut self) -> Reading {
        let headers = [("accept", ACCEPT), ("accept-encoding", "gzip")];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let failed = |problem: String| (Scrape { problem: Some(problem), ..Scrape::default() }, None);
        match self.client.send("GET", &self.url, &headers, None, self.wanted.timeout, LIMIT) {
            Err(problem) => failed(problem),
            Ok(answer) if answer.truncated => failed(format!("it answered more than {LIMIT} bytes")),
            Ok(answer) if answer.status != 200 => failed(format!("it answered {}, not 200", answer.status)),
            Ok(answer) => {
                merge(&mut self.leaks, self.searcher.search("metrics", &answer.body));
                let kept = answer.body.get(..answer.body.len().min(KEPT)).unwrap_or(&answer.body);
                // Nothing is judged by it: it is for whoever looks for a name in it.
                let _ = std::fs::write(&self.log, kept);
                metrics::scrape(&answer.body, &answer.content_type)
            }
        }
    }
}
