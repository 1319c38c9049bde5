"""The sampler's coordinates: exact bijections of the model's, matched to other models by label."""

import os
import signal
from dataclasses import dataclass, replace
from importlib.resources import files
from types import SimpleNamespace

import arviz as az
import numpy as np
import pytest
import xarray as xr
from scipy.special import expit

import forkmodel as fm
from forkmodel.inference import fitting
from forkmodel.inference.fitting import _metric_for, fit_posterior
from forkmodel.inference.geometry.bends import AMOUNTS, LOGNORMAL, SCALED_BY, SOFTENED, SPREADS, Bends
from forkmodel.inference.geometry.bundled import METRIC_FILE, bundled_metric
from forkmodel.inference.geometry.directions import LEAST_VARIANCE
from forkmodel.inference.geometry.kernels import bend
from forkmodel.inference.geometry.layout import unconstrained
from forkmodel.inference.geometry.metric import Metric
from forkmodel.inference.geometry.moved import gradients_at, move
from forkmodel.inference.geometry.narrowed import given, narrowed
from forkmodel.inference.review import enough_draws
from forkmodel.inference.sampling import sample
from forkmodel.validate.comparison import _pinned


@pytest.fixture(scope="module")
def small(market):
    return fm.ForkModel(market, blocks=["adoption"]).joint


@pytest.fixture(scope="module")
def drawn(small):
    return fit_posterior(small, draws=250, tune=250, chains=4, seed=8)


@pytest.fixture(scope="module")
def learned(small, drawn):
    y = unconstrained(small.pymc_model, small.layout, drawn.free)
    return Metric.estimate(small.layout, y, gradients_at(small.compile(), y), 0.3, directions=5)


@pytest.fixture(scope="module")
def joint_layout(joint_model):
    return joint_model.joint.layout


def density_of(compiled):
    """Return log density and gradient of a compiled model at a point."""
    function = compiled.compiled_logp_func.ctypes

    def at(point):
        point = np.ascontiguousarray(point, dtype=float)
        gradient, logp = np.zeros(len(point)), np.zeros(1)
        pointers = [
            array.ctypes.data_as(kind)
            for array, kind in zip((point, gradient, logp), function.argtypes[1:4], strict=True)
        ]
        assert function(len(point), *pointers, compiled.user_data.ctypes.data) == 0
        return logp[0], gradient

    return at


def all_bent(layout):
    """Return bends in which everything declared is bent, at places of one's own."""
    random = np.random.default_rng(4)
    return Bends.of(layout, 0.3 * random.standard_normal(layout.size), random.uniform(0.1, 1.0, layout.size))


def test_unconstrained_draws_have_the_density_that_the_sampler_saw(small, drawn):
    y = unconstrained(small.pymc_model, small.layout, drawn.free)
    at = density_of(small.compile())
    seen = drawn.sample_stats["logp"].to_numpy().ravel()
    assert [at(point)[0] for point in y[::100]] == pytest.approx(seen[::100], rel=1e-9)


def test_every_element_has_a_place_and_a_label(joint_model, joint_layout):
    names = [variable.name for variable in joint_model.pymc_model.free_RVs]
    assert sorted(stretch.name for stretch in joint_layout.stretches) == sorted(names)
    assert (
        joint_layout.stretches[-1].labelled.stop == len(joint_layout.labels) == len(set(joint_layout.labels))
    )
    assert "capability.growth_spread" in joint_layout.labels
    assert any(label.startswith("capability.shortfall_unit[gpt-") for label in joint_layout.labels)


def test_labelled_coordinates_of_zero_sum_vectors_sum_to_zero_and_come_back(joint_layout):
    flat = np.random.default_rng(1).standard_normal((3, joint_layout.size))
    labelled = joint_layout.to_labelled(flat)
    brands = labelled[:, joint_layout.place["choice.brand_unit"].labelled]
    assert np.abs(brands.sum(axis=1)).max() < 1e-12
    np.testing.assert_allclose(joint_layout.to_flat(labelled), flat, atol=1e-12)
    np.testing.assert_allclose((labelled**2).sum(1), (flat**2).sum(1))


def test_what_is_bent_is_part_of_the_model(joint_layout):
    declared = [
        *SOFTENED,
        *AMOUNTS,
        *SPREADS,
        *LOGNORMAL,
        *LOGNORMAL.values(),
        *SCALED_BY,
        *SCALED_BY.values(),
    ]
    assert set(declared) <= set(joint_layout.place)


