"""Findings as workflow commands of GitHub Actions, which shows them at the lines of a change.

Source: GitHub Docs, "Workflow commands for GitHub Actions"; a step shows ten annotations a level.
"""

from __future__ import annotations

from collections.abc import Iterator

from rectification.diagnostic import Diagnostic
from rectification.report.report import Report

_MOST = 10  # annotations a level that GitHub shows of one step


def write(report: Report) -> Iterator[str]:
    """Yield one command a line: errors, then warnings, then how many more there are than are shown."""
    lines: list[str] = []
    for severity in ("error", "warning"):
        found = [d for d in report.diagnostics if d.severity == severity]
        lines += [_command(diagnostic, report) for diagnostic in found[:_MOST]]
    more = len(report.diagnostics) - len(lines)
    if more:
        facts = {"errors": report.count("error"), "warnings": report.count("warning")}
        lines.append(
            f"::notice title=rectify::{_data(report.catalogue.text('findings.more', n=more, **facts))}"
        )
    yield "\n".join(lines)


def _command(diagnostic: Diagnostic, report: Report) -> str:
    place = {
        "file": report.path(diagnostic),
        "line": str(diagnostic.line),
        "col": str(diagnostic.column),
        "title": diagnostic.code,
    }
    properties = ",".join(f"{name}={_property(value)}" for name, value in place.items())
    return f"::{diagnostic.severity} {properties}::{_data(report.told(diagnostic))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
