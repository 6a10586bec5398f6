//! An OTLP/HTTP receiver (OTLP 1.x, "OTLP/HTTP") on loopback, to which a service that is looked at exports.
//!
//! Spans are kept as far as there is room, then counted. Metrics and logs are accepted and not looked at: a
//! service that pushes them must not fail for it. What cannot be read is refused as a collector would refuse
//! it, and kept with the reason.

mod http;
mod received;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, BufReader, Read};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use super::otlp::{self, Encoding};
use http::{Head, Problem, Request};
pub use received::Received;

/// The longest body of a request, in bytes.
const BODY_LIMIT: usize = 16 << 20;

/// The most connections at one time. Each may hold a body; an exporter has one.
const CONNECTIONS: usize = 32;

/// The path for spans.
const TRACES: &str = "/v1/traces";

/// Called with every body that comes, whatever it is.
pub type OnBody = Box<dyn Fn(&[u8]) + Send + Sync>;

/// A receiver that runs until it is finished or dropped.
pub struct Receiver {
    address: SocketAddr,
    shared: Arc<Shared>,
    acceptor: Option<JoinHandle<()>>,
}

/// What the threads share.
struct Shared {
    stopping: AtomicBool,
    received: Mutex<Received>,
    /// The open connections, by number.
    open: Mutex<BTreeMap<u64, TcpStream>>,
    on_body: OnBody,
}

impl Receiver {
    /// Starts one on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// If no port can be listened at.
    pub fn start(on_body: OnBody) -> io::Result<Receiver> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            stopping: AtomicBool::new(false),
            received: Mutex::default(),
            open: Mutex::default(),
            on_body,
        });
        let inside = Arc::clone(&shared);
        let acceptor = Builder::new().name("otlp".into()).spawn(move || accept(&listener, &inside))?;
        Ok(Receiver { address, shared, acceptor: Some(acceptor) })
    }

    /// Such as `http://127.0.0.1:4318`.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What tells an OpenTelemetry SDK to export here, soon, and in a form that is understood (OpenTelemetry
    /// specification, "Environment Variable Specification" and "OpenTelemetry Protocol Exporter").
    ///
    /// The service must be started without any inherited variable whose name begins with `OTEL_`: those
    /// belong to the machine, and rename, sample, pack or redirect its spans. Nothing else is set:
    /// - not `OTEL_TRACES_SAMPLER`: the default, `parentbased_always_on`, keeps what was sent with a sampled
    ///   `traceparent` and whatever has no parent. A service that samples less by its own code is judged
    ///   with that code.
    /// - not `OTEL_METRICS_EXPORTER` and `OTEL_LOGS_EXPORTER`: they choose how a service gives its metrics
    ///   and logs, which is looked at as it is.
    /// - not `OTEL_EXPORTER_OTLP_COMPRESSION`: none is the default, and `none` is a value that the
    ///   specification does not have; the Rust exporter failed for it until 0.33.
    pub fn environment(&self) -> Vec<(String, String)> {
        let endpoint = self.endpoint();
        [
            ("OTEL_TRACES_EXPORTER", "otlp".to_owned()),
            ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", format!("{endpoint}{TRACES}")),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf".to_owned()),
            // Milliseconds; the default of 5 s would have to be waited for.
            ("OTEL_BSP_SCHEDULE_DELAY", "200".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec()
    }

    /// Looks at what has come so far. Nothing can come while `look` looks.
    pub fn received<T>(&self, look: impl FnOnce(&Received) -> T) -> T {
        look(&lock(&self.shared.received))
    }

    /// Ends all connections, frees the port, and gives what has come.
    pub fn finish(mut self) -> Received {
        self.stop();
        std::mem::take(&mut lock(&self.shared.received))
    }

    fn stop(&mut self) {
        let Some(acceptor) = self.acceptor.take() else { return };
        self.shared.stopping.store(true, Ordering::SeqCst);
        // The thread waits for a connection; this is one. Without it there is nothing that would wake it.
        for _ in 0..100 {
            if acceptor.is_finished()
                || TcpStream::connect_timeout(&self.address, Duration::from_secs(1)).is_ok()
            {
                // It has nothing to say, and it does not panic.
                drop(acceptor.join());
                return;
            }
        }
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.stop();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Serves each connection in a thread of its own, so that one that stalls holds up no other.
fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    let mut threads: Vec<JoinHandle<()>> = Vec::new();
    for number in 0.. {
        let accepted = listener.accept();
        if shared.stopping.load(Ordering::SeqCst) {
            break;
        }
        threads.retain(|thread| !thread.is_finished());
        let Ok((stream, _)) = accepted else {
            // Out of file descriptors, most likely: others have to end first.
            std::thread::sleep(Duration::from_millis(20));
            continue;
        };
        if threads.len() >= CONNECTIONS {
            lock(&shared.received).turn_away(&format!("a connection beyond {CONNECTIONS} at a time"));
            continue;
        }
        let Ok(copy) = stream.try_clone() else { continue };
        lock(&shared.open).insert(number, copy);
        let inside = Arc::clone(shared);
        let serve = move || {
            inside.serve(&stream);
            lock(&inside.open).remove(&number);
        };
        match Builder::new().name("otlp connection".into()).spawn(serve) {
            Ok(thread) => threads.push(thread),
            Err(_) => drop(lock(&shared.open).remove(&number)),
        }
    }
    for stream in lock(&shared.open).values() {
        // It fails for one that is closed already.
        drop(stream.shutdown(Shutdown::Both));
    }
    for thread in threads {
        drop(thread.join());
    }
}

/// What a request is answered with.
struct Answer {
    status: u16,
    /// For a person, in the exporter's log.
    why: String,
}

impl Shared {
    /// Serves a connection until it ends.
    fn serve(&self, stream: &TcpStream) {
        let (mut reader, mut writer) = (BufReader::new(stream), stream);
        // Whoever does not read its answer is not waited for.
        drop(stream.set_write_timeout(Some(Duration::from_secs(10))));
        while !self.stopping.load(Ordering::SeqCst) {
            let (head, answer) = match http::read(&mut reader, &mut writer, BODY_LIMIT) {
                Ok(request) => {
                    let answer = self.answer(&request);
                    (request.head, answer)
                }
                Err(Problem::Gone) => return,
                Err(Problem::Foreign(protocol)) => return lock(&self.received).turn_away(protocol),
                Err(Problem::Refused { status, why, head }) => {
                    let mut head = head.map(|head| *head).unwrap_or_default();
                    head.close = true;
                    let answer = self.refuse(status, why, &head);
                    (head, answer)
                }
            };
            let encoding = Encoding::of(&head.content_type).unwrap_or(Encoding::Protobuf);
            let body = body(encoding, &answer);
            let sent = http::answer(&mut writer, answer.status, encoding.content_type(), &body, head.close);
            if sent.is_err() {
                return;
            }
            if head.close {
                return linger(stream, &mut reader);
            }
        }
    }

    fn answer(&self, request: &Request) -> Answer {
        let Request { head, body } = request;
        let body = match unpacked(&head.content_encoding, body) {
            Ok(body) => body,
            Err((status, why)) => {
                (self.on_body)(body);
                return self.refuse(status, &why, head);
            }
        };
        if !body.is_empty() {
            (self.on_body)(&body);
        }
        match (head.path.as_str(), head.method.as_str()) {
            (TRACES, "POST") => self.spans(head, &body),
            ("/v1/metrics" | "/v1/logs", "POST") => Answer { status: 200, why: String::new() },
            (TRACES | "/v1/metrics" | "/v1/logs", _) => self.refuse(405, "it is not POST", head),
            _ => self.refuse(404, "there is nothing at that path", head),
        }
    }

    fn spans(&self, head: &Head, body: &[u8]) -> Answer {
        let refuse = |status, why: String| {
            lock(&self.received).malformed(&why);
            Answer { status, why }
        };
        match otlp::read(&head.content_type, body) {
            Ok(spans) => {
                lock(&self.received).spans(spans);
                Answer { status: 200, why: String::new() }
            }
            Err(why) if Encoding::of(&head.content_type).is_none() => refuse(415, why),
            Err(why) => refuse(400, why),
        }
    }

    /// Records a request that is refused: spans that are lost, or what was never one of spans.
    fn refuse(&self, status: u16, why: &str, head: &Head) -> Answer {
        let mut received = lock(&self.received);
        if head.path == TRACES && head.method == "POST" {
            received.malformed(why);
        } else if head.method.is_empty() {
            received.turn_away(&format!("what is no HTTP: {why}"));
        } else {
            received.turn_away(&format!("{} {}: {why}", head.method, head.path));
        }
        Answer { status, why: why.to_owned() }
    }
}

/// The body as it was before it was packed, which may be no longer than one that comes unpacked.
fn unpacked<'b>(encoding: &str, body: &'b [u8]) -> Result<Cow<'b, [u8]>, (u16, String)> {
    match encoding {
        "" | "identity" => Ok(Cow::Borrowed(body)),
        "gzip" => {
            let mut whole = Vec::new();
            let limit = BODY_LIMIT as u64 + 1;
            match flate2::read::MultiGzDecoder::new(body).take(limit).read_to_end(&mut whole) {
                Ok(length) if length > BODY_LIMIT => Err((413, "its body is too long".into())),
                Ok(_) => Ok(Cow::Owned(whole)),
                Err(error) => Err((400, format!("it is said to be packed with gzip, and is not: {error}"))),
            }
        }
        other => Err((415, format!("it is packed with {other}, which is not supported here"))),
    }
}

