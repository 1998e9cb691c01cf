"""The project's own example ledger: whole, varied, and published as the guides say."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from rectification.ledger import Ledger
from rectification.rules import examine
from rectification.settings import Settings

from .conftest import BUILD_DAY, Project, unresolved_links

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    os.environ["SOURCE_DATE_EPOCH"] = BUILD_DAY
    settings = Settings(ROOT, ROOT / "checklists", timezone="Asia/Shanghai")
    found = examine(settings, settings.today())
    del os.environ["SOURCE_DATE_EPOCH"]
    assert found.diagnostics == ()
    return found.ledger


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder = tmp_path_factory.mktemp("sample")
    subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "-d", str(folder / "site")],
        cwd=ROOT,
        env={**os.environ, "SOURCE_DATE_EPOCH": BUILD_DAY, "NO_MKDOCS_2_WARNING": "1"},
        check=True,
    )
    return Project(folder)


def test_it_has_what_a_ledger_can_have(ledger: Ledger) -> None:
    records = ledger.records
    assert len(records) >= 24
    assert len(ledger.checklists) >= 2
    assert {r.state.status for r in records} == {
        *("open", "in_progress", "submitted", "closed", "reopened", "withdrawn")
    }
    assert {"overdue", "due_soon", "stalled", "closed_late", "reopened"} == {
        f for r in records for f in r.state.flags
    }
    assert sum(bool(r.merged_into) for r in records) == 1
    assert sum(r.item.visibility == "internal" for r in records) == 1
    assert sum(any(name.startswith("evidence/") for name in (*(e for a in r.item.actions for e in a.evidence),
               *(e for entry in r.item.log for e in entry.evidence))) for r in records) >= 2  # fmt: skip
    assert sum(r.item.feedback is not None for r in records) >= 6
    assert {ledger.units.level(u) for u in ledger.units.listed} == {"province", "city", "county", "town"}


def test_every_item_leads_to_its_essay(ledger: Ledger) -> None:
    for record in ledger.records:
        source = record.source
        assert source.document and source.date, record.item.id
        assert re.fullmatch("第[一二三]篇第[一二三四]段", source.place or ""), record.item.id


def test_every_organisation_is_plainly_an_example(ledger: Ledger) -> None:
    assert [u.name for u in ledger.units.listed if "示例" not in u.name] == []


def test_as_many_item_pages_as_public_items(ledger: Ledger, published: Project) -> None:
    pages = {
        name.split("/")[1] for name in published.files() if re.fullmatch(r"items/[^/]+/index\.html", name)
    }
    assert pages == {r.item.id for r in ledger.records if r.item.visibility == "public"}
    assert "index.html" in published.files()


def test_nothing_of_the_internal_item_is_published(ledger: Ledger, published: Project) -> None:
    hidden = [r.item for r in ledger.records if r.item.visibility == "internal"]
    for name, content in published.files().items():
        text = content.decode("utf-8", errors="ignore")
        assert not [i.id for i in hidden if i.id in text or i.title in text or i.problem in text], name


def test_every_link_of_the_sample_resolves(published: Project) -> None:
    assert unresolved_links(published, "https://ledger.example.org/") == []
