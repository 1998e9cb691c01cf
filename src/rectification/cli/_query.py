"""Which items a command means: `--where FIELD=VALUE`, and `--unit`, which is short for one of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from rectification.cli._words import words
from rectification.diagnostic import Diagnostic, nearest
from rectification.model import day_of

if TYPE_CHECKING:
    from rectification.ledger import Ledger, Where

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


def where_option(function: Decorated) -> Decorated:
    """Add the option `--where`, which may be given more than once, as the argument `conditions`."""
    help_text = words().text("cli.option.where")
    return click.option("--where", "conditions", multiple=True, metavar="FIELD=VALUE", help=help_text)(
        function
    )


def unit_option(function: Decorated) -> Decorated:
    """Add the option `--unit`: a unit with all units below it."""
    return click.option("--unit", metavar="NAME", help=words().text("cli.option.unit_below"))(function)


def query_of(conditions: Iterable[str], ledger: Ledger, unit: str | None = None) -> Where:
    """Return the query that FIELD=VALUE conditions mean; `unit` stands for one more of them.

    Commas part values, and a field given twice may have any of its values.

    Raises click.UsageError naming the nearest field or value where one means nothing in this ledger.
    """
    from rectification.ledger import FIELDS, RANGES, choices

    where: dict[str, tuple[str, ...]] = {}
    for condition in conditions:
        field, mark, text = (part.strip() for part in condition.partition("="))
        if not mark or not text:
            raise click.UsageError(words().text("cli.query.no_value", found=condition))
        if field in RANGES:
            day = day_of(text)
            # Only a day can be told in another form than the model's; the rest is said by the check below.
            where[field] = (day.isoformat() if day else text,)
            continue
        known = choices(ledger, field) if field in FIELDS else ()
        # A name may hold a comma itself.
        values = (
            [text] if text in known else [part for each in re.split("[,，]", text) if (part := each.strip())]
        )
        where[field] = (*where.get(field, ()), *values)
    if unit is not None and "unit" in where:
        raise click.UsageError(words().text("cli.query.unit_twice"))
    _refuse_unknown(ledger, where)
    return {**where, "unit": (unit_of(unit, ledger),)} if unit is not None else where


def unit_of(name: str, ledger: Ledger) -> str:
    """Return a unit's full name for any of its names. Raises click.UsageError for an unknown one."""
    unit = ledger.units.names.get(name)
    if unit is None:
        _refuse_unknown(ledger, {"unit": (name,)})
    return unit.name if unit else name


def _refuse_unknown(ledger: Ledger, where: Where) -> None:
    from rectification.ledger import faults

    for mistake in faults(ledger, where):
        # The same words as for a query in a file.
        said = Diagnostic(mistake.code, "error", "", 1, 1, mistake.facts)
        close = str(mistake.facts.get("nearest") or "")
        hint = f" {words().text('findings.nearest', nearest=close)}" if close else ""
        raise click.UsageError(said.message(words()) + hint)


def unknown(key: str, found: str, choices: Iterable[str], **facts: object) -> click.UsageError:
    """Return the error for an unknown name, with the nearest one there is."""
    close = nearest(found, choices)
    hint = f" {words().text('findings.nearest', nearest=close)}" if close else ""
    return click.UsageError(words().text(key, found=found, **facts) + hint)
