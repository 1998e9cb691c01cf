"""The report room: one module a format of findings, found by being here: each writes one in pieces."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from pkgutil import iter_modules

from rectification.report.report import Report, identity

__all__ = ["Report", "formats", "identity"]


def formats() -> dict[str, Callable[[Report], Iterator[str]]]:
    """Return what writes a report, by the name of its format: of every module here that has a `write`.

    It yields pieces of text, each to be printed with a line end after it.
    """
    names = sorted(info.name for info in iter_modules(__path__))
    modules = {name: import_module(f"{__name__}.{name}") for name in names}
    return {name: module.write for name, module in modules.items() if hasattr(module, "write")}
