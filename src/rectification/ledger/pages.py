"""The hand-written pages of a site, as far as rules look at them: those that may hold personal data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rectification.ledger.stray import files_below
from rectification.personal import perhaps
from rectification.source import Document

if TYPE_CHECKING:
    from rectification.settings import Settings

_ENDINGS = (".md", ".markdown", ".mdown", ".mkdn", ".mkd", ".html", ".htm")
_MOST_BYTES = 10_000_000  # of a page: what is larger is none that anybody wrote


def suspect_pages(settings: Settings) -> Iterator[Document]:
    """Yield the pages whose text may hold personal data, each as a document without values.

    What cannot be read is passed over: MkDocs tells of it.
    """
    docs = settings.docs
    for path in files_below(docs, _ENDINGS) if docs is not None else ():
        try:
            # MkDocs leaves out what is hidden.
            if any(part.startswith(".") for part in path.relative_to(docs or "").parts):
                continue
            if not path.is_file() or path.stat().st_size > _MOST_BYTES:
                continue
            text = path.read_bytes().decode("utf-8-sig", "replace")
        except OSError:
            continue
        if perhaps(text):
            yield Document(settings.name_of(path), text)
