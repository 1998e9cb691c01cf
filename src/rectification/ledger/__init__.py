"""The ledger room: loads all checklists once, derives state, answers questions about them."""

from rectification.ledger.acceptance import acceptance, content_hash, file_hashes, recorded_files, suspect
from rectification.ledger.asof import ledger_on
from rectification.ledger.changes import Change, changes
from rectification.ledger.difference import Difference, ItemDifference, difference
from rectification.ledger.evidence import EvidenceFile, inspect
from rectification.ledger.evidence import publish as publish_evidence
from rectification.ledger.ledger import (
    Checklist,
    Ledger,
    Record,
    count_by_status,
    count_flags,
    slug_of,
    slug_of_unit,
)
from rectification.ledger.load import Loading, load, yaml_files
from rectification.ledger.origin import Origin, SourceState
from rectification.ledger.place import Place
from rectification.ledger.query import FIELDS, RANGES, Where, choices, faults, select
from rectification.ledger.readings import Readings
from rectification.ledger.state import State, derive, last_move
from rectification.ledger.story import Round, Verification, independence, rounds, verifications
from rectification.ledger.texts import Written
from rectification.ledger.units import Units
from rectification.ledger.visibility import internal_references, named_evidence, references

__all__ = [
    "FIELDS",
    "RANGES",
    "Change",
    "Checklist",
    "Difference",
    "EvidenceFile",
    "ItemDifference",
    "Ledger",
    "Loading",
    "Origin",
    "Place",
    "Readings",
    "Record",
    "Round",
    "SourceState",
    "State",
    "Units",
    "Verification",
    "Where",
    "Written",
    "acceptance",
    "changes",
    "choices",
    "content_hash",
    "count_by_status",
    "count_flags",
    "derive",
    "difference",
    "faults",
    "file_hashes",
    "has_internal_parts",
    "independence",
    "inspect",
    "internal_references",
    "last_move",
    "ledger_on",
    "load",
    "named_evidence",
    "publish_evidence",
    "recorded_files",
    "references",
    "rounds",
    "select",
    "slug_of",
    "slug_of_unit",
    "suspect",
    "verifications",
    "yaml_files",
]
