"""What git knows of a ledger, read from real repositories."""

from __future__ import annotations

import subprocess
from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rectification.history import History, items
from rectification.history.items import Reading
from rectification.source import parse

from .repository import HEADER, Repository, item, new_repository


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return new_repository(tmp_path)


def told(history: History, identifier: str = "A-1") -> list[tuple[str, str, tuple[str, ...]]]:
    return [(str(r.commit.day), r.kind, r.changed) for r in history.recordings(identifier)]


SIX = ("id", "title", "problem", "unit", "found", "due")


def test_a_life(repository: Repository) -> None:
    first = repository.items(item(1), item(2), day="2026-03-01", author="示例甲")
    repository.items(
        item(1, "log:", "  - {date: 2026-03-05, status: in_progress}"), item(2), day="2026-03-05"
    )
    repository.items(item(2), item(1, due="2027-01-01"), day="2026-03-09")
    repository.items(item(2), day="2026-03-10")
    history = repository.history()
    assert told(history) == [
        ("2026-03-01", "added", SIX),
        ("2026-03-05", "changed", ("log",)),
        ("2026-03-09", "changed", ("due", "log")),
        ("2026-03-10", "removed", SIX),
    ]
    assert told(history, "A-2") == [("2026-03-01", "added", SIX)]
    added, logged, moved, removed = history.recordings("A-1")
    assert (added.commit.oid, added.commit.author, added.commit.subject) == (first, "示例甲", "x")
    assert added.before is None and added.after is not None and added.after["unit"] == "示例镇"
    assert logged.after is not None and logged.after["log"] == [
        {"date": "2026-03-05", "status": "in_progress"}
    ]
    assert moved.before == logged.after
    assert removed.after is None and removed.before == moved.after
    assert (history.complete, history.since, history.reason) == (True, date(2026, 3, 1), "")


def test_days_are_those_of_the_site(repository: Repository) -> None:
    repository.items(item(1), day="2026-03-01")
    assert told(repository.history(timezone="Pacific/Kiritimati")) == [("2026-03-02", "added", SIX)]


def test_what_is_not_committed_is_no_history(repository: Repository) -> None:
    repository.items(item(1))
    repository.write({"a.yml": HEADER + item(1, due="2030-01-01") + item(2)})
    repository.git("add", "-A")
    assert told(repository.history()) == [("2026-03-01", "added", SIX)]
    assert "A-2" not in repository.history().items


def test_moves(repository: Repository) -> None:
    repository.items(item(1), item(2))
    repository.commit({"a.yml": None, "b.yml": HEADER + item(1) + item(2)}, "2026-03-02")
    alone = item(1, due="2027-01-01").replace("  - ", "").replace("\n    ", "\n")
    files = {"b.yml": None, "b/checklist.yml": "checklist: {id: A, title: 甲}\n", "b/A-1.yml": alone}
    repository.commit(
        {**files, "b/A-2.yaml": "\ufeff" + alone.replace("A-1", "A-2").replace("\n", "\r\n")}, "2026-03-03"
    )
    history = repository.history()
    assert told(history) == [
        ("2026-03-01", "added", SIX),
        ("2026-03-02", "moved", ()),
        ("2026-03-03", "moved", ("due",)),
    ]
    places = [(r.moved_from, r.file) for r in history.recordings("A-1")]
    assert places == [
        ("", "checklists/a.yml"),
        ("checklists/a.yml", "checklists/b.yml"),
        ("checklists/b.yml", "checklists/b/A-1.yml"),
    ]
    assert history.recordings("A-2")[-1].file == "checklists/b/A-2.yaml"


def test_files_that_hold_no_items(repository: Repository) -> None:
    alone = "id: A-9\ntitle: x\n"
    listed = HEADER + item(9)
    names = (
        "_units.yml",
        ".a.yml",
        "a.txt",
        "evidence/A-9.yml",
        "_x/A-9.yml",
        ".schema/A-9.yml",
        "b/c/A-9.yml",
    )
    repository.commit({**dict.fromkeys(names, alone), "_a.yml": listed, "b/checklist.yml": listed})
    (repository.root / "checklists/link.yml").symlink_to("_a.yml")
    repository.commit({})
    assert dict(repository.history().items) == {}


