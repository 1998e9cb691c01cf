"""From a folder of YAML to a ledger: read, type, index, derive. Every mistake of every file is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from rectification.diagnostic import Diagnostic, nearest
from rectification.ledger.ledger import Checklist, Ledger, Record
from rectification.ledger.pages import suspect_pages
from rectification.ledger.place import Place
from rectification.ledger.query import faults
from rectification.ledger.reading import Reading
from rectification.ledger.readings import Readings
from rectification.ledger.state import derive
from rectification.ledger.stray import stray
from rectification.ledger.units import Units
from rectification.ledger.visibility import references
from rectification.model import CategoriesFile, Category, Header, RequestsFile, Unit, UnitsFile
from rectification.profile import ReportsFile
from rectification.settings import ENDINGS, EVIDENCE_FOLDER, HEADER_FILE

if TYPE_CHECKING:
    from datetime import date

    from rectification.ledger.reading import Kind
    from rectification.settings import Settings

Vocabulary = Literal["_units", "_categories", "_requests", "_reports"]


@dataclass
class Loading:
    """What came of loading: the ledger as far as it could be read, the mistakes, the texts for excerpts."""

    ledger: Ledger
    diagnostics: list[Diagnostic] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Reader:
    """What reading a file takes, and where what was read goes."""

    settings: Settings
    loading: Loading
    readings: Readings
    tell: Callable[[str], None] | None
    edits: Mapping[str, str]
    lean: bool
    told: set[str] = field(default_factory=set)  # of the files that were read ahead

    @contextmanager
    def group(self, path: Path) -> Iterator[Callable[[Path, Kind], Reading]]:
        """Yield what reads the files that are kept together under the name of `path`."""
        group = self.readings.group(self.settings.name_of(path))

        def read(path: Path, kind: Kind) -> Reading:
            reading = group.read(path, self.settings.name_of(path), kind, self.edits, lean=self.lean)
            self.loading.texts[reading.file] = reading.text
            self.loading.diagnostics += reading.diagnostics
            if self.tell is not None and reading.file not in self.told:
                self.tell(reading.file)
            return reading

        yield read
        group.close()


def load(
    settings: Settings,
    today: date,
    tell: Callable[[str], None] | None = None,
    edits: Mapping[str, str] | None = None,
    readings: Readings | None = None,
    *,
    lean: bool = False,
) -> Loading:
    """Load all checklists of a site as they stand on `today`. Bad input becomes diagnostics.

    `tell` is called with the name of each file once it is read. `edits` maps names of files (as
    `Settings.name_of` gives them) to texts read in their place. Of files that `readings` know nothing is
    read again, and their records are the same objects as long as nothing that they say changes. A `lean`
    ledger takes a quarter less memory: a place in it, or what was written there, takes another reading.
    """
    loading = Loading(Ledger(today))
    loading.diagnostics += stray(settings)
    if not settings.checklists.is_dir():
        name = settings.name_of(settings.checklists)
        loading.diagnostics.append(Diagnostic("Y027", "error", name, 1, 1, {"found": name}))
        return loading
    readings = readings if readings is not None else Readings()
    reader = _Reader(settings, loading, readings, tell, edits or {}, lean)
    readings.begin()
    ledger = _vocabularies(Ledger(today, units=Units((), known=False)), reader)
    checklists: list[Checklist] = []
    records: list[Record] = []
    names: set[str] = set()
    for checklist, read in _checklists(reader):
        checklists.append(checklist)
        for reading in read:
            records += _records(reading, checklist, ledger, reader)
            names |= readings.derived(reading, "evidence", None, partial(_named, reading))
    readings.end()
    evidence = {name: readings.evidence(settings.checklists, name) for name in sorted(names)}
    if not ledger.units.known:
        ledger = replace(ledger, units=_units_of(records))
    if not ledger.categories_known:
        used = sorted({record.item.category for record in records if record.item.category})
        ledger = replace(ledger, categories=tuple(Category(name=name) for name in used))
    pages = tuple(suspect_pages(settings))
    loading.texts |= {page.file: page.text for page in pages}
    loading.ledger = replace(
        ledger, checklists=tuple(checklists), records=tuple(records), evidence=evidence, pages=pages
    )
    _conditions(loading)
    return loading


def _records(reading: Reading, checklist: Checklist, ledger: Ledger, reader: _Reader) -> tuple[Record, ...]:
    """Return the records of the items of one file."""
    due_soon, stalled = reader.settings.due_soon_days, reader.settings.stalled_days
    units = ledger.units

    def make() -> tuple[Record, ...]:
        return tuple(
            Record(
                item,
                checklist,
                place,
                derive(item, ledger.today, due_soon_days=due_soon, stalled_days=stalled),
                units.canonical(item.unit),
            )
            for item, place in reading.items
        )

    of = (checklist, ledger.today, due_soon, stalled, _Same(units) if units.known else None)
    return reader.readings.derived(reading, "records", of, make)


@dataclass(frozen=True, eq=False)
class _Same:
    """A thing that is equal to itself alone."""

    thing: object

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.thing is self.thing

    def __hash__(self) -> int:
        return id(self.thing)


def _named(reading: Reading) -> frozenset[str]:
    """Return the names of the files that items of a reading name as evidence."""
    # Nearly all files of a large ledger name none: to ask every item takes as long as to derive its state.
    if f"{EVIDENCE_FOLDER}/" not in reading.text and "\\" not in reading.text:
        return frozenset()
    named = (name for item, _ in reading.items for name in references(item))
    return frozenset(name for name in named if name.startswith(f"{EVIDENCE_FOLDER}/"))


def _conditions(loading: Loading) -> None:
    """Report what the profiles' queries name that is not in the ledger; not of one read only in part."""
    if any(d.severity == "error" for d in loading.diagnostics):
        return
    ledger = loading.ledger
    for profile, place in zip(ledger.profiles, ledger.profile_places, strict=True):
        for mistake in faults(ledger, profile.where):
            mark = place.mark("where", *mistake.path, of=mistake.of)
            loading.diagnostics.append(Diagnostic(mistake.code, "error", place.file, *mark, mistake.facts))


