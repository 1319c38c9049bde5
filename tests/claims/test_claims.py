"""The ledger, its judgement under three prior sets, and the value of information."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

import forkmodel as fm
from forkmodel.claims import exact_view, judge, load_ledger
from forkmodel.claims.information import BLOCKS, value_of_information, watch_list
from forkmodel.claims.judge import claims_table, held
from forkmodel.claims.movers import movers, ranks
from forkmodel.claims.prior_views import prior_views
from forkmodel.errors import ClaimError
from forkmodel.fit import Fit
from forkmodel.inference.verdict import Check, Review

WANTED = [f"C{i}" for i in range(1, 20)] + [f"K{i}" for i in range(1, 13)]


@pytest.fixture(scope="module")
def forecast(quick_forecast):
    return quick_forecast


@pytest.fixture(scope="module")
def views(quick_fit, forecast):
    return prior_views(quick_fit.result, forecast)


@pytest.fixture(scope="module")
def table(quick_fit, views):
    return claims_table(quick_fit.result, views)


def test_no_claim_is_dropped():
    ledger = load_ledger()
    names = [claim.id for claim in ledger.claims]
    assert not [name for name in WANTED if name not in names]
    for claim in (*ledger.claims, ledger.joint):
        assert claim.statement.endswith(".")
        assert claim.source.startswith("https://")
        assert claim.computable or claim.reason
    assert {claim.id for claim in ledger.claims if not claim.computable} == {"C19", "K10"}


def test_every_claim_is_judged_under_three_prior_sets(table):
    assert set(table.joint["probability"]) == {"reference", "skeptic", "advocate"}
    for row in [*table.rows, table.joint]:
        if not row["computable"]:
            assert row["reason"]
            assert set(row["probability"].values()) == {None}
            continue
        for name, p in row["probability"].items():
            # A short fit may hold too few effective draws for an event; then the row says so.
            unanswered = row["method"][name].startswith("not answered")
            assert (p is None) == unanswered, (row["id"], name)
            assert p is None or 0.0 <= p <= 1.0, (row["id"], name)
        assert row["diagnostic"] in (True, False)
        assert (row["why_not_diagnostic"] is None) == row["diagnostic"]
    unanswered = [
        row["id"] for row in table.rows if row["computable"] and row["probability"]["reference"] is None
    ]
    assert len(unanswered) <= 2, unanswered
    json.dumps(table.as_dict())


def test_probabilities_are_those_of_the_query_language(table, forecast):
    for row in table.rows:
        if row["id"] in ("C1", "C2", "C8", "K12") and row["probability"]["reference"] is not None:
            assert row["probability"]["reference"] == forecast.prob(row["expression"]).probability


def test_what_is_true_today_is_called_not_diagnostic(table):
    rows = {row["id"]: row for row in table.rows}
    assert rows["C2"]["today"] is True
    assert rows["C2"]["diagnostic"] is False
    assert rows["C8-strict"]["today"] is False


def test_the_sides_differ_where_their_priors_do(table):
    rows = {row["id"]: row["probability"] for row in table.rows}
    assert rows["C5"]["skeptic"] < rows["C5"]["reference"] < rows["C5"]["advocate"]
    assert rows["K9"]["advocate"] < rows["K9"]["reference"] < rows["K9"]["skeptic"]


def test_an_approximate_side_says_so(views):
    assert [view.name for view in views] == ["reference", "skeptic", "advocate"]
    assert views[0].exact
    assert views[0].method == "fit"
    for view in views[1:]:
        assert not view.exact
        assert "Pareto k" in view.method


def test_priors_that_no_table_informs_are_swapped_exactly(views, quick_fit):
    """A parameter without likelihood has its own prior as posterior, on every view."""
    for view in views[1:]:
        priors = fm.load_priors(view.name)
        for key in ("value.margin_closed", "forecast.spend_plateau"):
            values = view.forecast.parameters[key].to_numpy().ravel()
            median = priors[key].quantile(0.5)
            below = (values < median).mean()
            assert abs(below - 0.5) < 4.0 * 0.5 / np.sqrt(len(values)), (view.name, key)


def reviewed(fit, status):
    """The same draws with a review of that status."""
    check = Check("as the test says", status, 1.0, 1.0, "")
    return Fit(replace(fit.result, review=Review((check,))))


def test_fits_under_other_priors_are_used_where_given(quick_fit, forecast):
    views = prior_views(quick_fit.result, forecast, {"skeptic": reviewed(quick_fit, "PASS").result})
    assert views[1].exact
    assert not views[2].exact


def test_a_fit_that_failed_its_review_stands_for_no_prior_set(quick_fit, forecast):
    views = prior_views(quick_fit.result, forecast, {"skeptic": reviewed(quick_fit, "FAIL").result})
    assert not views[1].exact
    assert "FAILED its review" in views[1].method


def test_a_failed_review_withholds_the_claims(forecast, quick_fit):
    failed = fm.Forecast(forecast.worlds, forecast.parameters, {**forecast.facts, "review": "FAIL"})
    with pytest.raises(fm.ForkModelError, match="withheld"):
        fm.claims(failed)
    if quick_fit.review().status == "FAIL":
        with pytest.raises(fm.ForkModelError, match="withheld"):
            quick_fit.claims()


def test_claims_of_a_forecast_come_as_a_table(forecast):
    sound = fm.Forecast(forecast.worlds, forecast.parameters, {**forecast.facts, "review": "PASS"})
    found = fm.claims(sound)
    assert len(found) == len(load_ledger().claims) + 1
    silent = set(found.loc[found["probability"].isna(), "id"])
    assert {"C19", "K10"} <= silent
    assert len(silent) <= 4, silent
    for claim in load_ledger().claims:
        if claim.id in silent - {"C19", "K10"}:
            with pytest.raises(fm.QueryError, match="effective"):
                forecast.prob(claim.expression)


def test_movers_find_what_an_event_is_made_of():
    rng = np.random.default_rng(1)
    x, noise = rng.normal(size=(2, 4, 500))
    parameters = xr.Dataset({"x": (("chain", "draw"), x), "noise": (("chain", "draw"), noise)})
    names, ranked = ranks(parameters)
    found = movers((x.ravel() < 0).astype(float), names, ranked, {"x": "a thing"})
    assert [mover.parameter for mover in found] == ["x"]
    assert found[0].correlation < -0.5
    assert found[0].meaning == "a thing"
    assert movers(np.ones(2000), names, ranked, {}) == []


def value_of(event, columns):
    return value_of_information(event[:, None], columns)[0]


def test_value_of_information_has_the_right_size():
    rng = np.random.default_rng(2)
    x = rng.normal(size=(4000, 2))
    event = (x[:, 0] > 0).astype(float)
    assert value_of(event, x[:, :1]) > 0.8 * 0.25
    # P(x + e > 0 | x) = Phi(x) for unit normal e; its variance is 1/12.
    noisy = (x[:, 0] + rng.normal(size=4000) > 0).astype(float)
    assert value_of(noisy, x[:, :1]) == pytest.approx(1 / 12, rel=0.15)
    assert value_of(event, x[:, 1:]) < 0.005
    assert value_of(np.ones(4000), x) == 0.0


def test_the_watch_list_ranks_every_block(views):
    ledger = load_ledger()
    events = {"joint": held(ledger.joint.expression, views[0])}
    events["C5"] = held(next(c.expression for c in ledger.claims if c.id == "C5"), views[0])
    found = watch_list(events, views[0].forecast.parameters)
    for target in events:
        rows = found[found["target"] == target]
        assert sorted(rows["rank"]) == list(range(1, len(BLOCKS) + 1))
        assert (rows["value"].diff().dropna() <= 0).all()
        assert rows["share"].between(0.0, 1.0).all()
    assert found[(found["target"] == "C5") & (found["rank"] == 1)]["block"].item() == "margins"


def test_every_key_of_a_block_is_a_prior():
    keys = [key for block in BLOCKS.values() for key in block.keys]
    assert set(keys) <= set(fm.load_priors())
    assert len(keys) == len(set(keys))


CLAIM = '[[claim]]\nid = "A"\nstatement = "S."\nsource = "https://x"\ndirection = "supports"\n'
EVENT = 'expression = "hhi.closed[2031] > 1"\nhorizon = "2031"\nthreshold = "above one"\n'
JOINT = '[joint]\nid = "joint"\nstatement = "S."\nsource = "https://x"\ndirection = "supports"\n' + EVENT
MISTAKES = {
    JOINT + CLAIM: "neither an expression nor a reason",
    JOINT + CLAIM + 'expression = "hhi.closed[2031] >"\nhorizon = "2031"\nthreshold = "x"\n': "too early",
    JOINT + CLAIM + 'expression = "hhi.closed[2031] > 1"\n': "lacks its horizon",
    JOINT + CLAIM + EVENT + CLAIM + EVENT: "two claims are called A",
    JOINT + CLAIM + EVENT + 'colour = "red"\n': "colour",
    JOINT.replace('"supports"', '"maybe"') + CLAIM + EVENT: "direction",
    "[joint": "not valid TOML",
}


@pytest.mark.parametrize("text", MISTAKES)
def test_mistakes_in_a_ledger_are_named(tmp_path, text):
    path = tmp_path / "ledger.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ClaimError, match=MISTAKES[text]):
        load_ledger(path)


def test_ones_own_ledger_is_judged_like_the_bundled_one(tmp_path, forecast):
    path = tmp_path / "ledger.toml"
    path.write_text(JOINT + CLAIM + EVENT, encoding="utf-8")
    found = judge(load_ledger(path), [exact_view(forecast)])
    assert found.rows[0]["probability"]["reference"] == 1.0
