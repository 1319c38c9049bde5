"""Processor time of compilation and of one gradient, block by block."""

from __future__ import annotations

import numpy as np
from measure import arguments, cpu_seconds, median_ms, write_json

import forkmodel as fm
from forkmodel.inference.geometry.moved import gradients_at

CHAINS = {
    "capability": ["capability"],
    "+ price": ["price"],
    "+ choice": ["choice"],
    "adoption + value": ["value"],
    "all": None,
}
QUICK = ("capability",)
REPEATS, EVALUATIONS = 7, 200


def gradient_ms(compiled) -> float:
    """Median milliseconds of one joint log density with gradient."""
    points = np.tile(0.1 * np.random.default_rng(0).normal(size=compiled.n_dim), (EVALUATIONS, 1))
    return median_ms(lambda: gradients_at(compiled, points), REPEATS, EVALUATIONS)


def main() -> None:
    asked = arguments(__doc__).parse_args()
    market = fm.load_snapshot()
    rows = []
    for name in QUICK if asked.quick else CHAINS:
        model = fm.ForkModel(market, blocks=CHAINS[name])
        begin = cpu_seconds()
        compiled = model.compile()
        rows.append((name, compiled.n_dim, cpu_seconds() - begin, gradient_ms(compiled)))
    first = rows[0][3]
    print(f"{'blocks':<18}{'variables':>10}{'compile s':>11}{'gradient ms':>13}{'ratio':>8}")
    for name, dims, seconds, ms in rows:
        print(f"{name:<18}{dims:>10}{seconds:>11.0f}{ms:>13.3f}{ms / first:>8.2f}")
    if not asked.quick:
        keys = ("blocks", "variables", "compile_cpu_s", "gradient_ms")
        write_json("gradient", [dict(zip(keys, row, strict=True)) for row in rows])


if __name__ == "__main__":
    main()
