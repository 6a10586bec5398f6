//! The type of a field as a small tree, made from its text.
//!
//! Only what decides the wire form is told apart; all else is a name. Nothing here fails: what is too deep
//! or no type is a name as well.

use crate::evidence::contracts::{Field, Rules};

/// How deep types are looked into.
const DEPTH: usize = 24;

/// What serde makes of a type.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Type<'a> {
    /// `()`.
    Unit,
    Bool,
    Int(Int),
    /// Bits.
    Float(u8),
    Text(Text),
    /// Whatever JSON has.
    Any,
    Option(Box<Type<'a>>),
    List(Box<Type<'a>>),
    /// A list without repeats.
    Set(Box<Type<'a>>),
    /// With its length as written.
    Array(Box<Type<'a>>, String),
    Tuple(Vec<Type<'a>>),
    Map(Box<Type<'a>>, Box<Type<'a>>),
    /// Fields that are known, and what holds for them.
    Fields(&'a [Field], &'a Rules),
    /// Any other, without blanks.
    Named(String),
}

/// The numbers that an integer type has.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Int {
    pub signed: bool,
    pub bits: u8,
    pub zero: bool,
}

/// What is a string in JSON.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Text {
    /// Every string.
    Any,
    /// Every string that needs no escapes: `&str` points into the JSON itself.
    Borrowed,
    /// Those that the type of this name has.
    Of(String),
}

/// What goes on the wire as its content does. (Users have types of their own called `Cell` and the like.)
const TRANSPARENT: &[&str] = &["Box", "Rc", "Arc", "Cow", "RefCell", "Mutex", "RwLock"];
const LISTS: &[&str] = &["Vec", "VecDeque", "LinkedList", "BinaryHeap"];
const SETS: &[&str] = &["HashSet", "BTreeSet", "IndexSet"];
const MAPS: &[&str] = &["HashMap", "BTreeMap", "IndexMap"];
const STRINGS: &[&str] = &["String", "str", "PathBuf", "Path"];
const TEXTS: &[&str] =
    &["char", "IpAddr", "Ipv4Addr", "Ipv6Addr", "SocketAddr", "SocketAddrV4", "SocketAddrV6"];

/// The tree of a type as written.
pub(super) fn parse(text: &str) -> Type<'static> {
    let mut parser = Parser { rest: text, depth: 0 };
    match parser.ty() {
        Some(tree) if parser.rest.trim_start().is_empty() => tree,
        _ => Type::Named(without_blanks(text)),
    }
}

/// A type without the `Option` around it, and whether there was one.
pub(super) fn option(text: &str) -> (Type<'static>, bool) {
    match parse(text) {
        Type::Option(inner) => (*inner, true),
        other => (other, false),
    }
}

/// Whether two types are written alike, blanks aside.
pub(super) fn alike(one: &str, other: &str) -> bool {
    let solid = |text: &'_ str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    one == other || solid(one) == solid(other)
}

/// The text without blanks, but for those between two words.
pub(super) fn without_blanks(text: &str) -> String {
    let word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let mut solid = String::with_capacity(text.len());
    for part in text.split_whitespace() {
        if word(solid.chars().next_back()) && word(part.chars().next()) {
            solid.push(' ');
        }
        solid.push_str(part);
    }
    solid
}

struct Parser<'t> {
    rest: &'t str,
    depth: usize,
}

impl<'t> Parser<'t> {
    /// Takes `token` if it is next.
    fn eat(&mut self, token: &str) -> bool {
        match self.rest.trim_start().strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn word(&mut self) -> Option<&'t str> {
        let text = self.rest.trim_start();
        let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
        let (word, rest) = text.split_at(end);
        self.rest = rest;
        (!word.is_empty()).then_some(word)
    }

