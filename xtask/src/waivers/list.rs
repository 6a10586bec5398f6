//! The waivers as a table for people, by the date alone: whether one covers anything is for `maturity` to say.

use std::fmt::Write as _;

use time::Date;

use super::{EXPIRING_DAYS, FILE, Waiver, Waivers};

/// All waivers, the one that ends first on top.
pub fn render(waivers: &Waivers, today: Date) -> String {
    if waivers.list.is_empty() {
        return format!("nothing is waived: {FILE} holds no waiver, or is not there\n");
    }
    let mut list: Vec<&Waiver> = waivers.list.iter().collect();
    list.sort_by_key(|waiver| waiver.expires);
    let mut rows = vec![["STATE", "DAYS LEFT", "LAST DAY", "WHAT", "OWNER", "REASON"].map(String::from)];
    rows.extend(list.iter().map(|waiver| row(waiver, today)));
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..5).map(width).collect();
    let mut text = String::new();
    for row in &rows {
        let cells = row.iter().enumerate().map(|(column, cell)| match widths.get(column) {
            Some(&width) => format!("{cell:width$}"),
            None => cell.clone(),
        });
        let _ = writeln!(text, "{}", cells.collect::<Vec<_>>().join("  "));
    }
    text
}

fn row(waiver: &Waiver, today: Date) -> [String; 6] {
    let left = waiver.days_left(today);
    let state = match left {
        ..0 => "expired",
        0..=EXPIRING_DAYS => "expiring",
        _ => "active",
    };
    let reference = waiver.reference.as_ref().map(|text| format!(" ({text})")).unwrap_or_default();
    [
        state.into(),
        left.to_string(),
        waiver.expires.to_string(),
        waiver.what(),
        waiver.owner.clone(),
        format!("{}{reference}", waiver.reason),
    ]
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::render;
    use crate::waivers::{Waivers, parse};

    #[test]
    fn each_is_listed_with_the_days_that_are_left() {
        let text = "version = 1\n\
            [[waiver]]\ncode = \"TEST_FAILED\"\nscope = { package = \"api\" }\nreason = \"the clock is wrong\"\n\
            owner = \"a@example.com\"\nexpires = \"2028-03-01\"\nreference = \"OPS-1\"\n\
            [[waiver]]\ncode = \"LINT_FAILED\"\nscope = { file = \"src/a.rs\" }\nreason = \"generated code\"\n\
            owner = \"b\"\nexpires = \"2028-02-28\"\n";
        let waivers = parse(text, date!(2028 - 02 - 01)).unwrap();
        // The year has a leap day.
        assert_eq!(
            render(&waivers, date!(2028 - 02 - 29)),
            "STATE     DAYS LEFT  LAST DAY    WHAT                           OWNER          REASON\n\
             expired   -1         2028-02-28  LINT_FAILED for file src/a.rs  b              generated code\n\
             expiring  1          2028-03-01  TEST_FAILED for package api    a@example.com  the clock is wrong (OPS-1)\n"
        );
        assert!(render(&waivers, date!(2028 - 02 - 15)).contains("active    15 "));
        assert!(render(&Waivers::default(), date!(2028 - 02 - 29)).starts_with("nothing is waived"));
    }
}
