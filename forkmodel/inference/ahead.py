"""Compile the kernels of a graph on two cores.

Numba compiles one kernel after the other, on one core, and keeps each on disk. So a second process begins in
the middle of the graph: when the first arrives there it finds kernels that it only has to load. The second is
a fork, for which the graph need not be built again, and which ends with the compilation that it helps.
"""

from __future__ import annotations

import os
import signal
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pytensor.graph.basic import Constant
from pytensor.graph.fg import FunctionGraph
from pytensor.link.numba.cache import compile_numba_function_src
from pytensor.link.numba.dispatch.basic import get_numba_type, numba_funcify_ensure_cache, numba_njit

from forkmodel.cores import usable_cores

__all__ = ["helped_by_another_process"]

#: In smaller graphs there is too little to divide.
LEAST_NODES = 100


@contextmanager
def helped_by_another_process(graph: FunctionGraph) -> Iterator[None]:
    """Let another process compile the kernels of a graph's second half while this one compiles the graph.

    Parameters
    ----------
    graph : FunctionGraph
        Rewritten for numba. Small ones are left to this process, and so are all where a process cannot be
        divided in two or has one core.
    """
    if sys.platform != "linux" or usable_cores() < 2 or len(graph.apply_nodes) < LEAST_NODES:
        yield
        return
    with warnings.catch_warnings():
        # Other threads may hold locks in the fork; it takes none of theirs, and is killed if it should wait.
        warnings.simplefilter("ignore", DeprecationWarning)
        helper = os.fork()
    if helper == 0:
        try:
            for stream in (1, 2):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
            _compile_later_half(graph)
        finally:
            os._exit(0)
    try:
        yield
    finally:
        os.kill(helper, signal.SIGKILL)
        os.waitpid(helper, 0)


def _compile_later_half(graph: FunctionGraph) -> None:
    """Compile what comes after the middle of a graph."""
    order = graph.toposort()
    later = order[len(order) // 2 :]
    made = {variable for node in later for variable in node.outputs}
    used = dict.fromkeys(variable for node in later for variable in node.inputs)
    given = [variable for variable in used if variable not in made and not isinstance(variable, Constant)]
    function, _ = numba_funcify_ensure_cache(
        FunctionGraph(given, [variable for variable in made if variable not in used], clone=True)
    )
    # What PyTensor returns takes any number of arguments; numba wants to be told how many.
    arguments = ", ".join(f"x{i}" for i in range(len(given)))
    source = f"def later({arguments}):\n    return graph({arguments})\n"
    later_half = compile_numba_function_src(source, "later", {"graph": numba_njit(function.py_func)})
    # A kernel whose arrays turn out to lie otherwise is compiled again where it is used.
    types: list[Any] = [get_numba_type(variable.type, layout="C") for variable in given]
    numba_njit(later_half, final_function=True).compile(tuple(types))
