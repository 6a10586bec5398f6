//! Small questions about tokens.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};

use super::shape::plain;
use super::text;

/// A word, without `r#`.
pub(super) fn word(token: &TokenTree) -> Option<String> {
    match token {
        TokenTree::Ident(word) => Some(plain(word)),
        _ => None,
    }
}

/// Whether a token is that mark.
pub(super) fn mark(token: Option<&TokenTree>, letter: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == letter)
}

/// The token as a group with these delimiters.
pub(super) fn group(token: Option<&TokenTree>, delimiter: Delimiter) -> Option<&Group> {
    match token {
        Some(TokenTree::Group(group)) if group.delimiter() == delimiter => Some(group),
        _ => None,
    }
}

/// One past the item whose header begins at `from`: its body in braces, or a semicolon. None where the
/// tokens end before that.
pub(super) fn end_of_item(tokens: &[TokenTree], from: usize) -> Option<usize> {
    let mut angles = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(from) {
        match token {
            TokenTree::Punct(punct) => match punct.as_char() {
                '<' => angles += 1,
                '>' if !mark(tokens.get(at.wrapping_sub(1)), '-')
                    && !mark(tokens.get(at.wrapping_sub(1)), '=') =>
                {
                    angles = angles.saturating_sub(1);
                }
                ';' => return Some(at + 1),
                _ => {}
            },
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                let next = tokens.get(at + 1);
                // `Foo<{ N + 1 }, u8>` goes on after its braces.
                if angles == 0 || !(mark(next, ',') || mark(next, '>')) {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

/// Where the semicolon of an import is; not looked for past the next.
pub(super) fn end_of_import(tokens: &[TokenTree], from: usize) -> Option<usize> {
    let is_use =
        |token: &TokenTree| matches!(token, TokenTree::Ident(word) if *word == "use" || *word == "extern");
    let rest = tokens.get(from + 1..)?;
    let length = rest.iter().position(|token| mark(Some(token), ';') || is_use(token))?;
    mark(rest.get(length), ';').then_some(from + 1 + length)
}

/// Where the keyword of an item is, after `pub(…)`, `unsafe` and the like.
pub(super) fn past_modifiers(tokens: &[TokenTree], mut at: usize) -> usize {
    loop {
        let next = tokens.get(at + 1);
        match tokens.get(at).and_then(word).as_deref() {
            Some("pub") => at += 1 + usize::from(group(next, Delimiter::Parenthesis).is_some()),
            Some("unsafe" | "async" | "default" | "auto" | "safe" | "const")
                if next.is_some_and(|t| word(t).is_some()) =>
            {
                at += 1;
            }
            Some("extern") if matches!(next, Some(TokenTree::Literal(_))) => at += 2,
            Some("extern") if next.and_then(word).as_deref() == Some("fn") => at += 1,
            _ => return at,
        }
    }
}

/// Words before a `!` that negates.
pub(super) fn is_operator_word(word: &Ident) -> bool {
    ["return", "if", "while", "match", "in", "break", "else", "as", "mut", "move"].iter().any(|of| word == of)
}

/// What follows type parameters at the head of some tokens.
pub(super) fn past_generics(tokens: &[TokenTree]) -> &[TokenTree] {
    let mut angles = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == '<' => angles += 1,
            TokenTree::Punct(punct)
                if punct.as_char() == '>' && !mark(tokens.get(at.wrapping_sub(1)), '-') =>
            {
                angles = angles.saturating_sub(1);
            }
            _ => {}
        }
        if angles == 0 {
            return if at == 0 && !mark(tokens.first(), '<') { tokens } else { &tokens[at + 1..] };
        }
    }
    &[]
}

/// The path of a trait without its arguments, which are what stands from the first `<` on.
pub(super) fn without_arguments(tokens: &[TokenTree]) -> &[TokenTree] {
    let end = tokens.iter().position(|token| mark(Some(token), '<')).unwrap_or(tokens.len());
    &tokens[..end]
}

/// The name of a type that something is implemented for: its path without arguments, or all of it.
pub(super) fn type_name(tokens: &[TokenTree]) -> String {
    let path = without_arguments(tokens);
    let is_path = path.iter().all(|token| word(token).is_some() || mark(Some(token), ':'));
    let named = if is_path && !path.is_empty() { path } else { tokens };
    let name = text::text(named.iter().cloned().collect());
    name.strip_prefix("::").map(str::to_owned).unwrap_or(name)
}

/// The last name of the path in a type, for what lies in an implementation of it.
pub(super) fn owner(tokens: &[TokenTree]) -> String {
    let plain_word =
        |token: &TokenTree| word(token).filter(|word| !["mut", "dyn", "const"].contains(&word.as_str()));
    let before = |at: usize| at > 0 && mark(tokens.get(at - 1), '\'');
    let named = |(at, token): (usize, &TokenTree)| plain_word(token).filter(|_| !before(at));
    let path = tokens.iter().position(|token| mark(Some(token), '<')).unwrap_or(tokens.len());
    tokens[..path].iter().enumerate().filter_map(named).next_back().unwrap_or_default()
}

/// Whether a word stands anywhere in some tokens.
pub(super) fn mentions(tokens: &TokenStream, name: &str) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Ident(word) => word == name,
        TokenTree::Group(group) => mentions(&group.stream(), name),
        _ => false,
    })
}

/// The first name in the arguments of a macro that is no keyword; `#` if there is none.
pub(super) fn first_name(tokens: &TokenStream) -> String {
    let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
    const KEYWORDS: [&str; 14] = [
        "const", "enum", "extern", "fn", "for", "impl", "let", "mod", "mut", "pub", "static", "struct",
        "type", "unsafe",
    ];
    let is_name = |name: &String| !KEYWORDS.contains(&name.as_str());
    tokens.iter().filter_map(word).find(is_name).unwrap_or_else(|| "#".to_owned())
}
