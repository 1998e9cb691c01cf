"""Takes browser libraries from npm, once, and checks that what lies in the repository is what npm gave.

    python scripts/vendor.py verify     check the files against the hashes recorded here (no network)
    python scripts/vendor.py compare    fetch every package anew, check its integrity and that what lies here
                                        is what it gives; writes nothing
    python scripts/vendor.py refresh    fetch every package anew at its recorded version, check what npm gives
                                        against the recorded integrity, write the files
    python scripts/vendor.py take NAME@VERSION   move a library to another version and record its integrity

Each folder of FOLDERS has a `vendor.json`: name -> version, licence, npm integrity (SHA-512 of the package)
and files (name here -> path in the package, SHA-256 of what lies here). `replace` lists texts put in place of
others, each of which must occur: addresses of other servers, for a site that needs no network but its own.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = (
    ROOT / "src/rectification/assets/vendor",
    ROOT / "src/rectification/admin",
    ROOT / "tests/browser/vendor",
)
MANIFEST = "vendor.json"


def verify(folder: Path) -> list[str]:
    """Return what is wrong in a folder of vendored files: altered, missing or unrecorded ones."""
    recorded = {
        name: file["sha256"]
        for package in _manifest(folder).values()
        for name, file in package["files"].items()
    }
    present = {path.name: path for path in folder.iterdir() if path.name != MANIFEST}
    faults = [f"{name}: missing" for name in sorted(recorded.keys() - present.keys())]
    faults += [f"{name}: not recorded" for name in sorted(present.keys() - recorded.keys())]
    for name in sorted(recorded.keys() & present.keys()):
        if hashlib.sha256(present[name].read_bytes()).hexdigest() != recorded[name]:
            faults.append(f"{name}: altered")
    return faults


def compare(folder: Path) -> list[str]:
    """Return where a folder differs from what npm gives today for the recorded versions."""
    faults = []
    for name, package in _manifest(folder).items():
        content = _pack(f"{name}@{package['version']}")
        if (given := _integrity(content)) != package["integrity"]:
            faults.append(
                f"{name}@{package['version']}: npm gave {given}, recorded is {package['integrity']}"
            )
            continue
        files, licence = _made(content, package)
        faults += [
            f"{file}: not what npm gave" for file in files if (folder / file).read_bytes() != files[file]
        ]
        faults += [f"{name}: its licence is {licence}"] if licence != package["license"] else []
    return faults


def refresh(folder: Path, wanted: dict[str, str]) -> None:
    """Fetch the packages of a folder; `wanted` gives new versions by name. Exits where npm gives another."""
    manifest = _manifest(folder)
    for name, package in manifest.items():
        version = wanted.get(name, package["version"])
        content = _pack(f"{name}@{version}")
        integrity = _integrity(content)
        if version == package["version"] and package.get("integrity") not in (None, "", integrity):
            sys.exit(f"{name}@{version}: npm gave {integrity}, recorded is {package['integrity']}")
        package |= {"version": version, "integrity": integrity}
        files, package["license"] = _made(content, package)
        for file, data in files.items():
            (folder / file).write_bytes(data)
            package["files"][file]["sha256"] = hashlib.sha256(data).hexdigest()
    text = json.dumps(manifest, indent=2, ensure_ascii=False)
    (folder / MANIFEST).write_text(text + "\n", "utf-8")


def _manifest(folder: Path) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text("utf-8"))
    return manifest


def _pack(specifier: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", specifier], cwd=folder, check=True, capture_output=True)
        (package,) = Path(folder).glob("*.tgz")
        return package.read_bytes()


def _integrity(content: bytes) -> str:
    return "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()


def _made(content: bytes, package: dict[str, Any]) -> tuple[dict[str, bytes], str]:
    """Return a package's files as they lie here, by name, and its licence. Raises KeyError, ValueError."""
    files = {}
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        for name, file in package["files"].items():
            member = archive.extractfile(f"package/{file['from']}")
            assert member is not None, file["from"]
            # A source map is not vendored: its mention would send the browser looking for it.
            lines = member.read().splitlines(keepends=True)
            data = b"".join(line for line in lines if b"sourceMappingURL=" not in line[:40])
            for old, new in file.get("replace", ()):
                if old.encode() not in data:
                    raise ValueError(f"{name}: {old}")
                data = data.replace(old.encode(), new.encode())
            files[name] = data
        facts = archive.extractfile("package/package.json")
        assert facts is not None
        return files, json.load(facts)["license"]


def main(arguments: list[str]) -> int:
    """Run a command of this script; return its exit status."""
    match arguments:
        case ["verify"]:
            faults = [f"{folder.relative_to(ROOT)}/{fault}" for folder in FOLDERS for fault in verify(folder)]
            print("\n".join(faults) or "vendored files are as recorded")
            return 1 if faults else 0
        case ["compare"]:
            faults = [
                f"{folder.relative_to(ROOT)}/{fault}" for folder in FOLDERS for fault in compare(folder)
            ]
            print("\n".join(faults) or "vendored files are what npm gives")
            return 1 if faults else 0
        case ["refresh"]:
            for folder in FOLDERS:
                refresh(folder, {})
        case ["take", specifier]:
            name, _, version = specifier.rpartition("@")
            for folder in FOLDERS:
                if name in _manifest(folder):
                    refresh(folder, {name: version})
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
