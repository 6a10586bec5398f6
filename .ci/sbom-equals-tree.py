"""Compares an SBOM's component set with what `cargo tree -e normal,build` prints for this workspace."""

import json
import subprocess
import sys

bom = json.load(open(sys.argv[1], encoding="utf-8"))
components = {(c["name"], c["version"]) for c in bom["components"]}
command = ["cargo", "tree", "--locked", "--workspace", "-e", "normal,build", "--prefix", "none", "--format", "{p}"]
lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
tree = {(line.split()[0], line.split()[1].lstrip("v")) for line in lines if line.strip()}
# The member itself is the SBOM's subject or one of its components.
root = bom["metadata"]["component"]
components.add((root["name"], root.get("version", "")))
missing, extra = tree - components, {c for c in components - tree if c != (root["name"], root.get("version", ""))}
print(f"{len(tree)} packages in the tree, {len(components)} in the SBOM")
if not tree or missing or extra:
    sys.exit(f"missing from the SBOM: {sorted(missing)}\nnot in the tree: {sorted(extra)}")
