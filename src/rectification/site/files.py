"""The files of a site while it is put together: found as they are to be made, or written anew."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from rectification.site.kept import Kept, Sheaf, Written, digest
from rectification.site.staging import IN_THE_WAY, make_room, merge
from rectification.unwritten import naming


class Made(NamedTuple):
    """A file of the site by its path; `runs` where it may hold what a browser runs, for all we know."""

    name: str
    written: Written
    runs: bool = False


class Files:
    """The files of one build: those below `root`, where the site is put together.

    `kept` tells how the last site lies there, `rendered` are those that MkDocs has written, `made` are ours;
    `running` those of ours that may hold what a browser runs, `sheaves` the pages of items by the slugs of
    their checklists.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.kept = Kept()
        self.rendered: set[str] = set()
        self.made: dict[str, Written] = {}
        self.running: set[str] = set()
        self.sheaves: dict[str, Sheaf] = {}

    def take_over(self, root: Path, kept: Kept) -> None:
        """Put the site together in `root`, which holds the last one, rather than where MkDocs has written.

        `kept` tells how the files in `root` lie there, and from what the last build made its own.
        """
        self.root, self.kept = root, kept

    def bring(self, staging: Path) -> None:
        """Bring in what MkDocs has written in `staging`.

        A file that the site brings and we make is ours: what was made is there, the rest is yet to be made.
        """
        self.rendered = merge(staging, self.root, self.kept.looks, self.made)
        looks = {name: look for name, look in self.kept.looks.items() if name not in self.rendered}
        self.kept = replace(self.kept, looks=looks)

    def note(self, made: Iterable[Made]) -> None:
        """Remember files that were made, or found as they were to be made."""
        for one in made:
            self.made[one.name] = one.written
            if one.runs:
                self.running.add(one.name)

    def known(self, name: str, key: str) -> Written | None:
        """Return what is known of a file that is there as it is to be made; None of any other."""
        return self.kept.files[name] if self.kept.has(name, key) else None

    def anew(self, name: str, content: bytes) -> Written:
        """Write a file that is made by every build, unless it is there in the same words."""
        key = digest(content)
        return self.known(name, key) or self.write(name, content, key)

    def write(self, name: str, content: bytes, key: str) -> Written:
        """Write a file anew: what lay there may be a file of the present site."""
        path = self.root / name
        try:
            stream = path.open("xb")
        except IN_THE_WAY as error:
            try:  # the usual way: a new page, whose folder is not there
                if not isinstance(error, FileNotFoundError):
                    raise
                path.parent.mkdir()
            except IN_THE_WAY:
                make_room(path)
            stream = path.open("xb")
        with naming(path), stream:
            stream.write(content)
            stream.flush()
            found = os.fstat(stream.fileno())
        return Written(key, found.st_size, found.st_mtime_ns, sha256(content).hexdigest())
