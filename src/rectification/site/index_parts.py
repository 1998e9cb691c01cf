"""An index that Pagefind made in parts, joined to one: as if it had been told of all the pages in one go.

Pagefind makes an index on one processor, from nothing each time. Of a large site it makes several instead,
side by side, and only those whose pages have changed. A reader's browser would have to ask each of them, so
they are joined: under every word stand the pages of the first part, then those of the second, and so on,
numbered on. What stands of a page is taken over as the bytes it is; only the first number of each part's
pages is written anew. What filters hold comes from Pagefind in an order of chance, and is sorted here.

Sources: the files are CBOR (RFC 8949) in gzip; what stands in them is that of Pagefind 1.5. A file of another
form is not guessed at: `UnknownFormError`.
"""

from __future__ import annotations

import gzip
import json
import marshal
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from itertools import accumulate, chain, groupby
from operator import itemgetter
from typing import Any, Self

from rectification.site.addresses import INDEX_ENTRY

_MARK = b"pagefind_dcd"  # begins every file of its own
_LEVEL = 6  # of compression: 9 would save 4 % of the words' files, for twice the time
_CHUNK = 100_000  # bytes of words in a file, uncompressed: as many as Pagefind itself puts there


class UnknownFormError(Exception):
    """An index is not of the form that is known here."""


# The pages on which a word stands: how many, the numbers of the first and the last one, and what is written
# of them, but for the number of the first.
_Pages = tuple[int, int, int, bytes]


@dataclass(frozen=True)
class Part:
    """The index of some pages: a site's, or a part of it.

    `pages` are the name of each page's piece and the number of its words, in their order; `words` holds
    the pages of each word, and of each of its spellings (the word itself has the spelling ""); `files`
    are all those that need no joining.
    """

    entry: dict[str, Any]
    version: str
    fields: tuple[str, ...]
    pages: list[tuple[str, int]]
    filters: dict[str, dict[str, list[int]]]
    words: dict[tuple[str, str], _Pages]
    files: dict[str, bytes]

    def packed(self) -> bytes:
        """Return the part as bytes, for `unpacked` of this Python."""
        return marshal.dumps(tuple(vars(self).values()))

    @classmethod
    def unpacked(cls, content: bytes | memoryview) -> Self:
        """Return a part from its bytes, which must be our own: no others are safe to be read."""
        return cls(*marshal.loads(content))


def take_apart(files: Mapping[str, bytes]) -> Part:
    """Return the index that has these files, by their paths. Raises UnknownFormError."""
    others = dict(files)
    try:
        entry = json.loads(others.pop(INDEX_ENTRY))
        ((language, facts),) = entry["languages"].items()
        version, pages, chunks, filters, sorts, fields = _read(others.pop(_meta(facts["hash"])))
        if sorts or any(not name.startswith(f"{language}_") for name, _ in pages):
            raise UnknownFormError
        words: dict[tuple[str, str], _Pages] = {}
        for _, _, name in chunks:
            words.update(_words(_unwrapped(others.pop(_chunk(name)))))
        values: dict[str, dict[str, list[int]]] = {}
        for name, known in filters:
            same, held = _read(others.pop(_filter(known)))
            if same != name:
                raise UnknownFormError
            values[name] = dict(held)
        named = [(name, count) for name, count in pages]
    except (KeyError, IndexError, ValueError, TypeError, AttributeError, OSError, EOFError) as error:
        raise UnknownFormError from error
    return Part(entry, version, tuple(fields), named, values, words, others)


def join(parts: Sequence[Part]) -> dict[str, bytes]:
    """Return the files of one index of all the pages of `parts`, at least one. Raises UnknownFormError."""
    first = parts[0]
    ((language, facts),) = first.entry["languages"].items()
    if any(part.version != first.version or list(part.entry["languages"]) != [language] for part in parts):
        raise UnknownFormError
    offsets = [0, *accumulate(len(part.pages) for part in parts)]
    pages, files = _pieces(parts, language)
    fields = _fields(parts)
    filters = []
    for name, values in sorted(_filters(parts, offsets).items()):
        content = _encoded([name, sorted(values.items())])
        filters.append([name, _hash(language, content)])
        files[_filter(filters[-1][1])] = _wrapped(content)
    chunks = []
    with ThreadPoolExecutor(2) as compressing:  # zlib works beside what goes on here
        waiting = []
        for low, high, content in _chunks(_joined(parts, offsets, fields)):
            chunks.append([low, high, _hash(language, content)])
            waiting.append(compressing.submit(_wrapped, content))
        files |= {_chunk(chunk[2]): made.result() for chunk, made in zip(chunks, waiting, strict=True)}
    content = _encoded([first.version, pages, chunks, filters, [], fields])
    known = facts | {"hash": _hash(language, content), "page_count": len(pages)}
    files[_meta(known["hash"])] = _wrapped(content)
    entry = first.entry | {"languages": {language: known}}
    return files | {INDEX_ENTRY: json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode()}


