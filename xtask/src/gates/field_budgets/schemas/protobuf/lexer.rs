//! The words of a `.proto` file, one at a time.

/// Line and message.
pub(super) type Wrong = (usize, String);

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Kind {
    /// A name or keyword.
    Name,
    Number,
    /// With its quotes.
    Text,
    /// One character.
    Symbol,
    /// There is no more.
    End,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Token<'t> {
    pub kind: Kind,
    pub text: &'t str,
    /// One-based.
    pub line: usize,
}

/// Gives one token after the other; comments are none.
#[derive(Debug)]
pub(super) struct Lexer<'t> {
    rest: &'t str,
    line: usize,
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Lexer { rest: text, line: 1 }
    }

    /// # Errors
    /// What begins and does not end.
    pub(super) fn next(&mut self) -> Result<Token<'t>, Wrong> {
        loop {
            let bytes = self.rest.as_bytes();
            let length = match bytes {
                [] => return Ok(Token { kind: Kind::End, text: "", line: self.line }),
                [b'/', b'/', ..] => self.rest.find('\n').unwrap_or(self.rest.len()),
                [b'/', b'*', ..] => match self.rest.get(2..).and_then(|rest| rest.find("*/")) {
                    Some(inner) => inner + 4,
                    None => return Err((self.line, "the comment that begins here does not end".to_owned())),
                },
                [byte, ..] if byte.is_ascii_whitespace() => 1,
                _ => break,
            };
            let passed = self.take(length);
            self.line += passed.bytes().filter(|byte| *byte == b'\n').count();
        }
        let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let bytes = self.rest.as_bytes();
        let (kind, length) = match bytes {
            [quote @ (b'"' | b'\''), ..] => (Kind::Text, self.quoted(*quote)?),
            [byte, ..] if byte.is_ascii_digit() => (Kind::Number, number(bytes)),
            [b'.', byte, ..] if byte.is_ascii_digit() => (Kind::Number, number(bytes)),
            [byte, ..] if word(*byte) => {
                (Kind::Name, bytes.iter().position(|byte| !word(*byte)).unwrap_or(bytes.len()))
            }
            _ => (Kind::Symbol, self.rest.chars().next().map_or(0, char::len_utf8)),
        };
        Ok(Token { kind, text: self.take(length), line: self.line })
    }

    fn take(&mut self, length: usize) -> &'t str {
        let (taken, rest) = self.rest.split_at_checked(length).unwrap_or((self.rest, ""));
        self.rest = rest;
        taken
    }

    /// How long the string is that begins here.
    fn quoted(&self, quote: u8) -> Result<usize, Wrong> {
        let mut bytes = self.rest.bytes().enumerate().skip(1);
        while let Some((at, byte)) = bytes.next() {
            match byte {
                b'\\' => drop(bytes.next()),
                b'\n' => break,
                byte if byte == quote => return Ok(at + 1),
                _ => {}
            }
        }
        Err((self.line, "the string that begins here does not end".to_owned()))
    }
}

/// How long the number is that begins here: `0x1f`, `1.5e-3`.
fn number(bytes: &[u8]) -> usize {
    let hex = matches!(bytes, [b'0', b'x' | b'X', ..]);
    let exponent = |at: usize| !hex && matches!(bytes.get(at - 1), Some(b'e' | b'E'));
    let belongs = |at: usize, byte: u8| match byte {
        b'+' | b'-' => at > 0 && exponent(at),
        byte => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'),
    };
    bytes.iter().enumerate().take_while(|(at, byte)| belongs(*at, **byte)).count()
}

#[cfg(test)]
mod tests {
    use super::{Kind, Lexer};

    #[test]
    fn tokens_have_their_lines() {
        let text = "a // b\n/* c\n */ 'd\\'e' \"\"\n-0x1F 1.5e-3+.5 f.g\u{e9}";
        let (mut lexer, mut found) = (Lexer::new(text), Vec::new());
        loop {
            let token = lexer.next().unwrap();
            if token.kind == Kind::End {
                break;
            }
            found.push(format!("{}{:?} {}", token.line, token.kind, token.text));
        }
        assert_eq!(
            found.join(", "),
            "1Name a, 3Text 'd\\'e', 3Text \"\", 4Symbol -, 4Number 0x1F, 4Number 1.5e-3, 4Symbol +, \
             4Number .5, 4Name f, 4Symbol ., 4Name g, 4Symbol \u{e9}"
        );
        for (text, line) in [("\n/* a", 2), ("'a", 1), ("'a\n'", 1), ("'a\\", 1)] {
            assert_eq!(Lexer::new(text).next().unwrap_err().0, line, "{text}");
        }
    }
}
