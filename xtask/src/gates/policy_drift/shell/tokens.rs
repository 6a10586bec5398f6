//! Shell text as words and what stands between them.

use super::Joint;

/// A word, or what stands between commands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    Word(Word),
    Joint(Joint),
    /// `(`
    Open,
    /// `)`
    Close,
}

/// A word without its quotes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) text: String,
    /// The texts inside `$( … )` and backticks.
    pub(super) inner: Vec<String>,
}

/// The tokens of a text, in its order.
pub(super) fn tokens(text: &str) -> Vec<Token> {
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
    word: Option<Word>,
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
            '$' => self.dollar(),
            '`' => self.backtick(),
            '#' if self.word.is_none() => {
                let end = self.rest.find('\n').unwrap_or(self.rest.len());
                self.skip(end);
            }
            '\n' => {
                self.operator(1, Token::Joint(Joint::Next));
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
            '&' if self.rest.starts_with("&&") => self.operator(2, Token::Joint(Joint::And)),
            '|' if self.rest.starts_with("||") => self.operator(2, Token::Joint(Joint::Or)),
            '|' if self.rest.starts_with("|&") => self.operator(2, Token::Joint(Joint::Pipe)),
            '&' => self.operator(1, Token::Joint(Joint::Background)),
            '|' => self.operator(1, Token::Joint(Joint::Pipe)),
            ';' => self.operator(1, Token::Joint(Joint::Next)),
            // `name()` and `name ()` define a function.
            '(' if self.rest.starts_with("()") => {
                self.skip(2);
                self.push('(');
                self.push(')');
                self.end_word();
            }
            '(' => self.operator(1, Token::Open),
            ')' => self.operator(1, Token::Close),
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

    fn word(&mut self) -> &mut Word {
        self.word.get_or_insert_default()
    }

    fn push(&mut self, c: char) {
        self.word().text.push(c);
    }

    fn end_word(&mut self) {
        self.tokens.extend(self.word.take().map(Token::Word));
    }

    fn operator(&mut self, bytes: usize, token: Token) {
        self.skip(bytes);
        self.end_word();
        self.tokens.push(token);
    }

    /// Takes this many bytes as they are into the word.
    fn take(&mut self, bytes: usize) {
        let text = self.rest.get(..bytes).unwrap_or(self.rest).to_owned();
        self.skip(text.len());
        self.word().text.push_str(&text);
    }

    /// `$( … )`, `${ … }` and GitHub's `${{ … }}` are part of a word, blanks and operators included.
    fn dollar(&mut self) {
        let end = |rest: &str, mark: &str| rest.find(mark).map_or(rest.len(), |at| at + mark.len());
        if self.rest.starts_with("${{") {
            self.take(end(self.rest, "}}"));
        } else if self.rest.starts_with("${") {
            self.take(end(self.rest, "}"));
        } else if self.rest.starts_with("$(") {
            let before = self.word().text.len();
            self.substitution();
            let whole = self.word().text.get(before..).unwrap_or_default().to_owned();
            let inner = whole.strip_prefix("$(").unwrap_or_default();
            let inner = inner.strip_suffix(')').unwrap_or(inner).to_owned();
            self.word().inner.push(inner);
        } else {
            self.take(1);
        }
    }

    /// Takes `$( … )`, brackets and quotes in it in pairs.
    fn substitution(&mut self) {
        let (mut depth, mut quote) = (0, None);
        while let Some(c) = self.rest.chars().next() {
            self.take(c.len_utf8());
            match (c, quote) {
                (c, Some(open)) if c == open => quote = None,
                ('\'' | '"', None) => quote = Some(c),
                ('(', None) => depth += 1,
                (')', None) if depth == 1 => return,
                (')', None) => depth -= 1,
                _ => {}
            }
        }
    }

    fn backtick(&mut self) {
        self.skip(1);
        if self.rest.starts_with('\n') {
            // PowerShell goes on with the next line.
            self.skip(1);
        } else if let Some(end) = self.rest.find('`') {
            let inner = self.rest.get(..end).unwrap_or_default().to_owned();
            self.word().inner.push(inner);
            self.take(end);
            self.skip(1);
        }
    }

    fn quoted(&mut self, quote: char) {
        self.skip(1);
        self.word();
        while let Some(c) = self.rest.chars().next() {
            match c {
                c if c == quote => return self.skip(1),
                '\\' if quote == '"' => {
                    self.skip(1);
                    if let Some(escaped) = self.rest.chars().next() {
                        self.skip(escaped.len_utf8());
                        self.push(escaped);
                    }
                }
                '$' if quote == '"' || self.rest.starts_with("${{") => self.dollar(),
                '`' if quote == '"' => self.backtick(),
                c => self.take(c.len_utf8()),
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