def test_bends_are_undone(joint_layout):
    bends = all_bent(joint_layout)
    w = 1.5 * np.random.default_rng(2).standard_normal((4, joint_layout.size))
    y = np.empty_like(w)
    for one in range(len(w)):
        bend(w[one], y[one], *bends.arrays)
    assert np.abs(y - w).max() > 0.5
    np.testing.assert_allclose(bends.straighten(y), w, atol=1e-8)


def test_determinant_and_gradient_of_bends_are_those_of_finite_differences(joint_layout):
    bends = all_bent(joint_layout)
    random = np.random.default_rng(3)
    w, weight = random.standard_normal(joint_layout.size), random.standard_normal(joint_layout.size)

    def value(point):
        y = np.empty_like(point)
        return bend(point, y, *bends.arrays) + weight @ y

    y = np.empty_like(w)
    bend(w, y, *bends.arrays)
    gradient = bends.gradients(w[None], y[None], weight[None])[0]
    for _ in range(20):
        way = random.standard_normal(len(w))
        slope = (value(w + 1e-6 * way) - value(w - 1e-6 * way)) / 2e-6
        assert slope == pytest.approx(gradient @ way, rel=1e-5, abs=1e-5)
    # The determinant itself: the map acts on an element alone, but for what spreads do to units.
    own = np.array([(y_of(bends, w, i, 1e-6) - y_of(bends, w, i, -1e-6)) / 2e-6 for i in range(len(w))])
    assert bend(w, y, *bends.arrays) == pytest.approx(np.log(own).sum(), rel=1e-6)


@pytest.mark.parametrize("apart", [-8.0, -1.0, 0.0, 1.0, 8.0, 400.0])
def test_a_unit_has_one_width_at_every_spread(joint_layout, apart):
    """A unit seen once with noise, whose effect is spread x unit: its deviation given the spread is exact."""
    part, name = 0.7, "price.model_unit"
    centred, typical = np.zeros(joint_layout.size), np.zeros(joint_layout.size)
    unit = joint_layout.place[name].flat.start
    centred[unit] = part
    bends = Bends.of(joint_layout, typical, centred)
    y = np.zeros((1, joint_layout.size))
    y[0, bends.spread[bends.unit == unit]] = apart
    information = part / (1.0 - part) * np.exp(2.0 * min(apart, 300.0))
    y[0, unit] = (1.0 + information) ** -0.5
    # Where typical, the deviation of what is left of the unit's own, sqrt(1 - part), whatever the spread.
    wide = bends.straighten(y)[0, unit]
    if apart <= 300.0:
        assert wide == pytest.approx((1.0 - part) ** 0.5)
    back = np.empty(joint_layout.size)
    bend(bends.straighten(y)[0], back, *bends.arrays)
    np.testing.assert_allclose(back[unit], y[0, unit], rtol=1e-9)


def y_of(bends, w, element, by):
    """Return one element of the bent vector when it alone is moved."""
    moved, y = w.copy(), np.empty_like(w)
    moved[element] += by
    bend(moved, y, *bends.arrays)
    return y[element]


def test_a_moved_density_is_the_density_times_the_determinant(small, drawn, learned):
    to = learned.stretching(small.layout)
    y = unconstrained(small.pymc_model, small.layout, drawn.free)[::100]
    z = to.standardise(y)
    before, after = density_of(small.compile()), density_of(move(small.compile(), to))
    change = [after(there)[0] - before(here)[0] for here, there in zip(y, z, strict=True)]
    for there, by in zip(z, change, strict=True):
        jacobian = numerical_jacobian(to, there)
        assert by == pytest.approx(np.linalg.slogdet(jacobian)[1], abs=1e-4)
        _, gradient = after(there)
        way = np.random.default_rng(0).standard_normal(len(there))
        slope = (after(there + 1e-5 * way)[0] - after(there - 1e-5 * way)[0]) / 2e-5
        assert slope == pytest.approx(gradient @ way, rel=1e-4, abs=1e-4)


def numerical_jacobian(to, z, step=1e-5):
    def map_to(point):
        y = np.empty_like(point)
        bend(to.place(point), y, *to.bends.arrays)
        return y

    ways = np.eye(len(z)) * step
    return np.array([(map_to(z + way) - map_to(z - way)) / (2 * step) for way in ways]).T


def test_moving_changes_the_path_and_not_the_posterior(small, drawn, learned):
    moved = move(small.compile(), learned.stretching(small.layout))
    found = sample(moved, draws=250, tune=250, chains=4, seed=21, step_size=learned.step_size)
    both = ("chain", "draw")
    apart = []
    for name, here in drawn.free.data_vars.items():
        there = found["posterior"][name]
        assert there.dims == here.dims
        error = np.hypot(az.mcse(here), az.mcse(there))
        apart.append(np.ravel(((here.mean(both) - there.mean(both)) / error).to_numpy()))
    # In standard errors of the difference, over some hundred elements.
    off = np.concatenate(apart)
    assert np.abs(off).max() < 4.5
    assert np.sqrt((off**2).mean()) == pytest.approx(1.0, abs=0.3)


