"""The panel: the market's tables as labelled arrays, ready for the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from forkmodel.data.panel_catalogue import Catalogue, PanelOptions, build_catalogue
from forkmodel.data.panel_choice import build_cells, build_share_observations
from forkmodel.data.panel_prices import build_spells
from forkmodel.data.panel_scores import build_scores
from forkmodel.data.panel_spend import build_spend
from forkmodel.errors import ModelError

if TYPE_CHECKING:
    from forkmodel.data.market_tables import MarketTables

__all__ = ["Panel", "PanelOptions"]


@dataclass(frozen=True)
class Panel:
    """Everything the model conditions on, as labelled arrays with index coordinates.

    Attributes
    ----------
    catalogue : Catalogue
        Models, lines, developers and time grids.
    scores : Dataset
        Dim ``score``: chance-corrected logit scores.
    spells : Dataset
        Dim ``spell``: log list prices.
    cells : Dataset
        Dim ``cell``: the offers of each month.
    shares : dict of Dataset
        ``model_shares``, ``access_shares``, ``developer_days``, ``money_shares``, ``card_ratio``.
    spend : dict of Dataset
        ``closed_revenue``, ``host_revenue``, ``adoption``, ``spend_per_employee``, ``reach``,
        ``router_tokens``.
    options : PanelOptions
        The choices made on the way.
    """

    catalogue: Catalogue
    scores: xr.Dataset
    spells: xr.Dataset
    cells: xr.Dataset
    shares: dict[str, xr.Dataset]
    spend: dict[str, xr.Dataset | xr.DataArray]
    options: PanelOptions

    @classmethod
    def from_market(cls, market: MarketTables, options: PanelOptions | None = None) -> Panel:
        """Build the panel from a market's tables.

        The order of rows in the tables makes no difference: everything is sorted by date and name.

        Parameters
        ----------
        market : MarketTables
            Validated tables.
        options : PanelOptions, optional
            Blend weight, smallest line and the like.

        Raises
        ------
        ModelError
            If a number would not be finite, or no model has anything to be known by.
        """
        options = options or PanelOptions()
        usage, prices = market.usage, market.prices
        used = usage.loc[(usage["level"] == "model") & usage["mapped"].astype(bool), "entity"]
        wanted = set(market.scores["model_id"]) | set(prices["model_id"]) | set(used)
        catalogue = build_catalogue(market.models, wanted, market.vintage, options)
        cells = build_cells(prices, usage, catalogue, options)
        # What a logarithm of nothing gives is reported below, by name.
        with np.errstate(divide="ignore", invalid="ignore"):
            panel = cls(
                catalogue=catalogue,
                scores=build_scores(market.scores, market.benchmarks, options),
                spells=build_spells(prices, options),
                cells=cells,
                shares=build_share_observations(usage, cells, catalogue),
                spend=build_spend(market.revenue, market.adoption, usage, catalogue),
                options=options,
            )
        panel.check_finite()
        return panel

    def check_finite(self) -> None:
        """Make sure that every number is finite: one that is not ends a fit minutes later, without a name.

        Raises
        ------
        ModelError
            Naming the observation, its number and its labels.
        """
        parts = {"scores": self.scores, "price spells": self.spells, "offers": self.cells}
        for name, data in (parts | self.shares | self.spend).items():
            whole = data.to_dataset() if isinstance(data, xr.DataArray) else data
            for variable, values in whole.data_vars.items():
                numbers = values.to_numpy()
                bad = np.argwhere(~np.isfinite(numbers.astype(float)))
                if not len(bad):
                    continue
                spot = dict(zip(values.dims, bad[0].tolist(), strict=True))
                labels = ", ".join(
                    f"{label} {str(value.to_numpy())[:10] if value.dtype.kind == 'M' else value.to_numpy()}"
                    for label, value in values.isel(spot).coords.items()
                )
                raise ModelError(
                    f"{name.replace('_', ' ')}, {variable}: {len(bad)} of {numbers.size} numbers "
                    f"{'is' if len(bad) == 1 else 'are'} not finite, the first at {labels or spot}. Look for "
                    "a 0, a share of 1 or a missing value in the row that it is read from, and correct or "
                    "delete that row; forkmodel data check names it."
                )
