"""Any text at all, and texts that are nearly checklists: never a traceback, never long (see tests/fuzz.py, too)."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rectification.catalogue import read_catalogue
from rectification.diagnostic import explain
from rectification.ledger import Ledger, load
from rectification.model import Category, Header, Item, Request, Unit, fields_below
from rectification.rules import all_rules, check
from rectification.settings import Settings
from rectification.site.text import markdown, plain
from rectification.source import parse

SLOW = 2  # seconds that no input may take
TODAY = date(2026, 11, 24)
WORDS = read_catalogue("en")
RULES = [rule for rule in all_rules() if not rule.witness]
KEYS = sorted(frozenset().union(*map(fields_below, (Item, Header, Unit, Request, Category))))

# Scalars as editors write them, and as nobody should.
_scalars = st.sampled_from(
    ["", "''", '"x', "A-1", "A-1", "a-1", "2026-03-01", "2026-02-30", "2026年3月1日", "open", "closed", "withdrawn",
     "in_progress", "true", "NO", "~", "- x", "a: b", "&a x", "*a", "!t x", "| ", ">-", "@x", "%x", "#x", "x #y",
     "evidence/x", "evidence/../x", "https://example.org/", "javascript:x", "[a](data:x)", "13800138000", "a@qq.com",
     "11010519491231002X", "示例镇", "示例县", "1" * 400, "{{ 7*7 }}", "<script>", "=1", "\t", "{", "[", "]", "}", "\\", "：", "…"]
)  # fmt: skip
_texts = st.text(st.characters(codec="utf-8"), max_size=20)


@st.composite
def _nearly(draw: st.DrawFn) -> str:
    """Return lines of keys and values at depths that go up and down as in a checklist, with mistakes."""
    lines = ["checklist: {id: A, title: x}", "items:"] if draw(st.booleans()) else []
    for _ in range(draw(st.integers(0, 25))):
        depth = draw(st.integers(0, 4))
        dash = draw(st.sampled_from(["", "- "]))
        key = draw(st.sampled_from([*KEYS, "checklist", "items", "units", "categories", "requests"]))
        value = draw(_scalars | _texts)
        lines.append(f"{'  ' * depth}{dash}{key}: {value}")
    return "\n".join(lines)


_yaml = _nearly() | st.text(st.characters(codec="utf-8"), max_size=300)
_quick = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def timed(call: Callable[[], object]) -> None:
    start = time.perf_counter()
    call()
    assert time.perf_counter() - start < SLOW


@_quick
@given(_yaml)
def test_no_text_stops_the_reader(text: str) -> None:
    timed(lambda: parse(text, "a.yml"))


@_quick
@given(st.dictionaries(
    st.sampled_from(["a.yml", "b.yml", "c/checklist.yml", "c/A-1.yml", "_units.yml", "_categories.yml", "_requests.yml", "_x.yml"]),
    _yaml, min_size=1,
))  # fmt: skip
def test_no_ledger_stops_the_checks(tmp_path_factory: pytest.TempPathFactory, texts: dict[str, str]) -> None:
    folder = tmp_path_factory.mktemp("fuzz")
    (folder / "c").mkdir()
    decisions = Settings(folder, folder)

    def run() -> Ledger:
        loading = load(decisions, TODAY, edits=texts)
        found = check(loading.ledger, decisions, RULES)
        for diagnostic in (*loading.diagnostics, *found.diagnostics):
            text = loading.texts.get(diagnostic.file, "")
            assert diagnostic.line >= 1 and diagnostic.column >= 1
            assert explain(diagnostic, text, WORDS)
        return loading.ledger.public()

    timed(run)


_markup = st.text(alphabet="[]()*_`<>#&|~!-+=\\ \n1.a:/\"'{}%@", max_size=200)
_repeated = st.tuples(st.text(alphabet="[]()*_`<>#&|~!-+\\ \n1.a:", min_size=1, max_size=6), st.integers(1, 4_000)).map(
    lambda pair: (pair[0] * pair[1])[:20_000]
)  # fmt: skip


@_quick
@given(_markup | _repeated | st.text(max_size=300))
def test_no_text_stops_the_renderer(text: str) -> None:
    timed(lambda: (markdown(text), plain(text)))
