"""Options of the Python verbs are refused as strictly as those of the command line."""

from __future__ import annotations

import numpy as np
import pytest

from forkmodel.errors import ForkModelError, ScenarioError
from forkmodel.forecast.scenario_files import load_scenarios
from forkmodel.options import (
    MIN_DRAWS,
    MOST_CHAINS,
    MOST_DRAWS,
    MOST_SEED,
    check_prior_draws,
    check_sampling,
    whole_number,
)

GOOD = {"draws": 500, "tune": 400, "chains": 4, "seed": 1, "cores": None}
BAD = [
    ("draws", 0),
    ("draws", MIN_DRAWS - 1),
    ("draws", MOST_DRAWS + 1),
    ("draws", -5),
    ("draws", 100.0),
    ("draws", "100"),
    ("draws", None),
    ("draws", True),
    ("draws", float("nan")),
    ("tune", 0),
    ("tune", 1.5),
    ("chains", 0),
    ("chains", MOST_CHAINS + 1),
    ("chains", [4]),
    ("seed", -1),
    ("seed", 1.5),
    ("seed", MOST_SEED + 1),
    ("seed", None),
    ("cores", 0),
    ("cores", "all"),
]


@pytest.mark.parametrize(("option", "value"), BAD)
def test_each_bad_option_is_named_with_its_limits(option, value):
    with pytest.raises(ForkModelError) as caught:
        check_sampling(**{**GOOD, option: value})
    said = str(caught.value)
    assert said.startswith(f"{option} is ")
    assert repr(value) in said or str(value) in said
    assert " from " in said
    assert " to " in said


def test_good_options_pass():
    check_sampling(**GOOD)
    check_sampling(draws=np.int64(20), tune=1, chains=1, seed=np.uint32(MOST_SEED), cores=2)
    check_prior_draws(1, 0)
    assert whole_number("draws", np.int32(7), 1, 10) == 7


@pytest.mark.parametrize(("draws", "seed"), [(0, 1), (2.0, 1), (10, -1), (10, "one")])
def test_draws_from_the_prior_are_checked_too(draws, seed):
    with pytest.raises(ForkModelError, match="whole number"):
        check_prior_draws(draws, seed)


@pytest.mark.parametrize("given", [None, 5, ["price-war", 3], {"price-war"}, b"price-war"])
def test_a_scenario_is_a_name_or_a_list_of_names(given):
    with pytest.raises(ScenarioError, match="give a name such as"):
        load_scenarios(given)


def test_paths_and_lists_of_names_are_scenarios(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('name = "mine"\nmeaning = "m"\nsources = ["s"]\n', encoding="utf-8")
    assert load_scenarios(path).name == "mine"
    assert load_scenarios([path, "price-war"]).name == "mine + price-war"
    assert load_scenarios([]).name == "baseline"
