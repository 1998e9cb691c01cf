"""Runs the tests that need no browser under the newest Python that Debian has, in a Debian of its own.

    python scripts/newest.py FOLDER [ARGUMENT …]     the ARGUMENTs are pytest's

Debian's `unstable` is put into FOLDER/root, from the mirror that this machine's apt uses, once for as long as
the folder is there. The pinned packages are downloaded outside, by pip as it is set up here, and installed
inside without the network, each checked against the hashes that the constraints name. The project is copied
in. Needs root or sudo, on Debian.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CONSTRAINTS = ("constraints.txt", "constraints-test.txt")
_SUITE = "unstable"
_PACKAGES = ("python3", "python3-venv", "git", "ca-certificates")
# Mounted for as long as the tests run, and seen by them only.
_INSIDE = """\
mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" && mount -t tmpfs none "$0/tmp" || exit 1
exec chroot "$0" env -i HOME=/root LANG=C.UTF-8 PATH=/venv/bin:/usr/bin:/bin NO_MKDOCS_2_WARNING=1 sh -c \\
  'cd /project && exec "$@"' sh "$@"
"""
_SUDO = () if os.geteuid() == 0 else ("sudo",)


def make_root(root: Path) -> None:
    """Put Debian into a folder, unless it is there already."""
    done = root.with_name("root-is-ready")
    if done.exists():
        return
    if shutil.which("debootstrap", path=f"{os.environ['PATH']}:/usr/sbin") is None:
        _run(*_SUDO, "apt-get", "update", "-qq")
        _run(*_SUDO, "apt-get", "install", "-y", "-qq", "debootstrap")
    wanted = ("Created-By: Packages", "Origin: Debian", "Label: Debian")
    listed = _told("apt-get", "indextargets", "--format", "$(SITE)", *wanted).split()
    if not listed:
        sys.exit("apt knows no mirror of Debian: its lists of packages are missing, or this is no Debian")
    _run(*_SUDO, "rm", "-rf", root)
    include = f"--include={','.join(_PACKAGES)}"
    _run(*_SUDO, "debootstrap", "--variant=minbase", include, _SUITE, root, listed[0])
    done.touch()


def download(root: Path, to: Path) -> str:
    """Download what is pinned, for the Python in `root`; return the version of that."""
    version = _told(
        *_SUDO, "chroot", root, "python3", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"
    )
    wheels = ("--only-binary=:all:", "--python-version", version.strip(), "--require-hashes", "-d", to)
    for constraints in CONSTRAINTS:
        _run(sys.executable, "-m", "pip", "download", "-q", *wheels, "-r", ROOT / constraints)
    return version.strip()


def copy_in(root: Path, wheels: Path) -> None:
    """Copy the project, as it is, and the packages into `root`."""
    listed = _told("git", "-C", ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for place in ("project", "wheels", "venv"):
        _run(*_SUDO, "rm", "-rf", root / place)
    _run(*_SUDO, "cp", "-r", wheels, root / "wheels")
    _run(*_SUDO, "mkdir", root / "project")
    there = [name for name in listed.split("\0") if name and os.path.lexists(ROOT / name)]
    names = "\0".join(there).encode("utf-8", "surrogateescape")
    command = [*_SUDO, "xargs", "-0", "cp", "--parents", "-P", "-t", str(root / "project")]
    subprocess.run(command, input=names, cwd=ROOT, check=True)


def main(arguments: list[str]) -> int:
    """Run this script; return the exit status of the tests."""
    if not arguments:
        print(__doc__)
        return 2
    folder = Path(arguments[0]).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    root, wheels = folder / "root", folder / "wheels"
    make_root(root)
    version = download(root, wheels)
    copy_in(root, wheels)
    inside = (*_SUDO, "unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", _INSIDE, root)
    pip = ("pip", "install", "-q", "--no-index", "--root-user-action=ignore", "--disable-pip-version-check")
    _run(*inside, "python3", "-m", "venv", "/venv")
    for constraints in CONSTRAINTS:
        _run(*inside, *pip, "--find-links=/wheels", "--require-hashes", "-r", constraints)
    _run(*inside, *pip, "--no-deps", "--no-build-isolation", "-e", ".")
    print(f"Python {version}", flush=True)
    tests = ("python", "-m", "pytest", "-n", "auto", "--dist", "loadfile", "--ignore=tests/browser")
    return subprocess.run([*map(str, inside), *tests, *arguments[1:]]).returncode


def _run(*command: str | Path) -> None:
    subprocess.run([str(part) for part in command], check=True)


def _told(*command: str | Path) -> str:
    done = subprocess.run([str(part) for part in command], check=True, capture_output=True, encoding="utf-8")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
