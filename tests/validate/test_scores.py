"""Scores against closed forms, and tables of them."""

import numpy as np
import pandas as pd
import pytest
import scoringrules as sr

from forkmodel.forecast.baselines import BASELINES
from forkmodel.validate.backtest.proper_scores import score_draws, skill_table
from forkmodel.validate.backtest.targets import TARGETS


def test_crps_of_draws_is_that_of_their_distribution():
    draws = np.random.default_rng(0).normal(2.0, 3.0, 20_000)
    score = score_draws(TARGETS["gap"], draws, 4.0)
    assert score.crps == pytest.approx(sr.crps_normal(4.0, 2.0, 3.0), rel=0.02)
    assert score.pit == pytest.approx(0.7475, abs=0.01)
    assert score.log_score == pytest.approx(sr.logs_normal(4.0, 2.0, 3.0), abs=0.05)


def test_shares_are_scored_as_shares():
    line = np.random.default_rng(0).normal(0.0, 1.0, 5000)
    share = 1.0 / (1.0 + np.exp(-line))
    score = score_draws(TARGETS["open_share"], line, 0.0)
    assert score.crps == pytest.approx(sr.crps_ensemble(0.5, share), rel=0.02)
    assert score.crps < 0.1


@pytest.mark.parametrize("outcome", [-4.0, 0.3, 2.0, 5.0])
def test_scores_are_those_of_scoringrules(outcome):
    draws = np.random.default_rng(3).standard_t(4, 1500) + 1.0
    score = score_draws(TARGETS["gap"], draws, outcome)
    assert score.crps == pytest.approx(sr.crps_ensemble(outcome, draws, estimator="qd"), rel=1e-12)
    assert score.log_score == pytest.approx(sr.logs_ensemble(outcome, draws), rel=1e-12)


def test_an_outcome_has_its_rank_among_the_draws():
    draws = np.linspace(-1.0, 1.0, 2001)
    for outcome, rank in ((0.7, 0.85), (-0.95, 0.025)):
        assert score_draws(TARGETS["gap"], draws, outcome).pit == pytest.approx(rank, abs=0.001)


def _cases(crps, baseline):
    rows = {"target": "gap", "crps": crps, "log_score": 1.0, "pit": [0.5, 0.99][: len(crps)]}
    for name in BASELINES:
        rows[f"crps {name}"] = baseline.get(name, [np.nan] * len(crps))
        rows[f"log_score {name}"] = baseline.get(name, [np.nan] * len(crps))
    return pd.DataFrame(rows)


def test_skill_is_against_the_best_baseline_that_is_mostly_there():
    cases = _cases([1.0, 3.0], {"drift": [4.0, 4.0], "trend": [1.0, np.nan], "ets": [6.0, 6.0]})
    (row,) = skill_table(cases, ["target"]).to_dict("records")
    assert row["best_baseline"] == "drift"
    assert row["skill"] == pytest.approx(0.5)
    assert row["n_compared"] == 2
    assert row["crps_baselines"]["trend"] is None
    assert row["coverage"] == {"0.5": 0.5, "0.8": 0.5, "0.9": 0.5, "0.95": 0.5}


def test_skill_is_over_the_cases_that_the_baseline_was_made_for():
    cases = pd.concat([_cases([1.0, 3.0], {"drift": [4.0, 4.0]}), _cases([50.0], {})], ignore_index=True)
    (row,) = skill_table(cases.iloc[:3], ["target"]).to_dict("records")
    assert row["skill"] == pytest.approx(0.5)
    assert (row["n"], row["n_compared"]) == (3, 2)
    assert row["crps"] == pytest.approx(18.0)


def test_without_any_baseline_there_is_no_skill():
    (row,) = skill_table(_cases([1.0, 3.0], {}), ["target"]).to_dict("records")
    assert row["best_baseline"] is None
    assert row["skill"] is None
