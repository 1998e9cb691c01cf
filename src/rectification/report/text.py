"""Findings as an editor reads them: place, message, the line with a caret, how to mend it."""

from __future__ import annotations

from rectification.diagnostic import explain
from rectification.report.report import Report


def write(report: Report) -> str:
    """Return the findings one below the other, then their number."""
    found = [explain(d, report.texts.get(d.file, ""), report.catalogue) + "\n" for d in report.diagnostics]
    counts = {"errors": report.count("error"), "warnings": report.count("warning")}
    facts = {"items": report.items, "checklists": report.checklists}
    total = (
        report.catalogue.text("findings.total", n=len(found), **counts)
        if found
        else report.catalogue.text("findings.none", **facts)
    )
    return "\n".join([*found, total])
