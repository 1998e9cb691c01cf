"""Calendars another program reads, and follows when a date moves."""

from __future__ import annotations

from datetime import date
from typing import Any

import vobject

from .conftest import BASE, ITEM, STARTED, Publish

CLOSED = STARTED + (
    "      - {date: 2026-03-20, status: submitted}\n"
    "      - {date: 2026-03-28, status: closed, by: 示例市, sustained: true, review: 2027-03-28}\n"
)
NOTICE = "    notice: {from: 2026-04-01, to: 2026-04-07, contact: 示例办公室}\n"


def events(content: bytes) -> dict[str, Any]:
    calendar = vobject.readOne(content.decode())
    found = calendar.contents.get("vevent", [])
    named = {event.uid.value: event for event in found}
    assert len(named) == len(found)
    return named


def test_every_calendar_of_the_sample_is_read(sample: dict[str, bytes]) -> None:
    calendars = {name: content for name, content in sample.items() if name.endswith(".ics")}
    assert len(calendars) > 20
    for content in calendars.values():
        for event in events(content).values():
            assert type(event.dtstart.value) is date  # a whole day, not a moment
            assert event.dtend.value > event.dtstart.value
            assert event.dtstamp.value.utcoffset().total_seconds() == 0
            assert event.url.value.startswith(f"{BASE}items/")
    kinds = {uid.split("-")[0] for uid in events(sample["feeds/all.ics"])}
    assert {"due", "review"} <= kinds


def test_lines_are_folded_at_75_octets_between_characters(sample: dict[str, bytes]) -> None:
    for name, content in sample.items():
        if name.endswith(".ics"):
            lines = content.split(b"\r\n")
            assert max(map(len, lines)) <= 75
            assert [line.decode() for line in lines]  # no character is cut in two
            assert b"\n" not in content.replace(b"\r\n", b"")


def test_the_days_of_an_unfinished_item(published: Publish) -> None:
    due = events(published(ITEM + STARTED)["feeds/all.ics"])["due-A-1@probe.example.org"]
    assert (due.dtstart.value, due.dtend.value) == (date(2026, 12, 31), date(2027, 1, 1))
    assert due.summary.value == "整改期限：A-1 重复填表"
    assert due.description.value == "责任单位：示例镇\n状态：整改中"
    assert due.dtstamp.value.date() == date(2026, 3, 2)


def test_a_moved_due_date_is_the_same_event_again(published: Publish) -> None:
    moved = "    due_changes: [{from: 2026-11-30, to: 2026-12-31, on: 2026-11-20, reason: 会签}]\n"
    before = ITEM.replace("2026-12-31", "2026-11-30") + STARTED
    old = events(published(before)["feeds/all.ics"])
    new = events(published(ITEM + STARTED + moved)["feeds/all.ics"])
    assert old.keys() == new.keys() == {"due-A-1@probe.example.org"}
    (was,), (now,) = old.values(), new.values()
    assert (was.sequence.value, now.sequence.value) == ("0", "1")
    assert now.dtstamp.value.date() == date(2026, 11, 20)


def test_a_closed_item_has_its_review_and_its_notice(published: Publish) -> None:
    found = events(published(ITEM + CLOSED + NOTICE)["feeds/units/county.ics"])
    assert found.keys() == {"notice-A-1@probe.example.org", "review-A-1@probe.example.org"}
    notice = found["notice-A-1@probe.example.org"]
    assert (notice.dtstart.value, notice.dtend.value) == (date(2026, 4, 1), date(2026, 4, 8))
    assert "示例办公室" in notice.description.value
    assert found["review-A-1@probe.example.org"].dtstart.value == date(2027, 3, 28)


def test_a_reopened_item_is_due_and_no_longer_reviewed(published: Publish) -> None:
    again = "      - {date: 2026-06-01, status: reopened, note: 又见旧表}\n"
    found = events(published(ITEM + CLOSED + again)["feeds/all.ics"])
    assert found.keys() == {"due-A-1@probe.example.org"}


def test_without_a_canonical_address_there_is_no_link(published: Publish) -> None:
    (event,) = events(published(ITEM, base="")["feeds/all.ics"]).values()
    assert event.uid.value == "due-A-1@rectification.invalid"
    assert "url" not in event.contents


def test_words_that_calendars_use_stay_words(published: Publish) -> None:
    item = ITEM.replace("重复填表", "'一; 二, 三: \\n END:VEVENT'")
    (event,) = events(published(item)["feeds/all.ics"]).values()
    assert event.summary.value == "整改期限：A-1 一; 二, 三: \\n END:VEVENT"
