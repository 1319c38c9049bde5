"""Bad files and folders give problems, never tracebacks; harmless differences give none."""

from __future__ import annotations

import codecs
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import SMALL
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from properties import examples

from forkmodel.data.market_tables import MarketTables
from forkmodel.data.read import check_data, read_data

SetCell = Callable[[str, int, str, str], None]


def _rewrite(folder: Path, table: str, change: Callable[[str], str]) -> None:
    path = folder / f"{table}.csv"
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")


def test_valid_folder_reads_clean(folder: Path) -> None:
    assert check_data(folder) == []


def test_missing_column(folder: Path) -> None:
    _rewrite(
        folder, "models", lambda text: "\n".join(line.rpartition(",")[0] for line in text.splitlines()) + "\n"
    )
    (only,) = check_data(folder)
    assert (only.table, only.row, only.column) == ("models", 1, "source_id")
    assert "'source_id' is missing" in only.problem
    assert "Add a column 'source_id'" in only.fix


@pytest.mark.parametrize(
    ("table", "right", "wrong"),
    [
        ("models", "release_date", "released_date"),
        ("models", "release_date", "date"),
        ("scores", "model_id", "Model ID"),
        ("scores", "score", "scores"),
        ("prices", "input_usd_per_mtok", "input_usd_per_token"),
        ("usage", "variant", "varaint"),
    ],
)
def test_misspelt_column_is_one_problem(folder: Path, table: str, right: str, wrong: str) -> None:
    _rewrite(folder, table, lambda text: text.replace(right, wrong, 1))
    (only,) = check_data(folder)
    assert (only.table, only.row, only.column, only.value) == (table, 1, right, wrong)
    assert f"Did you mean it by {wrong!r}" in only.fix


def test_cells_under_a_misspelt_column_are_checked_too(folder: Path, set_cell: SetCell) -> None:
    set_cell("scores", 3, "score", "85")
    _rewrite(folder, "scores", lambda text: text.replace("score,", "scores,", 1))
    assert [(each.row, each.column) for each in check_data(folder)] == [(1, "score"), (3, "score")]


def test_unknown_column(folder: Path) -> None:
    _rewrite(
        folder,
        "structure",
        lambda text: "\n".join(
            f"{line},{'colour' if spot == 0 else 'red'}" for spot, line in enumerate(text.splitlines())
        ),
    )
    (only,) = check_data(folder)
    assert (only.table, only.row, only.column, only.value) == ("structure", 1, "colour", "colour")
    assert "unknown column" in only.problem
    assert "Valid names" in only.fix or "Did you mean" in only.fix


def test_repeated_column(folder: Path) -> None:
    _rewrite(folder, "structure", lambda text: text.replace("firm,", "market,", 1))
    found = check_data(folder)
    assert ("market", "the column appears twice") in [(each.column, each.problem) for each in found]
    assert any(each.column == "firm" and "missing" in each.problem for each in found)


@pytest.mark.parametrize("table", ["models", "benchmarks", "sources"])
def test_missing_table(folder: Path, table: str) -> None:
    (folder / f"{table}.csv").unlink()
    (only,) = check_data(folder)
    assert (only.table, only.row) == (table, None)
    assert f"{table}.csv is missing" in only.problem
    assert f"Add {table}.csv with the columns" in only.fix
    assert "base=load_snapshot()" in only.fix


@pytest.mark.parametrize("table", ["scores", "prices", "usage", "structure"])
def test_a_table_that_no_other_refers_to_is_optional(folder: Path, table: str) -> None:
    (folder / f"{table}.csv").unlink()
    assert getattr(read_data(folder), table).empty


def test_misnamed_table(folder: Path) -> None:
    (folder / "scores.csv").rename(folder / "score.csv")
    missing = next(each for each in check_data(folder) if each.table == "scores")
    assert "Is it score.csv?" in missing.fix
    stray = next(each for each in check_data(folder) if each.table == "score")
    assert stray.value == "score.csv"
    assert "Did you mean 'scores'" in stray.fix


