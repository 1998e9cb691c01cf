"""OSCAL: a plan of action and milestones (POA&M) in JSON, as tools for security compliance exchange it.

An item is a `poam-item` with one `risk`. Its actions are the tasks of the risk's remediation; what happened
(found, log, actions done, due dates moved) is the risk log; verifications, evidence and public judgement are
observations; files of evidence are resources with their SHA-256.

| status of an item | `status` of its risk | why |
|---|---|---|
| open, reopened | open | the risk has been identified, and nothing is under way (again) |
| in_progress, submitted | remediating | under way, and not complete before it is verified |
| closed, withdrawn | closed | nothing is left to do; the log gives the reason of a withdrawal |

Facts that OSCAL has no word for are properties (`id`, `status`, `unit` …) in the namespace of the site's own
address: the table loses nothing. Every UUID is made of that address and what it stands for, the document's of
its content: the same ledger gives the same bytes, an object keeps its UUID from one export to the next.

Source: NIST, OSCAL 1.1.3, Plan of Action and Milestones model (oscal_poam_metaschema.xml; allowed values of
`risk-status`, `response/@lifecycle`, `task/@type` and the `type` of a risk log's entry in
oscal_assessment-common_metaschema.xml).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from uuid import NAMESPACE_URL, UUID, uuid5
from zoneinfo import ZoneInfo

from rectification.exchange import query_text
from rectification.exchange.cells import extra_text, feedback_text, notice_text
from rectification.ledger import internal_references, references, verifications

if TYPE_CHECKING:
    from rectification.catalogue import Catalogue
    from rectification.exchange import Extract
    from rectification.ledger import Record
    from rectification.model import Action, LogEntry, Status

ENDING = "oscal.json"
NEEDS_ITEMS = True  # a POA&M has at least one item

VERSION = "1.1.3"
_RISK_STATUS: Mapping[Status, str] = {
    "open": "open",
    "in_progress": "remediating",
    "submitted": "remediating",
    "closed": "closed",
    "reopened": "open",
    "withdrawn": "closed",
}
# Type of a log's entry: an activity that ends the risk; a risk that is no longer applicable; all other news.
_ENTRY_TYPE: Mapping[Status | None, str] = {"closed": "remediated", "withdrawn": "closed"}
_UNESCAPED = ":/?#[]@!$&'()*+,;=%"  # characters of an address that have a meaning, or are escaped already

Json = dict[str, Any]
_MARKING: Json = {"name": "marking", "value": "internal"}


def write(extract: Extract) -> bytes:
    """Return the document."""
    scene = _Scene.of(extract)
    observed = {record: _observations(scene, record) for record in extract.records}
    content = _filled(
        {
            "metadata": _metadata(scene),
            # Without a system security plan to import, the plan must say what system it is of.
            "system-id": {"identifier-type": "http://ietf.org/rfc/rfc4122", "id": str(scene.space)},
            "observations": [observation for found in observed.values() for observation in found],
            "risks": [_risk(scene, record, _related(found)) for record, found in observed.items()],
            "poam-items": [_item(scene, record, _related(found)) for record, found in observed.items()],
            "back-matter": _filled({"resources": _resources(scene)}),
        }
    )
    identity = uuid5(scene.space, json.dumps(content, ensure_ascii=False))
    document = {"plan-of-action-and-milestones": {"uuid": str(identity), **content}}
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


@dataclass(frozen=True)
class _Scene:
    """What every part of the document is written with; `space` is the namespace of the site's UUIDs."""

    extract: Extract
    words: Catalogue
    space: UUID
    namespace: str
    zone: ZoneInfo

    @classmethod
    def of(cls, extract: Extract) -> _Scene:
        space = uuid5(NAMESPACE_URL, extract.base or extract.site_name)
        # An address rather than a URN wherever there is one: compliance-trestle takes no other.
        namespace = _address(extract.base) or f"urn:uuid:{space}"
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


