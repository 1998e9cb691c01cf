"""What a field may be one of, and which status may follow which."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

Status = Literal["open", "in_progress", "submitted", "closed", "reopened", "withdrawn"]
Severity = Literal["high", "medium", "low"]
Mode = Literal["immediate", "deadline", "phased", "sustained"]
Visibility = Literal["public", "internal"]
Level = Literal["nation", "province", "city", "county", "town", "village"]
Flag = Literal["overdue", "due_soon", "stalled", "closed_late", "reopened"]
Rhythm = Literal["daily", "weekly", "monthly", "quarterly", "yearly", "once"]

STATUSES: tuple[Status, ...] = get_args(Status)
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
MODES: tuple[Mode, ...] = get_args(Mode)
VISIBILITIES: tuple[Visibility, ...] = get_args(Visibility)
FLAGS: tuple[Flag, ...] = get_args(Flag)
RHYTHMS: tuple[Rhythm, ...] = get_args(Rhythm)  # from the most frequent to the rarest

# The life of an item: from each status, the ones a log entry may move it to.
# Source: the usual acceptance-and-closing routine of Chinese rectification ledgers (验收销号, 回头看).
TRANSITIONS: Mapping[Status, tuple[Status, ...]] = {
    "open": ("in_progress", "withdrawn"),
    "in_progress": ("submitted", "withdrawn"),
    "submitted": ("closed", "in_progress"),
    "closed": ("reopened",),
    "reopened": ("in_progress",),
    "withdrawn": (),
}
FINISHED: frozenset[Status] = frozenset({"closed", "withdrawn"})
