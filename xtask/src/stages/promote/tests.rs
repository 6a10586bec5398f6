use std::fs;
use time::macros::{date, datetime};

use super::*;
use crate::gates::Mode;
use crate::stages::{builtin, parse};

const REQUIRED: Given = Given::Plain(Mode::Required);
const REPORT_ONLY: Given = Given::Plain(Mode::ReportOnly);
const FROM: Given = Given::RequiredFrom(date!(2027 - 03 - 01));

fn request<'a>(stage: &'a str, gates: &'a [Gate], mode: Given) -> Request<'a> {
    Request { stage, gates, mode, now: datetime!(2026-11-25 0:00 UTC) }
}

fn edited(text: &str, gates: &[Gate], mode: Given) -> Result<String> {
    let document = Document::parse(text.as_bytes(), FILE)?;
    changed(&document, &request("GA", gates, mode)).map(|(text, _)| text)
}

/// A file with a first stage, and `gates` of GA as given, at the indentation of its keys.
fn file(gates: &str) -> String {
    format!(
        "# Grüße: a comment with \"quotes\" and {{braces}}\nversion: 1\nstages:\n  LOW: {{patterns: ['*'], gates: report_only}}\n  GA:\n    # before\n    gates: {gates}\n    patterns: [\"v*\"] # after\n"
    )
}

/// The edit of `gates` of GA, and that it comes back where it can be undone by the same words.
fn assert_edit(gates: &str, promoted: &[Gate], mode: Given, expected: &str) {
    for crlf in [false, true] {
        let ends = |text: String| if crlf { text.replace('\n', "\r\n") } else { text };
        let (before, after) = (ends(file(gates)), ends(file(expected)));
        let found = edited(&before, promoted, mode).unwrap_or_else(|error| panic!("{gates}: {error}"));
        assert_eq!(found, after, "{gates}");
        // Again is nothing.
        assert_eq!(edited(&found, promoted, mode).unwrap(), found);
    }
}

const ONE: [Gate; 1] = [Gate::DepsApproval];

#[test]
fn a_mode_among_others_changes_alone_and_keeps_its_quotes() {
    let rest = "\n      promotion_guard: required   # keep\n      policy_drift: 'report_only'\n\n      field_budgets: &here report_only\n      \"observability_verify\": required";
    for (before, mode, after) in [
        ("report_only", REQUIRED, "required"),
        ("report_only # why", REQUIRED, "required # why"),
        ("\"report_only\"", REQUIRED, "\"required\""),
        ("'report_only'   # ü", REQUIRED, "'required'   # ü"),
        ("\"report\\x5fonly\"", REQUIRED, "\"required\""),
        ("!!str report_only", REQUIRED, "!!str required"),
        ("&a report_only", REQUIRED, "&a required"),
        ("\n        report_only", REQUIRED, "\n        required"),
        ("report_only", FROM, "{required_from: 2027-03-01}"),
        ("\"report_only\"", FROM, "{\"required_from\": \"2027-03-01\"}"),
        ("{required_from: 2026-12-01} # soon", REQUIRED, "required # soon"),
        ("{required_from: 2026-12-01}", REPORT_ONLY, "report_only"),
        ("{ required_from: \"2026-12-01\", }", REPORT_ONLY, "\"report_only\""),
        ("{\n         required_from: 2026-12-01 }", FROM, "{\n         required_from: 2027-03-01 }"),
        (
            "\n        required_from: '2026-12-01' # soon",
            FROM,
            "\n        required_from: '2027-03-01' # soon",
        ),
        ("\n        required_from: 2026-12-01 # soon", REQUIRED, "required # soon"),
        ("# x:\n        required_from: 2026-12-01 # soon", REQUIRED, "# x:\n        required # soon"),
    ] {
        let gates = |mode: &str| format!("{rest}\n      deps_approval: {mode}");
        let gap = before.starts_with('\n') && !after.starts_with('\n');
        let before = if gap { gates(before).replace("approval: \n", "approval:\n") } else { gates(before) };
        assert_edit(&before, &ONE, mode, &gates(after));
    }
}

#[test]
fn several_modes_change_at_once() {
    let of = |mode: &str| {
        let gate = |gate: Gate| format!("\n      {gate}: {mode} # about {gate}");
        Gate::ALL.map(gate).concat()
    };
    assert_edit(&of("report_only"), &Gate::ALL, REQUIRED, &of("required"));
    assert_edit(&of("required"), &Gate::ALL, FROM, &of("{required_from: 2027-03-01}"));
}

