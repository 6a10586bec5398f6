use toml_edit::DocumentMut;

use super::package::{Source, check_name};
use super::*;
use crate::error::Result;
use crate::{settings, stages};

fn found(files: &[(&str, &str)]) -> Found {
    let files: BTreeMap<String, String> =
        files.iter().map(|(file, text)| ((*file).to_owned(), (*text).to_owned())).collect();
    let folder_taken = files.keys().any(|file| file.starts_with("xtask/"));
    Found { files, folder_taken, ..Found::default() }
}

fn source() -> Source {
    Source::Git("https://git.example.com/tool".into(), Some("0123abc".into()))
}

fn planned(found: &Found, github: bool) -> Result<Plan> {
    plan(found, &Request { name: "xtask", source: &source(), github, gitlab: github })
}

/// What is there once a plan is carried out.
fn carried_out(found: &Found, plan: &Plan) -> Found {
    let mut after = found.clone();
    for change in &plan.changes {
        assert_eq!(found.files.get(&change.file), change.before.as_ref(), "{}", change.file);
        after.files.insert(change.file.clone(), change.after.clone());
    }
    after.folder_taken = true;
    after
}

fn member(text: &str) -> String {
    manifest::with_member(text, "xtask", &["fuzz".to_owned()]).unwrap().unwrap_or_else(|| "as it was".into())
}

#[test]
fn the_member_comes_in_the_form_that_the_list_has() {
    for (before, after) in [
        ("[workspace]\nmembers = [\"a\"]\n", "[workspace]\nmembers = [\"a\", \"xtask\"]\n"),
        ("[workspace]\nmembers = [ 'a' ] # b\n", "[workspace]\nmembers = [ 'a', \"xtask\" ] # b\n"),
        ("[workspace]\nmembers = []\n", "[workspace]\nmembers = [\"xtask\"]\n"),
        (
            "[workspace]\nmembers = [\n  \"a\", # one\n  # all\n  \"b\", # two\n]\nresolver = \"3\"\n",
            "[workspace]\nmembers = [\n  \"a\", # one\n  # all\n  \"b\", # two\n  \"xtask\",\n]\nresolver = \"3\"\n",
        ),
        (
            "[workspace]\nmembers = [\n\t\"a\",\n\t\"b\" # two\n]\n",
            "[workspace]\nmembers = [\n\t\"a\",\n\t\"b\", # two\n\t\"xtask\"\n]\n",
        ),
        ("[workspace]\nmembers = [\"crates/*\"]\n", "[workspace]\nmembers = [\"crates/*\", \"xtask\"]\n"),
        ("[workspace]\nmembers = [\"a/*\", \"x*\"]\n", "as it was"),
        ("[workspace]\nmembers = [\"./xtask/\"]\n", "as it was"),
        (
            "[workspace]\nmembers = [\"*\"]\nexclude = [\"xtask\"]\n",
            "[workspace]\nmembers = [\"*\", \"xtask\"]\nexclude = [\"xtask\"]\n",
        ),
        (
            "[package]\nname = \"p\"\n\n[workspace]\n\n[dependencies]\n",
            "[package]\nname = \"p\"\n\n[workspace]\nmembers = [\"xtask\"]\n\n[dependencies]\n",
        ),
        (
            "[package]\r\nname = \"p\" # mine\r\n\r\n[dependencies]\r\n",
            "[package]\r\nname = \"p\" # mine\r\n\r\n[dependencies]\r\n\r\n[workspace]\r\nmembers = [\"xtask\"]\r\nexclude = [\"fuzz\"]\r\n",
        ),
        (
            "\u{feff}[package]\nname = \"p\"",
            "\u{feff}[package]\nname = \"p\"\n\n[workspace]\nmembers = [\"xtask\"]\nexclude = [\"fuzz\"]\n",
        ),
        ("workspace = { members = [\"a\"] }\n", "workspace = { members = [\"a\", \"xtask\"] }\n"),
    ] {
        assert_eq!(member(before), after, "{before}");
        // What was written is there, and is what cargo will read.
        if after != "as it was" {
            assert_eq!(member(after), "as it was", "{after}");
        }
    }
    for odd in ["workspace = 3\n", "[workspace]\nmembers = 3\n", "[workspace\n"] {
        assert!(manifest::with_member(odd, "xtask", &[]).is_err(), "{odd}");
    }
}

