"""Git as witness: who recorded what of the ledger, and when."""

from rectification.history.history import (
    Commit,
    History,
    Recording,
    Unread,
    Version,
    log_of,
    public_values,
    said_in,
)
from rectification.history.read import read_history

__all__ = [
    "Commit",
    "History",
    "Recording",
    "Unread",
    "Version",
    "log_of",
    "public_values",
    "read_history",
    "said_in",
]
