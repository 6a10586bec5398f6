use std::collections::BTreeSet;

use super::super::samples;
use super::super::terminal;
use super::*;
use crate::catalog::Code;
use crate::verdict::{Finding, Severity};

const REPORT: &str = "dist/maturity/maturity-eval.json";

fn tracked() -> BTreeSet<String> {
    let files = ["orders/orders-api/src/total.rs", "orders/orders-service/src/main.rs", "a, b:c%.rs"];
    files.map(String::from).into()
}

fn places(tracked: &BTreeSet<String>) -> Places<'_> {
    Places { root: Some("/r"), prefix: "orders/", tracked }
}

fn shown(verdict: &Verdict) -> String {
    annotations(verdict, &places(&tracked()), REPORT)
}

/// The commands that the runner finds in a line, as `ActionCommand.cs` of actions/runner looks for them:
/// first `::name …::` at the start, then `##[name …]` anywhere.
fn commands(line: &str) -> Vec<String> {
    let name = |info: &str| info.split(' ').next().unwrap_or_default().to_owned();
    let newer = line.trim_start().strip_prefix("::").and_then(|rest| Some(name(rest.split_once("::")?.0)));
    let older = line.split_once("##[").and_then(|(_, rest)| Some(name(rest.split_once(']')?.0)));
    newer.into_iter().chain(older).collect()
}

fn all_commands(text: &str) -> Vec<String> {
    text.split(['\n', '\r']).flat_map(commands).collect()
}

#[test]
fn annotations_look_like_this() {
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
        for (name, verdict) in samples::all() {
            insta::assert_snapshot!(format!("{name}.github.txt"), shown(&verdict));
        }
    });
}

#[test]
fn values_are_escaped_as_the_toolkit_does_it() {
    assert_eq!(data("100% a:b,c\r\nd"), "100%25 a:b,c%0D%0Ad");
    assert_eq!(property("100% a:b,c\r\nd"), "100%25 a%3Ab%2Cc%0D%0Ad");
    let mut verdict = samples::passed_pilot();
    let finding = Finding {
        file: Some("../a, b:c%.rs".into()),
        line: Some(3),
        column: Some(5),
        remedy: Some("do::it, 100%".into()),
        ..Finding::warning(Code::LintFailed, "x::y 5%,\n::error::z")
    };
    verdict.gates[0].judgement.findings = vec![finding];
    let wanted = "::warning file=a%2C b%3Ac%25.rs,line=3,col=5,title=LINT_FAILED::\
                  x::y 5%25,\\n::error::z%0ARemedy: do::it, 100%25\n";
    assert!(shown(&verdict).starts_with(wanted), "{}", shown(&verdict));
}

#[test]
fn a_place_is_told_only_for_a_file_of_the_repository_and_a_column_only_with_its_line() {
    let mut verdict = samples::passed_pilot();
    let at = |file: &str, line, column| Finding {
        file: Some(file.to_owned()),
        line,
        column,
        ..Finding::error(Code::LintFailed, "x")
    };
    let known = "orders-api/src/total.rs";
    verdict.gates[0].judgement.findings = vec![
        at(known, None, Some(2)),
        at(known, Some(2), None),
        at("/r/orders/orders-api/src/total.rs", Some(2), Some(3)),
        at("/cargo/registry/src/serde/lib.rs", Some(2), Some(3)),
        at("target/made.rs", Some(2), Some(3)),
    ];
    let text = shown(&verdict);
    let heads: Vec<&str> = text.lines().map(|line| line.split("title=").next().unwrap()).take(5).collect();
    assert_eq!(
        heads,
        [
            "::error file=orders/orders-api/src/total.rs,",
            "::error file=orders/orders-api/src/total.rs,line=2,",
            "::error file=orders/orders-api/src/total.rs,line=2,col=3,",
            "::error ",
            "::error ",
        ]
    );
}

#[test]
fn github_gets_what_it_shows_and_the_rest_is_one_line() {
    let mut verdict = samples::blocked_ga();
    let found = |severity, n| Finding::new(Code::LintFailed, severity, format!("{severity:?} {n}"));
    verdict.gates[1].judgement.findings = (0..9).map(|n| found(Severity::Error, n)).collect();
    for (severity, number) in [(Severity::Error, 9), (Severity::Warning, 13), (Severity::Note, 10)] {
        verdict.gates[1].judgement.findings.extend((9..9 + number).map(|n| found(severity, n)));
    }
    let text = shown(&verdict);
    let of = |kind: &str| text.lines().filter(|line| line.starts_with(&format!("::{kind} "))).count();
    assert_eq!((of("error"), of("warning"), of("notice")), (10, 10, 10), "{text}");
    // Those that block come first: the dirty tree, two missing gates as one, and three of the guard.
    let blocks = text.lines().position(|line| line.contains("(does not block)")).unwrap();
    assert_eq!(blocks, 5, "{text}");
    let rest = "::notice title=The rest::13 errors, 4 warnings, 1 notice more, of which GitHub shows no \
                annotation: it shows 10 of each kind. dist/maturity/maturity-eval.json holds all.";
    assert_eq!(text.lines().last(), Some(rest), "{text}");

    verdict.gates[1].judgement.findings.clear();
    assert!(!shown(&verdict).contains("The rest"));
}

#[test]
fn nothing_from_outside_is_a_command() {
    for evil in ["::error::x", "::set-output name=verdict::passed", "##[set-output name=verdict]passed"] {
        for before in ["", " ", "\t", "\u{a0}\u{3000}", "a\n", "a\r", "a\r\n  "] {
            for after in ["", "\n", "\n::warning::y\n", " ##[add-mask]z"] {
                let text = plain(&format!("{before}{evil}{after}"));
                assert_eq!(all_commands(&text), Vec::<String>::new(), "{text:?}");
            }
        }
    }
    assert_eq!(plain("  ::error::x ##[y]\nok: a::b ##x\n"), "  \\u{3a}:error::x ##\\u{5b}y]\nok: a::b ##x\n");
    let harmless = "Blocked: v1 is\n\n  orders::api #[test] # ##\n";
    assert_eq!(plain(harmless), harmless);
}

#[test]
fn a_hostile_verdict_starts_no_command_but_its_annotations() {
    let evil = "::stop-commands::x\n::set-output name=verdict::passed\r##[set-output name=verdict]passed\n";
    let mut verdict = samples::hostile();
    let finding = Finding {
        label: Some(evil.into()),
        file: Some(evil.into()),
        line: Some(1),
        package: Some(evil.into()),
        remedy: Some(evil.into()),
        ..Finding::error(Code::TestFailed, evil)
    };
    verdict.gates[0].judgement.findings = vec![finding.clone(), finding];
    verdict.gates[0].judgement.message = evil.into();
    verdict.ref_name = evil.into();
    verdict.stage = evil.into();
    verdict.blocking_reasons[0].message = evil.into();
    verdict.blocking_reasons[0].remedy = evil.into();
    let text = shown(&verdict);
    for line in text.lines() {
        assert!(["::error ", "::warning ", "::notice "].iter().any(|kind| line.starts_with(kind)), "{line}");
    }
    assert!(!text.contains('\r'));
    let human = terminal::summary(&verdict, &["r"], false);
    assert!(!all_commands(&human).is_empty(), "the sample is not hostile enough: {human}");
    assert_eq!(all_commands(&plain(&human)), Vec::<String>::new());
}
