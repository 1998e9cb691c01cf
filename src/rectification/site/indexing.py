"""The search index of a site that is put together: made anew where pages have changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING

from rectification.engine import installed
from rectification.site.addresses import INDEX, INDEX_ENTRY
from rectification.site.files import Files, Made
from rectification.site.kept import digest, forget
from rectification.site.staging import make_folder
from rectification.workers import on_both_cores

if TYPE_CHECKING:
    from rectification.ledger.sealed import Sealed

_ENTRY = f"{INDEX}/{INDEX_ENTRY}"


class Index:
    """The search index of a site's `files`, with the `ids` of its items; `parts` keeps its parts."""

    def __init__(self, files: Files, ids: Sequence[str], parts: Sealed | None) -> None:
        self._files, self._ids, self._parts = files, ids, parts

    def make(self) -> None:
        """Write the index over all pages, unless it is there already. Raises pagefind.SearchError."""
        found = self.find()
        if found is not None:
            self.put(*found)

    def find(self) -> tuple[str, dict[str, bytes]] | None:
        """Return the key and the files of the index over all pages, None where it is there already.

        Raises pagefind.SearchError.
        """
        files = self._files
        pages = {name: one.sha256 for name, one in tuple(files.made.items()) if name.endswith(".html")}
        for name in files.rendered:
            if name.endswith(".html"):
                pages[name] = sha256((files.root / name).read_bytes()).hexdigest()
        key = digest(installed(), self._ids, sorted(pages.items()))
        there = self._there()
        if files.kept.has(_ENTRY, key) and all(files.kept.lies(name) for name in there):
            files.made |= {name: files.kept.files[name] for name in there}
            return None
        from rectification.site.search import index_of  # here: most builds make none

        return key, index_of(files.root, pages, self._ids, self._parts)

    def put(self, key: str, index: Mapping[str, bytes]) -> None:
        """Write what differs of the index."""
        files = self._files
        gone = [name for name in self._there() if name not in index]
        for name in gone:
            files.made.pop(name, None)
        forget(files.root, gone)
        for folder in {(files.root / name).parent for name in index}:
            make_folder(folder)
        jobs = [
            partial(_put, files, name, content, key if name == _ENTRY else digest(content))
            for name, content in index.items()
        ]
        files.note(on_both_cores(jobs))

    def _there(self) -> list[str]:
        return [name for name in self._files.kept.looks if name.startswith(f"{INDEX}/")]


def _put(files: Files, name: str, content: bytes, key: str) -> Made:
    return Made(name, files.known(name, key) or files.write(name, content, key))
