"""Revenue, value in three definitions, layers, and the open stack's partition among hosts."""

from __future__ import annotations

import numpy as np
import xarray as xr

from forkmodel.data.panel_catalogue import ACCESS
from forkmodel.market import partition_from_uniforms, total_compensating_variation
from forkmodel.model.choice import ChoicePaths
from forkmodel.model.demand import SEGMENTS, DemandDesign, price_coefficients
from forkmodel.model.open_stack import stick_breaking
from forkmodel.model.ops import ArrayOps
from forkmodel.model.price import paid_over_list
from forkmodel.model.shares import segment_weights
from forkmodel.results.paths_shares import parts

__all__ = ["DEFINITIONS", "LAYERS", "host_partition", "loss_of_each_tier", "surplus_of_tier", "value_paths"]

DEFINITIONS = ("narrow", "broad", "welfare")
LAYERS = ("developer", "host", "integrator")
USD_PER_BILLION = 1e9
#: Sticks of the partition that are drawn one by one; what remains is dust, in which nobody is large.
N_STICKS = 120
#: Offers that the other tier needs for the loss of one to be valued.
FEWEST_ALTERNATIVES = 5
#: Smallest share that a tier is left with in a segment when its loss is valued.
TRACE = 1e-9


def host_partition(value: dict[str, np.ndarray], n_known: int, uniforms: np.ndarray) -> xr.Dataset:
    """Return the partition of open money among hosts, in size-biased order, the known hosts first.

    After ``n_known`` sticks the rest of a Pitman-Yor partition is again Pitman-Yor, with strength
    ``theta + n_known d``; its sticks come from ``uniforms`` so that the same seed gives the same hosts.

    Parameters
    ----------
    value : dict
        Draws of the value block.
    n_known : int
        Number of sampled sticks.
    uniforms : array (draw, N_STICKS)
        Uniform random numbers, one row per draw.

    Returns
    -------
    Dataset
        ``share`` (draw, host), ``dust`` (draw,), what all sticks leave, and ``dust_squares`` (draw,), the
        expected squares within it; see :func:`forkmodel.market.partition_concentration`.
    """
    discount, strength = value["value.partition_discount"], value["value.partition_strength"]
    known, rest = stick_breaking(ArrayOps(), [value[f"value.stick_{i + 1}"] for i in range(n_known)])
    tail = partition_from_uniforms(
        xr.DataArray(discount, dims="draw"),
        xr.DataArray(strength + n_known * discount, dims="draw"),
        xr.DataArray(uniforms, dims=("draw", "host")),
        dim="host",
    ).drop_vars("host")
    left = xr.DataArray(rest, dims="draw")
    first = xr.DataArray(known, dims=("draw", "host"))
    share = xr.concat([first, (left * tail["share"]).transpose("draw", "host")], dim="host")
    return xr.Dataset({"share": share, "dust": left * tail["dust"], "dust_squares": tail["dust_squares"]})


def surplus_of_tier(
    paths: ChoicePaths, design: DemandDesign, value: dict[str, np.ndarray], spend: np.ndarray
) -> np.ndarray:
    """Return the consumer surplus (draw, month, access) that each tier adds, in units of ``spend``.

    It is what buyers would lose if the tier vanished and the other stayed, so the two do not add up to the
    surplus of the market. Where the other tier has hardly any offer there is nothing to fall back on and no
    finite answer: those months are NaN. A tier without offers adds nothing. See
    :func:`forkmodel.market.surplus.compensating_variation`.

    Parameters
    ----------
    paths, design, value
        Shares on cells, index arrays and draws of the free variables.
    spend : array (draw, month)
        Spend of the whole market.
    """
    ops = ArrayOps()
    month, n_months = design.cell_month, len(design.months)
    wedge = paid_over_list(ops, value, design.cell_open)
    tiers, paid = [], []
    for share in (paths.enterprise_frontier_share, paths.enterprise_threshold_share):
        tiers.append(ops.group_sum(share * design.cell_open, month, n_months))
        paid.append(ops.group_sum(share * wedge * design.price_usd_per_mtok, month, n_months))
    money = segment_weights(paths.mix_enterprise) * np.stack(paid, axis=-1)
    by_segment = spend[..., None] * parts(money, money.sum(-1, keepdims=True))
    surplus = loss_of_each_tier(np.stack(tiers, axis=-1), by_segment, value)
    open_offers = np.bincount(month, weights=design.cell_open, minlength=n_months)
    closed_offers = np.bincount(month, weights=1.0 - design.cell_open, minlength=n_months)
    for tier, (own, other) in enumerate(((closed_offers, open_offers), (open_offers, closed_offers))):
        surplus[:, other < FEWEST_ALTERNATIVES, tier] = np.nan
        surplus[:, own == 0, tier] = 0.0
    return surplus


