"""Small random markets, and an independent way to get quantities from prices that the tests differentiate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

SEGMENTS = ["frontier", "threshold"]


@dataclass
class World:
    """One market: everything demand needs, labelled."""

    quality: xr.DataArray
    eta: xr.DataArray
    price: xr.DataArray
    weights: xr.DataArray
    owners: xr.DataArray
    access: xr.DataArray

    @property
    def utility(self) -> xr.DataArray:
        return self.quality - self.eta * np.log(self.price)


def random_world(seed: int, models: int = 6, draws: int = 3, eta: tuple[float, float] = (1.8, 3.0)) -> World:
    rng = np.random.default_rng(seed)
    names = [f"m{number}" for number in range(models)]
    firms = [f"f{number % max(2, models // 2)}" for number in range(models)]
    classes = ["closed" if number < (models + 1) // 2 else "open" for number in range(models)]
    coords = {"draw": np.arange(draws), "segment": SEGMENTS, "model": names}

    def random(*dims: str) -> xr.DataArray:
        shape = [len(coords[dim]) for dim in dims]
        return xr.DataArray(rng.normal(size=shape), dims=dims, coords={dim: coords[dim] for dim in dims})

    weight = xr.DataArray(rng.uniform(0.2, 0.8, draws), dims="draw", coords={"draw": coords["draw"]})
    weights = xr.concat([weight, 1.0 - weight], dim="segment").assign_coords(segment=SEGMENTS)
    return World(
        quality=random("draw", "segment", "model"),
        eta=xr.DataArray(list(eta), dims="segment", coords={"segment": SEGMENTS})
        * np.exp(0.1 * random("draw")),
        price=np.exp(0.5 * random("draw", "model")),
        weights=weights,
        owners=xr.DataArray(firms, dims="model", coords={"model": names}),
        access=xr.DataArray(classes, dims="model", coords={"model": names}),
    )


def quantities(
    world: World,
    draw: int,
    price: np.ndarray,
    category: float = 0.0,
    outside: bool = False,
    alpha: np.ndarray | None = None,
) -> np.ndarray:
    """Return quantities at any (also complex) prices, written afresh; ``alpha`` asks for the level form."""
    quality = world.quality.isel(draw=draw).transpose("segment", "model").values
    eta = world.eta.isel(draw=draw).values
    weights = world.weights.isel(draw=draw).values
    total = np.zeros(price.shape, dtype=complex)
    for segment in range(len(eta)):
        if alpha is None:
            value = quality[segment] - eta[segment] * np.log(price)
        else:
            value = quality[segment] + alpha[segment] * price
        weight = np.exp(value)
        everything = weight.sum() + (1.0 if outside else 0.0)
        index = everything ** (-1.0 / eta[segment])
        total += weights[segment] * index ** (-category) * weight / everything
    return total


def log_price_jacobian(world: World, draw: int, **options: object) -> np.ndarray:
    """Return ``dq_j / dlog p_k`` by the complex step: a finite difference without rounding error."""
    price = world.price.isel(draw=draw).values.astype(complex)
    step = 1e-30
    columns = []
    for k in range(price.size):
        moved = price.copy()
        moved[k] *= np.exp(1j * step)
        columns.append(quantities(world, draw, moved, **options).imag / step)
    return np.stack(columns, axis=1)


def category_weights(world: World, category: float, outside: bool = False) -> xr.DataArray:
    """Return segment weights at the world's prices, once totals have responded to the price index."""
    weight = np.exp(world.utility).sum("model") + (1.0 if outside else 0.0)
    size = world.weights * weight ** (category / world.eta)
    return size / size.sum("segment")
