"""The page's tables of benchmarks are those that the committed results make."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[1] / "benchmarks"
NAMES = ("peers-capability", "peers-joint", "floor", "nevo")
FOUND = [name for name in NAMES if (FOLDER / "results" / f"{name}.json").exists()]


@pytest.fixture(scope="module")
def table():
    sys.path.insert(0, str(FOLDER))
    try:
        spec = importlib.util.spec_from_file_location("benchmarks_table", FOLDER / "table.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        yield module
    finally:
        sys.path.remove(str(FOLDER))


def test_the_tables_are_the_page_s(table):
    assert tuple(table.TABLES) == NAMES
    assert FOUND


@pytest.mark.parametrize("name", FOUND)
def test_the_page_shows_the_results(table, name):
    found = json.loads((table.RESULTS / f"{name}.json").read_text(encoding="utf-8"))
    lines = "\n".join(table.TABLES[name](found))
    assert f"<!-- {name} -->\n\n{lines}\n\n<!-- /{name} -->" in table.PAGE.read_text(encoding="utf-8")