# -- what is joined ------------------------------------------------------------------------------------------


def _pieces(parts: Sequence[Part], language: str) -> tuple[list[list[object]], dict[str, bytes]]:
    """Return the list of all pages, and the files that need no joining.

    Pagefind names a piece by as few digits as its own index needs. Of two pieces of one name the second
    gets more.
    """
    files: dict[str, bytes] = {}
    pages: list[list[object]] = []
    for part in parts:
        named = {}
        for name, count in part.pages:
            content = part.files[path := _piece(name)]
            if files.get(path, content) != content:
                named[path] = _piece(name := _hash(language, content))
            pages.append([name, count])
        files |= {named.get(path, path): content for path, content in part.files.items()}
    return pages, files


def _fields(parts: Sequence[Part]) -> list[str]:
    """Return the names of what pages say of themselves, in the order in which most pages have them."""
    uses: Counter[tuple[str, ...]] = Counter()
    for part in parts:
        uses[part.fields] += len(part.pages)
    most = max(sorted(uses), key=lambda fields: uses[fields])
    return [*most, *sorted(set(chain.from_iterable(uses)) - set(most))]


def _filters(parts: Sequence[Part], offsets: Sequence[int]) -> dict[str, dict[str, list[int]]]:
    joined: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for part, offset in zip(parts, offsets, strict=False):
        for name, values in part.filters.items():
            for value, pages in values.items():
                joined[name][value] += [page + offset for page in pages]
    return joined


def _joined(
    parts: Sequence[Part], offsets: Sequence[int], fields: Sequence[str]
) -> Iterator[tuple[str, bytes]]:
    """Yield every word, in order, and what is written of it."""
    found: dict[tuple[str, str], list[_Pages]] = defaultdict(list)
    for part, offset in zip(parts, offsets, strict=False):
        words = part.words if list(part.fields) == fields[: len(part.fields)] else _renumbered(part, fields)
        for key, (count, first, last, rest) in words.items():
            found[key].append((count, first + offset, last + offset, rest))
    for word, keys in groupby(sorted(found), key=itemgetter(0)):
        spellings = [key for key in keys if key[1]]
        written = [_encoded(spelling) + _listed(found[word, spelling]) for _, spelling in spellings]
        told = b"".join((_head(_LIST, len(written)), *(b"\x82" + one for one in written)))
        yield word, b"\x83" + _encoded(word) + _listed(found.get((word, ""), ())) + told


def _listed(parts: Iterable[_Pages]) -> bytes:
    """Return what is written of the pages of all parts: each by how far it is from the one before it."""
    written = [_head(_LIST, sum(count for count, *_ in parts))]
    before = 0
    for _, first, last, rest in parts:
        written += (b"\x83", _head(_NUMBER, first - before), rest)
        before = last
    return b"".join(written)


def _renumbered(part: Part, fields: Sequence[str]) -> dict[tuple[str, str], _Pages]:
    """Return the words of a part whose fields have other numbers than in the whole index.

    Before the places of a word in a field stands -1 for the first field, -2 for the second one.
    """
    heads = {_head(_NEGATIVE, n): _head(_NEGATIVE, fields.index(name)) for n, name in enumerate(part.fields)}

    def renumbered(page: re.Match[bytes]) -> bytes:
        return page[1] + b"".join(heads.get(one, one) for one in _EACH.findall(page[2]))

    return {
        key: (count, first, last, _IN_FIELDS.sub(renumbered, rest))
        for key, (count, first, last, rest) in part.words.items()
    }


def _chunks(words: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, str, bytes]]:
    """Yield what is written of the words in files of a like size, each with its first and its last word."""
    names: list[str] = []
    written: list[bytes] = []
    size = 0

    def chunk() -> tuple[str, str, bytes]:
        return names[0], names[-1], b"\x81" + _head(_LIST, len(written)) + b"".join(written)

    for word, content in words:
        if written and size + len(content) > _CHUNK:
            yield chunk()
            names, written, size = [], [], 0
        names.append(word)
        written.append(content)
        size += len(content)
    if written:
        yield chunk()


# -- the files -----------------------------------------------------------------------------------------------


def _meta(hashed: str) -> str:
    return f"pagefind.{hashed}.pf_meta"


def _piece(name: str) -> str:
    return f"fragment/{name}.pf_fragment"


def _chunk(hashed: str) -> str:
    return f"index/{hashed}.pf_index"


def _filter(hashed: str) -> str:
    return f"filter/{hashed}.pf_filter"


def _hash(language: str, content: bytes) -> str:
    return f"{language}_{sha256(content).hexdigest()[:10]}"


def _unwrapped(content: bytes) -> bytes:
    content = gzip.decompress(content)
    if not content.startswith(_MARK):
        raise UnknownFormError
    return content[len(_MARK) :]


def _wrapped(content: bytes) -> bytes:
    return gzip.compress(_MARK + content, _LEVEL, mtime=0)


