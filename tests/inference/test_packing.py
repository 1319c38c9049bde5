"""The twin that is compiled is the model: the same density over fewer nodes."""

from __future__ import annotations

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from pymc.initial_point import make_initial_point_fn
from pytensor.compile.aliasing import add_supervisor_to_fgraph
from pytensor.compile.io import In
from pytensor.graph import FunctionGraph, clone_replace, rewrite_graph
from pytensor.graph.basic import Constant
from pytensor.graph.traversal import graph_inputs

from forkmodel.inference.compiling import apart
from forkmodel.inference.packing import pack
from forkmodel.inference.unpacking import unpack

#: Nodes of the compiled density with its gradient, and a little room: each costs time to run.
MOST_NODES = 720
#: Distinct operations among them, each a kernel that a machine compiles once.
MOST_KERNELS = 495


@pytest.fixture(scope="module")
def model(joint_model):
    return joint_model.pymc_model


@pytest.fixture(scope="module")
def packed(model):
    return pack(model)


def density(model):
    """Return the log density and its gradient as a function of the values, interpreted, and their names."""
    values = [model.rvs_to_values[variable] for variable in model.free_RVs]
    # One term at a time: their sum in one piece has more operands than the interpreter takes.
    terms = rewrite_graph(
        [term.sum() for term in model.logp(sum=False)], include=["canonicalize", "stabilize"]
    )
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    mode = pytensor.compile.mode.Mode(linker="py", optimizer=None)
    return pytensor.function(values, [total, *pt.grad(total, values)], mode=mode)


def test_the_twin_has_the_density_and_the_gradient_of_the_model(model, packed):
    one, other = density(model), density(packed.model)
    start, rng = model.initial_point(random_seed=1), np.random.default_rng(2)
    names = {variable.name: model.rvs_to_values[variable].name for variable in model.free_RVs}
    for _ in range(2):
        point = {name: value + 0.1 * rng.standard_normal(np.shape(value)) for name, value in start.items()}
        want, *slopes = one(*point.values())
        slope = dict(zip(point, slopes, strict=True))

        def flat(of, packed=packed):
            parts = {
                stretch.member.name: np.ravel(of[names[stretch.member.name]])
                for stretch in packed.stretches()
            }
            return [np.concatenate([parts[m.name] for m in members]) for members in packed.members.values()]

        shaped = [
            part.reshape(members[0].shape) if len(members) == 1 else part
            for part, members in zip(flat(point), packed.members.values(), strict=True)
        ]
        found, *gradient = other(*shaped)
        assert found == pytest.approx(want, rel=1e-9)
        gradient, expected = (np.concatenate([np.ravel(g) for g in each]) for each in (gradient, flat(slope)))
        np.testing.assert_allclose(gradient, expected, rtol=1e-7, atol=1e-9 * np.abs(expected).max())


def test_stretches_cover_every_free_variable_once_and_in_order(model, packed):
    stretches = list(packed.stretches())
    assert sorted(s.member.name for s in stretches) == sorted(v.name for v in model.free_RVs)
    ends = [0, *(s.place.stop for s in stretches)]
    assert [s.place.start for s in stretches] == ends[:-1]
    start = model.initial_point(random_seed=0)
    for stretch in stretches:
        value = model.rvs_to_values[model[stretch.member.name]]
        assert np.shape(start[value.name]) == stretch.member.shape
        assert stretch.member.transform == model.rvs_to_transforms[model[stretch.member.name]]
    assert ends[-1] == sum(np.size(value) for value in start.values())


def test_chains_start_from_the_prior_where_they_should_and_from_its_centre_elsewhere(model, packed):
    drawn = apart(model)
    twin = packed.model
    starts = make_initial_point_fn(model=twin, overrides=packed.initial_points(drawn))
    values = [starts(seed) for seed in range(3)]
    centre = twin.initial_point(random_seed=0)
    for variable in twin.free_RVs:
        name = twin.rvs_to_values[variable].name
        members = packed.members[variable.name]
        moved = np.ptp([np.ravel(value[name]) for value in values], axis=0) > 1e-9
        want = np.repeat([member.name in drawn for member in members], [member.size for member in members])
        np.testing.assert_array_equal(moved, want, err_msg=variable.name)
        np.testing.assert_allclose(np.ravel(values[0][name])[~want], np.ravel(centre[name])[~want])


def test_unpacking_cuts_and_its_gradient_joins():
    vector = pt.vector(shape=(9,))
    shapes = [(), (), (2,), (), (2, 2)]
    pieces = unpack(vector, shapes)
    # The second scalar takes no part.
    total = (
        3.0 * pieces[0]
        + (pieces[2] ** 2).sum()
        + pt.exp(pieces[3])
        + (pieces[4] * [[1.0, 2.0], [3.0, 4.0]]).sum()
    )
    x = np.linspace(0.1, 0.9, 9)
    want = [3.0, 0.0, 2 * x[2], 2 * x[3], np.exp(x[4]), 1.0, 2.0, 3.0, 4.0]
    for mode in ("FAST_COMPILE", "NUMBA"):
        cut, slope = pytensor.function([vector], [pieces[4], pt.grad(total, vector)], mode=mode)(x)
        np.testing.assert_array_equal(cut, x[5:].reshape(2, 2))
        np.testing.assert_allclose(slope, want)


def test_the_compiled_graph_stays_small(packed):
    """The graph that nutpie compiles, rewritten for numba without compiling a kernel of it."""
    twin = packed.model
    values = [twin.rvs_to_values[variable] for variable in twin.free_RVs]
    logp = rewrite_graph(twin.logp(), include=["canonicalize", "stabilize"])
    gradient = pt.concatenate([slope.ravel() for slope in pt.grad(logp, values)])
    sizes = [sum(member.size for member in members) for members in packed.members.values()]
    ends = np.cumsum(sizes)
    joined = pt.tensor(dtype="float64", shape=(int(ends[-1]),))
    parts = {
        value: joined[end - size : end].reshape(members[0].shape if len(members) == 1 else (size,))
        for value, size, end, members in zip(values, sizes, ends, packed.members.values(), strict=True)
    }
    outputs = clone_replace([logp, gradient], parts)
    inputs = [each for each in graph_inputs(outputs) if not isinstance(each, Constant)]
    graph = FunctionGraph(inputs, outputs, clone=True)
    add_supervisor_to_fgraph(graph, [In(each) for each in graph.inputs], accept_inplace=True)
    rewriter = pytensor.compile.mode.NUMBA.including("random_make_inplace", "local_remove_check_parameter")
    rewriter.optimizer.rewrite(graph)
    assert len(graph.apply_nodes) <= MOST_NODES
    assert len({node.op for node in graph.apply_nodes}) <= MOST_KERNELS
