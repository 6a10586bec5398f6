//! Small helpers over text and days. What packages say of themselves is untrusted: it is shown, never
//! obeyed, and holds no control characters when it leaves here.

use time::{Date, Month, OffsetDateTime, UtcOffset};

/// The text in one line: control characters and those that turn the writing direction become `?`.
pub(super) fn clean(text: &str) -> String {
    let odd = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    text.chars().map(|c| if odd(c) { '?' } else { c }).collect()
}

/// The text with every run of white space, line ends included, as one blank.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A day of the form `YYYY-MM-DD`, if there is such a day.
pub(super) fn day(text: &str) -> Option<Date> {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let number = |part: Option<&str>| {
        let part = part?;
        part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse::<u16>().ok()).flatten()
    };
    let month = Month::try_from(u8::try_from(number(text.get(5..7))?).ok()?).ok()?;
    let day = u8::try_from(number(text.get(8..10))?).ok()?;
    Date::from_calendar_date(i32::from(number(text.get(0..4))?), month, day).ok()
}

/// The day on which a moment lies, UTC.
pub(super) fn day_of(moment: OffsetDateTime) -> Date {
    moment.to_offset(UtcOffset::UTC).date()
}

/// `1 component`, `2 components`.
pub(super) fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
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
    use super::{clean, count, day, some_of};

    #[test]
    fn days_that_do_not_exist_are_no_days() {
        for (text, valid) in [
            ("2026-02-28", true),
            ("2026-02-30", false),
            ("2028-02-29", true),
            ("2026-13-01", false),
            ("2026-1-01", false),
            ("+026-01-01", false),
            ("2026-01-01T00:00:00Z", false),
            ("２０２６-01-01", false),
            ("20é6-01-1", false),
            ("", false),
        ] {
            assert_eq!(day(text).is_some(), valid, "{text}");
        }
    }

    #[test]
    fn text_is_shown_in_one_harmless_line() {
        assert_eq!(clean("a\u{1b}[31m\nb\u{202e}é"), "a?[31m?b?é");
        assert_eq!(count(1, "SBOM"), "1 SBOM");
        let list: Vec<String> = ["a", "b", "c"].map(String::from).into();
        assert_eq!(some_of(&list, 2), "a, b and 1 more");
        assert_eq!(some_of(&list, 3), "a, b, c");
    }
}
