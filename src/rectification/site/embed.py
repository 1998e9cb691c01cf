"""Live views of the ledger in hand-written pages: a fenced block named `ledger`, YAML inside.

```ledger
view: table
where: {flag: overdue}
limit: 10
```
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from rectification.diagnostic import Diagnostic, nearest
from rectification.ledger import Ledger, Where, faults
from rectification.model import Count, Record, build
from rectification.profile import Condition
from rectification.source import parse

if TYPE_CHECKING:
    from rectification.source import Document

_FENCE = re.compile(r"(?P<indent> {0,3})(?P<marks>`{3,}|~{3,})\s*(?P<info>.*?)\s*")


Group = Literal["unit", "category", "checklist", "status"]
ChartKind = Literal["status", "burn_up", "closures", "ageing", "units", "categories", "satisfaction"]

# Keys that only some of the views take.
_ONLY_FOR = {"chart": ("chart",), "group": ("table", "cards", "counts")}


class Embed(Record):
    """What a block asks for. `limit` is a number of rows, cards, bars or log entries, in each group."""

    view: Literal["counts", "table", "cards", "chart", "timeline", "recent"] = Field(
        description="How it is shown; `recent` is a timeline of one line an entry"
    )
    chart: ChartKind | None = Field(None, description="Which chart, for `view: chart`")
    group: Group | None = Field(None, description="What table, cards or counts are divided by")
    where: Condition = Field(
        default_factory=dict, description="Which items: field -> value or list of values"
    )
    limit: Annotated[Count, Field(ge=1)] = Field(20, description="Most rows shown")


@dataclass(frozen=True)
class Embeds:
    """A page's Markdown with a placeholder for each block, the blocks, and what was wrong with them."""

    markdown: str
    blocks: tuple[Embed, ...]
    diagnostics: tuple[Diagnostic, ...]


def placeholder(number: int) -> str:
    """Return the HTML that stands for block `number` until the view takes its place."""
    return f'<div class="rx-embed" data-embed="{number}"></div>'


def find_embeds(markdown: str, file: str, first_line: int, ledger: Ledger) -> Embeds:
    """Find the `ledger` blocks of a page. `first_line` is the line of the file its Markdown begins at."""
    out: list[str] = []
    blocks: list[Embed] = []
    diagnostics: list[Diagnostic] = []
    lines = markdown.split("\n")
    index = 0
    while index < len(lines):
        fence = _FENCE.fullmatch(lines[index])
        if fence is None:
            out.append(lines[index])
            index += 1
            continue
        end = _closing(lines, index, fence["marks"])
        if fence["info"] == "ledger":
            text = "\n".join(lines[index + 1 : end])
            block, found = _block(text, file, first_line + index + 1, ledger)
            diagnostics += found
            if block is not None:
                out += ["", placeholder(len(blocks)), ""]
                blocks.append(block)
        else:
            out += lines[index : end + 1]
        index = end + 1
    return Embeds("\n".join(out), tuple(blocks), tuple(diagnostics))


def _closing(lines: list[str], opening: int, marks: str) -> int:
    """Return the line that closes a fence: as many of the same marks or more, and nothing else."""
    closing = re.compile(rf" {{0,3}}{re.escape(marks[0])}{{{len(marks)},}}\s*")
    return next((n for n in range(opening + 1, len(lines)) if closing.fullmatch(lines[n])), len(lines))


def _block(text: str, file: str, line: int, ledger: Ledger) -> tuple[Embed | None, list[Diagnostic]]:
    document, found = parse(text, file)
    block: Embed | None = None
    if document is not None:
        block, mistakes = build(Embed, document.value)
        for mistake in mistakes:
            mark = document.mark(mistake.path, mistake.of)
            found.append(Diagnostic(mistake.code, "error", file, *mark, mistake.facts))
        if block is not None:
            found += _unfit(document, block)
            found += _unknown(document, block.where, ledger)
    errors = any(d.severity == "error" for d in found)
    moved = [Diagnostic(d.code, d.severity, d.file, d.line + line - 1, d.column, d.facts) for d in found]
    return (None if errors else block), moved


def _unfit(document: Document, block: Embed) -> list[Diagnostic]:
    """Report a chart that is not named, and keys that the block's view does not take."""
    found = []
    if block.view == "chart" and block.chart is None:
        mark = document.mark(("view",), "key")
        found.append(Diagnostic("M001", "error", document.file, *mark, {"field": "chart"}))
    for key, views in _ONLY_FOR.items():
        if getattr(block, key) is not None and block.view not in views:
            known = [k for k in Embed.model_fields if block.view in _ONLY_FOR.get(k, (block.view,))]
            facts = {"found": key, "nearest": nearest(key, known), "known": ", ".join(known)}
            mark = document.mark((key,), "key")
            found.append(Diagnostic("M002", "error", document.file, *mark, facts))
    return found


def _unknown(document: Document, where: Where, ledger: Ledger) -> list[Diagnostic]:
    """Report fields and values of a query that mean nothing in this ledger."""
    return [
        Diagnostic(m.code, "error", document.file, *document.mark(("where", *m.path), m.of), m.facts)
        for m in faults(ledger, where)
    ]
