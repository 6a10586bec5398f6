//! Shell text as commands: the words of each, and what its exit status means to those after it.
//!
//! A reader of what people write into workflows, not a shell. It does not see what variables hold,
//! commands that are put together at run time, whether a function is called, or what programs of other
//! names run. What stands in `$( … )` is part of a word; its text is kept beside it.

mod tokens;

use tokens::{Token, Word, tokens};

/// What stands between a command and the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Joint {
    /// A line end or `;`.
    Next,
    /// `&&`.
    And,
    /// `||`.
    Or,
    /// `|`.
    Pipe,
    /// `&`.
    Background,
}

/// Programs that run the command behind them.
const WRAPPERS: &[&str] = &[
    "chronic", "command", "doas", "env", "exec", "ionice", "nice", "nohup", "stdbuf", "sudo", "time",
    "timeout",
];
/// Their options that take a value of their own.
const WITH_VALUE: &[&str] = &["-C", "-U", "-a", "-g", "-s", "-u", "--chdir", "--signal", "--user"];
/// Programs that run a text or a file as shell commands.
const SHELLS: &[&str] = &["bash", "sh", "dash", "zsh"];

/// A simple command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Command {
    /// Its words without quotes, and without what only wraps it (`sudo`, `env A=b`, `time`). `name()`
    /// where a function is defined; an assignment where there is nothing else.
    pub(super) words: Vec<String>,
    /// The variables that are set for it, or by it.
    pub(super) assigned: Vec<(String, String)>,
    /// The texts of its substitutions.
    pub(super) inner: Vec<String>,
    /// Whether its status is asked for by `if`, `while`, `until` or `!`.
    pub(super) asked: bool,
    /// Whether it stands in a branch, a loop or a function.
    pub(super) nested: bool,
    /// What follows.
    pub(super) joint: Joint,
    /// What follows the brackets that it stands in, unless that is just the next command.
    pub(super) around: Vec<Joint>,
}

impl Command {
    /// The program's name without its folder, and the words after it.
    pub(super) fn parts(&self) -> (&str, Vec<&str>) {
        let mut words = self.words.iter().map(String::as_str);
        let program = words.next().unwrap_or_default();
        (program.rsplit('/').next().unwrap_or(program), words.collect())
    }
}

/// What commands can stand in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Block {
    Branch,
    Function,
    Braces,
    Brackets,
}

/// The commands of a text, in its order.
pub(super) fn commands(text: &str) -> Vec<Command> {
    let mut parser = Parser::default();
    for token in tokens(text) {
        match token {
            Token::Word(word) => parser.words.push(word),
            Token::Joint(joint) => parser.finish(joint),
            Token::Open => {
                parser.finish(Joint::Next);
                parser.open_body(Block::Brackets);
            }
            Token::Close => {
                parser.finish(Joint::Next);
                parser.close(&[Block::Brackets, Block::Function]);
            }
        }
    }
    parser.finish(Joint::Next);
    parser.commands
}

#[derive(Default)]
struct Parser {
    commands: Vec<Command>,
    words: Vec<Word>,
    /// The open blocks, each with the number of its first command.
    blocks: Vec<(Block, usize)>,
    /// The first command of the brackets that were closed last, until something follows.
    closed: Option<usize>,
    /// `!` or `if` before a bracket.
    asked: bool,
    /// Whether the name of a function comes next.
    naming: bool,
    /// Whether the body of a function comes next.
    body: bool,
}

impl Parser {
    fn open(&mut self, block: Block) {
        self.blocks.push((block, self.commands.len()));
    }

    /// Opens a block, or the body of the function whose name was just read.
    fn open_body(&mut self, block: Block) {
        let body = std::mem::take(&mut self.body);
        self.open(if body { Block::Function } else { block });
    }

    fn close(&mut self, blocks: &[Block]) {
        if self.blocks.last().is_some_and(|(block, _)| blocks.contains(block)) {
            self.closed = self.blocks.pop().map(|(_, start)| start);
        }
    }

    /// Ends a simple command, if there is one.
    fn finish(&mut self, joint: Joint) {
        let mut words: Vec<Word> = Vec::new();
        for word in std::mem::take(&mut self.words) {
            match words.last_mut() {
                // `name ()` is `name()`.
                Some(last) if word.text == "()" => last.text.push_str("()"),
                _ => words.push(word),
            }
        }
        let inner: Vec<String> = words.iter().flat_map(|word| word.inner.clone()).collect();
        let (words, assigned) = self.simple(words);
        if !words.is_empty() {
            let nested =
                self.blocks.iter().any(|(block, _)| matches!(block, Block::Branch | Block::Function));
            let asked = std::mem::take(&mut self.asked);
            self.closed = None;
            self.commands.push(Command { words, assigned, inner, asked, nested, joint, around: Vec::new() });
        } else if joint != Joint::Next
            && let Some(start) = self.closed.take()
        {
            // `( … ) || true`: what stands behind the bracket is about what stands in it.
            let inside = self.commands.get_mut(start..).unwrap_or_default();
            if joint != Joint::And {
                inside.iter_mut().for_each(|command| command.around.push(joint));
            }
            if let Some(last) = inside.last_mut() {
                last.joint = joint;
            }
        }
    }

