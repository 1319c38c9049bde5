"""The ledger of dated claims: what the thesis and its critics say, as events with probabilities."""

from forkmodel.claims.judge import ClaimsTable, judge
from forkmodel.claims.ledger import Claim, Ledger, load_ledger
from forkmodel.claims.sides import Side, approximate_side, exact_side

__all__ = ["Claim", "ClaimsTable", "Ledger", "Side", "approximate_side", "exact_side", "judge", "load_ledger"]
