//! Tokens as text: types as a person would write them, and digests that no formatting changes.

use std::fmt::Write;
use std::iter::Peekable;

use proc_macro2::{Delimiter, Group, Spacing, TokenStream, TokenTree};

/// How deep groups may nest: what is deeper was written by no person, and would exhaust the stack.
const DEEPEST: usize = 200;
/// How many operators in a row, or type arguments within each other, syn's descent is trusted with.
const LONGEST: usize = 500;

/// Whether groups nest deeper than this tool follows.
pub(super) fn too_deep(tokens: &TokenStream) -> bool {
    deeper_than(tokens, DEEPEST)
}

fn deeper_than(tokens: &TokenStream, left: usize) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Group(group) => left == 0 || deeper_than(&group.stream(), left - 1),
        _ => false,
    })
}

/// A struct or enum for a parser: without doc comments, which are most of its tokens, and only if it
/// nests no deeper than a parser can be trusted with, which descends into operators and type arguments too.
pub(super) fn for_parser(tokens: impl IntoIterator<Item = TokenTree>) -> Option<TokenStream> {
    flattened(tokens, DEEPEST)
}

fn flattened(tokens: impl IntoIterator<Item = TokenTree>, left: usize) -> Option<TokenStream> {
    let (mut angles, mut operators, mut arrow) = (0_usize, 0_usize, false);
    let mut tokens = tokens.into_iter().peekable();
    let mut kept = Vec::new();
    while let Some(token) = tokens.next() {
        match &token {
            TokenTree::Group(group) => {
                let mut inner =
                    Group::new(group.delimiter(), flattened(group.stream(), left.checked_sub(1)?)?);
                inner.set_span(group.span());
                kept.push(inner.into());
                continue;
            }
            TokenTree::Punct(punct) => {
                let letter = punct.as_char();
                match letter {
                    '#' if skip_doc(&mut tokens) => continue,
                    ',' | ';' => operators = 0,
                    '<' => angles += 1,
                    '>' if !arrow => angles = angles.saturating_sub(1),
                    ':' | '\'' | '#' | '>' => {}
                    _ => operators += 1,
                }
                arrow = matches!(letter, '-' | '=') && punct.spacing() == Spacing::Joint;
            }
            _ => {}
        }
        if angles > LONGEST || operators > LONGEST {
            return None;
        }
        kept.push(token);
    }
    Some(kept.into_iter().collect())
}

/// What stands before the next token.
#[derive(Clone, Copy, PartialEq)]
enum Before {
    Start,
    /// A name, a literal or a closed group: an operator after it has two sides.
    Operand,
    /// A word or a lifetime that never touches what follows it.
    Word,
    /// A `>` that closes type arguments.
    Closed,
    Operator,
}

/// Tokens as rustfmt would write a type: `Option<Vec<&'a str>>`, `[u8; 32]`, `Box<dyn Fn(u8) -> u8>`.
pub(super) fn text(tokens: TokenStream) -> String {
    let mut out = String::new();
    write(tokens, Delimiter::None, &mut out, &mut Before::Start);
    out
}

