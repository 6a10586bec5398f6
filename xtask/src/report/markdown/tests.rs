use super::super::samples;
use super::*;
use crate::verdict::Finding;

/// The lines that are not captured output.
fn outside_fences(report: &str) -> Vec<&str> {
    let mut fence: Option<&str> = None;
    let mut lines = Vec::new();
    for line in report.lines() {
        let bare = line.trim_start();
        match fence {
            Some(open) if bare == open => fence = None,
            Some(_) => {}
            None if bare.starts_with("```") => fence = Some(bare.trim_end_matches("text")),
            None => lines.push(line),
        }
    }
    assert_eq!(fence, None, "a fence is left open");
    lines
}

/// A line without what is code and what is escaped: in what is left, markup would be markup.
fn live_part(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        let run = rest.len() - rest.trim_start_matches('`').len();
        if c == '\\' {
            rest = &rest[2..];
        } else if run > 0 {
            let (fence, after) = rest.split_at(run);
            let end = after.find(fence).unwrap_or_else(|| panic!("code is left open in {line:?}"));
            rest = &after[end + run..];
            assert!(!rest.starts_with('`'), "code spans touch in {line:?}");
        } else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    out
}

#[test]
fn nothing_from_outside_breaks_out() {
    let report = render(&samples::hostile());
    let lines = outside_fences(&report);
    let whole = |line: &str| lines.iter().filter(|found| **found == line).count();
    assert_eq!((whole("<details>"), whole("</details>")), (3, 3));
    for line in &lines {
        let mut rest = live_part(line).replace("@&#8203;", "");
        for ours in ["<details>", "</details>", "<summary>", "</summary>", "<code>", "</code>"] {
            rest = rest.replace(ours, "");
        }
        let rest = rest.trim_start_matches("> ");
        for bad in ["<", "@", "#1 ", "://", "www.", "\u{1b}", "\u{202e}", "](", "$", "&lt; ", "~~", "_i_"] {
            assert!(!rest.contains(bad), "{bad:?} in {rest:?} of {line:?}");
        }
        if line.starts_with('|') {
            let cells = line.matches('|').count() - 1;
            assert!([2, 4, 5].contains(&cells), "{cells} cells in {line:?}");
        }
        assert!(!line.starts_with("# "), "a heading from outside: {line:?}");
    }
}

#[test]
fn each_reason_is_followed_by_its_remedy() {
    let verdict = samples::blocked_ga();
    let report = render(&verdict);
    assert!(report.starts_with("**Blocked**: `v1.0.0` is not ready for GA\n"), "{report}");
    let numbered = [
        ("1. subject: TREE_DIRTY (", Code::TreeDirty),
        ("2. promotion_guard: CHECKS_FAILED (", Code::ChecksFailed),
        (
            "3. policy_drift: EVIDENCE_MISSING (its evidence was not gathered)\n4. field_budgets: EVIDENCE_MISSING (",
            Code::EvidenceMissing,
        ),
    ];
    for (start, code) in numbered {
        let (_, told) = report.split_once(start).unwrap_or_else(|| panic!("{start} in {report}"));
        let remedy = format!("   - **Remedy**: {}\n", inline(code.entry().remedy));
        assert!(told.split_inclusive('\n').nth(1) == Some(remedy.as_str()), "{told}");
    }
}

#[test]
fn findings_of_a_kind_share_a_heading_and_a_remedy() {
    let mut verdict = samples::blocked_ga();
    let unapproved = |n| Finding {
        package: Some(format!("p{n}@1.0.0")),
        remedy: Some(format!("Approve p{n}@1.0.0.")),
        ..Finding::error(Code::DepsUnapproved, format!("p{n}@1.0.0 is not approved"))
    };
    verdict.gates[1].judgement.findings = (1..=3).map(unapproved).collect();
    let report = render(&verdict);
    let remedy = inline(Code::DepsUnapproved.entry().remedy);
    let wanted = format!(
        "- ❌ **DEPS_UNAPPROVED** 3 components are not approved\n  - **Remedy**: {remedy}\n  - p1@1.0.0 is not approved\n"
    );
    assert!(
        report
            .replace("@&#8203;", "@")
            .replace('`', "")
            .contains(&wanted.replace("@&#8203;", "@").replace('`', "")),
        "{report}"
    );
}

