"""The risk that an item is: its status, its remediation by the item's actions, and its log.

| status of an item | `status` of its risk | why |
|---|---|---|
| open, reopened | open | the risk has been identified, and nothing is under way (again) |
| in_progress, submitted | remediating | under way, and not complete before it is verified |
| closed, withdrawn | closed | nothing is left to do; the log gives the reason of a withdrawal |
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rectification.exchange.oscal.scene import (
    Json,
    Scene,
    filled,
    logged_by,
    marked,
    one_line,
    own_props,
    typed,
)

if TYPE_CHECKING:
    from rectification.ledger import Record
    from rectification.model import Action, LogEntry, Status

RISK_STATUS: Mapping[Status, str] = {
    "open": "open",
    "in_progress": "remediating",
    "submitted": "remediating",
    "closed": "closed",
    "reopened": "open",
    "withdrawn": "closed",
}
# Type of a log's entry: an activity that ends the risk; a risk that is no longer applicable; all other news.
_ENTRY_TYPE: Mapping[Status | None, str] = {"closed": "remediated", "withdrawn": "closed"}


def risk_of(scene: Scene, record: Record, related: list[Json]) -> Json:
    """Return the risk of an item; `related` names the observations made of it."""
    item = record.item
    severity = {"name": "severity", "system": "http://csrc.nist.gov/ns/oscal", "value": item.severity}
    origin = {"actors": [{"type": "party", "actor-uuid": scene.uuid("site"), "role-id": "creator"}]}
    return filled(
        {
            "uuid": scene.uuid("risk", item.id),
            "title": one_line(item.title),
            "description": item.problem,
            "statement": item.cause or item.problem,
            "status": RISK_STATUS[record.state.status],
            "characterizations": [{"origin": origin, "facets": [severity]}] if item.severity else [],
            "deadline": scene.end(item.due),
            "remediations": _remediations(scene, record),
            "risk-log": {"entries": _entries(scene, record)},
            "related-observations": related,
        }
    )


def _remediations(scene: Scene, record: Record) -> list[Json]:
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
    return [filled(remediation)]


def _task(scene: Scene, record: Record, number: int, action: Action) -> Json:
    party = scene.party(action.unit or record.unit)
    return filled(
        {
            "uuid": scene.uuid("task", record.item.id, number),
            "type": "milestone",
            "title": one_line(action.text),
            "description": action.text if "\n" in action.text else None,
            "props": [*marked(scene, action), *own_props(scene, [("done", action.done)])],
            "timing": {"on-date": {"date": scene.end(action.due)}} if action.due else None,
            "responsible-roles": [{"role-id": "responsible", "party-uuids": [party]}],
        }
    )


def _entries(scene: Scene, record: Record) -> list[Json]:
    """Return all that happened to an item, oldest first."""
    item, words = record.item, scene.words
    found = {"title": words.text("ui.found"), "status-change": "open", "props": [typed("status-update")]}
    dated = [(item.found, {"uuid": scene.uuid("found", item.id), **found})]
    for number, change in enumerate(item.due_changes, 1):
        moved = {
            "uuid": scene.uuid("due-change", item.id, number),
            "title": words.text("exchange.due_moved", old=change.from_, new=change.to),
            "description": change.reason,
            "props": [
                typed("status-update"),
                *own_props(scene, [("due-from", change.from_), ("due-to", change.to)]),
            ],
            "logged-by": logged_by(scene, change.by),
        }
        dated.append((change.on, moved))
    for number, action in enumerate(item.actions, 1):
        if action.done is None:
            continue
        task = {"task-uuid": scene.uuid("task", item.id, number)}
        response = {"response-uuid": scene.uuid("remediation", item.id), "related-tasks": [task]}
        done = {
            "uuid": scene.uuid("done", item.id, number),
            "title": words.text("exchange.action_done", text=one_line(action.text)),
            "props": [typed("milestone-complete")],
            "related-responses": [response],
        }
        dated.append((action.done, done))
    dated += [(e.date, _log_entry(scene, record, n, e)) for n, e in enumerate(item.log, 1)]
    dated.sort(key=lambda pair: pair[0])
    return [filled({**entry, "start": scene.start(day)}) for day, entry in dated]


def _log_entry(scene: Scene, record: Record, number: int, entry: LogEntry) -> Json:
    title = f"status.{entry.status}" if entry.status else "section.timeline"
    sustained = "true" if entry.sustained else None
    facts = (("status", entry.status), ("sustained", sustained), ("review", entry.review))
    return {
        "uuid": scene.uuid("log", record.item.id, number),
        "title": scene.words.text(title),
        "description": entry.note,
        "props": [
            typed(_ENTRY_TYPE.get(entry.status, "status-update")),
            *marked(scene, entry),
            *own_props(scene, facts),
        ],
        "logged-by": logged_by(scene, entry.by),
        "status-change": RISK_STATUS[entry.status] if entry.status else None,
        "remarks": entry.reason,
    }
