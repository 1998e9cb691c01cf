"""The bill of materials tells of what is pinned and shipped, and of nothing else."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from scripts.sbom import ROOT, VENDORED, pins_of, restricted, vendored, with_vendored

CONSTRAINTS = f"""\
jinja2==3.1.6 \\
    --hash=sha256:{"a" * 64} \\
    --hash=sha256:{"b" * 64}
typing-extensions==4.16.0 \\
    --hash=sha256:{"c" * 64}
"""


def bill(*, jinja: str = "3.1.6") -> dict[str, Any]:
    """An environment with a test tool beside what is pinned, as `cyclonedx-py` tells of it."""
    return {
        "metadata": {"component": {"bom-ref": "root", "name": "rectification"}},
        "components": [
            {"bom-ref": "J", "name": "Jinja2", "version": jinja},
            {"bom-ref": "T", "name": "typing_extensions", "version": "4.16.0"},
            {"bom-ref": "P", "name": "pytest", "version": "9.2.0"},
        ],
        "dependencies": [
            {"ref": "root", "dependsOn": ["J", "P", "T"]},
            {"ref": "J"},
            {"ref": "P", "dependsOn": ["T"]},
        ],
    }


def test_only_what_is_pinned_with_the_hashes_that_pip_checks() -> None:
    made = restricted(bill(), pins_of(CONSTRAINTS), {"jinja2"})
    assert [component["name"] for component in made["components"]] == ["Jinja2", "typing_extensions"]
    hashes = made["components"][0]["externalReferences"][0]["hashes"]
    assert [one["content"] for one in hashes] == ["a" * 64, "b" * 64]
    assert made["dependencies"] == [{"ref": "root", "dependsOn": ["J", "T"]}, {"ref": "J", "dependsOn": []}]


@pytest.mark.parametrize(
    ("version", "constraints", "needed", "said"),
    [
        ("3.1.5", CONSTRAINTS, "jinja2", "Jinja2: 3.1.5 is installed, 3.1.6 pinned"),
        ("3.1.6", CONSTRAINTS + "nh3==0.3.8", "jinja2", "pinned, but not installed: nh3"),
        ("3.1.6", CONSTRAINTS, "rensa", "needed, but not pinned: rensa"),
    ],
)
def test_another_environment_is_refused(version: str, constraints: str, needed: str, said: str) -> None:
    with pytest.raises(SystemExit, match=said):
        restricted(bill(jinja=version), pins_of(constraints), {needed})


def test_the_browser_libraries_are_those_in_the_repository() -> None:
    shipped = [one for folder in VENDORED for one in vendored(ROOT / folder, "required")]
    made = with_vendored(bill(), shipped, [])
    packages = {
        name: package
        for folder in VENDORED
        for name, package in json.loads((ROOT / folder / "vendor.json").read_text("utf-8")).items()
    }
    assert len(shipped) == len(packages) > 5
    for component in shipped:
        name = "/".join(filter(None, (component.get("group"), component["name"])))
        assert component["version"] == packages[name]["version"]
        (digest,) = component["externalReferences"][0]["hashes"]
        integrity = base64.b64encode(bytes.fromhex(digest["content"])).decode()
        assert packages[name]["integrity"] == f"sha512-{integrity}"
        for file in component["components"]:
            assert (ROOT / file["name"]).is_file()
    (root,) = (node for node in made["dependencies"] if node["ref"] == "root")
    assert {component["bom-ref"] for component in shipped} < set(root["dependsOn"])
    assert "pedigree" in next(one for one in shipped if one["name"] == "cms")
    assert next(one for one in shipped if one["name"] == "cms")["purl"].startswith("pkg:npm/%40sveltia/cms@")