def test_spreadsheet_instead_of_table(folder: Path) -> None:
    (folder / "scores.csv").rename(folder / "scores.xlsx")
    (only,) = check_data(folder)
    assert "Is it scores.xlsx?" in only.fix


@pytest.mark.parametrize("content", ["", "\n\n"])
def test_empty_file(folder: Path, content: str) -> None:
    (folder / "scores.csv").write_text(content)
    (only,) = check_data(folder)
    assert (only.table, only.row) == ("scores", None)
    assert "not even a header" in only.problem
    assert "Add rows" in only.fix


def test_table_without_rows_does_not_make_its_ids_unknown(folder: Path) -> None:
    _rewrite(folder, "models", lambda text: text.splitlines()[0])
    (only,) = check_data(folder)
    assert only.table == "models"
    assert "no rows" in only.problem


def test_wrong_encoding_names_byte_and_line(folder: Path) -> None:
    path = folder / "models.csv"
    data = path.read_text().replace("Birch 7B", "Bircé 7B").encode("cp1252")
    path.write_bytes(data)
    (only,) = check_data(folder)
    assert (only.table, only.row, only.value) == ("models", 4, "0xe9")
    assert f"byte {data.index(0xE9)} (0xe9) on line 4 is not UTF-8" in only.problem
    assert "iconv -f CP1252 -t UTF-8 models.csv" in only.fix


def test_wrong_encoding_does_not_hide_other_problems(folder: Path, set_cell: SetCell) -> None:
    set_cell("models", 5, "access", "opened")
    path = folder / "models.csv"
    path.write_bytes(path.read_text().replace("Birch 7B", "Bircé 7B").encode("latin-1"))
    assert [each.row for each in check_data(folder)] == [4, 5]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_wide_encodings(folder: Path, encoding: str) -> None:
    path = folder / "models.csv"
    path.write_bytes(path.read_text().encode(encoding))
    (only,) = check_data(folder)
    assert only.table == "models"
    assert encoding.upper() in only.problem
    assert f"iconv -f {encoding.upper()}" in only.fix


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"PK\x03\x04rest", "an Excel or zip file"),
        (b"\x1f\x8b\x08", "a gzip file"),
        ("model_id,name".encode("utf-16-le"), "zero byte"),
    ],
)
def test_not_text(folder: Path, data: bytes, words: str) -> None:
    (folder / "models.csv").write_bytes(data)
    (only,) = check_data(folder)
    assert only.table == "models"
    assert words in only.problem
    assert "UTF-8" in only.fix


@pytest.mark.parametrize("mark", [";", "\t"])
def test_wrong_separator(folder: Path, mark: str) -> None:
    _rewrite(folder, "models", lambda text: text.replace(",", mark))
    (only,) = check_data(folder)
    assert (only.table, only.row) == ("models", 1)
    assert "separated by" in only.problem
    assert "commas" in only.fix


@pytest.mark.parametrize(
    ("change", "cells"), [(("Birch 7B", "Birch, 7B"), 8), ((",China,2024-06-15", ",2024-06-15"), 6)]
)
def test_ragged_row(folder: Path, change: tuple[str, str], cells: int) -> None:
    _rewrite(folder, "models", lambda text: text.replace(*change))
    # The model's id counts as known, so its scores and prices are not reported as well.
    (only,) = check_data(folder)
    assert (only.table, only.row, only.column) == ("models", 4, None)
    assert f"{cells} cells, the header has 7" in only.problem
    assert only.value is not None
    assert only.value.startswith("birch-7b,")
    assert "empty but present" in only.fix


def test_quote_never_closed(folder: Path) -> None:
    _rewrite(folder, "scores", lambda text: text.replace('chain",', "chain,"))
    (only,) = check_data(folder)
    assert (only.table, only.row) == ("scores", 6)
    assert "quote is probably never closed" in only.problem
    assert "Close every" in only.fix


def test_text_after_a_closing_quote(folder: Path) -> None:
    _rewrite(folder, "scores", lambda text: text.replace('chain",', 'chain"x,'))
    (only,) = check_data(folder)
    assert (only.table, only.row) == ("scores", 6)


