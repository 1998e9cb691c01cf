"""Pagefind, the program that makes the search index.

Its command takes pages in the order in which the file system lists them, and the order becomes part of every
piece of the index. So its service is used, which is told the pages one by one: all at once, since its Python
wrapper waits a tenth of a second for each. It hands the index over rather than writing it: it would say that
it has written before it has.

Source: the messages are those of the Python package `pagefind`.
"""

from __future__ import annotations

import json
import subprocess
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

from rectification.unwritten import only_writing

_END = b","  # of a message
_PIECE = 1 << 20  # bytes read at a time


class SearchError(Exception):
    """Pagefind could not index the pages; the message is its own."""


def make_index(folder: Path, pages: Sequence[str], options: Mapping[str, object]) -> dict[str, bytes]:
    """Return the files of the index of `pages`, files in `folder`, in their order.

    What its filters hold comes out in an order of chance. `options` are those of Pagefind's interface.
    Raises SearchError, and OSError where there is no room.
    """
    from pagefind_bin_extended import get_executable

    requests: list[dict[str, object]] = [
        {"type": "NewIndex", "config": options},
        # One page each: in what order the pages of a folder are read is not for us to say.
        *({"type": "AddDir", "index_id": 0, "path": str(folder), "glob": page} for page in pages),
        {"type": "GetFiles", "index_id": 0},
    ]
    said = folder / "said.txt"
    try:
        with (
            said.open("wb") as errors,
            subprocess.Popen(
                [str(get_executable()), "--service"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
            ) as program,
        ):
            assert program.stdin is not None and program.stdout is not None
            try:
                program.stdin.writelines(_message(n, request) for n, request in enumerate(requests, 1))
                program.stdin.flush()
                files = _files(program.stdout)
            finally:
                program.kill()
    except BrokenPipeError:  # it ended while it was told of the pages
        files = None
    except OSError as error:
        if only_writing(error):
            raise
        raise SearchError(_last_words(said) or str(error)) from error
    if files is None:
        raise SearchError(_last_words(said) or "Pagefind ended before it was done")
    return files


def _message(number: int, request: Mapping[str, object]) -> bytes:
    return b64encode(json.dumps({"message_id": number, "payload": request}).encode()) + _END


def _files(stream: IO[bytes]) -> dict[str, bytes] | None:
    """Return the files that the last answer holds; None where there is none. Raises SearchError."""
    for message in _messages(stream):
        answer = json.loads(b64decode(message))["payload"]
        if answer["type"] == "Error" or answer.get("page_count") == 0:
            raise SearchError(answer.get("message") or "Pagefind did not find a page")
        if answer["type"] == "GetFiles":
            return {file["path"]: b64decode(file["content"]) for file in answer["files"]}
    return None


def _messages(stream: IO[bytes]) -> Iterator[bytes]:
    pieces: list[bytes] = []
    while piece := stream.read1(_PIECE):  # type: ignore[attr-defined]
        first, *more = piece.split(_END)
        pieces.append(first)
        for rest in more:
            yield b"".join(pieces)
            pieces = [rest]


def _last_words(said: Path) -> str:
    return said.read_text("utf-8", "replace").strip() if said.exists() else ""
