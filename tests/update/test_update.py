"""An update of one block: what it keeps, how headlines moved, and rows taken out by weights and by a fit."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

import forkmodel as fm
import forkmodel.cli.update as command
from forkmodel.cli.console import LineProgress
from forkmodel.cli.main import app
from forkmodel.data.drop import read_drop
from forkmodel.data.texts import table_text
from forkmodel.inference.verdict import FAIL, PASS, Check, Review
from forkmodel.json_text import json_text
from forkmodel.results.present import present
from forkmodel.update.groups import ALL, Group, groups_of, rows_without
from forkmodel.update.moves import group_moves, quarters_of
from forkmodel.update.reweighting import MOST_K, leave_out, quantiles
from forkmodel.update.update import Update

DAY = "2026-02-28"
PASSED = Review((Check("any", PASS, 1.0, 1.0, ""),))


@pytest.fixture(scope="module")
def late(market):
    """The last figure of OpenAI's revenue."""
    revenue = market.revenue
    rows = revenue.loc[revenue["developer"].eq("OpenAI") & revenue["as_of"].eq(DAY)]
    assert len(rows) == 1
    return rows


@pytest.fixture(scope="module")
def folder(market, late, tmp_path_factory):
    place = tmp_path_factory.mktemp("drop")
    (place / "revenue.csv").write_text(table_text(replace(market, revenue=late), "revenue"), encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def base(market, late):
    return replace(market, revenue=market.revenue.drop(index=late.index).reset_index(drop=True))


@pytest.fixture(scope="module")
def old(base):
    return fm.ForkModel(base, blocks=["adoption"]).fit(draws=300, tune=300, seed=5)


@pytest.fixture(scope="module")
def file(old, tmp_path_factory):
    """The old fit as saved; it is short, and here it may be quoted."""
    path = tmp_path_factory.mktemp("fits") / "fit.nc"
    fm.Fit(replace(old.result, review=PASSED)).save(path)
    return path


def call(*words):
    return CliRunner().invoke(app, ["update", *map(str, words)])


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def document(file, folder):
    """What the whole command says, and writes beside the old fit."""
    before = digest(file)
    done = call(file, "--data", folder, "--draws", 300, "--tune", 300, "--seed", 6, "--json")
    assert digest(file) == before
    said = json.loads(done.stdout)
    assert done.exit_code == (1 if said["status"] == "FAIL" else 0), done.output
    return said


@pytest.fixture(scope="module")
def made(document, folder, old):
    return Update(read_drop(folder, old.data), old.result, fm.load(document["out"]).result)


@pytest.fixture(scope="module")
def passed(made):
    """The same with reviews that let figures be quoted."""
    return Update(made.drop, *(replace(each, review=PASSED) for each in (made.old, made.new)))


@pytest.fixture(scope="module")
def moved(passed):
    return passed.headlines


@pytest.fixture(scope="module")
def groups(made):
    return groups_of(made.drop, made.new)


@pytest.fixture(scope="module")
def by_group(passed):
    return passed.groups


def test_an_update_has_the_tables_of_both_and_the_target_of_the_old_fit(made, base, market):
    old, new = made.old, made.new
    assert new.data == market
    assert old.data == base
    assert (new.priors.hash, new.blocks, new.options) == (old.priors.hash, old.blocks, old.options)
    assert not np.array_equal(new.free["spend.growth"], old.free["spend.growth"])


def test_a_fit_is_written_with_its_review_and_a_failed_one_says_nothing(document, made, file):
    assert document["out"] == str(file.with_name("fit-updated.nc"))
    assert document["status"] == made.new.review.status
    failed = document["status"] == "FAIL"
    assert (document["withheld"] is not None) == failed
    assert ("headlines" in document) != failed


def test_both_tables_are_printed(passed, capsys):
    command._print_moves(passed)
    printed = capsys.readouterr().out
    for wanted in ("Headlines in 2026-Q2", "Headlines in 2026-Q3", "revenue, OpenAI", "pareto_k", "refit"):
        assert wanted in printed, wanted
    assert json.loads(json_text(passed.headlines.to_dict("records")))[0]["quarter"] == "2026-04-01"


def test_headlines_are_the_medians_of_the_two_fits(moved, made):
    last = moved["quarter"].max()
    now = moved.loc[moved["quarter"].eq(last)].set_index("headline")
    for label, draws in present(made.new).items():
        assert now.loc[label, "new"] == pytest.approx(np.median(draws))
        assert now.loc[label, "old"] == pytest.approx(np.median(present(made.old)[label]))
        assert now.loc[label, "new_low"] < now.loc[label, "new"] < now.loc[label, "new_high"]
    assert np.allclose(moved["move"], moved["new"] - moved["old"])
    assert (moved["error"] > 0).all()
    assert [f"{day:%Y-%m}" for day in quarters_of(made.old, made.new)] == ["2026-04", "2026-07"]


def test_rows_taken_out_by_weights_give_what_a_fit_without_them_gives(by_group, moved, groups):
    """The old fit is the refit without the group, so it says whether the weights are right."""
    one, every = groups
    assert one.name == "revenue: epoch-ai-companies"
    assert (every.name, every.rows) == (ALL, 1)
    table = by_group.loc[by_group["group"].eq(one.name)].merge(moved, on=["quarter", "headline"])
    assert (table["pareto_k"] <= MOST_K).all()
    off = (table["without"] - table["old"]).abs() / np.hypot(table["error_x"], table["error_y"])
    assert (off < 5).all(), table.assign(off=off)[["headline", "without", "old", "new", "off"]]
    # The row says something: without it OpenAI's revenue is another, by more than chance.
    row = table.loc[table["headline"].eq("revenue, OpenAI")].iloc[-1]
    assert abs(row["move_x"]) > 3 * row["error_x"]
    assert np.sign(row["move_x"]) == np.sign(row["move_y"])


def test_what_a_group_adds_is_the_density_of_its_rows(made, groups):
    from scipy import stats

    from forkmodel.observations.common import FIGURE_TAIL
    from forkmodel.observations.revenue import REVENUE_SD
    from forkmodel.update.groups import log_densities_of

    posterior = made.new
    rows = rows_without(posterior, groups[0].market)
    assert list(rows) == ["revenue"]
    assert rows["revenue"].sizes["revenue_row"] == posterior.panel.rows["revenue"].sizes["revenue_row"] - 1
    found = log_densities_of(groups[:1], posterior, posterior.free)[groups[0].name]
    # Only the noise enters by itself; where the mean is far off, the density is lower.
    noise = posterior.free["spend.revenue_noise"].to_numpy().ravel()
    peak = stats.t.logpdf(0.0, FIGURE_TAIL) - np.log(np.hypot(REVENUE_SD["leaked"], noise))
    assert (found <= peak + 1e-9).all()
    assert (peak - found).min() < 0.05


def test_a_group_that_says_too_much_is_withheld(made, market):
    nothing = Group("every figure", len(market.revenue), replace(market, revenue=market.revenue.iloc[:0]))
    table = group_moves([nothing], made.old, made.new)
    assert (table["pareto_k"] > MOST_K).all()
    assert table[["without", "without_low", "without_high", "move", "error"]].isna().all(axis=None)


def test_rows_that_nothing_reads_move_nothing(made, market):
    same = Group("unread", 1, market)
    table = group_moves([same], made.old, made.new)
    assert (table[["move", "error"]] == 0.0).all(axis=None)


def test_weights_take_a_normal_observation_out_again():
    rng = np.random.default_rng(1)
    # Prior N(0, 1), two observations at 1 with unit error: with both N(2/3, 1/3), with one N(1/2, 1/2).
    draws = rng.normal(2 / 3, np.sqrt(1 / 3), 20_000)
    weighting = leave_out(-0.5 * (draws - 1.0) ** 2)
    assert weighting.reliable
    assert weighting.weights.sum() == pytest.approx(1.0)
    low, median, high = quantiles(draws, [0.1, 0.5, 0.9], weighting.weights)
    assert median == pytest.approx(0.5, abs=0.03)
    assert (high - low) / 2 == pytest.approx(1.2816 * np.sqrt(0.5), abs=0.06)
    # Taking out a hundred of them is more than the draws can say.
    narrow = rng.normal(100 / 101, np.sqrt(1 / 101), 20_000)
    assert not leave_out(-0.5 * 100 * (narrow - 1.0) ** 2).reliable


def test_a_failed_review_withholds(passed):
    failed = Review((Check("any", FAIL, 0.0, 1.0, "Fit again."),))
    for name in ("old", "new"):
        sides = {"old": passed.old, "new": passed.new}
        sides[name] = replace(sides[name], review=failed)
        other = Update(passed.drop, **sides)
        with pytest.raises(fm.ForkModelError, match=f"{name} fit FAILED"):
            _ = other.headlines
        with pytest.raises(fm.ForkModelError, match="withheld"):
            _ = other.groups


def test_known_rows_alone_are_no_reason_to_fit(made, folder):
    with pytest.raises(fm.ForkModelError, match="nothing to fit"):
        fm.Fit(made.new).update(folder)


@pytest.fixture
def alone(file, tmp_path):
    """The old fit in a folder of its own."""
    return shutil.copy(file, tmp_path / "fit.nc")


def test_a_dry_run_shows_and_writes_nothing(alone, folder):
    done = call(alone, "--data", folder, "--dry-run", "--json")
    assert done.exit_code == 0, done.output
    shown = json.loads(done.stdout)
    assert shown["out"] is None
    (row,) = shown["drop"]["tables"]["revenue"]["new"]
    assert row["key"].startswith("OpenAI")
    assert [path.name for path in alone.parent.iterdir()] == [alone.name]
    printed = call(alone, "--data", folder, "--dry-run")
    assert "OpenAI" in printed.stdout
    assert "Nothing was fitted." in printed.stdout


def test_no_file_is_replaced_unasked(alone, folder):
    before = digest(alone)
    same = call(alone, "--data", folder, "--out", alone, "--overwrite")
    assert isinstance(same.exception, fm.ForkModelError)
    assert "is kept" in str(same.exception)
    other = alone.with_name("fit-updated.nc")
    other.write_text("mine", encoding="utf-8")
    taken = call(alone, "--data", folder)
    assert "--overwrite" in str(taken.exception)
    assert other.read_text(encoding="utf-8") == "mine"
    assert digest(alone) == before


def test_an_interrupted_update_leaves_nothing(alone, folder, monkeypatch):
    class Stopping(LineProgress):
        def __call__(self, stage, fraction, message=""):
            if stage == "compile":
                raise KeyboardInterrupt

    monkeypatch.setattr(command, "show_progress", Stopping)
    done = call(alone, "--data", folder, "--draws", 20, "--tune", 20)
    assert done.exit_code != 0
    assert [path.name for path in alone.parent.iterdir()] == [alone.name]


@pytest.mark.slow
def test_a_fit_too_short_to_quote_is_a_failed_review(alone, folder):
    done = call(alone, "--data", folder, "--draws", 20, "--tune", 20, "--json")
    assert done.exit_code == 1, done.output
    said = json.loads(done.stdout)
    assert "new fit FAILED" in said["withheld"]
    assert "headlines" not in said
    assert fm.load(said["out"]).review().status == "FAIL"
