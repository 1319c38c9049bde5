"""The bundled snapshot obeys every rule that a user's folder must, and says where it comes from."""

from __future__ import annotations

import re
import subprocess
import sys

import pandas as pd
import pytest

from forkmodel.data.market_tables import MarketTables
from forkmodel.data.read import SNAPSHOT, check_data, load_snapshot, read_data
from forkmodel.data.schemas import TABLES
from forkmodel.validate.facts.table import read_facts

VINTAGE = pd.Timestamp("2026-07-31")


def test_passes_every_check() -> None:
    assert [str(problem) for problem in check_data(SNAPSHOT)] == []


def test_loading_and_reading_agree(snapshot: MarketTables) -> None:
    read = read_data(SNAPSHOT)
    assert read == snapshot
    for name, frame in read.tables().items():
        pd.testing.assert_frame_equal(frame, getattr(snapshot, name))


def test_vintage(snapshot: MarketTables) -> None:
    assert snapshot.vintage == VINTAGE
    last = snapshot.summary().set_index("table")["last_date"].drop(["scores", "sources"])
    assert (last <= VINTAGE).all()


def test_every_source_has_a_licence_and_credit(snapshot: MarketTables) -> None:
    sources = snapshot.sources
    assert sources[["publisher", "licence", "attribution", "retrieved"]].notna().all().all()
    assert sources.loc[sources["licence"] != "facts", "url"].notna().all()
    readme = (SNAPSHOT / "README.md").read_text(encoding="utf-8")
    for source in sources["source_id"]:
        assert f"`{source}`" in readme, source
    used = set().union(*(getattr(snapshot, name)["source_id"] for name in TABLES))
    used |= set(read_facts()["source_id"].dropna())
    assert used == set(sources["source_id"])


def test_no_dead_rows(snapshot: MarketTables) -> None:
    used = set(snapshot.scores["model_id"]) | set(snapshot.prices["model_id"]) | set(snapshot.usage["entity"])
    assert set(snapshot.models["model_id"]) <= used
    assert set(snapshot.benchmarks["benchmark"]) == set(snapshot.scores["benchmark"])


def test_curation(snapshot: MarketTables) -> None:
    prices, models = snapshot.prices, snapshot.models.set_index("model_id")
    # No price that was only ever seen after the vintage.
    assert prices["first_observed"].notna().all()
    assert (prices["first_observed"] >= prices["effective_from"]).all()
    assert (prices["effective_from"] >= prices["model_id"].map(models["release_date"])).all()
    # A text-only model cannot have scored nothing at all on questions about images.
    scores = snapshot.scores.set_index(["model_id", "benchmark"])
    assert ("gpt-3.5-turbo-jan-2024", "mmmu") not in scores.index
    # Nobody uses a model in a week that ended before its release.
    usage = snapshot.usage.loc[snapshot.usage["mapped"] & (snapshot.usage["level"] == "model")]
    assert (usage["period_end"] >= usage["entity"].map(models["release_date"])).all()
    assert models.groupby("developer")["country"].nunique().max() == 1


def test_readme_states_the_tables_as_they_are(snapshot: MarketTables) -> None:
    readme = (SNAPSHOT / "README.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| (\w+) \| (\d+) \|", readme, flags=re.MULTILINE))
    assert rows == {name: str(len(frame)) for name, frame in snapshot.tables().items()}
    assert "2026-07-31" in readme


@pytest.mark.parametrize("name", TABLES)
def test_files_are_plain(name: str) -> None:
    data = (SNAPSHOT / f"{name}.csv").read_bytes()
    assert b"\r" not in data
    assert not data.startswith(b"\xef\xbb\xbf")
    assert b"/home/" not in data
    assert b"/tmp/" not in data


def test_loading_is_light() -> None:
    code = (
        "import pandas, time, sys\n"
        "start = time.process_time()\n"
        "from forkmodel.data.read import load_snapshot\n"
        "load_snapshot()\n"
        "print(time.process_time() - start)\n"
        "print(sorted({'pandera', 'pymc', 'arviz', 'xarray', 'pyarrow.dataset'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    seconds, heavy = done.stdout.splitlines()
    assert heavy == "[]"
    assert float(seconds) < 0.5


def test_each_load_is_its_own(snapshot: MarketTables) -> None:
    assert load_snapshot() == snapshot
    assert load_snapshot().models is not snapshot.models