def test_merges_record_only_what_is_their_own(repository: Repository) -> None:
    repository.items(item(1), item(2), item(3))
    repository.git("checkout", "-q", "-b", "side")
    repository.items(item(1, unit="示例县"), item(2), item(3), day="2026-03-02")
    repository.git("checkout", "-q", "main")
    repository.items(item(1), item(2), item(3, unit="示例村"), day="2026-03-03")
    repository.git("merge", "-q", "--no-commit", "side", day="2026-03-04")
    merged = repository.items(
        item(1, unit="示例县"), item(2, unit="x"), item(3, unit="示例村"), day="2026-03-05"
    )
    history = repository.history()
    assert told(history) == [("2026-03-01", "added", SIX), ("2026-03-02", "changed", ("unit",))]
    assert told(history, "A-2") == [("2026-03-01", "added", SIX), ("2026-03-05", "changed", ("unit",))]
    assert told(history, "A-3") == [("2026-03-01", "added", SIX), ("2026-03-03", "changed", ("unit",))]
    commits = [history.recordings(f"A-{n}")[-1].commit for n in (1, 2, 3)]
    assert commits[1].oid == merged
    # By which commit each came onto the main line: the merge itself, but for what was typed on that line.
    assert [c.landing == commits[1].order for c in commits] == [True, True, False]
    assert commits[2].landing == commits[2].order


def test_a_merge_that_drops_an_item_is_told_of(repository: Repository) -> None:
    repository.items(item(1))
    repository.git("checkout", "-q", "-b", "side")
    repository.items(item(1), item(2), day="2026-03-02")
    repository.git("checkout", "-q", "main")
    repository.commit({"b.yml": "checklist: {id: B, title: x}\n"}, "2026-03-03")
    repository.git("merge", "-q", "-s", "ours", "-m", "m", "side", day="2026-03-04")
    assert told(repository.history(), "A-2") == [("2026-03-02", "added", SIX), ("2026-03-04", "removed", SIX)]


def test_a_draft_is_what_one_author_corrects_before_it_lands(repository: Repository) -> None:
    repository.items(item(1))
    repository.git("checkout", "-q", "-b", "side")
    repository.items(item(1, unit="x"), day="2026-03-02", author="示例甲")
    repository.items(item(1, unit="y"), day="2026-03-03", author="示例甲")
    repository.items(item(1, unit="z"), day="2026-03-04", author="示例乙")
    repository.git("checkout", "-q", "main")
    repository.git("merge", "-q", "--no-ff", "-m", "m", "side", day="2026-03-05")
    repository.items(item(1, unit="y"), day="2026-03-06", author="示例甲")
    history = repository.history()
    commits = [r.commit for r in history.recordings("A-1")]
    assert [(a.order, b.order) for a in commits for b in commits if a.order < b.order and a.drafted(b)] == [
        (1, 2)
    ]
    units = [((r.before or {}).get("unit"), (r.after or {}).get("unit")) for r in history.landings("A-1")]
    assert units == [(None, "示例镇"), ("示例镇", "z"), ("z", "y")]


def test_what_cannot_be_read_is_passed_over(repository: Repository) -> None:
    repository.items(item(1))
    repository.items("  - [", day="2026-03-02")
    repository.commit({"a.yml": b"\x00\xff\xfe"}, "2026-03-03")
    repository.items(item(1, due="2027-01-01"), day="2026-03-04")
    history = repository.history()
    assert told(history) == [("2026-03-01", "added", SIX), ("2026-03-04", "changed", ("due",))]
    assert [(str(one.commit.day), one.file) for one in history.unread] == [
        ("2026-03-02", "checklists/a.yml"),
        ("2026-03-03", "checklists/a.yml"),
    ]


