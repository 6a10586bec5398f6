"""Makes a workspace of Rust sources: about 1,500 files of 400 lines for each unit of size.

The code is made up and of the usual mixture: functions with bodies, comments, strings, implementations,
tests, and in every third file types with serde's traits. It is not meant to compile, but to be read. The
same seed gives the same files.
"""

import random
import sys
from pathlib import Path

MEMBERS = 10
FOLDERS = 10
FILES = 15
LINES = 400

NOUNS = "order invoice basket customer parcel price stock ledger route voucher account payment tariff shelf".split()
VERBS = "collect merge split reserve release settle check count rate route store load revise cancel".split()
TYPES = "u64 String bool Option<String> Vec<u32> Option<Money> HashMap<String,Vec<Item>> DateTime<Utc> f64 Box<Node>".split()
PROSE = "The caller has looked that the list is sorted, and that no entry is there twice; see `check` for why.".split()
RENAMES = ["camelCase", "snake_case", "kebab-case", "SCREAMING_SNAKE_CASE"]


def name(rng, number):
    return f"{rng.choice(NOUNS)}_{rng.choice(NOUNS)}_{number}"


def comment(rng, indent, mark="//"):
    start = rng.randrange(8)
    return f"{indent}{mark} {' '.join(PROSE[start:start + rng.randrange(4, 12)])}"


def function(rng, number, indent):
    """About twenty lines."""
    of, step = rng.choice(NOUNS), rng.choice(VERBS)
    lines = [
        comment(rng, indent, "///"),
        f"{indent}pub fn {step}_{of}_{number}(&self, {of}: &[Item], limit: usize) -> Result<Vec<Item>, Error> {{",
        f"{indent}    let mut found = Vec::with_capacity({of}.len().min(limit));",
        f"{indent}    for (index, item) in {of}.iter().enumerate().filter(|(_, item)| item.open) {{",
        f"{indent}        match item.state {{",
        f"{indent}            State::New | State::Open if index < limit => found.push(item.clone()),",
        f'{indent}            State::Closed {{ by, .. }} => return Err(Error::new(format!("{step} of {{index}} by {{by}}"))),',
        f'{indent}            _ => log::debug!(target: "{of}", "passed over: {{:?}} \\"{number}\\"", item),',
        f"{indent}        }}",
        comment(rng, indent + "        "),
        f"{indent}        if self.{of}s.get(&item.id).is_some_and(|known| known.total >= item.total * {number}) {{",
        f"{indent}            self.counter.fetch_add(1_{number:03}, Ordering::Relaxed);",
        f"{indent}            continue;",
        f"{indent}        }}",
        f"{indent}    }}",
        f"{indent}    found.sort_by(|one, other| one.total.cmp(&other.total).then_with(|| one.id.cmp(&other.id)));",
        f"{indent}    found.dedup_by_key(|item| item.id);",
        f"{indent}    Ok(found)",
        f"{indent}}}",
        "",
    ]
    return lines


def contract(rng, number):
    """About fifteen lines: a struct, or an enum."""
    lines = [comment(rng, "", "///"), "#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]"]
    if rng.random() < 0.7:
        lines.append(f'#[serde(rename_all = "{rng.choice(RENAMES)}")]')
    if rng.random() < 0.75:
        lines.append(f"pub struct Record{number} {{")
        for field in range(rng.randrange(5, 14)):
            if rng.random() < 0.3:
                lines.append(comment(rng, "    ", "///"))
            if rng.random() < 0.2:
                lines.append('    #[serde(default, skip_serializing_if = "Option::is_none")]')
            lines.append(f"    pub {name(rng, field)}: {rng.choice(TYPES)},")
    else:
        lines.append(f"pub enum Event{number} {{")
        for variant in range(rng.randrange(3, 9)):
            form = rng.choice(["", "(u64)", "(String, bool)", f" {{ {name(rng, 0)}: u8, {name(rng, 1)}: Vec<Item> }}"])
            lines.append(f"    {rng.choice(NOUNS).title()}{variant}{form},")
    return lines + ["}", ""]


def source(rng, children):
    contracts = rng.random() < 0.34
    lines = ["//! " + " ".join(PROSE), "", "use std::collections::HashMap;", "use crate::prelude::*;"]
    if contracts:
        lines.append("use serde::{Deserialize, Serialize};")
    lines += [""] + [f"pub mod {child};" for child in children] + [""]
    if contracts:
        for number in range(rng.randrange(1, 8)):
            lines += contract(rng, number)
    number = 0
    while len(lines) < LINES - 60:
        number += 1
        lines += [comment(rng, "", "///"), f"#[derive(Debug, Default)]\npub struct Store{number} {{"]
        lines += [f"    {name(rng, field)}: {rng.choice(TYPES)}," for field in range(4)] + ["}", ""]
        lines.append(f"impl Store{number} {{")
        for inner in range(3):
            lines += function(rng, number * 10 + inner, "    ")
        lines += ["}", ""]
    lines += ["#[cfg(test)]", "mod tests {", "    use super::*;", ""]
    while len(lines) < LINES - 4:
        number += 1
        lines += [
            "    #[test]",
            f"    fn case_{number}() {{",
            f'        let json = r#"{{"id": {number}, "open": true, "note": "a \\"quoted\\" text"}}"#;',
            "        assert_eq!(json.len(), serde_json::from_str::<Value>(json).unwrap().to_string().len(), \"{json}\");",
            "    }",
            "",
        ]
    return "\n".join([*lines, "}", ""])


def generate(folder, size=1, seed=1):
    """Makes the workspace; returns how many files and lines it has."""
    rng, folder = random.Random(seed), Path(folder)
    files = lines = 0
    members = [f"member-{number}" for number in range(MEMBERS * size)]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "Cargo.toml").write_text('[workspace]\nresolver = "3"\nmembers = ["member-*"]\n')
    for member in members:
        home = folder / member
        modules = {"lib.rs": [f"area{number}" for number in range(FOLDERS)]}
        for area in modules["lib.rs"]:
            # The area's own file is one of its files.
            modules[f"{area}.rs"] = [f"part{number}" for number in range(FILES - 1)]
            modules |= {f"{area}/{part}.rs": [] for part in modules[f"{area}.rs"]}
        for path, children in modules.items():
            text = source(rng, children)
            file = home / "src" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
            files, lines = files + 1, lines + text.count("\n")
        (home / "Cargo.toml").write_text(f'[package]\nname = "{member}"\nversion = "0.1.0"\nedition = "2024"\n')
    return files, lines


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: sources.py FOLDER SIZE")
    print("%d files, %d lines" % generate(sys.argv[1], int(sys.argv[2])))
