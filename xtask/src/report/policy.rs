//! What became laxer since a release, for a pull request: Markdown that reads well in a terminal too.
//!
//! Pure. Names of rules, authors and subjects are anybody's text, and are escaped.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::markdown::escape::{code, inline};
use super::text::count;
use crate::evidence::policy::{Base, Direction, TracedChange};

/// The changes since a base, what became laxer first.
pub fn render(base: &Base, head: Option<&str>, changes: &[TracedChange]) -> String {
    let (name, commit) = match base {
        Base::Found { name, commit, .. } => (name, commit),
        Base::None => {
            return "## Policy\n\nThere is no earlier release to compare with: no release tag comes before HEAD.\n"
                .to_owned();
        }
        Base::Unreadable { reason, remedy } => {
            return format!(
                "## Policy\n\nWhat changed cannot be told: {}\n\n{}\n",
                inline(reason),
                inline(remedy)
            );
        }
    };
    let head =
        head.map_or_else(|| "the working tree".to_owned(), |head| format!("HEAD ({})", code(short(head))));
    let mut text =
        format!("## Policy since {}\n\nFrom {} ({}) to {head}", code(name), code(name), code(short(commit)));
    if changes.iter().any(|traced| traced.commit.is_none()) {
        text.push_str(" and the working tree");
    }
    text.push_str(".\n\n");
    let sorted = |direction| changes.iter().filter(move |traced| traced.change.direction == direction);
    // A rule may have been weakened in several steps.
    match sorted(Direction::Laxer).map(|traced| &traced.change.key).collect::<BTreeSet<_>>().len() {
        0 => writeln!(text, "Nothing became laxer since {}.", code(name)),
        number => writeln!(text, "**{} became laxer since {}.**", count(number, "rule"), code(name)),
    }
    .unwrap_or_default();
    for (direction, heading) in
        [(Direction::Laxer, "Laxer"), (Direction::Unclear, "Unclear"), (Direction::Stricter, "Stricter")]
    {
        let number = sorted(direction).count();
        if number == 0 {
            continue;
        }
        let _ = write!(text, "\n### {heading} ({number})\n\n");
        sorted(direction).for_each(|traced| entry(&mut text, traced));
    }
    text
}

/// `- RULE: FROM → TO`, and below it who did it, and when.
fn entry(text: &mut String, traced: &TracedChange) {
    let change = &traced.change;
    let place = if change.key == change.file { String::new() } else { format!(" ({})", code(&change.file)) };
    let _ = writeln!(text, "- {}: {}{place}", code(&change.key), inline(&change.told));
    let _ = match &traced.commit {
        None => writeln!(text, "  - {}", inline(&traced.untraced)),
        Some(commit) => {
            let day = commit.date.get(..10).unwrap_or(&commit.date);
            let (id, author) = (code(short(&commit.id)), author(&commit.author));
            writeln!(text, "  - {id}, {author}, {}: {}", inline(day), inline(&commit.subject))
        }
    };
}

/// `Ada (ada@example.com)`: an address between angle brackets would be a link.
fn author(author: &str) -> String {
    match author.strip_suffix('>').and_then(|rest| rest.rsplit_once(" <")) {
        Some((name, address)) => format!("{} ({})", inline(name), code(address)),
        None => inline(author),
    }
}

fn short(id: &str) -> &str {
    id.get(..12).unwrap_or(id)
}
