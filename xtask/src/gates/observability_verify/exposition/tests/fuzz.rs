//! Text that nobody wrote: real texts, mutated. The same in every run.
use std::fmt::Write as _;

use super::*;

/// A small generator (xorshift64*).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let thrown = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(thrown).unwrap() % limit.max(1)
    }
}

/// What the formats know and what they stumble over.
const WORDS: &[&str] = &[
    "\n",
    "\r",
    " ",
    "\t",
    "#",
    "# ",
    "# EOF\n",
    "# TYPE ",
    "# HELP ",
    "# UNIT ",
    "{",
    "}",
    "{}",
    "\"",
    "\\",
    "\\n",
    ",",
    "=",
    "a",
    "_",
    ":",
    "_total",
    "_created",
    "_bucket",
    "_sum",
    "_count",
    "_info",
    "_gsum",
    "_gcount",
    "le",
    "le=\"+Inf\"",
    "le=\"1\"",
    "quantile=\"0.5\"",
    "quantile",
    " # {} 1",
    "NaN",
    "+Inf",
    "-1",
    "1e999",
    "0",
    "-0",
    " 1",
    " 123",
    "counter",
    "gauge",
    "histogram",
    "summary",
    "info",
    "stateset",
    "unknown",
    "untyped",
    "\u{e9}",
    "\u{feff}",
    "a 1\n",
    "a_bucket{le=\"+Inf\"} 1\n",
    "# TYPE a histogram\n",
    "{\"a.b\"} 1\n",
    "seconds",
];

const QUOTED: &str = "# TYPE \"my.metric\" counter\n{\"my.metric\",\"l.x\"=\"v\"} 1\nb{c=\"d\"} 2 3\n";

/// Up to eight of: a byte changed, a piece taken out, doubled or moved, a word put in, the end cut off, or two
/// lines swapped.
fn mutate(seed: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut text = seed.to_vec();
    for _ in 0..dice.below(9) {
        let at = dice.below(text.len() + 1);
        let to = (at + dice.below(40)).min(text.len());
        match dice.below(8) {
            0 if at < text.len() => text[at] = u8::try_from(dice.below(256)).unwrap(),
            1 => drop(text.drain(at..to)),
            2 => {
                let piece = text[at..to].to_vec();
                let into = dice.below(text.len() + 1);
                drop(text.splice(into..into, piece));
            }
            3 if dice.below(4) == 0 => text.truncate(at),
            4 => {
                let mut lines: Vec<&[u8]> = text.split_inclusive(|byte| *byte == b'\n').collect();
                let (one, other) = (dice.below(lines.len()), dice.below(lines.len()));
                if !lines.is_empty() {
                    lines.swap(one, other);
                }
                text = lines.concat();
            }
            _ => {
                let word = WORDS[dice.below(WORDS.len())];
                drop(text.splice(at..at, word.bytes()));
            }
        }
    }
    text
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

fn number(value: f64) -> String {
    if value == f64::INFINITY { "+Inf".into() } else { value.to_string() }
}

/// The text of what was read, all names in quotes.
fn written(read: &Exposition) -> String {
    let (format, mut out) = (read.format, String::new());
    for (name, family) in &read.families {
        let quoted = escaped(name);
        let _ = writeln!(out, "# TYPE \"{quoted}\" {}", family.kind.name(format));
        if family.help {
            let _ = writeln!(out, "# HELP \"{quoted}\" x");
        }
        if !family.unit.is_empty() {
            let _ = writeln!(out, "# UNIT \"{quoted}\" {}", family.unit);
        }
        for sample in &family.samples {
            let parts = family.kind.parts(format);
            let suffix = parts.iter().find(|(_, part)| *part == sample.part).unwrap().0;
            let _ = write!(out, "{{\"{quoted}{suffix}\"");
            for (label, value) in sample.labels.iter() {
                let _ = write!(out, ",\"{}\"=\"{}\"", escaped(label), escaped(value));
            }
            if let Some(bound) = sample.bound {
                let label = if sample.part == Part::Bucket { "le" } else { "quantile" };
                let _ = write!(out, ",{label}=\"{}\"", number(bound));
            }
            let _ = write!(out, "}} {}", number(sample.value));
            if let Some(timestamp) = sample.timestamp {
                let _ = write!(out, " {timestamp}");
            }
            out.push('\n');
        }
    }
    if format == Format::OpenMetrics {
        out.push_str("# EOF\n");
    }
    out
}

/// All that was read but for where it stood.
fn content(read: &Exposition) -> String {
    let mut out = String::new();
    for (name, family) in &read.families {
        let _ = writeln!(out, "{name:?} {:?} {:?} {}", family.kind, family.unit, family.help);
        for sample in &family.samples {
            let Sample { part, labels, bound, value, timestamp, .. } = sample;
            let _ = writeln!(out, "  {part:?} {labels} {bound:?} {value:?} {timestamp:?}");
        }
    }
    out
}

/// Mutates and reads; gives back how many texts were without a complaint.
fn run(inputs: usize, seed: u64) -> usize {
    let mut dice = Dice(seed);
    let (text, openmetrics, types) = (text::EXAMPLE, openmetrics::EXAMPLE, openmetrics::TYPES);
    let seeds = [text, openmetrics, types, QUOTED, &text[..430], &types[types.len() - 500..]];
    let mut clean = 0;
    for _ in 0..inputs {
        let input = mutate(seeds[dice.below(seeds.len())].as_bytes(), &mut dice);
        let lines = input.split(|byte| *byte == b'\n').count();
        for format in [Format::Text, Format::OpenMetrics] {
            let read = parse(&input, format);
            let shown = String::from_utf8_lossy(&input);
            assert_eq!(read.malformed.len(), read.malformed_total.min(20), "{shown}");
            assert!(read.malformed.is_sorted_by_key(|one| one.line), "{shown}");
            for one in &read.malformed {
                assert!((1..=lines).contains(&one.line), "{one:?} in\n{shown}");
                assert_eq!(one.message, crate::diagnostics::one_line(&one.message), "{shown}");
            }
            let samples: usize = read.families.values().map(|family| family.samples.len()).sum();
            assert!(samples <= lines, "{shown}");
            if read.malformed_total > 0 {
                continue;
            }
            clean += 1;
            let again = written(&read);
            let second = parse(again.as_bytes(), format);
            assert_eq!(second.malformed, [], "{shown}\nwritten as\n{again}");
            assert_eq!(content(&read), content(&second), "{shown}\nwritten as\n{again}");
        }
    }
    clean
}

#[test]
fn nothing_makes_it_panic_and_what_it_takes_it_has_read() {
    let clean = run(20_000, 0x5eed);
    assert!(clean > 1_000, "only {clean} texts were without a complaint: the test says little");
}
