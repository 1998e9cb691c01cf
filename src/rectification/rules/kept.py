"""What rules found, from one run to the next, in a sealed folder: told again where nothing else can be found.

What is found in a file of items hangs on that file, the header above it, the evidence it names, and what all
items share: the day, the units, the categories, the rules with all they judge by, and the engine itself. What
a rule finds that compares items hangs on what it compares (`Rule.grounds`).
"""

from __future__ import annotations

import hashlib
import marshal
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic_core import to_json

from rectification.diagnostic import Diagnostic
from rectification.engine import made_by
from rectification.ledger import references
from rectification.ledger.sealed import Sealed
from rectification.rules.memory import Finding
from rectification.settings import EVIDENCE_FOLDER

if TYPE_CHECKING:
    from rectification.diagnostic import Severity
    from rectification.ledger import Ledger, Record
    from rectification.rules.rule import Rule
    from rectification.settings import Settings

_ROOMS = (".", "source", "model", "ledger", "rules", "rules/phrases")  # what the modules that judge are in
_LIBRARIES = ("pydantic", "phonenumbers", "python-stdnum", "puremagic", "rensa", "lxml")

# A finding in short: number of its record, path in it, `of`, words, line, column, facts, item, day, waiver.
Row = tuple[int, tuple[str | int, ...], str, str, int, int, Mapping[str, object], str, int | None, str | None]
# Of a file: a digest of what it hangs on, numbers of records that were not judged, rows rule by rule.
Kept = tuple[str, list[int], list[list[Row]]]


def rows_of(found: Iterable[Finding], numbers: Mapping[int, int]) -> list[Row]:
    """Return findings in short. `numbers` are those of the records, by the identity of their places."""
    return [
        (
            numbers[id(one.place)],
            *(one.path, one.of, one.words),
            *(one.diagnostic.line, one.diagnostic.column, one.diagnostic.facts, one.diagnostic.item),
            one.diagnostic.day.toordinal() if one.diagnostic.day is not None else None,
            one.waiver,
        )
        for one in found
    ]


def findings_of(
    rows: Iterable[Row], code: str, severity: Severity, records: Mapping[int, Record] | Sequence[Record]
) -> Iterator[Finding]:
    """Yield what rows tell of, in records by their numbers."""
    for n, path, of, words, line, column, facts, item, day, waiver in rows:
        place = records[n].place
        told = date.fromordinal(day) if day is not None else None
        diagnostic = Diagnostic(code, severity, place.file, line, column, facts, item, told)
        yield Finding(place, path, of, words, diagnostic, waiver)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Asked:
    """A rule as a site asks it: at a level, judging by numbers and options, of what is `public` or of all."""

    rule: Rule
    level: Severity
    known: Mapping[str, Any]
    public: bool

    @property
    def key(self) -> tuple[Hashable, ...]:
        """What it looks for: the rule, with all that it judges by."""
        return (self.rule.code, self.rule.check, self.level, *sorted(self.known.items()))

    @property
    def name(self) -> str:
        """The same, from one run to the next."""
        return repr((self.rule.check.__qualname__, self.rule.code, *self.key[2:]))


