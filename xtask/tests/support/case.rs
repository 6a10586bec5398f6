//! `case.toml`: what is laid over which workspace, what is run, and what must come of it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;
use toml_edit::{DocumentMut, Item, Value as Toml};

/// One case. Every key but `shows` and `args` has a default.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    /// The folder's name.
    #[serde(skip)]
    pub(crate) name: String,
    /// What it shows, in one line.
    pub(crate) shows: String,
    /// The workspace that it is laid over: a folder of `fixtures/`.
    #[serde(default = "tiny")]
    pub(crate) base: String,
    /// Runs of the tool that must succeed before the commit, such as `[["approve-deps", "--all"]]`.
    #[serde(default)]
    pub(crate) before: Vec<Vec<String>>,
    /// The run that is judged.
    pub(crate) args: Vec<String>,
    /// Which test runner is at hand.
    #[serde(default = "plain_cargo")]
    pub(crate) runner: Vec<Runner>,

    /// Edits of files, after the overlay.
    #[serde(default)]
    pub(crate) replace: Vec<Replace>,
    #[serde(default)]
    pub(crate) append: Vec<Append>,
    #[serde(default)]
    pub(crate) delete: Vec<String>,
    /// Files too large or too odd for the overlay: `text` repeated `times`.
    #[serde(default)]
    pub(crate) generate: Vec<Generate>,
    /// What happens after the runs in `before`: edits, files that go, and links by their path, with
    /// where each leads.
    #[serde(default)]
    pub(crate) then_replace: Vec<Replace>,
    #[serde(default)]
    pub(crate) then_delete: Vec<String>,
    #[serde(default)]
    pub(crate) then_link: BTreeMap<String, String>,

    /// Commits after the first one, which holds all of the above; see [`Step`].
    #[serde(default)]
    pub(crate) history: Vec<Step>,
    /// Whether the repository is a clone of the last commit alone.
    #[serde(default)]
    pub(crate) shallow: bool,

    /// Whether the copy is no repository.
    #[serde(default)]
    pub(crate) no_git: bool,
    /// Tags at HEAD, and tags at the commit before it.
    #[serde(default)]
    pub(crate) tags: Vec<String>,
    #[serde(default)]
    pub(crate) tags_elsewhere: Vec<String>,
    /// Git commands in the workspace after all of these, each with its arguments: what is rarer than a
    /// lightweight tag, such as `[["tag", "--annotate", "v1.0.0", "--message", "one"]]`.
    #[serde(default)]
    pub(crate) git: Vec<Vec<String>>,
    /// Whether HEAD is on no branch.
    #[serde(default)]
    pub(crate) detached: bool,
    /// Files written after the commit.
    #[serde(default)]
    pub(crate) dirty: BTreeMap<String, String>,

    /// Programs that are not on PATH.
    #[serde(default)]
    pub(crate) missing: Vec<String>,
    /// Variables that are set; `{sandbox}` stands for the folder that holds the workspace.
    #[serde(default)]
    pub(crate) env: BTreeMap<String, String>,
    /// The advisory database, relative to the case, else to `fixtures/`; empty for no `--advisory-db`.
    #[serde(default = "advisory_db")]
    pub(crate) db: String,
    /// `INT`, `TERM` or `KILL`: sent to the tool once the case's own code has left all its `marks`.
    pub(crate) signal: Option<String>,
    /// Marks that the case's own code leaves: files named so, below `CASE_MARKS`, holding a process id.
    #[serde(default)]
    pub(crate) marks: Vec<String>,

    /// The exit status; left out, it must end by a signal.
    pub(crate) exit: Option<i32>,
    /// The verdict of the reports, `passed` or `blocked`, where both are written although the exit status
    /// is neither 0 nor 1.
    pub(crate) reports_say: Option<String>,
    /// The catalogue's code that it produces, and the gate (or `subject`) that says it.
    pub(crate) code: Option<String>,
    pub(crate) gate: Option<String>,
    /// Values in maturity-eval.json by path, such as `"gates.deps_approval.outcome" = "fail"`.
    #[serde(default)]
    pub(crate) report: BTreeMap<String, Value>,
    /// Texts that a line must contain; parts divided by ` … ` must stand in one line in that order.
    #[serde(default)]
    pub(crate) report_has: Vec<String>,
    #[serde(default)]
    pub(crate) stdout_has: Vec<String>,
    #[serde(default)]
    pub(crate) stderr_has: Vec<String>,
    #[serde(default)]
    pub(crate) not_has: Vec<String>,
    /// Files that must be there afterwards, relative to the workspace.
    #[serde(default)]
    pub(crate) writes: Vec<String>,
    /// Files that the run wrote, and what must stand in them; see [`Holds`].
    #[serde(default)]
    pub(crate) holds: Vec<Holds>,
    /// Whether the case's own code changes the working tree.
    #[serde(default)]
    pub(crate) tree_changes: bool,
}

/// One commit: edits, runs of the tool that must succeed, and tags at the commit. Without any edit it is
/// an empty commit.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Step {
    #[serde(default)]
    pub(crate) replace: Vec<Replace>,
    #[serde(default)]
    pub(crate) delete: Vec<String>,
    #[serde(default)]
    pub(crate) run: Vec<Vec<String>>,
    pub(crate) message: String,
    /// `Name <address>`, if it is not the one of the first commit.
    pub(crate) author: Option<String>,
    #[serde(default)]
    pub(crate) tags: Vec<String>,
}

