"""Days as ledgers write them. A reading that adds something to what stands there says what it added."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import isfinite
from typing import Literal

Assumed = Literal["", "serial", "month_end", "month_start", "period", "year", "before", "range"]
Role = Literal["start", "end"]

_SERIALS = range(20_000, 80_000)  # 1954 to 2119 as a spreadsheet counts days
_MONTHS = {
    name: n
    for n, names in enumerate(
        [
            "jan january",
            "feb february",
            "mar march",
            "apr april",
            "may",
            "jun june",
            "jul july",
            "aug august",
            "sep sept september",
            "oct october",
            "nov november",
            "dec december",
        ],
        1,
    )
    for name in names.split()
}
_FULL = re.compile(
    r"(\d{4})\s*(?:年|[-/.])\s*(\d{1,2})\s*(?:月|[-/.])\s*(\d{1,2})\s*[日号]?"
    r"(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
)
_MONTH = re.compile(r"(\d{4})\s*(?:年\s*(\d{1,2})\s*月|[-/.](\d{1,2}))\s*(份|底|末|初|上旬|中旬|下旬)?")
_YEAR = re.compile(r"(\d{4})\s*年?\s*(底|末|上半年|下半年|第?[一二三四1-4]季度)")
_DAY = re.compile(r"(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]?")
_BARE_MONTH = re.compile(r"(\d{1,2})\s*月\s*(份|底|末|初|上旬|中旬|下旬)?")
_ENGLISH = re.compile(
    r"(?:(\d{1,2})(?:st|nd|rd|th)?[ -])?([a-z]{3,9})\.?[ -](?:(\d{1,2})(?:st|nd|rd|th)?,? )?(\d{4})"
)
_SLASHED = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_BEFORE = re.compile(r"(之前|以前|底前|前|之内|内|前完成|完成)$")
_SPAN = re.compile(r"\s*(?:—+|–|~|至|到|\bto\b| - )\s*")
_INSIDE = re.compile(r"\d{4}\s*(?:年|[-/.])\s*\d{1,2}\s*(?:月|[-/.])\s*\d{1,2}\s*日?")


@dataclass(frozen=True, slots=True)
class Reading:
    """A day, and what was assumed to have it."""

    day: date
    assumed: Assumed = ""


def read_day(
    value: object, role: Role = "end", near: date | None = None, epoch: date = date(1899, 12, 30)
) -> Reading | None:
    """Read one cell as a day, or None where it is none beyond doubt.

    `role` tells which end of a month or span is meant; `near` is the day a date without a year belongs to;
    `epoch` is the day a spreadsheet counts from.
    """
    if isinstance(value, datetime):
        return Reading(value.date())
    if isinstance(value, date):
        return Reading(value)
    if isinstance(value, int | float):
        serial = int(value) if isfinite(value) else 0
        if serial in _SERIALS:
            return Reading(epoch + timedelta(serial), "serial")
        return _text(str(serial), role, near) if serial == value else None
    text = unicodedata.normalize("NFKC", str(value)).strip(" \n\t。；;,，()（）")
    found = _text(text, role, near)
    if found is None and re.fullmatch(r"\d{5}", text) and int(text) in _SERIALS:
        found = Reading(epoch + timedelta(int(text)), "serial")
    return found


def day_within(text: str) -> date | None:
    """Return the one whole day that a sentence names, or None where it names none or several."""
    days = {_text(m.group(), "end", None) for m in _INSIDE.finditer(unicodedata.normalize("NFKC", text))}
    found = {reading.day for reading in days if reading is not None}
    return found.pop() if len(found) == 1 else None


def _text(text: str, role: Role, near: date | None) -> Reading | None:
    ends = _SPAN.split(text)
    if len(ends) == 2 and all(ends):
        first = _text(ends[0], "start", near)
        last = _text(ends[1], "end", first.day if first else near)
        chosen = first if role == "start" else last
        return Reading(chosen.day, "range") if first and last and chosen else None
    before = _BEFORE.search(text)
    if before and not re.search(r"[年月]底前$", text):
        found = _text(text[: before.start()].strip(), role, near)
        return Reading(found.day, found.assumed or "before") if found else None
    text = text.removesuffix("前") if before else text
    if match := _FULL.fullmatch(text) or re.fullmatch(r"(\d{4})(\d{2})(\d{2})", text):
        return _whole(int(match[1]), int(match[2]), int(match[3]))
    if match := _MONTH.fullmatch(text):
        return _of_month(int(match[1]), int(match[2] or match[3]), match[4], role)
    if match := _YEAR.fullmatch(text):
        month = {"底": 12, "末": 12, "上半年": 6, "下半年": 12}.get(match[2])
        if month is None:
            month = 3 * ("一二三四1234".index(match[2].removeprefix("第")[0]) % 4 + 1)
        return _of_month(int(match[1]), month, "末", role, "period")
    if match := _ENGLISH.fullmatch(text.lower()):
        month, day = _MONTHS.get(match[2]), match[1] or match[3]
        if month is None:
            return None
        return _whole(int(match[4]), month, int(day)) if day else _of_month(int(match[4]), month, None, role)
    if match := _SLASHED.fullmatch(text):
        # 03/04/2020 is a day in March or one in April: only a number above twelve tells which.
        one, two = int(match[1]), int(match[2])
        if one > 12 or two > 12 or one == two:
            return _whole(int(match[3]), *((two, one) if one > 12 else (one, two)))
        return None
    return _without_year(text, role, near) if near else None


def _without_year(text: str, role: Role, near: date) -> Reading | None:
    for year in (near.year, near.year + 1):
        found = None
        if match := _DAY.fullmatch(text):
            found = _whole(year, int(match[1]), int(match[2]))
        elif match := _BARE_MONTH.fullmatch(text):
            found = _of_month(year, int(match[1]), match[2], role)
        # A due date before the day the problem was found belongs to the next year.
        if found and (role == "start" or found.day >= near or year > near.year):
            return Reading(found.day, "year")
    return None


def _whole(year: int, month: int, day: int) -> Reading | None:
    try:
        return Reading(date(year, month, day))
    except ValueError:
        return None


def _of_month(
    year: int, month: int, part: str | None, role: Role, assumed: Assumed | None = None
) -> Reading | None:
    if not (1 <= month <= 12 and 1900 <= year <= 2200):
        return None
    last = monthrange(year, month)[1]
    days = {"初": 10, "上旬": 10, "中旬": 20, "下旬": last, "底": last, "末": last}
    day = days.get(part or "", 1 if role == "start" else last)
    how: Assumed = "month_end" if day == last else "month_start" if day == 1 else "period"
    return Reading(date(year, month, day), assumed or how)