def _metadata(scene: _Scene) -> Json:
    """Return the head of the document: roles and parties are those that something in it names."""
    extract, words, records = scene.extract, scene.words, scene.extract.records
    named: dict[str, list[str | None]] = {
        "responsible": [name for r in records for name in (r.unit, *(a.unit for a in r.item.actions))],
        "partner": [name for r in records for name in r.item.partners],
        "verifier": [v.entry.by for r in records for v in verifications(extract.ledger, r)],
        "": [e.by for r in records for e in r.item.log] + [c.by for r in records for c in r.item.due_changes],
    }
    parties = {scene.party(n): scene.unit(n) for names in named.values() for n in names if n}
    roles = {role: list(dict.fromkeys(scene.party(n) for n in ns if n)) for role, ns in named.items() if role}
    used = {"creator": [scene.uuid("site")], **{role: uuids for role, uuids in roles.items() if uuids}}
    marking = [_MARKING] if extract.audience == "internal" else []
    about = {"ledger.as_of": extract.ledger.today, "ledger.view": query_text(extract)}
    head = {
        "title": _line(words.text("exchange.report", site=extract.site_name)),
        "last-modified": scene.start(extract.ledger.today),
        "version": str(extract.ledger.today),
        "oscal-version": VERSION,
        "props": marking,
        "roles": [{"id": role, "title": words.text(f"exchange.role.{role}")} for role in used],
        "parties": [
            {"uuid": scene.uuid("site"), "type": "organization", "name": _line(extract.site_name)},
            *({"uuid": uuid, "type": "organization", "name": _line(n)} for uuid, n in parties.items()),
        ],
        "responsible-parties": [{"role-id": role, "party-uuids": uuids} for role, uuids in used.items()],
        "remarks": "\n\n".join(f"{words.text(key)}{words.text('ui.colon')}{v}" for key, v in about.items()),
    }
    return _filled(head)


def _item(scene: _Scene, record: Record, related: list[Json]) -> Json:
    item, source, words, ledger = record.item, record.source, scene.words, scene.extract.ledger
    links = [_link(scene.extract.address(record), "reference", words.text("exchange.item_page"))]
    for rel, others in (("related", item.related), ("merged-into", [record.merged_into])):
        known = (ledger.by_id[other] for other in others if other in ledger.by_id)
        links += [_link(scene.extract.address(other), rel, other.item.title) for other in known]
    if source.link:
        links.append(_link(source.link, "reference", source.document or source.link))
    facts = (
        ("id", item.id),
        ("status", record.state.status),
        ("checklist", record.checklist.header.title),
        ("unit", record.unit),
        *(("partner", partner) for partner in item.partners),
        ("owner", item.owner),
        ("category", item.category),
        ("severity", item.severity),
        ("mode", item.mode),
        ("found", item.found),
        ("due", item.due),
        ("original-due", record.state.original_due),
        ("source-kind", source.kind),
        ("source-document", source.document),
        ("source-place", source.place),
        ("source-date", source.date),
    )
    notice = f"{words.text('section.notice')}: {notice_text(item.notice, words)}" if item.notice else ""
    marking = [_MARKING] if item.visibility == "internal" else []
    return _filled(
        {
            "uuid": scene.uuid("poam-item", item.id),
            "title": _line(item.title),
            "description": item.problem,
            "props": [*marking, *_props(scene, facts)],
            "links": links,
            "related-observations": related,
            "related-risks": [{"risk-uuid": scene.uuid("risk", item.id)}],
            "remarks": "\n".join(part for part in (notice, extra_text(item.extra)) if part),
        }
    )


def _risk(scene: _Scene, record: Record, related: list[Json]) -> Json:
    item = record.item
    severity = {"name": "severity", "system": "http://csrc.nist.gov/ns/oscal", "value": item.severity}
    origin = {"actors": [{"type": "party", "actor-uuid": scene.uuid("site"), "role-id": "creator"}]}
    return _filled(
        {
            "uuid": scene.uuid("risk", item.id),
            "title": _line(item.title),
            "description": item.problem,
            "statement": item.cause or item.problem,
            "status": _RISK_STATUS[record.state.status],
            "characterizations": [{"origin": origin, "facets": [severity]}] if item.severity else [],
            "deadline": scene.end(item.due),
            "remediations": _remediations(scene, record),
            "risk-log": {"entries": _entries(scene, record)},
            "related-observations": related,
        }
    )


