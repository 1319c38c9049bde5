"""The package's own fit: what is kept of it, what it says of itself, and what it says when tables change."""

from __future__ import annotations

import dataclasses
import runpy
import shutil
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import forkmodel as fm
from forkmodel.claims import load_ledger
from forkmodel.forecast import bundled, thinning
from forkmodel.forecast.forecast import Forecast
from forkmodel.inference.verdict import Check
from forkmodel.package_files import BUNDLED_FIT

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def worlds():
    return fm.bundled_forecast()


def test_the_files_are_small_and_of_these_tables_and_priors(market, worlds):
    assert sum((BUNDLED_FIT / name).stat().st_size for name in bundled.BUNDLED_FILES) < 8_000_000
    fit = bundled.bundled_fit()
    assert fit.data_hash == worlds.facts["data_hash"] == market.content_hash
    assert fit.prior_hash == worlds.facts["prior_hash"] == fm.load_priors(fit.prior_set).hash
    assert (fit.review, fit.changed, fit.claims_changed) == ("PASS", [], False)
    assert worlds.worlds.sizes["chain"] * worlds.worlds.sizes["draw"] == fit.worlds
    assert not set(fit.left_out) & set(worlds.worlds["developer"].to_numpy())


def test_worlds_judge_the_ledger_as_all_draws_did(worlds):
    """Thinned worlds answer every claim, within four standard errors of what all draws answered."""
    (view,) = {worlds.facts["prior_set"]}
    known = {row["id"]: row["probability"] for row in bundled.bundled_claims()["claims"]}
    assert {claim.id for claim in load_ledger().claims} == set(known)
    found = fm.claims(worlds).set_index("id")
    n = bundled.bundled_fit().worlds
    for name, by_view in known.items():
        p = by_view[view]
        if p is None:
            continue
        assert set(by_view) == {"reference", "skeptic", "advocate"}
        allowed = 4.0 * np.hypot(found.loc[name, "mcse"], np.sqrt(p * (1 - p) / n)) + 0.01
        assert abs(found.loc[name, "probability"] - p) < allowed, name


def test_a_changed_table_is_named(tmp_path, monkeypatch):
    fit = bundled.bundled_fit()
    place = tmp_path / "snapshot"
    shutil.copytree(bundled.SNAPSHOT, place)
    with (place / "prices.csv").open("a", encoding="utf-8") as file:
        file.write("\n")
    monkeypatch.setattr(bundled, "SNAPSHOT", place)
    assert fit.changed == ["prices.csv"]
    assert "MADE FROM OTHER TABLES OR PRIORS: prices.csv" in fit.sentence
    with pytest.warns(UserWarning, match=r"prices\.csv"):
        fm.bundled_forecast()


def test_an_installation_without_its_fit_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(bundled, "BUNDLED_FIT", tmp_path)
    with pytest.raises(fm.FitFileError, match="forkmodel run"):
        fm.bundled_forecast()


def forecast_of(shares: np.ndarray) -> Forecast:
    """Return a forecast of two chains whose shares (chain, draw, time, market, developer) are given."""
    dims = ("chain", "draw", "time", "market", "developer")
    data = xr.Dataset({"token_share": (dims, shares), "spend_share": (dims, shares)})
    times = np.array(["2026-04-01", "2026-10-01", "2027-01-01"], dtype="datetime64[ns]")
    data = data.assign_coords(developer=["small", "large", "gone"], time=times)
    return Forecast(
        data, xr.Dataset({"a": (("chain", "draw"), shares[..., 0, 0, 0])}), {"vintage": "2026-07-31"}
    )


def test_thinning_takes_draws_at_even_distances_and_keeps_order(monkeypatch):
    monkeypatch.setattr(thinning, "LARGEST", 1)
    shares = np.random.default_rng(1).uniform(0.2, 0.9, (2, 60, 3, 1, 3))
    shares[..., 0] /= 10
    # Who was large before the data's end, and is nobody after it, is left out.
    shares[:, :, 0, :, 2], shares[:, :, 1:, :, 2] = 1.0, np.nan
    kept, left_out = thinning.thinned(forecast_of(shares), 20)
    assert left_out == ["small", "gone"]
    chosen = shares[:, 3::6, :, :, 1:2]
    found = kept.worlds["token_share"].to_numpy()
    error = {"rtol": 2.0 ** -(thinning.DIGITS + 1), "atol": 2.0 ** -(thinning.SHARE_DIGITS + 1)}
    np.testing.assert_allclose(found, chosen, **error)
    assert (np.diff(found.ravel()[np.argsort(chosen.ravel())]) >= 0).all()
    np.testing.assert_array_equal(kept.parameters["a"], shares[:, 3::6, 0, 0, 0])
    with pytest.raises(fm.ForkModelError, match="evenly"):
        thinning.thinned(forecast_of(shares), 21)


def reviewed(fit: fm.Fit, status: str) -> fm.Fit:
    """Return a fit whose saved review has a status."""
    check = Check(name="chains", status=status, value=1.0, threshold=1.01, advice="")
    return fm.Fit(dataclasses.replace(fit.result, review=fm.Review((check,))))


def test_a_fit_that_does_not_belong_here_is_refused(joint_model, tmp_path):
    refuse = runpy.run_path(str(ROOT / "scripts" / "make_bundled.py"))["refuse_unless_sound"]
    fit = reviewed(joint_model.prior(draws=20), "PASS")
    forecast, summary = fit.forecast("2027-12"), fit.describe()
    refuse(fit, forecast, summary)
    with pytest.raises(fm.FitFileError, match="review of the fit is FAIL"):
        refuse(reviewed(fit, "FAIL"), forecast, summary)
    with pytest.raises(fm.FitFileError, match=r"summary\.json is of another fit: seed"):
        refuse(fit, forecast, summary | {"seed": 99})
    with pytest.raises(fm.FitFileError, match="baseline"):
        refuse(fit, fit.forecast("2027-12", "price-war"), summary)
    forecast.facts["prior_hash"] = "0"
    with pytest.raises(fm.FitFileError, match=r"forecast\.nc is of another fit: prior_hash"):
        refuse(fit, forecast, summary)
    other = dataclasses.replace(joint_model.data, scores=joint_model.data.scores.iloc[1:])
    with pytest.raises(fm.FitFileError, match="other tables"):
        refuse(fm.Fit(dataclasses.replace(fit.result, data=other)), forecast, summary)
