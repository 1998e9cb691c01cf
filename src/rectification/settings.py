"""What a site decides for itself: one record, filled from the plugin's options in mkdocs.yml."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

Audience = Literal["public", "internal"]

# How a folder of checklists is laid out.
ENDINGS = (".yml", ".yaml")
HEADER_FILE = "checklist"  # of a checklist kept as a folder, without its ending
EVIDENCE_FOLDER = "evidence"


@dataclass(frozen=True, slots=True)
class SourceSite:
    """Another site whose ledger is shown in this one's, as mkdocs.yml names it.

    `location` is where its published files are read: an http(s) address that ends with `/`, or a folder
    counted from the project's. `under` names the unit its own units hang below; `address` is where its
    readers find it, if that is not where we read it. `file`, `line` and `column` say where it is named.
    """

    name: str
    location: str
    under: str = ""
    address: str = ""
    file: str = "mkdocs.yml"
    line: int = 1
    column: int = 1

    @property
    def remote(self) -> bool:
        """Whether it is read over the network."""
        return self.location.startswith(("http://", "https://"))


@dataclass(frozen=True, slots=True)
class Settings:
    """The decisions of one site.

    `root` is the folder of mkdocs.yml; diagnostics name files relative to it. `docs` is the folder of the
    pages, where no checklist may lie. `due_soon_days` and `stalled_days` are whole days. `rules` maps a code
    to `off`, `warning` or `error`, `thresholds` a code to the numbers it judges by, where they are not the
    rule's own. `allow_personal` are expressions for personal data that may be published all the same.
    `substance` publishes what the substance rules found. `address` is the canonical address of the site's
    root with `/` at its end, empty where it names none. `refresh_sources` tells whether a build reads its
    sources anew; `max_source_bytes` is the most that is read of one file.
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
    address: str = ""
    sources: tuple[SourceSite, ...] = ()
    refresh_sources: bool = True
    max_source_bytes: int = 64_000_000

    def name_of(self, path: Path) -> str:
        """Return `path` as messages show it: relative to the project, with `/`."""
        try:
            return path.relative_to(self.root).as_posix()
        except ValueError:
            return path.as_posix()

    def today(self) -> date:
        """Return the day a build is made for, in the site's time zone: what is overdue depends on it.

        It is the day of SOURCE_DATE_EPOCH (seconds since 1970) where that is set, else the clock's, never the
        commit's: a ledger that nobody has touched for a month is a month older. What only says when a file
        was made goes by `made`.
        """
        epoch = os.environ.get("SOURCE_DATE_EPOCH")
        now = datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)
        return now.astimezone(ZoneInfo(self.timezone)).date()

    def made(self, committed: datetime | None) -> datetime:
        """Return the moment that the files of a build bear as theirs, in UTC.

        It is that of SOURCE_DATE_EPOCH where that is set, else `committed`, so that it stays the same as long
        as nothing is committed; outside git it is noon of `today`.
        """
        epoch = os.environ.get("SOURCE_DATE_EPOCH")
        if epoch:
            return datetime.fromtimestamp(int(epoch), UTC)
        return committed or datetime.combine(self.today(), time(12), ZoneInfo(self.timezone)).astimezone(UTC)
