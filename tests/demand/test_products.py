"""Tables of products: what is read, what is refused and in which words, and the example."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyblp
import pytest

import forkmodel as fm
from forkmodel.demand.instruments import characteristic_sums
from forkmodel.demand.model import make_design

CARS = Path(__file__).resolve().parents[2] / "examples" / "automobiles"
HEADER = "market,product,firm,price,share,size,air,source_id"
SOURCES = "source_id,title,publisher,url,licence,attribution,retrieved\ns,t,p,,l,,2026-07-31\n"


def rows(markets: int = 4, products: int = 5) -> list[list[str]]:
    random = np.random.default_rng(0)
    found = []
    for market in range(markets):
        for product in range(products):
            size = f"{random.normal():.3f}"
            cells = [f"m{market}", f"p{product}", f"f{product % 2}", f"{3 + random.uniform():.3f}", "0.1"]
            found.append([*cells, size, str(product % 2), "s"])
    return found


def folder(place: Path, lines: list[list[str]], header: str = HEADER) -> Path:
    text = "\n".join([header, *(",".join(line) for line in lines)])
    (place / "products.csv").write_text(f"{text}\n", encoding="utf-8")
    (place / "sources.csv").write_text(SOURCES, encoding="utf-8")
    return place


def problems(place: Path) -> list[fm.Problem]:
    with pytest.raises(fm.DataError) as caught:
        fm.read_products(place)
    return caught.value.problems


def test_a_sound_table_is_read_market_by_market(tmp_path):
    lines = rows()
    table = fm.read_products(folder(tmp_path, lines[::2] + lines[1::2]))
    assert table.characteristics == ["size", "air"]
    assert table.instruments == []
    assert table.outside == pytest.approx(0.5)
    assert (np.diff(table.place) >= 0).all()


@pytest.mark.parametrize(
    ("line", "column", "value", "says"),
    [
        (3, "price", "0", "is not above zero"),
        (3, "price", "-2", "is not above zero"),
        (4, "share", "0", "is not above zero"),
        (5, "size", "", "the cell is empty"),
        (5, "size", "big", "is not a number"),
        (5, "air", "inf", "the number is infinite"),
        (6, "firm", "", "the cell is empty"),
        (8, "product", "p0", "stands twice in its market"),
        (8, "source_id", "other", "there is no such source"),
        (8, "source_id", "", "the cell is empty"),
        (2, "share", "0.7", "which leaves no outside good"),
    ],
)
def test_a_bad_cell_is_named(tmp_path, line, column, value, says):
    lines = rows()
    lines[line - 2][HEADER.split(",").index(column)] = value
    (problem,) = problems(folder(tmp_path, lines))
    assert (problem.table, problem.column) == ("products", column)
    assert says in problem.problem
    assert problem.fix.endswith(".")
    if "outside" not in says:
        assert problem.row == line


def test_a_misspelt_column_is_found_among_the_others(tmp_path):
    found = problems(folder(tmp_path, rows(), HEADER.replace("price", "prices")))
    assert [problem.column for problem in found] == ["price"]
    assert "'prices'" in found[0].fix


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda line: [*line[:6], line[5], line[7]], "imply the column"),
        (lambda line: ["one", line[0] + line[1], *line[2:4], "0.01", *line[5:]], "there is 1 market"),
    ],
)
def test_a_table_that_cannot_tell_is_refused(tmp_path, change, says):
    (problem,) = problems(folder(tmp_path, [change(line) for line in rows()]))
    assert says in problem.problem


def test_absent_files_and_folders_are_named(tmp_path):
    assert "no such folder" in str(problems(tmp_path / "absent")[0])
    assert {problem.table for problem in problems(tmp_path)} == {"products", "sources"}


def test_a_frame_meets_the_same_checks():
    frame = pd.DataFrame(rows(), columns=HEADER.split(",")).drop(columns="source_id")
    assert len(fm.ProductTable.of(frame).products) == len(frame)
    with pytest.raises(fm.DataError, match="the column 'price' is missing"):
        fm.ProductTable.of(frame.drop(columns="price"))


def test_the_example_is_what_pyblp_ships_and_its_sums_are_its_instruments():
    table = fm.read_products(CARS)
    assert (len(table.products), len(table.markets)) == (2217, 20)
    theirs = pd.read_csv(pyblp.data.BLP_PRODUCTS_LOCATION)
    np.testing.assert_allclose(table.products["share"], theirs["shares"])
    np.testing.assert_allclose(table.products["price"], theirs["prices"])
    ours = characteristic_sums(table.products, ["hpwt", "air", "mpd"])
    order = ["own_products", "own_hpwt", "own_air", "own_mpd"]
    order += [name.replace("own", "rival") for name in order]
    shipped = theirs[[f"demand_instruments{place}" for place in range(8)]]
    np.testing.assert_allclose(ours[order], shipped, rtol=1e-9, atol=1e-9)
    design = make_design(table)
    assert design.computed
    assert len(design.instruments) == 10


def test_least_squares_find_the_price_coefficient_that_blp_print():
    """Table III, first column: the logit without instruments."""
    design = make_design(fm.read_products(CARS))
    columns = np.column_stack([design.included, design.price])
    found = np.linalg.lstsq(columns, design.logit, rcond=None)[0]
    assert found[-1] == pytest.approx(-0.089, abs=0.0005)
