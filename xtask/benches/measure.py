#!/usr/bin/env python3
"""Measures the tool against what it must not exceed, as ratios within one run.

    xtask/benches/measure.py [deps] [build] [overhead] [contracts]      all four by default

deps      SBOM, audit, approvals and licences of a generated workspace of about 1,000 locked packages
          against `cargo metadata --locked --offline` on it: at most 1.5 times as long
build     the cold build of `cargo xtask --help` in a fresh clone against that of an empty crate with
          the eight named dependencies: at most 1.8 times; then `--help` alone: under 0.3 s
overhead  `maturity` on the orders service against the checks that it runs, one after the other, by
          hand: under 1 s more
contracts `field-budgets` on generated workspaces of about 1,500, 6,000 and 24,000 Rust files of 400 lines
          each: the first at most 1.0 s on two cores and under 500 MB; the time for a line the same in all,
          within a third

Medians of interleaved runs, after one warm-up that does not count. Needs cargo, git and Python 3.11, no
network, and the dependencies in cargo's home. Everything is made in a temporary folder, with target
folders of its own, and deleted. Exits 1 if a limit is exceeded, 2 if something could not be measured.
"""

import argparse
import datetime
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path

sys.dont_write_bytecode = True  # the sources stay as they are
import generate  # noqa: E402
import sources  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
NAMED = ["xshell", "cargo_metadata", "serde", "serde_json", "serde_yaml", "cyclonedx-bom", "toml_edit", "clap"]
# A compiler cache or other flags would make two builds incomparable.
LEFT_OUT = {"CARGO_TARGET_DIR", "RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"}


class NotMeasured(Exception):
    """Why there is no number."""


def environment(**more):
    env = {key: value for key, value in os.environ.items() if key not in LEFT_OUT}
    return env | {"CARGO_NET_OFFLINE": "true", "GIT_TERMINAL_PROMPT": "0"} | more


def run(argv, cwd, env, allowed=(0,)):
    """Runs a command to its end and gives the seconds that it took."""
    argv = [str(arg) for arg in argv]
    with tempfile.TemporaryFile() as output:
        begun = time.perf_counter()
        status = subprocess.run(argv, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=output).returncode
        seconds = time.perf_counter() - begun
        if status not in allowed:
            output.seek(0)
            tail = output.read()[-3000:].decode(errors="replace")
            raise NotMeasured(f"`{' '.join(argv)}` ended with status {status}:\n{tail}")
    return seconds


def interleaved(measured, runs, warm_up=True):
    """The median of each, run in turn so that what else the machine does hits all of them alike."""
    times = {name: [] for name in measured}
    for number in range(runs + warm_up):
        for name, function in measured.items():
            seconds = function()
            if number >= warm_up:
                times[name].append(seconds)
    for name, values in times.items():
        print(f"  {name:<44} median {statistics.median(values):8.3f} s  ({min(values):.3f} to {max(values):.3f}, {len(values)} runs)")
    return {name: statistics.median(values) for name, values in times.items()}


def limit(name, value, at_most, unit):
    kept = value <= at_most
    print(f"  {'ok  ' if kept else 'OVER'} {name}: {value:.2f} {unit}, at most {at_most} {unit}")
    return kept


def repository(folder, env):
    git = ["git", "-c", "user.name=bench", "-c", "user.email=bench@example.com"]
    run([*git, "init", "--quiet"], folder, env)
    run([*git, "add", "."], folder, env)
    run([*git, "commit", "--quiet", "--message", "bench"], folder, env)


def find(value, key):
    """Every value of that key in a JSON document."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == key:
                yield inner
            yield from find(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from find(inner, key)


def documents(folder):
    return [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]


def xtask(options, temp):
    """The tool as users run it: the dev profile."""
    if options.xtask:
        return Path(options.xtask).resolve()
    env = environment(CARGO_TARGET_DIR=str(ROOT / "target"))
    run(["cargo", "build", "--locked", "--quiet", "--package", "xtask"], ROOT, env)
    # A copy: somebody may build in the meantime.
    return Path(shutil.copy2(ROOT / "target" / "debug" / "xtask", temp / "xtask"))


def deps(options, temp):
    tool = xtask(options, temp)
    newest = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    locked = generate.generate(temp, newest, options.binaries)
    place, out = temp / "workspace", temp / "out"
    env = environment(CARGO_HOME=str(temp / "cargo-home"))
    database = Path(options.advisory_db or temp / "advisory-db").resolve()
    repository(place, env)
    if not options.no_approvals:
        run([tool, "approve-deps", "--all", "--by", "bench"], place, env)
        run(["git", "-c", "user.name=b", "-c", "user.email=b@example.com", "commit", "--quiet", "--all", "--allow-empty", "-m", "approve"], place, env)
    argv = [tool, "maturity", "--only", "audit", "--offline", "--advisory-db", database, "--ref", "main", "--out", out, "--quiet"]
    print(f"deps: a workspace of {locked} locked packages, {options.binaries} of its {generate.MEMBERS} members with a binary")
    medians = interleaved(
        {
            "cargo metadata --locked --offline": lambda: run(
                ["cargo", "metadata", "--locked", "--offline", "--format-version", "1"], place, env
            ),
            "SBOM, audit, approvals and licences": lambda: run(argv, place, env),
        },
        options.runs or 15,
    )
    # A run that did nothing would be fast.
    assessed = max(find(documents(out / "evidence"), "assessed"), default=0)
    components = max((len(sbom.get("components", [])) for sbom in documents(out / "sbom")), default=0)
    print(f"  looked up {assessed} packages; the largest SBOM has {components} components")
    if assessed < 900 or components < 800:
        raise NotMeasured("the tool did not do the work that is measured here; look at its reports (--keep)")
    metadata, ours = medians.values()
    return limit("of cargo metadata's time", ours / metadata, 1.5, "x")


def reference(folder):
    """An empty crate with the eight named dependencies, as xtask asks for them and as they are locked."""
    manifest = tomllib.loads((ROOT / "xtask" / "Cargo.toml").read_text())
    profile = tomllib.loads((ROOT / "Cargo.toml").read_text()).get("profile", {}).get("dev", {})
    lines = ['[package]\nname = "reference"\nversion = "0.0.0"\nedition = "2024"\n\n[dependencies]\n']
    for name in NAMED:
        value = manifest["dependencies"][name]
        table = {"version": value} if isinstance(value, str) else value
        inner = ", ".join(f"{key} = {json.dumps(item)}" for key, item in table.items())
        lines.append(f"{name} = {{ {inner} }}\n")
    # The same profile: what is compared is what the tool adds, not how it is compiled.
    plain = {key: value for key, value in profile.items() if not isinstance(value, dict)}
    lines.append("\n[profile.dev]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in plain.items()))
    # But for what is optimised for the tool's own sake: that is part of what it adds.
    for package, table in profile.get("package", {}).items():
        if package != "*":
            continue
        lines.append(f'\n[profile.dev.package."{package}"]\n')
        lines += [f"{key} = {json.dumps(value)}\n" for key, value in table.items()]
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "main.rs").write_text("fn main() {}\n")
    (folder / "Cargo.toml").write_text("".join(lines))
    shutil.copy2(ROOT / "Cargo.lock", folder / "Cargo.lock")
    # Leaves the versions as they are and drops what is not needed.
    run(["cargo", "metadata", "--offline", "--format-version", "1"], folder, environment())


def build(options, temp):
    clone, empty, target = temp / "clone", temp / "empty", temp / "target"
    run(["git", "clone", "--quiet", "--no-hardlinks", ROOT, clone], temp, environment())
    reference(empty)

    def cold(argv, cwd):
        shutil.rmtree(target, ignore_errors=True)
        return run(argv, cwd, environment(CARGO_TARGET_DIR=str(target)))

    print("build: cold, each time in an empty target folder")
    medians = interleaved(
        {
            "an empty crate with the eight dependencies": lambda: cold(["cargo", "build", "--locked"], empty),
            "cargo xtask --help": lambda: cold(["cargo", "xtask", "--help"], clone),
        },
        options.runs or 3,
        warm_up=False,
    )
    kept = limit("of the eight dependencies' time", medians["cargo xtask --help"] / next(iter(medians.values())), 1.8, "x")
    env = environment(CARGO_TARGET_DIR=str(target))
    warm = interleaved({"cargo xtask --help, built": lambda: run(["cargo", "xtask", "--help"], clone, env)}, 15)
    return limit("cargo xtask --help, built", next(iter(warm.values())), 0.3, "s") and kept


def overhead(options, temp):
    tool = xtask(options, temp)
    place, out = temp / "orders-service", temp / "out"
    shutil.copytree(ROOT / "fixtures" / "orders-service", place, ignore=shutil.ignore_patterns("target", "dist"))
    plain = environment()
    repository(place, plain)
    newest = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    generate.advisories(temp / "advisory-db", generate.graph(generate.random.Random(1)), newest)
    ours = environment(CARGO_TARGET_DIR=str(temp / "target-ours"))
    theirs = environment(CARGO_TARGET_DIR=str(temp / "target-theirs"))
    argv = [tool, "maturity", "--ref", "main", "--offline", "--advisory-db", temp / "advisory-db", "--out", out, "--quiet"]
    nextest = subprocess.run(["cargo", "nextest", "--version"], capture_output=True, env=plain).returncode == 0
    tests = ["nextest", "run"] if nextest else ["test", "--lib", "--bins", "--tests", "--examples"]
    by_hand = [
        ["cargo", *tests, "--workspace", "--locked", "--no-fail-fast"],
        ["cargo", "test", "--doc", "--workspace", "--locked", "--no-fail-fast"],
        ["cargo", "clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"],
        ["cargo", "fmt", "--all", "--check"],
    ]
    print("overhead: the orders service, everything built before")
    medians = interleaved(
        {
            "the checks by hand, one after the other": lambda: sum(run(argv, place, theirs) for argv in by_hand),
            "cargo xtask maturity": lambda: run(argv, place, ours),
        },
        options.runs or 7,
    )
    records = [run for runs in find(documents(out / "evidence"), "runs") for run in runs]
    started = [" ".join(record["command"]) for record in records]
    if not all(any(word in command for command in started) for word in ("test", "clippy", "fmt")):
        raise NotMeasured(f"the tool did not run the checks that are measured here: {started}")
    print(f"  the last run's own programs took {sum(record['duration_ms'] for record in records) / 1000:.3f} s in all")
    by_hand_median, ours_median = medians.values()
    return limit("more than the checks by hand", ours_median - by_hand_median, 1.0, "s")


def measured(argv, cwd, env, allowed):
    """Seconds on the clock, seconds of processors, and megabytes of memory at most."""
    begun = time.perf_counter()
    child = subprocess.Popen(argv, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    text = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - begun
    if child.returncode not in allowed:
        raise NotMeasured(f"`{argv}` ended with status {child.returncode}:\n{text[-3000:]}")
    return text, (seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def contracts(options, temp):
    tool, env = xtask(options, temp), environment()
    print("contracts: all of `field-budgets`, cargo metadata included")
    perline, first = [], None
    for size in (1, 4, 16):
        place = temp / f"workspace-{size}"
        files, lines = sources.generate(place, size)
        run(["cargo", "generate-lockfile", "--offline", "--quiet"], place, env)
        repository(place, env)
        runs = []
        for _ in range(1 + (options.runs or max(1, 15 // size))):
            # Nothing is locked, which is no failure of a command that shows.
            text, numbers = measured([tool, "field-budgets"], place, env, (0, 1))
            runs.append(numbers)
        if f"{files} files with {lines} lines read" not in text:
            raise NotMeasured(f"the tool did not read {files} files with {lines} lines:\n{text[-500:]}")
        seconds, cpu, memory = (statistics.median(values) for values in zip(*runs[1:]))
        print(f"  {files:>6} files, {lines:>8} lines: median {seconds:7.3f} s, {cpu:7.3f} s of processors, {memory:5.0f} MB")
        perline.append(cpu / lines)
        first = first or (seconds, memory)
    kept = [limit("about 600,000 lines", first[0], 1.0, "s"), limit("memory for them", first[1], 500, "MB")]
    kept.append(limit("processor time for a line, most to least", max(perline) / min(perline), 1.33, "x"))
    return all(kept)


def main():
    parts = {"deps": deps, "build": build, "overhead": overhead, "contracts": contracts}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", nargs="*", help="deps, build, overhead or contracts; all by default")
    parser.add_argument("--runs", type=int, help="how many runs count (15 for deps and contracts, 3 for build, 7 for overhead)")
    parser.add_argument("--xtask", metavar="FILE", help="a built xtask, instead of building this one")
    parser.add_argument("--advisory-db", metavar="DIR", help="for deps: a real database, instead of a generated one")
    parser.add_argument("--no-approvals", action="store_true", help="for deps: leave approve-deps out")
    parser.add_argument("--binaries", type=int, default=1, help="for deps: members with a binary, each of which gets an SBOM (1)")
    parser.add_argument("--keep", action="store_true", help="keep the temporary folders and print them")
    options = parser.parse_args()
    unknown = [part for part in options.part if part not in parts]
    if unknown:
        parser.error(f"there is no part {', '.join(unknown)}; there are {', '.join(parts)}")
    status = 0
    for name in options.part or parts:
        temp = Path(tempfile.mkdtemp(prefix=f"xtask-measure-{name}."))
        try:
            status = max(status, 0 if parts[name](options, temp) else 1)
        except (NotMeasured, OSError, subprocess.SubprocessError) as problem:
            print(f"{name}: not measured: {problem}", file=sys.stderr)
            status = 2
        finally:
            if options.keep:
                print(f"  kept {temp}")
            else:
                shutil.rmtree(temp, ignore_errors=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
