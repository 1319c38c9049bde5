"""Line labelled arrays up by label, and turn ownership labels into sums.

Everything in :mod:`forkmodel.market` goes through these helpers first, so that no result depends on the order
in which models, firms, segments or draws happen to be stored, and so that a label missing on one side is an
error instead of a silently smaller market.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import ArrayLike

from forkmodel.errors import ForkModelError, did_you_mean

__all__ = [
    "Groups",
    "Numeric",
    "align_to",
    "as_array",
    "elementwise",
    "group_labels",
    "membership",
    "party_labels",
    "product_labels",
    "require_dims",
    "sum_by_group",
]

#: A labelled array or one number for all of it.
Numeric = xr.DataArray | float

#: Who owns which product: a one-dimensional array of labels over the products, or a mapping from product to
#: label.
Groups = xr.DataArray | Mapping[str, str]


def as_array(value: Numeric) -> xr.DataArray:
    """Return ``value`` as a labelled array; a plain number becomes an array without dims."""
    return value if isinstance(value, xr.DataArray) else xr.DataArray(float(value))


def elementwise(function: Callable[..., Any], *arrays: xr.DataArray, core: str | None = None) -> xr.DataArray:
    """Apply a numpy function to labelled arrays; ``core`` is a dim it gets as last axis and reduces."""
    dims = None if core is None else [[core]] * len(arrays)
    result: xr.DataArray = xr.apply_ufunc(function, *arrays, input_core_dims=dims)
    return result


def require_dims(array: xr.DataArray, name: str, *dims: str) -> None:
    """Raise unless ``array`` has every one of ``dims``.

    Raises
    ------
    ForkModelError
        If a dim is missing; the message names the dims that are there.
    """
    for dim in dims:
        if dim not in array.dims:
            have = [str(found) for found in array.dims]
            raise ForkModelError(f"{name} has no dim {dim!r}: its dims are {have}. {did_you_mean(dim, have)}")


def product_labels(array: xr.DataArray, dim: str) -> pd.Index:
    """Return the labels along ``dim``, or positions where the dim carries no labels."""
    index = array.indexes.get(dim)
    return pd.RangeIndex(array.sizes[dim]) if index is None else index


def align_to(reference: xr.DataArray, value: Numeric, name: str) -> xr.DataArray:
    """Return ``value`` with its shared dims in the label order of ``reference``.

    Parameters
    ----------
    reference : DataArray
        Array whose labels count.
    value : DataArray or float
        Array to reorder. Labels that the reference does not have are dropped; dims that the reference does
        not have are left alone and broadcast later.
    name : str
        What to call ``value`` in an error message.

    Returns
    -------
    DataArray
        ``value``, reordered and cut to the reference's labels.

    Raises
    ------
    ForkModelError
        If ``value`` lacks a label that the reference has, repeats a label, or (without labels) differs in
        length.
    """
    array = as_array(value)
    for dim in array.dims:
        if dim not in reference.dims:
            continue
        wanted, have = reference.indexes.get(dim), array.indexes.get(dim)
        if wanted is None or have is None:
            if array.sizes[dim] != reference.sizes[dim]:
                raise ForkModelError(
                    f"{name} has {array.sizes[dim]} entries along {dim!r} where {reference.sizes[dim]} are "
                    "needed. "
                    f"Give both arrays coordinates along {dim!r}, or the same length."
                )
        elif not wanted.equals(have):
            array = _select(array, dim, wanted, have, name)
    return array


def _select(array: xr.DataArray, dim: Hashable, wanted: pd.Index, have: pd.Index, name: str) -> xr.DataArray:
    """Take the wanted labels in the wanted order, or say which are missing."""
    if not have.is_unique:
        twice = sorted({str(label) for label in have[have.duplicated()]})
        raise ForkModelError(f"{name} repeats labels along {dim!r}: {twice[:5]}. Keep one entry per label.")
    position = have.get_indexer(wanted)
    if (position < 0).any():
        missing = [str(label) for label in wanted[position < 0]]
        more = "" if len(missing) <= 5 else f" and {len(missing) - 5} more"
        raise ForkModelError(
            f"{name} has no entry for {dim} {missing[:5]}{more}. Add them, or drop them everywhere."
        )
    return array.isel({dim: position})


def group_labels(groups: Groups, reference: xr.DataArray, dim: str) -> xr.DataArray:
    """Return the group of each product of ``reference``, in its order.

    Parameters
    ----------
    groups : DataArray or mapping
        Labels over ``dim`` only (for example a ``developer`` coordinate), or a mapping from product to label.
    reference : DataArray
        Array with dim ``dim``.
    dim : str
        Product dim.

    Returns
    -------
    DataArray
        Labels, dim ``dim``.

    Raises
    ------
    ForkModelError
        If a product has no group or the array has other dims.
    """
    require_dims(reference, "the array to group", dim)
    products = product_labels(reference, dim)
    if isinstance(groups, Mapping):
        missing = [str(product) for product in products if product not in groups]
        if missing:
            raise ForkModelError(
                f"groups has no entry for {dim} {missing[:5]}. Add one label for each {dim}."
            )
        labels = xr.DataArray([groups[product] for product in products], dims=dim, coords={dim: products})
    else:
        if groups.dims != (dim,):
            raise ForkModelError(
                f"groups has dims {groups.dims} where ({dim!r},) is needed: one label for each {dim}."
            )
        labels = align_to(reference, groups.reset_coords(drop=True), "groups")
    unknown = [str(product) for product, empty in zip(products, pd.isna(labels.values), strict=True) if empty]
    if unknown:
        raise ForkModelError(
            f"groups leaves {dim} {unknown[:5]} without a label. Name an owner for each of them."
        )
    return labels


def membership(groups: Groups, reference: xr.DataArray, dim: str, group_dim: str) -> xr.DataArray:
    """Return the 0/1 table of which product belongs to which group.

    Parameters
    ----------
    groups, reference, dim
        As in :func:`group_labels`.
    group_dim : str
        Name of the group dim.

    Returns
    -------
    DataArray
        Dims ``(group_dim, dim)``, groups in sorted order, as text.

    Raises
    ------
    ForkModelError
        As in :func:`group_labels`, or if ``group_dim`` is a dim of the reference already.
    """
    if group_dim in reference.dims:
        raise ForkModelError(
            f"{group_dim!r} is a dim of the array already. Choose another name for the groups."
        )
    labels = group_labels(groups, reference, dim)
    names, code = np.unique(labels.values.astype(str), return_inverse=True)
    table = (np.arange(names.size)[:, None] == code[None, :]).astype(float)
    coords = {group_dim: names.astype(object), dim: product_labels(reference, dim)}
    return xr.DataArray(table, dims=(group_dim, dim), coords=coords)


def party_labels(parties: Sequence[str], firms: ArrayLike) -> list[str]:
    """Return the merging firms, once they are at least two known and different ones.

    Parameters
    ----------
    parties : sequence of str
        Those who merge.
    firms : array-like
        Names of all firms of the market; a name may stand more than once.

    Raises
    ------
    ForkModelError
        If there are fewer than two, one is named twice, or one is unknown; the message names the nearest.
    """
    names = [str(party) for party in parties]
    known = sorted(set(np.asarray(firms).astype(str).tolist()))
    for name in names:
        if name not in known:
            raise ForkModelError(f"there is no firm {name!r} in this market. {did_you_mean(name, known)}")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ForkModelError(f"{twice[0]!r} cannot merge with itself. Name two firms.")
    if len(names) < 2:
        raise ForkModelError("a merger needs at least two firms. Name them, such as OpenAI,Anthropic.")
    return names


def sum_by_group(array: xr.DataArray, table: xr.DataArray, dim: str) -> xr.DataArray:
    """Sum ``array`` over ``dim`` within the groups of a membership ``table``; NaN counts as nothing."""
    bare = array.fillna(0.0).drop_vars(
        [name for name, coord in array.coords.items() if name != dim and dim in coord.dims]
    )
    if dim not in bare.indexes:
        table = table.drop_vars(dim)
    total: xr.DataArray = xr.dot(bare, table, dim=dim)
    return total
