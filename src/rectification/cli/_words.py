"""The words of the command line, in the language of the terminal."""

from __future__ import annotations

import os
from functools import cache

from rectification.catalogue import Catalogue, language_of, read_catalogue


@cache
def words() -> Catalogue:
    """Return the catalogue of the terminal's language, as LC_ALL, LC_MESSAGES or LANG name it.

    Only for help and wrong usage: what a command says of a site is in the site's own language.
    """
    named = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return read_catalogue(language_of(next((locale.split(".")[0] for locale in named if locale), "en")))
