//! Reads what libtest prints, in the sections that cargo begins with a `Running` or `Doc-tests` line.
//!
//! Tests share the stream with libtest and may print anything, results included. Therefore only
//! sections of targets that are known to have been built count, each once; a section counts as complete
//! only if the tests it announced, the results it summed up and what cargo said of its exit all agree;
//! and the last sum wins. What does not agree is never called complete.

use std::collections::{BTreeMap, BTreeSet};

use super::text::{LINE_LIMIT, Output, clip};
use crate::evidence::checks::BinaryEnd;

/// The most names of failed, and of ignored, tests that are kept of a section.
const NAME_LIMIT: usize = 1000;

/// What one section said.
#[derive(Debug, Default)]
pub(super) struct Section {
    /// Whether its heading was seen.
    pub(super) seen: bool,
    blocks: Vec<Block>,
    /// Tests that failed, with what they printed.
    pub(super) failed: BTreeMap<String, Failure>,
    /// Ignored tests.
    pub(super) ignored: BTreeSet<String>,
    /// cargo's own word that it did not end well.
    cargo_failed: bool,
    /// How its process ended, where cargo says more than that.
    ended: Option<String>,
}

/// What is known of a failed test.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Failure {
    /// What it printed.
    pub(super) output: String,
    /// Where it panicked: file and line as printed.
    pub(super) place: Option<(String, u32)>,
}

/// One `running N tests` with its result. Doc tests may have several in a section.
#[derive(Debug, Default)]
struct Block {
    announced: usize,
    result: Option<Counts>,
}

/// The sums of a `test result:` line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) ok: bool,
    pub(super) passed: usize,
    pub(super) failed: usize,
    pub(super) ignored: usize,
    pub(super) measured: usize,
    pub(super) filtered_out: usize,
}

impl Block {
    /// The result, if it accounts for every test that was announced.
    fn agreed(&self) -> Option<Counts> {
        let result = self.result?;
        let sum = [result.passed, result.failed, result.ignored, result.measured]
            .into_iter()
            .try_fold(0_usize, usize::checked_add)?;
        (sum == self.announced && result.ok == (result.failed == 0)).then_some(result)
    }
}

impl Section {
    /// The sums over all of it, as far as they can be relied on.
    pub(super) fn counts(&self) -> Counts {
        let mut sum = Counts { ok: true, ..Counts::default() };
        for counts in self.blocks.iter().filter_map(Block::agreed) {
            sum.ok &= counts.ok;
            sum.passed = sum.passed.saturating_add(counts.passed);
            sum.failed = sum.failed.saturating_add(counts.failed);
            sum.ignored = sum.ignored.saturating_add(counts.ignored);
            sum.measured = sum.measured.saturating_add(counts.measured);
            sum.filtered_out = sum.filtered_out.saturating_add(counts.filtered_out);
        }
        sum
    }

    /// Whether its results are complete.
    pub(super) fn end(&self) -> BinaryEnd {
        if let Some(how) = &self.ended {
            return BinaryEnd::Crashed { how: how.clone() };
        }
        if self.blocks.is_empty() {
            return BinaryEnd::NoResults;
        }
        let crashed = |how: &str| BinaryEnd::Crashed { how: how.into() };
        if self.blocks.iter().any(|block| block.result.is_none()) {
            return crashed("it ended before it had summed up its results");
        }
        if self.blocks.iter().any(|block| block.agreed().is_none()) {
            return crashed("its results do not add up to the tests that it announced");
        }
        if self.cargo_failed != (self.counts().failed > 0) {
            return crashed("its exit status does not fit its results");
        }
        BinaryEnd::Complete
    }
}

/// The output of a failed test, while it is read.
#[derive(Debug, Default)]
struct Captured {
    test: String,
    output: Output,
    place: Option<(String, u32)>,
}

/// Reads the merged output of `cargo test`.
#[derive(Debug)]
pub(super) struct LibtestReader {
    sections: Vec<Section>,
    current: Option<usize>,
    capture: Option<Captured>,
    after_caused_by: bool,
    /// Whether a section may hold several blocks, as those of doc tests do.
    many_blocks: bool,
}

impl LibtestReader {
    /// A reader for that many known targets.
    pub(super) fn new(targets: usize, many_blocks: bool) -> Self {
        let sections = std::iter::repeat_with(Section::default).take(targets).collect();
        LibtestReader { sections, current: None, capture: None, after_caused_by: false, many_blocks }
    }

    /// Reads a line. `heading` says which known target's section the line begins, if it looks like a
    /// heading of cargo's; of those it names, the first that was not seen yet is taken.
    pub(super) fn line(&mut self, line: &str, heading: &dyn Fn(&str) -> Vec<usize>) {
        if line.starts_with(' ')
            && let Some(index) = heading(line).into_iter().find(|index| !self.sections[*index].seen)
        {
            self.end_capture();
            self.sections[index].seen = true;
            self.current = Some(index);
            return;
        }
        let Some(current) = self.current else { return };
        if line.starts_with("error: test failed, to rerun")
            || line.starts_with("error: doctest failed, to rerun")
        {
            self.end_capture();
            self.sections[current].cargo_failed = true;
            return;
        }
        if let Some(how) = ended(line).filter(|_| self.after_caused_by) {
            // An exit status of libtest's own (101: tests failed) says nothing new.
            self.sections[current].ended = Some(how);
        }
        self.after_caused_by = line == "Caused by:";
        self.results(current, line);
    }

