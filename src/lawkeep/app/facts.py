"""The vocabulary: the event types that the rooms declare, put together."""

from functools import cache

from lawkeep.casework import facts as casework
from lawkeep.content import facts as content
from lawkeep.filing import facts as filing
from lawkeep.gates import facts as gates
from lawkeep.identity import facts as identity
from lawkeep.judge import facts as judge
from lawkeep.law import facts as law
from lawkeep.ledger import facts as ledger
from lawkeep.model.facts import incidents, operator, personal_data, systems
from lawkeep.model.vocabulary import DECLARED, Vocabulary
from lawkeep.product import facts as product
from lawkeep.telephony import facts as telephony
from lawkeep.vault import facts as vault

# In the order of the reference page.
_FACTS = (
    *(operator, identity, filing, content, product, personal_data, systems, incidents),
    *(telephony, casework, judge, gates, law, ledger, vault),
)


@cache
def vocabulary() -> Vocabulary:
    """Every event type of Lawkeep, room by room. The same object each time."""
    rooms = [module.__name__ for module in _FACTS]
    types = [kind for kind in DECLARED.values() if kind.data.__module__ in rooms]
    return Vocabulary(sorted(types, key=lambda kind: rooms.index(kind.data.__module__)))
