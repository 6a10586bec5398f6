//! How each gate gathers its evidence: the values of `ci/maturity-evidence.yml`, all with defaults.
//!
//! Plain data. `settings/load.rs` reads and validates the file; nothing here runs or judges anything.

mod budgets;
mod deps;
mod guard;
mod load;
mod policy;
mod release;
pub mod services;
#[cfg(test)]
mod tests;
mod values;

use std::collections::BTreeMap;
use std::time::Duration;

pub use budgets::FieldBudgets;
pub use load::{load, parse};
pub use policy::{PolicyDrift, Rule, RuleMode};
pub use release::Release;
pub use services::Observability;

/// Where the settings are, relative to the workspace root.
pub const FILE: &str = "ci/maturity-evidence.yml";

/// Everything that `ci/maturity-evidence.yml` can say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settings {
    /// Which features the checks build and the SBOM describes.
    pub features: Features,
    /// The checks of promotion_guard.
    pub promotion_guard: PromotionGuard,
    /// The SBOM and what is approved in it.
    pub deps_approval: DepsApproval,
    /// The rules of the policy.
    pub policy_drift: PolicyDrift,
    /// The default budget, and where schemas are.
    pub field_budgets: FieldBudgets,
    /// Which services there are, and what must be seen of them.
    pub observability_verify: Observability,
    /// Where releases are made and told of.
    pub release: Release,
}

/// Which cargo features are chosen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Features {
    /// Each package's default features.
    #[default]
    Default,
    /// `--all-features`.
    All,
    /// These, with or without the default ones.
    Chosen {
        /// Names, as `--features` takes them.
        names: Vec<String>,
        /// Whether the default features are on.
        default: bool,
    },
}

impl Features {
    /// The matching cargo arguments.
    pub fn args(&self) -> Vec<String> {
        match self {
            Features::Default => Vec::new(),
            Features::All => vec!["--all-features".into()],
            Features::Chosen { names, default } => {
                let mut args = Vec::new();
                if !default {
                    args.push("--no-default-features".into());
                }
                if !names.is_empty() {
                    args.extend(["--features".into(), names.join(",")]);
                }
                args
            }
        }
    }
}

/// The checks of promotion_guard.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PromotionGuard {
    /// Unit and integration tests.
    pub tests: Tests,
    /// Documentation tests.
    pub doc_tests: DocTests,
    /// clippy.
    pub lint: Lint,
    /// rustfmt.
    pub format: Format,
    /// Known vulnerabilities.
    pub audit: Audit,
    /// Commands of the user's own.
    pub checks: Vec<CustomCheck>,
}

/// Whether a built-in check is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Applies {
    /// It is carried out.
    #[default]
    Yes,
    /// It is not, for this reason, which the report shows.
    NotApplicable(String),
}

/// Which program runs the tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Runner {
    /// nextest where it is installed, else cargo test.
    #[default]
    Auto,
    /// `cargo nextest run`; missing is an error.
    Nextest,
    /// `cargo test`.
    Cargo,
}

/// Unit and integration tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tests {
    /// Whether it is wanted.
    pub applies: Applies,
    /// For the build and the run together.
    pub timeout: Duration,
    /// Which program runs them.
    pub runner: Runner,
    /// The nextest profile whose settings are inherited.
    pub nextest_profile: Option<String>,
}

/// Documentation tests, always through `cargo test --doc`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocTests {
    /// Whether it is wanted.
    pub applies: Applies,
    /// For the build and the run together.
    pub timeout: Duration,
}

/// clippy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lint {
    /// Whether it is wanted.
    pub applies: Applies,
    /// For the whole of it.
    pub timeout: Duration,
    /// Lints or lint groups that are denied with `-D`.
    pub deny: Vec<String>,
}

/// rustfmt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Format {
    /// Whether it is wanted.
    pub applies: Applies,
    /// For the whole of it.
    pub timeout: Duration,
}

/// What a kind of advisory amounts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// A finding of severity error: the check fails.
    Deny,
    /// A finding of severity warning.
    Warn,
}

/// Known vulnerabilities, from a RustSec advisory database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit {
    /// Whether it is wanted.
    pub applies: Applies,
    /// For bringing the database up to date.
    pub timeout: Duration,
    /// The oldest that the database may be, in days.
    pub max_age_days: u32,
    /// Informational advisories of the kind `unsound`.
    pub unsound: Level,
    /// Informational advisories of the kind `unmaintained`.
    pub unmaintained: Level,
    /// Locked versions that were yanked.
    pub yanked: Level,
}

