"""The records a checklist and its vocabularies are made of: mappings an editor writes, of known keys only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from rectification.model.choices import Level, Mode, Rhythm, Severity, Status, Visibility
from rectification.model.scalars import (
    ContentHash,
    Count,
    Day,
    EvidenceReference,
    FileHash,
    Identifier,
    Line,
    Link,
    Text,
    YesNo,
)

# A key with nothing behind it says nothing: `actions:` left empty in a template is no actions.
_left_empty = BeforeValidator(lambda value: () if value is None else value)
_no_keys = BeforeValidator(lambda value: {} if value is None else value)


class Record(BaseModel):
    """A mapping an editor writes: only known keys, never changed once read."""

    # Not pydantic's strict mode: it would refuse a list for a tuple. The types of `scalars` do the typing.
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Source(Record):
    """Where a checklist or an item comes from; an item inherits what it does not say from its checklist."""

    kind: Line | None = Field(None, description="Kind of source: inspection, audit, petition, article …")
    document: Line | None = Field(None, description="Title or number of the document")
    date: Day | None = Field(None, description="Date of the document")
    place: Line | None = Field(None, description="Where in the document: chapter, paragraph")
    link: Link | None = Field(None, description="Address of the document")


class Action(Record):
    """One corrective action (整改措施)."""

    text: Text = Field(description="What is to be done: concrete enough to be checked")
    due: Day | None = Field(None, description="Planned date")
    done: Day | None = Field(None, description="Actual date; absent while not done")
    unit: Line | None = Field(None, description="Unit that acts, if other than the item's")
    evidence: Annotated[tuple[EvidenceReference, ...], _left_empty] = Field(
        (), description="Files below evidence/, or links"
    )
    internal_evidence: Annotated[tuple[EvidenceReference, ...], _left_empty] = Field(
        (), description="Evidence that no public build has"
    )
    visibility: Visibility = Field("public", description="Internal: in no public build")


class LogEntry(Record):
    """A dated record of what happened (进展); may move the item to a new status."""

    date: Day = Field(description="Day it happened")
    status: Status | None = Field(None, description="Status the item has from this entry on")
    by: Line | None = Field(None, description="Unit or post that acted; for a closing, the verifier")
    note: Text | None = Field(None, description="What was done or found")
    evidence: Annotated[tuple[EvidenceReference, ...], _left_empty] = Field(
        (), description="Files below evidence/, or links"
    )
    internal_evidence: Annotated[tuple[EvidenceReference, ...], _left_empty] = Field(
        (), description="Evidence that no public build has"
    )
    reason: Text | None = Field(None, description="Why the item is withdrawn")
    merged_into: Identifier | None = Field(None, description="Item that goes on with this one's problem")
    sustained: YesNo = Field(False, description="Closed, and kept up for the long term (长期坚持)")
    review: Day | None = Field(None, description="Day a sustained item is looked at again (回头看)")
    accepted: ContentHash | None = Field(
        None, description="Fingerprint of the text that was accepted; `rectify close` and `accept` write it"
    )
    accepted_files: Annotated[Mapping[Line, FileHash], _no_keys] = Field(
        default_factory=dict, description="SHA-256 of each file that was accepted; written beside `accepted`"
    )
    visibility: Visibility = Field("public", description="Internal: of a public build, day and status only")


class DueChange(Record):
    """One move of the due date, with its reason; the original date is the first `from`."""

    from_: Day = Field(alias="from", description="Due date before")
    to: Day = Field(description="Due date after")
    on: Day = Field(description="Day it was decided")
    reason: Text = Field(description="Why")
    by: Line | None = Field(None, description="Unit or post that decided")


class Feedback(Record):
    """Public judgement (群众评价): how many of those asked were satisfied."""

    satisfied: Count = Field(description="Persons satisfied")
    total: Count = Field(description="Persons asked")
    date: Day = Field(description="Day of the survey")


class Notice(Record):
    """Public-notice window (公示)."""

    from_: Day = Field(alias="from", description="First day")
    to: Day = Field(description="Last day")
    contact: Line | None = Field(None, description="Where objections go: a post or an office telephone")


Waivers = Annotated[Mapping[Line, Text], _no_keys]


class Item(Record):
    """One problem found, with its cause, actions, log and verification (问题条目). Six facts are required."""

    id: Identifier = Field(description="Never changed, never used again")
    title: Line = Field(description="The problem in one line")
    problem: Text = Field(description="What was found (Markdown)")
    unit: Line = Field(description="Responsible unit")
    found: Day = Field(description="Day it was found")
    due: Day = Field(description="Day it is to be rectified by, as it stands now")
    category: Line | None = Field(None, description="A category of _categories.yml")
    severity: Severity | None = Field(None, description="How grave it is")
    mode: Mode | None = Field(None, description="Kind of rectification")
    owner: Line | None = Field(None, description="Answerable post, rather than a private person")
    partners: Annotated[tuple[Line, ...], _left_empty] = Field((), description="Units that take part")
    cause: Text | None = Field(None, description="Root cause (Markdown)")
    goal: Text | None = Field(None, description="Measurable target (Markdown)")
    source: Source | None = Field(None, description="Where the problem comes from")
    actions: Annotated[tuple[Action, ...], _left_empty] = Field((), description="Corrective actions")
    log: Annotated[tuple[LogEntry, ...], _left_empty] = Field(
        (), description="What happened, in order of date; only ever added to"
    )
    due_changes: Annotated[tuple[DueChange, ...], _left_empty] = Field(
        (), description="Every move of the due date"
    )
    feedback: Feedback | None = Field(None, description="Public judgement")
    notice: Notice | None = Field(None, description="Public-notice window")
    related: Annotated[tuple[Identifier, ...], _left_empty] = Field((), description="Ids of related items")
    visibility: Visibility = Field("public", description="Internal items appear nowhere in a public build")
    waive: Waivers = Field(default_factory=dict, description="Code of a substance rule -> why it is waived")
    extra: Mapping[Line, Text] = Field(default_factory=dict, description="Free facts a site wants to keep")


class Header(Record):
    """The head of a checklist (清单): one campaign or inspection."""

    id: Identifier = Field(description="Prefix of every item id of the checklist")
    title: Line = Field(description="Name of the campaign or inspection")
    note: Text | None = Field(None, description="Introduction (Markdown)")
    source: Source | None = Field(None, description="What its items come from, unless they say otherwise")
    ends: Day | None = Field(None, description="Last day of the campaign; the latest due date where absent")
    waive: Waivers = Field(default_factory=dict, description="Code of a substance rule -> why it is waived")


class Unit(Record):
    """An organisation unit (责任单位)."""

    name: Line = Field(description="Full name, the same wherever the unit is named")
    level: Level | None = Field(None, description="Administrative level; a unit without one has its parent's")
    parent: Line | None = Field(None, description="Name of the unit above")
    aliases: Annotated[tuple[Line, ...], _left_empty] = Field((), description="Other names editors may use")
    contact: Line | None = Field(None, description="Contact post")
    slug: Identifier | None = Field(
        None, description="Last part of the unit's address; its name where absent"
    )


class Category(Record):
    """A kind of problem (问题类别)."""

    name: Line = Field(description="Name as items use it")
    description: Text | None = Field(None, description="What belongs in it")
    slug: Identifier | None = Field(None, description="Last part of the category's address")
    competent: Annotated[tuple[Line, ...], _left_empty] = Field(
        (), description="Units with authority over such problems, each with all units below it"
    )


class RequestedField(Record):
    """One piece of information that a request asks for (报表指标)."""

    name: Line = Field(description="What is asked, under its common name")
    definition: Text | None = Field(None, description="How it is counted: scope, point in time")


class Request(Record):
    """A standing request for information (报表、台账、报送事项): who asks whom for what, how often."""

    id: Identifier = Field(description="Never changed, never used again")
    title: Line = Field(description="Name of the form or report")
    by: Line = Field(description="Unit that asks")
    of: Annotated[tuple[Line, ...], _left_empty] = Field((), description="Units asked, each by itself")
    fields: Annotated[tuple[RequestedField, ...], _left_empty] = Field((), description="What is asked")
    every: Rhythm = Field("once", description="How often")
    due: Day | None = Field(None, description="(Next) day it is due")
    follows: Identifier | None = Field(None, description="Request from above that this one passes on")
    ended: Day | None = Field(None, description="Day it was stopped")
    replaced_by: Line | None = Field(None, description="Derived report that made it needless")


class ChecklistFile(Record):
    """A file of `checklists/`: a header and its items."""

    checklist: Header
    items: tuple[Item, ...] = ()


class HeaderFile(Record):
    """`checklist.yml` of a checklist kept as a folder: the header alone."""

    checklist: Header


class UnitsFile(Record):
    """`_units.yml`: the tree of units, each naming the one above it."""

    units: tuple[Unit, ...]


class RequestsFile(Record):
    """`_requests.yml`: who asks whom for which information."""

    requests: tuple[Request, ...]


class CategoriesFile(Record):
    """`_categories.yml`: the kinds of problem of this site."""

    categories: tuple[Category, ...]
