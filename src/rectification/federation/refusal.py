"""Why a source cannot be used, inside this room: `consult` turns it into a diagnostic."""

from __future__ import annotations

CODES = tuple(f"F{number:03}" for number in range(1, 14))  # all that can be said of a source


class Refused(Exception):  # noqa: N818 - it is no error of the program
    """A source, or a file of it, that cannot be used: a code and the facts of its message."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts
