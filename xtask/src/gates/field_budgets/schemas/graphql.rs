//! GraphQL's schema language, September 2025.
//!
//! Contracts are objects, interfaces, inputs, enums, unions and the `schema` itself. `extend` is merged into
//! what it extends, in whichever file that is; what nothing defines is a contract too, made of its
//! extensions alone. The arguments of a field stand before its type: `(first: Int! = 10): [Order!]!`.
//!
//! Left out are descriptions, `@deprecated`, scalars and the definitions of directives. Other directives
//! stand behind the type of their field, or in the constraints of the whole: they may decide what is
//! accepted. An operation or a fragment is a problem: then the globs match what is no schema.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use apollo_parser::cst::{self, CstNode};
use apollo_parser::{Parser, SyntaxElement, SyntaxNode};

use super::{Reading, Source, contract, field, short, variant};
use crate::evidence::contracts::{Contract, Field, Format, Kind, Presence, Tagging};
use crate::toml_file::Places;

#[cfg(test)]
mod tests;

/// How deep types and values may be nested, so that reading them needs little of the stack.
const DEEPEST: usize = 64;
/// The most errors that are told of one file.
const MAX_ERRORS: usize = 20;

/// Reads the files of one package.
pub(super) fn read<'s>(sources: impl Iterator<Item = &'s Source<'s>>, reading: &mut Reading) {
    let mut extensions = Vec::new();
    let mut defined = Vec::new();
    for source in sources {
        let tree = Parser::new(&source.text).recursion_limit(DEEPEST).parse();
        let file = File { file: source.file, places: Places::new(&source.text) };
        for error in tree.errors().take(MAX_ERRORS) {
            let what = error.message().to_owned();
            reading.problem(source.file, file.places.line(error.index()), what, "correct the schema");
        }
        if tree.errors().len() > 0 {
            continue;
        }
        for definition in tree.document().definitions() {
            if definition.is_executable_definition() {
                let remedy = "leave the file out of the globs, or move this elsewhere";
                let line = file.line(definition.syntax());
                reading.problem(source.file, line, "an operation or fragment in a schema", remedy);
            }
            let contracts = if definition.is_extension_definition() { &mut extensions } else { &mut defined };
            contracts.extend(file.contract(&definition));
        }
    }
    merge(&mut defined, extensions);
    for contract in &mut defined {
        contract.rules.constraints.sort();
    }
    reading.contracts.extend(defined);
}

/// Puts the extensions into what they extend.
fn merge(defined: &mut Vec<Contract>, extensions: Vec<Contract>) {
    let mut at = BTreeMap::new();
    for (index, contract) in defined.iter().enumerate() {
        at.entry(contract.name.clone()).or_insert(index);
    }
    for extension in extensions {
        match at.entry(extension.name.clone()) {
            Entry::Vacant(vacant) => {
                vacant.insert(defined.len());
                defined.push(extension);
            }
            Entry::Occupied(there) => {
                let Some(whole) = defined.get_mut(*there.get()) else { continue };
                // A line is one of the contract's file.
                let line = (whole.file != extension.file).then_some(whole.line);
                whole.fields.extend(extension.fields.into_iter().map(|mut field| {
                    field.line = line.unwrap_or(field.line);
                    field
                }));
                whole.variants.extend(extension.variants.into_iter().map(|mut variant| {
                    variant.line = line.unwrap_or(variant.line);
                    variant
                }));
                whole.rules.constraints.extend(extension.rules.constraints);
            }
        }
    }
}

struct File<'s> {
    file: &'s str,
    places: Places<'s>,
}

/// What definitions and extensions of types have in common.
struct Parts {
    kind: Kind,
    reads: bool,
    writes: bool,
    implements: Option<cst::ImplementsInterfaces>,
    directives: Option<cst::Directives>,
    fields: Vec<Field>,
}

