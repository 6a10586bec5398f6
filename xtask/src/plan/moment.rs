//! At which moment it is judged: now, or what `--as-of` names.

use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, Time, UtcOffset};

use super::{Effect, Override, entry};
use crate::cli;
use crate::day::{day, rfc3339};
use crate::diagnostics::shown;
use crate::error::{Error, Result};

/// The moment at which it is judged, UTC.
///
/// # Errors
/// A usage error for what is no moment, for one that has passed without `--allow-past`, and for that
/// flag alone.
pub fn effective_time(args: &cli::Maturity, now: OffsetDateTime) -> Result<OffsetDateTime> {
    let Some(text) = &args.as_of else {
        return match args.allow_past {
            false => Ok(now),
            true => Err(Error::usage("--allow-past without a moment that it could allow")
                .help("add --as-of TIME, or leave it out")),
        };
    };
    let moment = parse(text).ok_or_else(|| {
        Error::usage(format!("--as-of {}: no such moment", shown(text))).help(
            "a moment such as 2027-03-01T12:00:00Z or 2027-03-01T12:00:00+01:00, or a day such as 2027-03-01 \
             (its 00:00 UTC)",
        )
    })?;
    if moment < now && !args.allow_past {
        let message = format!("--as-of {}: that moment has passed; now it is {}", shown(text), rfc3339(now));
        return Err(Error::usage(message)
            .help("what has expired since then would count again: add --allow-past if that is meant"));
    }
    Ok(moment)
}

/// A moment in RFC 3339, or the beginning of a day. Only years that every calculation with them stays
/// within: there is nothing to be judged in the year 9999.
fn parse(text: &str) -> Option<OffsetDateTime> {
    let moment = match day(text) {
        Some(day) => day.with_time(Time::MIDNIGHT).assume_utc(),
        None => OffsetDateTime::parse(text, &Rfc3339).ok()?.checked_to_offset(UtcOffset::UTC)?,
    };
    (1970..9999).contains(&moment.year()).then_some(moment)
}

/// What of it stands in the report: at another moment, what is blocked now may pass.
pub(super) fn overrides(args: &cli::Maturity, now: OffsetDateTime) -> Vec<Override> {
    let Some(text) = &args.as_of else { return Vec::new() };
    let moment = parse(text).map(rfc3339).unwrap_or_default();
    let message = format!("judged as of {moment}, not now ({})", rfc3339(now));
    let mut overrides = vec![entry("--as-of", text, Effect::Relaxes, &message)];
    if args.allow_past {
        let message = "a moment that has passed may be judged: what has expired since then counts again";
        overrides.push(entry("--allow-past", "true", Effect::Relaxes, message));
    }
    overrides
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-06-01 12:00 UTC);

    fn at(as_of: Option<&str>, allow_past: bool) -> std::result::Result<OffsetDateTime, String> {
        use clap::Parser;
        let mut line = vec!["xtask", "maturity"];
        line.extend(as_of.iter().flat_map(|text| ["--as-of", text]));
        line.extend(allow_past.then_some("--allow-past"));
        match cli::Cli::parse_from(line).command {
            cli::Command::Maturity(args) => effective_time(&args, NOW).map_err(|error| error.to_string()),
            _ => Err("another command".into()),
        }
    }

    #[test]
    fn a_moment_is_read_in_its_own_offset_and_a_day_from_its_beginning() {
        assert_eq!(at(None, false), Ok(NOW));
        for (text, moment) in [
            ("2028-02-29", datetime!(2028-02-29 0:00 UTC)),
            ("2026-06-01T12:00:00Z", NOW),
            ("2027-03-01T00:30:00+02:00", datetime!(2027-02-28 22:30 UTC)),
            ("9998-12-31T23:59:59Z", datetime!(9998-12-31 23:59:59 UTC)),
        ] {
            assert_eq!(at(Some(text), false), Ok(moment), "{text}");
        }
        let read = at(Some("2027-03-01T00:30:00+02:00"), false).unwrap();
        assert!(read.offset().is_utc());
        assert_eq!(crate::day::day_of(read), time::macros::date!(2027 - 02 - 28));
    }

    #[test]
    fn what_is_no_moment_is_refused_with_the_forms() {
        for text in [
            "soon",
            "",
            "2027-02-29",
            "2027-03-01 12:00",
            "2027-03-01T12:00:00",
            "9999-12-31T23:59:59-01:00",
            "9998-12-31T23:30:00-01:00",
            "9999-01-01",
            "0000-01-01",
            "1969-12-31",
        ] {
            let error = at(Some(text), true).unwrap_err();
            assert!(
                error.contains("no such moment") && error.contains("2027-03-01T12:00:00Z"),
                "{text}: {error}"
            );
        }
    }

    #[test]
    fn the_past_is_judged_only_where_it_is_allowed() {
        for text in ["2026-06-01T11:59:59Z", "2026-06-01", "2025-01-01"] {
            let error = at(Some(text), false).unwrap_err();
            assert!(error.contains("has passed") && error.contains("--allow-past"), "{error}");
            assert!(at(Some(text), true).unwrap() < NOW);
        }
        assert!(at(None, true).unwrap_err().contains("--as-of TIME"));
    }
}