    /// A command's own words and what is assigned; no word if only keywords are left.
    fn simple(&mut self, words: Vec<Word>) -> (Vec<String>, Vec<(String, String)>) {
        let mut assigned = Vec::new();
        let (mut wrapper, mut looks_up, mut value) = (false, false, false);
        let mut rest = words.into_iter().map(|word| word.text).peekable();
        while let Some(word) = rest.peek().map(String::as_str) {
            match word {
                _ if value => value = false,
                // It only looks a program up.
                "-v" | "-V" if looks_up => return (vec!["command".to_owned()], assigned),
                own if wrapper && own.starts_with('-') => value = WITH_VALUE.contains(&own),
                own if wrapper && own.starts_with(|c: char| c.is_ascii_digit()) => {}
                "if" | "while" | "until" => {
                    self.open(Block::Branch);
                    self.asked = true;
                }
                "elif" | "!" => self.asked = true,
                "fi" | "done" | "esac" => self.close(&[Block::Branch]),
                // What they go over is no command, and what follows stands in a branch.
                "for" | "case" | "select" => {
                    self.open(Block::Branch);
                    return (Vec::new(), assigned);
                }
                "function" => self.naming = true,
                "then" | "else" | "do" => {}
                "{" => self.open_body(Block::Braces),
                "}" => self.close(&[Block::Braces, Block::Function]),
                name if self.naming || (name.ends_with("()") && !name.contains('=')) => {
                    let name = format!("{}()", name.trim_end_matches("()"));
                    self.define(name);
                }
                name if WRAPPERS.contains(&name) => {
                    wrapper = true;
                    looks_up = name == "command";
                }
                other => match assignment(other) {
                    Some(one) => assigned.push(one),
                    None => break,
                },
            }
            rest.next();
        }
        let words: Vec<String> = rest.collect();
        match assigned.as_slice() {
            [(name, value), ..] if words.is_empty() => (vec![format!("{name}={value}")], assigned),
            _ => (words, assigned),
        }
    }

    /// Notes that a function is defined.
    fn define(&mut self, name: String) {
        (self.naming, self.body) = (false, true);
        self.commands.push(Command {
            words: vec![name],
            assigned: Vec::new(),
            inner: Vec::new(),
            asked: false,
            nested: false,
            joint: Joint::Next,
            around: Vec::new(),
        });
    }
}

/// Name and value of `NAME=value`.
pub(super) fn assignment(word: &str) -> Option<(String, String)> {
    let (name, value) = word.split_once('=')?;
    let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    plain.then(|| (name.to_owned(), value.to_owned()))
}

/// The text that a command has a shell run: `bash -c TEXT`, `eval TEXT`; before it, the shell's options.
pub(super) fn text(command: &Command) -> Option<(Vec<&str>, String)> {
    let (program, words) = command.parts();
    if program == "eval" {
        return Some((Vec::new(), words.join(" ")));
    }
    let short = |word: &&str| word.starts_with('-') && !word.starts_with("--") && word.contains('c');
    let at = SHELLS.contains(&program).then(|| words.iter().position(short)).flatten()?;
    let before = words.iter().take(at + 1).copied().collect();
    let text = words.iter().skip(at + 1).find(|word| !word.starts_with('-'))?;
    Some((before, (*text).to_owned()))
}

/// The scripts of the repository that a text runs: `./ci/x.sh`, `bash ci/x.sh`, relative to its root.
pub(super) fn scripts(text: &str) -> Vec<String> {
    commands(text).iter().filter_map(script).collect()
}

/// The script that a command runs.
pub(super) fn script(command: &Command) -> Option<String> {
    let first = command.words.first()?;
    let path = if SHELLS.contains(&first.as_str()) || matches!(first.as_str(), "source" | ".") {
        command.words.iter().skip(1).find(|word| !word.starts_with('-'))?
    } else {
        Some(first).filter(|word| word.contains('/') && !word.starts_with('/'))?
    };
    let path = path.trim_start_matches("./");
    let inside = !path.is_empty() && !path.starts_with('/') && !path.split('/').any(|part| part == "..");
    (inside && !path.contains('$')).then(|| path.to_owned())
}

#[cfg(test)]
mod tests;
