//! Shell text as commands: the words of each, and what its exit status means to those after it.
//!
//! A reader of what people write into workflows, not a shell. It does not see what variables hold,
//! commands that are put together at run time, functions called by name, or programs that run others. A
//! command inside `$( … )` is part of a word.

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
const WRAPPERS: &[&str] = &["command", "env", "exec", "nice", "nohup", "stdbuf", "sudo", "time", "timeout"];

/// A simple command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Command {
    /// Its words without quotes, and without what only wraps it (`sudo`, `env A=b`, `time`).
    pub(super) words: Vec<String>,
    /// Whether its status is asked for by `if`, `while`, `until` or `!`.
    pub(super) asked: bool,
    /// Whether it stands in a branch or a loop.
    pub(super) nested: bool,
    /// What follows.
    pub(super) joint: Joint,
}

impl Command {
    /// The program's name without its folder, and the words after it.
    pub(super) fn parts(&self) -> (&str, Vec<&str>) {
        let mut words = self.words.iter().map(String::as_str);
        let program = words.next().unwrap_or_default();
        (program.rsplit('/').next().unwrap_or(program), words.collect())
    }
}

/// A word, or what stands between commands.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Word(String),
    Joint(Joint),
}

/// The commands of a text, in its order.
pub(super) fn commands(text: &str) -> Vec<Command> {
    let mut commands = Vec::new();
    let mut words: Vec<String> = Vec::new();
    let mut depth = 0_usize;
    let mut finish = |words: &mut Vec<String>, joint: Joint| {
        if let Some((words, asked)) = simple(std::mem::take(words), &mut depth) {
            commands.push(Command { words, asked, nested: depth > 0, joint });
        } else if joint != Joint::Next
            && let Some(last) = commands.last_mut()
        {
            // `( … ) || true`: what stands behind the bracket is about what stands in it.
            let last: &mut Command = last;
            last.joint = joint;
        }
    };
    for token in tokens(text) {
        match token {
            Token::Word(word) => words.push(word),
            Token::Joint(joint) => finish(&mut words, joint),
        }
    }
    finish(&mut words, Joint::Next);
    commands
}

/// A command's own words, and whether its status is asked for; nothing if only keywords are left.
fn simple(words: Vec<String>, depth: &mut usize) -> Option<(Vec<String>, bool)> {
    let (mut asked, mut wrapped) = (false, false);
    let mut rest = words.into_iter().peekable();
    while let Some(word) = rest.peek() {
        match word.as_str() {
            "if" | "while" | "until" => {
                *depth += 1;
                asked = true;
            }
            "elif" | "!" => asked = true,
            "fi" | "done" | "esac" => *depth = depth.saturating_sub(1),
            // What they go over is no command, and what follows stands in a branch.
            "for" | "case" => {
                *depth += 1;
                return None;
            }
            "then" | "else" | "do" | "{" | "}" => {}
            wrapper if WRAPPERS.contains(&wrapper) => wrapped = true,
            assignment if is_assignment(assignment) => {}
            // The wrapper's own options and durations.
            own if wrapped && own.starts_with(|c: char| c == '-' || c.is_ascii_digit()) => {}
            _ => break,
        }
        rest.next();
    }
    let words: Vec<String> = rest.collect();
    (!words.is_empty()).then_some((words, asked))
}

fn is_assignment(word: &str) -> bool {
    let name = word.split_once('=').map(|(name, _)| name);
    name.is_some_and(|name| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
}

fn tokens(text: &str) -> Vec<Token> {
    let mut reader = Reader { rest: text, tokens: Vec::new(), word: None, here: Vec::new() };
    while let Some(c) = reader.rest.chars().next() {
        reader.step(c);
    }
    reader.end_word();
    reader.tokens
}

struct Reader<'a> {
    rest: &'a str,
    tokens: Vec<Token>,
    word: Option<String>,
    /// The words that end the here-documents whose text begins with the next line.
    here: Vec<String>,
}

