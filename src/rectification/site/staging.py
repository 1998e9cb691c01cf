"""Build beside the site, then swap: a reader, and a failed build, see the old site or the new one."""

from __future__ import annotations

import os
import shutil
from functools import partial
from pathlib import Path

from rectification.site.workers import on_both_cores


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def open_staging(site: Path) -> Path:
    """Make an empty staging folder beside `site` and return it. Clears what killed builds left behind."""
    site.parent.mkdir(parents=True, exist_ok=True)
    prefix = f".{site.name}."
    for left in site.parent.glob(f"{prefix}*"):
        kind, _, pid = left.name.removeprefix(prefix).partition("-")
        if (
            kind in ("staging", "previous")
            and pid.isdigit()
            and not (_alive(int(pid)) and int(pid) != os.getpid())
        ):
            if kind == "previous" and not site.exists():
                left.rename(site)  # killed between the two renames of a swap
            else:
                _remove(left)
    staging = site.parent / f"{prefix}staging-{os.getpid()}"
    staging.mkdir()
    return staging


def swap_in(staging: Path, site: Path) -> None:
    """Put the finished `staging` folder in the place of `site`. Hidden entries of the old site
    (`.git`, `.nojekyll` …) are kept, as MkDocs keeps them."""
    previous = site.parent / f".{site.name}.previous-{os.getpid()}"
    if site.exists():
        for entry in site.iterdir():
            if entry.name.startswith(".") and not (staging / entry.name).exists():
                entry.rename(staging / entry.name)
        site.rename(previous)
    staging.rename(site)
    _remove(previous)


def discard(staging: Path) -> None:
    """Remove a staging folder; the site stays as it was."""
    _remove(staging)


def _remove(folder: Path) -> None:
    """Remove a folder and all that is in it, as far as possible.

    A file system takes longer to forget ten thousand pages than to be told of them, mostly waiting: so pages
    are removed side by side.
    """
    if folder.is_dir():
        deep = [entry for entry in folder.iterdir() if entry.is_dir() and not entry.is_symlink()]
        pages = [
            page for entry in deep for page in entry.iterdir() if page.is_dir() and not page.is_symlink()
        ]
        on_both_cores([partial(shutil.rmtree, page, ignore_errors=True) for page in pages])
    shutil.rmtree(folder, ignore_errors=True)
