"""Scenario files, and what each bundled scenario must do."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forkmodel.errors import ScenarioError
from forkmodel.forecast.effects import QUANTITIES, effects, effects_of
from forkmodel.forecast.scenario_files import BASELINE, bundled_scenarios, load_scenario, load_scenarios

HEAD = 'name = "mine"\nmeaning = "One sentence."\nsources = ["judgement"]\n'


@pytest.fixture(scope="module")
def under(quick_fit):
    """Return the forecast under a scenario, each made once."""
    made = {}

    def get(*names):
        if names not in made:
            made[names] = quick_fit.forecast(scenario=list(names))
        return made[names]

    return get


@pytest.fixture
def write(tmp_path):
    def make(text, name="mine.toml"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    return make


def test_every_bundled_scenario_has_a_meaning_and_sources():
    names = bundled_scenarios()
    assert names[0] == BASELINE
    assert len(names) == 10
    for name in names:
        scenario = load_scenario(name)
        assert scenario.name == name
        assert scenario.meaning.endswith(".")
        assert scenario.sources
        assert (name == BASELINE) == (not scenario.changes and not scenario.events)


def test_a_file_that_changes_nothing_reproduces_the_baseline_bit_for_bit(quick_fit, baseline, write):
    same = quick_fit.forecast(scenario=write(HEAD))
    for name in baseline.worlds.data_vars:
        np.testing.assert_array_equal(same.worlds[name].to_numpy(), baseline.worlds[name].to_numpy())


def test_nothing_changes_before_a_scenario_begins(under, baseline):
    before = slice(None, "2026-12-31")
    for name in bundled_scenarios():
        worlds = under(name).worlds
        for variable in ("hhi", "value", "price_frontier", "open_share"):
            np.testing.assert_array_equal(
                worlds[variable].sel(time=before).to_numpy(),
                baseline.worlds[variable].sel(time=before).to_numpy(),
            )


def test_a_merger_raises_the_hhi_at_its_date_in_every_draw(under, baseline):
    merged = under("frontier-merger")
    date = "2028-01-01"
    assert (merged.hhi("closed").sel(time=date) > baseline.hhi("closed").sel(time=date)).all()
    rise = merged.hhi("closed").sel(time=date) - baseline.hhi("closed").sel(time=date)
    assert float(rise.min()) > 0.0
    # The buyer has both firms' part of closed revenue; the rise of closed prices moves parts by a trace.
    gain = (merged.cr(1, "closed") - baseline.cr(1, "closed")).sel(time=date)
    assert float(gain.min()) > -1e-3
    assert float(gain.median()) > 0.05
    # Nobody's money is lost.
    after = merged.worlds["revenue"].sel(time=date)
    narrow = merged.worlds["value"].sel(time=date, definition="narrow").sum("access")
    np.testing.assert_allclose(after.sum("developer"), narrow, rtol=1e-9)


def test_entry_lowers_concentration_in_the_median(under, baseline):
    change = (under("entry-wave").hhi("closed") - baseline.hhi("closed")).sel(time="2032-01-01")
    assert float(change.median()) < 0.0


def test_lockdown_widens_the_gap_and_never_narrows_it(under, baseline):
    change = (under("api-lockdown").worlds["capability_gap"] - baseline.worlds["capability_gap"]).sel(
        time="2031-10-01"
    )
    assert float(change.median()) > 0.0
    assert float((change >= -1e-9).mean()) > 0.9


def test_a_price_war_cuts_prices_at_once_and_for_good(under, baseline):
    ratio = under("price-war").worlds["price_frontier"] / baseline.worlds["price_frontier"]
    np.testing.assert_allclose(ratio.sel(access="closed", time="2028-01-01"), 0.4, rtol=1e-9)
    np.testing.assert_allclose(ratio.sel(access="open", time="2028-01-01"), 1.0, rtol=1e-9)


def test_a_plateau_slows_the_frontier(under, baseline):
    less = under("capability-plateau").worlds["capability_frontier"].sel(access="closed", time="2031-10-01")
    more = baseline.worlds["capability_frontier"].sel(access="closed", time="2031-10-01")
    # A world in a thousand may go the other way: who leaves hangs on revenue, and so on the scenario.
    assert float((less <= more + 1e-9).mean()) > 0.99
    assert float((more - less).median()) > 5.0


def test_an_opened_frontier_narrows_the_gap(under, baseline):
    change = (under("closed-lab-opens").worlds["capability_gap"] - baseline.worlds["capability_gap"]).sel(
        time="2027-07-01"
    )
    assert float((change <= 1e-9).mean()) > 0.95
    assert float((change < -0.5).mean()) > 0.3


def test_a_glut_takes_the_scarcity_part_of_the_premium(under, baseline):
    change = under("compute-glut").worlds["premium_residual"] / baseline.worlds["premium_residual"]
    late = change.sel(time="2029-01-01")
    above = baseline.worlds["premium_residual"].sel(time="2029-01-01") > 1.0
    assert bool((late.where(above) <= 1.0 + 1e-9).where(above, True).all())


def test_a_ban_lowers_the_share_of_open_models(under, baseline):
    change = (under("open-weights-ban").worlds["open_share"] - baseline.worlds["open_share"]).sel(
        market="openrouter", unit="tokens", time="2028-10-01"
    )
    assert float(change.median()) < 0.0


def test_scenarios_compose_and_their_order_does_not_matter(under, quick_fit):
    one = quick_fit.forecast(scenario=["price-war", "frontier-merger"])
    two = quick_fit.forecast(scenario=["frontier-merger", "price-war"])
    np.testing.assert_array_equal(one.hhi().to_numpy(), two.hhi().to_numpy())
    assert "price-war" in one.facts["scenario"]
    assert "frontier-merger" in one.facts["scenario"]
    assert not np.array_equal(one.hhi().to_numpy(), under("price-war").hhi().to_numpy())


def test_effects_are_paired_differences(under, baseline):
    table = effects(baseline, {"frontier-merger": under("frontier-merger"), "same": baseline})
    assert len(table) == 2 * 3 * len(QUANTITIES)
    same = table[table["scenario"] == "same"]
    assert (same[["median", "q10", "q90"]] == 0.0).all(axis=None)
    row = table[(table["scenario"] == "frontier-merger") & (table["label"] == "HHI of closed labs")].iloc[0]
    direct = (under("frontier-merger").hhi() - baseline.hhi()).sel(time="2028-10-01")
    assert row["median"] == pytest.approx(float(direct.median()))
    assert row["draws"] == direct.size


MISTAKES = {
    "": "lacks name",
    HEAD + "colour = 1\n": "unknown field colour",
    HEAD + '[[change]]\nlever = "cach_up"\nmultiply = 0.5\nfrom = "2027-Q1"\n': "Did you mean 'catch_up'",
    HEAD + '[[change]]\nlever = "catch_up"\nadd = 0.5\nfrom = "2027-Q1"\n': "takes `multiply`",
    HEAD + '[[change]]\nlever = "catch_up"\nmultiply = 0.5\nfrom = "2027-Q9"\n': "is not a date",
    HEAD
    + '[[change]]\nlever = "catch_up"\nmultiply = 0.5\nfrom = "2028-Q1"\nuntil = "2027-Q1"\n': "swap them",
    HEAD + '[[change]]\nlever = "catch_up"\nmultiply = -1\nfrom = "2027-Q1"\n': "greater than 0",
    HEAD + '[[event]]\nkind = "mergr"\nat = "2027-Q1"\n': "Did you mean 'merger'",
    HEAD + "[[event]\n": "not valid TOML",
}


@pytest.mark.parametrize("text", MISTAKES)
def test_mistakes_in_files_are_named_with_their_fix(write, text):
    with pytest.raises(ScenarioError, match=MISTAKES[text]):
        load_scenario(write(text))


def test_unknown_scenarios_are_answered_with_the_nearest():
    with pytest.raises(ScenarioError, match="price-war"):
        load_scenarios(["pricewar"])
    with pytest.raises(ScenarioError, match="no scenario file"):
        load_scenarios("absent/file.toml")


def test_scenarios_in_one_pass_are_those_simulated_one_by_one(quick_fit, baseline):
    names = ["frontier-merger", "price-war", "closed-lab-opens"]
    scenarios = [load_scenario(name) for name in names]
    alone = effects(baseline, {name: quick_fit.forecast(baseline.facts["horizon"], name) for name in names})
    pd.testing.assert_frame_equal(effects_of(quick_fit.result, baseline, scenarios), alone, check_exact=True)