fn write(tokens: TokenStream, within: Delimiter, out: &mut String, before: &mut Before) {
    let mut tokens = tokens.into_iter().peekable();
    let mut first_comma = true;
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(word) => {
                if matches!(before, Before::Operand | Before::Word | Before::Closed) {
                    blank(out);
                }
                let word = word.to_string();
                *before = match word.as_str() {
                    "mut" | "const" | "dyn" | "as" | "impl" | "where" | "unsafe" | "extern" => Before::Word,
                    _ => Before::Operand,
                };
                out.push_str(&word);
            }
            TokenTree::Literal(literal) => {
                if matches!(before, Before::Operand | Before::Word | Before::Closed) {
                    blank(out);
                }
                let _ = write!(out, "{literal}");
                *before = Before::Operand;
            }
            TokenTree::Group(group) => group_text(&group, out, before),
            TokenTree::Punct(punct) => {
                let letter = punct.as_char();
                let next = match tokens.peek() {
                    Some(TokenTree::Punct(next)) => Some(next.as_char()),
                    Some(_) => Some(' '),
                    None => None,
                };
                let joint = punct.spacing() == Spacing::Joint;
                match (letter, next) {
                    // A comma before what closes is the formatter's, but for the one of a tuple of one.
                    (',', None | Some('>')) => {
                        if next.is_none() && within == Delimiter::Parenthesis && first_comma {
                            out.push(',');
                        }
                    }
                    ('\'', Some(_)) => {
                        if matches!(before, Before::Operand | Before::Word | Before::Closed) {
                            blank(out);
                        }
                        out.push('\'');
                        if let Some(name) = tokens.next() {
                            let _ = write!(out, "{name}");
                        }
                        *before = Before::Word;
                    }
                    (':', Some(':')) | ('-' | '=', Some('>')) if joint => {
                        tokens.next();
                        match letter {
                            ':' if *before == Before::Word => out.push_str(" ::"),
                            ':' => out.push_str("::"),
                            '-' => out.push_str(" -> "),
                            _ => out.push_str(" => "),
                        }
                        *before = Before::Operator;
                    }
                    _ => operator(letter, out, before),
                }
                first_comma &= letter != ',';
            }
        }
    }
}

fn operator(letter: char, out: &mut String, before: &mut Before) {
    let two_sided = matches!(before, Before::Operand | Before::Closed);
    match letter {
        ',' | ';' | ':' => {
            out.push(letter);
            out.push(' ');
        }
        '=' | '+' => {
            blank(out);
            out.push(letter);
            out.push(' ');
        }
        '-' | '*' | '&' | '/' | '%' | '^' | '|' if two_sided => {
            blank(out);
            out.push(letter);
            out.push(' ');
        }
        '>' => out.push('>'),
        _ => {
            if *before == Before::Word {
                blank(out);
            }
            out.push(letter);
        }
    }
    *before = if letter == '>' { Before::Closed } else { Before::Operator };
}

fn group_text(group: &Group, out: &mut String, before: &mut Before) {
    let (open, close) = match group.delimiter() {
        Delimiter::Parenthesis => ("(", ")"),
        Delimiter::Bracket => ("[", "]"),
        Delimiter::Brace => ("{ ", " }"),
        Delimiter::None => ("", ""),
    };
    if *before == Before::Word || (*before == Before::Operand && open == "{ ") {
        blank(out);
    }
    out.push_str(open);
    *before = Before::Start;
    write(group.stream(), group.delimiter(), out, before);
    out.push_str(close);
    *before = Before::Operand;
}

fn blank(out: &mut String) {
    if !out.is_empty() && !out.ends_with(' ') {
        out.push(' ');
    }
}

/// Tokens for a digest: one blank between any two; doc comments, and commas before what closes, left out.
pub(super) fn plain(tokens: TokenStream, out: &mut String) {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("( ", ") "),
                    Delimiter::Bracket => ("[ ", "] "),
                    Delimiter::Brace => ("{ ", "} "),
                    Delimiter::None => ("", ""),
                };
                out.push_str(open);
                plain(group.stream(), out);
                out.push_str(close);
            }
            TokenTree::Punct(punct) if punct.as_char() == '#' && skip_doc(&mut tokens) => {}
            TokenTree::Punct(punct) if punct.as_char() == ',' && tokens.peek().is_none() => {}
            other => {
                let _ = write!(out, "{other} ");
            }
        }
    }
}

/// Goes past the rest of a doc comment, if it is one.
fn skip_doc(tokens: &mut Peekable<impl Iterator<Item = TokenTree>>) -> bool {
    let is_doc = |token: &TokenTree| match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket => {
            matches!(group.stream().into_iter().next(), Some(TokenTree::Ident(word)) if word == "doc")
        }
        _ => false,
    };
    match tokens.peek() {
        Some(token) if is_doc(token) => {
            tokens.next();
            true
        }
        _ => false,
    }
}
