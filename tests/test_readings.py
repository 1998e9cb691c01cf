"""What is remembered of a ledger's files: it is what a fresh reading finds, whatever happened to them."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rectification.ledger import Ledger, Loading, Readings, evidence, load, readings
from rectification.ledger.sealed import FOLDER, Sealed
from rectification.model import Item
from rectification.rules import Examination, examine
from rectification.settings import Settings
from rectification.source import Document

from .conftest import TODAY

HEADER = "checklist: {id: A, title: 甲, waive: {S307: 已核}}\n"
GOOD = """\
  - id: A-{n}
    title: 重复填表 {n}
    problem: 走访 6 小时，填表 {n} 小时。
    unit: 示例镇
    found: 2026-03-01
    due: 2026-12-31
"""
# What stands below an item: some good, some a mistake of each kind, some a finding.
MORE = (
    "",
    "    actions: [{text: 停用两张表, done: 2026-03-05, evidence: [evidence/a.pdf]}]\n",
    "    actions: [{text: 高度重视，狠抓落实, unit: 另一镇, visibility: internal}]\n    cause: 表太多\n",
    "    log:\n      - {date: 2026-03-02, status: in_progress}\n      - {date: 2026-03-03, status: submitted}\n"
    "      - {date: 2026-03-04, status: closed, by: 示例镇}\n",
    "    log: [{date: 2027-01-01, status: closed}]\n",
    "    related: [A-1, B-9]\n",
    "    due: 2026-01-01\n",
    "    nonsense: 1\n",
    "    goal: 见 #3\n",
    "    goal: 电话 13800138000 [甲](javascript:1)\n    waive: {S204: 无}\n",
    "    category: 文山会海\n    visibility: internal\n",
    '    extra: {"甲\\x41": null}\n',
    "    owner: [\n",
    "\tid: x\n",
)
VOCABULARIES = {
    "_units.yml": (
        "units: [{name: 示例镇, aliases: [镇]}, {name: 另一镇, parent: 示例镇}]\n",
        "units: [{name: 别处}]\n",
        "units: x\n",
    ),
    "_categories.yml": ("categories: [{name: 文山会海, competent: [另一镇]}]\n", "categories: []\n"),
    "_reports.yml": (
        "reports: [{name: r, title: 表, audience: public, columns: [{field: id}], where: {unit: 示例镇}}]\n",
    ),
    "_requests.yml": ("requests: [{id: R-1, title: 表, by: 示例镇}]\n",),
    "_nothing.yml": ("x: 1\n",),
}


@dataclass
class Site:
    """A project that edits happen to."""

    root: Path

    @property
    def settings(self) -> Settings:
        return Settings(self.root, self.root / "checklists", docs=self.root / "docs")

    def write(self, name: str, content: str | bytes) -> None:
        path = self.root / "checklists" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_symlink():
            path.unlink()
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    def files(self) -> list[Path]:
        return sorted(path for path in (self.root / "checklists").rglob("*") if path.is_file())


def plain(value: Any) -> Any:
    """Return a value in which equal things are equal: records are told apart by what they say."""
    if isinstance(value, Document):
        return value.file, value.text, value.tree.value, [*value.tree.positions]
    if isinstance(value, Ledger | Examination | Loading) or type(value).__name__ in (
        "Record",
        "Checklist",
        "Units",
        "Place",
    ):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {key: plain(one) for key, one in value.items()}
    return [plain(one) for one in value] if isinstance(value, list | tuple) else value


_texts = st.builds(
    lambda header, items, end: header + "items:\n" + "".join(items) + end,
    st.sampled_from([HEADER, HEADER, HEADER.replace("A", "B"), "checklist: {id: A}\n", ""]),
    st.lists(
        st.builds(lambda n, more: GOOD.format(n=n) + more, st.integers(1, 4), st.sampled_from(MORE)),
        max_size=3,
    ),
    st.sampled_from(["", "", "  - {}\n", "x: 1\n", "# 末\n", "items: []\n", "\r\n"]),
)
_items = st.builds(
    lambda n, more: "".join(
        line[4:] for line in (GOOD.format(n=n).replace("  - ", "    ") + more).splitlines(True)
    ),
    st.integers(1, 4),
    st.sampled_from(MORE),
)
_FILES = ("a.yml", "b.yml", "c.yaml")
_FOLDED = ("d/checklist.yml", "d/1.yml", "d/2.yml")


@st.composite
def _edits(draw: st.DrawFn) -> list[Callable[[Site], None]]:
    """Return what happens to a project between two loadings."""
    found: list[Callable[[Site], None]] = []
    for _ in range(draw(st.integers(0, 3))):
        kind = draw(
            st.sampled_from(
                ["write", "item", "header", "vocabulary", "remove", "rename", "touch", "sly", "odd"]
            )
        )
        if kind == "write":
            name, text = draw(st.sampled_from(_FILES)), draw(_texts)
            found.append(lambda site, name=name, text=text: site.write(name, text))  # type: ignore[misc]
        elif kind == "item":
            name, text = draw(st.sampled_from(_FOLDED[1:])), draw(_items)
            found.append(lambda site, name=name, text=text: site.write(name, text))  # type: ignore[misc]
        elif kind == "header":
            text = draw(st.sampled_from([HEADER, HEADER.replace("甲", "乙"), "x: 1\n"]))
            found.append(lambda site, text=text: site.write(_FOLDED[0], text))  # type: ignore[misc]
        elif kind == "vocabulary":
            name = draw(st.sampled_from(sorted(VOCABULARIES)))
            text = draw(st.sampled_from(VOCABULARIES[name]))
            found.append(lambda site, name=name, text=text: site.write(name, text))  # type: ignore[misc]
        elif kind == "odd":
            raw = draw(
                st.sampled_from(
                    [b"\xff\xfe", b"\xef\xbb\xbfchecklist: {id: A, title: B}\n", b"", b"a: \x07\n"]
                )
            )
            found.append(lambda site, raw=raw: site.write("c.yaml", raw))  # type: ignore[misc]
        else:
            found.append(_moved(kind, draw(st.integers(0, 9)), draw(st.integers(0, 9))))
    return found


def _moved(kind: str, n: int, m: int) -> Callable[[Site], None]:
    """Return an edit that removes, renames, touches or slyly changes one of the files that are there."""

    def edit(site: Site) -> None:
        present = site.files()
        if not present:
            return
        path = present[n % len(present)]
        look = path.stat()
        if kind == "remove":
            path.unlink()
        elif kind == "rename":
            path.replace(path.with_name(("a.yml", "e.yml", "2.yml", "_units.yml")[m % 4]))
        elif kind == "touch":
            os.utime(path, (look.st_atime + m, look.st_mtime + m))
        else:  # as many bytes, and the times of before
            text = path.read_bytes()
            path.write_bytes(text.replace(b"6", b"7", 1) if m % 2 else text.replace(b"2026", b"2025"))
            os.utime(path, ns=(look.st_atime_ns, look.st_mtime_ns))

    return edit


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as temporary:
        yield Path(temporary)


@given(
    steps=st.lists(
        st.tuples(_edits(), st.sampled_from(["same", "reopened", "reopened", "edited"])), max_size=4
    ),
    substance=st.booleans(),
    known=st.booleans(),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_remembered_is_what_a_fresh_reading_finds(
    folder: Path, steps: list[tuple[list[Callable[[Site], None]], str]], substance: bool, known: bool
) -> None:
    site = Site(folder / "site")
    shutil.rmtree(site.root, ignore_errors=True)
    site.write("a.yml", HEADER + "items:\n" + GOOD.format(n=1) + MORE[3])
    site.write("d/checklist.yml", HEADER.replace("A", "D"))
    site.write("d/1.yml", "".join(line[4:] for line in GOOD.format(n=2).splitlines(True)))
    site.write("evidence/a.pdf", b"%PDF-1.7")
    if known:
        site.write("_units.yml", VOCABULARIES["_units.yml"][0])
    kept = Readings.open(site.root / FOLDER)
    for edits, how in [([], "same"), *steps]:
        for edit in edits:
            edit(site)
        if how == "reopened":
            kept.save()
            kept = Readings.open(site.root / FOLDER)
        texts = {"checklists/a.yml": HEADER + "items:\n" + GOOD.format(n=3)} if how == "edited" else {}
        remembered = examine(site.settings, TODAY, edits=texts, substance=substance, readings=kept)
        fresh = examine(site.settings, TODAY, edits=texts, substance=substance)
        assert plain(remembered) == plain(fresh)
        assert [r.place.line for r in remembered.ledger.records] == [
            r.place.line for r in fresh.ledger.records
        ]
        assert [r.place.end for r in remembered.ledger.records] == [r.place.end for r in fresh.ledger.records]


# -- one at a time ---------------------------------------------------------------------------------------


@pytest.fixture
def site(tmp_path: Path) -> Site:
    made = Site(tmp_path / "site")
    made.write("a.yml", HEADER + "items:\n" + GOOD.format(n=1))
    made.write("b.yml", HEADER.replace("A", "B") + "items:\n" + GOOD.format(n=1).replace("A-", "B-"))
    made.write("d/checklist.yml", HEADER.replace("A", "D"))
    for n in (1, 2):
        made.write(
            f"d/{n}.yml", "".join(line[4:] for line in GOOD.format(n=n).replace("A-", "D-").splitlines(True))
        )
    return made


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files whose YAML was read."""
    seen: list[str] = []
    real = readings.parse_raw

    def spy(raw: bytes, file: str) -> Any:
        seen.append(file.removeprefix("checklists/"))
        return real(raw, file)

    monkeypatch.setattr(readings, "parse_raw", spy)
    return seen


