"""StrictDoc: a document a checklist (500 items each), every item a requirement with fields of its own.

StrictDoc has no page an item: it writes each document as a page of text and as a table, the tree of
documents, and screens of its own. So this compares the time from the same items to a site that shows them,
not page for page. Its screens for traceability, search and statistics are switched off. Ours writes beside
that: a page an item, derived states, numbers, pages of units and categories, feeds, JSON, the checks of
every rule.
"""

from __future__ import annotations

from pathlib import Path

from bench.generate import PER_FILE, WORDS, Entry, entries
from bench.peers import environment

REQUIREMENTS = ("strictdoc==0.30.4",)
_FIELDS = ("UNIT", "OWNER", "FOUND", "DUE", "CATEGORY", "SEVERITY")
_CONFIGURATION = """\
from strictdoc.core.project_config import ProjectConfig


def create_config():
    return ProjectConfig(project_title="生成的台账", project_features=["TABLE_SCREEN"])
"""
_LONG = ("CAUSE", "GOAL", "ACTIONS", "LOG")


def write(folder: Path, number: int, seed: int, ours: Path) -> None:
    """Write a StrictDoc project; of `ours` it needs nothing."""
    folder.mkdir(parents=True)
    (folder / "strictdoc_config.py").write_text(_CONFIGURATION, "utf-8")
    documents: dict[str, list[str]] = {}
    for entry in entries(number, seed):
        documents.setdefault(entry.id.split("-")[0], []).append(_requirement(entry))
    for name, requirements in documents.items():
        assert len(requirements) <= PER_FILE
        head = f"[DOCUMENT]\nTITLE: 生成的清单 {name}\n\n{_grammar()}\n"
        (folder / f"{name.lower()}.sdoc").write_text(head + "\n".join(requirements), "utf-8")


def _grammar() -> str:
    order = [("UID", True), ("STATUS", False), *((name, False) for name in _FIELDS)]
    order += [("TITLE", False), ("STATEMENT", False), *((name, False) for name in _LONG)]
    fields = "".join(
        f"  - TITLE: {name}\n    TYPE: String\n    REQUIRED: {needed}\n" for name, needed in order
    )
    return f"[GRAMMAR]\nELEMENTS:\n- TAG: REQUIREMENT\n  FIELDS:\n{fields}  RELATIONS:\n  - TYPE: Parent\n"


def _requirement(entry: Entry) -> str:
    status = next((move for _, move, _, _ in reversed(entry.log) if move), "open")
    lines = ["[REQUIREMENT]", f"UID: {entry.id}", f"STATUS: {WORDS[status]}"]
    lines += [f"{name}: {getattr(entry, name.lower())}" for name in _FIELDS]
    lines.append(f"TITLE: {entry.title}")
    actions = [
        f"{n}. {text} 计划 {planned}，{f'完成 {done}' if done else '未完成'}"
        for n, (text, planned, done) in enumerate(entry.actions, 1)
    ]
    log = [f"- {entry.found} 发现问题"]
    log += [f"- {day} {WORDS[move]} {by}：{note}" for day, move, by, note in entry.log]
    texts = {"STATEMENT": [entry.problem], "CAUSE": [entry.cause], "GOAL": [entry.goal], "ACTIONS": actions}
    for name, text in {**texts, "LOG": log}.items():
        lines += [f"{name}: >>>", *text, "<<<"]
    if entry.related:
        lines.append("RELATIONS:")
        lines += [f"- TYPE: Parent\n  VALUE: {other}" for other in entry.related]
    return "\n".join(lines) + "\n"


def commands() -> list[list[str]]:
    """Return the commands that build the project in the working directory."""
    program = environment("strictdoc", REQUIREMENTS) / "bin/strictdoc"
    return [[str(program), "export", "--output-dir", "site", "."]]
