//! Text from policy files, fit for a line of a message.

/// The text without what would end the line, move the cursor, hide text or turn it around.
pub(super) fn one_line(text: &str) -> String {
    let odd = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    let escaped = |c: char| if odd(c) { c.escape_default().to_string() } else { c.to_string() };
    text.chars().map(escaped).collect()
}

pub(super) use crate::diagnostics::count;
