"""The ratio of two labs' money on company cards (Ramp), by month.

The series covers four names, of which two are below 1 % and hop between zero and a few parts in a million, so
only the ratio of the two large ones is read.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from forkmodel.data.panel_catalogue import positions
from forkmodel.data.vocabulary import LABS, RAMP_SHARE, Reading
from forkmodel.model.choice import TINY
from forkmodel.observations.common import SHARE_TAIL, rewritten, share_of
from forkmodel.observations.observation import Density, Observation, State, Tables

__all__ = ["CardRatio"]


class CardRatio(Observation):
    """Anthropic to OpenAI on company cards."""

    name = "card_ratio"
    block = "choice"
    dim = "card_month"
    vector = "log_ratio"
    label = "card ratio"
    group = "enterprise spend"
    table = "usage"
    origin = (
        "`ramp_model_share`: Anthropic to OpenAI on company cards, by month; the two small names are too "
        "small to read"
    )
    readings = (
        Reading(
            "card ratio",
            "usage",
            {"market": (RAMP_SHARE,), "level": ("developer",), "unit": ("share",), "entity": LABS},
        ),
    )

    def _months(self, tables: Tables) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return the rows of both labs, and their shares in months (rows) that hold both (columns)."""
        names = tables.catalogue.names
        rows = names.reading(self.readings[0]).rows(tables.market.usage)
        rows = rows.loc[rows["period_start"].isin(tables.catalogue.months)]
        wide = rows.pivot_table(index="period_start", columns="entity", values="value")
        wide = wide.reindex(columns=list(names.labs or LABS))
        return rows, wide.loc[(wide > 0).all(axis=1)]

    def rows(self, tables: Tables) -> xr.Dataset:
        """Return the log ratio in months that hold both labs."""
        _, wide = self._months(tables)
        ratio = (wide.iloc[:, 0] / wide.iloc[:, 1]).to_numpy(float)
        return xr.Dataset(
            {"log_ratio": ("card_month", np.log(ratio))},
            coords={"month": ("card_month", wide.index.to_numpy("datetime64[ns]"))},
        )

    def write(self, tables: Tables, values: np.ndarray) -> pd.DataFrame:
        """Return usage with the two labs' money divided anew; their sum stays."""
        rows, wide = self._months(tables)
        both = wide.sum(axis=1)
        shares = dict(zip(wide.columns, (both * share_of(values), both * share_of(-values)), strict=True))
        rows = rows.loc[rows["period_start"].isin(wide.index)]
        place = pd.MultiIndex.from_frame(rows[["entity", "period_start"]])
        value = pd.concat(shares).reindex(place).to_numpy()
        return rewritten(tables.market.usage, value=pd.Series(value, index=rows.index))

    def density(self, rows: xr.Dataset, state: State) -> Density:
        """Return a Student t around the log ratio of the two labs' money plus the cards' bias."""
        design, ops = state.design.choice, state.ops
        n_developers, n_months = design.developers.size, len(design.demand.months)
        month = positions(rows["month"], state.catalogue.months)
        # Tables without one of the two labs hold no row either, so any developer will do.
        wanted = state.catalogue.names.labs or LABS
        labs = [lab if lab in design.developers else design.developers[0] for lab in wanted]
        first, second = positions(labs, design.developers).tolist()
        money = ops.group_sum(
            state.choice.paths.enterprise_money, design.cell_developer_month, n_developers * n_months
        )
        spots = np.concatenate([first * n_months + month, second * n_months + month])
        one, other = ops.parts(ops.log(money[spots] + TINY), [len(month)] * 2)
        mean = one - other + state.value["choice.card_bias"]
        return Density("StudentT", nu=SHARE_TAIL, mu=mean, sigma=state.value["choice.card_noise"])