/// A test runner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Runner {
    Cargo,
    Nextest,
}

/// Replaces the one place of a text in a file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Replace {
    pub(crate) file: String,
    pub(crate) from: String,
    pub(crate) to: String,
}

/// Adds to the end of a file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Append {
    pub(crate) file: String,
    pub(crate) text: String,
}

/// Writes a file of `start`, then `text` again and again, with `{n}` for the count, then `end`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Generate {
    pub(crate) file: String,
    #[serde(default)]
    pub(crate) start: String,
    pub(crate) text: String,
    pub(crate) times: usize,
    #[serde(default)]
    pub(crate) end: String,
}

/// What a file must hold after the run. Its path is relative to the workspace; with `../` it lies beside it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Holds {
    pub(crate) file: String,
    /// As `stdout_has`.
    #[serde(default)]
    pub(crate) has: Vec<String>,
    #[serde(default)]
    pub(crate) not_has: Vec<String>,
    /// Its size in bytes, at least and at most.
    pub(crate) bytes: Option<(u64, u64)>,
}

fn tiny() -> String {
    "tiny".into()
}

fn plain_cargo() -> Vec<Runner> {
    vec![Runner::Cargo]
}

fn advisory_db() -> String {
    "advisory-db".into()
}

impl Case {
    /// Reads `fixtures/cases/NAME/case.toml`; a mistake in it is a failure of the test.
    pub(crate) fn load(name: &str) -> Case {
        let path = fixtures().join("cases").join(name).join("case.toml");
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Case::parse(name, &text).unwrap_or_else(|problem| panic!("{}: {problem}", path.display()))
    }

    pub(crate) fn parse(name: &str, text: &str) -> Result<Case, String> {
        let document: DocumentMut = text.parse().map_err(|error| format!("{error}"))?;
        let mut case: Case = serde_json::from_value(json(document.as_item())).map_err(|e| e.to_string())?;
        case.name = name.into();
        if case.exit.is_none() && case.signal.is_none() {
            return Err("`exit` is missing".into());
        }
        if case.gate.is_some() && case.code.is_none() {
            return Err("`gate` without `code`".into());
        }
        Ok(case)
    }

    /// Whether the run must end with both reports written.
    pub(crate) fn writes_reports(&self) -> bool {
        let judges = self.args.first().is_some_and(|command| command == "maturity");
        if self.reports_say.is_some() {
            return judges;
        }
        judges && matches!(self.exit, Some(0 | 1)) && !self.args.iter().any(|arg| arg == "--dry-run")
    }

    /// Whether the reports must say that the ref passed.
    pub(crate) fn passes(&self) -> bool {
        self.exit == Some(0) || self.reports_say.as_deref() == Some("passed")
    }
}

/// The names of all case folders, sorted.
pub(crate) fn names() -> Vec<String> {
    let folder = fixtures().join("cases");
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut names: Vec<String> = entries
        .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
        .filter(|name| folder.join(name).is_dir())
        .collect();
    names.sort();
    names
}

/// The `fixtures` folder.
pub(crate) fn fixtures() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().expect("xtask lies in the workspace").join("fixtures")
}

/// TOML as the JSON value that serde reads it from.
fn json(item: &Item) -> Value {
    match item {
        Item::None => Value::Null,
        Item::Value(value) => json_value(value),
        Item::Table(table) => table.iter().map(|(key, item)| (key.to_owned(), json(item))).collect(),
        Item::ArrayOfTables(tables) => {
            tables.iter().map(|table| json(&Item::Table(table.clone()))).collect::<Vec<_>>().into()
        }
    }
}

fn json_value(value: &Toml) -> Value {
    match value {
        Toml::String(text) => text.value().as_str().into(),
        Toml::Integer(number) => (*number.value()).into(),
        Toml::Float(number) => (*number.value()).into(),
        Toml::Boolean(truth) => (*truth.value()).into(),
        Toml::Datetime(moment) => moment.value().to_string().into(),
        Toml::Array(array) => array.iter().map(json_value).collect::<Vec<_>>().into(),
        Toml::InlineTable(table) => table.iter().map(|(key, v)| (key.to_owned(), json_value(v))).collect(),
    }
}

#[test]
fn a_mistake_in_a_case_is_found() {
    let sound = "shows = \"x\"\nargs = [\"maturity\"]\nexit = 0\n[report]\n\"gates.x.outcome\" = \"pass\"\n";
    let case = Case::parse("name", sound).unwrap();
    assert!(case.writes_reports() && case.base == "tiny" && case.report["gates.x.outcome"] == "pass");
    for (from, to, told) in [
        ("exit = 0", "exti = 0", "exti"),
        ("exit = 0", "", "exit"),
        ("exit = 0", "exit = 0\ngate = \"subject\"", "gate"),
        ("exit = 0", "exit = 0\nrunner = [\"make\"]", "make"),
    ] {
        let problem = Case::parse("name", &sound.replace(from, to)).err().unwrap_or_default();
        assert!(problem.contains(told), "{to}: {problem}");
    }
}
