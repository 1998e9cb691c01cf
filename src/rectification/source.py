"""YAML text -> plain values and the places they stand at; refuses what YAML can do to hurt.

Values are read from libyaml's *events*: no anchor is followed, no tag is obeyed, no scalar is typed.
A scalar is its text, `None` where the key has no value at all; the model gives it its type.
"""

from __future__ import annotations

import os
import re
import stat
from array import array
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import accumulate
from pathlib import Path
from sys import intern
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import yaml
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from rectification.diagnostic import Diagnostic, lines_of
from rectification.personal import perhaps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

Node = dict[str, "Node"] | list["Node"] | str | None
Path_ = tuple[str | int, ...]
# PyYAML's stubs make every mark optional; an event that comes from the parser always has both of its marks.
Event = Any

MAX_BYTES = 2_000_000
MAX_DEPTH = 20
MAX_NODES = 200_000
_MAX_REFUSALS = 50  # a file: past that the file is not a checklist

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_HIDDEN = re.compile(f"{_CONTROL.pattern}|{_BIDI.pattern}")
_ESCAPE = re.compile(r"\\(?:x(..)|u(.{4})|U(.{8})|(.))", re.DOTALL)
_NAMED_ESCAPES = {
    "0": 0x0,
    "a": 0x7,
    "b": 0x8,
    "v": 0xB,
    "f": 0xC,
    "e": 0x1B,
    "N": 0x85,
    "L": 0x2028,
    "P": 0x2029,
}
# Only from the start of a run of blanks: from each of them in turn, a run without a `#` costs its square.
_LOST_COMMENT = re.compile(r"(?<![ \t])[ \t]+#[^\s#]")
_LINE_BREAK = re.compile(r"\r\n|\n|\r")
# Of Markdown: a link or the address of a reference, and an address in angle brackets.
_LINK = re.compile(r"\][(:]")
_ANGLED = re.compile(r"<[A-Za-z]")
# Where one may stand: what an anchor, an alias or a tag begins with. And an escape of what may be hidden.
_MARKER = re.compile(r"[&*!](?<![^\s\[\]{},:?-].)")
_HIDING = re.compile(r"\\[xuU0abvfeNLP]")


class Mark(NamedTuple):
    """A place in a file: line and column start at 1, the column counts code points."""

    line: int
    column: int


class Tree(NamedTuple):
    """What a text says, and where.

    `positions` holds the index in the text of every node in its order, keys too; `entries` the numbers, among
    the positions, of the entries of each list that stands right below the top.
    """

    value: dict[str, Node]
    entries: Mapping[str, Sequence[int]]
    positions: Sequence[int]


_NOTHING = Tree({}, {}, ())


