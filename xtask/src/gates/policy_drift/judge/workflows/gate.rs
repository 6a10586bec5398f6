//! What a command line does with the gate's exit status.

use super::super::super::shell::{Command, Joint};

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
    fn set<'a>(&mut self, words: impl Iterator<Item = &'a str>) {
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
                Some("xtask") => plain.next() == Some("maturity"),
                Some("run" | "r") => {
                    let ours = words.iter().any(|word| word.rsplit(['=', '/']).next() == Some("xtask"));
                    let after = words.iter().skip_while(|word| **word != "--").nth(1);
                    ours && after == Some(&"maturity")
                }
                _ => false,
            }
        }
        "xtask" | "xtask.exe" => words.first() == Some(&"maturity"),
        _ => false,
    }
}

/// Flags on the gate's command that relax it.
pub(super) fn flags(command: &Command) -> Vec<String> {
    let mut problems = Vec::new();
    let mut words = command.words.iter().map(String::as_str).peekable();
    while let Some(word) = words.next() {
        let (flag, value) = word.split_once('=').map_or((word, None), |(flag, value)| (flag, Some(value)));
        if RELAXING.contains(&flag) {
            problems.push(format!("the gate is called with {flag}"));
        }
        if FROM_OUTSIDE.contains(&flag) {
            let value = value.or(words.peek().copied()).unwrap_or_default();
            if !value.contains('$') {
                problems.push(format!("the gate is called with a fixed {flag}"));
            }
        }
    }
    problems
}

/// A variable that bends the gate.
pub(super) fn bends(name: &str, value: &str) -> Option<&'static str> {
    if name.eq_ignore_ascii_case("CARGO_ALIAS_XTASK") {
        return Some("sets CARGO_ALIAS_XTASK, which replaces the gate");
    }
    let flags = name.ends_with("RUSTFLAGS") && value.contains("cap-lints");
    flags.then_some("caps lints while the gate runs")
}

/// What lets the failure of one command among others through.
pub(super) fn softened(commands: &[Command], index: usize, shell: &Shell) -> Vec<String> {
    let Some(command) = commands.get(index) else { return Vec::new() };
    if !shell.known {
        return vec!["the gate's step has a shell that may run nothing".into()];
    }
    let mut shell = *shell;
    for command in commands.iter().take(index).filter(|command| command.parts().0 == "set") {
        shell.set(command.parts().1.into_iter());
    }
    let mut problems = Vec::new();
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
