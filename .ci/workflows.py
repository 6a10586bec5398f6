"""Runs the workflows' own steps on this machine, in order, in a scratch repository with a tag pushed.

    workflows.py scripts FOLDER          writes each embedded script to FOLDER, for shellcheck
    workflows.py run XTASK               a release that passes is published, one that is blocked is not; XTASK is
                                         the tool as it was built

What GitHub does around the steps is done here by hand: checkout, artifacts, outputs, `needs`, `if`. `gh` and `rustup`
are stand-ins, and `cargo xtask` is a subcommand on PATH in place of the alias, so that the tool is not built anew. Attestations are looked at, and made by nobody. What this does not know is an error, not a pass."""

import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from ruamel.yaml import YAML

ROOT = pathlib.Path(__file__).resolve().parent.parent
WORKFLOWS = ROOT / ".github" / "workflows"


def load(path):
    # YAML 1.2 has no `on: true`, so the key stays a text.
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


# ---- expressions ----

TOKEN = re.compile(r"\s*(\|\||&&|==|!=|!|\(|\)|,|'(?:[^']|'')*'|[A-Za-z_][\w.-]*|\d+)")


class Expression:
    """As much of GitHub's expressions as the workflows use; anything else raises."""

    def __init__(self, text, context):
        self.tokens, at = [], 0
        while at < len(text.rstrip()):
            match = TOKEN.match(text, at)
            if not match:
                raise ValueError(f"cannot read the expression {text!r}")
            self.tokens.append(match.group(1))
            at = match.end()
        self.context = context

    def value(self):
        value = self.either()
        if self.tokens:
            raise ValueError(f"what follows is not known: {self.tokens}")
        return value

    def next(self, *wanted):
        return self.tokens.pop(0) if self.tokens and self.tokens[0] in wanted else None

    def either(self):
        value = self.both()
        while self.next("||"):
            other = self.both()
            value = value or other
        return value

    def both(self):
        value = self.equal()
        while self.next("&&"):
            other = self.equal()
            value = value and other
        return value

    def equal(self):
        value = self.one()
        if operator := self.next("==", "!="):
            return (value == self.one()) == (operator == "==")
        return value

    def one(self):
        token = self.tokens.pop(0)
        if token == "!":
            return not self.one()
        if token == "(":
            value = self.either()
            self.tokens.pop(0)
            return value
        if token.startswith("'"):
            return token[1:-1].replace("''", "'")
        if token.isdigit():
            return int(token)
        if token in ("true", "false"):
            return token == "true"
        if self.next("("):
            arguments = []
            while not self.next(")"):
                arguments.append(self.either())
                self.next(",")
            return self.context["functions"][token](*arguments)
        value = self.context
        for name in token.split("."):
            value = (value or {}).get(name, "")
        return value


def text_of(value):
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def fill(text, context):
    """A text with its expressions put in."""
    return re.sub(r"\$\{\{(.*?)\}\}", lambda m: text_of(Expression(m.group(1), context).value()), text_of(text))


def holds(condition, context, default):
    if condition is None:
        return default
    condition = re.sub(r"^\s*\$\{\{(.*)\}\}\s*$", r"\1", str(condition), flags=re.S)
    return bool(Expression(condition, context).value())


# ---- one run of a workflow ----


