//! Runs the tests with nextest. What must have run comes from `nextest list`, what did run from the
//! JUnit report of our own profile, and the two must agree test by test.
//!
//! nextest takes a process that ends with status 0 for a passed test. A test that calls
//! `process::exit(0)` would pass; so the report keeps what passing tests printed, and a test of the
//! standard harness counts only if the harness itself said so.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::junit::{self, Results, TestCase};
use super::libtest;
use super::text::{OUTPUT_LIMIT, clip, clip_start};
use crate::evidence::checks::{BinaryEnd, FailedTest, SlowTest, TestBinary, TestFacts};

/// The most bytes of `nextest list` that are read.
const LIST_LIMIT: usize = 256 * 1024 * 1024;

/// What `nextest list` says.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct List {
    /// Each test binary, by nextest's name for it.
    pub(super) rust_suites: BTreeMap<String, Suite>,
}

/// One test binary.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Suite {
    package_name: String,
    binary_name: String,
    kind: String,
    #[serde(default)]
    status: Option<String>,
    testcases: BTreeMap<String, ListedTest>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct ListedTest {
    ignored: bool,
    filter_match: FilterMatch,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct FilterMatch {
    status: String,
    #[serde(default)]
    reason: Option<String>,
}

impl Suite {
    /// As in [`TestBinary::target`].
    fn target(&self) -> String {
        match self.kind.as_str() {
            kind @ ("bin" | "test" | "example" | "bench") => format!("{kind}/{}", self.binary_name),
            _ => "lib".into(),
        }
    }

    /// Whether nextest asked it for its tests. It does not ask one that the default filter leaves out.
    fn listed(&self) -> bool {
        self.status.as_deref().is_none_or(|status| status == "listed")
    }
}

/// Collects the output of `nextest list`.
#[derive(Debug, Default)]
pub(super) struct ListReader {
    text: Vec<u8>,
    overflow: bool,
}

impl ListReader {
    /// Reads a line of standard output.
    pub(super) fn line(&mut self, line: &[u8]) {
        if self.text.len() + line.len() > LIST_LIMIT {
            self.overflow = true;
        } else {
            self.text.extend_from_slice(line);
            self.text.push(b'\n');
        }
    }

    /// The list.
    ///
    /// # Errors
    /// One line that says why it could not be read.
    pub(super) fn finish(&self) -> Result<List, String> {
        if self.overflow {
            return Err("it is longer than 256 MiB".into());
        }
        serde_json::from_slice(&self.text).map_err(|error| error.to_string())
    }
}

/// Whether any binary was left out unasked, so that how many tests it has is not known yet.
pub(super) fn has_unlisted(list: &List) -> bool {
    list.rust_suites.values().any(|suite| !suite.listed())
}

/// Whether the list holds a test that must run.
pub(super) fn has_matching(list: &List) -> bool {
    let mut tests = list.rust_suites.values().flat_map(|suite| suite.testcases.values());
    tests.any(|test| test.filter_match.status == "matches")
}

/// What the run needs to know beside the list.
pub(super) struct Known<'a> {
    /// The list again, without the default filter, where binaries were left out unasked.
    pub(super) whole: Option<&'a List>,
    /// Whether a binary (package, target) uses the standard harness.
    pub(super) standard_harness: &'a dyn Fn(&str, &str) -> bool,
    /// Makes a place that a panic names one that reports show, if it is in the workspace.
    pub(super) place: &'a dyn Fn(&str) -> Option<String>,
}

/// Puts list and results together.
pub(super) fn facts(list: &List, results: &Results, known: &Known<'_>) -> TestFacts {
    let mut facts = TestFacts::default();
    let mut slow: Vec<SlowTest> = Vec::new();
    for (id, suite) in &list.rust_suites {
        let mut binary = TestBinary {
            package: suite.package_name.clone(),
            target: suite.target(),
            end: BinaryEnd::Complete,
            ..TestBinary::default()
        };
        let standard = (known.standard_harness)(&binary.package, &binary.target);
        let mut missing = Vec::new();
        for (name, test) in &suite.testcases {
            let full = format!("{}::{} {name}", binary.package, binary.target);
            if test.filter_match.status != "matches" {
                if test.ignored && test.filter_match.reason.as_deref() == Some("ignored") {
                    binary.ignored += 1;
                    facts.ignored.push(full);
                } else {
                    binary.filtered_out += 1;
                }
                continue;
            }
            let Some(case) = results.get(&(id.clone(), name.clone())).filter(|case| !case.skipped) else {
                missing.push(name.as_str());
                continue;
            };
            slow.push(SlowTest { name: full.clone(), duration_ms: case.duration_ms });
            if case.passed && (!standard || confirmed(case)) {
                binary.passed += 1;
                facts.flaky.extend(case.flaky.then_some(full));
            } else {
                binary.failed += 1;
                facts.failed.push(failed(&binary, name, case, known.place));
            }
        }
        if !suite.listed() {
            let suite =
                known.whole.and_then(|whole| whole.rust_suites.get(id)).filter(|suite| suite.listed());
            match suite {
                Some(suite) => binary.filtered_out += suite.testcases.len(),
                None => binary.end = BinaryEnd::NoResults,
            }
        } else if suite.testcases.is_empty() && !standard {
            // A harness of its own that lists nothing: nobody knows what it would have tested.
            binary.end = BinaryEnd::NoResults;
        }
        if !missing.is_empty() {
            binary.end = unfinished(&binary, &missing);
        }
        facts.binaries.push(binary);
    }
    slow.sort_by(|a, b| b.duration_ms.cmp(&a.duration_ms).then_with(|| a.name.cmp(&b.name)));
    slow.truncate(10);
    facts.slowest = slow;
    facts
}