class Document:
    """One YAML file as read: its name, its text, its value and where each part of it stands."""

    def __init__(
        self,
        file: str,
        text: str,
        tree: Tree | Callable[[], Tree] = _NOTHING,
        starts: Mapping[str, Sequence[int]] | None = None,
        suspect: bool | None = None,
    ) -> None:
        """Hold what was read.

        A `tree` that is to be called for is built when it is first asked about; `starts` are then the places
        in the text of the entries of each list right below its top. `suspect` is what is known of the text.
        """
        if suspect is not None:
            self.__dict__["suspect"] = suspect
        self.file = file
        self.text = text
        self._given = tree
        self._starts = starts if starts is not None else starts_of(self.tree)
        # Number of a list or mapping -> the numbers of what stands in it, in the entry last asked about: with
        # no such memory, thousands of mistakes in one list would cost the square of their number.
        self._numbers: dict[int, _Numbers] = {}
        self._counted: int | None = None

    @classmethod
    def absent(cls, file: str) -> Document:
        """Return what stands for a file that is not there: everything in it is at its first line."""
        return cls(file, "")

    @cached_property
    def tree(self) -> Tree:
        return self._given if isinstance(self._given, Tree) else self._given()

    def let_go(self) -> None:
        """Keep the text alone: its value and its places are read from it again where they are asked for."""
        self._given = partial(_again, self.file, self.text)
        self.__dict__.pop("tree", None)
        self._numbers = {}

    @property
    def value(self) -> dict[str, Node]:
        return self.tree.value

    @cached_property
    def suspect(self) -> bool:
        """Whether the text may hold personal data, or a link: then its parts are looked at one by one."""
        return perhaps(self.text) or may_link(self.text)

    def mark(self, path: Path_, of: Literal["value", "key"] = "value") -> Mark:
        """Return the place of the value (or the key) at `path`; of its nearest parent where there is none."""
        number = self._number(path, of)
        return self._mark(self.tree.positions[number]) if number is not None else Mark(1, 1)

    def find(self, path: Path_, words: str, of: Literal["value", "key"] = "value") -> Mark:
        """Return the place of `words` in the value (or key) at `path`.

        Where they do not stand there as they are (an escape, a folded line), it is the value's own place.
        """
        number = self._number(path, of)
        start, *following = (0,) if number is None else self.tree.positions[number : number + 2]
        at = self.text.find(words, start, *following)
        return self._mark(at if at >= 0 else start)

    def line_of(self, path: Path_) -> int:
        """Return the line where an entry of a list right below the top starts; 1 for any other path."""
        start = self._start(path)
        return bisect_right(self._line_starts, start) if start is not None else 1

    def line_after(self, path: Path_) -> int:
        """Return the last line of an entry of such a list: before the next, or the last of the text."""
        *above, place = path or ("",)
        start = self._start((*above, place + 1)) if isinstance(place, int) else None
        return bisect_right(self._line_starts, start) - 1 if start is not None else self.last_line

    def _start(self, path: Path_) -> int | None:
        if len(path) != 2 or not isinstance(path[1], int):
            return None
        starts = self._starts.get(str(path[0]), ())
        return starts[path[1]] if 0 <= path[1] < len(starts) else None

    def _entry(self, path: Path_) -> int | None:
        """Return the number of the entry that a path begins with; None where it leads elsewhere."""
        if len(path) < 2 or not isinstance(path[1], int):
            return None
        numbers = self.tree.entries.get(str(path[0]), ())
        return numbers[path[1]] if 0 <= path[1] < len(numbers) else None

    def _number(self, path: Path_, of: Literal["value", "key"]) -> int | None:
        """Return the number of what stands at `path`, of its nearest parent without it; None above all."""
        tree, at = self.tree, self._entry(path)
        node: Node = tree.value
        key, number, rest = None, 0, path
        if at is not None:
            above = tree.value[str(path[0])]
            assert isinstance(above, list)
            node, number, rest = above[int(path[1])], at, path[2:]
        found = at is not None
        if at != self._counted:
            self._counted, self._numbers = at, {}
        known = self._numbers
        for part in rest:
            below = known.get(number)
            if below is None:
                below = known[number] = _Numbers(node, number)
            at = below.of(part)
            if at is None:
                # The nearest parent is the one to point at, by its value; above the topmost is the file.
                return number if found else None
            key = at - 1 if isinstance(node, dict) else None
            node, number, found = node[part], at, True  # type: ignore[index]
        if not found:
            return None
        return key if of == "key" and key is not None else number

    def _mark(self, index: int) -> Mark:
        line = bisect_right(self._line_starts, index)
        return Mark(line, index - self._line_starts[line - 1] + 1)

    @cached_property
    def _line_starts(self) -> Sequence[int]:
        """The index of the first character of each line."""
        if "\r" in self.text:
            return array("I", (0, *(match.end() for match in _LINE_BREAK.finditer(self.text))))
        lengths = map(len, self.text.split("\n")[:-1])
        return array("I", accumulate(lengths, lambda start, length: start + length + 1, initial=0))

    @property
    def split(self) -> tuple[str, ...]:
        """The lines of the text, as an editor counts them."""
        return lines_of(self.text)

    @property
    def last_line(self) -> int:
        """The number of the last line."""
        return len(self._line_starts)


