"""Aliases are followed to the letter; what is merely alike is proposed with a score, and never applied."""

from __future__ import annotations

import shlex

import pandas as pd
import pytest
from sources import SOURCES

from forkmodel.data.adapters.aliases import add_aliases, read_aliases
from forkmodel.data.adapters.imported import Proposal
from forkmodel.data.adapters.importing import import_data
from forkmodel.data.adapters.naming import LEAST_SCORE, Naming
from forkmodel.errors import DataError, ForkModelError


@pytest.fixture
def prices(tmp_path, small):
    name, file, data = SOURCES["openrouter"]
    (tmp_path / file).write_bytes(data)

    def take(**options):
        return import_data(name, tmp_path / file, base=small, retrieved="2025-08-01", **options)

    return take


def models(imported):
    return [row["model_id"] for row in imported.tables["prices"]]


def test_a_near_name_is_proposed_and_not_used(prices):
    imported = prices()
    assert models(imported) == ["alpha-2"]
    (near,) = imported.proposals
    assert (near.name, near.id, near.score) == ("birch-lab/birch70b", "birch-70b", 100.0)
    assert imported.accepted == []


def test_the_command_of_a_proposal_accepts_it(prices, tmp_path):
    (near,) = prices().proposals
    words = shlex.split(near.command(str(tmp_path / "aliases.csv")))
    assert words[:4] == ["forkmodel", "data", "alias", "--"]
    _, kind, source, name, id_ = words[4:]
    add_aliases(tmp_path / "aliases.csv", [Proposal(kind, source, name, id_, 100.0)])
    imported = prices(aliases=tmp_path / "aliases.csv")
    assert models(imported) == ["alpha-2", "birch-70b"]
    assert imported.proposals == []


def test_accepting_by_score_says_what_was_accepted(prices):
    imported = prices(accept=100.0)
    assert models(imported) == ["alpha-2", "birch-70b"]
    assert [each.name for each in imported.accepted] == ["birch-lab/birch70b"]


def test_an_alias_of_an_unknown_id_is_refused(prices, tmp_path):
    (tmp_path / "aliases.csv").write_text("kind,source,name,id\nmodel,,x,birch-70\n", encoding="utf-8")
    with pytest.raises(DataError, match="aliases, row 2, column id: there is no such model") as error:
        prices(aliases=tmp_path / "aliases.csv")
    assert "birch-70b" in error.value.problems[0].fix


def test_aliases_hold_any_name_as_it_is(tmp_path):
    file = tmp_path / "aliases.csv"
    names = ["=cmd|' /C calc'!A0", "-1", "NA", "null", 'say "hi", you', "'=x", "桦 7B", "a=b"]
    add_aliases(file, [Proposal("model", "litellm", name, "alpha-1", 100.0) for name in names])
    assert set(read_aliases(file)) == {("model", "litellm", name) for name in names}
    assert not any(line.split(",")[2].startswith(("=", "-")) for line in file.read_text("utf-8").splitlines())
    add_aliases(file, [Proposal("model", "litellm", "NA", "alpha-2", 100.0)])
    assert read_aliases(file)["model", "litellm", "NA"] == "alpha-2"


@pytest.mark.parametrize(("kind", "name"), [("modle", "x"), ("model", " "), ("model", "a\nb")])
def test_a_wrong_alias_is_refused(tmp_path, kind, name):
    with pytest.raises(ForkModelError):
        add_aliases(tmp_path / "aliases.csv", [Proposal(kind, "", name, "alpha-1", 100.0)])
    assert not (tmp_path / "aliases.csv").exists()


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("host/Acme_1.5-Pro", "acme-1.5-pro"),
        ("acme-1.5-pro-2025-01-31", "acme-1.5-pro"),
        ("acme-1.6-pro", None),
        ("acme-15", None),
        ("acme 1.5 pro+", None),
        ("birch", None),
    ],
)
def test_other_numbers_make_another_model(name, near):
    known = pd.DataFrame({"model_id": ["acme-1.5-pro"], "name": ["Acme 1.5 Pro"], "developer": ["Acme"]})
    benchmarks = pd.DataFrame({"benchmark": [], "name": []}, dtype="str")
    naming = Naming("litellm", {"models": known, "benchmarks": benchmarks}, {})
    assert naming.model(name) is None
    found = [(each.id, each.score >= LEAST_SCORE) for each in naming.proposals()]
    assert found == ([(near, True)] if near else [])


def test_a_name_that_two_models_share_stands_for_neither():
    known = pd.DataFrame({"model_id": ["a-1", "a-2"], "name": ["Acme", "Acme"], "developer": ["Acme"] * 2})
    benchmarks = pd.DataFrame({"benchmark": [], "name": []}, dtype="str")
    naming = Naming("x", {"models": known, "benchmarks": benchmarks}, {("model", "", "Acme"): "a-2"})
    assert naming.find("model", "Acme") == "a-2"
    assert Naming("x", {"models": known, "benchmarks": benchmarks}, {}).find("model", "Acme") is None
