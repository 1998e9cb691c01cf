"""CSV of issues for GitLab's own importer, which reads title, description and due date.

What else an issue has is set by commands (quick actions) at the end of the description: labels and milestone
where the project has them, and confidentiality for an internal item. The importer's `milestone` column is
left out: it refuses the whole file where one milestone is missing, while a command is passed over. No command
closes an issue that is only being made: the label of the status tells a finished one.

Source: GitLab Docs, "Importing issues from CSV" (doc/user/project/issues/csv_import.md); its source:
app/services/import_csv/preprocess_milestones_service.rb, lib/gitlab/quick_actions/issuable_actions.rb.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rectification.exchange.issues import body, labels, table, title

if TYPE_CHECKING:
    from rectification.exchange import Extract
    from rectification.ledger import Record

ENDING = "gitlab.csv"


def write(extract: Extract) -> bytes:
    """Return the file: an issue an item."""
    rows = (
        (title(record), f"{body(extract, record)}\n\n{_commands(extract, record)}", str(record.item.due))
        for record in extract.records
    )
    return table(("title", "description", "due_date"), rows)


def _commands(extract: Extract, record: Record) -> str:
    """Return the commands that set what no column sets: last, where no open code block hides them."""
    commands = ["/label " + " ".join(f'~"{name}"' for name in labels(extract, record))]
    milestone = " ".join(record.checklist.header.title.split()).replace('"', "'")
    commands.append(f'/milestone %"{milestone}"')
    if record.item.visibility == "internal":
        commands.append("/confidential")
    return "\n".join(commands)
