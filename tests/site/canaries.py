"""Canaries: words found nowhere else, one for every text of the model, and a search that finds them in any file."""

from __future__ import annotations

import base64
import binascii
import gzip
import io
import re
import types
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from html import unescape
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from urllib.parse import unquote_to_bytes

from rectification.model import Record

_CJK = 0x3400  # a block of characters that nobody types
_FOUND = re.compile(r"kanary(\d{4})q|龘([\u3400-\u4dbf])鱻", re.IGNORECASE)
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{16,}={0,2}")
_ESCAPE = re.compile(r"\\u\{?([0-9a-fA-F]{4,5})\}?|\\x([0-9a-fA-F]{2})")
_DEEP = 5  # files within files


@dataclass
class Aviary:
    """Every canary that was let out: its number -> where it was planted. `unseen` are shown by no build."""

    planted: dict[int, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    unseen: set[int] = field(default_factory=set)

    def word(self, where: str, *, unseen: bool = False) -> str:
        """Return a new canary of Latin letters, for an id, a path, an address."""
        number = len(self.planted) + 1
        self.planted[number] = where
        if unseen:
            self.unseen.add(number)
        return f"kanary{number:04}q"

    def text(self, where: str, *, unseen: bool = False) -> str:
        """Return a new canary in both scripts, with what every format has to escape."""
        word = self.word(where, unseen=unseen)
        return f"龘{chr(_CJK + len(self.planted))}鱻 {word} <&>'\""

    def file(self, where: str, ending: str = "txt") -> str:
        """Return a new file of evidence, whose name and content are canaries."""
        name = f"evidence/{self.word(f'{where}: name')}.{ending}"
        self.files[name] = self.text(f"{where}: content")
        return name

    def values(self, kind: type[Record], where: str = "", /, **fixed: Any) -> dict[str, Any]:
        """Return plain values for a record of `kind` with a canary in each of its texts.

        `fixed` are values of keys, or what makes one from where it is planted. Raises TypeError for a field of
        a type that is not known here, so that no new field goes without.
        """
        where = where or kind.__name__
        made: dict[str, Any] = {}
        for name, info in kind.model_fields.items():
            key = info.alias or name
            place = f"{where}.{key}"
            if key in fixed:
                made[key] = fixed[key](place) if callable(fixed[key]) else fixed[key]
            else:
                made[key] = self._value(info.annotation, place)
        return {key: value for key, value in made.items() if value is not None}

    def _value(self, annotation: Any, where: str) -> Any:
        origin, inner = get_origin(annotation), get_args(annotation)
        if origin is Annotated:
            return self._value(inner[0], where)
        if origin in (Union, types.UnionType):
            return self._value(next(one for one in inner if one is not type(None)), where)
        if origin is Literal:
            return inner[0]
        if origin is tuple:
            return [self._value(inner[0], where)]
        if origin is not None and issubclass(origin, Mapping):
            return {self.word(f"{where}: key"): self._value(inner[1], where)}
        if isinstance(annotation, type) and issubclass(annotation, Record):
            return self.values(annotation, where)
        plain = {
            str: lambda: self.text(where),
            date: lambda: "2026-03-02",
            int: lambda: "3",
            bool: lambda: "true",
        }
        if annotation not in plain:
            raise TypeError(f"{where}: {annotation}")
        return plain[annotation]()


def seen_in(files: Mapping[str, bytes]) -> dict[int, str]:
    """Return the canaries seen in files or in their names, each with the first place it was seen in."""
    seen: dict[int, str] = {}
    for name, content in files.items():
        for where, piece in ((name, name.encode()), *unpacked(name, content)):
            for text in readings(piece):
                for latin, cjk in _FOUND.findall(text):
                    seen.setdefault(int(latin) if latin else ord(cjk) - _CJK, where)
    return seen


def unpacked(name: str, content: bytes, deep: int = 0) -> Iterator[tuple[str, bytes]]:
    """Yield a file's content, and what is packed into it: archives, streams, chunks of pictures, base64."""
    yield name, content
    if deep > _DEEP:
        return
    for inner, piece in _packed(content):
        yield from unpacked(f"{name} › {inner}", piece, deep + 1)


def _packed(content: bytes) -> Iterator[tuple[str, bytes]]:
    if content[:2] == b"\x1f\x8b":
        yield "gzip", gzip.decompress(content)  # Pagefind's pieces begin with a mark of their own inside
        return
    if content[:4] == b"PK\x03\x04" and zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for one in archive.infolist():
                yield one.filename, archive.read(one)
                yield f"{one.filename}: note", one.comment + one.extra + one.filename.encode()
            yield "note", archive.comment
    elif content[:8] == b"\x89PNG\r\n\x1a\n":
        yield from _chunks(content)
    elif content[:5] == b"%PDF-":
        for n, stream in enumerate(re.findall(rb"stream\r?\n(.*?)endstream", content, re.DOTALL)):
            yield f"stream {n}", _inflated(stream)
    for match in _BASE64.finditer(content):
        decoded = _decoded(match[0])
        if b"kanary" in decoded.lower() or "龘".encode() in decoded:
            yield "base64", decoded


def _chunks(content: bytes) -> Iterator[tuple[str, bytes]]:
    at = 8
    while at + 8 <= len(content):
        size, kind = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        body = content[at + 8 : at + 8 + size]
        at += size + 12
        if kind in (b"zTXt", b"iTXt", b"iCCP"):
            for start in (n for n in range(len(body) - 1) if body[n] == 0x78):
                yield kind.decode(), _inflated(body[start:])


def _inflated(packed: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(packed)
    except zlib.error:
        return b""


def _decoded(run: bytes) -> bytes:
    """Return what a run of base64 says, wherever in it its groups of four begin."""
    plain = run.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
    found = []
    for start in range(4):
        part = plain[start:]
        part = part[:-1] if len(part) % 4 == 1 else part
        try:
            found.append(base64.b64decode(part + b"=" * (-len(part) % 4)))
        except binascii.Error:
            continue
    return b"\n".join(found)


def readings(piece: bytes) -> Iterator[str]:
    """Yield a text as it stands, unfolded, and with each kind of escape undone, one after another too."""
    for text in (piece.decode("utf-8", "replace"), *_wide(piece)):
        plain = text.replace("\r\n ", "")
        yield plain
        for _ in range(2):  # HTML in JSON in HTML
            plain = _ESCAPE.sub(lambda match: chr(int(match[1] or match[2], 16)), unescape(plain))
            if "%" in plain:
                plain = unquote_to_bytes(plain.encode("utf-8", "replace")).decode("utf-8", "replace")
            yield plain


def _wide(piece: bytes) -> Iterator[str]:
    """Yield a text of two bytes a character, as pictures and office files hold some."""
    if b"k\0a\0n\0a\0r\0y" in piece.lower() or "龘".encode("utf-16-le") in piece:
        for start in (0, 1):
            yield piece[start:].decode("utf-16-le", "replace")
    if b"\0k\0a\0n\0a\0r\0y" in piece.lower() or "龘".encode("utf-16-be") in piece:
        for start in (0, 1):
            yield piece[start:].decode("utf-16-be", "replace")
