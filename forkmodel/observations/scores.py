"""Benchmark scores: chance-corrected logits, one row per model, benchmark and evaluator class.

``y ~ StudentT(nu, alpha_b theta_m + c_b + bias * developer_reported, sigma_b)``, where developers' own
reports have a noise of their own too.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from forkmodel.data.panel_catalogue import positions
from forkmodel.observations.common import log_odds, rewritten, share_of
from forkmodel.observations.observation import Density, Observation, State, Tables

__all__ = ["Scores"]

#: Corrected scores are clipped here: beyond it a benchmark says "floor" or "ceiling", not how far.
CLIP = (0.01, 0.99)
#: The chance level of these is unknown, so their logit has no meaning.
CHANCE_UNKNOWN = ("superglue", "truthfulqa")
#: Rows that agree in these are one measurement repeated.
SAME = ["benchmark", "model_id", "developer_reported"]


def _corrected(tables: Tables) -> pd.DataFrame:
    """Return the rows of scores that count, with chance level, ceiling and ``logit_score``."""
    benchmarks = tables.market.benchmarks[["benchmark", "chance_level", "ceiling"]]
    # Benchmarks are unique, so the merge keeps the rows of scores and their numbers.
    table = tables.market.scores.merge(benchmarks, on="benchmark", how="left")
    table = table.loc[~table["benchmark"].isin(CHANCE_UNKNOWN)]
    seen = table.groupby("benchmark")["model_id"].transform("nunique")
    table = table.loc[seen >= tables.options.benchmark_minimum].copy()
    table["chance_level"], table["ceiling"] = table["chance_level"].fillna(0.0), table["ceiling"].fillna(1.0)
    span = table["ceiling"] - table["chance_level"]
    corrected = ((table["score"] - table["chance_level"]) / span).clip(*CLIP)
    table["logit_score"] = log_odds(corrected)
    table["developer_reported"] = (table["evaluator"] == "developer").astype(float)
    return table


class Scores(Observation):
    """Scores on benchmarks."""

    name = "scores"
    block = "capability"
    dim = "score"
    vector = "logit_score"
    label = "scores"
    group = "benchmark scores"
    table = "scores"
    origin = (
        "`scores`, corrected for chance; repeated third-party results are averaged, the developer's own is "
        "kept apart with a bias of its own"
    )
    counts_if = "A score counts if its benchmark has scores of at least five models."

    def rows(self, tables: Tables) -> xr.Dataset:
        """Turn raw scores into the observations of the item-response model.

        Several third-party rows of one model and benchmark are one measurement repeated, so their logits are
        averaged; a developer's own report is kept as a second measurement with its own bias.

        Returns
        -------
        Dataset
            Variables ``logit_score`` (logit units) and ``developer_reported`` (0 or 1); coords ``model`` and
            ``benchmark``.
        """
        # Grouping also sorts, so the order of the file's rows makes no difference.
        rows = _corrected(tables).groupby(SAME)["logit_score"].mean().reset_index()
        return xr.Dataset(
            {
                "logit_score": ("score", rows["logit_score"].to_numpy(float)),
                "developer_reported": ("score", rows["developer_reported"].to_numpy(float)),
            },
            coords={
                "model": ("score", rows["model_id"].to_numpy(str)),
                "benchmark": ("score", rows["benchmark"].to_numpy(str)),
            },
        )

    def write(self, tables: Tables, values: np.ndarray) -> pd.DataFrame:
        """Return the scores, repeated ones alike; beyond ``CLIP`` they are read as floor or ceiling.

        The density knows nothing of floor and ceiling, so a world far from ours, with every fifth score at
        one, is not recovered from its tables; in the bundled ones it is one in a hundred.
        """
        table = _corrected(tables)
        corrected = share_of(values)[table.groupby(SAME).ngroup().to_numpy()]
        score = table["chance_level"] + (table["ceiling"] - table["chance_level"]) * corrected
        return rewritten(tables.market.scores, score=score)

    def density(self, rows: xr.Dataset, state: State) -> Density:
        """Return a Student t around the item's response to the model's ability."""
        value = state.value
        model = positions(rows["model"], state.catalogue.models.index)
        benchmark = positions(rows["benchmark"], pd.Index(state.design.capability.benchmarks))
        reported = rows["developer_reported"].to_numpy()
        slope = state.ops.exp(value["capability.log_discrimination"])
        mean = (
            slope[benchmark] * state.capability.theta[model]
            + value["capability.intercept"][benchmark]
            + value["capability.developer_bias"] * reported
        )
        noise = value["capability.score_noise"][benchmark]
        ratio = value["capability.developer_noise_ratio"]
        sd = noise * (1.0 + (ratio - 1.0) * reported)
        return Density("StudentT", nu=value["capability.score_tail"], mu=mean, sigma=sd)