/// A command of the user's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomCheck {
    /// Its name in the reports: letters, digits, `-` and `_`.
    pub name: String,
    /// Program and arguments; no shell.
    pub run: Vec<String>,
    /// Where it runs, relative to the workspace root.
    pub directory: String,
    /// Variables added to its environment.
    pub environment: BTreeMap<String, String>,
    /// For the whole of it.
    pub timeout: Duration,
    /// What counts as success.
    pub success: Success,
}

/// What counts as success of a custom check. All of it must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Success {
    /// Exit statuses that are a success.
    pub exit_codes: Vec<i32>,
    /// A text that one line of its output must contain: proof that it did its work.
    pub output_contains: Option<String>,
}

/// The SBOM and what is approved in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DepsApproval {
    /// Packages that are shipped; `None` for every member but one named `xtask` beside others.
    pub shipped: Option<Vec<String>>,
    /// Target triples that are shipped; empty for the host's.
    pub targets: Vec<String>,
    /// For each `cargo tree` that is run.
    pub timeout: Duration,
    /// Whether a cargo-vet store in `supply-chain/` is a source of approvals.
    pub cargo_vet: bool,
    /// Licence policy.
    pub licenses: Licenses,
    /// Source policy.
    pub sources: Sources,
}

/// Which licences may be shipped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Licenses {
    /// SPDX identifiers, with `WITH` exceptions where needed.
    pub allow: Vec<String>,
    /// Further SPDX identifiers for single crates.
    pub exceptions: BTreeMap<String, Vec<String>>,
}

/// Where packages may come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sources {
    /// Registries: `crates-io`, or the URL of an index.
    pub registries: Vec<String>,
    /// Prefixes of git URLs, such as `https://github.com/example/`.
    pub git: Vec<String>,
    /// Folders outside the workspace, relative to its root; what lies inside is always allowed.
    pub paths: Vec<String>,
}

const HALF_HOUR: Duration = Duration::from_secs(30 * 60);
const FIVE_MINUTES: Duration = Duration::from_secs(5 * 60);

impl Default for Tests {
    fn default() -> Self {
        Tests { applies: Applies::Yes, timeout: HALF_HOUR, runner: Runner::Auto, nextest_profile: None }
    }
}

impl Default for DocTests {
    fn default() -> Self {
        DocTests { applies: Applies::Yes, timeout: HALF_HOUR }
    }
}

impl Default for Lint {
    fn default() -> Self {
        Lint { applies: Applies::Yes, timeout: HALF_HOUR, deny: vec!["warnings".into()] }
    }
}

impl Default for Format {
    fn default() -> Self {
        Format { applies: Applies::Yes, timeout: FIVE_MINUTES }
    }
}

impl Default for Audit {
    fn default() -> Self {
        Audit {
            applies: Applies::Yes,
            timeout: FIVE_MINUTES,
            max_age_days: 30,
            unsound: Level::Warn,
            unmaintained: Level::Warn,
            yanked: Level::Warn,
        }
    }
}

impl Default for Success {
    fn default() -> Self {
        Success { exit_codes: vec![0], output_contains: None }
    }
}

impl Default for DepsApproval {
    fn default() -> Self {
        DepsApproval {
            shipped: None,
            targets: Vec::new(),
            timeout: FIVE_MINUTES,
            cargo_vet: false,
            licenses: Licenses::default(),
            sources: Sources::default(),
        }
    }
}

/// Licences that ask for no more than to keep the notice: the ones most of crates.io is under.
const PERMISSIVE: &[&str] = &[
    "MIT",
    "MIT-0",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-1-Clause",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "0BSD",
    "ISC",
    "Zlib",
    "BSL-1.0",
    "CC0-1.0",
    "Unlicense",
    "Unicode-3.0",
    "Unicode-DFS-2016",
];

impl Default for Licenses {
    fn default() -> Self {
        let allow = PERMISSIVE.iter().map(ToString::to_string).collect();
        Licenses { allow, exceptions: BTreeMap::new() }
    }
}

impl Default for Sources {
    fn default() -> Self {
        Sources { registries: vec!["crates-io".into()], git: Vec::new(), paths: Vec::new() }
    }
}
