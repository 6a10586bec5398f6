//! Waits until a service is ready.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use super::client::Client;
use super::running::Running;
use super::values::Values;
use crate::evidence::services::Readiness;
use crate::settings::services::{Ready, Sign};

/// How long a single look may take.
const LOOK: Duration = Duration::from_secs(2);
/// How long to wait between two looks: short at first, since most services are ready at once.
const FIRST_WAIT: Duration = Duration::from_millis(10);
const LONGEST_WAIT: Duration = Duration::from_millis(200);

/// Waits until the service is ready, has ended, or its time is up.
pub(super) fn wait(ready: &Ready, values: &Values, running: &Running<'_>, client: &Client) -> Readiness {
    let begun = Instant::now();
    let mut pause = FIRST_WAIT;
    loop {
        let left = ready.within.saturating_sub(begun.elapsed());
        let looked = look(&ready.sign, values, running, client, left.clamp(FIRST_WAIT, LOOK));
        // Whoever answered, the service is not it if it has ended.
        if running.ended() {
            return Readiness::Ended;
        }
        let last = match looked {
            Ok(()) => return Readiness::Ready { after_ms: millis(begun.elapsed()) },
            Err(last) => last,
        };
        if begun.elapsed() >= ready.within || running.interrupted() {
            return Readiness::TooLate { after_ms: millis(ready.within), last };
        }
        std::thread::sleep(pause.min(ready.within.saturating_sub(begun.elapsed())));
        pause = (pause * 2).min(LONGEST_WAIT);
    }
}

/// Looks once.
///
/// # Errors
/// What was waited for, and what was seen instead.
fn look(
    sign: &Sign,
    values: &Values,
    running: &Running<'_>,
    client: &Client,
    within: Duration,
) -> Result<(), String> {
    match sign {
        Sign::Http { path, port, status } => {
            let number = values.port(port);
            let what = format!("GET {path} on port {number}");
            match client.send("GET", &values.url(port, path), &[], None, within, 1024) {
                Ok(answer) if answer.status == *status => Ok(()),
                Ok(answer) => Err(format!("{what} was answered {}, not {status}", answer.status)),
                Err(problem) => Err(format!("{what}: {problem}{}", elsewhere(number, port))),
            }
        }
        Sign::Tcp { port } => {
            let number = values.port(port);
            let address = SocketAddr::from((Ipv4Addr::LOCALHOST, number));
            let connected = TcpStream::connect_timeout(&address, within);
            connected
                .map(|_| ())
                .map_err(|error| format!("port {number} of 127.0.0.1: {error}{}", elsewhere(number, port)))
        }
        Sign::Log(_) if running.said() => Ok(()),
        Sign::Log(text) => Err(format!("no line of its output contains `{text}`")),
    }
}

/// Where a service may listen instead, if nothing does on 127.0.0.1.
fn elsewhere(number: u16, port: &str) -> String {
    let at = |address: SocketAddr| TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_ok();
    if at(SocketAddr::from((Ipv4Addr::LOCALHOST, number))) {
        return String::new();
    }
    if at(SocketAddr::from((Ipv6Addr::LOCALHOST, number))) {
        return "; it listens on [::1] alone: bind 127.0.0.1".into();
    }
    let name = if port.is_empty() { "{port}".to_owned() } else { format!("{{port:{port}}}") };
    format!("; it runs, so does it take its port from where {name} stands?")
}

/// Whole milliseconds.
pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
