"""What a live preview shows: a page is made when a browser asks for it, the search index while nobody waits.

MkDocs holds back what is asked for until a build is done. So of thousands of pages a build only says how they
would be made; what was made before stays where it is, and counts as long as it would be made the same.
"""

from __future__ import annotations

import logging
import posixpath
from collections.abc import Callable, Iterable
from functools import partial
from threading import Condition, RLock, Thread
from typing import TYPE_CHECKING, Any

from rectification.publish import index_json, manifest_json
from rectification.site.addresses import INDEX
from rectification.site.kept import Kept, Look, forget
from rectification.site.templates import TemplateMistakeError

if TYPE_CHECKING:
    from pathlib import Path
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from rectification.site.build import Build
    from rectification.site.files import Made
    from rectification.workers import Job

log = logging.getLogger(f"mkdocs.plugins.{__name__}")

_OF_ALL = (index_json.PATH, manifest_json.PATH)  # files that tell of all others
_QUIET = 1.0  # seconds without a build after which the search index is made


class Preview:
    """The site of a live preview, below the folder `site`. `build` has made all of it."""

    def __init__(self, site: Path, build: Build) -> None:
        self._site = site
        self._build = build
        self._known = dict(build.files.made)
        self._building = False
        self._waiting: dict[str, Job[list[Made]]] = {}
        self._offered = set(build.files.made)
        self._turn = 0  # counts what has been shown
        self._lock = RLock()  # held while files are made
        self._changed = Condition(self._lock)
        self._indexer: Thread | None = None

    def begin(self) -> None:
        """Let nobody see anything until `end`: a build has begun."""
        self._lock.acquire()
        self._building = True

    def end(self) -> None:
        """Let browsers see what there is, if a build had begun."""
        if self._building:
            self._building = False
            self._lock.release()

    def show(self, build: Build) -> None:
        """Show what `build` makes of the ledger from now on."""
        known = self._known | self._build.files.made
        looks = {name: Look(one.size, one.changed) for name, one in known.items()}
        looks |= {name: Look(path.stat().st_size, 0) for name, path in self._rendered()}
        build.files.root, build.files.kept = self._site, Kept(known, looks=looks)
        waiting = dict(build.offer())
        # The index of before is better than none.
        index = {name for name in known if build.index is not None and name.startswith(f"{INDEX}/")}
        gone = (
            (known.keys() | self._build.files.rendered)
            - waiting.keys()
            - build.files.rendered
            - index
            - set(_OF_ALL)
        )
        forget(self._site, gone)
        build.files.made = {name: known[name] for name in index}
        # From here on it is the new one that is shown.
        self._known = {name: one for name, one in known.items() if name not in gone and name not in index}
        self._build, self._waiting, self._offered = build, waiting, set(waiting)
        self._turn += 1
        self._changed.notify_all()
        if build.index is not None and self._indexer is None:
            self._indexer = Thread(target=self._keep_index, name="search index", daemon=True)
            self._indexer.start()

    def _rendered(self) -> Iterable[tuple[str, Path]]:
        for name in self._build.files.rendered:
            path = self._site / name
            if path.is_file():
                yield name, path

    def app(self, shown: WSGIApplication, mount: str) -> WSGIApplication:
        """Return the web application `shown`, at the path `mount`, with files made as they are asked for."""

        def answer(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
            path = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "ignore")
            while True:
                try:
                    with self._lock:
                        turn = self._turn
                        ours = self._make_for(path, mount)
                except TemplateMistakeError as mistake:  # to be mended: the next build shows it anew
                    log.error("%s", mistake)
                    start("500 Internal Server Error", [("Content-Type", "text/plain; charset=utf-8")])
                    return [f"{mistake}\n".encode()]
                head, body = _answer(shown, environ)
                # Another build may have been shown while this answer waited for it.
                if turn == self._turn or not ours:
                    start(*head)
                    return body
                if hasattr(body, "close"):
                    body.close()

        return answer

    def _make_for(self, path: str, mount: str) -> bool:
        """Make the file behind the path of an address; tell whether there is one of ours."""
        if not self._turn or not path.startswith(mount):  # the first build has made everything
            return False
        name = posixpath.normpath("/" + path[len(mount) :]).lstrip("/")
        for each in (name, posixpath.join(name, "index.html")):
            if each in _OF_ALL:
                for one in list(self._waiting):
                    self._make(one)
                self._build.tell_of_all()
                return True
            if each in self._offered:
                self._make(each)
                return True
        return False

    def _make(self, name: str) -> None:
        make = self._waiting.get(name)
        if make is None:
            return
        made = make()
        self._build.files.note(made)
        for one in made:  # what fails is asked for again
            self._waiting.pop(one.name, None)

    # -- the search index --------------------------------------------------------------------------

    def _keep_index(self) -> None:
        """Make the index of what is shown, whenever that has not changed for a while."""
        turn = 0
        while True:
            with self._changed:
                self._changed.wait_for(partial(self._differs, turn))
                turn = self._turn
                while self._changed.wait(_QUIET):
                    turn = self._turn
            try:
                self._index(turn)
            except Exception as error:  # it is to be mended, and tried again
                # What was shown may have gone away meanwhile: then there is another turn.
                if not self._differs(turn):
                    told = (
                        error
                        if isinstance(error, TemplateMistakeError)
                        else f"{type(error).__name__}: {error}"
                    )
                    log.warning("%s", told)

    def _differs(self, turn: int) -> bool:
        return turn != self._turn

    def _index(self, turn: int) -> None:
        with self._lock:
            pages = [name for name in self._waiting if name.endswith(".html")]
        for name in pages:
            with self._lock:
                if turn != self._turn:
                    return
                self._make(name)
        with self._lock:
            if turn != self._turn:
                return
            index = self._build.index
        if index is None:
            return
        found = index.find()
        with self._lock:
            if found is not None and turn == self._turn:
                index.put(*found)


def _answer(app: WSGIApplication, environ: WSGIEnvironment) -> tuple[tuple[str, Any], Iterable[bytes]]:
    """Return what an application answers: its status and its headers, and the body."""
    heads: list[tuple[str, Any]] = []

    def start(status: str, headers: Any, error: object = None, /) -> Callable[[bytes], object]:
        heads.append((status, headers))
        return _nowhere

    body = app(environ, start)
    return heads[-1], body


def _nowhere(content: bytes) -> None:
    raise NotImplementedError("the preview's server does not write in this way")
