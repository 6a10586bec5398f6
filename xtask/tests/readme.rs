//! The README says what is so: its commands, flags, settings, stages and codes are those of the code.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use clap::CommandFactory;
use xtask::catalog::CATALOG;
use xtask::cli::Cli;
use xtask::gates::Gate;
use xtask::gates::policy_drift::rules;
use xtask::{settings, stages};

/// Each command line of a `sh` block, and the text of `.ci/run` that runs it.
const RUN: &[(&str, &str)] = &[
    ("cargo xtask maturity --ref main", "cargo xtask maturity --ref main"),
    ("cargo test --locked", "\ncargo test --locked\n"),
    (
        "cargo xtask maturity --manifest-path fixtures/orders-service/Cargo.toml --ref v1.0.0",
        "cargo xtask maturity --manifest-path fixtures/orders-service/Cargo.toml --ref v1.0.0",
    ),
    ("cargo xtask init DIR", "\ncargo xtask init \"$scratch/new\""),
    (
        "cargo xtask init --lock-all --by \"Ada L.\"",
        "\ncargo xtask init --lock-all --by \"Ada L.\" --manifest-path \"$scratch/new/Cargo.toml\"\n",
    ),
    ("cargo xtask approve-deps", "\ncargo xtask approve-deps \"${there[@]}\"\n"),
    (
        "cargo xtask approve-deps serde@1.0.229 --by \"Ada L.\" --note \"read the diff\"",
        "cargo xtask approve-deps serde@1.0.229 --by \"Ada L.\" --note \"read the diff\"",
    ),
    ("cargo xtask approve-deps --all --by \"Ada L.\"", "cargo xtask approve-deps --all --by \"Ada L.\""),
    ("cargo xtask policy lock", "\ncargo xtask policy lock \"${there[@]}\"\n"),
    ("cargo xtask policy diff", "\ncargo xtask policy diff \"${there[@]}\"\n"),
    ("cargo xtask field-budgets", "\ncargo xtask field-budgets\n"),
    ("cargo xtask field-budgets --lock", "\ncargo xtask field-budgets --lock \"${there[@]}\"\n"),
    ("cargo xtask release-check --tag v1.0.0", "cargo xtask release-check --tag v1.0.0 \"${there[@]}\"\n"),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package lies in the workspace").to_path_buf()
}

fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The code blocks of a language, without the indentation of a list that they stand in.
fn blocks(readme: &str, language: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Option<(usize, bool, String)> = None;
    for line in readme.lines() {
        let indent = line.len() - line.trim_start().len();
        match (&mut open, line.trim_start().strip_prefix("```")) {
            (None, Some(info)) => open = Some((indent, info.trim() == language, String::new())),
            (Some((_, wanted, block)), Some(_)) => {
                if *wanted {
                    found.push(std::mem::take(block));
                }
                open = None;
            }
            (Some((indent, _, block)), None) => {
                block.push_str(line.get(*indent..).unwrap_or(""));
                block.push('\n');
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a code block is left open");
    assert!(!found.is_empty(), "the README has no block of {language}: the rule looked at nothing");
    found
}

/// Every flag and every subcommand of the command line.
fn command_line() -> (BTreeSet<String>, BTreeSet<String>) {
    let cli = Cli::command();
    let (mut flags, mut names) = (BTreeSet::new(), BTreeSet::new());
    for command in std::iter::once(&cli).chain(cli.get_subcommands()) {
        flags.extend(command.get_arguments().filter_map(|arg| Some(format!("--{}", arg.get_long()?))));
    }
    names.extend(cli.get_subcommands().map(|command| command.get_name().to_owned()));
    (flags, names)
}

/// The words after each `marker` that are made of letters and hyphens.
fn words_after(readme: &str, marker: &str) -> BTreeSet<String> {
    let word = |(at, _): (usize, &str)| -> String {
        readme[at + marker.len()..].chars().take_while(|c| c.is_ascii_lowercase() || *c == '-').collect()
    };
    readme.match_indices(marker).map(word).filter(|word| !word.is_empty() && word != "-").collect()
}

#[test]
fn every_flag_and_command_is_told_and_none_that_is_not_there() {
    let readme = text("README.md");
    let (flags, names) = command_line();
    let told: BTreeSet<String> = words_after(&readme, "--").iter().map(|word| format!("--{word}")).collect();
    let of_others =
        ["--locked", "--workspace", "--no-run", "--quiet", "--package", "--tags", "--unshallow", "--bin"];
    let of_git = ["--annotate", "--sign", "--force"];
    // What the services of the examples take.
    let of_services = ["--listen", "--log", "--metrics", "--port"];
    let of_others: Vec<String> =
        of_others.into_iter().chain(of_git).chain(of_services).map(String::from).collect();
    let missing: Vec<_> = flags.difference(&told).collect();
    assert!(missing.is_empty(), "the README does not tell of {missing:?}");
    let unknown: Vec<_> =
        told.iter().filter(|flag| !flags.contains(*flag) && !of_others.contains(flag)).collect();
    assert!(unknown.is_empty(), "the README tells of {unknown:?}, which no command has");

    let told = words_after(&readme, "cargo xtask ");
    let missing: Vec<_> = names.difference(&told).collect();
    assert!(missing.is_empty(), "the README does not tell of {missing:?}");
    let unknown: Vec<_> = told.difference(&names).collect();
    assert!(unknown.is_empty(), "the README tells of {unknown:?}, which is no command");
}

#[test]
fn every_code_is_explained_as_the_catalogue_has_it() {
    let readme = text("README.md");
    let rows: Vec<&str> = readme.lines().filter(|line| line.starts_with("| `") && is_code(line)).collect();
    let wanted: Vec<String> = CATALOG
        .iter()
        .map(|(_, entry)| format!("| `{}` | {} | {} |", entry.code, entry.title, entry.remedy))
        .collect();
    assert_eq!(rows, wanted, "the table of findings is not the catalogue");
}

fn is_code(row: &str) -> bool {
    let code = row.trim_start_matches("| `").split('`').next().unwrap_or_default();
    !code.is_empty() && code.chars().all(|c| c.is_ascii_uppercase() || c == '_')
}

#[test]
fn the_stages_are_the_built_in_ones_and_those_of_this_workspace() {
    let block = yaml_with("\n  PILOT:\n");
    let told = stages::parse(block.as_bytes(), "README.md").expect("the stages are valid").stages;
    assert_eq!(told, stages::builtin().stages);
    let own = stages::parse(text("ci/maturity-stages.yml").as_bytes(), "ci/maturity-stages.yml");
    assert_eq!(told, own.expect("the stages are valid").stages);
    let readme = text("README.md");
    for gate in Gate::ALL {
        assert!(
            readme.contains(&format!("| `{gate}` | {}", gate.title())),
            "{gate} has no row with its title"
        );
    }
}

#[test]
fn the_example_of_a_freeze_and_of_a_dated_mode_is_valid() {
    let block = yaml_with("\nfreeze:\n");
    let policy = stages::parse(block.as_bytes(), "README.md").unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(policy.freeze.len(), 2, "one of each kind");
    assert!(policy.stages.iter().any(|stage| !stage.dated.is_empty()), "a gate that becomes required");
}

#[test]
fn every_rule_is_told_as_the_table_has_it() {
    let readme = text("README.md");
    for rule in settings::Rule::ALL {
        let row = format!("| `{}` | {} |", rule.as_str(), rules::text(rule).what);
        assert!(readme.contains(&row), "the README does not hold: {row}");
    }
}

fn yaml_with(part: &str) -> String {
    let blocks = blocks(&text("README.md"), "yaml");
    let found: Vec<&String> = blocks.iter().filter(|block| block.contains(part)).collect();
    assert_eq!(found.len(), 1, "blocks with {part:?}");
    found[0].clone()
}

#[test]
fn the_settings_are_valid_and_name_every_key() {
    let readme = text("README.md");
    let all = yaml_with("\ndeps_approval:\n");
    let (mut parsed, mut starts) = (0, 0);
    let of_settings = |block: &&String| {
        ["promotion_guard:\n  ", "observability_verify:"].iter().any(|section| block.contains(section))
            && !block.contains("stages:")
    };
    for block in blocks(&readme, "yaml").iter().filter(of_settings) {
        settings::parse(block.as_bytes(), "README.md").unwrap_or_else(|error| panic!("{error}\n{block}"));
        parsed += 1;
        if block.contains("services:") && !block.contains("deps_approval:") {
            assert!(block.lines().count() <= 15, "a start for a service takes no more:\n{block}");
            starts += 1;
        }
    }
    assert_eq!((parsed, starts), (5, 2), "the whole, a check left out, no services, and two starts");
    let sources =
        ["guard", "deps", "policy", "budgets", "load", "release", "services/read", "services/read/emitted"]
            .map(|name| text(&format!("xtask/src/settings/{name}.rs")));
    let keys: BTreeSet<String> = sources.iter().flat_map(|source| known_keys(source)).collect();
    assert!(keys.len() > 25, "the loader knows only {keys:?}: the rule looked at too little");
    let missing: Vec<_> = keys.iter().filter(|key| !readme_has(&all, &readme, key)).collect();
    assert!(missing.is_empty(), "the README's settings do not name {missing:?}");
}

/// The texts in `Keys::new(&[…])` and `known: &[…]` of a source file of the loader.
fn known_keys(source: &str) -> BTreeSet<String> {
    let lists = ["Keys::new(&[", "known: &["].into_iter().flat_map(|start| source.split(start).skip(1));
    let list = |after: &str| after.split(']').next().unwrap_or_default().to_owned();
    let keys = |list: String| list.split('"').skip(1).step_by(2).map(ToOwned::to_owned).collect::<Vec<_>>();
    lists.map(list).flat_map(keys).collect()
}

/// Whether the block names a key; the one that stands alone has an example of its own.
fn readme_has(all: &str, readme: &str, key: &str) -> bool {
    let place = if key == "not_applicable" { readme } else { all };
    [" ", "{", "\n"].iter().any(|before| place.contains(&format!("{before}{key}:")))
        || all.starts_with(&format!("{key}:"))
}

#[test]
fn every_command_line_is_run_by_the_projects_own_check() {
    let readme = text("README.md");
    let ci = text(".ci/run");
    let told: BTreeSet<String> = blocks(&readme, "sh")
        .iter()
        .flat_map(|block| block.lines().map(String::from).collect::<Vec<_>>())
        .collect();
    let known: BTreeSet<String> = RUN.iter().map(|(line, _)| (*line).to_owned()).collect();
    assert_eq!(told, known, "left: the README's command lines; right: those that RUN says are run");
    for (line, run) in RUN {
        assert!(ci.contains(run), ".ci/run does not hold {run:?}, which runs `{line}` of the README");
    }
}
