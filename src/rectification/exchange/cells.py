"""Lists of an item as the text of one cell, and back: what was written so is read as the same facts.

A line that goes on with the text above is indented by two blanks. Reading is proved by writing: text is taken
for ours only where the facts read from it make that very text again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from rectification.catalogue import LANGUAGES, read_catalogue
from rectification.ledger import internal_references, references
from rectification.model import Action, DueChange, Feedback, LogEntry, Notice, Record, Visibility, build

if TYPE_CHECKING:
    from rectification.catalogue import Catalogue
    from rectification.model import Item

Facts = dict[str, Any]

_DAY = r"\d{4}-\d{2}-\d{2}"
_REFERENCE = re.compile(r"(?:evidence/|https?:|mailto:)\S+")
_GOES_ON = "  "


def _lines(parts: Iterable[str | None]) -> str:
    return "\n".join(part for part in parts if part)


def _words(parts: Iterable[object]) -> str:
    return " ".join(str(part) for part in parts if part)


def _fold(text: str) -> str:
    return text.replace("\n", f"\n{_GOES_ON}")


def _unfold(lines: Sequence[str]) -> str:
    return "\n".join(line.removeprefix(_GOES_ON) for line in lines)


def actions_text(actions: Iterable[Action], words: Catalogue) -> str:
    """Write actions: a number and the text, below it who, when, with what evidence, for whose eyes."""
    parts = []
    for n, action in enumerate(actions, 1):
        planned = action.due and f"{words.text('ui.planned')} {action.due}"
        actual = f"{words.text('ui.actual')} {action.done}" if action.done else words.text("ui.action_open")
        facts = [action.unit, planned, actual, *_named(action, words), _marked(action, words)]
        parts += [f"{n}. {_fold(action.text)}", _words(facts)]
    return "\n".join(parts)


def read_actions(text: str) -> list[Facts] | None:
    """Return the actions that `actions_text` wrote as `text`, or None where it did not."""
    return _proved(text, _actions, Action, actions_text)


def _actions(lines: Sequence[str], words: Catalogue) -> list[Facts] | None:
    planned, actual, undone = (re.escape(words.text(f"ui.{k}")) for k in ("planned", "actual", "action_open"))
    line_of_facts = re.compile(
        rf"(?:(?P<unit>.+?) )??(?:{planned} (?P<due>{_DAY}) )?"
        rf"(?:{actual} (?P<done>{_DAY})|{undone})(?P<more>(?: \S+)*)"
    )
    found: list[Facts] = []
    for text, rest in _blocks(lines, lambda line: re.match(r"\d+\. ", line) is not None):
        match = line_of_facts.fullmatch(rest[0][0]) if len(rest) == 1 and len(rest[0]) == 1 else None
        if match is None:
            return None
        facts = {"text": _unfold(text).partition(". ")[2], **match.groupdict()}
        mark = words.text("ui.internal_mark")
        more = facts.pop("more").split()
        facts["visibility"] = "internal" if mark in more else None
        facts |= _evidence((name for name in more if name != mark), mark)
        found.append(facts)
    return found


def log_text(log: Iterable[LogEntry], words: Catalogue) -> str:
    """Write log entries: day, status, by whom and whether it is internal, below it the note."""
    parts = []
    reason, mark = words.text("field.reason"), re.escape(words.text("ui.internal_mark"))
    for entry in log:
        head: list[object] = [entry.date, entry.status and words.text(f"status.{entry.status}"), entry.by]
        head += [words.text("ui.sustained") if entry.sustained else None]
        head += [entry.review and f"{words.text('field.review')} {entry.review}"]
        head += [entry.merged_into and f"{words.text('ui.merged_into')} {entry.merged_into}"]
        head += [_marked(entry, words)]
        note = entry.note
        # A note that begins like another part of an entry would be read as that part.
        if note and re.match(rf"{_DAY}|{re.escape(reason)}: |(?:{mark})?{_REFERENCE.pattern}", note):
            note = _GOES_ON + note
        why = entry.reason and f"{reason}: {_fold(entry.reason)}"
        parts.append(_lines([_words(head), note and _fold(note), why, *_named(entry, words)]))
    return "\n".join(parts)


def read_log(text: str) -> list[Facts] | None:
    """Return the log that `log_text` wrote as `text`, or None where it did not."""
    return _proved(text, _log, LogEntry, log_text)


def _log(lines: Sequence[str], words: Catalogue) -> list[Facts] | None:
    statuses = {word: code for code, word in words.section("status").items()}
    sustained, merged = re.escape(words.text("ui.sustained")), re.escape(words.text("ui.merged_into"))
    mark = words.text("ui.internal_mark")
    head_form = re.compile(
        rf"(?P<date>{_DAY})(?: (?P<status>{'|'.join(map(re.escape, statuses))}))?(?: (?P<by>.+?))??"
        rf"(?: (?P<sustained>{sustained}))?(?: {re.escape(words.text('field.review'))} (?P<review>{_DAY}))?"
        rf"(?: {merged} (?P<merged_into>\S+))?(?: (?P<visibility>{re.escape(mark)}))?"
    )
    reason = f"{words.text('field.reason')}: "
    found: list[Facts] = []
    for head, rest in _blocks(lines, lambda line: re.match(_DAY, line) is not None):
        match = head_form.fullmatch(head[0])
        if match is None:
            return None
        facts: Facts = match.groupdict()
        facts["status"] = statuses.get(facts["status"])
        facts["sustained"] = bool(facts["sustained"])
        facts["visibility"] = "internal" if facts["visibility"] else None
        facts["note"] = _unfold(head[1:]) or None
        names = []
        for part in rest:
            if part[0].startswith(reason):
                facts["reason"] = _unfold(part).removeprefix(reason)
            elif _REFERENCE.fullmatch(part[0].removeprefix(mark)):
                names.append(part[0])
            elif facts["note"] is None:
                facts["note"] = _unfold(part)
            else:
                return None
        found.append(facts | _evidence(names, mark))
    return found


def _named(part: Action | LogEntry, words: Catalogue) -> list[str]:
    """Return the evidence of an action or an entry, what is internal of it marked."""
    return [*part.evidence, *map(words.mark, part.internal_evidence)]


def _marked(part: Action | LogEntry, words: Catalogue) -> str | None:
    return words.text("ui.internal_mark") if part.visibility == "internal" else None


def _evidence(names: Iterable[str], mark: str) -> Facts:
    """Return what `_named` wrote as the facts it was made of."""
    found: Facts = {"evidence": [], "internal_evidence": []}
    for name in names:
        key = "internal_evidence" if name.startswith(mark) else "evidence"
        found[key].append(name.removeprefix(mark))
    return found


def read_mark(text: str) -> tuple[str, Visibility]:
    """Return a text that `Catalogue.mark` may have marked, without its mark, and who may see it."""
    for words in _catalogues():
        if text.startswith(mark := words.text("ui.internal_mark")):
            return text.removeprefix(mark).lstrip(), "internal"
    return text, "public"


def evidence_names(item: Item, words: Catalogue) -> tuple[str, ...]:
    """Return every piece of evidence of an item once, marked where only internal parts name it."""
    inside = internal_references(item)
    names = dict.fromkeys(references(item))
    return tuple(words.mark(name) if name in inside else name for name in names)


def due_changes_text(changes: Iterable[DueChange], words: Catalogue) -> str:
    """Write the moves of a due date: when and from what to what, below it why."""
    return "\n".join(
        _lines([f"{c.on}: {c.from_} → {c.to}", _fold(_words([c.by, c.reason]))]) for c in changes
    )


def read_due_changes(text: str) -> list[Facts] | None:
    """Return the moves `due_changes_text` wrote as `text`; who decided stays part of the reason."""
    return _proved(text, _due_changes, DueChange, due_changes_text)


def _due_changes(lines: Sequence[str], words: Catalogue) -> list[Facts] | None:
    form = re.compile(rf"(?P<on>{_DAY}): (?P<from>{_DAY}) → (?P<to>{_DAY})")
    found: list[Facts] = []
    for head, rest in _blocks(lines, lambda line: form.fullmatch(line) is not None):
        match = form.fullmatch(head[0])
        if match is None or len(rest) != 1:
            return None
        found.append({**match.groupdict(), "reason": _unfold(rest[0])})
    return found


def feedback_text(feedback: Feedback | None, words: Catalogue) -> str:
    """Write public judgement: how many of how many, and when."""
    if feedback is None:
        return ""
    # Halves are rounded up, as in the browser's export.
    percent = int(100 * feedback.satisfied / feedback.total + 0.5) if feedback.total else 0
    facts = {"satisfied": feedback.satisfied, "total": feedback.total, "percent": percent}
    return f"{words.text('ui.feedback', **facts)} {feedback.date}"


def read_feedback(text: str) -> Facts | None:
    """Return the judgement `feedback_text` wrote as `text`, or None where it did not."""

    def one(lines: Sequence[str], words: Catalogue) -> list[Facts] | None:
        form = re.escape(words.text("ui.feedback", satisfied="@S", total="@T", percent="@P"))
        for mark, pattern in (
            ("@S", r"(?P<satisfied>\d+)"),
            ("@T", r"(?P<total>\d+)"),
            ("@P", r"\d+"),
        ):
            form = form.replace(re.escape(mark), pattern)
        match = re.fullmatch(rf"{form} (?P<date>{_DAY})", "\n".join(lines))
        return [match.groupdict()] if match else None

    found = _proved(text, one, Feedback, lambda records, words: feedback_text(next(iter(records)), words))
    return found[0] if found else None


def notice_text(notice: Notice | None, words: Catalogue) -> str:
    """Write a public-notice window: from when to when, and where objections go."""
    return _words([f"{notice.from_} – {notice.to}", notice.contact]) if notice else ""


def read_notice(text: str) -> Facts | None:
    """Return the window `notice_text` wrote as `text`, or None where it did not."""

    def one(lines: Sequence[str], words: Catalogue) -> list[Facts] | None:
        match = re.fullmatch(rf"(?P<from>{_DAY}) – (?P<to>{_DAY})(?: (?P<contact>.+))?", "\n".join(lines))
        return [match.groupdict()] if match else None

    found = _proved(text, one, Notice, lambda records, words: notice_text(next(iter(records)), words))
    return found[0] if found else None


def extra_text(extra: Mapping[str, str]) -> str:
    """Write free facts, a line each."""
    return "\n".join(f"{key}: {_fold(value)}" for key, value in extra.items())


def read_extra(text: str) -> dict[str, str] | None:
    """Return the free facts `extra_text` wrote as `text`, or None where it did not."""
    found: dict[str, str] = {}
    for lines, rest in _blocks(text.split("\n"), lambda line: re.match(r"\S[^:]*: ", line) is not None):
        key, mark, value = _unfold(lines).partition(": ")
        if rest or not mark or key in found:
            return None
        found[key] = value
    return found if found and _trimmed(extra_text(found)) == _trimmed(text) else None


Lines = list[str]


def _blocks(lines: Sequence[str], begins: Callable[[str], bool]) -> Iterable[tuple[Lines, list[Lines]]]:
    """Yield each entry: its first part and those after it; a part is a line and those that go on with it."""
    entry: list[Lines] = []
    for line in lines:
        if entry and (line.startswith(_GOES_ON) or not line):
            entry[-1].append(line)
        elif begins(line) and entry:
            yield entry[0], entry[1:]
            entry = [[line]]
        else:
            entry.append([line])
    if entry:
        yield entry[0], entry[1:]


@cache
def _catalogues() -> tuple[Catalogue, ...]:
    """Return every language's words, read once: a workbook has thousands of cells to compare with them."""
    return tuple(map(read_catalogue, LANGUAGES))


def _proved(
    text: str,
    read: Callable[[Sequence[str], Catalogue], list[Facts] | None],
    kind: type[Record],
    write: Callable[[Any, Catalogue], str],
) -> list[Facts] | None:
    """Read `text` in each language's words; keep what writes `text` again."""
    for words in _catalogues():
        found = read(text.split("\n"), words)
        if not found:
            continue
        facts = [{k: v for k, v in each.items() if v not in (None, [], False)} for each in found]
        records = [build(kind, each)[0] for each in facts]
        if None not in records and _trimmed(write(records, words)) == _trimmed(text):
            return facts
    return None


def _trimmed(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.split("\n"))
