//! Days, as policy files write them: `YYYY-MM-DD`, and always UTC. Moments, as the reports write them.

use time::{Date, Month, OffsetDateTime, UtcOffset};

/// A day of the form `YYYY-MM-DD`, if there is such a day.
pub fn day(text: &str) -> Option<Date> {
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
pub fn day_of(moment: OffsetDateTime) -> Date {
    moment.to_offset(UtcOffset::UTC).date()
}

/// A moment in RFC 3339, UTC, whole seconds.
pub fn rfc3339(moment: OffsetDateTime) -> String {
    let moment = moment.to_offset(UtcOffset::UTC);
    let (hour, minute, second) = moment.to_hms();
    let (year, month, day) = moment.date().to_calendar_date();
    format!("{year:04}-{:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z", u8::from(month))
}

#[cfg(test)]
mod tests {
    use time::macros::{date, datetime};

    use super::{day, day_of};

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
    fn a_moment_lies_on_the_day_that_it_is_in_utc() {
        assert_eq!(day_of(datetime!(2027-03-01 00:30 +02:00)), date!(2027 - 02 - 28));
        assert_eq!(day_of(datetime!(2027-02-28 23:30 -01:00)), date!(2027 - 03 - 01));
    }
}