#[test]
fn one_mode_for_all_stays_one_word_if_all_of_them_change() {
    assert_edit("required # short", &Gate::ALL, REPORT_ONLY, "report_only # short");
    assert_edit("report_only", &Gate::ALL, FROM, "{required_from: 2027-03-01}");
    assert_edit("{required_from: 2026-12-01}", &Gate::ALL, REQUIRED, "required");
    assert_edit("{required_from: 2026-12-01}", &Gate::ALL, FROM, "{required_from: 2027-03-01}");
}

#[test]
fn one_mode_for_all_becomes_a_mode_for_each_in_the_form_around_it() {
    let each = |rest: &str, deps: &str| {
        let gate = |gate: Gate| match gate {
            Gate::DepsApproval => format!("\n      {gate}: {deps}"),
            _ => format!("\n      {gate}: {rest}"),
        };
        Gate::ALL.map(gate).concat()
    };
    for (short, mode, rest, deps) in [
        ("report_only", REQUIRED, "report_only", "required"),
        ("'required'", REPORT_ONLY, "'required'", "'report_only'"),
        ("{required_from: 2026-12-01}", REQUIRED, "{required_from: 2026-12-01}", "required"),
        ("report_only", FROM, "report_only", "{required_from: 2027-03-01}"),
    ] {
        // Not even a blank is left behind where the word stood.
        let expected = file(&each(rest, deps)).replace("gates: \n", "gates:\n");
        assert_eq!(edited(&file(short), &ONE, mode).unwrap(), expected, "{short}");
        let crlf = |text: &str| text.replace('\n', "\r\n");
        assert_eq!(edited(&crlf(&file(short)), &ONE, mode).unwrap(), crlf(&expected), "{short}");
        // A comment stays where it was.
        assert_edit(
            &format!("{short} # short for all"),
            &ONE,
            mode,
            &format!("# short for all{}", each(rest, deps)),
        );
        assert_edit(&format!("\n      {short} # all"), &ONE, mode, &format!("{} # all", each(rest, deps)));
    }
    let anchored = edited(&file("&strict required"), &ONE, REPORT_ONLY).unwrap();
    assert!(
        anchored
            .contains("gates: &strict\n      promotion_guard: required\n      deps_approval: report_only\n"),
        "{anchored}"
    );
    let last = "version: 1\nstages:\n GA:\n   patterns: [v*]\n   gates: required";
    let expected = "version: 1\nstages:\n GA:\n   patterns: [v*]\n   gates:\n     promotion_guard: required\n     deps_approval: report_only\n     policy_drift: required\n     field_budgets: required\n     observability_verify: required";
    assert_eq!(edited(last, &ONE, REPORT_ONLY).unwrap(), expected);
}

#[test]
fn within_braces_everything_stays_within_braces() {
    let flow = |gates: &str| {
        format!(
            "version: 1\nstages:\n  LOW: {{patterns: ['*'], gates: report_only}}\n  GA: {{patterns: [v*], gates: {gates}}} # end\n"
        )
    };
    let each = "{promotion_guard: required, deps_approval: report_only, policy_drift: required, field_budgets: required, observability_verify: required}";
    assert_eq!(edited(&flow("required"), &ONE, REPORT_ONLY).unwrap(), flow(each));
    assert_eq!(
        edited(&flow(each), &ONE, REQUIRED).unwrap(),
        flow(&each.replace("deps_approval: report_only", "deps_approval: required"))
    );
    assert_eq!(
        edited(&flow(each), &ONE, FROM).unwrap(),
        flow(&each.replace("deps_approval: report_only", "deps_approval: {required_from: 2027-03-01}"))
    );
    // JSON is YAML, and stays JSON.
    let json = |gates: &str| {
        format!("{{\"version\":1,\"stages\":{{\"GA\":{{\"gates\":{gates},\"patterns\":[\"v*\"]}}}}}}")
    };
    let expected =
        each.replace(": ", "\": \"").replace(", ", "\", \"").replace('{', "{\"").replace('}', "\"}");
    let found = edited(&json("\"required\""), &ONE, REPORT_ONLY).unwrap();
    assert_eq!(found, json(&expected));
    assert!(serde_json::from_str::<serde_json::Value>(&found).is_ok(), "{found}");
}

