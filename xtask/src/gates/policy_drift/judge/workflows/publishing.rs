//! What publishes: commands and actions that hand something to others.
//!
//! One table of each. What is not in them is not known to publish; neither is what a Makefile, a script
//! in another language, or a program of the repository does. A step that only tries, such as `cargo
//! publish --dry-run`, does not publish; one that tries only if a variable says so, does.

use super::super::super::shell::{self, Command};
use super::variables::Variables;
use super::{DEPTH, MOST_TEXT};
use crate::evidence::rules::{Job, RuleFacts, Step, Workflow};

/// Programs, and the words that must follow in this order, whatever stands between them.
const COMMANDS: &[(&str, &[&str])] = &[
    ("cargo", &["publish"]),
    ("cargo", &["workspaces", "publish"]),
    ("cargo", &["ws", "publish"]),
    ("cargo", &["release"]),
    ("cargo", &["smart-release"]),
    ("cargo", &["dist", "host"]),
    ("dist", &["host"]),
    ("release-plz", &["release"]),
    ("knope", &["release"]),
    ("gh", &["release", "create"]),
    ("gh", &["release", "upload"]),
    ("gh", &["release", "edit"]),
    ("glab", &["release"]),
    ("release-cli", &["create"]),
    ("npm", &["publish"]),
    ("pnpm", &["publish"]),
    ("yarn", &["publish"]),
    ("yarn", &["npm", "publish"]),
    ("lerna", &["publish"]),
    ("wasm-pack", &["publish"]),
    ("semantic-release", &[]),
    ("twine", &["upload"]),
    ("maturin", &["publish"]),
    ("maturin", &["upload"]),
    ("uv", &["publish"]),
    ("poetry", &["publish"]),
    ("flit", &["publish"]),
    ("hatch", &["publish"]),
    ("gem", &["push"]),
    ("nuget", &["push"]),
    ("dotnet", &["nuget", "push"]),
    ("choco", &["push"]),
    ("snapcraft", &["upload"]),
    ("vsce", &["publish"]),
    ("ovsx", &["publish"]),
    ("docker", &["push"]),
    ("docker", &["image", "push"]),
    ("docker", &["compose", "push"]),
    ("docker", &["manifest", "push"]),
    ("docker", &["buildx", "imagetools", "create"]),
    ("docker", &["buildx", "build"]),
    ("docker", &["buildx", "bake"]),
    ("docker", &["build"]),
    ("podman", &["push"]),
    ("podman", &["manifest", "push"]),
    ("buildah", &["push"]),
    ("skopeo", &["copy"]),
    ("skopeo", &["sync"]),
    ("crane", &["push"]),
    ("crane", &["copy"]),
    ("oras", &["push"]),
    ("helm", &["push"]),
    ("cosign", &["upload"]),
    ("goreleaser", &["release"]),
    ("jreleaser", &["release"]),
    ("jreleaser", &["full-release"]),
    ("git", &["push"]),
    ("gh", &["api"]),
    ("curl", &[]),
];
/// Options before the subcommand that take a value of their own.
const WITH_VALUE: &[&str] = &[
    "--color",
    "--config",
    "--context",
    "--git-dir",
    "--host",
    "--prefix",
    "--registry",
    "--repo",
    "--work-tree",
    "--workspace",
    "-C",
    "-H",
    "-R",
    "-Z",
    "-c",
    "-w",
];
/// Programs that do not run what they are given, and subcommands that fetch a program.
const ONLY_NAMES: &[&str] =
    &["#", "[", "[[", "cat", "command", "echo", "grep", "ls", "printf", "rg", "test", "which"];
const FETCHES: &[&str] = &["add", "help", "i", "install", "remove", "uninstall", "update"];

/// Actions that publish, by owner and repository in lower case.
const ACTIONS: &[&str] = &[
    "actions/create-release",
    "actions/upload-release-asset",
    "abutler/upload-release-assets",
    "ad-m/github-push-action",
    "anothrnick/github-tag-action",
    "cycjimmy/semantic-release-action",
    "dawidd6/action-homebrew-bump-formula",
    "elgohr/publish-docker-github-action",
    "goreleaser/goreleaser-action",
    "google-github-actions/release-please-action",
    "googleapis/release-please-action",
    "helm/chart-releaser-action",
    "houseabsolute/actions-rust-release",
    "js-devtools/npm-publish",
    "katyo/publish-crates",
    "ksxgithub/github-actions-deploy-aur",
    "marcoieni/release-plz-action",
    "marvinpinto/action-automatic-releases",
    "mathieudutour/github-tag-action",
    "mislav/bump-homebrew-formula-action",
    "ncipollo/release-action",
    "pypa/gh-action-pypi-publish",
    "release-plz/action",
    "rickstaa/action-create-tag",
    "rust-lang/crates-io-auth-action",
    "shogo82148/actions-upload-release-asset",
    "snapcore/action-publish",
    "softprops/action-gh-release",
    "svenstaro/upload-release-action",
    "taiki-e/create-gh-release-action",
    "taiki-e/upload-rust-binary-action",
    "vedantmgoyal9/winget-releaser",
    "xresloader/upload-to-github-release",
];
/// Actions that publish only if an input is given and says anything but `false`.
const IF_ASKED: &[(&str, &str)] = &[
    ("changesets/action", "publish"),
    ("docker/bake-action", "push"),
    ("docker/build-push-action", "push"),
    ("release-drafter/release-drafter", "publish"),
];
/// What a text handed to an action's interpreter calls to publish.
const CALLS: &[&str] = &["createRelease", "updateRelease", "uploadReleaseAsset"];