    /// All sections, in the order of the targets.
    pub(super) fn finish(mut self) -> Vec<Section> {
        self.end_capture();
        self.sections
    }

    fn results(&mut self, current: usize, line: &str) {
        let section = &mut self.sections[current];
        if let Some(announced) = announced(line) {
            let next = section.blocks.last().is_none_or(|block| self.many_blocks && block.agreed().is_some());
            if next && section.blocks.len() < NAME_LIMIT {
                section.blocks.push(Block { announced, result: None });
            }
        } else if let Some(counts) = counts(line) {
            if let Some(block) = section.blocks.last_mut() {
                block.result = Some(counts);
                // cargo speaks of an exit after the last result; what came before was printed by a test.
                (section.cargo_failed, section.ended) = (false, None);
            }
            self.end_capture();
        } else if let Some(name) =
            line.strip_prefix("---- ").and_then(|rest| rest.strip_suffix(" stdout ----"))
        {
            self.end_capture();
            if self.sections[current].failed.len() < NAME_LIMIT {
                self.capture = Some(Captured { test: test_name(name), ..Captured::default() });
            }
        } else if let Some(Captured { output, place, .. }) = &mut self.capture {
            if line == "failures:" {
                self.end_capture();
            } else {
                output.line(line);
                *place = place.take().or_else(|| panic_place(line));
            }
        } else if let Some((name, word)) = outcome(line) {
            if word == "FAILED" && section.failed.len() < NAME_LIMIT {
                section.failed.entry(name).or_default();
            } else if word.starts_with("ignored") && section.ignored.len() < NAME_LIMIT {
                section.ignored.insert(name);
            }
        }
    }

    fn end_capture(&mut self) {
        let Some(Captured { test, output, place }) = self.capture.take() else { return };
        let Some(section) = self.current.and_then(|current| self.sections.get_mut(current)) else { return };
        let failure = section.failed.entry(test).or_default();
        if failure.output.is_empty() {
            *failure = Failure { output: output.finish(), place };
        }
    }
}

/// The N of `running N tests`.
fn announced(line: &str) -> Option<usize> {
    let rest = line.strip_prefix("running ")?;
    rest.strip_suffix(" tests").or_else(|| rest.strip_suffix(" test"))?.parse().ok()
}

/// The sums of `test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; …`.
/// Text that some test left on the line before it is no obstacle.
pub(super) fn counts(line: &str) -> Option<Counts> {
    let (_, rest) = line.rsplit_once("test result: ")?;
    let (word, rest) = rest.split_once(". ")?;
    let ok = match word {
        "ok" => true,
        "FAILED" => false,
        _ => return None,
    };
    let mut numbers = rest.split("; ");
    let mut next = |noun: &str| numbers.next()?.strip_suffix(noun)?.strip_suffix(' ')?.parse().ok();
    Some(Counts {
        ok,
        passed: next("passed")?,
        failed: next("failed")?,
        ignored: next("ignored")?,
        measured: next("measured")?,
        filtered_out: next("filtered out")?,
    })
}

/// Name and outcome of `test NAME ... ok`.
fn outcome(line: &str) -> Option<(String, &str)> {
    let (name, word) = line.strip_prefix("test ")?.rsplit_once(" ... ")?;
    Some((test_name(name), word))
}

/// The name without what libtest and rustdoc add to it.
fn test_name(name: &str) -> String {
    let name = [" - should panic", " - compile fail", " - compile"]
        .iter()
        .find_map(|suffix| name.strip_suffix(suffix))
        .unwrap_or(name);
    clip(name, LINE_LIMIT)
}

/// File and line of `thread 'x' panicked at FILE:LINE:COLUMN:`.
pub(super) fn panic_place(line: &str) -> Option<(String, u32)> {
    let (_, place) = line.split_once("panicked at ")?;
    let mut parts = place.trim_end_matches(':').rsplitn(3, ':');
    let (_column, line, file) = (parts.next()?.parse::<u32>().ok()?, parts.next()?, parts.next()?);
    Some((clip(file, LINE_LIMIT), line.parse().ok()?))
}

/// How a process ended: the part in brackets of cargo's
/// ``process didn't exit successfully: `…` (signal: 6, SIGABRT: process abort signal)``.
fn ended(line: &str) -> Option<String> {
    let rest = line.trim_start().strip_prefix("process didn't exit successfully: `")?;
    let (_, how) = rest.rsplit_once("` (")?;
    let how = how.strip_suffix(')')?;
    let Some(signal) = how.strip_prefix("signal: ") else { return Some(clip(how, LINE_LIMIT)) };
    let mut words = signal.split([',', ':']);
    let number = words.next()?.trim();
    let name = words.next().map(str::trim).filter(|name| name.starts_with("SIG"));
    Some(name.map_or_else(|| format!("signal {number}"), |name| format!("signal {number} ({name})")))
}

#[cfg(test)]
#[path = "libtest_tests.rs"]
mod tests;
