"""An item as an issue of another tracker: its title, its labels, and its facts as Markdown.

Text from the ledger must not act in the tracker: it is quoted, so that no line of it begins where a command
of GitLab would (`/close`) and an open code block ends with its quotation, and it calls nobody by `@name`. No
cell begins with what a spreadsheet takes for a formula: a title begins with an id, a text with a heading, a
label with the name of its field. The `'` that `csv.disarm` writes would stand in the issue for good.

Source: GitLab, lib/gitlab/quick_actions/extractor.rb. Limits of GitHub, told by its API's answers: a title
has 256 characters (GitLab: 255), a body 65,536, the name of a label 50 (github/docs issue 32156).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rectification.ledger import last_move

if TYPE_CHECKING:
    from rectification.exchange import Extract
    from rectification.ledger import Record
    from rectification.model import Action

_LONGEST_TITLE = 255  # characters
_LONGEST_BODY = 65_000
_LONGEST_LABEL = 50

# A mention, unless in an e-mail address; a comment, which would hide what follows. ASCII: 联系@all is one.
_ACTING = re.compile(r"(?<![\w.+-])@(?=\w)|<(?=!--)", re.ASCII)
# Commas part the labels of a cell, quotes end one in a command.
_NOT_IN_LABELS = str.maketrans({",": "，", '"': "'"})


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Return a CSV file as importers read it.

    Without a byte-order mark: github-csv-tools takes it for a part of the first heading, and finds no title.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([headings, *rows])
    return text.getvalue().encode()


def title(record: Record) -> str:
    """Return the issue's title: id and title of the item."""
    return _shortened(_still(f"{record.item.id} {_line(record.item.title)}"), _LONGEST_TITLE)


def labels(extract: Extract, record: Record) -> list[str]:
    """Return the issue's labels: status, category, severity and unit, as `field::value`.

    That is how GitLab writes labels of which an issue has only one.
    """
    words, item = extract.catalogue, record.item
    named = {
        "status": words.text(f"status.{record.state.status}"),
        "category": item.category,
        "severity": item.severity and words.text(f"severity.{item.severity}"),
        "unit": record.unit,
    }
    names = (f"{words.text(f'field.{field}')}::{value}" for field, value in named.items() if value)
    return [_shortened(_line(name).translate(_NOT_IN_LABELS), _LONGEST_LABEL) for name in names]


def body(extract: Extract, record: Record) -> str:
    """Return the issue's text: problem, cause, goal, actions as tasks, the other facts, the item's page."""
    words, item = extract.catalogue, record.item
    move = last_move(item)
    texts = {
        "section.problem": item.problem,
        "section.cause": item.cause,
        "section.goal": item.goal,
        "field.reason": words.mark(move.reason, move.visibility) if move and move.reason else None,
    }
    parts = [f"### {words.text(key)}\n\n{_quoted(text)}" for key, text in texts.items() if text]
    if item.actions:
        tasks = "\n".join(_task(extract, action) for action in item.actions)
        parts.append(f"### {words.text('section.actions')}\n\n{tasks}")
    facts = {
        "field.checklist": record.checklist.header.title,
        "field.unit": record.unit,
        "field.owner": item.owner,
        "field.partners": words.text("ui.comma").join(item.partners),
        "field.found": item.found,
        "field.due": item.due,
        "ledger.as_of": extract.ledger.today,
        "field.visibility": words.text("visibility.internal") if item.visibility == "internal" else None,
    }
    colon = words.text("ui.colon")
    listed = [f"{words.text(key)}{colon}{_line(str(fact))}" for key, fact in facts.items() if fact]
    end = _still(" · ".join(listed))
    if extract.base:
        end += f"\n\n{words.text('exchange.item_page')}{colon}<{extract.address(record)}>"
    text = _still("\n\n".join(parts))
    return f"{_shortened(text, _LONGEST_BODY - len(end))}\n\n{end}"


def _task(extract: Extract, action: Action) -> str:
    words = extract.catalogue
    first, *more = words.mark(action.text, action.visibility).splitlines()
    facts = [
        action.unit and _line(action.unit),
        action.due and f"{words.text('ui.planned')} {action.due}",
        action.done and f"{words.text('ui.actual')} {action.done}",
    ]
    said = words.text("ui.comma").join(fact for fact in facts if fact)
    note = words.text("ui.in_brackets", text=said) if said else ""
    box = "x" if action.done else " "
    return "\n".join([f"- [{box}] {first}{note}", *(f"  {line}".rstrip() for line in more)])


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


def _still(text: str) -> str:
    """Return `text` with a blank of no width where it would act."""
    return _ACTING.sub("\\g<0>\u200b", text)


def _line(text: str) -> str:
    return " ".join(text.split())


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
