"""Each adapter on a small file in its source's shape: what it takes, what it leaves out and why."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from sources import EPOCH, EXCEL_MAPPING, FIELD_NOTES, MAPPING, SOURCES, workbook

from forkmodel.data.adapters.arena import ANCHOR
from forkmodel.data.adapters.epoch import TAKEN
from forkmodel.data.adapters.importing import import_data
from forkmodel.data.adapters.registry import ADAPTERS
from forkmodel.data.adapters.writing import write_import
from forkmodel.data.read import read_data
from forkmodel.errors import DataError, ForkModelError

DAY = "2025-08-01"


@pytest.fixture
def take(tmp_path, small):
    """Import bytes with an adapter on top of the small tables."""

    def import_bytes(name, file, data, **options):
        path = tmp_path / file
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return import_data(name, path, base=small, **{"retrieved": DAY, **options})

    return import_bytes


@pytest.fixture
def source(take):
    """Import one of the fixtures."""
    return lambda key, **options: take(*SOURCES[key], **options)


def cells(imported, table, *columns):
    return [tuple(row.get(column, "") for column in columns) for row in imported.tables.get(table, [])]


def reasons(imported):
    return {(each.name, each.reason) for each in imported.left_out}


@pytest.mark.parametrize("key", [key for key in SOURCES if key != "eci"])
def test_an_import_reads_and_merges_and_says_its_licence(source, small, tmp_path, key):
    imported = source(key)
    assert imported.left_out
    assert all(each.reason and each.place for each in imported.left_out)
    write_import(imported, tmp_path / "out")
    alone = read_data(tmp_path / "out", partial=True)
    merged = read_data(tmp_path / "out", base=small)
    assert merged == small.merge(alone)
    name = SOURCES[key][0]
    (origin,) = merged.sources.loc[merged.sources["source_id"] == f"{name}-{DAY}"].to_dict("records")
    assert origin["licence"] == ADAPTERS[name].origin.licence
    assert str(origin["retrieved"].date()) == DAY
    for table, rows in imported.tables.items():
        # Every row came with its source, and none was lost on the way.
        found = getattr(merged, table)
        assert (found["source_id"] == f"{name}-{DAY}").sum() == len(rows)


def test_epoch_takes_the_best_run_and_adds_what_it_can_describe(source):
    imported = source("epoch")
    assert cells(imported, "models", "model_id", "developer", "access", "country") == [
        ("cedar-1", "Cedar Lab", "open_weights", "China")
    ]
    assert cells(imported, "benchmarks", "benchmark", "chance_level", "ceiling") == [("puzzles", "0.1", "1")]
    scores = cells(imported, "scores", "model_id", "benchmark", "score", "evaluator", "setting")
    assert scores == [
        ("alpha-2", "quiz", "0.82", "Epoch AI", "effort=high"),
        ("cedar-1", "quiz", "0.55", "Epoch AI", ""),
        ("birch-7b", "puzzles", "0.125", "third party (via Epoch)", ""),
    ]
    said = reasons(imported)
    assert ("birch-7b, Quiz", "the test was run after the vintage") in said
    assert ("Cedar 2", "the model was released after the vintage") in said
    assert ("Later", "the benchmark was published after the vintage") in said
    assert ("alpha-2, quiz, Epoch AI", "not the best score of its model on this benchmark") in said
    assert any("looks like a percentage" in why for _, why in said)
    # What is not the known model by name never takes its place, however like it is.
    assert ("Birch-7B", TAKEN) in said
    assert ("Birch-7B", "birch-7b") in {(each.name, each.id) for each in imported.proposals}
    assert any(each.place.endswith("orphan_external.csv") for each in imported.left_out)


def test_epoch_reads_a_folder_as_its_archive(tmp_path, small, source):
    folder = tmp_path / "hub"
    folder.mkdir()
    for name, text in EPOCH.items():
        (folder / name).write_text(text, encoding="utf-8")
    assert import_data("epoch", folder, base=small, retrieved=DAY).tables == source("epoch").tables


def test_eci_brings_inputs_back_to_fractions_and_never_the_index(source):
    imported = source("eci inputs")
    # 0.4 of the way from chance, 0.25, to the ceiling, 1.
    assert cells(imported, "scores", "model_id", "score", "evaluator") == [("alpha-1", "0.55", "Epoch AI")]
    index = source("eci")
    assert index.tables == {}
    assert sum("count twice" in each.reason for each in index.left_out) == 2


def test_rankings_become_whole_weeks(source):
    rows = cells(source("rankings"), "usage", "period_start", "entity", "variant", "value", "mapped")
    assert rows == [
        ("2025-07-07", "alpha-2", "standard", "7000", "true"),
        ("2025-07-07", "birch-70b", "free", str(7 * 200 + 21), "true"),
        ("2025-07-07", "stealth/ox", "standard", "490", "false"),
        ("2025-07-07", "other", "all", "3500", "false"),
    ]
    assert ("alpha-2", "the week has 1 of its 7 days") in reasons(source("rankings"))


def test_prices_per_token_become_prices_per_million(source):
    columns = (
        "model_id",
        "seller",
        "seller_kind",
        "input_usd_per_mtok",
        "output_usd_per_mtok",
        "effective_from",
    )
    assert cells(source("openrouter"), "prices", *columns) == [
        ("alpha-2", "openrouter", "host", "2.5", "10", DAY)
    ]
    assert cells(source("litellm"), "prices", *columns) == [
        ("alpha-2", "acme", "first_party", "2", "8", DAY),
        ("birch-70b", "together", "host", "0.75", "0.9", DAY),
    ]
    assert ("hosty/birch-70b", "the tables already hold this price") in reasons(source("litellm"))
    assert ("birch-lab/birch-7b", "a free offer is a variant, not the list price") in reasons(
        source("openrouter")
    )


def test_a_list_without_dates_tells_nothing_of_days_before_it(source):
    imported = source("litellm", retrieved="2025-09-01", vintage=DAY)
    assert imported.tables == {}
    assert any("was read after the vintage" in each.reason for each in imported.left_out)


def test_dated_prices_become_spells(source, small, tmp_path):
    imported = source("genai-prices")
    columns = (
        "model_id",
        "seller",
        "effective_from",
        "effective_to",
        "from_is_release",
        "output_usd_per_mtok",
    )
    assert cells(imported, "prices", *columns) == [
        ("alpha-2", "acme", "2025-06-01", "", "false", "8"),
        ("birch-70b", "newhost", "2025-06-20", "", "true", "0.8"),
    ]
    write_import(imported, tmp_path / "out")
    merged = read_data(tmp_path / "out", base=small)
    assert merged.price_at("alpha-2", "2025-05-31")["output_usd_per_mtok"].tolist() == [12.5]
    assert merged.price_at("alpha-2", "2025-06-01")["output_usd_per_mtok"].tolist() == [8.0]


def test_an_undated_price_does_not_rewrite_a_dated_one(take):
    other = [
        {"id": "hosty", "models": [{"id": "birch-70b", "prices": {"input_mtok": 0.5, "output_mtok": 0.5}}]}
    ]
    imported = take("genai-prices", "data.json", json.dumps(other))
    assert cells(imported, "prices", "effective_from", "from_is_release") == [(DAY, "false")]


def test_the_installed_package_has_the_shape_of_its_json(small):
    from forkmodel.data.adapters.genai_prices import installed_bundle

    providers = installed_bundle()
    changes = [
        each
        for provider in providers
        for model in provider["models"]
        if isinstance(model["prices"], list)
        for each in model["prices"]
        if each["constraint"] and "start_date" in each["constraint"]
    ]
    assert len(changes) > 100
    assert all(isinstance(each["prices"].get("input_mtok", ""), str | dict) for each in changes)
    imported = import_data("genai-prices", "installed", base=small, retrieved=DAY)
    assert imported.tables == {}
    assert len(imported.left_out) > 1000


def test_ratings_become_shares_of_votes_on_a_board_of_their_own(source):
    imported = source("arena")
    ((board, chance, domain),) = cells(imported, "benchmarks", "benchmark", "chance_level", "domain")
    assert (board, chance, domain) == ("arena-text-overall", "0", "human preference")
    rows = imported.tables["scores"]
    assert [row["model_id"] for row in rows] == ["alpha-2", "birch-70b"]
    for row, rating in zip(rows, (1400.0, 1300.0), strict=True):
        # The rating comes back from the log-odds.
        score = float(row["score"])
        back = ANCHOR + 400 / math.log(10) * math.log(score / (1 - score))
        assert back == pytest.approx(rating, abs=0.01)
    # 15.6 points wide at 95 %, at a share of 0.64.
    slope = 0.640065 * (1 - 0.640065) * math.log(10) / 400
    assert float(rows[0]["stderr"]) == pytest.approx(slope * 15.6 / 3.92, rel=1e-3)
    assert rows[0]["n_items"] == "12000"


def test_leaderboards_fill_the_benchmarks_they_name(source):
    scores = cells(source("open llm"), "scores", "model_id", "benchmark", "score")
    assert ("birch-7b", "ifeval", "0.61") in scores
    assert len(scores) == 6
    assert {model for model, _, _ in scores} == {"birch-7b"}
    assert ("birch-lab/birch-70b", "flagged by the leaderboard") in reasons(source("open llm"))
    assert cells(source("helm"), "scores", "model_id", "benchmark", "score") == [("alpha-2", "mmlu", "0.79")]
    analysis = source("analysis")
    assert ("alpha-2", "gpqa-diamond", "0.71") in cells(analysis, "scores", "model_id", "benchmark", "score")
    # A median over hosts is nobody's list price; a closed model has one seller.
    assert cells(analysis, "prices", "model_id", "seller", "input_usd_per_mtok") == [
        ("alpha-2", "acme", "2.5")
    ]


def test_a_table_of_ones_own_is_read_by_its_mapping(take, tmp_path):
    (tmp_path / "map.toml").write_text(MAPPING, encoding="utf-8")
    imported = take("table", "notes.csv", FIELD_NOTES, mapping=tmp_path / "map.toml")
    assert cells(imported, "scores", "model_id", "benchmark", "score") == [
        ("alpha-2", "quiz", "0.715"),
        ("alpha-2", "maths", "0.85"),
        ("birch-70b", "quiz", "0.55"),
    ]
    columns = ("model_id", "effective_from", "input_usd_per_mtok", "output_usd_per_mtok", "seller_kind")
    assert cells(imported, "prices", *columns) == [
        ("alpha-2", "2025-07-03", "2", "8", "host"),
        ("birch-70b", "2025-07-04", "0.6", "1234567.8", "host"),
    ]


def test_excel_keeps_dates_and_percentages_and_evaluates_nothing(take, tmp_path):
    (tmp_path / "map.toml").write_text(EXCEL_MAPPING, encoding="utf-8")
    imported = take("table", "notes.xlsx", workbook(), mapping=tmp_path / "map.toml")
    assert cells(imported, "prices", "model_id", "effective_from") == [("alpha-2", "2025-07-03")]
    assert cells(imported, "scores", "model_id", "score") == [("alpha-2", "0.715"), ("birch-70b", "0.55")]
    assert any("is a formula, which is not evaluated" in each.reason for each in imported.left_out)
    (tmp_path / "map.toml").write_text(EXCEL_MAPPING.replace('sheet = "Prices"\n', ""), encoding="utf-8")
    with pytest.raises(DataError, match="holds the sheets Prices, Other"):
        take("table", "notes.xlsx", workbook(), mapping=tmp_path / "map.toml")


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (('table = "scores"', 'table = "scroes"'), "Did you mean 'scores'"),
        (('value = "score"', 'value = "scor"'), "Did you mean 'score'"),
        (('unit = "percent"', 'unit = "pct"'), "table.0.wide.unit"),
        (('decimal = ","', 'decimal = "."'), "same mark"),
        (("[file]", "[fil]"), "fil"),
        (('licence = "CC0"', ""), "licence"),
    ],
)
def test_a_wrong_mapping_is_refused_before_a_row_is_read(take, tmp_path, change, place):
    (tmp_path / "map.toml").write_text(MAPPING.replace(*change), encoding="utf-8")
    with pytest.raises(DataError, match=r"map\.toml") as error:
        take("table", "notes.csv", FIELD_NOTES, mapping=tmp_path / "map.toml")
    assert place in str(error.value)


def test_shares_that_sum_to_too_much_are_refused_together(take, tmp_path):
    head, _, _ = MAPPING.partition("[file]")
    columns = {
        "period_start": '{ value = "2025-07-01" }',
        "period_end": '{ value = "2025-07-31" }',
        "market": '{ value = "clinic" }',
        "level": '{ value = "developer" }',
        "entity": '{ column = "firm" }',
        "value": '{ column = "share", unit = "percent" }',
        "unit": '{ value = "share" }',
    }
    lines = [f"{column} = {given}" for column, given in columns.items()]
    (tmp_path / "map.toml").write_text(
        "\n".join([head, "[[table]]", 'table = "usage"', "[table.columns]", *lines]), encoding="utf-8"
    )
    sound = take("table", "x.csv", "firm,share\nAcme,60\nBirch Lab,40\n", mapping=tmp_path / "map.toml")
    assert cells(sound, "usage", "entity", "value", "mapped") == [
        ("Acme", "0.6", "true"),
        ("Birch Lab", "0.4", "true"),
    ]
    with pytest.raises(DataError, match="shares of clinic by developer"):
        take("table", "x.csv", "firm,share\nAcme,60\nBirch Lab,60\n", mapping=tmp_path / "map.toml")


def test_a_column_that_the_mapping_names_must_be_there(take, tmp_path):
    (tmp_path / "map.toml").write_text(MAPPING, encoding="utf-8")
    with pytest.raises(DataError, match="lacks the columns Anbieter"):
        take("table", "notes.csv", FIELD_NOTES.replace("Anbieter", "Wer"), mapping=tmp_path / "map.toml")


@pytest.mark.parametrize("name", sorted(set(ADAPTERS) - {"litellm"}))
@pytest.mark.parametrize(
    ("file", "data"), [("x.csv", "a,b\n1,2\n"), ("x.json", '{"a": {"b": 1}}'), ("x.json", "[1]")]
)
def test_another_file_is_refused_with_what_is_wanted(take, name, file, data):
    with pytest.raises(DataError) as error:
        take(name, file, data)
    assert error.value.problems[0].fix


def test_a_path_that_leads_nowhere_is_named():
    with pytest.raises(DataError, match="there is no such file"):
        import_data("litellm", Path("nowhere.json"))


def test_an_unknown_adapter_is_answered_with_the_nearest(small):
    with pytest.raises(ForkModelError, match="'litellm'"):
        import_data("litelm", "x.json", base=small)
    with pytest.raises(ForkModelError, match="--mapping"):
        import_data("table", "x.csv", base=small)


def test_nothing_is_written_when_nothing_was_taken(source, tmp_path):
    with pytest.raises(ForkModelError, match="nothing was imported"):
        write_import(source("eci"), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_later_reading_brings_only_what_is_new(source, take, small, tmp_path):
    write_import(source("epoch"), tmp_path / "out")
    merged = read_data(tmp_path / "out", base=small)
    again = import_data("epoch", tmp_path / "benchmark_data.zip", base=merged, retrieved=DAY)
    assert again.tables == {}
    assert any(each.reason == "the tables already hold this score" for each in again.left_out)