def loaded(site: Site, kept: Readings) -> Loading:
    found = load(site.settings, TODAY, readings=kept)
    assert [r.item.id for r in found.ledger.records] == ["A-1", "B-1", "D-1", "D-2"]
    return found


def test_only_what_has_changed_is_read_again(site: Site, parsed: list[str]) -> None:
    kept = Readings()
    before = loaded(site, kept).ledger.records
    assert parsed == ["a.yml", "b.yml", "d/1.yml", "d/2.yml", "d/checklist.yml"]
    parsed.clear()
    site.write("d/2.yml", (site.root / "checklists/d/2.yml").read_bytes() + b"owner: x\n")
    after = loaded(site, kept).ledger.records
    assert parsed == ["d/2.yml"]
    assert [one is other for one, other in zip(before, after, strict=True)] == [True, True, True, False]


def test_another_run_reads_only_what_has_changed(site: Site, parsed: list[str]) -> None:
    loaded(site, Readings.open(site.root / FOLDER))
    site.write("d/2.yml", (site.root / "checklists/d/2.yml").read_bytes() + b"owner: x\n")
    parsed.clear()
    loaded(site, Readings.open(site.root / FOLDER))
    assert parsed == ["d/2.yml"]
    parsed.clear()
    loaded(site, Readings.open(site.root / FOLDER))
    assert parsed == []


