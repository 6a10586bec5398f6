use time::macros::date;

use super::*;

const TODAY: Date = date!(2028 - 01 - 30);

fn request<'a>(scope: &'a [String]) -> Request<'a> {
    Request {
        code: "license-denied",
        scope,
        reason: " Legal has said yes to it ",
        owner: "ops@example.com",
        expires: "+30d",
        reference: None,
        today: TODAY,
    }
}

fn scope(pairs: &[&str]) -> Vec<String> {
    pairs.iter().map(ToString::to_string).collect()
}

fn file(root: &Path) -> String {
    std::fs::read_to_string(root.join(FILE)).unwrap()
}

#[test]
fn an_entry_is_appended_and_what_is_there_stays() {
    let root = tempfile::tempdir().unwrap();
    let leaf = scope(&["package=leaf@1.0.0", "gate=deps_approval"]);
    let told = waive(root.path(), &request(&leaf)).unwrap();
    assert!(told.starts_with("waived LICENSE_DENIED for gate deps_approval, package leaf@1.0.0, until 2028-02-29 (ci/waivers.toml:5)\n"), "{told}");
    assert!(told.contains("`cargo xtask policy lock`"), "{told}");
    let first = file(root.path());
    assert_eq!(
        first,
        format!(
            "{HEADER}\n[[waiver]]\ncode = \"LICENSE_DENIED\"\n\
             scope = {{ gate = \"deps_approval\", package = \"leaf@1.0.0\" }}\nreason = \"Legal has said yes to it\"\n\
             owner = \"ops@example.com\"\nexpires = \"2028-02-29\"\n"
        )
    );
    let other = scope(&["file=src/a.rs"]);
    let second =
        Request { code: "LINT_FAILED", expires: "2028-01-30", reference: Some("OPS-7"), ..request(&other) };
    let commented = first.replace("owner =", "# who to ask\nowner =") + "# the end\n";
    std::fs::write(root.path().join(FILE), &commented).unwrap();
    waive(root.path(), &second).unwrap();
    let both = file(root.path());
    assert!(both.contains("# who to ask\n") && both.contains("# the end"), "{both}");
    let read = load::parse(&both, TODAY).unwrap().list;
    assert_eq!(read.iter().map(Waiver::what).collect::<Vec<_>>()[1], "LINT_FAILED for file src/a.rs");
    assert_eq!(read[1].reference.as_deref(), Some("OPS-7"));
    assert!(std::fs::read_dir(root.path().join("ci")).unwrap().count() == 1, "a temporary file was left");
}

#[test]
fn line_ends_and_odd_ends_of_a_file_are_kept_and_minded() {
    for text in ["version = 1\r\n# no waiver yet\r\n", "version = 1", "version = 1\n\n\n"] {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("ci")).unwrap();
        std::fs::write(root.path().join(FILE), text).unwrap();
        let leaf = scope(&["package=leaf"]);
        waive(root.path(), &request(&leaf)).unwrap();
        let after = file(root.path());
        assert_eq!(load::parse(&after, TODAY).unwrap().list.len(), 1, "{after:?}");
        if text.contains('\r') {
            assert_eq!(after.matches('\n').count(), after.matches("\r\n").count(), "{after:?}");
            assert!(after.contains("# no waiver yet"), "{after:?}");
        }
    }
}

#[test]
fn a_sub_table_before_it_keeps_to_its_own_entry() {
    let root = tempfile::tempdir().unwrap();
    std::fs::create_dir(root.path().join("ci")).unwrap();
    let text = "version = 1\n[[waiver]]\ncode = \"LINT_FAILED\"\nreason = \"generated code\"\nowner = \"o\"\n\
                expires = \"2028-02-01\"\n[waiver.scope]\nfile = \"src/a.rs\"\n";
    std::fs::write(root.path().join(FILE), text).unwrap();
    let leaf = scope(&["package=leaf"]);
    waive(root.path(), &request(&leaf)).unwrap();
    let after = file(root.path());
    assert!(after.starts_with(text), "{after}");
    let list = load::parse(&after, TODAY).unwrap().list;
    assert_eq!(
        list.iter().map(|one| one.scope.to_string()).collect::<Vec<_>>(),
        ["file src/a.rs", "package leaf"]
    );
}

#[test]
fn what_is_wrong_with_a_request_is_told_at_once_and_nothing_is_written() {
    let root = tempfile::tempdir().unwrap();
    let odd = scope(&["pakage=leaf", "leaf", "package=a", "package=b"]);
    let all_wrong = Request {
        code: "LICENCE_DENIED",
        reason: "x",
        owner: "a\u{202e}b",
        expires: "2028-02-30",
        reference: Some(" "),
        ..request(&odd)
    };
    let error = waive(root.path(), &all_wrong).unwrap_err().to_string();
    for told in [
        "there is no code `LICENCE_DENIED` (did you mean `LICENSE_DENIED`?)",
        "--scope `pakage=leaf`: unknown key `pakage` (did you mean `package`?)",
        "--scope `leaf`: is no KEY=VALUE",
        "--scope `package=b`: is given twice",
        "--reason: is too short: 1 characters",
        "--owner: holds the character `\\u{202e}`",
        "--reference: is empty",
        "--expires `2028-02-30`: `2028-02-30` is no day",
        "nothing was written",
    ] {
        assert!(error.contains(told), "{told}: {error}");
    }
    let leaf = scope(&["package=leaf"]);
    let long = "x".repeat(501);
    let gate = scope(&["gate=deps_approval"]);
    for (bad, told) in [
        (Request { code: "checks_pending", ..request(&leaf) }, "CHECKS_PENDING cannot be waived: "),
        (Request { expires: "+91d", ..request(&leaf) }, "2028-04-30 is 91 days ahead (max_days allows 90"),
        (Request { expires: "+xd", ..request(&leaf) }, "is no number of days"),
        (Request { expires: "+65535d", ..request(&leaf) }, "days ahead"),
        (Request { expires: "2028-01-29", ..request(&leaf) }, "has passed: today is 2028-01-30 (UTC)"),
        (Request { reason: &long, ..request(&leaf) }, "is too long: 501 characters"),
        (Request { reason: "two\nlines of text", ..request(&leaf) }, "holds the character `\\n`"),
        (request(&gate), "--scope: would cover everything of its kind"),
        (request(&[]), "--scope: would cover everything of its kind"),
    ] {
        let error = waive(root.path(), &bad).unwrap_err().to_string();
        assert!(error.contains(told), "{told}: {error}");
    }
    assert!(!root.path().join("ci").exists());
}

#[test]
fn what_is_waived_already_is_decided_again_by_hand() {
    let root = tempfile::tempdir().unwrap();
    let leaf = scope(&["package=leaf"]);
    waive(root.path(), &request(&leaf)).unwrap();
    let before = file(root.path());
    let error = waive(root.path(), &request(&leaf)).unwrap_err().to_string();
    assert!(error.contains("is waived already: ci/waivers.toml:5, until 2028-02-29"), "{error}");
    std::fs::write(root.path().join(FILE), before.replace("LICENSE_DENIED", "LICENCE")).unwrap();
    let error = waive(root.path(), &request(&leaf)).unwrap_err().to_string();
    assert!(error.contains("ci/waivers.toml:6:8: waiver[0].code: there is no code `LICENCE`"), "{error}");
}
