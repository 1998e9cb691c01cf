"""CSV of issues for GitHub, which has no importer of its own: others read title, body, labels and state.

Milestone and assignee are left out: the importers take the number of a milestone, GitHub refuses an issue
whose milestone or assignee is not in the repository, and a ledger knows neither (its owner is a post). The
text of the issue says who and by when.

Source: github.com/gavinr/github-csv-tools, import.js: columns found by their names, labels parted by commas,
`closed` in `state`. github.com/LeosGmbH/GitHub-Issues-CSV-Import-Manager reads the first three likewise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rectification.exchange.issues import body, labels, table, title

if TYPE_CHECKING:
    from rectification.exchange import Extract

ENDING = "github.csv"


def write(extract: Extract) -> bytes:
    """Return the file: an issue an item, closed where the item is finished."""
    rows = (
        (
            title(record),
            body(extract, record),
            ",".join(labels(extract, record)),
            "closed" if record.state.finished else "open",
        )
        for record in extract.records
    )
    return table(("title", "body", "labels", "state"), rows)
