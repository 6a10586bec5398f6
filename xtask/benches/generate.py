"""Makes a workspace of about 1,000 locked packages, without a registry.

The packages are tiny crates in a vendored folder that stands in for crates.io, so Cargo.lock says that
they come from there. A cargo home with an index cache and an advisory database of the real ones' size
belong to it. The same seed gives the same files. Nothing outside the given folder is touched.
"""

import hashlib
import json
import random
import struct
import subprocess
import sys
from pathlib import Path

MEMBERS = 8
CRATES = 1000
ADVISORIES = 1225
INDEX_VERSIONS = 40
LICENCES = ["MIT OR Apache-2.0"] * 6 + ["MIT"] * 2 + ["Apache-2.0", "BSD-3-Clause"]
PROSE = "Input from outside can make the parser read past the end of its buffer. " * 18


class Crate:
    """One version of a made-up crate and what it depends on: (kind, crate, cfg)."""

    def __init__(self, name, version, licence):
        self.name, self.version, self.licence = name, version, licence
        self.needs = []
        self.checksum = hashlib.sha256(f"{name} {version}".encode()).hexdigest()


def graph(rng):
    """Later crates are the leaves. About one name in twenty is there in two versions, as in real
    lockfiles; each crate is needed by at least one before it or by a member."""
    crates = []
    for number in range(CRATES):
        twin = number % 20 == 19
        name = f"bench-crate-{number - 1 if twin else number:04}"
        version = f"2.{number % 7}.0" if twin else f"1.{number % 9}.{number % 4}"
        crates.append(Crate(name, version, rng.choice(LICENCES)))
    for number, crate in enumerate(crates):
        later = crates[number + 1 :]
        wanted = min(len(later), rng.choice([0, 1, 1, 2, 2, 3, 4, 6]))
        near = later[:120]
        for other in rng.sample(near, min(wanted, len(near))):
            kind = rng.choices(["normal", "build", "target"], [85, 8, 7])[0]
            add(crate, kind, other)
    needed = {id(other) for crate in crates for _, other in crate.needs}
    for number, crate in enumerate(crates):
        if number >= MEMBERS * 4 and id(crate) not in needed:
            # From the far side of the graph: its depth is that of a real one.
            add(crates[rng.randrange(max(0, number - 120), number)], "normal", crate, force=True)
    return crates


def add(crate, kind, other, force=False):
    names = {needed.name for _, needed in crate.needs}
    if other.name not in names and other.name != crate.name:
        crate.needs.append((kind, other))
    elif force:
        crate.needs = [(k, n) for k, n in crate.needs if n.name != other.name] + [(kind, other)]


def dependencies(needs):
    tables = {"normal": [], "build": [], "target": []}
    for kind, other in needs:
        tables[kind].append(f'{other.name} = "{other.version}"\n')
    heads = {
        "normal": "[dependencies]\n",
        "build": "[build-dependencies]\n",
        "target": "[target.'cfg(windows)'.dependencies]\n",
    }
    return "".join("\n" + heads[kind] + "".join(lines) for kind, lines in tables.items() if lines)


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def vendor(folder, crates):
    for crate in crates:
        home = folder / f"{crate.name}-{crate.version}"
        manifest = (
            f'[package]\nname = "{crate.name}"\nversion = "{crate.version}"\nedition = "2021"\n'
            f'license = "{crate.licence}"\ndescription = "A made-up crate"\n'
            f'repository = "https://example.com/{crate.name}"\n\n'
            '[features]\ndefault = ["std"]\nstd = []\nextra = []\n'
        )
        write(home / "Cargo.toml", manifest + dependencies(crate.needs))
        write(home / "src" / "lib.rs", "")
        write(home / ".cargo-checksum.json", json.dumps({"files": {}, "package": crate.checksum}))


def workspace(folder, crates, binaries):
    write(folder / "Cargo.toml", '[workspace]\nresolver = "3"\nmembers = ["members/*"]\n')
    write(folder / ".gitignore", "/target/\n/dist/\n")
    for number in range(MEMBERS):
        # Four of the first crates each: the rest is theirs.
        needs = [("normal", crate) for crate in crates[number * 4 : number * 4 + 4]]
        unique = {crate.name: (kind, crate) for kind, crate in needs}
        home = folder / "members" / f"bench-member-{number}"
        manifest = (
            f'[package]\nname = "bench-member-{number}"\nversion = "0.1.0"\nedition = "2024"\n'
            'license = "MIT OR Apache-2.0"\npublish = false\n'
        )
        write(home / "Cargo.toml", manifest + dependencies(unique.values()))
        root = ("main.rs", "fn main() {}\n") if number < binaries else ("lib.rs", "")
        write(home / "src" / root[0], root[1])


def config(folder, vendored):
    text = '[source.crates-io]\nreplace-with = "vendored"\n\n[source.vendored]\ndirectory = '
    write(folder / ".cargo" / "config.toml", text + json.dumps(str(vendored)) + "\n")


def index(cargo_home, crates):
    """cargo's cache of the index, in its format 3; most crates have far more versions than are used."""
    cache = cargo_home / "registry" / "index" / "bench-0000000000000000" / ".cache"
    by_name = {}
    for crate in crates:
        by_name.setdefault(crate.name, []).append(crate)
    for name, versions in by_name.items():
        lines = []
        others = [(f"0.{minor}.0", "0" * 64) for minor in range(INDEX_VERSIONS)]
        for version, checksum in others + [(crate.version, crate.checksum) for crate in versions]:
            deps = [
                {"name": f"other-{n}", "req": "^1", "features": [], "optional": False,
                 "default_features": True, "target": None, "kind": "normal"}
                for n in range(6)
            ]
            line = {"name": name, "vers": version, "deps": deps, "cksum": checksum,
                    "features": {"default": ["std"]}, "yanked": False}
            lines.append(f"{version}\0{json.dumps(line)}\0".encode())
        path = cache / name[:2] / name[2:4] / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"\x03" + struct.pack("<I", 2) + b"etag: \"bench\"\0" + b"".join(lines))


def advisories(folder, crates, newest):
    """As many as the real database has, with prose of the usual length. Some are about locked crates,
    all but three of those about versions that are not locked."""
    for number in range(ADVISORIES):
        about_locked = number < 60
        name = crates[number * 7].name if about_locked else f"bench-unlocked-{number // 2}"
        patched = "" if number in (3, 17, 42) else '">= 1.0.0"'
        text = (
            f'```toml\n[advisory]\nid = "RUSTSEC-2026-{number:04}"\npackage = "{name}"\ndate = "{newest}"\n'
            f'url = "https://example.com/issues/{number}"\nreferences = ["https://example.com/{number}"]\n'
            'categories = ["memory-corruption"]\nkeywords = ["made-up"]\n'
            'cvss = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"\n\n'
            f"[versions]\npatched = [{patched}]\n```\n\n# A made-up defect\n\n{PROSE}\n"
        )
        write(folder / "crates" / name / f"RUSTSEC-2026-{number:04}.md", text)


def generate(folder, newest, binaries=1, seed=1):
    """Makes everything below `folder` and lets cargo write Cargo.lock. Returns how many are locked."""
    folder = Path(folder)
    crates = graph(random.Random(seed))
    vendor(folder / "vendor", crates)
    workspace(folder / "workspace", crates, binaries)
    # Beside the workspace: how cargo is pointed at the vendored crates is not the workspace's affair.
    config(folder, folder / "vendor")
    settings = "version: 1\ndeps_approval:\n  sources:\n    paths: [../vendor]\n"
    write(folder / "workspace" / "ci" / "maturity-evidence.yml", settings)
    index(folder / "cargo-home", crates)
    advisories(folder / "advisory-db", crates, newest)
    subprocess.run(
        ["cargo", "generate-lockfile", "--offline", "--quiet"], cwd=folder / "workspace", check=True
    )
    return (folder / "workspace" / "Cargo.lock").read_text().count("[[package]]")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: generate.py FOLDER NEWEST-ADVISORY-DATE")
    print(generate(sys.argv[1], sys.argv[2]), "packages locked")