impl File<'_> {
    fn line(&self, node: &SyntaxNode) -> usize {
        self.places.line(u32::from(node.text_range().start()) as usize)
    }

    /// The contract of a definition, if it is one.
    fn contract(&self, definition: &cst::Definition) -> Option<Contract> {
        use cst::Definition as D;
        let output = |kind, fields: Option<cst::FieldsDefinition>, implements, directives| {
            let fields = fields.into_iter().flat_map(|fields| fields.field_definitions());
            let fields = fields.filter_map(|field| self.field(&field)).collect();
            Parts { kind, reads: false, writes: true, implements, directives, fields }
        };
        let input = |fields: Option<cst::InputFieldsDefinition>, directives| {
            let fields = fields.into_iter().flat_map(|fields| fields.input_value_definitions());
            let fields = fields.filter_map(|field| self.input(&field)).collect();
            Parts { kind: Kind::Struct, reads: true, writes: false, implements: None, directives, fields }
        };
        let choice = |reads, directives| Parts {
            kind: Kind::Enum,
            reads,
            writes: true,
            implements: None,
            directives,
            fields: Vec::new(),
        };
        let roots = |roots: cst::CstChildren<cst::RootOperationTypeDefinition>, directives| {
            let fields = roots.filter_map(|root| {
                let (name, ty) = (plain(root.operation_type()?.syntax()), plain(root.named_type()?.syntax()));
                Some(field(name, ty, Presence::Required, self.line(root.syntax())))
            });
            Parts { fields: fields.collect(), reads: true, ..choice(true, directives) }
        };
        let parts = match definition {
            D::ObjectTypeDefinition(it) => {
                output(Kind::Struct, it.fields_definition(), it.implements_interfaces(), it.directives())
            }
            D::ObjectTypeExtension(it) => {
                output(Kind::Struct, it.fields_definition(), it.implements_interfaces(), it.directives())
            }
            D::InterfaceTypeDefinition(it) => {
                output(Kind::Interface, it.fields_definition(), it.implements_interfaces(), it.directives())
            }
            D::InterfaceTypeExtension(it) => {
                output(Kind::Interface, it.fields_definition(), it.implements_interfaces(), it.directives())
            }
            D::InputObjectTypeDefinition(it) => input(it.input_fields_definition(), it.directives()),
            D::InputObjectTypeExtension(it) => input(it.input_fields_definition(), it.directives()),
            D::EnumTypeDefinition(it) => choice(true, it.directives()),
            D::EnumTypeExtension(it) => choice(true, it.directives()),
            D::UnionTypeDefinition(it) => choice(false, it.directives()),
            D::UnionTypeExtension(it) => choice(false, it.directives()),
            D::SchemaDefinition(it) => roots(it.root_operation_type_definitions(), it.directives()),
            D::SchemaExtension(it) => roots(it.root_operation_type_definitions(), it.directives()),
            D::OperationDefinition(_)
            | D::FragmentDefinition(_)
            | D::DirectiveDefinition(_)
            | D::ScalarTypeDefinition(_)
            | D::ScalarTypeExtension(_) => return None,
        };
        let schema = matches!(definition, D::SchemaDefinition(_) | D::SchemaExtension(_));
        let name = if schema { "schema".to_owned() } else { definition.name()?.text().to_string() };
        let kind = if schema { Kind::Struct } else { parts.kind };
        let line =
            definition.name().map_or_else(|| self.line(definition.syntax()), |name| self.line(name.syntax()));
        let mut made = contract(Format::Graphql, kind, name, self.file, line);
        (made.rules.reads, made.rules.writes) = (parts.reads, parts.writes);
        made.fields = parts.fields;
        // Servers refuse unknown fields of an input.
        made.rules.closed = parts.reads && kind == Kind::Struct && !schema;
        let interfaces = parts.implements.into_iter().flat_map(|list| list.named_types());
        made.rules.constraints = interfaces.map(|ty| format!("implements {}", plain(ty.syntax()))).collect();
        for directive in directives(parts.directives) {
            made.rules.constraints.push(directive);
        }
        self.variants(definition, &mut made);
        Some(made)
    }

    fn variants(&self, definition: &cst::Definition, made: &mut Contract) {
        use cst::Definition as D;
        let (values, members) = match definition {
            D::EnumTypeDefinition(it) => (it.enum_values_definition(), None),
            D::EnumTypeExtension(it) => (it.enum_values_definition(), None),
            D::UnionTypeDefinition(it) => (None, it.union_member_types()),
            D::UnionTypeExtension(it) => (None, it.union_member_types()),
            _ => return,
        };
        for value in values.into_iter().flat_map(|values| values.enum_value_definitions()) {
            if let Some(name) = value.enum_value() {
                let with = directives(value.directives()).join(" ");
                let mut made_one = variant(plain(name.syntax()), None, self.line(name.syntax()));
                made_one.with = (!with.is_empty()).then_some(with);
                made.variants.push(made_one);
            }
        }
        for member in members.into_iter().flat_map(|members| members.named_types()) {
            let ty = plain(member.syntax());
            made.variants.push(variant(ty.clone(), Some(ty), self.line(member.syntax())));
            made.rules.tagging = Tagging::Internal { tag: "__typename".to_owned() };
        }
    }

    fn field(&self, definition: &cst::FieldDefinition) -> Option<Field> {
        let (name, ty) = (definition.name()?, definition.ty()?);
        let arguments = definition.arguments_definition();
        let arguments = arguments.into_iter().flat_map(|list| list.input_value_definitions());
        let argument = |argument: cst::InputValueDefinition| {
            Some(format!("{}: {}", argument.name()?.text(), typed(&argument)?))
        };
        let arguments: Vec<String> = arguments.filter_map(argument).collect();
        let mut text = plain(ty.syntax());
        if !arguments.is_empty() {
            text = format!("({}): {text}", arguments.join(", "));
        }
        let text = with_directives(text, definition.directives());
        let presence = if required(&ty) { Presence::Required } else { Presence::Optional };
        Some(field(name.text().to_string(), text, presence, self.line(name.syntax())))
    }

    fn input(&self, definition: &cst::InputValueDefinition) -> Option<Field> {
        let name = definition.name()?;
        let presence = match definition.default_value() {
            Some(_) => Presence::Defaulted,
            None if required(&definition.ty()?) => Presence::Required,
            None => Presence::Optional,
        };
        Some(field(name.text().to_string(), typed(definition)?, presence, self.line(name.syntax())))
    }
}

