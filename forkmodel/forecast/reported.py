"""What tables report of the router and of run-rates: history for simple forecasts, outcomes for scores."""

from __future__ import annotations

import pandas as pd

from forkmodel.data.market_tables import MarketTables
from forkmodel.data.vocabulary import DAILY, TOP50

__all__ = ["REVENUE", "router_days"]

#: Entities of the router's tables that are no developers.
NOT_DEVELOPERS = ("other", "stealth", "unmapped")
#: Name of a lab's run-rate as a quantity that is forecast, by developer.
REVENUE = {"OpenAI": "openai_revenue", "Anthropic": "anthropic_revenue"}


def router_days(market: MarketTables) -> pd.DataFrame:
    """Return shares of tokens by developer (columns) on each reported day or week (rows), in sum one.

    Tokens of the unlisted and of stealth models are left out.
    """
    usage = market.usage
    rows = usage.loc[
        usage["market"].isin([DAILY, TOP50]) & (usage["level"] == "developer") & (usage["unit"] == "share")
    ]
    rows = rows.loc[~rows["entity"].isin(NOT_DEVELOPERS)]
    middle = rows["period_start"] + (rows["period_end"] - rows["period_start"]) / 2
    wide = rows.assign(date=middle.dt.normalize()).pivot_table(
        index="date", columns="entity", values="value", aggfunc="mean"
    )
    return wide.div(wide.sum(axis=1), axis=0).fillna(0.0)