@dataclass
class Store:
    """The sealed folder, with what is known of the files of the ledger that is checked.

    `digests` says what each file holds, by its name; of a file without one nothing is kept.
    """

    sealed: Sealed
    digests: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._names: set[str] = set()
        self._where: dict[int, tuple[str, int]] = {}
        self._state: dict[str, str] = {}
        self._groups: dict[str, list[str]] = {}
        self._kept: dict[bool, dict[str, Kept]] = {}
        self._counts: dict[str, int] = {}
        self._grounds: dict[str, str] = {}
        self._shared = ""

    @classmethod
    def open(cls, folder: Path, name: str = "findings") -> Store | None:
        """Open what earlier runs left below `folder` under a name; None where it cannot be used."""
        sealed = Sealed.open(folder, name)
        return cls(sealed) if sealed is not None else None

    def begin(self, ledger: Ledger, settings: Settings, digests: Mapping[str, str]) -> None:
        """Begin to check a ledger, whole: number its records by their files, say what each file hangs on."""
        self.digests = digests
        self._names, self._where, self._groups, self._kept = set(), {}, {}, {}
        self._shared = _shared(ledger, settings)
        counts = self._counts = {}
        named: dict[str, set[str]] = {}
        heads: dict[str, str] = {}
        for record in ledger.records:
            file = record.place.file
            n = counts.get(file)
            if n is None:
                n = 0
                heads[file] = record.checklist.place.file
                self._groups.setdefault(heads[file], []).append(file)
                text = record.place.document.text
                if f"{EVIDENCE_FOLDER}/" in text or "\\" in text:
                    named[file] = set()
            counts[file] = n + 1
            self._where[id(record)] = (file, n)
            if file in named:
                named[file].update(references(record.item))
        self._state = {}
        for file, head in heads.items():
            if file in digests and head in digests:
                facts = [repr(ledger.evidence.get(name)) for name in sorted(named.get(file, ()))]
                self._state[file] = _digest(digests[file], digests[head], *facts)

    def recall(
        self, public: bool, subject: Ledger, asked: Sequence[Asked]
    ) -> tuple[dict[int, Record], dict[Hashable, list[Finding]]]:
        """Return the records of `subject` whose files are as they were, and what was found in them, by rules.

        `asked` are the rules that look at each record by itself. A record that parts were withheld of is none
        that a file tells of.
        """
        stamp = self._stamp(asked)
        kept: dict[str, Kept] = {}
        for head, group in self._groups.items():
            old = self._read(_each(public, head))
            if old is not None and old[0] == stamp:
                for file in group:
                    entry: Kept | None = old[1].get(file)
                    if entry is not None and entry[0] == self._state.get(file):
                        kept[file] = entry
        self._kept[public] = kept
        known: dict[int, Record] = {}
        by_file: dict[str, dict[int, Record]] = {}
        unjudged = {file: set(entry[1]) for file, entry in kept.items()}
        for record in subject.records:
            file, n = self._where.get(id(record), ("", 0))
            if file in kept and n not in unjudged[file]:
                known[id(record.place)] = record
                by_file.setdefault(file, {})[n] = record
        found: dict[Hashable, list[Finding]] = {}
        for place, one in enumerate(asked):
            found[one.key] = [
                finding
                for file, records in by_file.items()
                for finding in findings_of(
                    (row for row in kept[file][2][place] if row[0] in records),
                    *(one.rule.code, one.level, records),
                )
            ]
        return known, found

    def note(
        self,
        public: bool,
        subject: Ledger,
        asked: Sequence[Asked],
        found: Mapping[Hashable, Sequence[Finding]],
    ) -> None:
        """Keep what was found in each record of `subject`, in the groups of files where anything is new."""
        kept = self._kept.get(public, {})
        judged: dict[str, dict[int, int]] = {}  # file -> place of a record -> its number
        for record in subject.records:
            file, n = self._where.get(id(record), ("", 0))
            if file in self._state:
                judged.setdefault(file, {})[id(record.place)] = n
        new = {file for file, places in judged.items() if file not in kept or self._more(kept[file], places)}
        told: dict[str, list[list[Finding]]] = {file: [[] for _ in asked] for file in new}
        for place, one in enumerate(asked):
            for finding in found[one.key]:
                file = finding.place.file
                if file in new and id(finding.place) in judged[file]:
                    told[file][place].append(finding)
        stamp = self._stamp(asked)
        for head, group in self._groups.items():
            if new.isdisjoint(group):
                continue
            entries: dict[str, Kept] = {}
            for file in group:
                if file in new:
                    numbers = set(judged[file].values())
                    unjudged = [n for n in range(self._counts[file]) if n not in numbers]
                    made = [rows_of(findings, judged[file]) for findings in told[file]]
                    entries[file] = (self._state[file], unjudged, made)
                elif file in kept:
                    entries[file] = kept[file]
            self._write(_each(public, head), (stamp, entries))

    @staticmethod
    def _more(entry: Kept, places: Mapping[int, int]) -> bool:
        """Tell whether a record is judged now that was not before."""
        return not set(places.values()).isdisjoint(entry[1])

    def _stamp(self, asked: Sequence[Asked]) -> str:
        return _digest(self._shared, *(one.name for one in asked))

    def compared(self, asked: Asked, subject: Ledger) -> list[Finding] | None:
        """Return what a rule found that compares records, where they compare the same; else None."""
        grounds = asked.rule.grounds
        assert grounds is not None
        # Later versions of the format also tell which texts are the same object.
        said = marshal.dumps([grounds(record) for record in subject.records], 2)
        state = self._grounds[asked.name] = hashlib.sha256(said).hexdigest()
        content = self._read(f"compared {asked.name}")
        if content is None or content[0] != state:
            return None
        return list(self._again(asked, subject, content[1], content[2]))

    def note_compared(self, asked: Asked, subject: Ledger, found: Iterable[Finding]) -> None:
        """Keep what such a rule found, after it was asked about with `compared`."""
        numbers = {id(record.place): n for n, record in enumerate(subject.records)}
        read = {record.place.file for record in subject.records}
        digests = {file: digest for file, digest in self.digests.items() if file in read}
        content = (self._grounds[asked.name], digests, rows_of(found, numbers))
        self._write(f"compared {asked.name}", content)

    def keep(self) -> None:
        """Delete what this run neither read nor wrote."""
        self.sealed.keep(self._names)

    # ------------------------------------------------------------------------------------------------------

    def _again(
        self, asked: Asked, subject: Ledger, digests: Mapping[str, str], rows: Iterable[Row]
    ) -> Iterator[Finding]:
        """Yield findings of before, at their places of today, and waived if they are today."""
        same = {file for file, digest in digests.items() if self.digests.get(file) == digest}
        records = subject.records
        code = asked.rule.code
        for n, path, of, words, line, column, facts, item, day, _ in rows:
            record = records[n]
            place = record.place
            if place.file not in same:
                line, column = place.mark(*path, of=of, words=words)  # type: ignore[arg-type]
            told = date.fromordinal(day) if day is not None else None
            diagnostic = Diagnostic(code, asked.level, place.file, line, column, facts, item, told)
            yield Finding(place, path, of, words, diagnostic, record.item.waive.get(code))  # type: ignore[arg-type]

    def _read(self, name: str) -> Any:
        self._names.add(name)
        content = self.sealed.read(name)
        if content is None:
            return None
        found = marshal.loads(content)
        return found[1] if found[0] == _engine() else None

    def _write(self, name: str, content: Any) -> None:
        try:
            packed = marshal.dumps((_engine(), content))
        except ValueError:
            return  # facts of a kind that cannot be kept as they are
        self.sealed.write(name, packed)


def _each(public: bool, head: str) -> str:
    return f"{'public' if public else 'whole'} {head}"


def _shared(ledger: Ledger, settings: Settings) -> str:
    """Return a digest of what all records of a ledger share."""
    units, categories = ledger.units, ledger.categories
    return _digest(
        _engine(),
        str(ledger.today),
        f"{settings.due_soon_days} {settings.stalled_days}",
        repr((units.known, sorted(units.grafted))),
        to_json(units.listed),
        repr(ledger.categories_known),
        to_json(categories),
    )


def _digest(*said: str | bytes) -> str:
    made = hashlib.sha256()
    for one in said:
        raw = one.encode("utf-8", "surrogatepass") if isinstance(one, str) else one
        made.update(b"%d " % len(raw))
        made.update(raw)
    return made.hexdigest()


def _engine() -> str:
    """Return a digest of what judges: our own modules and lists of phrases, and the libraries they ask."""
    return made_by(*_ROOMS, libraries=_LIBRARIES)
