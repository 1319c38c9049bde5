"""The command line as a user meets it: real processes, real files, real exit statuses."""

from __future__ import annotations

import pytest
from forked import Forking

import forkmodel as fm


@pytest.fixture(scope="session")
def call():
    """Run the command line in a process of its own."""
    with Forking() as forking:
        yield forking.run


@pytest.fixture
def folder(tmp_path, market):
    """A folder of tables that a user might have."""
    place = tmp_path / "tables"
    fm.write_data(market, place)
    return place


@pytest.fixture
def broken(folder):
    """The same folder with a percentage for its first score."""
    path = folder / "scores.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    place = lines[0].split(",").index("score")
    cells = lines[1].split(",")
    cells[place] = "85"
    path.write_text("\n".join([lines[0], ",".join(cells), *lines[2:]]) + "\n", encoding="utf-8")
    return folder