#[test]
fn what_cannot_be_edited_alone_is_left_as_it_is() {
    let shared = |low: &str, high: &str| {
        format!(
            "version: 1\nstages:\n  LOW:\n    patterns: ['*']\n    gates: {low}\n  GA:\n    patterns: [v*]\n    gates: {high}\n"
        )
    };
    let each = "{promotion_guard: required, deps_approval: report_only, policy_drift: required, field_budgets: required, observability_verify: required}";
    for (text, expected) in [
        (shared("&x report_only", "*x"), "shared through an alias (*) of the anchor (&) in line 5"),
        (shared(&format!("&x {each}"), "*x"), "shared through an alias (*) of the anchor (&) in line 5"),
        (
            shared(
                "report_only",
                &each.replace(
                    "deps_approval: report_only, policy_drift: required",
                    "policy_drift: &m report_only, deps_approval: *m",
                ),
            ),
            "shared through an alias (*) of the anchor (&) in line 8",
        ),
        (
            shared(
                "report_only",
                &each.replace(
                    "deps_approval: report_only, policy_drift: required",
                    "deps_approval: &m report_only, policy_drift: *m",
                ),
            ),
            "would change GA.policy_drift as well, which shares the value through an anchor",
        ),
        (shared("report_only", "|-\n      report_only"), "is not written as a plain word"),
        (
            shared("report_only", &each.replace("report_only", "{required_from: 2026-12-01 # soon\n      }")),
            "a comment within braces would be lost",
        ),
    ] {
        let error = edited(&text, &ONE, REQUIRED).unwrap_err();
        assert_eq!(error.kind(), crate::error::Kind::Usage);
        let told = error.to_string();
        assert!(told.contains(expected) && told.contains("was left as it is"), "{text}: {told}");
    }
    // The anchor's own stage is edited only if no other stage means the same text.
    let below = "version: 1\nstages:\n  GA:\n    patterns: [v*]\n    gates: &x report_only\n  TOP:\n    patterns: [w*]\n    gates: *x\n";
    let told = edited(below, &Gate::ALL, REQUIRED).unwrap_err().to_string();
    assert!(told.contains("would change TOP.promotion_guard, TOP.deps_approval"), "{told}");
}

#[test]
fn keys_that_are_aliases_are_no_panic() {
    for (anchors, gates) in [
        ("description: &k required_from", "{*k : 2026-12-01}"),
        ("description: &k required_from", "\n      *k : 2026-12-01"),
        (
            "description: &k required_from",
            "\n      promotion_guard: required\n      deps_approval:\n        *k : 2026-12-01\n      policy_drift: required\n      field_budgets: required\n      observability_verify: required",
        ),
        ("description: [&k required_from, &d 2026-12-01]", "{*k : *d}"),
        (
            "description: &k deps_approval",
            "{promotion_guard: &m report_only, *k : *m, policy_drift: required, field_budgets: required, observability_verify: required}",
        ),
    ] {
        let text =
            format!("version: 1\nstages:\n  GA:\n    {anchors}\n    patterns: [v*]\n    gates: {gates}\n");
        for (gates, mode) in
            [(&ONE[..], REQUIRED), (&ONE[..], FROM), (&Gate::ALL[..], REQUIRED), (&Gate::ALL[..], FROM)]
        {
            // Right or refused: what is right was proven by reading it back.
            if let Err(error) = edited(&text, gates, mode) {
                assert_eq!(error.kind(), crate::error::Kind::Usage, "{text}");
            }
        }
    }
}

#[test]
fn a_stage_that_is_laxer_than_the_one_before_it_is_warned_of() {
    let text = file("required").replace("gates: report_only}", "gates: required}");
    let document = Document::parse(text.as_bytes(), FILE).unwrap();
    let (_, outcome) = changed(&document, &request("GA", &ONE, REPORT_ONLY)).unwrap();
    assert_eq!(outcome.warnings.len(), 1);
    assert!(outcome.warnings[0].starts_with("GA is laxer than LOW"), "{:?}", outcome.warnings);
    assert_eq!(outcome.changes, [(Gate::DepsApproval, "required".into(), "report_only".into())]);
    // What was so before is not told again.
    let (text, _) = changed(&document, &request("GA", &ONE, REPORT_ONLY)).unwrap();
    let document = Document::parse(text.as_bytes(), FILE).unwrap();
    let (_, outcome) = changed(&document, &request("GA", &[Gate::PolicyDrift], FROM)).unwrap();
    assert_eq!(outcome.warnings.len(), 1);
    assert!(
        outcome.warnings[0].contains("policy_drift is required in LOW and required from 2027-03-01 in GA")
    );
}

