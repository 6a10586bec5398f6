//! Where a finding is in the repository, as GitHub and GitLab name files: relative to its root.
//!
//! Findings tell files relative to the workspace, which may be a folder of the repository, and some are
//! about files that lie elsewhere. Only a file that git tracks is a place that a CI can show.

use std::collections::BTreeSet;

use crate::catalog::Code;
use crate::verdict::Finding;

/// What is known of the repository.
#[derive(Debug, Clone, Copy)]
pub struct Places<'a> {
    /// The repository's root folder, with `/`, if there is a repository.
    pub root: Option<&'a str>,
    /// Where the workspace lies in it: empty for the root, else with `/` at the end.
    pub prefix: &'a str,
    /// The files that git tracks, relative to the repository's root.
    pub tracked: &'a BTreeSet<String>,
}

impl Places<'_> {
    /// The file of a finding relative to the repository's root, if it is a file of the repository.
    pub fn file(&self, finding: &Finding) -> Option<String> {
        let file = finding.file.as_deref()?;
        // What git says of a dirty tree is relative to the repository already.
        let prefix = if finding.code == Code::TreeDirty { "" } else { self.prefix };
        self.tracked_file(prefix, file)
    }

    /// A file of the workspace by its path in the repository, if git tracks it.
    pub fn of_workspace(&self, file: &str) -> Option<String> {
        self.tracked_file(self.prefix, file)
    }

    fn tracked_file(&self, prefix: &str, file: &str) -> Option<String> {
        let path = match file.strip_prefix(self.root?).and_then(|rest| rest.strip_prefix('/')) {
            Some(rest) => flat(rest)?,
            None if file.starts_with('/') => return None,
            None => flat(&format!("{prefix}{file}"))?,
        };
        self.tracked.contains(&path).then_some(path)
    }
}

/// A relative path without `.` and `..`; `None` if it leads out of its root.
fn flat(path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_of_the_repository_are_places_and_by_their_path_in_it() {
        let tracked: BTreeSet<String> =
            ["sub/src/lib.rs", "shared/lib.rs", "Cargo.lock", "src/lib.rs"].map(String::from).into();
        let places = Places { root: Some("/r"), prefix: "sub/", tracked: &tracked };
        for (code, file, expected) in [
            (Code::LintFailed, "src/lib.rs", Some("sub/src/lib.rs")),
            (Code::LintFailed, "./src/../src//lib.rs", Some("sub/src/lib.rs")),
            (Code::LintFailed, "../shared/lib.rs", Some("shared/lib.rs")),
            (Code::LintFailed, "/r/shared/lib.rs", Some("shared/lib.rs")),
            (Code::LintFailed, "../../shared/lib.rs", None),
            (Code::LintFailed, "/elsewhere/src/lib.rs", None),
            (Code::LintFailed, "/rust/src/lib.rs", None),
            (Code::LintFailed, "target/made.rs", None),
            (Code::TreeDirty, "src/lib.rs", Some("src/lib.rs")),
            (Code::TreeDirty, "Cargo.lock", Some("Cargo.lock")),
        ] {
            let mut finding = Finding::error(code, "x");
            assert_eq!(places.file(&finding), None);
            finding.file = Some(file.to_owned());
            assert_eq!(places.file(&finding).as_deref(), expected, "{file}");
        }
        let nowhere = Places { root: None, ..places };
        let finding = Finding { file: Some("src/lib.rs".into()), ..Finding::error(Code::LintFailed, "x") };
        assert_eq!(nowhere.file(&finding), None, "no repository, so no file of one");
        assert_eq!(places.of_workspace("src/lib.rs").as_deref(), Some("sub/src/lib.rs"));
    }
}
