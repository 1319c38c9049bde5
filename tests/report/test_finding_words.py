"""Sentences that must be right for any numbers: one part missing, one of something, an order turned round."""

from __future__ import annotations

import dataclasses

import pytest
from explorer_worlds import explored

from forkmodel.report import findings_text as words
from forkmodel.report.findings import finding
from forkmodel.report.readers import readers


def without(content, name: str, **select: str):
    """Return the content with one path unknown."""
    history = content.history.copy(deep=True)
    history[name].loc[select] = float("nan")
    return dataclasses.replace(content, history=history)


def test_one_part_of_a_pair_is_said_alone(synthetic):
    title = finding(without(synthetic, "open_share", market="openrouter"), "demand").title
    assert title.startswith("Open weights have ")
    assert title.endswith("of enterprise money.")
    assert "router" not in title
    title = finding(without(synthetic, "open_share", market="enterprise"), "demand").title
    assert title.endswith("of router tokens.")
    assert "enterprise" not in title


def test_a_lag_that_is_not_known_is_not_said(synthetic):
    title = finding(without(synthetic, "lag_months_strict"), "race").title
    assert "trails the closed one" in title
    assert "month" not in title


def test_one_definition_of_value_is_said_alone(synthetic):
    title = finding(without(synthetic, "value", definition="broad"), "value").title
    assert title.startswith("Hosted open inference earns ")
    assert "integration" not in title
    title = finding(without(synthetic, "value", definition="narrow"), "value").title
    assert title.startswith("With self-hosting and integration open is worth ")


def test_a_tier_without_numbers_is_left_out(synthetic):
    title = finding(without(synthetic, "hhi", scope="closed"), "concentration").title
    assert title.startswith("Developers of open weights ")
    assert "losed labs" not in title


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ((0, 0, 0, 0, 9), "No claim of the ledger tells the sides apart in this fit."),
        ((1, 0, 0, 0, 1), "Of 1 claim that tells the sides apart, 1 holds and 0 fail in over half"),
        ((2, 1, 0, 0, 0), "2 hold and 1 fails in over half of the worlds under every prior set."),
        ((0, 0, 1, 2, 0), "; 2 turn on the priors; 1 is a coin's toss."),
        ((1, 1, 0, 0, 1), ". 1 more tells nothing."),
    ],
)
def test_claims_are_counted_in_the_right_number(counts, said):
    assert said in words.claims_title(*counts)


@pytest.mark.parametrize(("chance", "how"), [(0.95, "will be"), (0.5, "may be"), (0.02, "will not be")])
def test_a_regulator_is_not_told_that_what_is_not_so_today_stays(chance, how):
    said = words.regulator_title("Closed labs", (chance, "x"), 2031, None)
    assert said == f"Closed labs {how} highly concentrated in 2031 (x of worlds)."
    assert words.regulator_title("Closed labs", None, 2031, (0, 3)).startswith("0 of 3 mergers")
    assert words.regulator_title("Closed labs", None, 2031, None) == ""


def test_an_investor_is_told_who_takes_most_then(synthetic):
    content = explored(synthetic)[0]
    later = content.forecast.worlds["time"].dt.year >= 2031
    worlds = content.forecast.worlds.copy(deep=True)
    layer = worlds["value_layer"]
    worlds["value_layer"] = layer.where(
        ~(later & (layer["access"] == "open") & (layer["layer"] == "host")), 1e15
    )
    turned = dataclasses.replace(content, forecast=dataclasses.replace(content.forecast, worlds=worlds))
    titles = {reader.key: reader.title for reader in readers(turned)}
    assert titles["investor"].endswith("when open hosts take most.")
