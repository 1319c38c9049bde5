"""Mergers from draws: shares as reported, margins as stated, and what cannot be said left out."""

from __future__ import annotations

import json

import numpy as np
import pytest

from forkmodel.errors import ForkModelError
from forkmodel.json_text import json_text
from forkmodel.market import concentration_with_remainder
from forkmodel.results.conduct import conduct
from forkmodel.results.firm_shares import firm_shares
from forkmodel.results.history import SCOPES
from forkmodel.results.merger_names import MARKETS


@pytest.fixture(scope="module")
def quarter(fit):
    return fit.history().indexes["time"][-1]


@pytest.mark.parametrize("scope", SCOPES)
def test_the_hhi_of_the_firms_is_the_reported_one(fit, quarter, scope):
    found = firm_shares(fit.result, scope, quarter)
    hhi = concentration_with_remainder(found["share"], "firm", found["rest"], found["rest_squares"])["hhi"]
    np.testing.assert_allclose(hhi, fit.hhi(scope).isel(time=-1), rtol=1e-9)
    np.testing.assert_allclose(found["share"].sum("firm") + found["rest"], 1.0, rtol=1e-9)


@pytest.mark.parametrize("name", MARKETS)
def test_every_market_has_its_pairs(fit, name):
    made = fit.merger_pairs(market=name, largest=3)
    table = made.table()
    assert len(table) == 3
    assert (table["hhi_delta"] >= 0.0).all()
    assert ("guppi_first" in table) == (MARKETS[name].buyers is not None)
    assert len(json.loads(json_text(made.as_dict()))["pairs"]) == 3


def test_reported_margins_are_those_of_closed_labs(fit):
    setting = conduct(fit.result, None, "enterprise", "reported")
    money = (setting.quantity * setting.price).where(~setting.competitive, 0.0)
    mean = (money * setting.lerner.fillna(0.0)).sum("model") / money.sum("model")
    np.testing.assert_allclose(mean, fit.posterior["value.margin_closed"], rtol=1e-9)
    # A scale of both price coefficients moves no diversion.
    same = conduct(fit.result, None, "enterprise", "fitted")
    ratio = setting.response.coefficient / same.response.coefficient
    np.testing.assert_allclose(ratio.isel(segment=0), ratio.isel(segment=1), rtol=1e-12)


def test_a_merger_is_told_from_structure_to_surplus(fit):
    made = fit.merger(["Google DeepMind", "OpenAI"])
    draws = made.draws
    ratio = fit.diversion(market="enterprise").sel(developer="OpenAI", developer_to="Google DeepMind")
    np.testing.assert_allclose(
        draws["diversion"].sel(firm="OpenAI", firm_to="Google DeepMind"), ratio, rtol=1e-9
    )
    shares = draws["firm_share"].prod("firm")
    np.testing.assert_allclose(draws["hhi_delta"], 2e4 * shares, rtol=1e-9)
    solved = draws["prices_solved"]
    assert solved.any()
    assert (draws["consumer_loss"].notnull() == solved).all()
    assert (draws["guppi"].notnull().all("firm") == draws["pressure_defined"]).all()
    assert (draws["consumer_loss"].where(solved, 1.0) > 0.0).all()
    money = draws["consumer_loss_usd"] / draws["consumer_loss"]
    np.testing.assert_allclose(
        money.where(solved, 0.0), fit.revenue().isel(time=-1).sum("developer").where(solved, 0.0)
    )
    table = made.table()
    assert set(table["draws"]) == {6, int(solved.sum())}
    assert (table["low"] <= table["median"]).all()
    assert set(made.lines()["line"].str[:5]) == {"HHI a", "share", "GUPPI"}
    assert any("value.margin_closed (" in sentence for sentence in made.sentences)
    document = json.loads(json_text(made.as_dict()))
    assert len(document["offers"]) == 5 * draws.sizes["model"]


def test_a_pair_has_the_pressure_of_its_merger(fit):
    pairs = fit.merger_pairs(largest=4)
    first, second = next(
        pair for pair in pairs.pairs if set(pair) <= {"OpenAI", "Alibaba", "Google DeepMind"}
    )
    alone = fit.merger([first, second]).draws["guppi"]
    here = pairs.draws.sel(pair=f"{first} + {second}")
    np.testing.assert_allclose(here["guppi_first"], alone.sel(firm=first), rtol=1e-9)
    np.testing.assert_allclose(here["guppi_second"], alone.sel(firm=second), rtol=1e-9)


def test_who_sets_no_price_is_told(fit):
    made = fit.merger(["DeepSeek", "OpenAI"])
    assert any(sentence.startswith("DeepSeek sets no price") for sentence in made.sentences)
    found = made.draws["guppi"]
    assert found.sel(firm="DeepSeek").isnull().all()
    assert float(abs(found.sel(firm="OpenAI").fillna(0.0)).max()) == 0.0
    assert "DeepSeek" not in set(made.table().query("figure == 'GUPPI'")["firm"])
    hosts = fit.merger(["Baseten", "Together AI"], market="open_hosts")
    assert "guppi" not in hosts.draws
    assert "structure only" in hosts.sentences[0]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"firms": ["OpenAl", "Anthropic"]}, "Did you mean 'OpenAI'"),
        ({"firms": ["OpenAI", "Anthropic"], "market": "enterprize_spend"}, "'enterprise_spend'"),
        ({"firms": ["OpenAI", "Anthropic"], "margins": "accounting"}, "reported"),
        ({"firms": ["OpenAI", "Anthropic"], "month": "2019-01"}, "2019-01"),
        ({"firms": ["OpenAI", "Anthropic"], "efficiency": 1.5}, "efficiency"),
        ({"firms": ["OpenAI", "Other closed"], "market": "closed"}, "Other closed"),
    ],
)
def test_what_cannot_be_asked_is_answered_with_what_can(fit, arguments, said):
    with pytest.raises(ForkModelError, match=said):
        fit.merger(**arguments)