# Of CBOR there are lists, texts and numbers here, and nothing else. Why it is not read by a library: the
# pages of all words are millions of small lists, and nothing is to be known of them but where they end.
_NUMBER, _NEGATIVE, _TEXT, _LIST = 0, 1, 3, 4
_WIDTHS = {24: 1, 25: 2, 26: 4, 27: 8}
_INT = rb"(?:[\x00-\x17\x20-\x37]|[\x18\x38].|[\x19\x39]..|[\x1a\x3a].{4})"
_INTS = rb"(?:[\x80-\x97]|\x98.|\x99..|\x9a.{4})" + _INT + rb"*+"
_EACH = re.compile(rb"[\x80-\x97]|\x98.|\x99..|\x9a.{4}|" + _INT, re.DOTALL)
# A page: its number, the word's places in its text, and those in its fields.
_PAGE = re.compile(rb"\x83(" + _INT + rb")" + _INTS + _INTS, re.DOTALL)
_PAGES = re.compile(rb"(?:" + _PAGE.pattern + rb")*+", re.DOTALL)
_IN_FIELDS = re.compile(rb"((?:\x83" + _INT + rb")?" + _INTS + rb")(" + _INTS + rb")", re.DOTALL)


class _Known(dict[bytes, int]):
    """What has been read before: most pages are a few on from the one before them."""

    def __missing__(self, written: bytes) -> int:
        self[written] = _decode(written, 0)[0]
        return self[written]


def _words(content: bytes) -> Iterator[tuple[tuple[str, str], _Pages]]:
    """Yield the pages of each word and spelling that a file holds. Raises what it stumbles over."""
    numbers = _Known()
    count, at = _counted(content, _opened(content, 0, 1))
    for _ in range(count):
        word, at = _decode(content, _opened(content, at, 3))
        pages, at = _found(content, at, numbers)
        if pages:
            yield (word, ""), pages
        spellings, at = _counted(content, at)
        for _ in range(spellings):
            spelling, at = _decode(content, _opened(content, at, 2))
            pages, at = _found(content, at, numbers)
            if pages:
                yield (word, spelling), pages
    if at != len(content):
        raise UnknownFormError


def _found(content: bytes, at: int, numbers: _Known) -> tuple[_Pages | None, int]:
    """Return the pages listed at a place, None where there are none, and the place after them."""
    count, at = _counted(content, at)
    end = _PAGES.match(content, at).end()  # type: ignore[union-attr]  # it matches nothing, too
    steps = list(map(numbers.__getitem__, _PAGE.findall(content, at, end)))
    if len(steps) != count:
        raise UnknownFormError
    if not steps:
        return None, at
    _, rest = _decode(content, at + 1)
    return (count, steps[0], sum(steps), content[rest:end]), end


def _counted(content: bytes, at: int) -> tuple[int, int]:
    """Return how many values a list at a place has, and where they begin."""
    kind, number, at = _headed(content, at)
    if kind != _LIST:
        raise UnknownFormError
    return number, at


def _opened(content: bytes, at: int, length: int) -> int:
    """Return where the values of a list begin that must have so many."""
    number, at = _counted(content, at)
    if number != length:
        raise UnknownFormError
    return at


def _headed(content: bytes, at: int) -> tuple[int, int, int]:
    """Return the kind of a value, its number or how much belongs to it, and the place after that."""
    kind, number = divmod(content[at], 32)
    at += 1
    if number >= 24:
        width = _WIDTHS[number]
        number = int.from_bytes(content[at : at + width], "big")
        at += width
    return kind, number, at


def _read(content: bytes) -> Any:
    content = _unwrapped(content)
    value, end = _decode(content, 0)
    if end != len(content):
        raise UnknownFormError
    return value


def _decode(content: bytes, at: int) -> tuple[Any, int]:
    """Return the value that begins at a place, and the place after it. Raises what it stumbles over."""
    kind, number, at = _headed(content, at)
    if kind == _NUMBER:
        return number, at
    if kind == _TEXT:
        return content[at : at + number].decode(), at + number
    if kind != _LIST:
        raise UnknownFormError
    values = []
    for _ in range(number):
        value, at = _decode(content, at)
        values.append(value)
    return values, at


def _encoded(value: object) -> bytes:
    if isinstance(value, str):
        content = value.encode()
        return _head(_TEXT, len(content)) + content
    if isinstance(value, int):
        return _head(_NUMBER, value)
    if isinstance(value, (list, tuple)):
        return _head(_LIST, len(value)) + b"".join(map(_encoded, value))
    raise TypeError(value)


@lru_cache(maxsize=1 << 16)
def _head(kind: int, number: int) -> bytes:
    if number < 24:
        return bytes((kind * 32 + number,))
    code, width = next((code, width) for code, width in _WIDTHS.items() if number < 1 << 8 * width)
    return bytes((kind * 32 + code,)) + number.to_bytes(width, "big")
