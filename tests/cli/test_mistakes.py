"""Mistakes that people make, each answered with what to do next, in words and with exit status 2."""

from __future__ import annotations

import shlex
import shutil
import sys

import pytest

from forkmodel.cli.entry import main
from forkmodel.forecast.bundled import bundled_file

MISTAKES = {
    'query "hhi.closd[2031] > 2500"': "Did you mean 'closed'?",
    'query "hhi.closed > 2500"': "choose one, as in hhi.closed[2031]",
    'query "hhi[2031] > 2500"': "needs a scope: add one of closed",
    'query "hhi.closed[2091] > 2500"': "known from 2023-Q1 to 2036-Q4",
    "query kept.nc": "give a question after it",
    'query folder "hhi.closed[2031] > 1"': "`forkmodel forecast FIT --store folder` makes one",
    "review kpet.nc": "Did you mean kept.nc?",
    "review absent.nc": "`forkmodel fit --out absent.nc` makes one",
    "review folder": "folder is a folder, and there is no file of that name: it holds inside.nc",
    "review notes.txt": "cannot be read as NetCDF. Give a file that `forkmodel fit` or `run` wrote",
    "review kept.nc": "`forkmodel query` and `claims` take it",
    "forecast kept.nc --out f.nc --scenario pricewar": "Did you mean 'price-war'?",
    "forecast kept.nc --out f.nc --horizn 2031": "--horizon",
    "forecast kept.nc": "give --out FILE",
    "merger kept.nc": "give either --firms A,B or --all",
    "fit --out folder": "give the name of a file to write",
    "fit --out x.nc --data absent": "Give the folder that holds the CSV files",
    "fit --out x.nc --priors skeptik": "Did you mean 'skeptic'?",
    "fit --out x.nc --as-of 31.03.2026": "Write a day as YYYY-MM-DD",
    "data show pricess": "Did you mean 'prices'",
    "reprt": "Did you mean 'report'?",
}


@pytest.mark.parametrize("line", MISTAKES)
def test_a_mistake_is_answered_with_what_to_do_next(line, tmp_path, monkeypatch, capsys):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "inside.nc").write_bytes(b"")
    (tmp_path / "notes.txt").write_text("notes")
    shutil.copy(bundled_file("forecast.nc"), tmp_path / "kept.nc")
    before = sorted(tmp_path.rglob("*"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["forkmodel", *shlex.split(line)])
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr().err
    assert ended.value.code == 2
    assert MISTAKES[line] in " ".join(said.split())
    assert "Traceback" not in said
    assert sorted(tmp_path.rglob("*")) == before
