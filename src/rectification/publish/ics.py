"""`/feeds/….ics`: the days of a ledger as calendars (RFC 5545): due dates, public notices, reviews.

The events of an item keep their UID as long as it lives; SEQUENCE counts how often the date has moved.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache, partial
from typing import TYPE_CHECKING, Any

from icalendar import Calendar, vDate, vDatetime, vInt, vText, vUri
from icalendar.parser import Contentline, Parameters

from rectification.ledger import last_move
from rectification.publish import Output

if TYPE_CHECKING:
    from rectification.ledger import Record
    from rectification.model import Item
    from rectification.publish import Edition, Group

_NONE, _A_DAY = Parameters(), Parameters({"VALUE": "DATE"})
_END = b"END:VCALENDAR\r\n"
_SHORT = 75  # bytes: the library folds from there on


def write(edition: Edition) -> Iterator[Output]:
    """Yield the calendars: all, one a unit, one a checklist. Each event is serialised once."""
    events = edition.pieces("ics", lambda record: b"".join(_events(edition, record)))

    def make(group: Group) -> bytes:
        head = _empty(edition, group).removesuffix(_END)
        return b"".join([head, *(events[record] for record in group.records), _END])

    for group in edition.groups():
        yield Output(group.file("ics"), partial(make, group), group.records, (group.title,))


def _empty(edition: Edition, group: Group) -> bytes:
    text = edition.catalogue.text
    name = text("calendar.title", group=group.title, site=edition.site_name)
    calendar = Calendar()
    calendar.add("prodid", "-//rectification//ledger//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("name", name)  # RFC 7986; the next line is what programs older than it read
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", timedelta(days=1), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "P1D")
    if edition.notice:
        calendar.add("description", edition.notice)
    return bytes(calendar.to_ical())


def _events(edition: Edition, record: Record) -> Iterator[bytes]:
    item = record.item
    if not record.state.finished:
        yield _event(edition, record, "due", item.due, item.due, len(item.due_changes))
    if item.notice:
        yield _event(edition, record, "notice", item.notice.from_, item.notice.to, 0)
    closing = last_move(item)
    if closing is not None and closing.status == "closed" and closing.review:
        reviews = sum(entry.review is not None for entry in item.log)
        yield _event(edition, record, "review", closing.review, closing.review, reviews - 1)


def _event(edition: Edition, record: Record, kind: str, first: date, last: date, sequence: int) -> bytes:
    item, text = record.item, edition.catalogue.text
    facts = [("unit", record.unit), ("status", text(f"status.{record.state.status}"))]
    if kind == "notice" and item.notice and item.notice.contact:
        facts.append(("contact", item.notice.contact))
    summary = text(f"calendar.{kind}", id=item.id, title=item.title)
    words = (f"{text(f'field.{field}')}{text('ui.colon')}{value}" for field, value in facts)
    return b"".join(
        (
            _BEGIN_EVENT,
            _line("SUMMARY", vText(edition.catalogue.mark(summary, item.visibility))),
            _day("DTSTART", first),
            _day("DTEND", last + timedelta(days=1)),  # the end of an event of whole days is the day after it
            # A calendar must be the same whenever it is made: its stamp is the day of the item's last change.
            _stamp(_last_change(item)),
            _line("UID", vText(f"{kind}-{item.id}@{edition.host}")),
            _sequence(sequence),
            _line("DESCRIPTION", vText("\n".join(words))),
            _TRANSPARENT,
            _CONFIDENTIAL if item.visibility == "internal" else b"",
            # A calendar knows no relative addresses.
            _line("URL", vUri(edition.base + edition.pages.record(record))) if edition.base else b"",
            _END_EVENT,
        )
    )


def _line(name: str, value: Any, parameters: Parameters = _NONE) -> bytes:
    """Return a property as it stands in a file, folded by the library.

    The library's Event would find out anew for each event what kind of value each of its properties has, and
    their order: that takes twice as long as all the rest. It looks at every character of a line, too, even
    where there is nothing to fold.
    """
    line = Contentline.from_parts(name, parameters, value)
    whole = line.encode()
    return (whole if len(whole) < _SHORT else bytes(line.to_ical())) + b"\r\n"


_BEGIN_EVENT, _END_EVENT = _line("BEGIN", "VEVENT"), _line("END", "VEVENT")
_CONFIDENTIAL = _line("CLASS", vText("CONFIDENTIAL"))
_TRANSPARENT = _line("TRANSP", vText("TRANSPARENT"))


@lru_cache(maxsize=1 << 13)  # the same days come up in many events
def _day(name: str, day: date) -> bytes:
    return _line(name, vDate(day), _A_DAY)


@lru_cache(maxsize=1 << 13)
def _stamp(day: date) -> bytes:
    return _line("DTSTAMP", vDatetime(datetime.combine(day, time(), UTC)))


@cache
def _sequence(number: int) -> bytes:
    return _line("SEQUENCE", vInt(number))


def _last_change(item: Item) -> date:
    days = [item.found, *(entry.date for entry in item.log), *(change.on for change in item.due_changes)]
    days += [action.done for action in item.actions if action.done]
    return max(days)