@pytest.mark.parametrize("where", ["here", "in another process"])
@pytest.mark.parametrize("lean", [False, True])
def test_what_is_read_ahead_is_what_is_read_one_by_one(
    site: Site, parsed: list[str], monkeypatch: pytest.MonkeyPatch, where: str, lean: bool
) -> None:
    items = (GOOD.format(n=5) + "    nonsense: 1\n", GOOD.format(n=6) + "    goal: 见 #3\n")
    contents = (*(f"{HEADER}items:\n{one}" for one in items), "a: [\n", b"\xff")
    for n, content in enumerate(contents):
        site.write(f"e{n}.yml", content)
    one_by_one = load(site.settings, TODAY)
    parsed.clear()
    monkeypatch.setattr(readings, "_WORTH_A_PROCESS", 1)
    monkeypatch.setattr(readings, "idle", lambda: True)
    monkeypatch.setattr(readings, "alone", lambda: True)
    monkeypatch.setattr(readings, "on_both_cores", lambda jobs, least: [job() for job in jobs])
    if where != "here":
        pids = count()
        monkeypatch.setattr(readings.os, "getpid", lambda: next(pids))
    told: list[str] = []
    ahead = load(site.settings, TODAY, told.append, lean=lean, readings=Readings.open(site.root / FOLDER))
    assert plain(ahead) == plain(one_by_one)
    assert sorted(told) == sorted(site.settings.name_of(path) for path in site.files())
    good = ["a.yml", "b.yml", "d/1.yml", "d/2.yml", "d/checklist.yml"]
    assert [parsed.count(name) for name in good] == [1] * len(good)
    monkeypatch.undo()
    assert plain(load(site.settings, TODAY, readings=Readings.open(site.root / FOLDER))) == plain(one_by_one)