/// One place of a job that publishes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Publishing {
    /// The step, the command in it, the command in the script that it runs, and so on.
    pub(super) place: Vec<usize>,
    /// What it does.
    pub(super) what: String,
}

/// Where a job publishes, in its order.
pub(super) fn all(facts: &RuleFacts, workflow: &Workflow, job: &Job) -> Vec<Publishing> {
    let variables = Variables::of(&[&workflow.env, &job.env]);
    let mut seen = Seen { facts, left: MOST_TEXT, found: Vec::new() };
    for (index, step) in job.steps.iter().enumerate() {
        seen.step(step, &variables, &[index], DEPTH);
    }
    seen.found
}

struct Seen<'a> {
    facts: &'a RuleFacts,
    /// How many bytes may still be read.
    left: usize,
    found: Vec<Publishing>,
}

impl Seen<'_> {
    fn step(&mut self, step: &Step, variables: &Variables, place: &[usize], depth: usize) {
        let variables = variables.with(&step.env);
        if let Some(uses) = &step.uses {
            if let Some(action) = self.facts.actions.iter().find(|action| action.name == *uses && depth > 0) {
                for (index, step) in action.steps.iter().enumerate() {
                    self.step(step, &variables, &[place, &[index]].concat(), depth - 1);
                }
            } else if let Some(what) = of_action(uses, step) {
                self.found.push(Publishing { place: place.to_vec(), what });
            }
        } else if let Some(run) = &step.run {
            self.text(run, &variables, place, depth);
        }
    }

    fn text(&mut self, text: &str, variables: &Variables, place: &[usize], depth: usize) {
        if text.len() > self.left {
            let what = "or may publish: its scripts are too much to read".to_owned();
            self.found.push(Publishing { place: place.to_vec(), what });
            return;
        }
        self.left -= text.len();
        for (index, command) in shell::commands(&variables.expand(text)).iter().enumerate() {
            let place = [place, &[index]].concat();
            if let Some(what) = of_command(command) {
                self.found.push(Publishing { place, what });
            } else if depth > 0 {
                let script = shell::script(command).and_then(|path| self.facts.scripts.get(&path));
                let texts = script.cloned().into_iter().chain(shell::text(command).map(|(_, text)| text));
                for text in texts.chain(command.inner.iter().cloned()) {
                    self.text(&text, variables, &place, depth - 1);
                }
            }
        }
    }
}

fn of_action(uses: &str, step: &Step) -> Option<String> {
    let name = uses.split('@').next().unwrap_or(uses).to_lowercase();
    let input = |key: &str| step.with.get(key).map(|value| value.trim().to_lowercase());
    let says = |key: &str, value: &str| input(key).as_deref() == Some(value);
    let publishes = match name.as_str() {
        // It only opens a pull request then.
        "marcoieni/release-plz-action" | "release-plz/action" => !says("command", "release-pr"),
        "katyo/publish-crates" => !says("dry-run", "true"),
        "goreleaser/goreleaser-action" => input("args").is_none_or(|args| {
            let words: Vec<&str> = args.split_whitespace().collect();
            words.contains(&"release") && !words.contains(&"--snapshot")
        }),
        "pyo3/maturin-action" => input("command").is_some_and(|word| word == "publish" || word == "upload"),
        "actions/github-script" => {
            step.with.get("script").is_some_and(|text| CALLS.iter().any(|call| text.contains(call)))
        }
        name => match IF_ASKED.iter().find(|(action, _)| *action == name) {
            Some((_, asked)) => {
                let outputs = input("outputs").is_some_and(|outputs| exports(&outputs));
                input(asked).is_some_and(|value| value != "false") || outputs
            }
            None => ACTIONS.contains(&name),
        },
    };
    publishes.then_some(name)
}

/// Whether an output of docker's builder goes to a registry.
fn exports(output: &str) -> bool {
    output.contains("type=registry") || output.contains("push=true")
}

