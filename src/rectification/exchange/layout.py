"""What a file shows, whatever its format: title, lines, columns, rows, who signs; a format only writes it.

The ledger whole and the ledger for reading are laid out here, the form of a profile in `form`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from rectification.exchange import query_text
from rectification.exchange.cells import evidence_names
from rectification.exchange.columns import Column, Value, exported
from rectification.ledger import count_by_status
from rectification.model import FLAGS, STATUSES

if TYPE_CHECKING:
    from rectification.exchange import Extract
    from rectification.ledger import Record
    from rectification.profile import Orientation, Paper

Kind = Literal["item", "group", "subtotal", "total"]


@dataclass(frozen=True)
class Row:
    """A row: of an item its values, of a subtotal or total its sums and line, of a group its line."""

    kind: Kind
    values: tuple[Value, ...] = ()
    text: str = ""


@dataclass(frozen=True)
class Layout:
    """A table to be written. `about` are facts about it, for formats that have a place beside the table."""

    extract: Extract
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    lines: tuple[str, ...] = ()
    signatures: tuple[str, ...] = ()
    paper: Paper = "A4"
    orientation: Orientation = "landscape"
    form: bool = True  # laid out as an office wants it, and not just a table of everything
    about: tuple[tuple[str, str | int], ...] = ()

    @property
    def items(self) -> Iterator[tuple[Value, ...]]:
        """The values of each row that is an item's."""
        return (row.values for row in self.rows if row.kind == "item")


def lay_out_all(extract: Extract) -> Layout:
    """Lay out every field of the records: what a program or another ledger takes in."""
    words, columns = extract.catalogue, exported(extract.catalogue, extract.audience)
    about: tuple[tuple[str, str | int], ...] = (
        (words.text("ledger.as_of"), str(extract.ledger.today)),
        (words.text("ledger.items"), len(extract.records)),
        (words.text("ledger.view"), query_text(extract)),
        (words.text("ledger.site"), extract.site_name),
        *([(words.text("field.visibility"), notice)] if (notice := extract.notice) else []),
    )
    title = words.text("listing.ledger")
    return Layout(extract, title, columns, _item_rows(extract, columns), form=False, about=about)


def lay_out_for_reading(extract: Extract) -> Layout:
    """Lay out what a reader of paper asks of the records, in few columns."""
    words = extract.catalogue
    colon = words.text("ui.colon")
    widths: Mapping[str, tuple[int, Callable[[Extract, Record, int], Value]]] = {
        "number": (6, lambda _, __, n: n),
        "problem": (34, _problem),
        "unit": (15, lambda _, r, __: "\n".join([r.unit, *r.item.partners])),
        "owner": (12, lambda _, r, __: r.item.owner),
        "actions": (
            32,
            lambda x, r, __: "\n".join(
                f"{n}. {x.catalogue.mark(a.text, a.visibility)}" for n, a in enumerate(r.item.actions, 1)
            ),
        ),
        "due": (13, lambda _, r, __: r.item.due),
        "state": (19, _state),
        "evidence": (15, lambda x, r, __: "\n".join(evidence_names(r.item, x.catalogue))),
    }
    columns = tuple(
        Column(words.text(f"exchange.column.{name}"), width, value, prose=name == "problem")
        for name, (width, value) in widths.items()
    )
    lines = (
        f"{words.text('ledger.as_of')}{colon}{extract.ledger.today}",
        f"{words.text('ledger.view')}{colon}{query_text(extract)}",
        _numbers(extract),
    )
    title = words.text("exchange.report", site=extract.site_name)
    return Layout(extract, title, columns, _item_rows(extract, columns), lines)


def _item_rows(extract: Extract, columns: Sequence[Column]) -> tuple[Row, ...]:
    return tuple(_item_row(extract, columns, record, n) for n, record in enumerate(extract.records, 1))


def _item_row(extract: Extract, columns: Sequence[Column], record: Record, number: int) -> Row:
    return Row("item", tuple(column.value(extract, record, number) for column in columns))


def _problem(extract: Extract, record: Record, __: int) -> str:
    item = record.item
    title = extract.catalogue.mark(item.title, item.visibility)
    return f"{item.id} " + (title if item.problem == item.title else f"{title}\n\n{item.problem}")


def _measures(_: Extract, record: Record, __: int) -> str:
    return "\n".join(f"{n}. {action.text}" for n, action in enumerate(record.item.actions, 1))


def _state(extract: Extract, record: Record, _: int) -> str:
    words, state = extract.catalogue, record.state
    notes = [
        f"{entry.date} {words.mark(entry.note, entry.visibility)}"
        for entry in record.item.log[-1:]
        if entry.note
    ]
    flags = [words.text(f"flag.{flag}") for flag in state.flags]
    status = words.text("ui.comma").join([words.text(f"status.{state.status}"), *flags])
    return "\n".join([f"{status}{words.text('ui.in_brackets', text=state.since)}", *notes])


def _numbers(extract: Extract) -> str:
    words, counts = extract.catalogue, counts_of(extract.records)
    parts = [(words.text(f"status.{s}"), counts[s]) for s in STATUSES]
    held = {flag: sum(flag in r.state.flags for r in extract.records) for flag in FLAGS}
    parts += [(words.text(f"flag.{flag}"), n) for flag, n in held.items()]
    total = words.text("ledger.items_n", n=len(extract.records))
    return words.text("ui.dot").join([total, *(f"{name} {n}" for name, n in parts if n)])


def counts_of(records: Iterable[Record]) -> dict[str, int]:
    """Count records: all, unfinished, and by every status and flag."""
    records = tuple(records)
    statuses = count_by_status(records)
    return {
        "total": len(records),
        "unfinished": sum(not record.state.finished for record in records),
        **{status: statuses.get(status, 0) for status in STATUSES},
        # `reopened` is a status and a flag: a line that names it means the items that are so now.
        **{f: sum(f in r.state.flags for r in records) for f in FLAGS if f not in STATUSES},
    }
