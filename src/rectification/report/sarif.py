"""Findings as SARIF 2.1.0 (OASIS), which code scanning services and editors read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import quote

from rectification import __version__
from rectification.diagnostic import Diagnostic, line_of
from rectification.report.report import Report
from rectification.rules.codes import Code, codes

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LANGUAGES = {"zh": "zh-CN", "en": "en"}
_LEVELS = {"off": "none"}


def write(report: Report) -> Iterator[str]:
    """Yield one run: the rules that were broken, and a result a finding."""
    broken = {diagnostic.code for diagnostic in report.diagnostics}
    told = [code for code in codes(report.catalogue, report.levels) if code.code in broken]
    index = {code.code: number for number, code in enumerate(told)}
    run = {
        "tool": {
            "driver": {
                "name": "rectify",
                "version": __version__,
                "language": _LANGUAGES[report.catalogue.language],
                "rules": [_rule(code, report) for code in told],
            }
        },
        "language": _LANGUAGES[report.catalogue.language],
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": report.catalogue.text("sarif.root")}}},
        "results": [
            _result(diagnostic, index[diagnostic.code], fingerprint, report)
            for diagnostic, fingerprint in zip(report.diagnostics, report.fingerprints(), strict=True)
        ],
    }
    yield json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2)


def _rule(code: Code, report: Report) -> dict[str, object]:
    text = report.catalogue.text
    bad, good = text("rules.bad"), text("rules.good")
    rule: dict[str, object] = {
        "id": code.code,
        "shortDescription": {"text": code.message},
        "fullDescription": {"text": code.why},
        "help": {
            "text": f"{code.why}\n{code.hint}\n\n{bad}\n{code.bad}\n\n{good}\n{code.good}",
            "markdown": f"{code.why}\n\n{code.hint}\n\n{bad}\n\n```yaml\n{code.bad}\n```\n\n"
            f"{good}\n\n```yaml\n{code.good}\n```",
        },
        "defaultConfiguration": {"level": _LEVELS.get(code.level, code.level)},
    }
    if report.rules_page:
        rule["helpUri"] = f"{report.rules_page}#{code.code}"
    return rule


def _result(diagnostic: Diagnostic, index: int, fingerprint: str, report: Report) -> dict[str, object]:
    region: dict[str, object] = {"startLine": diagnostic.line, "startColumn": diagnostic.column}
    line = line_of(diagnostic, report.texts.get(diagnostic.file, ""))
    # A region without an end runs to the end of its line.
    if rest := line[diagnostic.column - 1 :]:
        region["snippet"] = {"text": rest}
    artifact = {"uri": quote(report.path(diagnostic)), "uriBaseId": "%SRCROOT%"}
    location: dict[str, object] = {"physicalLocation": {"artifactLocation": artifact, "region": region}}
    if diagnostic.item:
        location["logicalLocations"] = [{"name": diagnostic.item, "kind": "item"}]
    return {
        "ruleId": diagnostic.code,
        "ruleIndex": index,
        "level": diagnostic.severity,
        "message": {"text": report.told(diagnostic)},
        "locations": [location],
        "partialFingerprints": {"rectifyFinding/v1": fingerprint},
    }
