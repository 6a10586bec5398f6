//! What the grammar of `.proto` files is made of: names, numbers, options, ranges.

use super::lexer::{Kind, Lexer, Token, Wrong};
use crate::diagnostics::shown;
use crate::gates::field_budgets::schemas::short;

/// Names and values, sorted.
pub(super) type Options = Vec<(String, String)>;
pub(super) type Parsed<T> = Result<T, Wrong>;

/// The tokens, and the next of them.
pub(super) struct Words<'t> {
    lexer: Lexer<'t>,
    pub next: Token<'t>,
}

impl<'t> Words<'t> {
    /// Before the first token: [`Words::advance`] takes nothing and makes it the next.
    pub(super) fn new(text: &'t str) -> Self {
        Words { lexer: Lexer::new(text), next: Token { kind: Kind::End, text: "", line: 1 } }
    }

    /// `2, 9 to 11, "foo";` and, of extensions, their options.
    pub(super) fn ranges(&mut self) -> Parsed<Vec<String>> {
        let mut ranges = Vec::new();
        loop {
            match self.next.kind {
                Kind::Text => ranges.push(format!("\"{}\"", self.string()?)),
                Kind::Name => ranges.push(format!("\"{}\"", self.name()?)),
                _ => {
                    let mut range = self.integer()?.to_string();
                    if self.at("to")? {
                        let end =
                            if self.at("max")? { "max".to_owned() } else { self.integer()?.to_string() };
                        range = format!("{range} to {end}");
                    }
                    ranges.push(range);
                }
            }
            if !self.at(",")? {
                break;
            }
        }
        self.options()?;
        self.expect(";")?;
        Ok(ranges)
    }

    /// `[packed = true, (custom).option = 5]`, if there is that.
    pub(super) fn options(&mut self) -> Parsed<Options> {
        let mut options = Options::new();
        if self.at("[")? {
            loop {
                options.push(self.option()?);
                if !self.at(",")? {
                    break;
                }
            }
            self.expect("]")?;
        }
        options.sort();
        Ok(options)
    }

    /// `name = value`.
    pub(super) fn option(&mut self) -> Parsed<(String, String)> {
        let mut name = String::new();
        loop {
            if self.at("(")? {
                name = format!("{name}({})", self.path()?);
                self.expect(")")?;
            } else {
                name += self.name()?;
            }
            if !self.at(".")? {
                break;
            }
            name.push('.');
        }
        self.expect("=")?;
        Ok((name, short(self.value()?)))
    }

    fn value(&mut self) -> Parsed<String> {
        if self.next.text == "{" {
            return self.braces();
        }
        let mut value = String::new();
        while matches!(self.next.text, "-" | "+") {
            value += self.advance()?.text;
        }
        let first = self.advance()?;
        value += first.text;
        match first.kind {
            Kind::Symbol | Kind::End => return Err(expected("a value", first)),
            Kind::Text => {
                while self.next.kind == Kind::Text {
                    value = format!("{value} {}", self.advance()?.text);
                }
            }
            Kind::Name | Kind::Number => {}
        }
        Ok(value)
    }

    /// Everything from `{` to its `}`, with one blank between tokens.
    pub(super) fn braces(&mut self) -> Parsed<String> {
        let (mut text, mut open) = (String::new(), 0_usize);
        loop {
            let token = self.advance()?;
            match token.text {
                "{" => open += 1,
                "}" if open > 0 => open -= 1,
                _ if open == 0 || token.kind == Kind::End => return Err(expected("`{` and `}`", token)),
                _ => {}
            }
            text += token.text;
            if open == 0 {
                return Ok(text);
            }
            text.push(' ');
        }
    }

    /// `.a.b.C`.
    pub(super) fn path(&mut self) -> Parsed<String> {
        let mut path = String::new();
        if self.at(".")? {
            path.push('.');
        }
        path += self.name()?;
        while self.at(".")? {
            path.push('.');
            path += self.name()?;
        }
        Ok(path)
    }

    pub(super) fn name(&mut self) -> Parsed<&'t str> {
        let token = self.advance()?;
        if token.kind == Kind::Name { Ok(token.text) } else { Err(expected("a name", token)) }
    }

    /// The content of strings beside each other; escapes stay as they are.
    pub(super) fn string(&mut self) -> Parsed<String> {
        let mut content = String::new();
        if self.next.kind != Kind::Text {
            return Err(expected("a string", self.next));
        }
        while self.next.kind == Kind::Text {
            let text = self.advance()?.text;
            content += text.get(1..text.len() - 1).unwrap_or_default();
        }
        Ok(content)
    }

    pub(super) fn integer(&mut self) -> Parsed<i64> {
        let negative = self.at("-")?;
        let token = self.advance()?;
        let text = token.text;
        let number = match (text.strip_prefix("0x").or(text.strip_prefix("0X")), text.strip_prefix('0')) {
            (Some(digits), _) => i64::from_str_radix(digits, 16),
            (_, Some(digits)) if !digits.is_empty() => i64::from_str_radix(digits, 8),
            _ => text.parse(),
        };
        match number {
            Ok(number) if token.kind == Kind::Number => Ok(if negative { -number } else { number }),
            _ => Err(expected("a whole number", token)),
        }
    }

    /// Whether this comes next; then it is taken.
    pub(super) fn at(&mut self, text: &str) -> Parsed<bool> {
        let there = self.next.text == text && self.next.kind != Kind::Text;
        if there {
            self.advance()?;
        } else if self.next.kind == Kind::End {
            return Err(expected(&shown(text), self.next));
        }
        Ok(there)
    }

    pub(super) fn expect(&mut self, text: &str) -> Parsed<()> {
        if self.at(text)? { Ok(()) } else { Err(expected(&shown(text), self.next)) }
    }

    pub(super) fn advance(&mut self) -> Parsed<Token<'t>> {
        let next = self.lexer.next()?;
        Ok(std::mem::replace(&mut self.next, next))
    }
}

fn expected(what: &str, found: Token<'_>) -> Wrong {
    let found_text =
        if found.kind == Kind::End { "the end of the file".to_owned() } else { shown(found.text) };
    (found.line, format!("expected {what}, found {found_text}"))
}
