//! `rename_all`: the eight cases, exactly as serde_derive applies them.

/// One of the cases; the names are serde's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    Lower,
    Upper,
    Pascal,
    Camel,
    Snake,
    ScreamingSnake,
    Kebab,
    ScreamingKebab,
}

const CASES: [(&str, Case); 8] = [
    ("lowercase", Case::Lower),
    ("UPPERCASE", Case::Upper),
    ("PascalCase", Case::Pascal),
    ("camelCase", Case::Camel),
    ("snake_case", Case::Snake),
    ("SCREAMING_SNAKE_CASE", Case::ScreamingSnake),
    ("kebab-case", Case::Kebab),
    ("SCREAMING-KEBAB-CASE", Case::ScreamingKebab),
];

impl Case {
    /// The case of that name, or why there is none.
    pub(super) fn read(name: &str) -> Result<Self, String> {
        let found = CASES.iter().find(|(known, _)| *known == name);
        found.map(|(_, case)| *case).ok_or_else(|| {
            let known = CASES.map(|(known, _)| known).join("`, `");
            format!(
                "there is no case {} for `rename_all`; there are `{known}`",
                crate::diagnostics::shown(name)
            )
        })
    }

    /// The name of a variant in this case; none where serde_derive has none either.
    pub(super) fn variant(self, name: &str) -> Option<String> {
        Some(match self {
            Case::Pascal => name.to_owned(),
            Case::Lower => name.to_ascii_lowercase(),
            Case::Upper => name.to_ascii_uppercase(),
            Case::Camel => first_lower(name)?,
            Case::Snake => {
                let mut snake = String::new();
                for (at, letter) in name.char_indices() {
                    if at > 0 && letter.is_uppercase() {
                        snake.push('_');
                    }
                    snake.push(letter.to_ascii_lowercase());
                }
                snake
            }
            Case::ScreamingSnake => Case::Snake.variant(name)?.to_ascii_uppercase(),
            Case::Kebab => Case::Snake.variant(name)?.replace('_', "-"),
            Case::ScreamingKebab => Case::ScreamingSnake.variant(name)?.replace('_', "-"),
        })
    }

    /// The name of a field in this case; none where serde_derive has none either.
    pub(super) fn field(self, name: &str) -> Option<String> {
        Some(match self {
            Case::Lower | Case::Snake => name.to_owned(),
            Case::Upper | Case::ScreamingSnake => name.to_ascii_uppercase(),
            Case::Pascal => {
                let mut pascal = String::new();
                let mut capital = true;
                for letter in name.chars() {
                    match letter {
                        '_' => {}
                        _ if capital => pascal.push(letter.to_ascii_uppercase()),
                        _ => pascal.push(letter),
                    }
                    capital = letter == '_';
                }
                pascal
            }
            Case::Camel => first_lower(&Case::Pascal.field(name)?)?,
            Case::Kebab => name.replace('_', "-"),
            Case::ScreamingKebab => name.to_ascii_uppercase().replace('_', "-"),
        })
    }
}

/// The name with its first byte in lower case, where that byte is a letter of its own: serde_derive
/// ends with an error otherwise.
fn first_lower(name: &str) -> Option<String> {
    Some(name.get(..1)?.to_ascii_lowercase() + name.get(1..)?)
}
