//! The rules of both formats, what is read of what they allow, and text that nobody wrote.

mod fuzz;
mod openmetrics;
mod openmetrics_samples;
mod reading;
mod text;

use super::*;

/// Every complaint, as `line: message`.
fn wrong(text: &str, format: Format) -> Vec<String> {
    let read = parse(text.as_bytes(), format);
    assert_eq!(read.malformed.len(), read.malformed_total.min(20), "{text:?}");
    read.malformed.into_iter().map(|one| format!("{}: {}", one.line, one.message)).collect()
}

/// Each text with the only complaint about it.
fn each(format: Format, cases: &[(&str, &str)]) {
    let failed: Vec<String> = cases
        .iter()
        .filter(|(text, expected)| wrong(text, format) != [*expected])
        .map(|(text, expected)| {
            format!("{text:?}\n  expected {expected:?}\n  got      {:?}", wrong(text, format))
        })
        .collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// Texts without a complaint.
fn fine(format: Format, cases: &[&str]) {
    for text in cases {
        assert_eq!(wrong(text, format), Vec::<String>::new(), "{text:?}");
    }
}
