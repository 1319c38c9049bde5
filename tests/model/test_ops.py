"""The same operation on symbols and on draws, also where one of its steps leaves the range of a float."""

from __future__ import annotations

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from forkmodel.model.ops import ArrayOps, TensorOps

#: Draws from the prior reach logits of thousands; ``exp(709)`` is the largest that a float holds.
LOGITS = np.array([-5000.0, -745.0, -30.0, -1.0, 0.0, 1e-9, 1.0, 30.0, 745.0, 5000.0])


@pytest.mark.parametrize("name", ["sigmoid", "softplus"])
def test_symbols_and_draws_agree_at_any_size(name):
    x = pt.dvector()
    compiled = pytensor.function([x], getattr(TensorOps(), name)(x), mode="FAST_COMPILE")
    found = getattr(ArrayOps(), name)(LOGITS)
    # Each takes two or three operations, each exact to a unit in the last place.
    np.testing.assert_allclose(found, compiled(LOGITS), rtol=4 * np.finfo(float).eps, atol=1e-300)


def test_sigmoid_keeps_its_symmetry_and_its_limits():
    ops = ArrayOps()
    np.testing.assert_allclose(ops.sigmoid(LOGITS) + ops.sigmoid(-LOGITS), 1.0, rtol=2 * np.finfo(float).eps)
    assert ops.sigmoid(np.array([-5000.0, 5000.0])).tolist() == [0.0, 1.0]
    assert ops.sigmoid(np.array([-700.0])) > 0.0
