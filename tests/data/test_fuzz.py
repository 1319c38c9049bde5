"""Damaged and hostile files: each is taken correctly or refused by name, and nothing else ever happens."""

from __future__ import annotations

import csv
import io
import re
import zipfile

from conftest import SMALL, write_small
from hypothesis import HealthCheck, example, given
from hypothesis import strategies as st
from properties import examples
from sources import EPOCH, EXCEL_MAPPING, FIELD_NOTES, MAPPING, SOURCES, epoch_zip, workbook

import forkmodel as fm
from forkmodel.data.adapters.importing import import_data
from forkmodel.data.adapters.writing import rows_text
from forkmodel.data.read import check_data, read_data
from forkmodel.data.schemas import TABLES
from forkmodel.errors import DataError

#: Cells that break readers: formulas, words for nothing, absurd numbers, letters of other scripts, controls.
NASTY = (
    "=1+1", "=HYPERLINK(1)", "+1", "-1", "@sum", "'=x", "NA", "nan", "null", "None", "", " ", "1e999",
    "-1e400", "9" * 400, "0x10", "1_000", "١٢٣", "½", "∞", "1,234", "1.234,5", "12%", "2025-13-45",
    "31.12.2025", "0000-01-01", "9999-12-31", "true", "桦 7B", "e\u0301", "\u202e", "\x1b[31m", "\x7f",
    "\x85", "\ufeff", "\u2028", "🜁", "<script>", '"', '""', ",", ";", "\n", "\r", "\t", "{", "[", "]", "}",
    ":", "\\", "\\u0000", "\\ud800", "a" * 200_000,
)  # fmt: skip
_TOKEN = re.compile(rb"[^,;:{}\[\]\"\n]+|[,;:{}\[\]\"\n]")

#: What is imported in the fuzz: adapter, file, bytes.
TARGETS = {
    **SOURCES,
    "table": ("table", "notes.csv", FIELD_NOTES.encode()),
    "excel": ("table", "notes.xlsx", workbook()),
    "mapping": ("table", "map.toml", MAPPING.encode()),
}


@st.composite
def damage(draw, data: bytes) -> bytes:
    """Damage bytes in one to three places: cut, repeat, overwrite, or exchange a cell for a nasty one."""
    for _ in range(draw(st.integers(1, 3))):
        spot = draw(st.integers(0, max(len(data) - 1, 0)))
        kind = draw(st.sampled_from(["cell", "cell", "cut", "repeat", "bytes", "end"]))
        if kind == "cell":
            tokens = _TOKEN.findall(data)
            if tokens:
                tokens[draw(st.integers(0, len(tokens) - 1))] = draw(st.sampled_from(NASTY)).encode()
                data = b"".join(tokens)
        elif kind == "cut":
            data = data[:spot] + data[spot + draw(st.integers(1, 60)) :]
        elif kind == "repeat":
            data = data[:spot] + data[spot : spot + draw(st.integers(1, 200))] + data[spot:]
        elif kind == "bytes":
            data = data[:spot] + draw(st.binary(min_size=1, max_size=4)) + data[spot + 1 :]
        else:
            data = data[:spot]
    return data


@st.composite
def damaged_file(draw):
    """Return adapter, name and bytes of a damaged file of some source."""
    key = draw(st.sampled_from(sorted(TARGETS)))
    name, file, data = TARGETS[key]
    if key == "epoch" and draw(st.booleans()):
        # What lies in the archive is damaged, the archive is sound.
        inner = draw(st.sampled_from(sorted(EPOCH)))
        changed = draw(damage(EPOCH[inner].encode())).decode("utf-8", errors="replace")
        return key, name, file, epoch_zip({**EPOCH, inner: changed})
    if key == "excel" and draw(st.booleans()):
        parts = unpacked(data)
        inner = draw(st.sampled_from(sorted(parts)))
        return key, name, file, packed(parts | {inner: draw(damage(parts[inner]))})
    return key, name, file, draw(damage(data))


def unpacked(data: bytes) -> dict[str, bytes]:
    """Return the files of an archive."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: dict[str, bytes]) -> bytes:
    """Return an archive of files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return out.getvalue()


def formulas(text: str, table: str) -> list[str]:
    """Return cells of text columns that a spreadsheet would run."""
    kinds = [column.kind for column in TABLES[table].columns]
    rows = list(csv.reader(io.StringIO(text)))[1:]
    return [
        cell
        for row in rows
        for kind, cell in zip(kinds, row, strict=True)
        if kind == "text" and cell.startswith(("=", "+", "-", "@"))
    ]


@given(target=damaged_file())
@examples(
    40, at_random=1500, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_a_damaged_file_is_taken_or_refused_by_name(tmp_path, small, target):
    key, name, file, data = target
    (tmp_path / file).write_bytes(data)
    options: dict[str, object] = {}
    if name == "table":
        options["mapping"] = tmp_path / "map.toml"
        if key == "mapping":
            file = "notes.csv"
            (tmp_path / file).write_text(FIELD_NOTES, encoding="utf-8")
        else:
            text = EXCEL_MAPPING if key == "excel" else MAPPING
            (tmp_path / "map.toml").write_text(text, encoding="utf-8")
    options |= {"base": small, "retrieved": "2025-08-01", "accept": 90.0}
    try:
        imported = import_data(name, tmp_path / file, **options)
    except DataError as error:
        problems = error.problems
    else:
        problems = None
    if problems is not None:
        assert problems
        assert all(each.table and each.problem and each.fix for each in problems)
        return
    assert all(each.reason and each.place for each in imported.left_out)
    # That the tables read clean on top of the others was checked by the import itself.
    for table, rows in imported.tables.items():
        assert formulas(rows_text(table, rows), table) == []


@given(data=st.data())
@examples(25, at_random=800, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_cell_of_a_table_is_kept_or_reported(tmp_path, data):
    folder = write_small(tmp_path / "tables")
    table = data.draw(st.sampled_from(sorted(SMALL)))
    rows = list(csv.reader(io.StringIO(SMALL[table])))
    line = data.draw(st.integers(1, len(rows) - 1))
    spot = data.draw(st.integers(0, len(rows[0]) - 1))
    cell = data.draw(st.one_of(st.sampled_from(NASTY), st.text(max_size=8)))
    rows[line][spot] = cell
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    (folder / f"{table}.csv").write_bytes(out.getvalue().encode("utf-8", errors="surrogatepass"))
    problems = check_data(folder)
    if problems:
        assert all(each.problem and each.fix for each in problems)
        return
    market = read_data(folder)
    fm.write_data(market, tmp_path / "again")
    assert read_data(tmp_path / "again") == market
    for path in (tmp_path / "again").glob("*.csv"):
        assert formulas(path.read_text(encoding="utf-8"), path.stem) == []


@given(text=st.text(max_size=12))
@example("'=x")
@example("''-")
@example("-")
@examples(200)
def test_text_behind_an_apostrophe_comes_back_as_it_was(text):
    from forkmodel.data.cells import _unescaped, escaped

    assert _unescaped(escaped(text)) == text
    assert not escaped(text).startswith(("=", "+", "-", "@"))
