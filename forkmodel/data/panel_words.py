"""Panels of other markets: their names begin in ways of their own and end as the bundled ones do."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from forkmodel.data.vocabulary import (
    DAILY,
    ENTERPRISE,
    GATEWAY,
    MONTHLY,
    RAMP_REACH,
    RAMP_SHARE,
    ROUTER,
    TOP9,
    TOP50,
)
from forkmodel.errors import Problem

__all__ = ["ambiguous_panels", "end_of", "in_known_words", "router_of"]

#: Panels of one kind: how the bundled ones' names begin, and those names. Others are known by what follows.
PANELS = (
    (ROUTER, (TOP50, TOP9, MONTHLY, DAILY)),
    ("enterprise", (ENTERPRISE,)),
    ("ramp", (RAMP_SHARE,)),
    ("ramp", (RAMP_REACH,)),
    ("vercel", tuple(GATEWAY)),
)


def end_of(panel: str, beginning: str) -> str:
    """Return what follows the beginning of a panel's name, which says its kind."""
    return panel.removeprefix(beginning)


def _beginnings(usage: pd.DataFrame, beginning: str, panels: tuple[str, ...]) -> list[str]:
    """Return how the names of the tables' panels of one kind begin; the bundled one alone if it is there."""
    ends = [end_of(panel, beginning) for panel in panels]
    names = usage["market"].dropna().unique()
    found = {name.removesuffix(end) for name in names for end in ends if name.endswith(end)} - {""}
    return [beginning] if beginning in found else sorted(found)


def ambiguous_panels(usage: pd.DataFrame) -> list[Problem]:
    """Find panels of one kind of which nobody can say which is meant.

    Parameters
    ----------
    usage : DataFrame
        The table.
    """
    what = "the tables hold several panels of one kind, which would be counted as one"
    fix = "Keep the rows of one, and fit the other by itself."
    found = [_beginnings(usage, *kind) for kind in PANELS]
    return [
        Problem("usage", None, "market", ", ".join(names), what, fix) for names in found if len(names) > 1
    ]


def router_of(usage: pd.DataFrame) -> str:
    """Return the name of the gateway whose tokens are counted."""
    return next(iter(_beginnings(usage, *PANELS[0])), ROUTER)


def in_known_words(frames: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return tables whose panels and gateway are called as the observations call them.

    Parameters
    ----------
    frames : mapping of str to DataFrame
        Tables that hold ``usage``. Those of the bundled market come back as they are.
    """
    usage = frames["usage"]
    words = {
        own + end_of(panel, beginning): panel
        for beginning, panels in PANELS
        for own in _beginnings(usage, beginning, panels)
        for panel in panels
        if own != beginning
    }
    renamed = dict(frames)
    if words:
        renamed["usage"] = _renamed(usage, "market", words)
    if router_of(usage) != ROUTER and "prices" in frames:
        renamed["prices"] = _renamed(frames["prices"], "seller", {router_of(usage): ROUTER})
    return renamed


def _renamed(frame: pd.DataFrame, column: str, words: Mapping[str, str]) -> pd.DataFrame:
    return frame.assign(**{column: frame[column].replace(dict(words))})
