"""Rows of a record hold together: what is edited, moved or removed is named by its line."""

from __future__ import annotations

import json

import pytest

from forkmodel.errors import RecordError
from forkmodel.validate.backtest.foresight import file_hash
from forkmodel.validate.track.chain import chain_text, last_hash, read_chain
from forkmodel.validate.track.published import (
    MANIFEST,
    RETROSPECTIVE,
    manifest_rows,
    published,
    published_folder,
)

KIND = "track record"
ROWS = [{"target": name, "outcome": place / 7.0, "entity": "Ünï"} for place, name in enumerate("abcde")]

#: Every forecast that a release has published. A line may be added here and none may be changed.
PUBLISHED = {
    "2026-06-01.nc": "985c360f199f2bf48e13c22bac3a395d8217b83946ba7c9255ef29ec0efd8133",
    "2026-06-01-reviewed.nc": "67d07e78ced644cfa9ec4d7e6aab0adf4017b3d1bc72556bc69abf62c79656c7",
    "2026-07-31.nc": "b142b32c4af49a0823f300b041b9e8280945080748fa925bf6f9f623ea8ce689",
}


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "track.jsonl"
    file.write_text(chain_text(ROWS, KIND), encoding="utf-8")
    return file


def test_what_was_written_is_read(path, tmp_path):
    assert read_chain(path, KIND) == ROWS
    assert json.loads(path.read_text(encoding="utf-8").splitlines()[0])["last"] == last_hash(ROWS)
    assert read_chain(tmp_path / "none.jsonl", KIND) == []


def test_adding_leaves_the_lines_before_as_they_were(path):
    before = path.read_text(encoding="utf-8").splitlines()[1:]
    after = chain_text([*ROWS, {"target": "f"}], KIND).splitlines()[1:]
    assert after[: len(before)] == before
    assert len(after) == len(before) + 1


def _edited(lines):
    row = json.loads(lines[3]) | {"outcome": 0.5}
    return [*lines[:3], json.dumps(row, ensure_ascii=False), *lines[4:]]


def _rehashed(lines):
    """One row is changed and its own hash made to fit: the next row tells."""
    changed = [*ROWS[:2], ROWS[2] | {"outcome": 0.5}, *ROWS[3:]]
    return [*lines[:3], chain_text(changed, KIND).splitlines()[3], *lines[4:]]


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (_edited, 4),
        (_rehashed, 5),
        (lambda lines: [*lines[:3], *lines[4:]], 4),
        (lambda lines: [*lines[:2], lines[3], lines[2], *lines[4:]], 3),
        (lambda lines: [*lines, lines[-1]], 7),
        (lambda lines: lines[:-1], 6),
        (lambda lines: lines[:1], 2),
        (lambda lines: [*lines[:4], lines[4][:-9], *lines[5:]], 5),
        (lambda lines: [*lines[:4], "7", *lines[5:]], 5),
        (lambda lines: lines[1:], 1),
        (lambda lines: [], 1),
    ],
)
def test_a_change_is_named_by_its_line(path, change, line):
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(change(lines)) + "\n", encoding="utf-8")
    with pytest.raises(RecordError, match=rf"track\.jsonl, line {line}: "):
        read_chain(path, KIND)


def test_another_file_is_refused(path, tmp_path):
    with pytest.raises(RecordError, match="line 1: this is no manifest"):
        read_chain(path, "manifest")
    binary = tmp_path / "fit.nc"
    binary.write_bytes(b"\x89HDF\xff\xfe")
    with pytest.raises(RecordError, match="no text in UTF-8"):
        read_chain(binary, KIND)


def test_every_published_forecast_is_still_the_one_that_was_published():
    folder = published_folder()
    listed = {row["file"]: row["sha256"] for row in manifest_rows(folder)}
    assert PUBLISHED.items() <= listed.items()
    assert set(listed) == {path.name for path in folder.glob("*.nc")}
    for name, digest in listed.items():
        assert file_hash(folder / name) == digest
        assert published(folder / name)["sha256"] == digest


def test_the_forecast_that_was_made_later_is_called_retrospective():
    rows = [row for row in manifest_rows(published_folder()) if row["vintage"] == "2026-06-01"]
    assert len(rows) == 2
    for row in rows:
        assert row["kind"] == RETROSPECTIVE
        assert row["made"] > row["vintage"]


def test_a_file_that_was_changed_after_it_was_kept_is_refused(tmp_path):
    folder = published_folder()
    (tmp_path / MANIFEST).write_bytes((folder / MANIFEST).read_bytes())
    copy = tmp_path / "2026-06-01.nc"
    copy.write_bytes((folder / copy.name).read_bytes() + b"\0")
    with pytest.raises(RecordError, match=r"manifest\.jsonl, line 2, says 985c360f199f"):
        published(copy)
    assert published(tmp_path / "other.nc") is None
