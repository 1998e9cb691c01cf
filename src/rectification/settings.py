"""What a site decides for itself: one record, filled from the plugin's options in mkdocs.yml."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

Audience = Literal["public", "internal"]


@dataclass(frozen=True, slots=True)
class Settings:
    """The decisions of one site.

    `root` is the folder of mkdocs.yml; diagnostics name files relative to it. `docs` is the folder of the
    pages, where no checklist may lie. `due_soon_days` and `stalled_days` are whole days. `rules` maps a code
    to `off`, `warning` or `error`, `thresholds` a code to the numbers it judges by, where they are not the
    rule's own. `allow_personal` are expressions for personal data that may be published all the same.
    `substance` publishes what the substance rules found.
    """

    root: Path
    checklists: Path
    language: str = "en"
    audience: Audience = "public"
    due_soon_days: int = 7
    stalled_days: int = 30
    timezone: str = "UTC"
    docs: Path | None = None
    allow_personal: tuple[str, ...] = ()
    rules: Mapping[str, str] = field(default_factory=dict)
    thresholds: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    substance: bool = False

    def name_of(self, path: Path) -> str:
        """Return `path` as messages show it: relative to the project, with `/`."""
        try:
            return path.relative_to(self.root).as_posix()
        except ValueError:
            return path.as_posix()

    def today(self) -> date:
        """Return the build day in the site's time zone; SOURCE_DATE_EPOCH fixes it for repeatable builds."""
        epoch = os.environ.get("SOURCE_DATE_EPOCH")
        now = datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)
        return now.astimezone(ZoneInfo(self.timezone)).date()
