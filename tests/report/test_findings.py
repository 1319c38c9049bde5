"""Titles and answers follow the draws: they reverse, are ties or are missing where the numbers say so."""

from __future__ import annotations

import dataclasses
import re
import shlex

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from test_synthetic import FAILED

from forkmodel.errors import ForkModelError
from forkmodel.report import check_sections, findings_text, write_report
from forkmodel.report.asked import asked
from forkmodel.report.buyer import choice
from forkmodel.report.claims_chart import claim_groups, tally, undiagnostic
from forkmodel.report.content import ForecastContent
from forkmodel.report.findings import finding
from forkmodel.report.frames import table_csv
from forkmodel.report.opening import markets, verdict
from forkmodel.report.readers import readers
from forkmodel.report.sections_text import SECTIONS
from forkmodel.report.strips import DOTS, Scale, quantile_dots


def changed(content, name: str, factor: float = 1.0, shift: float = 0.0, **select: str):
    """Return the content with one path moved."""
    history = content.history.copy(deep=True)
    history[name].loc[select] = factor * history[name].sel(select) + shift
    return dataclasses.replace(content, history=history)


def worlds(history: xr.Dataset) -> xr.Dataset:
    """Return the last quarter carried on to 2036, every draw with drift and noise of its own."""
    rng = np.random.default_rng(3)
    later = pd.date_range("2026-10-01", "2036-10-01", freq="QS")
    parts = [history]
    for place, day in enumerate(later):
        last = history.isel(time=[-1]).assign_coords(time=[day])
        factor = xr.DataArray(np.exp(0.02 * place * rng.standard_normal((2, 60))), dims=("chain", "draw"))
        parts.append(last * factor)
    return xr.concat(parts, "time")


def claim(name: str, p: tuple[float, float], *, diagnostic: bool = True, event: str = "hhi.closed[2031] > 1"):
    """Return a judged claim with its probability under two prior sets."""
    sides = dict(zip(("reference", "skeptic"), p, strict=True))
    return {
        "id": name,
        "statement": f"Claim <{name}>.",
        "expression": event,
        "threshold": "an event",
        "horizon": "2036",
        "direction": "supports",
        "computable": True,
        "decided": True,
        "reason": None,
        "note": "",
        "today_probability": 0.2,
        "diagnostic": diagnostic,
        "why_not_diagnostic": None if diagnostic else "true today",
        "probability": sides,
        "mcse": dict.fromkeys(sides, 0.01),
        "draws": dict.fromkeys(sides, 120),
        "method": dict.fromkeys(sides, "fit"),
        "movers": [],
    }


@pytest.fixture(scope="module")
def future(synthetic):
    """The synthetic content with worlds, claims, one scenario and a watch-list."""
    rows = [
        claim("A", (0.9, 0.8)),
        claim("B", (0.1, 0.2), event="premium_residual[2031] > 1"),
        claim("C", (0.9, 0.1)),
        claim("D", (0.5, 0.51)),
        claim("E", (0.99, 0.99), diagnostic=False),
    ]
    parts = "hhi.closed[2031] > 1700 and premium_residual[2031] > 1.5"
    columns = [
        "scenario",
        "meaning",
        "quantity",
        "label",
        "date",
        "unit",
        "baseline_median",
        "median",
        "q10",
        "q90",
        "draws",
    ]
    effects = [
        ("ban", "A ban", "hhi", "HHI of closed labs", "2031", "points", 2500.0, 90.0, -10.0, 200.0, 120),
        ("war", "A war", "hhi", "HHI of closed labs", "2031", "points", 2500.0, -300.0, -400.0, -9.0, 120),
    ]
    watch = [("joint", "hosts", "Hosting", "a census", 0.4, 0.1, 1)]
    content = ForecastContent(
        worlds=worlds(synthetic.history),
        claims={"claims": rows, "joint": claim("joint", (0.05, 0.6), event=parts)},
        effects=pd.DataFrame(effects, columns=columns),
        watchlist=pd.DataFrame(
            watch, columns=["target", "block", "label", "meaning", "share", "value", "rank"]
        ),
        settings={"horizon": "2036-12-31", "scenario": "baseline", "draws": 120, "seed": 1, "priors": "r"},
    )
    return dataclasses.replace(synthetic, forecast=content)


def test_who_leads_the_race_follows_the_gap(synthetic):
    assert "trails the closed one by 6" in finding(synthetic, "race").title
    assert "leads the closed one by 6" in finding(changed(synthetic, "capability_gap", -1), "race").title
    assert "Neither" in finding(changed(synthetic, "capability_gap", shift=-6), "race").title


def test_the_premium_is_above_below_or_a_tie(synthetic):
    assert "lists at" in finding(changed(synthetic, "premium_residual", 2), "price").title
    assert "below an open one" in finding(changed(synthetic, "premium_residual", 0.2), "price").title
    assert "cannot be told apart" in finding(changed(synthetic, "premium_residual", 0.66), "price").title


def test_tokens_against_money_may_turn(synthetic):
    tokens, money = ({"market": m, "unit": u} for m, u in (("openrouter", "tokens"), ("enterprise", "spend")))
    assert "but take only" in finding(changed(synthetic, "open_share", 0.1, **money), "demand").title
    assert "more than their" in finding(changed(synthetic, "open_share", 0.1, **tokens), "demand").title
    assert "cannot be told" in finding(synthetic, "demand").title


