//! What `release-check` says of a tag: the verdict, what stands in the way, what was seen to be right.

use std::fmt::Write as _;

use super::{Paint, line, tell};
use crate::diagnostics::shown;
use crate::verdict::Finding;

/// A tag judged as a release. `named_by` is what named it; `seen` what was seen to be right.
pub fn release(tag: &str, named_by: &str, findings: &[Finding], seen: &[String], colour: bool) -> String {
    let paint = Paint { colour };
    let (tag, named_by) = (shown(tag), line(named_by));
    let mut out = if findings.is_empty() && !seen.is_empty() {
        format!("{}: the tag {tag} ({named_by}) may be released\n", paint.green("Ready"))
    } else {
        format!("{}: the tag {tag} ({named_by}) may not be released\n", paint.red("Not ready"))
    };
    if !findings.is_empty() {
        let _ = writeln!(out, "\n{}", paint.bold("What stands in the way"));
        findings.iter().for_each(|finding| tell(&mut out, finding, &paint));
    }
    if !seen.is_empty() {
        let _ = writeln!(out, "\n{}", paint.bold("What was seen"));
        for seen in seen {
            let _ = writeln!(out, "  {}", line(seen));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Code;

    #[test]
    fn findings_come_first_and_nothing_seen_is_not_ready() {
        let mut version = Finding::error(
            Code::ReleaseVersionMismatch,
            "the tag says 1.1.0, and the version of orders is 1.0.0",
        );
        (version.file, version.line) = (Some("Cargo.toml".into()), Some(3));
        let light = Finding::error(Code::ReleaseTagLightweight, "`v1.1.0\u{1b}[2J` is a lightweight tag");
        let seen = ["HEAD is the commit of the tag, 0123456789ab".to_owned(), "a\nb\u{202e}".to_owned()];
        let hostile = "v1.1.0\u{1b}[2J\n::error::x";
        let blocked = release(hostile, "GITHUB_REF", &[light, version], &seen, false);
        let ready = release("v1.1.0", "--tag", &[], &seen[..1], false);
        insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!("release-check.txt", [blocked.as_str(), &ready].join("\n---\n\n"));
        });
        assert!(!blocked.contains(|c: char| c.is_control() && c != '\n'), "{blocked}");
        assert!(release("v1", "--tag", &[], &[], false).starts_with("Not ready"));
        let coloured = release("v1.1.0", "--tag", &[], &seen[..1], true);
        let plain = coloured.replace("\u{1b}[1;32m", "").replace("\u{1b}[1m", "").replace("\u{1b}[0m", "");
        assert_eq!(plain, ready);
    }
}
