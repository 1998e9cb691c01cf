"""What a source gave, and what is said of one that gave nothing good."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rectification.diagnostic import Diagnostic, Severity

if TYPE_CHECKING:
    from datetime import date

    from rectification.federation.documents import Documents
    from rectification.settings import Settings, SourceSite


@dataclass(frozen=True)
class Delivery:
    """What a source gave: its documents and the day they were read, or nothing; and what was wrong.

    `fresh` tells whether it was read just now; else its documents are the copy last kept.
    """

    source: SourceSite
    documents: Documents | None = None
    fetched: date | None = None
    fresh: bool = False
    diagnostics: tuple[Diagnostic, ...] = ()


def diagnose(
    settings: Settings, source: SourceSite, code: str, usual: Severity, **facts: object
) -> list[Diagnostic]:
    """Return a diagnostic at the place where mkdocs.yml names the source; none where the site wants none."""
    level = settings.rules.get(code, usual)
    if level not in ("warning", "error"):
        return []
    about = {"source": source.name, "location": source.location, **facts}
    severity: Severity = "error" if level == "error" else "warning"
    return [Diagnostic(code, severity, source.file, source.line, source.column, about)]
