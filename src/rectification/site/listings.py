"""The listing pages: the ledger, its checklists, units and categories, what there is to read and to fetch."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from rectification.model import Item
from rectification.publish import atom, index_json, schema_json
from rectification.publish.items_json import Derived
from rectification.rules import levels_of
from rectification.rules.codes import Code, codes
from rectification.site.addresses import LISTINGS
from rectification.site.charts import findings_over_time

if TYPE_CHECKING:
    from rectification.site.rendering import Rendering
    from rectification.site.shell import Section

_FINDINGS_A_RULE = 100  # shown one by one on the page on the substance; the check tells of all


class Listings:
    """Renders the listing pages of an edition."""

    def __init__(self, rendering: Rendering) -> None:
        self._of = rendering

    def kinds(self) -> tuple[str, ...]:
        """Return the listing pages of this site, of LISTINGS."""
        return tuple(one for one in LISTINGS if one != "substance" or self._of.substance is not None)

    def page(self, kind: str) -> tuple[str, list[Section]]:
        """Return the body and the sections of a listing page (one of LISTINGS)."""
        making: dict[str, Callable[[], dict[str, Any]]] = {
            "data": self._data,
            "rules": self._rules,
            "substance": self._findings,
        }
        context = making[kind]() if kind in making else {}
        return self._of.render(f"{kind}.html", context, self._of.addresses.listing(kind))

    def _data(self) -> dict[str, Any]:
        """Return what the page on the data shows: what one can subscribe to, every file, its fields."""
        make = partial(schema_json.definitions, self._of.catalogue)
        definitions = (
            self._of.compiled.known("definitions", make) if self._of.compiled is not None else make()
        )
        return {
            "groups": list(self._of.edition.groups()),
            "most": atom.MOST,
            "files": [(p, index_json.stem(p), holds) for p, holds in schema_json.documents().items()],
            "definitions": {name: schema_json.fields(schema) for name, schema in definitions.items()},
            "revisions": index_json.REVISIONS,
            "parts": partial(index_json.parts, self._of.edition),
        }

    def _findings(self) -> dict[str, Any]:
        """Return what the page on the substance shows beside `substance`: the codes' words, the trend."""
        assert self._of.substance is not None
        known = {code.code: code for code in codes(self._of.catalogue, levels_of(self._of.settings))}
        return {
            "codes": known,
            "chart": findings_over_time(
                self._of.substance, self._of.scope(self._of.ledger.records, {}, "../")
            ),
            "most": _FINDINGS_A_RULE,
            "required": [name for name, info in Item.model_fields.items() if info.is_required()],
            "derived": len(Derived.__annotations__),
        }

    def _rules(self) -> dict[str, Any]:
        """Return what the page on the rules shows: every code, by family."""
        families: dict[str, list[Code]] = {}
        for code in codes(self._of.catalogue, levels_of(self._of.settings), self._of.settings.thresholds):
            families.setdefault(code.family, []).append(code)
        return {"families": families}
