"""The scoreboard on cases whose figures are known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forkmodel.forecast.baselines import MEDIAN, NAMED
from forkmodel.validate.backtest.clusters import skill_over, within
from forkmodel.validate.backtest.events import event_scores
from forkmodel.validate.backtest.scoreboard import scoreboard, trust_frame
from forkmodel.validate.backtest.scoreboard_page import scoreboard_tables

DATES = pd.to_datetime(["2025-08-01", "2025-11-01", "2026-02-01", "2026-05-01"])


@pytest.fixture
def cases():
    """Return cases of two targets: worlds halve the CRPS of the bar on one and double it on the other."""
    rng = np.random.default_rng(0)
    parts = []
    for target, ratio in (("gap", 0.5), ("open_share", 2.0)):
        bar = rng.uniform(1.0, 2.0, len(DATES))
        table = pd.DataFrame(
            {
                "target": target,
                "cutoff": ["2025-06-30", "2025-06-30", "2025-12-31", "2025-12-31"],
                "date": DATES,
                "horizon_quarters": [1, 2, 1, 2],
                "crps": ratio * bar,
                "pit": [0.03, 0.4, 0.6, 0.99],
                "last": 1.0,
                "outcome": [0.0, 2.0, 2.0, 2.0],
                "above_last": [0.1, 0.9, 0.7, 0.5],
            }
        )
        for name in (*NAMED, MEDIAN):
            table[f"crps {name}"] = bar
        parts.append(table)
    return pd.concat(parts, ignore_index=True)


def test_skill_is_the_part_saved_and_its_interval_knows_equal_quarters(cases):
    found = skill_over(cases.loc[cases["target"] == "gap"], MEDIAN)
    assert found == pytest.approx({"skill": 0.5, "low": 0.5, "high": 0.5, "n": 4, "quarters": 4})


def test_pooled_skill_is_a_geometric_mean_over_targets(cases):
    assert skill_over(cases, MEDIAN)["skill"] == pytest.approx(0.0)


def test_two_quarters_have_no_interval(cases):
    found = skill_over(cases.iloc[:2], MEDIAN)
    assert found["low"] is None
    assert found["skill"] == pytest.approx(0.5)


def test_a_baseline_that_was_made_for_no_case_has_no_skill(cases):
    cases["crps ets"] = np.nan
    assert skill_over(cases, "ets") is None
    assert scoreboard(cases)["by_target"][0]["skill"]["ets"] is None


def test_coverage_counts_outcomes_inside(cases):
    assert within(cases, 0.9)["held"] == 0.5
    assert within(cases, 0.95)["held"] == 0.75
    assert within(cases, 0.9)["low"] <= 0.5 <= within(cases, 0.9)["high"]


def test_the_parts_of_the_brier_score_add_up(cases):
    found = event_scores(cases)
    p = cases["above_last"]
    came = cases["outcome"] > cases["last"]
    assert found["brier"] == pytest.approx(np.square(p - came).mean())
    parts = found["reliability"] - found["resolution"] + found["uncertainty"] + found["within"]
    assert parts == pytest.approx(found["brier"])
    assert found["uncertainty"] == pytest.approx(0.75 * 0.25)
    # All that fell were given one chance in ten and all others more than that.
    assert found["resolution"] == pytest.approx(found["uncertainty"])


def test_who_won_is_told_by_window(cases):
    won = {(row["target"], row["cutoff"]): row["winner"] for row in scoreboard(cases)["by_window"]}
    assert won["gap", "2025-06-30"] == "worlds"
    assert won["open_share", "2025-12-31"] in NAMED


def test_the_frame_of_a_page_and_the_tables_say_the_same(cases):
    record = {"scoreboard": scoreboard(cases)}
    frame = trust_frame(record).set_index("target")
    assert list(frame.index) == ["gap", "open_share", "all"]
    assert frame.loc["gap", "skill"] == pytest.approx(0.5)
    assert frame.loc["gap", ["beaten", "named", "windows_won", "windows"]].tolist() == [4, 4, 2, 2]
    assert frame.loc["all", "inside_90"] == 0.5
    skills, *_ = scoreboard_tables(record)
    assert "| gap | 4 |" in skills
    assert "+0.50 [+0.50, +0.50] (4)" in skills
    assert trust_frame({}).empty
    assert scoreboard_tables({}) == []