def test_versions_of_evidence(repository: Repository) -> None:
    repository.commit({"evidence/a b.csv": "1", "evidence/甲/b.csv": "1"})
    repository.commit({"evidence/a b.csv": "2"}, "2026-03-02")
    repository.commit({"evidence/a b.csv": None}, "2026-03-03")
    evidence = repository.history().evidence
    assert set(evidence) == {"evidence/a b.csv", "evidence/甲/b.csv"}
    versions = evidence["evidence/a b.csv"]
    assert [(str(v.commit.day), bool(v.blob)) for v in versions] == [
        ("2026-03-01", True), ("2026-03-02", True), ("2026-03-03", False)]  # fmt: skip
    assert versions[0].blob != versions[1].blob
    assert versions[0].blob == evidence["evidence/甲/b.csv"][0].blob


def test_as_of_the_closing(repository: Repository) -> None:
    log = "log: [{date: 2026-03-02, status: in_progress}, {date: 2026-03-03, status: submitted}, {date: 2026-03-04, status: closed%s}]"
    repository.items(item(1))
    repository.items(item(1, log % "", "goal: 5"), day="2026-03-04")
    repository.items(item(1, log % ", accepted: 0123456789abcdef", "goal: 9"), day="2026-04-01")
    closing = repository.history().closing("A-1", date(2026, 3, 4))
    assert closing is not None and closing.after is not None
    assert (str(closing.commit.day), closing.after["goal"]) == ("2026-03-04", "5")
    assert repository.history().closing("A-1", date(2026, 3, 5)) is None


def test_a_shallow_clone_says_so(repository: Repository, tmp_path: Path) -> None:
    repository.items(item(1))
    repository.items(item(1, due="2027-01-01"), day="2026-04-02")
    clone = tmp_path / "clone"
    repository.git("clone", "-q", "--depth", "1", f"file://{repository.root}", str(clone))
    history = Repository(clone).history()
    assert (history.complete, history.since) == (False, date(2026, 4, 2))
    assert told(history) == [("2026-04-02", "added", SIX)]


def test_a_site_below_the_top(repository: Repository) -> None:
    site = Repository(repository.root / "sites/one")
    (site.root / "checklists").mkdir(parents=True)
    repository.items(item(1))
    site.items(item(1, unit="x"), day="2026-03-02")
    assert told(site.history()) == [("2026-03-02", "added", SIX)]
    assert [r.file for r in site.history().recordings("A-1")] == ["checklists/a.yml"]


@pytest.mark.parametrize("case", ["no_repository", "no_commits", "no_git", "unreadable"])
def test_without_history_it_says_why(tmp_path: Path, case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "checklists").mkdir()
    if case != "no_repository":
        repository = new_repository(tmp_path)
        if case != "no_commits":
            repository.items(item(1))
    if case == "no_git":
        monkeypatch.setenv("PATH", str(tmp_path))
    if case == "unreadable":
        (tmp_path / ".git/HEAD").write_text("x")
    assert Repository(tmp_path).history() == History(reason=case)  # type: ignore[arg-type]


def test_a_checkout_with_a_submodule(repository: Repository, tmp_path: Path) -> None:
    repository.items(item(1))
    repository.git("clone", "-q", str(repository.root), str(repository.root / "checklists/sub"))
    repository.commit({}, "2026-03-02")
    assert told(repository.history()) == [("2026-03-01", "added", SIX)]


# -- reading piece by piece is reading the whole -----------------------------------------------------------


def whole(raw: bytes) -> dict[str, object] | None:
    """What `source` makes of a file: its items by id, the first of each."""
    try:
        document, _ = parse(raw.decode("utf-8-sig"), "")
    except UnicodeDecodeError:
        return None
    if document is None:
        return None
    listed = document.value.get("items")
    found: dict[str, object] = {}
    for value in listed if isinstance(listed, list) else []:
        if isinstance(value, dict) and isinstance(value.get("id"), str):
            found.setdefault(str(value["id"]).strip(), value)
    return found


