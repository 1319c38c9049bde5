"""Dates are read one way, and everything else is refused with what it could mean."""

from __future__ import annotations

import re
from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties import examples

import forkmodel as fm
from forkmodel.dates import possible_days, read_day, read_span
from forkmodel.errors import ForkModelError, ScenarioError
from forkmodel.forecast.calendar import Calendar
from forkmodel.forecast.scenario_files import load_scenario

READ = {
    "2028-02-29": ("2028-02-29", "2028-02-29", "day"),
    "2028-02": ("2028-02-01", "2028-02-29", "month"),
    "2028-Q1": ("2028-01-01", "2028-03-31", "quarter"),
    "2028": ("2028-01-01", "2028-12-31", "year"),
}
#: What people write instead, and what the answer must hold.
REFUSED = {
    "01.10.2028": "2028-01-10 or 2028-10-01",
    "01/07/2028": "2028-01-07 or 2028-07-01",
    "31.12.2028": "2028-12-31",
    "2028/10/01": "2028-10-01",
    "20281001": "2028-10-01",
    "2028-10-01T00:00:00": "2028-10-01",
    "": "empty",
    "  ": "empty",
    "2028-13": "a month that does not exist",
    "2028-02-30": "a day that does not exist",
    "2028-Q5": "not a date",
    "2028Q1": "not a date",
    "Q1 2028": "not a date",
    "20288": "not a date",
    "12028-01-01": "not a date",
    "28-10-01": "not a date",
    "October 2028": "not a date",
    "now": "not a date",
    "today": "not a date",
    "NaT": "not a date",
    "nan": "not a date",
    "0000": "not a date",
    "9999-12-31": "check it",
    "٢٠٢٨": "not a date",
    "2028-10-01\n": "could mean",
}
HEAD = 'name = "x"\nmeaning = "m"\nsources = ["s"]\n'


@pytest.mark.parametrize("text", READ)
def test_each_way_of_writing_a_date_covers_its_days(text):
    span = read_span(text)
    assert (span.first.isoformat(), span.last.isoformat(), span.grain) == READ[text]


@pytest.mark.parametrize("text", REFUSED)
def test_other_ways_are_refused_with_what_they_could_mean(text):
    with pytest.raises(ForkModelError, match=REFUSED[text]) as caught:
        read_span(text, "the horizon")
    assert str(caught.value).startswith("the horizon")


@pytest.mark.parametrize("text", REFUSED)
def test_every_reader_refuses_them(text, tmp_path):
    with pytest.raises(ForkModelError):
        Calendar.from_vintage(pd.Timestamp("2026-07-31"), text)
    for field, entry in (
        ("from", '[[change]]\nlever = "catch_up"\nmultiply = 0.5\nfrom = "TEXT"\n'),
        ("until", '[[change]]\nlever = "catch_up"\nmultiply = 0.5\nfrom = "2027-Q1"\nuntil = "TEXT"\n'),
        ("at", '[[event]]\nkind = "merger"\nat = "TEXT"\n'),
    ):
        path = tmp_path / "mine.toml"
        path.write_text(HEAD + entry.replace("TEXT", text.replace("\n", "\\n")), encoding="utf-8")
        with pytest.raises(ScenarioError, match=rf"mine\.toml, (change|event) 1: `{field}`"):
            load_scenario(str(path))


@pytest.mark.parametrize("text", [*REFUSED, "2026-06", "2026-Q2", "2026"])
def test_as_of_takes_a_day_and_nothing_else(text, market):
    with pytest.raises(ForkModelError, match="the day of as_of"):
        market.as_of(text)


@pytest.mark.parametrize(("text", "grain"), [("2026-06", "month"), ("2026-Q2", "quarter"), ("2026", "year")])
def test_a_good_date_of_the_wrong_kind_is_called_what_it_is(text, grain):
    with pytest.raises(ForkModelError, match=f"is a {grain}. Write a day as YYYY-MM-DD"):
        read_day(text)


def test_the_advice_can_be_followed():
    with pytest.raises(ForkModelError) as caught:
        read_span("01.10.2028", "the horizon")
    said = str(caught.value)
    offered = re.findall(r"\d{4}-\d{2}-\d{2}", said.partition("Write")[0])
    assert [read_day(text).isoformat() for text in offered] == offered == ["2028-01-10", "2028-10-01"]


def test_days_of_other_types_are_taken_as_they_are(market):
    for day in (date(2026, 6, 1), pd.Timestamp("2026-06-01 13:00")):
        assert read_day(day) == date(2026, 6, 1)
        assert market.as_of(day).vintage == pd.Timestamp("2026-06-01")
    for nothing in (pd.NaT, None, 2028, 2028.5, True):
        with pytest.raises(ForkModelError, match="give it as text"):
            read_span(nothing)


def test_a_scenario_takes_the_dates_of_toml_and_whole_years(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(
        HEAD + '[[change]]\nlever = "catch_up"\nmultiply = 0.5\nfrom = 2028-05-01\nuntil = "2029"\n',
        encoding="utf-8",
    )
    (change,) = load_scenario(str(path)).changes
    assert change.begin == pd.Timestamp("2028-04-01")
    assert change.until == pd.Timestamp("2029-10-01")


@pytest.mark.parametrize(
    ("horizon", "last"),
    [
        ("2030", "2030-10-01"),
        ("2030-05", "2030-04-01"),
        ("2030-Q3", "2030-07-01"),
        ("2030-01-01", "2030-01-01"),
    ],
)
def test_the_horizon_is_the_quarter_that_holds_its_last_day(horizon, last):
    assert Calendar.from_vintage(pd.Timestamp("2026-07-31"), horizon).times[-1] == pd.Timestamp(last)


@examples(200)
@given(st.text(max_size=12))
def test_whatever_is_written_is_read_or_refused(text):
    try:
        span = read_span(text)
    except fm.ForkModelError:
        return
    assert span.first <= span.last
    assert text.startswith(f"{span.first:%Y}")


@examples(100)
@given(st.dates())
def test_a_day_in_iso_form_is_never_ambiguous(day):
    assert possible_days(day.isoformat()) == [day]
