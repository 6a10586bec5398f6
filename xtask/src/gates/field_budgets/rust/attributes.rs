//! Attributes, with `cfg_attr` taken apart: which there are, and under which condition.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::text::text;

/// What a `cfg` says of a program that is no test.
pub(super) enum Cfg {
    /// It is never on.
    Off,
    /// It is always on.
    On,
    /// It depends; the condition as written.
    If(String),
}

/// What a condition of `cfg` comes to.
pub(super) fn cfg(tokens: TokenStream) -> Cfg {
    let mut parts = tokens.clone().into_iter();
    let (word, rest) = (parts.next(), parts.next());
    let Some(TokenTree::Ident(word)) = word else { return Cfg::If(text(tokens)) };
    let inner = match rest {
        Some(TokenTree::Group(group)) => split(group.stream()),
        Some(_) => return Cfg::If(text(tokens)),
        None => Vec::new(),
    };
    let mut inner = inner.into_iter().map(cfg);
    match word.to_string().as_str() {
        "test" | "false" => Cfg::Off,
        "true" => Cfg::On,
        "not" => match inner.next() {
            Some(Cfg::Off) => Cfg::On,
            Some(Cfg::On) => Cfg::Off,
            _ => Cfg::If(text(tokens)),
        },
        "all" | "any" => {
            let all = word == "all";
            let (mut decided, mut same) = (false, true);
            for part in inner {
                decided |= matches!((all, &part), (true, Cfg::Off) | (false, Cfg::On));
                same &= matches!((all, &part), (true, Cfg::On) | (false, Cfg::Off));
            }
            match (decided, same, all) {
                (true, _, true) | (false, true, false) => Cfg::Off,
                (true, _, false) | (false, true, true) => Cfg::On,
                _ => Cfg::If(text(tokens)),
            }
        }
        _ => Cfg::If(text(tokens)),
    }
}

/// Both conditions at once.
pub(super) fn and(one: Option<&str>, other: Option<&str>) -> Option<String> {
    match (one, other) {
        (Some(one), Some(other)) if one != other => Some(format!("all({one}, {other})")),
        (one, other) => one.or(other).map(str::to_owned),
    }
}

/// Tokens between commas.
pub(super) fn split(tokens: TokenStream) -> Vec<TokenStream> {
    let mut parts = Vec::new();
    let mut part = Vec::new();
    for token in tokens {
        match &token {
            TokenTree::Punct(punct) if punct.as_char() == ',' => {
                parts.push(part.drain(..).collect());
            }
            _ => part.push(token),
        }
    }
    if !part.is_empty() {
        parts.push(part.into_iter().collect());
    }
    parts
}

/// One attribute.
pub(super) struct Attribute {
    /// Its path, such as `serde` or `typetag::serde`.
    pub path: String,
    /// What stands in its parentheses or after its `=`.
    pub arguments: TokenStream,
    /// The condition of its `cfg_attr`.
    pub when: Option<String>,
}

impl Attribute {
    /// The last segment of its path.
    pub(super) fn name(&self) -> &str {
        self.path.rsplit("::").next().unwrap_or_default()
    }
}

/// The attributes of one thing. Documentation is left out.
#[derive(Default)]
pub(super) struct Attributes {
    pub list: Vec<Attribute>,
    /// A `cfg` leaves the thing out of every program that is no test.
    pub off: bool,
    /// The condition of its `cfg`.
    pub when: Option<String>,
}

impl Attributes {
    /// Those of something that syn parsed.
    pub(super) fn of(attributes: &[syn::Attribute]) -> Self {
        let mut all = Attributes::default();
        for attribute in attributes {
            // What has no arguments in parentheses says nothing of the wire, but for a few that need none.
            let arguments = match &attribute.meta {
                syn::Meta::List(list) => list.tokens.clone(),
                _ => TokenStream::new(),
            };
            let names = attribute.path().segments.iter().map(|segment| segment.ident.to_string());
            all.add(names.collect::<Vec<_>>().join("::"), arguments, None);
        }
        all
    }

    /// Adds what stands in the brackets of one. The caller has looked that it nests not too deep.
    pub(super) fn push(&mut self, tokens: TokenStream, when: Option<&str>) {
        let mut path = String::new();
        let mut arguments = TokenStream::new();
        let mut tokens = tokens.into_iter();
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Ident(word) => path.push_str(&word.to_string()),
                TokenTree::Punct(punct) if punct.as_char() == ':' => path.push(':'),
                TokenTree::Group(group) if group.delimiter() != Delimiter::None => {
                    arguments = group.stream();
                    break;
                }
                TokenTree::Group(group) => path.push_str(&text(group.stream())),
                _ => {
                    arguments = tokens.by_ref().collect();
                    break;
                }
            }
        }
        self.add(path.trim_start_matches("::").to_owned(), arguments, when);
    }

    fn add(&mut self, path: String, arguments: TokenStream, when: Option<&str>) {
        match path.as_str() {
            "doc" => {}
            "cfg" => {
                // `cfg_attr(a, cfg(b))` leaves the thing out where a is on and b is off.
                let condition = match (cfg(arguments), when) {
                    (Cfg::On, _) => return,
                    (Cfg::Off, None) => return self.off = true,
                    (Cfg::Off, Some(when)) => format!("not({when})"),
                    (Cfg::If(condition), None) => condition,
                    (Cfg::If(condition), Some(when)) => format!("any(not({when}), {condition})"),
                };
                self.when = and(self.when.as_deref(), Some(&condition));
            }
            "cfg_attr" => {
                let mut parts = split(arguments).into_iter();
                let condition = match parts.next().map_or(Cfg::Off, cfg) {
                    Cfg::Off => return,
                    Cfg::On => when.map(str::to_owned),
                    Cfg::If(condition) => and(when, Some(&condition)),
                };
                for part in parts {
                    self.push(part, condition.as_deref());
                }
            }
            _ => self.list.push(Attribute { path, arguments, when: when.map(str::to_owned) }),
        }
    }

    /// Those of one path.
    pub(super) fn named<'a>(&'a self, path: &'a str) -> impl Iterator<Item = &'a Attribute> {
        self.list.iter().filter(move |attribute| attribute.path == path)
    }
}
