"""What forecasts are scored on: quantities that tables report later, each with the scale it is scored on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

__all__ = ["MEASURED", "TARGETS", "Target"]


def _same(x: np.ndarray) -> np.ndarray:
    return np.asarray(x, dtype=float)


def _part(x: np.ndarray) -> np.ndarray:
    # Saved draws come in single precision.
    return np.asarray(expit(np.asarray(x, dtype=float)))


@dataclass(frozen=True)
class Target:
    """One quantity that forecasts are scored on.

    Attributes
    ----------
    name : str
        As in tables and files.
    unit : str
        Unit of the CRPS: that of the quantity, or log units where it grows by factors.
    reads : str
        Where in a quarter its forecast stands: ``start``, ``middle`` or ``end``.
    meaning : str
        One sentence.
    to_line : callable
        From the quantity to the scale on which it may take any value; baselines work there.
    from_line : callable
        From that scale to the one it is scored on.
    """

    name: str
    unit: str
    reads: str
    meaning: str
    to_line: Callable[[np.ndarray], np.ndarray]
    from_line: Callable[[np.ndarray], np.ndarray]


def _points(name: str, meaning: str) -> Target:
    return Target(name, "index points", "end", meaning, _same, _same)


def _factor(name: str, reads: str, meaning: str) -> Target:
    return Target(name, "log", reads, meaning, np.log, _same)


def _share(name: str, reads: str, meaning: str) -> Target:
    return Target(name, "share", reads, meaning, logit, _part)


#: In the order of the chain of cause.
TARGETS = {
    target.name: target
    for target in (
        _points("closed_frontier", "Best closed model measured so far."),
        _points("open_frontier", "Best open model measured so far."),
        _points("gap", "Closed less open frontier."),
        _factor("frontier_price", "end", "List price of the closed models within 3 points of the best."),
        _factor(
            "fixed_capability_price",
            "end",
            "List price of an open model at a fixed index, from a regression on a year of price spells.",
        ),
        _share("open_share", "middle", "Open-weight part of the router's tokens of known access."),
        _share("developer_share", "middle", "Part of the router's tokens, the five largest developers."),
        _factor("token_hhi", "middle", "HHI of the router's tokens by developer."),
        _share("firm_adoption", "start", "US firms on company cards that pay for AI."),
        _factor("openai_revenue", "start", "OpenAI's run-rate of revenue."),
        _factor("anthropic_revenue", "start", "Anthropic's run-rate of revenue."),
    )
}
#: Targets whose outcomes no table holds: they are read off a fit of the later tables' scores.
MEASURED = ("closed_frontier", "open_frontier", "gap", "frontier_price", "fixed_capability_price")
