//! Facts about what is shipped: components, SBOMs, approvals, licences, sources.
//!
//! Facts only: whether a component is approved, or its licence allowed, is for the judge to say.

use serde::Serialize;

use super::checks::Run;
use super::subject::Lockfile;

/// What is known of the shipped dependencies.
#[derive(Debug, Clone, Default, Serialize)]
pub struct DepsFacts {
    /// The state of Cargo.lock.
    pub lockfile: Option<Lockfile>,
    /// Names of the shipped packages, sorted.
    pub shipped: Vec<String>,
    /// Names in the settings' `shipped` that no member has, each with the nearest member.
    pub unknown_shipped: Vec<(String, Option<String>)>,
    /// The targets that were asked for; empty for cargo's default.
    pub targets: Vec<String>,
    /// The `cargo tree` runs that the components were read from.
    pub runs: Vec<Run>,
    /// Why the components or the SBOMs are missing or incomplete.
    pub problems: Vec<String>,
    /// Everything that the shipped packages pull in, themselves included; sorted by name and version.
    pub components: Vec<Component>,
    /// The SBOMs that there should be, as their subjects: `workspace`, and each binary's name.
    pub expected_sboms: Vec<String>,
    /// The SBOMs that were written.
    pub sboms: Vec<SbomFile>,
    /// `ci/deps-approvals.toml`.
    pub approvals: Approvals,
    /// Why the approvals could not be read.
    pub approvals_problem: Option<String>,
    /// The cargo-vet store, if the settings make it a source of approvals.
    pub vet: Option<VetStore>,
}

/// One package in the tree of what is shipped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Component {
    /// The package's name.
    pub name: String,
    /// Its exact version.
    pub version: String,
    /// Where it comes from.
    pub source: Source,
    /// SHA-256 from Cargo.lock, lower-case hex.
    pub checksum: Option<String>,
    /// The `license` of its manifest, as written there.
    pub license: Option<String>,
    /// Whether its manifest names a licence file.
    pub license_file: bool,
    /// Whether it reaches the shipped artefact, or only the build of it.
    pub scope: Scope,
    /// Direct dependents in the tree, as `name@version`, sorted.
    pub pulled_in_by: Vec<String>,
    /// Its package URL.
    pub purl: String,
    /// The folder that a package of a registry or of git is read from, relative to the workspace, where
    /// that is not cargo's home: cargo's source replacement puts it there.
    pub read_from: Option<String>,
}

impl Component {
    /// `name@version`.
    pub fn id(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }

    /// Whether it is somebody else's: everything that is not a member of the workspace.
    pub fn third_party(&self) -> bool {
        self.source != Source::Member
    }

    /// What an approval pins: the checksum, or the exact source where there is no checksum.
    pub fn pinned_source(&self) -> Option<String> {
        match &self.source {
            Source::Git { url, revision } => Some(format!("git+{url}#{revision}")),
            Source::Path { path } => Some(format!("path+{path}")),
            Source::Member | Source::Registry { .. } => None,
        }
    }
}

/// Where a package comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Source {
    /// It is a member of the workspace that is judged.
    Member,
    /// A registry, by the URL of its index without `registry+`; `crates-io` for the default one.
    Registry {
        /// `crates-io`, or the index' URL.
        url: String,
    },
    /// A git repository.
    Git {
        /// URL with its query (branch, tag or revision asked for), without `git+` and without revision.
        url: String,
        /// The commit.
        revision: String,
    },
    /// A folder that is no member of the workspace.
    Path {
        /// Relative to the workspace root, with `/`.
        path: String,
    },
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Source::Member => write!(f, "this workspace"),
            Source::Registry { url } => write!(f, "{url}"),
            Source::Git { url, revision } => write!(f, "git+{url}#{revision}"),
            Source::Path { path } => write!(f, "path+{path}"),
        }
    }
}

/// Whether a component reaches the shipped artefact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// It is linked into what is shipped.
    Required,
    /// It is reached only through build dependencies and procedural macros.
    Excluded,
}

/// An SBOM that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SbomFile {
    /// `workspace`, or the binary's name.
    pub subject: String,
    /// Path relative to the output folder, with `/`.
    pub path: String,
    /// Components in it.
    pub components: usize,
    /// SHA-256 of its content, lower-case hex.
    pub sha256: String,
}

/// What `ci/deps-approvals.toml` says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Approvals {
    /// Whether the file is there.
    pub present: bool,
    /// Approvals of exact versions.
    pub approved: Vec<Approval>,
    /// Approvals by pattern.
    pub rules: Vec<Rule>,
}

/// Somebody's yes to one exact version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Approval {
    /// The package's name.
    pub name: String,
    /// Its exact version.
    pub version: String,
    /// SHA-256 of the package, lower-case hex; for registry packages.
    pub checksum: Option<String>,
    /// `git+URL#COMMIT` or `path+FOLDER`; for packages without a checksum.
    pub source: Option<String>,
    /// Who said yes.
    pub approved_by: String,
    /// On which day, `YYYY-MM-DD`.
    pub approved_on: String,
    /// The last day on which it holds, `YYYY-MM-DD`.
    pub expires: Option<String>,
    /// Why, or what was looked at.
    pub note: Option<String>,
    /// One-based line of the entry.
    pub line: u32,
}

/// A yes to everything that fits a pattern.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// A glob over package names.
    pub name: Option<String>,
    /// A source, in the words of `deps_approval.sources`: `crates-io`, an index URL, a git URL prefix, a folder.
    pub source: Option<String>,
    /// Who answers for it.
    pub owner: String,
    /// The last day on which it holds, `YYYY-MM-DD`.
    pub expires: String,
    /// Why it is safe.
    pub reason: String,
    /// One-based line of the entry.
    pub line: u32,
}

/// What a cargo-vet store says of the components, as far as this tool understands it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct VetStore {
    /// Versions that were audited in full, or exempted, for `safe-to-deploy`.
    pub full: Vec<VetFull>,
    /// Differences that were audited for `safe-to-deploy`.
    pub deltas: Vec<VetDelta>,
    /// Packages with a `violation`: none of their versions counts as vetted.
    pub violations: Vec<String>,
    /// What was there and approves nothing here, with the reason.
    pub ignored: Vec<String>,
    /// What could not be read.
    pub problems: Vec<String>,
}

/// A version that a cargo-vet store vouches for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VetFull {
    /// The package's name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// `audit`, `exemption`, or `audit by PEER`.
    pub origin: String,
}

/// A step between two versions that a cargo-vet store vouches for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VetDelta {
    /// The package's name.
    pub name: String,
    /// The version before.
    pub from: String,
    /// The version after.
    pub to: String,
}
