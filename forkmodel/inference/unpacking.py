"""One operation that takes a packed vector apart, with a gradient that is one operation too.

Subtensors would be an operation a variable, and their gradients a vector of zeros for each and a sum.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.link.numba.cache import compile_numba_function_src
from pytensor.link.numba.dispatch.basic import numba_njit, register_funcify_default_op_cache_key
from pytensor.scalar import ScalarType, get_scalar_type

__all__ = ["unpack"]

type Shape = tuple[int, ...]


class Unpack(Op):  # type: ignore[misc]
    """Cut a vector into scalars and arrays of given shapes, in order."""

    __props__ = ("shapes",)

    def __init__(self, shapes: tuple[Shape, ...]) -> None:
        self.shapes = shapes
        ends = np.cumsum([np.prod(shape, dtype=int) for shape in shapes]).tolist()
        self.places = list(zip([0, *ends[:-1]], ends, shapes, strict=True))
        self.view_map = {i: [0] for i, shape in enumerate(shapes) if shape}

    def make_node(self, vector: Any) -> Apply:
        """Return the node; scalars are native ones, which others take without an array around them."""
        outputs = [
            pt.tensor(dtype="float64", shape=shape) if shape else get_scalar_type("float64")()
            for shape in self.shapes
        ]
        return Apply(self, [pt.as_tensor(vector)], outputs)

    def perform(self, node: Apply, inputs: list[Any], output_storage: list[Any]) -> None:
        """Cut the vector."""
        (x,) = inputs
        for storage, (begin, end, shape) in zip(output_storage, self.places, strict=True):
            storage[0] = x[begin:end].reshape(shape) if shape else x[begin]

    def infer_shape(self, node: Apply, input_shapes: list[Any]) -> list[Any]:
        """Return the shapes, which are known."""
        return [tuple(pt.constant(length) for length in shape) for shape in self.shapes]

    def pullback(self, inputs: list[Any], outputs: list[Any], output_grads: list[Any]) -> list[Any]:
        """Return the members' gradients side by side: those of neighbouring scalars in one piece."""
        pieces: list[Any] = []
        scalars: list[Any] = []
        for gradient, shape in zip(output_grads, self.shapes, strict=True):
            known = not isinstance(gradient.type, DisconnectedType)
            if not shape:
                scalars.append(pt.as_tensor(gradient) if known else pt.constant(0.0))
                continue
            if scalars:
                pieces.append(pt.stack(scalars))
                scalars = []
            pieces.append(gradient.ravel() if known else pt.zeros(int(np.prod(shape))))
        if scalars:
            pieces.append(pt.stack(scalars))
        return [pieces[0] if len(pieces) == 1 else pt.concatenate(pieces)]


def unpack(vector: Any, shapes: list[Shape]) -> list[Any]:
    """Return the members (PyTensor variables) of a packed vector, each in its shape."""
    members = Unpack(tuple(shapes))(vector, return_list=True)
    return [pt.as_tensor(each) if isinstance(each.type, ScalarType) else each for each in members]


@register_funcify_default_op_cache_key(Unpack)  # type: ignore[untyped-decorator]
def compiled_unpack(op: Unpack, **kwargs: Any) -> Any:
    """Return the function for numba."""
    cuts = [
        f"x[{begin}:{end}]" + (f".reshape({shape})" if len(shape) > 1 else "") if shape else f"x[{begin}]"
        for begin, end, shape in op.places
    ]
    source = f"def unpack(x):\n    return ({', '.join(cuts)},)\n"
    return numba_njit(compile_numba_function_src(source, "unpack", {}))