def test_the_larger_seller_comes_first(synthetic):
    closed = {"access": "closed", "definition": "narrow"}
    assert finding(changed(synthetic, "value", 9, **closed), "spend").title.startswith("Closed labs sell")
    assert finding(changed(synthetic, "value", 0.1, **closed), "spend").title.startswith("Hosts of open")
    assert "neither is clearly more" in finding(synthetic, "spend").title
    assert "less than closed labs" in finding(changed(synthetic, "value", 9, **closed), "value").title
    assert "more than closed labs" in finding(changed(synthetic, "value", 0.1, **closed), "value").title


def test_concentration_is_said_tier_by_tier(synthetic):
    said = finding(changed(synthetic, "hhi", 0.2, scope="open_hosts"), "concentration").title
    assert "Closed labs are highly concentrated" in said
    assert "hosts of open weights are not" in said
    assert "may be" in finding(changed(synthetic, "hhi", 0.7, scope="closed"), "concentration").title


def test_what_is_missing_leaves_the_subject_as_title(synthetic, tmp_path):
    bare = dataclasses.replace(synthetic, history=synthetic.history[["adoption_firms"]])
    for key in ("race", "price", "demand", "spend", "value", "concentration"):
        assert finding(bare, key).title == ""
    write_report(bare, tmp_path / "page.html")
    assert f"<h2>{SECTIONS['race']}</h2>" in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_a_failed_review_leaves_no_finding(future):
    failed = dataclasses.replace(future, review=FAILED)
    assert not any(finding(failed, key).title for key in SECTIONS)
    assert (verdict(failed), readers(failed), claim_groups(failed)) == (None, [], [])


def test_claims_are_counted_by_what_they_tell(future):
    assert tally(future) == (1, 1, 1, 1, 1)
    groups = {group.title: [row.id for row in group.claims] for group in claim_groups(future)}
    assert groups == {"Price and premium": ["B"], "Concentration": ["A", "C", "D"]}
    assert [row.id for row in undiagnostic(future)] == ["E"]


def test_the_verdict_says_where_priors_disagree_and_what_would_change_it(future):
    found = verdict(future)
    assert "depends on the priors" in found.title
    assert "very unlikely under reference priors" in found.title.lower()
    # In half of 120 worlds too few are left to say what the verdict would be, so that part is left out.
    alone = asked(future.forecast.worlds, "hhi.closed[2031] > 1700")
    (said,) = found.changes
    assert said.startswith(f"hhi.closed[2031] > 1700: {alone.text}; if sure")


def test_the_largest_effect_is_named_with_its_sign(future):
    assert (
        "“war” moves the HHI of closed labs most by 2031: −300 points" in finding(future, "scenarios").title
    )
    still = future.forecast.effects.assign(median=0.0)
    calm = dataclasses.replace(future, forecast=dataclasses.replace(future.forecast, effects=still))
    assert finding(calm, "scenarios").title.startswith("None of 2 scenarios moves")


def test_readers_numbers_are_those_that_their_commands_give(future):
    found = readers(future)
    assert [reader.key for reader in found] == ["buyer", "investor", "regulator"]
    for reader in found:
        assert len(reader.asked) >= 8
        for cell in reader.asked:
            command = shlex.split(cell.command)
            assert command[:3] == ["forkmodel", "query", "forecast.nc"]
            again = asked(future.forecast.worlds, command[3], cell.unit)
            assert again.text == cell.text


@pytest.mark.parametrize(
    ("reached", "cheaper", "said"),
    [(1, 1, "open"), (1, 0, "closed"), (1, 0.5, "hedge"), (0.5, 1, "hedge"), (0, 1, "closed")],
)
def test_a_buyer_chooses_only_where_worlds_agree(reached, cheaper, said):
    assert choice(reached, cheaper) == said


def test_twenty_dots_stand_for_the_draws():
    drawn = quantile_dots(np.r_[np.linspace(0, 1, 90), np.full(10, np.nan)], Scale(0, 1), "x", "open")
    assert drawn.count("<circle") == DOTS
    assert drawn.count('cx="100.00%"') >= 2


def test_every_part_of_the_picture_has_an_interval(synthetic):
    picture = markets(synthetic)
    assert [len(market.rows) for market in picture] == [2, 3, 2]
    assert all(" to " in ends for market in picture for row in market.rows for _, _, ends in row.numbers)


def test_words_of_a_csv_run_no_formula():
    assert table_csv(("a", "b"), [("=1+1", 0.123456789)]) == "a,b\n'=1+1,0.123457\n"


def test_chosen_sections_and_markdown(future, tmp_path):
    page, words = tmp_path / "page.html", tmp_path / "page.md"
    write_report(future, page, ["claims", "buyer"])
    body = page.read_text(encoding="utf-8")
    assert '<section id="claims">' in body
    assert '<section id="buyer"' in body
    assert '<section id="race">' not in body
    inner = set(re.findall(r'href="#([\w-]+)"', body))
    assert inner <= set(re.findall(r'id="([\w-]+)"', body))
    write_report(future, words)
    said = words.read_text(encoding="utf-8")
    assert said.startswith("# ")
    assert "Claim \\<A>." in said
    assert findings_text.race_title("6.0", "", 1, None)[:30] in said
    with pytest.raises(ForkModelError, match="no section 'claim'"):
        check_sections(["claim"])
