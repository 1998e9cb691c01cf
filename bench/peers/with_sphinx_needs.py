"""Sphinx with sphinx-needs: a document an item that holds it as a need, its texts as reStructuredText.

Also written: a table of all items, a page a unit with the table of its own items, `needs.json`, and what
Sphinx always writes (its search index in JavaScript, an index of terms). Pages stand outside the table of
contents, as with a table of thousands every page would repeat it; the theme is Sphinx's own, lighter than
Material. Sphinx may use all cores. Ours writes beside that: derived states, overdue days, numbers and
charts, pages of categories and checklists, units with those below them, feeds, calendars, the checks of
every rule.
"""

from __future__ import annotations

from pathlib import Path

from bench.generate import WORDS, Entry, entries, units
from bench.peers import environment

REQUIREMENTS = ("sphinx==9.0.4", "sphinx-needs==9.1.0")
_FIELDS = ("unit", "owner", "found", "due", "category", "severity")
_CONFIGURATION = f"""\
project = "生成的台账"
language = "zh_CN"
extensions = ["sphinx_needs"]
html_theme = "alabaster"
html_copy_source = False
needs_build_json = True
needs_id_regex = "^[A-Z0-9-]{{5,}}"
needs_types = [{{"directive": "item", "title": "问题", "prefix": "", "color": "#fff", "style": "node"}}]
needs_fields = {{name: {{"description": name, "nullable": True}} for name in {_FIELDS!r}}}
"""
_TABLE = ".. needtable::\n   :columns: id, title, unit, status, due\n   :style: table\n"


def write(folder: Path, number: int, seed: int, ours: Path) -> None:
    """Write a Sphinx project; of `ours` it needs nothing."""
    (folder / "items").mkdir(parents=True)
    (folder / "units").mkdir()
    (folder / "conf.py").write_text(_CONFIGURATION, "utf-8")
    names = [name for name, _, _ in units()]
    tree = "".join(f"   units/{n}\n" for n in range(len(names)))
    head = "台账\n====\n\n.. toctree::\n   :hidden:\n\n"
    (folder / "index.rst").write_text(f"{head}{tree}\n{_TABLE}", "utf-8")
    for n, name in enumerate(names):
        text = f"{name}\n{'=' * 2 * len(name)}\n\n{_TABLE}   :filter: unit == {name!r}\n"
        (folder / f"units/{n}.rst").write_text(text, "utf-8")
    for entry in entries(number, seed):
        (folder / f"items/{entry.id}.rst").write_text(_document(entry), "utf-8")


def _document(entry: Entry) -> str:
    status = next((move for _, move, _, _ in reversed(entry.log) if move), "open")
    facts = {"id": entry.id, "status": status, **{name: getattr(entry, name) for name in _FIELDS}}
    if entry.related:
        facts["links"] = ", ".join(entry.related)
    lines = [
        entry.problem,
        "",
        f"**原因** {entry.cause}",
        "",
        f"**整改目标** {entry.goal}",
        "",
        "**整改措施**",
        "",
    ]
    for text, planned, finished in entry.actions:
        lines.append(f"#. {text} 计划 {planned}，{f'完成 {finished}' if finished else '未完成'}")
    lines += ["", "**进展**", "", f"* {entry.found} 发现问题"]
    lines += [f"* {day} {WORDS[move]} {by}：{note}" for day, move, by, note in entry.log]
    if entry.moved:
        lines += ["", f"**期限变更** {entry.moved[0]} 改为 {entry.moved[1]}：须先开通接口"]
    if entry.feedback:
        satisfied, total, day = entry.feedback
        lines += ["", f"**群众评价** {total} 人中 {satisfied} 人满意（{day}）"]
    options = "".join(f"   :{name}: {value}\n" for name, value in facts.items())
    body = "".join(f"   {line}\n" if line else "\n" for line in lines)
    heading = f"{entry.id} {entry.title}"
    return f":orphan:\n\n{heading}\n{'=' * 2 * len(heading)}\n\n.. item:: {entry.title}\n{options}\n{body}"


def commands() -> list[list[str]]:
    """Return the commands that build the project in the working directory."""
    python = environment("sphinx-needs", REQUIREMENTS) / "bin/python"
    return [[str(python), "-m", "sphinx", "-q", "-b", "dirhtml", "-j", "auto", ".", "site"]]