def test_row_of_empty_cells(folder: Path) -> None:
    with (folder / "models.csv").open("a") as file:
        file.write(",,,,,,\n")
    (only,) = check_data(folder)
    assert (only.table, only.row) == ("models", 6)
    assert "Delete the row" in only.fix


def test_rows_are_counted_by_line_of_the_file(folder: Path, set_cell: SetCell) -> None:
    set_cell("scores", 6, "score", "66")
    _rewrite(folder, "scores", lambda text: text.replace("alpha-2,maths", "\n\nalpha-2,maths"))
    assert [each.row for each in check_data(folder)] == [8]


def test_no_such_folder(tmp_path: Path) -> None:
    (only,) = check_data(tmp_path / "nowhere")
    assert "no such folder" in only.problem
    (tmp_path / "file").write_text("x")
    (only,) = check_data(tmp_path / "file")
    assert "not a folder" in only.problem


def test_table_is_a_folder(folder: Path) -> None:
    (folder / "scores.csv").unlink()
    (folder / "scores.csv").mkdir()
    (only,) = check_data(folder)
    assert only.table == "scores"
    assert "cannot be read" in only.problem


def _shuffled(text: str) -> str:
    header, *rows = text.splitlines()
    random.Random(3).shuffle(rows)  # noqa: S311
    return "\n".join([header, *rows]) + "\n"


def _columns_reversed(text: str) -> str:
    return text if '"' in text else "\n".join(",".join(line.split(",")[::-1]) for line in text.splitlines())


HARMLESS: dict[str, Callable[[str], bytes]] = {
    "CRLF": lambda text: text.replace("\n", "\r\n").encode(),
    "CR": lambda text: text.replace("\n", "\r").encode(),
    "BOM": lambda text: codecs.BOM_UTF8 + text.encode(),
    "BOM and CRLF": lambda text: codecs.BOM_UTF8 + text.replace("\n", "\r\n").encode(),
    "no last line end": lambda text: text.rstrip("\n").encode(),
    "blank lines": lambda text: (text.replace("\n", "\n\n") + "\n").encode(),
    "blanks around cells": lambda text: (
        text.replace(",", " , ").encode() if '"' not in text else text.encode()
    ),
    "row order": lambda text: _shuffled(text).encode(),
    "column order": lambda text: _columns_reversed(text).encode(),
    "Excel's flags": lambda text: text.replace(",true,", ",TRUE,").replace(",false,", ",FALSE,").encode(),
    "trailing zeros": lambda text: text.replace(",0.85,", ",0.8500,").replace(",500,", ",500.0,").encode(),
}


@pytest.mark.parametrize("kind", HARMLESS)
def test_harmless_differences_do_not_matter(folder: Path, small: MarketTables, kind: str) -> None:
    for path in folder.glob("*.csv"):
        path.write_bytes(HARMLESS[kind](path.read_text(encoding="utf-8")))
    market = read_data(folder)
    assert market.content_hash == small.content_hash
    for name, frame in market.tables().items():
        assert frame.equals(getattr(small, name))


def test_accents_survive(folder: Path, set_cell: SetCell) -> None:
    set_cell("models", 4, "name", "Bïrch 桦 7B")
    assert "Bïrch 桦 7B" in set(read_data(folder).models["name"])


@given(data=st.data())
@examples(15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damage_never_raises_anything_else(folder: Path, data: st.DataObject) -> None:
    path = folder / f"{data.draw(st.sampled_from(sorted(SMALL)))}.csv"
    whole = path.read_bytes()
    spot = data.draw(st.integers(0, len(whole)))
    cut = data.draw(st.integers(0, 40))
    patch = data.draw(
        st.one_of(st.binary(max_size=6), st.sampled_from([b'"', b",", b"\n", b"\xff", b"1e999", b"-"]))
    )
    path.write_bytes(whole[:spot] + patch + whole[spot + cut :])
    try:
        for problem in check_data(folder):
            assert problem.problem
            assert problem.fix
            assert problem.row is None or problem.row >= 1
    finally:
        path.write_bytes(whole)
