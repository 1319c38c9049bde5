"""Diagnostics of chains: those of ArviZ, for all elements at once."""

import arviz as az
import numpy as np
import pytest
import xarray as xr

from forkmodel.inference.mixing import BATCH, mixing


def chains(draws, n_chains=4, elements=BATCH + 9, seed=0):
    """Return paths between white noise and slow walks, some of them odd, in two variables."""
    rng = np.random.default_rng(seed)
    noise = rng.standard_normal((n_chains, draws, elements))
    memory = np.linspace(-0.7, 0.98, elements)
    path = np.zeros_like(noise)
    for step in range(1, draws):
        path[:, step] = memory * path[:, step - 1] + noise[:, step]
    path[0, :, 3] += 2.0
    path[:, :, 4] = 1.5
    path[-1, 2, 5] = np.nan
    path[:, :, 6] = path[:, :, 6] > 0.5
    path[:, :, 7] = np.exp(5.0 * path[:, :, 7])
    return xr.Dataset(
        {"many": (("chain", "draw", "element"), path), "one": (("chain", "draw"), path[:, :, 0])},
        coords={"element": [f"e{i}" for i in range(elements)]},
    )


@pytest.mark.parametrize(("draws", "n_chains"), [(250, 4), (101, 2), (7, 4), (4, 3), (3, 4), (60, 1)])
def test_diagnostics_are_those_of_arviz(draws, n_chains):
    data = chains(draws, n_chains)
    found = mixing(data)
    with np.errstate(all="ignore"):
        wanted = {
            "rhat": az.rhat(data),
            "bulk": az.ess(data, method="bulk"),
            "tail": az.ess(data, method="tail"),
        }
    for kind, theirs in wanted.items():
        mine = getattr(found, kind)
        assert set(mine) == set(theirs)
        for name in theirs:
            assert mine[name].dims == theirs[name].dims
            np.testing.assert_allclose(mine[name], theirs[name], rtol=1e-10, err_msg=f"{kind} of {name}")
