use time::OffsetDateTime;
use time::macros::datetime;

use super::{Window, active, reason};
use crate::stages::{Policy, parse, render, validate};

/// A policy with these windows.
fn policy(windows: &str) -> Policy {
    parse(text(windows).as_bytes(), "s.yml").unwrap_or_else(|error| panic!("{windows}: {error}"))
}

fn text(windows: &str) -> String {
    format!(
        "version: 1\nstages: {{LOW: {{patterns: [l], gates: report_only}}, GA: {{patterns: [g], gates: required}}}}\nfreeze:\n{windows}\n"
    )
}

fn complaints(windows: &str) -> String {
    match parse(text(windows).as_bytes(), "s.yml") {
        Ok(_) => String::new(),
        Err(error) => error.to_string(),
    }
}

fn weekly(from: &str, until: &str, zone: &str) -> Vec<Window> {
    let line = format!(
        "  - {{name: w, weekly: {{from: {from}, until: {until}, timezone: {zone}}}, stages: [GA], reason: r}}"
    );
    policy(&line).freeze
}

/// When the one window ends, if it is open.
fn ends(windows: &[Window], moment: OffsetDateTime) -> Option<OffsetDateTime> {
    let [found] = active(windows, "GA", moment)[..] else { return None };
    Some(found.until)
}

/// The window is open from the first moment on and no longer at the second.
fn assert_span(windows: &[Window], from: OffsetDateTime, until: OffsetDateTime) {
    let second = time::Duration::SECOND;
    assert_eq!(ends(windows, from), Some(until), "at its first moment");
    assert_eq!(ends(windows, until - time::Duration::NANOSECOND), Some(until), "just before its end");
    assert_eq!(ends(windows, from - second), None, "before it");
    assert_eq!(ends(windows, from - time::Duration::NANOSECOND), None, "just before it");
    assert_eq!(ends(windows, until), None, "at its end");
}

#[test]
fn a_window_holds_its_first_moment_and_not_its_end() {
    let policy = policy(
        "  - {name: year end, from: 2026-12-18T01:00:00+01:00, until: 2027-01-04T00:00:00Z, stages: [GA], reason: holidays}",
    );
    assert_span(&policy.freeze, datetime!(2026-12-18 0:00 UTC), datetime!(2027-01-04 0:00 UTC));
    assert_eq!(active(&policy.freeze, "LOW", datetime!(2026-12-24 0:00 UTC)), []);
    // A moment is the same moment in any offset.
    assert!(ends(&policy.freeze, datetime!(2026-12-18 1:00 +1)).is_some());
    assert_eq!(policy.freeze[0].span.to_string(), "2026-12-18T00:00:00Z to 2027-01-04T00:00:00Z");
}

#[test]
fn a_weekly_window_goes_over_the_end_of_the_week() {
    let windows = weekly("Fri 16:00", "Mon 08:00", "Europe/Berlin");
    // Winter: UTC+1. Summer: UTC+2. Beyond the tables of the database, by its rule.
    assert_span(&windows, datetime!(2026-11-27 15:00 UTC), datetime!(2026-11-30 7:00 UTC));
    assert_span(&windows, datetime!(2026-07-03 14:00 UTC), datetime!(2026-07-06 6:00 UTC));
    assert_span(&windows, datetime!(2060-07-02 14:00 UTC), datetime!(2060-07-05 6:00 UTC));
    assert_eq!(windows[0].span.to_string(), "every Fri 16:00 to Mon 08:00 (Europe/Berlin)");
    let found = active(&windows, "GA", datetime!(2026-11-28 0:00 UTC));
    assert_eq!(found[0].named_until(), "w until 2026-11-30T07:00:00Z (Mon 08:00 in Europe/Berlin)");
    // Within a week, within a day, and all of the week but an hour.
    assert_span(
        &weekly("Tue 00:00", "Wed 00:00", "UTC"),
        datetime!(2026-11-24 0:00 UTC),
        datetime!(2026-11-25 0:00 UTC),
    );
    assert_span(
        &weekly("Wed 09:00", "Wed 09:01", "UTC"),
        datetime!(2026-11-25 9:00 UTC),
        datetime!(2026-11-25 9:01 UTC),
    );
    assert_span(
        &weekly("Wed 09:00", "Wed 08:00", "UTC"),
        datetime!(2026-11-18 9:00 UTC),
        datetime!(2026-11-25 8:00 UTC),
    );
}

