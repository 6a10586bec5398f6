//! `cargo xtask explain`: what a code means and how to fix it. All of it is the catalogue's.

use std::fmt::Write as _;

use crate::catalog::{CATALOG, Code};
use crate::diagnostics::nearest;
use crate::error::{Error, Result};

/// One code explained, or without one the list of all.
///
/// # Errors
/// A usage error for a code that is not in the catalogue, with the nearest one that is.
pub fn render(code: Option<&str>) -> Result<String> {
    let Some(asked) = code else { return Ok(list()) };
    // A hyphen or a space for an underscore is no reason to send somebody back.
    let asked = asked.trim().replace(['-', ' '], "_");
    Code::parse(&asked).map(one).ok_or_else(|| unknown(&asked))
}

fn unknown(asked: &str) -> Error {
    let shown = super::text::clip(&super::text::one_line(asked), 60);
    let help = match nearest(asked, CATALOG.iter().map(|(_, entry)| entry.code)) {
        Some(code) => format!("did you mean {code}? `cargo xtask explain` lists all codes"),
        None => "`cargo xtask explain` lists all codes".to_string(),
    };
    Error::usage(format!("there is no code `{shown}`")).help(help)
}

fn one(code: Code) -> String {
    let entry = code.entry();
    let mut out = format!("{}: {}\n", entry.code, entry.title);
    let waivers = match code.unwaivable() {
        None => format!("`cargo xtask waive {code}` writes an exception for one place, until a day."),
        Some(why) => format!("It cannot be waived: {why}."),
    };
    let told = [("Why it matters", entry.why), ("What to do", entry.remedy), ("Waivers", &waivers)];
    for (heading, body) in told {
        let _ = writeln!(out, "\n{heading}");
        for line in wrap(body, 76) {
            let _ = writeln!(out, "  {line}");
        }
    }
    out
}

fn list() -> String {
    let width = CATALOG.iter().map(|(_, entry)| entry.code.len()).max().unwrap_or(0);
    let mut out = String::new();
    for (_, entry) in CATALOG {
        let _ = writeln!(out, "{:width$}  {}", entry.code, entry.title);
    }
    out.push_str("\n`cargo xtask explain CODE` says why one matters and what to do.\n");
    out
}

/// Breaks at spaces; a word longer than a line, and a command in backticks, stay whole.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut in_code = false;
    for word in text.split(' ') {
        let line = lines.last_mut().expect("there is always a line");
        if !line.is_empty() && !in_code && line.chars().count() + 1 + word.chars().count() > width {
            lines.push(word.to_string());
        } else {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        in_code ^= word.matches('`').count() % 2 == 1;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;

    #[test]
    fn a_code_is_found_however_it_is_typed() {
        let expected = render(Some("TEST_FAILED")).unwrap();
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!("explain.txt", expected);
        });
        for spelling in ["test_failed", "Test-Failed", " TEST_FAILED ", "test failed"] {
            assert_eq!(render(Some(spelling)).unwrap(), expected, "{spelling}");
        }
    }

    #[test]
    fn an_unknown_code_names_the_nearest() {
        for (asked, help) in [("TEST_FALIED", "did you mean TEST_FAILED?"), ("bananas", "lists all codes")] {
            let error = render(Some(asked)).unwrap_err();
            assert_eq!(error.kind(), Kind::Usage);
            assert!(error.to_string().contains(help), "{error}");
        }
        let error = render(Some("\u{1b}[2J")).unwrap_err().to_string();
        assert!(!error.contains('\u{1b}'), "{error}");
    }

    #[test]
    fn every_code_is_listed_and_explained_within_eighty_columns() {
        let list = render(None).unwrap();
        for (code, entry) in CATALOG {
            assert!(list.lines().any(|line| line.starts_with(entry.code) && line.ends_with(entry.title)));
            let text = one(*code);
            let said = text.replace("\n  ", " ");
            assert!(said.contains(entry.why) && said.contains(entry.remedy), "{text}");
            let fits = |line: &str| line.chars().count() <= 80 || line.contains('`');
            assert!(text.lines().all(fits), "{text}");
        }
    }
}
