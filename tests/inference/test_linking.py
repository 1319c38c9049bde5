"""A density that is called through its address is the same density, and one that fails is noticed."""

from __future__ import annotations

import numpy as np
import nutpie
import pymc as pm
import pytensor.tensor as pt
import pytest
from pytensor.raise_op import Assert

from forkmodel.inference.geometry.moved import LOGP_TYPE, gradients_at
from forkmodel.inference.linking import linked_by_address


@pytest.fixture(scope="module")
def compiled():
    """A density with data of which nothing is known below one."""
    with pm.Model() as model:
        x = pm.Normal("x", shape=3)
        pm.Normal("y", x, observed=pm.Data("seen", [0.5, 1.0, 2.0]))
        pm.Potential("bound", Assert("too large")(0.0 * x[0], pt.lt(x[0], 1.0)))
    with linked_by_address():
        return nutpie.compile_pymc_model(model, backend="numba")


def density(compiled, point):
    """Return the status, the log density and the gradient at a point."""
    gradient, logp = np.empty_like(point), np.empty(1)
    arrays = [array.ctypes.data for array in (point, gradient, logp, compiled.user_data)]
    return LOGP_TYPE(compiled.compiled_logp_func.address)(point.size, *arrays), logp[0], gradient


def test_density_and_gradient_are_those_of_the_model(compiled):
    point = np.array([0.1, -0.3, 0.8])
    status, logp, gradient = density(compiled, point)
    seen = np.array([0.5, 1.0, 2.0])
    assert status == 0
    np.testing.assert_allclose(
        logp, -0.5 * (point @ point + (seen - point) @ (seen - point)) - 3 * np.log(2 * np.pi)
    )
    np.testing.assert_allclose(gradient, seen - 2 * point)
    np.testing.assert_array_equal(gradients_at(compiled, point[None])[0], gradient)


def test_other_data_are_seen(compiled):
    _, _, gradient = density(compiled.with_data(seen=np.zeros(3)), np.array([0.1, -0.3, 0.8]))
    np.testing.assert_allclose(gradient, [-0.2, 0.6, -1.6])


def test_a_density_that_raises_returns_a_status_that_the_sampler_turns_back_from(compiled):
    status, _, _ = density(compiled, np.array([1.5, 0.0, 0.0]))
    assert status > 0
    again, _, _ = density(compiled, np.array([0.5, 0.0, 0.0]))
    assert again == 0
