"""The intake room: a ledger kept as a workbook or CSV becomes a checklist, and every step of it is said.

Nothing is guessed in silence: what was assumed, what is missing and where each cell went is in the result.
"""

from rectification.intake.checklist import examine_draft, write_checklist
from rectification.intake.days import Reading, read_day
from rectification.intake.measures import split_measures
from rectification.intake.placing import Intake, columns_with_examples, take_in
from rectification.intake.profile import read_report
from rectification.intake.rows import Note, Wishes
from rectification.intake.sheet import Sheet, UnreadableError, read_sheets
from rectification.intake.table import Table, find_table

__all__ = [
    "Intake",
    "Note",
    "Reading",
    "Sheet",
    "Table",
    "UnreadableError",
    "Wishes",
    "columns_with_examples",
    "examine_draft",
    "find_table",
    "read_day",
    "read_report",
    "read_sheets",
    "split_measures",
    "take_in",
    "write_checklist",
]
