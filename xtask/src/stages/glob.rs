//! Globs over ref names.
//!
//! `*` stands for any text, slashes included, `?` for one character, `[a-z]` and `[!a-z]` for one of a
//! set, `{a,b}` for either, `\` takes the next character as it is, and `{package}` stands for the name
//! of each workspace member, taken literally. Matching needs time proportional to pattern times text.

use crate::yaml::did_you_mean;

/// What is wrong with a pattern, and what to do about it.
pub(super) type Bad = (String, String);

/// The most alternatives that braces may multiply to.
const MAX_ALTERNATIVES: usize = 64;
/// The longest pattern, in characters.
const MAX_LENGTH: usize = 256;

/// How much of a name a pattern spells out. The greater, the more specific.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Specificity {
    /// The whole name.
    exact: bool,
    /// How many of its characters.
    literals: usize,
}

/// A parsed pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Glob {
    alternatives: Vec<Vec<Token>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Literal(char),
    One,
    Star,
    Class { negated: bool, ranges: Vec<(char, char)> },
    Package,
}

impl Token {
    fn accepts(&self, character: char) -> bool {
        match self {
            Token::Literal(literal) => *literal == character,
            Token::One => true,
            Token::Class { negated, ranges } => {
                ranges.iter().any(|(from, to)| (*from..=*to).contains(&character)) != *negated
            }
            Token::Star | Token::Package => false,
        }
    }
}

impl Glob {
    /// Parses a pattern.
    pub(super) fn parse(pattern: &str) -> Result<Glob, Bad> {
        let bad = |message: &str, help: &str| (message.to_owned(), help.to_owned());
        if pattern.is_empty() {
            return Err(bad("an empty pattern", "expected a glob over ref names, such as v*"));
        }
        if pattern.chars().count() > MAX_LENGTH {
            return Err(bad("the pattern is too long", "256 characters are the limit"));
        }
        let mut parser = Parser { rest: pattern };
        let alternatives = parser.sequence(0)?;
        Ok(Glob { alternatives })
    }

    /// How specifically this matches a name; `None` if it does not.
    pub(super) fn matches(&self, name: &str, packages: &[&str]) -> Option<Specificity> {
        let characters: Vec<char> = name.chars().collect();
        let mut best = None;
        for tokens in &self.alternatives {
            // A member's name can only take part where the ref contains it.
            for tokens in with_packages(tokens, packages.iter().copied().filter(|p| name.contains(p))) {
                if matches(&tokens, &characters) {
                    let literals = tokens.iter().filter(|t| matches!(t, Token::Literal(_))).count();
                    best = best.max(Some(Specificity { exact: literals == tokens.len(), literals }));
                }
            }
        }
        best
    }

    /// Names that this could match, with `filler` for each star. Not each of them need match.
    pub(super) fn examples(&self, packages: &[&str], filler: &str) -> Vec<String> {
        let mut names = Vec::new();
        for tokens in &self.alternatives {
            for tokens in with_packages(tokens, packages.iter().copied()) {
                let mut name = String::new();
                for token in &tokens {
                    match token {
                        Token::Literal(literal) => name.push(*literal),
                        Token::Star => name.push_str(filler),
                        other => name.extend(('0'..='z').find(|c| c.is_alphanumeric() && other.accepts(*c))),
                    }
                }
                names.push(name);
            }
        }
        names
    }

    /// Whether `{package}` occurs in it.
    pub(super) fn names_packages(&self) -> bool {
        self.alternatives.iter().flatten().any(|token| *token == Token::Package)
    }
}

/// The tokens with each `{package}` replaced, once for each name; as they are if there is none.
fn with_packages<'p>(tokens: &[Token], packages: impl Iterator<Item = &'p str>) -> Vec<Vec<Token>> {
    if !tokens.contains(&Token::Package) {
        return vec![tokens.to_vec()];
    }
    let fill = |name: &str| {
        let mut filled = Vec::new();
        for token in tokens {
            match token {
                Token::Package => filled.extend(name.chars().map(Token::Literal)),
                other => filled.push(other.clone()),
            }
        }
        filled
    };
    packages.map(fill).collect()
}

