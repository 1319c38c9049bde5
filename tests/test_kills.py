"""Whole commands killed at any moment: earlier results stay, nothing half-written, and a rerun finishes.

The long commands are among the slow tests, which print what was done (`-rP`); docs/files.md has figures.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import invented
import numpy as np
import pytest
import xarray as xr
from killing import Killer
from sources import LITELLM

import forkmodel as fm
from forkmodel.data.texts import table_text
from forkmodel.fit import Fit
from forkmodel.inference.verdict import PASS, Check, Review
from forkmodel.validate.calibration.small_design import DESIGNS, small_market
from forkmodel.validate.track.published import freeze
from forkmodel.whole_files import REPLACED, REPLACING, UNFINISHED

FORMATS = Path(__file__).parent / "formats" / "2"
PASSED = Review((Check("made up", PASS, 1.0, 1.0, ""),))
FEW = ("--draws", 20, "--tune", 30, "--cores", 1)

#: What a command wrote, by file, as far as it does not tell the time.
type Content = dict[str, Any]


def digest(arrays: dict[str, np.ndarray]) -> str:
    found = hashlib.sha256()
    for name, array in sorted(arrays.items()):
        found.update(name.encode() + np.ascontiguousarray(array).tobytes())
    return found.hexdigest()


def content(path: Path) -> Any:
    """Return what counts of a file; one that is not whole cannot be read."""
    key = path.name, hashlib.sha256(path.read_bytes()).hexdigest()
    if key not in SEEN:
        SEEN[key] = _content(path)
    return SEEN[key]


#: Content of files that were read, by name and hash of their bytes.
SEEN: dict[tuple[str, str], Any] = {}


def _content(path: Path) -> Any:
    if path.name.startswith("fit"):
        return digest(dict(fm.load(path).result.values))
    if path.name.startswith("forecast"):
        worlds = fm.load_forecast(path).worlds
        return digest({str(name): array.to_numpy() for name, array in worlds.data_vars.items()})
    if path.name == "summary.json":
        found = json.loads(path.read_text(encoding="utf-8"))
        return {name: value for name, value in found.items() if name != "seconds"}
    if path.name == "report.html":
        # The page says how long the fit took.
        return path.read_text(encoding="utf-8").rstrip().endswith("</html>")
    return path.read_bytes()


def temporary(path: Path) -> bool:
    """Whether a name says that the file is not finished, or who holds the place."""
    return path.name.startswith(".") or bool({UNFINISHED, REPLACED, REPLACING} & set(path.parts))


def state(place: Path) -> Content:
    """Return what stands under final names."""
    if place.is_file():
        return {place.name: content(place)}
    files = (path for path in sorted(place.rglob("*")) if path.is_file() and not temporary(path))
    return {str(path.relative_to(place)): content(path) for path in files}


def check_kept(place: Path, old: Content, new: Content) -> None:
    """Assert that a kill left the old result or the new one, or all files of one of them on their way."""
    found = state(place)
    if found in (old, new):
        return
    # Files change places: all that were there stay until they were all taken away, then all new ones follow.
    undone = (place / REPLACING).is_dir()
    assert undone or (place / REPLACED).is_dir(), sorted(found)
    aside = place / (REPLACING if undone else UNFINISHED)
    whole = found | {path.name: content(path) for path in aside.glob("[!.]*")}
    # A run that settled what an earlier kill left takes the place of new files already.
    assert whole == new or (undone and whole == old)


def restore(old: Path | None, place: Path) -> None:
    """Put the older result where the command will write, and nothing else."""
    for path in place.parent.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    if old is not None:
        (shutil.copytree if old.is_dir() else shutil.copy)(old, place)


@dataclass(frozen=True)
class Kills:
    """How a command is killed.

    Attributes
    ----------
    killer : Killer
        Runs it.
    words : tuple
        The command.
    place : Path
        What it writes, alone in its folder.
    old : Path or None
        The older result that stands there before.
    """

    killer: Killer
    words: tuple[object, ...]
    place: Path
    old: Path | None = None

    def states(self, parts: int, seed: int = 1) -> str:
        """Look at what a kill before each step would leave, and kill it at some parts of its time.

        For commands that compute long: one undisturbed run has every state between two steps.

        Returns
        -------
        str
            What was done, for the record.
        """
        restore(self.old, self.place)
        old, taken = state(self.place), self.place.parent.with_name("states")
        shutil.rmtree(taken, ignore_errors=True)
        taken.mkdir()
        begin = time.monotonic()
        done = self.killer.run(*self.words, states=taken)
        seconds = time.monotonic() - begin
        assert done.status in (0, 1), done.said
        new, names = state(self.place), sorted(path.name for path in self.place.parent.iterdir())
        found = sorted(taken.iterdir())
        assert len(found) == len(done.steps)
        for each in found:
            check_kept(each / self.place.name, old, new)
        # The worst to go on from is halfway through the swap, or just before a file has its name.
        shutil.rmtree(self.place.parent)
        shutil.copytree(found[-len(found) // 5], self.place.parent)
        killed = 0
        for part in np.random.default_rng(seed).uniform(0.1, 0.9, parts):
            killed += self.killer.run(*self.words, after=seconds * part).killed
            check_kept(self.place, old, new)
        self._finish(new, names)
        return f"{len(found)} states, {killed} kills; {seconds:.0f} s"

    def __call__(self, *, steps: int, parts: int = 0, each: bool = False, seed: int = 1) -> str:
        """Kill it before some of its steps and at some parts of its time, and let it finish.

        Parameters
        ----------
        steps, parts : int
            How many of each; steps are all, or drawn so that half are of the last third: writes and renames.
        each : bool
            Whether it begins with the old result and finishes after every kill; otherwise what kills leave
            piles up, and one run follows them all.

        Returns
        -------
        str
            What was done, for the record.
        """
        restore(self.old, self.place)
        old = state(self.place)
        begin = time.monotonic()
        done = self.killer.run(*self.words)
        seconds = time.monotonic() - begin
        assert done.status in (0, 1), done.said
        new, names = state(self.place), sorted(path.name for path in self.place.parent.iterdir())
        random = np.random.default_rng(seed)
        every = np.arange(len(done.steps))
        if steps < len(every):
            late = random.choice(every[-len(every) // 3 :], steps // 2, replace=False)
            every = np.union1d(late, random.choice(every, steps - steps // 2, replace=False))
        moments: list[dict[str, Any]] = [{"step": int(step)} for step in every]
        moments += [{"after": seconds * part} for part in np.sort(random.uniform(0.0, 1.0, parts))]
        restore(self.old, self.place)
        killed = 0
        for moment in moments:
            ended = self.killer.run(*self.words, **moment)
            killed += ended.killed
            assert ended.killed or "after" in moment, ended.said
            check_kept(self.place, old, new)
            if each:
                self._finish(new, names)
                restore(self.old, self.place)
            elif state(self.place) == new and new != old:
                restore(self.old, self.place)
        self._finish(new, names)
        return f"{killed} kills, {len(every)} of them before one of {len(done.steps)} steps; {seconds:.0f} s"

    def _finish(self, new: Content, names: list[str]) -> None:
        """Run it again: it ends with what it ends with undisturbed, and leaves nothing else."""
        if state(self.place) != new:
            again = self.killer.run(*self.words)
            assert again.status in (0, 1), again.said
            assert state(self.place) == new
            assert sorted(path.name for path in self.place.parent.iterdir()) == names
            assert not self.place.is_dir() or not [p for p in self.place.rglob("*") if temporary(p)]


@pytest.fixture(scope="module")
def workplace(tmp_path_factory):
    """A folder of inputs, and in it ``out``, of which every step is counted."""
    place = tmp_path_factory.mktemp("kills")
    (place / "out").mkdir()
    return place


@pytest.fixture(scope="module")
def killer(workplace):
    with Killer(workplace / "out") as made:
        yield made


def test_a_killed_report_leaves_the_old_page_or_the_new_one(killer, workplace):
    old, page = workplace / "old.html", workplace / "out" / "report.html"
    old.write_text("an older page", encoding="utf-8")
    Kills(killer, ("report", "--to", page), page, old)(steps=6)


def test_a_killed_import_leaves_all_old_tables_or_all_new_ones(killer, workplace):
    source, out = workplace / "model_prices_and_context_window.json", workplace / "out" / "mine"
    text = LITELLM.replace("alpha-2", "gpt-4.1").replace('"acme', '"openai')
    source.write_text(text, encoding="utf-8")
    old = workplace / "older import"
    old.mkdir()
    for name in ("sources.csv", "usage.csv", "vintage.txt"):
        (old / name).write_text("older", encoding="utf-8")
    words = ("data", "import", "litellm", source, "--out", out, "--retrieved", "2026-07-31")
    Kills(killer, words, out, old)(steps=6)


@pytest.fixture(scope="module")
def small_tables(market, workplace):
    made = small_market(market, DESIGNS["smallest"])
    fm.write_data(made, workplace / "small")
    return made


def saved(model, path):
    """Save draws from the prior as if a sampler had made them: a fit that costs nothing and may be quoted."""
    made = model.prior(draws=40, seed=1).result
    diverging = xr.Dataset({"diverging": (("chain", "draw"), np.zeros((made.chains, made.draws), bool))})
    Fit(replace(made, review=PASSED, sample_stats=diverging)).save(path)
    return path


@pytest.fixture(scope="module")
def prior_fit(small_tables, workplace):
    earlier = small_tables.as_of("2026-03-31")
    return saved(fm.ForkModel(earlier, priors="hindsight-free"), workplace / "fit-prior.nc")


@pytest.mark.slow
def test_a_killed_forecast_to_a_file(killer, workplace, prior_fit):
    place = workplace / "out" / "forecast.nc"
    words = ("forecast", prior_fit, "--out", place, "--horizon", "2027-12")
    print(Kills(killer, words, place, FORMATS / "forecast.nc").states(parts=2))


@pytest.mark.slow
def test_a_killed_freeze_keeps_manifest_and_files_together(killer, workplace, prior_fit):
    old = workplace / "kept before"
    freeze(prior_fit, old / "a.nc")
    place = workplace / "out" / "kept"
    words = ("track", "freeze", prior_fit, "--out", place / "b.nc")
    print(Kills(killer, words, place, old)(steps=12, each=True))


@pytest.mark.slow
def test_a_killed_addition_to_a_record(killer, workplace, prior_fit, small_tables):
    kept = workplace / "kept" / "a.nc"
    freeze(prior_fit, kept)
    place = workplace / "out" / "track.jsonl"
    yardstick = saved(fm.ForkModel(small_tables), workplace / "fit-yardstick.nc")
    tables = ("--data", workplace / "small", "--yardstick", yardstick)
    words = ("track", "add", kept, *tables, "--baseline", "last value", "--record", place)
    print(Kills(killer, words, place)(steps=6, each=True))


@pytest.mark.slow
def test_a_killed_update(killer, workplace, market):
    late = market.revenue["as_of"].eq("2026-02-28") & market.revenue["developer"].eq("OpenAI")
    base = replace(market, revenue=market.revenue.loc[~late].reset_index(drop=True))
    fit, drop = workplace / "fit-old.nc", workplace / "drop"
    fm.ForkModel(base, blocks=["adoption"]).fit(draws=100, tune=100, seed=5).save(fit)
    drop.mkdir()
    newer = table_text(replace(market, revenue=market.revenue.loc[late]), "revenue")
    (drop / "revenue.csv").write_text(newer, encoding="utf-8")
    place = workplace / "out" / "fit.nc"
    words = ("update", fit, "--data", drop, "--out", place, "--overwrite", *FEW)
    print(Kills(killer, words, place, FORMATS / "fit.nc").states(parts=2))


@pytest.mark.slow
def test_a_killed_fit(killer, workplace):
    place = workplace / "out" / "fit.nc"
    words = ("fit", "--data", invented.write(workplace / "mine"), "--out", place, *FEW)
    print(Kills(killer, words, place, FORMATS / "fit.nc").states(parts=2))


@pytest.mark.slow
def test_a_killed_run(killer, workplace):
    old, place = workplace / "older run", workplace / "out" / "run"
    shutil.copytree(FORMATS, old, ignore=shutil.ignore_patterns("answers.json"))
    (old / "report.html").write_text("<html></html>", encoding="utf-8")
    (old / "summary.json").write_text("{}", encoding="utf-8")
    data = ("--data", invented.write(workplace / "mine for a run"), "--horizon", "2029-12")
    words = ("run", *data, "--out", place, *FEW)
    print(Kills(killer, words, place, old).states(parts=2))


@pytest.mark.slow
def test_a_killed_backtest_goes_on_where_it_stopped(killer, workplace, small_tables):
    place = workplace / "out" / "backtest"
    words = ("backtest", "--data", workplace / "small", "--cutoff", "2026-03-31", "--fits", place / "fits")
    words += ("--draws", 20, "--tune", 20, "--workers", 1, "--out", place / "record")
    begin = time.monotonic()
    assert (done := killer.run(*words)).status == 0, done.said
    seconds = time.monotonic() - begin
    whole = {path.name: path.read_bytes() for path in (place / "record").iterdir()}
    made = {path.name for path in (place / "fits").glob("*.nc")}
    shutil.rmtree(place)
    kills = 0
    for part in np.random.default_rng(2).uniform(0.0, 0.6, 5):
        kills += killer.run(*words, after=seconds * part).killed
        assert {path.name for path in (place / "fits").glob("[!.]*.nc")} <= made
    assert (done := killer.run(*words)).status == 0, done.said
    assert {path.name: path.read_bytes() for path in (place / "record").iterdir()} == whole
    assert {path.name for path in place.rglob("*") if temporary(path)} == set()
    print(f"{kills} kills; {seconds:.0f} s")
