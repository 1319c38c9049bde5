"""The ledger of dated claims: what the thesis and its critics say, as events with probabilities."""

from forkmodel.claims.judge import ClaimsTable, judge
from forkmodel.claims.ledger import Claim, Ledger, load_ledger
from forkmodel.claims.prior_views import PriorView, approximate_view, exact_view

__all__ = [
    "Claim",
    "ClaimsTable",
    "Ledger",
    "PriorView",
    "approximate_view",
    "exact_view",
    "judge",
    "load_ledger",
]