def starts_of(tree: Tree) -> dict[str, Sequence[int]]:
    """Return the places in the text of the entries of each list right below the top."""
    positions = tree.positions
    return {key: array("I", [positions[n] for n in numbers]) for key, numbers in tree.entries.items()}


def _again(file: str, text: str) -> Tree:
    document, _ = parse(text, file)
    return document.tree if document is not None else _NOTHING


def may_link(text: str) -> bool:
    """Tell whether a text holds the marks of a link; two expressions, each found by its first letter."""
    return _LINK.search(text) is not None or _ANGLED.search(text) is not None


class _Numbers:
    """The number of each value right below a node of that number, by its key or index.

    Counted as far as it was asked for: what stands far down, as a log does, is seldom what is at fault.
    """

    def __init__(self, node: Node, number: int) -> None:
        self._known: dict[str | int, int] = {}
        self._more = _numbered(node, number)

    def of(self, part: str | int) -> int | None:
        known = self._known
        while part not in known:
            one = next(self._more, None)
            if one is None:
                return None
            known[one[0]] = one[1]
        return known[part]


def _numbered(node: Node, number: int) -> Iterator[tuple[str | int, int]]:
    """Yield the key or index of each value right below the node of that number, and its number."""
    number += 1
    if isinstance(node, dict):
        for key, value in node.items():
            yield key, number + 1
            number += 2 if value.__class__ is str else 1 + _nodes(value)
    elif isinstance(node, list):
        for place, value in enumerate(node):
            yield place, number
            number += _nodes(value)


def _nodes(node: Node) -> int:
    """Count a node and all below it, keys too."""
    below: Iterable[Node] = ()
    count = 1
    if isinstance(node, dict):
        count += len(node)
        below = node.values()
    elif isinstance(node, list):
        below = node
    for one in below:
        count += 1 if one.__class__ is str else _nodes(one)
    return count


def read(path: Path, file: str) -> tuple[Document | None, str, list[Diagnostic]]:
    """Read one YAML file.

    `file` is the name diagnostics give it. Returns the document (None where it cannot be used), its text
    as far as it could be read (for excerpts), and the diagnostics. Raises nothing for bad input.
    """
    raw, refused = raw_of(path, file)
    return (None, "", [refused]) if refused is not None else parse_raw(raw, file)


def parse_raw(raw: bytes, file: str) -> tuple[Document | None, str, list[Diagnostic]]:
    """Parse what a YAML file holds. Returns what `read` does."""
    text, refused = decode(raw, file)
    if refused is not None:
        return None, text, [refused]
    document, diagnostics = parse(text, file)
    return document, text, diagnostics


def parse(text: str, file: str) -> tuple[Document | None, list[Diagnostic]]:
    """Parse one YAML text. Returns the document, or None with the diagnostics that say why."""
    hidden = _hidden_characters(text, file) if _HIDDEN.search(text) else []
    if hidden:
        return None, hidden
    tree = _read_plainly(text)
    if tree is not None:
        return Document(file, text, tree), []
    reading = _Reading(file, text)
    reading.run()
    errors = [d for d in reading.diagnostics if d.severity == "error"]
    if not errors and not isinstance(reading.value, dict):
        if reading.value is None:
            reading.report("Y021", 1, 1)
        else:
            line, column = reading.top
            kind = "list" if isinstance(reading.value, list) else "text"
            reading.report("Y022", line, column, kind=kind)
        errors = reading.diagnostics
    if errors:
        return None, reading.diagnostics
    assert isinstance(reading.value, dict)
    tree = Tree(reading.value, reading.entries, reading.positions)
    return Document(file, text, tree), reading.diagnostics


