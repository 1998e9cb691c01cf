"""The federation room: other sites' published ledgers, read, verified, kept, and joined to ours.

`consult` reads the sources of a site, over the network or from the copies kept of them; `join` makes one
ledger of ours and theirs. What a source publishes is data: typed by the model, never trusted as markup.
"""

from rectification.federation.consult import Delivery, consult
from rectification.federation.copies import FOLDER
from rectification.federation.join import Joined, join
from rectification.federation.refusal import CODES

__all__ = ["CODES", "FOLDER", "Delivery", "Joined", "consult", "join"]
