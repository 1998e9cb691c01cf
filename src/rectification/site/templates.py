"""The templates of our pages: where they are found, how they are compiled, and where one has a mistake."""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
from jinja2.ext import Extension
from jinja2.runtime import Context
from markupsafe import Markup

from rectification.ledger import Record
from rectification.site.text import markdown
from rectification.workers import RefusalError

if TYPE_CHECKING:
    from datetime import date
    from types import FrameType

    from rectification.catalogue import Catalogue
    from rectification.settings import Settings
    from rectification.site.kept import Compiled


class TemplateMistakeError(RefusalError):
    """A template of the site's own has a mistake; the message says where."""


def environment(catalogue: Catalogue, own: Path | None, compiled: Compiled | None) -> jinja2.Environment:
    """Return what renders our templates, or those of the same names in the folder `own`.

    `compiled` keeps them as they are compiled for these texts and these templates.
    """
    folder = [jinja2.FileSystemLoader(own)] if own is not None else []
    templates = jinja2.Environment(
        loader=jinja2.ChoiceLoader([*folder, jinja2.PackageLoader("rectification")]),
        autoescape=True,
        auto_reload=False,  # an environment lives for one build
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        bytecode_cache=compiled,
    )
    templates.context_class = _Context
    templates.extend(catalogue=catalogue, own=own)
    templates.add_extension(_Compiled)
    templates.filters["markdown"] = markdown
    templates.filters["day"] = _day
    templates.filters["said"] = lambda diagnostic: diagnostic.message(catalogue)
    return templates


def said_of_mistake(error: Exception, own: Path | None, settings: Settings, catalogue: Catalogue) -> str:
    """Say in one line which template of the folder `own` stumbled, where and over what; nothing where an
    error came from elsewhere."""
    if isinstance(error, OSError) and not isinstance(error, jinja2.TemplateError):
        return ""  # what is wrong with a file is said of the file
    if isinstance(error, jinja2.TemplateSyntaxError):
        stood = [(error.filename or "", error.lineno)]
        said = error.message or ""
    else:
        stood = [_stood(frame, line) for frame, line in traceback.walk_tb(error.__traceback__)]
        said = str(error)
        if not isinstance(error, jinja2.TemplateError):
            said = f"{type(error).__name__}: {said}"
    theirs = [(file, line) for file, line in stood if _lies_in(file, own)]
    if not theirs:
        return ""
    file, line = theirs[-1]
    text = catalogue.text
    return text("build.template", file=settings.name_of(Path(file)), line=line, said=said.rstrip("."))


def _stood(frame: FrameType, line: int) -> tuple[str, int]:
    """Return the file and the line of a frame; of a template's, where Jinja has not put its own in."""
    template = frame.f_globals.get("__jinja_template__")
    if template is not None:
        line = template.get_corresponding_lineno(line)
    return frame.f_code.co_filename, line


def _lies_in(file: str | None, folder: Path | None) -> bool:
    return folder is not None and bool(file) and Path(str(file)).is_relative_to(folder)


class _Compiled(Extension):
    """Puts the texts of the interface, and the templates that stand on a line of their own, into a template
    when it is compiled rather than each time it is rendered: a fifth of the time of an item's page.

    A template of the site's own stays apart, and so does what it includes: else a mistake in it would stand
    in another line.
    """

    _CALL = re.compile(r'\{\{ t\("([\w.]+)"\) \}\}')
    _INCLUDE = re.compile(r'^\{% include "([\w./-]+)" %\}\n', re.MULTILINE)

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        catalogue: Catalogue = self.environment.catalogue  # type: ignore[attr-defined]
        loader, own = self.environment.loader, self.environment.own  # type: ignore[attr-defined]
        assert loader is not None

        def included(match: re.Match[str]) -> str:
            text, file, _ = loader.get_source(self.environment, match[1])
            return match[0] if _lies_in(file, own) else self.preprocess(text, match[1], file)

        whole = source if _lies_in(filename, own) else self._INCLUDE.sub(included, source)
        return self._CALL.sub(lambda match: escape(catalogue.text(match[1])), whole)


class _Context(Context):
    """Calls what a template calls as it is: nothing that our templates know wants the context beside.

    Jinja looks four times a call whether it does; a page calls fifty times.
    """

    def call(
        __self,  # noqa: N805
        __called: Callable[..., Any],
        *arguments: object,
        _loop_vars: object = None,
        _block_vars: object = None,
        **options: object,
    ) -> Any:
        return __called(*arguments, **options)


class Marks:
    """The macros of `partials/marks.html` for pages of one depth, each rendered once for its arguments."""

    def __init__(self, templates: jinja2.Environment, root: str) -> None:
        self._module = templates.get_template("partials/marks.html").make_module(
            {"link": link_from(root), "kept": self}
        )
        self._kept: dict[tuple[object, ...], Markup] = {}

    def __getattr__(self, name: str) -> Callable[..., Markup]:
        macro = getattr(self._module, name)
        kept = self._kept

        def mark(subject: object, *arguments: object, **options: object) -> Markup:
            identity = subject.item.id if isinstance(subject, Record) else subject
            key = (name, identity, arguments, *options.items())
            if key not in kept:
                kept[key] = macro(subject, *arguments, **options)
            return kept[key]

        self.__dict__[name] = mark
        return mark


@lru_cache(maxsize=1 << 14)  # a page of an item names a dozen days, and all pages the same few thousand
def _day(day: date) -> Markup:
    """Return a day as a template shows it."""
    return Markup(f'<time datetime="{day}">{day}</time>')


def link_from(root: str) -> Callable[[str], Markup]:
    """Return what makes links of a page from which `root` leads to the site's root."""
    return lambda target: Markup(root + target)
