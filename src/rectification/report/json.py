"""Findings as a list for programs; line and column start at 1, columns count code points."""

from __future__ import annotations

import json
from collections.abc import Iterator

from rectification.catalogue import Catalogue
from rectification.diagnostic import Diagnostic
from rectification.report.report import Report


def write(report: Report) -> Iterator[str]:
    """Yield a JSON list, one object a finding; files are named from the project's root."""
    found = [as_json(diagnostic, report.catalogue) for diagnostic in report.diagnostics]
    yield json.dumps(found, ensure_ascii=False, indent=2)


def as_json(diagnostic: Diagnostic, catalogue: Catalogue) -> dict[str, object]:
    """Return a diagnostic as a machine reads it; line and column start at 1, columns count code points."""
    message, hint = diagnostic.told(catalogue)
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "file": diagnostic.file,
        "line": diagnostic.line,
        "column": diagnostic.column,
        "item": diagnostic.item or None,
        "message": message,
        "hint": hint,
    }
