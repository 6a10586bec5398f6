//! As much of an HTTP/1.1 server as an OTLP receiver needs (RFC 9112): requests with a bounded head and body,
//! kept-alive connections, chunked bodies and `expect: 100-continue`.
//!
//! It is written out because `tiny_http` trusts its clients: it keeps header lines of any length, takes room
//! for the unread rest of a body as its `content-length` announces it, and so ends the process for a large
//! number; it cannot end connections that stay open, and it hides those that speak HTTP/2, which is what an
//! exporter that speaks gRPC does.

use std::io::{self, BufRead, Read, Write};

/// The longest request line and headers, in bytes.
const HEAD_LIMIT: usize = 64 * 1024;

/// The longest line between the chunks of a body, in bytes.
const CHUNK_LINE_LIMIT: usize = 1024;

/// A request that was read to its end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) head: Head,
    pub(super) body: Vec<u8>,
}

/// What stands before the body, as far as it is looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Head {
    /// Such as `POST`.
    pub(super) method: String,
    /// Without query.
    pub(super) path: String,
    /// Empty if there is none.
    pub(super) content_type: String,
    /// In lower case; empty if there is none.
    pub(super) content_encoding: String,
    /// Whether the connection is to be closed after the answer.
    pub(super) close: bool,
    length: Option<usize>,
    chunked: bool,
    expects_continue: bool,
}

/// Why no request could be read. None of them leaves the connection in a state to go on with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Problem {
    /// The other side closed the connection, or this one did.
    Gone,
    /// It speaks another protocol, which this names.
    Foreign(&'static str),
    /// It is to be answered with this status.
    Refused {
        status: u16,
        why: &'static str,
        /// The head, if that could be read.
        head: Option<Box<Head>>,
    },
}

impl From<io::Error> for Problem {
    fn from(_: io::Error) -> Self {
        Problem::Gone
    }
}

fn refused(status: u16, why: &'static str) -> Problem {
    Problem::Refused { status, why, head: None }
}

/// Reads a request. `writer` gets nothing but `100 Continue`, if the request waits for it.
pub(super) fn read(
    reader: &mut impl BufRead,
    writer: &mut impl Write,
    body_limit: usize,
) -> Result<Request, Problem> {
    let head = head(reader)?;
    match body(reader, writer, &head, body_limit) {
        Ok(body) => Ok(Request { head, body }),
        Err(Problem::Refused { status, why, .. }) => {
            Err(Problem::Refused { status, why, head: Some(Box::new(head)) })
        }
        Err(other) => Err(other),
    }
}

fn head(reader: &mut impl BufRead) -> Result<Head, Problem> {
    // A handshake of TLS begins with this byte (RFC 8446, section 5.1); it has no line that could be read.
    if reader.fill_buf()?.first() == Some(&0x16) {
        return Err(Problem::Foreign("TLS"));
    }
    let mut budget = HEAD_LIMIT;
    let mut first = line(reader, &mut budget)?;
    while first.is_empty() {
        first = line(reader, &mut budget)?;
    }
    let first = String::from_utf8_lossy(&first).into_owned();
    let words: Vec<&str> = first.split(' ').collect();
    let mut head = match words[..] {
        // The connection preface (RFC 9113, section 3.4).
        ["PRI", "*", "HTTP/2.0"] => return Err(Problem::Foreign("HTTP/2, as gRPC does")),
        [method, target, version @ ("HTTP/1.1" | "HTTP/1.0")] => Head {
            method: method.to_owned(),
            path: path(target),
            close: version == "HTTP/1.0",
            ..Head::default()
        },
        [_, _, version] if version.starts_with("HTTP/") => return Err(refused(505, "it is not HTTP/1.1")),
        _ => return Err(refused(400, "it does not begin with a request line")),
    };
    loop {
        let line = line(reader, &mut budget)?;
        if line.is_empty() {
            return Ok(head);
        }
        header(&mut head, &line)?;
    }
}

/// The path of a target in origin or absolute form.
fn path(target: &str) -> String {
    let target = match target.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("/", |at| rest.get(at..).unwrap_or_default()),
        None => target,
    };
    target.split(['?', '#']).next().unwrap_or_default().to_owned()
}

