//! Data contracts: types and schemas whose fields leave the process.
//!
//! One model serves all four formats, so that they are locked, compared and reported alike.

use serde::Serialize;

/// Where a contract comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// A Rust type with serde's traits.
    Serde,
    /// A JSON Schema file.
    JsonSchema,
    /// A message or enum of Protocol Buffers.
    Protobuf,
    /// A type of a GraphQL schema.
    Graphql,
}

impl Format {
    /// Every format, in the order of the reports.
    pub const ALL: [Format; 4] = [Format::Serde, Format::JsonSchema, Format::Protobuf, Format::Graphql];

    /// Its name in files and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Format::Serde => "serde",
            Format::JsonSchema => "json_schema",
            Format::Protobuf => "protobuf",
            Format::Graphql => "graphql",
        }
    }
}

/// One data contract: a shape on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Contract {
    /// Unique within package and format. serde: the path below the crate, such as `api::Order`, with
    /// `bin/NAME::` before it in a binary; JSON Schema: `FILE` or `FILE#/$defs/NAME`, the file relative to
    /// the package; Protocol Buffers: the full name; GraphQL: the name.
    pub name: String,
    /// Where it comes from.
    pub format: Format,
    /// Its form.
    pub kind: Kind,
    /// What holds for the whole of it.
    #[serde(flatten)]
    pub rules: Rules,
    /// Its fields in the order of the source; those of an enum are in its variants.
    pub fields: Vec<Field>,
    /// Its variants in the order of the source.
    pub variants: Vec<Variant>,
    /// The file, relative to the workspace root, with `/`.
    pub file: String,
    /// One-based line.
    pub line: usize,
}

impl Contract {
    /// What counts against the budget: fields, variants, and the fields of variants that name theirs.
    pub fn used(&self) -> usize {
        let named = |variant: &Variant| if variant.kind == Kind::Struct { variant.fields.len() } else { 0 };
        self.fields.len() + self.variants.iter().map(|variant| 1 + named(variant)).sum::<usize>()
    }
}

/// The form of a contract or of a variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Fields with names: a map on the wire.
    Struct,
    /// Fields by position: a list on the wire.
    Tuple,
    /// One field, whose wire form is its own: a newtype, or `transparent`.
    Newtype,
    /// No field.
    Unit,
    /// One of several variants.
    Enum,
    /// A GraphQL interface.
    Interface,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 6] =
        [Kind::Struct, Kind::Tuple, Kind::Newtype, Kind::Unit, Kind::Enum, Kind::Interface];

    /// Its name in files and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Struct => "struct",
            Kind::Tuple => "tuple",
            Kind::Newtype => "newtype",
            Kind::Unit => "unit",
            Kind::Enum => "enum",
            Kind::Interface => "interface",
        }
    }
}

/// What holds for the whole of a contract.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Rules {
    /// Whether the program reads it: `Deserialize`, a GraphQL input.
    pub reads: bool,
    /// Whether the program writes it: `Serialize`, a GraphQL object.
    pub writes: bool,
    /// How the variant, or the struct's own name, stands on the wire.
    pub tagging: Tagging,
    /// The struct's own name on the wire, where a tag puts it there: a reader does not look at it.
    #[serde(rename = "wire_name")]
    pub name: Option<String>,
    /// Unknown fields are refused: `deny_unknown_fields`, `additionalProperties: false`.
    pub closed: bool,
    /// Every field may be missing, because the whole has a default.
    pub default: bool,
    /// The type that is read in its place: `from`, `try_from`.
    pub reads_as: Option<String>,
    /// The type that is written in its place: `into`.
    pub writes_as: Option<String>,
    /// The type of another crate that it describes: `remote`.
    pub remote: Option<String>,
    /// Type parameters as written, such as `<T>`; empty if there are none.
    pub generics: String,
    /// The condition under which it is a contract at all, of `cfg` and `cfg_attr`, as written.
    pub when: Option<String>,
    /// Numbers and names that must not be used again: `reserved` of Protocol Buffers; sorted.
    pub reserved: Vec<String>,
    /// What else holds for the whole, as written; sorted. JSON Schema: keywords beside the fields, such as
    /// `minProperties: 1`; Protocol Buffers: `extensions` and options; GraphQL: `implements` and directives.
    pub constraints: Vec<String>,
}

