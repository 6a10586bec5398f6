//! The workflows of GitHub Actions, the local actions that they use and the scripts that they name.
//! Facts only: what is there and where it stands.
//!
//! Read leniently where the rules do not look, since GitHub knows more keys than they do. What does not
//! parse is noted, never skipped. Not read: actions and workflows of other repositories, programs and
//! Makefiles that steps run, and GitLab's pipelines, of which is only noted that they are there.

use std::collections::{BTreeMap, BTreeSet};

use crate::evidence::rules::{Job, LocalAction, RuleFacts, Step, Workflow};
use crate::yaml::{Document, Lines, Node, Value};

use super::shell;
use super::snapshot::{FileContent, Files, is_marked};

const FOLDER: &str = ".github/workflows";
/// Larger scripts are not read; what they do is not known then.
const MAX_SCRIPT: usize = 256 * 1024;
/// Neither are more scripts than these.
const MAX_SCRIPTS: usize = 256;
const GITLAB: &str = ".gitlab-ci.yml";

/// Reads every workflow, then what they refer to within the repository.
pub(super) fn gather(files: &dyn Files, facts: &mut RuleFacts) {
    for path in files.list(FOLDER) {
        let name = path.to_lowercase();
        if !(name.ends_with(".yml") || name.ends_with(".yaml") || path == FOLDER) {
            continue;
        }
        match document(files, &path) {
            Ok(document) => facts.workflows.push(Reader::new(&document).workflow(&path)),
            Err(why) => facts.unread.push((path, why)),
        }
    }
    let steps = facts.workflows.iter().flat_map(|workflow| &workflow.jobs).flat_map(|job| &job.steps);
    // Where a step checks this repository out, its actions lie below that folder.
    let below: BTreeSet<String> = steps.clone().filter_map(checked_out_to).collect();
    let mut wanted: Vec<String> = local_actions(steps);
    let mut seen = BTreeSet::new();
    while let Some(name) = wanted.pop() {
        if !seen.insert(name.clone()) {
            continue;
        }
        if let Some(action) = action(files, &name, &below, &mut facts.unread) {
            wanted.extend(local_actions(&action.steps));
            facts.actions.push(action);
        }
    }
    scripts(files, facts);
    facts.gitlab = match files.read(GITLAB) {
        FileContent::Absent => false,
        FileContent::Bytes(bytes) => is_marked(GITLAB, &String::from_utf8_lossy(&bytes)),
        FileContent::Astray { .. } | FileContent::Unreadable { .. } => true,
    };
}

/// Reads the scripts that steps run, and those that these run.
fn scripts(files: &dyn Files, facts: &mut RuleFacts) {
    let steps = facts.workflows.iter().flat_map(|workflow| &workflow.jobs).flat_map(|job| &job.steps);
    let steps = steps.chain(facts.actions.iter().flat_map(|action| &action.steps));
    let mut wanted: Vec<String> =
        steps.filter_map(|step| step.run.as_deref()).flat_map(shell::scripts).collect();
    let mut seen = BTreeSet::new();
    while let Some(path) = wanted.pop() {
        if !seen.insert(path.clone()) || facts.scripts.len() == MAX_SCRIPTS {
            continue;
        }
        if let FileContent::Bytes(bytes) = files.read(&path)
            && bytes.len() <= MAX_SCRIPT
        {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            wanted.extend(shell::scripts(&text));
            facts.scripts.insert(path, text);
        }
    }
}

/// The folder that a step checks this very repository out to, if it is not the usual one.
fn checked_out_to(step: &Step) -> Option<String> {
    let checkout = step.uses.as_deref()?.starts_with("actions/checkout@");
    let own = checkout && !step.with.contains_key("repository");
    step.with.get("path").filter(|_| own).map(|path| path.trim_matches(['.', '/']).to_owned())
}

fn local_actions<'a>(steps: impl IntoIterator<Item = &'a Step>) -> Vec<String> {
    let local = |step: &Step| step.uses.clone().filter(|uses| uses.starts_with("./"));
    steps.into_iter().filter_map(local).collect()
}

fn action(
    files: &dyn Files,
    name: &str,
    below: &BTreeSet<String>,
    unread: &mut Vec<(String, String)>,
) -> Option<LocalAction> {
    let folder = name.trim_start_matches("./").trim_end_matches('/');
    let moved = below.iter().filter_map(|path| folder.strip_prefix(path)?.strip_prefix('/'));
    let folders = [folder].into_iter().chain(moved);
    for file in
        folders.flat_map(|folder| ["action.yml", "action.yaml"].map(|file| format!("{folder}/{file}")))
    {
        match document(files, &file) {
            Ok(document) => {
                let reader = Reader::new(&document);
                let steps =
                    reader.at(&["runs", "steps"]).map(|node| reader.steps(node, 0)).unwrap_or_default();
                return Some(LocalAction { name: name.to_owned(), file, steps });
            }
            Err(why) if why == ABSENT => {}
            Err(why) => {
                unread.push((file, why));
                return None;
            }
        }
    }
    unread.push((format!("{folder}/action.yml"), ABSENT.into()));
    None
}

