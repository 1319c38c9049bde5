"""What moves the sampler is the same to the last bit however it was computed: a chain amplifies that bit."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
from threadpoolctl import threadpool_limits

from forkmodel.inference.geometry.metric import Metric

#: Every kernel on random numbers, and a hash of what it returns.
BITS_OF_KERNELS = """
import hashlib
import numpy as np
from forkmodel.inference.geometry import kernels

random = np.random.default_rng(1)
n = 500
w, g, y, out = random.normal(size=n), random.normal(size=n), np.empty(n), np.empty(n)
bends = (
    np.arange(40), np.full(40, 3.0), np.full(40, 0.5), np.full(40, 0.7),
    np.arange(60, 160), np.full(100, 50), random.uniform(size=100), random.normal(size=100),
)
slopes = np.empty((2, 40)), np.empty((2, 100))
digest = hashlib.sha256(np.float64(kernels.bend_once(w, y, slopes, *bends)).tobytes())
kernels.pull_back(y, g, out, slopes, *(bends[place] for place in (0, 1, 3, 4, 5)))
digest.update(y.tobytes() + out.tobytes())
direction, factor = random.normal(size=(8, n)).astype(np.float32) / n, random.normal(size=8)
kernels.to_bent(w, y, g, np.exp(g), direction, factor)
kernels.from_bent(g, out, np.exp(w), direction, factor)
digest.update(y.tobytes() + out.tobytes())
print(digest.hexdigest())
"""


def test_kernels_compiled_anew_and_from_the_cache_give_the_same_bits(tmp_path):
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
    command = [sys.executable, "-c", BITS_OF_KERNELS]
    anew, cached = (
        subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    )
    assert list(tmp_path.rglob("*.nbi"))
    assert anew == cached


def test_the_number_of_threads_changes_no_metric(joint_model):
    """A worker of a cluster has one thread for linear algebra where a process has all cores."""
    layout = joint_model.joint.layout
    y = np.random.default_rng(3).standard_normal((300, layout.size))

    def learned(threads):
        with threadpool_limits(threads):
            metric = Metric.estimate(layout, y, -(y**3), 0.1, directions=20)
            return metric, metric.stretching(layout)

    for one, two in zip(learned(1), learned(2), strict=True):
        for name in ("centre", "scale", "direction", "variance"):
            np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
