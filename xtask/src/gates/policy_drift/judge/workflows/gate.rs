//! What a command line does with the gate's exit status.

use super::super::super::shell::{self, Command, Joint};
use super::super::rules::is_the_tools;

/// Flags of the gate that change what is judged, or how strictly.
const RELAXING: &[&str] = &[
    "--stage",
    "--only",
    "--as-of",
    "--allow-past",
    "--base",
    "--dry-run",
    "--help",
    "-h",
    "--version",
    "-V",
];
/// Flags whose value must come from the run, not from the workflow's text.
const FROM_OUTSIDE: &[&str] = &["--ref", "--override-freeze"];

/// Flags whose value is a word of its own.
const VALUED: &[&str] = &[
    "--advisory-db",
    "--as-of",
    "--base",
    "--enforce",
    "--jobs",
    "--manifest-path",
    "--message-format",
    "--only",
    "--out",
    "--override-freeze",
    "--ref",
    "--stage",
];

/// What a shell does at a failure. Source: the documentation of `jobs.<job_id>.steps[*].shell`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shell {
    /// Whether it runs commands as a shell does.
    known: bool,
    /// Whether a command that fails ends the script.
    stops: bool,
    /// Whether a pipe fails with any of its parts.
    pipefail: bool,
}

impl Shell {
    /// The shell of a step.
    pub(super) fn of(shell: Option<&str>, windows: bool) -> Shell {
        let is = |stops, pipefail| Shell { known: true, stops, pipefail };
        match shell.map(str::trim) {
            None if windows => is(false, false),
            None | Some("sh") => is(true, false),
            Some("bash") => is(true, true),
            Some("pwsh" | "powershell" | "cmd") => is(false, false),
            Some(custom) => {
                let mut words = custom.split_whitespace();
                let program = words.next().unwrap_or_default();
                let known = matches!(program.rsplit('/').next(), Some("bash" | "sh" | "dash" | "zsh"));
                let mut shell = Shell { known, stops: false, pipefail: false };
                shell.set(words);
                shell
            }
        }
    }

    /// The shell of a script, by its first line.
    pub(super) fn of_script(text: &str) -> Shell {
        let mut shell = Shell { known: true, stops: false, pipefail: false };
        let first = text.lines().next().filter(|line| line.starts_with("#!")).unwrap_or_default();
        shell.set(first.split_whitespace().skip(1));
        shell
    }

    /// Takes the options of `set`, or of the shell itself.
    pub(super) fn set<'a>(&mut self, words: impl Iterator<Item = &'a str>) {
        let mut named: Option<bool> = None;
        for word in words {
            if let Some(on) = named.take() {
                match word {
                    "errexit" => self.stops = on,
                    "pipefail" => self.pipefail = on,
                    _ => {}
                }
                continue;
            }
            let Some((sign, letters)) = word.split_at_checked(1) else { continue };
            let on = match sign {
                "-" => true,
                "+" => false,
                _ => continue,
            };
            if letters.starts_with('-') {
                continue;
            }
            if letters.contains('e') {
                self.stops = on;
            }
            if letters.ends_with('o') {
                named = Some(on);
            }
        }
    }
}

/// Whether a command runs the gate: through the alias, through cargo, or the program itself.
pub(super) fn runs(command: &Command) -> bool {
    let (program, mut words) = command.parts();
    match program {
        "cargo" => {
            words.retain(|word| !word.starts_with('+'));
            let own = |word: &&str| !word.starts_with('-');
            let mut plain = words.iter().copied().filter(own);
            match plain.next() {
                Some(alias) if is_the_tools(alias) => plain.next() == Some("maturity"),
                Some("run" | "r") => {
                    let ours = words.iter().any(|word| word.rsplit(['=', '/']).next() == Some("xtask"));
                    let divided = words.iter().position(|word| *word == "--");
                    let after = divided.map_or_else(
                        || words.iter().find(|word| **word == "maturity"),
                        |at| words.get(at + 1),
                    );
                    ours && after == Some(&"maturity")
                }
                _ => false,
            }
        }
        "xtask" | "xtask.exe" => {
            // A file of that name elsewhere is any program.
            let path = command.words.first().map_or("", String::as_str);
            let built = path.contains("target/") || path.contains('$') || !path.contains('/');
            built && words.first() == Some(&"maturity")
        }
        _ => false,
    }
}

/// What is wrong with the arguments of the gate's command; `arguments` are those of the script that it
/// stands in.
pub(super) fn flags(command: &Command, arguments: &[String]) -> Vec<String> {
    let own = command.words.iter().skip_while(|word| *word != "maturity").skip(1);
    let mut words: Vec<&str> = Vec::new();
    for word in own {
        match word.as_str() {
            "$@" | "$*" | "${@}" => words.extend(arguments.iter().map(String::as_str)),
            word => words.push(word),
        }
    }
    let mut problems = Vec::new();
    let mut words = words.into_iter().peekable();
    while let Some(word) = words.next() {
        let (flag, value) = word.split_once('=').map_or((word, None), |(flag, value)| (flag, Some(value)));
        if RELAXING.contains(&flag) {
            problems.push(format!("the gate is called with {flag}"));
        }
        if word.starts_with('$') {
            problems.push("the gate gets arguments that are only known when it runs".to_owned());
        }
        // Where the output goes is no argument.
        if !VALUED.contains(&flag) && !word.ends_with(['>', '<']) {
            continue;
        }
        let value = value.or_else(|| words.next()).unwrap_or_default();
        if FROM_OUTSIDE.contains(&flag) && !value.contains('$') {
            problems.push(format!("the gate is called with a fixed {flag}"));
        }
        if flag == "--manifest-path" && value.trim_start_matches("./") != "Cargo.toml" {
            problems.push("the gate judges another workspace".to_owned());
        }
    }
    problems
}

