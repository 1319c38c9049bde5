"""A small design cut from real tables: the same equations, dates and kinds of observation, fewer of each.

Calibration refits hundreds of simulated data sets, so it is done where a refit takes seconds. What a small
design cannot show is whether sampling still works at full size; that is what the review of each fit is for.
"""

from __future__ import annotations

import pandas as pd

from forkmodel.data.market import Market
from forkmodel.data.merging import canonical, resolves
from forkmodel.data.panel import PanelOptions
from forkmodel.data.panel_choice import ENTERPRISE

__all__ = ["SMALL_OPTIONS", "small_market"]

#: Developers kept: four closed labs, and three open ones of which one also has closed models.
DEVELOPERS = ("Anthropic", "Google DeepMind", "OpenAI", "xAI", "Alibaba", "DeepSeek", "Moonshot AI")
FIRST_RELEASE = pd.Timestamp("2024-06-01")
FIRST_USAGE = pd.Timestamp("2025-10-01")
BENCHMARKS = 10
#: Models per developer and access, those with most scores.
MODELS_PER_LINE = 7
#: Models that fix the public scale.
ANCHORS = ("claude-3.5-sonnet", "gpt-5")
SMALL_OPTIONS = PanelOptions(
    first_month="2024-11-01", monthly_from="2025-10-01", first_quarter="2024-01-01", line_minimum=3
)


def small_market(market: Market) -> Market:
    """Return a few developers, models, benchmarks and months of a market, with everything about money.

    Parameters
    ----------
    market : Market
        Full tables.
    """
    counts = market.scores.groupby("model_id")["benchmark"].nunique()
    models = market.models.assign(scores=market.models["model_id"].map(counts).fillna(0))
    models = models.loc[models["developer"].isin(DEVELOPERS) & (models["release_date"] >= FIRST_RELEASE)]
    models = models.loc[models["model_id"].isin(market.prices["model_id"])]
    ranked = models.sort_values(["scores", "model_id"], ascending=[False, True])
    place = ranked.groupby(["developer", "access"]).cumcount()
    kept = ranked.loc[(place < MODELS_PER_LINE) | ranked["model_id"].isin(ANCHORS)].drop(columns="scores")
    scores = market.scores.loc[market.scores["model_id"].isin(kept["model_id"])]
    benchmarks = scores["benchmark"].value_counts().index[:BENCHMARKS]
    usage = market.usage
    inside = usage["level"].ne("model") | usage["entity"].isin([*kept["model_id"], "other"])
    known = usage["level"].ne("developer") | usage["entity"].isin([*DEVELOPERS, "other"])
    recent = (usage["period_start"] >= FIRST_USAGE) | usage["market"].eq(ENTERPRISE)
    usage = usage.loc[inside & known & recent]
    frames = market.tables() | {
        "models": kept,
        "benchmarks": market.benchmarks.loc[market.benchmarks["benchmark"].isin(benchmarks)],
        "scores": scores.loc[scores["benchmark"].isin(benchmarks)],
        "prices": market.prices.loc[market.prices["model_id"].isin(kept["model_id"])],
        "usage": usage.assign(mapped=resolves(usage, kept)),
    }
    return Market(**canonical(frames), vintage=market.vintage)
