//! Reads the JUnit report that nextest writes.
//!
//! The report holds what the tests printed, which may be any amount: text is cut while it is read, so
//! memory stays bounded. A report that is not whole is an error, never a shorter report.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use xml::attribute::OwnedAttribute;
use xml::reader::{ParserConfig, XmlEvent};

use super::text::{LINE_LIMIT, OUTPUT_LIMIT, clip, clip_start};

/// One test's result.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct TestCase {
    /// Whether it passed in the end.
    pub(super) passed: bool,
    /// Whether it was left out.
    pub(super) skipped: bool,
    /// Whether it had failed before it passed.
    pub(super) flaky: bool,
    /// Milliseconds.
    pub(super) duration_ms: u64,
    /// What kind of failure nextest calls it, such as `test failure with exit code 101`, `test abort`.
    pub(super) kind: String,
    /// nextest's message, such as `process aborted with signal 6 (SIGABRT)`.
    pub(super) message: String,
    /// The end of what it wrote to standard output.
    pub(super) stdout: String,
    /// The end of what it wrote to standard error.
    pub(super) stderr: String,
}

/// The results of each test, by binary and name.
pub(super) type Results = BTreeMap<(String, String), TestCase>;

/// Reads a report.
///
/// # Errors
/// One line that says why it could not be read.
pub(super) fn read(path: &Path) -> Result<Results, String> {
    let file = std::fs::File::open(path).map_err(|error| error.to_string())?;
    parse(BufReader::new(Shortened::new(BufReader::new(file))))
}

fn parse(report: impl BufRead) -> Result<Results, String> {
    let config = ParserConfig::new()
        .trim_whitespace(false)
        .cdata_to_characters(true)
        .ignore_comments(true)
        .max_attribute_length(1 << 20)
        .max_data_length(1 << 20);
    let mut results = Results::new();
    let mut case: Option<((String, String), TestCase)> = None;
    let mut suite = String::new();
    let (mut inside, mut whole) = (Vec::new(), false);
    for event in config.create_reader(report) {
        match event.map_err(|error| error.to_string())? {
            XmlEvent::StartElement { name, attributes, .. } => {
                match (name.local_name.as_str(), &mut case) {
                    ("testsuite", _) => suite = attribute(&attributes, "name"),
                    ("testcase", _) => {
                        let key = (suite.clone(), attribute(&attributes, "name"));
                        case = Some((key, begin(&attributes)));
                    }
                    (element, Some((_, case))) => outcome(case, element, &attributes),
                    _ => {}
                }
                inside.push(name.local_name);
            }
            XmlEvent::Characters(text) | XmlEvent::Whitespace(text) => {
                let Some((_, case)) = &mut case else { continue };
                match inside.as_slice() {
                    [.., parent, element] if parent == "testcase" && element == "system-out" => {
                        case.stdout.push_str(&text);
                    }
                    [.., parent, element] if parent == "testcase" && element == "system-err" => {
                        case.stderr.push_str(&text);
                    }
                    _ => {}
                }
            }
            XmlEvent::EndElement { name } => {
                inside.pop();
                whole |= name.local_name == "testsuites";
                if name.local_name == "testcase"
                    && let Some((key, mut case)) = case.take()
                {
                    case.stdout = clip_start(&case.stdout, OUTPUT_LIMIT);
                    case.stderr = clip_start(&case.stderr, OUTPUT_LIMIT);
                    results.insert(key, case);
                }
            }
            _ => {}
        }
    }
    if whole { Ok(results) } else { Err("it ends before </testsuites>".into()) }
}

fn begin(attributes: &[OwnedAttribute]) -> TestCase {
    let seconds: f64 = attribute(attributes, "time").parse().unwrap_or_default();
    let duration_ms = std::time::Duration::try_from_secs_f64(seconds).unwrap_or_default().as_millis();
    let duration_ms = u64::try_from(duration_ms).unwrap_or(u64::MAX);
    TestCase { passed: true, duration_ms, ..TestCase::default() }
}

fn outcome(case: &mut TestCase, element: &str, attributes: &[OwnedAttribute]) {
    match element {
        "failure" | "error" => {
            case.passed = false;
            case.kind = attribute(attributes, "type");
            case.message = attribute(attributes, "message");
        }
        "skipped" => case.skipped = true,
        "flakyFailure" | "flakyError" => case.flaky = true,
        _ => {}
    }
}

fn attribute(attributes: &[OwnedAttribute], name: &str) -> String {
    let value = attributes.iter().find(|attribute| attribute.name.local_name == name);
    clip(value.map(|attribute| attribute.value.as_str()).unwrap_or_default(), 2 * LINE_LIMIT)
}

/// Passes an XML document on, with long texts between tags cut in their middle. It cuts at line ends,
/// so neither an entity nor a character is ever split.
struct Shortened<R> {
    inner: R,
    ready: Vec<u8>,
    given: usize,
    in_tag: bool,
}

/// How much of each text's start is kept.
const HEAD: usize = 16 * 1024;
/// How much of each text's end is kept.
const TAIL: usize = 64 * 1024;

