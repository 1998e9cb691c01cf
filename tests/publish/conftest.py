"""Small ledgers, published without a site around them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from rectification.catalogue import read_catalogue
from rectification.publish import Edition, manifest_json, outputs, seals
from rectification.rules import examine
from rectification.settings import Settings
from rectification.site.addresses import Addresses

ROOT = Path(__file__).resolve().parents[2]
TODAY = date(2026, 11, 24)
BASE = "https://probe.example.org/base/"

UNITS = """\
units:
  - {name: 示例市, level: city}
  - {name: 示例县, parent: 示例市, slug: county}
  - {name: 示例镇, parent: 示例县}
"""
HEAD = "checklist: {id: A, title: 报表减负}\n"
ITEM = """\
  - id: A-1
    title: 重复填表
    problem: 走访 6 小时，填表 2 小时。
    unit: 示例镇
    found: 2026-03-01
    due: 2026-12-31
"""
STARTED = "    log:\n      - {date: 2026-03-02, status: in_progress, by: 示例县}\n"

Publish = Callable[..., dict[str, bytes]]


def edition_of(root: Path, *, language: str = "zh", base: str = BASE, timezone: str = "UTC") -> Edition:
    settings = Settings(root, root / "checklists", language=language, timezone=timezone)
    examination = examine(settings, TODAY)
    assert examination.errors == (), examination.errors
    ledger = examination.ledger.public()
    return Edition(ledger, read_catalogue(language), "Probe", base, timezone, Addresses(True))


def publish(edition: Edition) -> dict[str, bytes]:
    made = {one.path: one.make() for output in outputs(edition) for one in output()}

    def sum_of(name: str) -> tuple[int, str]:
        return len(made[name]), sha256(made[name]).hexdigest()

    made |= dict(seals(edition, sum_of))
    sums = {name: sum_of(name) for name in made}
    return made | {manifest_json.PATH: manifest_json.manifest(edition, None, sums, "1.0")}


@pytest.fixture
def published(tmp_path: Path) -> Publish:
    """`published(items, base=…)` publishes one checklist with these items; `units` may be left out."""

    def run(items: str, *, units: str = UNITS, head: str = HEAD, **decisions: Any) -> dict[str, bytes]:
        folder = tmp_path / "checklists"
        folder.mkdir(exist_ok=True)
        (folder / "forms.yml").write_text(f"{head}items:\n{items}", "utf-8")
        (folder / "_units.yml").unlink(missing_ok=True)
        if units:
            (folder / "_units.yml").write_text(units, "utf-8")
        return publish(edition_of(tmp_path, **decisions))

    return run


@pytest.fixture(scope="session")
def sample() -> dict[str, bytes]:
    """What is published of the project's own example ledger."""
    return publish(edition_of(ROOT, timezone="Asia/Shanghai"))


def document(files: dict[str, bytes], name: str) -> Any:
    return json.loads(files[f"api/v1/{name}"])