def _remediations(scene: _Scene, record: Record) -> list[Json]:
    """Return the item's goal and actions as one remediation; none where the item has neither."""
    item, words = record.item, scene.words
    if not item.goal and not item.actions:
        return []
    tasks = [_task(scene, record, number, action) for number, action in enumerate(item.actions, 1)]
    remediation = {
        "uuid": scene.uuid("remediation", item.id),
        "lifecycle": "completed" if record.state.status == "closed" else "planned",
        "title": words.text("section.actions" if tasks else "section.goal"),
        "description": item.goal or item.title,
        "tasks": tasks,
    }
    return [_filled(remediation)]


def _task(scene: _Scene, record: Record, number: int, action: Action) -> Json:
    party = scene.party(action.unit or record.unit)
    return _filled(
        {
            "uuid": scene.uuid("task", record.item.id, number),
            "type": "milestone",
            "title": _line(action.text),
            "description": action.text if "\n" in action.text else None,
            "props": [*_marked(scene, action), *_props(scene, [("done", action.done)])],
            "timing": {"on-date": {"date": scene.end(action.due)}} if action.due else None,
            "responsible-roles": [{"role-id": "responsible", "party-uuids": [party]}],
        }
    )


def _entries(scene: _Scene, record: Record) -> list[Json]:
    """Return all that happened to an item, oldest first."""
    item, words = record.item, scene.words
    found = {"title": words.text("ui.found"), "status-change": "open", "props": [_type("status-update")]}
    dated = [(item.found, {"uuid": scene.uuid("found", item.id), **found})]
    for number, change in enumerate(item.due_changes, 1):
        moved = {
            "uuid": scene.uuid("due-change", item.id, number),
            "title": words.text("exchange.due_moved", old=change.from_, new=change.to),
            "description": change.reason,
            "props": [
                _type("status-update"),
                *_props(scene, [("due-from", change.from_), ("due-to", change.to)]),
            ],
            "logged-by": _logged_by(scene, change.by),
        }
        dated.append((change.on, moved))
    for number, action in enumerate(item.actions, 1):
        if action.done is None:
            continue
        task = {"task-uuid": scene.uuid("task", item.id, number)}
        response = {"response-uuid": scene.uuid("remediation", item.id), "related-tasks": [task]}
        done = {
            "uuid": scene.uuid("done", item.id, number),
            "title": words.text("exchange.action_done", text=_line(action.text)),
            "props": [_type("milestone-complete")],
            "related-responses": [response],
        }
        dated.append((action.done, done))
    dated += [(e.date, _log_entry(scene, record, n, e)) for n, e in enumerate(item.log, 1)]
    dated.sort(key=lambda pair: pair[0])
    return [_filled({**entry, "start": scene.start(day)}) for day, entry in dated]


def _log_entry(scene: _Scene, record: Record, number: int, entry: LogEntry) -> Json:
    title = f"status.{entry.status}" if entry.status else "section.timeline"
    sustained = "true" if entry.sustained else None
    facts = (("status", entry.status), ("sustained", sustained), ("review", entry.review))
    return {
        "uuid": scene.uuid("log", record.item.id, number),
        "title": scene.words.text(title),
        "description": entry.note,
        "props": [
            _type(_ENTRY_TYPE.get(entry.status, "status-update")),
            *_marked(scene, entry),
            *_props(scene, facts),
        ],
        "logged-by": _logged_by(scene, entry.by),
        "status-change": _RISK_STATUS[entry.status] if entry.status else None,
        "remarks": entry.reason,
    }


