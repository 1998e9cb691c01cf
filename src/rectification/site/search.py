"""The search index: Pagefind's command over the finished pages."""

from __future__ import annotations

import subprocess
from pathlib import Path

FOLDER = "pagefind"
_LEFT_OUT = ", ".join(
    [
        *(".headerlink", ".md-content__button", "script", "style", "button"),
        *(
            ".rx-noindex",
            ".rx-table-wrap",
            ".rx-counts",
            ".rx-recent",
            ".rx-steps",
            ".rx-note",
            ".rx-facts dt",
        ),
    ]
)

_OTHER_INTERFACES = (
    "pagefind-ui.*",
    "pagefind-modular-ui.*",
    "pagefind-component-ui.*",
    "pagefind-highlight.js",
)


class SearchError(Exception):
    """Pagefind could not index the pages; the message is its own."""


def index_pages(site: Path, *, chinese: bool) -> None:
    """Write the search index of all pages below `site` to `site/pagefind/`. Raises SearchError.

    `chinese` cuts Chinese text into words whatever the language of the interface; English words are found
    all the same, but no longer by their stems.

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
        *(("--force-language", "zh") if chinese else ()),
    ]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", errors="replace")
    if done.returncode != 0:
        raise SearchError((done.stderr or done.stdout).strip())
    for pattern in _OTHER_INTERFACES:  # ours is js/search.js
        for path in (site / FOLDER).glob(pattern):
            path.unlink()
