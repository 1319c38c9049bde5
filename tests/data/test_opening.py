"""Archives, folders, encodings and documents of others: taken, or refused with the place named."""

from __future__ import annotations

import io
import os
import struct
import zipfile

import pytest
from sources import EPOCH, epoch_zip, workbook

from forkmodel.data.adapters import opening
from forkmodel.data.adapters.documents import read_json
from forkmodel.data.adapters.excel import FORMULA, read_excel
from forkmodel.data.adapters.opening import open_bundle
from forkmodel.data.adapters.sheets import read_csv
from forkmodel.data.adapters.units import CellError, read_date, read_number
from forkmodel.data.read import check_data
from forkmodel.errors import DataError


def packed(*files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for info, data in files:
            archive.writestr(info, data)
    return out.getvalue()


@pytest.fixture
def opened(tmp_path):
    def open_bytes(data, name="x.zip"):
        (tmp_path / name).write_bytes(data)
        return open_bundle(tmp_path / name)

    return open_bytes


def test_an_archive_that_unpacks_to_too_much_is_refused(opened, monkeypatch):
    with pytest.raises(DataError, match="No table packs so small"):
        opened(packed(("bomb.csv", b"0" * 2**24)))
    monkeypatch.setattr(opening, "MOST_BYTES", 1000)
    with pytest.raises(DataError, match="unpacks to 2 files of 1200 bytes"):
        opened(packed(("a.csv", b"0" * 600), ("b.csv", b"0" * 600)))
    with pytest.raises(DataError, match="is larger than 1000 bytes"):
        opened(b"a" * 1001, "x.csv")


def test_an_archive_that_understates_its_size_is_refused(opened):
    data = bytearray(packed(("a.csv", b"0" * 100_000)))
    spot = data.rindex(b"PK\x01\x02")
    data[spot + 24 : spot + 28] = struct.pack("<I", 10)
    bundle = opened(bytes(data))
    with pytest.raises(DataError, match=r"a\.csv in the archive is damaged"):
        bundle.read("a.csv")


@pytest.mark.parametrize("kept", [10, 200, -10, -40])
def test_a_truncated_archive_is_refused(opened, kept):
    with pytest.raises(DataError, match="the archive is damaged"):
        opened(epoch_zip()[:kept])


def test_a_flipped_bit_in_an_archive_is_found(opened):
    data = bytearray(epoch_zip())
    data[data.index(b"quiz.csv") + 20] ^= 0x40
    bundle = opened(bytes(data))
    with pytest.raises(DataError, match="is damaged"):
        [bundle.read(name) for name in bundle.names]


def test_links_and_repeats_in_an_archive_are_refused(opened):
    link = zipfile.ZipInfo("models.csv")
    link.external_attr = 0o120777 << 16
    with pytest.raises(DataError, match=r"models\.csv is a link"):
        opened(packed((link, "/etc/hostname")))
    with pytest.warns(UserWarning, match="Duplicate name"):
        twice = packed(("a.csv", "x"), ("a.csv", "y"))
    with pytest.raises(DataError, match="twice"):
        opened(twice)


def test_names_in_an_archive_are_never_paths(opened, tmp_path):
    bundle = opened(packed(("../../evil.csv", "a,b\n"), ("__MACOSX/x.csv", "z")))
    assert bundle.names == ["../../evil.csv"]
    assert bundle.read("../../evil.csv") == b"a,b\n"
    assert [path.name for path in tmp_path.rglob("*")] == ["x.zip"]


def test_a_link_that_leads_out_of_a_folder_is_refused(tmp_path):
    folder = tmp_path / "hub"
    folder.mkdir()
    (tmp_path / "secret.csv").write_text("a\n")
    (folder / "inside.csv").write_text("b\n")
    (folder / "again.csv").symlink_to(folder / "inside.csv")
    assert open_bundle(folder).read("again.csv") == b"b\n"
    (folder / "models.csv").symlink_to(tmp_path / "secret.csv")
    with pytest.raises(DataError, match=r"models\.csv: is a link that leads out of the folder"):
        open_bundle(folder)


def test_what_never_ends_is_no_table(tmp_path, folder):
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(DataError, match="is no regular file"):
        open_bundle(tmp_path / "pipe.csv")
    (folder / "scores.csv").unlink()
    os.mkfifo(folder / "scores.csv")
    (only,) = check_data(folder)
    assert (only.table, only.problem) == ("scores", "is no regular file")
    (folder / "scores.csv").unlink()
    (folder / "vintage.txt").unlink()
    (folder / "vintage.txt").mkdir()
    assert "vintage.txt" in {each.table for each in check_data(folder)}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_text_is_read_as_its_mark_says(encoding):
    sheet = read_csv("model,note\n桦 7B,NA\n".encode(encoding), "x.csv")
    assert sheet.header == ["model", "note"]
    assert sheet.rows[0].cells == {"model": "桦 7B", "note": "NA"}


def test_another_encoding_is_named_with_its_line():
    data = "model\nBirch\nBircé\n".encode("cp1252")
    with pytest.raises(DataError, match=r"x\.csv, row 3: byte 16 does not fit the encoding UTF-8"):
        read_csv(data, "x.csv")
    assert read_csv(data, "x.csv", encoding="cp1252").rows[1].cells == {"model": "Bircé"}
    with pytest.raises(DataError, match="there is no encoding 'cp9999'"):
        read_csv(data, "x.csv", encoding="cp9999")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('{"a": 1, "a": 2}', "the key 'a' stands in one object twice"),
        ('{"a": NaN}', "NaN is no JSON number"),
        ("[" * 100_000, "is nested too deeply"),
        ('{"a": 1,\n "b"}', "row 2: is not well-formed JSON"),
        ("", "is not well-formed JSON"),
    ],
)
def test_a_document_is_refused_with_its_place(text, what):
    with pytest.raises(DataError, match=what):
        read_json(text.encode(), "x.json")


