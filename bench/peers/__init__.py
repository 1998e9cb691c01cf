"""Other programs that can publish the same items: one module a program, its files beside it.

Each has `write(folder, number, seed, ours)`, which makes a project of the program below `folder` from the
same synthetic items (`ours` is this project's own project, built: its theme shell and assets may be used),
and `commands()`, which install the program where it is missing and return what builds the project.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

BUILD = Path(__file__).resolve().parents[2] / "build" / "peers"  # ignored by git


def environment(name: str, requirements: Sequence[str]) -> Path:
    """Return the folder of a virtual environment that holds `requirements`, each pinned.

    It is made where it is not there. A peer never enters the project's own environment. Raises
    CalledProcessError where pip fails.
    """
    folder = BUILD / name
    installed = folder / "installed"
    wanted = "\n".join(requirements)
    if not installed.is_file() or installed.read_text("utf-8") != wanted:
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        python = folder / "bin" / "python"
        subprocess.run([str(python), "-m", "pip", "install", "-q", *requirements], check=True)
        installed.write_text(wanted, "utf-8")
    return folder