fn required(ty: &cst::Type) -> bool {
    matches!(ty, cst::Type::NonNullType(_))
}

/// `Int! = 10 @directive`.
fn typed(input: &cst::InputValueDefinition) -> Option<String> {
    let mut text = plain(input.ty()?.syntax());
    if let Some(value) = input.default_value().and_then(|default| default.value()) {
        text = format!("{text} = {}", short(plain(value.syntax())));
    }
    Some(with_directives(text, input.directives()))
}

fn with_directives(text: String, list: Option<cst::Directives>) -> String {
    [vec![text], directives(list)].concat().join(" ")
}

/// All but `@deprecated`, as written.
fn directives(directives: Option<cst::Directives>) -> Vec<String> {
    let all = directives.into_iter().flat_map(|directives| directives.directives());
    let all = all.filter(|directive| directive.name().is_none_or(|name| name.text() != "deprecated"));
    all.map(|directive| short(plain(directive.syntax()))).collect()
}

/// What stands there, without comments and with blanks only where they part something.
fn plain(node: &SyntaxNode) -> String {
    let mut text = String::new();
    let tokens = node.descendants_with_tokens().filter_map(SyntaxElement::into_token);
    for token in tokens {
        use apollo_parser::SyntaxKind as S;
        let word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '"' | '$' | '-' | ')' | ']' | '}');
        match token.kind() {
            S::WHITESPACE | S::COMMENT | S::COMMA => continue,
            S::BANG | S::R_BRACK | S::R_PAREN | S::R_CURLY | S::COLON | S::L_PAREN => {}
            _ if text.ends_with(':') => text.push(' '),
            _ if text.ends_with(word) => text.push_str(", "),
            _ => {}
        }
        text += token.text();
    }
    text
}
