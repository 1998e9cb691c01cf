"""Every cell of a table to its place in a checklist: a fact of an item, `extra`, or left out for a reason."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from rectification.exchange import cells as written
from rectification.intake.days import Role, day_within, read_day
from rectification.intake.headings import (
    NOTHING,
    SECTION,
    STATUS_WORDS,
)
from rectification.intake.measures import split_measures
from rectification.intake.rows import LINE, NUMBERED, Facts, Note, Outcome, Rows, Wishes
from rectification.intake.words import (
    WORDS_OF,
    as_day,
    code_of,
    first_sentence,
    measure,
    mode_in,
    names_in,
    own_status,
    state_in,
)
from rectification.model import EvidenceReference, Identifier, Record, build

if TYPE_CHECKING:
    from rectification.intake.sheet import Cell, Sheet, Spot
    from rectification.intake.table import Column, Table


_HASHED = re.compile(r"(.+) SHA-256 [0-9a-f]{64}")


class _Named(Record):
    id: Identifier


class _Proof(Record):
    evidence: EvidenceReference


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


class _Placing(Rows):
    """One pass over a sheet, top to bottom; it gathers outcomes and notes on the way."""

    def __init__(self, sheet: Sheet, table: Table, wishes: Wishes) -> None:
        super().__init__(sheet, table, wishes)
        self.lacks: dict[str, list[str]] = {}
        self.ids: set[str] = set()  # ids of the workbook that may be kept and are not yet used
        self.taken: frozenset[str] = frozenset()
        self.titled = self.numbered = 0
        self.last_found: date | None = None

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
            if len(text) <= LINE:
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
            self._add(extra, heading[:LINE], cell.text)
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
            elif NUMBERED.fullmatch(cell.text):
                self.put(cell, "sequence")
            else:
                self._extra([cell], extra)
                self.note("id", cell, found=cell.text)
        for cell in self._cells("sequence", rows):
            if NUMBERED.fullmatch(cell.text):
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
        if len(title) > LINE:
            problem, title = "\n".join(filter(None, ["\n".join(c.text for c in titles), problem])), ""
        if problem and not title:
            title = first_sentence(problem)
            self.titled += title != problem
        if not title:
            self._lack("problem", str(rows[0]))
        facts["title"], facts["problem"] = title, problem or title

    def _unit(self, rows: Sequence[int], facts: Facts, extra: dict[str, str]) -> None:
        partners = [name for cell in self._cells("partners", rows) for name in names_in(cell.text)]
        found = self._cells("unit", rows)
        names = list(dict.fromkeys(name for cell in found for name in names_in(cell.text)))
        if all(len(name) <= LINE for name in names):
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
        if all(len(name) <= LINE for name in partners):
            facts["partners"] = [name for name in dict.fromkeys(partners) if name != facts["unit"]]
            self._placed(self._cells("partners", rows))
        else:
            self._extra(self._cells("partners", rows), extra)
        if not facts["unit"]:
            self._lack("unit", str(rows[0]))
        owners = self._cells("owner", rows)
        owner = "、".join(dict.fromkeys(name for cell in owners for name in cell.text.split("\n") if name))
        if len(owner) <= LINE:
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
            mode, rest = mode_in(cell.text)
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
        if found and len(found[0].text) <= LINE:
            facts["category"] = " ".join(found[0].text.split())
            self._placed(found[:1])
            self._extra(found[1:], extra)
        else:
            self._extra(found, extra)
        for name, words in WORDS_OF.items():
            for cell in self._cells(name, rows):
                code = code_of(cell.text, words)
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
                parts = own if own is not None else list(map(measure, split_measures(cell.text)))
                if own is None and len(parts) > 1:
                    self.note("split", cell, n=len(parts))
                if own is None and len(rows) > 1 and cell.last_row == cell.row:
                    self._own_row(row, parts, facts)
                actions += parts
        return [{key: as_day(key, value) for key, value in action.items()} for action in actions]

    def _own_row(self, row: int, parts: Iterable[Facts], facts: Facts) -> None:
        dues = [
            reading.day
            for cell in self._cells("due", [row])
            if (reading := read_day(cell.value, "end", facts.get("found") or self.as_of, self.sheet.epoch))
        ]
        units = [name for cell in self._cells("unit", [row]) for name in names_in(cell.text)]
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
                if code_of(cell.text, STATUS_WORDS) == last or own_status(cell.text) == last:
                    self.put(cell, "derived")
                else:
                    self._extra([cell], extra)
            self._extra([*self._cells("done", rows), *self._cells("verifier", rows)], extra)
            return [{key: as_day(key, value) for key, value in entry.items()} for entry in own]
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
            code = own_status(cell.text) or state_in(cell.text)
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
        if not status and len(progress) == 1 and (code := state_in(progress[0].text)):
            status, notes = code, []
        elif not status and notes:
            status = "in_progress"
            self.note("progress", row=rows[0])
        self._placed(progress)
        closing = self._closing_day(rows, facts, extra)
        verifiers = self._cells("verifier", rows)
        verifier = " ".join(" ".join(cell.text for cell in verifiers).split())
        if status != "closed" or not verifier or len(verifier) > LINE:
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
            typed = [{key: as_day(key, value) for key, value in one.items()} for one in each]
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


def columns_with_examples(sheet: Sheet, table: Table) -> list[tuple[Column, str, str]]:
    """Return each column with the name of its first filled cell below the header, and what stands there."""
    found = []
    for column in table.columns:
        below = (c for c in sheet.cells.values() if c.column == column.number and c.row > table.last)
        first = next(below, None)
        found.append((column, first.name if first else "", first.text if first else ""))
    return found
