"""What was done about an item: its actions, its log by legal steps only, and the evidence of both."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from rectification.exchange import cells as written
from rectification.intake.dates import place_done
from rectification.intake.days import day_within, read_day
from rectification.intake.headings import STATUS_WORDS
from rectification.intake.measures import split_measures
from rectification.intake.rows import LINE, Facts
from rectification.intake.words import as_day, code_of, measure, names_in, own_status, state_in
from rectification.model import EvidenceReference, Record, build

if TYPE_CHECKING:
    from rectification.intake.cells import Cells, Draft
    from rectification.intake.sheet import Cell, Spot

_HASHED = re.compile(r"(.+) SHA-256 [0-9a-f]{64}")


class _Proof(Record):
    evidence: EvidenceReference


def place_actions(cells: Cells, draft: Draft) -> None:
    """Make the actions: of several rows, each keeps the due date and the unit of its own row."""
    actions: list[Facts] = []
    done: set[Spot] = set()
    for row in draft.rows:
        for cell in cells.of("actions", [row]):
            if cell.spot in done:
                continue
            done.add(cell.spot)
            cells.put(cell, "placed")
            own = written.read_actions(cell.text)
            parts = own if own is not None else list(map(measure, split_measures(cell.text)))
            if own is None and len(parts) > 1:
                cells.note("split", cell, n=len(parts))
            if own is None and len(draft.rows) > 1 and cell.last_row == cell.row:
                _own_row(cells, row, parts, draft.facts)
            actions += parts
    draft.facts["actions"] = [{key: as_day(key, value) for key, value in each.items()} for each in actions]


def _own_row(cells: Cells, row: int, parts: Iterable[Facts], facts: Facts) -> None:
    dues = [
        reading.day
        for cell in cells.of("due", [row])
        if (reading := read_day(cell.value, "end", facts.get("found") or cells.as_of, cells.sheet.epoch))
    ]
    units = [name for cell in cells.of("unit", [row]) for name in names_in(cell.text)]
    for part in parts:
        if dues and dues[0] != facts.get("due"):
            part["due"] = dues[0]
        if units and units[0] != facts.get("unit"):
            part["unit"] = units[0]


def place_log(cells: Cells, draft: Draft) -> None:
    """Make the log of what the columns on progress and completion say, by legal steps only."""
    progress, states = cells.of("progress", draft.rows), cells.of("status", draft.rows)
    own = written.read_log(progress[0].text) if len(progress) == 1 else None
    if own is None:
        draft.facts["log"] = _told(cells, draft, progress, states)
        return
    cells.place(progress)
    last = next((entry["status"] for entry in reversed(own) if entry.get("status")), "open")
    for cell in states:
        if code_of(cell.text, STATUS_WORDS) == last or own_status(cell.text) == last:
            cells.put(cell, "derived")
        else:
            cells.keep([cell], draft)
    cells.keep([*cells.of("done", draft.rows), *cells.of("verifier", draft.rows)], draft)
    draft.facts["log"] = [{key: as_day(key, value) for key, value in entry.items()} for entry in own]


def _told(cells: Cells, draft: Draft, progress: list[Cell], states: list[Cell]) -> list[Facts]:
    notes = [cell.text for cell in progress]
    status = ""
    for cell in states:
        code = own_status(cell.text) or state_in(cell.text)
        if code in ("reopened", "withdrawn"):
            # How it came there is not told, and a status alone is no legal step.
            cells.note("state", cell, found=cell.text)
            cells.keep([cell], draft)
            continue
        if not code:
            cells.note("state", cell, found=cell.text)
            notes.append(cell.text)
        status = code or status
        cells.put(cell, "placed")
    if not status and len(progress) == 1 and (code := state_in(progress[0].text)):
        status, notes = code, []
    elif not status and notes:
        status = "in_progress"
        cells.note("progress", row=draft.row)
    cells.place(progress)
    closing = place_done(cells, draft)
    verifiers = cells.of("verifier", draft.rows)
    verifier = " ".join(" ".join(cell.text for cell in verifiers).split())
    if status != "closed" or not verifier or len(verifier) > LINE:
        cells.keep(verifiers, draft)
        verifier = ""
    else:
        cells.place(verifiers)
    note = "\n".join(notes)
    if status in ("", "open") and not note:
        return []
    said = day_within(" ".join(cell.text for cell in (*states, *progress)))
    day = closing or said or cells.as_of
    if day is None:
        cells.lack("as_of", str(draft.row))
        return []
    if closing is None:
        cells.note("log_day", row=draft.row, day=day)
    return _steps(cells, draft, status, day, note, verifier)


def _steps(cells: Cells, draft: Draft, status: str, day: date, note: str, verifier: str) -> list[Facts]:
    by = {"by": draft.facts["unit"]} if draft.facts.get("unit") else {}
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
        cells.note("closed", row=draft.row, by=verifier)
    elif status == "closed":
        cells.note("submitted", row=draft.row)
    return log


def place_evidence(cells: Cells, draft: Draft) -> None:
    """Place evidence in the last entry of the log, or of the actions without a log, where it names files."""
    for cell in cells.of("evidence", draft.rows):
        parts = (*draft.facts["actions"], *draft.facts["log"])
        keys = ("evidence", "internal_evidence")
        known = {name for part in parts for key in keys for name in part.get(key, ())}
        lines = [line for line in cell.text.split("\n") if line]
        hashed = [written.read_mark(m[1])[0] for line in lines if (m := _HASHED.fullmatch(line))]
        if len(hashed) == len(lines) and set(hashed) <= known:
            cells.put(cell, "derived")
            continue
        names = [written.read_mark(name) for name in re.split(r"[\s，、；;]+", cell.text)]
        holder = draft.facts["log"] or draft.facts["actions"]
        if holder and all(build(_Proof, {"evidence": name})[0] is not None for name, _ in names):
            for name, visibility in names:
                key = "internal_evidence" if visibility == "internal" else "evidence"
                holder[-1][key] = [*holder[-1].get(key, ()), name]
            cells.put(cell, "placed")
        else:
            cells.keep([cell], draft)