class Run:
    def __init__(self, workflow, origin, tools, event, inputs):
        self.workflow, self.origin, self.tools = workflow, origin, tools
        self.base = pathlib.Path(tempfile.mkdtemp(prefix="workflow-"))
        self.artifacts = self.base / "artifacts"
        self.reached, self.results, self.outputs, self.published = [], {}, {}, []
        self.github = {"token": "x", "event": {"repository": {"default_branch": "main"}}, **event}
        self.inputs = inputs

    def context(self, steps, failed):
        return {
            "github": self.github,
            "inputs": self.inputs,
            "runner": {"os": "Linux"},
            "needs": {job: {"outputs": out, "result": self.results[job]} for job, out in self.outputs.items()},
            "steps": steps,
            "functions": {
                "always": lambda: True,
                "cancelled": lambda: False,
                "success": lambda: not failed,
                "failure": lambda: failed,
                "hashFiles": lambda *_: "0",
                "format": lambda template, *rest: template.format(*rest),
            },
        }

    def carry_out(self):
        for name, job in self.workflow["jobs"].items():
            needs = job.get("needs", [])
            needs = [needs] if isinstance(needs, str) else needs
            if any(self.results[other] != "success" for other in needs):
                self.results[name] = "skipped"
                self.outputs[name] = {}
                continue
            if job.get("if") is not None:
                raise ValueError(f"the job {name} has a condition, which nobody runs here")
            self.job(name, job)
        return self

    def job(self, name, job):
        folder = self.base / name
        folder.mkdir()
        steps, failed = {}, False
        for number, step in enumerate(job["steps"]):
            context = self.context(steps, failed)
            if not holds(step.get("if"), context, not failed):
                continue
            self.reached.append((name, step["name"]))
            outputs = {}
            if "uses" in step:
                ok = self.action(step, context, folder)
            else:
                ok, outputs = self.script(step, context, folder, number)
            if "id" in step:
                steps[step["id"]] = {"outputs": outputs, "outcome": "success" if ok else "failure"}
            failed = failed or not ok
        self.results[name] = "failure" if failed else "success"
        context = self.context(steps, failed)
        self.outputs[name] = {key: fill(value, context) for key, value in job.get("outputs", {}).items()}

    def action(self, step, context, folder):
        action = step["uses"].split("@")[0]
        given = {key: fill(value, context) for key, value in step.get("with", {}).items()}
        if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", step["uses"]):
            raise ValueError(f"{step['uses']} is not pinned")
        if action == "actions/checkout":
            if given.get("persist-credentials") != "false" or given.get("fetch-depth") != "0":
                raise ValueError("a checkout without the whole history, or one that keeps its credentials")
            git(folder, "clone", "--quiet", str(self.origin), ".")
            git(folder, "checkout", "--quiet", given.get("ref") or self.github["ref"])
        elif action == "actions/upload-artifact":
            if not (folder / given["path"]).is_dir():
                return False
            shutil.copytree(folder / given["path"], self.artifacts / given["name"])
        elif action == "actions/download-artifact":
            shutil.copytree(self.artifacts / given["name"], folder / given["path"], dirs_exist_ok=True)
        elif action in ("actions/attest-build-provenance", "actions/attest-sbom"):
            subjects = sorted(str(path.relative_to(folder)) for path in folder.glob(given["subject-path"]))
            if "sbom-path" in given:
                json.loads((folder / given["sbom-path"]).read_text(encoding="utf-8"))
            self.published.append((action, subjects))
            return bool(subjects)
        elif action != "actions/cache":
            raise ValueError(f"nobody knows here what {action} does")
        return True

    def script(self, step, context, folder, number):
        if step.get("shell") is not None or step.get("continue-on-error"):
            raise ValueError("another shell, or a step that may fail")
        files = {name: self.base / f"{name}-{folder.name}-{number}" for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for file in files.values():
            file.touch()
        variables = {**self.workflow.get("env", {}), **step.get("env", {})}
        environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith(("GITHUB_", "CARGO_"))},
            **{key: str(value) for key, value in files.items()},
            **{key: fill(value, context) for key, value in variables.items()},
            "PATH": f"{self.tools}{os.pathsep}{os.environ['PATH']}",
            "CARGO_TARGET_DIR": str(self.base.parent / "workflow-target"),
            "CARGO_HOME": str(self.tools.parent / "cargo"),
            "GIT_CONFIG_GLOBAL": str(self.tools.parent / "gitconfig"),
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_REF": self.github["ref"],
            "GITHUB_REF_NAME": self.github["ref_name"],
            "GITHUB_SHA": self.github["sha"],
            "GITHUB_EVENT_NAME": self.github["event_name"],
            "GITHUB_REPOSITORY": "example/orders",
            "GITHUB_WORKSPACE": str(folder),
            "RECORD": str(self.base / "record"),
        }
        # As GitHub runs a script without `shell`.
        script = fill(step["run"], context)
        done = subprocess.run(
            ["bash", "-e", "-c", script], cwd=folder, env=environment, text=True, capture_output=True, check=False
        )
        print(f"--- {folder.name}: {step['name']}: exit status {done.returncode}")
        if done.returncode:
            print((done.stdout + done.stderr)[-4000:])
        self.github.setdefault("summaries", {})[step["name"]] = files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8")
        return done.returncode == 0, outputs_of(files["GITHUB_OUTPUT"].read_text(encoding="utf-8"))


