use super::{MessageReader, PlainErrors, arrow, error_line};
use std::path::Path;

use crate::workspace::Workspace;

const ID: &str = "path+file:///w/a#0.1.0";

/// A workspace of one package; its files need not be there.
fn workspace() -> Workspace {
    let package = format!(
        r#"{{"name": "a", "version": "0.1.0", "id": "{ID}", "dependencies": [], "targets": [], "features": {{}},
        "manifest_path": "/w/a/Cargo.toml", "license": null, "license_file": null, "description": null,
        "source": null, "readme": null, "repository": null, "homepage": null, "documentation": null,
        "links": null, "publish": null, "default_run": null, "rust_version": null, "metadata": null,
        "authors": [], "categories": [], "keywords": [], "edition": "2024"}}"#
    );
    let metadata = format!(
        r#"{{"packages": [{package}], "workspace_members": ["{ID}"], "workspace_default_members": ["{ID}"],
        "resolve": null, "workspace_root": "/w", "target_directory": "/w/target", "version": 1, "metadata": null}}"#
    );
    Workspace::made_up(Path::new("/w"), serde_json::from_str(&metadata).unwrap(), None)
}

fn target(kind: &str) -> String {
    format!(
        r#"{{"kind": ["{kind}"], "crate_types": ["bin"], "name": "api", "src_path": "/w/a/x.rs",
        "edition": "2024", "doc": false, "doctest": false, "test": true}}"#
    )
}

fn artifact(id: &str, kind: &str, test: bool) -> String {
    format!(
        r#"{{"reason": "compiler-artifact", "package_id": "{id}", "manifest_path": "/w/a/Cargo.toml",
        "target": {}, "profile": {{"opt_level": "0", "debuginfo": 2, "debug_assertions": true,
        "overflow_checks": true, "test": {test}}}, "features": [], "filenames": [],
        "executable": "/w/target/api-1", "fresh": true}}"#,
        target(kind)
    )
    .replace('\n', " ")
}

fn span(file: &str, expansion: &str) -> String {
    format!(
        r#"{{"file_name": "{file}", "byte_start": 0, "byte_end": 1, "line_start": 7, "line_end": 7,
        "column_start": 5, "column_end": 6, "is_primary": true, "text": [], "label": null,
        "suggested_replacement": null, "suggestion_applicability": null, "expansion": {expansion}}}"#
    )
}

fn message(id: &str, level: &str, text: &str, spans: &str) -> String {
    format!(
        r#"{{"reason": "compiler-message", "package_id": "{id}", "manifest_path": "/w/a/Cargo.toml",
        "target": {}, "message": {{"message": "{text}", "code": {{"code": "E0308", "explanation": null}},
        "level": "{level}", "spans": [{spans}], "children": [], "rendered": "rendered"}}}}"#,
        target("test")
    )
    .replace('\n', " ")
}

#[test]
fn executables_packages_and_messages_are_read() {
    let workspace = workspace();
    let mut reader = MessageReader::new(&workspace);
    let inside = span("a/src/lib.rs", "null");
    let expansion = format!(r#"{{"span": {inside}, "macro_decl_name": "m!", "def_site_span": null}}"#);
    let elsewhere = span("/registry/m/lib.rs", &expansion);
    for line in [
        artifact(ID, "test", true),
        artifact(ID, "bin", false),
        artifact("registry+x#b@1.0.0", "test", true),
        message(ID, "error", "mismatched types", &inside),
        message(ID, "error", "mismatched types", &inside),
        message(ID, "warning", "from a macro", &elsewhere),
        message(ID, "error", "aborting due to 1 previous error", ""),
        message("registry+x#b@1.0.0", "error", "not ours", &inside),
        "plain text".into(),
        "{\"reason\": \"compiler-mess".into(),
    ] {
        reader.line(line.as_bytes());
    }
    let messages = reader.finish();
    let executables: Vec<_> = messages
        .executables
        .iter()
        .map(|e| (e.package.as_str(), e.target.as_str(), e.path.as_str()))
        .collect();
    assert_eq!(executables, [("a", "test/api", "/w/target/api-1")]);
    assert_eq!(messages.packages.into_iter().collect::<Vec<_>>(), ["a"]);
    let found: Vec<_> = messages
        .diagnostics
        .iter()
        .map(|d| (d.level.as_str(), d.message.as_str(), d.file.as_deref(), d.line))
        .collect();
    assert_eq!(
        found,
        [
            ("error", "mismatched types", Some("a/src/lib.rs"), Some(7)),
            ("warning", "from a macro", Some("a/src/lib.rs"), Some(7)),
        ]
    );
    assert_eq!(messages.unreadable, 1);
}

#[test]
fn a_build_script_that_ran_is_no_proof_that_its_package_was_looked_at() {
    let workspace = workspace();
    let mut reader = MessageReader::new(&workspace);
    reader.line(artifact(ID, "custom-build", false).as_bytes());
    reader.line(
        message(ID, "warning", "in a build script", "")
            .replace("[\"test\"]", "[\"custom-build\"]")
            .as_bytes(),
    );
    assert!(reader.finish().packages.is_empty());
}

#[test]
fn errors_in_plain_text_are_read_with_their_place() {
    let workspace = workspace();
    let mut errors = PlainErrors::new(&workspace);
    let text = "   Compiling a\nerror[E0308]: mismatched types\n --> a/src/lib.rs:3:9\n  |\n3 | x\n\n\
        error: no place\n\nwarning: x\n --> a/src/lib.rs:1:1\n\nerror: could not compile `a`\n --> q.rs:1:1\n";
    text.lines().for_each(|line| errors.line(line));
    let errors = errors.placed();
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert_eq!(
        (errors[0].code.as_deref(), errors[0].line, errors[0].column),
        (Some("E0308"), Some(3), Some(9))
    );
    assert!(errors[0].rendered.ends_with("3 | x"), "{}", errors[0].rendered);
}

#[test]
fn places_and_codes_are_read() {
    assert_eq!(arrow("  --> src/a.rs:3:9"), Some(("src/a.rs", 3, Some(9))));
    assert_eq!(arrow(" --> C:\\a.rs:3:9"), Some(("C:\\a.rs", 3, Some(9))));
    assert_eq!(arrow(" --> src/a.rs:3"), Some(("src/a.rs", 3, None)));
    assert_eq!(arrow(" --> src/a.rs"), None);
    assert_eq!(error_line("error[E0308]: mismatched types"), Some((Some("E0308"), "mismatched types")));
    assert_eq!(error_line("error: expected `}`"), Some((None, "expected `}`")));
    assert_eq!(error_line("warning: unused"), None);
}
