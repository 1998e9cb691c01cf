"""The vendored browser libraries are what npm gave, and each says its version and licence."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from scripts.vendor import FOLDERS, MANIFEST, verify


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_files_are_as_recorded(folder: Path) -> None:
    assert verify(folder) == []
    for name, package in json.loads((folder / MANIFEST).read_text("utf-8")).items():
        assert package["integrity"].startswith("sha512-"), name
        assert package["license"] in ("MIT", "MPL-2.0", "OFL-1.1"), name
        assert any(file.endswith("LICENSE") for file in package["files"]), name


def test_a_change_is_found(tmp_path: Path) -> None:
    folder = tmp_path / "vendor"
    shutil.copytree(FOLDERS[0], folder)
    (folder / "tabulator.min.js").write_text("altered", "utf-8")
    (folder / "papaparse.min.js").unlink()
    (folder / "more.js").write_text("", "utf-8")
    assert verify(folder) == [
        "papaparse.min.js: missing",
        "more.js: not recorded",
        "tabulator.min.js: altered",
    ]
