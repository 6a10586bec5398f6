use time::macros::datetime;

use super::{Request, approve, list, prune};
use crate::evidence::deps::{Component, DepsFacts, Scope, Source};
use crate::gates::deps_approval::approvals::{self, FILE};

const NOW: time::OffsetDateTime = datetime!(2026-06-15 12:00 UTC);

fn component(name: &str, version: &str, source: Source) -> Component {
    let registry = matches!(source, Source::Registry { .. });
    Component {
        name: name.into(),
        version: version.into(),
        source,
        checksum: registry.then(|| "a".repeat(64)),
        license: Some("MIT".into()),
        license_file: false,
        scope: Scope::Required,
        pulled_in_by: vec!["app@0.1.0".into()],
        purl: String::new(),
        read_from: None,
    }
}

/// A workspace with an approvals file (if any text is given) and the facts about it.
struct Case {
    root: tempfile::TempDir,
    facts: DepsFacts,
}

impl Case {
    fn new(file: Option<&str>) -> Self {
        let root = tempfile::tempdir().unwrap();
        if let Some(text) = file {
            std::fs::create_dir_all(root.path().join("ci")).unwrap();
            std::fs::write(root.path().join(FILE), text).unwrap();
        }
        let registry = || Source::Registry { url: "crates-io".into() };
        let git = Source::Git { url: "https://example.com/g".into(), revision: "ab12".into() };
        let components = vec![
            component("app", "0.1.0", Source::Member),
            component("far", "1.0.0", git),
            component("syn", "2.0.0", registry()),
            component("syn", "10.0.0", registry()),
        ];
        let mut case = Case { root, facts: DepsFacts { components, ..DepsFacts::default() } };
        case.reload();
        case
    }

    fn reload(&mut self) {
        self.facts.approvals = approvals::load(self.root.path()).unwrap();
    }

    fn text(&self) -> String {
        std::fs::read_to_string(self.root.path().join(FILE)).unwrap()
    }