impl<R: BufRead> Shortened<R> {
    fn new(inner: R) -> Self {
        Shortened { inner, ready: Vec::new(), given: 0, in_tag: false }
    }

    fn fill(&mut self) -> std::io::Result<()> {
        self.ready.clear();
        self.given = 0;
        if self.in_tag {
            // A tag (with its attributes) has no raw `>` inside: nextest's writer escapes it.
            self.inner.by_ref().take(1 << 22).read_until(b'>', &mut self.ready)?;
            self.in_tag = self.ready.last() != Some(&b'>');
            if self.in_tag && self.ready.len() >= 1 << 22 {
                return Err(std::io::Error::other("a tag is longer than 4 MiB"));
            }
            self.in_tag &= !self.ready.is_empty();
            return Ok(());
        }
        let mut tail = Vec::new();
        let mut cut = false;
        loop {
            let (buffer, end) = until(self.inner.fill_buf()?, b'<');
            let taken = buffer.len();
            tail.extend_from_slice(buffer);
            self.inner.consume(taken);
            if tail.len() > HEAD + 2 * TAIL {
                if !cut {
                    let head = tail[..HEAD].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
                    self.ready.extend_from_slice(&tail[..head]);
                    cut = true;
                }
                tail.drain(..tail.len() - TAIL);
            }
            if end {
                break;
            }
        }
        if cut {
            let start = tail.iter().position(|byte| *byte == b'\n').map_or(tail.len(), |at| at + 1);
            tail.drain(..start);
        }
        self.ready.extend_from_slice(&tail);
        self.in_tag = true;
        if self.ready.is_empty() { self.fill() } else { Ok(()) }
    }
}

/// The bytes before the first `stop`, and whether that (or the end of the input) was reached.
fn until(buffer: &[u8], stop: u8) -> (&[u8], bool) {
    match buffer.iter().position(|byte| *byte == stop) {
        Some(at) => (&buffer[..at], true),
        None => (buffer, buffer.is_empty()),
    }
}

impl<R: BufRead> Read for Shortened<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        if self.given == self.ready.len() {
            self.fill()?;
        }
        let rest = &self.ready[self.given..];
        let length = rest.len().min(into.len());
        into[..length].copy_from_slice(&rest[..length]);
        self.given += length;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::{Results, Shortened, parse};
    use std::io::{BufReader, Cursor, Read};

    fn report(inner: &str) -> String {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"nextest-run\">\n{inner}</testsuites>\n"
        )
    }

    fn results(text: &str) -> Result<Results, String> {
        parse(BufReader::new(Shortened::new(Cursor::new(text.as_bytes().to_vec()))))
    }

    #[test]
    fn each_outcome_is_told_apart() {
        let text = report(
            "<testsuite name=\"a::api\"><testcase name=\"ok\" time=\"1.5\"/>\
             <testcase name=\"bad\" time=\"x\"><failure message=\"m &lt;1&gt;\" type=\"test abort\">d</failure>\
             <system-out>out &amp; in</system-out><system-err>err</system-err></testcase>\
             <testcase name=\"flaky\"><flakyFailure type=\"t\"><system-out>no</system-out></flakyFailure></testcase>\
             </testsuite>",
        );
        let results = results(&text).unwrap();
        let case = |name: &str| &results[&("a::api".to_owned(), name.to_owned())];
        assert!(case("ok").passed && case("ok").duration_ms == 1500);
        let bad = case("bad");
        assert!(!bad.passed);
        assert_eq!((bad.message.as_str(), bad.kind.as_str()), ("m <1>", "test abort"));
        assert_eq!((bad.stdout.as_str(), bad.stderr.as_str()), ("out & in", "err"));
        assert!(case("flaky").passed && case("flaky").flaky && case("flaky").stdout.is_empty());
    }

    #[test]
    fn a_report_that_is_not_whole_is_an_error() {
        let whole = report("<testsuite name=\"a\"><testcase name=\"t\"/></testsuite>");
        assert!(results(&whole).is_ok());
        for end in [0, 1, 60, whole.len() - 14, whole.len() - 3] {
            assert!(results(&whole[..end]).is_err(), "{end}");
        }
        assert!(results("<html></html>").is_err());
    }

    #[test]
    fn long_output_is_cut_in_its_middle_and_read_to_its_end() {
        let line = "&lt;ö&gt; some words\n";
        let text = report(&format!(
            "<testsuite name=\"a\"><testcase name=\"t\"><system-out>first\n{}last</system-out></testcase>\
             <testcase name=\"u\"><system-out>{}</system-out></testcase></testsuite>",
            line.repeat(100_000),
            "&#246;".repeat(1_000_000)
        ));
        let results = results(&text).unwrap();
        assert!(results[&("a".to_owned(), "t".to_owned())].stdout.ends_with("<ö> some words\nlast"));
        assert_eq!(results.len(), 2);
        let mut short = String::new();
        Shortened::new(Cursor::new(text.into_bytes())).read_to_string(&mut short).unwrap();
        assert!(short.len() < 200_000, "{}", short.len());
    }
}
