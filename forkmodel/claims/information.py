"""Value of information: how much sharper a claim's probability would be if part of the unknown were known.

The decision is to state a probability, its loss the squared (Brier) loss. Knowing a block of parameters
exactly lowers the expected loss by ``Var(E[event | block])``: the expected value of partial perfect
information. The inner expectation is a regression of the event on the block's draws, an additive spline model
scored out of fold, so that a block of noise is worth nothing rather than a little.

Source: Strong, Oakley and Brennan (2014), Estimating Multiparameter Partial Expected Value of Perfect
Information from a Probabilistic Sensitivity Analysis Sample, Medical Decision Making 34.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

__all__ = ["BLOCKS", "Block", "value_of_information", "watch_list"]

FOLDS = 5
KNOTS = 4
WATCH_COLUMNS = ["target", "block", "label", "meaning", "share", "value", "rank"]
#: Ridge penalties tried; draws are standardised by their ranks, so one scale fits all.
PENALTIES = (1.0, 10.0, 100.0, 1000.0)


@dataclass(frozen=True)
class Block:
    """Parameters that one kind of evidence would inform.

    Attributes
    ----------
    label : str
        What they are.
    evidence : str
        What to measure next to learn them.
    keys : tuple of str
        Prior keys.
    """

    label: str
    evidence: str
    keys: tuple[str, ...]


BLOCKS = {
    "growth": Block(
        "Capability growth",
        "uncontaminated benchmark scores of each quarter's releases",
        (
            "capability.growth_closed",
            "capability.growth_open",
            "capability.growth_spread",
            "forecast.growth_walk",
            "forecast.slow_down_rate",
        ),
    ),
    "catch_up": Block(
        "Catch-up of open models",
        "months from each closed record to the first open model that reaches it",
        ("capability.catch_up", "forecast.catch_up_drift", "forecast.catch_up_closed"),
    ),
    "restriction": Block(
        "Delay from product to API",
        "dates at which each closed flagship reaches product and general API",
        ("forecast.api_delay_months", "forecast.api_delay_drift"),
    ),
    "premium": Block(
        "Closed premium and its decay",
        "transaction prices of closed and open models of equal capability, as compute becomes plentiful",
        (
            "price.residual_premium",
            "price.premium_decay",
            "forecast.premium_decay",
            "forecast.premium_shock",
            "forecast.scarcity_share",
            "forecast.drift_fade_years",
        ),
    ),
    "elasticity": Block(
        "Price sensitivity of buyers",
        "volumes around price changes of closed models",
        (
            "choice.price_frontier",
            "choice.price_threshold_extra",
            "spend.category_elasticity",
            "choice.capability_frontier_extra",
            "choice.capability_threshold",
            "choice.threshold",
        ),
    ),
    "switching": Block(
        "Switching and segment mix",
        "a panel of enterprise buyers: who changes model, when, and to what",
        (
            "choice.inertia",
            "choice.open_taste",
            "choice.mix_router",
            "choice.mix_enterprise",
            "choice.mix_walk",
            "choice.mix_gateway",
            "choice.gateway_lean",
            "choice.enterprise_walk",
            "choice.stay_frontier",
            "choice.stay_threshold",
            "forecast.lasting_appeal",
            "forecast.menu_years",
            "forecast.lean_shock",
            "forecast.lean_momentum",
        ),
    ),
    "spend": Block(
        "Level and growth of closed spend",
        "audited revenue of closed labs, by API and product",
        (
            "spend.closed_level",
            "spend.growth",
            "forecast.spend_plateau",
            "forecast.spend_bend",
            "forecast.growth_floor",
        ),
    ),
    "open_stack": Block(
        "Size of the open stack",
        "a census of hosts' revenue and of self-hosted, tuned and integrated open models",
        (
            "spend.open_ratio",
            "spend.coverage_trend",
            "forecast.coverage_fade_years",
            "value.broad_ratio",
            "value.developer_royalty",
            "value.integrator_share",
        ),
    ),
    "shares": Block(
        "How closed shares move",
        "revenue by closed lab, every quarter",
        (
            "spend.share_pull",
            "spend.share_walk",
            "forecast.share_shock",
            "forecast.share_momentum",
            "forecast.share_size",
            "forecast.share_reversion",
        ),
    ),
    "entry": Block(
        "Entry and exit",
        "funding, releases and closures of labs of scale",
        (
            "forecast.entry_closed",
            "forecast.entry_open",
            "forecast.entrant_distance",
            "forecast.exit_floor",
        ),
    ),
    "hosts": Block(
        "Fragmentation of hosting",
        "revenue or tokens by host",
        ("value.partition_discount", "value.partition_strength", "forecast.host_shock"),
    ),
    "margins": Block(
        "Margins and API share",
        "gross margins and API revenue from filings",
        ("value.margin_closed", "value.margin_open", "value.api_share", "forecast.api_drift"),
    ),
    "shocks": Block(
        "Dated shocks",
        "legislation, capital spending and funding rounds",
        (
            "forecast.ban_by_2031",
            "forecast.lab_opens_rate",
            "forecast.glut_year",
            "forecast.funding_collapse_rate",
        ),
    ),
}


def value_of_information(held: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Return the expected fall of the Brier loss of events if a block were known.

    Parameters
    ----------
    held : array (world, event)
        1 where an event holds, else 0.
    columns : array (world, parameter)
        Draws of the block.

    Returns
    -------
    array (event,)
        Between 0 and the variance of the event, ``p (1 - p)``.
    """
    from sklearn.linear_model import RidgeCV
    from sklearn.model_selection import KFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import QuantileTransformer, SplineTransformer

    variance, out = held.var(0), np.zeros(held.shape[1])
    varying, open_ = columns[:, columns.std(0) > 0], variance > 0.0
    if not open_.any() or not varying.shape[1]:
        return out
    model = make_pipeline(
        QuantileTransformer(n_quantiles=min(100, len(held) // 2), output_distribution="normal"),
        SplineTransformer(n_knots=KNOTS, knots="quantile", extrapolation="linear"),
        # Splines of a block serve all events; each has a penalty of its own.
        RidgeCV(alphas=PENALTIES, alpha_per_target=True),
    )
    # Neighbouring draws of a chain are alike: whole stretches are held out, in the order of the draws.
    predicted = cross_val_predict(model, varying, held[:, open_], cv=KFold(FOLDS))
    missed = np.mean((held[:, open_] - predicted.reshape(len(held), -1)) ** 2, axis=0)
    out[open_] = np.maximum(variance[open_] - missed, 0.0)
    return out


def watch_list(events: Mapping[str, np.ndarray], parameters: xr.Dataset) -> pd.DataFrame:
    """Rank what to measure next.

    Parameters
    ----------
    events : mapping of array (chain, draw)
        Events by claim: 1, 0, or NaN where undefined.
    parameters : Dataset
        Parameters of the worlds.

    Returns
    -------
    DataFrame
        One row per event and block: ``target``, ``block``, ``label``, ``meaning`` (the evidence to look
        for), ``share`` (value over the variance of the event), ``value`` and ``rank`` within the event.
    """
    rows = []
    for targets in _of_same_worlds(events):
        held = np.stack([events[target].ravel() for target in targets], axis=1)
        known = np.isfinite(held[:, 0])
        variance = held[known].var(0)
        for name, block in BLOCKS.items():
            keys = [key for key in block.keys if key in parameters]
            columns = np.stack([parameters[key].to_numpy().ravel()[known] for key in keys], axis=1)
            values = value_of_information(held[known], columns)
            rows += [
                {
                    "target": target,
                    "block": name,
                    "label": block.label,
                    "meaning": block.evidence,
                    "share": value / spread if spread > 0 else 0.0,
                    "value": value,
                }
                for target, value, spread in zip(targets, values.tolist(), variance.tolist(), strict=True)
            ]
    if not rows:
        return pd.DataFrame(columns=WATCH_COLUMNS)
    table = pd.DataFrame(rows)
    table["rank"] = table.groupby("target")["value"].rank(ascending=False, method="first").astype(int)
    order = {target: place for place, target in enumerate(events)}
    table = table.sort_values(["target", "rank"], key=lambda c: c.map(order) if c.name == "target" else c)
    return table.reset_index(drop=True)


def _of_same_worlds(events: Mapping[str, np.ndarray]) -> list[list[str]]:
    """Return the events in groups that are defined in the same worlds."""
    groups: dict[bytes, list[str]] = {}
    for target, held in events.items():
        groups.setdefault(np.isfinite(held).tobytes(), []).append(target)
    return list(groups.values())
