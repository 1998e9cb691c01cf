"""From one site to the next: what the last build left is made ready, taken over, and put in its place."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING

from rectification.site.kept import Kept, Look, claim, read, write
from rectification.site.staging import discard, mirror, spare_of, swap_in
from rectification.workers import WorkerError, beside

if TYPE_CHECKING:
    from rectification.ledger.sealed import Sealed
    from rectification.site.files import Files

log = logging.getLogger(f"mkdocs.plugins.{__name__}")


class Succession:
    """What a build of the project at `root` takes over from the last one of `site`.

    Its `cache` tells what that was: without one, or while another build has it, nothing is taken over. The
    site before the last is made ready to become the next one, beside what goes on here.
    """

    def __init__(self, root: Path, site: Path, cache: Sealed | None) -> None:
        self._site, self._cache = site, cache
        self._held: IO[bytes] | None = claim(root) if cache is not None else None
        self._last = Kept()
        self._waiting: Callable[[], dict[str, Look]] | None = None
        if cache is not None and self._held is not None and site.is_dir():
            self._last = read(cache, site)
            if self._last.files:
                self._waiting = beside(partial(mirror, site, spare_of(site)))

    @property
    def remembers(self) -> bool:
        """Whether the next build may be told what this one makes."""
        return self._held is not None

    def take_over(self, files: Files) -> bool:
        """Put the site together in what the last build left; tell whether that can be."""
        if self._waiting is None:
            return False
        try:
            looks = self._waiting()
        except (OSError, WorkerError) as error:
            log.debug("Everything is written anew: %s", error)
            return False
        files.take_over(spare_of(self._site), replace(self._last, looks=looks))
        return True

    def put_in_place(self, files: Files, staging: Path) -> None:
        """Put the finished site in its place, and remember what it was made from."""
        if files.root == staging:
            swap_in(staging, self._site)
            if self._held is not None:
                discard(spare_of(self._site))
        else:
            swap_in(files.root, self._site, keep=True)
            discard(staging)
        if self._held is not None and self._cache is not None:
            write(self._cache, self._site, files.made, files.sheaves)

    def let_go(self) -> None:
        """Let other builds have what builds remember."""
        if self._held is not None:
            self._held.close()
            self._held = None
