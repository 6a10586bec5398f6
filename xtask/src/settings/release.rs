//! The section `release`: where releases are made, and where it is written what is new in them.

use super::values::{self, set};
use crate::stages;
use crate::yaml::{Complaints, Fields, Keys, Node};

const RELEASE: Keys = Keys::new(&["branches", "changelog"]);

/// What `release-check` holds a tag to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// Globs over the short names of branches: one of them must hold the commit of a release.
    pub branches: Vec<String>,
    /// The changelog, relative to the workspace root; `None` for `CHANGELOG.md` at the root or in the
    /// package's folder.
    pub changelog: Option<String>,
}

impl Default for Release {
    fn default() -> Self {
        Release { branches: ["main", "master", "release/*"].map(String::from).to_vec(), changelog: None }
    }
}

pub(super) fn read(node: &Node, release: &mut Release, c: &mut Complaints) {
    let Some(fields) = Fields::read(node, &RELEASE, c) else { return };
    if let Some(node) = fields.get("branches") {
        let branches = node.checked_list("a list of globs over branches", c, branch);
        if node.list("", &mut Complaints::new()).is_some_and(<[Node]>::is_empty) {
            c.at(
                node,
                "no branch is for releases",
                "name one, or leave the key out for main, master and release/*",
            );
        }
        set(&mut release.branches, branches);
    }
    if let Some(node) = fields.get("changelog") {
        release.changelog = node.checked("a path relative to the workspace root", c, values::folder_inside);
    }
}

/// A glob over the short names of branches.
fn branch(text: &str) -> Result<(), values::Bad> {
    stages::check_pattern(text)?;
    if text.starts_with("refs/") || text.starts_with("origin/") {
        let help =
            "branches are named without refs/heads/ and without their remote, such as release/*".to_owned();
        return Err((format!("{} is not the short name of a branch", crate::diagnostics::shown(text)), help));
    }
    if text.contains("{package}") {
        return Err(("{package} names no branch".into(), "spell the branch out, or use *".into()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Release;
    use crate::settings::parse;

    #[test]
    fn branches_are_globs_over_short_names() {
        let read = |branches: &str| {
            parse(format!("version: 1\nrelease: {{branches: {branches}}}\n").as_bytes(), "x.yml")
        };
        let release = read("[stable, \"v[0-9].x\"]").unwrap().release;
        assert_eq!(release, Release { branches: vec!["stable".into(), "v[0-9].x".into()], changelog: None });
        for (branches, told) in [
            ("[]", "x.yml:2:21: release.branches: no branch is for releases"),
            ("[main, refs/heads/x]", "x.yml:2:28: release.branches[1]: `refs/heads/x` is not the short name"),
            ("[origin/main]", "`origin/main` is not the short name"),
            ("[\"{package}-x\"]", "names no branch"),
            ("[\"\"]", "an empty pattern"),
            ("main", "a list of globs over branches"),
            ("[main, main]", "is listed twice"),
        ] {
            let error = read(branches).unwrap_err().to_string();
            assert!(error.contains(told), "{error}");
        }
        let changelog =
            |path: &str| parse(format!("version: 1\nrelease: {{changelog: {path}}}\n").as_bytes(), "x.yml");
        assert_eq!(changelog("docs/x.md").unwrap().release.changelog.as_deref(), Some("docs/x.md"));
        for path in ["../x.md", "/x.md", "\"\"", "[x]"] {
            assert!(changelog(path).is_err(), "{path}");
        }
    }
}