    fn approve(
        &mut self,
        packages: &[&str],
        change: impl FnOnce(&mut Request<'_>),
    ) -> Result<String, String> {
        let packages: Vec<String> = packages.iter().map(ToString::to_string).collect();
        let mut request =
            Request { packages: &packages, all: false, by: "me", note: None, expires: None, now: NOW };
        change(&mut request);
        let result = approve(self.root.path(), &self.facts, &request).map_err(|error| error.to_string());
        if result.is_ok() && self.root.path().join(FILE).exists() {
            self.reload();
        }
        result
    }
}

#[test]
fn a_first_approval_writes_the_file() {
    let mut case = Case::new(None);
    assert!(list(&case.facts, NOW).unwrap().starts_with("3 of 3 third-party components not approved:"));
    let report = case.approve(&[], |request| request.all = true).unwrap();
    assert!(report.contains("approved far@1.0.0 (git+https://example.com/g#ab12)"), "{report}");
    assert!(report.ends_with("wrote 3 approvals to ci/deps-approvals.toml, by me\n"), "{report}");
    let names: Vec<String> =
        case.facts.approvals.approved.iter().map(|one| format!("{} {}", one.name, one.version)).collect();
    assert_eq!(names, ["far 1.0.0", "syn 2.0.0", "syn 10.0.0"], "by name, then by version as a number");
    assert!(case.text().starts_with("# Third-party packages"));
    assert_eq!(list(&case.facts, NOW).unwrap(), "3 third-party components, all approved\n");
    let again = case.approve(&[], |request| request.all = true).unwrap();
    assert_eq!(again, "nothing to approve\n");
}

const FILE_WITH_COMMENTS: &str = "\
# ours
version = 1

# rules first
[[rule]]
name = \"far*\"
owner = \"us\"
expires = \"2027-01-01\"
reason = \"ours as well\"

# unused since spring
[[approved]]
name = \"zed\"
version = \"1.0.0\"
checksum = \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"
approved_by = \"you\"
approved_on = \"2026-01-01\"

# looked at the macros
[[approved]]
name = \"syn\"
version = \"2.0.0\"
checksum = \"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\" # old
approved_by = \"you\"
approved_on = \"2026-01-01\"
expires = \"2026-02-01\"
";

#[test]
fn comments_stay_and_a_renewal_replaces() {
    let mut case = Case::new(Some(FILE_WITH_COMMENTS));
    let report = case.approve(&[], |request| request.all = true).unwrap();
    assert!(report.starts_with("left out syn@2.0.0: it was approved with other content"), "{report}");
    assert!(!report.contains("approved far"), "a rule covers it");
    case.approve(&["syn@2.0.0"], |request| request.note = Some("again")).unwrap();
    let text = case.text();
    let expected = format!(
        "# looked at the macros\n[[approved]]\nname = \"syn\"\nversion = \"2.0.0\"\nchecksum = \"{}\" # old\n\
         approved_by = \"me\"\napproved_on = \"2026-06-15\"\nnote = \"again\"\n\n[[approved]]\nname = \"syn\"\nversion = \"10.0.0\"",
        "a".repeat(64)
    );
    assert!(text.contains(&expected), "{text}");
    assert!(text.starts_with("# ours\nversion = 1\n\n# rules first\n[[rule]]"), "{text}");
    assert_eq!(text.matches("[[approved]]").count(), 3);
    assert!(list(&case.facts, NOW).unwrap().contains("the approval of zed@1.0.0"));

    let removed = prune(case.root.path(), &case.facts, NOW).unwrap();
    assert_eq!(removed, "removed the approval of zed@1.0.0\n");
    case.reload();
    assert_eq!(case.facts.approvals.approved.len(), 2);
    assert_eq!(case.facts.approvals.rules.len(), 1);
    assert!(case.text().contains("# looked at the macros"));
}

#[test]
fn what_cannot_be_approved_is_refused_and_nothing_is_written() {
    let mut case = Case::new(None);
    for (package, expected) in [
        ("sym@2.0.0", "did you mean syn@2.0.0 or syn@10.0.0?"),
        ("syn@3.0.0", "did you mean syn@2.0.0 or syn@10.0.0?"),
        ("syn", "did you mean syn@2.0.0 or syn@10.0.0?"),
        ("app@0.1.0", "is a member of this workspace"),
        ("bananas@1.0.0", "is not among the shipped components"),
    ] {
        let error = case.approve(&[package], |_| {}).unwrap_err();
        assert!(error.contains(expected), "{package}: {error}");
    }
    assert!(case.approve(&["syn@2.0.0"], |request| request.by = " ").is_err());
    for day in ["2026-06-14", "2026-02-30", "soon"] {
        assert!(case.approve(&["syn@2.0.0"], |request| request.expires = Some(day)).is_err(), "{day}");
    }
    case.facts.components[2].checksum = None;
    assert!(case.approve(&["syn@2.0.0"], |_| {}).unwrap_err().contains("no checksum"));
    case.facts.problems.push("no lockfile".into());
    assert!(case.approve(&[], |request| request.all = true).is_err());
    assert!(list(&case.facts, NOW).is_err());
    assert!(prune(case.root.path(), &case.facts, NOW).is_err());
    assert!(!case.root.path().join(FILE).exists());
}

#[test]
fn a_broken_file_is_left_as_it_is() {
    let mut case = Case::new(None);
    std::fs::create_dir_all(case.root.path().join("ci")).unwrap();
    std::fs::write(case.root.path().join(FILE), "version = 1\nnonsense = 3\n").unwrap();
    assert!(case.approve(&["syn@2.0.0"], |_| {}).unwrap_err().contains("nonsense"));
    assert_eq!(case.text(), "version = 1\nnonsense = 3\n");
}

#[test]
fn a_file_with_crlf_keeps_it_in_every_line() {
    let text = "# ours\nversion = 1\n\n[[approved]]\nname = \"gone\"\nversion = \"1.0.0\"\nchecksum = \"C\"\n\
                approved_by = \"x\"\napproved_on = \"2026-01-01\"\nnote = \"\"\"\ntwo\nlines\"\"\"\n";
    let text = text.replace('C', &"a".repeat(64)).replace('\n', "\r\n");
    let mut case = Case::new(Some(&text));
    case.approve(&["syn@2.0.0"], |request| request.note = Some("one\ntwo")).unwrap();
    let written = case.text();
    assert!(written.starts_with("# ours\r\n") && written.contains("syn"), "{written:?}");
    assert_eq!(written.matches('\n').count(), written.matches("\r\n").count(), "{written:?}");
    assert!(!written.contains("\r\r"), "{written:?}");
}
