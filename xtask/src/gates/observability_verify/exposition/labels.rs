//! A set of labels in little memory.

use std::fmt;

/// Stands after each name and each value: no byte of UTF-8 text is this one.
const END: u8 = 0xff;

/// Labels, sorted by name, in one piece of memory: two sets are equal exactly if their bytes are.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Labels(Box<[u8]>);

impl Labels {
    /// From pairs that are sorted by name. One whose value is empty is left out: both formats treat it as if
    /// it were not there.
    pub(super) fn from_sorted<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)> + Clone) -> Labels {
        let pairs = pairs.filter(|(_, value)| !value.is_empty());
        let size = pairs.clone().map(|(name, value)| name.len() + value.len() + 2).sum();
        let mut bytes = Vec::with_capacity(size);
        for (name, value) in pairs {
            bytes.extend_from_slice(name.as_bytes());
            bytes.push(END);
            bytes.extend_from_slice(value.as_bytes());
            bytes.push(END);
        }
        Labels(bytes.into_boxed_slice())
    }

    /// Name and value of each, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let mut rest = &*self.0;
        let mut next = move || {
            let (text, after) = rest.split_at_checked(memchr::memchr(END, rest)?)?;
            rest = after.get(1..)?;
            std::str::from_utf8(text).ok()
        };
        std::iter::from_fn(move || Some((next()?, next()?)))
    }

    /// The value of the label with this name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(one, _)| *one == name).map(|(_, value)| value)
    }
}

/// `{method="GET",route="/orders"}`, for messages: values as Rust would escape them.
impl fmt::Display for Labels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (index, (name, value)) in self.iter().enumerate() {
            write!(f, "{}{name}={value:?}", if index == 0 { "" } else { "," })?;
        }
        f.write_str("}")
    }
}

impl fmt::Debug for Labels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}
