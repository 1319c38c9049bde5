"""Times outside the worlds, numbers on another scale, and questions too deep to answer."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from forkmodel.errors import OutOfSpanError, QueryError
from forkmodel.queries import ask, parse
from forkmodel.queries.remarks import INDEX, SHARES, scale_remark
from forkmodel.results.schema import FORECAST_SCHEMA

TIMES = pd.date_range("2026-01-01", "2030-04-01", freq="QS")


def make_worlds(chains: int = 4, draws: int = 500) -> xr.Dataset:
    """DrawSource that end in the middle of 2030."""
    rng = np.random.default_rng(5)
    shape = (chains, draws, len(TIMES))
    coords = {"chain": np.arange(chains), "draw": np.arange(draws), "time": TIMES, "scope": ["closed"]}
    return xr.Dataset(
        {
            "hhi": (("chain", "draw", "time", "scope"), rng.normal(3000, 200, size=(*shape, 1))),
            "premium_residual": (("chain", "draw", "time"), np.exp(rng.normal(0.4, 0.3, size=shape))),
            "open_share": (("chain", "draw", "time"), rng.beta(2, 2, size=shape)),
        },
        coords=coords,
    )


WORLDS = make_worlds()
OUTSIDE = {
    "any(hhi.closed[2027:2100] > 2500)": "2026-Q1 to 2030-Q2; the range asked for reaches outside",
    "max(hhi.closed[2020:2028])": "the range asked for reaches outside",
    "mean(hhi.closed[2029:2030])": "the range asked for reaches outside",
    "when(hhi.closed[2029:2031] > 3000)": "the range asked for reaches outside",
    "year(hhi.closed[2029:2031] > 3000) > 2029": "the range asked for reaches outside",
    "hhi.closed[2030] > 2500": "holds 2 of the 4 quarters of 2030",
    "premium_residual[2030]": "holds 2 of the 4 quarters of 2030",
    "P(hhi.closed[2028] > 1 | premium_residual[2030] > 1)": "holds 2 of the 4 quarters of 2030",
    "hhi.closed[2031] > 2500": "the time asked for is outside",
    "hhi.closed[2030-Q3] > 2500": "the time asked for is outside",
    "hhi.closed[1999]": "the time asked for is outside",
}


@pytest.mark.parametrize("text", OUTSIDE)
def test_times_outside_the_worlds_are_refused_with_what_is_known(text):
    with pytest.raises(OutOfSpanError, match=re.escape(OUTSIDE[text])) as caught:
        ask(WORLDS, text)
    assert "known from 2026-Q1 to 2030-Q2" in str(caught.value)


@pytest.mark.parametrize("text", ["hhi.closed[2030] > 2500", "any(hhi.closed[2027:2100] > 2500)"])
def test_the_advice_can_be_followed(text):
    with pytest.raises(OutOfSpanError) as caught:
        ask(WORLDS, text)
    for bracket in re.findall(r"\[[^]]*\]", str(caught.value)):
        mended = re.sub(r"\[[^]]*\]", bracket, text)
        if ":" in bracket and "any" not in text:
            mended = mended.replace(f"hhi.closed{bracket}", f"mean(hhi.closed{bracket})")
        assert ask(WORLDS, mended).draws == 2000


def test_whole_years_and_ranges_inside_are_answered():
    path = WORLDS["hhi"].sel(scope="closed")
    assert ask(WORLDS, "hhi.closed[2029]").mean == pytest.approx(float(path.sel(time="2029").mean()))
    held = (path.sel(time=slice("2027-01-01", None)) > 3400).any("time").mean()
    assert ask(WORLDS, "any(hhi.closed[2027:2030-Q2] > 3400)").probability == pytest.approx(float(held))


@pytest.mark.parametrize(
    ("text", "said"),
    [("max(hhi.closed) > 0", "P above 0.9995 ("), ("max(hhi.closed) < 0", "P below 0.0005 (")],
)
def test_what_holds_in_every_world_is_bounded_and_never_certain(text, said):
    assert str(ask(WORLDS, text)).startswith(said)


def test_bounds_are_rounded_to_the_safe_side_whatever_the_number_of_draws():
    for draws in (100, 101, 750, 1234, 2000, 4000, 99_999):
        worlds = WORLDS.isel(chain=slice(1), draw=slice(100))
        answer = ask(worlds, "max(hhi.closed) > 0")
        printed = str(type(answer)(**{**answer.as_dict(), "ess": float(draws)}))
        bound = float(printed.split()[2])
        assert 1.0 - 2.0 / draws < bound <= 1.0 - 1.0 / draws + 1e-12


def test_a_share_close_to_one_is_not_printed_as_one():
    largest = float(WORLDS["hhi"].sel(scope="closed", time="2029-01-01").max())
    text = str(ask(WORLDS, f"hhi.closed[2029-Q1] < {largest!r}"))
    assert text.startswith("P = 0.9995 ")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("hhi.closed[2029] > 0.25", "0.25 on a scale from 0 to 1 is 2500 here"),
        ("0.25 < max(hhi.closed[2027:2029])", "is 2500 here"),
        ("not (hhi.closed[2029] > 0.25) and open_share[2029] > 0.1", "is 2500 here"),
        ("hhi.closed[2029] - hhi.closed[2028] < -0.01", "-0.01 on a scale from 0 to 1 is -100 here"),
        ("open_share[2029] > 30", "30 % is 0.3 here"),
        ("P(open_share[2029] > 0.3 | hhi.closed[2029] > 0.25)", "is 2500 here"),
    ],
)
def test_a_number_on_another_scale_gets_a_remark(text, says):
    assert says in scale_remark(parse(text))


@pytest.mark.parametrize(
    "text",
    [
        "hhi.closed[2029] > 2500",
        "hhi.closed[2029] / hhi.closed[2028] > 0.8",
        "hhi.closed[2029] - hhi.closed[2028] > 0",
        "open_share[2029] > 0.3",
        "premium_residual[2029] > 0.8",
        "lab_value.first[2029] > 2e12",
        "hhi.closed[2029]",
        "when(hhi.closed > 2500)",
    ],
)
def test_what_is_well_put_gets_none(text):
    assert scale_remark(parse(text)) == ""


def test_the_remark_comes_with_the_answer():
    answer = ask(WORLDS, "hhi.closed[2029] > 0.25")
    assert answer.as_dict()["remark"]
    assert str(answer).splitlines()[1].startswith("Remark: hhi runs from 0 to 10,000")


def test_scales_are_those_of_the_schema():
    shares = {name for name, entry in FORECAST_SCHEMA.items() if entry.unit.split(" ")[0] == "share"}
    assert shares == SHARES
    assert {name for name, entry in FORECAST_SCHEMA.items() if entry.unit == "0 to 10,000"} == INDEX


@pytest.mark.parametrize(
    "text",
    [
        "not " * 400 + "hhi.closed[2029] > 1",
        "-" * 1500 + "hhi.closed[2029] > 1",
        "1+" * 900 + "1 > 0",
        " and ".join(["1 > 0"] * 190),
        "abs(" * 300 + "hhi.closed[2029]" + ")" * 300 + " > 1",
    ],
)
def test_deep_questions_are_refused(text):
    with pytest.raises(QueryError, match="nested too deeply"):
        ask(WORLDS, text)


def test_brackets_alone_make_no_question_deep():
    assert ask(WORLDS, "(" * 90 + "hhi.closed[2029]" + ")" * 90 + " > 0").probability == 1.0


def test_a_hundred_terms_are_answered():
    text = " + ".join(["hhi.closed[2029]"] * 95)
    one = ask(WORLDS, "hhi.closed[2029]").mean
    assert ask(WORLDS, text).mean == pytest.approx(95 * one)


@pytest.mark.parametrize("text", [None, 5, b"hhi.closed[2029]", ["hhi.closed[2029]"]])
def test_a_question_is_text(text):
    with pytest.raises(QueryError, match="give it as text"):
        ask(WORLDS, text)
