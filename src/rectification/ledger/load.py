"""From a folder of YAML to a ledger: read, type, index, derive. Every mistake of every file is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from rectification.diagnostic import Diagnostic, nearest
from rectification.ledger.evidence import inspect
from rectification.ledger.ledger import Checklist, Ledger, Record
from rectification.ledger.pages import suspect_pages
from rectification.ledger.place import Place
from rectification.ledger.query import faults
from rectification.ledger.state import derive
from rectification.ledger.stray import stray
from rectification.ledger.units import Units
from rectification.ledger.visibility import references
from rectification.model import (
    CategoriesFile,
    Category,
    Header,
    Item,
    RequestsFile,
    Unit,
    UnitsFile,
    build,
)
from rectification.model import Record as Model
from rectification.profile import ReportsFile
from rectification.settings import ENDINGS, EVIDENCE_FOLDER, HEADER_FILE
from rectification.source import Document, parse, read

if TYPE_CHECKING:
    from datetime import date

    from rectification.settings import Settings


_MAX_UNKNOWN = 50  # keys told of at the top of one file: past that it is no checklist

Built = TypeVar("Built", bound=Model)


@dataclass
class Loading:
    """What came of loading: the ledger as far as it could be read, the mistakes, the texts for excerpts.

    `edits` are texts that stand for what the files of those names hold, or for files still to be made.
    """

    ledger: Ledger
    diagnostics: list[Diagnostic] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    tell: Callable[[str], None] | None = None
    edits: Mapping[str, str] = field(default_factory=dict)


def load(
    settings: Settings,
    today: date,
    tell: Callable[[str], None] | None = None,
    edits: Mapping[str, str] | None = None,
) -> Loading:
    """Load all checklists of a site as they stand on `today`. Bad input becomes diagnostics.

    `tell` is called with the name of each file once it is read. `edits` maps names of files (as
    `Settings.name_of` gives them) to texts read in their place.
    """
    loading = Loading(Ledger(today), tell=tell, edits=edits or {})
    loading.diagnostics += stray(settings)
    if not settings.checklists.is_dir():
        name = settings.name_of(settings.checklists)
        loading.diagnostics.append(Diagnostic("Y027", "error", name, 1, 1, {"found": name}))
        return loading
    ledger = _vocabularies(settings, loading)
    checklists: list[Checklist] = []
    records: list[Record] = []
    for checklist, items in _checklists(settings, loading):
        checklists.append(checklist)
        for item, place in items:
            state = derive(
                item, today, due_soon_days=settings.due_soon_days, stalled_days=settings.stalled_days
            )
            records.append(Record(item, checklist, place, state, ledger.units.canonical(item.unit)))
    names = {name for r in records for name in references(r.item) if name.startswith(f"{EVIDENCE_FOLDER}/")}
    evidence = {name: inspect(settings.checklists, name) for name in sorted(names)}
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


def _vocabularies(settings: Settings, loading: Loading) -> Ledger:
    ledger = replace(loading.ledger, units=Units((), known=False))
    for path in _yaml_files(settings.checklists, settings, loading):
        if not path.name.startswith("_"):
            continue
        file = settings.name_of(path)
        if path.stem not in VOCABULARIES:
            facts = {"found": path.stem, "nearest": nearest(path.stem, VOCABULARIES)}
            facts["known"] = ", ".join(f"{name}.yml" for name in VOCABULARIES)
            loading.diagnostics.append(Diagnostic("M017", "error", file, 1, 1, facts))
            continue
        document = _document(path, file, loading)
        if document is None:
            continue
        ledger = _VOCABULARY_OF[path.stem](ledger, document, loading)
    return ledger


def _units(ledger: Ledger, document: Document, loading: Loading) -> Ledger:
    found = _build(UnitsFile, document.value, Place(document), loading)
    if found is None:
        return ledger
    return replace(ledger, units=Units(found.units, _places(document, "units", found.units)))


def _categories(ledger: Ledger, document: Document, loading: Loading) -> Ledger:
    found = _build(CategoriesFile, document.value, Place(document), loading)
    if found is None:
        return ledger
    places = _places(document, "categories", found.categories)
    return replace(ledger, categories=found.categories, category_places=places, categories_known=True)


def _requests(ledger: Ledger, document: Document, loading: Loading) -> Ledger:
    found = _build(RequestsFile, document.value, Place(document), loading)
    if found is None:
        return ledger
    places = _places(document, "requests", found.requests)
    return replace(ledger, requests=found.requests, request_places=places)


def _reports(ledger: Ledger, document: Document, loading: Loading) -> Ledger:
    found = _build(ReportsFile, document.value, Place(document), loading)
    if found is None:
        return ledger
    return replace(ledger, profiles=found.reports, profile_places=_places(document, "reports", found.reports))


def _places(document: Document, key: str, listed: Sequence[object]) -> tuple[Place, ...]:
    return tuple(Place(document, (key, n)) for n in range(len(listed)))


_VOCABULARY_OF: Mapping[str, Callable[[Ledger, Document, Loading], Ledger]] = {
    "_units": _units,
    "_categories": _categories,
    "_requests": _requests,
    "_reports": _reports,
}
VOCABULARIES = tuple(_VOCABULARY_OF)

Items = list[tuple[Item, Place]]


def _checklists(settings: Settings, loading: Loading) -> Iterator[tuple[Checklist, Items]]:
    """Yield each checklist with its items, in the order of their slugs."""
    files = [
        path for path in _yaml_files(settings.checklists, settings, loading) if not path.name.startswith("_")
    ]
    folders = [path for path in settings.checklists.iterdir() if _is_checklist(path)]
    for path in sorted([*files, *folders], key=lambda path: (path.stem, path.name)):
        found = _folder(path, settings, loading) if path in folders else _file(path, settings, loading)
        if found is not None:
            yield found


def _file(path: Path, settings: Settings, loading: Loading) -> tuple[Checklist, Items] | None:
    """Read a checklist kept in one file: its header and the list of its items."""
    document = _document(path, settings.name_of(path), loading)
    if document is None:
        return None
    place = Place(document)
    _refuse_other_keys(document, ("checklist", "items"), loading)
    header = _header(document, loading)
    items: Items = []
    listed = document.value.get("items")
    if isinstance(listed, list):
        for index, value in enumerate(listed):
            where = Place(document, ("items", index))
            item = _build(Item, value, where, loading)
            if item is not None:
                items.append((item, where))
    elif listed is not None:
        kind = "mapping" if isinstance(listed, dict) else "text"
        _report("M012", place, ("items",), loading, field="items", kind=kind, expected_kind="list")
    return (Checklist(path.stem, header, place), items) if header is not None else None


def _folder(path: Path, settings: Settings, loading: Loading) -> tuple[Checklist, Items] | None:
    """Read a checklist kept as a folder: `checklist.yml` and one file an item."""
    head: tuple[Header, Place] | None = None
    items: Items = []
    files = _yaml_files(path, settings, loading)
    if not any(file.stem == HEADER_FILE for file in files):
        name = settings.name_of(path)
        loading.diagnostics.append(Diagnostic("M018", "error", name, 1, 1, {"found": name}))
    for file in files:
        document = _document(file, settings.name_of(file), loading)
        if document is None:
            continue
        if file.stem == HEADER_FILE:
            _refuse_other_keys(document, ("checklist",), loading)
            header = _header(document, loading)
            head = (header, Place(document)) if header is not None else None
        else:
            item = _build(Item, document.value, Place(document), loading)
            if item is not None:
                items.append((item, Place(document)))
    return (Checklist(path.name, *head), items) if head is not None else None


def _yaml_files(folder: Path, settings: Settings, loading: Loading | None = None) -> list[Path]:
    edited = {settings.root / name for name in loading.edits} if loading is not None else set()
    return sorted(
        path
        for path in {*folder.iterdir(), *(path for path in edited if path.parent == folder)}
        if path.suffix in ENDINGS and not path.name.startswith(".") and not path.is_dir()
    )


def _document(path: Path, file: str, loading: Loading) -> Document | None:
    if file in loading.edits:
        text = loading.edits[file]
        document, diagnostics = parse(text, file)
    else:
        document, text, diagnostics = read(path, file)
    loading.texts[file] = text
    loading.diagnostics += diagnostics
    if loading.tell is not None:
        loading.tell(file)
    return document


def _header(document: Document, loading: Loading) -> Header | None:
    place = Place(document, ("checklist",))
    if "checklist" not in document.value:
        _report("M001", Place(document), (), loading, field="checklist")
        return None
    return _build(Header, document.value["checklist"], place, loading)


def _refuse_other_keys(document: Document, known: tuple[str, ...], loading: Loading) -> None:
    unknown = [key for key in document.value if key not in known]
    for key in unknown[:_MAX_UNKNOWN]:
        mark = document.mark((key,), "key")
        facts = {"found": key, "nearest": nearest(key, known), "known": ", ".join(known)}
        loading.diagnostics.append(Diagnostic("M002", "error", document.file, *mark, facts))


def _build(kind: type[Built], value: object, place: Place, loading: Loading) -> Built | None:
    record, mistakes = build(kind, value)
    identifier = value.get("id") if isinstance(value, dict) else None
    for mistake in mistakes:
        mark = place.mark(*mistake.path, of=mistake.of)
        item = identifier if isinstance(identifier, str) else ""
        loading.diagnostics.append(Diagnostic(mistake.code, "error", place.file, *mark, mistake.facts, item))
    return record


def _report(code: str, place: Place, path: tuple[str | int, ...], loading: Loading, **facts: object) -> None:
    loading.diagnostics.append(Diagnostic(code, "error", place.file, *place.mark(*path), facts))


def _units_of(records: Iterable[Record]) -> Units:
    """Without a vocabulary every name an item uses is a unit of its own."""
    names = sorted({record.unit for record in records})
    return Units(tuple(Unit(name=name) for name in names), known=False)
