//! Variables that a workflow sets to a fixed text, put in where they are used.
//!
//! So that `env: {REF: main}` and `--ref "$REF"` are seen for what they are together. What is only known
//! when the workflow runs stays as it is.

use std::collections::BTreeMap;

/// Longer values are texts of their own, such as notes.
const LONGEST: usize = 80;

/// Names and fixed values.
#[derive(Debug, Clone, Default)]
pub(super) struct Variables(BTreeMap<String, String>);

impl Variables {
    /// Those of several levels; the later levels override the earlier ones.
    pub(super) fn of(levels: &[&BTreeMap<String, String>]) -> Variables {
        levels.iter().fold(Variables::default(), |all, level| all.with(level))
    }

    /// With one more level.
    pub(super) fn with(&self, level: &BTreeMap<String, String>) -> Variables {
        let mut all = self.0.clone();
        for (name, value) in level {
            if value.contains(['$', '\'', '"', '`', '\n', '\\']) || value.len() > LONGEST {
                all.remove(name);
            } else {
                all.insert(name.clone(), value.clone());
            }
        }
        Variables(all)
    }

    /// A text with the values in place of `$NAME`, `${NAME}` and `${{ env.NAME }}`.
    pub(super) fn expand(&self, text: &str) -> String {
        let mut expanded = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('$') {
            expanded.push_str(before);
            match self.value(after) {
                Some((value, left)) => {
                    expanded.push_str(value);
                    rest = left;
                }
                None => {
                    expanded.push('$');
                    rest = after;
                }
            }
        }
        expanded + rest
    }

    /// The value that stands behind a `$`, and what follows.
    fn value<'a, 'b>(&'a self, after: &'b str) -> Option<(&'a str, &'b str)> {
        let (name, left) = if let Some(inner) = after.strip_prefix("{{") {
            let (inner, left) = until(inner, "}}")?;
            (inner.trim().strip_prefix("env.")?, left)
        } else if let Some(inner) = after.strip_prefix('{') {
            until(inner, "}")?
        } else {
            let end = after.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(after.len());
            after.split_at_checked(end)?
        };
        Some((self.0.get(name)?, left))
    }
}

/// What stands before a mark that is not far away, and what follows it.
fn until<'b>(text: &'b str, mark: &str) -> Option<(&'b str, &'b str)> {
    let near = text.char_indices().nth(LONGEST).map_or(text.len(), |(at, _)| at);
    let at = text.get(..near)?.find(mark)?;
    Some((text.get(..at)?, text.get(at + mark.len()..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixed_values_are_put_in_and_others_stay() {
        let level = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let outer = level(&[("REF", "main"), ("TAG", "v1")]);
        let inner = level(&[("TAG", "${{ github.ref_name }}"), ("CMD", "cargo publish")]);
        let variables = Variables::of(&[&outer, &inner]);
        for (text, expected) in [
            ("a $REF ${REF}x ${{ env.REF }}", "a main mainx main"),
            ("$REFS $TAG ${{ env.TAG }} $ ${ ${{", "$REFS $TAG ${{ env.TAG }} $ ${ ${{"),
            ("$CMD --locked", "cargo publish --locked"),
        ] {
            assert_eq!(variables.expand(text), expected);
        }
    }
}
