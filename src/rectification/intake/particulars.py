"""The particulars of an item: who answers for it, of what kind it is, its cause, goal and source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rectification.intake.rows import LINE
from rectification.intake.words import WORDS_OF, code_of, names_in

if TYPE_CHECKING:
    from rectification.intake.cells import Cells, Draft


def place_unit(cells: Cells, draft: Draft) -> None:
    """Place the unit, its partners and the owner; of several units the first one answers."""
    facts = draft.facts
    partners = [name for cell in cells.of("partners", draft.rows) for name in names_in(cell.text)]
    found = cells.of("unit", draft.rows)
    names = list(dict.fromkeys(name for cell in found for name in names_in(cell.text)))
    if all(len(name) <= LINE for name in names):
        cells.place(found)
        if len(names) > 1:
            cells.note("units", found[0], unit=names[0], partners="、".join(names[1:]))
            partners = [*names[1:], *partners]
    else:
        cells.keep(found, draft)
        names = []
    facts["unit"] = names[0] if names else cells.wishes.unit
    if not names and cells.wishes.unit:
        cells.note("wished", field="unit", row=draft.row, value=cells.wishes.unit)
    if all(len(name) <= LINE for name in partners):
        facts["partners"] = [name for name in dict.fromkeys(partners) if name != facts["unit"]]
        cells.place(cells.of("partners", draft.rows))
    else:
        cells.keep(cells.of("partners", draft.rows), draft)
    if not facts["unit"]:
        cells.lack("unit", str(draft.row))
    owners = cells.of("owner", draft.rows)
    owner = "、".join(dict.fromkeys(name for cell in owners for name in cell.text.split("\n") if name))
    if len(owner) <= LINE:
        facts["owner"] = owner
        cells.place(owners)
    else:
        cells.keep(owners, draft)


def place_words(cells: Cells, draft: Draft) -> None:
    """Place category, severity, mode and visibility: a word of ours, or else kept under the heading."""
    found = cells.of("category", draft.rows)
    if found and len(found[0].text) <= LINE:
        draft.facts["category"] = " ".join(found[0].text.split())
        cells.place(found[:1])
        cells.keep(found[1:], draft)
    else:
        cells.keep(found, draft)
    for name, words in WORDS_OF.items():
        for cell in cells.of(name, draft.rows):
            code = code_of(cell.text, words)
            if code and draft.facts.get(name) in (None, code):
                draft.facts[name] = code
                cells.put(cell, "placed")
            else:
                cells.keep([cell], draft)


def place_texts(cells: Cells, draft: Draft) -> None:
    """Place cause and goal as they stand, and a source of one line as what kind of source it is."""
    for name in ("cause", "goal"):
        if found := cells.of(name, draft.rows):
            draft.facts[name] = "\n".join(cell.text for cell in found)
            cells.place(found)
    if found := cells.of("source", draft.rows):
        text = "\n".join(cell.text for cell in found)
        if len(text) <= LINE:
            draft.facts["source"] = {"kind": " ".join(text.split())}
            cells.place(found)
        else:
            cells.keep(found, draft)
