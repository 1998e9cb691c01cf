"""Build beside the site, then swap: a reader, and a failed build, see the old site or the new one."""

from __future__ import annotations

import os
import shutil
from pathlib import Path


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
                shutil.rmtree(left)
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
    shutil.rmtree(previous, ignore_errors=True)


def discard(staging: Path) -> None:
    """Remove a staging folder; the site stays as it was."""
    shutil.rmtree(staging, ignore_errors=True)