def outputs_of(text):
    """Both forms of GITHUB_OUTPUT: `name=value`, and `name<<DELIMITER`."""
    outputs, lines = {}, iter(text.splitlines())
    for line in lines:
        if match := re.fullmatch(r"([\w-]+)<<(.+)", line):
            value = []
            for inner in lines:
                if inner == match.group(2):
                    break
                value.append(inner)
            outputs[match.group(1)] = "\n".join(value)
        else:
            name, _, value = line.partition("=")
            outputs[name] = value
    return outputs


# ---- the scratch repository ----


def git(folder, *arguments):
    command = ["git", "-c", "user.name=ci", "-c", "user.email=ci@example.com", *arguments]
    done = subprocess.run(command, cwd=folder, text=True, capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command}: {done.stderr}")
    return done.stdout.strip()


def scratch(tools, change):
    """A bare repository with the orders service, guarded by this tool and these workflows, and the tag v1.0.0."""
    base = pathlib.Path(tempfile.mkdtemp(prefix="workflow-"))
    work, origin = base / "work", base / "origin.git"
    work.mkdir()
    archive = subprocess.run(["git", "archive", "HEAD:fixtures/orders-service"], cwd=ROOT, capture_output=True, check=True)
    subprocess.run(["tar", "-x", "-C", str(work)], input=archive.stdout, check=True)
    shutil.copytree(WORKFLOWS, work / ".github" / "workflows")
    change(work)
    git(base, "init", "--quiet", "--bare", "--initial-branch=main", str(origin))
    git(work, "init", "--quiet", "--initial-branch=main")
    subprocess.run([tools / "cargo-xtask", "xtask", "policy", "lock"], cwd=work, check=True, capture_output=True)
    git(work, "add", "--all")
    git(work, "commit", "--quiet", "--message", "feat: orders")
    git(work, "tag", "--annotate", "v1.0.0", "--message", "v1.0.0")
    git(work, "push", "--quiet", str(origin), "main", "v1.0.0")
    return origin, git(work, "rev-parse", "HEAD")


def machine(base, xtask):
    """A runner's: `gh` writes down what it is given, `rustup` does nothing, since the toolchain is here; cargo has a
    home of its own with this machine's packages; and the advisory database is the made-up one of the fixtures."""
    registry = pathlib.Path(os.environ.get("CARGO_HOME", pathlib.Path.home() / ".cargo")) / "registry"
    (base / "cargo").mkdir(parents=True)
    (base / "cargo" / "registry").symlink_to(registry)
    database = base / "advisory-db"
    shutil.copytree(ROOT / "fixtures" / "advisory-db", database)
    git(database, "init", "--quiet")
    git(database, "add", "--all")
    git(database, "commit", "--quiet", "--message", "advisories")
    url = "https://github.com/RustSec/advisory-db.git"
    (base / "gitconfig").write_text(f'[url "file://{database}"]\n\tinsteadOf = {url}\n', encoding="utf-8")
    folder = base / "bin"
    folder.mkdir()
    gh = '#!/bin/sh\nfor word in "$@"; do printf \'%s\\n\' "$word" >> "$RECORD"; done\n'
    tool = f"#!/bin/sh\nshift\nexec '{xtask}' \"$@\"\n"
    for name, text in (("gh", gh), ("rustup", "#!/bin/sh\nexit 0\n"), ("cargo-xtask", tool)):
        (folder / name).write_text(text, encoding="utf-8")
        (folder / name).chmod(0o755)
    return folder