def raw_of(path: Path, file: str) -> tuple[bytes, Diagnostic | None]:
    """Read a regular file within the size cap, never waiting on a pipe and never following a link.

    Returns what it holds, or nothing and a diagnostic that says why.
    """

    def refuse(code: str, **facts: object) -> tuple[bytes, Diagnostic]:
        return b"", Diagnostic(code, "error", file, 1, 1, facts)

    try:
        found = path.lstat()
        if not stat.S_ISREG(found.st_mode):
            return refuse("Y001", kind=_kind_of(found.st_mode))
        if found.st_size > MAX_BYTES:
            return refuse("Y003", size=found.st_size, limit=MAX_BYTES)
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(descriptor, "rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except OSError as error:
        return refuse("Y002", reason=error.strerror or type(error).__name__)
    if len(raw) > MAX_BYTES:
        return refuse("Y003", size=len(raw), limit=MAX_BYTES)
    return raw, None


def _kind_of(mode: int) -> str:
    kinds = {
        stat.S_ISLNK: "symbolic link",
        stat.S_ISDIR: "directory",
        stat.S_ISFIFO: "FIFO",
        stat.S_ISSOCK: "socket",
        stat.S_ISCHR: "device",
        stat.S_ISBLK: "device",
    }
    return next((name for is_kind, name in kinds.items() if is_kind(mode)), "special file")


def decode(raw: bytes, file: str) -> tuple[str, Diagnostic | None]:
    """Return the text of a file, as far as it can be read, and a diagnostic where it is no UTF-8."""
    try:
        return raw.decode("utf-8-sig"), None
    except UnicodeDecodeError as error:
        # The marks of other encodings a Chinese office is likely to save in; a guess, and said as one.
        guess = "UTF-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in raw[:64] else "GBK"
        before = raw[: error.start].decode("utf-8-sig", errors="replace")
        lines = _LINE_BREAK.split(before)
        found = f"0x{raw[error.start]:02X}"
        diagnostic = Diagnostic(
            "Y004", "error", file, len(lines), len(lines[-1]) + 1, {"found": found, "guess": guess}
        )
        return raw.decode("utf-8-sig", errors="replace"), diagnostic


def first_hidden(text: str) -> tuple[int, str] | None:
    """Return the index of the first character that hides what a text says, and the character; else None."""
    match = _HIDDEN.search(text)
    return (match.start(), match[0]) if match else None


def _hidden_characters(text: str, file: str) -> list[Diagnostic]:
    """Report control characters and bidirectional overrides: what is shown must be what is stored."""
    found = [
        (match.start(), code, match.group())
        for code, pattern in (("Y005", _CONTROL), ("Y006", _BIDI))
        for match in pattern.finditer(text)
    ]
    diagnostics = []
    for index, code, character in sorted(found)[:_MAX_REFUSALS]:
        facts = {"found": f"U+{ord(character):04X}"}
        diagnostics.append(Diagnostic(code, "error", file, *_place_of(text, index), facts))
    return diagnostics


def _place_of(text: str, index: int) -> Mark:
    lines = _LINE_BREAK.split(text[:index])
    return Mark(len(lines), len(lines[-1]) + 1)


def _needs_care(text: str) -> bool:
    """Tell whether a text may hold what is refused, or warned of, though libyaml takes it."""
    return (
        _may_lose_a_comment(text)
        or "<<" in text
        or (any(mark in text for mark in "&*!") and _MARKER.search(text) is not None)
        or ("\\" in text and _HIDING.search(text) is not None)
    )


def _may_lose_a_comment(text: str) -> bool:
    return (" #" in text or "\t#" in text) and _LOST_COMMENT.search(text) is not None


class _CareError(Exception):
    """A text is to be read with care after all."""


def _read_plainly(text: str) -> Tree | None:
    """Read a text that there is nothing to say of, as nearly all are, in half the time that care takes.

    None for any other: `_Reading` finds out what there is to say.
    """
    if _needs_care(text):
        return None
    loader = yaml.CBaseLoader(text)
    reading = _PlainReading(loader.get_event)
    try:
        return reading.whole()
    except (yaml.YAMLError, _CareError):
        return None
    finally:
        loader.dispose()


class _PlainReading:
    """One pass over events of which none is expected to be refused."""

    def __init__(self, get: Callable[[], Event]) -> None:
        self.get = get
        self.positions = array("I")
        self.entries: dict[str, Sequence[int]] = {}

    def whole(self) -> Tree | None:
        """Return what a stream of one document says; None where it is another. Raises _CareError."""
        get = self.get
        get()  # the start of the stream
        if type(get()) is not DocumentStartEvent or type(top := get()) is not MappingStartEvent:
            return None
        value = self.below(top, 1)
        assert isinstance(value, dict)
        whole = type(get()) is DocumentEndEvent and type(get()) is StreamEndEvent
        if not whole or len(self.positions) > MAX_NODES:
            return None
        return Tree(value, self.entries, self.positions)

    def below(self, start: Event, depth: int, name: str = "") -> Node:
        """Return the collection that an event opens; `name` is its key. Raises _CareError."""
        if depth > MAX_DEPTH:
            raise _CareError
        get, positions, note = self.get, self.positions, self.positions.append
        event: Event
        note(start.start_mark.index)
        if type(start) is MappingStartEvent:
            mapping: dict[str, Node] = {}
            while type(event := get()) is ScalarEvent:
                note(event.start_mark.index)  # type: ignore[union-attr]
                key = intern(event.value)
                if key in mapping:
                    raise _CareError
                event = get()
                if type(event) is ScalarEvent:
                    note(event.start_mark.index)  # type: ignore[union-attr]
                    mapping[key] = event.value if event.value or event.style else None
                else:
                    mapping[key] = self.below(event, depth + 1, key)
            if type(event) is not MappingEndEvent:
                raise _CareError
            return mapping
        if type(start) is not SequenceStartEvent:
            raise _CareError
        listed: list[Node] = []
        numbers = array("I")
        while type(event := get()) is not SequenceEndEvent:
            numbers.append(len(positions))
            if type(event) is ScalarEvent:
                note(event.start_mark.index)  # type: ignore[union-attr]
                listed.append(event.value if event.value or event.style else None)
            else:
                listed.append(self.below(event, depth + 1))
        if depth == 2 and listed:
            self.entries[name] = numbers
        return listed


@dataclass(slots=True)
class _Frame:
    """A collection being filled: a mapping waits for a key or for that key's value."""

    value: dict[str, Node] | list[Node]
    key: str | None = None
    lines: dict[str, int] | None = None  # of a mapping's keys, to name both lines of a duplicate
    opened: str | None = None  # the key that a collection below belongs to


class _Reading:
    """One pass over the events of a text: builds the value and collects what is refused."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self.value: Node = None
        self.top = Mark(1, 1)
        self.positions: array[int] = array("I")
        self.entries: dict[str, list[int]] = {}
        self.diagnostics: list[Diagnostic] = []
        self.last_quoted: Event = None

    def report(self, code: str, line: int, column: int, **facts: object) -> None:
        severity: Literal["error", "warning"] = "warning" if code == "Y020" else "error"
        self.diagnostics.append(Diagnostic(code, severity, self.file, line, column, facts))

    def run(self) -> None:
        loader = yaml.CBaseLoader(self.text)
        try:
            self._consume(loader)
        except yaml.YAMLError as error:
            self._syntax(error)
        finally:
            loader.dispose()

    def _consume(self, loader: yaml.CBaseLoader) -> None:
        """Pull events until the end, or until a refusal after which going on could hurt."""
        stack: list[_Frame] = []
        nodes = documents = 0
        positions = self.positions
        comments = _may_lose_a_comment(self.text)
        while loader.check_event():
            event: Event = loader.get_event()
            kind = type(event)
            if kind is ScalarEvent:
                nodes += 1
                positions.append(event.start_mark.index)
                if event.anchor is not None or event.tag is not None:
                    self._refuse_marker(event)
                if event.style:
                    if event.style == '"':
                        self._escapes(event)
                    if event.end_mark.line > event.start_mark.line:
                        self.last_quoted = event
                elif comments:
                    self._lost_comment(event)
                self._place(stack, event.value if event.value or event.style else None, event)
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                nodes += 1
                mark = event.start_mark
                positions.append(mark.index)
                if event.anchor is not None or event.tag is not None:
                    self._refuse_marker(event)
                if len(stack) >= MAX_DEPTH:
                    self.report("Y013", mark.line + 1, mark.column + 1, limit=MAX_DEPTH)
                    return
                container: dict[str, Node] | list[Node] = {} if kind is MappingStartEvent else []
                self._place(stack, container, event)
                stack.append(_Frame(container, None, {} if kind is MappingStartEvent else None))
            elif kind is AliasEvent:
                nodes += 1
                mark = event.start_mark
                self.report("Y007", mark.line + 1, mark.column + 1, found=f"*{event.anchor}")
                self._place(stack, None, event)
            elif kind is DocumentStartEvent:
                documents += 1
                if documents > 1:
                    self.report("Y011", event.start_mark.line + 1, event.start_mark.column + 1)
                    return
            elif stack and kind.__name__ in ("MappingEndEvent", "SequenceEndEvent"):
                stack.pop()
            if nodes > MAX_NODES:
                self.report("Y014", event.start_mark.line + 1, event.start_mark.column + 1, limit=MAX_NODES)
                return
            if len(self.diagnostics) >= _MAX_REFUSALS:
                return

    def _place(self, stack: list[_Frame], value: Node, event: Event) -> None:
        """Put `value` where the open collection expects it."""
        if not stack:
            self.value = value
            self.top = Mark(event.start_mark.line + 1, event.start_mark.column + 1)
            return
        frame = stack[-1]
        if frame.lines is not None and frame.key is None:
            self._open_key(frame, value, event)
        elif isinstance(frame.value, list):
            frame.value.append(value)
            if len(stack) == 2 and stack[0].opened is not None:
                self.entries.setdefault(stack[0].opened, []).append(len(self.positions) - 1)
        else:
            assert frame.key is not None
            frame.value.setdefault(frame.key, value)
            frame.opened, frame.key = frame.key, None

    def _open_key(self, frame: _Frame, key: Node, event: Event) -> None:
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        assert isinstance(frame.value, dict) and frame.lines is not None
        if isinstance(key, dict | list) or isinstance(event, AliasEvent):
            self.report("Y012", line, column)
            frame.key = f"?{line}"
            return
        name = key or ""
        if name == "<<" and isinstance(event, ScalarEvent) and not event.style:
            self.report("Y010", line, column)
        elif name in frame.lines:
            self.report("Y015", line, column, key=name, first=frame.lines[name])
        frame.lines.setdefault(name, line)
        frame.key = name

    def _refuse_marker(self, event: Event) -> None:
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        if event.anchor is not None:
            self.report("Y008", line, column, found=f"&{event.anchor}")
        if event.tag is not None:
            self.report("Y009", line, column, found=event.tag)

    def _escapes(self, event: Event) -> None:
        """Refuse what is refused in the text itself (see `_hidden_characters`) as an escape too."""
        for code, pattern in (("Y005", _CONTROL), ("Y006", _BIDI)):
            if not pattern.search(event.value):
                continue
            start, end = event.start_mark.index, event.end_mark.index
            for escape in _ESCAPE.finditer(self.text, start, end):
                number = escape[1] or escape[2] or escape[3]
                value = int(number, 16) if number else _NAMED_ESCAPES.get(escape[4])
                if value is not None and pattern.match(chr(value)):
                    line, column = _place_of(self.text, escape.start())
                    self.report(code, line, column, found=f"U+{value:04X}")

    def _lost_comment(self, event: Event) -> None:
        """Warn where a `#` right before a word has cut a plain value short."""
        end = event.end_mark
        if event.value and _LOST_COMMENT.match(self.text, end.index):
            rest = _LINE_BREAK.split(self.text[end.index : end.index + 200], maxsplit=1)[0]
            offset = len(rest) - len(rest.lstrip())
            self.report("Y020", end.line + 1, end.column + 1 + offset, lost=rest.strip())

    def _syntax(self, error: yaml.YAMLError) -> None:
        """Turn libyaml's complaint into the cause an editor can mend, at the place of the cause."""
        problem = str(getattr(error, "problem", None) or error)
        context = str(getattr(error, "context", None) or "")
        where: Any = getattr(error, "problem_mark", None)
        start: Any = getattr(error, "context_mark", None) or where
        if where is None:
            self.report("Y019", 1, 1, problem=problem)
            return
        line_start = self.text.rfind("\n", 0, where.index) + 1
        character = self.text[where.index : where.index + 1]
        quoted = self.last_quoted
        if "scanning a quoted scalar" in context and "end of stream" in problem:
            self.report("Y017", start.line + 1, start.column + 1)
        elif quoted is not None and quoted.style in ("'", '"') and quoted.end_mark.line == where.line:
            # A quote left open closes at the next one, lines below, where the text stops making sense.
            self.report("Y017", quoted.start_mark.line + 1, quoted.start_mark.column + 1)
        elif "tab character" in problem or character == "\t":
            self.report("Y016", where.line + 1, where.column + 1)
        elif "\t" in self.text[line_start : where.index] and not self.text[line_start : where.index].strip():
            self.report("Y016", *_place_of(self.text, self.text.index("\t", line_start)))
        elif "directive" in context:
            self.report("Y018", start.line + 1, start.column + 1, found="%")
        elif "cannot start any token" in problem or "scanning an a" in context or "scanning a tag" in context:
            at = start if "scanning a" in context and "next token" not in context else where
            self.report("Y018", at.line + 1, at.column + 1, found=self.text[at.index : at.index + 1])
        elif "mapping values are not allowed" in problem:
            self._unexpected_colon(where)
        elif "could not find expected ':'" in problem:
            wide = self.text.find("：", start.index, where.index)
            before = self.text[start.index : wide] if wide >= 0 else ""
            self.report("Y024", start.line + 1, start.column + 1 + (len(before) if "\n" not in before else 0))
        elif "exceeded" in problem:
            self.report("Y013", where.line + 1, where.column + 1, limit=MAX_DEPTH)
        elif "expected ',' or" in problem:
            self.report("Y025", start.line + 1, start.column + 1)
        elif "did not find expected" in problem:
            # Not by libyaml's line: behind a last line without a break it counts one more.
            self.report("Y023", *_place_of(self.text, where.index))
        elif "escape" in problem:
            self.report("Y026", where.line + 1, where.column + 1)
        else:
            self.report("Y019", where.line + 1, where.column + 1, problem=problem)

    def _unexpected_colon(self, where: Any) -> None:
        """`a: b: c` wants quotes; a `：` on the line above was to be `: `; else the indentation is wrong."""
        lines = _LINE_BREAK.split(self.text[: where.index])
        if re.search(r"^[ -]*[^\s:'\"]+:[ \t]", lines[-1]):
            self.report("Y018", where.line + 1, where.column + 1, found=":")
            return
        above = next((n for n in range(len(lines) - 2, -1, -1) if lines[n].strip()), None)
        wide = lines[above].find("：") if above is not None else -1
        if above is not None and wide > 0 and ": " not in lines[above]:
            self.report("Y024", above + 1, wide + 1)
        else:
            indent = len(lines[-1]) - len(lines[-1].lstrip())
            self.report("Y023", where.line + 1, indent + 1)