const ABSENT: &str = "there is no such file";

fn document(files: &dyn Files, path: &str) -> Result<Document, String> {
    match files.read(path) {
        FileContent::Absent => Err(ABSENT.into()),
        FileContent::Astray { target } => Err(format!("it leads out of the workspace: {target}")),
        FileContent::Unreadable { reason } => Err(reason),
        FileContent::Bytes(bytes) => Document::parse(&bytes, path)
            .map_err(|error| error.to_string().lines().next().unwrap_or_default().to_owned()),
    }
}

/// Reads one file.
struct Reader<'a> {
    document: &'a Document,
    lines: Lines,
}

impl<'a> Reader<'a> {
    fn new(document: &'a Document) -> Self {
        Reader { document, lines: document.lines() }
    }

    fn at(&self, path: &[&str]) -> Option<&'a Node> {
        path.iter().try_fold(self.document.root(), |node, key| get(node, key))
    }

    /// The line of a key, or of the first key of a mapping; of what has none, one that is near.
    fn line(&self, node: &Node, near: u32) -> u32 {
        let first = mapping(node).first().map_or(node, |(_, key, _)| *key);
        u32::try_from(self.lines.of(first)).ok().filter(|line| *line > 0).unwrap_or(near)
    }

    fn workflow(&self, file: &str) -> Workflow {
        let jobs = self.at(&["jobs"]).map(mapping).unwrap_or_default();
        Workflow {
            file: file.to_owned(),
            triggers: self.at(&["on"]).map(words).unwrap_or_default(),
            env: self.at(&["env"]).map(texts).unwrap_or_default(),
            shell: self.at(&["defaults", "run", "shell"]).and_then(text),
            jobs: jobs.into_iter().map(|(id, key, node)| self.job(id, self.line(key, 0), node)).collect(),
        }
    }

    fn job(&self, id: &str, line: u32, node: &Node) -> Job {
        let shell = get(node, "defaults").and_then(|node| get(node, "run"));
        Job {
            id: id.to_owned(),
            line,
            needs: get(node, "needs").map(words).unwrap_or_default(),
            condition: get(node, "if").and_then(text),
            continue_on_error: get(node, "continue-on-error").and_then(unless_false),
            uses: get(node, "uses").and_then(text),
            runs_on: self.runs_on(node),
            env: get(node, "env").map(texts).unwrap_or_default(),
            shell: shell.and_then(|node| get(node, "shell")).and_then(text),
            steps: get(node, "steps").map(|node| self.steps(node, line)).unwrap_or_default(),
        }
    }

    /// Every text of `runs-on`, and of the matrix where it depends on that.
    fn runs_on(&self, node: &Node) -> String {
        let mut all = Vec::new();
        get(node, "runs-on").into_iter().for_each(|node| scalars(node, &mut all));
        if all.iter().any(|text| text.contains("${{")) {
            get(node, "strategy").into_iter().for_each(|node| scalars(node, &mut all));
        }
        all.join(" ")
    }

    fn steps(&self, node: &Node, near: u32) -> Vec<Step> {
        let Value::Sequence(items) = &node.value else { return Vec::new() };
        let step = |node: &Node| Step {
            line: self.line(node, near),
            id: get(node, "id").and_then(text),
            condition: get(node, "if").and_then(text),
            continue_on_error: get(node, "continue-on-error").and_then(unless_false),
            uses: get(node, "uses").and_then(text),
            run: get(node, "run").and_then(text),
            shell: get(node, "shell").and_then(text),
            env: get(node, "env").map(texts).unwrap_or_default(),
            with: get(node, "with").map(texts).unwrap_or_default(),
        };
        items.iter().map(step).collect()
    }
}

/// The entries of a mapping that have a text as key. `on` is a truth value to some readers of YAML, and
/// a text to this one.
fn mapping(node: &Node) -> Vec<(&str, &Node, &Node)> {
    let Value::Mapping(entries) = &node.value else { return Vec::new() };
    let named = entries.iter().filter_map(|(key, value)| match &key.value {
        Value::Text(name) => Some((name.as_str(), key, value)),
        _ => None,
    });
    named.collect()
}

/// The value of a key; of duplicates the last, as GitHub has none and other readers take that.
fn get<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    mapping(node).into_iter().rev().find(|(name, ..)| *name == key).map(|(_, _, value)| value)
}

/// A scalar as text.
fn text(node: &Node) -> Option<String> {
    match &node.value {
        Value::Text(text) => Some(text.clone()),
        Value::Bool(_) | Value::Integer(_) | Value::Float(_) => Some(node.value.describe()),
        _ => None,
    }
}

/// Anything but `false`: an expression may become true.
fn unless_false(node: &Node) -> Option<String> {
    text(node).filter(|text| text != "false")
}

