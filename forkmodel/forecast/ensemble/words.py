"""What a reader is told of how worlds were chosen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forkmodel.forecast.forecast import ENSEMBLE

__all__ = ["said"]

STRUCTURAL = "Structural worlds, one a draw: simple forecasts have no say."


def said(facts: Mapping[str, Any]) -> str:
    """Return which worlds are shown and what choosing them changed, as sentences.

    Parameters
    ----------
    facts : mapping
        Those of a :class:`forkmodel.forecast.forecast.Forecast`.
    """
    about = facts.get(ENSEMBLE)
    if about is None:
        return STRUCTURAL
    if about["shown"] != ENSEMBLE:
        return (
            "Structural worlds: no weights brought them nearer the pool and left a fifth of them effective, "
            "so simple forecasts have no say."
        )
    return (
        f"Ensemble worlds: {about['distinct']:,} of {about['candidates']:,} candidates make up "
        f"{about['kept']:,} worlds, {about['effective']:,.0f} effective (Pareto k {about['pareto_k']:.2f}); "
        f"power {about['power']:g} of the ratio of densities, distance from the pool "
        f"{about['distance_before']:.3f} before and {about['distance_after']:.3f} after."
    )
