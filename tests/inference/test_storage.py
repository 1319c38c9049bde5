"""Saved fits: tables come back as they were, and nothing in the file is trusted before it is checked."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest
import xarray as xr

import forkmodel as fm
from forkmodel.data.texts import market_from_texts, table_text
from forkmodel.formats import FILE_FORMAT
from forkmodel.inference.geometry.bundled import bundled_metric
from forkmodel.inference.storage import save
from forkmodel.seals import FIT, LINE, write_sealed

ODD_NAMES = ("NA", "null", "None", "n/a", "nan", "1e5", "007", "true", 'a "b", c')


@pytest.fixture(scope="module")
def odd_market(market):
    """The snapshot with models whose names a guessing reader takes for something else."""
    model = market.models.tail(1)
    models, prices = [market.models], [market.prices]
    for name in ODD_NAMES:
        models.append(model.assign(model_id=name, name=name, developer=name))
        start = model["release_date"].iloc[0]
        prices.append(
            market.prices.head(1).assign(
                model_id=name, seller="nil", seller_kind="host", effective_from=start, note="NA"
            )
        )
    tables = {**market.tables(), "models": pd.concat(models), "prices": pd.concat(prices)}
    tables["prices"]["effective_to"] = tables["prices"]["effective_to"].where(
        ~tables["prices"]["seller"].eq("nil")
    )
    return fm.Market.from_tables(tables, market.vintage)


@pytest.fixture(scope="module")
def saved(odd_market, tmp_path_factory):
    path = tmp_path_factory.mktemp("odd") / "fit.nc"
    fm.ForkModel(odd_market, blocks=["adoption"]).prior(draws=4).save(path)
    return path


def test_tables_survive_as_text(odd_market):
    texts = {name: table_text(odd_market, name) for name in odd_market.tables()}
    back = market_from_texts(texts, odd_market.vintage)
    assert back.content_hash == odd_market.content_hash
    for name, frame in odd_market.tables().items():
        pd.testing.assert_frame_equal(getattr(back, name), frame)


def test_a_saved_fit_keeps_odd_names(odd_market, saved):
    back = fm.load(saved)
    assert back.data.content_hash == odd_market.content_hash
    assert set(ODD_NAMES) <= set(back.data.models["model_id"])


def _sealed(path: Path) -> None:
    """Seal an edited file anew: what stands behind the seal has to be checked too."""
    write_sealed(path, LINE.sub(b"", path.read_bytes()), FIT, FILE_FORMAT)


def _set(name: str, value: object) -> Callable[[h5py.File], None]:
    def edit(file: h5py.File) -> None:
        file.attrs[name] = value

    return edit


def _drop(name: str) -> Callable[[h5py.File], None]:
    def edit(file: h5py.File) -> None:
        del file.attrs[name]

    return edit


def _spec(**changes: object) -> Callable[[h5py.File], None]:
    def edit(file: h5py.File) -> None:
        file.attrs["spec"] = json.dumps({**json.loads(file.attrs["spec"]), **changes})

    return edit


def _table(name: str, old: str, new: str) -> Callable[[h5py.File], None]:
    def edit(file: h5py.File) -> None:
        cell = file["tables"][name]
        text = cell[()].decode()
        assert old in text
        cell[()] = text.replace(old, new, 1)

    return edit


def _prior(file: h5py.File) -> None:
    priors = json.loads(file.attrs["priors"])
    next(iter(priors["priors"].values()))["params"]["mu"] = 9.0
    file.attrs["priors"] = json.dumps(priors)


DAMAGES = {
    "spec is no JSON": _set("spec", "{not json"),
    "spec is a list": _set("spec", "[]"),
    "spec is empty": _set("spec", "{}"),
    "blocks are text": _spec(blocks="adoption"),
    "no such block": _spec(blocks=["adoptoin"]),
    "seed is text": _spec(seed="one"),
    "unknown option": _spec(options={"zzz": 1}),
    "option of another type": _spec(options={"line_minimum": "four"}),
    "options are a list": _spec(options=[]),
    "priors are a list": _set("priors", "[]"),
    "priors are no JSON": _set("priors", "nothing"),
    "priors hold nothing": _set("priors", '{"name": "x", "priors": {"a.b": {}}}'),
    "priors were edited": _prior,
    "vintage is no date": _set("vintage", "soon"),
    "vintage is a number": _set("vintage", 20260731),
    "vintage is another": _set("vintage", "2026-07-30"),
    "format is text": _set("forkmodel_file_format", "three"),
    "format is another": _set("forkmodel_file_format", 99),
    "versions are no JSON": _set("versions", ""),
    "timings are a list": _set("timings", "[1]"),
    "no hash": _drop("data_hash"),
    "another hash": _set("data_hash", "0" * 64),
    "no seed": _drop("spec"),
    "a cell was edited": _table("revenue", "19000000000", "91000000000"),
    "a cell is no number": _table("revenue", "19000000000", "many"),
    "a name was edited": _table("models", "\nNA,NA,NA,", "\nNB,NA,NA,"),
    "a table is empty": _table("sources", "source_id", "sauce_id"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_or_edited_file_is_refused_in_words(saved, tmp_path, damage):
    path = shutil.copy(saved, tmp_path / "broken.nc")
    with h5py.File(path, "r+") as file:
        DAMAGES[damage](file)
    for seal in (lambda _: None, _sealed):
        seal(path)
        with pytest.raises(fm.FitFileError, match="Fit again"):
            fm.load(path)


@pytest.fixture(scope="module")
def shaped(market, tmp_path_factory):
    """A file with a metric, as fits of large models have."""
    drawn = fm.ForkModel(market, blocks=["adoption"]).prior(draws=4)
    path = tmp_path_factory.mktemp("shaped") / "fit.nc"
    save(replace(drawn.result, metric=bundled_metric()), path, drawn.review())
    return path


def test_the_metric_of_a_fit_comes_back(shaped):
    back = fm.load(shaped).metric
    assert back.labels == bundled_metric().labels
    np.testing.assert_array_equal(back.direction, bundled_metric().direction)


def test_opening_a_fit_imports_neither_the_compiler_nor_the_sampler(shaped):
    code = (
        "import sys, forkmodel\n"
        "forkmodel.load(sys.argv[1]).metric\n"
        "heavy = {'numba', 'scipy.stats', 'pymc', 'pytensor', 'nutpie', 'arviz', 'arviz_stats'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    said = subprocess.run([sys.executable, "-c", code, shaped], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


@pytest.mark.parametrize(("name", "value"), [("scale", 0.0), ("variance", -1.0), ("centre", np.nan)])
def test_a_metric_that_is_none_is_refused(shaped, tmp_path, name, value):
    path = shutil.copy(shaped, tmp_path / "broken.nc")
    with h5py.File(path, "r+") as file:
        file["metric"][name][0] = value
    _sealed(path)
    with pytest.raises(fm.FitFileError, match="Fit again"):
        fm.load(path)


def test_every_observed_variable_is_saved(joint_model):
    tree = joint_model.prior(draws=2).to_datatree()
    assert set(tree["observed_data"].data_vars) == {var.name for var in joint_model.pymc_model.observed_RVs}
    for var in joint_model.pymc_model.observed_RVs:
        value = joint_model.pymc_model.rvs_to_values[var].eval()
        assert tree["observed_data"][var.name].shape == value.shape
        assert abs(tree["observed_data"][var.name].to_numpy() - value).max() == 0.0


def _relabelled(saved, path, change):
    """Copy a saved fit with other labels along one dimension of its draws."""
    with xr.open_datatree(saved, engine="h5netcdf") as opened:
        tree = opened.load()
    tree["posterior"] = xr.DataTree(change(tree["posterior"].to_dataset()))
    tree.to_netcdf(path, engine="h5netcdf")
    _sealed(path)
    return path


def test_draws_in_another_order_are_read_by_their_labels(saved, tmp_path):
    other = _relabelled(
        saved, tmp_path / "turned.nc", lambda free: free.isel(named_firm=slice(None, None, -1))
    )
    was, now = fm.load(saved), fm.load(other)
    xr.testing.assert_equal(was.posterior, now.posterior)
    xr.testing.assert_equal(was.revenue(), now.revenue())


def test_draws_with_labels_that_the_tables_do_not_give_are_refused(saved, tmp_path):
    def renamed(free):
        return free.assign_coords(named_firm=[f"{name} Inc." for name in free["named_firm"].to_numpy()])

    other = _relabelled(saved, tmp_path / "renamed.nc", renamed)
    with pytest.raises(fm.FitFileError, match="other labels along named_firm"):
        fm.load(other)