/// A variable that bends the gate.
pub(super) fn bends(name: &str, value: &str) -> Option<String> {
    if name.starts_with("GITHUB_REF") {
        return Some(format!("{name} is set, which says what is judged"));
    }
    super::super::rules::bends(name, value).map(|why| format!("{name} is set, {why}"))
}

/// Whether a step leaves a variable to the steps after it that bends the gate.
pub(super) fn leaves(text: &str) -> bool {
    let commands = shell::commands(text);
    let words = commands.iter().flat_map(|command| &command.words).map(String::as_str);
    // Lines as well: they may stand in a here-document.
    let set = words.chain(text.lines().map(str::trim)).filter_map(shell::assignment);
    text.contains("GITHUB_ENV") && set.into_iter().any(|(name, value)| bends(&name, &value).is_some())
}

/// What lets the failure of one command among others through.
pub(super) fn softened(commands: &[Command], index: usize, shell: &Shell) -> Vec<String> {
    let Some(command) = commands.get(index) else { return Vec::new() };
    if !shell.known {
        return vec!["the gate's step has a shell that may run nothing".into()];
    }
    let mut shell = *shell;
    let mut problems = Vec::new();
    for command in commands.iter().take(index) {
        let before = command.parts();
        if before.0 == "set" {
            shell.set(before.1.iter().copied());
        }
        problems.extend(undermines(command));
    }
    let mut tell = |problem: &str| problems.push(problem.to_owned());
    let list = And::around(commands, index);
    let follows = list.end + 1 < commands.len();
    if command.asked {
        tell("the gate's status is asked for, and does not fail the step by itself");
    } else if command.nested {
        tell("the gate runs only under a condition of the script");
    }
    if list.start > 0 && commands.get(list.start - 1).is_some_and(|before| before.joint == Joint::Or) {
        tell("the gate runs only if what stands before `||` fails");
    }
    let lets_through = |joint: &Joint| match joint {
        Joint::Or | Joint::Background => true,
        Joint::Pipe => !shell.pipefail,
        Joint::Next | Joint::And => false,
    };
    if command.around.iter().any(lets_through) {
        tell("what follows the brackets around the gate lets its failure through");
        return problems;
    }
    match commands.get(list.end).map(|last| last.joint) {
        Some(Joint::Or) if !fails(commands.get(list.end + 1)) => {
            tell("`||` behind the gate lets its failure through");
        }
        Some(Joint::Background) => tell("the gate runs in the background, and nobody waits for its status"),
        Some(Joint::Pipe) if list.end == index && !shell.pipefail => {
            tell("the gate's output goes through a pipe without pipefail (`shell: bash` sets it)");
        }
        Some(Joint::Next | Joint::Pipe) if follows && !shell.stops => {
            tell("commands follow the gate in a shell that goes on after a failure");
        }
        Some(Joint::Next) if follows && list.start < list.end => {
            tell("the gate is part of a `&&` list, at whose failure the shell goes on with the next line");
        }
        _ => {}
    }
    problems
}

/// What a command before the gate does to it.
fn undermines(command: &Command) -> Option<String> {
    let (program, words) = command.parts();
    let exported = ["export", "declare", "typeset"].contains(&program);
    let exported = words.iter().filter(|_| exported).filter_map(|word| shell::assignment(word));
    let alone = command.words.first().is_some_and(|word| shell::assignment(word).is_some());
    let set = exported.chain(command.assigned.iter().filter(|_| alone).cloned());
    let bent = set.into_iter().find_map(|(name, value)| bends(&name, &value));
    let told = match program {
        "exit" | "return" if !fails(Some(command)) => "the script may end before it comes to the gate",
        "trap" if words.first().is_some_and(|text| text.contains("exit")) => {
            "a trap may end the script with another status"
        }
        "cargo()" | "xtask()" => "a function takes the place of the gate",
        "alias" if words.iter().any(|word| word.starts_with("cargo=") || word.starts_with("xtask=")) => {
            "an alias of the shell takes the place of the gate"
        }
        _ => return bent,
    };
    Some(told.to_owned())
}

/// The commands that `&&` joins.
struct And {
    start: usize,
    end: usize,
}

impl And {
    fn around(commands: &[Command], index: usize) -> And {
        let joined = |at: usize| commands.get(at).is_some_and(|command| command.joint == Joint::And);
        let (mut start, mut end) = (index, index);
        while start > 0 && joined(start - 1) {
            start -= 1;
        }
        while joined(end) && end + 1 < commands.len() {
            end += 1;
        }
        And { start, end }
    }
}

/// Whether a command does nothing but fail.
fn fails(command: Option<&Command>) -> bool {
    let Some(command) = command else { return false };
    match command.parts() {
        ("false", _) => true,
        ("exit" | "return", words) => words.first().is_none_or(|status| *status != "0"),
        _ => false,
    }
}
