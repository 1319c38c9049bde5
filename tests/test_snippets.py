"""Snippets of the pages run as they stand there; those that take minutes are listed, each with its reason."""

from __future__ import annotations

import shlex
import shutil

import invented
import pandas as pd
import pytest
from observations.test_new_source import CloudShares
from pages import ROOT, command_lines, snippets
from sources import EXCEL_MAPPING, epoch_zip
from typer.testing import CliRunner

import forkmodel as fm
from forkmodel.cli.main import app
from forkmodel.package_files import SNAPSHOT

#: Lines that are only parsed (tests/test_docs.py), and why; a line counts that begins so.
PARSED_ONLY = {
    "make report": "fits the joint model",
    "make test": "is what runs this",
    "forkmodel run": "fits the joint model",
    "forkmodel fit --": "fits the joint model",
    "forkmodel backtest": "fits the joint model many times",
    "dask": "needs several machines",
    "python scripts/": "needs the folder of a whole run",
    "forkmodel doctor": "its self-test samples; tests/cli/test_first_answer.py runs it",
    "forkmodel report": "writes every section; tests/cli/test_cli_fits.py does so",
    "forkmodel compare fit.nc": "simulates ten scenarios; tests/cli/test_cli_fits.py simulates one",
    "forkmodel claims fit.nc": "simulates and reweights; tests/cli/test_cli_fits.py does so",
    "forkmodel forecast fit.nc --store": "a hundred thousand worlds; tests/forecast/test_many_worlds.py",
    "forkmodel demand cars.nc": "asks the file of the line before it; tests/demand/test_cli_demand.py",
    "forkmodel validate calibrate": "fits for an hour; tests/validate/test_calibration.py makes a few",
    "forkmodel track": "keeps real fits and scores them on later tables; tests/validate/test_track.py",
}
#: The same for lines of which another begins alike, and runs.
REFITS = {"forkmodel update fit.nc --data DIR", "forkmodel update fit.nc --data new"}
PYTHON = [(page, text) for page, text in snippets("python") if page.name != "README.md"]
LINES = sorted({line for _, line in command_lines()})
#: Headings of a table of one's own, and where the part of its mapping begins that is not needed.
NOTES, SCORES = ["Model", "Seller", "From", "In", "Out"], '[[table]]\ntable = "scores"'
#: What fits the joint model on a page of Python; the name it gives is that of a fit which is at hand.
FITTED = "fit = fm.ForkModel(world.to_data()).fit()\n"


def parsed_only(line):
    return line in REFITS or any(line.startswith(begin) for begin in PARSED_ONLY)


@pytest.fixture(scope="module")
def prior_fit(joint_model):
    """Draws from the prior: every verb works on them as on a posterior."""
    return joint_model.prior(draws=40, seed=1)


@pytest.fixture(scope="module")
def shelf(prior_fit, tmp_path_factory):
    """The files that the pages name."""
    place = tmp_path_factory.mktemp("shelf")
    prior_fit.save(place / "fit.nc")
    shutil.copy(place / "fit.nc", place / "old.nc")
    own = fm.read_data(invented.write(place / "mine"))
    fm.ForkModel(own).prior(draws=40, seed=1).save(place / "mine.nc")
    for name in ("f.nc", "forecast.nc", "mine-forecast.nc"):
        shutil.copy(ROOT / "forkmodel" / "bundled" / "forecast.nc", place / name)
    for name in ("DIR", "A", "B"):
        shutil.copytree(SNAPSHOT, place / name)
    (place / "new").mkdir()
    rows = (SNAPSHOT / "prices.csv").read_text(encoding="utf-8").splitlines()[:3]
    (place / "new" / "prices.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (place / "benchmark_data.zip").write_bytes(epoch_zip())
    notes = pd.DataFrame([["llama-2-70b", "nebel", "2025-07-03", 0.5, 0.9]])
    notes.to_excel(place / "notes.xlsx", sheet_name="Prices", startrow=1, index=False, header=NOTES)
    (place / "notes.toml").write_text(EXCEL_MAPPING.partition(SCORES)[0], encoding="utf-8")
    (place / "examples").symlink_to(ROOT / "examples")
    return place


@pytest.fixture
def desk(shelf, tmp_path, monkeypatch):
    """A folder with these files, and nothing left by another snippet."""
    for path in shelf.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.copytree(path, tmp_path / path.name)
        else:
            (tmp_path / path.name).symlink_to(path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def provide(line, desk):
    """Put the reader's own file where a line looks for it, and clear what the line is to make."""
    marks = {"prior": "inherits", "scenario": "[[change]]"}
    kind = "prior" if "priors" in line else "scenario"
    texts = [text for page, text in snippets("toml") if page.name == "beliefs.md"]
    (text,) = [text for text in texts if marks[kind] in text]
    (desk / "mine.toml").write_text(text, encoding="utf-8")
    words = shlex.split(line)
    made = [words[place + 1] for place, word in enumerate(words[:-1]) if word in {"--out", "template"}]
    for name in made:
        path = desk / name
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


@pytest.mark.parametrize("line", [line for line in LINES if not parsed_only(line)])
def test_commands_on_the_pages_run(line, desk):
    provide(line, desk)
    program, *words = shlex.split(line)
    assert program == "forkmodel", "say in PARSED_ONLY why it is not run"
    done = CliRunner().invoke(app, words)
    assert done.exception is None or isinstance(done.exception, SystemExit), repr(done.exception)
    assert done.exit_code == 0, done.output
    assert done.output.strip()


def test_the_list_of_what_is_only_parsed_is_not_longer_than_it_must_be():
    assert [begin for begin in PARSED_ONLY if not any(line.startswith(begin) for line in LINES)] == []
    assert set(LINES) >= REFITS
    assert any(FITTED in text for _, text in PYTHON)
    assert sum(not parsed_only(line) for line in LINES) > 25


@pytest.mark.parametrize(("page", "text"), PYTHON, ids=[page.stem for page, _ in PYTHON])
def test_python_on_the_pages_runs(page, text, desk, prior_fit):
    """The README's is run on a real fit, by tests/test_docs.py."""
    if "fit.update(" in text:
        compile(text, str(page), "exec")  # it fits again: tests/update/test_update.py does
        return
    exec(text.replace(FITTED, ""), {"fm": fm, "fit": prior_fit, "CloudShares": CloudShares})  # noqa: S102 - our own page