/// Whether the tokens match the whole text. On a mismatch only the last star is tried again, which is
/// enough for globs and keeps the time from exploding.
fn matches(tokens: &[Token], text: &[char]) -> bool {
    let (mut token, mut at) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    loop {
        match (tokens.get(token), text.get(at)) {
            (Some(Token::Star), _) => {
                retry = Some((token, at));
                token += 1;
                continue;
            }
            (Some(expected), Some(character)) if expected.accepts(*character) => {
                token += 1;
                at += 1;
                continue;
            }
            (None, None) => return true,
            _ => {}
        }
        match retry {
            Some((star, taken)) if taken < text.len() => {
                retry = Some((star, taken + 1));
                token = star + 1;
                at = taken + 1;
            }
            _ => return false,
        }
    }
}

struct Parser<'p> {
    rest: &'p str,
}

impl Parser<'_> {
    fn next(&mut self) -> Option<char> {
        let character = self.rest.chars().next()?;
        self.rest = &self.rest[character.len_utf8()..];
        Some(character)
    }

    /// Tokens up to the end, or within braces up to the next `,` or `}`, which is left where it is.
    fn sequence(&mut self, depth: usize) -> Result<Vec<Vec<Token>>, Bad> {
        let mut alternatives = vec![Vec::new()];
        while let Some(next) = self.rest.chars().next() {
            if depth > 0 && (next == ',' || next == '}') {
                break;
            }
            if let Some(rest) = self.rest.strip_prefix("{package}") {
                self.rest = rest;
                alternatives.iter_mut().for_each(|tokens| tokens.push(Token::Package));
                continue;
            }
            self.next();
            let token = match next {
                '*' => Token::Star,
                '?' => Token::One,
                '[' => self.class()?,
                '{' => {
                    alternatives = multiply(&alternatives, &self.group(depth + 1)?)?;
                    continue;
                }
                '}' => return Err(("a } that closes nothing".into(), "write \\} for the character".into())),
                '\\' => Token::Literal(self.next().ok_or_else(|| {
                    ("a \\ with nothing after it".to_owned(), "write \\\\ for the character".to_owned())
                })?),
                literal => Token::Literal(literal),
            };
            alternatives.iter_mut().for_each(|tokens| tokens.push(token.clone()));
        }
        Ok(alternatives)
    }

    fn group(&mut self, depth: usize) -> Result<Vec<Vec<Token>>, Bad> {
        if depth > 4 {
            return Err(("braces are nested too deeply".into(), "write several patterns".into()));
        }
        let inside = self.rest;
        let mut all = Vec::new();
        let mut parts = 0;
        loop {
            all.extend(self.sequence(depth)?);
            parts += 1;
            match self.next() {
                Some(',') => {}
                Some(_) if parts > 1 => return Ok(all),
                Some(_) => {
                    let word = &inside[..inside.len() - self.rest.len() - 1];
                    let message = format!("unknown placeholder {{{}}}", crate::diagnostics::shown(word));
                    return Err((message, did_you_mean(word, &["package"])));
                }
                None => return Err(("a { without its }".into(), "write \\{ for the character".into())),
            }
        }
    }

    fn class(&mut self) -> Result<Token, Bad> {
        let open = || ("a [ without its ]".to_owned(), "write \\[ for the character".to_owned());
        let negated = self.rest.starts_with(['!', '^']);
        if negated {
            self.next();
        }
        let mut ranges = Vec::new();
        loop {
            let from = self.next().ok_or_else(open)?;
            if from == ']' && !ranges.is_empty() {
                return Ok(Token::Class { negated, ranges });
            }
            let mut to = from;
            if self.rest.starts_with('-') && !self.rest.starts_with("-]") {
                self.next();
                to = self.next().ok_or_else(open)?;
            }
            if to < from {
                let help = format!("write {to}-{from}");
                return Err((format!("the range {from}-{to} is the wrong way round"), help));
            }
            ranges.push((from, to));
        }
    }
}

