"""The query language against direct xarray computation, and against people who mistype."""

from __future__ import annotations

import contextlib

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from properties import examples

from forkmodel.errors import QueryError
from forkmodel.queries import ask, parse
from forkmodel.queries.draw_source import DatasetDraws
from forkmodel.queries.evaluate import evaluate
from forkmodel.queries.tree import Whole

TIMES = pd.date_range("2025-01-01", "2031-10-01", freq="QS")
SCOPES = ["closed", "open_hosts"]


def make_worlds(chains: int = 2, draws: int = 150) -> xr.Dataset:
    rng = np.random.default_rng(3)
    shape = (chains, draws, len(TIMES))
    coords = {
        "chain": np.arange(chains),
        "draw": np.arange(draws),
        "time": TIMES,
        "scope": SCOPES,
        "market": ["openrouter", "enterprise"],
        "developer": ["OpenAI", "Google DeepMind"],
    }
    walk = rng.normal(0, 200, size=(*shape, 2)).cumsum(axis=2)
    share = rng.beta(2, 2, size=(*shape, 2))
    return xr.Dataset(
        {
            "hhi": (("chain", "draw", "time", "scope"), 3000 + walk),
            "premium_residual": (("chain", "draw", "time"), np.exp(rng.normal(0.4, 0.3, size=shape))),
            "token_share": (
                ("chain", "draw", "time", "market", "developer"),
                np.stack([share, 1 - share], axis=-1),
            ),
        },
        coords=coords,
    )


WORLDS = make_worlds()


def value(text: str) -> xr.DataArray:
    query = parse(text)
    assert isinstance(query, Whole)
    found = evaluate(query.node, DatasetDraws(WORLDS))
    dims = ("chain", "draw", "time")[: found.array.ndim]
    return xr.DataArray(found.array, dims=dims)


def test_a_year_of_a_flow_is_its_mean_and_of_a_stock_its_last_quarter():
    flow = WORLDS["hhi"].sel(scope="closed", time="2030").mean("time")
    np.testing.assert_allclose(value("hhi.closed[2030]").transpose("chain", "draw"), flow)
    stock = WORLDS["premium_residual"].sel(time="2030-10-01")
    np.testing.assert_allclose(value("premium_residual[2030]"), stock)


@pytest.mark.parametrize("moment", ["2030-Q2", "2030-04", "2030-06"])
def test_a_quarter_may_be_named_by_number_or_month(moment):
    expected = WORLDS["hhi"].sel(scope="closed", time="2030-04-01")
    np.testing.assert_allclose(value(f"hhi.closed[{moment}]"), expected)


def test_names_with_blanks_stand_in_quotes_and_coordinates_in_any_order():
    expected = WORLDS["token_share"].sel(market="enterprise", developer="Google DeepMind", time="2031-01-01")
    for text in ('token_share.enterprise."Google DeepMind"', "token_share.'Google DeepMind'.enterprise"):
        np.testing.assert_allclose(value(f"{text}[2031-Q1]"), expected)


TERMS = {
    "hhi.closed[2030]": WORLDS["hhi"].sel(scope="closed", time="2030").mean("time"),
    "hhi.open_hosts[2031-Q2]": WORLDS["hhi"].sel(scope="open_hosts", time="2031-04-01", drop=True),
    "premium_residual[2028]": WORLDS["premium_residual"].sel(time="2028-10-01", drop=True),
    "2.5": xr.DataArray(2.5),
    "0.5": xr.DataArray(0.5),
}


def numbers():
    leaf = st.sampled_from(sorted(TERMS)).map(lambda name: (name, TERMS[name]))

    def grow(inner):
        return st.tuples(inner, st.sampled_from("+-*"), inner).map(
            lambda p: (
                f"({p[0][0]} {p[1]} {p[2][0]})",
                {"+": p[0][1] + p[2][1], "-": p[0][1] - p[2][1], "*": p[0][1] * p[2][1]}[p[1]],
            )
        )

    return st.recursive(leaf, grow, max_leaves=5)


def conditions():
    leaf = st.tuples(numbers(), st.sampled_from(["<", "<=", ">", ">="]), numbers()).map(
        lambda p: (
            f"{p[0][0]} {p[1]} {p[2][0]}",
            {
                "<": p[0][1] < p[2][1],
                "<=": p[0][1] <= p[2][1],
                ">": p[0][1] > p[2][1],
                ">=": p[0][1] >= p[2][1],
            }[p[1]],
        )
    )

    def grow(inner):
        both = st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(
            lambda p: (
                f"({p[0][0]} {p[1]} {p[2][0]})",
                p[0][1] & p[2][1] if p[1] == "and" else p[0][1] | p[2][1],
            )
        )
        return both | inner.map(lambda p: (f"not ({p[0]})", ~p[1]))

    return st.recursive(leaf, grow, max_leaves=4)


