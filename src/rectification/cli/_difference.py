"""What differs between two ledgers, said to people, to programs, and in a comment on a forge."""

from __future__ import annotations

import json
import re
import string
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from rectification.catalogue import Catalogue
    from rectification.ledger import Difference, ItemDifference, Ledger, Record
    from rectification.model import LogEntry

_SHOWN = 120  # characters of a text quoted
_ZERO = "\N{ZERO WIDTH SPACE}"
_PUNCTUATION = re.compile(f"([{re.escape(string.punctuation)}])")
# What forges make links, mentions and emoji of even where Markdown does not: broken by a space nobody sees.
_REFERENCE = re.compile(r"(\\[@#!~%$&^:*/])")


class Line(NamedTuple):
    """One change of an item: a sign (`+`, `-`, `~`, or none), what changed, and how."""

    sign: str
    name: str
    before: str
    after: str


def _lines(one: ItemDifference, catalogue: Catalogue) -> Iterator[Line]:
    say = catalogue.text
    if one.status:
        yield Line("", say("field.status"), *(say(f"status.{status}") for status in one.status))
    if one.due:
        yield Line("", say("field.due"), *map(str, one.due))
    if one.unit:
        yield Line("", say("field.unit"), *one.unit)
    log, evidence = say("section.timeline"), say("section.evidence")
    yield from (Line("+", log, "", _entry(entry, catalogue)) for entry in one.log_added)
    for old, new in one.log_changed:
        yield Line("~", log, _entry(old, catalogue), _entry(new, catalogue))
    yield from (Line("-", log, _entry(entry, catalogue), "") for entry in one.log_removed)
    yield from (Line("", catalogue.field_name(field.name), field.before, field.after) for field in one.fields)
    yield from (Line("+", evidence, "", name) for name in one.evidence_added)
    yield from (Line("~", evidence, name, name) for name in one.evidence_altered)
    yield from (Line("-", evidence, name, "") for name in one.evidence_gone)


def _entry(entry: LogEntry, catalogue: Catalogue) -> str:
    status = catalogue.text(f"status.{entry.status}") if entry.status else ""
    return " ".join(filter(None, (str(entry.date), status, entry.by, entry.note, entry.reason)))


def _of(ledger: Ledger) -> str:
    return f"{ledger.revision} ({ledger.today})" if ledger.revision else str(ledger.today)


def _short(text: str) -> str:
    line = "".join(c for c in " ".join(text.split()) if c.isprintable())
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"


def _counts(found: Difference, catalogue: Catalogue) -> str:
    say = catalogue.text
    numbers = {"added": len(found.added), "gone": len(found.gone), "changed": len(found.changed)}
    return say("ui.comma").join(say(f"difference.{name}", n=n) for name, n in numbers.items() if n)


def as_text(found: Difference, catalogue: Catalogue) -> str:
    """Return the difference as people read it in a terminal."""
    say = catalogue.text
    head = f"{_of(found.before)} → {_of(found.after)}"
    if not found.any:
        return f"{head}\n{say('difference.none')}"
    parts = [f"{head}\n{_counts(found, catalogue)}"]
    for sign, records in (("+", found.added), ("-", found.gone)):
        for record in records:
            parts.append(f"{sign} {record.item.id}  {_short(record.item.title)}  {_facts(record, catalogue)}")
    for one in found.changed:
        lines = [f"~ {one.after.item.id}  {_short(one.after.item.title)}"]
        for line in _lines(one, catalogue):
            arrow = f"{_short(line.before)} → {_short(line.after)}" if not line.sign else ""
            said = arrow or f"{line.sign} {_short(line.after or line.before)}"
            if line.sign == "~" and line.before != line.after:
                said = f"~ {_short(line.before)} → {_short(line.after)}"
            lines.append(f"    {line.name}{say('ui.colon')}{said}")
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def _facts(record: Record, catalogue: Catalogue) -> str:
    status = catalogue.text(f"status.{record.state.status}")
    return f"{record.unit} {status} {record.item.due}"


