//! Text from outside as Markdown that means itself: no markup, no links, no mentions, no end of a
//! table cell or fold.

use super::super::text::{block, clip, one_line};

/// Longer text is cut; the JSON report has all of it.
const MAX_INLINE: usize = 400;

/// Running text on one line. Never to be put at the start of a line, where `-` or `1.` has a meaning.
pub(super) fn inline(text: &str) -> String {
    escape(&clipped(text))
}

/// A name: a path, a package, a ref. Nothing in it is linked or expanded.
pub(super) fn code(text: &str) -> String {
    let text = clipped(text);
    let plain = |c: char| c == ' ' || c.is_alphanumeric() || (c.is_ascii_graphic() && !"`|<>&\\".contains(c));
    if text.is_empty() {
        "(empty)".to_string()
    } else if text.chars().all(plain) {
        format!("`{text}`")
    } else {
        format!("<code>{}</code>", escape(&text))
    }
}

/// One line of bounded length. Cut twice, so that a megabyte is not looked at for the sake of a line.
fn clipped(text: &str) -> String {
    clip(&one_line(&clip(text.trim(), 4 * MAX_INLINE)), MAX_INLINE)
}

fn escape(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let at = |index: usize| chars.get(index).copied().unwrap_or(' ');
    let mut out = String::with_capacity(text.len());
    for (index, &c) in chars.iter().enumerate() {
        let before = if index == 0 { ' ' } else { at(index - 1) };
        let after = at(index + 1);
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // An entity, since readers disagree about `\|` in tables.
            '|' => out.push_str("&#124;"),
            // Mathematics on GitHub and GitLab.
            '$' => out.push_str("&#36;"),
            // Mentions and issue numbers are looked for in the finished text, where an entity is a
            // character again; only something between the two parts stops them.
            '@' => out.push_str("@&#8203;"),
            '#' | '!' | '%' | '~' if after.is_ascii_alphanumeric() => {
                if c == '~' {
                    out.push('\\');
                }
                out.push(c);
                out.push_str("&#8203;");
            }
            // Bare addresses become links.
            ':' if after == '/' && at(index + 2) == '/' => out.push_str("&#58;"),
            '.' if before.eq_ignore_ascii_case(&'w') => out.push_str("&#46;"),
            '_' if before.is_alphanumeric() && after.is_alphanumeric() => out.push('_'),
            '\\' | '`' | '*' | '_' | '[' | ']' | '~' => {
                out.push('\\');
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out
}

/// Captured output between fences, each line behind the indent of the list item that it belongs to.
/// Only the end is shown if it is long: that is where a failure says what it is.
pub(super) fn fenced(text: &str, indent: &str, max_lines: usize, max_chars: usize) -> String {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    let mut shown = Vec::new();
    let mut room = max_chars;
    for line in lines.iter().rev().take(max_lines) {
        let line = clip(&block(&clip(line, 4 * MAX_INLINE)), MAX_INLINE);
        let Some(left) = room.checked_sub(line.chars().count() + 1) else { break };
        room = left;
        shown.push(line);
    }
    shown.reverse();
    let earlier = lines.len() - shown.len();
    let longest_run = shown.iter().map(|line| longest_run_of_backticks(line)).max().unwrap_or(0);
    let fence = "`".repeat(3.max(longest_run + 1));
    let mut out = format!("{indent}{fence}text\n");
    if earlier > 0 {
        out.push_str(&format!("{indent}… {earlier} earlier lines are in maturity-eval.json\n"));
    }
    for line in &shown {
        out.push_str(format!("{indent}{line}").trim_end());
        out.push('\n');
    }
    out.push_str(indent);
    out.push_str(&fence);
    out.push('\n');
    out
}

fn longest_run_of_backticks(line: &str) -> usize {
    line.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_means_itself() {
        for (given, written) in [
            ("plain text, 3 of 5: a::b-c (d)", "plain text, 3 of 5: a::b-c (d)"),
            ("a | b", "a &#124; b"),
            ("a\\|b", "a\\\\&#124;b"),
            ("a\nb", "a\\\\nb"),
            ("<b>&lt;", "&lt;b&gt;&amp;lt;"),
            ("`x`", "\\`x\\`"),
            ("**b** _i_ snake_case ~~s~~", "\\*\\*b\\*\\* \\_i\\_ snake_case \\~\\~&#8203;s\\~\\~"),
            ("[a](b) ![c](d)", "\\[a\\](b) !\\[c\\](d)"),
            ("@admin a@b.example", "@&#8203;admin a@&#8203;b.example"),
            ("o/r#12 # heading", "o/r#&#8203;12 # heading"),
            ("https://x.example www.x.example", "https&#58;//x.example www&#46;x.example"),
            ("$x$", "&#36;x&#36;"),
        ] {
            assert_eq!(inline(given), written);
        }
    }

    #[test]
    fn names_stay_readable_where_they_can() {
        for (given, written) in [
            ("v1.0.0", "`v1.0.0`"),
            ("itoa@1.0.9", "`itoa@1.0.9`"),
            ("src/lib.rs:100:5", "`src/lib.rs:100:5`"),
            ("Vec<u8>", "<code>Vec&lt;u8&gt;</code>"),
            ("a`b", "<code>a\\`b</code>"),
            ("a|b", "<code>a&#124;b</code>"),
            ("", "(empty)"),
            ("\n", "(empty)"),
        ] {
            assert_eq!(code(given), written);
        }
    }

    #[test]
    fn a_fence_is_longer_than_any_in_its_text() {
        let text = fenced("a\n````\n```\u{1b}[0m\n", "  ", 10, 1000);
        assert_eq!(text, "  `````text\n  a\n  ````\n  ```\n  `````\n");
        assert_eq!(fenced("", "", 10, 1000), "```text\n```\n");
    }

    #[test]
    fn the_end_of_long_output_is_shown() {
        let text: String = (1..=9).map(|n| format!("line {n}\n")).collect();
        assert_eq!(
            fenced(&text, "", 2, 1000),
            "```text\n… 7 earlier lines are in maturity-eval.json\nline 8\nline 9\n```\n"
        );
        assert_eq!(
            fenced(&text, "", 9, 10),
            "```text\n… 8 earlier lines are in maturity-eval.json\nline 9\n```\n"
        );
        assert!(fenced(&"x".repeat(1_000_000), "", 9, 1000).len() < 2000);
    }
}
