//! From the key `freeze` of the stages' file to windows: what is odd is a complaint, with its place.

use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};

use super::weekly::{self, Moment, Weekly};
use super::{MAX_REASON, Span, Window};
use crate::diagnostics::is_invisible;
use crate::diagnostics::shown;
use crate::yaml::{Complaints, Fields, Keys, Node, did_you_mean};

const WINDOW: Keys = Keys::new(&["name", "from", "until", "weekly", "stages", "reason"]);
const WEEKLY: Keys = Keys::new(&["from", "until", "timezone"]);
const EXPECTED: &str = "a list of windows, each with name, from and until (or weekly), stages and reason";
const EXPECTED_MOMENT: &str = "a moment such as 2026-12-18T00:00:00Z";
const EXPECTED_WEEKLY: &str = "a day and a time such as Fri 16:00";
/// The longest name of a window, in characters.
const MAX_NAME: usize = 80;

type Bad = (String, String);

/// Reads the windows; `stages` are the names of the stages that there are.
pub fn read(node: &Node, stages: &[&str], complaints: &mut Complaints) -> Vec<Window> {
    let mut windows: Vec<Window> = Vec::new();
    let mut names: Vec<String> = Vec::new();
    for item in node.list(EXPECTED, complaints).unwrap_or_default() {
        let Some(fields) = Fields::read(item, &WINDOW, complaints) else { continue };
        let name = fields.need("name", "what people call the window", complaints);
        let name = name.and_then(|node| {
            let name = node.checked("a text", complaints, |text| line(text, "name", MAX_NAME))?;
            if names.contains(&name) {
                let message = format!("another window is called {} already", shown(&name));
                complaints.at(node, message, "give each window a name of its own");
            }
            names.push(name.clone());
            Some(name)
        });
        let reason = fields.need("reason", "why, in one line", complaints);
        let reason = reason
            .and_then(|node| node.checked("a text", complaints, |text| line(text, "reason", MAX_REASON)));
        let frozen = fields.need("stages", "the stages that are frozen, such as [GA]", complaints);
        let frozen = frozen.and_then(|node| read_stages(node, stages, complaints));
        let span = read_span(item, &fields, complaints);
        if let (Some(name), Some(stages), Some(reason), Some(span)) = (name, frozen, reason, span) {
            windows.push(Window { name, stages, reason, span });
        }
    }
    windows
}

/// A text for one line of a message.
fn line(text: &str, what: &str, longest: usize) -> Result<String, Bad> {
    let line = text.trim();
    if line.is_empty() {
        return Err((format!("an empty {what}"), "people read it when they are blocked".into()));
    }
    if line.chars().any(is_invisible) {
        return Err((
            format!("the {what} holds control characters or line ends"),
            "write it in one line".into(),
        ));
    }
    if line.chars().count() > longest {
        return Err((format!("the {what} is too long"), format!("{longest} characters are the limit")));
    }
    Ok(line.to_owned())
}

fn read_stages(node: &Node, stages: &[&str], complaints: &mut Complaints) -> Option<Vec<String>> {
    let known = |text: &str| match stages.contains(&text) {
        true => Ok(()),
        false => Err((format!("there is no stage {}", shown(text)), did_you_mean(text, stages))),
    };
    let listed = node.list("a list of stages, such as [GA]", complaints)?;
    if listed.is_empty() {
        complaints.missing(
            node,
            "a freeze of no stage",
            "name the stages that are frozen, or delete the window",
        );
    }
    node.checked_list("a list of stages, such as [GA]", complaints, known)
}

fn read_span(window: &Node, fields: &Fields<'_>, complaints: &mut Complaints) -> Option<Span> {
    let Some(node) = fields.get("weekly") else {
        if fields.get("from").is_none() && fields.get("until").is_none() {
            complaints.missing(window, "the window says not when it is", "add from and until, or weekly");
            return None;
        }
        return read_once(fields, complaints);
    };
    for key in ["from", "until"] {
        if let Some(extra) = fields.get(key) {
            let message = format!("{key} beside weekly");
            complaints.missing(extra, message, "a window is weekly or has from and until, not both");
        }
    }
    let fields = Fields::read(node, &WEEKLY, complaints)?;
    let mut moment = |key| {
        let node = fields.need(key, EXPECTED_WEEKLY, complaints)?;
        node.checked(EXPECTED_WEEKLY, complaints, Moment::parse).map(|moment| (node, moment))
    };
    let (from, until) = (moment("from"), moment("until"));
    let zone = fields.need("timezone", "a time zone such as Europe/Berlin", complaints);
    let zone =
        zone.and_then(|node| node.checked("a time zone such as Europe/Berlin", complaints, weekly::zone));
    let ((_, from), (node, until)) = (from?, until?);
    if from == until {
        complaints.at(node, "the window ends when it begins", "let until be another moment of the week");
        return None;
    }
    Some(Span::Weekly(Weekly { from, until, zone: zone? }))
}

fn read_once(fields: &Fields<'_>, complaints: &mut Complaints) -> Option<Span> {
    let mut moment = |key| {
        let node = fields.need(key, EXPECTED_MOMENT, complaints)?;
        node.checked(EXPECTED_MOMENT, complaints, instant).map(|moment| (node, moment))
    };
    let (from, until) = (moment("from"), moment("until"));
    let ((_, from), (node, until)) = (from?, until?);
    if until <= from {
        complaints.at(
            node,
            "the window ends before it begins, or as it does",
            "let until be later than from",
        );
        return None;
    }
    Some(Span::Once { from, until })
}

/// A moment in RFC 3339, as UTC.
fn instant(text: &str) -> Result<OffsetDateTime, Bad> {
    let moment = OffsetDateTime::parse(text, &Rfc3339).ok();
    moment.and_then(|moment| moment.checked_to_offset(UtcOffset::UTC)).ok_or_else(|| {
        let help = format!("expected {EXPECTED_MOMENT}, with Z or an offset such as +01:00");
        (format!("{} is no moment that exists", shown(text)), help)
    })
}
