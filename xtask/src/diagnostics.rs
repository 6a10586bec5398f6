//! Complaints about files that people write: where, what, what was expected.

use std::fmt;

/// One thing wrong in a configuration file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// The file, as it should be shown: relative to the workspace, with `/`.
    pub file: String,
    /// One-based line; 0 where the whole file is meant.
    pub line: usize,
    /// One-based column, in characters; 0 where the whole file is meant.
    pub column: usize,
    /// The path of the key, such as `stages.GA.gates.deps_approval`; may be empty.
    pub path: String,
    /// What is wrong.
    pub message: String,
    /// What was expected, or the nearest valid word.
    pub help: Option<String>,
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if self.line > 0 {
            write!(f, ":{}:{}", self.line, self.column)?;
        }
        write!(f, ": ")?;
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        write!(f, "{}", self.message)?;
        if let Some(help) = &self.help {
            write!(f, " ({help})")?;
        }
        Ok(())
    }
}

/// The valid word nearest to `word`, if one is near enough to be a slip of the pen.
pub fn nearest<'a>(word: &str, valid: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = word.to_lowercase().replace('-', "_");
    valid
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&folded, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= (candidate.chars().count() / 3).max(1))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_is_found_and_a_stranger_is_not() {
        let words = ["promotion_guard", "deps_approval", "required", "GA"];
        assert_eq!(nearest("deps-aproval", words), Some("deps_approval"));
        assert_eq!(nearest("requried", words), Some("required"));
        assert_eq!(nearest("ga", words), Some("GA"));
        assert_eq!(nearest("bananas", words), None);
    }
}
