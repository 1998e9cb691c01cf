"""Small projects to load and check, without building anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType

import pytest

from rectification.rules import Examination, Witness, examine
from rectification.settings import Settings

TODAY = date(2026, 11, 24)

# An item that nothing is wrong with; tests change one thing at a time.
GOOD = {
    "id": "A-1",
    "title": "重复填表",
    "problem": "走访 6 小时，填表 2 小时。",
    "unit": "示例镇",
    "found": "2026-03-01",
    "due": "2026-12-31",
}

# The files that take longest are begun first: one begun last keeps a processor busy while others have nothing to do.
LONGEST = (
    *("browser/test_ten_thousand.py", "browser/test_accessibility.py", "site/test_faults_kept.py"),
    *("browser/test_reader.py", "site/test_kept.py", "browser/test_search.py", "site/test_faults.py"),
    *("browser/test_internal.py", "browser/test_ledger.py"),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    order = {here / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: order.get(item.path, len(LONGEST)))


Examine = Callable[..., Examination]


@pytest.fixture
def examined(tmp_path: Path) -> Examine:
    """`examined({name: text}, today=…, rules=…)` writes files below `checklists/` and examines them.

    `substance` runs the rules on the substance too; `witnesses` are what some of them need.
    """

    def run(
        texts: Mapping[str, str | bytes],
        *,
        today: date = TODAY,
        substance: bool = False,
        witnesses: Mapping[Witness, object] = MappingProxyType({}),
        **decisions: object,
    ) -> Examination:
        for name, text in texts.items():
            path = tmp_path / "checklists" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode() if isinstance(text, str) else text)
        settings = Settings(tmp_path, tmp_path / "checklists", **decisions)  # type: ignore[arg-type]
        return examine(settings, today, substance=substance, witnesses=witnesses)

    return run


def places(examination: Examination) -> list[tuple[str, str, int, int]]:
    """Every finding as (code, file, line, column)."""
    return [(d.code, d.file.removeprefix("checklists/"), d.line, d.column) for d in examination.diagnostics]
