//! The runbook, carried out: each command of `ci/RUNBOOK.md` is run, in order, in a copy of a small
//! workspace, and must end as the runbook says.
//!
//! `<!-- given: … -->` before a block sets the scene, `<!-- exits: N -->` says how its commands end. Both
//! are comments of Markdown: who reads the runbook does not see them.
#![cfg(unix)]
#![allow(
    clippy::disallowed_methods,
    reason = "the harness is the user at the terminal: it starts programs and reads its own environment"
)]

#[allow(dead_code, reason = "the cases use the rest of it")]
mod support;

use std::fs;

use support::case::{Case, Runner, fixtures};
use support::run::{self, Ended};
use support::sandbox::Sandbox;

/// One command line, and what must come of it.
#[derive(Debug, PartialEq, Eq)]
struct Step {
    /// One-based line of the runbook.
    line: usize,
    /// What happens before it.
    given: Option<String>,
    argv: Vec<String>,
    exits: i32,
}

/// The workspace at the beginning: a release whose policy was locked.
const CASE: &str = r#"
shows = "the runbook's commands do what it says"
base = "vendored"
args = ["maturity"]
before = [["field-budgets", "--lock"], ["policy", "lock"]]
tags = ["v0.9.0"]
exit = 0

[[append]]
file = "ci/maturity-evidence.yml"
text = "field_budgets: {json_schema: [order.schema.json]}\n"

[[generate]]
file = "order.schema.json"
text = '{"type": "object", "properties": {"id": {"type": "string"}, "note": {"type": "string"}}}'
times = 1

[[generate]]
file = "CHANGELOG.md"
text = "1.0.0\n====="
times = 1
"#;

/// From what to what. `None`: the file goes.
type Edit = Option<(&'static str, &'static str)>;

/// The scenes: a name in the runbook, the file that changes, and how.
const SCENES: &[(&str, &str, Edit)] = &[
    ("a test that fails", "src/lib.rs", Some(("super::double(3), 6", "super::double(3), 7"))),
    ("a dependency that nobody approved", "ci/deps-approvals.toml", None),
    ("a time-out that was raised", "ci/maturity-evidence.yml", Some(("timeout: 3m", "timeout: 40m"))),
    ("a field that was renamed", "order.schema.json", Some(("\"note\"", "\"remark\""))),
    ("a licence that is not allowed", "vendor/leaf/Cargo.toml", Some(("\"MIT\"", "\"GPL-3.0-only\""))),
    (
        "a freeze of PRE_GA",
        "ci/maturity-stages.yml",
        Some((
            "version: 1\n",
            "version: 1\nfreeze:\n  - {name: now, from: 2000-01-01T00:00:00Z, \
             until: 2999-01-01T00:00:00Z, stages: [PRE_GA], reason: the runbook's own}\n",
        )),
    ),
];

fn steps(runbook: &str) -> Vec<Step> {
    let (mut given, mut exits, mut inside) = (None, 0, false);
    let mut steps = Vec::new();
    for (index, line) in runbook.lines().enumerate() {
        let comment = |key: &str| line.strip_prefix(&format!("<!-- {key}: "))?.strip_suffix(" -->");
        match line {
            "```sh" => inside = true,
            "```" if inside => (inside, exits) = (false, 0),
            _ if inside => {
                let (line, argv) = (index + 1, words(line));
                steps.push(Step { line, given: given.take(), argv, exits });
            }
            _ => {
                given = comment("given").map(str::to_owned).or(given);
                exits = comment("exits").map_or(exits, |status| status.parse().expect("an exit status"));
            }
        }
    }
    steps
}

/// The words of a command line, as a shell would have them: quotes hold words together.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for character in line.chars() {
        match character {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            _ => words.last_mut().expect("there is one").push(character),
        }
    }
    words
}

fn set(sandbox: &Sandbox, scene: &str) {
    let known = SCENES.iter().find(|(name, ..)| *name == scene);
    let (_, file, edit) = known.unwrap_or_else(|| panic!("the scene `{scene}` is not known"));
    let path = sandbox.workspace.join(file);
    match edit {
        None => fs::remove_file(&path).expect("a file of the workspace"),
        Some((from, to)) => {
            let text = fs::read_to_string(&path).expect("a file of the workspace");
            assert_eq!(text.matches(from).count(), 1, "`{from}` in {file}");
            fs::write(&path, text.replace(from, to)).expect("a file of the workspace");
        }
    }
    sandbox.git(&["commit", "--quiet", "--all", "--message", scene]);
}

#[test]
fn every_command_does_what_the_runbook_says() {
    let path = fixtures().with_file_name("ci").join("RUNBOOK.md");
    let steps = steps(&fs::read_to_string(&path).expect("ci/RUNBOOK.md"));
    assert!(steps.len() > 20, "only {} commands were found: the rule looked at too little", steps.len());
    let scenes: Vec<&String> = steps.iter().filter_map(|step| step.given.as_ref()).collect();
    assert_eq!(scenes.len(), SCENES.len(), "a scene is not used: {scenes:?}");
    let case = Case::parse("runbook", CASE).expect("a case");
    let sandbox = Sandbox::new(&case, Runner::Cargo);
    for step in &steps {
        if let Some(scene) = &step.given {
            set(&sandbox, scene);
        }
        let argv: Vec<&str> = step.argv.iter().map(String::as_str).collect();
        match argv.as_slice() {
            ["cargo", "xtask", args @ ..] => {
                let args: Vec<String> = args.iter().map(ToString::to_string).collect();
                let outcome = run::with(&sandbox, &case, &args);
                assert_eq!(
                    outcome.ended,
                    Ended::Exited(step.exits),
                    "ci/RUNBOOK.md:{}: {argv:?}\n{}\n{}",
                    step.line,
                    outcome.stdout,
                    outcome.stderr
                );
            }
            // Fails the test by itself unless it succeeds.
            ["git", args @ ..] => drop(sandbox.git(args)),
            other => panic!("ci/RUNBOOK.md:{}: {other:?} is not run by this test", step.line),
        }
    }
}

#[test]
fn a_step_is_read_with_its_scene_and_its_end() {
    let text = "<!-- given: a fire -->\n<!-- exits: 1 -->\n```sh\ncargo xtask maturity\n```\n\n```sh\ngit commit -m \"a b\"\n```\n";
    let step = |line, given: Option<&str>, argv: &[&str], exits| Step {
        line,
        given: given.map(str::to_owned),
        argv: argv.iter().map(ToString::to_string).collect(),
        exits,
    };
    assert_eq!(
        steps(text),
        [
            step(4, Some("a fire"), &["cargo", "xtask", "maturity"], 1),
            step(8, None, &["git", "commit", "-m", "a b"], 0),
        ]
    );
}
