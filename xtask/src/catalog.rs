//! The catalogue of codes: what each finding means, why it matters, what to do.
//!
//! `explain`, the reports and the documentation all read this one table. A code stands here only if
//! this version can produce it; `tests/catalog.rs` proves that a fixture case does.

mod waivable;

use serde::{Serialize, Serializer};

/// One entry of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// The stable code, `SCREAMING_SNAKE_CASE`.
    pub code: &'static str,
    /// A short noun phrase.
    pub title: &'static str,
    /// What several of it are, after their number: `components are not approved`.
    pub many: &'static str,
    /// Why a release should care.
    pub why: &'static str,
    /// What to do about it, in one line.
    pub remedy: &'static str,
}

macro_rules! catalog {
    ($($variant:ident = $code:literal, $title:literal, $many:literal, $why:literal, $remedy:literal;)+) => {
        /// A stable code of a finding or of a gate's outcome.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $title] $variant,)+
        }

        /// Every entry, in the order in which `explain` lists them.
        pub const CATALOG: &[(Code, Entry)] = &[
            $((Code::$variant, Entry { code: $code, title: $title, many: $many, why: $why, remedy: $remedy }),)+
        ];

        impl Code {
            /// The code as it is printed.
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$variant => $code,)+ }
            }

            /// The catalogue's entry.
            pub fn entry(self) -> Entry {
                match self {
                    $(Code::$variant => Entry { code: $code, title: $title, many: $many, why: $why, remedy: $remedy },)+
                }
            }

            /// The code of that name, in any letter case.
            pub fn parse(text: &str) -> Option<Code> {
                CATALOG.iter().find(|(_, entry)| entry.code.eq_ignore_ascii_case(text)).map(|(code, _)| *code)
            }
        }
    };
}

