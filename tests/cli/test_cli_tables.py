"""``forkmodel data`` and ``forkmodel priors``."""

from __future__ import annotations

import json

import pytest

import forkmodel as fm
from forkmodel.data.schemas import TABLES


def test_a_clean_folder_is_called_clean(call, folder):
    done = call("data", "check", folder)
    assert done.returncode == 0
    assert "clean" in done.stdout
    document = json.loads(call("data", "check", folder, "--json").stdout)
    assert (document["ok"], document["problems"]) == (True, [])
    assert document["vintage"] == "2026-07-31"
    uses = {use["observation"]: use["after"] for use in document["uses"]}
    assert min(uses.values()) > 0


def test_a_broken_folder_is_listed_cell_by_cell(call, broken):
    before = {path.name: path.read_bytes() for path in broken.iterdir()}
    done = call("data", "check", broken, "--json")
    assert done.returncode == 2
    document = json.loads(done.stdout)
    assert document["ok"] is False
    (problem,) = document["problems"]
    assert set(problem) == {"table", "row", "column", "value", "problem", "fix"}
    assert (problem["table"], problem["row"], problem["column"]) == ("scores", 2, "score")
    assert float(problem["value"]) == 85
    assert "0.85" in problem["fix"]
    listed = call("data", "check", broken)
    assert listed.returncode == 2
    (row,) = [line.split() for line in listed.stdout.splitlines() if "scores" in line]
    assert row[:4] == ["scores", "2", "score", "85"]
    assert {path.name: path.read_bytes() for path in broken.iterdir()} == before


def test_a_folder_that_is_not_there_is_a_problem_like_others(call, tmp_path):
    done = call("data", "check", tmp_path / "nowhere", "--json")
    assert done.returncode == 2
    assert json.loads(done.stdout)["problems"][0]["fix"]


def test_an_update_is_checked_against_the_snapshot(call, folder):
    for name in set(TABLES) - {"prices", "sources"}:
        (folder / f"{name}.csv").unlink()
    alone = json.loads(call("data", "check", folder, "--json").stdout)
    assert not alone["ok"]
    together = json.loads(call("data", "check", folder, "--update", "--json").stdout)
    assert (together["ok"], together["problems"]) == (True, [])
    assert all(use["after"] == use["before"] for use in together["uses"])
    assert together["vintage"] == together["vintage_before"] == "2026-07-31"


def test_all_tables_are_summed_up(call, folder, market):
    summary = json.loads(call("data", "show", folder, "--json").stdout)
    assert summary["vintage"] == "2026-07-31"
    assert summary["hash"] == market.content_hash
    assert {row["table"]: row["rows"] for row in summary["rows"]} == {
        name: len(frame) for name, frame in market.tables().items()
    }
    bundled = call("data", "show")
    assert bundled.returncode == 0
    assert "2026-07-31" in bundled.stdout


def test_one_table_is_shown_from_either_place(call, folder, market):
    wanted = market.prices["model_id"].head(3).to_list()
    for words in (["prices"], [folder, "prices"]):
        document = json.loads(call("data", "show", *words, "--rows", "3", "--json").stdout)
        assert [row["model_id"] for row in document["rows"]] == wanted
        assert list(document["rows"][0]) == TABLES["prices"].names


@pytest.mark.parametrize("words", [["price"], [".", "price"]])
def test_a_misspelt_table_is_answered_with_the_nearest(call, words):
    done = call("data", "show", *words)
    assert done.returncode == 2
    assert "'prices'" in done.stderr


def test_a_folder_may_have_the_name_of_a_table(call, folder, tmp_path):
    folder.rename(tmp_path / "prices")
    document = json.loads(call("data", "show", "./prices", "--json", cwd=tmp_path).stdout)
    assert document["table"] is None


def test_priors_are_shown_with_their_intervals(call):
    document = json.loads(call("priors", "show", "skeptic", "--json").stdout)
    assert {row["key"] for row in document["priors"]} == set(fm.load_priors("skeptic"))
    for row in document["priors"]:
        assert row["q05"] < row["median"] < row["q95"], row["key"]
    assert document["hash"] == fm.load_priors("skeptic").hash
    price = call("priors", "show", "--block", "price").stdout
    assert "price.decline" in price
    assert "capability." not in price
    wrong = call("priors", "show", "--block", "prise")
    assert wrong.returncode == 2
    assert "'price'" in wrong.stderr


def test_prior_files_are_checked(call, tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text('inherits = "reference"\n[price.declin]\nmu = 1.0\n', encoding="utf-8")
    done = call("priors", "check", file)
    assert done.returncode == 2
    assert "price.decline" in done.stderr
    document = json.loads(call("priors", "check", file, "--json").stdout)
    assert document["ok"] is False
    assert "price.decline" in document["problems"][0]
    assert call("priors", "show", file).returncode == 2
    assert call("priors", "check", "advocate").returncode == 0


def test_a_prior_file_of_ones_own_is_shown_with_its_change(call, tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(
        'inherits = "reference"\n[price.decline]\ndistribution = "Normal"\nmu = 0.5\nsigma = 0.2\n'
        'rationale = "A slower fall."\n',
        encoding="utf-8",
    )
    rows = {row["key"]: row for row in json.loads(call("priors", "show", file, "--json").stdout)["priors"]}
    assert rows["price.decline"]["median"] == pytest.approx(0.5)
    assert rows["price.decline"]["origin"] == "mine.toml"
