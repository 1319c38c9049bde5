"""Partitions whose concentration is known."""

from __future__ import annotations

import xarray as xr

from forkmodel.market import partition_from_uniforms


def expected_hhi(discount, strength):
    """Mean HHI of a Pitman-Yor partition: 10,000 times the chance that two draws meet."""
    return 1e4 * (1.0 - discount) / (1.0 + strength)


def sample_partition(discount, strength, sticks, rng, dim="firm"):
    draws = xr.broadcast(*(xr.DataArray(value) for value in (discount, strength)))[0].sizes
    uniforms = xr.DataArray(rng.random((*draws.values(), sticks)), dims=(*draws, dim))
    return partition_from_uniforms(discount, strength, uniforms, dim=dim)