@pytest.fixture
def elsewhere(learned, monkeypatch):
    """The metric of another posterior, in which chains are slow."""
    monkeypatch.setattr(fitting, "MANY_VARIABLES", 0)
    wrong = np.exp(1.5 * np.random.default_rng(6).standard_normal(len(learned.labels)))
    return SimpleNamespace(metric=replace(learned, scale=learned.scale * wrong))


def test_slow_chains_begin_again_in_the_shape_they_found(small, drawn, elsewhere):
    """A metric of another posterior is given up for that of the first draws; the answer is the same."""
    said = []
    found = fit_posterior(
        small,
        draws=400,
        tune=200,
        seed=3,
        go_on=True,
        warm=elsewhere,
        progress=lambda stage, part, message: said.append(message),
    )
    assert sum("begin again" in message for message in said) == 1
    assert enough_draws(xr.DataTree.from_dict({"posterior": found.free}))
    both = ("chain", "draw")
    for name, here in drawn.free.data_vars.items():
        there = found.free[name]
        error = np.hypot(az.mcse(here), az.mcse(there))
        assert np.abs((here.mean(both) - there.mean(both)) / error).max() < 4.5


def test_who_stops_a_second_start_at_once_keeps_the_first_draws(small, elsewhere):
    def press(stage, part, message):
        if "begin again" in message:
            os.kill(os.getpid(), signal.SIGINT)

    settings = {"draws": 400, "tune": 200, "seed": 3, "warm": elsewhere}
    found = fit_posterior(small, **settings, go_on=True, progress=press, interruptible=True)
    assert found.asked == found.draws == 400
    xr.testing.assert_equal(found.free, fit_posterior(small, **settings, go_on=False).free)


def test_chains_that_went_nowhere_teach_no_metric(small, drawn, monkeypatch):
    monkeypatch.setattr(fitting, "MANY_VARIABLES", 0)
    monkeypatch.setattr(fitting, "LEAST_FOR_METRIC", 100)
    compiled = small.compile()

    def learned_from(free):
        tree = {"posterior": free, "sample_stats": drawn.sample_stats}
        return fitting._learned(small, compiled, xr.DataTree.from_dict(tree))

    assert learned_from(drawn.free).sound
    assert learned_from(drawn.free * 1e40) is None


def test_a_metric_of_all_labels_is_the_covariance_it_was_learned_from(small, drawn, learned):
    to = learned.stretching(small.layout)
    z = to.standardise(unconstrained(small.pymc_model, small.layout, drawn.free))
    assert np.abs(z.mean(0)).max() < 0.05
    # Standard deviations of one, but for what few directions cannot tell.
    assert np.median(z.std(0)) == pytest.approx(1.0, abs=0.35)
    np.testing.assert_allclose(to.direction @ to.direction.T, np.eye(len(to.direction)), atol=1e-8)
    assert to.known.all()


def covariance_of(to):
    inner = np.eye(len(to.scale)) + (to.direction.T * (to.variance - 1.0)) @ to.direction
    return inner * np.outer(to.scale, to.scale)


def test_a_pin_leaves_the_mean_and_the_covariance_given_it(small, learned):
    to = learned.stretching(small.layout)
    places = np.array([3, 40])
    whole = covariance_of(to)
    widths = 0.01 * np.sqrt(np.diag(whole)[places])
    middles = to.centre[places] + np.sqrt(np.diag(whole)[places])
    found = given(to, places, middles, widths)
    seen = whole[np.ix_(places, places)] + np.diag(widths**2)
    wanted = whole - whole[:, places] @ np.linalg.solve(seen, whole[places])
    mean = to.centre + whole[:, places] @ np.linalg.solve(seen, middles - to.centre[places])
    np.testing.assert_allclose(found.centre, mean, rtol=1e-8, atol=1e-10)
    rest = np.setdiff1d(np.arange(len(to.scale)), places)
    unit = np.outer(to.scale[rest], to.scale[rest])
    assert np.abs((covariance_of(found) - wanted)[np.ix_(rest, rest)] / unit).max() < LEAST_VARIANCE
    np.testing.assert_allclose(found.scale[places], widths)
    np.testing.assert_allclose(found.direction[:, places], 0.0, atol=1e-12)


