"""No figure rests on a fit whose review failed, and every record says what it rests on."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import forkmodel as fm
from forkmodel.json_text import json_ready
from forkmodel.model.design import BLOCKS
from forkmodel.validate.backtest.backtest import YARDSTICK, Backtest, backtest, that_count, yardstick_job
from forkmodel.validate.backtest.foresight import Foresight, foresee
from forkmodel.validate.backtest.page import backtest_page, backtest_tables
from forkmodel.validate.backtest.retrospective import ESSAY_DAY, retrospective_path, score
from forkmodel.validate.backtest.score_table import no_cases
from forkmodel.validate.backtest.targets import MEASURED
from forkmodel.validate.backtest.yardstick import Measure
from forkmodel.validate.golden import write_golden
from forkmodel.validate.jobs.fit_job import FitJob
from forkmodel.validate.jobs.many import job_path
from forkmodel.validate.records import backtest_record, page_facts
from forkmodel.validate.reviews import brief, brief_of, failed, review_of_sample, review_words
from forkmodel.validate.standing import banner, record_facts, standing

ROOT = Path(__file__).parents[2]
CUTOFF, LATER = "2026-03-31", "2026-06-01"
DRAWS, TUNE = 150, 10
GOOD = {"status": "PASS", "worst_rhat": 1.0, "smallest_ess": 500.0, "divergent": 0.0, "failed": []}
BAD = {"status": "FAIL", "worst_rhat": 1.55, "smallest_ess": 7.0, "divergent": 0.0, "failed": ["R-hat"]}


def _check(name, status, value):
    return {"name": name, "status": status, "value": value, "threshold": 0.0, "advice": ""}


def test_a_summary_holds_the_worst_of_a_review():
    checks = [
        _check("R-hat of parameters", "FAIL", 1.55),
        _check("R-hat of reported paths", "REVIEW", 1.02),
        _check("bulk ESS of parameters", "FAIL", 7.0),
        _check("tail ESS of reported paths", "PASS", 600.0),
        _check("divergent draws", "PASS", 0.0005),
        _check("chains in one mode", "FAIL", 1.0),
        _check("predictive coverage of prices", "REVIEW", 0.94),
    ]
    found = brief({"status": "FAIL", "checks": checks})
    assert found == {
        "status": "FAIL",
        "worst_rhat": 1.55,
        "smallest_ess": 7.0,
        "divergent": 0.0005,
        "modes": "FAIL",
        "failed": ["R-hat of parameters", "bulk ESS of parameters", "chains in one mode"],
    }
    said = review_words(found)
    assert said == "FAIL (R-hat 1.550, ESS 7, divergent 0.05%, chains in different modes)"
    assert review_words(None) == "not reviewed"
    json.dumps(found, allow_nan=False)


@pytest.mark.parametrize("chains", [1, 4])
def test_samples_are_told_apart_by_the_samplers_own_statistics(chains):
    rng = np.random.default_rng(0)
    draws = rng.normal(size=(chains, 1000, 3))
    quiet = xr.Dataset({"diverging": (("chain", "draw"), np.zeros((chains, 1000), dtype=bool))})

    def judged(values, stats=quiet):
        return review_of_sample(xr.Dataset({"x": (("chain", "draw", "place"), values)}), stats)

    assert judged(draws)["status"] == "PASS"
    # One element of a vector moves away half way, in the last chain: no scalar shows it.
    moved = draws.copy()
    moved[-1, 500:, 2] += 8.0
    assert judged(moved)["failed"] == ["R-hat", "ESS"]
    wild = quiet.assign(diverging=(("chain", "draw"), rng.random((chains, 1000)) < 0.3))
    assert judged(draws, wild)["failed"] == ["divergent draws"]
    broken = draws.copy()
    broken[0, 0, 0] = np.inf
    assert "finite draws" in judged(broken)["failed"]


def test_draws_from_the_prior_that_no_sampler_made_are_not_reviewed(prior_fit):
    class Drawn:
        sample_stats = xr.Dataset()

    assert brief_of(Drawn()) is None
    assert brief_of(prior_fit.result)["status"] in ("PASS", "REVIEW")


def _folder(tmp_path, small, fits):
    """Return a folder of finished jobs, as a backtest would have left it."""
    priors = fm.load_priors("hindsight-free")
    for job, fit in fits(priors):
        fit.save(job_path(job, tmp_path))
    return tmp_path


@pytest.fixture(scope="module")
def made(small_tables, prior_fit, stuck_fit, tmp_path_factory):
    """A backtest of two cut-offs, whose later one has a chain in another mode."""

    def fits(priors):
        for day, fit in ((CUTOFF, prior_fit), (LATER, stuck_fit)):
            yield FitJob(small_tables.as_of(day), priors, BLOCKS, draws=DRAWS, tune=TUNE), fit
        yield yardstick_job(small_tables, priors, DRAWS, TUNE, 1), prior_fit

    folder = _folder(tmp_path_factory.mktemp("jobs"), small_tables, fits)
    return backtest(small_tables, folder, cutoffs=[CUTOFF, LATER], draws=DRAWS, tune=TUNE)


def test_a_cutoff_whose_fit_failed_is_shown_and_counts_in_no_figure(made):
    reviews = made.facts["reviews"]
    assert set(reviews) == {CUTOFF, LATER, YARDSTICK}
    assert not failed(reviews[CUTOFF])
    assert failed(reviews[LATER])
    assert reviews[LATER]["worst_rhat"] > 1.05
    assert set(made.cases["cutoff"]) == {CUTOFF}
    document = json.loads(json.dumps(json_ready(made.as_dict()), allow_nan=False))
    assert document["pooled"]["all"]["n"] == len(made.cases) > 0
    (said,) = [sentence for sentence in document["standing"] if "FAILED" in sentence]
    assert said.startswith("1 of 3 fits FAILED their review and count in no figure (2026-06-01: FAIL (R-hat")
    page = backtest_page(document)
    assert page.startswith("> **1 of 3 fits FAILED")
    assert f"| {LATER} | FAIL (R-hat" in page
    assert backtest_tables(document).strip() in page


def test_what_a_backtest_scored_is_what_the_fit_forecasts(made, small_tables, prior_fit):
    """Medians of the saved scores against the worlds that ``fit.forecast`` writes."""
    forecast = prior_fit.forecast("2027-06", priors=fm.load_priors("hindsight-free"))
    foresight = foresee(prior_fit.result, forecast)
    first = pd.Timestamp(CUTOFF).to_period("Q").start_time
    worlds = forecast.worlds.sel(time=slice(first, None))
    stacked = worlds.stack(sample=("chain", "draw")).transpose("sample", "time", ...)
    share = stacked["open_share"].sel(market="openrouter", unit="tokens").to_numpy()
    expected = {
        "closed_frontier": stacked["capability_frontier"].sel(access="closed").to_numpy(),
        "gap": stacked["capability_gap"].to_numpy(),
        "frontier_price": np.log(stacked["price_leaders"].sel(access="closed").to_numpy()),
        "fixed_capability_price": np.log(stacked["price_fixed_capability"].sel(access="open").to_numpy()),
        "open_share": np.log(share / (1.0 - share)),
        "token_hhi": np.log(stacked["hhi"].sel(scope="openrouter_tokens").to_numpy()),
        "openai_revenue": np.log(stacked["revenue"].sel(developer="OpenAI").to_numpy() / 1e9),
    }
    for target, line in expected.items():
        spot = list(foresight.paths["target"].to_numpy()).index(target)
        found = foresight.paths["line"].to_numpy()[:, spot]
        # Worlds from the prior may be empty markets; shares next to 0 or 1 have no log odds to compare.
        inside = np.isfinite(line) & ((target != "open_share") | (np.abs(line) < 15.0))
        np.testing.assert_allclose(found[inside], line[inside], rtol=1e-6, atol=1e-6, err_msg=target)
        assert inside.mean() > 0.5, target
    assert foresight.facts["reanchored"] is False
    case = made.cases.loc[made.cases["target"] == "gap"].iloc[0]
    drawn = foresight.at("gap", "-", case["date"])
    assert case["median"] == pytest.approx(np.median(drawn), abs=1e-9)


def test_a_yardstick_that_failed_measures_nothing():
    cases = pd.DataFrame({"target": ["gap", "open_share"], "cutoff": [CUTOFF, CUTOFF]})
    kept = that_count(cases, {CUTOFF: GOOD, YARDSTICK: BAD})
    assert kept["target"].tolist() == ["open_share"]
    assert len(that_count(cases, {CUTOFF: GOOD, YARDSTICK: GOOD})) == 2
    assert that_count(cases, {CUTOFF: BAD, YARDSTICK: GOOD}).empty


def test_a_backtest_without_a_sound_fit_has_no_figures():
    facts = {**record_facts(), "reviews": {CUTOFF: BAD, YARDSTICK: GOOD}, "as_of": "loose"}
    document = Backtest(no_cases().assign(cutoff=None), facts).as_dict()
    assert document["targets"] == document["by_target"] == []
    assert document["pooled"] == {}
    assert CUTOFF in backtest_page(document)


def test_a_forecast_whose_fit_failed_is_not_scored(made, small_tables, prior_fit, stuck_fit):
    bad = foresee(stuck_fit.result, stuck_fit.forecast("2027-06"))
    measure = Measure.from_posterior(prior_fit.result)
    none = score(bad, stuck_fit.data, small_tables, measure, "hash", GOOD)
    assert none.cases.empty
    assert none.as_dict()["targets"] == []
    assert none.reviews["forecast"]["status"] == "FAIL"
    assert any("FAILED" in sentence for sentence in none.standing)
    good = foresee(prior_fit.result, prior_fit.forecast("2027-06"))
    most = score(good, prior_fit.data, small_tables, measure, "hash", GOOD)
    assert set(MEASURED) & set(most.cases["target"])
    fewer = score(good, prior_fit.data, small_tables, measure, "hash", BAD)
    assert len(fewer.cases) > 0
    assert not set(MEASURED) & set(fewer.cases["target"])
    assert any("measures capability" in sentence for sentence in fewer.standing)


def test_no_reference_is_written_from_a_fit_that_failed(prior_fit, stuck_fit, tmp_path):
    with pytest.raises(fm.ForkModelError, match=r"FAILED, FAIL \(R-hat"):
        write_golden("money", stuck_fit.result, 1, tmp_path / "bad", {})
    assert not (tmp_path / "bad").exists()
    write_golden("money", prior_fit.result, 1, tmp_path / "good", {})
    (info,) = (tmp_path / "good" / "reference_posteriors").rglob("*.info.json")
    assert json.loads(info.read_text(encoding="utf-8"))["review"]["status"] in ("PASS", "REVIEW")


def test_what_is_said_first_comes_from_the_record():
    sound = {**record_facts(), "reviews": {"a": GOOD}}
    assert standing(sound) == []
    assert banner(sound) == ""
    stale = "Stale: made with an earlier model and from fits nobody reviewed; will be made again."
    assert standing({}) == standing({"model_format": None, "reviews": None}) == [stale]
    assert standing({**sound, "reviews": {"a": None}}) == [
        "Not reviewed: made from fits nobody reviewed; will be made again."
    ]
    assert standing({**sound, "model_format": -1}) == [
        "Stale: made with an earlier model; will be made again."
    ]
    assert standing({**sound, "reviews": {"a": GOOD, "b": None}}) == ["Not reviewed: b."]
    assert "re-anchoring" in standing({**sound, "reanchored": True})[0]
    assert "loose" in standing({**sound, "as_of": "loose"})[0]
    assert "strict" in standing({**sound, "as_of": "strict"})[0]
    many = {str(place): BAD for place in range(9)}
    (said,) = standing({**sound, "reviews": many})
    assert said.startswith("9 of 9 fits FAILED")
    assert said.count("R-hat") == 6
    assert "and 3 more" in said


@pytest.mark.parametrize("page", sorted(page_facts(ROOT)))
def test_every_page_of_results_begins_with_what_its_record_says(page):
    title, _, rest = (ROOT / page).read_text(encoding="utf-8").partition("\n\n")
    wanted = banner(page_facts(ROOT)[page])
    assert title.startswith("# ")
    if wanted:
        assert rest.startswith(f"{wanted}\n\n"), f"put this below the title of {page}:\n\n{wanted}"
    else:
        assert not rest.startswith("> **"), f"take the note off {page}: its record is sound"


def test_every_decision_has_a_record():
    pages = {path.relative_to(ROOT).as_posix() for path in (ROOT / "docs" / "decisions").glob("*.md")}
    assert pages <= set(page_facts(ROOT))


def test_the_backtest_on_record_says_how_it_was_made():
    facts = backtest_record()["facts"]
    assert {"model_format", "reviews", "reanchored", "as_of"} <= set(facts)


def test_the_retrospective_forecast_is_of_a_reviewed_fit_and_the_first_one_was_not():
    kept = Foresight.load(retrospective_path())
    assert not failed(kept.facts["reviews"]["forecast"])
    assert not kept.facts["reanchored"]
    first = Foresight.load(retrospective_path().with_name(f"{ESSAY_DAY}.nc"))
    said = " ".join(standing(first.facts, again=False))
    assert "from fits nobody reviewed" in said
    assert "re-anchoring" in said


def test_the_report_says_it_on_top_of_each_record():
    from forkmodel.report import trust
    from forkmodel.report.content import TrustContent

    class Content:
        trust = TrustContent(backtest_record(), None, None)

    old = backtest_record()
    said = trust.backtest_standing(Content)
    assert said == standing(old["facts"])
    new = {**old, "facts": {**old["facts"], **record_facts(), "reviews": {"a": GOOD}, "reanchored": False}}
    losing = trust.notes(Content)
    assert losing
    if old["facts"]["reviews"] is None:
        assert all("from fits nobody reviewed" in note for note in losing.values())
    Content.trust = replace(Content.trust, backtest=new)
    assert "from fits nobody reviewed" not in " ".join(trust.notes(Content).values())
    assert trust.backtest_standing(Content) == standing({"as_of": "loose", **record_facts(), "reviews": {}})
