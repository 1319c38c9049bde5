"""Golden posteriors. Do NOT make them anew unless you have intentionally changed the mathematics.

If this fails after a change of code that should not matter, it matters.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import forkmodel as fm
from forkmodel.validate.golden import GOLDEN, agreement, load_golden

GOLDEN_FOLDER = Path(__file__).parents[1] / "golden"


@pytest.mark.parametrize("name", ["golden_money", "golden_capability"])
def test_a_fit_agrees_with_the_reference_draws(name, request):
    golden, fit = request.getfixturevalue(name)
    assert fit.sample_stats["diverging"].mean() < 0.02
    table = agreement(fit.result, golden)
    for kind in ("mean_z", "sd_z"):
        z = table[kind].to_numpy()
        assert np.abs(z).max() < 5.0, table.sort_values(kind, key=abs).tail(3)
        # Were the errors right and the posteriors equal, squares would average to one.
        assert np.mean(z**2) < 2.5


def test_another_posterior_is_told_apart(golden_money):
    golden, fit = golden_money
    moved = golden.draws.assign({"spend.growth": golden.draws["spend.growth"] + 0.1})
    table = agreement(fit.result, type(golden)(**{**golden.__dict__, "draws": moved})).set_index("parameter")
    assert abs(table.loc["spend.growth", "mean_z"]) > 5.0


@pytest.mark.parametrize("name", list(GOLDEN))
def test_the_files_have_posteriordbs_shape(name):
    full = f"{name}-2026-07"
    posterior = json.loads((GOLDEN_FOLDER / "posteriors" / f"{full}-forkmodel.json").read_text())
    assert posterior["data_name"] == full
    golden = load_golden(name, GOLDEN_FOLDER)
    info = golden.info
    assert set(posterior["dimensions"]) == set(golden.draws.data_vars)
    assert info["diagnostics"]["ndraws"] == golden.draws.sizes["chain"] * golden.draws.sizes["draw"] == 10_000
    assert info["checks_made"]["ndraws_is_10k"]
    assert info["checks_made"]["r_hat_below_1_01"]
    assert min(info["diagnostics"]["effective_sample_size_bulk"]) > 1000
    assert {"pymc", "nutpie", "forkmodel"} <= set(info["versions"])


def test_an_unknown_name_is_answered(tmp_path):
    with pytest.raises(fm.FitFileError, match="no golden posterior 'none'"):
        load_golden("none", tmp_path)
