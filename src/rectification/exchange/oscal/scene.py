"""What every part of a plan is written with: UUIDs, moments, properties, links."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from uuid import NAMESPACE_URL, UUID, uuid5
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from rectification.catalogue import Catalogue
    from rectification.exchange import Extract
    from rectification.model import Action, LogEntry

Json = dict[str, Any]
MARKING: Json = {"name": "marking", "value": "internal"}
_UNESCAPED = ":/?#[]@!$&'()*+,;=%"  # characters of an address that have a meaning, or are escaped already


@dataclass(frozen=True)
class Scene:
    """What every part of the document is written with; `space` is the namespace of the site's UUIDs."""

    extract: Extract
    words: Catalogue
    space: UUID
    namespace: str
    zone: ZoneInfo

    @classmethod
    def of(cls, extract: Extract) -> Scene:
        space = uuid5(NAMESPACE_URL, extract.base or extract.site_name)
        # An address rather than a URN wherever there is one: compliance-trestle takes no other.
        namespace = escaped(extract.base) or f"urn:uuid:{space}"
        return cls(extract, extract.catalogue, space, namespace, ZoneInfo(extract.timezone))

    def uuid(self, kind: str, *name: object) -> str:
        return str(uuid5(self.space, "/".join(map(str, (kind, *name)))))

    def unit(self, name: str) -> str:
        return self.extract.ledger.units.canonical(name)

    def party(self, name: str) -> str:
        return self.uuid("party", self.unit(name))

    def start(self, day: date) -> str:
        return self._moment(datetime.combine(day, time(), self.zone))

    def end(self, day: date) -> str:
        """Return the last second of a day: an item is not late on the day it is due."""
        return self._moment(datetime.combine(day, time(23, 59, 59), self.zone))

    def _moment(self, moment: datetime) -> str:
        # OSCAL's form of a moment knows few offsets that are not whole hours.
        offset = moment.utcoffset()
        whole = offset is not None and offset.total_seconds() % 3600 == 0
        return (moment if whole else moment.astimezone(UTC)).isoformat().replace("+00:00", "Z")


def logged_by(scene: Scene, name: str | None) -> list[Json]:
    """Return who wrote an entry of a risk log, as the party of that name; nobody without one."""
    return [{"party-uuid": scene.party(name)}] if name else []


def link_to(address: str, rel: str, text: str) -> Json:
    """Return a link to an address: how the two belong together, and the words for it."""
    return {"href": escaped(address), "rel": rel, "text": one_line(text)}


def escaped(text: str) -> str:
    """Return an address without characters that no URI has."""
    return quote(text, safe=_UNESCAPED)


def own_props(scene: Scene, facts: Iterable[tuple[str, object]]) -> list[Json]:
    """Return facts as properties of the site's own, without those that are absent."""
    return [{"name": n, "ns": scene.namespace, "value": one_line(str(fact))} for n, fact in facts if fact]


def marked(scene: Scene, part: Action | LogEntry) -> list[Json]:
    """Return what tells that a part is internal or, for the public, that its details are withheld."""
    if part.visibility == "public":
        return []
    return [MARKING] if scene.extract.audience == "internal" else own_props(scene, [("withheld", "true")])


def typed(value: str) -> Json:
    """Return the property that tells of what type a part is, in OSCAL's own words."""
    return {"name": "type", "value": value}


def filled(parts: Json) -> Json:
    """Return the parts that say something: OSCAL takes no empty list, object or text."""
    return {key: part for key, part in parts.items() if part not in (None, "", [], {})}


def one_line(text: str) -> str:
    """Return a text on one line, as OSCAL has titles, names and values."""
    return " ".join(text.split())
