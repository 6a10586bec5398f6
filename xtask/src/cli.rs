//! The command line: types only, no input or output.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Pilot-to-Production gates for Cargo workspaces.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version, max_term_width = 100)]
pub struct Cli {
    /// Judge the workspace of this Cargo.toml instead of the one around the current folder
    #[arg(long, global = true, value_name = "PATH")]
    pub manifest_path: Option<PathBuf>,

    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Gather the evidence, judge it by the stage that the ref claims, write the reports
    Maturity(Maturity),
    /// Check ci/maturity-stages.yml and show where refs land
    ValidateStages(ValidateStages),
    /// Require gates in a stage, or no longer, by editing ci/maturity-stages.yml in place
    Promote(Promote),
    /// Approve shipped dependencies, or list what is not approved and why
    ApproveDeps(ApproveDeps),
    /// Write the CycloneDX SBOMs alone
    Sbom(Sbom),
    /// Look the locked packages up in the advisory database, alone
    Audit(Audit),
    /// Pin the policy in force, or tell what became laxer since a release
    Policy(Policy),
    /// Show the data contracts and what changed in them, agree to them, or set their budgets
    FieldBudgets(FieldBudgets),
    /// Write a waiver into ci/waivers.toml: one code, in one place, until a day
    Waive(Waive),
    /// List the waivers with the days that are left
    Waivers,
    /// Look whether a tag may be released: how it was made, where it leads, what the versions say
    ReleaseCheck(ReleaseCheck),
    /// Say what a code, or a rule of the policy, means and how to fix it
    Explain(Explain),
    /// Bring all of this into another workspace; shows every change, overwrites nothing
    Init(Init),
}

/// What the exit statuses mean, at the end of the help.
const STATUSES: &str = "Exit status: 0 passed, 1 blocked, 2 bad usage, configuration or ref, \
                        3 the tool itself could not do its work";

/// Arguments of `maturity`.
#[derive(Debug, Clone, Args)]
#[command(after_help = STATUSES)]
pub struct Maturity {
    /// The ref that is judged [default: what the CI names, else a tag at HEAD, else the branch]
    #[arg(long = "ref", value_name = "REF")]
    pub reference: Option<String>,

    /// Judge by this stage, whatever the ref claims; stands in the report
    #[arg(long, value_name = "STAGE")]
    pub stage: Option<String>,

    /// Require this gate, whatever the stage says; may be repeated
    #[arg(long, value_name = "GATE")]
    pub enforce: Vec<String>,

    /// Gather only these checks; the others are pending; may be repeated
    #[arg(long, value_name = "CHECK", value_delimiter = ',')]
    pub only: Vec<String>,

    /// Let it through although the stage is frozen, and say why; stands in the report with who and when
    #[arg(long, value_name = "REASON")]
    pub override_freeze: Option<String>,

    /// Tell what became laxer since this commit or tag [default: the last release tag before HEAD]
    #[arg(long, value_name = "REF")]
    pub base: Option<String>,

    /// Judge at this moment instead of now: RFC 3339, or a day (its 00:00 UTC); stands in the report
    #[arg(long, value_name = "TIME")]
    pub as_of: Option<String>,

    /// Let --as-of name a moment that has passed; stands in the report
    #[arg(long)]
    pub allow_past: bool,

    /// Print what would run, with which command and time-out, and stop
    #[arg(long)]
    pub dry_run: bool,

    /// How it is gathered
    #[command(flatten)]
    pub gather: Gather,

    /// How many jobs cargo may run at once
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub jobs: Option<u32>,

    /// Where the reports go [default: dist/maturity in the workspace]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,

    /// What is printed, and for whom [default: what the CI shows, where GITHUB_ACTIONS or GITLAB_CI is
    /// set to true, else human]
    #[arg(long, value_name = "FORMAT")]
    pub message_format: Option<MessageFormat>,

    /// Print the verdict alone, not what is running
    #[arg(long, short)]
    pub quiet: bool,
}

/// Arguments about gathering that several commands share.
#[derive(Debug, Clone, Default, Args)]
pub struct Gather {
    /// Leave the network alone
    #[arg(long)]
    pub offline: bool,

    /// A folder with the RustSec advisory database; it is only read
    #[arg(long, value_name = "DIR")]
    pub advisory_db: Option<PathBuf>,
}

/// What `maturity` prints on standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum MessageFormat {
    /// A short verdict for people
    Human,
    /// The content of maturity-eval.json
    Json,
    /// The short verdict with annotations for GitHub; also the step's summary and outputs
    Github,
    /// The short verdict; also gl-code-quality-report.json beside the reports
    Gitlab,
}

/// Arguments of `validate-stages`.
#[derive(Debug, Args)]
pub struct ValidateStages {
    /// The file [default: ci/maturity-stages.yml of the workspace]
    pub file: Option<PathBuf>,

    /// Also show where this ref lands; may be repeated
    #[arg(long = "ref", value_name = "REF")]
    pub references: Vec<String>,
}

/// Arguments of `promote`.
#[derive(Debug, Args)]
pub struct Promote {
    /// The stage, such as GA
    pub stage: String,

    /// The gates that it is to require
    #[arg(value_name = "GATE", required_unless_present = "all", conflicts_with = "all")]
    pub gates: Vec<String>,

    /// Every gate
    #[arg(long)]
    pub all: bool,

    /// Only report them from now on, instead of requiring them
    #[arg(long)]
    pub demote: bool,

    /// Require them from this day on (UTC), and only report them until then
    #[arg(long, value_name = "YYYY-MM-DD", conflicts_with = "demote")]
    pub from: Option<String>,
}

