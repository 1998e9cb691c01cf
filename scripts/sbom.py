"""Writes the bill of materials of what is installed and shipped: CycloneDX 1.6, as JSON.

    python scripts/sbom.py ENVIRONMENT OUTPUT      ENVIRONMENT is the Python that has the project installed

`cyclonedx-py` describes the installed packages: versions, licences, who needs whom. Of those, what
`constraints.txt` names stands in the bill, with the hashes that pip checks; test tools do not. The browser
libraries in the repository come from the `vendor.json` beside them. The result is checked against CycloneDX's
own schema. Same input, same bytes.

A package is named by its package URL, not by an address: where it comes from is for pip and npm to know.
"""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import quote

ROOT = Path(__file__).resolve().parents[1]
VENDORED = ("src/rectification/assets/vendor", "src/rectification/admin")
VENDORED_FOR_TESTS = ("tests/browser/vendor",)
_PIN = re.compile(r"^([\w.-]+)==([^\s\\;]+)", re.MULTILINE)
_NAME = re.compile(r"[\w.-]+")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")

Bill = dict[str, Any]


def pins_of(constraints: str) -> dict[str, tuple[str, list[str]]]:
    """Return what a constraints file pins: normal name -> version, SHA-256 of the files pip accepts."""
    found = list(_PIN.finditer(constraints))
    ends = [pin.start() for pin in found[1:]] + [len(constraints)]
    return {
        _normal(pin[1]): (pin[2], _HASH.findall(constraints[pin.end() : end]))
        for pin, end in zip(found, ends, strict=True)
    }


def restricted(bill: Bill, pins: dict[str, tuple[str, list[str]]], needed: set[str]) -> Bill:
    """Return a bill of an environment without what `pins` does not name, and with the hashes it gives.

    Exits where `needed` packages are not pinned, or what is pinned is not what is installed: the bill would
    tell of something else.
    """
    if unpinned := sorted(needed - pins.keys()):
        sys.exit(f"needed, but not pinned: {', '.join(unpinned)}; run make constraints")
    kept = []
    for component in bill["components"]:
        version, hashes = pins.get(_normal(component["name"]), (None, []))
        if version is None:
            continue
        if component["version"] != version:
            sys.exit(
                f"{component['name']}: {component['version']} is installed, {version} pinned; run make site"
            )
        file = {
            "type": "distribution",
            "url": f"pkg:pypi/{_normal(component['name'])}@{version}",
            "comment": "SHA-256 of every file of this version that pip may take",
            "hashes": [{"alg": "SHA-256", "content": one} for one in hashes],
        }
        kept.append({**component, "externalReferences": [*component.get("externalReferences", ()), file]})
    present = {_normal(component["name"]) for component in kept}
    if missing := sorted(pins.keys() - present - {"pip", "setuptools", "wheel"}):
        sys.exit(f"pinned, but not installed: {', '.join(missing)}; run make site")
    root = bill["metadata"]["component"]["bom-ref"]
    refs = {component["bom-ref"] for component in kept} | {root}
    graph = [
        {**node, "dependsOn": [ref for ref in node.get("dependsOn", ()) if ref in refs]}
        for node in bill["dependencies"]
        if node["ref"] in refs
    ]
    return {**bill, "components": kept, "dependencies": graph}


def vendored(folder: Path, scope: str) -> list[Bill]:
    """Return the browser libraries of a folder with a `vendor.json`. `scope` is CycloneDX's."""
    manifest = json.loads((folder / "vendor.json").read_text("utf-8"))
    components = []
    for name, package in manifest.items():
        group, _, short = name.rpartition("/")
        purl = f"pkg:npm/{quote(name, safe='/')}@{package['version']}"
        digest = base64.b64decode(package["integrity"].removeprefix("sha512-")).hex()
        place = folder.relative_to(ROOT).as_posix()
        changed = any(file.get("replace") for file in package["files"].values())
        component: Bill = {
            "type": "library",
            "bom-ref": f"{purl}#{place}",
            **({"group": group} if group else {}),
            "name": short,
            "version": package["version"],
            "scope": scope,
            "licenses": [{"license": {"id": package["license"]}}],
            "purl": purl,
            "externalReferences": [
                {
                    "type": "distribution",
                    "url": purl,
                    "comment": "SHA-512 of the package, as npm's integrity",
                    "hashes": [{"alg": "SHA-512", "content": digest}],
                }
            ],
            "components": [
                {
                    "type": "file",
                    "bom-ref": f"{place}/{file}",
                    "name": f"{place}/{file}",
                    "hashes": [{"alg": "SHA-256", "content": facts["sha256"]}],
                }
                for file, facts in package["files"].items()
            ],
        }
        if changed:
            note = "Addresses of other servers replaced, as `replace` in vendor.json lists."
            component["pedigree"] = {"notes": note}
        components.append(component)
    return components


def with_vendored(bill: Bill, shipped: list[Bill], for_tests: list[Bill]) -> Bill:
    """Return a bill with the browser libraries; the project depends on those it ships."""
    root = bill["metadata"]["component"]["bom-ref"]
    refs = [component["bom-ref"] for component in shipped]
    graph = [
        {**node, "dependsOn": sorted([*node.get("dependsOn", ()), *refs])} if node["ref"] == root else node
        for node in bill["dependencies"]
    ]
    graph += [{"ref": ref} for ref in refs]
    return {**bill, "components": [*bill["components"], *shipped, *for_tests], "dependencies": graph}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _environment(python: str) -> Bill:
    command = [str(Path(sys.executable).with_name("cyclonedx-py")), "environment", python]
    command += ["--pyproject", str(ROOT / "pyproject.toml"), "--of", "JSON", "--sv", "1.6"]
    done = subprocess.run(
        [*command, "--output-reproducible"], check=True, capture_output=True, encoding="utf-8"
    )
    bill: Bill = json.loads(done.stdout)
    return bill


def _faults(text: str) -> str:
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    found = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    return str(found) if found else ""


def main(arguments: list[str]) -> int:
    """Run this script; return its exit status."""
    if len(arguments) != 2:
        print(__doc__)
        return 2
    python, output = arguments
    pins = pins_of((ROOT / "constraints.txt").read_text("utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    needed = {_normal(found[0]) for one in project["dependencies"] if (found := _NAME.match(one))}
    bill = restricted(_environment(python), pins, needed)
    shipped = [one for folder in VENDORED for one in vendored(ROOT / folder, "required")]
    for_tests = [one for folder in VENDORED_FOR_TESTS for one in vendored(ROOT / folder, "excluded")]
    text = json.dumps(with_vendored(bill, shipped, for_tests), indent=2, ensure_ascii=False) + "\n"
    if faults := _faults(text):
        print(faults, file=sys.stderr)
        return 1
    Path(output).parent.mkdir(parents=True, exist_ok=True)
    Path(output).write_text(text, "utf-8")
    print(f"{output}: {len(bill['components'])} Python packages, {len(shipped)} browser libraries")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
