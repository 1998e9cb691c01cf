"""A source's files as bytes: from a folder or over http(s), never more than a limit, never with credentials.

urllib from the standard library, put together by hand: no scheme but http and https, no cookies, no
passwords from ~/.netrc (the `requests` library would send them), and redirects that stay on http(s).
"""

from __future__ import annotations

import http.client
import stat
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import IO, TYPE_CHECKING, Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    UnknownHandler,
)

from rectification import __version__
from rectification.federation.refusal import Refused

if TYPE_CHECKING:
    from rectification.settings import Settings, SourceSite

API = "api/v1/"
_PATIENCE = 20.0  # seconds without a byte
_WHOLE = 180.0  # seconds for one file
_PIECE = 1 << 18  # bytes read at a time
_REDIRECTS = 5

Read = Callable[[str, int], bytes]  # (name of a file of the interface, most bytes) -> its content


def reader(source: SourceSite, settings: Settings) -> Read:
    """Return what reads a file of a source's interface. It raises Refused (F001, F002)."""
    if not source.remote:
        folder = settings.root / source.location
        return lambda name, limit: _from_folder(folder / API / name, limit)
    return lambda name, limit: _from_web(source.location + API + name, name, limit)


def _from_folder(path: Path, limit: int) -> bytes:
    try:
        with path.open("rb") as stream:
            found = path.stat()
            if not stat.S_ISREG(found.st_mode):
                raise Refused("F001", reason=f"{path.name}: not a file")
            return _whole(stream.read, path.name, limit)
    except OSError as error:
        raise Refused("F001", reason=f"{API}{path.name}: {error.strerror or error}") from error


def _from_web(address: str, name: str, limit: int) -> bytes:
    request = Request(address, headers={"User-Agent": f"rectification/{__version__}"})
    try:
        with _opener().open(request, timeout=_PATIENCE) as answer:
            return _whole(answer.read, name, limit)
    except HTTPError as error:
        with error:
            raise Refused("F001", reason=f"{API}{name}: HTTP {error.code} {error.reason}") from error
    except URLError as error:
        raise Refused("F001", reason=f"{API}{name}: {error.reason}") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Refused("F001", reason=f"{API}{name}: {str(error) or type(error).__name__}") from error


def _whole(read: Callable[[int], bytes], name: str, limit: int) -> bytes:
    pieces, size, end = [], 0, monotonic() + _WHOLE
    while piece := read(_PIECE):
        size += len(piece)
        if size > limit:
            raise Refused("F002", name=name, limit=limit)
        if monotonic() > end:
            raise Refused("F001", reason=f"{API}{name}: more than {_WHOLE:.0f} s")
        pieces.append(piece)
    return b"".join(pieces)


class _Redirects(HTTPRedirectHandler):
    """Follows a redirect to http(s) only, never from https to http, and with no header but ours."""

    max_redirections = _REDIRECTS

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> Request | None:
        scheme = urlsplit(newurl).scheme
        if scheme != "https" and not (scheme == "http" and req.type == "http"):
            raise URLError(f"redirected to {newurl}")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _opener() -> OpenerDirector:
    opener = OpenerDirector()
    for handler in (
        ProxyHandler(),
        HTTPHandler(),
        HTTPSHandler(),
        _Redirects(),
        HTTPErrorProcessor(),
        HTTPDefaultErrorHandler(),
        UnknownHandler(),
    ):
        opener.add_handler(handler)
    return opener
