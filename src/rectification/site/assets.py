"""Styles and scripts that every page loads, from the package; no build step, no other server."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files as package_files
from pathlib import Path

from mkdocs.config.config_options import ExtraScriptValue

from rectification.site.offline import SCRIPT, bundle

_FOLDER = "assets/rectification"
_STYLES = ("rectification", "charts", "search", "ledger", "substance", "recorded")
STYLES = tuple(f"{_FOLDER}/css/{name}.css" for name in _STYLES)


def _package() -> Path:
    return Path(str(package_files("rectification")))


def files() -> Iterator[tuple[str, Path]]:
    """Yield each asset as (address below the site's root, file)."""
    root = _package() / "assets"
    for path in sorted(root.rglob("*")):
        if path.is_file() and not path.name.startswith("."):
            yield f"{_FOLDER}/{path.relative_to(root).as_posix()}", path


def scripts(*, offline: bool) -> list[ExtraScriptValue]:
    """Return what a page loads of our scripts: the entry module, or for use from files one classic script."""
    if offline:
        return [ExtraScriptValue(f"{_FOLDER}/js/{SCRIPT}")]
    script = ExtraScriptValue(f"{_FOLDER}/js/rectification.js")
    script.type = "module"
    return [script]


def bundled() -> tuple[str, str]:
    """Return the classic script for use from files: its address below the site's root, its text."""
    return f"{_FOLDER}/js/{SCRIPT}", bundle(_package() / "assets/js")


def sources() -> list[Path]:
    """Return the folders of the package that a live preview watches."""
    return [_package() / name for name in ("templates", "locales", "assets")]
