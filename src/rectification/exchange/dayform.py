"""Days in the form a report wants them: `YYYY年M月D日`, `YYYY.MM.DD`, `M/D`; and back."""

from __future__ import annotations

import re
from datetime import date
from functools import cache

from rectification.profile import DAY_TOKEN

_PARTS = {"YYYY": r"(?P<y>\d{4})", "YY": r"(?P<s>\d{2})", "MM": r"(?P<m>\d{2})", "M": r"(?P<m>\d{1,2})",
          "DD": r"(?P<d>\d{2})", "D": r"(?P<d>\d{1,2})"}  # fmt: skip


def write_day(day: date, form: str) -> str:
    """Return `day` in a form; everything in it but its tokens stands as it is."""
    values = {
        "YYYY": f"{day.year:04}",
        "YY": f"{day.year % 100:02}",
        "MM": f"{day.month:02}",
        "M": str(day.month),
        "DD": f"{day.day:02}",
        "D": str(day.day),
    }
    return DAY_TOKEN.sub(lambda match: values[match[0]], form)


def read_day_as(text: str, form: str) -> date | None:
    """Return the day that `write_day` wrote as `text`; None where it did not or left a part out."""
    match = _pattern(form).fullmatch(text.strip())
    if match is None:
        return None
    parts = match.groupdict()
    year = parts.get("y") or (f"20{parts['s']}" if parts.get("s") else None)
    if not (year and parts.get("m") and parts.get("d")):
        return None
    try:
        return date(int(year), int(parts["m"]), int(parts["d"]))
    except ValueError:
        return None


@cache
def _pattern(form: str) -> re.Pattern[str]:
    out, at, seen = "", 0, set()
    for match in DAY_TOKEN.finditer(form):
        part = _PARTS[match[0]]
        name = part[3:6]
        # A part that is written twice is read once.
        out += re.escape(form[at : match.start()]) + (r"\d+" if name in seen else part)
        seen.add(name)
        at = match.end()
    return re.compile(out + re.escape(form[at:]))


def spreadsheet_form(form: str) -> str:
    """Return the number format by which a spreadsheet shows a day in this form."""
    out, at = "", 0
    for match in DAY_TOKEN.finditer(form):
        out += _literal(form[at : match.start()]) + match[0].lower()
        at = match.end()
    return out + _literal(form[at:])


def _literal(text: str) -> str:
    return text if not text or re.fullmatch(r"[-/. ]+", text) else f'"{text}"'
