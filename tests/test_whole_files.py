"""Files come whole or not at all, and folders of files all at once."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import forkmodel as fm
from forkmodel.whole_files import UNFINISHED, put_in_place, staged_files, whole_file, write_whole

NAMES = ["a.nc", "b.html", "c.json"]


def held(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_failed_write_leaves_nothing_behind_not_even_a_folder(tmp_path):
    target = tmp_path / "new" / "deep" / "file.txt"
    with pytest.raises(OSError, match="full"), whole_file(target):
        raise OSError("full")
    assert list(tmp_path.iterdir()) == []


def test_a_failed_write_keeps_what_was_there(tmp_path):
    target = tmp_path / "file.txt"
    write_whole(target, "old")

    def fail():
        with whole_file(target) as temporary:
            temporary.write_text("new", encoding="utf-8")
            raise OSError("full")

    with pytest.raises(OSError, match="full"):
        fail()
    assert held(tmp_path) == {"file.txt": "old"}
    write_whole(target, b"\x00bytes")
    assert target.read_bytes() == b"\x00bytes"


def test_a_folder_replaces_an_older_one_whole_or_not_at_all(tmp_path):
    old, new = tmp_path / "store", tmp_path / "new"
    write_whole(old / "deep" / "a", "old")
    with pytest.raises(FileNotFoundError):
        put_in_place(new, old)
    assert held(tmp_path) == {"store/deep/a": "old"}
    write_whole(new / "b", "new")
    put_in_place(new, old)
    assert held(tmp_path) == {"store/b": "new"}
    assert list(tmp_path.iterdir()) == [old]


def test_files_that_belong_together_replace_older_ones_together(tmp_path):
    for name in NAMES:
        write_whole(tmp_path / name, "old")
    write_whole(tmp_path / "other.txt", "mine")
    with staged_files(tmp_path, NAMES) as waiting:
        write_whole(waiting / "a.nc", "new")
        assert held(tmp_path)["a.nc"] == "old"
        write_whole(waiting / "b.html", "new")
    # What the new run did not make belonged to the old one.
    assert held(tmp_path) == {"a.nc": "new", "b.html": "new", "other.txt": "mine"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.nc", "b.html", "other.txt"]


@pytest.mark.parametrize("keep", [True, False])
def test_a_failure_keeps_the_old_files_and_what_was_made_if_that_is_wanted(tmp_path, keep):
    for name in NAMES:
        write_whole(tmp_path / name, "old")

    def fail():
        with staged_files(tmp_path, NAMES, keep=keep) as waiting:
            write_whole(waiting / "a.nc", "new")
            raise ValueError("late")

    with pytest.raises(ValueError, match="late"):
        fail()
    assert held(tmp_path) == {
        **dict.fromkeys(NAMES, "old"),
        **({f"{UNFINISHED}/a.nc": "new"} if keep else {}),
    }
    # The next attempt begins afresh.
    with staged_files(tmp_path, NAMES) as waiting:
        assert not list(waiting.iterdir())
        write_whole(waiting / "c.json", "newer")
    assert held(tmp_path) == {"c.json": "newer"}


def test_an_early_failure_leaves_no_folder(tmp_path):
    with pytest.raises(ValueError, match="early"), staged_files(tmp_path / "x" / "out", NAMES):
        raise ValueError("early")
    assert list(tmp_path.iterdir()) == []


def test_a_swap_that_fails_half_way_is_undone(tmp_path, monkeypatch):
    for name in NAMES:
        write_whole(tmp_path / name, "old")
    rename, done = Path.rename, []

    def fail_at_the_fifth(self, target):
        done.append(target)
        if len(done) == 5:
            raise OSError(errno.EIO, "disk fault")
        return rename(self, target)

    def swap():
        with staged_files(tmp_path, NAMES) as waiting:
            for name in NAMES:
                write_whole(waiting / name, "new")
            monkeypatch.setattr(Path, "rename", fail_at_the_fifth)

    with pytest.raises(OSError, match="disk fault"):
        swap()
    monkeypatch.undo()
    assert {name: held(tmp_path)[name] for name in NAMES} == dict.fromkeys(NAMES, "old")
    assert {name: held(tmp_path)[f"{UNFINISHED}/{name}"] for name in NAMES} == dict.fromkeys(NAMES, "new")


@pytest.fixture
def small_disk(tmp_path):
    """A file system of two megabytes, where one can be mounted."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = shutil.which("mount")
    if mount is None or os.geteuid() != 0:
        pytest.skip("only root can mount a small file system")
    done = subprocess.run(
        [mount, "-t", "tmpfs", "-o", "size=2m", "tmpfs", place], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip("no file system can be mounted here")
    yield place
    subprocess.run(["umount", place], check=True)


def test_a_forecast_onto_a_full_disk_is_one_error_and_leaves_nothing(small_disk):
    noise = np.random.default_rng(1).normal(size=(2, 200, 20, 100))
    times = np.arange("2023-01", "2028-01", 3, dtype="datetime64[M]").astype("datetime64[ns]")
    worlds = xr.Dataset({"hhi": (("chain", "draw", "time", "scope"), noise)}, coords={"time": times})
    forecast = fm.Forecast(worlds, xr.Dataset(), {"horizon": "2027-12-31"})
    with pytest.raises(OSError, match="No space left") as caught:
        forecast.save(small_disk / "f.nc")
    assert caught.value.errno == errno.ENOSPC
    assert list(small_disk.iterdir()) == []
    write_whole(small_disk / "small.txt", "there is room again")