def yaml_files(settings: Settings) -> Iterator[Path]:
    """Yield the files that loading reads, in no promised order."""
    if settings.checklists.is_dir():
        folders = [path for path in settings.checklists.iterdir() if _is_checklist(path)]
        for folder in (settings.checklists, *folders):
            yield from _yaml_files(folder, settings)


def _is_checklist(path: Path) -> bool:
    """Tell whether `path` is a folder that holds a checklist."""
    return path.is_dir() and not path.name.startswith((".", "_")) and path.name != EVIDENCE_FOLDER


def _vocabularies(ledger: Ledger, reader: _Reader) -> Ledger:
    settings, loading = reader.settings, reader.loading
    for path in _yaml_files(settings.checklists, settings, reader.edits):
        if not path.name.startswith("_"):
            continue
        file = settings.name_of(path)
        kind = next((name for name in VOCABULARIES if name == path.stem), None)
        if kind is None:
            facts = {"found": path.stem, "nearest": nearest(path.stem, VOCABULARIES)}
            facts["known"] = ", ".join(f"{name}.yml" for name in VOCABULARIES)
            loading.diagnostics.append(Diagnostic("M017", "error", file, 1, 1, facts))
            continue
        with reader.group(path) as read:
            reading = read(path, kind)
        if reading.head is not None:
            ledger = _VOCABULARY_OF[kind](ledger, reading, reader.readings)
    return ledger


def _units(ledger: Ledger, reading: Reading, readings: Readings) -> Ledger:
    found = reading.head
    assert isinstance(found, UnitsFile)
    places = _places(reading, "units", found.units)
    units = readings.derived(reading, "units", None, lambda: Units(found.units, places))
    return replace(ledger, units=units)


def _categories(ledger: Ledger, reading: Reading, _: Readings) -> Ledger:
    found = reading.head
    assert isinstance(found, CategoriesFile)
    places = _places(reading, "categories", found.categories)
    return replace(ledger, categories=found.categories, category_places=places, categories_known=True)


def _requests(ledger: Ledger, reading: Reading, _: Readings) -> Ledger:
    found = reading.head
    assert isinstance(found, RequestsFile)
    return replace(
        ledger, requests=found.requests, request_places=_places(reading, "requests", found.requests)
    )


