//! A unified diff of one file, as `git diff` would show it: small, for edits in one place.

use std::fmt::Write as _;

/// Lines around what changed.
const CONTEXT: usize = 3;
/// Lines times lines that are compared to find what stayed between the first and the last change.
const MOST_COMPARED: usize = 1_000_000;

/// The difference between two texts; nothing if there is none. An empty text before is no file.
pub(crate) fn unified(file: &str, before: &str, after: &str) -> String {
    if before == after {
        return String::new();
    }
    let (old, new) = (lines(before), lines(after));
    let same = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let rest = old.len().min(new.len()) - same;
    let tail = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(|(a, b)| a == b).count();
    let (old_end, new_end) = (old.len() - tail, new.len() - tail);
    let first = same.saturating_sub(CONTEXT);
    let after_context = tail.min(CONTEXT);

    let mut out = if before.is_empty() { "--- /dev/null\n".to_owned() } else { format!("--- a/{file}\n") };
    let _ = writeln!(out, "+++ b/{file}");
    let range = |end: usize| match end + after_context - first {
        0 => "0,0".to_owned(),
        length => format!("{},{length}", first + 1),
    };
    let _ = writeln!(out, "@@ -{} +{} @@", range(old_end), range(new_end));
    old[first..same].iter().for_each(|line| put(&mut out, ' ', line));
    for (sign, line) in between(&old[same..old_end], &new[same..new_end]) {
        put(&mut out, sign, line);
    }
    old[old_end..old_end + after_context].iter().for_each(|line| put(&mut out, ' ', line));
    out
}

fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

fn put(out: &mut String, sign: char, line: &str) {
    let bare = line.strip_suffix('\n').unwrap_or(line);
    let _ = writeln!(out, "{sign}{}", bare.strip_suffix('\r').unwrap_or(bare));
    if !line.ends_with('\n') {
        out.push_str("\\ No newline at end of file\n");
    }
}

/// What went, what came and what stayed, by the longest common subsequence.
fn between<'t>(old: &[&'t str], new: &[&'t str]) -> Vec<(char, &'t str)> {
    if old.len() * new.len() > MOST_COMPARED {
        let gone = old.iter().map(|line| ('-', *line));
        return gone.chain(new.iter().map(|line| ('+', *line))).collect();
    }
    // How many lines the ends from here on have in common.
    let mut common = vec![vec![0_usize; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            common[i][j] = if old[i] == new[j] {
                common[i + 1][j + 1] + 1
            } else {
                common[i + 1][j].max(common[i][j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut found = Vec::new();
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            found.push((' ', old[i]));
            (i, j) = (i + 1, j + 1);
        } else if i < old.len() && (j == new.len() || common[i + 1][j] >= common[i][j + 1]) {
            found.push(('-', old[i]));
            i += 1;
        } else {
            found.push(('+', new[j]));
            j += 1;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::unified;

    #[test]
    fn a_change_is_shown_with_three_lines_around_it() {
        let before = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
        let after = before.replace("5\n", "five\n");
        let expected = "--- a/f\n+++ b/f\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n";
        assert_eq!(unified("f", before, &after), expected);
        assert_eq!(unified("f", before, before), "");
    }

    #[test]
    fn the_ends_of_a_file_and_lines_that_stay_in_between() {
        let expected =
            "--- a/f\n+++ b/f\n@@ -1,3 +1,4 @@\n-a\n+A\n b\n-c\n\\ No newline at end of file\n+C\n+d\n";
        assert_eq!(unified("f", "a\nb\nc", "A\nb\nC\nd\n"), expected);
        let created = "--- /dev/null\n+++ b/f\n@@ -0,0 +1,2 @@\n+a\n+b\n";
        assert_eq!(unified("f", "", "a\nb\n"), created);
        assert_eq!(unified("f", "x\r\n", "y\r\n"), "--- a/f\n+++ b/f\n@@ -1,1 +1,1 @@\n-x\n+y\n");
    }
}