@examples(80)
@given(numbers())
def test_arithmetic_is_that_of_xarray(pair):
    text, expected = pair
    found, wanted = xr.broadcast(value(text), expected)
    # The same operations in the same order: equal to the last bit, and so are differences of near numbers.
    np.testing.assert_array_equal(found.transpose(*wanted.dims), wanted)


@examples(80)
@given(conditions())
def test_logic_is_that_of_xarray(pair):
    text, expected = pair
    found, wanted = xr.broadcast(value(text), expected.astype(float))
    np.testing.assert_array_equal(found.transpose(*wanted.dims), wanted)


@examples(200)
@given(st.text(alphabet="hicloseda.[]()<>=+-*/ 0123456789|&Pandor\"'_é\n", max_size=60))
def test_any_text_is_answered_or_refused_never_a_crash(text):
    with contextlib.suppress(QueryError):
        ask(WORLDS, text)


def test_a_probability_comes_with_its_error():
    answer = ask(WORLDS, "hhi.closed[2031] > 3000")
    held = WORLDS["hhi"].sel(scope="closed", time="2031").mean("time") > 3000
    assert answer.probability == pytest.approx(float(held.mean()))
    assert 100 < answer.ess <= 450
    assert answer.mcse == pytest.approx(np.sqrt(answer.probability * (1 - answer.probability) / answer.ess))
    assert answer.draws == 300


def test_ranges_are_reduced_over_time():
    path = WORLDS["hhi"].sel(scope="closed", time=slice("2027-01-01", "2031-12-31"))
    any_ = ask(WORLDS, "any(hhi.closed[2027:2031] > 3500)")
    assert any_.probability == pytest.approx(float((path > 3500).any("time").mean()))
    largest = ask(WORLDS, "max(hhi.closed[2027:2031])")
    assert largest.median == pytest.approx(float(path.max("time").median()))
    every = ask(WORLDS, "all(hhi.closed[2027:2031] > hhi.closed[2026:2030])")
    assert 0 <= every.probability <= 1


def test_conditional_probability_divides():
    text = "P(hhi.closed[2031] > 3000 | hhi.closed[2029] > 3000)"
    later = WORLDS["hhi"].sel(scope="closed", time="2031").mean("time") > 3000
    before = WORLDS["hhi"].sel(scope="closed", time="2029").mean("time") > 3000
    answer = ask(WORLDS, text)
    assert answer.probability == pytest.approx(float((later & before).sum() / before.sum()))
    assert answer.draws == int(before.sum())


def test_a_condition_that_leaves_few_draws_is_not_answered():
    with pytest.raises(QueryError, match="effective draws"):
        ask(WORLDS, "P(hhi.closed[2031] > 3000 | premium_residual[2029] > 3)")


def test_when_gives_dates_and_the_share_of_never():
    answer = ask(WORLDS, "when(hhi.closed > 3800)")
    held = (WORLDS["hhi"].sel(scope="closed") > 3800).any("time")
    assert answer.never == pytest.approx(1 - float(held.mean()))
    assert answer.horizon == "2031-Q4"
    never = ask(WORLDS, "when(hhi.closed > 99999)")
    assert never.never == 1.0
    assert never.quantiles == {"10": None, "50": None, "90": None}


def test_undefined_worlds_are_not_counted_as_false():
    worlds = WORLDS.copy(deep=True)
    worlds["premium_residual"][0, :, :] = np.nan
    with pytest.raises(QueryError, match="no value"):
        ask(worlds, "premium_residual[2030] > 1")
    worlds = WORLDS.copy(deep=True)
    worlds["premium_residual"][0, :3, :] = np.nan
    assert ask(worlds, "premium_residual[2030] > 1").draws == 297


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("hih.closed[2031] > 1", "'hhi'"),
        ("hhi.closde[2031] > 1", "'closed'"),
        ("hhi[2031] > 1", "needs a scope"),
        ("hhi.closed[2045] > 1", "2031-Q4"),
        ("hhi.closed[2031:2028] > 1", "backwards"),
        ("hhi.closed > 1", "choose one"),
        ("hhi.closed[2031] >", "too early"),
        ("hhi.closed[2031] > 1)", "unexpected"),
        ("", "empty"),
        ("hhi.closed[2031] and 1", "condition is needed"),
        ("(hhi.closed[2031] > 1) + 1", "number is needed"),
        ("max(hhi.closed[2031])", "range"),
        ("any(hhi.closed[2027:2031])", "condition is needed"),
        ("when(hhi.closed)", "condition"),
        ("hhi.closed[2031-13] > 1", "not a month"),
        ("any(hhi.closed[2027:2031] > hhi.closed[2030:2031])", "same range"),
        ("__import__('os').system('true')", "unexpected"),
        ("(" * 3000, "limit"),
    ],
)
def test_mistakes_are_named_with_their_fix(text, says):
    with pytest.raises(QueryError) as caught:
        ask(WORLDS, text)
    assert says in str(caught.value)
