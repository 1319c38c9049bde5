"""A small design cut from real tables: the same equations, dates and kinds of observation, fewer of each.

Calibration refits hundreds of simulated data sets, so it is done where a refit takes seconds. What a small
design cannot show is whether sampling still works at full size; that is what the review of each fit is for.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from forkmodel.data.market_tables import MarketTables
from forkmodel.data.merging import canonical, resolves
from forkmodel.data.panel import PanelOptions
from forkmodel.data.vocabulary import ENTERPRISE

__all__ = ["DESIGNS", "SMALL_OPTIONS", "SmallDesign", "small_market"]

#: Developers kept: four closed labs, and three open ones of which one also has closed models.
DEVELOPERS = ("Anthropic", "Google DeepMind", "OpenAI", "xAI", "Alibaba", "DeepSeek", "Moonshot AI")
#: Models that fix the public scale.
ANCHORS = ("claude-3.5-sonnet", "gpt-5")


@dataclass(frozen=True)
class SmallDesign:
    """How much of the tables is kept.

    Attributes
    ----------
    first_release, first_usage : str
        Days (ISO) from which models and the router's usage are kept.
    models_per_line : int
        Models per developer and access, those with most scores.
    benchmarks : int
        Benchmarks, those with most scores.
    """

    first_release: str
    first_usage: str
    models_per_line: int
    benchmarks: int

    @property
    def options(self) -> PanelOptions:
        """Grids that go with the tables."""
        return PanelOptions(
            first_month="2024-11-01",
            monthly_from=self.first_usage,
            first_quarter="2024-01-01",
            line_minimum=3,
        )


#: ``small`` serves most studies; ``smallest`` those that refit buyers' choices hundreds of times.
DESIGNS = {
    "small": SmallDesign("2024-06-01", "2025-10-01", models_per_line=7, benchmarks=10),
    "smallest": SmallDesign("2025-04-01", "2026-02-01", models_per_line=3, benchmarks=6),
}
SMALL_OPTIONS = DESIGNS["small"].options


def small_market(market: MarketTables, design: SmallDesign = DESIGNS["small"]) -> MarketTables:
    """Return a few developers, models, benchmarks and months of a market, with everything about money.

    Parameters
    ----------
    market : MarketTables
        Full tables.
    design : SmallDesign
        How much to keep.
    """
    counts = market.scores.groupby("model_id")["benchmark"].nunique()
    models = market.models.assign(scores=market.models["model_id"].map(counts).fillna(0))
    anchors = models["model_id"].isin(ANCHORS)
    released = (models["release_date"] >= pd.Timestamp(design.first_release)) | anchors
    models = models.loc[models["developer"].isin(DEVELOPERS) & released]
    models = models.loc[models["model_id"].isin(market.prices["model_id"])]
    ranked = models.sort_values(["scores", "model_id"], ascending=[False, True])
    place = ranked.groupby(["developer", "access"]).cumcount()
    chosen = (place < design.models_per_line) | ranked["model_id"].isin(ANCHORS)
    kept = ranked.loc[chosen].drop(columns="scores")
    scores = market.scores.loc[market.scores["model_id"].isin(kept["model_id"])]
    benchmarks = scores["benchmark"].value_counts().index[: design.benchmarks]
    usage = market.usage
    inside = usage["level"].ne("model") | usage["entity"].isin([*kept["model_id"], "other"])
    known = usage["level"].ne("developer") | usage["entity"].isin([*DEVELOPERS, "other"])
    recent = (usage["period_start"] >= pd.Timestamp(design.first_usage)) | usage["market"].eq(ENTERPRISE)
    usage = usage.loc[inside & known & recent]
    frames = market.tables() | {
        "models": kept,
        "benchmarks": market.benchmarks.loc[market.benchmarks["benchmark"].isin(benchmarks)],
        "scores": scores.loc[scores["benchmark"].isin(benchmarks)],
        "prices": market.prices.loc[market.prices["model_id"].isin(kept["model_id"])],
        "usage": usage.assign(mapped=resolves(usage, kept)),
    }
    return MarketTables(**canonical(frames), vintage=market.vintage)
