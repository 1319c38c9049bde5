"""What holds of the project as a whole: quick imports, honest metadata, nothing that should not be there."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import forkmodel as fm
from forkmodel.observations.registry import OBSERVATIONS

ROOT = Path(__file__).resolve().parents[1]
CODE = sorted((ROOT / "forkmodel").rglob("*.py"))


def test_import_loads_no_heavy_package():
    code = "import forkmodel, sys; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert not loaded & {"pymc", "pytensor", "arviz", "preliz", "nutpie", "pandas", "xarray", "altair"}


def test_every_public_name_exists_and_is_documented():
    for name in fm.__all__:
        found = getattr(fm, name)
        if name != "__version__":
            assert found.__doc__, name
    assert set(dir(fm)) == set(fm.__all__)
    with pytest.raises(AttributeError, match="nothing"):
        _ = fm.nothing


def test_report_stays_the_function_after_the_package_of_that_name_is_loaded():
    import forkmodel.report  # noqa: F401

    assert callable(fm.report)


def test_the_version_is_stated_once():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == fm.__version__
    assert f"[{fm.__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_lock_file_pins_with_hashes_and_holds_no_address():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pins = re.findall(r"^[a-z0-9][\w.\-]*==[^\s;\\]+", lock, flags=re.MULTILINE)
    assert len(pins) > 50
    assert lock.count("--hash=sha256:") >= len(pins)
    assert "://" not in lock
    assert not (ROOT / "uv.lock").exists()


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_is_long_or_runs_text(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 460
    assert not re.search(r"\b(eval|exec)\(|\bpickle\b|\bmarshal\b", text.replace(".eval(", "")), path
    assert not re.search(r"TODO|FIXME|XXX", text)


def test_no_tracked_file_holds_an_address_of_one_machine():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    # In a copy without git, the package and its neighbours are looked at instead.
    names = listed.stdout.split("\0")[:-1] or [
        str(p.relative_to(ROOT)) for p in [*CODE, *(ROOT / "priors").iterdir()]
    ]
    machine = re.compile(
        r"(?<![\w.])/(?:home|work|root|Users)/|\bfile://|\b(?:index|registry)[\w-]*\.\w+.*/simple\b"
    )
    for name in names:
        path = ROOT / name
        if (
            path.is_file()
            and path != Path(__file__).resolve()
            and path.suffix not in {".png", ".nc", ".zip", ".gz"}
        ):
            found = machine.search(path.read_text(encoding="utf-8"))
            # The snapshot's own test names the paths it must not hold.
            assert found is None or name == "tests/data/test_snapshot.py", (name, found)


def test_the_wheel_holds_data_and_priors(tmp_path):
    from hatchling.builders.wheel import WheelBuilder

    (wheel,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    names = set(zipfile.ZipFile(wheel).namelist())
    for wanted in (
        "forkmodel/_priors/reference.toml",
        "forkmodel/_priors/skeptic.toml",
        "forkmodel/_priors/advocate.toml",
        "forkmodel/data/snapshot/scores.csv",
        "forkmodel/data/snapshot/vintage.txt",
        "forkmodel/report/templates/page.html",
        "forkmodel/bundled/forecast.nc",
        "forkmodel/py.typed",
    ):
        assert wanted in names
    package = {
        str(path.relative_to(ROOT)) for path in (ROOT / "forkmodel").rglob("*") if path.suffix == ".csv"
    }
    assert package <= names
    assert not [name for name in names if name.startswith("tests/")]


PAGES = sorted(str(path.relative_to(ROOT)) for path in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])


@pytest.mark.parametrize("page", PAGES)
def test_pages_point_to_what_exists(page):
    path = ROOT / page
    text = path.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        if "://" not in target:
            assert (path.parent / target).exists(), target
    for target in re.findall(r"`((?:forkmodel|tests|docs|scripts|benchmarks)/[\w/.-]+)`", text):
        assert (ROOT / target).exists(), target


def test_the_data_page_states_the_numbers_as_they_are(market, panel):
    page = (ROOT / "docs" / "data.md").read_text(encoding="utf-8")
    stated = {
        name: int(size) for name, size in re.findall(r"^\| ([\w ]+) \| (\d+) \|", page, flags=re.MULTILINE)
    }
    sizes = {each.label: panel.rows[each.name].sizes[each.dim] for each in OBSERVATIONS}
    sizes["offers"] = panel.cells.sizes["cell"]
    tables = {name: len(frame) for name, frame in market.tables().items()}
    # Scores and adoption head a line in both tables of the page; the later one is the panel's.
    assert stated == tables | sizes
    assert f"| scores | {tables['scores']} |" in page
    assert f"| adoption | {tables['adoption']} |" in page
    assert str(market.vintage.date()) in page


@pytest.mark.parametrize("script", sorted((ROOT / "notebooks").glob("*.py")), ids=lambda path: path.stem)
def test_a_notebook_and_its_script_say_the_same(script):
    import jupytext

    notebook = jupytext.read(script.with_suffix(".ipynb"))
    assert [cell.source for cell in notebook.cells] == [cell.source for cell in jupytext.read(script).cells]
    outputs = [cell.outputs for cell in notebook.cells if cell.cell_type == "code"]
    assert all(item["output_type"] != "error" for cell in outputs for item in cell)
    assert any(outputs)
