//! Finds the items of a file that have to do with serde, in the tokens of a lexer.
//!
//! Nothing is parsed that has no needle in its lines: most of a file is passed over at a glance.

use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::attributes::{Attributes, and};
use super::facts::{Child, Choice, Facts, Found, What};
use super::names::{Imports, Names};
use super::shape::plain;
use super::text;
use super::tokens::{end_of_import, end_of_item, group, is_operator_word, mark, past_modifiers, word};
use crate::digest::sha256;

/// How deep blocks may nest.
const DEEPEST: usize = 150;

/// Where tokens stand.
#[derive(Clone, Default)]
pub(super) struct Scope {
    /// The inline modules, with `::` between.
    pub module: String,
    /// The functions and types within the module, with `::` between.
    pub within: String,
    /// The condition of all that.
    pub when: Option<String>,
    /// In a function, where a file is included as an expression and macros make values.
    pub body: bool,
    /// The folder of the file, with the inline modules.
    pub folder: PathBuf,
    /// The name below which modules lie there, until the first inline module.
    pub below: Option<String>,
    pub imports: Imports,
    pub depth: usize,
}

impl Scope {
    /// What is below something with these attributes.
    fn inner(&self, attributes: &Attributes) -> Self {
        let mut inner = self.clone();
        inner.depth += 1;
        inner.when = and(self.when.as_deref(), attributes.when.as_deref());
        inner
    }
}

/// `a::b`, or either of them.
pub(super) fn join(one: &str, other: &str) -> String {
    match (one, other) {
        ("", other) => other.to_owned(),
        (one, "") => one.to_owned(),
        (one, other) => format!("{one}::{other}"),
    }
}

/// A pass over one file.
pub(super) struct Scanner<'a> {
    pub names: &'a Names,
    /// The folder of the file.
    pub folder: PathBuf,
    /// Lines with needles, ascending.
    pub hits: &'a [usize],
    pub facts: Facts,
}

/// An item: its tokens, attributes first, and what was read of them.
pub(super) struct Item<'t> {
    pub tokens: &'t [TokenTree],
    pub attributes: Attributes,
    /// Where its keyword stands, in `tokens`.
    pub at: usize,
}

impl Item<'_> {
    /// The digest over all of it.
    pub(super) fn digest(&self) -> String {
        let mut plain = String::new();
        text::plain(self.tokens.iter().cloned().collect(), &mut plain);
        sha256(plain.as_bytes())
    }

    /// The name after its keyword.
    pub(super) fn name(&self) -> String {
        self.tokens.get(self.at + 1).and_then(word).unwrap_or_default()
    }

    /// The line of its name.
    pub(super) fn line(&self) -> usize {
        self.tokens.get(self.at + 1).map_or(0, |token| token.span().start().line)
    }

    /// Its body, where the last token is one in braces.
    fn body(&self) -> Option<&proc_macro2::Group> {
        group(self.tokens.last(), Delimiter::Brace)
    }
}

