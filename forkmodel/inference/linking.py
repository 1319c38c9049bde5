"""Link a compiled graph once, and call it through its address.

Numba copies a compiled function into each that calls it, optimises the whole again and compiles it again.
What nutpie wraps around the density is a few lines, but it cannot be cached, so every process paid for the
whole density: 9 of the 40 seconds that a compilation takes with everything cached. PyTensor does cache the
density. It is loaded, and called as a first-class function, of which nutpie's lines know only the address.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import numpy as np
import pytensor
from numba.core.types.function_type import CompileResultWAP
from pytensor.compile.mode import Mode, predefined_modes
from pytensor.link.numba.cache import NUMBA_CACHE_PATH, compile_numba_function_src
from pytensor.link.numba.dispatch.basic import get_numba_type, numba_njit
from pytensor.link.numba.linker import NumbaLinker

from forkmodel.inference.ahead import helped_by_another_process

__all__ = ["linked_by_address"]

#: A function that is called by address cannot raise: its caller would go on with arrays that are not there.
#: What it returns instead is not a number, from which nutpie turns back as from an exception. Another text
#: needs another name in the cache.
CACHED_AS = "_by_address"
GUARDED = """
def guarded({arguments}):
    try:
        return graph({arguments})
    except Exception:
        return ({nothing})
"""


class _ByAddress(NumbaLinker):  # type: ignore[misc]
    """PyTensor's linker for numba, whose functions are called through their address."""

    def jit_compile(self, converted: tuple[Any, str | None]) -> Any:
        """Compile the function of the graph, or load it."""
        function, key = converted
        # What PyTensor would cache is another function around that of the graph: one more to be linked.
        graph = function.py_func if key is None else function.py_func.__globals__["jitable_func"].py_func
        name = None if key is None else f"{key}{CACHED_AS}_fastmath{int(pytensor.config.numba__fastmath)}"
        arguments = ", ".join(f"x{i}" for i in range(len(self.fgraph.inputs)))
        shapes = [tuple(length or 1 for length in out.type.shape) for out in self.fgraph.outputs]
        nothing = "".join(f"np.full({shape}, np.nan), " for shape in shapes)
        guarded = compile_numba_function_src(
            GUARDED.format(arguments=arguments, nothing=nothing),
            "guarded",
            {"graph": numba_njit(graph), "np": np, "__name__": __name__},
            cache_key=name,
        )
        compiled = numba_njit(guarded, final_function=True, cache=name is not None)
        point, *data = (get_numba_type(variable.type, layout="C") for variable in self.fgraph.inputs)
        # Nutpie hands data over as arrays that nobody may write to.
        signature = (point, *(array.copy(readonly=True) for array in data))
        cached = name is not None and any(NUMBA_CACHE_PATH.glob(f"*{name}*"))
        with nullcontext() if cached else helped_by_another_process(self.fgraph):
            compiled.compile(signature)
        (result,) = compiled.overloads.values()
        return CompileResultWAP(result)


@contextmanager
def linked_by_address() -> Iterator[None]:
    """Let what is compiled for numba in this context be called through its address."""
    usual = predefined_modes["NUMBA"]
    predefined_modes["NUMBA"] = Mode(_ByAddress(), usual.provided_optimizer)
    try:
        yield
    finally:
        predefined_modes["NUMBA"] = usual
