"""A site that works from a folder, opened as files: no server, and so no modules and no fetching of data.

A browser loads no ES module and fetches no file for a page opened from `file://`; a classic script it does
load. So our modules go into one classic script, and each data file gets a twin that hands over its content.
A bundler of JavaScript would want Node.js at build; our modules keep to the few forms translated here.
"""

from __future__ import annotations

import json
import re
from graphlib import TopologicalSorter
from pathlib import Path

SCRIPT = "rectification.offline.js"
_ENTRY = "rectification.js"
# What the scripts load: names, or folders with `/` at their end.
_LOADED = ("ledger/rows.json", "api/v1/changes.json", "api/v1/checklists/")

_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./([\w.-]+)";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|const|class)\s+(\w+))", re.MULTILINE)
_LATER = re.compile(r'\bimport\("\./([\w.-]+)"\)')
_OWN_ADDRESS = "import.meta.url"


class BundleError(Exception):
    """A module uses a form of import or export that is not translated; the message names it."""


def bundle(folder: Path) -> str:
    """Return the modules of `folder` as one classic script. Raises BundleError, graphlib.CycleError."""
    sources = {path.name: path.read_text("utf-8") for path in sorted(folder.glob("*.js"))}
    needs = {
        name: {match[2] for match in _IMPORT.finditer(source)} | set(_LATER.findall(source))
        for name, source in sources.items()
    }
    wanted, waiting = {_ENTRY}, [_ENTRY]
    while waiting:
        for name in needs[waiting.pop()] - wanted:
            wanted.add(name)
            waiting.append(name)
    order = TopologicalSorter({name: sorted(needs[name]) for name in sorted(wanted)}).static_order()
    parts = [_wrapped(name, sources[name]) for name in order]
    head = "const modules = {};\nconst ownAddress = document.currentScript.src;\n"
    return f'(() => {{\n"use strict";\n{head}{"".join(parts)}}})();\n'


def _wrapped(name: str, source: str) -> str:
    names = _EXPORT.findall(source)
    body = _IMPORT.sub(lambda match: f"const {{{_renamed(match[1])}}} = modules[{match[2]!r}];", source)
    body = _EXPORT.sub("", body)
    body = _LATER.sub(lambda match: f"Promise.resolve(modules[{match[1]!r}])", body)
    body = body.replace(_OWN_ADDRESS, "ownAddress")
    for line in body.splitlines():
        if re.match(r"(import\b(?!\()|export\b)", line):
            raise BundleError(f"{name}: {line}")
    return f"modules[{name!r}] = (() => {{\n{body}\nreturn {{ {', '.join(names)} }};\n}})();\n"


def _renamed(names: str) -> str:
    return re.sub(r"\b(\w+) as (\w+)\b", r"\1: \2", names)


def twin(name: str, content: bytes) -> tuple[str, bytes] | None:
    """Return the script that hands over a data file (its path below the root, content), if one is needed."""
    if not any(name == loaded or (loaded.endswith("/") and name.startswith(loaded)) for loaded in _LOADED):
        return None
    return f"{name}.js", b"rectifyData(" + json.dumps(name).encode() + b", " + content + b");\n"
