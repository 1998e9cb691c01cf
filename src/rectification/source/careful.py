"""The careful reading of a text: what in it is refused, or warned of, and where an editor is to mend it."""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass
from typing import Any, Literal

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from rectification.diagnostic import Diagnostic
from rectification.source.plain import LOST_COMMENT, Event, may_lose_a_comment
from rectification.source.text import BIDI, CONTROL, LINE_BREAK, MAX_REFUSALS, Mark, place_of
from rectification.source.tree import MAX_DEPTH, MAX_NODES, Node, Tree

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


def read_carefully(text: str, file: str) -> tuple[Tree | None, list[Diagnostic]]:
    """Read a text event by event. Returns what it says, or None, and what there is to say of it."""
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
    return Tree(reading.value, reading.entries, reading.positions), reading.diagnostics


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
        comments = may_lose_a_comment(self.text)
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
            if len(self.diagnostics) >= MAX_REFUSALS:
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
        """Refuse what is refused in the text itself (see `hidden_characters`) as an escape too."""
        for code, pattern in (("Y005", CONTROL), ("Y006", BIDI)):
            if not pattern.search(event.value):
                continue
            start, end = event.start_mark.index, event.end_mark.index
            for escape in _ESCAPE.finditer(self.text, start, end):
                number = escape[1] or escape[2] or escape[3]
                value = int(number, 16) if number else _NAMED_ESCAPES.get(escape[4])
                if value is not None and pattern.match(chr(value)):
                    line, column = place_of(self.text, escape.start())
                    self.report(code, line, column, found=f"U+{value:04X}")

    def _lost_comment(self, event: Event) -> None:
        """Warn where a `#` right before a word has cut a plain value short."""
        end = event.end_mark
        if event.value and LOST_COMMENT.match(self.text, end.index):
            rest = LINE_BREAK.split(self.text[end.index : end.index + 200], maxsplit=1)[0]
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
            self.report("Y016", *place_of(self.text, self.text.index("\t", line_start)))
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
            self.report("Y023", *place_of(self.text, where.index))
        elif "escape" in problem:
            self.report("Y026", where.line + 1, where.column + 1)
        else:
            self.report("Y019", where.line + 1, where.column + 1, problem=problem)

    def _unexpected_colon(self, where: Any) -> None:
        """`a: b: c` wants quotes; a `：` on the line above was to be `: `; else the indentation is wrong."""
        lines = LINE_BREAK.split(self.text[: where.index])
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