/// How the variants of an enum are told apart.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(tag = "form", rename_all = "snake_case")]
pub enum Tagging {
    /// By the only key of a map, or a string. For a struct: its name does not stand on the wire.
    #[default]
    External,
    /// By a field beside the others.
    Internal {
        /// The field's name.
        tag: String,
    },
    /// By one field, with the content in another.
    Adjacent {
        /// The tag's name.
        tag: String,
        /// The content's name.
        content: String,
    },
    /// By nothing: the first that fits.
    Untagged,
}

/// A field on the wire. A field that is neither read nor written is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Field {
    /// Its name on the wire, as written by the program; its position, from `0`, in a tuple or newtype.
    pub name: String,
    /// Its name when read, where that differs.
    pub read_name: Option<String>,
    /// Other names under which it is read; sorted.
    pub aliases: Vec<String>,
    /// Its type as written in the source, with one blank where the source has any number.
    #[serde(rename = "type")]
    pub ty: String,
    /// Whether it may be missing when read.
    pub presence: Presence,
    /// Whether it is written.
    pub written: Written,
    /// Whether it is read: false for `skip_deserializing`.
    pub read: bool,
    /// Its own fields stand in the place of it.
    pub flatten: bool,
    /// What converts it when written: `with`, `serialize_with`.
    pub write_with: Option<String>,
    /// What converts it when read: `with`, `deserialize_with`.
    pub read_with: Option<String>,
    /// Its number in Protocol Buffers.
    pub number: Option<i64>,
    /// The group of which only one is there: `oneof`.
    pub oneof: Option<String>,
    /// The condition of its `cfg` or `cfg_attr`, as written.
    pub when: Option<String>,
    /// One-based line in the contract's file; 0 in what was read from a lockfile.
    pub line: usize,
}

/// Whether a field may be missing when the contract is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// It must be there.
    Required,
    /// It may be missing, or null.
    Optional,
    /// It may be missing, and has a default then.
    Defaulted,
}

impl Presence {
    /// Its name in files and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Presence::Required => "required",
            Presence::Optional => "optional",
            Presence::Defaulted => "defaulted",
        }
    }
}

/// Whether a field is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Written {
    /// Always.
    Always,
    /// Sometimes: `skip_serializing_if`.
    Sometimes,
    /// Never: `skip_serializing`.
    Never,
}

impl Written {
    /// Its name in files and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Written::Always => "always",
            Written::Sometimes => "sometimes",
            Written::Never => "never",
        }
    }
}

/// A variant on the wire. A variant that is neither read nor written is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Variant {
    /// Its name on the wire, as written.
    pub name: String,
    /// Its name when read, where that differs.
    pub read_name: Option<String>,
    /// Other names under which it is read; sorted.
    pub aliases: Vec<String>,
    /// Its form: struct, tuple, newtype or unit.
    pub kind: Kind,
    /// Its fields in the order of the source.
    pub fields: Vec<Field>,
    /// Whether it is read: false for `skip_deserializing`.
    pub read: bool,
    /// Whether it is written: false for `skip_serializing`.
    pub written: bool,
    /// It takes every name that no other variant has: `other`.
    pub other: bool,
    /// It stands without a tag in a tagged enum.
    pub untagged: bool,
    /// What converts it: `with`, `serialize_with`, `deserialize_with`, as written.
    pub with: Option<String>,
    /// Its number in Protocol Buffers.
    pub number: Option<i64>,
    /// The condition of its `cfg` or `cfg_attr`, as written.
    pub when: Option<String>,
    /// One-based line in the contract's file; 0 in what was read from a lockfile.
    pub line: usize,
}
