"""The search index: Pagefind's command over the finished pages."""

from __future__ import annotations

import subprocess
from pathlib import Path

FOLDER = "pagefind"
_LEFT_OUT = ".headerlink, .md-content__button, .rx-noindex, script, style"


class SearchError(Exception):
    """Pagefind could not index the pages; the message is its own."""


def index_pages(site: Path) -> None:
    """Write the search index of all pages below `site` to `site/pagefind/`. Raises SearchError.

    Pagefind's whole-site command rather than its Python wrapper: that one awaits a reply a page, and is
    a hundred times slower at ten thousand pages.
    """
    from pagefind_bin_extended import get_executable

    command = [
        str(get_executable()),
        "--site",
        str(site),
        "--output-subdir",
        FOLDER,
        "--exclude-selectors",
        _LEFT_OUT,
        "--silent",
    ]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", errors="replace")
    if done.returncode != 0:
        raise SearchError((done.stderr or done.stdout).strip())