def _observations(scene: _Scene, record: Record) -> list[Json]:
    """Return what was looked at: verifications, evidence of log and actions, the public's judgement."""
    item, words, today = record.item, scene.words, scene.extract.ledger.today
    # By identity: two entries of a log may say the same.
    answers = {id(answer.entry): answer for answer in verifications(scene.extract.ledger, record)}
    found = []
    for number, entry in enumerate(item.log, 1):
        answer = answers.get(id(entry))
        evidence = (*entry.evidence, *entry.internal_evidence)
        if answer is None and not evidence:
            continue
        verdict = f"verification.{'passed' if answer.passed else 'failed'}" if answer else ""
        name = words.text(verdict or "section.evidence")
        observation = {
            "uuid": scene.uuid("observation", item.id, "log", number),
            "title": name,
            "description": entry.note or name,
            "props": [
                *_marked(scene, entry),
                *_props(scene, [("independence", answer.independence)] if answer else []),
            ],
            "methods": ["EXAMINE"],
            "origins": _origins(scene, entry.by, "verifier" if answer else None),
            "relevant-evidence": _evidence(scene, evidence),
            "collected": scene.start(entry.date),
        }
        found.append(observation)
    for number, action in enumerate(item.actions, 1):
        evidence = (*action.evidence, *action.internal_evidence)
        if not evidence:
            continue
        observation = {
            "uuid": scene.uuid("observation", item.id, "action", number),
            "title": words.text("section.evidence"),
            "description": action.text,
            "props": _marked(scene, action),
            "methods": ["EXAMINE"],
            "origins": _origins(scene, action.unit or record.unit, "responsible"),
            "relevant-evidence": _evidence(scene, evidence),
            # Of an action not yet done, no day says when its evidence came: it is there on the extract's.
            "collected": scene.start(action.done or today),
        }
        found.append(observation)
    if item.feedback:
        observation = {
            "uuid": scene.uuid("observation", item.id, "feedback"),
            "title": words.text("section.feedback"),
            "description": feedback_text(item.feedback, words),
            "methods": ["INTERVIEW"],
            "collected": scene.start(item.feedback.date),
        }
        found.append(observation)
    return [_filled(observation) for observation in found]


def _related(observations: Iterable[Json]) -> list[Json]:
    return [{"observation-uuid": observation["uuid"]} for observation in observations]


def _resources(scene: _Scene) -> list[Json]:
    """Return every piece of evidence once: a file with its hash, or a link."""
    found = []
    items = [record.item for record in scene.extract.records]
    names = dict.fromkeys(name for item in items for name in references(item))
    shown = (item for item in items if item.visibility == "public")
    public = {name for item in shown for name in {*references(item)} - internal_references(item)}
    for name in names:
        file = scene.extract.ledger.evidence.get(name)
        link: Json = {"href": _address(f"{scene.extract.base}{quote(name)}" if file else name)}
        if file:
            link |= {"media-type": file.media_type}
            link |= {"hashes": [{"algorithm": "SHA-256", "value": file.sha256}]}
        uuid = scene.uuid("evidence", name)
        marking = [_MARKING] if name not in public else []
        props = [_type("evidence"), *marking]
        found.append({"uuid": uuid, "title": _line(name), "props": props, "rlinks": [link]})
    return found


def _evidence(scene: _Scene, names: Iterable[str]) -> list[Json]:
    return [{"href": f"#{scene.uuid('evidence', n)}", "description": n} for n in dict.fromkeys(names)]


def _origins(scene: _Scene, name: str | None, role: str | None) -> list[Json]:
    if not name:
        return []
    actor = {"type": "party", "actor-uuid": scene.party(name), "role-id": role}
    return [{"actors": [_filled(actor)]}]


def _logged_by(scene: _Scene, name: str | None) -> list[Json]:
    return [{"party-uuid": scene.party(name)}] if name else []


def _link(address: str, rel: str, text: str) -> Json:
    return {"href": _address(address), "rel": rel, "text": _line(text)}


def _address(text: str) -> str:
    """Return an address without characters that no URI has."""
    return quote(text, safe=_UNESCAPED)


def _props(scene: _Scene, facts: Iterable[tuple[str, object]]) -> list[Json]:
    """Return facts as properties of the site's own, without those that are absent."""
    return [{"name": n, "ns": scene.namespace, "value": _line(str(fact))} for n, fact in facts if fact]


def _marked(scene: _Scene, part: Action | LogEntry) -> list[Json]:
    """Return what tells that a part is internal or, for the public, that its details are withheld."""
    if part.visibility == "public":
        return []
    return [_MARKING] if scene.extract.audience == "internal" else _props(scene, [("withheld", "true")])


def _type(value: str) -> Json:
    return {"name": "type", "value": value}


def _filled(parts: Json) -> Json:
    """Return the parts that say something: OSCAL takes no empty list, object or text."""
    return {key: part for key, part in parts.items() if part not in (None, "", [], {})}


def _line(text: str) -> str:
    return " ".join(text.split())
