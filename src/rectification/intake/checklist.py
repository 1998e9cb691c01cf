"""A checklist as YAML text, and what the rules say of it before it is one of the site's."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from rectification.diagnostic import Diagnostic
from rectification.rules import examine
from rectification.unwritten import naming

if TYPE_CHECKING:
    from datetime import date

    from rectification.settings import Settings


class _Dumper(yaml.SafeDumper):
    """YAML as an editor writes it: long texts as blocks, lists indented, nothing that points elsewhere."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    # What another reader of YAML would take for a number, a day or `no` is quoted by the library itself.
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def write_checklist(header: Mapping[str, Any], items: Sequence[Mapping[str, Any]]) -> str:
    """Return a checklist's file. Days are `date`s, everything else text or lists of it."""

    def dumped(value: Any) -> str:
        return yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10**6)

    head = dumped({"checklist": dict(header)})
    # An empty line between items, as in a file written by hand.
    return head + "items:\n" + "\n".join(_indented(dumped([dict(item)])) for item in items)


def _indented(text: str) -> str:
    return "".join(f"  {line}" if line.strip() else line for line in text.splitlines(keepends=True))


def examine_draft(
    settings: Settings, today: date, name: str, text: str
) -> tuple[list[Diagnostic], Mapping[str, str]]:
    """Run every rule over the site as it would be with `text` as the checklist file `name`.

    Returns what the site is not told already without it, and the texts of its files for excerpts.
    """
    before = examine(settings, today)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        checklists = root / settings.checklists.name
        if settings.checklists.is_dir():
            shutil.copytree(settings.checklists, checklists, symlinks=True, copy_function=_link)
        else:
            checklists.mkdir()
        draft = checklists / name
        draft.unlink(missing_ok=True)  # perhaps a link to the site's own file, which must stay as it is
        with naming(draft):
            draft.write_text(text, "utf-8", newline="")
        after = examine(replace(settings, root=root, checklists=checklists), today)
    known = {(d.code, d.file, d.line, d.column) for d in before.diagnostics}
    file = f"{settings.checklists.name}/{name}"
    new = [d for d in after.diagnostics if d.file == file or (d.code, d.file, d.line, d.column) not in known]
    return new, after.texts


def _link(source: str, target: str) -> None:
    """Link a file rather than copy it where the file system can: evidence may be large."""
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, target, follow_symlinks=False)