/// Arguments of `approve-deps`.
#[derive(Debug, Args)]
pub struct ApproveDeps {
    /// What to approve, as NAME@VERSION; without any, what is unapproved is listed
    #[arg(value_name = "NAME@VERSION", conflicts_with = "all")]
    pub packages: Vec<String>,

    /// Approve everything that is shipped and not approved
    #[arg(long)]
    pub all: bool,

    /// Who approves
    #[arg(long, value_name = "WHO")]
    pub by: Option<String>,

    /// A remark that is kept with the approval
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,

    /// The last day on which it is valid (UTC)
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub expires: Option<String>,

    /// Remove approvals of what is no longer shipped
    #[arg(long)]
    pub prune: bool,

    /// Leave the network alone
    #[arg(long)]
    pub offline: bool,
}

/// Arguments of `sbom`.
#[derive(Debug, Args)]
pub struct Sbom {
    /// Where they go [default: dist/sbom in the workspace]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,

    /// Leave the network alone
    #[arg(long)]
    pub offline: bool,
}

/// Arguments of `audit`.
#[derive(Debug, Args)]
pub struct Audit {
    /// How it is gathered
    #[command(flatten)]
    pub gather: Gather,
}

/// Arguments of `policy`.
#[derive(Debug, Args)]
pub struct Policy {
    /// What to do with it
    #[command(subcommand)]
    pub command: PolicyCommand,
}

/// The commands of `policy`.
#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// Write ci/policy.lock, and tell what changed since it was last written
    Lock,
    /// Tell what changed since a release, with the commits that did it
    Diff(PolicyDiff),
}

/// Arguments of `policy diff`.
#[derive(Debug, Args)]
pub struct PolicyDiff {
    /// A commit or tag [default: the last release tag before HEAD]
    pub base: Option<String>,
}

/// Arguments of `field-budgets`.
#[derive(Debug, Args)]
#[command(after_help = STATUSES)]
pub struct FieldBudgets {
    /// Write field-budgets.lock of these packages, or of all, and tell what changed
    #[arg(long, value_name = "PACKAGE", num_args = 0..)]
    pub lock: Option<Vec<String>>,

    /// Lock this type although it cannot be read from source; may be repeated
    #[arg(long, value_name = "TYPE", requires = "lock")]
    pub by_hand: Vec<String>,

    /// Set the largest number of fields that this contract may have; may be repeated
    #[arg(long, value_name = "TYPE=N")]
    pub budget: Vec<String>,

    /// Show every contract and every change
    #[arg(long, conflicts_with_all = ["lock", "budget"])]
    pub all: bool,
}

/// Arguments of `waive`.
#[derive(Debug, Args)]
pub struct Waive {
    /// The code of the findings, such as LICENSE_DENIED
    pub code: String,

    /// What it is about: gate, package, advisory, file or contract; may be repeated
    #[arg(long, value_name = "KEY=VALUE", required = true)]
    pub scope: Vec<String>,

    /// Why, in 10 to 500 characters
    #[arg(long, value_name = "TEXT")]
    pub reason: String,

    /// Who answers for it
    #[arg(long, value_name = "WHO")]
    pub owner: String,

    /// The last day on which it holds (UTC), or a number of days from today, such as +30d
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub expires: String,

    /// A ticket or the like
    #[arg(long, value_name = "TEXT")]
    pub reference: Option<String>,
}

/// Arguments of `release-check`.
#[derive(Debug, Args)]
#[command(after_help = STATUSES)]
pub struct ReleaseCheck {
    /// The tag [default: the one that the CI runs for, else the annotated tag at HEAD]
    #[arg(long, value_name = "TAG")]
    pub tag: Option<String>,

    /// Leave the network alone: do not ask the remote whether the tag was moved
    #[arg(long)]
    pub offline: bool,
}

/// Arguments of `explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// The code, such as TESTS_NONE_RAN, or a rule of the policy; without one, all are listed
    pub code: Option<String>,
}

/// Arguments of `init`.
#[derive(Debug, Args)]
pub struct Init {
    /// The folder of the workspace, or of the one package
    #[arg(value_name = "DIR")]
    pub folder: Option<PathBuf>,

    /// Where the tool is taken from: path:DIR, git:URL#REV, or registry:VERSION@REGISTRY [default: path:
    /// with the folder that this tool was built from]
    #[arg(long, value_name = "SOURCE", conflicts_with = "lock_all")]
    pub from: Option<String>,

    /// What the alias, the package and its folder are called
    #[arg(long, value_name = "NAME", default_value = "xtask", conflicts_with = "lock_all")]
    pub name: String,

    /// Write a workflow for GitHub Actions [default: if the repository is at GitHub]
    #[arg(long, conflicts_with = "lock_all")]
    pub github: bool,

    /// Write a pipeline for GitLab [default: if the repository is at GitLab]
    #[arg(long, conflicts_with = "lock_all")]
    pub gitlab: bool,

    /// Write neither of them
    #[arg(long, conflicts_with_all = ["github", "gitlab", "lock_all"])]
    pub no_ci: bool,

    /// Show every change, and write nothing
    #[arg(long, conflicts_with = "lock_all")]
    pub dry_run: bool,

    /// Instead: approve all that is shipped, lock the data contracts and lock the policy, for the first time
    #[arg(long)]
    pub lock_all: bool,

    /// Who approves, with --lock-all
    #[arg(long, value_name = "WHO", requires = "lock_all")]
    pub by: Option<String>,

    /// Leave the network alone
    #[arg(long)]
    pub offline: bool,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        super::Cli::command().debug_assert();
    }

    #[test]
    fn the_help_of_the_main_job_tells_the_exit_statuses() {
        let mut command = super::Cli::command();
        let help = command.find_subcommand_mut("maturity").unwrap().render_long_help().to_string();
        assert!(help.contains("1 blocked") && help.contains("3 the tool itself"), "{help}");
    }
}
