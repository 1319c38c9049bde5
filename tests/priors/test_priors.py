"""Prior files say what they mean, inherit, and refuse what they cannot mean."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

import forkmodel as fm
import forkmodel.forecast
from forkmodel.priors.files import BUNDLED

CHANGE = """
inherits = "{parent}"

[price.decline]
distribution = "Normal"
mu = 0.5
sigma = 0.2
rationale = "A slower fall."
"""


@pytest.fixture
def write(tmp_path):
    def make(text, name="mine.toml"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    return make


def forecast_keys_read() -> set[str]:
    """Keys of the forecast block that the simulator's source names."""
    folder = Path(forkmodel.forecast.__file__).parent
    source = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
    found = set(re.findall(r'"(forecast\.[a-z_0-9]+)"', source))
    families = {f"forecast.{kind}_{access}" for kind in ("entry", "reprice") for access in ("closed", "open")}
    return found | families


def drawn(model) -> set[str]:
    """Keys that a PyMC model takes from its prior file."""
    return {rv.name for rv in model.free_RVs}


@pytest.mark.parametrize("name", BUNDLED)
def test_every_prior_is_complete_and_proper(name):
    for key, prior in fm.load_priors(name).items():
        assert all((prior.meaning, prior.rationale, prior.source)), key
        low, median, high = (prior.quantile(p) for p in (0.05, 0.5, 0.95))
        assert -np.inf < low < median < high < np.inf, key
        draws = prior.sample(4000, seed=1)
        assert np.isfinite(draws).all(), key
        # 200 of 4000 draws lie below the 5 % quantile, give or take five binomial standard errors.
        assert abs((draws < low).sum() - 200) < 70, key


def test_every_prior_is_used_by_the_model_and_none_is_made_up(joint_model):
    used = drawn(joint_model.pymc_model) | forecast_keys_read()
    unused = set(joint_model.priors) - used
    assert not unused


def test_the_extremes_change_only_what_they_name():
    reference = fm.load_priors("reference")
    for name in ("skeptic", "advocate"):
        other = fm.load_priors(name)
        assert set(other) == set(reference)
        changed = {key for key in reference if str(other[key]) != str(reference[key])}
        assert changed == {key for key in other if other[key].origin == f"{name}.toml"}
        assert all(other[key].rationale != reference[key].rationale for key in changed)
        assert other.hash != reference.hash


@pytest.mark.parametrize("key", ["price.residual_premium", "capability.growth_closed", "choice.mix_router"])
def test_skeptic_and_advocate_lie_on_either_side(key):
    medians = [fm.load_priors(name)[key].quantile(0.5) for name in ("skeptic", "reference", "advocate")]
    assert medians == sorted(medians)


def test_an_interval_holds_its_mass():
    prior = fm.load_priors()["capability.growth_closed"]
    assert prior.interval == (9.0, 22.0)
    assert prior.quantile(0.05) == pytest.approx(9.0, rel=1e-6)
    assert prior.quantile(0.95) == pytest.approx(22.0, rel=1e-6)


@pytest.mark.parametrize(
    ("family", "low", "high"),
    [("Gamma", 2.0, 12.0), ("Beta", 0.1, 0.4), ("HalfNormal", 0.01, 1.0), ("Exponential", 0.02, 2.0)],
)
def test_intervals_of_other_families_are_solved(write, family, low, high):
    text = CHANGE.format(parent="reference").replace(
        'distribution = "Normal"\nmu = 0.5\nsigma = 0.2',
        f'distribution = "{family}"\ninterval = [{low}, {high}]\nmass = 0.9',
    )
    prior = fm.load_priors(write(text))["price.decline"]
    inside = prior._frozen.cdf(high) - prior._frozen.cdf(low)
    assert prior.family == family
    assert inside == pytest.approx(0.9, abs=0.005)


