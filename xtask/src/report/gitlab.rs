//! `gl-code-quality-report.json`: what GitLab shows beside a merge request.
//!
//! Format: GitLab's "Code Quality report format". GitLab compares reports by fingerprint, so that of a
//! finding is the same from run to run, and no two findings of one report share it. Every entry needs a
//! file: what has none is told at the file in which one would look first.

use std::collections::BTreeMap;

use serde::Serialize;

use super::place::Places;
use super::ranked::{Item, Rank, ranked};
use super::text::one_line;
use crate::digest::sha256;
use crate::verdict::{Finding, Verdict};

#[derive(Serialize)]
struct Entry<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
}

/// The report: a list, with what blocks first.
pub fn render(verdict: &Verdict, places: &Places<'_>) -> String {
    let mut seen = BTreeMap::new();
    let entries: Vec<Entry<'_>> = ranked(verdict).iter().map(|item| entry(item, places, &mut seen)).collect();
    // Texts and numbers alone: there is nothing in it that JSON could not hold.
    let mut json = serde_json::to_string_pretty(&entries).unwrap_or_else(|_| "[]".to_owned());
    json.push('\n');
    json
}

fn entry<'a>(item: &Item<'a>, places: &Places<'_>, seen: &mut BTreeMap<String, u32>) -> Entry<'a> {
    let located = item.finding.and_then(|finding| Some((places.file(finding)?, finding.line)));
    let (path, line) = located.unwrap_or_else(|| (elsewhere(item, places), None));
    let severity = match item.rank {
        Rank::Blocks => "blocker",
        Rank::Error => "major",
        Rank::Warning => "minor",
        Rank::Note => "info",
    };
    Entry {
        description: format!("{} → {}", item.message(), item.remedy()),
        check_name: item.code.as_str(),
        fingerprint: fingerprint(item, &path, seen),
        severity,
        location: Location { path: one_line(&path), lines: Lines { begin: line.unwrap_or(1).max(1) } },
    }
}

/// Where one would look for what no file of the repository holds: at the lockfile for a package as such,
/// else at the workspace's manifest.
fn elsewhere(item: &Item<'_>, places: &Places<'_>) -> String {
    let package = item.finding.is_some_and(|finding| finding.package.is_some() && finding.file.is_none());
    let lockfile = places.of_workspace("Cargo.lock").filter(|_| package);
    lockfile.unwrap_or_else(|| format!("{}Cargo.toml", places.prefix))
}

/// What a finding is, without what changes by itself: not its line, which moves with every edit above,
/// and no number in its message, such as days left or seconds taken. Of several that are the same then,
/// each has its place among them.
fn fingerprint(item: &Item<'_>, path: &str, seen: &mut BTreeMap<String, u32>) -> String {
    let message = match item.finding {
        Some(finding) => without_numbers(&finding.message),
        None => String::new(),
    };
    let of = |field: fn(&Finding) -> &Option<String>| item.finding.and_then(|found| field(found).as_deref());
    let parts = [
        Some(item.code.as_str()),
        Some(item.gate.as_str()),
        Some(path),
        of(|finding| &finding.check),
        of(|finding| &finding.package),
        of(|finding| &finding.label),
        of(|finding| &finding.advisory),
        of(|finding| &finding.contract),
        Some(message.as_str()),
    ];
    // As a list of JSON, so that no two lists of parts make the same text.
    let key = serde_json::to_string(&parts).unwrap_or_default();
    let number = seen.entry(key.clone()).or_insert(0);
    *number += 1;
    sha256(format!("{key}{number}").as_bytes())
}

