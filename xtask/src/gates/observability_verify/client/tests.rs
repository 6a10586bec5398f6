use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::JoinHandle;
use std::time::Duration;

use super::{Answer, Client};

/// Long enough that no test waits for it.
const LONG: Duration = Duration::from_secs(60);
const LIMIT: u64 = 1 << 20;

/// A server for one connection: reads the request's headers, answers as `answer` says, and gives back what
/// it was sent and what `answer` gave.
fn server<T: Send + 'static>(
    answer: impl FnOnce(&mut TcpStream) -> T + Send + 'static,
) -> (String, JoinHandle<(String, T)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/ask?x=1", listener.local_addr().unwrap());
    let thread = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let asked = request(&mut stream);
        let given = answer(&mut stream);
        (asked, given)
    });
    (url, thread)
}

/// Headers and the body that they announce.
fn request(stream: &mut TcpStream) -> String {
    let (mut asked, mut byte) = (Vec::new(), [0]);
    while !asked.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap_or(0) == 1 {
        asked.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&asked).to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    stream.read_exact(&mut body).unwrap();
    asked.extend(body);
    String::from_utf8(asked).unwrap()
}

fn get(url: &str, deadline: Duration) -> Result<Answer, String> {
    Client::new().send("GET", url, &[], None, deadline, LIMIT)
}

/// What comes of a server that answers with these bytes and closes.
fn answered(bytes: impl AsRef<[u8]> + Send + 'static) -> Result<Answer, String> {
    let (url, thread) = server(move |stream| drop(stream.write_all(bytes.as_ref())));
    let answer = get(&url, LONG);
    thread.join().unwrap();
    answer
}

fn fails(bytes: impl AsRef<[u8]> + Send + 'static) -> String {
    answered(bytes).expect_err("no answer")
}

/// A body packed with gzip: `deflate` is what stands between header and check.
fn gzip(deflate: &[u8], crc: u32, length: u32) -> Vec<u8> {
    let mut packed = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
    packed.extend(deflate);
    packed.extend(crc.to_le_bytes());
    packed.extend(length.to_le_bytes());
    packed
}

/// `hello\n`, packed.
fn hello() -> Vec<u8> {
    gzip(&[1, 6, 0, 0xf9, 0xff, b'h', b'e', b'l', b'l', b'o', b'\n'], 0x363a_3020, 6)
}

fn with_body(headers: &str, body: &[u8]) -> Vec<u8> {
    let mut answer = format!("HTTP/1.1 200 OK\r\n{headers}\r\n").into_bytes();
    answer.extend(body);
    answer
}

#[test]
fn an_answer_is_given_as_it_is() {
    let answer = answered(
        "HTTP/1.1 404 Not Found\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: 2\r\n\r\nno",
    );
    let expected = Answer {
        status: 404,
        content_type: "text/plain; charset=utf-8".into(),
        body: b"no".to_vec(),
        truncated: false,
    };
    assert_eq!(answer, Ok(expected));
    assert_eq!(answered("HTTP/1.0 200 OK\r\n\r\nuntil the end").unwrap().body, b"until the end");
    assert_eq!(answered("HTTP/1.1 204 No Content\r\n\r\n").unwrap().status, 204);
    assert_eq!(answered("HTTP/1.1 599 \r\ncontent-length: 0\r\n\r\n").unwrap().status, 599);
    let chunked =
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n2\r\nde\r\n0\r\nx: y\r\n\r\n";
    assert_eq!(answered(chunked).unwrap().body, b"abcde");
    let early = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\nHTTP/1.1 201 Created\r\ncontent-length: 1\r\n\r\nx";
    assert_eq!(answered(early).map(|answer| (answer.status, answer.body)), Ok((201, b"x".to_vec())));
}

#[test]
fn a_redirect_is_an_answer_and_is_not_followed() {
    // Nothing listens there: following it would fail.
    let redirect = "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 4\r\n\r\ngone";
    assert_eq!(answered(redirect).map(|answer| (answer.status, answer.body)), Ok((302, b"gone".to_vec())));
    let bare =
        "HTTP/1.1 307 Temporary Redirect\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n";
    assert_eq!(answered(bare).unwrap().status, 307);
}