def _reports(ledger: Ledger, reading: Reading, _: Readings) -> Ledger:
    found = reading.head
    assert isinstance(found, ReportsFile)
    return replace(ledger, profiles=found.reports, profile_places=_places(reading, "reports", found.reports))


def _places(reading: Reading, key: str, listed: Sequence[object]) -> tuple[Place, ...]:
    assert reading.document is not None
    return tuple(Place(reading.document, (key, n)) for n in range(len(listed)))


_VOCABULARY_OF: Mapping[Vocabulary, Callable[[Ledger, Reading, Readings], Ledger]] = {
    "_units": _units,
    "_categories": _categories,
    "_requests": _requests,
    "_reports": _reports,
}
VOCABULARIES = tuple(_VOCABULARY_OF)


def _checklists(reader: _Reader) -> Iterator[tuple[Checklist, list[Reading]]]:
    """Yield each checklist with the readings that hold its items, in the order of their slugs."""
    settings = reader.settings
    files = [
        path
        for path in _yaml_files(settings.checklists, settings, reader.edits)
        if not path.name.startswith("_")
    ]
    folders = [path for path in settings.checklists.iterdir() if _is_checklist(path)]
    _read_ahead(files, folders, reader)
    for path in sorted([*files, *folders], key=lambda path: (path.stem, path.name)):
        found = _folder(path, reader) if path in folders else _file(path, reader)
        if found is not None:
            yield found


def _read_ahead(files: Iterable[Path], folders: Iterable[Path], reader: _Reader) -> None:
    """Have the files of checklists read on two processes, where they are many."""
    settings = reader.settings
    listed: dict[Path, list[tuple[Path, Kind]]] = {path: [(path, "checklist")] for path in files}
    for folder in folders:
        inside = _yaml_files(folder, settings)
        listed[folder] = [(file, "header" if file.stem == HEADER_FILE else "item") for file in inside]
    groups: dict[str, list[tuple[Path, str, Kind]]] = {}
    for path, kinds in listed.items():
        named = [(file, settings.name_of(file), kind) for file, kind in kinds]
        groups[settings.name_of(path)] = [one for one in named if one[1] not in reader.edits]
    reader.told.update(reader.readings.read_ahead(groups, lean=reader.lean, tell=reader.tell))


def _file(path: Path, reader: _Reader) -> tuple[Checklist, list[Reading]] | None:
    """Read a checklist kept in one file: its header and the list of its items."""
    with reader.group(path) as read:
        reading = read(path, "checklist")
    checklist = _checklist(path.stem, reading, reader)
    return (checklist, [reading]) if checklist is not None else None


def _folder(path: Path, reader: _Reader) -> tuple[Checklist, list[Reading]] | None:
    """Read a checklist kept as a folder: `checklist.yml` and one file an item."""
    head: Reading | None = None
    items: list[Reading] = []
    files = _yaml_files(path, reader.settings, reader.edits)
    if not any(file.stem == HEADER_FILE for file in files):
        name = reader.settings.name_of(path)
        reader.loading.diagnostics.append(Diagnostic("M018", "error", name, 1, 1, {"found": name}))
    with reader.group(path) as read:
        for file in files:
            if file.stem != HEADER_FILE:
                items.append(read(file, "item"))
            elif (found := read(file, "header")).document is not None:
                head = found
    checklist = _checklist(path.name, head, reader) if head is not None else None
    return (checklist, items) if checklist is not None else None


def _checklist(slug: str, head: Reading, reader: _Reader) -> Checklist | None:
    """Return the checklist whose header stands in a reading; None where none could be typed."""
    header, document = head.head, head.document
    if not isinstance(header, Header) or document is None:
        return None
    return reader.readings.derived(head, "checklist", None, lambda: Checklist(slug, header, Place(document)))


def _yaml_files(folder: Path, settings: Settings, edits: Mapping[str, str] | None = None) -> list[Path]:
    edited = {settings.root / name for name in edits or ()}
    return sorted(
        path
        for path in {*folder.iterdir(), *(path for path in edited if path.parent == folder)}
        if path.suffix in ENDINGS and not path.name.startswith(".") and not path.is_dir()
    )


def _units_of(records: Iterable[Record]) -> Units:
    """Without a vocabulary every name an item uses is a unit of its own."""
    names = sorted({record.unit for record in records})
    return Units(tuple(Unit(name=name) for name in names), known=False)
