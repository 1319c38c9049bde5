"""Panels made from known dynamics."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from forkmodel.hindcast.markets import MARKETS
from forkmodel.hindcast.panel import MarketPanel
from forkmodel.hindcast.simulate import Dynamics, simulate

START = np.array([0.3, 0.25, 0.2, 0.15, 0.1])


def dynamics(draws: int, **changed: float) -> Dynamics:
    values = {
        "speed": 0.2,
        "reversion": 0.01,
        "size_slope": 0.2,
        "youth": 0.0,
        "youth_years": 4.0,
        "entry": 0.0,
        "entry_size": 0.7,
    }
    return Dynamics(**{name: np.full(draws, value) for name, value in (values | changed).items()})


def panel_of(share: np.ndarray, name: str = "browsers_world") -> MarketPanel:
    """Return a panel whose firms are all on the market throughout."""
    return MarketPanel(
        MARKETS[name],
        pd.period_range("2014Q1", periods=len(share), freq="Q"),
        tuple("abcdefghijk"[: share.shape[1]]),
        share,
        np.ones(share.shape, dtype=bool),
        np.zeros(share.shape[1], dtype=int),
        1e4 * np.square(share).sum(1),
        np.sort(share, axis=1)[:, -3:].sum(1),
    )


def simulated_panel(truth: Dynamics, quarters: int, seed: int, name: str) -> MarketPanel:
    """Return a panel of five firms that moved as known dynamics say."""
    begin = panel_of(np.vstack([START, START]), name)
    future = simulate(begin, truth, quarters, np.random.default_rng(seed))
    share = future.share[:, 0, : len(START)]
    # Who has left the market has no share, and does not count as a small firm that never moves.
    return replace(panel_of(share, name), present=share > 0.0)