def loss_of_each_tier(opened: np.ndarray, by_segment: np.ndarray, value: dict[str, np.ndarray]) -> np.ndarray:
    """Return what buyers would lose with each tier (draw, time, access), in the currency of the spend.

    Parameters
    ----------
    opened : array (draw, time, segment)
        Open part of each segment's tokens.
    by_segment : array (draw, time, segment)
        Spend of each segment.
    value : dict
        Draws of the price coefficients and the category elasticity.
    """
    # A tier that serves nearly all of a segment has no finite replacement cost: leave the other a trace.
    opened = np.clip(opened, TRACE, 1.0 - TRACE)
    labels = {"segment": list(SEGMENTS)}
    shares = xr.DataArray(
        np.stack([1.0 - opened, opened], axis=-1),
        dims=("draw", "time", "segment", "access"),
        coords={**labels, "access": list(ACCESS)},
    )
    eta = xr.DataArray(np.stack(price_coefficients(value), axis=-1), dims=("draw", "segment"), coords=labels)
    budget = xr.DataArray(by_segment, dims=("draw", "time", "segment"), coords=labels)
    response = xr.DataArray(value["spend.category_elasticity"], dims="draw")
    lost = [
        total_compensating_variation(budget, shares, eta, [access], response, product_dim="access")
        for access in ACCESS
    ]
    return np.stack([loss.transpose("draw", "time").to_numpy() for loss in lost], axis=-1)


def value_paths(
    value: dict[str, np.ndarray], closed: np.ndarray, opened: np.ndarray, surplus: np.ndarray
) -> dict[str, np.ndarray]:
    """Compute value by definition and layer.

    Parameters
    ----------
    value : dict
        Draws of the value block.
    closed, opened : array (draw, time)
        Closed revenue and hosted open revenue, billion USD per year.
    surplus : array (draw, time, access)
        Consumer surplus of each tier, billion USD per year.

    Returns
    -------
    dict
        ``value`` (draw, time, access, definition) and ``value_layer`` (draw, time, access, layer), USD per
        year; layers sum to the broad definition.
    """
    broad = opened * value["value.broad_ratio"][:, None]
    nothing = np.zeros_like(closed)
    royalty = value["value.developer_royalty"][:, None] * opened
    # Integrators take their part of what lies beyond hosted inference, so the hosts' part is never negative.
    integrator = value["value.integrator_share"][:, None] * np.maximum(broad - opened, 0.0)
    by_definition = np.stack(
        [
            np.stack([closed, closed, closed + surplus[:, :, 0]], axis=-1),
            np.stack([opened, broad, broad + surplus[:, :, 1]], axis=-1),
        ],
        axis=-2,
    )
    by_layer = np.stack(
        [
            np.stack([closed, nothing, nothing], axis=-1),
            np.stack([royalty, broad - royalty - integrator, integrator], axis=-1),
        ],
        axis=-2,
    )
    return {"value": by_definition * USD_PER_BILLION, "value_layer": by_layer * USD_PER_BILLION}