catalog! {
    ChecksPending = "CHECKS_PENDING", "A configured check has no evidence",
        "checks have no evidence",
        "A check that was not run, was left out with --only or was cut short proves nothing.",
        "Run `cargo xtask maturity` without --only and let every check finish.";
    ChecksFailed = "CHECKS_FAILED", "A required check failed",
        "checks failed",
        "promotion_guard passes only when every configured check passed.",
        "Fix the other findings of promotion_guard first, each by its own remedy; then run again.";
    TestFailed = "TEST_FAILED", "A test failed",
        "tests failed",
        "The code does not do what its own tests say it does.",
        "Read the captured output in maturity-eval.md, fix the code or the test, run again.";
    TestsNoneRan = "TESTS_NONE_RAN", "No test was executed",
        "suites executed no test",
        "A test run that executed nothing is green for the wrong reason: a filter, an empty suite, a runner that does nothing.",
        "Add a test, or remove the filter that leaves all of them out (default-filter in .config/nextest.toml, a runner in .cargo/config.toml).";
    TestsBuildFailed = "TESTS_BUILD_FAILED", "The tests could not be built",
        "compiler errors in the tests",
        "What does not compile was not tested.",
        "Fix the compiler errors listed; `cargo test --workspace --no-run --locked` shows the same.";
    TestCrashed = "TEST_CRASHED", "A test binary ended without giving its results",
        "tests or test binaries crashed",
        "A binary that was killed by a signal, or left early, took the results of its other tests with it.",
        "Look at the log for an abort, a stack overflow or a call of std::process::exit.";
    LintFailed = "LINT_FAILED", "A lint fired",
        "lints fired",
        "Warnings that stay are warnings that hide the next one.",
        "Fix the code at the place named, or allow the lint there with a reason.";
    FormatFailed = "FORMAT_FAILED", "A file is not formatted",
        "files are not formatted",
        "Unformatted files make every later diff harder to review.",
        "Run `cargo fmt --all` and commit the result.";
    AuditVulnerable = "AUDIT_VULNERABLE", "A dependency has a known vulnerability",
        "known vulnerabilities",
        "The advisory is public; so is the way in.",
        "Update to a patched version (`cargo update -p NAME`), or replace the dependency.";
    AuditUnsound = "AUDIT_UNSOUND", "A dependency is unsound",
        "dependencies are unsound",
        "Safe code that uses it can reach undefined behaviour.",
        "Update to a version that the advisory calls patched, or replace the dependency.";
    AuditUnmaintained = "AUDIT_UNMAINTAINED", "A dependency is unmaintained",
        "dependencies are unmaintained",
        "The next vulnerability in it will not be fixed.",
        "Plan its replacement; the advisory often names one.";
    AuditNotice = "AUDIT_NOTICE", "There is a notice about a dependency",
        "notices about dependencies",
        "It is no vulnerability, but its users were meant to read it.",
        "Read the advisory and decide whether it concerns you.";
    AuditYanked = "AUDIT_YANKED", "A locked version was yanked",
        "locked versions were yanked",
        "Its author withdrew it, usually for a defect.",
        "Run `cargo update -p NAME` to move to a version that was not yanked.";
    AuditNotAssessed = "AUDIT_NOT_ASSESSED", "A package could not be assessed",
        "packages could not be assessed",
        "Advisories are about registry packages: git and path packages, and versions without registry data, are not covered.",
        "Take the package from a registry, or review it by other means.";
    AuditDbStale = "AUDIT_DB_STALE", "The advisory database is too old",
        "doubts about the age of the advisory database",
        "Advisories published since then are not in it, so a clean result proves little.",
        "Update the database: run without --offline, or `git -C DIR pull` in the --advisory-db folder.";
    AuditDbUnavailable = "AUDIT_DB_UNAVAILABLE", "The advisory database could not be read",
        "problems with the advisory database",
        "Without advisories, nothing was audited.",
        "Run once with network and without --offline, or give a checkout of the RustSec database with --advisory-db DIR.";
    CheckTimeout = "CHECK_TIMEOUT", "A check ran out of time",
        "programs or tests ran out of time",
        "It was ended with its whole process tree; what it would have said is not known.",
        "Look at the end of its log for what hangs, or raise its timeout in ci/maturity-evidence.yml.";
    CheckError = "CHECK_ERROR", "A check could not be carried out",
        "problems kept checks from being carried out",
        "A tool was missing, did not start, or printed what could not be read: that is neither a pass nor a failure of the code.",
        "Run the command shown by hand; install what is missing.";
    SbomMissing = "SBOM_MISSING", "No SBOM could be generated",
        "problems with the SBOMs",
        "Without the list of what is shipped, nothing in it can be approved.",
        "Run `cargo xtask sbom` and read its error; a stale or missing Cargo.lock is the usual cause.";
    DepsUnapproved = "DEPS_UNAPPROVED", "A shipped dependency is not approved",
        "components are not approved",
        "Nobody has said yes to this exact version.",
        "Review what `cargo xtask approve-deps` lists, run `cargo xtask approve-deps NAME@VERSION --by WHO`, commit ci/deps-approvals.toml.";
    ApprovalExpired = "APPROVAL_EXPIRED", "An approval has expired",
        "approvals have expired",
        "It was given for a limited time, and that time is over.",
        "Review the dependency again and renew the approval with `cargo xtask approve-deps NAME@VERSION --by WHO`.";
    ApprovalMismatch = "APPROVAL_MISMATCH", "The checksum differs from the approved one",
        "components differ from what was approved",
        "What is locked is not what was reviewed, although name and version agree.",
        "Find out why the content changed before approving again; this is what a replaced package looks like.";
    ApprovalUnused = "APPROVAL_UNUSED", "An approval covers nothing",
        "approvals cover nothing",
        "Approvals that nobody uses hide the ones that matter.",
        "Run `cargo xtask approve-deps --prune`, or delete the entry.";
    LicenseDenied = "LICENSE_DENIED", "A licence is not on the allow list",
        "components have a licence that is not allowed",
        "Shipping it may put obligations on you that nobody agreed to.",
        "Replace the dependency, or allow the licence (or this crate) under deps_approval.licenses in ci/maturity-evidence.yml.";
    LicenseUnknown = "LICENSE_UNKNOWN", "A package states no readable licence",
        "components state no readable licence",
        "Without a licence there is no right to ship it.",
        "Find the licence and state it as an exception for this crate under deps_approval.licenses, or replace the dependency.";
    SourceDenied = "SOURCE_DENIED", "A dependency comes from a source that is not allowed",
        "components come from a source that is not allowed",
        "Only reviewed registries, git hosts and paths may feed a release.",
        "Take it from an allowed source, or allow the source under deps_approval.sources in ci/maturity-evidence.yml.";
    LockfileStale = "LOCKFILE_STALE", "Cargo.lock is missing, untracked or out of date",
        "problems with Cargo.lock",
        "Without a lockfile that fits the manifests, what was tested is not what will be built.",
        "Run `cargo update --workspace` (or `cargo generate-lockfile`), then commit Cargo.lock.";
    PolicyUnlocked = "POLICY_UNLOCKED", "The policy was never locked",
        "policies were never locked",
        "Without a record of what was agreed, any edit of the policy is in force as soon as it is merged.",
        "Review the policy, run `cargo xtask policy lock`, commit ci/policy.lock.";
    PolicyDrift = "POLICY_DRIFT", "The policy in force is not the one that was agreed",
        "differences from the locked policy",
        "A rule was changed, in either direction, without the change having been agreed.",
        "Undo the change; or have it reviewed, run `cargo xtask policy lock`, and commit both.";
    PolicyViolation = "POLICY_VIOLATION", "A rule of the policy is broken",
        "breaches of the policy's rules",
        "Each rule closes a way in which a release can turn green without having been looked at.",
        "Do what the finding says; a rule can be set to report or off under policy_drift.rules in ci/maturity-evidence.yml, which is then part of the locked policy.";
    PolicyWeakened = "POLICY_WEAKENED", "A rule is laxer than at the last release",
        "changes of the policy since the last release",
        "What passes now may be what was stopped then. It is allowed, and it is never silent.",
        "Check that each was meant to last, and undo it when its reason is gone; `cargo xtask policy diff` shows who did it and when.";
    PolicyBaseMissing = "POLICY_BASE_MISSING", "There is no earlier release to compare the policy with",
        "policies have nothing to be compared with",
        "What became laxer cannot be told before there is a release.",
        "Nothing to do before the first release; or name a commit with --base REF.";
    PolicyBaseUnreadable = "POLICY_BASE_UNREADABLE", "The policy of the last release could not be read",
        "problems with the policy of the last release",
        "What became laxer since then is not known, and that is not the same as nothing.",
        "Fetch the whole history with its tags (`git fetch --unshallow --tags`; fetch-depth: 0 in actions/checkout), or name a commit with --base REF.";
    BudgetUnreadable = "BUDGET_UNREADABLE", "A data contract cannot be read from source",
        "things could not be read as data contracts",
        "What nobody can read may change without anybody noticing: that is not the same as no change.",
        "Mend the file; derive serde's traits; or review the type and name it: `cargo xtask field-budgets --lock PACKAGE --by-hand TYPE`.";
    BudgetUnlocked = "BUDGET_UNLOCKED", "A data contract was never locked",
        "data contracts are not locked",
        "Without a record of its fields, anything may become part of what others read, and nobody would know.",
        "Review the fields, run `cargo xtask field-budgets --lock`, and commit field-budgets.lock.";
    BudgetDrift = "BUDGET_DRIFT", "A data contract is not as it was locked",
        "changes of data contracts",
        "What leaves the process has readers, and old data has to be read again: it changes on purpose or not at all.",
        "Undo the change; or, if it is meant, run `cargo xtask field-budgets --lock`, review its diff, and commit.";
    BudgetStale = "BUDGET_STALE", "A locked data contract is gone",
        "locked data contracts are gone",
        "Somebody may still send it, read it or keep it in store.",
        "Bring it back; or, if nobody uses it any more, run `cargo xtask field-budgets --lock` and commit.";
    BudgetExceeded = "BUDGET_EXCEEDED", "A data contract has more fields than its budget",
        "data contracts are over their budget",
        "Contracts only ever grow: the budget is where somebody has to say that this one may.",
        "Split it; or raise the budget on purpose: `cargo xtask field-budgets --budget TYPE=N`.";
    ServiceUndeclared = "SERVICE_UNDECLARED", "Nothing says which services there are",
        "services are not declared",
        "What is not named is not started, so nobody has seen its metrics and logs work.",
        "Name it under observability_verify.services in ci/maturity-evidence.yml; where there is no service, say observability_verify: {not_applicable: \"REASON\"}.";
    ServiceBuildFailed = "SERVICE_BUILD_FAILED", "A service could not be built",
        "services could not be built",
        "Without its binary nothing was started and nothing was seen.",
        "Build it by hand, `cargo build --workspace --bin NAME`, and fix what the compiler says.";
    ServiceNotReady = "SERVICE_NOT_READY", "A service was not ready in time",
        "services were not ready in time",
        "What does not start here may not start where it is released to.",
        "Read its last lines in maturity-eval.md and its whole output in logs/; if it needs longer, raise ready.within.";
    ServiceFailed = "SERVICE_FAILED", "A service did not do what it was asked",
        "times a service did not do what it was asked",
        "The exercise did not go as it should, so what was seen is not the service at work.",
        "Read its output in logs/; fix the service, or the step of the exercise in ci/maturity-evidence.yml.";
    MetricMissing = "METRIC_MISSING", "A metric that must be there is not",
        "metrics are missing",
        "Dashboards and alerts that read it see nothing, and nobody is woken.",
        "Register it where the service starts; or correct its name, type, unit or labels in ci/maturity-evidence.yml.";
    MetricStuck = "METRIC_STUCK", "A metric did not increase",
        "metrics did not increase",
        "The service did work that it should have counted: a counter that stands still hides an outage.",
        "Increment it where the work is done; or send a request in the exercise that it counts.";
    MetricMalformed = "METRIC_MALFORMED", "The metrics cannot be read as their format demands",
        "places in the metrics are malformed",
        "A scraper may drop the whole reading, not only the bad line.",
        "Fix the line named; an exporter's library writes the format better than code by hand.";
    MetricCardinality = "METRIC_CARDINALITY", "A metric has too many series",
        "metrics have too many series",
        "Labels that clients or ids can fill without end bring down the monitoring before the service.",
        "Take the label with unbounded values away; or raise metrics.max_series on purpose.";
    LogMissing = "LOG_MISSING", "The service logged nothing",
        "services logged nothing",
        "Whoever is called at night has nothing to read.",
        "Write logs to the place that logs.from names, or name the right one.";
    LogUnstructured = "LOG_UNSTRUCTURED", "Log lines are not JSON",
        "log lines are not JSON",
        "What cannot be parsed cannot be searched, counted or alarmed on.",
        "Log through a JSON formatter from the first line on, panics included; or allow a share with logs.max_unstructured_percent.";
    LogFieldMissing = "LOG_FIELD_MISSING", "Log lines lack a field",
        "fields are missing in log lines",
        "Without time, level, origin and message a line tells nobody what happened.",
        "Let the formatter write the field; if it has another name, say so under logs.fields.";
    LogFieldForbidden = "LOG_FIELD_FORBIDDEN", "The service gave out what it must not",
        "fields or secrets were given out that must not be",
        "Logs, metrics and traces go to many people and places; a secret in them is known to all.",
        "Remove it from what is logged; if a real secret was logged anywhere, change it.";
    LogUncorrelated = "LOG_UNCORRELATED", "Requests cannot be found in the log",
        "services do not log the id of a request",
        "Without the request's id in a line nobody can follow one request through the log.",
        "Write the header's value into the lines about its request; or name the header that you use.";
    TraceMissing = "TRACE_MISSING", "A span that must be there was not exported",
        "spans are missing",
        "Requests that leave no span cannot be followed through the system.",
        "Export over OTLP/HTTP to OTEL_EXPORTER_OTLP_ENDPOINT (not gRPC), and end spans before the service stops.";
    TraceMalformed = "TRACE_MALFORMED", "Exported spans could not be read",
        "exports of spans could not be read",
        "A collector refuses them as well, and the spans are lost.",
        "Export with an OpenTelemetry library over OTLP/HTTP, as protobuf or JSON.";
    WaiverExpired = "WAIVER_EXPIRED", "A waiver has expired",
        "waivers have expired",
        "It was given for a limited time, and that time is over: what it covered blocks again.",
        "Fix what it covered and delete it from ci/waivers.toml; or have it decided again, with a new last day and a reason of its own.";
    WaiverExpiring = "WAIVER_EXPIRING", "A waiver is about to expire",
        "waivers are about to expire",
        "What it covers blocks again on the day after its last.",
        "Fix what it covers before that day; `cargo xtask maturity --as-of DAY` shows what will block then.";
    WaiverUnused = "WAIVER_UNUSED", "A waiver covers no finding",
        "waivers cover no finding",
        "Exceptions that nobody needs hide the ones that matter, and cover what comes later.",
        "If every check ran, delete it from ci/waivers.toml; if it should cover something, compare its scope with the finding in maturity-eval.json.";
    EvidenceMissing = "EVIDENCE_MISSING", "A gate has no evidence",
        "gates have no evidence",
        "Nothing was gathered for this gate, so nothing can be said for it.",
        "Run `cargo xtask maturity` without --only; if it was interrupted, run it again.";
    EvidenceMismatch = "EVIDENCE_MISMATCH", "The evidence is about another state of the code",
        "changes while the checks ran",
        "HEAD or the working tree changed while the checks ran, so they did not all see the same code.",
        "Find what wrote to the tree (a test, a build script, an editor), then run again.";
    TreeDirty = "TREE_DIRTY", "The working tree differs from the commit",
        "differences from the commit",
        "What was judged is not what the commit holds.",
        "Commit or stash the files named; generated files belong into .gitignore.";
    NotARepository = "NOT_A_REPOSITORY", "The workspace is not a git repository with a commit",
        "problems with the repository",
        "Without a commit the verdict is about nothing that can be found again.",
        "Run `git init` and commit, or judge a checkout of the repository.";
    RefMismatch = "REF_MISMATCH", "The tag is not at HEAD",
        "tags are not at HEAD",
        "What would be judged is HEAD, and the verdict would be taken for one about the tag.",
        "Check out the tag (`git checkout TAG`), or name the ref that HEAD is to be judged as with --ref.";
    FreezeActive = "FREEZE_ACTIVE", "The stage is frozen",
        "freezes are active",
        "People agreed that nothing goes into this stage during that time: nobody may be there to mend it.",
        "Wait until the freeze is over; if it cannot wait, give --override-freeze \"REASON\", which stands in every report.";
    ReleaseTagLax = "RELEASE_TAG_LAX", "A release tag lands in a stage that requires nothing",
        "release tags land in a stage that requires nothing",
        "The tag looks like a release, but no pattern sends it to a stage with gates.",
        "Add a pattern for it in ci/maturity-stages.yml; `cargo xtask validate-stages --ref TAG` shows where it lands.";
    ReleaseTagUnknown = "RELEASE_TAG_UNKNOWN", "The tag names no release",
        "tags name no release",
        "What is released is found again by its version, and this name has none that could be compared.",
        "Name it v1.2.3, or PACKAGE-v1.2.3 after a member of the workspace.";
    ReleaseTagLightweight = "RELEASE_TAG_LIGHTWEIGHT", "The tag is not an annotated one",
        "tags are not annotated",
        "A lightweight tag is a name without an author, a date or a signature: nobody can tell who released when.",
        "Make it with `git tag --annotate`, or --sign. Where the remote's tag is annotated, the checkout flattened it: `git fetch --force origin refs/tags/TAG:refs/tags/TAG`.";
    ReleaseTagMoved = "RELEASE_TAG_MOVED", "The tag is not what was pushed, or not what is checked out",
        "differences about where the tag leads",
        "Two contents under one name: who builds the tag later gets something else than what was judged.",
        "Leave a pushed tag where it is, and release the next version; a clone with an old tag gets the pushed one with `git fetch --tags --force`.";
    ReleaseTagOffBranch = "RELEASE_TAG_OFF_BRANCH", "The tag is on no release branch",
        "tags are on no release branch",
        "What was never merged was never reviewed, and the next release would lose it again.",
        "Merge it and tag the merged commit; or name the branch under release.branches in ci/maturity-evidence.yml.";
    ReleaseVersionMismatch = "RELEASE_VERSION_MISMATCH", "A crate's version is not the tag's",
        "versions differ from the tag",
        "What reports its version at run time, and what a registry gets, would claim to be another release.",
        "Set the version in Cargo.toml, run `cargo update --workspace`, commit, and tag that commit.";
    ReleaseChangelogMissing = "RELEASE_CHANGELOG_MISSING", "The changelog does not have the version",
        "changelogs do not have the version",
        "Who updates has to know what changes for them.",
        "Add a heading such as `## 1.2.3` to CHANGELOG.md; a changelog elsewhere is named by release.changelog in ci/maturity-evidence.yml.";
    ReleaseHistoryShallow = "RELEASE_HISTORY_SHALLOW", "The clone lacks history or tags",
        "gaps in the clone",
        "Where a tag leads, and which branch has it, cannot be told from a part of the history.",
        "Fetch all of it: fetch-depth: 0 in actions/checkout, GIT_DEPTH: \"0\" on GitLab; by hand, `git fetch --unshallow --tags`.";
    ReleaseRemoteUnread = "RELEASE_REMOTE_UNREAD", "The remote could not be asked about the tag",
        "remotes could not be asked about the tag",
        "Whether the tag was moved since it was pushed is not known, and that is not the same as no.",
        "Give git access to the remote; where there can be none, --offline leaves it out and says so.";
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}
