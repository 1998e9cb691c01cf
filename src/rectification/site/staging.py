"""Build beside the site, then swap: a reader, and a failed build, see the old site or the new one."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
import time
from collections.abc import Container, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path

from rectification.site.kept import Look, looks_of
from rectification.workers import on_both_cores

# What it means where something else lies in the place of a file or of its folder, or the folder is missing.
IN_THE_WAY = (FileExistsError, FileNotFoundError, IsADirectoryError, NotADirectoryError)
_PATIENCE = 5.0  # seconds that a build waits for another one to put its site in place


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def open_staging(site: Path) -> Path:
    """Make an empty staging folder beside `site` and return it. Mends what killed builds left behind."""
    site.parent.mkdir(parents=True, exist_ok=True)
    prefix = f".{site.name}."
    for left in sorted(site.parent.glob(f"{prefix}*")):
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
    _spread(staging)
    return staging


def spare_of(site: Path) -> Path:
    """Return the folder of the site before this one, which the next one is made from."""
    return site.parent / f".{site.name}.spare"


def place_of(site: Path, path: Path) -> Path | None:
    """Return where in `site` a file belongs that lies in a folder the site is put together in, or the folder
    itself where that lies above `site`; None for what is no part of it."""
    for above in (path, *path.parents):
        if above == site or (above.parent == site.parent and above.name.startswith(f".{site.name}.")):
            return site / path.relative_to(above)
    return path if path in site.parents else None


def mirror(site: Path, spare: Path) -> dict[str, Look]:
    """Make the folder `spare` hold what `site` holds, without copying: its files are links to the same ones.

    Most of it is there already if it was the site before this one. Hidden entries of the root are left out.
    Returns how the files lie there. Raises OSError where the file system has no such links.
    """
    looks: dict[str, Look] = {}
    here, there = str(site), str(spare)  # texts: ten thousand paths would take as long again
    waiting = [("", False)]
    if not spare.exists():
        spare.mkdir()
        _spread(spare)
    while waiting:
        folder, new = waiting.pop()
        known = {} if new else {entry.name: entry for entry in os.scandir(there + folder)}
        for entry in os.scandir(here + folder):
            if not folder and entry.name.startswith("."):
                continue
            name = f"{folder}/{entry.name}"
            before = known.pop(entry.name, None)
            if entry.is_dir(follow_symlinks=False):
                new = before is None or not before.is_dir(follow_symlinks=False)
                if new:
                    if before is not None:
                        _drop(before)
                    Path(there + name).mkdir()
                waiting.append((name, new))
                continue
            if before is None or before.inode() != entry.inode():
                if before is not None:
                    _drop(before)
                os.link(entry.path, there + name, follow_symlinks=False)
            look = entry.stat(follow_symlinks=False)
            looks[name[1:]] = Look(look.st_size, look.st_mtime_ns)
        for left in known.values():
            _drop(left)
    return looks


def _spread(folder: Path) -> None:
    """Let ext4 look for room all over the disk for the folders that are made in `folder`.

    It puts a folder beside the one that it is made in. Where that neighbourhood is crowded, it searches the
    whole disk from there, and again for each of ten thousand pages' folders: ten times the time. Other file
    systems do not know this, or do not let it be said. Source: chattr(1), the attribute T.
    """
    if not sys.platform.startswith("linux"):
        return
    import fcntl

    get, set_, top = 0x80086601, 0x40086602, 0x00020000  # FS_IOC_GETFLAGS, FS_IOC_SETFLAGS, EXT4_TOPDIR_FL
    with suppress(OSError):
        number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            known = bytearray(8)
            fcntl.ioctl(number, get, known)
            flags = int.from_bytes(known, sys.byteorder) | top
            fcntl.ioctl(number, set_, flags.to_bytes(8, sys.byteorder))
        finally:
            os.close(number)


def _drop(entry: os.DirEntry[str]) -> None:
    if entry.is_dir(follow_symlinks=False):
        shutil.rmtree(entry.path)
    else:
        Path(entry.path).unlink()


def merge(
    staging: Path, root: Path, looks: Mapping[str, Look], besides: Container[str] = frozenset()
) -> set[str]:
    """Move what lies in `staging` to `root`, all but the paths `besides`, and return the paths of it.

    What lies in `root` in the same words already stays as it is; `looks` tells how it lies there.
    """
    found = {name: look for name, look in looks_of(staging).items() if name not in besides}
    if staging == root:
        return set(found)
    for name, look in found.items():
        there = looks.get(name)
        same_size = there is not None and there.size == look.size
        if same_size and (staging / name).read_bytes() == (root / name).read_bytes():
            continue
        try:
            (staging / name).replace(root / name)
        except IN_THE_WAY:
            make_room(root / name)
            (staging / name).replace(root / name)
    return set(found)


def make_room(path: Path) -> None:
    """Remove what lies at `path`, and what lies where a folder above it belongs; make that folder."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        with suppress(FileNotFoundError, NotADirectoryError):
            path.unlink()
    make_folder(path.parent)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it; remove what lies in the place of one.

    Several processes must not do this for one folder at a time.
    """
    for above in (folder, *folder.parents):
        if above.is_dir():
            break
        with suppress(FileNotFoundError, NotADirectoryError):
            above.unlink()
    folder.mkdir(parents=True, exist_ok=True)


def swap_in(folder: Path, site: Path, *, keep: bool = False) -> None:
    """Put the finished `folder` in the place of `site`. Hidden entries of the old site (`.git`, `.nojekyll`
    …) are kept, as MkDocs keeps them. With `keep` the old site then lies where `folder` was.

    Whenever this is interrupted, one of the two sites is there, whole, with its hidden entries; only where
    the system cannot let folders change places is there a moment without, which the next build mends. Another
    build that is just at this step is waited for.
    """
    with _turn(site.parent):
        previous = _changed_places(folder, site)
    if previous is None:
        return
    if keep and previous != folder:
        with suppress(OSError):
            previous.rename(folder)
            return
    if not keep or previous != folder:
        _remove(previous)


@contextmanager
def _turn(above: Path) -> Iterator[None]:
    """Hold the folder of the site while it is changed, where the system has such locks.

    A build that was stopped there is not waited for longer than a while.
    """
    with ExitStack() as held:
        with suppress(ImportError, OSError):
            import fcntl

            place = os.open(above, os.O_RDONLY)
            held.callback(os.close, place)
            give_up = time.monotonic() + _PATIENCE
            while time.monotonic() < give_up:
                with suppress(BlockingIOError):
                    fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                time.sleep(0.05)
        yield


def _changed_places(folder: Path, site: Path) -> Path | None:
    """Put `folder` in the place of `site`; return where the old site is then, None where there was none."""
    if not site.exists():
        folder.rename(site)
        return None
    for entry in site.iterdir():
        if entry.name.startswith(".") and not (folder / entry.name).exists():
            _share(entry, folder / entry.name)
    previous = folder
    if not _exchange(folder, site):
        previous = site.parent / f".{site.name}.previous-{os.getpid()}"
        site.rename(previous)
        try:
            folder.rename(site)
        except BaseException:
            with suppress(OSError):  # another build was quicker
                previous.rename(site)
            raise
    return previous


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
    with suppress(OSError):  # sharing work out needs a little room on the disk
        deep = [entry for entry in folder.iterdir() if entry.is_dir() and not entry.is_symlink()]
        pages = [
            page for entry in deep for page in entry.iterdir() if page.is_dir() and not page.is_symlink()
        ]
        on_both_cores([partial(shutil.rmtree, page, ignore_errors=True) for page in pages])
    shutil.rmtree(folder, ignore_errors=True)
