//! Asks a service over HTTP/1.1 (RFC 9112), on loopback and without TLS.
//!
//! The service may be broken or hostile: one deadline holds for the whole of a request, and neither a long
//! body nor one that unpacks to a long one is kept beyond its limit. Nothing else decides what is sent: no
//! proxy of the environment, no cookie, no redirect that is followed, no connection that is used twice.

#[cfg(test)]
mod tests;

use std::io::{self, Read};
use std::time::Duration;

use ureq::http::{Method, Request, header};
use ureq::{Agent, Error};

use crate::diagnostics::one_line;

/// The longest status line and headers of an answer, in bytes.
const HEADERS_LIMIT: usize = 64 * 1024;

/// What it calls itself in `user-agent`.
const NAME: &str = "cargo-xtask-maturity";

/// Headers that follow from the body that is sent; one that says otherwise would keep the service waiting.
const OWN_HEADERS: [&str; 3] = ["content-length", "transfer-encoding", "expect"];

/// Sends requests.
pub(super) struct Client {
    agent: Agent,
}

/// What came back, whatever its status.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Answer {
    /// The status. Those from 100 to 199 are passed over, except 101.
    pub(super) status: u16,
    /// The header `content-type`; empty if there is none.
    pub(super) content_type: String,
    /// The body, unpacked, and not beyond its limit.
    pub(super) body: Vec<u8>,
    /// Whether there is more of it.
    pub(super) truncated: bool,
}

impl Client {
    /// A client. It holds nothing between requests.
    pub(super) fn new() -> Client {
        let config = Agent::config_builder()
            .proxy(None)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            .max_idle_connections(0)
            .max_idle_connections_per_host(0)
            .max_response_header_size(HEADERS_LIMIT)
            .user_agent(NAME)
            .accept_encoding("")
            .build();
        Client { agent: config.into() }
    }

    /// Sends a request and waits for the whole answer.
    ///
    /// `deadline` is for all of it, from connecting to the last byte of the body. Of the body at most
    /// `body_limit` bytes are kept; the rest is not waited for. Sent besides `headers`, unless they say
    /// otherwise: `host`, `user-agent`, `accept: */*` as curl does, `connection: close`, and the body's
    /// length. A packed body comes only to those who ask for `accept-encoding: gzip`, and is unpacked.
    ///
    /// # Errors
    /// What happened, in one line whose subject is the service: `it closed the connection …`.
    pub(super) fn send(
        &self,
        method: &str,
        url: &str,
        headers: &[(String, String)],
        body: Option<&[u8]>,
        deadline: Duration,
        body_limit: u64,
    ) -> Result<Answer, String> {
        let request = request(method, url, headers, body)?;
        let response = if request.body().is_empty() && body.is_none() && !needs_body(request.method()) {
            self.run(request.map(|_| ()), deadline)
        } else {
            self.run(request, deadline)
        };
        let response = response.map_err(|error| before_body(&error, deadline))?;
        let status = response.status().as_u16();
        let content_type = response.headers().get(header::CONTENT_TYPE);
        let content_type = content_type
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
            .unwrap_or_default();
        let reader = response.into_body().into_reader();
        let (body, truncated) = read(reader, deadline, body_limit)?;
        Ok(Answer { status, content_type, body, truncated })
    }

    fn run(
        &self,
        request: Request<impl ureq::AsSendBody>,
        deadline: Duration,
    ) -> Result<ureq::http::Response<ureq::Body>, Error> {
        let request = self.agent.configure_request(request).timeout_global(Some(deadline)).build();
        self.agent.run(request)
    }
}

/// Whether a request of that method without a body says so (RFC 9110, section 8.6).
fn needs_body(method: &Method) -> bool {
    [Method::POST, Method::PUT, Method::PATCH].contains(method)
}

fn request<'a>(
    method: &str,
    url: &str,
    headers: &[(String, String)],
    body: Option<&'a [u8]>,
) -> Result<Request<&'a [u8]>, String> {
    let method =
        Method::from_bytes(method.as_bytes()).map_err(|_| format!("`{}` is no method", one_line(method)))?;
    let mut request = Request::builder().method(method).uri(url);
    for (name, value) in headers {
        if OWN_HEADERS.iter().any(|own| name.eq_ignore_ascii_case(own)) {
            return Err(format!("the header {} cannot be set: it follows from the body", one_line(name)));
        }
        request = request.header(name, value);
    }
    if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("connection")) {
        request = request.header(header::CONNECTION, "close");
    }
    request
        .body(body.unwrap_or_default())
        .map_err(|error| format!("the request cannot be sent: {}", one_line(&error.to_string())))
}

/// The body up to its limit, and whether there is more.
fn read(mut reader: impl Read, deadline: Duration, limit: u64) -> Result<(Vec<u8>, bool), String> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let (mut body, mut buffer) = (Vec::new(), [0; 16 * 1024]);
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => return Ok((body, false)),
            Ok(length) => {
                let part = buffer.get(..length).unwrap_or_default();
                let room = limit - body.len();
                body.extend_from_slice(part.get(..room).unwrap_or(part));
                if length > room {
                    return Ok((body, true));
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(in_body(error, body.len(), deadline)),
        }
    }
}

fn seconds(duration: Duration) -> String {
    format!("{} s", duration.as_secs_f64())
}

fn too_slow(received: usize, deadline: Duration) -> String {
    format!("it had not sent the whole body within {}: {received} bytes came", seconds(deadline))
}

/// What went wrong before the body began.
fn before_body(error: &Error, deadline: Duration) -> String {
    match error {
        Error::Timeout(_) => format!("no answer within {}", seconds(deadline)),
        Error::Io(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            "nothing listens there (connection refused)".into()
        }
        Error::Io(error) if closed(error) => "it closed the connection before it answered".into(),
        Error::LargeResponseHeader(..) => {
            format!("the headers of its answer are longer than {} KiB", HEADERS_LIMIT / 1024)
        }
        Error::Protocol(error) => not_http(&error.to_string()),
        Error::BadUri(_) | Error::Http(_) | Error::HostNotFound => {
            format!("the request cannot be sent: {}", one_line(&error.to_string()))
        }
        other => format!("asking it failed: {}", one_line(&other.to_string())),
    }
}

/// What went wrong in the body.
fn in_body(error: io::Error, received: usize, deadline: Duration) -> String {
    match Error::from(error) {
        Error::Timeout(_) => too_slow(received, deadline),
        Error::Decompress(..) => format!("its body is not valid gzip after {received} unpacked bytes"),
        Error::Io(error) if closed(&error) => {
            format!("it closed the connection in the middle of the body, after {received} bytes")
        }
        other => format!("its body cannot be read after {received} bytes: {}", one_line(&other.to_string())),
    }
}

/// Whether the other side ended the connection.
fn closed(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    [BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof].contains(&error.kind())
}

/// An answer that is none.
fn not_http(told: &str) -> String {
    // What does not begin with `HTTP/1.`: the binary frames of HTTP/2 (RFC 9113, section 3.4) among others.
    if told.contains("HTTP version") || told.contains("http version") {
        return "it does not speak HTTP/1.1; it may speak HTTP/2 only".into();
    }
    format!("its answer is not valid HTTP/1.1: {}", one_line(told))
}
