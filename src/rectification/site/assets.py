"""Styles and scripts that every page loads, from the package; no build step, no other server."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files as package_files
from pathlib import Path

from mkdocs.config.config_options import ExtraScriptValue

_FOLDER = "assets/rectification"
STYLES = tuple(f"{_FOLDER}/css/{name}.css" for name in ("rectification", "charts", "search", "ledger"))


def _package() -> Path:
    return Path(str(package_files("rectification")))


def files() -> Iterator[tuple[str, Path]]:
    """Yield each asset as (address below the site's root, file)."""
    root = _package() / "assets"
    for path in sorted(root.rglob("*")):
        if path.is_file() and not path.name.startswith("."):
            yield f"{_FOLDER}/{path.relative_to(root).as_posix()}", path


def scripts() -> list[ExtraScriptValue]:
    """Return the entry module of our scripts, as MkDocs wants an ES module named."""
    script = ExtraScriptValue(f"{_FOLDER}/js/rectification.js")
    script.type = "module"
    return [script]


def sources() -> list[Path]:
    """Return the folders of the package that a live preview watches."""
    return [_package() / name for name in ("templates", "locales", "assets")]
