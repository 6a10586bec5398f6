//! Facts about the checks of promotion_guard.

use serde::Serialize;

/// What is known of one check.
#[derive(Debug, Clone, Serialize)]
pub struct CheckRecord {
    /// `tests`, `doc_tests`, `lint`, `format`, `audit`, or the name of a custom check.
    pub check: String,
    /// How far it came.
    pub state: CheckState,
    /// The programs that were started for it, in order.
    pub runs: Vec<Run>,
    /// What was read from them; `None` if nothing could be read.
    pub facts: Option<Facts>,
    /// Why the facts are missing or incomplete, in one line.
    pub problem: Option<String>,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
}

impl CheckRecord {
    /// A record of a check about which nothing is known yet.
    pub fn new(check: impl Into<String>, state: CheckState) -> Self {
        CheckRecord {
            check: check.into(),
            state,
            runs: Vec::new(),
            facts: None,
            problem: None,
            duration_ms: 0,
        }
    }
}

/// How far a check came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum CheckState {
    /// It was carried out; `runs`, `facts` and `problem` say how that went.
    Gathered,
    /// It was left out with `--only`.
    NotSelected,
    /// The evidence settings say that it does not apply here.
    NotApplicable {
        /// The reason that they give.
        reason: String,
    },
}

/// One program that was started.
#[derive(Debug, Clone, Serialize)]
pub struct Run {
    /// Program and arguments, with paths below the workspace made relative to it.
    pub command: Vec<String>,
    /// How it ended.
    pub ended: Ended,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// Its log, relative to the output folder; empty if it was never started.
    pub log: String,
    /// Whether the log stops before the output did.
    pub log_truncated: bool,
    /// The end of its output, at most a few kilobytes.
    pub tail: String,
    /// Processes that it left running and that were ended afterwards.
    pub left_behind: u32,
}

/// How a program ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "how", rename_all = "snake_case")]
pub enum Ended {
    /// By itself.
    Exited {
        /// Its exit status.
        status: i32,
    },
    /// By a signal that this tool did not send.
    Signalled {
        /// The signal's number.
        signal: i32,
    },
    /// It ran out of time and was ended with its tree.
    TimedOut {
        /// The time-out, in milliseconds.
        after_ms: u64,
    },
    /// A program that serves was asked to end, as planned, and did.
    Stopped {
        /// Whether it had to be killed because it did not within its time.
        killed: bool,
        /// The exit status that it ended with; `None` if a signal ended it.
        status: Option<i32>,
        /// The signal that ended it: 15 where it does not handle SIGTERM.
        signal: Option<i32>,
    },
    /// The user stopped the run.
    Interrupted,
    /// It could not be started.
    NotStarted {
        /// Why.
        reason: String,
    },
}

impl Ended {
    /// Whether it ended by itself with status 0.
    pub fn success(&self) -> bool {
        matches!(self, Ended::Exited { status: 0 })
    }

    /// In words, such as `exit status 1`.
    pub fn told(&self) -> String {
        match self {
            Ended::Exited { status } => format!("exit status {status}"),
            Ended::Signalled { signal } => format!("signal {signal}"),
            Ended::TimedOut { after_ms } => format!("timed out after {after_ms} ms"),
            Ended::Stopped { killed: true, .. } => "killed, since it did not stop".into(),
            Ended::Stopped { status: Some(status), .. } => format!("stopped with exit status {status}"),
            Ended::Stopped { signal: Some(signal), .. } => format!("stopped by signal {signal}"),
            Ended::Stopped { .. } => "stopped".into(),
            Ended::Interrupted => "interrupted".into(),
            Ended::NotStarted { reason } => reason.clone(),
        }
    }
}

/// What was read from a check's programs.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Facts {
    /// `tests` and `doc_tests`.
    Tests(TestFacts),
    /// `lint`.
    Lint(LintFacts),
    /// `format`.
    Format(FormatFacts),
    /// `audit`.
    Audit(AuditFacts),
    /// A command of the user's own.
    Custom(CustomFacts),
}

/// What the test runner did.
#[derive(Debug, Clone, Default, Serialize)]
pub struct TestFacts {
    /// Test targets that were not built, each with the reason.
    pub not_built: Vec<String>,
    /// `nextest` or `cargo`, with its version where known.
    pub runner: String,
    /// Each test binary that was built (for doc tests: each library).
    pub binaries: Vec<TestBinary>,
    /// Tests that failed.
    pub failed: Vec<FailedTest>,
    /// Tests that are ignored in the code, as `package::binary test`.
    pub ignored: Vec<String>,
    /// Tests that passed only when tried again.
    pub flaky: Vec<String>,
    /// The slowest ten, slowest first. With plain cargo these are whole binaries.
    pub slowest: Vec<SlowTest>,
    /// Compiler errors that kept a test from being built.
    pub build_errors: Vec<Diagnostic>,
}

impl TestFacts {
    /// Tests that were executed, over all binaries.
    pub fn executed(&self) -> usize {
        self.binaries.iter().map(|binary| binary.passed + binary.failed).sum()
    }
}

/// One test binary.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct TestBinary {
    /// The package's name.
    pub package: String,
    /// Which target of it, such as `lib`, `bin/orders-service`, `test/api`, `doc`.
    pub target: String,
    /// Tests that passed.
    pub passed: usize,
    /// Tests that failed.
    pub failed: usize,
    /// Tests that are ignored in the code.
    pub ignored: usize,
    /// Tests that a filter left out.
    pub filtered_out: usize,
    /// Whether its results were read and are complete.
    pub end: BinaryEnd,
}