def as_markdown(found: Difference, catalogue: Catalogue) -> str:
    """Return the difference for a comment on a pull request: a short table, then each item's details.

    No text of an item can become markup, a link, or a mention of somebody.
    """
    say = catalogue.text
    head = f"**{say('difference.title')}** · {quoted(_of(found.before))} → {quoted(_of(found.after))}"
    if not found.any:
        return f"{head}\n\n{say('difference.none')}"
    columns = [say("field.id"), say("field.title"), say("difference.what")]
    rows = [f"| {' | '.join(columns)} |", "|---|---|---|"]
    rows += [_row(r, say("difference.is_added"), _facts(r, catalogue)) for r in found.added]
    rows += [_row(r, say("difference.is_gone"), _facts(r, catalogue)) for r in found.gone]
    details = []
    for one in found.changed:
        lines = list(_lines(one, catalogue))
        told = [
            f"{line.name} {line.before} → {line.after}" if line in lines[:3] and not line.sign else line.name
            for line in lines
        ]
        rows.append(_row(one.after, say("difference.is_changed"), say("ui.comma").join(dict.fromkeys(told))))
        details.append(f"- **{quoted(one.after.item.id)}** {quoted(one.after.item.title)}")
        details += [f"  - {_detail(line)}" for line in lines]
    parts = [head, _counts(found, catalogue), "\n".join(rows)]
    if details:
        summary = f"<summary>{say('difference.details')}</summary>"
        parts.append("\n".join(["<details>", summary, "", *details, "", "</details>"]))
    return "\n\n".join(parts)


def _row(record: Record, kind: str, told: str) -> str:
    return f"| {quoted(record.item.id)} | {quoted(record.item.title)} | {quoted(kind)}: {quoted(told)} |"


def _detail(line: Line) -> str:
    sign = f"{quoted(line.sign)} " if line.sign else ""
    before, after = quoted(line.before), quoted(line.after)
    if line.sign == "+" or line.before == line.after:
        return f"{sign}{line.name}: {after}"
    if line.sign == "-":
        return f"{sign}{line.name}: ~~{before}~~"
    return f"{sign}{line.name}: {before} → {after}"


def quoted(text: str) -> str:
    """Return a text so that Markdown and what forges add to it show it as it stands, on one line."""
    return _REFERENCE.sub(rf"\1{_ZERO}", _PUNCTUATION.sub(r"\\\1", _short(text)))


def as_json(found: Difference, catalogue: Catalogue) -> str:
    """Return the difference for programs; log entries and fields are as the YAML names them."""
    value = {
        "version": 1,
        "before": {"revision": found.before.revision, "as_of": found.before.today},
        "after": {"revision": found.after.revision, "as_of": found.after.today},
        "added": [_item(record) for record in found.added],
        "gone": [_item(record) for record in found.gone],
        "changed": [_changed(one) for one in found.changed],
    }
    return json.dumps(value, ensure_ascii=False, indent=2, default=str)


def _item(record: Record) -> dict[str, object]:
    return {
        "id": record.item.id,
        "title": record.item.title,
        "unit": record.unit,
        "status": record.state.status,
        "due": record.item.due,
    }


def _changed(one: ItemDifference) -> dict[str, object]:
    def entry(of: LogEntry) -> dict[str, Any]:
        return of.model_dump(mode="json", exclude_defaults=True)

    pairs = {"status": one.status, "due": one.due, "unit": one.unit}
    told: dict[str, object] = {
        "id": one.after.item.id,
        **{name: {"before": pair[0], "after": pair[1]} for name, pair in pairs.items() if pair},
        "log_added": [entry(of) for of in one.log_added],
        "log_changed": [{"before": entry(old), "after": entry(new)} for old, new in one.log_changed],
        "log_removed": [entry(of) for of in one.log_removed],
        "fields": [{"name": f.name, "before": f.before, "after": f.after} for f in one.fields],
        "evidence_added": list(one.evidence_added),
        "evidence_altered": list(one.evidence_altered),
        "evidence_gone": list(one.evidence_gone),
    }
    return {name: value for name, value in told.items() if value}


FORMATS: Mapping[str, Callable[[Difference, Catalogue], str]] = {
    "text": as_text,
    "json": as_json,
    "markdown": as_markdown,
}