impl Reader<'_> {
    fn step(&mut self, c: char) {
        match c {
            '\\' => {
                let escaped = self.rest.chars().nth(1);
                self.skip(1 + escaped.map_or(0, char::len_utf8));
                if let Some(escaped) = escaped.filter(|c| *c != '\n') {
                    self.push(escaped);
                }
            }
            '\'' | '"' => self.quoted(c),
            '$' if self.rest.starts_with("$(") => self.substitution(),
            '#' if self.word.is_none() => {
                let end = self.rest.find('\n').unwrap_or(self.rest.len());
                self.skip(end);
            }
            '\n' => {
                self.skip(1);
                self.joint(Joint::Next);
                self.here_documents();
            }
            '<' if self.rest.starts_with("<<") && !self.rest.starts_with("<<<") => self.here_document(),
            // `2>&1` and `&>file` are no joints.
            '>' | '<' => {
                let redirection = self.rest.starts_with(">&") || self.rest.starts_with("<&");
                self.skip(if redirection { 2 } else { 1 });
                self.push(c);
            }
            '&' if self.rest.starts_with("&>") => {
                self.skip(2);
                self.push('>');
            }
            '&' if self.rest.starts_with("&&") => self.operator(2, Joint::And),
            '|' if self.rest.starts_with("||") => self.operator(2, Joint::Or),
            '|' if self.rest.starts_with("|&") => self.operator(2, Joint::Pipe),
            '&' => self.operator(1, Joint::Background),
            '|' => self.operator(1, Joint::Pipe),
            ';' | '(' | ')' => self.operator(1, Joint::Next),
            c if c.is_whitespace() => {
                self.skip(c.len_utf8());
                self.end_word();
            }
            c => {
                self.skip(c.len_utf8());
                self.push(c);
            }
        }
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    fn push(&mut self, c: char) {
        self.word.get_or_insert_default().push(c);
    }

    fn end_word(&mut self) {
        self.tokens.extend(self.word.take().map(Token::Word));
    }

    fn operator(&mut self, bytes: usize, joint: Joint) {
        self.skip(bytes);
        self.joint(joint);
    }

    fn joint(&mut self, joint: Joint) {
        self.end_word();
        self.tokens.push(Token::Joint(joint));
    }

    fn quoted(&mut self, quote: char) {
        self.skip(1);
        self.word.get_or_insert_default();
        while let Some(c) = self.rest.chars().next() {
            self.skip(c.len_utf8());
            match c {
                c if c == quote => return,
                '\\' if quote == '"' => {
                    if let Some(escaped) = self.rest.chars().next() {
                        self.skip(escaped.len_utf8());
                        self.push(escaped);
                    }
                }
                c => self.push(c),
            }
        }
    }

    /// `$( … )` with what is in it, as part of a word.
    fn substitution(&mut self) {
        let mut depth = 0;
        while let Some(c) = self.rest.chars().next() {
            self.skip(c.len_utf8());
            self.push(c);
            match c {
                '(' => depth += 1,
                ')' if depth == 1 => return,
                ')' => depth -= 1,
                _ => {}
            }
        }
    }

    fn here_document(&mut self) {
        self.skip(2);
        let rest = self.rest.trim_start_matches('-').trim_start_matches([' ', '\t']);
        let word: String = rest.chars().take_while(|c| !c.is_whitespace() && !";|&)".contains(*c)).collect();
        self.rest = rest.get(word.len()..).unwrap_or_default();
        self.here.push(word.trim_matches(['\'', '"', '\\']).to_owned());
    }

    /// The text of here-documents is no command.
    fn here_documents(&mut self) {
        for end in std::mem::take(&mut self.here) {
            while !self.rest.is_empty() {
                let line = self.rest.split_inclusive('\n').next().unwrap_or_default();
                self.skip(line.len());
                if line.trim() == end {
                    break;
                }
            }
        }
    }
}

/// The scripts of the repository that a text runs: `./ci/x.sh`, `bash ci/x.sh`, relative to its root.
pub(super) fn scripts(text: &str) -> Vec<String> {
    commands(text).iter().filter_map(script).collect()
}

/// The script that a command runs.
pub(super) fn script(command: &Command) -> Option<String> {
    let first = command.words.first()?;
    let shells = ["bash", "sh", "dash", "zsh", "source", "."];
    let path = if shells.contains(&first.as_str()) {
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
