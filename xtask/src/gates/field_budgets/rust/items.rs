//! Items that have to do with serde: types, implementations by hand, and macros.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

use super::facts::{Child, Choice, Macro, What};
use super::names::path;
use super::options::Side;
use super::scan::{Item, Scanner, Scope, default_choice, join};
use super::tokens::{
    first_name, group, mark, mentions, owner, past_generics, type_name, without_arguments, word,
};
use super::{shape, text};
use crate::diagnostics::shown;
use crate::digest::sha256;

/// Macros whose arguments are tokens for another program.
const QUOTES: [&str; 5] = ["quote", "quote_spanned", "parse_quote", "parse_quote_spanned", "stringify"];

/// The digest of some tokens.
fn digest(tokens: TokenStream) -> String {
    let mut plain = String::new();
    text::plain(tokens, &mut plain);
    sha256(plain.as_bytes())
}

impl Scanner<'_> {
    /// A struct, enum or union.
    pub(super) fn data(&mut self, item: &Item, scope: &Scope) {
        let name = item.name();
        let Some(source) = text::for_parser(item.tokens[item.at..].iter().cloned()) else {
            let message = format!("{} nests too deep to be read", shown(&name));
            return self.problem(item.line(), message, "take its types apart with `type` aliases");
        };
        if self.attribute_macros(item, scope, &name) {
            return;
        }
        let (derives, others) = scope.imports.derives(&item.attributes, self.names);
        for other in others {
            let why = format!("{} implements serde's traits in a way of its own", shown(&other));
            self.unreadable(item, scope, &name, why);
        }
        if derives.writes.is_none() && derives.reads.is_none() {
            return;
        }
        match syn::parse2(source) {
            Ok(input) => match shape::contract(&input, &item.attributes, &derives) {
                Ok(contract) => {
                    self.found(scope, &name, item.line(), What::Contract(Box::new(contract)));
                }
                Err(why) => self.unreadable(item, scope, &name, why),
            },
            Err(error) => {
                let message = format!("{} does not parse: {error}", shown(&name));
                self.problem(error.span().start().line, message, "make it compile");
            }
        }
    }

    fn unreadable(&mut self, item: &Item, scope: &Scope, name: &str, why: String) {
        self.found(scope, name, item.line(), What::Unreadable { why, digest: item.digest() });
    }

    /// Attribute macros that implement serde's traits, or change the fields that they see. Gives whether
    /// the thing itself can't be read because of one.
    pub(super) fn attribute_macros(&mut self, item: &Item, scope: &Scope, name: &str) -> bool {
        for attribute in &item.attributes.list {
            match attribute.name() {
                "serde" if attribute.path == "serde" => continue,
                "derive" | "serde_as" => continue,
                of if of.contains("serde") || mentions(&attribute.arguments, "serde") => {
                    let why = format!("the attribute macro {} may change its shape", shown(&attribute.path));
                    self.unreadable(item, scope, name, why);
                    return true;
                }
                of if self.makes_serde(attribute.arguments.clone(), scope) => {
                    let why = format!("the attribute macro {} makes a type with serde's traits", shown(of));
                    self.unreadable(item, scope, &format!("{name} ({of})"), why);
                }
                _ => {}
            }
        }
        false
    }

    /// An `impl`: of one of serde's traits, or one whose functions may hold types.
    pub(super) fn implementation(&mut self, item: &Item, scope: &Scope, mut inner: Scope) {
        let header = &item.tokens[item.at + 1..item.tokens.len() - 1];
        let header = past_generics(header);
        let mut angles = 0_usize;
        let mut of_trait = None;
        let mut end = header.len();
        for (at, token) in header.iter().enumerate() {
            match token {
                TokenTree::Punct(punct) if punct.as_char() == '<' => angles += 1,
                TokenTree::Punct(punct)
                    if punct.as_char() == '>' && !mark(header.get(at.wrapping_sub(1)), '-') =>
                {
                    angles = angles.saturating_sub(1);
                }
                TokenTree::Ident(word) if angles == 0 && *word == "for" && of_trait.is_none() => {
                    of_trait = Some(at);
                }
                TokenTree::Ident(word) if angles == 0 && *word == "where" => {
                    end = at;
                    break;
                }
                _ => {}
            }
        }
        let self_type = &header[of_trait.map_or(0, |at| at + 1).min(end)..end];
        let name = type_name(self_type);
        if let Some(at) = of_trait {
            let of = without_arguments(&header[..at]);
            if let Some(side) = scope.imports.side(&path(of.iter().cloned().collect()), self.names) {
                let of = if side == Side::Write { "Serialize" } else { "Deserialize" };
                let whole: TokenStream = item.tokens.iter().cloned().collect();
                if text::too_deep(&whole) {
                    let message = format!("the implementation of {of} for {} nests too deep", shown(&name));
                    self.problem(item.line(), message, "take its blocks apart");
                } else {
                    self.unreadable(item, scope, &name, format!("{of} is implemented by hand"));
                }
            } else {
                self.attribute_macros(item, scope, &name);
            }
        }
        inner.within = join(&scope.within, &owner(self_type));
        self.descend(group(item.tokens.last(), Delimiter::Brace), &mut inner);
    }

    /// `macro_rules! name { … }`: of interest if what it writes has to do with serde.
    pub(super) fn macro_rules(&mut self, item: &Item, scope: &Scope) {
        let Some(TokenTree::Group(rules)) = item.tokens.last() else { return };
        let name = item.tokens.get(item.at + 2).and_then(word).unwrap_or_default();
        if text::too_deep(&rules.stream()) {
            let message = format!("the macro {} nests too deep", shown(&name));
            return self.problem(item.line(), message, "take it apart");
        }
        if self.makes_serde(rules.stream(), scope) {
            let exported = item.attributes.named("macro_export").next().is_some();
            self.facts.macros.push(Macro { name, exported, digest: digest(rules.stream()) });
        }
    }

    /// `name!(…)`
    pub(super) fn call(&mut self, name: &str, arguments: &Group, call: &[TokenTree], scope: &Scope) {
        let line = call.first().map_or(0, |token| token.span().start().line);
        let tokens = arguments.stream();
        if text::too_deep(&tokens) {
            let message = format!("the arguments of {} nest too deep", shown(&format!("{name}!")));
            return self.problem(line, message, "take them apart");
        }
        if QUOTES.contains(&name) {
            return;
        }
        let label = |first: &str| format!("{name}!({first})");
        if !scope.body && matches!(name, "include" | "include_proto") {
            let source = text::text(tokens.clone());
            let literal = syn::parse2::<syn::LitStr>(tokens).map(|literal| literal.value());
            return match (name, literal) {
                ("include", Ok(file)) => self.facts.children.push(Child {
                    module: join(&scope.module, &scope.within),
                    line,
                    when: scope.when.clone(),
                    maybe: false,
                    digest: digest(call.iter().cloned().collect()),
                    choices: vec![Choice { when: None, paths: vec![(self.folder.join(file), None)] }],
                }),
                _ => {
                    let why = "its source is made when the program is built".to_owned();
                    let what = What::Unreadable { why, digest: digest(call.iter().cloned().collect()) };
                    self.found(scope, &label(&source), line, what);
                }
            };
        }
        let first = first_name(&tokens);
        let sum = || digest(call.iter().cloned().collect());
        let lower = name.to_lowercase();
        if self.names.macros.contains(name) {
            self.found(scope, &label(&first), line, What::Call { name: name.to_owned(), digest: sum() });
        } else if self.makes_serde(tokens.clone(), scope) {
            let why = format!("it stands in the arguments of the macro {}", shown(name));
            self.found(scope, &label(&first), line, What::Unreadable { why, digest: sum() });
        } else if !scope.body
            && scope.within.is_empty()
            && (lower.contains("serde") || lower.contains("serialize"))
        {
            let why = format!("the macro {} may implement serde's traits", shown(name));
            self.found(scope, &label(&first), line, What::Unreadable { why, digest: sum() });
        }
        if !scope.body {
            self.modules_in(tokens, scope);
        }
    }

    /// `mod name;` in the arguments of a macro such as `cfg_if!`.
    fn modules_in(&mut self, tokens: TokenStream, scope: &Scope) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        for (at, token) in tokens.iter().enumerate() {
            match token {
                TokenTree::Group(group) if self.hit(std::slice::from_ref(token)) => {
                    self.modules_in(group.stream(), scope);
                }
                TokenTree::Ident(keyword) if *keyword == "mod" && mark(tokens.get(at + 2), ';') => {
                    let Some(name) = tokens.get(at + 1).and_then(word) else { continue };
                    self.facts.children.push(Child {
                        module: join(&scope.module, &name),
                        line: keyword.span().start().line,
                        when: scope.when.clone(),
                        maybe: true,
                        digest: String::new(),
                        choices: vec![default_choice(&name, scope)],
                    });
                }
                _ => {}
            }
        }
    }

    /// Whether tokens derive or implement serde's traits, call a macro that does, or load a module whose
    /// name a macro is given.
    fn makes_serde(&self, tokens: TokenStream, scope: &Scope) -> bool {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let imports = &scope.imports;
        tokens.iter().enumerate().any(|(at, token)| {
            let next = tokens.get(at + 1);
            match token {
                TokenTree::Group(inner) => self.makes_serde(inner.stream(), scope),
                TokenTree::Punct(punct) if punct.as_char() == '#' => group(next, Delimiter::Bracket)
                    .is_some_and(|inner| {
                        let mut inner = inner.stream().into_iter();
                        let is_serde = inner.next().as_ref().and_then(word).as_deref() == Some("serde");
                        is_serde && group(inner.next().as_ref(), Delimiter::Parenthesis).is_some()
                    }),
                TokenTree::Ident(name) if *name == "derive" => group(next, Delimiter::Parenthesis)
                    .is_some_and(|list| imports.derives_serde(list.stream(), self.names)),
                TokenTree::Ident(name) if *name == "mod" => mark(next, '$') && mark(tokens.get(at + 3), ';'),
                TokenTree::Ident(name) => {
                    let name = shape::plain(name);
                    let called = mark(next, '!') && self.names.macros.contains(&name);
                    let rest = past_generics(tokens.get(at + 1..).unwrap_or_default());
                    let is_trait = || rest.first().and_then(word).as_deref() == Some("for");
                    called || (self.names.side(&name).is_some() && is_trait())
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => false,
            }
        })
    }
}
