"""What is generated from the list of observations covers each of them once."""

from __future__ import annotations

from pathlib import Path

import pytest

import forkmodel as fm
from forkmodel.data.schemas import TABLES
from forkmodel.model.design import BLOCKS
from forkmodel.observations.panel import make_panel
from forkmodel.observations.registry import OBSERVATIONS
from forkmodel.observations.scores import Scores
from forkmodel.validate.sensitivity import data_groups

PAGE = Path(__file__).resolve().parents[2] / "docs" / "data.md"


def test_observations_are_told_apart_and_stand_in_causal_order():
    for attribute in ("name", "label"):
        assert len({getattr(each, attribute) for each in OBSERVATIONS}) == len(OBSERVATIONS)
    blocks = [BLOCKS.index(each.block) for each in OBSERVATIONS]
    assert blocks == sorted(blocks)


@pytest.mark.parametrize("observation", OBSERVATIONS, ids=lambda each: each.name)
def test_an_observation_is_what_it_declares(observation, panel):
    rows = panel.rows[observation.name]
    assert list(rows.dims) == [observation.dim]
    assert rows.sizes[observation.dim] > 0
    assert observation.observed(rows).shape == (rows.sizes[observation.dim],)
    assert observation.table in TABLES
    assert {reading.table for reading in observation.readings} <= {observation.table}


def test_the_page_has_one_line_for_each_observation(panel):
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    begin = lines.index("| observation | size | from |") + 2
    table = lines[begin : lines.index("", begin)]
    assert sorted(line for line in table if not line.startswith("| offers |")) == sorted(
        each.describe(panel) for each in OBSERVATIONS
    )


def test_the_sensitivity_study_scales_each_observation_once(panel):
    grouped = [name for names in data_groups(panel).values() for name in names]
    assert sorted(grouped) == sorted(each.name for each in OBSERVATIONS)


def test_a_list_that_cannot_be_built_is_refused(market):
    class Elsewhere(Scores):
        name, block = "elsewhere", "capabilty"

    with pytest.raises(fm.ModelError, match="two observations are named scores"):
        make_panel(market, observations=(*OBSERVATIONS, Scores()))
    with pytest.raises(fm.ModelError, match="lack scores"):
        make_panel(market, observations=OBSERVATIONS[1:])
    with pytest.raises(fm.ModelError, match="'capabilty'"):
        make_panel(market, observations=(*OBSERVATIONS, Elsewhere()))
