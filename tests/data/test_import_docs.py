"""The mapping file and the table of sources in the docs are as the code has them."""

from __future__ import annotations

import re
from pathlib import Path

from forkmodel.data.adapters.mapping_file import read_mapping
from forkmodel.data.adapters.registry import ADAPTERS
from forkmodel.data.adapters.units import DATE_ORDERS, SEPARATORS, UNITS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "data.md").read_text(encoding="utf-8")


def test_the_mapping_file_of_the_docs_is_read(tmp_path):
    (text,) = re.findall(r"```toml\n(name = .*?)```", PAGE, re.S)
    (tmp_path / "map.toml").write_text(text, encoding="utf-8")
    mapping = read_mapping(tmp_path / "map.toml")
    assert [table.table for table in mapping.table] == ["prices", "scores"]
    for unit in UNITS:
        assert f"`{unit}`" in PAGE
    assert all(order in PAGE for order in DATE_ORDERS if order != "iso")
    assert set(SEPARATORS) == {",", ".", " ", "'"}


def test_the_docs_name_every_source_and_its_licence():
    rows = dict(re.findall(r"^\| `([\w-]+)` \| [^|]+ \| [^|]+ \| ([^|]+) \|$", PAGE, re.M))
    assert set(rows) == {*ADAPTERS, "table"}
    for name, adapter in ADAPTERS.items():
        first = re.split(r"[ ,(:]", adapter.origin.licence)[0]
        stated = rows[name].lower()
        assert first.lower() in stated or "cited as facts" in stated, name