fn unfinished(binary: &TestBinary, missing: &[&str]) -> BinaryEnd {
    if binary.passed + binary.failed == 0 {
        return BinaryEnd::NoResults;
    }
    let names = missing.iter().take(5).map(|name| clip(name, 100)).collect::<Vec<_>>().join(", ");
    let more = if missing.len() > 5 { format!(" and {} more", missing.len() - 5) } else { String::new() };
    BinaryEnd::Crashed { how: format!("no result of {names}{more}") }
}

/// Whether the standard harness itself said that the one test passed.
fn confirmed(case: &TestCase) -> bool {
    let sum = case.stdout.lines().rev().find_map(libtest::counts);
    sum.is_some_and(|sum| sum.ok && sum.passed == 1 && sum.failed == 0)
}

fn failed(
    binary: &TestBinary,
    name: &str,
    case: &TestCase,
    place: &dyn Fn(&str) -> Option<String>,
) -> FailedTest {
    let crashed = if case.passed {
        Some("status 0, before the test harness had given the test's result".to_owned())
    } else if case.kind == "test abort" {
        Some(case.message.strip_prefix("process aborted with ").unwrap_or(&case.message).to_owned())
    } else {
        None
    };
    let panic = case.stderr.lines().chain(case.stdout.lines()).find_map(libtest::panic_place);
    let (file, line) = match panic.and_then(|(file, line)| Some((place(&file)?, line))) {
        Some((file, line)) => (Some(file), Some(line)),
        None => (None, None),
    };
    // What the harness prints around the test's own output says nothing new.
    let own = case.stdout.trim_start().strip_prefix("running 1 test").unwrap_or(&case.stdout);
    let own = own.split("\n\nfailures:\n").next().unwrap_or(own);
    let mut output = own.trim().to_owned();
    for part in [case.stderr.trim(), case.message.trim()] {
        if !output.contains(part) {
            output.push_str(if output.is_empty() { "" } else { "\n" });
            output.push_str(part);
        }
    }
    FailedTest {
        package: binary.package.clone(),
        target: binary.target.clone(),
        name: name.to_owned(),
        file,
        line,
        output: clip_start(&output, OUTPUT_LIMIT),
        crashed,
        timed_out: case.kind.contains("timeout") || case.message.contains("timed out"),
    }
}

/// The configuration that holds our profile: the report that is read back, with what passing tests
/// printed. With a profile to inherit from, it is the repository's configuration and our profile.
pub(super) fn config(junit: &Path, inherits: Option<(&str, &str)>) -> String {
    let quoted = |text: &str| toml_edit::Value::from(text).to_string();
    let profile = super::commands::PROFILE;
    let (head, inherits) = match inherits {
        Some((base, repository)) => {
            (format!("{repository}\n"), format!("[profile.{profile}]\ninherits = {}\n", quoted(base)))
        }
        None => (String::new(), String::new()),
    };
    let path = quoted(&junit.to_string_lossy());
    format!(
        "{head}{inherits}[profile.{profile}.junit]\npath = {path}\nstore-success-output = true\n\
         store-failure-output = true\n"
    )
}

/// Whether the repository's configuration has a profile with our name: it would be laid over ours.
pub(super) fn names_our_profile(repository: &str) -> bool {
    let document = repository.parse::<toml_edit::DocumentMut>().ok();
    let profiles = document.as_ref().and_then(|document| document.get("profile"));
    let ours = profiles.and_then(|profiles| profiles.get(super::commands::PROFILE));
    ours.is_some()
}

/// Reads the report.
///
/// # Errors
/// One line that says why it could not be read.
pub(super) fn results(path: &Path) -> Result<Results, String> {
    junit::read(path)
}

#[cfg(test)]
#[path = "nextest_tests.rs"]
mod tests;