fn header(head: &mut Head, line: &[u8]) -> Result<(), Problem> {
    let line = String::from_utf8_lossy(line);
    let (name, value) = line.split_once(':').ok_or_else(|| refused(400, "a header has no colon"))?;
    let value = value.trim_matches([' ', '\t']);
    let has = |word: &str| value.split(',').any(|one| one.trim().eq_ignore_ascii_case(word));
    match name.to_ascii_lowercase().as_str() {
        "content-type" => value.clone_into(&mut head.content_type),
        "content-encoding" => head.content_encoding = value.to_ascii_lowercase(),
        "connection" => head.close = head.close && !has("keep-alive") || has("close"),
        "expect" => head.expects_continue = has("100-continue"),
        "transfer-encoding" if has("chunked") && !value.contains(',') => head.chunked = true,
        "transfer-encoding" => return Err(refused(501, "its transfer-encoding is not chunked")),
        "content-length" => {
            let digits = value.bytes().all(|digit| digit.is_ascii_digit());
            let length = if digits { value.parse().ok() } else { None };
            let length = length.ok_or_else(|| refused(400, "its content-length is no number"))?;
            if head.length.is_some_and(|before| before != length) {
                return Err(refused(400, "it has two different content-lengths"));
            }
            head.length = Some(length);
        }
        _ => {}
    }
    Ok(())
}

fn body(
    reader: &mut impl BufRead,
    writer: &mut impl Write,
    head: &Head,
    limit: usize,
) -> Result<Vec<u8>, Problem> {
    if head.chunked && head.length.is_some() {
        return Err(refused(400, "it has both a content-length and a transfer-encoding"));
    }
    let length = head.length.unwrap_or(0);
    if length > limit {
        return Err(refused(413, "its body is too long"));
    }
    if head.expects_continue && (head.chunked || length > 0) {
        writer.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        writer.flush()?;
    }
    let mut body = Vec::new();
    if head.chunked {
        chunks(reader, limit, &mut body)?;
    } else {
        append(reader, length, &mut body)?;
    }
    Ok(body)
}

/// A chunked body (RFC 9112, section 7.1).
fn chunks(reader: &mut impl BufRead, limit: usize, body: &mut Vec<u8>) -> Result<(), Problem> {
    loop {
        let size = line(reader, &mut CHUNK_LINE_LIMIT.clone())?;
        let size = String::from_utf8_lossy(&size);
        let size = size.split(';').next().unwrap_or_default().trim();
        let digits = size.bytes().all(|digit| digit.is_ascii_hexdigit());
        let size = if digits { usize::from_str_radix(size, 16).ok() } else { None };
        match size.ok_or_else(|| refused(400, "the length of a chunk is no number"))? {
            0 => break,
            size if size > limit - body.len() => return Err(refused(413, "its body is too long")),
            size => append(reader, size, body)?,
        }
        if !line(reader, &mut CHUNK_LINE_LIMIT.clone())?.is_empty() {
            return Err(refused(400, "a chunk is longer than it says"));
        }
    }
    let mut budget = HEAD_LIMIT;
    while !line(reader, &mut budget)?.is_empty() {}
    Ok(())
}

/// Reads that many bytes. Room is taken as they come, not as they are announced.
fn append(reader: &mut impl BufRead, length: usize, body: &mut Vec<u8>) -> Result<(), Problem> {
    let wanted = u64::try_from(length).unwrap_or(u64::MAX);
    match reader.take(wanted).read_to_end(body)? {
        read if read < length => Err(Problem::Gone),
        _ => Ok(()),
    }
}

/// A line without its end.
fn line(reader: &mut impl BufRead, budget: &mut usize) -> Result<Vec<u8>, Problem> {
    let mut line = Vec::new();
    let room = u64::try_from(*budget).unwrap_or(u64::MAX);
    let read = reader.take(room).read_until(b'\n', &mut line)?;
    *budget -= read.min(*budget);
    if line.pop() != Some(b'\n') {
        return Err(if *budget == 0 { refused(431, "its headers are too long") } else { Problem::Gone });
    }
    line.pop_if(|last| *last == b'\r');
    Ok(line)
}

/// Writes an answer.
pub(super) fn answer(
    writer: &mut impl Write,
    status: u16,
    content_type: &str,
    body: &[u8],
    close: bool,
) -> io::Result<()> {
    let reason = match status {
        200 => "OK",
        404 => "Not Found",
        405 => "Method Not Allowed",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        431 => "Request Header Fields Too Large",
        501 => "Not Implemented",
        505 => "HTTP Version Not Supported",
        _ => "Bad Request",
    };
    let allow = if status == 405 { "allow: POST\r\n" } else { "" };
    let connection = if close { "connection: close\r\n" } else { "" };
    let length = body.len();
    // In one piece, so that small answers are one packet.
    let mut out = format!(
        "HTTP/1.1 {status} {reason}\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\n{allow}{connection}\r\n"
    )
    .into_bytes();
    out.extend(body);
    writer.write_all(&out)?;
    writer.flush()
}
