"""Two sets of tables compared, and an empty one to fill in."""

from __future__ import annotations

import csv
import io

import pytest

from forkmodel.data.diff import diff_tables
from forkmodel.data.read import check_data, read_data
from forkmodel.data.schemas import TABLES
from forkmodel.data.template import COLUMNS_PAGE, write_template
from forkmodel.errors import ForkModelError


def changes(before, after):
    return {each.table: each for each in diff_tables(before.tables(), after.tables())}


def test_equal_tables_do_not_differ(small, folder):
    path = folder / "scores.csv"
    path.write_text(path.read_text().replace(",0.85,", ",0.8500,"))
    assert not any(diff_tables(small.tables(), read_data(folder).tables()))


def test_new_changed_and_gone_rows_are_told_apart(small, folder, set_cell):
    set_cell("prices", 3, "input_usd_per_mtok", "4")
    set_cell("prices", 3, "source_id", "board")
    path = folder / "scores.csv"
    path.write_text(path.read_text().replace("birch-7b,quiz", "alpha-1,quiz"))
    found = changes(small, read_data(folder))
    assert {name for name, each in found.items() if each} == {"prices", "scores"}
    assert [(c.key, c.column, c.old, c.new, c.source) for c in found["prices"].changed] == [
        ("alpha-1, acme, 2024-09-01", "input_usd_per_mtok", "5", "4", "board"),
        ("alpha-1, acme, 2024-09-01", "source_id", "press", "board", "board"),
    ]
    (new,), (gone,) = found["scores"].new, found["scores"].gone
    assert (new.key, new.source, new.cells["score"]) == ("alpha-1, quiz, developer", "press", "0.48")
    assert gone.key == "birch-7b, quiz, developer"
    back = changes(read_data(folder), small)
    assert [row.key for row in back["scores"].gone] == [new.key]
    assert found["scores"].as_dict()["new"][0]["cells"]["model_id"] == "alpha-1"


def test_a_template_reads_clean_and_names_every_column(tmp_path):
    files = write_template(tmp_path / "new")
    assert {path.stem for path in files} == {*TABLES, "COLUMNS"}
    assert check_data(tmp_path / "new") == []
    page = (tmp_path / "new" / COLUMNS_PAGE).read_text(encoding="utf-8")
    for name, table in TABLES.items():
        header, example = csv.reader(io.StringIO((tmp_path / "new" / f"{name}.csv").read_text("utf-8")))
        assert header == table.names
        needed = [column.name for column in table.columns if not column.empty]
        assert all(example[header.index(column)] for column in needed)
        assert all(column.meaning in page for column in table.columns)


def test_a_template_is_never_written_over_tables(folder):
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(ForkModelError, match=r"already holds models\.csv"):
        write_template(folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