def test_numbers_of_a_document_keep_every_digit():
    text = '{"a": 0.1000000000000000055, "b": 1e999, "c": ' + "9" * 5000 + "}"
    assert read_json(text.encode(), "x.json") == {"a": "0.1000000000000000055", "b": "1e999", "c": "9" * 5000}


@pytest.mark.parametrize(
    ("text", "options", "number"),
    [
        ("0.00000015", {"unit": "per_token"}, "0.15"),
        ("2e-06", {"unit": "per_token"}, "2"),
        ("0,002", {"unit": "per_thousand_tokens", "decimal": ","}, "2"),
        ("71.5 %", {}, "0.715"),
        ("71,5", {"unit": "percent", "decimal": ","}, "0.715"),
        ("1.234.567,8", {"decimal": ",", "thousands": "."}, "1234567.8"),
        ("1 234", {"thousands": " "}, "1234"),
        ("1\u202f234", {"thousands": " "}, "1234"),
        ("1'234.5", {"thousands": "'"}, "1234.5"),
        ("$1,234.50", {"thousands": ","}, "1234.5"),
        ("25", {"unit": "billion"}, "25000000000"),
        ("-0", {}, "0"),
        ("n/a", {}, ""),
    ],
)
def test_numbers_are_read_in_their_unit(text, options, number):
    assert read_number(text, **options) == number


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("1,234", {}),
        ("12,34", {"thousands": ","}),
        ("1.234", {"decimal": ",", "thousands": " "}),
        ("1_000", {}),
        ("١٢٣", {}),
        ("Infinity", {}),
        ("1e999", {}),
        ("9" * 400, {}),
        ("=1+1", {}),
        ("1..2", {}),
    ],
)
def test_what_is_no_number_is_refused(text, options):
    with pytest.raises(CellError):
        read_number(text, **options)


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("2025-07-04T10:00:00.000Z", "iso", "2025-07-04"),
        ("4.7.2025", "day-first", "2025-07-04"),
        ("7/4/2025", "month-first", "2025-07-04"),
        ("45842", "excel", "2025-07-04"),
        ("1751587200", "unix", "2025-07-04"),
        ("NA", "iso", ""),
    ],
)
def test_dates_are_read_in_their_order(text, order, day):
    assert read_date(text, order) == day


@pytest.mark.parametrize(
    ("text", "order"),
    [("04.07.2025", "iso"), ("31.02.2025", "day-first"), ("9" * 12, "unix"), ("45842", "iso")],
)
def test_what_is_no_date_is_refused(text, order):
    with pytest.raises(CellError):
        read_date(text, order)


def test_excel_files_are_opened_with_the_same_care(monkeypatch):
    sheet = read_excel(workbook(), "x.xlsx", sheet="Prices", header=2)
    assert sheet.rows[0].cells["From"] == "2025-07-03"
    assert sheet.rows[0].cells["Quiz"] == "71.5%"
    assert sheet.rows[1].cells["In"] == FORMULA
    with pytest.raises(DataError, match=r"x\.xlsx: the archive is damaged"):
        read_excel(workbook()[:500], "x.xlsx")
    with pytest.raises(DataError, match="is no sound Excel file"):
        read_excel(packed(*((name, text) for name, text in EPOCH.items())), "x.xlsx")
    with pytest.raises(DataError, match=r"holds no sheet 'Price': Did you mean|holds no sheet 'Price'"):
        read_excel(workbook(), "x.xlsx", sheet="Price")
    monkeypatch.setattr("forkmodel.data.adapters.excel.MOST_CELLS", 10)
    with pytest.raises(DataError, match="more than 10 cells"):
        read_excel(workbook(), "x.xlsx", sheet="Prices")
