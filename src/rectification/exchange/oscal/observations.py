"""What was looked at of an item, and the pieces of evidence behind it, each a resource of the plan."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import quote

from rectification.exchange.cells import feedback_text
from rectification.exchange.oscal.scene import (
    MARKING,
    Json,
    Scene,
    escaped,
    filled,
    marked,
    one_line,
    own_props,
    typed,
)
from rectification.ledger import internal_references, references, verifications

if TYPE_CHECKING:
    from rectification.ledger import Record


def observe(scene: Scene, record: Record) -> list[Json]:
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
                *marked(scene, entry),
                *own_props(scene, [("independence", answer.independence)] if answer else []),
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
            "props": marked(scene, action),
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
    return [filled(observation) for observation in found]


def related_to(observations: Iterable[Json]) -> list[Json]:
    """Return what names these observations in a risk or an item."""
    return [{"observation-uuid": observation["uuid"]} for observation in observations]


def resources(scene: Scene) -> list[Json]:
    """Return every piece of evidence once: a file with its hash, or a link."""
    found = []
    items = [record.item for record in scene.extract.records]
    names = dict.fromkeys(name for item in items for name in references(item))
    shown = (item for item in items if item.visibility == "public")
    public = {name for item in shown for name in {*references(item)} - internal_references(item)}
    for name in names:
        file = scene.extract.ledger.evidence.get(name)
        link: Json = {"href": escaped(f"{scene.extract.base}{quote(name)}" if file else name)}
        if file:
            link |= {"media-type": file.media_type}
            link |= {"hashes": [{"algorithm": "SHA-256", "value": file.sha256}]}
        uuid = scene.uuid("evidence", name)
        marking = [MARKING] if name not in public else []
        props = [typed("evidence"), *marking]
        found.append({"uuid": uuid, "title": one_line(name), "props": props, "rlinks": [link]})
    return found


def _evidence(scene: Scene, names: Iterable[str]) -> list[Json]:
    return [{"href": f"#{scene.uuid('evidence', n)}", "description": n} for n in dict.fromkeys(names)]


def _origins(scene: Scene, name: str | None, role: str | None) -> list[Json]:
    if not name:
        return []
    actor = {"type": "party", "actor-uuid": scene.party(name), "role-id": role}
    return [{"actors": [filled(actor)]}]
