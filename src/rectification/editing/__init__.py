"""The editing room: changes to YAML text that leave every other byte as it was. Text in, text out."""

from rectification.editing.append import Edit, Refusal, add_item, append, replace_value
from rectification.editing.draft import item_file, next_id
from rectification.editing.flow import Entry, block_lines, flow_mapping
from rectification.editing.mend import Mended, mend
from rectification.editing.moves import due_change, log_entry, refuse_move
from rectification.editing.trial import Trial, try_out

__all__ = [
    "Edit",
    "Entry",
    "Mended",
    "Refusal",
    "Trial",
    "add_item",
    "append",
    "block_lines",
    "due_change",
    "flow_mapping",
    "item_file",
    "log_entry",
    "mend",
    "next_id",
    "refuse_move",
    "replace_value",
    "try_out",
]
