"""Benchmark scores as chance-corrected logits, one row per model, benchmark and evaluator class."""

from __future__ import annotations

import pandas as pd
import xarray as xr
from scipy.special import logit

from forkmodel.data.panel_catalogue import PanelOptions

__all__ = ["build_scores"]

#: Corrected scores are clipped here: beyond it a benchmark says "floor" or "ceiling", not how far.
CLIP = (0.01, 0.99)
#: The chance level of these is unknown, so their logit has no meaning.
CHANCE_UNKNOWN = ("superglue", "truthfulqa")


def build_scores(scores: pd.DataFrame, benchmarks: pd.DataFrame, options: PanelOptions) -> xr.Dataset:
    """Turn raw scores into the observations of the item-response model.

    Several third-party rows of one model and benchmark are one measurement repeated, so their logits are
    averaged; a developer's own report is kept as a second measurement with its own bias.

    Returns
    -------
    Dataset
        Dim ``score``; variables ``logit_score`` (logit units) and ``developer_reported`` (0 or 1);
        coords ``model`` and ``benchmark`` along ``score``.
    """
    table = scores.merge(benchmarks[["benchmark", "chance_level", "ceiling"]], on="benchmark", how="left")
    table = table.loc[~table["benchmark"].isin(CHANCE_UNKNOWN)]
    seen = table.groupby("benchmark")["model_id"].transform("nunique")
    table = table.loc[seen >= options.benchmark_minimum].copy()
    chance, ceiling = table["chance_level"].fillna(0.0), table["ceiling"].fillna(1.0)
    corrected = ((table["score"] - chance) / (ceiling - chance)).clip(*CLIP)
    table["logit_score"] = logit(corrected)
    table["developer_reported"] = (table["evaluator"] == "developer").astype(float)
    keys = ["benchmark", "model_id", "developer_reported"]
    # Grouping also sorts, so the order of the file's rows makes no difference.
    rows = table.groupby(keys)["logit_score"].mean().reset_index()
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