def test_what_was_made_of_a_reading_is_made_anew_for_other_facts(site: Site) -> None:
    kept = Readings()
    for units, day in (
        ("units: [{name: 示例镇, aliases: [镇]}]\n", TODAY),
        ("units: [{name: 示例县, aliases: [示例镇]}]\n", TODAY),
        ("units: [{name: 示例县, aliases: [示例镇]}]\n", TODAY + timedelta(days=400)),
    ):
        site.write("_units.yml", units)
        assert plain(load(site.settings, day, readings=kept)) == plain(load(site.settings, day))
    soon = replace(site.settings, stalled_days=1000)
    assert plain(load(soon, day, readings=kept)) == plain(load(soon, day))


def test_places_are_remembered_without_reading_the_yaml_again(site: Site, parsed: list[str]) -> None:
    fresh = loaded(site, Readings.open(site.root / FOLDER)).ledger
    parsed.clear()
    known = loaded(site, Readings.open(site.root / FOLDER)).ledger
    for one, other in zip(known.records, fresh.records, strict=True):
        assert one.written == other.written
        assert one.place.mark("due", of="key") == other.place.mark("due", of="key")
    assert parsed == []


def test_what_is_no_longer_there_is_deleted(site: Site) -> None:
    kept = Readings.open(site.root / FOLDER)
    loaded(site, kept)
    folder = site.root / FOLDER / "readings"
    assert len([*folder.iterdir()]) == 4  # the seal, two files, a folder
    (site.root / "checklists/b.yml").unlink()
    load(site.settings, TODAY, readings=kept)
    (folder / "stranger").write_text("x")
    kept.save()
    assert len([*folder.iterdir()]) == 3


