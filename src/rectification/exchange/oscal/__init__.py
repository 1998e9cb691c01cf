"""OSCAL: a plan of action and milestones (POA&M) in JSON, as tools for security compliance exchange it.

An item is a `poam-item` with one `risk`. Its actions are the tasks of the risk's remediation; what happened
(found, log, actions done, due dates moved) is the risk log; verifications, evidence and public judgement are
observations; files of evidence are resources with their SHA-256.

Facts that OSCAL has no word for are properties (`id`, `status`, `unit` …) in the namespace of the site's own
address: the table loses nothing. Every UUID is made of that address and what it stands for, the document's of
its content: the same ledger gives the same bytes, an object keeps its UUID from one export to the next.

Source: NIST, OSCAL 1.1.3, Plan of Action and Milestones model (oscal_poam_metaschema.xml; allowed values of
`risk-status`, `response/@lifecycle`, `task/@type` and the `type` of a risk log's entry in
oscal_assessment-common_metaschema.xml).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from uuid import uuid5

from rectification.exchange import query_text
from rectification.exchange.cells import extra_text, notice_text
from rectification.exchange.oscal.observations import observe, related_to, resources
from rectification.exchange.oscal.risk import risk_of
from rectification.exchange.oscal.scene import MARKING, Json, Scene, filled, link_to, one_line, own_props
from rectification.ledger import verifications

if TYPE_CHECKING:
    from rectification.exchange import Extract
    from rectification.ledger import Record

ENDING = "oscal.json"
NEEDS_ITEMS = True  # a POA&M has at least one item

VERSION = "1.1.3"


def write(extract: Extract) -> bytes:
    """Return the document."""
    scene = Scene.of(extract)
    observed = {record: observe(scene, record) for record in extract.records}
    content = filled(
        {
            "metadata": _metadata(scene),
            # Without a system security plan to import, the plan must say what system it is of.
            "system-id": {"identifier-type": "http://ietf.org/rfc/rfc4122", "id": str(scene.space)},
            "observations": [observation for found in observed.values() for observation in found],
            "risks": [risk_of(scene, record, related_to(found)) for record, found in observed.items()],
            "poam-items": [_item(scene, record, related_to(found)) for record, found in observed.items()],
            "back-matter": filled({"resources": resources(scene)}),
        }
    )
    identity = uuid5(scene.space, json.dumps(content, ensure_ascii=False))
    document = {"plan-of-action-and-milestones": {"uuid": str(identity), **content}}
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _metadata(scene: Scene) -> Json:
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
    marking = [MARKING] if extract.audience == "internal" else []
    about = {"ledger.as_of": extract.ledger.today, "ledger.view": query_text(extract)}
    head = {
        "title": one_line(words.text("exchange.report", site=extract.site_name)),
        "last-modified": scene.start(extract.ledger.today),
        "version": str(extract.ledger.today),
        "oscal-version": VERSION,
        "props": marking,
        "roles": [{"id": role, "title": words.text(f"exchange.role.{role}")} for role in used],
        "parties": [
            {"uuid": scene.uuid("site"), "type": "organization", "name": one_line(extract.site_name)},
            *({"uuid": uuid, "type": "organization", "name": one_line(n)} for uuid, n in parties.items()),
        ],
        "responsible-parties": [{"role-id": role, "party-uuids": uuids} for role, uuids in used.items()],
        "remarks": "\n\n".join(f"{words.text(key)}{words.text('ui.colon')}{v}" for key, v in about.items()),
    }
    return filled(head)


def _item(scene: Scene, record: Record, related: list[Json]) -> Json:
    item, source, words, ledger = record.item, record.source, scene.words, scene.extract.ledger
    links = [link_to(scene.extract.address(record), "reference", words.text("exchange.item_page"))]
    for rel, others in (("related", item.related), ("merged-into", [record.merged_into])):
        known = (ledger.by_id[other] for other in others if other in ledger.by_id)
        links += [link_to(scene.extract.address(other), rel, other.item.title) for other in known]
    if source.link:
        links.append(link_to(source.link, "reference", source.document or source.link))
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
    marking = [MARKING] if item.visibility == "internal" else []
    return filled(
        {
            "uuid": scene.uuid("poam-item", item.id),
            "title": one_line(item.title),
            "description": item.problem,
            "props": [*marking, *own_props(scene, facts)],
            "links": links,
            "related-observations": related,
            "related-risks": [{"risk-uuid": scene.uuid("risk", item.id)}],
            "remarks": "\n".join(part for part in (notice, extra_text(item.extra)) if part),
        }
    )
