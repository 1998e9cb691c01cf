"""Findings as an editor reads them: place, message, the line with a caret, how to mend it."""

from __future__ import annotations

from collections.abc import Iterator

from rectification.diagnostic import explain
from rectification.report.report import Report

_AT_ONCE = 1000  # findings: as one text, those of a large ledger would take as much memory as the ledger


def write(report: Report) -> Iterator[str]:
    """Yield the findings one below the other, then their number."""
    found = report.diagnostics
    for start in range(0, len(found), _AT_ONCE):
        yield "\n".join(
            explain(diagnostic, report.texts.get(diagnostic.file, ""), report.catalogue) + "\n"
            for diagnostic in found[start : start + _AT_ONCE]
        )
    counts = {"errors": report.count("error"), "warnings": report.count("warning")}
    facts = {"items": report.items, "checklists": report.checklists}
    if found:
        yield report.catalogue.text("findings.total", n=len(found), **counts)
    else:
        yield report.catalogue.text("findings.none", **facts)
