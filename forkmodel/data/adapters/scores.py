"""What the adapters of leaderboards share: short names, and who is said to have run a benchmark."""

from __future__ import annotations

import re
import unicodedata

from forkmodel.data.adapters.draft import Draft

__all__ = ["evaluator_of", "slug"]


def slug(name: str) -> str:
    """Return a short id made of a name: ``Acme 1 (Pro)`` becomes ``acme-1-pro``."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return "-".join(re.findall(r"[^\W_]+(?:\.[^\W_]+)*", plain))


def evaluator_of(draft: Draft, benchmark: str, otherwise: str) -> str:
    """Return who ran a benchmark according to the tables, if they name one third party, so that rows meet.

    Parameters
    ----------
    draft : Draft
        The import.
    benchmark : str
        Id of the benchmark.
    otherwise : str
        What the source itself says.
    """
    scores = draft.known["scores"]
    known = scores.loc[scores["benchmark"].eq(benchmark) & scores["evaluator"].ne("developer"), "evaluator"]
    names = known.unique().tolist()
    return str(names[0]) if len(names) == 1 else otherwise