#[test]
fn a_second_plan_has_nothing_to_do() {
    let lints = "[workspace]\nmembers = [\"a\"]\n\n[workspace.lints.rust]\nmissing_docs = \"warn\"\n";
    for manifest in [lints, "[package]\r\nname = \"p\"\r\n", "[workspace.package]\nlicense = \"MIT\"\n"] {
        let before = found(&[(MANIFEST, manifest), (".gitignore", "target\r\n")]);
        let first = planned(&before, true).unwrap();
        let files: Vec<&str> = first.changes.iter().map(|change| change.file.as_str()).collect();
        let expected = [
            "Cargo.toml",
            ".cargo/config.toml",
            "xtask/Cargo.toml",
            "xtask/src/main.rs",
            "ci/maturity-stages.yml",
            "ci/maturity-evidence.yml",
            "ci/RUNBOOK.md",
            ".github/workflows/maturity.yml",
            ".gitlab-ci.yml",
            ".gitignore",
        ];
        assert_eq!(files, expected);
        let after = carried_out(&before, &first);
        assert_eq!(after.files[".gitignore"], "target\r\n/dist/\r\n");
        assert_eq!(planned(&after, true).unwrap(), Plan::default());
        let inherits = after.files["xtask/Cargo.toml"].contains("[lints]\nworkspace = true");
        assert_eq!(inherits, manifest == lints);
        let own = after.files["xtask/Cargo.toml"].parse::<DocumentMut>().unwrap();
        let tool = &own["dependencies"]["maturity"];
        assert_eq!(tool["git"].as_str(), Some("https://git.example.com/tool"));
        assert_eq!((tool["rev"].as_str(), tool["package"].as_str()), (Some("0123abc"), Some("xtask")));
    }
}

#[test]
fn nothing_that_says_something_else_is_touched() {
    let own = [
        (MANIFEST, "[workspace]\nmembers = []\n"),
        ("ci/maturity-stages.yml", "version: 1\n"),
        (".gitlab-ci.yml", "build: {script: [make]}\n"),
        (".gitignore", "/dist/\n/target/\n"),
    ];
    let plan = planned(&found(&own), true).unwrap();
    let left: Vec<&str> = plan.left_alone.iter().map(|(file, _)| file.as_str()).collect();
    assert_eq!(left, ["ci/maturity-stages.yml", ".gitlab-ci.yml"]);
    assert!(plan.changes.iter().all(|change| !own[1..].iter().any(|(file, _)| change.file == *file)));
    let without = planned(&found(&own), false).unwrap();
    assert!(without.changes.iter().all(|change| !change.file.starts_with(".git")), "{without:?}");
}

#[test]
fn the_alias_is_put_where_cargo_looks_and_with_what_is_there() {
    use super::package::Standing::{Absent, Copied};
    let with = |text: &str, standing| alias::with_alias("f", Some(text), "xtask", standing);
    let wanted = "xtask = \"run --quiet --locked --package xtask@0.0.0 --\"";
    let why = "# --locked: the gate must not repair the lockfile that it is about to judge.\n";
    for (before, after) in [
        ("", format!("[alias]\n{why}{wanted}\n")),
        (
            "[alias] # short\nb = \"build\"\n\n[net]\n",
            format!("[alias] # short\nb = \"build\"\n{why}{wanted}\n\n[net]\n"),
        ),
        (
            "[net]\r\nretry = 3\r\n",
            format!("[net]\r\nretry = 3\r\n\r\n[alias]\r\n{}{wanted}\r\n", why.replace('\n', "\r\n")),
        ),
        ("alias = {b = \"build\"}\n", format!("alias = {{b = \"build\", {wanted} }}\n")),
        ("alias.b = \"build\"\n", format!("alias.b = \"build\"\nalias.{wanted}\n")),
    ] {
        let text = with(before, Absent).unwrap().unwrap();
        assert_eq!(text, after, "{before}");
        assert_eq!(with(&text, Absent).unwrap(), None, "{before}");
    }
    let list =
        "[alias]\nxtask = [\"run\", \"--quiet\", \"--locked\", \"--package\", \"xtask@0.0.0\", \"--\"]\n";
    assert_eq!(with(list, Absent).unwrap(), None);
    let other = "[alias]\nxtask = \"run -p tasks --\"\n";
    let error = with(other, Absent).unwrap_err().to_string();
    assert!(
        error.contains("which runs `run -p tasks --`") && error.contains("--name gates-xtask"),
        "{error}"
    );
    assert_eq!(with(other, Copied).unwrap(), None);
    assert!(with("", Copied).unwrap().unwrap().contains("--package xtask --\""));
    assert!(with("[alias", Absent).is_err());

    let legacy = found(&[(MANIFEST, ""), (".cargo/config", "[net]\n"), (".cargo/config.toml", "")]);
    assert!(planned(&legacy, false).unwrap().changes.iter().any(|change| change.file == ".cargo/config"));
}

