"""``forkmodel data import``, ``alias``, ``template``, ``diff`` and prices of a day, as a user meets them."""

from __future__ import annotations

import json
import shlex

import pytest
from sources import LITELLM

import forkmodel as fm


@pytest.fixture
def prices(tmp_path):
    """LiteLLM's file about two models of the snapshot, one of them spelt in another way."""
    text = (
        LITELLM.replace("alpha-2", "gpt-4.1")
        .replace('"acme', '"openai')
        .replace("birch-70b", "Claude_Opus-4.5")
    )
    path = tmp_path / "model_prices_and_context_window.json"
    path.write_text(text, encoding="utf-8")
    return path


def run(call, prices, out, *more):
    return call("data", "import", "litellm", prices, "--out", out, "--retrieved", "2026-07-31", *more)


def test_an_import_prints_what_it_left_out_and_writes_tables(call, prices, tmp_path):
    out = tmp_path / "new"
    done = run(call, prices, out)
    assert done.returncode == 0, done.stderr
    assert "no text model: its mode is image_generation" in done.stdout
    assert "Licence: MIT" in done.stdout
    document = json.loads(run(call, prices, out, "--json").stdout)
    assert document["ok"] is True
    assert document["source"]["licence"] == "MIT"
    assert {each["reason"] for each in document["left_out"]} >= {"no known model and no alias has this name"}
    assert all(set(each) == {"place", "name", "reason"} for each in document["left_out"])
    (near, *_) = document["proposals"]
    assert (near["id"], near["score"]) == ("claude-opus-4.5", 100.0)
    # The command that is printed accepts the name; the same import then takes its prices.
    assert near["command"] in done.stdout
    words = shlex.split(near["command"])
    assert call(*words[1:]).returncode == 0
    after = json.loads(run(call, prices, out, "--json").stdout)
    assert after["rows"].get("prices", 0) > document["rows"].get("prices", 0)
    merged = fm.read_data(out, base=fm.load_snapshot())
    assert (merged.prices["source_id"] == "litellm-2026-07-31").sum() == after["rows"]["prices"]


def test_an_import_that_takes_nothing_writes_nothing(call, tmp_path):
    (tmp_path / "empty.json").write_text("{}", encoding="utf-8")
    done = run(call, tmp_path / "empty.json", tmp_path / "new", "--json")
    assert done.returncode == 2
    assert json.loads(done.stdout)["ok"] is False
    assert not (tmp_path / "new").exists()


def test_a_bad_file_is_refused_with_its_place(call, tmp_path):
    (tmp_path / "bad.json").write_text('{"a": {"mode": "chat", "mode": "chat"}}', encoding="utf-8")
    done = run(call, tmp_path / "bad.json", tmp_path / "new", "--json")
    assert done.returncode == 2
    (problem,) = json.loads(done.stdout)["problems"]
    assert (problem["table"], problem["problem"]) == ("bad.json", "the key 'mode' stands in one object twice")


def test_adapters_are_listed_with_their_licences(call):
    listed = json.loads(call("data", "import", "list", "--json").stdout)["adapters"]
    assert {"epoch", "litellm", "table"} <= {each["name"] for each in listed}
    assert all(each["licence"] and each["takes"] for each in listed)


def test_a_template_is_written_and_checked(call, tmp_path):
    made = json.loads(call("data", "template", tmp_path / "mine", "--json").stdout)
    assert len(made["files"]) == 10
    assert json.loads(call("data", "check", tmp_path / "mine", "--json").stdout)["problems"] == []


def test_a_diff_shows_what_an_update_changes(call, tmp_path, market):
    row = market.prices.loc[market.prices["effective_to"].isna()].iloc[[0]]
    changed = row.assign(input_usd_per_mtok=row["input_usd_per_mtok"] + 1.0)
    (tmp_path / "up").mkdir()
    changed.to_csv(tmp_path / "up" / "prices.csv", index=False, date_format="%Y-%m-%d")
    document = json.loads(call("data", "diff", "snapshot", tmp_path / "up", "--update", "--json").stdout)
    assert document["equal"] is False
    (change,) = document["tables"]["prices"]["changed"]
    assert change["column"] == "input_usd_per_mtok"
    assert float(change["new"]) - float(change["old"]) == pytest.approx(1.0)
    assert change["source"] == row["source_id"].iloc[0]
    assert not any(each["gone"] for each in document["tables"].values())
    shown = call("data", "diff", "snapshot", tmp_path / "up", "--update")
    assert "1 cells changed" in shown.stdout


def test_prices_of_a_day_are_shown(call, market):
    words = ("data", "show", "prices", "--model", "gpt-4.1", "--as-of", "2026-01-01", "--json")
    rows = json.loads(call(*words).stdout)["rows"]
    wanted = market.price_at("gpt-4.1", "2026-01-01")
    assert [row["seller"] for row in rows] == wanted["seller"].tolist()
    late = call("data", "show", "prices", "--model", "gpt-4.1", "--as-of", "2026-08-01")
    assert late.returncode == 2
    assert "the tables end on 2026-07-31" in late.stderr
    assert call("data", "show", "prices", "--as-of", "2026-01-01").returncode == 2
