"""The compact columns that the ledger page's table is made from."""

from __future__ import annotations

import gzip
import json
from datetime import date, timedelta

from rectification.model import STATUSES

from .conftest import ITEM, STARTED, Publish


def test_columns_say_what_the_items_say(published: Publish) -> None:
    second = ITEM.replace("A-1", "A-2").replace("示例镇", "示例县") + "    owner: 主任\n    category: 报表\n"
    rows = json.loads(published(ITEM + STARTED + second)["ledger/rows.json"])
    columns = rows["columns"]
    assert columns["id"] == ["A-1", "A-2"]
    assert [STATUSES[n] for n in columns["status"]] == ["in_progress", "open"]
    assert [rows["units"][n][0] for n in columns["unit"]] == ["示例镇", "示例县"]
    assert rows["units"] == [["示例市", -1], ["示例县", 0], ["示例镇", 1]]
    assert columns["owner"] == [-1, 0] and rows["owners"] == ["主任"]
    assert columns["category"] == [-1, 0] and rows["categories"] == ["报表"]

    def day(number: int) -> str:
        return (date(1970, 1, 1) + timedelta(rows["first_day"] + number)).isoformat()

    assert [day(n) for n in columns["found"]] == ["2026-03-01"] * 2
    assert [day(n) for n in columns["due"]] == ["2026-12-31"] * 2
    assert [day(n) for n in columns["since"]] == ["2026-03-02", "2026-03-01"]
    assert {len(column) for column in columns.values()} == {2}


def test_an_item_costs_few_bytes_beside_its_title(published: Publish) -> None:
    items = "".join(
        ITEM.replace("A-1", f"A-{n}").replace("重复填表", f"重复填表{n * 7919 % 1009}") for n in range(500)
    )
    raw = published(items)["ledger/rows.json"]
    titles = json.dumps(json.loads(raw)["columns"]["title"], ensure_ascii=False).encode()
    assert (len(gzip.compress(raw)) - len(gzip.compress(titles))) / 500 <= 60


def test_an_empty_ledger_has_empty_columns(published: Publish) -> None:
    rows = json.loads(published(ITEM + "    visibility: internal\n")["ledger/rows.json"])
    assert rows["columns"]["id"] == [] and rows["owners"] == []
