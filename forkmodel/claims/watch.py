"""The watch-list: what to measure next, for the claims on which most depends."""

from __future__ import annotations

from contextlib import suppress

import pandas as pd

from forkmodel.claims.information import watch_list
from forkmodel.claims.judge import held
from forkmodel.claims.ledger import load_ledger
from forkmodel.claims.prior_views import PriorView
from forkmodel.errors import OutOfSpanError

__all__ = ["WATCHED", "watched"]

#: The joint verdict and the claims whose watch-list is shown.
WATCHED = ("joint", "C1", "C7", "C8")


def watched(view: PriorView) -> pd.DataFrame:
    """Return what to measure next under one view's priors, ranked by the value of knowing it."""
    wanted = load_ledger().expressions
    events = {}
    for name in WATCHED:
        if name in wanted:
            # What the worlds do not reach is not decided, and nothing can be learned about it from them.
            with suppress(OutOfSpanError):
                events[name] = held(wanted[name], view)
    return watch_list(events, view.forecast.parameters)
