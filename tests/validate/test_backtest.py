"""The backtest: nothing leaks, everything is scored, and what it prints has the shape callers rely on."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import forkmodel as fm
from forkmodel.data.merging import canonical, resolves
from forkmodel.json_text import json_ready
from forkmodel.validate.backtest.backtest import Backtest, foresee_from
from forkmodel.validate.backtest.foresight import Foresight, file_hash
from forkmodel.validate.backtest.outcomes import observations
from forkmodel.validate.backtest.page import backtest_tables
from forkmodel.validate.backtest.retrospective import retrospective_path, score_retrospective
from forkmodel.validate.backtest.score_table import score_foresight
from forkmodel.validate.backtest.scoreboard_page import scoreboard_tables
from forkmodel.validate.backtest.targets import TARGETS
from forkmodel.validate.backtest.yardstick import Measure
from forkmodel.validate.calibration.small_design import SMALL_OPTIONS, small_market
from forkmodel.validate.jobs.fit_job import FitJob
from forkmodel.validate.records import BACKTEST, STRICT_BACKTEST, backtest_record

CUTOFF = "2026-03-31"


def planted(market, day):
    """Return the market with one absurd row of every kind, dated on a day."""
    date = pd.Timestamp(day)
    tables = market.tables()

    def added(table, **changes):
        frame = tables[table]
        row = frame.iloc[[-1]].assign(**changes)
        return pd.concat([frame, row], ignore_index=True)

    frames = tables | {
        "models": added("models", model_id="planted", release_date=date),
        "scores": added("scores", model_id="planted", score=0.999, source_snapshot=date),
        "prices": added("prices", model_id="planted", effective_from=date, first_observed=date),
        "revenue": added("revenue", developer="OpenAI", as_of=date, annualised_revenue_usd=9e14),
        "adoption": added("adoption", date=date, value=0.999),
        "structure": added("structure", as_of=date),
    }
    usage = tables["usage"].iloc[[-1]].assign(period_start=date, period_end=date, value=0.999)
    frames["usage"] = pd.concat([tables["usage"], usage], ignore_index=True)
    frames["usage"] = frames["usage"].assign(mapped=resolves(frames["usage"], frames["models"]))
    return type(market)(**canonical(frames), vintage=market.vintage)


@pytest.fixture(scope="module")
def small(market):
    return small_market(market)


def _job(tables):
    return FitJob(
        tables.as_of(CUTOFF),
        fm.load_priors("hindsight-free"),
        options=SMALL_OPTIONS,
        draws=30,
        tune=60,
        chains=2,
        seed=4,
        cores=2,
    )


@pytest.fixture(scope="module")
def made(small, tmp_path_factory):
    path = tmp_path_factory.mktemp("fits") / "fit.nc"
    job = _job(small)
    job.run(path)
    return job, foresee_from(path)[1]


def test_a_value_planted_after_the_cutoff_does_not_move_the_forecast(small, made):
    """What a job writes follows from its key (test_same_fits.py), and a forecast from that file alone."""
    job, _ = made
    other = _job(planted(small, "2026-04-01"))
    assert other.key == job.key
    own = job.data.tables()
    for name, table in other.data.tables().items():
        pd.testing.assert_frame_equal(table, own[name])


def test_a_value_planted_before_the_cutoff_would_have_moved_it(small, made):
    job, _ = made
    moved = planted(small, "2026-03-15").as_of(CUTOFF)
    assert moved.content_hash != job.data.content_hash


def test_baselines_see_no_more_than_the_forecast(small, made):
    _, foresight = made
    args = (foresight.measure, foresight.developers)
    known = observations(small.as_of(CUTOFF), *args)
    assert known["date"].max() <= pd.Timestamp(CUTOFF)
    pd.testing.assert_frame_equal(known, observations(planted(small, "2026-04-01").as_of(CUTOFF), *args))


def test_observations_after_a_day_are_after_that_day(small, made):
    _, foresight = made
    later = observations(small, foresight.measure, foresight.developers, after=pd.Timestamp("2026-05-10"))
    assert (later["date"] > pd.Timestamp("2026-05-10")).all()
    assert {"open_share", "closed_frontier", "token_hhi"} <= set(later["target"])


@pytest.fixture(scope="module")
def cases(small, made):
    _, foresight = made
    return score_foresight(foresight, small.as_of(CUTOFF), small, foresight.measure).assign(cutoff=CUTOFF)


def test_every_target_with_an_outcome_is_scored(cases):
    assert set(cases["target"]) >= set(TARGETS) - {"openai_revenue"}
    assert cases["horizon_quarters"].between(1, 4).all()
    assert cases["date"].gt(pd.Timestamp(CUTOFF)).all()
    assert cases["crps"].gt(0).all()
    assert cases["pit"].between(0, 1).all()
    assert (cases["low"] <= cases["median"]).all()
    assert (cases["median"] <= cases["high"]).all()


def test_the_document_has_the_promised_shape(cases):
    document = json.loads(json.dumps(Backtest(cases, {"seed": 4}).as_dict(), default=str))
    for row in document["targets"]:
        assert {"target", "horizon_quarters", "n", "crps", "crps_baselines", "skill", "coverage"} <= set(row)
        assert {"0.5", "0.8", "0.95"} <= set(row["coverage"])
    assert sum(row["n"] for row in document["targets"]) == len(cases)
    assert set(document["pooled"]) == {"confirmed", "all"}


def test_a_foresight_comes_back_from_its_file(made, tmp_path):
    _, foresight = made
    path = tmp_path / "kept.nc"
    foresight.save(path)
    back = Foresight.load(path)
    assert back.vintage == foresight.vintage
    assert back.developers == foresight.developers
    date = pd.Timestamp("2026-07-15")
    np.testing.assert_allclose(
        back.at("open_share", "-", date), foresight.at("open_share", "-", date), rtol=1e-5, atol=1e-5
    )
    np.testing.assert_allclose(back.measure.index, foresight.measure.index, rtol=1e-6)
    with pytest.raises(fm.FitFileError, match="no kept forecast"):
        Foresight.load(tmp_path / "none.nc")


def test_units_of_two_measures_are_brought_together(made):
    _, foresight = made
    own = foresight.measure
    stretched = Measure(own.models, 3.0 + 1.7 * own.draws)
    back = stretched.in_units_of(own)
    np.testing.assert_allclose(back.index, own.index)
    dates = pd.DatetimeIndex(["2025-12-31", "2026-03-31"])
    np.testing.assert_allclose(back.frontier(dates, "closed")[0], own.frontier(dates, "closed")[0])
    with pytest.raises(fm.ForkModelError, match="in common"):
        own.in_units_of(Measure(own.models.iloc[:3], own.draws[:, :3]))


def test_earlier_tables_are_refused(small, made):
    _, foresight = made
    with pytest.raises(fm.ForkModelError, match="give later ones"):
        score_foresight(foresight, small.as_of(CUTOFF), small.as_of("2026-01-31"), foresight.measure)


def test_the_retrospective_forecast_is_scored_with_its_hash(market):
    kept = Foresight.load(retrospective_path())
    assert kept.vintage == pd.Timestamp("2026-06-01")
    assert kept.facts["prior_set"] == "hindsight-free"
    scored = score_retrospective(market, kept.measure)
    assert scored.hash == file_hash(retrospective_path())
    assert {"open_share", "token_hhi", "closed_frontier"} <= set(scored.cases["target"])
    assert scored.cases["date"].between(pd.Timestamp("2026-06-02"), market.vintage).all()
    assert score_retrospective(market.as_of("2026-06-01"), kept.measure) is None


@pytest.mark.parametrize("name", [BACKTEST, STRICT_BACKTEST])
def test_the_page_shows_the_record(name):
    page = (Path(__file__).parents[2] / "docs" / f"{name}.md").read_text(encoding="utf-8")
    record = backtest_record(name)
    for table in [*scoreboard_tables(record), *backtest_tables(record).strip().split("\n\n")]:
        assert table in page


def test_tables_say_what_the_cases_say(cases):
    record = json_ready(Backtest(cases, {"seed": 4}).as_dict())
    by_target, pooled, horizons = backtest_tables(record).strip().split("\n\n")
    rows = {line.split(" | ")[0].removeprefix("| "): line.split(" | ") for line in by_target.splitlines()}
    gap = cases.loc[cases["target"] == "gap"]
    assert rows["gap"][1] == str(len(gap))
    assert rows["gap"][2] == f"{gap['crps'].mean():.3g} index points"
    assert rows["gap"][-1].startswith(f"{(gap['pit'] < 0.1).sum()}, {(gap['pit'] > 0.9).sum()}")
    assert f"| all | {len(cases)} |" in pooled
    assert len(horizons.splitlines()) == 2 + cases["target"].nunique()
