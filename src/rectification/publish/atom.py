"""`/feeds/….xml`: what happened, as Atom (RFC 4287): an entry for each finding and each change of status."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import partial
from heapq import nlargest
from html import escape
from io import StringIO
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from feedgenerator import Atom1Feed
from feedgenerator.django.utils.xmlutils import SimplerXMLGenerator

from rectification.publish import Output, web_path

if TYPE_CHECKING:
    from rectification.ledger import Record
    from rectification.model import LogEntry
    from rectification.publish import Edition, Group

MOST = 100  # entries of a feed; what is older stands on the pages and in changes.json
_LONGEST = 500  # characters of a summary
_FOUND = "found"


@dataclass(frozen=True, slots=True, eq=False)
class _Change:
    """An item that came to a status, or was found (`entry` is None).

    `key` tells it from every other change of the item, and stays what it is when the log grows.
    """

    record: Record
    entry: LogEntry | None
    position: int
    key: str

    @property
    def day(self) -> date:
        return self.entry.date if self.entry else self.record.item.found

    @property
    def order(self) -> tuple[date, str, int]:
        return self.day, self.record.item.id, self.position


class _Feed(Atom1Feed):  # type: ignore[misc]
    """The library's Atom feed, whose entries are serialised once for all the feeds they stand in.

    The library would date a feed without entries with the time of day; ours is dated by its caller.
    """

    blocks: list[str]
    updated: datetime

    def write_items(self, handler: Any) -> None:
        handler.ignorableWhitespace("".join(self.blocks))

    def latest_post_date(self) -> datetime:
        return self.updated


def write(edition: Edition) -> Iterator[Output]:
    """Yield the feeds: all, one a unit, one a checklist; newest first, at most MOST entries each."""
    zone = ZoneInfo(edition.timezone)
    changes = _Changes()
    written: dict[tuple[_Change, bool], str] = {}

    def make(group: Group) -> bytes:
        file = group.file("xml")
        newest = _newest(group.records, changes)
        feed = _empty(edition, group, file)
        feed.updated = _at(newest[0].day if newest else edition.dated, zone)
        # Relative links depend on how deep the feed's own file lies, and on nothing else.
        deep = file.count("/") > 1
        for change in newest:
            if (change, deep) not in written:
                written[change, deep] = _entry(edition, change, file, zone)
        feed.blocks = [written[change, deep] for change in newest]
        return bytes(feed.writeString("utf-8").encode())

    for group in edition.groups():
        yield Output(group.file("xml"), partial(make, group), group.records, (group.title, edition.dated))


def _newest(records: Sequence[Record], changes: Mapping[Record, list[_Change]]) -> list[_Change]:
    """Return the MOST newest changes of `records`, newest first."""
    # So many records have a change on this day or later, so that no earlier one is among the newest.
    since = min(nlargest(MOST, map(_last_day, records)), default=date.min)
    # What nothing has stirred since has no change since.
    found = (
        change
        for record in records
        if record.origin is not None or record.state.stirred >= since
        for change in changes[record]
    )
    return nlargest(MOST, found, key=lambda change: change.order)


def _last_day(record: Record) -> date:
    """Return a day on which an item changed: the last, where its log is in order."""
    # What another site derived is not known to be what its log says.
    return record.state.since if record.origin is None else record.item.found


class _Changes(dict["Record", list[_Change]]):
    """The changes of records, found once, when they are first asked for."""

    def __missing__(self, record: Record) -> list[_Change]:
        found = self[record] = list(_changes(record))
        return found


def _changes(record: Record) -> Iterator[_Change]:
    yield _Change(record, None, -1, _FOUND)
    same: dict[str, int] = {}
    for position, entry in enumerate(record.item.log):
        if entry.status is None:
            continue
        key = f"{entry.date}-{entry.status}"
        same[key] = same.get(key, 0) + 1
        yield _Change(record, entry, position, key if same[key] == 1 else f"{key}-{same[key]}")


def _empty(edition: Edition, group: Group, file: str) -> _Feed:
    text = edition.catalogue.text
    return _Feed(
        title=text("feed.title", group=group.title, site=edition.site_name),
        link=edition.link(group.address, file),
        description=text(f"feed.description.{group.kind}", group=group.title),
        language=edition.catalogue.language,
        author_name=edition.site_name,
        feed_url=edition.link(web_path(file), file),
        feed_guid=edition.root + web_path(file),
        feed_copyright=edition.notice or None,
    )


def _entry(edition: Edition, change: _Change, file: str, zone: ZoneInfo) -> str:
    record, entry = change.record, change.entry
    item, text = record.item, edition.catalogue.text
    status = text(f"status.{entry.status}") if entry else text("ui.found")
    words = (entry.note or entry.reason or "") if entry else item.problem
    inside = "internal" in (item.visibility, entry.visibility if entry else "")
    title = text("feed.entry", id=item.id, status=status, title=item.title)
    feed = _Feed("", "", "")
    feed.add_item(
        title=edition.catalogue.mark(title) if inside and edition.notice else title,
        link=edition.link(edition.pages.record(record), file),
        description=_paragraphs(words) if words else None,
        # Who moved the item may be withheld: then it is not its unit that is told of either.
        author_name=(entry.by if entry else None) or (edition.site_name if inside else record.unit),
        updateddate=_at(change.day, zone),
        unique_id=f"{edition.root}items/{quote(item.id)}/#{change.key}",
        categories=[str(entry.status) if entry else _FOUND],
    )
    out = StringIO()
    Atom1Feed.write_items(feed, SimplerXMLGenerator(out, "utf-8", short_empty_elements=True))
    return out.getvalue()


def _paragraphs(words: str) -> str:
    """Return Markdown as HTML that shows it as typed, so that nothing in it can act in a feed reader."""
    short = words if len(words) <= _LONGEST else f"{words[:_LONGEST].rstrip()}…"
    parts = (part.strip() for part in short.split("\n\n"))
    return "".join(f"<p>{escape(part, quote=False)}</p>" for part in parts if part)


def _at(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)
