"""The ledger room: loads all checklists once, derives state, answers questions about them."""

from rectification.ledger.evidence import EvidenceFile
from rectification.ledger.ledger import Checklist, Ledger, Record, count_by_status, references, slug_of
from rectification.ledger.load import Loading, load
from rectification.ledger.place import Place
from rectification.ledger.query import FIELDS, Where, choices, select
from rectification.ledger.state import State, derive, last_move
from rectification.ledger.units import Units

__all__ = [
    "FIELDS",
    "Checklist",
    "EvidenceFile",
    "Ledger",
    "Loading",
    "Place",
    "Record",
    "State",
    "Units",
    "Where",
    "choices",
    "count_by_status",
    "derive",
    "last_move",
    "load",
    "references",
    "select",
    "slug_of",
]