/// A word, a list of words, or the keys of a mapping.
fn words(node: &Node) -> Vec<String> {
    match &node.value {
        Value::Sequence(items) => items.iter().filter_map(text).collect(),
        Value::Mapping(_) => mapping(node).into_iter().map(|(name, ..)| name.to_owned()).collect(),
        _ => text(node).into_iter().collect(),
    }
}

/// Every scalar of a value.
fn scalars(node: &Node, all: &mut Vec<String>) {
    match &node.value {
        Value::Sequence(items) => items.iter().for_each(|item| scalars(item, all)),
        Value::Mapping(entries) => entries.iter().for_each(|(_, value)| scalars(value, all)),
        _ => all.extend(text(node)),
    }
}

fn texts(node: &Node) -> BTreeMap<String, String> {
    mapping(node).into_iter().filter_map(|(name, _, value)| Some((name.to_owned(), text(value)?))).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Files by their path.
    pub(in crate::gates::policy_drift) struct Made(
        pub(in crate::gates::policy_drift) Vec<(&'static str, String)>,
    );

    impl Files for Made {
        fn read(&self, path: &str) -> FileContent {
            let found = self.0.iter().find(|(name, _)| *name == path);
            found.map_or(FileContent::Absent, |(_, text)| FileContent::Bytes(text.clone().into_bytes()))
        }

        fn list(&self, folder: &str) -> Vec<String> {
            let inside = |name: &&str| name.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
            self.0.iter().map(|(name, _)| *name).filter(inside).map(str::to_owned).collect()
        }
    }

    #[test]
    fn a_workflow_is_read_with_its_lines_and_what_it_refers_to() {
        let text = "on:\n  push:\n    tags: ['v*']\n  workflow_dispatch:\nenv: {A: 1}\njobs:\n  gate:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: ./.github/actions/gate\n      - run: ./ci/x.sh --fast\n  publish:\n    needs: [gate]\n    if: always()\n    continue-on-error: ${{ matrix.x }}\n    steps:\n      - run: cargo publish\n        continue-on-error: false\n";
        let action =
            "runs:\n  using: composite\n  steps:\n    - run: cargo xtask maturity\n      shell: bash\n";
        let files = Made(vec![
            (".github/workflows/release.yml", text.into()),
            (".github/workflows/broken.yaml", "jobs: [".into()),
            (".github/workflows/README.md", "no workflow".into()),
            (".github/actions/gate/action.yaml", action.into()),
            ("ci/x.sh", "true\n".into()),
        ]);
        let mut facts = RuleFacts::default();
        gather(&files, &mut facts);
        assert_eq!(facts.workflows.len(), 1);
        let workflow = &facts.workflows[0];
        assert_eq!(workflow.triggers, ["push", "workflow_dispatch"]);
        assert_eq!(workflow.env["A"], "1");
        let [gate, publish] = workflow.jobs.as_slice() else { panic!("{:?}", workflow.jobs) };
        assert_eq!((gate.line, gate.steps[0].line, gate.steps[1].line), (7, 10, 11));
        assert_eq!(
            (publish.needs.as_slice(), publish.condition.as_deref()),
            (&["gate".to_owned()][..], Some("always()"))
        );
        assert_eq!(publish.continue_on_error.as_deref(), Some("${{ matrix.x }}"));
        assert_eq!(publish.steps[0].continue_on_error, None);
        assert_eq!(facts.actions[0].steps[0].run.as_deref(), Some("cargo xtask maturity"));
        assert_eq!(facts.scripts["ci/x.sh"], "true\n");
        assert_eq!(facts.unread.len(), 1, "{:?}", facts.unread);
        assert!(facts.unread[0].0.ends_with("broken.yaml"));
    }

    #[test]
    fn scripts_of_scripts_are_read_and_a_matrix_is_told_with_the_runner() {
        let text = "on: push\njobs:\n  a:\n    runs-on: ${{ matrix.os }}\n    strategy: {matrix: {os: [windows-latest]}}\n    steps: [{id: x, run: ./a.sh}, {uses: ./gone}]\n";
        let files = Made(vec![
            (".github/workflows/A.YAML", text.into()),
            ("a.sh", "bash b.sh\n./a.sh\n".into()),
            ("b.sh", "true\n".into()),
        ]);
        let mut facts = RuleFacts::default();
        gather(&files, &mut facts);
        let job = &facts.workflows[0].jobs[0];
        assert_eq!(job.runs_on, "${{ matrix.os }} windows-latest");
        assert_eq!(job.steps[0].id.as_deref(), Some("x"));
        assert_eq!(facts.scripts.keys().collect::<Vec<_>>(), ["a.sh", "b.sh"]);
        assert_eq!(facts.unread, [("gone/action.yml".to_owned(), ABSENT.to_owned())]);
        assert!(!facts.gitlab);
    }
}
