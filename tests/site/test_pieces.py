"""What is kept of each item, and of the pages of a checklist together: made again wherever it would differ."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from bench.generate import units, write_site

from rectification.ledger import Ledger, Readings, Record, load
from rectification.settings import Settings
from rectification.site.kept import open_cache
from rectification.site.keys import Digests, Keys, typed
from rectification.site.pieces import Pieces

from .conftest import BUILD_DAY, Project
from .faults import Builds

TODAY = date(2026, 11, 25)


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A ledger of a thousand items in two files, with vocabularies."""
    project = Project(tmp_path_factory.mktemp("generated") / "project")
    write_site(project.root, 1000, seed=3, search=False)
    return project


@pytest.fixture
def project(generated: Project, tmp_path: Path) -> Project:
    copy = Project(tmp_path / "project")
    shutil.copytree(generated.root, copy.root)
    return copy


def read(project: Project) -> tuple[Ledger, dict[str, str]]:
    """The ledger, and what its files hold."""
    readings = Readings()
    settings = Settings(root=project.root, checklists=project.root / "checklists")
    return load(settings, TODAY, readings=readings).ledger, dict(readings.digests)


def keys(project: Project, *common: object) -> Keys:
    ledger, files = read(project)
    return Keys(ledger, common, Digests(ledger, files, open_cache(project.root, "items")))


def change(project: Project, name: str, old: str, new: str) -> None:
    path = project.root / "checklists" / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def made(project: Project, *common: object) -> list[str]:
    """Ask for a piece of every item; which had to be made."""
    told = keys(project, *common)
    ledger = told._ledger
    asked: list[str] = []

    def make(record: Record) -> str:
        asked.append(record.item.id)
        return f"{record.item.title} {record.item.problem}"

    pieces = Pieces(project.root, ledger, lambda: told)
    known = pieces.of("told", make)
    assert [known[record] for record in ledger.records] == [
        f"{record.item.title} {record.item.problem}" for record in ledger.records
    ]
    pieces.save()
    return asked


def test_only_the_pieces_of_an_edited_item_are_made(project: Project) -> None:
    assert len(made(project)) == 1000
    assert made(project) == []
    change(project, "g001.yml", "problem: ", "problem: 改过，")
    assert made(project) == ["G001-000500"]
    assert made(project) == []
    assert len(made(project, "another site")) == 1000


def test_pieces_of_a_renamed_checklist(project: Project) -> None:
    made(project)
    (project.root / "checklists/g001.yml").rename(project.root / "checklists/h.yml")
    assert len(made(project)) == 500  # an item's piece may tell of its checklist
    kept = project.root / ".rectify-cache/pieces-told"
    assert len(list(kept.glob("*.kept"))) == 2


def test_digests_are_those_of_the_items(project: Project) -> None:
    def told() -> dict[str, bytes]:
        ledger, files = read(project)
        digests = Digests(ledger, files, open_cache(project.root, "items"))
        plain = Digests(ledger, files, None)
        assert all(digests.of(r.item) == plain.of(r.item) for r in ledger.records)
        assert len({typed(r.item) for r in ledger.records}) == len(
            {digests.of(r.item) for r in ledger.records}
        )
        return {record.item.id: digests.of(record.item) for record in ledger.records}

    first = told()
    assert told() == first
    change(project, "g000.yml", "- id: G000-000000", "- id: G000-999999")
    second = told()
    assert second.keys() - first.keys() == {"G000-999999"}
    assert {name: one for name, one in second.items() if name in first and first[name] != one} == {}


def test_an_item_that_parts_were_taken_out_of_has_a_digest_of_its_own(project: Project) -> None:
    ledger, files = read(project)
    digests = Digests(ledger, files, open_cache(project.root, "items"))
    item = ledger.records[0].item
    other = item.model_copy(update={"related": (), "log": ()})
    assert digests.of(other) != digests.of(item)


# -- whole builds ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def builds(generated: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Builds]:
    warm = Project(tmp_path_factory.mktemp("warm") / "project")
    write_site(warm.root, 3, seed=1, search=False)
    builds = Builds(warm.root, {"SOURCE_DATE_EPOCH": BUILD_DAY, "NO_MKDOCS_2_WARNING": "1"})
    yield builds
    builds.close()


