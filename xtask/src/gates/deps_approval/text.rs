//! Small helpers over text. What packages say of themselves is untrusted: it is shown, never
//! obeyed, and holds no control characters when it leaves here.

pub(super) use crate::diagnostics::count;
use crate::diagnostics::is_invisible;

/// The text in one line: control characters and those that turn the writing direction become `?`.
pub(super) fn clean(text: &str) -> String {
    text.chars().map(|c| if is_invisible(c) { '?' } else { c }).collect()
}

/// The text with every run of white space, line ends included, as one blank.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The first few of a list, and how many more there are.
pub(super) fn some_of(list: &[String], most: usize) -> String {
    let shown = list.iter().take(most).map(|item| clean(item)).collect::<Vec<_>>().join(", ");
    match list.len().saturating_sub(most) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::{clean, count, some_of};

    #[test]
    fn text_is_shown_in_one_harmless_line() {
        assert_eq!(clean("a\u{1b}[31m\nb\u{202e}é"), "a?[31m?b?é");
        assert_eq!(count(1, "SBOM"), "1 SBOM");
        let list: Vec<String> = ["a", "b", "c"].map(String::from).into();
        assert_eq!(some_of(&list, 2), "a, b and 1 more");
        assert_eq!(some_of(&list, 3), "a, b, c");
    }
}