#[test]
fn a_workspace_without_the_file_gets_the_built_in_stages_with_the_change() {
    assert_eq!(parse(template::TEXT.as_bytes(), FILE).unwrap().stages, builtin().stages);
    let folder = tempfile::tempdir().unwrap();
    let nothing = promote(folder.path(), &request("GA", &ONE, REQUIRED)).unwrap();
    assert!(nothing.changes.is_empty() && !folder.path().join("ci").exists());
    let outcome = promote(folder.path(), &request("PRE_GA", &ONE, REQUIRED)).unwrap();
    assert!(outcome.created && outcome.diff.starts_with("--- /dev/null\n"), "{}", outcome.diff);
    let policy = load(folder.path()).unwrap();
    assert_eq!(policy.find("PRE_GA").unwrap().1.mode(Gate::DepsApproval), Mode::Required);
    let outcome = promote(folder.path(), &request("PRE_GA", &ONE, FROM)).unwrap();
    assert!(
        !outcome.created
            && outcome.diff.contains(
                "\n-      deps_approval: required\n+      deps_approval: {required_from: 2027-03-01}\n"
            ),
        "{}",
        outcome.diff
    );
    let files: Vec<_> = fs::read_dir(folder.path().join("ci")).unwrap().collect();
    assert_eq!(files.len(), 1, "no temporary file is left");
    let error = promote(folder.path(), &request("GAA", &ONE, FROM)).unwrap_err().to_string();
    assert!(error.contains("there is no stage `GAA`") && error.contains("did you mean `GA`?"), "{error}");
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link_and_leads_nowhere_else() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = tempfile::tempdir().unwrap();
    let (inside, outside) = (folder.path().join("w"), folder.path().join("elsewhere.yml"));
    fs::create_dir_all(inside.join("ci")).unwrap();
    fs::write(inside.join("real.yml"), file("required")).unwrap();
    fs::set_permissions(inside.join("real.yml"), fs::Permissions::from_mode(0o600)).unwrap();
    symlink("../real.yml", inside.join(FILE)).unwrap();
    promote(&inside, &request("GA", &ONE, REPORT_ONLY)).unwrap();
    assert!(fs::symlink_metadata(inside.join(FILE)).unwrap().is_symlink());
    assert!(fs::read_to_string(inside.join("real.yml")).unwrap().contains("deps_approval: report_only"));
    assert_eq!(fs::metadata(inside.join("real.yml")).unwrap().permissions().mode() & 0o777, 0o600);

    fs::write(&outside, file("required")).unwrap();
    fs::remove_file(inside.join(FILE)).unwrap();
    symlink(&outside, inside.join(FILE)).unwrap();
    let error = promote(&inside, &request("GA", &ONE, REPORT_ONLY)).unwrap_err();
    assert!(error.to_string().contains("leads out of the workspace"), "{error}");
    assert_eq!(fs::read_to_string(&outside).unwrap(), file("required"));
}

#[test]
fn a_slip_anywhere_in_the_file_is_no_panic_and_changes_nothing_else() {
    let each = "
      promotion_guard: !!str required
      deps_approval: &m report_only
      policy_drift: \"report_only\"
      field_budgets: {required_from: 2026-12-01}
      observability_verify:
        required_from: 2026-12-01";
    let slips = [
        "", "{", "}", "[", "&", "*", "!", "'", "\"", "#", ":", "|", "-", "\n", "\r", "\t", " ", "?",
        "\u{2028}", "ü",
    ];
    let mut valid = 0;
    for sample in [file("&a report_only # all"), file("{required_from: '2026-12-01'}"), file(each)] {
        for (count, (at, removed)) in sample.char_indices().enumerate() {
            let rest = &sample[at + removed.len_utf8()..];
            // Three of them at each place: all of them everywhere would take half a minute.
            for turn in 0..3 {
                let slip = slips[(count * 3 + turn) % slips.len()];
                let mode = if (count + turn) % 2 == 0 { REQUIRED } else { FROM };
                let text = format!("{}{slip}{rest}", &sample[..at]);
                let Ok(found) = edited(&text, &ONE, mode) else { continue };
                valid += 1;
                let before = parse(text.as_bytes(), FILE).unwrap();
                let mut after = parse(found.as_bytes(), FILE).unwrap();
                let (index, stage) = before.find("GA").unwrap();
                Given::of(stage, ONE[0]).put(&mut after.stages[index], ONE[0]);
                assert_eq!(after, before, "{text}");
            }
        }
    }
    assert!(valid > 100, "only {valid} of them were files at all");
}
