"""Scores, baselines and base rates; and that a forecast knows nothing of what comes after its origin."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scoringrules as sr
from scipy import stats
from synthetic import dynamics, panel_of

from forkmodel.cli.documents import DOCUMENTS, fits
from forkmodel.errors import ForkModelError
from forkmodel.hindcast.base_rates import base_rate, rate_table
from forkmodel.hindcast.baselines import BASELINES, LEVELS, MEDIAN, baseline_quantiles
from forkmodel.hindcast.mapping import MEANINGS, predictive_table, prior_file_of, stated_priors
from forkmodel.hindcast.page import hindcast_page
from forkmodel.hindcast.panel import market_panels
from forkmodel.hindcast.record import kept_record, tables_hash
from forkmodel.hindcast.scores import METHODS, score_quantiles, table
from forkmodel.hindcast.study import YEARS, forecasts_from
from forkmodel.hindcast.tables import ShareTables, read_shares
from forkmodel.json_text import json_ready
from forkmodel.package_files import prior_file
from forkmodel.priors import load_priors

ROOT = Path(__file__).resolve().parents[2]


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
    rows = pd.DataFrame(
        {
            "market": "a",
            "bias": 0.5,
            "measure": "CR3",
            "origin": ["2016Q1", "2017Q1", "2018Q1"],
            "ahead": [1, 2, 4],
        }
    )
    for name in METHODS:
        rows[f"crps {name}"] = 2.0
        rows[f"error {name}"] = 1.0
        rows[f"level {name}"] = [0.5, 0.97, 0.3]
    rows["crps model"] = [1.0, 1.0, 1.0]
    (found,) = table(rows)
    assert (found["first"], found["last"], found["n"], found["bias"]) == (1, 4, 3, 0.5)
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
    assert (found.share, found.rose) == (pytest.approx(4 / 20), pytest.approx(4 / 20))
    assert found.interval == pytest.approx(tuple(stats.beta(1.5, 4.5).ppf([0.025, 0.975])))
    # The same market a second time adds starts and no window.
    twice = base_rate("hhi", 5000.0, 1, low=9000.0, panels=[panel, panel])
    assert (twice.starts, twice.windows) == (40, 5.0)
    assert base_rate("hhi", 100.0, 1, panels=[panel]).share is None
    with pytest.raises(ForkModelError, match="hhi, cr3"):
        base_rate("gini", 0.5, 1)
    with pytest.raises(ForkModelError, match="positive"):
        base_rate("cr3", 0.5, 0)


def test_the_bundled_record_is_of_these_tables_and_stands_on_the_page():
    record = kept_record()
    assert fits(record, *DOCUMENTS["hindcast"])
    assert record["tables"] == tables_hash(read_shares())
    page = (ROOT / "docs" / "hindcast.md").read_text(encoding="utf-8")
    for block in hindcast_page(record).strip().split("\n\n"):
        assert block in page
    assert record["base_rates"] == json_ready(rate_table(market_panels(read_shares())))
    assert record["hindcast"]["reviews"].keys() == {f"{year}-12-31" for year in YEARS}


def test_the_bundled_priors_are_those_of_the_record():
    record = kept_record()
    # A backtest begins in June 2025 and may know what was on record at the end of the year before.
    before = record["hindcast"]["predictive"]["2024-12-31"]
    for name, said in (("reference", record["predictive"]), ("hindsight-free", before)):
        entries = tomllib.loads(prior_file(name).read_text(encoding="utf-8"))["forecast"]
        for key, stated in stated_priors(said).items():
            assert entries[key.removeprefix("forecast.")].items() >= stated.items(), (name, key)
        priors = load_priors(name)
        for row in said:
            assert priors[row["prior"]].quantile(0.95) == pytest.approx(row["high"], rel=0.05)


def test_a_record_of_ones_own_gives_a_prior_file(tmp_path):
    said = [row | {"low": 0.5 * row["low"], "high": 2.0 * row["high"]} for row in kept_record()["predictive"]]
    (tmp_path / "mine.toml").write_text(prior_file_of(said), encoding="utf-8")
    mine, reference = load_priors(str(tmp_path / "mine.toml")), load_priors("reference")
    assert {key for key in reference if str(mine[key]) != str(reference[key])} == set(MEANINGS)
    for row in said:
        assert mine[row["prior"]].quantile(0.95) == pytest.approx(row["high"], rel=0.05)


def test_without_a_record_there_is_none(tmp_path):
    assert kept_record(tmp_path / "hindcast.json") is None


def test_a_departure_says_where_a_prior_set_stands():
    rows = {row["prior"]: row for row in predictive_table(dynamics(10, entry=0.2))}
    entry = rows["forecast.entry_closed"]
    assert (entry["median"], entry["draws"]) == (pytest.approx(0.2), 10)
    assert entry["sets"]["skeptic"]["above"] == 1.0
    assert "above 100 % of other markets" in entry["sets"]["skeptic"]["departure"]
    assert "below 100 % of other markets" in entry["sets"]["advocate"]["departure"]


def test_the_page_says_what_is_withheld():
    failed = {"status": "FAIL", "worst_rhat": 1.5, "smallest_ess": 7.0, "divergent": 0.0, "failed": ["R-hat"]}
    record = kept_record() | {"review": failed, "predictive": None}
    assert "whole record | FAIL (R-hat 1.500, ESS 7" in hindcast_page(record)
    assert "nothing is said of a new market" in hindcast_page(record)
