"""The command for mergers: one document, the nearest names, and nothing where the review failed."""

from __future__ import annotations

import dataclasses
import json

import pytest
from model.prior_values import prior_fit

import forkmodel as fm
from forkmodel.inference.verdict import Check, Review


@pytest.fixture(scope="module")
def saved(market, panel, design, tmp_path_factory):
    """Return a file of draws from the prior whose saved review has a given status."""
    made, folder = prior_fit(market, panel, design, 20, seed=5), tmp_path_factory.mktemp("merger")

    def save(status):
        path = folder / f"{status}.nc"
        review = Review((Check("made up", status, 1.0, 1.0, ""),))
        fm.Fit(dataclasses.replace(made.result, review=review)).save(path)
        return path

    return save


def test_a_merger_is_printed_as_one_document_or_as_tables(call, saved):
    file = saved("PASS")
    done = call("merger", file, "--firms", "OpenAI, Anthropic", "--month", "2026-06", "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["firms"] == ["OpenAI", "Anthropic"]
    assert document["month"] == "2026-06-01"
    assert document["draws"] == 20
    figures = {row["figure"]: row for row in document["figures"]}
    assert {"rise of the HHI", "GUPPI", "UPP", "price change"} <= set(figures)
    assert figures["rise of the HHI"]["draws"] == 20
    assert all(0.0 <= row["probability"] <= 1.0 for row in document["lines"])
    printed = call("merger", file, "--all", "--largest", "3")
    assert printed.returncode == 0, printed.stderr
    assert "guppi_first" in printed.stdout
    assert "value.margin_closed" in printed.stdout


def test_a_failed_review_withholds_mergers(call, saved):
    done = call("merger", saved("FAIL"), "--all", "--json")
    assert done.returncode == 1
    assert done.stdout == ""
    assert "withheld" in done.stderr


def test_wrong_words_are_answered_with_the_nearest(call, saved, tmp_path):
    done = call("merger", saved("PASS"), "--firms", "OpenAI,Antropic")
    assert done.returncode == 2
    assert "'Anthropic'" in done.stderr
    for words in ([], ["--all", "--firms", "OpenAI,Anthropic"]):
        done = call("merger", tmp_path / "none.nc", *words)
        assert done.returncode == 2
        assert "either --firms" in done.stderr