@pytest.mark.parametrize("change", ["cut", "bit", "foreign", "empty", "older", "moved"])
def test_what_is_not_ours_is_ignored(
    site: Site, parsed: list[str], change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded(site, Readings.open(site.root / FOLDER))
    folder = site.root / FOLDER / "readings"
    if change == "older":
        monkeypatch.setattr(readings, "engine", lambda: "another version")
    elif change == "moved":  # as a checkout or an archive would bring it along
        shutil.move(folder, folder.with_name("old"))
        shutil.copytree(folder.with_name("old"), folder)
    for path in folder.glob("*.kept") if change not in ("older", "moved") else ():
        raw = path.read_bytes()
        middle = len(raw) // 2
        changed = raw[:middle] + bytes([raw[middle] ^ 1]) + raw[middle + 1 :]
        path.write_bytes({"cut": raw[:middle], "bit": changed, "foreign": b"x" * 500, "empty": b""}[change])
    parsed.clear()
    loaded(site, Readings.open(site.root / FOLDER))
    assert len(parsed) == 5
    parsed.clear()
    loaded(site, Readings.open(site.root / FOLDER))
    assert parsed == []


def test_another_engine_does_not_take_what_fits_its_model_no_more(
    site: Site, parsed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded(site, Readings.open(site.root / FOLDER))
    parsed.clear()
    real = Item.model_validate_json

    def refuse(raw: Any) -> Item:
        return real(b"{}" if b"D-2" in raw else raw)

    monkeypatch.setattr(Item, "model_validate_json", refuse)
    loaded(site, Readings.open(site.root / FOLDER))
    assert parsed == ["d/2.yml"]


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="Folders have no owner here")
@pytest.mark.parametrize("which", [FOLDER, f"{FOLDER}/readings"])
def test_a_folder_that_others_may_write_to_is_not_used(site: Site, which: str, tmp_path: Path) -> None:
    loaded(site, Readings.open(site.root / FOLDER))
    for mode, used in ((0o777, False), (0o770, False), (0o702, False), (0o755, True), (0o700, True)):
        (site.root / which).chmod(mode)
        assert (Sealed.open(site.root / FOLDER, "readings") is not None) is used
    shutil.move(site.root / which, tmp_path / "elsewhere")
    (site.root / which).symlink_to(tmp_path / "elsewhere")
    assert Sealed.open(site.root / FOLDER, "readings") is None
    loaded(site, Readings.open(site.root / FOLDER))


def test_the_folder_keeps_itself_out_of_git(site: Site) -> None:
    loaded(site, Readings.open(site.root / FOLDER))
    assert (site.root / FOLDER / ".gitignore").read_text().splitlines()[-1] == "*"
    if hasattr(os, "getuid"):
        assert (site.root / FOLDER).stat().st_mode & 0o777 == 0o700


def test_where_nothing_can_be_kept_everything_is_read(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    (site.root / FOLDER).write_text("a file in its place")
    loaded(site, Readings.open(site.root / FOLDER))
    (site.root / FOLDER).unlink()
    kept = Readings.open(site.root / FOLDER)

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    loaded(site, kept)
    kept.save()
    assert not [*(site.root / FOLDER / "readings").glob("*.kept")]


def test_evidence_is_looked_at_again_when_it_has_changed(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.write("a.yml", HEADER + "items:\n" + GOOD.format(n=1) + MORE[1])
    path = site.root / "checklists/evidence/a.pdf"
    site.write("evidence/a.pdf", b"%PDF-1.7 one")
    looks: list[str] = []
    real = evidence.inspect

    def spy(checklists: Path, reference: str) -> Any:
        looks.append(reference)
        return real(checklists, reference)

    monkeypatch.setattr(readings, "inspect", spy)
    monkeypatch.setattr(readings, "_SETTLED", 0)
    kept = Readings()
    first = loaded(site, kept).ledger.evidence
    assert loaded(site, kept).ledger.evidence == first and len(looks) == 1
    before = path.stat()
    path.write_bytes(b"%PDF-1.7 two")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    second = loaded(site, kept).ledger.evidence["evidence/a.pdf"]
    assert second != first["evidence/a.pdf"] and len(looks) == 2
    shutil.move(path.parent, site.root / "elsewhere")
    path.parent.symlink_to(site.root / "elsewhere")
    assert loaded(site, kept).ledger.evidence["evidence/a.pdf"].fault == "linked"


def test_evidence_just_written_is_looked_at_again(site: Site) -> None:
    site.write("a.yml", HEADER + "items:\n" + GOOD.format(n=1) + MORE[1])
    site.write("evidence/a.pdf", b"%PDF-1.7 one")
    assert readings._look(site.settings.checklists, "evidence/a.pdf") is None


def test_a_lean_ledger_finds_its_places_all_the_same(site: Site) -> None:
    lean = load(site.settings, TODAY, lean=True).ledger
    whole = load(site.settings, TODAY).ledger
    assert all("tree" not in record.place.document.__dict__ for record in lean.records)
    for one, other in zip(lean.records, whole.records, strict=True):
        assert (one.place.line, one.place.end) == (other.place.line, other.place.end)
        assert "tree" not in one.place.document.__dict__ or one.place.path
        assert one.place.mark("found") == other.place.mark("found")
        assert one.written == other.written
