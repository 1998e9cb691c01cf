"""Build beside the site, then swap: a reader, and a failed build, see the old site or the new one."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from contextlib import suppress
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
    (`.git`, `.nojekyll` …) are kept, as MkDocs keeps them.

    Whenever this is interrupted, one of the two sites is there, whole, with its hidden entries; only where
    the system cannot let folders change places is there a moment without, which the next build mends.
    """
    if not site.exists():
        staging.rename(site)
        return
    for entry in site.iterdir():
        if entry.name.startswith(".") and not (staging / entry.name).exists():
            _share(entry, staging / entry.name)
    previous = staging
    if not _exchange(staging, site):
        previous = site.parent / f".{site.name}.previous-{os.getpid()}"
        site.rename(previous)
        try:
            staging.rename(site)
        except BaseException:
            previous.rename(site)
            raise
    _remove(previous)


def _share(entry: Path, to: Path) -> None:
    """Let a file, or a folder of files, be at `to` as well, without copying where that can be."""

    def share(source: str, target: str) -> None:
        try:
            os.link(source, target, follow_symlinks=False)
        except OSError:
            shutil.copy2(source, target, follow_symlinks=False)

    if entry.is_dir() and not entry.is_symlink():
        shutil.copytree(entry, to, symlinks=True, copy_function=share)
    else:
        share(str(entry), str(to))


def _exchange(one: Path, other: Path) -> bool:
    """Let two folders change places at once; False where the system cannot do that.

    Between two renames there would be a moment without a site.
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    here, exchange = -100, 2  # AT_FDCWD and RENAME_EXCHANGE of Linux
    return bool(rename(here, os.fsencode(one), here, os.fsencode(other), exchange) == 0)


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
        with suppress(OSError):  # sharing work out needs a little room on the disk
            on_both_cores([partial(shutil.rmtree, page, ignore_errors=True) for page in pages])
    shutil.rmtree(folder, ignore_errors=True)