#[test]
fn a_name_that_is_taken_is_refused_and_another_offered() {
    let manifest = (MANIFEST, "[workspace]\nmembers = [\"xtask\"]\n");
    let thin =
        "[package]\nname = \"xtask\"\n[dependencies]\nmaturity = { package = \"xtask\", path = \"/t\" }\n";
    let copied =
        format!("[package]\nname = \"xtask\"\ndescription = \"{}\"\n", env!("CARGO_PKG_DESCRIPTION"));
    let plan = planned(&found(&[manifest, ("xtask/Cargo.toml", thin)]), false).unwrap();
    assert_eq!(plan.left_alone[0].0, "xtask/Cargo.toml");
    let plan = planned(&found(&[manifest, ("xtask/Cargo.toml", &copied)]), false).unwrap();
    assert!(
        plan.left_alone.is_empty() && plan.changes.iter().all(|change| !change.file.starts_with("xtask"))
    );

    let stranger = "[package]\nname = \"xtask\"\n[dependencies]\nxshell = \"0.2\"\n";
    for files in [vec![manifest, ("xtask/Cargo.toml", stranger)], vec![manifest, ("xtask/src/main.rs", "")]] {
        let error = planned(&found(&files), false).unwrap_err().to_string();
        assert!(error.contains("xtask/ is there") && error.contains("--name gates-xtask"), "{error}");
    }
    let member = Member { name: "xtask".into(), manifest: "tools/xtask/Cargo.toml".into(), published: false };
    let elsewhere = Found { members: vec![member], ..found(&[(MANIFEST, "[workspace]\n")]) };
    let error = planned(&elsewhere, false).unwrap_err().to_string();
    assert!(error.contains("`tools/xtask/Cargo.toml` is a package of that name"), "{error}");
}

#[test]
fn a_source_is_read_or_refused() {
    let git = |url: &str, rev: Option<&str>| Source::Git(url.into(), rev.map(str::to_owned));
    let registry = |version: &str| Source::Registry { version: version.into(), registry: "team".into() };
    for (text, expected) in [
        ("path:../tool dir", Source::Path("../tool dir".into())),
        ("git:https://h/t.git", git("https://h/t.git", None)),
        ("git:ssh://git@h/t#v1.0", git("ssh://git@h/t", Some("v1.0"))),
        ("registry:1.2@team", registry("1.2")),
        ("registry:team", registry(concat!("=", env!("CARGO_PKG_VERSION")))),
    ] {
        assert_eq!(Source::parse(text).unwrap(), expected);
    }
    for text in
        ["", "path:", "tool", "git:", "git:git@h:t", "git:https://h#", "svn:x", "path:a\nb", "registry"]
    {
        let error = Source::parse(text).unwrap_err().to_string();
        assert!(error.contains("help: path:DIR, git:URL#REV"), "{error}");
    }
    for text in ["registry", "registry:", "registry:1.0", "registry:1.0@crates-io"] {
        assert!(Source::parse(text).unwrap_err().to_string().contains("not on crates.io"), "{text}");
    }
    for good in ["xtask", "gates-xtask", "a1-b-xtask"] {
        check_name(good).unwrap();
    }
    for bad in ["", "gates", "-xtask", "../a-xtask", "A-xtask", "1-xtask", "xtask-xtask/..", "a\n-xtask"] {
        assert!(check_name(bad).is_err(), "{bad}");
    }
}