#[test]
fn what_was_relaxed_cannot_be_overlooked() {
    let mut verdict = samples::passed_pilot();
    assert!(!render(&verdict).contains("[!"));
    verdict.subject.dirty = true;
    verdict.subject.dirty_count = 25;
    verdict.subject.dirty_paths = (0..20).map(|n| format!("src/{n}.rs")).collect();
    verdict.subject_findings.push(Finding::warning(Code::ReleaseTagLax, "v1.0.0 lands in PILOT"));
    verdict.overrides = samples::blocked_ga().overrides;
    let report = render(&verdict);
    let (top, _) = report.split_once("<details>").unwrap();
    for said in ["[!CAUTION]", "`--stage` `GA`", "25 files differ", "`src/19.rs`, …", "RELEASE_TAG_LAX"] {
        assert!(top.contains(said), "{said} in {top}");
    }
    assert!(!top.contains("`--ref`"), "what relaxes nothing needs no box");
}

#[test]
fn many_findings_are_cut_short_and_counted() {
    let mut verdict = samples::blocked_ga();
    let finding = |n: usize| Finding::error(Code::LintFailed, format!("lint {n}"));
    verdict.gates[0].judgement.findings = (1..=73).map(finding).collect();
    let report = render(&verdict);
    assert!(report.contains("lint 50\n") && !report.contains("lint 51\n"));
    assert!(report.contains("- and 23 more in `maturity-eval.json`"));
}

#[test]
fn a_report_fits_into_a_comment_whatever_was_found() {
    let mut verdict = samples::blocked_ga();
    for gate in &mut verdict.gates {
        let mut finding = Finding::error(Code::TestFailed, samples::EVIL.repeat(50));
        finding.detail = Some(samples::EVIL.repeat(50));
        gate.judgement.findings = vec![finding; 100];
    }
    let hostile = samples::hostile();
    let waived = hostile.gates[0].judgement.findings[1].clone();
    verdict.gates[4].judgement.findings = vec![waived; 100];
    verdict.break_glass = vec![hostile.break_glass[0].clone(); 100];
    let artifact = verdict.artifacts[0].clone();
    verdict.artifacts = vec![artifact; 1_000];
    let report = render(&verdict);
    assert!(report.chars().count() < 65_536, "{}", report.chars().count());
    outside_fences(&report);
    assert_eq!(report.matches("\n</details>\n").count(), 7);
}

#[test]
fn what_is_waived_and_what_was_weakened_stands_near_the_top_and_is_bounded() {
    let verdict = samples::waived::waived_pre_ga();
    let report = render(&verdict);
    let (top, folded) = report.split_once("<details>").unwrap();
    for said in [
        "**Passed**: `v1.0.0-rc.1` is ready for PRE_GA, with 1 finding waived",
        "> **Break glass in effect.**",
        "> - weakened `stages.GA.gates.deps_approval`: required → report_only (commit `0f1a2b3c4d5e`, by Ada",
        "> - freeze overridden `year end`: security fix that cannot wait (by ada, `2026-11-22T12:34:56Z`)",
        "| LICENSE_DENIED | `ring@0.17.8` is under",
        "| required | ☑️ pass, 1 waived |",
        "WAIVER_EXPIRED",
    ] {
        assert!(top.contains(said), "{said} in {top}");
    }
    assert!(
        folded.contains("- ☑️ **LICENSE_DENIED**") && folded.contains("- **Waived** until 2026-11-30 by")
    );

    let mut many = samples::waived::waived_pre_ga();
    let finding = many.gates[1].judgement.findings[0].clone();
    many.gates[1].judgement.findings = vec![finding; 25];
    many.break_glass = vec![samples::waived::weakened(); 23];
    let report = render(&many);
    assert!(report.contains("\nand 5 more in `maturity-eval.json`\n"), "{report}");
    assert!(report.contains("> - and 3 more in `maturity-eval.json`\n"), "{report}");
}
