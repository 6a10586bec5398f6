//! The environment that programs are started with: the host's, less what would bend the checks.
//!
//! Never adds anything. What is left out is either set by the very programs that started this one
//! (`cargo run`, nextest, a git hook), or would quietly change what a check looks at.

use std::ffi::OsString;

/// Set by `cargo run` for the program that it starts; a child cargo would see them as changes.
const FROM_CARGO_RUN: &[&str] = &[
    "CARGO_MANIFEST_DIR",
    "CARGO_MANIFEST_PATH",
    "CARGO_MANIFEST_LINKS",
    "CARGO_BIN_NAME",
    "CARGO_CRATE_NAME",
    "CARGO_PRIMARY_PACKAGE",
    "CARGO_TARGET_TMPDIR",
    "OUT_DIR",
];

/// Those that point git at another repository (`git rev-parse --local-env-vars`), as a hook sets them.
const OF_ANOTHER_REPOSITORY: &[&str] = &[
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_CONFIG",
    "GIT_CONFIG_COUNT",
    "GIT_CONFIG_PARAMETERS",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_NAMESPACE",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
];

/// The outputs of a step of GitHub Actions. They carry the verdict to the jobs that publish, so what is
/// checked has no business there.
const OF_THE_STEP: &[&str] = &["GITHUB_OUTPUT"];

/// Families of which every variable is left out: `CARGO_PKG_*` as above; `NEXTEST*` would choose
/// another profile or other retries than the checks ask for.
const FAMILIES: &[&str] = &["CARGO_PKG_", "CARGO_BIN_EXE_", "NEXTEST"];

/// The environment without those variables.
pub(super) fn scrubbed(env: &[(OsString, OsString)]) -> Vec<(OsString, OsString)> {
    env.iter().filter(|(key, _)| !key.to_str().is_some_and(bends)).cloned().collect()
}

fn bends(name: &str) -> bool {
    FROM_CARGO_RUN.contains(&name)
        || OF_ANOTHER_REPOSITORY.contains(&name)
        || OF_THE_STEP.contains(&name)
        || FAMILIES.iter().any(|family| name.starts_with(family))
        || name == super::tree::MARK_VARIABLE
}

#[cfg(test)]
mod tests {
    use super::bends;

    #[test]
    fn what_bends_the_checks_is_left_out_and_the_rest_is_kept() {
        let bend = ["GIT_DIR", "NEXTEST_PROFILE", "NEXTEST", "CARGO_PKG_NAME", "CARGO_MANIFEST_DIR"];
        for name in bend.into_iter().chain(["GITHUB_OUTPUT"]) {
            assert!(bends(name), "{name}");
        }
        for name in ["PATH", "HOME", "CARGO_HOME", "CARGO_TARGET_DIR", "RUSTFLAGS", "GIT_CONFIG_GLOBAL"] {
            assert!(!bends(name), "{name}");
        }
    }
}