def test_only_news_in_a_prior_narrows_a_metric(market, small, learned):
    to = learned.stretching(small.layout)
    assert narrowed(to, small) is to
    key = "adoption.ceiling"
    priors = _pinned(small.priors, {key: ("Beta", {"alpha": 7000.0, "beta": 3000.0})})
    model = fm.ForkModel(market, priors=priors, blocks=["adoption"]).joint
    place = model.layout.place[key].flat.start
    found = narrowed(to, model)
    assert np.flatnonzero(found.scale != to.scale).tolist() == [place]
    assert found.scale[place] < 0.2 * to.scale[place]
    assert expit(found.centre[place]) == pytest.approx(0.7, abs=0.02)


def test_leaving_out_coordinates_leaves_out_rows_of_the_covariance(small, learned):
    keep = [label for label in learned.labels if not label.startswith("adoption.")]
    spots = [learned.labels.index(label) for label in keep]
    part = Metric(
        labels=tuple(keep),
        typical=learned.typical[spots],
        centre=learned.centre[spots],
        scale=learned.scale[spots],
        centred=learned.centred[spots],
        direction=learned.direction[:, spots],
        variance=learned.variance,
        step_size=learned.step_size,
    )
    whole, less = learned.stretching(small.layout), part.stretching(small.layout)
    known = less.known
    assert 0 < known.sum() < len(known)
    np.testing.assert_allclose(
        covariance_of(less)[np.ix_(known, known)], covariance_of(whole)[np.ix_(known, known)], atol=1e-8
    )
    assert (less.scale[~known] == 1.0).all()


def test_what_a_metric_does_not_know_starts_at_the_prior(small, learned):
    unknown = Metric(
        labels=("of another model",),
        typical=np.zeros(1),
        centre=np.zeros(1),
        scale=np.ones(1),
        centred=np.zeros(1),
        direction=np.zeros((0, 1)),
        variance=np.zeros(0),
        step_size=0.1,
    )
    assert unknown.coverage(small.layout) == 0.0
    to = unknown.stretching(small.layout)
    moved = move(small.compile(), to)
    own = small.compile().initial_point_func(7)
    y = np.empty_like(own)
    bend(to.place(moved.initial_point_func(7)), y, *to.bends.arrays)
    np.testing.assert_allclose(y, own, atol=1e-9)


def test_chains_start_apart_and_wider_than_the_posterior(small, learned):
    moved = move(small.compile(), learned.stretching(small.layout))
    starts = np.stack([moved.initial_point_func(seed) for seed in range(40)])
    assert starts.std(0).mean() == pytest.approx(1.5, abs=0.1)


def test_a_metric_comes_back_from_its_arrays(learned):
    again = Metric.from_dataset(learned.to_dataset())
    assert again.labels == learned.labels
    np.testing.assert_array_equal(again.scale, learned.scale)
    np.testing.assert_allclose(again.direction, learned.direction, atol=1e-3)


def test_the_bundled_metric_knows_the_bundled_model_and_is_small(joint_layout):
    assert bundled_metric().coverage(joint_layout) == 1.0
    path = files("forkmodel.inference.geometry") / METRIC_FILE
    assert len(path.read_bytes()) < 1_000_000


def test_cores_and_repetition_change_no_draw(small, learned):
    def draws(**options):
        moved = move(small.compile(), learned.stretching(small.layout))
        return sample(moved, draws=40, tune=60, chains=3, seed=5, depths=(3, 3), **options)["posterior"]

    first, again, one = draws(), draws(), draws(cores=1)
    for name in first.data_vars:
        np.testing.assert_array_equal(first[name], again[name])
        np.testing.assert_array_equal(first[name], one[name])


def test_a_fit_takes_the_metric_that_knows_most(joint_model, learned):
    class Earlier:
        metric = learned

    def taken(warm):
        return _metric_for(joint_model.joint, FakeCompiled(), warm)

    assert taken(None) is bundled_metric()
    assert taken(Earlier) is bundled_metric()
    Earlier.metric = replace(bundled_metric(), step_size=0.2)
    assert taken(Earlier) is Earlier.metric
    # A model of other labels is left to nutpie.
    strangers = tuple(f"x{i}" for i in range(len(bundled_metric().labels)))
    Earlier.metric = replace(bundled_metric(), labels=strangers)
    assert taken(Earlier) is bundled_metric()


@dataclass
class FakeCompiled:
    """Looks like what nutpie compiled, as far as choosing a metric goes."""

    n_dim: int = 2000
    compiled_logp_func: None = None
    compiled_expand_func: None = None
    user_data: None = None
    initial_point_func: None = None
    n_expanded: int = 0
