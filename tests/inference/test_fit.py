"""A real fit of the joint model: its verbs, its file, its review."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import forkmodel as fm
from forkmodel.fit import Fit
from forkmodel.results.schema import HISTORY_SCHEMA

SAMPLE = ("chain", "draw")


@pytest.fixture(scope="module")
def saved(quick_fit, tmp_path_factory):
    path = tmp_path_factory.mktemp("fit") / "fit.nc"
    quick_fit.save(path)
    return path


def test_every_draw_is_finite_and_few_diverge(quick_fit):
    assert all(np.isfinite(array).all() for array in quick_fit.posterior.data_vars.values())
    assert quick_fit.sample_stats["diverging"].mean() < 0.02


def test_history_has_the_public_names_dims_and_units(quick_fit):
    history = quick_fit.history()
    assert set(history.data_vars) == set(HISTORY_SCHEMA)
    for name, entry in HISTORY_SCHEMA.items():
        assert history[name].dims == (*SAMPLE, "time", *entry.dims), name
        assert history[name].attrs["unit"] == entry.unit
    assert history["time"].to_index()[0] == pd.Timestamp("2023-01-01")
    assert history["time"].to_index()[-1] == pd.Timestamp("2026-07-01")


def test_history_keeps_its_accounts(quick_fit):
    history = quick_fit.history()
    for name in ("token_share", "spend_share"):
        total = history[name].sum("developer", skipna=False).dropna("time", how="all")
        filled = total.where(np.isfinite(total), 1.0)
        xr.testing.assert_allclose(filled, xr.ones_like(filled), rtol=1e-9)
    layers = history["value_layer"].sum("layer")
    xr.testing.assert_allclose(layers, history["value"].sel(definition="broad", drop=True), rtol=1e-9)
    narrow = history["value"].sel(definition="narrow", drop=True).sum("access")
    xr.testing.assert_allclose(history["revenue"].sum("developer"), narrow, rtol=1e-6)


def test_history_stays_in_its_ranges(quick_fit):
    history = quick_fit.history()
    shares = [name for name in HISTORY_SCHEMA if name.endswith("share") or name.startswith("cr")]
    for name in [*shares, "adoption_firms"]:
        values = history[name].to_numpy()
        values = values[np.isfinite(values)]
        assert ((values >= 0) & (values <= 1 + 1e-9)).all(), name
    hhi = history["hhi"].to_numpy()
    assert np.nanmin(hhi) > 0
    assert np.nanmax(hhi) <= 10_000 + 1e-6
    product = history["hhi"] * history["effective_firms"]
    xr.testing.assert_allclose(product.fillna(1e4), xr.full_like(product, 1e4).fillna(1e4), rtol=1e-9)
    assert (history["lag_months_tolerant"] <= history["lag_months_strict"] + 1e-9).all()
    assert (history["elasticity_own"].fillna(-1.0) < 0).all()


def test_surplus_is_not_a_number_before_there_is_an_alternative(quick_fit):
    welfare = quick_fit.history()["value"].sel(definition="welfare")
    finite = np.isfinite(welfare).all(SAMPLE)
    assert finite.sel(time="2026-07-01").all()
    spend = quick_fit.history()["value"].sel(definition="narrow").sum("access")
    # What buyers would lose is of the order of what they spend, not astronomically above it.
    assert float((welfare.max("access") / spend).sel(time="2026-07-01").median()) < 50


def test_verbs_agree_with_history(quick_fit):
    history = quick_fit.history()
    for scope in ("closed", "open_hosts", "openrouter_tokens"):
        xr.testing.assert_identical(quick_fit.hhi(scope), history["hhi"].sel(scope=scope))
    xr.testing.assert_identical(quick_fit.cr(3), history["cr3"].sel(scope="closed"))
    xr.testing.assert_identical(quick_fit.revenue(), history["revenue"])
    assert set(quick_fit.prices().data_vars) == {
        "price_frontier",
        "price_fixed_capability",
        "premium_raw",
        "premium_residual",
    }


def test_shares_by_model_add_up_to_developers(quick_fit):
    shares = quick_fit.shares("openrouter", "tokens")
    np.testing.assert_allclose(shares.sum("model"), 1.0, rtol=1e-9)
    owner = quick_fit.panel.catalogue.models["developer"].loc[shares["model"].to_numpy()]
    july = shares.sel(month="2026-07-01")
    by_developer = july.fillna(0.0).groupby(xr.DataArray(owner.to_numpy(), dims="model")).sum()
    history = quick_fit.history()["token_share"].sel(market="openrouter", time="2026-07-01")
    for developer in ("OpenAI", "Anthropic", "DeepSeek"):
        np.testing.assert_allclose(
            by_developer.sel(group=developer), history.sel(developer=developer), rtol=1e-9
        )


def test_elasticities_are_those_of_logit(quick_fit):
    elasticity = quick_fit.elasticities()
    eta = quick_fit.posterior["choice.price_frontier"]
    # A small offer's elasticity is the price coefficient itself.
    least = elasticity.sel(segment="frontier").min("model")
    assert (least >= -eta - 1e-9).all()
    assert (elasticity < 0).all()


def test_diversion_leaves_nobody_out(quick_fit):
    ratios = quick_fit.diversion(by="access")
    assert (ratios >= -1e-9).all()
    assert (ratios <= 1 + 1e-9).all()
    off = ratios.transpose(*SAMPLE, ...)
    assert off.sizes["chain"] == quick_fit.chains


def test_a_merger_raises_the_hhi_by_twice_the_product_of_shares(quick_fit):
    effect = quick_fit.merger(["OpenAI", "Anthropic"], market="openrouter_tokens").draws
    share = quick_fit.history()["token_share"].sel(market="openrouter", time="2026-07-01")
    expected = 2e4 * share.sel(developer="OpenAI") * share.sel(developer="Anthropic")
    np.testing.assert_allclose(effect["hhi_delta"], expected, rtol=1e-9)
    before = quick_fit.hhi("openrouter_tokens").sel(time="2026-07-01")
    np.testing.assert_allclose(effect["hhi_before"], before, rtol=1e-9)
    with pytest.raises(fm.ForkModelError, match="OpenAI"):
        quick_fit.merger(["OpenAl", "Anthropic"])


def test_markups_are_zero_for_open_models(quick_fit):
    index = quick_fit.markups()
    access = quick_fit.panel.catalogue.models["access"].loc[index["model"].to_numpy()]
    opened = index.isel(model=np.flatnonzero((access == "open").to_numpy()))
    closed = index.isel(model=np.flatnonzero((access == "closed").to_numpy()))
    assert float(abs(opened).max()) == 0.0
    # Fitted demand is inelastic in places, where an oligopolist's conditions have no sensible solution (the
    # report says so): the index of a cheap sister model can turn negative there, but hardly any does.
    assert np.isfinite(closed).all()
    assert float((closed > 0).mean()) > 0.9


def test_records_are_censored_not_dropped(quick_fit):
    records = quick_fit.closed_records()
    assert len(records) > 5
    assert records["probability_reached"].between(0.0, 1.0).all()
    # The newest closed record stands: its lag is unknown, which is infinite here and not left out.
    newest = records.sort_values("release_date").iloc[-1]
    assert newest["probability_reached"] < 0.5
    assert np.isinf(newest["lag_months_median"])
    caught = records[records["probability_reached"] > 0.95]
    assert (caught["lag_months_q10"] <= caught["lag_months_q90"]).all()
    assert np.isfinite(caught["lag_months_median"]).all()


def test_unknown_names_are_answered_with_the_nearest(quick_fit):
    with pytest.raises(fm.ForkModelError, match="closed"):
        quick_fit.hhi("closd")
    with pytest.raises(fm.ForkModelError, match="openrouter"):
        quick_fit.shares("openruter")
    with pytest.raises(fm.ForkModelError, match="CR2"):
        quick_fit.cr(2)
    with pytest.raises(fm.ForkModelError, match="1999-01"):
        quick_fit.elasticities("1999-01")


def test_prior_against_posterior_covers_every_scalar(quick_fit):
    table = quick_fit.prior_posterior()
    scalars = {name for name in quick_fit.posterior.data_vars if quick_fit.posterior[name].ndim == 2}
    listed = set(table["block"] + "." + table["parameter"])
    assert listed == scalars & set(quick_fit.priors)
    score = table.set_index("parameter").loc["growth_closed"]
    assert score["contraction"] > 0.5
    assert not score["prior_driven"]


def test_a_saved_fit_comes_back_the_same(quick_fit, saved):
    back = fm.load(saved)
    xr.testing.assert_identical(back.posterior, quick_fit.posterior)
    assert back.data == quick_fit.data
    assert back.data.content_hash == quick_fit.data.content_hash
    assert back.priors.hash == quick_fit.priors.hash
    assert (back.seed, back.tune, back.blocks) == (quick_fit.seed, quick_fit.tune, quick_fit.blocks)
    xr.testing.assert_identical(back.history(), quick_fit.history())


def test_a_saved_fit_is_one_plain_netcdf_file(quick_fit, saved):
    tree = xr.open_datatree(saved, engine="h5netcdf")
    assert {"posterior", "sample_stats", "observed_data", "constant_data", "tables"} <= set(tree.children)
    assert tree["observed_data"]["scores"].size == quick_fit.panel.rows["scores"].sizes["score"]
    # Derived paths are recomputed, not stored.
    assert "hhi" not in tree["posterior"]
    assert [path.name for path in saved.parent.iterdir()] == [saved.name]


def test_renaming_a_variable_needs_a_new_file_format(joint_model):
    """Saved draws are read by name: whoever changes names must raise both numbers, and this hash."""
    import hashlib

    from forkmodel.formats import FILE_FORMAT, MODEL_FORMAT
    from forkmodel.inference.compiling import free_variables

    names = "\n".join(sorted(free_variables(joint_model.pymc_model)))
    digest = hashlib.sha256(names.encode()).hexdigest()[:16]
    assert (FILE_FORMAT, MODEL_FORMAT, digest) == (5, 4, "196173924fda6b04")


def test_damaged_and_foreign_files_are_refused(saved, tmp_path):
    cut = tmp_path / "cut.nc"
    cut.write_bytes(saved.read_bytes()[:5000])
    other = tmp_path / "other.nc"
    xr.Dataset({"x": ("t", [1.0])}).to_netcdf(other, engine="h5netcdf")
    for path, says in ((cut, "damaged"), (other, "not a saved fit"), (tmp_path / "none.nc", "no file")):
        with pytest.raises(fm.FitFileError, match=says):
            fm.load(path)


def test_review_names_every_kind_of_check(quick_fit):
    review = quick_fit.review()
    names = [check.name for check in review.checks]
    for wanted in ("R-hat of parameters", "bulk ESS of reported paths", "divergent draws", "E-BFMI"):
        assert any(name.startswith(wanted) for name in names), wanted
    covered = {name.removeprefix("predictive coverage of ") for name in names if "coverage" in name}
    assert {"scores", "prices", "model_shares", "revenue", "adoption"} <= covered
    assert all(check.advice.endswith(".") for check in review.checks)
    # Two chains of a hundred draws cannot pass; a review that let them would not be one.
    assert review.status in {"REVIEW", "FAIL"}
    document = review.as_dict()
    assert document["status"] == review.status
    assert len(document["checks"]) == len(names)


def test_review_fails_chains_that_disagree(quick_fit):
    shifted = quick_fit.posterior.copy(deep=True)
    shifted["price.decline"][{"chain": 0}] += 5.0
    broken = Fit(replace(quick_fit.result, free=shifted, review=None))
    result = broken.review()
    assert result.status == "FAIL"
    worst = next(check for check in result.checks if check.name == "R-hat of parameters")
    assert worst.status == "FAIL"
    assert "price.decline" in worst.advice