/// What a command publishes, be it run through another one (`xargs cargo publish`).
fn of_command(command: &Command) -> Option<String> {
    let words: Vec<&str> = command.words.iter().map(String::as_str).collect();
    if ONLY_NAMES.contains(&command.parts().0) {
        return None;
    }
    (0..words.len().min(MOST_WORDS)).find_map(|at| {
        let (before, rest) = words.split_at_checked(at)?;
        let (program, arguments) = rest.split_first()?;
        if before.iter().any(|word| FETCHES.contains(word)) {
            return None;
        }
        of_words(program.rsplit('/').next().unwrap_or(program), arguments, at == 0)
    })
}

/// Further words of a command are not taken for programs.
const MOST_WORDS: usize = 64;

fn of_words(program: &str, arguments: &[&str], first: bool) -> Option<String> {
    // A program behind a variable may be any of them.
    let any = first && program.starts_with('$');
    let own = own_words(arguments);
    let (name, wanted) = COMMANDS.iter().find(|(name, wanted)| {
        let mut rest = own.iter();
        // The first must be the subcommand: `cargo test publish` publishes nothing.
        let subcommand = wanted.is_empty() || own.first() == wanted.first();
        (*name == program || (any && !wanted.is_empty()))
            && subcommand
            && wanted.iter().all(|word| rest.any(|one| one == word))
            && in_earnest(name, wanted, arguments)
    })?;
    let name = if any { program } else { name };
    Some([&[name], *wanted].concat().join(" "))
}

/// The words that are neither options nor values of options before the subcommand.
fn own_words<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    let mut own = Vec::new();
    let mut value = false;
    for word in arguments {
        let option = word.starts_with(['-', '+']);
        if !std::mem::take(&mut value) && !option {
            own.push(*word);
        }
        value = option && own.is_empty() && WITH_VALUE.contains(word);
    }
    own
}

/// Whether the arguments make it do what its name says, as far as they can be read.
fn in_earnest(program: &str, wanted: &[&str], arguments: &[&str]) -> bool {
    let has = |one: &str| arguments.contains(&one);
    let holds = |part: &str| arguments.iter().any(|word| word.contains(part));
    let letter = |letter: char| {
        arguments.iter().any(|word| word.starts_with('-') && !word.starts_with("--") && word.contains(letter))
    };
    match (program, wanted.first().copied().unwrap_or_default()) {
        // They only show what they would do, unless they are told.
        ("cargo", "release") => has("--execute") || letter('x') || holds("$"),
        ("cargo", "smart-release") => has("--execute") || letter('e') || holds("$"),
        ("cargo", "dist") | ("dist", _) => {
            let steps: Vec<&&str> = arguments.iter().filter(|word| word.starts_with("--steps")).collect();
            steps.is_empty() || steps.iter().any(|word| **word != "--steps=create")
        }
        ("cargo", _) => !has("--dry-run") && !has("-n"),
        (
            "npm" | "pnpm" | "yarn" | "lerna" | "uv" | "poetry" | "semantic-release" | "wasm-pack"
            | "release-plz" | "knope",
            _,
        ) => !has("--dry-run"),
        ("goreleaser", _) => !has("--snapshot"),
        ("docker", "build") => has("--push") || arguments.iter().any(|word| exports(word)),
        ("docker", "buildx") if !has("imagetools") => {
            has("--push") || arguments.iter().any(|word| exports(word))
        }
        ("git", _) => !has("--dry-run") && !has("-n") && arguments.iter().any(|word| names_tags(word)),
        ("gh", "api") => {
            let gets = has("GET") || has("--method=GET") || has("-XGET");
            let writes = ["POST", "PATCH", "PUT"].iter().any(|method| holds(method));
            let fields = arguments.iter().any(|word| {
                let word = word.split('=').next().unwrap_or_default();
                matches!(word, "-f" | "-F" | "--field" | "--raw-field" | "--input")
            });
            (holds("releases") || holds("git/refs") || holds("git/tags")) && !gets && (writes || fields)
        }
        ("curl", _) => {
            let writes = ["POST", "PUT", "--data", "--upload-file", "--form"].iter().any(|one| holds(one));
            holds("uploads.github.com")
                || holds("crates/new")
                || ((writes || letter('d') || letter('T') || letter('F')) && holds("/releases"))
        }
        _ => true,
    }
}

/// Whether a word of `git push` brings tags along: a flag, a reference, or what looks like a version.
fn names_tags(word: &str) -> bool {
    let version =
        word.strip_prefix('v').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit() || c == '$'));
    let variable = word.contains('$') && word.to_lowercase().contains("tag");
    matches!(word, "--tags" | "--follow-tags" | "--mirror" | "tag")
        || word.contains("refs/tags")
        || version
        || variable
}