    fn ty(&mut self) -> Option<Type<'static>> {
        self.depth += 1;
        let tree = if self.depth > DEPTH { None } else { self.any() };
        self.depth -= 1;
        tree
    }

    fn any(&mut self) -> Option<Type<'static>> {
        if self.eat("&") {
            if self.eat("'") {
                self.word()?;
            }
            return Some(match self.ty()? {
                Type::Text(Text::Any) => Type::Text(Text::Borrowed),
                other => other,
            });
        }
        if self.eat("(") {
            let (items, comma) = self.list(")")?;
            return Some(match <[Type<'_>; 1]>::try_from(items) {
                Ok([one]) if !comma => one,
                Ok([one]) => Type::Tuple(vec![one]),
                Err(items) if items.is_empty() => Type::Unit,
                Err(items) => Type::Tuple(items),
            });
        }
        if self.eat("[") {
            let item = Box::new(self.ty()?);
            if self.eat("]") {
                return Some(Type::List(item));
            }
            if !self.eat(";") {
                return None;
            }
            let (length, rest) = self.rest.split_once(']')?;
            self.rest = rest;
            return Some(Type::Array(item, without_blanks(length)));
        }
        self.path()
    }

    /// Types up to `end`, and whether a comma stands before it.
    fn list(&mut self, end: &str) -> Option<(Vec<Type<'static>>, bool)> {
        let mut items = Vec::new();
        let mut comma = false;
        while !self.eat(end) {
            if !items.is_empty() && !comma {
                return None;
            }
            // A lifetime is no part of the wire form.
            if self.eat("'") {
                self.word()?;
            } else {
                items.push(self.ty()?);
            }
            comma = self.eat(",");
        }
        Some((items, comma))
    }

    fn path(&mut self) -> Option<Type<'static>> {
        let start = self.rest;
        let _ = self.eat("::");
        let mut arguments = None;
        let mut first = None;
        let last = loop {
            let word = self.word()?;
            let qualified = self.eat("::");
            if self.eat("<") {
                arguments = Some(self.list(">")?.0);
                if !self.eat("::") {
                    break word;
                }
            } else if !qualified {
                break word;
            }
            first = first.or(Some(word));
        };
        let written = start.get(..start.len() - self.rest.len()).unwrap_or(start);
        Some(known(first, last, arguments.unwrap_or_default(), written))
    }
}

/// What a path stands for.
fn known(first: Option<&str>, last: &str, arguments: Vec<Type<'static>>, written: &str) -> Type<'static> {
    let mut arguments = arguments.into_iter();
    let (one, two) = (arguments.next(), arguments.next());
    let is = |names: &[&str]| names.contains(&last);
    match (one, two) {
        (None, _) if last == "bool" => Type::Bool,
        (None, _) if is(STRINGS) => Type::Text(Text::Any),
        (None, _) if is(TEXTS) => Type::Text(Text::Of(last.to_owned())),
        (None, _) if last == "Value" && first == Some("serde_json") => Type::Any,
        (None, _) => number(last).unwrap_or_else(|| Type::Named(without_blanks(written))),
        (Some(one), None) if last == "Option" => Type::Option(Box::new(one)),
        (Some(one), None) if is(TRANSPARENT) => one,
        (Some(_), None) if last == "PhantomData" => Type::Unit,
        (Some(Type::Int(int)), None) if last == "NonZero" => Type::Int(Int { zero: false, ..int }),
        (Some(one), None) if is(LISTS) => Type::List(Box::new(one)),
        // A third argument is how it is hashed.
        (Some(one), _) if is(SETS) => Type::Set(Box::new(one)),
        (Some(one), Some(two)) if is(MAPS) => Type::Map(Box::new(one), Box::new(two)),
        _ => Type::Named(without_blanks(written)),
    }
}

fn number(name: &str) -> Option<Type<'static>> {
    let lower = name.strip_prefix("NonZero").map(str::to_lowercase);
    let plain = lower.as_deref().unwrap_or(name);
    let bits = |text: &str| match text {
        // Of the machines that are served today.
        "size" => Some(64),
        "8" | "16" | "32" | "64" | "128" => text.parse().ok(),
        _ => None,
    };
    match plain.split_at_checked(1)? {
        ("f", "32" | "64") if lower.is_none() => bits(plain.get(1..)?).map(Type::Float),
        (sign @ ("u" | "i"), rest) => {
            Some(Type::Int(Int { signed: sign == "i", bits: bits(rest)?, zero: lower.is_none() }))
        }
        _ => None,
    }
}
