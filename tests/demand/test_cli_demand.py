"""``forkmodel demand`` from a folder to figures, a merger and a file, on a few markets of the example."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from forkmodel.cli.documents import DOCUMENTS, fits
from forkmodel.cli.main import app

CARS = Path(__file__).resolve().parents[2] / "examples" / "automobiles"
YEARS = ["1985", "1990"]
WORDS = ["--draws", "250", "--tune", "300"]
run = CliRunner()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two model years of the example, as a user would cut them out."""
    place = tmp_path_factory.mktemp("cars")
    cars = pd.read_csv(CARS / "products.csv", dtype="str")
    cars.loc[cars["market"].isin(YEARS)].to_csv(place / "products.csv", index=False)
    (place / "sources.csv").write_bytes((CARS / "sources.csv").read_bytes())
    return place


@pytest.fixture(scope="module")
def document(folder):
    done = run.invoke(app, ["demand", str(folder), *WORDS, "--out", str(folder / "fit.nc"), "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_the_document_holds_figures_with_intervals(document):
    assert [form for form in DOCUMENTS["demand"] if fits(document, form)]
    assert document["market"] == "1990"
    assert document["withheld"] is False
    assert document["provenance"]["instruments_computed"] is True
    names = {row["figure"] for row in document["products"]}
    assert names == {"own-price elasticity", "diversion to the outside good", "markup, part of price"}
    assert all(row["low90"] <= row["median"] <= row["high90"] for row in document["products"])
    assert {row["market"] for row in document["markets"]} == set(YEARS)


def test_a_saved_fit_screens_a_merger_without_fitting_again(folder, document):
    shown = run.invoke(app, ["demand", str(folder / "fit.nc"), "--merger", "GM,Ford"])
    assert shown.exit_code == 0, shown.output
    for words in ("GM and Ford merge", "GUPPI", "compensating marginal cost reduction", "price change"):
        assert words in shown.stdout
    asked = run.invoke(app, ["demand", str(folder / "fit.nc"), "--merger", "GM,Ford", "--json"])
    rows = pd.DataFrame(json.loads(asked.stdout)["merger"]["figures"]).set_index("figure")
    assert rows.loc["rise of the HHI", "median"] > 1000.0
    assert rows.loc["price change, all paid offers", "low"] > 0.0


def test_a_failed_review_withholds_figures(folder):
    done = run.invoke(app, ["demand", str(folder), "--draws", "20", "--tune", "5", "--json"])
    made = json.loads(done.stdout)
    assert (done.exit_code, made["withheld"]) == (1, True)
    assert "products" not in made


@pytest.mark.parametrize(
    ("words", "says"),
    [(["--merger", "GM,Frod"], "Ford"), (["--market", "1991"], "1990"), (["--merger", "GM"], "two")],
)
def test_names_that_are_not_there_are_refused_before_the_fit(folder, words, says):
    done = run.invoke(app, ["demand", str(folder), *words])
    assert done.exit_code != 0
    assert says in str(done.exception)


def test_a_folder_without_the_table_is_bad_input(tmp_path):
    done = run.invoke(app, ["demand", str(tmp_path)])
    assert "products.csv" in str(done.exception)
