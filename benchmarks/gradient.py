"""Time of compilation and of one gradient, block by block; ratios hold on a noisy machine, seconds do not."""

from __future__ import annotations

import statistics
import time

import numpy as np

import forkmodel as fm
from forkmodel.inference.geometry.moved import gradients_at

CHAINS = {
    "capability": ["capability"],
    "+ price": ["price"],
    "+ choice": ["choice"],
    "adoption + value": ["value"],
    "all": None,
}
REPEATS, EVALUATIONS = 7, 200


def gradient_ms(compiled) -> float:
    """Median milliseconds of one joint log density with gradient."""
    points = np.tile(0.1 * np.random.default_rng(0).normal(size=compiled.n_dim), (EVALUATIONS, 1))
    times = []
    for _ in range(REPEATS):
        begin = time.perf_counter()
        gradients_at(compiled, points)
        times.append(1e3 * (time.perf_counter() - begin) / EVALUATIONS)
    return statistics.median(times)


def main() -> None:
    market = fm.load_snapshot()
    rows = []
    for name, blocks in CHAINS.items():
        model = fm.ForkModel(market, blocks=blocks)
        begin = time.perf_counter()
        compiled = model.compile()
        rows.append((name, compiled.n_dim, time.perf_counter() - begin, gradient_ms(compiled)))
    first = rows[0][3]
    print(f"{'blocks':<18}{'variables':>10}{'compile s':>11}{'gradient ms':>13}{'ratio':>8}")
    for name, dims, seconds, ms in rows:
        print(f"{name:<18}{dims:>10}{seconds:>11.0f}{ms:>13.3f}{ms / first:>8.2f}")


if __name__ == "__main__":
    main()
