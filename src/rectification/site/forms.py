"""What the pages on reports show: the forms, their copies to take along, a preview, and how they differ."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from rectification.exchange.copies import HANDED_OUT, Copy, copies, fill
from rectification.exchange.formmap import FormMap, form_map
from rectification.exchange.html import table_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rectification.exchange.layout import Layout
    from rectification.model import Unit
    from rectification.profile import Profile
    from rectification.publish import Edition


class Forms:
    """The forms of an edition, each filled once for all its pages."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self._filled: dict[str, Layout] = {}

    @cached_property
    def by_profile(self) -> Mapping[str, list[Copy]]:
        """Name of a profile -> its copies, the one of everything first."""
        found: dict[str, list[Copy]] = {}
        for copy in copies(self.edition):
            found.setdefault(copy.profile.name, []).append(copy)
        return found

    @cached_property
    def by_unit(self) -> Mapping[str, list[Copy]]:
        """Name of a unit -> the copies made for it."""
        found: dict[str, list[Copy]] = {}
        for listed in self.by_profile.values():
            for copy in listed[1:]:
                found.setdefault(copy.unit.name if copy.unit else "", []).append(copy)
        return found

    def filled(self, profile: Profile) -> Layout:
        """Return a form filled with everything."""
        if profile.name not in self._filled:
            self._filled[profile.name] = fill(self.edition, Copy(profile))
        return self._filled[profile.name]

    def title(self, profile: Profile) -> str:
        """Return the title of a form filled with everything."""
        return self.filled(profile).title

    def of_unit(self, unit: Unit) -> list[Copy]:
        return self.by_unit.get(unit.name, [])

    def map(self) -> FormMap:
        """Return how the forms differ."""
        return form_map(self.edition.ledger.profiles, self.edition.catalogue)

    def page(self, profile: Profile) -> dict[str, Any]:
        """Return what the page of a form shows."""
        layout = self.filled(profile)
        whole, *units = self.by_profile[profile.name]
        return {
            "profile": profile,
            "layout": layout,
            "rows": Markup(table_rows(layout)),
            "whole": whole,
            "units": units,
            "endings": HANDED_OUT,
        }