impl Scanner<'_> {
    /// Whether a needle stands on one of these lines.
    pub(super) fn hit(&self, tokens: &[TokenTree]) -> bool {
        let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else { return false };
        let (first, last) = (first.span().start().line, last.span().end().line);
        let at = self.hits.partition_point(|line| *line < first);
        self.hits.get(at).is_some_and(|line| *line <= last)
    }

    pub(super) fn problem(&mut self, line: usize, message: impl Into<String>, remedy: &str) {
        self.facts.problems.push((line, message.into(), remedy.to_owned()));
    }

    pub(super) fn found(&mut self, scope: &Scope, name: &str, line: usize, what: What) {
        self.facts.found.push(Found {
            module: scope.module.clone(),
            name: join(&scope.within, name),
            when: scope.when.clone(),
            line,
            what,
        });
    }

    /// Everything in a file, module or block. False if a `#![cfg(test)]` stands at its head.
    pub(super) fn tokens(&mut self, tokens: TokenStream, scope: &mut Scope) -> bool {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        if scope.depth > DEEPEST {
            let line = tokens.first().map_or(0, |token| token.span().start().line);
            self.problem(
                line,
                "blocks nest too deep",
                "take the block apart, or move it to a file of its own",
            );
            return true;
        }
        let mut at = 0;
        let mut inner = Attributes::default();
        while mark(tokens.get(at), '#') && mark(tokens.get(at + 1), '!') {
            self.attribute(tokens.get(at + 2), &mut inner);
            at += 3;
        }
        if inner.off {
            return false;
        }
        scope.when = and(scope.when.as_deref(), inner.when.as_deref());
        self.imports(&tokens, scope);
        while at < tokens.len() {
            at = self.item(&tokens, at, scope);
        }
        true
    }

    fn attribute(&mut self, token: Option<&TokenTree>, attributes: &mut Attributes) {
        let Some(group) = group(token, Delimiter::Bracket) else { return };
        if text::too_deep(&group.stream()) {
            let line = group.span().start().line;
            self.problem(line, "an attribute nests too deep", "write it in a flatter way");
        } else {
            attributes.push(group.stream(), None);
        }
    }

    /// What is imported may stand below what it is used for.
    fn imports(&mut self, tokens: &[TokenTree], scope: &mut Scope) {
        for (at, token) in tokens.iter().enumerate() {
            let TokenTree::Ident(keyword) = token else { continue };
            let extern_crate =
                *keyword == "crate" && at > 0 && word(&tokens[at - 1]).as_deref() == Some("extern");
            if (extern_crate || *keyword == "use")
                && let Some(end) = end_of_import(tokens, at)
            {
                let import = &tokens[at + 1..end];
                if self.hit(import) {
                    self.facts.aliases.extend(scope.imports.add(import, self.names));
                }
            }
        }
    }

    /// One item or statement, from `start`; gives where the next begins.
    fn item(&mut self, tokens: &[TokenTree], start: usize, scope: &Scope) -> usize {
        let mut at = start;
        while mark(tokens.get(at), '#') && group(tokens.get(at + 1), Delimiter::Bracket).is_some() {
            at += 2;
        }
        let head = at;
        at = past_modifiers(tokens, at);
        let keyword = tokens.get(at).and_then(word).unwrap_or_default();
        let named = tokens.get(at + 1).is_some_and(|token| word(token).is_some());
        let end = match keyword.as_str() {
            "struct" | "enum" | "union" | "mod" | "trait" | "fn" if named => end_of_item(tokens, at + 2),
            "impl" => end_of_item(tokens, at + 1),
            "use" => end_of_import(tokens, at).map(|end| end + 1),
            "macro_rules" if mark(tokens.get(at + 1), '!') => Some((at + 4).min(tokens.len())),
            _ => None,
        };
        let Some(end) = end else { return self.statement(tokens, start, head, scope) };
        let whole = &tokens[start..end];
        if !self.hit(whole) {
            return end;
        }
        let attributes = self.attributes(&tokens[start..head]);
        if attributes.off {
            return end;
        }
        let item = Item { tokens: whole, attributes, at: at - start };
        let mut inner = scope.inner(&item.attributes);
        match keyword.as_str() {
            "struct" | "enum" | "union" => self.data(&item, scope),
            "impl" => self.implementation(&item, scope, inner),
            "mod" => self.module(&item, scope, inner),
            "macro_rules" => self.macro_rules(&item, scope),
            "trait" | "fn" => {
                if keyword == "trait" {
                    self.attribute_macros(&item, scope, &item.name());
                }
                inner.within = join(&scope.within, &item.name());
                inner.body |= keyword == "fn";
                self.descend(item.body(), &mut inner);
            }
            _ => {}
        }
        end
    }

    fn attributes(&mut self, tokens: &[TokenTree]) -> Attributes {
        let mut attributes = Attributes::default();
        for token in tokens.iter().skip(1).step_by(2) {
            self.attribute(Some(token), &mut attributes);
        }
        attributes
    }

    /// Tokens that are no item this pass looks for, up to the end of a statement; for what they hold.
    fn statement(&mut self, tokens: &[TokenTree], start: usize, head: usize, scope: &Scope) -> usize {
        let attributes = self.attributes(&tokens[start..head]);
        let mut at = head;
        while let Some(token) = tokens.get(at) {
            at += 1;
            match token {
                TokenTree::Punct(punct) if punct.as_char() == ';' => return at,
                TokenTree::Punct(punct) if punct.as_char() == '#' && at > head + 1 => return at - 1,
                TokenTree::Ident(name) if mark(tokens.get(at), '!') => {
                    if let Some(TokenTree::Group(arguments)) = tokens.get(at + 1)
                        && !is_operator_word(name)
                    {
                        let call = &tokens[at - 1..at + 2];
                        if !attributes.off && self.hit(call) {
                            self.call(&plain(name), arguments, call, &scope.inner(&attributes));
                        }
                        at += 2;
                        if arguments.delimiter() == Delimiter::Brace {
                            return at;
                        }
                    }
                }
                TokenTree::Group(group) => {
                    if !attributes.off && self.hit(std::slice::from_ref(token)) {
                        self.tokens(group.stream(), &mut scope.inner(&attributes));
                    }
                    if group.delimiter() == Delimiter::Brace {
                        return at;
                    }
                }
                _ => {}
            }
        }
        at
    }

    pub(super) fn descend(&mut self, body: Option<&proc_macro2::Group>, scope: &mut Scope) {
        if let Some(body) = body {
            self.tokens(body.stream(), scope);
        }
    }

    /// `mod name { … }` and `mod name;`.
    fn module(&mut self, item: &Item, scope: &Scope, mut inner: Scope) {
        let name = item.name();
        inner.module = join(&join(&scope.module, &scope.within), &name);
        inner.within = String::new();
        inner.body = false;
        inner.imports = Imports::default();
        let paths: Vec<(Option<String>, PathBuf)> = item
            .attributes
            .named("path")
            .filter_map(|attribute| {
                let path = syn::parse2::<syn::LitStr>(attribute.arguments.clone()).ok()?.value();
                Some((attribute.when.clone(), scope.folder.join(path)))
            })
            .collect();
        if let Some(body) = item.body() {
            // For an inline module the path is the folder of its modules.
            inner.folder = match paths.into_iter().next() {
                Some((_, folder)) => folder,
                None => scope
                    .below
                    .iter()
                    .fold(scope.folder.clone(), |folder, below| folder.join(below))
                    .join(&name),
            };
            inner.below = None;
            self.descend(Some(body), &mut inner);
        } else if !scope.body || !paths.is_empty() {
            let conditional = paths.iter().all(|(when, _)| when.is_some());
            let mut choices: Vec<Choice> =
                paths.into_iter().map(|(when, path)| Choice { when, paths: vec![(path, None)] }).collect();
            if conditional {
                choices.push(default_choice(&name, scope));
            }
            self.facts.children.push(Child {
                module: inner.module,
                line: item.line(),
                when: inner.when,
                maybe: false,
                digest: item.digest(),
                choices,
            });
        }
    }
}

/// Where rustc looks for the file of `mod name;`.
pub(super) fn default_choice(name: &str, scope: &Scope) -> Choice {
    let folder = scope.below.iter().fold(scope.folder.clone(), |folder, below| folder.join(below));
    let paths = vec![
        (folder.join(format!("{name}.rs")), Some(name.to_owned())),
        (folder.join(name).join(Path::new("mod.rs")), None),
    ];
    Choice { when: None, paths }
}
