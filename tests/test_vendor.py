"""The vendored browser libraries are what npm gave, and each says its version and licence."""

from __future__ import annotations

import io
import json
import shutil
import tarfile
from pathlib import Path

import pytest
from scripts import vendor
from scripts.vendor import FOLDERS, MANIFEST, compare, refresh, verify


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


def package_of(text: str, licence: str = "MIT") -> bytes:
    """An npm package with one script."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        for name, content in (("package.json", json.dumps({"license": licence})), ("dist/a.js", text)):
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(content.encode())
            archive.addfile(member, io.BytesIO(content.encode()))
    return stream.getvalue()


def test_what_lies_here_is_compared_with_what_npm_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = package_of("go('https://far.example')\n//# sourceMappingURL=a.js.map\n")
    monkeypatch.setattr(vendor, "_pack", lambda specifier: given)
    file = {"from": "dist/a.js", "replace": [["https://far.example", "near"]]}
    manifest = {"a": {"version": "1.0.0", "files": {"a.js": file}}}
    (tmp_path / MANIFEST).write_text(json.dumps(manifest), "utf-8")
    refresh(tmp_path, {})
    assert (tmp_path / "a.js").read_text("utf-8") == "go('near')\n"
    assert verify(tmp_path) == compare(tmp_path) == []
    (tmp_path / "a.js").write_text("altered", "utf-8")
    assert compare(tmp_path) == ["a.js: not what npm gave"]
    given = package_of("another package of the same version")
    (fault,) = compare(tmp_path)
    assert fault.startswith("a@1.0.0: npm gave sha512-")
    with pytest.raises(SystemExit, match="npm gave sha512-"):
        refresh(tmp_path, {})