def test_a_file_inherits_from_another_file(write):
    write(CHANGE.format(parent="skeptic"), "first.toml")
    second = write('inherits = "first.toml"\n[price.noise]\nmeaning = "Said otherwise"\n', "second.toml")
    priors = fm.load_priors(second)
    assert str(priors["price.decline"]) == "Normal(mu=0.5, sigma=0.2)"
    assert str(priors["price.residual_premium"]) == str(fm.load_priors("skeptic")["price.residual_premium"])
    assert priors["price.noise"].meaning == "Said otherwise"
    assert priors["price.decline"].origin == "first.toml"


def test_prose_does_not_change_the_hash_and_numbers_do(write):
    prose = fm.load_priors(write('inherits = "reference"\n[price.noise]\nmeaning = "Other words"\n'))
    numbers = fm.load_priors(write(CHANGE.format(parent="reference"), "numbers.toml"))
    assert prose.hash == fm.load_priors().hash != numbers.hash


def test_a_set_survives_json():
    import json

    priors = fm.load_priors("advocate")
    back = fm.PriorSet.from_dict(json.loads(json.dumps(priors.to_dict())))
    assert back.hash == priors.hash
    assert back.name == priors.name
    assert back["price.decline"] == priors["price.decline"]


BROKEN = {
    "unknown key": ('inherits = "reference"\n[price.declin]\nmu = 1.0\n', "price.decline"),
    "unknown set": ('inherits = "refrence"\n', "reference"),
    "unknown field": (CHANGE.format(parent="reference") + "sigmma = 1.0\n", "sigma"),
    "unknown family": (CHANGE.format(parent="reference").replace('"Normal"', '"Normall"'), "Normal"),
    "no rationale": (
        CHANGE.format(parent="reference").replace('rationale = "A slower fall."', ""),
        "rationale",
    ),
    "missing parameter": (CHANGE.format(parent="reference").replace("sigma = 0.2", ""), "sigma"),
    "negative sigma": (CHANGE.format(parent="reference").replace("0.2", "-0.2"), "must be positive"),
    "both forms": (
        CHANGE.format(parent="reference") + "interval = [0.0, 1.0]\nmass = 0.9\n",
        "both an interval",
    ),
    "no mass": (
        CHANGE.format(parent="reference").replace("mu = 0.5\nsigma = 0.2", "interval = [0.0, 1.0]"),
        "mass",
    ),
    "interval upside down": (
        CHANGE.format(parent="reference").replace(
            "mu = 0.5\nsigma = 0.2", "interval = [1.0, 0.0]\nmass = 0.9"
        ),
        "not increasing",
    ),
    "bounds on an unbounded family": (CHANGE.format(parent="reference") + "lower = 0.0\n", "TruncatedNormal"),
    "text for a number": (CHANGE.format(parent="reference").replace("0.5", '"half"'), "price.decline"),
    "not a number": (CHANGE.format(parent="reference").replace("0.5", "nan"), "price.decline"),
    "a value outside a table": ('inherits = "reference"\nprice = 3\n', "outside a table"),
    "not TOML": ("inherits = ", "not valid TOML"),
    "an incomplete root": ("[price.decline]\nmu = 1.0\n", 'inherits = "reference"'),
    "itself": ('inherits = "mine.toml"\n', "circle"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_refused_with_its_fix(write, name):
    text, says = BROKEN[name]
    path = write(text)
    with pytest.raises(fm.PriorError, match=r"\w") as caught:
        fm.load_priors(path)
    assert says in str(caught.value)
    assert fm.check_priors(path) == [str(caught.value)]


def test_a_file_in_another_encoding_is_refused(tmp_path):
    path = tmp_path / "latin.toml"
    path.write_bytes('inherits = "reference"\nabout = "prix élevé"\n'.encode("latin-1"))
    with pytest.raises(fm.PriorError, match="UTF-8"):
        fm.load_priors(str(path))


def test_a_missing_key_suggests_the_nearest():
    with pytest.raises(fm.PriorError, match=r"price\.decline"):
        fm.load_priors()["price.declne"]
