//! Text from outside as Markdown that means itself: no markup, no links, no mentions, no end of a
//! table cell or fold.

use std::fmt::Write as _;

use super::super::text::{block, clip, one_line};

/// Longer text is cut; the JSON report has all of it.
const MAX_INLINE: usize = 400;

/// Running text on one line. Never to be put at the start of a line, where `-` or `1.` has a meaning.
///
/// What stands between backticks stays code, so that a command can be copied. A word that a site
/// would link or expand (a mention, an address, an issue number, an emoji) becomes code as well:
/// nothing is linked there, and unlike with an invisible character between its parts, it can be copied.
pub(in crate::report) fn inline(text: &str) -> String {
    let text = clipped(text);
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(c) = rest.chars().next() {
        if let Some((quoted, after)) = rest.strip_prefix('`').and_then(|rest| rest.split_once('`'))
            && !quoted.is_empty()
            && quoted.trim().len() == quoted.len()
        {
            push_code(&mut out, quoted);
            rest = after;
        } else if c == '`' || c.is_whitespace() {
            out.push_str(if c == '`' { "\\`" } else { " " });
            rest = &rest[c.len_utf8()..];
        } else {
            let end = rest.find(|c: char| c == '`' || c.is_whitespace()).unwrap_or(rest.len());
            push_word(&mut out, &rest[..end]);
            rest = &rest[end..];
        }
    }
    out
}

fn push_word(out: &mut String, word: &str) {
    let core =
        word.trim_matches(|c: char| "()[]{}\"'".contains(c)).trim_end_matches([',', ';', ':', '.', '?', ')']);
    let Some((before, after)) = word.split_once(core).filter(|_| is_expanded_somewhere(core)) else {
        out.push_str(&escape(word));
        return;
    };
    out.push_str(&escape(before));
    push_code(out, core);
    out.push_str(&escape(after));
}

/// Two code spans that touch would be read as one.
fn push_code(out: &mut String, text: &str) {
    out.push_str(&if out.ends_with('`') { html_code(text) } else { code(text) });
}

/// Whether GitHub or GitLab would make more of this word than its letters.
fn is_expanded_somewhere(word: &str) -> bool {
    let followed = |at: usize| word[at + 1..].starts_with(|c: char| c.is_alphanumeric());
    let emoji = || word.split(':').skip(1).any(|part| !part.is_empty()) && word.matches(':').count() > 1;
    word.contains('@')
        || word.contains("://")
        || word.to_ascii_lowercase().contains("www.")
        || word.match_indices('#').any(|(at, _)| followed(at))
        || (word.starts_with(['!', '%', '~', '&', '$']) && followed(0))
        || word.starts_with("GH-")
        || emoji()
}

/// A name: a path, a package, a ref. Nothing in it is linked or expanded.
pub(in crate::report) fn code(text: &str) -> String {
    let text = clipped(text);
    let plain = |c: char| c == ' ' || c.is_alphanumeric() || (c.is_ascii_graphic() && !"`|<>&\\".contains(c));
    if text.is_empty() {
        "(empty)".to_string()
    } else if text.chars().all(plain) {
        format!("`{text}`")
    } else {
        html_code(&text)
    }
}

/// For what cannot stand between backticks.
fn html_code(text: &str) -> String {
    format!("<code>{}</code>", escape(text))
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
            // Only in a name that could not be written between backticks; see `inline` for the rest.
            '@' => out.push_str("@&#8203;"),
            '#' if after.is_ascii_digit() => out.push_str("#&#8203;"),
            // Bare addresses become links.
            ':' if after == '/' => out.push_str("&#58;"),
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
        let _ = writeln!(out, "{indent}… {earlier} earlier lines are in maturity-eval.json");
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
            ("plain text, 3 of 5: a-b (d)", "plain text, 3 of 5: a-b (d)"),
            ("a | b", "a &#124; b"),
            ("a\\|b", "a\\\\&#124;b"),
            ("a\nb", "a\\\\nb"),
            ("<b>&lt;", "&lt;b&gt;&amp;lt;"),
            ("**b** _i_ snake_case ~~s~~", "\\*\\*b\\*\\* \\_i\\_ snake_case \\~\\~s\\~\\~"),
            ("[a](b) ![c](d)", "\\[a\\](b) !\\[c\\](d)"),
            ("x$ $", "x&#36; &#36;"),
        ] {
            assert_eq!(inline(given), written);
        }
    }

    #[test]
    fn what_would_be_linked_or_expanded_becomes_code() {
        for (given, written) in [
            ("run `cargo update -p a@1.0`.", "run `cargo update -p a@1.0`."),
            ("`Vec<u8>` and `a|b`", "<code>Vec&lt;u8&gt;</code> and <code>a&#124;b</code>"),
            ("one ` alone, ``two``", "one \\` alone, \\`<code>two</code>\\`"),
            ("`a``b` `c`@d", "`a`<code>b</code> `c`<code>@&#8203;d</code>"),
            ("ask @admin, (a@b.example)", "ask `@admin`, (`a@b.example`)"),
            ("o/r#12 #1. # heading C# x", "`o/r#12` `#1`. # heading C# x"),
            ("https://x.example/?a=b www.x.example.", "`https://x.example/?a=b` `www.x.example`."),
            ("at src/lib.rs:100:5: a::bug::b", "at `src/lib.rs:100:5`: `a::bug::b`"),
            ("~1.2 !3 %4 GH-5 5% ! wow!", "`~1.2` `!3` `%4` `GH-5` 5% ! wow!"),
            ("$x$ <http://x>", "`$x$` <code>&lt;http&#58;//x&gt;</code>"),
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
