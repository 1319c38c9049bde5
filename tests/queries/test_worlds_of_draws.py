"""Worlds that continue one draw are not independent: what a mean over them is worth, against simulation."""

from __future__ import annotations

import numpy as np
import pytest

from forkmodel.queries import probability
from forkmodel.queries.effective import effective_draws, effective_worlds

CHAINS, DRAWS, FUTURES = 4, 250, 20
SHAPE, NUMBER = (CHAINS, DRAWS), CHAINS * DRAWS


def worlds(rng, part, memory=0.0, count=NUMBER * FUTURES):
    """Return values of which the draw decides ``part`` of the variance, itself a chain with ``memory``."""
    steps = rng.normal(size=SHAPE)
    draw = steps.copy()
    for place in range(1, DRAWS):
        draw[:, place] = memory * draw[:, place - 1] + np.sqrt(1 - memory**2) * steps[:, place]
    number = np.arange(count)
    return np.sqrt(part) * draw.ravel()[number % NUMBER] + np.sqrt(1 - part) * rng.normal(size=count)


@pytest.mark.parametrize("memory", [0.0, 0.8])
@pytest.mark.parametrize("part", [0.0, 0.1, 0.5, 1.0])
def test_the_stated_error_is_how_far_means_scatter(part, memory):
    """Over repeated samples the variance of the mean is the variance over the effective number."""
    rng = np.random.default_rng(1)
    samples = [worlds(rng, part, memory) for _ in range(300)]
    scatter = np.var([sample.mean() for sample in samples])
    stated = np.mean([sample.var() / effective_worlds(sample, SHAPE) for sample in samples[:60]])
    # Three hundred means tell a variance with a standard error of eight per cent.
    assert stated == pytest.approx(scatter, rel=0.3)


def test_a_number_of_futures_that_does_not_divide_the_worlds_is_counted_as_well():
    rng = np.random.default_rng(2)
    count = 3 * NUMBER + 400
    samples = [worlds(rng, 0.5, count=count) for _ in range(300)]
    scatter = np.var([sample.mean() for sample in samples])
    stated = np.mean([sample.var() / effective_worlds(sample, SHAPE) for sample in samples[:60]])
    assert stated == pytest.approx(scatter, rel=0.3)


def test_one_world_a_draw_counts_as_draws_do():
    values = worlds(np.random.default_rng(3), 1.0, 0.5, NUMBER)
    assert effective_worlds(values, SHAPE) == effective_draws(values.reshape(SHAPE))


def test_what_the_draw_decides_is_worth_its_draws_however_often_it_is_carried_on():
    draw = np.random.default_rng(4).random(NUMBER) < 0.3
    once = probability(draw.reshape(SHAPE).astype(float))
    often = probability(np.tile(draw, FUTURES).astype(float), draws=SHAPE)
    assert often.probability == once.probability
    assert often.ess == pytest.approx(once.ess, rel=1e-6)
    assert often.mcse == pytest.approx(once.mcse, rel=1e-6)
    assert (often.draws, often.worlds) == (NUMBER, NUMBER * FUTURES)
    assert f"{NUMBER * FUTURES:,} worlds of {NUMBER:,} draws" in str(often)


def test_a_condition_counts_the_draws_that_meet_it():
    rng = np.random.default_rng(5)
    draw = rng.random(NUMBER) < 0.25
    kept = np.tile(draw, FUTURES)
    held = (rng.random(kept.size) < 0.5).astype(float)
    answer = probability(held, kept=kept, draws=SHAPE)
    assert answer.draws == draw.sum()
    assert answer.worlds == kept.sum()
    # The future alone decides: every world counts.
    assert answer.ess == pytest.approx(kept.sum(), rel=0.15)


def test_worlds_that_all_agree_are_worth_their_draws():
    answer = probability(np.ones(NUMBER * FUTURES), draws=SHAPE)
    assert answer.ess == NUMBER
    assert str(answer).startswith("P above 0.999 ")