def _first(pattern: str, new: str) -> Callable[[str], str]:
    return lambda text: re.sub(pattern, new, text, count=1)


def _turned(text: str) -> str:
    """The first two items of a file change places."""
    head, first, second, *rest = re.split(r"(?m)^(?=  - id: )", text)
    return "".join((head, second, first, *rest))


# Items of the first file that name one of the second each, of another unit.
_NEW = "problem: 新的。, unit: 生成市, found: 2025-03-02, due: 2027-12-01"
_GONE = "{date: 2025-04-01, status: withdrawn, reason: 重复, merged_into: G001-000530}"
NAMING = f"""\
  - {{id: G000-900001, title: 相关的, {_NEW}, related: [G001-000520]}}
  - {{id: G000-900002, title: 重复的, {_NEW}, log: [{_GONE}]}}
"""
RELATED = r"(?m)^    related: .*\n"
EDITS: dict[str, Callable[[str], str]] = {
    "problem": _first("problem: ", "problem: 改过，"),
    "title": _first(r"title: (?=\S*的)?", "title: 改名的"),
    "found": _first(r"found: (20\d\d-\d\d)-(?!01)\d\d", r"found: \1-01"),
    "severity": _first("severity: medium", "severity: high"),
    "category": _first("category: 文山会海", "category: 报表数据"),
    "turned": _turned,
    "line": lambda text: f"# 一行\n{text}",
    "internal": _first(r"(?m)^    problem: ", "    visibility: internal\n    problem: "),
    "related": _first(r"(id: G001-000520\n    title: )", r"\1改名的"),
    "merged": _first(r"(id: G001-000530\n    title: )", r"\1改名的"),
    "gone": lambda text: re.sub(r"(?ms)^  - id: .*?(?=^  - id: )", "", re.sub(RELATED, "", text), count=1),
}


@pytest.mark.parametrize("forge", [False, True])
def test_edits_of_a_large_checklist(builds: Builds, project: Project, tmp_path: Path, forge: bool) -> None:
    config = (project.root / "mkdocs.yml").read_text("utf-8")
    if forge:
        config += "repo_url: https://forge.example/a/b\nedit_uri: edit/main/docs/\n"
    project.write("mkdocs.yml", config)
    files = sorted((project.root / "checklists").glob("g*.yml"))
    for path in files:  # small enough to be built twice an edit
        parts = re.split(r"(?m)^(?=  - id: )", path.read_text("utf-8"))
        text = "".join(parts[:41])
        known = set(re.findall(r"(?m)^  - id: (\S+)", text))
        for line in re.findall(RELATED, text):
            if not known.issuperset(re.findall(r"G\d+-\d+", line)):
                text = text.replace(line, "")
        path.write_text(text, "utf-8")
    with files[0].open("a", encoding="utf-8") as stream:
        stream.write(NAMING)
    # A unit of their own: those named are none that the page of another item would tell of anyway.
    first = files[0].read_text("utf-8")
    unit = next(name for name, _, _ in units() if f"unit: {name}\n" not in first)
    path = files[1]
    named = r"(id: G001-0005[23]0\n(?:    .*\n)*?    unit: ).*"
    path.write_text(re.sub(named, rf"\g<1>{unit}", path.read_text("utf-8")), "utf-8")
    assert builds.build(project.root).code == 0
    for n, (name, edit) in enumerate(EDITS.items()):
        path = files[1 if name in ("related", "merged") else n % 2]
        before = path.read_text("utf-8")
        path.write_text(edit(before), "utf-8")
        assert path.read_text("utf-8") != before, name
        outcome = builds.build(project.root)
        clean = Project(tmp_path / "clean")
        shutil.rmtree(clean.root, ignore_errors=True)
        shutil.copytree(
            project.root, clean.root, ignore=shutil.ignore_patterns("site", ".site*", ".rectify-cache")
        )
        expected = builds.build(clean.root)
        assert outcome.code == expected.code == 0, (name, outcome.output, expected.output)
        kept, anew = project.files(), clean.files()
        assert sorted(f for f in kept.keys() | anew.keys() if kept.get(f) != anew.get(f)) == [], name
