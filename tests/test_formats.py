"""Files that earlier versions wrote open, answer as they did, and are brought up by ``forkmodel migrate``.

Under ``formats`` there is a folder for every layout of fits and forecasts that was ever released, with a fit
(sampled, money alone), worlds of the joint model, and what they answered when they were written.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

import forkmodel as fm
from forkmodel.cli.main import app
from forkmodel.forecast.storage import STEPS as FORECAST_STEPS
from forkmodel.formats import FILE_FORMAT, FORECAST_FORMAT
from forkmodel.inference.earlier_formats import STEPS
from forkmodel.queries import ask
from forkmodel.queries.draw_source import FileDraws
from forkmodel.seals import read_seal

KEPT = Path(__file__).parent / "formats"
#: Layouts of fit and forecast by folder.
GENERATIONS = {"1": (4, 1), "2": (5, 2)}
QUESTIONS = ("hhi.closed[2027] > 2500", "capability_gap[2027-Q2]", "when(price_fixed_capability.open < 0.3)")


def answers(fit: Path, forecast: Path) -> dict[str, object]:
    """Return what a fit and a forecast say."""
    loaded, worlds = fm.load(fit), fm.load_forecast(forecast)
    scalars = loaded.posterior[[name for name, each in loaded.posterior.items() if each.ndim == 2]]
    return {
        "data_hash": loaded.data.content_hash,
        "prior_hash": loaded.priors.hash,
        "seed": loaded.seed,
        "review": loaded.review().status,
        "means": {str(name): float(each) for name, each in scalars.mean().items()},
        "questions": {question: worlds.query(question).as_dict() for question in QUESTIONS},
        "facts": worlds.facts,
    }


def same(found: object, expected: object) -> bool:
    """Compare answers; means of a few dozen draws hold to the last digits of a float."""
    return json.loads(json.dumps(found), parse_float=_rounded) == json.loads(
        json.dumps(expected), parse_float=_rounded
    )


def _rounded(text: str) -> str:
    return f"{float(text):.10g}"


def test_every_layout_that_can_be_met_has_files_here():
    assert {fit for fit, _ in GENERATIONS.values()} == {*STEPS, FILE_FORMAT}
    assert {forecast for _, forecast in GENERATIONS.values()} == {*FORECAST_STEPS, FORECAST_FORMAT}
    assert {path.name for path in KEPT.iterdir()} == set(GENERATIONS)
    assert sum(path.stat().st_size for path in KEPT.rglob("*")) < 800_000


@pytest.mark.parametrize("generation", GENERATIONS)
def test_files_of_every_layout_open_and_answer_as_they_did(generation):
    folder = KEPT / generation
    expected = json.loads((folder / "answers.json").read_text(encoding="utf-8"))
    assert same(answers(folder / "fit.nc", folder / "forecast.nc"), expected)
    for question in QUESTIONS:
        assert same(
            ask(FileDraws(folder / "forecast.nc"), question).as_dict(), expected["questions"][question]
        )


def _layouts(folder: Path) -> tuple[int, int] | None:
    seals = [read_seal(folder / name) for name in ("fit.nc", "forecast.nc")]
    return None if None in seals else tuple(seal.layout for seal in seals)


@pytest.mark.parametrize("generation", GENERATIONS)
def test_a_migrated_file_says_the_same_and_is_of_this_version(generation, tmp_path):
    folder = KEPT / generation
    assert _layouts(folder) in (None, GENERATIONS[generation])
    for name in ("fit.nc", "forecast.nc"):
        words = ["migrate", str(folder / name), "--out", str(tmp_path / name), "--json"]
        done = CliRunner().invoke(app, words)
        assert done.exit_code == 0, done.output
        document = json.loads(done.stdout)
        assert document["written"] is True
        assert document["kind"] == name.removesuffix(".nc")
    assert _layouts(tmp_path) == (FILE_FORMAT, FORECAST_FORMAT)
    expected = json.loads((folder / "answers.json").read_text(encoding="utf-8"))
    assert same(answers(tmp_path / "fit.nc", tmp_path / "forecast.nc"), expected)


def test_a_file_is_migrated_in_its_place_once(tmp_path):
    path = shutil.copy(KEPT / "1" / "forecast.nc", tmp_path / "f.nc")
    first = CliRunner().invoke(app, ["migrate", str(path)])
    assert first.exit_code == 0, first.output
    written = path.read_bytes()
    again = CliRunner().invoke(app, ["migrate", str(path)])
    assert "already" in again.output
    assert path.read_bytes() == written
    assert [each.name for each in tmp_path.iterdir()] == ["f.nc"]


def test_what_cannot_be_migrated_is_refused(tmp_path):
    cut = tmp_path / "cut.nc"
    cut.write_bytes((KEPT / "2" / "fit.nc").read_bytes()[:-40])
    done = CliRunner().invoke(app, ["migrate", str(cut), "--out", str(tmp_path / "new.nc")])
    assert isinstance(done.exception, fm.FitFileError)
    assert "lost its seal" in str(done.exception)
    assert [each.name for each in tmp_path.iterdir()] == ["cut.nc"]
