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
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from tempfile import TemporaryFile
from threading import Thread
from typing import IO

from rectification.unwritten import only_writing

_END = b","  # of a message
_PIECE = 1 << 20  # bytes read at a time


class SearchError(Exception):
    """Pagefind could not index the pages; the message is its own."""


def make_index(pages: Mapping[str, str], options: Mapping[str, object]) -> dict[str, bytes]:
    """Return the files of the index of `pages`, HTML by the names of files, in their order.

    What its filters hold comes out in an order of chance. `options` are those of Pagefind's interface.
    Raises SearchError, and OSError where there is no room.
    """
    requests: list[dict[str, object]] = [
        {"type": "NewIndex", "config": options},
        *(
            {"type": "AddFile", "index_id": 0, "file_path": name, "file_contents": html}
            for name, html in pages.items()
        ),
        {"type": "GetFiles", "index_id": 0},
    ]
    with TemporaryFile() as said:
        try:
            files = _answered(requests, said)
        except BrokenPipeError:  # it ended while it was told of the pages
            files = None
        except OSError as error:
            if only_writing(error):
                raise
            raise SearchError(_last_words(said) or str(error)) from error
        if files is None:
            raise SearchError(_last_words(said) or "Pagefind ended before it was done")
    return files


def _answered(requests: Iterable[Mapping[str, object]], said: IO[bytes]) -> dict[str, bytes] | None:
    """Ask for an index; return the files that the last answer holds, None where there is none.

    Pages are handed over as they are: ten thousand copies of them would take longer to write than to cut.
    """
    from pagefind_bin_extended import get_executable

    command = [str(get_executable()), "--service"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said) as program:
        assert program.stdin is not None and program.stdout is not None
        # It answers while it is still asked, and reads no more once nobody takes its answers.
        asking = Thread(target=_ask, args=(program.stdin, requests), daemon=True)
        asking.start()
        try:
            return _files(program.stdout)
        finally:
            program.kill()
            asking.join()


def _ask(stream: IO[bytes], requests: Iterable[Mapping[str, object]]) -> None:
    with suppress(BrokenPipeError):  # nobody is there any more: the missing answer tells
        stream.writelines(_message(n, request) for n, request in enumerate(requests, 1))
        stream.flush()


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


def _last_words(said: IO[bytes]) -> str:
    said.seek(0)
    return said.read().decode("utf-8", "replace").strip()
