"""A prior file is sound only if what it resolves to holds its mass and stays in its parameter's range."""

from __future__ import annotations

import re

import numpy as np
import pytest

import forkmodel as fm
from forkmodel.priors.files import NAMED


def change(key: str, body: str) -> str:
    return f'inherits = "reference"\n[{key}]\n{body}\nrationale = "r"\n'


@pytest.fixture
def write(tmp_path):
    def make(text):
        path = tmp_path / "mine.toml"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return make


@pytest.mark.parametrize("name", NAMED)
def test_bundled_intervals_hold_their_mass(name):
    for key, prior in fm.load_priors(name).items():
        if prior.interval is not None:
            below, above = prior.probabilities(np.array(prior.interval))
            assert above - below == pytest.approx(prior.mass, abs=0.002), key


UNHELD = {
    'distribution = "HalfNormal"\ninterval = [0.2, 0.6]\nmass = 0.9': "holds 0.48",
    'distribution = "Exponential"\ninterval = [0.2, 0.6]\nmass = 0.9': "holds 0.38",
    'distribution = "Exponential"\ninterval = [1.0, 1.1]\nmass = 0.5': "one parameter for two ends",
    'distribution = "TruncatedNormal"\nlower = 0.0\ninterval = [0.0, 0.6]\nmass = 0.9': "a tail on each side",
    'distribution = "TruncatedNormal"\nlower = 0.1\ninterval = [0.05, 0.6]\nmass = 0.9': "tail on each",
    'distribution = "TruncatedNormal"\nlower = 0.0\nupper = 0.5\ninterval = [0.1, 0.6]\nmass = 0.9': "tail",
}


@pytest.mark.parametrize("body", UNHELD)
def test_a_mass_that_cannot_be_held_is_refused_with_what_is_held(write, body):
    path = write(change("price.premium_decay", body))
    with pytest.raises(fm.PriorError, match=UNHELD[body]) as caught:
        fm.load_priors(path)
    assert str(caught.value).startswith("mine.toml: price.premium_decay: ")
    assert fm.check_priors(path) == [str(caught.value)]


@pytest.mark.parametrize("family", ["LogNormal", "Gamma"])
def test_the_advice_can_be_followed(write, family):
    body = f'distribution = "{family}"\ninterval = [0.2, 0.6]\nmass = 0.9'
    path = write(change("price.premium_decay", body))
    assert fm.check_priors(path) == []
    below, above = fm.load_priors(path)["price.premium_decay"].probabilities(np.array([0.2, 0.6]))
    assert above - below == pytest.approx(0.9, abs=0.005)


@pytest.mark.parametrize(
    ("family", "low", "high", "mass"),
    [("HalfNormal", 0.05, 2.0, 0.9), ("Exponential", 0.05, 3.0, 0.9), ("Exponential", 0.5, 1.5, 0.3)],
)
def test_a_mass_that_one_parameter_can_hold_is_held(write, family, low, high, mass):
    body = f'distribution = "{family}"\ninterval = [{low}, {high}]\nmass = {mass}'
    prior = fm.load_priors(write(change("price.premium_decay", body)))["price.premium_decay"]
    below, above = prior.probabilities(np.array([low, high]))
    assert above - below == pytest.approx(mass, abs=0.005)


@pytest.mark.parametrize(
    ("lower", "upper", "interval"),
    [(0.0, None, (0.05, 0.6)), (0.0, 1.0, (0.2, 0.7)), (0.0, None, (1.0, 2.0)), (0.0, 10.0, (2.0, 7.0))],
)
def test_a_truncated_interval_holds_its_mass_after_truncation(write, lower, upper, interval):
    bounds = f"lower = {lower}" + ("" if upper is None else f"\nupper = {upper}")
    body = f'distribution = "TruncatedNormal"\n{bounds}\ninterval = {list(interval)}\nmass = 0.8'
    prior = fm.load_priors(write(change("price.premium_decay", body)))["price.premium_decay"]
    draws = prior.sample(200_000, seed=3)
    assert draws.min() >= lower
    inside = (draws > interval[0]) & (draws < interval[1])
    assert inside.mean() == pytest.approx(0.8, abs=0.005)
    assert (draws < interval[0]).mean() == pytest.approx(0.1, abs=0.005)


OUTSIDE = {
    ("price.noise", 'distribution = "Normal"\nmu = 0.5\nsigma = 0.2'): "price.noise is positive",
    ("price.noise", 'distribution = "Normal"\ninterval = [0.1, 0.6]\nmass = 0.9'): "price.noise is positive",
    ("price.noise", 'distribution = "TruncatedNormal"\nmu = 0.5\nsigma = 0.2\nlower = -1.0'): "positive",
    ("choice.inertia", 'distribution = "LogNormal"\nmu = -1.0\nsigma = 0.5'): "a share, between 0 and 1",
    ("choice.inertia", 'distribution = "TruncatedNormal"\nmu = 0.5\nsigma = 0.2\nlower = 0.0'): "a share",
}


@pytest.mark.parametrize("case", OUTSIDE)
def test_values_that_the_parameter_cannot_have_are_refused(write, case):
    key, body = case
    with pytest.raises(fm.PriorError, match=OUTSIDE[case]) as caught:
        fm.load_priors(write(change(key, body)))
    # The way out, taken literally.
    offered = re.search(r"TruncatedNormal with (lower = 0)( and (upper = 1))?", str(caught.value))
    bounds = "\n".join(part for part in (offered[1], offered[3]) if part)
    mended = f'distribution = "TruncatedNormal"\nmu = 0.5\nsigma = 0.2\n{bounds}'
    assert fm.check_priors(write(change(key, mended))) == []


@pytest.mark.parametrize(
    "body",
    [
        'distribution = "LogNormal"\nmu = 0.0\nsigma = 1e6',
        'distribution = "LogNormal"\nmu = 1e6\nsigma = 1.0',
        'distribution = "Gamma"\nalpha = 1e-9\nbeta = 1.0',
    ],
)
def test_degenerate_distributions_are_refused(write, body):
    with pytest.raises(fm.PriorError, match=r"price\.premium_decay.*parameters of the size"):
        fm.load_priors(write(change("price.premium_decay", body)))


def test_a_file_nested_beyond_reason_is_refused(write):
    with pytest.raises(fm.PriorError, match="nested too deeply"):
        fm.load_priors(write("a = " + "[" * 5000 + "]" * 5000))
