use time::macros::date;

use super::*;

const TODAY: Date = date!(2027 - 12 - 01);

const WAIVER: &str = "version = 1\nmax_days = 120\n\n[[waiver]]\ncode = \"LICENSE_DENIED\"\n\
    scope = { gate = \"deps_approval\", package = \"leaf@1.0.0\" }\nreason = \"Legal has said yes to it\"\n\
    owner = \"ops@example.com\"\nexpires = \"2028-02-29\"\nreference = \"OPS-7\"\n";

fn complaints(text: &str) -> Vec<String> {
    match parse(text, TODAY) {
        Ok(waivers) => panic!("{} waivers were read from\n{text}", waivers.list.len()),
        Err(error) => error.complaints().iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn an_entry_is_read_whole() {
    let waivers = parse(WAIVER, TODAY).unwrap();
    assert_eq!((waivers.max_days, waivers.list.len()), (120, 1));
    let waiver = &waivers.list[0];
    assert_eq!(waiver.what(), "LICENSE_DENIED for gate deps_approval, package leaf@1.0.0");
    assert_eq!((waiver.line, waiver.expires), (4, date!(2028 - 02 - 29)));
    assert_eq!(waiver.reference.as_deref(), Some("OPS-7"));
    // However the scope is laid out, and with TOML's own date.
    let table = WAIVER
        .replace("scope = { gate = \"deps_approval\", package = \"leaf@1.0.0\" }\n", "")
        .replace("\"2028-02-29\"", "2028-02-29")
        + "[waiver.scope]\npackage = \"leaf@1.0.0\"\ngate = \"deps_approval\"\n";
    assert_eq!(parse(&table, TODAY).unwrap(), waivers);
    assert_eq!(parse("version = 1\n", TODAY).unwrap(), Waivers::default());
    // What was valid once stays readable when its day has passed: that it expired is for the verdict.
    assert!(parse(WAIVER, date!(2029 - 01 - 01)).is_ok());
}

#[test]
fn every_mistake_is_told_with_its_place() {
    let text = "max_days = 400\nwaver = 1\n\n[[waiver]]\ncode = \"LICENCE_DENIED\"\nscope = { gate = \"deps_aproval\" }\n\
        reason = \"short\"\nowner = \"\"\nexpires = \"2026-02-30\"\nrefrence = \"x\"\n\n\
        [[waiver]]\ncode = \"CHECKS_PENDING\"\nscope = { gate = \"deps_approval\" }\nreason = \"a\\u001Bbcdefghijk\"\nexpires = 3\n\n\
        [[waiver]]\ncode = \"LINT_FAILED\"\nscope = { file = \"../x.rs\", colour = \"red\", package = \"a@^1\" }\n\
        reason = \"long enough to read\"\nowner = \"o\"\nexpires = \"2028-03-01\"\n\n\
        [[waiver]]\ncode = \"LINT_FAILED\"\nreason = \"long enough to read\"\nowner = \"o\"\nexpires = \"2028-01-01\"\n";
    let expected = [
        "ci/waivers.toml:1:1: version: is missing (version = 1)",
        "ci/waivers.toml:1:12: max_days: must be a number of days (from 1 to 366)",
        "ci/waivers.toml:2:1: unknown key `waver` (did you mean `waiver`?)",
        "ci/waivers.toml:5:8: waiver[0].code: there is no code `LICENCE_DENIED` (did you mean `LICENSE_DENIED`?)",
        "ci/waivers.toml:6:18: waiver[0].scope.gate: there is no gate `deps_aproval` (did you mean `deps_approval`?)",
        "ci/waivers.toml:7:10: waiver[0].reason: is too short: 5 characters (10 to 500 characters that say why)",
        "ci/waivers.toml:8:9: waiver[0].owner: is empty",
        "ci/waivers.toml:9:11: waiver[0].expires: `2026-02-30` is no day (YYYY-MM-DD, a day that exists)",
        "ci/waivers.toml:10:1: waiver[0]: unknown key `refrence` (did you mean `reference`?)",
        "ci/waivers.toml:12:1: waiver[1].owner: is missing",
        "ci/waivers.toml:13:8: waiver[1].code: CHECKS_PENDING cannot be waived: it says that something was not proven, and a waiver proves nothing",
        "ci/waivers.toml:14:9: waiver[1].scope: would cover everything of its kind (add one of package, advisory, file, contract)",
        "ci/waivers.toml:15:10: waiver[1].reason: holds the character `\\u{1b}` (one line of visible characters)",
        "ci/waivers.toml:16:11: waiver[1].expires: must be a text, not integer",
        "ci/waivers.toml:20:18: waiver[2].scope.file: `../x.rs` is no path of a file (the path from the workspace root with `/`, as the finding tells it; no patterns)",
        "ci/waivers.toml:20:29: waiver[2].scope: unknown key `colour` (one of gate, package, advisory, file, contract)",
        "ci/waivers.toml:20:55: waiver[2].scope.package: `a@^1` is no package (NAME or NAME@VERSION, exactly; patterns and ranges are not read)",
        "ci/waivers.toml:23:11: waiver[2].expires: 2028-03-01 is 91 days ahead (max_days allows 90; today, 2028-02-29 is the latest)",
        "ci/waivers.toml:25:1: waiver[3].scope: is missing (such as scope = { package = \"NAME@VERSION\" })",
    ];
    assert_eq!(complaints(text), expected);
}

#[test]
fn the_limit_of_days_counts_from_today_and_leaps_with_the_year() {
    for (today, last, fits) in [
        (date!(2027 - 12 - 01), "2028-02-29", true),
        (date!(2027 - 12 - 01), "2028-03-01", false),
        (date!(2026 - 12 - 01), "2027-03-01", true),
        (date!(2026 - 12 - 01), "2027-02-29", false),
    ] {
        let text = WAIVER.replace("max_days = 120\n", "").replace("2028-02-29", last);
        assert_eq!(parse(&text, today).is_ok(), fits, "{today} {last}");
    }
}

#[test]
fn the_same_thing_is_waived_once() {
    let (_, entry) = WAIVER.split_once("\n\n").unwrap();
    let turned = entry.replace(
        "gate = \"deps_approval\", package = \"leaf@1.0.0\"",
        "package = \"leaf@1.0.0\", gate = \"deps_approval\"",
    );
    assert_eq!(
        complaints(&format!("{WAIVER}\n{turned}")),
        [
            "ci/waivers.toml:12:1: waiver: LICENSE_DENIED for gate deps_approval, package leaf@1.0.0 is waived on line 4 already (delete one of them)"
        ]
    );
    // Another scope is another thing, even if both cover the same.
    assert_eq!(
        parse(&format!("{WAIVER}\n{}", entry.replace("leaf@1.0.0", "leaf")), TODAY).unwrap().list.len(),
        2
    );
}

#[test]
fn odd_files_are_complaints_and_never_a_panic() {
    let conflict = format!("{WAIVER}<<<<<<< HEAD\n[[waiver]]\n=======\n>>>>>>> other\n");
    assert_eq!(
        complaints(&conflict),
        [
            "ci/waivers.toml:11:1: holds the marks of a merge conflict (decide between the two sides, and delete the marks)"
        ]
    );
    let long = format!("reason = \"{}\"", "x".repeat(501));
    for (text, told) in [
        ("version = 2\n".to_owned(), "must be 1"),
        ("version = 1\nwaiver = 3\n".into(), "write each entry as [[waiver]]"),
        ("version = 1\n[waiver]\ncode = \"X\"\n".into(), "must be a list of tables, not table"),
        ("version = 1\n[[waiver]]\nscope = 3\n".into(), "must be a table, not integer"),
        (WAIVER.replace("reason = \"Legal has said yes to it\"", &long), "is too long: 501 characters"),
        (WAIVER.replace("ops@", "\u{202e}ops@"), "holds the character `\\u{202e}`"),
        (WAIVER.replace("LICENSE_DENIED", "license_denied"), "did you mean `LICENSE_DENIED`?"),
        ("version = \u{0}".into(), "ci/waivers.toml:1:"),
        ("[".repeat(10_000), "ci/waivers.toml:1:"),
        (format!("version = 1\nx = {}", "[".repeat(100_000)), "ci/waivers.toml:2:"),
    ] {
        let found = complaints(&text).join("\n");
        assert!(found.contains(told), "{told}: {found}");
    }
    for cut in 0..WAIVER.len() {
        let _ = parse(&WAIVER[..cut], TODAY);
        let _ = parse(&WAIVER[cut..], TODAY);
    }
}

#[test]
fn what_is_no_text_file_is_refused() {
    let root = tempfile::tempdir().unwrap();
    assert_eq!(load(root.path(), TODAY).unwrap(), Waivers::default());
    let file = root.path().join(FILE);
    std::fs::create_dir_all(&file).unwrap();
    let told = || load(root.path(), TODAY).unwrap_err().to_string();
    assert!(told().contains("ci/waivers.toml: it is not a file"), "{}", told());
    std::fs::remove_dir(&file).unwrap();
    std::fs::write(&file, b"version = 1 # \xff\n").unwrap();
    assert!(told().contains("ci/waivers.toml: cannot read it: "), "{}", told());
    std::fs::write(&file, " ".repeat(1024 * 1024 + 1)).unwrap();
    assert!(told().contains("is larger than"), "{}", told());
}
