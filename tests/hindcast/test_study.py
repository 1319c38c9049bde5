"""Scores, baselines and base rates; and that a forecast knows nothing of what comes after its origin."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import scoringrules as sr
from scipy import stats
from synthetic import dynamics, panel_of

from forkmodel.errors import ForkModelError
from forkmodel.hindcast.base_rates import base_rate
from forkmodel.hindcast.baselines import BASELINES, LEVELS, MEDIAN, baseline_quantiles
from forkmodel.hindcast.mapping import predictive_table
from forkmodel.hindcast.page import hindcast_page
from forkmodel.hindcast.panel import market_panels
from forkmodel.hindcast.scores import METHODS, score_quantiles, table
from forkmodel.hindcast.study import forecasts_from
from forkmodel.hindcast.tables import ShareTables, read_shares


@pytest.fixture(scope="module")
def walk():
    return 8.0 + 0.03 * np.cumsum(np.random.default_rng(1).standard_normal(24))


def test_scores_are_those_of_the_distribution():
    quantiles = np.tile(stats.norm.ppf(LEVELS, 1.0, 2.0), (3, 1))
    outcome = np.array([-1.0, 1.0, 4.0])
    scored = score_quantiles(quantiles, outcome)
    assert scored.crps == pytest.approx(sr.crps_normal(outcome, 1.0, 2.0), rel=0.02)
    assert scored.error == pytest.approx(np.abs(outcome - 1.0), abs=1e-9)
    assert scored.level == pytest.approx(stats.norm.cdf(outcome, 1.0, 2.0), abs=0.01)


def test_the_median_lies_among_the_four(walk):
    made = baseline_quantiles(walk, 12)
    four = np.stack([made[name] for name in BASELINES])
    assert (made[MEDIAN] >= four.min(0)).all()
    assert (made[MEDIAN] <= four.max(0)).all()
    for quantiles in made.values():
        assert (np.diff(quantiles, axis=1) > 0.0).all()
        # The further ahead, the less is known.
        assert (np.diff(quantiles[:, -1] - quantiles[:, 0]) > -1e-9).all()


def test_a_damped_trend_ends_four_steps_of_its_slope_ahead():
    line = 8.0 + 0.1 * np.arange(20.0) + 1e-3 * (-1.0) ** np.arange(20)
    middle = baseline_quantiles(line, 200)["damped trend"][-1, len(LEVELS) // 2]
    assert middle == pytest.approx(line[-1] + 4.0 * (line[-1] - line[-5]) / 4.0, abs=1e-6)


def test_a_forecast_knows_nothing_of_what_comes_after_its_origin():
    tables, origin = read_shares(), pd.Timestamp("2018-09-30")
    other = tables.shares.copy()
    after = other["as_of"] > origin
    other.loc[after, "share"] = other.loc[after, "share"].to_numpy()[::-1]
    made = []
    for whole in (tables, ShareTables(other, tables.sources)):
        (panel,) = market_panels(whole.as_of(origin), ("browsers_africa",))
        made.append(forecasts_from(panel, dynamics(200), 8, seed=1))
    for measure, methods in made[0].items():
        assert set(methods) == set(METHODS)
        for name, quantiles in methods.items():
            np.testing.assert_array_equal(quantiles, made[1][measure][name])
            assert np.isfinite(quantiles).all()


def test_skill_and_coverage_are_of_the_cases():
    rows = pd.DataFrame({"measure": "CR3", "origin": ["2016Q1", "2017Q1", "2018Q1"], "ahead": [1, 2, 4]})
    for name in METHODS:
        rows[f"crps {name}"] = 2.0
        rows[f"error {name}"] = 1.0
        rows[f"level {name}"] = [0.5, 0.97, 0.3]
    rows["crps model"] = [1.0, 1.0, 1.0]
    (found,) = table(rows)
    assert (found["first"], found["last"], found["n"]) == (1, 4, 3)
    assert found["skill"]["ets"] == {"value": 0.5, "low": 0.5, "high": 0.5}
    assert found["coverage"] == {
        "0.5": pytest.approx(2 / 3),
        "0.8": pytest.approx(2 / 3),
        "0.9": pytest.approx(2 / 3),
    }


def test_a_base_rate_counts_starts_and_windows():
    """Forty quarters of a market that begins at an HHI of 5,000 and jumps to 10,000 half way."""
    first = np.tile([0.5, 0.5], (20, 1))
    panel = panel_of(np.vstack([first, np.tile([1.0, 0.0], (20, 1))]))
    found = base_rate("hhi", 5000.0, 1, low=9000.0, panels=[panel])
    assert (found.starts, found.markets, found.windows) == (20, 1, 5.0)
    assert found.share == pytest.approx(4 / 20)
    assert found.interval == pytest.approx(tuple(stats.beta(1.5, 4.5).ppf([0.025, 0.975])))
    # The same market a second time adds starts and no window.
    twice = base_rate("hhi", 5000.0, 1, low=9000.0, panels=[panel, panel])
    assert (twice.starts, twice.windows) == (40, 5.0)
    assert base_rate("hhi", 100.0, 1, panels=[panel]).share is None
    with pytest.raises(ForkModelError, match="hhi, cr3"):
        base_rate("gini", 0.5, 1)
    with pytest.raises(ForkModelError, match="positive"):
        base_rate("cr3", 0.5, 0)


def test_the_page_says_what_is_withheld():
    failed = {"status": "FAIL", "worst_rhat": 1.5, "smallest_ess": 7.0, "divergent": 0.0, "failed": ["R-hat"]}
    record = {
        "hindcast": {"reviews": {"2016-12-31": failed}, "table": []},
        "review": failed,
        "predictive": None,
    }
    assert "FAIL (R-hat 1.500, ESS 7" in hindcast_page(record)
    assert "nothing is said of a new market" in hindcast_page(record)
    told = hindcast_page(record | {"predictive": predictive_table(dynamics(10))})
    assert "| momentum, per quarter | forecast.share_momentum | 0.5 | 0.5 | 0.5 |" in told
