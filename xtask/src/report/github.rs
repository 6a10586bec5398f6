//! What GitHub Actions shows of a verdict: annotations, the step's summary, and the step's outputs.
//!
//! Whatever a step prints is searched for commands by the runner (`ActionCommand.cs` of actions/runner):
//! a line that begins with `::`, white space aside, and `##[` anywhere in a line. Nothing from outside
//! gets there: values in commands are escaped as GitHub's toolkit does it, and [`plain`] defuses the rest.

mod outputs;
mod summary;

use std::fmt::Write as _;

pub use self::outputs::outputs;
pub use self::summary::{SUMMARY_LIMIT, summary};
use super::place::Places;
use super::ranked::{Item, Rank, ranked};
use super::text::count;
use crate::verdict::Verdict;

/// What GitHub shows of errors, of warnings and of notices, of each step.
const SHOWN: usize = 10;

/// The findings as workflow commands, those that block first: as many of each kind as GitHub shows, and
/// one line that sums up the rest. `report` is the path of the JSON report, which holds all of it.
///
/// Format: "Workflow commands for GitHub Actions", `error`, `warning` and `notice`.
pub fn annotations(verdict: &Verdict, places: &Places<'_>, report: &str) -> String {
    let items = ranked(verdict);
    let (mut errors, mut warnings, mut notices) = (Vec::new(), Vec::new(), Vec::new());
    for item in &items {
        match item.rank {
            Rank::Blocks | Rank::Error => errors.push(item),
            Rank::Warning => warnings.push(item),
            Rank::Note => notices.push(item),
        }
    }
    let all = [(errors, "error"), (warnings, "warning"), (notices, "notice")];
    let too_many = all.iter().any(|(items, _)| items.len() > SHOWN);
    let mut out = String::new();
    let mut left_out = Vec::new();
    for (items, kind) in all {
        // The sum is a notice itself.
        let room = if too_many && kind == "notice" { SHOWN - 1 } else { SHOWN };
        items.iter().take(room).for_each(|item| annotation(&mut out, kind, item, places));
        if let Some(more @ 1..) = items.len().checked_sub(room) {
            left_out.push(count(more, kind));
        }
    }
    if !left_out.is_empty() {
        let message = format!(
            "{} more, of which GitHub shows no annotation: it shows {SHOWN} of each kind. {report} holds all.",
            left_out.join(", ")
        );
        let _ = writeln!(out, "::notice title=The rest::{}", data(&message));
    }
    out
}

fn annotation(out: &mut String, kind: &str, item: &Item<'_>, places: &Places<'_>) {
    let mut properties = Vec::new();
    if let Some((file, finding)) = item.finding.and_then(|finding| Some((places.file(finding)?, finding))) {
        properties.push(format!("file={}", property(&file)));
        if let Some(line) = finding.line {
            properties.push(format!("line={line}"));
            properties.extend(finding.column.map(|column| format!("col={column}")));
        }
    }
    properties.push(format!("title={}", property(item.code.as_str())));
    let message = format!("{}\nRemedy: {}", item.message(), item.remedy());
    let _ = writeln!(out, "::{kind} {}::{}", properties.join(","), data(&message));
}

/// What follows the second `::` of a command. As `escapeData` of @actions/core.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property of a command. As `escapeProperty` of @actions/core.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// Text in which the runner finds no command: what would begin one is written as Rust would escape it.
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive(['\n', '\r']) {
        let words = line.trim_start();
        let (before, words) = match words.strip_prefix("::") {
            Some(rest) => (format!("{}\\u{{3a}}:", &line[..line.len() - words.len()]), rest),
            None => (String::new(), line),
        };
        out.push_str(&before);
        out.push_str(&words.replace("##[", "##\\u{5b}"));
    }
    out
}

#[cfg(test)]
mod tests;
