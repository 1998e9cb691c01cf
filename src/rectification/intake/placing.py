"""Every cell of a table to its place in a checklist: a fact of an item, `extra`, or left out for a reason."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from rectification.catalogue import LANGUAGES, read_catalogue
from rectification.exchange import cells as written
from rectification.intake.days import Role, day_within, read_day
from rectification.intake.headings import (
    MODE_WORDS,
    NOTHING,
    SECTION,
    SEVERITY_WORDS,
    STATUS_WORDS,
    TOTALS,
    VISIBILITY_WORDS,
)
from rectification.intake.measures import split_measures
from rectification.intake.table import plain
from rectification.model import EvidenceReference, Identifier, Record, build

if TYPE_CHECKING:
    from rectification.intake.sheet import Cell, Sheet, Spot
    from rectification.intake.table import Column, Table

Outcome = Literal["placed", "extra", "heading", "sequence", "total", "derived"]
Facts = dict[str, Any]

_LINE = 300  # characters of a one-line fact, as the model has it
_TITLE = 60  # characters of a title made of a problem's first sentence
_HASHED = re.compile(r"(.+) SHA-256 [0-9a-f]{64}")
_FOOTER = re.compile(r"(填表|填报|制表|审核|联系|备注|说明|注|签字|单位|负责人|日期|电话)[^：:]{0,8}[：:]")
_NUMBERED = re.compile(r"[（(]?[\d一二三四五六七八九十百]+[）)、.]?")
_WORDS_OF = {"severity": SEVERITY_WORDS, "mode": MODE_WORDS, "visibility": VISIBILITY_WORDS}
_NEEDED = ("unit", "found", "due")


class _Named(Record):
    id: Identifier


class _Proof(Record):
    evidence: EvidenceReference


@dataclass(frozen=True)
class Wishes:
    """What whoever imports says beforehand; it stands where the workbook says nothing."""

    checklist: str = ""
    title: str = ""
    unit: str = ""
    found: date | None = None
    due: date | None = None
    as_of: date | None = None


@dataclass(frozen=True)
class Note:
    """Something to know about the import: a code (`intake.note.CODE`), where, and the facts of its words."""

    code: str
    cell: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Intake:
    """What came of a table. `missing` names the options that must be given before it can be written."""

    header: Facts
    items: tuple[Facts, ...]
    notes: tuple[Note, ...]
    missing: tuple[Note, ...]
    outcomes: Mapping[Spot, Outcome]
    unplaced: tuple[Cell, ...]

    def count(self, *outcomes: Outcome) -> int:
        """Return how many cells came to one of these ends."""
        return sum(1 for outcome in self.outcomes.values() if outcome in outcomes)


def take_in(sheet: Sheet, table: Table, wishes: Wishes) -> Intake:
    """Place every cell of a sheet. What is missing or was assumed is in the result; nothing is raised."""
    placing = _Placing(sheet, table, wishes)
    placing.heading()
    groups = placing.groups()
    placing.checklist(groups)
    items = tuple(placing.item(rows) for rows in groups)
    unplaced = tuple(cell for spot, cell in sheet.cells.items() if spot not in placing.outcomes)
    return Intake(placing.header, items, tuple(placing.notes), placing.lacking(), placing.outcomes, unplaced)


class _Placing:
    """One pass over a sheet, top to bottom; it gathers outcomes and notes on the way."""

    def __init__(self, sheet: Sheet, table: Table, wishes: Wishes) -> None:
        self.sheet, self.table, self.wishes = sheet, table, wishes
        self.header: Facts = {}
        self.remarks: list[str] = []
        self.notes: list[Note] = []
        self.outcomes: dict[Spot, Outcome] = {}
        self.lacks: dict[str, list[str]] = {}
        self.ids: set[str] = set()  # ids of the workbook that may be kept and are not yet used
        self.taken: frozenset[str] = frozenset()
        self.section: dict[int, Cell] = {}  # first row of an item -> the section heading above it
        self.as_of = wishes.as_of
        self.titled = self.numbered = 0
        self.last_found: date | None = None
        self.columns = {column.number: column for column in table.columns}

    def note(self, code: str, cell: Cell | None = None, **facts: object) -> None:
        self.notes.append(Note(code, cell.name if cell else "", facts))

    def put(self, cell: Cell, outcome: Outcome) -> None:
        self.outcomes.setdefault(cell.spot, outcome)

    # The rows above the table, and which rows below it make an item.

    def heading(self) -> None:
        """Take the title, the day and the remarks from the rows above the table; mark the header's cells."""
        table = self.table
        above = [cell for cell in self.sheet.cells.values() if cell.row < table.first]
        # The longest line that is no label: `附件2` may stand above the title, a subtitle below it.
        named = [cell for cell in above if not _FOOTER.match(cell.text) and len(cell.text) <= _LINE]
        title = max(named, key=lambda cell: len(cell.text), default=None)
        for cell in above:
            self.put(cell, "placed")
            if cell is title and not self.wishes.title:
                self.header["title"] = " ".join(cell.text.split())
            else:
                self.remarks.append(cell.text)
            day = _day_above(cell)
            if day is not None and self.as_of is None:
                self.as_of = day
                self.note("as_of", cell, found=cell.text, day=day)
        for cell in self.sheet.cells.values():
            if table.first <= cell.row <= table.last:
                self.put(cell, "heading")
        for name in self.sheet.formulas:
            self.notes.append(Note("formula", name))
        for name in self.sheet.cleaned:
            self.notes.append(Note("cleaned", name))

    def groups(self) -> list[list[int]]:
        """Return the rows of each item; totals, section headings and footers are taken out on the way."""
        subject = [c.number for c in (*self.table.of("problem"), *self.table.of("title"))]
        groups: list[list[int]] = []
        owner: Cell | None = None
        section: Cell | None = None
        waiting: list[Cell] = []
        for row in range(self.table.last + 1, self.sheet.last_row + 1):
            own = list(self.sheet.by_row.get(row, ()))
            about = next((c for n in subject if (c := self.sheet.at(row, n)) is not None), None)
            if not own and (about is None or about is not owner):
                continue
            if own and _is_total(own):
                for cell in own:
                    self.put(cell, "total")
                self.note("total", own[0], text=" ".join(c.text for c in own))
            elif len(own) == 1 and self._stands_alone(own[0], subject):
                waiting.append(own[0])
            elif own and all(_FOOTER.match(c.text) for c in own):
                waiting += own
            elif about is not None and about is owner:
                groups[-1].append(row)
            elif about is None and all(self._numbers(c) for c in own):
                for cell in own:
                    self.put(cell, "sequence")
            elif about is None and groups and not any(self._numbers(c) for c in own):
                groups[-1].append(row)
                self.note("continued", own[0], row=row)
            else:
                section = self._sections(waiting) or section
                waiting = []
                groups.append([row])
                owner = about
                if section is not None:
                    self.section[row] = section
        for cell in waiting:
            self._remark(cell)
        return groups

    def _numbers(self, cell: Cell) -> bool:
        """Tell whether a cell only counts: a table often goes on with numbered, empty rows."""
        column = self.columns.get(cell.column)
        counting = column is not None and column.field in ("sequence", "id")
        return counting and _NUMBERED.fullmatch(cell.text) is not None

    def _stands_alone(self, cell: Cell, subject: Sequence[int]) -> bool:
        """Tell whether the only cell of a row is a section's heading or a remark, not an item's."""
        if cell.last_row > cell.row:
            return False
        wide = cell.last_column - cell.column >= max(2, len(self.table.columns) // 2)
        first = cell.column == min(self.columns, default=1) and cell.column not in subject
        return wide or (first and not _NUMBERED.fullmatch(cell.text))

    def _sections(self, waiting: Sequence[Cell]) -> Cell | None:
        """Return the heading of the items that follow; what else stood alone goes to the checklist's note."""
        heading = next(
            (c for c in reversed(waiting) if not _FOOTER.match(c.text) and len(c.text) <= _LINE), None
        )
        for cell in waiting:
            if cell is heading:
                self.put(cell, "extra" if self.table.of("category") else "placed")
                self.note("section", cell, text=cell.text)
            else:
                self._remark(cell)
        return heading

    def _remark(self, cell: Cell) -> None:
        self.put(cell, "placed")
        self.remarks.append(cell.text)
        self.note("footer", cell, text=cell.text)

    # The checklist.

    def checklist(self, groups: Sequence[Sequence[int]]) -> None:
        """Settle the head of the checklist: its id, its title, and what stood around the table."""
        names = {c.text for c in self._all("checklist", groups)}
        if self.wishes.title:
            self.header["title"] = self.wishes.title
        elif len(names) == 1:
            if "title" in self.header:
                self.remarks.insert(0, self.header["title"])
            self.header["title"] = next(iter(names))
        elif "title" not in self.header:
            self._lack("title", "")
        ids = [c.text for c in self._all("id", groups)]
        prefixes = {
            m[1] for text in ids if (m := re.fullmatch(r"([A-Za-z0-9._-]*?)[-_.]?\d+", text)) and m[1]
        }
        if self.wishes.checklist:
            self.header["id"] = self.wishes.checklist
        elif len(prefixes) == 1 and all(text.startswith(tuple(prefixes)) for text in ids):
            self.header["id"] = prefixes.pop()
            self.note("checklist", found=self.header["id"])
        else:
            self._lack("checklist", "")
        if self.remarks:
            self.header["note"] = "\n\n".join(self.remarks)
        self.header = {k: self.header[k] for k in ("id", "title", "note") if k in self.header}
        self.taken = frozenset(ids)
        self.ids = {text for text in ids if self._legal_id(text)}

    def _all(self, field: str, groups: Iterable[Iterable[int]]) -> list[Cell]:
        columns = self.table.of(field)
        found = (self.sheet.at(r, c.number) for rows in groups for r in rows for c in columns)
        return [cell for cell in found if cell is not None]

    def _legal_id(self, text: str) -> bool:
        prefix = self.header.get("id", "")
        return bool(prefix) and text.startswith(prefix) and build(_Named, {"id": text})[0] is not None

    # One item.

    def item(self, rows: Sequence[int]) -> Facts:
        """Make one item of its rows, its facts in the order an editor writes them."""
        extra: dict[str, str] = {}
        facts: Facts = {}
        row = rows[0]
        self._id(rows, facts, extra)
        self._subject(rows, facts)
        self._unit(rows, facts, extra)
        self._days(rows, facts, extra)
        self._words(rows, facts, extra)
        for name in ("cause", "goal"):
            if found := self._cells(name, rows):
                facts[name] = "\n".join(cell.text for cell in found)
                self._placed(found)
        if found := self._cells("source", rows):
            text = "\n".join(cell.text for cell in found)
            if len(text) <= _LINE:
                facts["source"] = {"kind": " ".join(text.split())}
                self._placed(found)
            else:
                self._extra(found, extra)
        facts["actions"] = self._actions(rows, facts)
        facts["log"] = self._log(rows, facts, extra)
        self._own_lists(rows, facts, extra)
        self._evidence(rows, facts, extra)
        if (section := self.section.get(row)) is not None:
            if self.table.of("category"):
                self._add(extra, SECTION[section.text.isascii()], section.text)
            else:
                facts["category"] = section.text
        self._rest(rows, facts, extra)
        facts["extra"] = extra
        return {name: facts[name] for name in _ORDER if facts.get(name) not in (None, "", [], {})}

    def _cells(self, field: str, rows: Iterable[int]) -> list[Cell]:
        """Return the cells of a field in these rows, each once though it may reach over several."""
        found: dict[Spot, Cell] = {}
        for row in rows:
            for column in self.table.of(field):
                cell = self.sheet.at(row, column.number)
                # What a cell merged over several columns says, it says once: in the first of them.
                if cell is not None and cell.column == column.number and cell.text not in NOTHING:
                    found[cell.spot] = cell
        return list(found.values())

    def _placed(self, cells: Iterable[Cell], outcome: Outcome = "placed") -> None:
        for cell in cells:
            self.put(cell, outcome)

    def _add(self, extra: dict[str, str], key: str, text: str) -> None:
        extra[key] = f"{extra[key]}\n{text}" if extra.get(key) else text

    def _extra(self, cells: Iterable[Cell], extra: dict[str, str]) -> None:
        for cell in cells:
            column = self.columns.get(cell.column)
            heading = column.heading if column and column.heading else cell.name.rstrip("0123456789")
            self._add(extra, heading[:_LINE], cell.text)
            self.put(cell, "extra")

    def _lack(self, option: str, where: str) -> None:
        self.lacks.setdefault(option, []).append(where)

    def lacking(self) -> tuple[Note, ...]:
        """Return what must be given as an option, and the rows that need it."""
        if self.titled:
            self.note("titled", n=self.titled)
        return tuple(
            Note(option, facts={"n": len(where), "rows": ", ".join(filter(None, where[:10]))})
            for option, where in self.lacks.items()
        )

    def _id(self, rows: Sequence[int], facts: Facts, extra: dict[str, str]) -> None:
        for cell in self._cells("id", rows):
            if "id" not in facts and cell.text in self.ids:
                self.ids.discard(cell.text)
                facts["id"] = cell.text
                self.put(cell, "placed")
            elif _NUMBERED.fullmatch(cell.text):
                self.put(cell, "sequence")
            else:
                self._extra([cell], extra)
                self.note("id", cell, found=cell.text)
        for cell in self._cells("sequence", rows):
            if _NUMBERED.fullmatch(cell.text):
                self.put(cell, "sequence")
            else:
                self._extra([cell], extra)
        if "id" not in facts:
            facts["id"] = self._next_id()

    def _next_id(self) -> str:
        prefix = self.header.get("id", "?")
        self.numbered += 1
        while f"{prefix}-{self.numbered:03}" in self.taken:
            self.numbered += 1
        return f"{prefix}-{self.numbered:03}"

    def _subject(self, rows: Sequence[int], facts: Facts) -> None:
        titles, problems = self._cells("title", rows), self._cells("problem", rows)
        self._placed([*titles, *problems])
        title = " ".join(" ".join(cell.text for cell in titles).split())
        problem = "\n".join(cell.text for cell in problems)
        if len(title) > _LINE:
            problem, title = "\n".join(filter(None, ["\n".join(c.text for c in titles), problem])), ""
        if problem and not title:
            title = _first_sentence(problem)
            self.titled += title != problem
        if not title:
            self._lack("problem", str(rows[0]))
        facts["title"], facts["problem"] = title, problem or title

    def _unit(self, rows: Sequence[int], facts: Facts, extra: dict[str, str]) -> None:
        partners = [name for cell in self._cells("partners", rows) for name in _names_in(cell.text)]
        found = self._cells("unit", rows)
        names = list(dict.fromkeys(name for cell in found for name in _names_in(cell.text)))
        if all(len(name) <= _LINE for name in names):
            self._placed(found)
            if len(names) > 1:
                self.note("units", found[0], unit=names[0], partners="、".join(names[1:]))
                partners = [*names[1:], *partners]
        else:
            self._extra(found, extra)
            names = []
        facts["unit"] = names[0] if names else self.wishes.unit
        if not names and self.wishes.unit:
            self.note("wished", field="unit", row=rows[0], value=self.wishes.unit)
        if all(len(name) <= _LINE for name in partners):
            facts["partners"] = [name for name in dict.fromkeys(partners) if name != facts["unit"]]
            self._placed(self._cells("partners", rows))
        else:
            self._extra(self._cells("partners", rows), extra)
        if not facts["unit"]:
            self._lack("unit", str(rows[0]))
        owners = self._cells("owner", rows)
        owner = "、".join(dict.fromkeys(name for cell in owners for name in cell.text.split("\n") if name))
        if len(owner) <= _LINE:
            facts["owner"] = owner
            self._placed(owners)
        else:
            self._extra(owners, extra)

    def _day(self, cell: Cell, role: Role, near: date | None) -> date | None:
        reading = read_day(cell.value, role, near or self.as_of, self.sheet.epoch)
        if reading is not None and reading.assumed:
            self.note(f"day_{reading.assumed}", cell, found=cell.text, day=reading.day)
        return reading.day if reading else None

    def _days(self, rows: Sequence[int], facts: Facts, extra: dict[str, str]) -> None:
        near = self.last_found
        for cell in self._cells("found", rows):
            day = self._day(cell, "start", near)
            if day is not None and "found" not in facts:
                facts["found"] = self.last_found = day
                self.put(cell, "placed")
            else:
                self._unread(cell, day, extra)
        if "found" not in facts and self.wishes.found:
            facts["found"] = self.wishes.found
            self.note("wished", field="found", row=rows[0], value=self.wishes.found)
        dues: list[date] = []
        for cell in self._cells("due", rows):
            mode, rest = _mode_in(cell.text)
            if mode:
                facts["mode"] = mode
                self.note("mode", cell, found=cell.text, mode=mode)
            day = None if mode and not rest else self._due(cell, rest if mode else None, facts.get("found"))
            if day is not None:
                dues.append(day)
                self.put(cell, "placed")
            elif mode and not rest:
                self.put(cell, "placed")
            else:
                self._unread(cell, None, extra)
        if dues:
            facts["due"] = max(dues)
            if len(set(dues)) > 1:
                self.note("last_due", row=rows[0], day=max(dues))
        elif facts.get("mode") == "immediate" and (day := facts.get("found") or self.as_of):
            facts["due"] = day
            self.note("immediate", row=rows[0], day=day)
        elif self.wishes.due:
            facts["due"] = self.wishes.due
            self.note("wished", field="due", row=rows[0], value=self.wishes.due)
        for name in ("found", "due"):
            if name not in facts:
                self._lack(name, str(rows[0]))

    def _due(self, cell: Cell, rest: str | None, found: date | None) -> date | None:
        if rest is None:
            return self._day(cell, "end", found)
        reading = read_day(rest, "end", found or self.as_of)
        if reading is not None and reading.assumed:
            self.note(f"day_{reading.assumed}", cell, found=cell.text, day=reading.day)
        return reading.day if reading else None

    def _unread(self, cell: Cell, day: date | None, extra: dict[str, str]) -> None:
        if day is None:
            self.note("no_day", cell, found=cell.text)
        self._extra([cell], extra)

    def _words(self, rows: Sequence[int], facts: Facts, extra: dict[str, str]) -> None:
        """Place category, severity, mode and visibility: a word of ours, or else kept under the heading."""
        found = self._cells("category", rows)
        if found and len(found[0].text) <= _LINE:
            facts["category"] = " ".join(found[0].text.split())
            self._placed(found[:1])
            self._extra(found[1:], extra)
        else:
            self._extra(found, extra)
        for name, words in _WORDS_OF.items():
            for cell in self._cells(name, rows):
                code = _code(cell.text, words)
                if code and facts.get(name) in (None, code):
                    facts[name] = code
                    self.put(cell, "placed")
                else:
                    self._extra([cell], extra)

    def _actions(self, rows: Sequence[int], facts: Facts) -> list[Facts]:
        """Make the actions: of several rows, each keeps the due date and the unit of its own row."""
        actions: list[Facts] = []
        done: set[Spot] = set()
        for row in rows:
            for cell in self._cells("actions", [row]):
                if cell.spot in done:
                    continue
                done.add(cell.spot)
                self.put(cell, "placed")
                own = written.read_actions(cell.text)
                parts = own if own is not None else list(map(_measure, split_measures(cell.text)))
                if own is None and len(parts) > 1:
                    self.note("split", cell, n=len(parts))
                if own is None and len(rows) > 1 and cell.last_row == cell.row:
                    self._own_row(row, parts, facts)
                actions += parts
        return [{key: _as_day(key, value) for key, value in action.items()} for action in actions]

    def _own_row(self, row: int, parts: Iterable[Facts], facts: Facts) -> None:
        dues = [
            reading.day
            for cell in self._cells("due", [row])
            if (reading := read_day(cell.value, "end", facts.get("found") or self.as_of, self.sheet.epoch))
        ]
        units = [name for cell in self._cells("unit", [row]) for name in _names_in(cell.text)]
        for part in parts:
            if dues and dues[0] != facts.get("due"):
                part["due"] = dues[0]
            if units and units[0] != facts.get("unit"):
                part["unit"] = units[0]

    def _log(self, rows: Sequence[int], facts: Facts, extra: dict[str, str]) -> list[Facts]:
        """Make the log of what the columns on progress and completion say, by legal steps only."""
        progress, states = self._cells("progress", rows), self._cells("status", rows)
        own = written.read_log(progress[0].text) if len(progress) == 1 else None
        if own is not None:
            self._placed(progress)
            last = next((entry["status"] for entry in reversed(own) if entry.get("status")), "open")
            for cell in states:
                if _code(cell.text, STATUS_WORDS) == last or _own_status(cell.text) == last:
                    self.put(cell, "derived")
                else:
                    self._extra([cell], extra)
            self._extra([*self._cells("done", rows), *self._cells("verifier", rows)], extra)
            return [{key: _as_day(key, value) for key, value in entry.items()} for entry in own]
        return self._told(rows, progress, states, facts, extra)

    def _told(
        self,
        rows: Sequence[int],
        progress: list[Cell],
        states: list[Cell],
        facts: Facts,
        extra: dict[str, str],
    ) -> list[Facts]:
        notes = [cell.text for cell in progress]
        status = ""
        for cell in states:
            code = _own_status(cell.text) or _state_in(cell.text)
            if code in ("reopened", "withdrawn"):
                # How it came there is not told, and a status alone is no legal step.
                self.note("state", cell, found=cell.text)
                self._extra([cell], extra)
                continue
            if not code:
                self.note("state", cell, found=cell.text)
                notes.append(cell.text)
            status = code or status
            self.put(cell, "placed")
        if not status and len(progress) == 1 and (code := _state_in(progress[0].text)):
            status, notes = code, []
        elif not status and notes:
            status = "in_progress"
            self.note("progress", row=rows[0])
        self._placed(progress)
        closing = self._closing_day(rows, facts, extra)
        verifiers = self._cells("verifier", rows)
        verifier = " ".join(" ".join(cell.text for cell in verifiers).split())
        if status != "closed" or not verifier or len(verifier) > _LINE:
            self._extra(verifiers, extra)
            verifier = ""
        else:
            self._placed(verifiers)
        note = "\n".join(notes)
        if status in ("", "open") and not note:
            return []
        said = day_within(" ".join(cell.text for cell in (*states, *progress)))
        day = closing or said or self.as_of
        if day is None:
            self._lack("as_of", str(rows[0]))
            return []
        if closing is None:
            self.note("log_day", row=rows[0], day=day)
        return self._steps(status, day, note, verifier, facts, rows[0])

    def _closing_day(self, rows: Sequence[int], facts: Facts, extra: dict[str, str]) -> date | None:
        closing: date | None = None
        for cell in self._cells("done", rows):
            day = self._day(cell, "end", facts.get("found"))
            if day is not None and closing is None:
                closing = day
                self.put(cell, "placed")
            else:
                self._unread(cell, day, extra)
        return closing

    def _steps(self, status: str, day: date, note: str, verifier: str, facts: Facts, row: int) -> list[Facts]:
        by = {"by": facts["unit"]} if facts.get("unit") else {}
        told = {"note": note} if note else {}
        if status in ("", "open"):
            return [{"date": day, **by, **told}]
        if status == "in_progress":
            return [{"date": day, "status": "in_progress", **by, **told}]
        log: list[Facts] = [
            {"date": day, "status": "in_progress", **by},
            {"date": day, "status": "submitted", **by, **told},
        ]
        if status == "closed" and verifier:
            log.append({"date": day, "status": "closed", "by": verifier})
            self.note("closed", row=row, by=verifier)
        elif status == "closed":
            self.note("submitted", row=row)
        return log

    def _own_lists(self, rows: Sequence[int], facts: Facts, extra: dict[str, str]) -> None:
        """Place what only an export of ours holds; anything else under such a heading is kept as it is."""
        for name, read in (
            ("due_changes", written.read_due_changes),
            ("feedback", written.read_feedback),
            ("notice", written.read_notice),
        ):
            cells = self._cells(name, rows)
            found: Any = read(cells[0].text) if len(cells) == 1 else None
            if found is None:
                self._extra(cells, extra)
                continue
            self._placed(cells)
            each = found if isinstance(found, list) else [found]
            typed = [{key: _as_day(key, value) for key, value in one.items()} for one in each]
            facts[name] = typed if isinstance(found, list) else typed[0]
        for cell in self._cells("related", rows):
            ids = cell.text.split()
            if all(build(_Named, {"id": each})[0] is not None for each in ids):
                facts["related"] = ids
                self.put(cell, "placed")
            else:
                self._extra([cell], extra)
        for cell in self._cells("waive", rows):
            found = written.read_extra(cell.text)
            if found is None:
                self._extra([cell], extra)
            else:
                facts["waive"] = found
                self.put(cell, "placed")
        for cell in self._cells("extra", rows):
            found = written.read_extra(cell.text)
            if found is None:
                self._extra([cell], extra)
            else:
                for key, text in found.items():
                    self._add(extra, key, text)
                self.put(cell, "extra")

    def _evidence(self, rows: Sequence[int], facts: Facts, extra: dict[str, str]) -> None:
        for cell in self._cells("evidence", rows):
            parts = (*facts["actions"], *facts["log"])
            keys = ("evidence", "internal_evidence")
            known = {name for part in parts for key in keys for name in part.get(key, ())}
            lines = [line for line in cell.text.split("\n") if line]
            hashed = [written.read_mark(m[1])[0] for line in lines if (m := _HASHED.fullmatch(line))]
            if len(hashed) == len(lines) and set(hashed) <= known:
                self.put(cell, "derived")
                continue
            names = [written.read_mark(name) for name in re.split(r"[\s，、；;]+", cell.text)]
            holder = facts["log"] or facts["actions"]
            if holder and all(build(_Proof, {"evidence": name})[0] is not None for name, _ in names):
                for name, visibility in names:
                    key = "internal_evidence" if visibility == "internal" else "evidence"
                    holder[-1][key] = [*holder[-1].get(key, ()), name]
                self.put(cell, "placed")
            else:
                self._extra([cell], extra)

    def _rest(self, rows: Sequence[int], facts: Facts, extra: dict[str, str]) -> None:
        """Keep what no field took: under its heading in `extra`, or left out where it is derived."""
        for column in self.table.columns:
            for row in rows:
                cell = self.sheet.at(row, column.number)
                if cell is None or cell.column != column.number:
                    continue
                if column.field == "derived":
                    self.put(cell, "derived")
                elif column.field == "checklist" and cell.text == self.header.get("title"):
                    self.put(cell, "placed")
                elif not column.field or (cell.spot not in self.outcomes):
                    # A merged cell is kept with every item it reaches over.
                    self._extra([cell], extra)
        # A cell beyond the last heading has none to be kept under but its column's letter.
        for row in rows:
            beyond = (c for c in self.sheet.by_row.get(row, ()) if c.spot not in self.outcomes)
            self._extra(beyond, extra)


_ORDER = (
    "id", "title", "problem", "unit", "found", "due", "category", "severity", "mode", "owner", "partners",
    "cause", "goal", "source", "actions", "log", "due_changes", "feedback", "notice", "related",
    "visibility", "waive", "extra",
)  # fmt: skip


def _day_above(cell: Cell) -> date | None:
    """Return the day that a row above the table names: of filling in, or the one it holds for."""
    text = cell.text
    if not isinstance(cell.value, str):
        reading = read_day(cell.value)
        return reading.day if reading and not reading.assumed else None
    return day_within(text)


def _is_total(cells: Sequence[Cell]) -> bool:
    return any(plain(cell.text) in TOTALS for cell in cells[:2])


def _first_sentence(problem: str) -> str:
    parts = (
        re.sub(r"^\s*(?:[（(]?[\d一二三四五六七八九十]{1,2}[）)]|\d{1,2}(?:[.．](?!\d)|、)|[①-⑳])\s*", "", p)
        for p in re.split(r"[。；;！？!?\n]", problem)
    )  # without the number of the first of several
    first = next((part.strip() for part in parts if part.strip()), problem)
    return first if len(first) <= _TITLE else f"{first[: _TITLE - 1].rstrip('，、, ')}…"


def _measure(text: str) -> Facts:
    said, visibility = written.read_mark(text)
    return {"text": said, **({"visibility": "internal"} if visibility == "internal" else {})}


def _names_in(text: str) -> list[str]:
    return [name for part in re.split(r"[、，,；;/／\n]", text) if (name := part.strip())]


def _word(text: str) -> str:
    return re.sub(r"[\s。；;，,.!！]+", " ", unicodedata.normalize("NFKC", text)).strip().lower()


def _code(text: str, words: Mapping[str, tuple[str, ...]]) -> str:
    word = _word(text)
    own = _own(text, words)
    return own or next((c for c, listed in words.items() if {word, word.replace(" ", "")} & {*listed}), "")


def _own(text: str, words: Mapping[str, tuple[str, ...]]) -> str:
    sections = {id(listed): name for name, listed in (*_WORDS_OF.items(), ("status", STATUS_WORDS))}
    return _own_words(sections[id(words)]).get(text, "")


@cache
def _own_words(section: str) -> dict[str, str]:
    return {
        word: code
        for catalogue in map(read_catalogue, LANGUAGES)
        for code, word in catalogue.section(section).items()
    }


def _own_status(text: str) -> str:
    return _own(text, STATUS_WORDS)


def _state_in(text: str) -> str:
    """Return the status a cell means: a word of completion, a day beside it allowed, and no more."""
    bare = re.sub(r"(?:于|在)?\d{4}\s*[年./-]\s*\d{1,2}\s*[月./-]\s*\d{1,2}\s*日?", "", text)
    bare = re.sub(r"[（()）]", "", bare)
    return _code(bare, STATUS_WORDS)


def _mode_in(text: str) -> tuple[str, str]:
    """Return the mode that a due cell names, and what is left of it."""
    for mode, words in MODE_WORDS.items():
        for word in words:
            if word in text.lower():
                rest = re.sub(re.escape(word), "", text, flags=re.IGNORECASE)
                return mode, rest.strip(" ，,、；;。并（）()\n")
    return "", text


def _as_day(key: str, value: Any) -> Any:
    """Return the days of our own texts as days; everything else as it is."""
    days = ("date", "due", "done", "review", "from", "to", "on")
    return date.fromisoformat(value) if key in days and isinstance(value, str) else value


def columns_with_examples(sheet: Sheet, table: Table) -> list[tuple[Column, str, str]]:
    """Return each column with the name of its first filled cell below the header, and what stands there."""
    found = []
    for column in table.columns:
        below = (c for c in sheet.cells.values() if c.column == column.number and c.row > table.last)
        first = next(below, None)
        found.append((column, first.name if first else "", first.text if first else ""))
    return found
