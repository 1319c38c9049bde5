"""Our capability index against the published one that was made from many of the same scores."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

REFERENCE = Path(__file__).resolve().parents[1] / "reference" / "eci_published.csv"


@pytest.fixture(scope="module")
def compared(quick_fit):
    ours = quick_fit.capability()
    low, middle, high = ours.quantile([0.05, 0.5, 0.95], dim=("chain", "draw")).to_numpy()
    index = pd.DataFrame({"low": low, "ours": middle, "high": high}, index=ours["model"].to_numpy())
    return pd.read_csv(REFERENCE, index_col="model_id").join(index, how="inner")


def test_models_rank_as_published(compared):
    assert len(compared) > 200
    assert compared["eci"].corr(compared["ours"], method="spearman") >= 0.98


def test_the_scale_is_the_published_one_at_its_anchors(compared):
    near = compared[compared["eci"].between(125, 155)]
    assert np.median(abs(near["eci"] - near["ours"])) < 3.0


def test_intervals_overlap_the_published_ones(compared):
    overlap = (compared["low"] <= compared["ci_high"]) & (compared["high"] >= compared["ci_low"])
    assert overlap.mean() > 0.85
