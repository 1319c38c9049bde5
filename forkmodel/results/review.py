"""The review of a posterior: read from it where it was saved, made once where it was not."""

from __future__ import annotations

from forkmodel.inference.posterior import Posterior, once
from forkmodel.inference.review import review
from forkmodel.inference.verdict import Review
from forkmodel.results.reported import history_of

__all__ = ["review_of"]


@once
def review_of(posterior: Posterior) -> Review:
    """Return PASS, REVIEW or FAIL for each check, with a sentence of advice.

    Whatever rests on a fit asks here. A saved fit carries its review; that of a fresh one needs its reported
    paths, which is why it is made in this room and not where the draws come from.
    """
    return posterior.review or review(posterior, history_of(posterior))
