"""Findings as GitLab's code quality report, which shows them in a merge request.

Source: GitLab Docs, "Code Quality", code quality report format.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from rectification.report.report import Report

_SEVERITIES = {"error": "major", "warning": "minor"}


def write(report: Report) -> Iterator[str]:
    """Yield a JSON list, one issue a finding."""
    found = [
        {
            "description": report.told(diagnostic),
            "check_name": diagnostic.code,
            "fingerprint": fingerprint,
            "severity": _SEVERITIES[diagnostic.severity],
            "location": {"path": report.path(diagnostic), "lines": {"begin": diagnostic.line}},
        }
        for diagnostic, fingerprint in zip(report.diagnostics, report.fingerprints(), strict=True)
    ]
    yield json.dumps(found, ensure_ascii=False, indent=2)
