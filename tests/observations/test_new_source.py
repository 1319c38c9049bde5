"""A new source is one class and its place in a list; everything else follows from them."""

from __future__ import annotations

import inspect

import numpy as np
import pandas as pd
import pytest
import scipy.stats
import xarray as xr

import forkmodel as fm
from forkmodel.data.panel_catalogue import positions
from forkmodel.data.vocabulary import Reading
from forkmodel.inference.compiling import interpreted
from forkmodel.inference.predictive import predictive_coverage, replicate
from forkmodel.inference.review import ReviewConfig, coverage_check
from forkmodel.model.ops import weighted
from forkmodel.observations.common import log_odds
from forkmodel.observations.observation import Density, Observation
from forkmodel.observations.registry import OBSERVATIONS
from forkmodel.observations.remarks import unread_rows
from forkmodel.observations.uses import observation_counts
from forkmodel.validate.sensitivity import data_groups


class CloudShares(Observation):
    """Cloud providers' shares, which grow with the revenue of the lab that each hosts."""

    name = "cloud_shares"
    block = "adoption"
    dim = "cloud_row"
    vector = "log_odds"
    label = "cloud shares"
    group = "clouds"
    table = "structure"
    origin = "`structure`, the providers that host a closed lab"
    lab = {"AWS": "Anthropic", "Google": "Google DeepMind", "Microsoft": "OpenAI"}  # noqa: RUF012
    readings = (
        Reading(
            "cloud shares", "structure", {"market": ("cloud_infrastructure_services",), "firm": tuple(lab)}
        ),
    )

    def rows(self, tables):
        rows = self.readings[0].rows(tables.market.structure).sort_values(["as_of", "firm"])
        rows = rows.loc[rows["as_of"] >= tables.catalogue.quarters[0]]
        knot, fraction = tables.catalogue.quarter_weights(rows["as_of"])
        return xr.Dataset(
            {
                "log_odds": (self.dim, log_odds(rows["share"])),
                "knot": (self.dim, knot),
                "fraction": (self.dim, fraction),
            },
            coords={"lab": (self.dim, rows["firm"].map(self.lab).to_numpy(str))},
        )

    def density(self, rows, state):
        import pymc as pm

        level, slope = pm.Normal("cloud.level", -1.0, 1.0), pm.HalfNormal("cloud.slope", 0.5)
        design = state.design.spend
        place = design.at_knots(rows["knot"].to_numpy(), rows["fraction"].to_numpy())
        weight = design.of_firms(place, positions(rows["lab"], pd.Index(design.firms)))
        mean = level + slope * weighted(weight, state.ops.join_last(state.spend.log_share))
        return Density("Normal", mu=mean, sigma=pm.HalfNormal("cloud.noise", 0.5))


WITH_CLOUDS = (*OBSERVATIONS, CloudShares())


@pytest.fixture(scope="module")
def model(market):
    return fm.ForkModel(market, blocks=["adoption"], observations=WITH_CLOUDS)


@pytest.fixture(scope="module")
def fit(model):
    return model.prior(draws=100, seed=2)


def test_it_is_short():
    assert len(inspect.getsource(CloudShares).splitlines()) < 60


def test_it_has_rows_coordinates_and_a_line_of_its_own(model, market):
    rows = model.panel.rows["cloud_shares"]
    assert rows.sizes["cloud_row"] == 6
    assert len(model.pymc_model.coords["cloud_row"]) == 6
    assert CloudShares().describe(model.panel).startswith("| cloud shares | 6 | `structure`")
    assert observation_counts(market, WITH_CLOUDS)["cloud shares"] == 6
    lined = {name: frame.set_index(frame.index + 2) for name, frame in market.tables().items()}
    assert {remark.table for remark in unread_rows(lined, WITH_CLOUDS)} == {"structure"}


def test_it_joins_the_model_and_moves_nothing(model, market):
    bare = fm.ForkModel(market, blocks=["adoption"]).pymc_model
    free = [variable.name for variable in bare.free_RVs]
    joined = [variable.name for variable in model.pymc_model.free_RVs]
    assert joined == [*free, "cloud.level", "cloud.slope", "cloud.noise"]
    seen = [variable.name for variable in model.pymc_model.observed_RVs]
    assert seen == [*(variable.name for variable in bare.observed_RVs), "cloud_shares"]


def test_its_density_is_the_one_it_states(model):
    built = model.pymc_model
    flat = built.initial_point() | {"cloud.slope_log__": np.array(-50.0), "cloud.level": np.array(-1.5)}
    logp = built.compile_logp(vars=[built["cloud_shares"]], sum=False, **interpreted())
    seen = model.panel.rows["cloud_shares"]["log_odds"].to_numpy()
    noise = float(np.exp(flat["cloud.noise_log__"]))
    np.testing.assert_allclose(logp(flat)[0], scipy.stats.norm(-1.5, noise).logpdf(seen), rtol=1e-10)


def test_it_can_be_given_other_values(model):
    assert "cloud_shares.data" in model.pymc_model


def test_it_is_replicated_and_reviewed(fit):
    replicated = replicate(fit.result, n=10)
    assert replicated["posterior_predictive"]["cloud_shares"].dims == ("chain", "draw", "cloud_row")
    coverage = {row.block: row for row in predictive_coverage(fit.result)}
    check = coverage_check(coverage["cloud_shares"], ReviewConfig())
    assert check.name == "predictive coverage of cloud_shares"


def test_it_is_saved_and_read_with_its_class(fit, tmp_path):
    saved = fit.to_datatree()["observed_data"]["cloud_shares"]
    assert saved.dims == ("cloud_row",)
    np.testing.assert_array_equal(saved, fit.panel.rows["cloud_shares"]["log_odds"])
    fit.save(tmp_path / "clouds.nc")
    with pytest.raises(fm.FitFileError, match="they differ in cloud_shares"):
        fm.load(tmp_path / "clouds.nc")
    loaded = fm.load(tmp_path / "clouds.nc", observations=WITH_CLOUDS)
    xr.testing.assert_equal(loaded.posterior, fit.posterior)
    assert "cloud_shares" in loaded.panel.rows


def test_it_is_a_group_of_data_in_the_sensitivity_study(fit):
    groups = data_groups(fit.panel)
    assert groups["clouds"] == ["cloud_shares"]
    assert sorted(name for names in groups.values() for name in names) == sorted(fit.panel.rows)