fn multiply(left: &[Vec<Token>], right: &[Vec<Token>]) -> Result<Vec<Vec<Token>>, Bad> {
    if left.len() * right.len() > MAX_ALTERNATIVES {
        return Err(("the braces multiply to too many alternatives".into(), "64 are the limit".into()));
    }
    Ok(left.iter().flat_map(|l| right.iter().map(|r| [l.as_slice(), r.as_slice()].concat())).collect())
}

#[cfg(test)]
mod tests {
    use super::{Glob, Specificity};

    const PACKAGES: [&str; 3] = ["orders", "orders-api", "we[i]rd*"];

    #[test]
    fn patterns_match_what_they_should() {
        for (pattern, name, literals) in [
            ("*", "feature/x", Some(0)),
            ("*", "", Some(0)),
            ("main", "main", Some(4)),
            ("main", "Main", None),
            ("main", "main2", None),
            ("v*-rc.*", "v1.0.0-rc.1", Some(5)),
            ("v*-rc.*", "v1.0.0-rc1", None),
            ("v?.?", "v1.2", Some(2)),
            ("v?", "v\u{1f600}", Some(1)),
            ("v[0-9]*", "v1", Some(1)),
            ("v[0-9]*", "vx", None),
            ("v[!0-9]*", "vx", Some(1)),
            ("[]x]", "]", Some(0)),
            ("[a-]", "-", Some(0)),
            ("a{b,cd}e", "acde", Some(4)),
            ("a{b,c{d,}}", "ac", Some(2)),
            (r"\*", "*", Some(1)),
            (r"\*", "x", None),
            ("{package}-v*", "orders-v1", Some(8)),
            ("{package}-v*", "orders-api-v1", Some(12)),
            ("{package}-v*", "other-v1", None),
            ("{package}", "we[i]rd*", Some(8)),
            ("{package}", "weird", None),
            ("refs/tags/*", "refs/tags/a/b", Some(10)),
            ("a**b", "ab", Some(2)),
            ("\n", "\n", Some(1)),
        ] {
            let found = Glob::parse(pattern).unwrap().matches(name, &PACKAGES);
            assert_eq!(found.map(|s| s.literals), literals, "{pattern} on {name}");
        }
    }

    #[test]
    fn an_exact_name_is_more_specific_than_any_number_of_literals() {
        let exact = Glob::parse("v1").unwrap().matches("v1", &[]).unwrap();
        assert_eq!(exact, Specificity { exact: true, literals: 2 });
        assert!(exact > Specificity { exact: false, literals: 100 });
    }

    #[test]
    fn bad_patterns_say_what_is_wrong() {
        let long = "x".repeat(300);
        let many = "{a,b}".repeat(7);
        for (pattern, expected) in [
            ("", "an empty pattern"),
            ("[a", "a [ without its ]"),
            ("[]", "a [ without its ]"),
            ("[z-a]", "the range z-a is the wrong way round"),
            ("{a,b", "a { without its }"),
            ("a}", "a } that closes nothing"),
            ("x\\", "a \\ with nothing after it"),
            ("{packge}-v*", "unknown placeholder {`packge`}"),
            ("{}", "unknown placeholder {``}"),
            (long.as_str(), "the pattern is too long"),
            (many.as_str(), "the braces multiply to too many alternatives"),
            ("{{{{{a,b},c},d},e},f}", "braces are nested too deeply"),
        ] {
            assert_eq!(Glob::parse(pattern).unwrap_err().0, expected);
        }
    }

    #[test]
    fn a_hostile_pattern_takes_no_time() {
        let pattern = "*a".repeat(100) + "b";
        let name = "a".repeat(5000);
        assert_eq!(Glob::parse(&pattern).unwrap().matches(&name, &[]), None);
    }
}