LINES = [
    "items:", "items: []", "items: # x", "checklist: {id: A}", "# x", "", "  ", "\t", "---", "...", "-", "  -", "- id: A-1",
    "  - id: A-1", "  - id: A-2", "  - {id: A-3, title: x}", "  - id: A-4 #x", "    title: 甲", "  title: 甲", "    note: |", "    note: |+",
    "    note: |2", "       - id: A-5", "      - id: A-6", "    x: \"a", "b\"", "  c\"", "    y: 'd", "e'", "    z: [", "    ]", "    log:", "    - id: A-7",
    "      - {date: x}", " - id: A-8", "x: y", "'items':", "note: \"a", "note: |", "  items:", "    &a b", "x: {a: b,", "}", "\x07", "  # x", "- - id: A-9",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(LINES), max_size=14).flatmap(
    lambda lines: st.sampled_from(["\n", "\r\n", "\r"]).map(lambda end: end.join(lines).encode())
)
CHECKLISTS = st.lists(st.sampled_from(LINES), max_size=10).map(
    lambda lines: "\n".join(
        ["checklist: {id: A}", "items:", "  - id: A-1", *lines, "  - id: A-10", "    x: y"]
    ).encode()
)


@settings(max_examples=1000, deadline=None)
@given(st.lists(TEXTS | CHECKLISTS | st.binary(max_size=40), min_size=1, max_size=4))
@example([b'note: "a\nitems:\n- id: x\nb"'])
@example([b"x: {a: b,\nitems:\n- id: x\n}"])
@example([b"items:\n  # \x07\n  - id: x"])
@example(
    [b"items:\n  - id: x\n    a: 1\n  - id: y\n", b"items:\n  - id: x\n    a: 1\n  - id: z\n  - id: y\n"]
)
@example(
    [
        b"items:\n  - id: x\n  - id: y\n",
        b"items:\n  - id: x\n#- id: y\n",
        b"items:\n  - id: x\n  - id: y\nx: 1\n",
    ]
)
def test_pieces_add_up_to_the_whole(versions: list[bytes]) -> None:
    reading = Reading()
    for raw in versions:
        assert reading.checklist(raw, "a.yml") == whole(raw)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_changed_list_is_read_like_a_new_one(data: st.DataObject) -> None:
    listed = [item(n, "log:", "  - {date: 2026-03-05}") for n in range(6)]
    reading = Reading()
    for _ in range(4):
        raw = (HEADER + "".join(listed) + data.draw(st.sampled_from(["", "x: y\n"]))).encode()
        assert reading.checklist(raw, "a.yml") == whole(raw)
        at = data.draw(st.integers(0, len(listed) - 1))
        new = item(
            data.draw(st.integers(0, 9)),
            data.draw(st.sampled_from(["goal: 5", "goal: |+\n\n\n", "# x", "x: '"])),
        )
        listed[at : at + data.draw(st.integers(0, 2))] = data.draw(st.lists(st.just(new), max_size=2))
        if not listed:
            listed.append(new)


def test_only_what_changed_is_parsed(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    monkeypatch.setattr(items, "parse", lambda text, file: sizes.append(len(text)) or parse(text, file))
    listed = [item(n, f"cause: {'甲' * 200}") for n in range(50)]
    size = 0
    for n in range(30):
        listed[n] = item(n, f"cause: {n}")
        repository.items(*listed)
        size += len("".join(listed))
    history = repository.history()
    assert sum(len(found) for found in history.items.values()) == 50 + 29
    assert sum(sizes) < size / 15


def test_identical_files_are_read_once(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    monkeypatch.setattr(Reading, "checklist", lambda self, raw, path: read.append(path) or {})
    for n in range(4):
        repository.items(item(n % 2))
    repository.history()
    assert len(read) == 2


def test_processes_do_not_grow_with_the_history(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(5):
        repository.items(item(n))
    calls: list[object] = []
    start = subprocess.Popen.__init__

    def count(self: object, *arguments: object, **options: object) -> None:
        calls.append(arguments)
        start(self, *arguments, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess.Popen, "__init__", count)
    few = repository.history()
    assert len(few.items) == 5
    before = len(calls)
    for n in range(5, 15):
        repository.items(item(n))
    calls.clear()
    repository.history()
    assert len(calls) == before