/// What the server is sent, its lines sorted after the first.
fn sent(method: &str, headers: &[(&str, &str)], body: Option<&str>) -> Vec<String> {
    let (url, thread) =
        server(|stream| drop(stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")));
    let headers: Vec<_> = headers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    let answer = Client::new().send(method, &url, &headers, body.map(str::as_bytes), LONG, LIMIT);
    assert_eq!(answer.unwrap().status, 200);
    let (asked, ()) = thread.join().unwrap();
    let host = url.trim_start_matches("http://").trim_end_matches("/ask?x=1");
    let mut lines: Vec<String> = asked.replace(host, "HOST").lines().map(str::to_lowercase).collect();
    lines[1..].sort();
    lines
}

#[test]
fn what_is_sent_is_what_was_asked_for_and_little_else() {
    let common = ["accept: */*", "connection: close", "host: host", "user-agent: cargo-xtask-maturity"];
    let plain =
        |first: &str| -> Vec<String> { [first, ""].iter().chain(&common).map(ToString::to_string).collect() };
    assert_eq!(sent("GET", &[], None), plain("get /ask?x=1 http/1.1"));
    for method in ["HEAD", "OPTIONS", "DELETE", "PURGE"] {
        assert_eq!(sent(method, &[], None), plain(&format!("{} /ask?x=1 http/1.1", method.to_lowercase())));
    }
    for method in ["POST", "PUT", "PATCH"] {
        let lines = sent(method, &[], None);
        assert!(lines.contains(&"content-length: 0".into()), "{lines:?}");
        assert!(sent(method, &[], Some("body")).contains(&"body".into()));
    }
    for method in ["GET", "DELETE", "REPORT"] {
        let lines = sent(method, &[("x-a", "1"), ("x-a", "2")], Some("body"));
        for line in ["body", "content-length: 4", "x-a: 1", "x-a: 2"] {
            assert!(lines.contains(&line.into()), "{method}: {lines:?}");
        }
    }
    let own = [("Accept", "text/plain"), ("user-agent", "me"), ("accept-encoding", "gzip")];
    let lines = sent("GET", &own, None);
    assert_eq!(
        lines[1..],
        [
            "",
            "accept-encoding: gzip",
            "accept: text/plain",
            "connection: close",
            "host: host",
            "user-agent: me"
        ]
    );
}

#[test]
fn what_cannot_be_sent_says_so() {
    let send = |method: &str, url: &str, header: (&str, &str)| {
        let headers = [(header.0.to_owned(), header.1.to_owned())];
        Client::new().send(method, url, &headers, None, LONG, LIMIT).unwrap_err()
    };
    assert_eq!(send("GE T", "http://127.0.0.1:1/", ("a", "b")), "`GE T` is no method");
    assert_eq!(
        send("GET", "http://127.0.0.1:1/", ("Content-Length", "9")),
        "the header Content-Length cannot be set: it follows from the body"
    );
    for (url, header) in [
        ("http://127.0.0.1:1/", ("a", "secret\nb")),
        ("http://127.0.0.1:1/ a", ("a", "b")),
        ("/path", ("a", "b")),
    ] {
        let told = send("GET", url, header);
        assert!(told.starts_with("the request cannot be sent: ") && !told.contains("secret"), "{told}");
    }
}

#[test]
fn a_service_that_is_not_there_or_goes_away_says_so() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let refused = get(&format!("http://{free}/"), LONG).unwrap_err();
    assert_eq!(refused, "nothing listens there (connection refused)");
    let before = "it closed the connection before it answered";
    assert_eq!(fails(""), before);
    assert_eq!(fails("HTTP/1.1 200 OK\r\ncontent-le"), before);
    assert_eq!(
        fails("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf"),
        "it closed the connection in the middle of the body, after 4 bytes"
    );
    assert_eq!(
        fails("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n5\r\nab"),
        "it closed the connection in the middle of the body, after 5 bytes"
    );
}

#[test]
fn what_is_no_http_says_so() {
    let other = "it does not speak HTTP/1.1; it may speak HTTP/2 only";
    // What a server that speaks HTTP/2 only sends first: its SETTINGS (RFC 9113, section 3.4), then GOAWAY.
    let settings = [0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0x40, 0];
    let go_away = [0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
    assert_eq!(fails([&settings[..], &go_away[..]].concat()), other);
    assert_eq!(fails("SSH-2.0-OpenSSH_9.6\r\n"), other);
    assert_eq!(fails("HTTP/2 200\r\n\r\n"), other);
    let broken = "its answer is not valid HTTP/1.1: ";
    for bytes in [
        "HTTP/1.1 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\na b: c\r\n\r\n",
        "HTTP/1.1 099 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\na: \u{1}\r\n\r\n",
    ] {
        let told = fails(bytes);
        assert!(told.starts_with(broken), "{bytes:?}: {told}");
    }
    let long = format!("HTTP/1.1 200 OK\r\na: {}\r\n\r\n", "x".repeat(100_000));
    assert_eq!(fails(long), "the headers of its answer are longer than 64 KiB");
    let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "a: b\r\n".repeat(1000));
    assert!(fails(many).starts_with(broken));
    let chunk = fails("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nnonsense\r\nabc");
    assert!(chunk.starts_with("its body cannot be read after 0 bytes: "), "{chunk}");
}

#[test]
fn gzip_is_unpacked_up_to_the_limit() {
    let head = "content-encoding: gzip\r\n";
    assert_eq!(answered(with_body(head, &hello())).unwrap().body, b"hello\n");
    let mut broken = hello();
    broken[16] ^= 1;
    assert_eq!(fails(with_body(head, &broken)), "its body is not valid gzip after 6 unpacked bytes");
    assert_eq!(fails(with_body(head, &hello()[..13])), "its body is not valid gzip after 0 unpacked bytes");
    let answer = answered(with_body(head, &bomb())).unwrap();
    assert_eq!((answer.body.len(), answer.truncated), (1 << 20, true));
}

/// One deflate block with fixed codes (RFC 1951, section 3.2.6): a zero, then copies of 258 bytes at distance 1,
/// twenty million bytes in 30 kB.
fn bomb() -> Vec<u8> {
    let (mut bytes, mut bit) = (Vec::new(), 0_u32);
    let mut push = |value: u32, length: u32, reversed: bool| {
        for index in 0..length {
            let from = if reversed { length - 1 - index } else { index };
            if bit.is_multiple_of(8) {
                bytes.push(0_u8);
            }
            *bytes.last_mut().unwrap() |= u8::try_from(value >> from & 1).unwrap() << (bit % 8);
            bit += 1;
        }
    };
    push(0b011, 3, false);
    push(0b0011_0000, 8, true);
    for _ in 0..80_000 {
        push(0b1100_0101, 8, true);
        push(0, 5, true);
    }
    push(0, 7, true);
    gzip(&bytes, 0, 0)
}

#[test]
fn a_long_body_is_cut_and_not_waited_for() {
    let body = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n12345";
    for (limit, expected, truncated) in [(4, "1234", true), (5, "12345", false), (0, "", true)] {
        let (url, thread) = server(move |stream| drop(stream.write_all(body.as_bytes())));
        let answer = Client::new().send("GET", &url, &[], None, LONG, limit).unwrap();
        thread.join().unwrap();
        assert_eq!((answer.body, answer.truncated), (expected.into(), truncated));
    }
    for headers in ["content-length: 1000000000\r\n", ""] {
        let (url, thread) = server(move |stream| {
            stream.write_all(&with_body(headers, b"")).unwrap();
            let block = vec![b'x'; 1 << 20];
            (0..1000).take_while(|_| stream.write_all(&block).is_ok()).count()
        });
        let answer = get(&url, LONG).unwrap();
        assert_eq!((answer.body.len(), answer.truncated), (1 << 20, true));
        let (_, megabytes) = thread.join().unwrap();
        assert!(megabytes < 100, "{megabytes} MB were taken");
    }
}

/// What comes of a server that sends `first` and then `again` and again until the client has gone.
fn endless(first: Vec<u8>, again: Vec<u8>, pause: Duration) -> Result<Answer, String> {
    let (url, thread) = server(move |stream| {
        stream.write_all(&first).unwrap();
        while stream.write_all(&again).is_ok() {
            std::thread::sleep(pause);
        }
    });
    let answer = get(&url, Duration::from_secs(1));
    thread.join().unwrap();
    answer
}

#[test]
fn one_deadline_holds_for_everything() {
    let (pause, none) = (Duration::from_millis(10), Duration::ZERO);
    let packed = gzip(&[3, 0], 0, 0).repeat(1000);
    let interim = b"HTTP/1.1 100 Continue\r\n\r\n".repeat(1000);
    let (first, slow) = ("no answer within 1 s", "it had not sent the whole body within 1 s: ");
    let cases = [
        (b"HTTP/1.1 200 OK\r\nx: ".to_vec(), b"a".to_vec(), pause, first),
        (with_body("content-length: 100000\r\n", b""), b"x".to_vec(), pause, slow),
        (with_body("", b""), b"x".to_vec(), pause, slow),
        // Something comes all the time, and none of it is content.
        (with_body("content-encoding: gzip\r\n", b""), packed, none, slow),
        // Either the deadline or the limit of the headers ends it.
        (Vec::new(), interim, none, ""),
    ];
    std::thread::scope(|scope| {
        for (before, again, pause, expected) in cases {
            scope.spawn(move || {
                let told = endless(before, again, pause).unwrap_err();
                assert!(told.starts_with(expected), "{expected}: {told}");
            });
        }
    });
}

#[test]
fn a_service_that_says_nothing_is_not_waited_for() {
    let (url, thread) = server(|stream| stream.read(&mut [0]).unwrap_or(0));
    assert_eq!(get(&url, Duration::from_millis(200)).unwrap_err(), "no answer within 0.2 s");
    thread.join().unwrap();
}

#[test]
fn no_answer_makes_it_panic() {
    let samples = [
        with_body("content-length: 6\r\ncontent-type: a/b\r\n", b"hello\n"),
        with_body("transfer-encoding: chunked\r\n", b"3\r\nabc\r\n0\r\n\r\n"),
        with_body("content-encoding: gzip\r\n", &hello()),
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 302 Found\r\nlocation: /\r\ncontent-length: 0\r\n\r\n"
            .to_vec(),
    ];
    let mut seed = 1_u64;
    let mut random = move |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap() % below
    };
    for round in 0..400 {
        let mut bytes = samples[round % samples.len()].clone();
        for _ in 0..=random(3) {
            let at = random(bytes.len());
            match random(3) {
                0 => bytes[at] = u8::try_from(random(256)).unwrap(),
                1 => drop(bytes.remove(at)),
                _ => bytes.truncate(at.max(1)),
            }
        }
        drop(answered(bytes));
    }
}