#[test]
fn the_end_of_a_window_is_that_of_the_clock_on_the_wall_whatever_happened_in_between() {
    // Clocks in Berlin went back on 2026-10-25: that weekend has an hour more.
    let windows = weekly("Fri 16:00", "Mon 08:00", "Europe/Berlin");
    assert_span(&windows, datetime!(2026-10-23 14:00 UTC), datetime!(2026-10-26 7:00 UTC));
    // And forward on 2026-03-29: an hour less.
    assert_span(&windows, datetime!(2026-03-27 15:00 UTC), datetime!(2026-03-30 6:00 UTC));
    let windows = weekly("Fri 16:00", "Mon 08:00", "America/New_York");
    assert_span(&windows, datetime!(2026-03-06 21:00 UTC), datetime!(2026-03-09 12:00 UTC));
    assert_span(&windows, datetime!(2026-10-30 20:00 UTC), datetime!(2026-11-02 13:00 UTC));
}

#[test]
fn a_time_that_the_clock_skips_is_read_so_that_the_freeze_is_longer() {
    // Berlin, 2026-03-29: 02:00 +01:00 is 03:00 +02:00, at 01:00 UTC.
    let begins = weekly("Sun 02:30", "Sun 12:00", "Europe/Berlin");
    assert_span(&begins, datetime!(2026-03-29 0:30 UTC), datetime!(2026-03-29 10:00 UTC));
    let ends = weekly("Sat 12:00", "Sun 02:30", "Europe/Berlin");
    assert_span(&ends, datetime!(2026-03-28 11:00 UTC), datetime!(2026-03-29 1:30 UTC));
    // Both within the hour that does not come.
    let both = weekly("Sun 02:15", "Sun 02:45", "Europe/Berlin");
    assert_span(&both, datetime!(2026-03-29 0:15 UTC), datetime!(2026-03-29 1:45 UTC));
    // New York, 2026-03-08: 02:00 -05:00 is 03:00 -04:00, at 07:00 UTC.
    let begins = weekly("Sun 02:30", "Sun 12:00", "America/New_York");
    assert_span(&begins, datetime!(2026-03-08 6:30 UTC), datetime!(2026-03-08 16:00 UTC));
    let ends = weekly("Sat 12:00", "Sun 02:30", "America/New_York");
    assert_span(&ends, datetime!(2026-03-07 17:00 UTC), datetime!(2026-03-08 7:30 UTC));
}

#[test]
fn a_time_that_comes_twice_is_read_so_that_the_freeze_is_longer() {
    // Berlin, 2026-10-25: 03:00 +02:00 is 02:00 +01:00, at 01:00 UTC.
    let begins = weekly("Sun 02:30", "Sun 12:00", "Europe/Berlin");
    assert_span(&begins, datetime!(2026-10-25 0:30 UTC), datetime!(2026-10-25 11:00 UTC));
    let ends = weekly("Sat 12:00", "Sun 02:30", "Europe/Berlin");
    assert_span(&ends, datetime!(2026-10-24 10:00 UTC), datetime!(2026-10-25 1:30 UTC));
    // New York, 2026-11-01: 02:00 -04:00 is 01:00 -05:00, at 06:00 UTC.
    let begins = weekly("Sun 01:30", "Sun 12:00", "America/New_York");
    assert_span(&begins, datetime!(2026-11-01 5:30 UTC), datetime!(2026-11-01 17:00 UTC));
    let ends = weekly("Sat 12:00", "Sun 01:30", "America/New_York");
    assert_span(&ends, datetime!(2026-10-31 16:00 UTC), datetime!(2026-11-01 6:30 UTC));
}

#[test]
fn a_day_that_a_country_skipped_hides_no_freeze() {
    // Samoa left out 2011-12-30, a Friday: after 2011-12-30T10:00Z its clocks showed the Saturday.
    let windows = weekly("Fri 16:00", "Fri 18:00", "Pacific/Apia");
    assert_span(&windows, datetime!(2011-12-30 2:00 UTC), datetime!(2011-12-31 4:00 UTC));
}

