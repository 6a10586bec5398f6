//! The outline of a file: where its items end, told from brackets alone, so that a lexer need not look at
//! those on which nothing of interest stands.
//!
//! What is read never rests on this alone: an item that is cut apart does not lex, and then the whole file
//! is lexed.

use std::borrow::Cow;

use memchr::{memchr, memchr2};

use super::skim::{is_part, newlines};

/// The text with empty lines in the place of items that hold none of the places, which ascend. Its head,
/// with what is said of the whole file, stays. The text itself if its brackets do not match.
pub(super) fn reduced<'t>(text: &'t str, places: &[usize]) -> Cow<'t, str> {
    let Some(ends) = ends_of_items(text.as_bytes()) else { return Cow::Borrowed(text) };
    let mut kept = String::with_capacity(text.len() / 2);
    let (mut start, mut next) = (0, 0);
    for end in ends {
        let first = next;
        while places.get(next).is_some_and(|place| *place < end) {
            next += 1;
        }
        let item = text.get(start..end).unwrap_or_default();
        if start == 0 || next > first {
            kept.push_str(item);
        } else {
            kept.extend(std::iter::repeat_n('\n', newlines(item.as_bytes())));
        }
        start = end;
    }
    Cow::Owned(kept)
}

/// Where items end that have a body in braces; the end of the text is the last. None if something is not
/// closed.
fn ends_of_items(text: &[u8]) -> Option<Vec<usize>> {
    let mut ends = Vec::new();
    let (mut at, mut depth) = (0, 0_usize);
    while at < text.len() {
        match text[at] {
            b'/' if text.get(at + 1) == Some(&b'/') => at += memchr(b'\n', &text[at..])?,
            b'/' if text.get(at + 1) == Some(&b'*') => at = past_comment(text, at)?,
            b'"' => at = past_string(text, at)?,
            b'\'' => at = past_character(text, at)?,
            b'{' | b'(' | b'[' => depth += 1,
            closing @ (b'}' | b')' | b']') => {
                depth = depth.checked_sub(1)?;
                if depth == 0 && closing == b'}' && begins_item(&text[at + 1..]) {
                    ends.push(at + 1);
                }
            }
            _ => {}
        }
        at += 1;
    }
    ends.push(text.len());
    (depth == 0).then_some(ends)
}

/// Whether an item may begin here: what goes on after braces goes on with a mark.
fn begins_item(rest: &[u8]) -> bool {
    let next = rest.iter().find(|byte| !byte.is_ascii_whitespace());
    next.is_none_or(|next| is_part(*next) || matches!(next, b'#' | b'/'))
}

/// The last byte of a comment that begins here.
fn past_comment(text: &[u8], start: usize) -> Option<usize> {
    let (mut at, mut depth) = (start + 2, 1_usize);
    while depth > 0 {
        at += memchr2(b'/', b'*', text.get(at..)?)?;
        match text.get(at..at + 2)? {
            b"/*" => depth += 1,
            b"*/" => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
    }
    Some(at - 1)
}

/// The last byte of a string whose quote is here.
fn past_string(text: &[u8], start: usize) -> Option<usize> {
    let hashes = text[..start].iter().rev().take_while(|byte| **byte == b'#').count();
    let before = &text[..start - hashes];
    let prefix = before.iter().rev().take_while(|byte| is_part(**byte)).count();
    let mut at = start + 1;
    if matches!(&before[before.len() - prefix..], b"r" | b"br" | b"cr") {
        loop {
            at += memchr(b'"', text.get(at..)?)? + 1;
            let closing = text.get(at..at + hashes)?;
            if closing.iter().all(|byte| *byte == b'#') {
                return Some(at + hashes - 1);
            }
        }
    }
    loop {
        at += memchr2(b'"', b'\\', text.get(at..)?)?;
        if text[at] == b'"' {
            return Some(at);
        }
        at += 2;
    }
}

/// The last byte of a character whose quote is here, or the quote itself if it begins a lifetime.
fn past_character(text: &[u8], start: usize) -> Option<usize> {
    match text.get(start + 1)? {
        b'\\' => Some(start + 3 + memchr(b'\'', text.get(start + 3..)?)?),
        first => {
            let length = match first {
                0xf0.. => 4,
                0xe0.. => 3,
                0xc0.. => 2,
                _ => 1,
            };
            let closes = text.get(start + 1 + length) == Some(&b'\'');
            Some(if closes { start + 1 + length } else { start })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::reduced;

    /// What is left when only places of `needle` are of interest, without empty lines.
    fn left(text: &str) -> String {
        let places: Vec<usize> = text.match_indices("needle").map(|(at, _)| at).collect();
        let reduced = reduced(text, &places);
        assert_eq!(reduced.matches('\n').count(), text.matches('\n').count(), "{text}");
        reduced.lines().filter(|line| !line.trim().is_empty()).collect::<Vec<_>>().join("|")
    }

    #[test]
    fn items_without_needles_are_left_out() {
        assert_eq!(
            left("//! head\nuse a;\nfn f() {}\nfn g() {\n}\nfn needle() {}\nfn h() {}\n"),
            "//! head|use a;|fn f() {}|fn needle() {}"
        );
        assert_eq!(
            left("fn a() {}\nuse needle;\n#[x]\nfn b() {}\nfn c() {}"),
            "fn a() {}|use needle;|#[x]|fn b() {}"
        );
    }

    #[test]
    fn brackets_in_text_are_no_brackets() {
        for odd in [
            r#""}""#,
            r#""\"}""#,
            r##"r#"}" "#"##,
            "'}'",
            r"'\''",
            r"'\u{7d}'",
            "'\u{1f600}'",
            "/* } /* } */ } */",
            "// }\n",
            "b'}'",
            r#"b"}""#,
            r#"br"\""#,
            "&'a T",
            r#"x!(# "}")"#,
            "/*/}*/",
        ] {
            let text = format!("fn a() {{}}\nfn b() {{ {odd}\n}}\nfn needle() {{}}\nfn c() {{ {odd}\n}}\n");
            assert_eq!(left(&text), "fn a() {}|fn needle() {}", "{odd}");
        }
    }

    #[test]
    fn what_goes_on_after_braces_stays_whole() {
        assert_eq!(
            left("fn a() {}\nimpl needle for B<{ 1 }>\nwhere C: D<{ 2 }, u8> {\n}\nfn e() {}"),
            "fn a() {}|impl needle for B<{ 1 }>|where C: D<{ 2 }, u8> {|}"
        );
    }

    #[test]
    fn what_is_not_closed_stays_as_it_is() {
        for text in [
            "fn a() {}\nfn b() {",
            "fn a() {}\n}\nfn b() {}",
            "fn a() {}\n\"",
            "fn a() {}\n/* /* */",
            "fn a() {}\n'",
        ] {
            assert_eq!(reduced(text, &[]), text);
        }
    }
}
