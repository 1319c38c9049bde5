"""Disks that are full, places that cannot be written: one paragraph, exit status 2, nothing half-written."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from forkmodel.errors import ForkModelError
from forkmodel.pipeline import Sampling, fit_bytes
from forkmodel.targets import check_target

FORMATS = Path(__file__).parents[1] / "formats"
#: Bytes that a process may write to one file: enough for its small files, too little for its results.
MOST = 20_000


def limited(*words: object, to: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command line where files cannot grow beyond a limit, as on a disk that fills up."""
    command = [sys.executable, "-m", "forkmodel", *map(str, words)]
    with open(to or "/dev/null", "w") as out:
        return subprocess.run(
            command,
            stdout=out,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=600,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (MOST, MOST)),
        )


def test_a_file_that_cannot_be_finished_is_not_begun(tmp_path):
    old = tmp_path / "old.nc"
    old.write_text("mine", encoding="utf-8")
    for name, target in (("fit.nc", tmp_path / "new" / "x.nc"), ("forecast.nc", old)):
        done = limited("migrate", FORMATS / "2" / name, "--out", target)
        assert done.returncode == 2, done.stderr
        assert "File too large" in done.stderr
        assert "free space" in done.stderr
        assert len(done.stderr.splitlines()) == 1
    assert [path.name for path in tmp_path.rglob("*")] == ["old.nc"]
    assert old.read_text(encoding="utf-8") == "mine"


def test_a_reader_that_takes_nothing_is_answered(tmp_path):
    done = limited("priors", "show", "skeptic", "--json", to=Path("/dev/full"))
    assert done.returncode == 2
    assert "No space left" in done.stderr
    assert "Traceback" not in done.stderr


def test_too_little_space_is_said_before_a_fit(tmp_path):
    check_target(tmp_path, folder=True, needs=0)
    with pytest.raises(
        ForkModelError, match=r"MB of free space, and about \d+ MB will be written.*fewer draws"
    ):
        check_target(tmp_path / "new", folder=True, needs=2**62)
    assert list(tmp_path.iterdir()) == []
    # A fit of the default length of the bundled tables has 39 MB.
    assert 2e7 < fit_bytes(Sampling()) < 6e7


def test_a_store_under_a_file_is_refused_before_anything_is_read(tmp_path):
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    done = limited("forecast", tmp_path / "none.nc", "--store", tmp_path / "file" / "w.zarr")
    assert done.returncode == 2
    assert "is a file, so nothing can be written below it" in done.stderr
    assert [path.name for path in tmp_path.rglob("*")] == ["file"]
