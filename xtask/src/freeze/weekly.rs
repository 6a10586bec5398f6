//! A window that opens every week, in a named time zone.
//!
//! Where the clocks change, a boundary may name a time that does not come, or one that comes twice. The
//! reading that makes the freeze longer is taken: it begins at the earlier of the two moments that the
//! time can stand for, and ends at the later one. A time that is skipped stands for what the clock
//! would show if it had not been changed, and for what it shows if it had been changed before.

use std::fmt;

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, ToSpan};
use time::OffsetDateTime;

use crate::diagnostics::{nearest, shown};

/// Days that are looked back for the beginning of a window: it lasts a week at most, and clocks have
/// been changed by a whole day.
const LOOK_BACK: i32 = 10;
/// Days that are looked ahead: a beginning that is skipped is read as the earlier moment.
const LOOK_AHEAD: i32 = 2;
/// Longer than the name of any zone: more is not looked at.
const MAX_NAME: usize = 64;

pub(super) const DAYS: [(&str, Weekday); 7] = [
    ("Mon", Weekday::Monday),
    ("Tue", Weekday::Tuesday),
    ("Wed", Weekday::Wednesday),
    ("Thu", Weekday::Thursday),
    ("Fri", Weekday::Friday),
    ("Sat", Weekday::Saturday),
    ("Sun", Weekday::Sunday),
];

/// A day of the week and a time of it, such as `Fri 16:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    pub(super) weekday: Weekday,
    pub(super) time: Time,
}

impl Moment {
    /// Reads `Fri 16:00`; of a text that is no such moment, what was expected.
    pub(super) fn parse(text: &str) -> Result<Moment, (String, String)> {
        const EXPECTED: &str =
            "expected a day and a time such as Fri 16:00, with days Mon to Sun and hours 00 to 23";
        let bad = |help: String| (format!("{} is no moment of a week", shown(text)), help);
        let (day, clock) = text.split_once(' ').ok_or_else(|| bad(EXPECTED.into()))?;
        let Some((_, weekday)) = DAYS.iter().find(|(name, _)| *name == day) else {
            let near = DAYS
                .iter()
                .map(|(name, _)| *name)
                .find(|name| day.get(..3).is_some_and(|start| start.eq_ignore_ascii_case(name)));
            return Err(bad(
                near.map_or_else(|| EXPECTED.into(), |near| format!("did you mean `{near} {clock}`?"))
            ));
        };
        let digits = |part: &str| {
            let plain = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
            part.parse::<i8>().ok().filter(|_| plain)
        };
        let time = clock
            .split_once(':')
            .and_then(|(hour, minute)| Time::new(digits(hour)?, digits(minute)?, 0, 0).ok());
        Ok(Moment { weekday: *weekday, time: time.ok_or_else(|| bad(EXPECTED.into()))? })
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let day = DAYS.iter().find(|(_, weekday)| *weekday == self.weekday).map_or("?", |(name, _)| *name);
        write!(f, "{day} {:02}:{:02}", self.time.hour(), self.time.minute())
    }
}

/// When a weekly window opens and closes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weekly {
    /// The first minute.
    pub from: Moment,
    /// The first minute after it; it may lie in the week that follows.
    pub until: Moment,
    pub(super) zone: TimeZone,
}

impl fmt::Display for Weekly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "every {} to {} ({})", self.from, self.until, self.zone_name())
    }
}

impl Weekly {
    /// The name of the time zone, such as `Europe/Berlin`.
    pub fn zone_name(&self) -> &str {
        self.zone.iana_name().unwrap_or("UTC")
    }

    /// If the window is open at a moment, when it closes, UTC.
    pub(super) fn ends_after(&self, moment: OffsetDateTime) -> Option<OffsetDateTime> {
        // Seconds are enough: boundaries are whole minutes.
        let seconds = moment.unix_timestamp();
        let bounds = Timestamp::MIN.as_second()..=Timestamp::MAX.as_second();
        let now = Timestamp::from_second(seconds.clamp(*bounds.start(), *bounds.end())).ok()?;
        let today = self.zone.to_datetime(now).date();
        let ends = (-LOOK_BACK..=LOOK_AHEAD).filter_map(|days| {
            let day = today.checked_add(days.days()).ok()?;
            let (from, until) = self.opened_on(day)?;
            (from <= now && now < until).then_some(until)
        });
        ends.max().map(|end| OffsetDateTime::from_unix_timestamp(end.as_second()).unwrap_or(moment))
    }

    /// First moment and end of the window that opens on a day, if one does. A moment that no calendar
    /// holds is far away on the side that makes the window longer.
    fn opened_on(&self, day: Date) -> Option<(Timestamp, Timestamp)> {
        if day.weekday() != self.from.weekday {
            return None;
        }
        let mut days = i32::from(self.from.weekday.until(self.until.weekday));
        if days == 0 && self.until.time <= self.from.time {
            days = 7;
        }
        let last = day.checked_add(days.days()).ok();
        let read = |day: Date, at: Moment| self.zone.to_ambiguous_timestamp(day.to_datetime(at.time));
        let from = read(day, self.from).earlier().unwrap_or(Timestamp::MIN);
        let until = last.and_then(|last| read(last, self.until).later().ok()).unwrap_or(Timestamp::MAX);
        Some((from, until))
    }
}

/// The time zone of that name in the database that this tool brings along; of a name that is none, what
/// is wrong and which is nearest.
pub(super) fn zone(name: &str) -> Result<TimeZone, (String, String)> {
    let database = TimeZoneDatabase::bundled();
    // Names are looked up in any letter case, but there is one way to write each.
    let found = database.get(name).ok().filter(|zone| zone.iana_name() == Some(name) && !zone.is_unknown());
    found.ok_or_else(|| {
        let names: Vec<String> = database.available().map(|name| name.to_string()).collect();
        let near =
            (name.len() <= MAX_NAME).then(|| nearest(name, names.iter().map(String::as_str))).flatten();
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => "expected a name of the IANA time zone database, such as Europe/Berlin or UTC".to_owned(),
        };
        (format!("unknown time zone {}", shown(name)), help)
    })
}
