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
    let head = head.map_or_else(
        || "the working tree".to_owned(),
        |head| format!("the working tree at HEAD ({})", code(short(head))),
    );
    let mut text =
        format!("## Policy since {}\n\nFrom {} ({}) to {head}", code(name), code(name), code(short(commit)));
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
            let subject = if commit.subject.is_empty() { "(no subject)" } else { &commit.subject };
            writeln!(text, "  - {id}, {author}, {}: {}", inline(day), inline(subject))
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

#[cfg(test)]
mod tests {
    use super::render;
    use crate::evidence::policy::{Base, Change, CommitFacts, Direction, TracedChange};

    fn traced(key: &str, told: &str, direction: Direction, commit: Option<(&str, &str)>) -> TracedChange {
        let change = Change {
            key: key.into(),
            file: "ci/maturity-stages.yml".into(),
            from: None,
            to: None,
            direction,
            told: told.into(),
        };
        let commit = commit.map(|(author, subject)| CommitFacts {
            id: "0123456789abcdef0123456789abcdef01234567".into(),
            author: author.into(),
            date: "2026-01-02T03:04:05+02:00".into(),
            subject: subject.into(),
        });
        let untraced = if commit.is_some() { String::new() } else { "not committed".into() };
        TracedChange { change, commit, untraced }
    }

    #[test]
    fn it_looks_like_this() {
        let base = Base::Found { name: "v1.0.0".into(), commit: "f".repeat(40), given: false };
        let hostile = ("Eve | <b> `x`\u{1b}[2J <@all>", "fix #1 | **x** <!-- \u{202e} @team\n# big");
        let changes = [
            traced(
                "stages.GA.gates.deps_approval",
                "required → report_only",
                Direction::Laxer,
                Some(hostile),
            ),
            traced(
                "ci/maturity-stages.yml",
                "changed",
                Direction::Unclear,
                Some(("Ada <ada@example.com>", "")),
            ),
            traced("deny.licenses.\"a|`b\".allow", "adds GPL-3.0|x", Direction::Laxer, None),
            traced(
                "evidence.x.timeout",
                "180 → 120 (seconds)",
                Direction::Stricter,
                Some(("nobody", "less")),
            ),
        ];
        let head = "a".repeat(40);
        let nothing = render(&base, Some(&head), &[]);
        let first = render(&Base::None, Some(&head), &[]);
        let text = render(&base, Some(&head), &changes);
        insta::with_settings!({ snapshot_path => "snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!("policy-diff.md", [text, nothing, first].join("\n---\n\n"));
        });
    }
}
