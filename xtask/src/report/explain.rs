//! `cargo xtask explain`: what a code means and how to fix it, and the same of the policy's rules. All of
//! it is the catalogue's, and the rules' table's.

use std::fmt::Write as _;

use crate::catalog::{CATALOG, Code};
use crate::diagnostics::nearest;
use crate::error::{Error, Result};

/// A rule of the policy, as its table has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Its name in the settings.
    pub id: &'static str,
    /// What it asks for.
    pub what: &'static str,
    /// Why a release should care.
    pub why: &'static str,
    /// What to do about a breach.
    pub remedy: &'static str,
}

/// One code or rule explained, or without one the list of all.
///
/// # Errors
/// A usage error for what is neither, with the nearest that is.
pub fn render(code: Option<&str>, rules: &[Rule]) -> Result<String> {
    let Some(asked) = code else { return Ok(list(rules)) };
    // A hyphen or a space for an underscore is no reason to send somebody back.
    let asked = asked.trim().replace(['-', ' '], "_");
    let rule = || rules.iter().find(|rule| rule.id.eq_ignore_ascii_case(&asked)).map(of_rule);
    Code::parse(&asked).map(one).or_else(rule).ok_or_else(|| unknown(&asked, rules))
}

fn unknown(asked: &str, rules: &[Rule]) -> Error {
    let shown = super::text::clip(&super::text::one_line(asked), 60);
    let known = CATALOG.iter().map(|(_, entry)| entry.code).chain(rules.iter().map(|rule| rule.id));
    let help = match nearest(asked, known) {
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
    sections(&mut out, &[("Why it matters", entry.why), ("What to do", entry.remedy), ("Waivers", &waivers)]);
    out
}

fn of_rule(rule: &Rule) -> String {
    let mut out = format!("{}: a rule of the policy\n", rule.id);
    let mode = format!(
        "It is on; `{}: report` or `off` under policy_drift.rules in ci/maturity-evidence.yml changes that.",
        rule.id
    );
    let told = [
        ("What it asks for", rule.what),
        ("Why it matters", rule.why),
        ("What to do", rule.remedy),
        ("Mode", &mode),
    ];
    sections(&mut out, &told);
    out
}

fn sections(out: &mut String, told: &[(&str, &str)]) {
    for (heading, body) in told {
        let _ = writeln!(out, "\n{heading}");
        for line in wrap(body, 76) {
            let _ = writeln!(out, "  {line}");
        }
    }
}

fn list(rules: &[Rule]) -> String {
    let width = CATALOG.iter().map(|(_, entry)| entry.code.len()).max().unwrap_or(0);
    let mut out = String::new();
    for (_, entry) in CATALOG {
        let _ = writeln!(out, "{:width$}  {}", entry.code, entry.title);
    }
    out.push_str("\nRules of the policy, whose breach is POLICY_VIOLATION\n");
    for rule in rules {
        let _ = writeln!(out, "{:width$}  {}", rule.id, rule.what);
    }
    out.push_str("\n`cargo xtask explain CODE` (or RULE) says why one matters and what to do.\n");
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

    const RULES: [Rule; 1] =
        [Rule { id: "be_kind", what: "all are kind", why: "Who is not?", remedy: "Smile." }];

    #[test]
    fn a_rule_is_explained_like_a_code() {
        let told = render(Some("Be-Kind"), &RULES).unwrap();
        for part in ["be_kind: a rule", "all are kind", "Who is not?", "Smile.", "`be_kind: report`"] {
            assert!(told.contains(part), "{told}");
        }
        assert!(render(None, &RULES).unwrap().contains("be_kind"));
        let error = render(Some("be_kin"), &RULES).unwrap_err().to_string();
        assert!(error.contains("did you mean be_kind?"), "{error}");
    }

    #[test]
    fn a_code_is_found_however_it_is_typed() {
        let expected = render(Some("TEST_FAILED"), &[]).unwrap();
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!("explain.txt", expected);
        });
        for spelling in ["test_failed", "Test-Failed", " TEST_FAILED ", "test failed"] {
            assert_eq!(render(Some(spelling), &[]).unwrap(), expected, "{spelling}");
        }
    }

    #[test]
    fn an_unknown_code_names_the_nearest() {
        for (asked, help) in [("TEST_FALIED", "did you mean TEST_FAILED?"), ("bananas", "lists all codes")] {
            let error = render(Some(asked), &RULES).unwrap_err();
            assert_eq!(error.kind(), Kind::Usage);
            assert!(error.to_string().contains(help), "{error}");
        }
        let error = render(Some("\u{1b}[2J"), &RULES).unwrap_err().to_string();
        assert!(!error.contains('\u{1b}'), "{error}");
    }

    #[test]
    fn every_code_is_listed_and_explained_within_eighty_columns() {
        let list = render(None, &RULES).unwrap();
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