def demand(condition, what):
    if not condition:
        sys.exit(f"workflows.py: {what}")
    print(f"as it should be: {what}")


def carry_out(name, origin, commit, tools, inputs=None, ref="refs/tags/v1.0.0"):
    event = {
        "ref": ref,
        "ref_name": ref.split("/", 2)[2],
        "sha": commit,
        "event_name": "workflow_dispatch" if inputs else "push",
    }
    print(f"=== {name} {inputs or ''}", flush=True)
    return Run(load(WORKFLOWS / name), origin, tools, event, inputs or {}).carry_out()


def run_all(xtask):
    tools = machine(pathlib.Path(tempfile.mkdtemp(prefix="workflow-")), xtask)

    origin, commit = scratch(tools, lambda work: None)
    passed = carry_out("release-ga.yml", origin, commit, tools)
    demand(passed.results == {"gate": "success", "publish": "success"}, "a release that passes is published")
    demand(passed.outputs["gate"] == {"verdict": "passed", "stage": "GA"}, "the gate says so in its outputs")
    record = (passed.base / "record").read_text(encoding="utf-8").splitlines()
    demand(record[:3] == ["release", "create", "v1.0.0"], f"gh was asked for the release: {record[:3]}")
    demand(any("dist/release/workspace.cdx.json" in word for word in record), "the SBOM is published")
    attested = {subject for _, subjects in passed.published for subject in subjects}
    for wanted in ("dist/release/maturity-eval.json", "dist/release/workspace.cdx.json", "dist/release/bin-v1.0.0.tar.gz"):
        demand(wanted in attested, f"{wanted} is attested")
    summary = passed.github["summaries"]["Maturity Evaluation"]
    demand("v1.0.0" in summary and "observability_verify" in summary, "the summary is the report")

    verified = carry_out("tag-verification.yml", origin, commit, tools, {"tag": "v1.0.0"}, "refs/heads/main")
    demand(verified.results == {"gate": "success"}, "the same tag is verified by hand, from a branch")
    branch = carry_out("ci.yml", origin, commit, tools, ref="refs/heads/main")
    demand(branch.results == {"maturity": "success"}, "the branch is judged as PILOT")

    def stuck(work):
        metrics = work / "crates/orders-service/src/metrics.rs"
        text = metrics.read_text(encoding="utf-8").replace(".or_default() += 1;", ".or_default();")
        metrics.write_text(text, encoding="utf-8")

    origin, commit = scratch(tools, stuck)
    blocked = carry_out("release-ga.yml", origin, commit, tools)
    demand(blocked.results == {"gate": "failure", "publish": "skipped"}, "a release that is blocked is not published")
    demand(not (blocked.base / "record").exists() and not blocked.published, "nothing was published or attested")
    demand(not any(job == "publish" for job, _ in blocked.reached), "no step of the publishing job was reached")
    report = json.loads((blocked.artifacts / "maturity" / "maturity-eval.json").read_text(encoding="utf-8"))
    demand(report["verdict"] == "blocked", "the reports are kept although it was blocked")


def scripts(folder):
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    for path in sorted(WORKFLOWS.glob("*.yml")):
        for job_name, job in load(path)["jobs"].items():
            for step in job["steps"]:
                if "run" not in step:
                    continue
                if "${{" in step["run"]:
                    sys.exit(f"{path.name}: an expression in the script of {step['name']!r}")
                count += 1
                name = hashlib.sha256(step["run"].encode()).hexdigest()[:8]
                text = f"#!/usr/bin/env bash\n# {path.name}, {job_name}, {step['name']}\nset -e\n{step['run']}"
                (folder / f"{path.stem}-{job_name}-{name}.sh").write_text(text, encoding="utf-8")
    if not count:
        sys.exit("there is no script in the workflows")
    print(f"{count} scripts")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["scripts", folder]:
            scripts(pathlib.Path(folder))
        case ["run", xtask]:
            run_all(pathlib.Path(xtask).resolve(strict=True))
        case _:
            sys.exit(__doc__)
