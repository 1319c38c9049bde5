"""A fit is found again where its recipe is the same, and only there."""

from __future__ import annotations

from dataclasses import replace

import pytest

import forkmodel as fm
from forkmodel.fit import Fit
from forkmodel.inference.geometry.bundled import bundled_metric
from forkmodel.inference.joint import JointModel
from forkmodel.recipe import found_again, recipe_of

SETTINGS = {"draws": 30, "tune": 20, "seed": 1}


@pytest.fixture(scope="module")
def model(market):
    return fm.ForkModel(market, blocks=["adoption"])


@pytest.fixture(scope="module")
def recipe(model):
    return recipe_of(model.joint, **SETTINGS)


@pytest.fixture
def saved(model, recipe, tmp_path):
    """A saved fit that states its recipe; draws from the prior will do."""
    path = tmp_path / "fit.nc"
    Fit(replace(model.prior(draws=20).result, recipe=recipe)).save(path)
    return path


def test_the_same_is_the_same_in_a_model_built_anew(market, recipe):
    assert recipe_of(JointModel(market, blocks=["adoption"]), **SETTINGS) == recipe


@pytest.mark.parametrize("name", list(SETTINGS))
def test_another_setting_is_another_fit(model, recipe, name):
    assert recipe_of(model.joint, **{**SETTINGS, name: 31}) != recipe


def test_other_tables_priors_or_blocks_are_another_fit(market, recipe):
    earlier = market.as_of("2026-03-31")
    for joint in (
        JointModel(earlier, blocks=["adoption"]),
        JointModel(market, priors="skeptic", blocks=["adoption"]),
        JointModel(market, blocks=["adoption", "value"]),
    ):
        assert recipe_of(joint, **SETTINGS) != recipe


def test_another_beginning_is_another_fit(model, recipe):
    class Shaped:
        metric = bundled_metric()

    assert recipe_of(model.joint, **SETTINGS, warm=Shaped()) != recipe


def test_a_saved_fit_is_found_by_its_recipe_alone(saved, recipe):
    path, posterior = found_again([saved.with_name("none.nc"), saved], recipe)
    assert path == saved
    assert posterior.recipe == recipe
    assert found_again([saved], "0" * 64) is None


def test_an_edited_or_foreign_file_is_passed_over(saved, recipe, tmp_path):
    foreign = tmp_path / "text.nc"
    foreign.write_text("no fit", encoding="utf-8")
    content = bytearray(saved.read_bytes())
    content[len(content) // 2] ^= 1
    saved.write_bytes(bytes(content))
    assert found_again([foreign, saved], recipe) is None
