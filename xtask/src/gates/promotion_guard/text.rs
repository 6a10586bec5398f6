//! Bounded pieces of text. What a program prints is unbounded; what is kept of it never is.

/// The longest name, line or message that is kept.
pub(super) const LINE_LIMIT: usize = 500;
/// The most that is kept of what one test printed.
pub(super) const OUTPUT_LIMIT: usize = 8 * 1024;

/// The start of a text, cut at a character, with `…` where something was left out.
pub(super) fn clip(text: &str, limit: usize) -> String {
    if text.len() <= limit {
        return text.to_owned();
    }
    let end = (0..=limit).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    format!("{}…", &text[..end])
}

/// The end of a text, cut at a character, with `…` where something was left out.
pub(super) fn clip_start(text: &str, limit: usize) -> String {
    if text.len() <= limit {
        return text.to_owned();
    }
    let from = text.len() - limit;
    let start = (from..=text.len()).find(|start| text.is_char_boundary(*start)).unwrap_or(text.len());
    format!("…{}", &text[start..])
}

/// The first line that begins an error, without the word, and the cause that follows it, if one does.
pub(super) fn error_line(text: &str) -> Option<String> {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let error = lines.find_map(|line| line.strip_prefix("error: "))?;
    let cause = lines.next().filter(|line| *line == "Caused by:").and_then(|_| lines.next());
    let cause = cause.map(|cause| format!(": {cause}")).unwrap_or_default();
    Some(clip(&format!("{error}{cause}"), LINE_LIMIT))
}

/// `1 test`, `2 tests`, `1,234 tests`.
pub(super) fn count(number: usize, noun: &str) -> String {
    let plural = match noun.strip_suffix('y') {
        Some(stem) if number != 1 => format!("{stem}ies"),
        _ if number != 1 => format!("{noun}s"),
        _ => noun.to_owned(),
    };
    format!("{} {plural}", thousands(number))
}

/// A number with commas.
pub(super) fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The end of what a test printed, line by line.
#[derive(Debug, Default)]
pub(super) struct Output {
    text: String,
}

impl Output {
    /// Adds a line.
    pub(super) fn line(&mut self, line: &str) {
        self.text.push_str(&clip(line, 4 * LINE_LIMIT));
        self.text.push('\n');
        if self.text.len() > 2 * OUTPUT_LIMIT {
            self.text = clip_start(&self.text, OUTPUT_LIMIT);
        }
    }

    /// What is kept, without blank lines around it.
    pub(super) fn finish(self) -> String {
        clip_start(self.text.trim(), OUTPUT_LIMIT)
    }
}

#[cfg(test)]
mod tests {
    use super::{Output, clip, clip_start, count, error_line};

    #[test]
    fn a_cut_never_splits_a_character() {
        assert_eq!(clip("äöü", 3), "ä…");
        assert_eq!(clip_start("äöü", 3), "…ü");
        assert_eq!(clip("abc", 3), "abc");
    }

    #[test]
    fn an_error_is_told_with_its_cause() {
        let text = "    Finished\nerror: creating test list failed\n\nCaused by:\n  for `a::it`, no\n";
        assert_eq!(error_line(text).as_deref(), Some("creating test list failed: for `a::it`, no"));
        assert_eq!(error_line("error: one\nerror: two").as_deref(), Some("one"));
        assert_eq!(error_line("all is well"), None);
    }

    #[test]
    fn numbers_are_read_with_ease() {
        assert_eq!(count(1, "library"), "1 library");
        assert_eq!(count(0, "library"), "0 libraries");
        assert_eq!(count(1_234_567, "test"), "1,234,567 tests");
    }

    #[test]
    fn output_keeps_its_end_and_is_bounded() {
        let mut output = Output::default();
        for number in 0..100_000 {
            output.line(&format!("line {number}"));
        }
        let text = output.finish();
        assert!(text.ends_with("line 99999"));
        assert!(text.len() < 9000, "{}", text.len());
    }
}