/// A text with `0` for each run of digits.
fn without_numbers(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut inside = false;
    for c in text.chars() {
        let digit = c.is_ascii_digit();
        match (digit, inside) {
            (true, false) => out.push('0'),
            (true, true) => {}
            (false, _) => out.push(c),
        }
        inside = digit;
    }
    out
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::super::samples;
    use super::*;
    use crate::catalog::Code;

    fn tracked() -> BTreeSet<String> {
        ["w/Cargo.lock", "w/Cargo.toml", "w/orders-api/src/total.rs"].map(String::from).into()
    }

    fn entries(verdict: &Verdict) -> Vec<Value> {
        let tracked = tracked();
        let places = Places { root: Some("/r"), prefix: "w/", tracked: &tracked };
        serde_json::from_str(&render(verdict, &places)).unwrap()
    }

    fn fingerprints(verdict: &Verdict) -> Vec<String> {
        entries(verdict).iter().map(|entry| entry["fingerprint"].as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn reports_look_like_this() {
        let tracked = tracked();
        let places = Places { root: Some("/r"), prefix: "w/", tracked: &tracked };
        insta::with_settings!({ snapshot_path => "snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
            for (name, verdict) in samples::all() {
                insta::assert_snapshot!(format!("{name}.gitlab.json"), render(&verdict, &places));
            }
        });
    }

    #[test]
    fn every_entry_has_what_the_format_demands_and_a_file_of_the_repository() {
        for (name, verdict) in samples::all() {
            let entries = entries(&verdict);
            assert!(!entries.is_empty(), "{name}");
            for entry in &entries {
                for key in ["description", "check_name", "fingerprint"] {
                    assert!(entry[key].as_str().is_some_and(|text| !text.is_empty()), "{name}: {entry}");
                }
                let severity = entry["severity"].as_str().unwrap();
                assert!(["info", "minor", "major", "critical", "blocker"].contains(&severity), "{entry}");
                assert!(tracked().contains(entry["location"]["path"].as_str().unwrap()), "{name}: {entry}");
                assert!(entry["location"]["lines"]["begin"].as_u64().unwrap() > 0, "{name}: {entry}");
            }
            let unique: BTreeSet<String> = fingerprints(&verdict).into_iter().collect();
            assert_eq!(unique.len(), entries.len(), "{name}: fingerprints are unique");
        }
    }

    #[test]
    fn what_has_no_file_is_told_at_the_lockfile_or_the_manifest() {
        let verdict = samples::blocked_ga();
        let path = |code: Code| {
            let entries = entries(&verdict);
            let entry = entries.iter().find(|entry| entry["check_name"] == code.as_str()).unwrap().clone();
            entry["location"]["path"].as_str().unwrap().to_owned()
        };
        assert_eq!(path(Code::TestFailed), "w/orders-api/src/total.rs");
        assert_eq!(path(Code::AuditVulnerable), "w/Cargo.lock");
        assert_eq!(path(Code::EvidenceMissing), "w/Cargo.toml");
    }

    #[test]
    fn a_fingerprint_stays_when_lines_and_numbers_move_and_changes_with_what_it_is() {
        let mut verdict = samples::passed_pilot();
        let lint = Finding {
            file: Some("orders-api/src/total.rs".into()),
            line: Some(7),
            package: Some("a@1.0.0".into()),
            ..Finding::error(Code::LintFailed, "took 12 s, 3 days left")
        };
        let mut of = |finding: &Finding| {
            verdict.gates[0].judgement.findings = vec![finding.clone()];
            fingerprints(&verdict)[0].clone()
        };
        let first = of(&lint);
        assert_eq!(of(&Finding { line: Some(9), ..lint.clone() }), first);
        assert_eq!(of(&Finding { message: "took 7 s, 14 days left".into(), ..lint.clone() }), first);
        for other in [
            Finding { message: "took 12 h, 3 days left".into(), ..lint.clone() },
            Finding { package: Some("a@1.0.1".into()), ..lint.clone() },
            Finding { file: Some("elsewhere.rs".into()), ..lint.clone() },
            Finding { label: Some("a test".into()), ..lint.clone() },
            Finding { advisory: Some("RUSTSEC-2026-0001".into()), ..lint.clone() },
            Finding { code: Code::TestFailed, ..lint.clone() },
        ] {
            assert_ne!(of(&other), first, "{other:?}");
        }
    }
}
