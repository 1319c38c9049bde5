"""Bytes of saved files flip and files are cut: the answer is an error in words, or what was saved."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import forkmodel as fm
from forkmodel.errors import ForkModelError
from forkmodel.formats import is_forecast_file
from forkmodel.json_text import json_text
from forkmodel.queries import ask
from forkmodel.queries.draw_source import FileDraws
from forkmodel.seals import LINE, read_seal
from forkmodel.validate.calibration.small_design import DESIGNS, small_market
from forkmodel.validate.track.chain import chain_text
from forkmodel.validate.track.record import read_record

MUTATIONS = 200
#: Bytes at the head and the tail of a file by which readers tell what it is.
HEAD = 600
#: Seconds within which a damaged file must be answered.
PATIENCE = 20
QUESTION = "hhi.closed[2027] > 2500"


def mutated(content: bytes, number: int) -> bytes:
    """Return a file cut somewhere, or with one bit of it turned; the same for the same number."""
    rng = np.random.default_rng(number)
    # Half of the damage is at the head and the tail.
    size = len(content)
    first, last = [(0, min(HEAD, size)), (max(0, size - HEAD), size), (0, size), (0, size)][rng.integers(4)]
    place = int(rng.integers(first, last))
    if number % 3 == 0:
        return content[:place]
    return content[:place] + bytes([content[place] ^ (1 << int(rng.integers(8)))]) + content[place + 1 :]


@contextmanager
def in_time() -> Iterator[None]:
    """End a reader that does not come back."""
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.alarm(PATIENCE)
    try:
        yield
    finally:
        signal.alarm(0)


def try_all(path: Path, content: bytes, read: Callable[[], object]) -> int:
    """Read a file after each of many mutations, and return how often it was refused."""
    expected, refused = read(), 0
    for number in range(MUTATIONS):
        path.write_bytes(mutated(content, number))
        try:
            with in_time():
                found = read()
        except ForkModelError:
            refused += 1
        else:
            assert found == expected, number
    path.write_bytes(content)
    assert read() == expected
    return refused


@pytest.fixture(scope="module")
def fit(market):
    return fm.ForkModel(small_market(market, DESIGNS["smallest"]), blocks=["adoption"]).prior(
        draws=20, seed=1
    )


def test_a_fit_is_refused_or_the_same(fit, tmp_path):
    path = tmp_path / "fit.nc"
    fit.save(path)

    def read() -> object:
        loaded = fm.load(path)
        numbers = {str(name): array.to_numpy().tobytes() for name, array in loaded.posterior.items()}
        return loaded.data.content_hash, loaded.describe(), numbers

    # Every byte counts: there is none that may change.
    assert try_all(path, path.read_bytes(), read) == MUTATIONS


@pytest.fixture(scope="module")
def worlds():
    """Two outcomes of sixty worlds, as random as a forecast and as quickly read."""
    times = np.arange("2026-07", "2028-01", 3, dtype="datetime64[M]").astype("datetime64[ns]")
    shape = ("chain", "draw", "time", "scope")
    hhi = np.random.default_rng(1).uniform(1000.0, 5000.0, size=(2, 30, len(times), 2))
    return xr.Dataset(
        {"hhi": (shape, hhi)},
        coords={"time": times, "chain": [0, 1], "draw": np.arange(30), "scope": ["closed", "hosts"]},
    )


@pytest.fixture
def forecast_file(worlds, tmp_path):
    parameters = worlds[["hhi"]].isel(time=0, scope=0, drop=True).rename(hhi="price.decline")
    path = tmp_path / "forecast.nc"
    fm.Forecast(worlds, parameters, {"horizon": "2027-12-31", "review": "PASS"}).save(path)
    return path


def test_a_forecast_is_refused_or_the_same(forecast_file):
    def read() -> object:
        made = fm.load_forecast(forecast_file)
        assert is_forecast_file(forecast_file)
        return (
            made.facts,
            made.query(QUESTION).as_dict(),
            made.parameters["price.decline"].to_numpy().tobytes(),
        )

    assert try_all(forecast_file, forecast_file.read_bytes(), read) == MUTATIONS


def test_a_question_to_a_file_is_refused_or_answered_the_same(forecast_file):
    def read() -> object:
        return ask(FileDraws(forecast_file), QUESTION).as_dict()

    assert try_all(forecast_file, forecast_file.read_bytes(), read) == MUTATIONS


def test_a_file_of_a_later_version_says_what_made_it(forecast_file, fit, tmp_path):
    file = tmp_path / "fit.nc"
    fit.save(file)
    for path, opened in ((forecast_file, fm.load_forecast), (file, fm.load)):
        seal = read_seal(path)
        content = LINE.sub(b"", path.read_bytes())
        _seal_as(path, content, "9.9.0", seal.kind, 99)
        with pytest.raises(
            fm.FitFileError, match=rf"made by forkmodel 9\.9\.0, this is {fm.__version__}.*upgrade"
        ):
            opened(path)


def _seal_as(path: Path, content: bytes, by: str, kind: str, layout: int) -> None:
    """Seal a file as another version would."""
    import hashlib

    words = f"\nforkmodel {by} {kind} {layout} ".encode()
    digest = hashlib.blake2b(content + words, digest_size=32).hexdigest()
    path.write_bytes(content + words + digest.encode() + b"\n")


def test_a_track_record_is_refused_or_the_same(tmp_path):
    path = tmp_path / "track.jsonl"
    rows = [
        {"target": f"target {number}", "outcome": 0.1 * number, "note": "a\u2028b\x85c"}
        for number in range(40)
    ]
    path.write_text(chain_text(rows, "track record"), encoding="utf-8")
    assert read_record(path) == json.loads(json_text(rows))
    refused = try_all(path, path.read_bytes(), lambda: read_record(path))
    # A missing line end at the end, and a letter of JSON in another case of an exponent, say the same.
    assert refused > 0.9 * MUTATIONS
