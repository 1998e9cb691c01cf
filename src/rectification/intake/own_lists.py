"""What only an export of ours holds: lists in a cell, read back; what is none of ours is kept as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rectification.exchange import cells as written
from rectification.intake.words import as_day, is_id

if TYPE_CHECKING:
    from rectification.intake.cells import Cells, Draft


def place_own_lists(cells: Cells, draft: Draft) -> None:
    """Place due dates moved, feedback, notice, related items, waived rules and free facts."""
    for name, read in (
        ("due_changes", written.read_due_changes),
        ("feedback", written.read_feedback),
        ("notice", written.read_notice),
    ):
        those = cells.of(name, draft.rows)
        found: Any = read(those[0].text) if len(those) == 1 else None
        if found is None:
            cells.keep(those, draft)
            continue
        cells.place(those)
        each = found if isinstance(found, list) else [found]
        typed = [{key: as_day(key, value) for key, value in one.items()} for one in each]
        draft.facts[name] = typed if isinstance(found, list) else typed[0]
    for cell in cells.of("related", draft.rows):
        ids = cell.text.split()
        if all(map(is_id, ids)):
            draft.facts["related"] = ids
            cells.put(cell, "placed")
        else:
            cells.keep([cell], draft)
    for cell in cells.of("waive", draft.rows):
        found = written.read_extra(cell.text)
        if found is None:
            cells.keep([cell], draft)
        else:
            draft.facts["waive"] = found
            cells.put(cell, "placed")
    for cell in cells.of("extra", draft.rows):
        found = written.read_extra(cell.text)
        if found is None:
            cells.keep([cell], draft)
        else:
            for key, text in found.items():
                draft.add(key, text)
            cells.put(cell, "extra")
