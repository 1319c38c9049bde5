"""Comparison of variants: pins, densities of two likelihoods on one scale, and tables."""

from __future__ import annotations

import json

import numpy as np
import pytest
import xarray as xr

import forkmodel as fm
from forkmodel.model.design import BLOCKS
from forkmodel.validate.calibration.small_design import small_market
from forkmodel.validate.comparison import QUESTIONS, _log_slope, compare, likelihood_jobs, variant_reviews


def test_every_question_names_things_that_are_there():
    priors = fm.load_priors()
    for question in QUESTIONS.values():
        assert set(question.blocks) <= set(BLOCKS)
        assert next(iter(question.variants.values())) == {}
        for pins in question.variants.values():
            assert set(pins) <= set(priors)


def test_variants_differ_and_equal_ones_are_shared(market):
    priors = fm.load_priors()
    jobs = likelihood_jobs(QUESTIONS["segments"], market, priors)
    assert len({job.key for job in jobs}) == len(jobs)
    other = likelihood_jobs(QUESTIONS["router-lean"], market, priors)
    assert jobs[0].key == other[0].key


def test_densities_of_a_share_and_of_its_logit_differ_by_the_slope():
    """Integrated over the logit, a density of the share stated for the logit is one."""
    from scipy import stats

    logit = np.linspace(-15.0, 15.0, 20_001)
    share = 1.0 / (1.0 + np.exp(-logit))
    density = np.exp(stats.beta(2.0, 5.0).logpdf(share) + _log_slope(xr.DataArray(logit)))
    assert np.trapezoid(density, logit) == pytest.approx(1.0, abs=1e-6)


def test_the_better_variant_wins(tmp_path):
    """Log densities made by hand: one variant is half a unit better on every observation."""
    question = QUESTIONS["catch-up"]
    rng = np.random.default_rng(0)
    base = rng.normal(-1.0, 0.05, (4, 250, 60))
    paths = []
    for place, gain in enumerate((0.5, 0.0)):
        found = xr.Dataset({"scores": (("chain", "draw", "score"), base + gain)}, attrs={"divergences": 0})
        paths.append(tmp_path / f"{place}.nc")
        found.to_netcdf(paths[-1], engine="h5netcdf")
    table = compare(question, paths).set_index("variant")
    best, worst = list(question.variants)
    assert table.loc[best, "elpd"] - table.loc[worst, "elpd"] == pytest.approx(30.0, abs=1.0)
    assert table.loc[best, "weight"] > 0.9
    assert table.loc[best, "n"] == 60


def test_a_variant_whose_fit_failed_takes_part_in_no_figure(tmp_path):
    question = QUESTIONS["segments"]
    rng = np.random.default_rng(0)
    base = rng.normal(-1.0, 0.05, (4, 250, 60))

    def written(name, gains, bad):
        paths = []
        for place, (variant, gain) in enumerate(zip(question.variants, gains, strict=True)):
            densities = dict.fromkeys(question.observed, base[:, :, :0]) | {"model_shares": base + gain}
            found = xr.Dataset(
                {key: (("chain", "draw", f"{key}_row"), array) for key, array in densities.items()}
            )
            review = {"status": "FAIL" if variant in bad else "PASS"}
            found.attrs = {"divergences": 0, "review": json.dumps(review)}
            paths.append(tmp_path / f"{name}-{place}.nc")
            found.to_netcdf(paths[-1], engine="h5netcdf")
        return paths

    names = list(question.variants)
    gains = (0.0, 0.5, 0.1, 0.2)
    paths = written("one", gains, bad=[names[1]])
    table = compare(question, paths).set_index("variant")
    assert table.loc[names[1], "review"] == "FAIL"
    assert table.loc[names[1], ["elpd", "difference", "se", "weight"]].isna().all()
    assert table.loc[names[1], "n"] == 60
    # The best of the rest is the fourth: the failed one is no bar.
    assert table.loc[names[3], "difference"] == 0.0
    assert table["weight"].sum() == pytest.approx(1.0, abs=1e-6)
    assert variant_reviews(question, paths)[names[1]] == {"status": "FAIL"}
    alone = compare(question, written("two", gains, bad=names[1:])).set_index("variant")
    assert np.isfinite(alone.loc[names[0], "elpd"])
    assert alone["weight"].isna().all()
    none = compare(question, written("three", gains, bad=names))
    assert none["elpd"].isna().all()


@pytest.mark.slow
def test_beta_and_student_scores_are_compared_on_real_tables(market, tmp_path):
    from dataclasses import replace

    from forkmodel.validate.jobs.many import run_jobs

    jobs = likelihood_jobs(QUESTIONS["score-likelihood"], small_market(market), fm.load_priors())
    jobs = [replace(job, draws=150, tune=200) for job in jobs]
    table = compare(QUESTIONS["score-likelihood"], run_jobs(jobs, tmp_path, workers=2))
    assert np.isfinite(table["elpd"]).all()
    assert table["weight"].sum() == pytest.approx(1.0, abs=1e-6)
