"""The track record: scores of real forecasts, each outcome counted once, frozen and retrospective apart."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy.stats import beta, norm
from typer.testing import CliRunner

import forkmodel as fm
from forkmodel.cli.main import app
from forkmodel.errors import RecordError
from forkmodel.fit import Fit
from forkmodel.forecast.worlds import forecast_from
from forkmodel.inference.storage import load
from forkmodel.inference.verdict import Check, Review
from forkmodel.validate.backtest.foresight import Foresight, file_hash
from forkmodel.validate.backtest.targets import TARGETS
from forkmodel.validate.backtest.yardstick import Measure
from forkmodel.validate.track.calibration import calibration, forecasts_on_record
from forkmodel.validate.track.candidate import open_candidate
from forkmodel.validate.track.measure import later_measure
from forkmodel.validate.track.published import FROZEN, MANIFEST, RETROSPECTIVE, freeze, manifest_rows
from forkmodel.validate.track.record import add_rows, counted, read_record
from forkmodel.validate.track.rows import kind_of, score_rows

QUICK = ("last value", "drift")
GOOD = {"status": "PASS"}
#: In the second quarter of 2026: of its outcomes only those of the third came after.
MADE = date(2026, 6, 15)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("track")


def _saved(fit, path, status="PASS"):
    """Save a fit whose review came to a status; the real one takes longer than all that is tested here."""
    review = Review((Check("made up", status, 1.0, 1.0, ""),))
    Fit(replace(fit.result, review=review)).save(path)
    return path


@pytest.fixture(scope="module")
def fit_file(prior_fit, folder):
    return _saved(prior_fit, folder / "fit.nc")


@pytest.fixture(scope="module")
def frozen_file(fit_file, folder):
    path = folder / "kept" / "2026-03-31.nc"
    freeze(fit_file, path, made=MADE)
    return path


@pytest.fixture(scope="module")
def candidate(frozen_file):
    return open_candidate(frozen_file)


@pytest.fixture(scope="module")
def rows(candidate, prior_fit, small_tables):
    measure = Measure.from_posterior(prior_fit.result)
    return score_rows(candidate, small_tables, measure, GOOD, QUICK, added=date(2026, 8, 1))


def test_a_row_says_all_that_a_reader_needs_to_check_it(rows, candidate, frozen_file, small_tables):
    assert len(rows) > 10
    assert {row["target"] for row in rows} >= {"open_share", "token_hhi", "closed_frontier"}
    for row in rows:
        assert row["forecast_sha256"] == file_hash(frozen_file)
        assert row["tables_sha256"] == small_tables.content_hash
        assert row["vintage"] == "2026-03-31" < row["date"] <= row["scored_to"]
        assert row["made"] == str(MADE)
        assert row["review"] == "PASS"
        bounds = [row[f"interval_{mass}"] for mass in (95, 80, 50)]
        assert [low for low, _ in bounds] == sorted(low for low, _ in bounds)
        assert [high for _, high in bounds] == sorted((high for _, high in bounds), reverse=True)
        assert bounds[2][0] <= row["median"] <= bounds[2][1]
        inside = [low <= row["outcome"] <= high for low, high in bounds]
        away = abs(row["pit"] - 0.5)
        assert inside == [away <= part for part in (0.475, 0.4, 0.25)]
        assert row["crps"] > 0
        assert set(row["baselines"]) == set(QUICK)
        assert json.loads(json.dumps(row, allow_nan=False)) == row
    (row,) = [row for row in rows if row["target"] == "gap" and row["quarter"] == "2026Q2"]
    assert row["whole_quarter"]
    draws = TARGETS["gap"].from_line(candidate.foresight.at("gap", "-", pd.Timestamp(row["date"])))
    assert row["interval_80"] == pytest.approx(np.quantile(draws, [0.1, 0.9]), rel=1e-5)
    assert row["draws"] == len(draws)


def test_only_what_came_after_it_was_made_counts_as_foreseen(rows):
    kinds = {(row["quarter"], row["kind"]) for row in rows}
    assert kinds == {("2026Q2", RETROSPECTIVE), ("2026Q3", FROZEN)}


@pytest.mark.parametrize(
    ("made", "outcome", "kind"),
    [
        (None, "2030-05-15", RETROSPECTIVE),
        ("2026-07-31", "2026-09-15", FROZEN),
        ("2026-08-01", "2026-09-15", RETROSPECTIVE),
        ("2026-08-01", "2026-10-01", FROZEN),
        ("2026-11-30", "2026-12-31", RETROSPECTIVE),
        ("2026-11-30", "2027-01-01", FROZEN),
    ],
)
def test_frozen_is_what_was_made_before_the_first_day_of_the_outcome(made, outcome, kind):
    day = None if made is None else pd.Timestamp(made)
    assert kind_of(day, pd.Timestamp("2026-07-31"), pd.Timestamp(outcome)) == kind


def test_adding_twice_adds_once(rows, tmp_path):
    path = tmp_path / "new" / "track.jsonl"
    first = add_rows(path, rows)
    assert len(first.rows) == len(rows)
    written = path.read_bytes()
    again = add_rows(path, [row | {"added": "2027-01-01"} for row in rows])
    assert (again.rows, again.known, again.last_hash) == ([], len(rows), first.last_hash)
    assert path.read_bytes() == written
    assert read_record(path) == [row | {"revises": None} for row in rows]


def _later(row, **changes):
    return row | {"tables_sha256": "b" * 64, "scored_to": "2026-08-31"} | changes


def _moved(row, part, name="outcome"):
    low, high = row["interval_80"]
    return row[name] + part * (high - low)


def test_later_tables_may_revise_an_outcome_and_the_last_word_counts(rows, tmp_path):
    path = tmp_path / "track.jsonl"
    add_rows(path, rows)
    moved = _later(rows[3], outcome=_moved(rows[3], 0.02))
    hardly = _later(rows[4], outcome=_moved(rows[4], 0.005))
    added = add_rows(path, [moved, hardly])
    assert (len(added.rows), added.known) == (1, 1)
    assert added.rows[0]["revises"] == 5
    kept = counted(read_record(path))
    assert len(kept) == len(rows)
    assert moved["outcome"] in [row["outcome"] for row in kept]
    assert rows[3]["outcome"] not in [row["outcome"] for row in kept]
    # Tables that are older than those of the row on record change nothing.
    stale = add_rows(path, [rows[3]])
    assert (stale.rows, stale.older) == ([], 1)


def test_a_quarter_that_is_over_now_is_written_again(rows, tmp_path):
    path = tmp_path / "track.jsonl"
    (part, *_) = [row for row in rows if not row["whole_quarter"]]
    add_rows(path, [part])
    assert len(add_rows(path, [_later(part, whole_quarter=True)]).rows) == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (lambda row: row | {"outcome": _moved(row, 0.02)}, "and now comes to"),
        (lambda row: _later(row, median=_moved(row, 0.02, "median")), "worlds simulated by other code"),
    ],
)
def test_a_contradiction_is_refused_with_its_line_and_nothing_is_written(rows, tmp_path, changes, said):
    path = tmp_path / "track.jsonl"
    add_rows(path, rows[:3])
    written = path.read_bytes()
    with pytest.raises(RecordError, match=rf"track\.jsonl, line 4: {rows[2]['target']}.*{said}"):
        add_rows(path, [*rows[3:], changes(rows[2])])
    assert path.read_bytes() == written


def test_a_record_that_was_edited_is_not_added_to(rows, tmp_path):
    path = tmp_path / "track.jsonl"
    add_rows(path, rows[:4])
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(f'"outcome": {rows[1]["outcome"]}', '"outcome": 1.5', 1), encoding="utf-8")
    with pytest.raises(RecordError, match="line 3: this row was edited"):
        add_rows(path, rows)


def test_what_a_record_comes_to_is_counted_from_its_rows(rows):
    found = calibration(rows)
    assert set(found) == {FROZEN, RETROSPECTIVE}
    assert sum(group["pooled"]["n"] for group in found.values()) == len(rows)
    past = [row for row in rows if row["kind"] == RETROSPECTIVE]
    pooled = found[RETROSPECTIVE]["pooled"]
    assert pooled["n_whole"] == pooled["n"] == sum(pooled["pit"]) == len(past)
    share = pooled["coverage"]["80"]
    inside, n = sum(abs(row["pit"] - 0.5) <= 0.4 for row in past), len(past)
    assert share["inside"] == inside
    # Clopper and Pearson's interval by its own definition.
    assert share["high"] == pytest.approx(beta.ppf(0.975, inside + 1, n - inside) if inside < n else 1.0)
    assert share["low"] == pytest.approx(beta.ppf(0.025, inside, n - inside + 1) if inside else 0.0)
    (line,) = [line for line in found[RETROSPECTIVE]["targets"] if line["target"] == "gap"]
    (row,) = [row for row in past if row["target"] == "gap"]
    assert line["crps"] == row["crps"]
    assert line["skill"]["drift"]["skill"] == pytest.approx(1.0 - row["crps"] / row["baselines"]["drift"])
    (about,) = forecasts_on_record(rows)
    assert about["n"] == len(rows)


def test_pooled_skill_weighs_targets_by_ratios_and_not_by_units(rows):
    row = rows[0] | {"kind": FROZEN}
    two = [
        row | {"target": "gap", "crps": 10.0, "baselines": {"drift": 20.0}},
        row | {"target": "open_share", "crps": 0.2, "baselines": {"drift": 0.1}},
    ]
    found = calibration(two)[FROZEN]
    assert found["pooled"]["skill"] == {"drift": {"skill": pytest.approx(0.0), "n": 2}}
    assert found["pooled"]["crps"] is None
    assert [line["skill"]["drift"]["skill"] for line in found["targets"]] == pytest.approx([0.5, -1.0])


def test_an_honest_forecaster_is_found_calibrated(rows):
    rng = np.random.default_rng(5)
    outcomes = rng.standard_normal(400)

    def honest(place, outcome):
        row = rows[0] | {"entity": str(place), "outcome": outcome, "pit": float(norm.cdf(outcome))}
        return row | {f"interval_{mass}": list(norm.interval(mass / 100.0)) for mass in (50, 80, 95)}

    pooled = calibration([honest(*pair) for pair in enumerate(outcomes)])[rows[0]["kind"]]["pooled"]
    for mass, share in pooled["coverage"].items():
        assert share["low"] < int(mass) / 100.0 < share["high"]
    assert min(pooled["pit"]) > 20


def test_a_frozen_file_says_what_made_it_and_is_never_replaced(frozen_file, fit_file, prior_fit, candidate):
    (row,) = manifest_rows(frozen_file.parent)
    assert row["sha256"] == file_hash(frozen_file)
    assert row["fit_sha256"] == file_hash(fit_file)
    assert row["data_sha256"] == prior_fit.data.content_hash
    assert row["prior_sha256"] == prior_fit.result.priors.hash
    assert (row["kind"], row["made"], row["vintage"]) == (FROZEN, str(MADE), "2026-03-31")
    kept = Foresight.load(frozen_file).facts["kept"]
    assert {**kept, "file": row["file"], "sha256": row["sha256"]} == row
    assert candidate.made == pd.Timestamp(MADE)
    before = frozen_file.read_bytes()
    with pytest.raises(RecordError, match="never replaced"):
        freeze(fit_file, frozen_file)
    assert frozen_file.read_bytes() == before
    assert sorted(path.name for path in frozen_file.parent.iterdir()) == [frozen_file.name, MANIFEST]


def test_a_view_of_the_past_is_kept_as_retrospective_whenever_it_was_made(fit_file, tmp_path):
    path = tmp_path / "past.nc"
    row = freeze(fit_file, path, made=MADE, retrospective=True)
    assert row["kind"] == Foresight.load(path).facts["kept"]["kind"] == RETROSPECTIVE
    assert open_candidate(path).made is None


def test_a_frozen_file_without_its_manifest_proves_nothing(frozen_file, tmp_path):
    copy = tmp_path / "copy.nc"
    copy.write_bytes(frozen_file.read_bytes())
    assert open_candidate(copy).made is None


def test_a_fit_whose_review_failed_is_neither_kept_nor_put_on_record(prior_fit, tmp_path):
    failed = _saved(prior_fit, tmp_path / "failed.nc", "FAIL")
    with pytest.raises(fm.ModelError, match="FAIL"):
        freeze(failed, tmp_path / "kept" / "a.nc")
    assert not (tmp_path / "kept").exists()
    done = CliRunner().invoke(app, ["track", "add", str(failed), "--record", str(tmp_path / "r")])
    assert done.exit_code == 1
    assert not (tmp_path / "r").exists()


def _save(forecast, path):
    # Worlds from the prior hold numbers beyond single precision.
    with np.errstate(all="ignore"):
        forecast.save(path)


def test_files_that_do_not_belong_together_are_refused(fit_file, frozen_file, prior_fit, tmp_path):
    saved = tmp_path / "forecast.nc"
    made = load(fit_file)
    forecast = forecast_from(made, "2026-12")
    _save(forecast, saved)
    opened = open_candidate(fit_file, saved)
    assert opened.sha256 == file_hash(saved)
    assert opened.tables == prior_fit.data
    alone = open_candidate(fit_file).foresight
    day = pd.Timestamp("2026-06-30")
    np.testing.assert_allclose(opened.foresight.at("gap", "-", day), alone.at("gap", "-", day), rtol=1e-4)
    with pytest.raises(fm.ModelError, match="as --forecast"):
        open_candidate(saved)
    with pytest.raises(fm.ModelError, match="leave --forecast out"):
        open_candidate(frozen_file, saved)
    forecast.facts["seed"] = 99
    _save(forecast, saved)
    with pytest.raises(fm.ModelError, match="other seed"):
        open_candidate(fit_file, saved)
    _save(forecast_from(made, "2026-12", "price-war"), saved)
    with pytest.raises(fm.ModelError, match="only the baseline"):
        open_candidate(fit_file, saved)
    with pytest.raises(fm.ModelError, match="give a fit of these"):
        later_measure(fm.load_snapshot(), fit_file)


@pytest.fixture(scope="module")
def yardstick_file(small_tables, folder):
    """Abilities drawn from the prior of the later tables: another market's, with a fit's form."""
    path = folder / "yardstick.nc"
    return _saved(fm.ForkModel(small_tables, blocks=["capability"]).prior(draws=40, seed=2), path)


def test_the_commands_make_and_show_one_record(frozen_file, yardstick_file, small_tables, tmp_path):
    tables, record = tmp_path / "tables", tmp_path / "track.jsonl"
    fm.write_data(small_tables, tables)

    def call(*words):
        return CliRunner().invoke(app, ["track", *map(str, words)])

    words = ("add", frozen_file, "--data", tables, "--yardstick", yardstick_file, "--record", record)
    words += ("--baseline", "last value", "--baseline", "drift")
    done = call(*words, "--json")
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    assert document["added"] == len(document["rows"]) == len(read_record(record)) > 0
    again = call(*words)
    assert f"0 rows added to {record}, {document['added']} were on record" in again.output
    shown = json.loads(call("show", "--record", record, "--json").stdout)
    assert shown["last_row_sha256"] == document["last_row_sha256"]
    assert shown["rows"] == document["added"]
    assert set(shown["calibration"]) == {FROZEN, RETROSPECTIVE}
    printed = call("show", "--record", record).stdout
    assert "Frozen: scores and coverage" in printed
    assert "skill over drift" in printed
    assert isinstance(call(*words, "--baseline", "arma").exception, fm.ForkModelError)
    record.write_text(record.read_text(encoding="utf-8").replace("2026Q2", "2026Q1", 1), encoding="utf-8")
    assert isinstance(call("show", "--record", record).exception, RecordError)
    assert isinstance(call("show", "--record", tmp_path / "none.jsonl").exception, RecordError)
