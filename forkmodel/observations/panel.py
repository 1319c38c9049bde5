"""Make the panel: every observation turns the tables into rows of its own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from forkmodel.data.market_names import MarketNames, market_in_known_words
from forkmodel.data.market_tables import MarketTables
from forkmodel.data.panel import Panel
from forkmodel.data.panel_catalogue import PanelOptions, build_catalogue
from forkmodel.data.panel_choice import build_cells, router_tokens
from forkmodel.errors import ModelError, did_you_mean
from forkmodel.model.design import BLOCKS
from forkmodel.observations.observation import Observation, Tables
from forkmodel.observations.registry import OBSERVATIONS

__all__ = ["make_panel"]


def make_panel(
    market: MarketTables,
    options: PanelOptions | None = None,
    observations: Sequence[Observation] = OBSERVATIONS,
) -> Panel:
    """Build the panel from a market's tables.

    The order of rows in the tables makes no difference: everything is sorted by date and name.

    Parameters
    ----------
    market : MarketTables
        Validated tables.
    options : PanelOptions, optional
        Blend weight, smallest line and the like; by default :meth:`PanelOptions.of_market`.
    observations : sequence of Observation
        What is read: the bundled observations, or others under their names, and any further ones.

    Raises
    ------
    ModelError
        If a number would not be finite, no model has anything to be known by, or the observations do not fit
        together.
    """
    _check(observations)
    names = MarketNames.of(market)
    options = options or PanelOptions.of_market(market.models, market.vintage, names)
    market = market_in_known_words(market)
    usage, prices = market.usage, market.prices
    used = usage.loc[(usage["level"] == "model") & usage["mapped"].astype(bool), "entity"]
    wanted = set(market.scores["model_id"]) | set(prices["model_id"]) | set(used)
    catalogue = build_catalogue(market.models, wanted, market.vintage, options, names)
    tables = Tables(market, catalogue, build_cells(prices, usage, catalogue, options), options)
    # What a logarithm of nothing gives is reported below, by name.
    with np.errstate(divide="ignore", invalid="ignore"):
        panel = Panel(
            catalogue=catalogue,
            cells=tables.cells,
            router_tokens=router_tokens(usage, catalogue),
            rows={observation.name: observation.rows(tables) for observation in observations},
            observations=tuple(observations),
            options=options,
        )
    panel.check_finite()
    return panel


def _check(observations: Sequence[Observation]) -> None:
    """Refuse a list that no model can be made of, before anything is read."""
    names = [observation.name for observation in observations]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ModelError(
            f"two observations are named {twice[0]}; give the new one a name of its own, or leave the other "
            "out."
        )
    # Blocks have parameters by benchmark, seller and firm, which they take from these rows.
    missing = [observation.name for observation in OBSERVATIONS if observation.name not in names]
    if missing:
        raise ModelError(
            f"the observations lack {', '.join(missing)}, from which blocks take their dimensions; begin "
            "with the bundled ones, (*OBSERVATIONS, ...), and replace one by another of its name."
        )
    for observation in observations:
        if observation.block not in BLOCKS:
            raise ModelError(
                f"{observation.name} belongs to the block {observation.block!r}, which does not exist. "
                f"{did_you_mean(observation.block, list(BLOCKS))}"
            )
