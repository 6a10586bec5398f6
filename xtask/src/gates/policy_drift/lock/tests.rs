use std::collections::BTreeMap;

use super::*;

fn sample() -> Snapshot {
    let digest = "ab".repeat(32);
    let set = |entries: &[&str]| Value::Set(entries.iter().map(ToString::to_string).collect());
    let setting = |file: &str, value| Setting { file: file.into(), value };
    Snapshot {
        files: BTreeMap::from([
            ("Cargo.toml".into(), FileState::Present { sha256: String::new() }),
            ("ci/maturity-stages.yml".into(), FileState::Present { sha256: digest }),
        ]),
        settings: BTreeMap::from([
            ("lints.rust.unsafe_code".into(), setting("Cargo.toml", Value::Text("forbid".into()))),
            ("a.flag".into(), setting("Cargo.toml", Value::Bool(true))),
            ("a.\"q.x\"".into(), setting("Cargo.toml", Value::Number(-7))),
            ("stages.GA.patterns".into(), setting("ci/maturity-stages.yml", set(&["v*", "{package}-v*"]))),
            ("stages.GA.none".into(), setting("ci/maturity-stages.yml", set(&[]))),
            (
                "odd".into(),
                setting(
                    "ci/\u{202e}\".yml",
                    Value::Text("a\u{1b}[2J\nb\\\"\u{202e}\u{7f}é\u{1f600}\t".into()),
                ),
            ),
        ]),
    }
}

fn read(text: &str) -> Result<LockFacts> {
    read::parse(text.as_bytes())
}

fn told(text: &str) -> String {
    read(text).expect_err("a complaint").to_string()
}

#[test]
fn what_is_written_is_read_back() {
    let text = render(&sample());
    assert_eq!(read(&text).unwrap(), LockFacts::Read { snapshot: sample(), own_digest_fits: true });
    assert_eq!(render(&sample()), text, "the same policy, the same bytes");
    assert!(!text.contains(['\u{1b}', '\u{202e}', '\u{7f}']), "{text}");
    // A checkout with CRLF, a byte order mark, other comments: the same policy.
    for same in [text.replace('\n', "\r\n"), format!("\u{feff}{text}"), text.replace(HEADER, "")] {
        assert_eq!(read(&same).unwrap(), LockFacts::Read { snapshot: sample(), own_digest_fits: true });
    }
}

#[test]
fn an_edit_by_hand_is_noticed() {
    let text = render(&sample());
    for (from, to) in [
        ("\"forbid\"", "\"allow\""),
        ("    \"v*\",\n", ""),
        ("\"stages.GA.none\" = []\n", ""),
        ("\"settings only\"", &format!("\"{}\"", "cd".repeat(32))),
        ("digest = \"", "digest = \"0"),
    ] {
        let edited = text.replace(from, to);
        assert_ne!(edited, text, "{from}");
        let Ok(LockFacts::Read { own_digest_fits, .. }) = read(&edited) else { panic!("{edited}") };
        assert!(!own_digest_fits, "{from}");
    }
}

#[test]
fn complaints_have_places_and_remedies() {
    let text = render(&sample());
    for (from, to, expected) in [
        (
            "version = 1",
            "version = 2",
            "ci/policy.lock:4:11: version: is 2, and this version of the tool reads 1",
        ),
        ("version = 1", "version = \"1\"", "ci/policy.lock:4:11: version: must be there, and be 1"),
        ("version = 1\n", "", "version: must be there"),
        ("version = 1\n", "version = 1\nextra = 1\n", "ci/policy.lock:5:1: unknown key `extra`"),
        ("version = 1\n", "version = 1\nversion = 1\n", "ci/policy.lock:5:1: duplicate key"),
        ("digest = ", "digets = ", "did you mean `digest`?"),
        ("\"settings only\"", "\"whatever\"", "files.`Cargo.toml`: must be a SHA-256"),
        ("= true", "= 1.5", "must be a text, a whole number"),
        ("= true", "= [1]", "must be a text, a whole number"),
        ("[files]", "[file]", "files: must be there, and be a table"),
        ("= true", "= tru", "ci/policy.lock:13:"),
        (
            "[files]",
            "<<<<<<< HEAD\n[files]",
            "ci/policy.lock:7:1: a merge conflict (resolve the conflicts in the policy files first, then run \
             `cargo xtask policy lock`)",
        ),
    ] {
        let edited = text.replacen(from, to, 1);
        assert_ne!(edited, text, "{from}");
        let told = told(&edited);
        assert!(told.contains(expected), "{from} → {to}: {told}");
    }
    let twice = format!("{text}\n[settings.elsewhere]\n\"a.flag\" = true\n");
    assert!(told(&twice).contains("is given twice, the other time by `Cargo.toml`"));
}

#[test]
fn no_input_makes_it_panic() {
    let text = render(&sample());
    for cut in (0..text.len()).filter(|cut| text.is_char_boundary(*cut)) {
        let _ = read(&text[..cut]);
    }
    for text in
        ["", "[settings]\nx = 1", "settings = 1\nversion = 1", "version = 1\n[settings.x.y]\nz = {}", "\u{0}"]
    {
        assert!(read(text).is_err(), "{text}");
    }
    assert!(read::parse(&[0xff, 0xfe]).is_err());
}

#[test]
fn what_is_not_known_cannot_be_locked() {
    let folder = tempfile::tempdir().unwrap();
    let mut snapshot = sample();
    write(folder.path(), &snapshot).unwrap();
    assert_eq!(load(folder.path()).unwrap(), LockFacts::Read { snapshot: sample(), own_digest_fits: true });
    let astray = FileState::Astray { target: "../../x".into() };
    snapshot.files.insert("deny.toml".into(), astray);
    let told = write(folder.path(), &snapshot).unwrap_err().to_string();
    assert!(told.contains("deny.toml: leads out of the workspace") && told.contains("`../../x`"), "{told}");
    assert_eq!(load(folder.path()).unwrap(), LockFacts::Read { snapshot: sample(), own_digest_fits: true });
    let left: Vec<_> = std::fs::read_dir(folder.path().join("ci")).unwrap().collect();
    assert_eq!(left.len(), 1, "a temporary file is left");
}