#[test]
fn the_templates_are_valid_and_say_what_is_built_in() {
    let suspect =
        |name: &str| Suspect { package: name.into(), binary: name.into(), because: vec!["axum".into()] };
    for suspects in [vec![], vec![suspect("orders"), suspect("stock")]] {
        let count = suspects.len();
        let before = Found { suspects, ..found(&[(MANIFEST, "[workspace]\n")]) };
        let after = carried_out(&before, &planned(&before, true).unwrap());
        let text = &after.files["ci/maturity-stages.yml"];
        assert_eq!(stages::parse(text.as_bytes(), "f").unwrap().stages, stages::builtin().stages);
        let text = &after.files["ci/maturity-evidence.yml"];
        assert_eq!(settings::parse(text.as_bytes(), "f").unwrap(), settings::Settings::default());
        // With the remark taken away it is valid as well.
        let start = text.find("# observability_verify:").unwrap();
        let start = text[start..].replace("# ", "").replace("a free port is put in", "");
        let text = format!("version: 1\n{start}");
        let settings =
            settings::parse(text.as_bytes(), "f").unwrap_or_else(|error| panic!("{error}\n{text}"));
        match settings.observability_verify.services {
            settings::services::Services::Listed(services) => assert_eq!(services.len(), count),
            other => assert_eq!((count, other != settings::services::Services::Silent), (0, true)),
        }
        for file in [".github/workflows/maturity.yml", ".gitlab-ci.yml"] {
            assert!(
                after.files[file].contains("cargo xtask maturity\n") && !after.files[file].contains("@NAME@")
            );
        }
    }
    let runbook = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../ci/RUNBOOK.md")).unwrap();
    assert_eq!(include_str!("templates/RUNBOOK.md"), runbook, "copy ci/RUNBOOK.md to the templates");
}

#[test]
fn under_another_name_the_tool_is_not_shipped() {
    let member =
        |name: &str| Member { name: name.into(), manifest: format!("{name}/Cargo.toml"), published: true };
    let members = vec![member("a"), member("xtask")];
    let before = Found { members, ..found(&[(MANIFEST, "[workspace]\n")]) };
    let request = Request { name: "gates-xtask", source: &source(), github: true, gitlab: false };
    let after = carried_out(&before, &plan(&before, &request).unwrap());
    let text = &after.files["ci/maturity-evidence.yml"];
    let settings = settings::parse(text.as_bytes(), "f").unwrap();
    assert_eq!(settings.deps_approval.shipped, Some(vec!["a".to_owned(), "xtask".to_owned()]));
    assert!(after.files[".github/workflows/maturity.yml"].contains("run: cargo gates-xtask maturity"));
    assert!(after.files[".cargo/config.toml"].contains("--package gates-xtask@0.0.0 --"));
}

#[cfg(unix)]
#[test]
fn all_is_written_or_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("w");
    std::fs::create_dir(&root).unwrap();
    std::fs::write(root.join("a"), "old").unwrap();
    let change = |file: &str, before: Option<&str>| Change {
        file: file.into(),
        before: before.map(str::to_owned),
        after: "new".into(),
    };
    let plan = |first: Change| Plan {
        changes: vec![first, change("b/c/d", None), change("a", Some("old"))],
        left_alone: Vec::new(),
    };
    let tree = || {
        let mut names: Vec<_> =
            std::fs::read_dir(&root).unwrap().map(|one| one.unwrap().file_name()).collect();
        names.sort();
        (names, std::fs::read_to_string(root.join("a")).unwrap())
    };
    let before = tree();
    std::os::unix::fs::symlink(folder.path(), folder.path().join("w/out")).unwrap();
    for (first, expected) in [
        (change("a/x", None), "cannot"),
        (change("gone", Some("text")), "gone changed while this ran"),
        (change("out/x", None), "outside of the workspace"),
    ] {
        let plan = plan(first);
        let error = apply(&root, &plan).unwrap_err().to_string();
        assert!(error.contains(expected) && error.contains("everything is as it was"), "{error}");
        std::fs::remove_file(root.join("out")).unwrap();
        assert_eq!(tree(), before);
        std::os::unix::fs::symlink(folder.path(), root.join("out")).unwrap();
    }
    let plan = plan(change("e", None));
    let applied = apply(&root, &plan).unwrap();
    assert_eq!(std::fs::read_to_string(root.join("b/c/d")).unwrap(), "new");
    assert_eq!(applied.undo(), Vec::<String>::new());
    std::fs::remove_file(root.join("out")).unwrap();
    assert_eq!(tree(), before);
}
