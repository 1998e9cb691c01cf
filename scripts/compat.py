"""Builds the sample under MkDocs and under ProperDocs and compares; builds the rendered ledger with Zensical.

    python scripts/compat.py MKDOCS FOLDER     MKDOCS is a Python with the project and MkDocs installed; the
                                               Python that runs this has ProperDocs and Zensical beside it

ProperDocs is a maintained continuation of MkDocs 1.x that loads its plugins and themes: the two sites must be
the same but for the name of the program in each page. Zensical loads no plugins: it builds what
`rectify render` writes.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BUILD_DAY = "1795478400"  # 2026-11-24 00:00 UTC
_GENERATOR = re.compile(rb'<meta name="generator" content="[^"]*">')
_SUMS = "api/v1/manifest.json"  # of the pages as they are, with that name
_PLAIN = """\
site_name: Ledger
site_url: https://ledger.example.org/
theme: {name: material, language: zh, font: false}
markdown_extensions: [tables]
"""


def files(site: Path) -> dict[str, bytes]:
    """Return the files of a site without what names the program that built it."""
    found = {path.relative_to(site).as_posix(): path for path in site.rglob("*") if path.is_file()}
    return {name: _GENERATOR.sub(b"", path.read_bytes()) for name, path in found.items() if name != _SUMS}


def differences(one: dict[str, bytes], other: dict[str, bytes]) -> Iterator[str]:
    """Yield what two sites do not have in common: names of files, with what is the matter."""
    for name in sorted(one.keys() | other.keys()):
        if name not in other:
            yield f"{name}: only in the first"
        elif name not in one:
            yield f"{name}: only in the second"
        elif one[name] != other[name]:
            yield f"{name}: differs"


def _run(*command: str | Path, cwd: Path = ROOT) -> None:
    environment = {**os.environ, "SOURCE_DATE_EPOCH": BUILD_DAY, "NO_MKDOCS_2_WARNING": "1", "NO_COLOR": "1"}
    subprocess.run([str(part) for part in command], cwd=cwd, env=environment, check=True)


def main(arguments: list[str]) -> int:
    """Run this script; return its exit status."""
    if len(arguments) != 2:
        print(__doc__)
        return 2
    mkdocs, folder = arguments[0], (ROOT / arguments[1]).resolve()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    config = ("-f", ROOT / "mkdocs.yml")
    _run(mkdocs, "-m", "mkdocs", "build", "-q", "--strict", *config, "-d", folder / "mkdocs")
    _run(sys.executable, "-m", "properdocs", "build", "-q", "--strict", *config, "-d", folder / "properdocs")
    first, second = files(folder / "mkdocs"), files(folder / "properdocs")
    differing = list(differences(first, second))
    print(f"MkDocs and ProperDocs: {len(first)} files, {len(differing)} differences")
    print(*differing[:20], sep="\n", end="\n" if differing else "")
    rectify = Path(sys.executable).with_name("rectify")
    _run(rectify, "render", *config, "--to", folder / "zensical/docs")
    (folder / "zensical/mkdocs.yml").write_text(_PLAIN, "utf-8")
    _run(Path(sys.executable).with_name("zensical"), "build", "--strict", cwd=folder / "zensical")
    pages = {path.parent.name for path in (folder / "zensical/site/items").glob("*/index.html")}
    items = {path.parent.name for path in (folder / "mkdocs/items").glob("*/index.html")}
    print(f"Zensical: {len(pages)} of {len(items)} items have a page")
    return 1 if differing or pages != items or not items else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
