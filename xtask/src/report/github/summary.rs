//! The Markdown report as the summary of a step, within the room that GitHub gives.

/// What the summary of a step may be long, in bytes: GitHub shows nothing of one that is longer.
pub const SUMMARY_LIMIT: u64 = 1024 * 1024;

/// As much of the report as fits into `room` bytes, in whole lines. Where it is cut, what was open is
/// closed, and the end says where the rest is: in `report`. `None` if not even that fits.
pub fn summary(markdown: &str, room: usize, report: &str) -> Option<String> {
    if markdown.len() <= room {
        return Some(markdown.to_owned());
    }
    let pointer = format!(
        "\n**The report is cut here**, where the summary of a step is full. All of it is in the job's \
         artifacts, and was written to {}.\n",
        crate::report::markdown::escape::code(report)
    );
    let mut open = Open::default();
    let (mut end, mut tail) = (0, open.closed());
    let mut length = 0;
    for line in markdown.split_inclusive('\n') {
        length += line.len();
        if length + pointer.len() > room {
            break;
        }
        open.read(line);
        let closing = open.closed();
        // Closing takes room too: a line counts only if what it opens can be closed again.
        if line.ends_with('\n') && length + closing.len() + pointer.len() <= room {
            (end, tail) = (length, closing);
        }
    }
    let whole = format!("{}{tail}{pointer}", markdown.get(..end).unwrap_or_default());
    (whole.len() <= room).then_some(whole)
}

/// What has begun and not ended, line by line.
#[derive(Default)]
struct Open {
    /// The indent and the backticks of a code block.
    fence: Option<(String, usize)>,
    folds: usize,
}

impl Open {
    fn read(&mut self, line: &str) {
        let text = line.trim();
        let ticks = text.bytes().take_while(|byte| *byte == b'`').count();
        match &self.fence {
            Some((_, open)) if ticks >= *open && ticks == text.len() => self.fence = None,
            Some(_) => {}
            None if ticks >= 3 => {
                let indent = line.chars().take_while(|c| *c == ' ').collect();
                self.fence = Some((indent, ticks));
            }
            None => {
                self.folds += text.matches("<details>").count();
                self.folds = self.folds.saturating_sub(text.matches("</details>").count());
            }
        }
    }

    /// What closes all of it.
    fn closed(&self) -> String {
        let fence = self.fence.as_ref();
        let fence = fence.map(|(indent, ticks)| format!("{indent}{}\n", "`".repeat(*ticks)));
        fence.unwrap_or_default() + &"\n</details>\n".repeat(self.folds)
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::{markdown, samples};
    use super::*;

    const REPORT: &str = "dist/maturity/maturity-eval.md";

    fn still_open(text: &str) -> (bool, usize) {
        let mut open = Open::default();
        text.split_inclusive('\n').for_each(|line| open.read(line));
        (open.fence.is_some(), open.folds)
    }

    #[test]
    fn what_fits_is_left_as_it_is() {
        let text = markdown::render(&samples::blocked_ga());
        assert_eq!(summary(&text, text.len(), REPORT), Some(text.clone()));
        assert_ne!(summary(&text, text.len() - 1, REPORT), Some(text));
    }

    #[test]
    fn wherever_it_is_cut_it_fits_ends_a_line_closes_what_it_opened_and_says_where_the_rest_is() {
        for (name, verdict) in samples::all() {
            let text = markdown::render(&verdict);
            assert_eq!(still_open(&text), (false, 0), "{name}: the whole is sound");
            let (mut cut_inside, mut nothing) = (0, 0);
            for room in 0..text.len() {
                let Some(cut) = summary(&text, room, REPORT) else {
                    nothing += 1;
                    continue;
                };
                assert!(cut.len() <= room, "{name}, {room}");
                assert_eq!(still_open(&cut), (false, 0), "{name}, {room}: {cut}");
                assert!(cut.ends_with(&format!("`{REPORT}`.\n")), "{name}, {room}: {cut}");
                let (kept, _) = cut.split_once("\n**The report is cut here**").unwrap();
                let kept = kept.trim_end_matches("\n</details>\n");
                cut_inside += usize::from(kept.len() + 20 < cut.len() && cut.contains("</details>\n\n**"));
                let fence = kept.lines().last().is_some_and(|line| line.trim().starts_with("```"));
                assert!(text.starts_with(kept) || fence, "{name}, {room}: {cut}");
            }
            assert!(cut_inside > 0, "{name}: no cut inside of a fold was looked at");
            assert!((1..400).contains(&nothing), "{name}: {nothing}");
        }
    }

    #[test]
    fn a_huge_report_is_cut_to_the_limit_and_not_far_below_it() {
        let limit = usize::try_from(SUMMARY_LIMIT).unwrap();
        let text =
            format!("<details>\n\n```text\n{}```\n\n</details>\n", "ä€😀 </details>\n".repeat(600_000));
        assert!(text.len() > 10_000_000);
        let cut = summary(&text, limit, REPORT).unwrap();
        assert!((limit - 100..=limit).contains(&cut.len()), "{}", cut.len());
        assert_eq!(still_open(&cut), (false, 0));
        assert!(cut.contains("😀 </details>\n```\n\n</details>\n\n**The report is cut here**"));
        // One line alone that is too long: nothing of it, and the pointer all the same.
        let cut = summary(&"x".repeat(2 * limit), limit, REPORT).unwrap();
        assert!(cut.starts_with("\n**The report is cut here**"), "{cut}");
    }
}