/// Whether a test binary's results were read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(tag = "end", rename_all = "snake_case")]
pub enum BinaryEnd {
    /// Every test in it has a result.
    Complete,
    /// It was built, and no result of it was read.
    #[default]
    NoResults,
    /// It ended before it had given all its results.
    Crashed {
        /// How, such as `signal 6 (SIGABRT)`.
        how: String,
    },
}

/// A test that failed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct FailedTest {
    /// The package's name.
    pub package: String,
    /// The target, as in [`TestBinary::target`].
    pub target: String,
    /// The test's name.
    pub name: String,
    /// Where it panicked, if it says so: file relative to the workspace.
    pub file: Option<String>,
    /// The line there.
    pub line: Option<u32>,
    /// What it printed, the last few kilobytes.
    pub output: String,
    /// If its process died: how, such as `signal 11 (SIGSEGV)`.
    pub crashed: Option<String>,
    /// Whether the runner ended it because it ran too long.
    pub timed_out: bool,
}

/// A slow test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SlowTest {
    /// `package::target test`.
    pub name: String,
    /// Milliseconds.
    pub duration_ms: u64,
}

/// One message of the compiler, clippy or rustfmt.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// `error` or `warning`.
    pub level: String,
    /// The lint's or error's name, such as `clippy::needless_return` or `E0308`.
    pub code: Option<String>,
    /// The message, one line.
    pub message: String,
    /// The package's name, where known.
    pub package: Option<String>,
    /// The file, relative to the workspace.
    pub file: Option<String>,
    /// One-based line.
    pub line: Option<u32>,
    /// One-based column.
    pub column: Option<u32>,
    /// As the compiler would have printed it, without colour.
    pub rendered: String,
}

/// What clippy said.
#[derive(Debug, Clone, Default, Serialize)]
pub struct LintFacts {
    /// Its messages about this workspace.
    pub diagnostics: Vec<Diagnostic>,
    /// Members of which at least one target was checked.
    pub packages_checked: Vec<String>,
    /// Members of which none was.
    pub packages_unchecked: Vec<String>,
    /// Targets that need no features and that it said nothing about, as `package target`.
    #[serde(default)]
    pub targets_unreached: Vec<String>,
}

/// What rustfmt said.
#[derive(Debug, Clone, Default, Serialize)]
pub struct FormatFacts {
    /// Files that are not formatted, relative to the workspace, with the first line that differs.
    pub differing: Vec<(String, Option<u32>)>,
    /// Syntax errors and the like.
    pub errors: Vec<Diagnostic>,
    /// Files that were looked at: the targets' root files that cargo fmt was given.
    pub roots: usize,
}

/// What the audit found.
#[derive(Debug, Clone, Default, Serialize)]
pub struct AuditFacts {
    /// The database that was used.
    pub database: AdvisoryDatabase,
    /// Locked packages that were looked up.
    pub assessed: usize,
    /// Packages that are not from a registry (members of the workspace left out), as `name@version (source)`.
    pub not_assessed: Vec<String>,
    /// Advisories that apply.
    pub advisories: Vec<AdvisoryHit>,
    /// Locked versions that the registry's index calls yanked, as `name@version`.
    pub yanked: Vec<String>,
    /// Registry packages of which no index entry was at hand, so that it is not known whether they are yanked.
    pub yanked_unknown: Vec<String>,
}

/// The advisory database that was used.
#[derive(Debug, Clone, Default, Serialize)]
pub struct AdvisoryDatabase {
    /// `given`, `cache` or `updated`: where it came from.
    pub origin: String,
    /// Its commit, if it is a git checkout.
    pub commit: Option<String>,
    /// The day that its age is counted from, `YYYY-MM-DD`: the commit's, else the newest advisory's.
    pub dated: Option<String>,
    /// Days from then to the effective time.
    pub age_days: Option<i64>,
    /// How many advisories it holds.
    pub advisories: usize,
    /// Files in it that could not be read, with the reason.
    pub unreadable: Vec<String>,
    /// What went wrong with bringing it up to date; the older state was used.
    pub update_problem: Option<String>,
    /// Why it could not be used at all.
    pub unavailable: Option<String>,
}

/// An advisory that applies to a locked package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AdvisoryHit {
    /// Such as `RUSTSEC-2024-0375`.
    pub id: String,
    /// What it says of the package.
    pub kind: AdvisoryKind,
    /// The package's name.
    pub package: String,
    /// The locked version.
    pub version: String,
    /// The advisory's title.
    pub title: String,
    /// Where to read more.
    pub url: Option<String>,
    /// CVSS severity, where stated: `low`, `medium`, `high`, `critical`.
    pub severity: Option<String>,
    /// Version requirements that are patched, such as `>=1.2.3`.
    pub patched: Vec<String>,
}

/// What an advisory says of a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AdvisoryKind {
    /// It can be attacked.
    Vulnerability,
    /// Its safe interface allows undefined behaviour.
    Unsound,
    /// Nobody looks after it.
    Unmaintained,
    /// Any other notice.
    Notice,
}

/// What a custom check showed.
#[derive(Debug, Clone, Default, Serialize)]
pub struct CustomFacts {
    /// The exit status, if it exited.
    pub status: Option<i32>,
    /// The line with the wanted text; `None` if none was wanted or none was found.
    pub matched_line: Option<String>,
}
