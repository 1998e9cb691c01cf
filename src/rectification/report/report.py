"""What a report is made of, and what makes a finding the same one after lines have moved."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rectification.catalogue import Catalogue
from rectification.diagnostic import Diagnostic, line_of

_LINE_NUMBER = re.compile(r"(^|:)\d+$")  # of `12` or `a.yml:12`, where something stood first
_PASSING = ("today",)  # facts that change from one day to the next


@dataclass(frozen=True)
class Report:
    """The findings to tell of, in order, with what their telling needs.

    `texts` are the texts of the files; `prefix` leads from the repository's top to the project's root
    (empty, or ending with `/`); `rules_page` is the address of the page on the rules, empty without one.
    """

    diagnostics: Sequence[Diagnostic]
    texts: Mapping[str, str]
    catalogue: Catalogue
    items: int = 0
    checklists: int = 0
    levels: Mapping[str, str] = field(default_factory=dict)
    prefix: str = ""
    rules_page: str = ""

    def path(self, diagnostic: Diagnostic) -> str:
        """Return the file of a finding as the repository's forge names it."""
        return self.prefix + diagnostic.file

    def told(self, diagnostic: Diagnostic) -> str:
        """Return the message and how to mend it, as one text."""
        return " ".join(diagnostic.told(self.catalogue))

    def count(self, severity: str) -> int:
        return sum(d.severity == severity for d in self.diagnostics)

    def fingerprints(self) -> list[str]:
        """Return one fingerprint a finding, kept while lines above it come and go and words are reworded."""
        seen: Counter[str] = Counter()
        found = []
        for diagnostic in self.diagnostics:
            same = identity(diagnostic, self.texts)
            seen[same] += 1
            found.append(hashlib.sha256(f"{same}\n{seen[same]}".encode()).hexdigest())
        return found


def identity(diagnostic: Diagnostic, texts: Mapping[str, str]) -> str:
    """Return what stays of a finding while the file around it changes: code, file, item, facts, line.

    Facts that are numbers of lines, or today's date, are left out.
    """
    facts = {name: str(value) for name, value in diagnostic.facts.items() if name not in _PASSING}
    if "first" in facts:
        facts["first"] = _LINE_NUMBER.sub("", facts["first"])
    line = line_of(diagnostic, texts.get(diagnostic.file, "")).strip()
    parts = [diagnostic.code, diagnostic.file, diagnostic.item, facts, line]
    return json.dumps(parts, ensure_ascii=True, sort_keys=True)
