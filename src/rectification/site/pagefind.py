"""Pagefind, the program that makes the search index, in such a way that the same pages give the same index.

Its command takes pages in the order in which the file system lists them, and the order becomes part of every
piece of the index. So its service is used, which is told the pages one by one: all at once, since its Python
wrapper waits a tenth of a second for each. It hands the index over rather than writing it: it would say that
it has written before it has. What filters hold still comes out in an order of chance (they pass through hash
maps), and is sorted here afterwards.

Sources: the messages are those of the Python package `pagefind`; the files are CBOR (RFC 8949) in gzip.
"""

from __future__ import annotations

import gzip
import json
import subprocess
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from rectification.unwritten import only_writing

_ENTRY = "pagefind-entry.json"
_MARK = b"pagefind_dcd"  # begins every file of its own
_END = b","  # of a message
_PIECE = 1 << 20  # bytes read at a time


class SearchError(Exception):
    """Pagefind could not index the pages; the message is its own."""


def make_index(folder: Path, pages: Sequence[str], options: Mapping[str, object]) -> dict[str, bytes]:
    """Return the files of the index of `pages`, files in `folder`, in their order.

    `options` are those of Pagefind's interface. Raises SearchError, and OSError where there is no room.
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
    return _settled(files)


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


# -- the same index for the same pages ---------------------------------------------------------------------


def _settled(files: dict[str, bytes]) -> dict[str, bytes]:
    """Return an index with what its filters hold sorted, and the files named after what is in them then.

    An index of another form, of a later Pagefind, is returned as it is.
    """
    made = dict(files)
    try:
        entry = json.loads(files[_ENTRY])
        for language, facts in entry["languages"].items():
            version, pages, chunks, filters, sorts, fields = _read(made.pop(_meta(facts["hash"])))
            settled = []
            for name, known in sorted(filters):
                same, values = _read(made.pop(_filter(known)))
                if same != name:
                    return files
                content = _written([name, sorted(values)])
                settled.append([name, _hash(language, content)])
                made[_filter(settled[-1][1])] = content
            content = _written([version, pages, chunks, settled, sorts, fields])
            facts["hash"] = _hash(language, content)
            made[_meta(facts["hash"])] = content
    except (KeyError, IndexError, ValueError, TypeError, AttributeError, OSError):
        return files
    return made | {_ENTRY: json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode()}


def _meta(hashed: str) -> str:
    return f"pagefind.{hashed}.pf_meta"


def _filter(hashed: str) -> str:
    return f"filter/{hashed}.pf_filter"


def _hash(language: str, content: bytes) -> str:
    return f"{language}_{sha256(content).hexdigest()[:10]}"


def _read(content: bytes) -> Any:
    content = gzip.decompress(content)
    value, end = _decode(content, len(_MARK))
    if not content.startswith(_MARK) or end != len(content):
        raise ValueError
    return value


def _written(value: object) -> bytes:
    return gzip.compress(_MARK + b"".join(_encoded(value)), mtime=0)


# Of CBOR there are lists, texts and numbers from 0 on here, and nothing else.
_NUMBER, _TEXT, _LIST = 0, 3, 4
_WIDTHS = {24: 1, 25: 2, 26: 4, 27: 8}


def _decode(content: bytes, at: int) -> tuple[Any, int]:
    """Return the value that begins at a place, and the place after it. Raises what it stumbles over."""
    kind, number = divmod(content[at], 32)
    at += 1
    if number >= 24:
        width = _WIDTHS[number]
        number = int.from_bytes(content[at : at + width], "big")
        at += width
    if kind == _NUMBER:
        return number, at
    if kind == _TEXT:
        return content[at : at + number].decode(), at + number
    if kind != _LIST:
        raise ValueError(f"CBOR of major type {kind}")
    values = []
    for _ in range(number):
        value, at = _decode(content, at)
        values.append(value)
    return values, at


def _encoded(value: object) -> Iterable[bytes]:
    if isinstance(value, int):
        yield _head(_NUMBER, value)
    elif isinstance(value, str):
        content = value.encode()
        yield _head(_TEXT, len(content))
        yield content
    elif isinstance(value, list):
        yield _head(_LIST, len(value))
        for one in value:
            yield from _encoded(one)
    else:
        raise TypeError(value)


def _head(kind: int, number: int) -> bytes:
    if number < 24:
        return bytes((kind * 32 + number,))
    code, width = next((code, width) for code, width in _WIDTHS.items() if number < 1 << 8 * width)
    return bytes((kind * 32 + code,)) + number.to_bytes(width, "big")