/// The body of an answer: an empty `ExportTraceServiceResponse` (as are those of metrics and logs), or a
/// `google.rpc.Status` with a message (OTLP 1.x, "Failures").
fn body(encoding: Encoding, answer: &Answer) -> Vec<u8> {
    let why = answer.why.get(..answer.why.floor_char_boundary(120)).unwrap_or_default();
    match (encoding, answer.status) {
        (Encoding::Protobuf, 200) => Vec::new(),
        (Encoding::Json, 200) => b"{}".to_vec(),
        (Encoding::Protobuf, _) => {
            // Field 2, a text; its length is below 128, one byte.
            let mut body = vec![2 << 3 | 2, u8::try_from(why.len()).unwrap_or_default()];
            body.extend(why.bytes());
            body
        }
        (Encoding::Json, _) => serde_json::json!({ "message": why }).to_string().into_bytes(),
    }
}

/// Takes in what the other side is still sending, up to a limit: closing a connection with unread bytes
/// resets it, and the answer is lost (RFC 9112, section 9.6).
fn linger(stream: &TcpStream, reader: &mut impl Read) {
    drop(stream.shutdown(Shutdown::Write));
    drop(stream.set_read_timeout(Some(Duration::from_secs(1))));
    let limit = 4 * u64::try_from(BODY_LIMIT).unwrap_or_default();
    drop(io::copy(&mut reader.take(limit), &mut io::sink()));
}