#[test]
fn windows_that_overlap_are_all_told() {
    let policy = policy(
        "  - {name: a, from: 2000-01-01T00:00:00Z, until: 2999-01-01T00:00:00Z, stages: [LOW, GA], reason: r}
  - {name: b, weekly: {from: Mon 00:00, until: Sun 23:59, timezone: UTC}, stages: [GA], reason: r}",
    );
    let at = |stage, moment| {
        let found = active(&policy.freeze, stage, moment);
        found.iter().map(|active| active.window.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(at("GA", datetime!(2026-11-25 0:00 UTC)), ["a", "b"]);
    assert_eq!(at("GA", datetime!(2026-11-29 23:59 UTC)), ["a"]);
    assert_eq!(at("LOW", datetime!(2026-11-25 0:00 UTC)), ["a"]);
    assert_eq!(at("ga", datetime!(2026-11-25 0:00 UTC)), [""; 0]);
}

#[test]
fn moments_at_the_end_of_all_calendars_are_no_panic() {
    let windows = weekly("Mon 00:00", "Sun 23:59", "Pacific/Kiritimati");
    for moment in
        [OffsetDateTime::UNIX_EPOCH, datetime!(9999-12-31 23:59:59 UTC), datetime!(-9999-01-01 0:00 UTC)]
    {
        let _ = active(&windows, "GA", moment);
    }
}

#[test]
fn moments_and_zones_that_do_not_exist_are_told() {
    let once = |from: &str, until: &str| {
        complaints(&format!("  - {{name: w, from: {from}, until: {until}, stages: [GA], reason: r}}"))
    };
    let weekly = |from: &str, until: &str, zone: &str| {
        complaints(&format!(
            "  - {{name: w, weekly: {{from: {from}, until: {until}, timezone: {zone}}}, stages: [GA], reason: r}}"
        ))
    };
    for (found, expected) in [
        (
            once("2026-02-30T00:00:00Z", "2026-03-01T00:00:00Z"),
            "s.yml:4:21: freeze[0].from: `2026-02-30T00:00:00Z` is no moment that exists",
        ),
        (
            once("2026-02-01", "2026-03-01T00:00:00Z"),
            "expected a moment such as 2026-12-18T00:00:00Z, with Z or an offset",
        ),
        (once("2026-02-01T00:00:00", "2026-03-01T00:00:00Z"), "is no moment that exists"),
        (once("9999-12-31T23:59:59-12:00", "2026-03-01T00:00:00Z"), "is no moment that exists"),
        (
            once("2026-03-01T00:00:00Z", "2026-03-01T01:00:00+01:00"),
            "freeze[0].until: the window ends before it begins, or as it does",
        ),
        (
            weekly("Fri 16:00", "Mon 08:00", "Europe/Berlim"),
            "freeze[0].weekly.timezone: unknown time zone `Europe/Berlim` (did you mean `Europe/Berlin`?)",
        ),
        (weekly("Fri 16:00", "Mon 08:00", "europe/berlin"), "(did you mean `Europe/Berlin`?)"),
        (weekly("Fri 16:00", "Mon 08:00", "Middle Earth"), "expected a name of the IANA time zone database"),
        (weekly("Fri 16:00", "Mon 08:00", "Etc/Unknown"), "unknown time zone"),
        (weekly("Fri 16:00", "Mon 08:00", &"Europe/".repeat(5000)), "unknown time zone"),
        (weekly("Fri 16:00", "Fri 16:00", "UTC"), "the window ends when it begins"),
        (
            weekly("Friday 16:00", "Mon 08:00", "UTC"),
            "`Friday 16:00` is no moment of a week (did you mean `Fri 16:00`?)",
        ),
        (
            weekly("Fri 24:00", "Mon 08:00", "UTC"),
            "freeze[0].weekly.from: `Fri 24:00` is no moment of a week",
        ),
        (weekly("Fri 4:00", "Mon 08:00", "UTC"), "is no moment of a week"),
        (weekly("Fri +4:00", "Mon 08:60", "UTC"), "`Mon 08:60` is no moment of a week"),
        (
            weekly("16:00", "ééé 08:60", "UTC"),
            "`ééé 08:60` is no moment of a week (expected a day and a time such as Fri 16:00",
        ),
    ] {
        assert!(found.contains(expected), "{expected}\n--\n{found}");
    }
}

#[test]
fn every_mistake_in_a_window_is_told() {
    for (found, expected) in [
        (
            complaints("  - {name: w, stages: [GA], reason: r}"),
            "s.yml:4:5: freeze[0]: the window says not when it is (add from and until, or weekly)",
        ),
        (
            complaints("  - {name: w, from: 2026-01-01T00:00:00Z, stages: [GA], reason: r}"),
            "the key `until` is missing",
        ),
        (
            complaints(
                "  - {name: w, until: x, weekly: {from: Mon 00:00, until: Tue 00:00, timezone: UTC}, stages: [GA], reason: r}",
            ),
            "until beside weekly",
        ),
        (
            complaints(
                "  - {name: w, weekly: {from: Mon 00:00, until: Tue 00:00, time_zone: UTC}, stages: [GA], reason: r}",
            ),
            "did you mean `timezone`?",
        ),
        (complaints("  - {}"), "the key `reason` is missing"),
        (complaints("  - {name: '', stages: [], reason: \"a\\nb\"}"), "a freeze of no stage"),
        (complaints("  - {name: '', stages: [], reason: \"a\\nb\"}"), "an empty name"),
        (
            complaints("  - {name: '', stages: [], reason: \"a\\nb\"}"),
            "the reason holds control characters or line ends",
        ),
        (
            complaints(&format!("  - {{name: {}, stages: [ga], reason: r}}", "n".repeat(81))),
            "the name is too long",
        ),
        (
            complaints("  - {name: n, stages: [ga], reason: r}"),
            "there is no stage `ga` (did you mean `GA`? valid are LOW or GA)",
        ),
        (complaints("  - {name: n, stages: [GA, GA], reason: r}"), "`GA` is listed twice"),
        (complaints("  - {name: n, stages: GA, reason: r}"), "expected a list of stages"),
        (
            complaints("  - {name: n}\n  - {name: n}"),
            "s.yml:5:12: freeze[1].name: another window is called `n` already",
        ),
        (complaints("  name: n"), "expected a list of windows"),
    ] {
        assert!(found.contains(expected), "{expected}\n--\n{found}");
    }
    assert_eq!(complaints("  []"), "");
}

#[test]
fn a_reason_can_stand_in_a_report() {
    assert_eq!(reason("  fire at the customer's \n").unwrap(), "fire at the customer's");
    assert_eq!(reason("0123456789").unwrap(), "0123456789");
    assert!(reason(&"ä".repeat(500)).is_ok());
    for (given, expected) in [
        ("", "at least 10 characters, not 0"),
        ("         x         ", "at least 10 characters, not 1"),
        ("012345678", "at least 10 characters, not 9"),
        ("two lines\nof reason", "control characters"),
        ("\u{1b}[2Jclear the screen", "control characters"),
        ("right \u{202e} to left, please", "control characters"),
    ] {
        let error = reason(given).unwrap_err();
        assert_eq!(error.kind(), crate::error::Kind::Usage);
        assert!(error.to_string().contains(expected), "{given}: {error}");
    }
    assert!(reason(&"x".repeat(501)).unwrap_err().to_string().contains("at most 500 characters, not 501"));
}

#[test]
fn validation_shows_the_windows_and_which_are_open() {
    let policy = policy(
        "  - {name: year end, from: 2026-12-18T00:00:00Z, until: 2027-01-04T00:00:00Z, stages: [LOW, GA], reason: r}
  - {name: weekend, weekly: {from: Fri 16:00, until: Mon 08:00, timezone: Europe/Berlin}, stages: [GA], reason: r}",
    );
    let text = render(&validate(&policy, &[], &[], datetime!(2026-11-28 0:00 UTC)));
    let expected = "
freeze    stages   when                                          now
year end  LOW, GA  2026-12-18T00:00:00Z to 2027-01-04T00:00:00Z  no
weekend   GA       every Fri 16:00 to Mon 08:00 (Europe/Berlin)  until 2026-11-30T07:00:00Z
";
    assert!(text.contains(expected), "{text}");
}
