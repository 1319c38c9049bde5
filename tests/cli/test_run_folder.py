"""What a run leaves in its folder when something after the fit goes wrong."""

from __future__ import annotations

import pytest

import forkmodel as fm
from forkmodel import pipeline


@pytest.fixture(scope="module")
def part(market):
    """Draws from the prior of one block: a fit that cannot be forecast."""
    return fm.ForkModel(market, blocks=["adoption"]).prior(draws=20)


def test_a_fit_whose_forecast_fails_is_kept_apart_and_said(part, tmp_path, monkeypatch):
    out = tmp_path / "out"
    out.mkdir()
    old = ("fit.nc", "forecast.nc", "report.html", "summary.json", "fit-skeptic.nc")
    for name in old:
        (out / name).write_text("old", encoding="utf-8")
    monkeypatch.setattr(pipeline, "make_fit", lambda *_, **__: part)
    with pytest.raises(fm.ForkModelError, match="lacks capability, price, choice") as caught:
        pipeline.run(out, pipeline.Source(), "reference", pipeline.Sampling(), lambda *_: None)
    kept = out / "unfinished" / "fit.nc"
    assert [str(kept) in note for note in caught.value.__notes__] == [True]
    assert fm.load(kept).blocks == ("adoption",)
    assert all((out / name).read_text(encoding="utf-8") == "old" for name in old)
    assert sorted(path.name for path in out.iterdir()) == sorted([*old, "unfinished"])


def test_a_fit_of_some_blocks_says_what_it_cannot_do(part, tmp_path):
    for verb in (part.forecast, part.capability, part.prices, part.shares, part.closed_records):
        with pytest.raises(fm.ForkModelError, match="adoption"):
            verb()
    assert part.review().status in {"PASS", "REVIEW", "FAIL"}
    page = fm.report(part, to=tmp_path / "page.html")
    assert page.read_text(encoding="utf-8").lstrip().lower().startswith("<!doctype html>")


def test_the_command_line_says_so_too(call, part, tmp_path):
    file = tmp_path / "part.nc"
    part.save(file)
    for words in (["forecast", file, "--out", tmp_path / "f.nc"], ["compare", file]):
        done = call(*words)
        assert done.returncode == 2
        assert "this fit of adoption lacks" in done.stderr
        assert "Traceback" not in done.stderr
    assert call("review", file).returncode in (0, 1)
    assert not (tmp_path / "f.nc").exists()


def test_a_fit_to_begin_with_that_is_not_there_is_said_before_anything_is_read(tmp_path):
    sampling = pipeline.Sampling(warm=tmp_path / "none.nc")
    with pytest.raises(fm.errors.FitFileError, match=r"none\.nc"):
        pipeline.make_fit(pipeline.Source(tmp_path), "reference", sampling, lambda *_: None)
