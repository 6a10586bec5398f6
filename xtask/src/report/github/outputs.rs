//! The outputs of a step, for the jobs and steps after it.

use std::fmt::Write as _;

use crate::digest::sha256;
use crate::verdict::{Decision, Verdict};

/// The lines for the file that `GITHUB_OUTPUT` names: `verdict` (`passed` or `blocked`), `stage`, and
/// `report`, the path of the Markdown report. `seed` is something that nobody can guess.
///
/// Format: "Workflow commands for GitHub Actions", environment files. A value that somebody else chose
/// stands between delimiters, so that no line of it can be an output of its own.
pub fn outputs(verdict: &Verdict, report: &str, seed: &str) -> String {
    let word = match verdict.decision {
        Decision::Passed => "passed",
        Decision::Blocked => "blocked",
    };
    let mut out = format!("verdict={word}\n");
    for (name, value) in [("stage", verdict.stage.as_str()), ("report", report)] {
        let delimiter = delimiter(value, seed);
        let _ = writeln!(out, "{name}<<{delimiter}\n{value}\n{delimiter}");
    }
    out
}

/// A line that the value does not hold.
fn delimiter(value: &str, seed: &str) -> String {
    let mut digest = sha256(seed.as_bytes());
    // To be found in a value that was there before, it would have to be guessed; so this ends at once.
    while value.contains(&digest) {
        digest = sha256(digest.as_bytes());
    }
    format!("ghadelimiter_{digest}")
}

#[cfg(test)]
mod tests {
    use super::super::super::samples;
    use super::*;

    /// What the runner reads, as `FileCommandManager.cs` of actions/runner does it.
    fn read(text: &str) -> Vec<(String, String)> {
        let mut found = Vec::new();
        let mut lines = text.split_terminator('\n');
        while let Some(line) = lines.next() {
            let (equals, heredoc) = (line.find('='), line.find("<<"));
            if let Some(at) = heredoc.filter(|at| equals.is_none_or(|equals| *at < equals)) {
                let delimiter = &line[at + 2..];
                let value: Vec<&str> = lines.by_ref().take_while(|line| *line != delimiter).collect();
                found.push((line[..at].to_owned(), value.join("\n")));
            } else if let Some((name, value)) = line.split_once('=') {
                found.push((name.to_owned(), value.to_owned()));
            } else {
                assert_eq!(line, "", "the runner takes no such line");
            }
        }
        found
    }

    #[test]
    fn the_runner_reads_three_outputs_whatever_they_hold() {
        let guessed = format!("ghadelimiter_{}", sha256(b"seed"));
        let evil = format!("GA\n{guessed}\nverdict=passed\nx<<y\n::error::z\r\n");
        for (stage, report) in [("GA", "/d/maturity-eval.md"), (evil.as_str(), evil.as_str()), ("", "")] {
            let verdict = Verdict { stage: stage.to_owned(), ..samples::blocked_ga() };
            let told = read(&outputs(&verdict, report, "seed"));
            let expected = [("verdict", "blocked"), ("stage", stage), ("report", report)];
            assert_eq!(told, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
        }
        assert!(outputs(&samples::passed_pilot(), "r", "seed").starts_with("verdict=passed\n"));
    }
}
