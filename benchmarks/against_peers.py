"""Samplers on the same posterior: effective draws per processor second and per gradient, ours and others.

Run it with ``python benchmarks/against_peers.py [--posterior capability] [--peer NAME ...]``. Each sampler
runs in a process of its own, one after the other. Its log density has to be PyMC's at twenty random points up
to one constant, or it leaves no figures. A sampler whose package is absent is skipped. Results stand in
``results/peers-POSTERIOR.json``; samplers that were not asked for keep theirs.

On the joint model, samplers other than the package's own start at draws of its run: they are spared the
search for the region, which no short window would pay for.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

from measure import RESULTS, arguments, versions, write_json
from peers.window import Window

#: By sampler: the file and the package that it needs.
PEERS = {
    "forkmodel": ("on_nutpie", "nutpie"),
    "nutpie": ("on_nutpie", "nutpie"),
    "pymc": ("on_pymc", "pymc"),
    "numpyro": ("on_jax", "numpyro"),
    "blackjax": ("on_jax", "blackjax"),
    "stan": ("on_stan", "stan"),
}
#: By posterior: warm-up steps and kept draws a chain, chains, and who samples it in reasonable time.
WINDOWS = {
    "capability": ((200, 150, 4), tuple(PEERS)),
    "joint": ((200, 100, 4), ("forkmodel", "nutpie")),
}
QUICK = (30, 20, 2)
PACKAGES = ("pymc", "pytensor", "nutpie", "numba", "numpyro", "blackjax", "jax", "pystan", "httpstan")


def measured(peer: str, posterior: str, window: Window, fit: Path | None) -> dict[str, object]:
    """Run one sampler in this process and return its figures."""
    from peers.posterior import POINTS, Target, constant_between

    warnings.simplefilter("ignore")
    target = Target.of(posterior, fit)
    module = importlib.import_module(f"peers.{PEERS[peer][0]}")
    run = getattr(module, peer)(target, window)
    constant, worst = constant_between(run.log_densities, target.log_densities())
    return {
        "window": vars(window),
        "density": {"points": POINTS, "constant_nats": constant, "beyond_it_nats": worst},
        **run.figures(),
    }


def in_own_process(peer: str, posterior: str, window: Window, fit: Path | None) -> dict[str, object]:
    """Run one sampler in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "answer.json"
        words = [peer, posterior, str(answer), json.dumps(vars(window)), *([str(fit)] if fit else [])]
        subprocess.run([sys.executable, __file__, "--alone", *words], check=True)
        return dict(json.loads(answer.read_text(encoding="utf-8")))


def alone(peer: str, posterior: str, answer: str, window: str, fit: str | None = None) -> None:
    """Be that process."""
    figures = measured(peer, posterior, Window(**json.loads(window)), Path(fit) if fit else None)
    Path(answer).write_text(json.dumps(figures), encoding="utf-8")


def options() -> argparse.Namespace:
    """Return what was asked for."""
    parser = arguments(__doc__)
    parser.add_argument("--posterior", choices=("capability", "joint"), action="append")
    parser.add_argument("--peer", choices=tuple(PEERS), action="append")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def main() -> None:
    """Run what was asked for and write what was found."""
    asked = options()
    for posterior in asked.posterior or (["capability"] if asked.quick else ["capability", "joint"]):
        path = RESULTS / f"peers-{posterior}.json"
        known = json.loads(path.read_text(encoding="utf-8"))["samplers"] if path.exists() else {}
        with tempfile.TemporaryDirectory() as folder:
            fit = Path(folder) / "fit.nc"
            lengths, takers = WINDOWS[posterior]
            window = Window(*(QUICK if asked.quick else lengths), asked.seed)
            for peer in asked.peer or (takers[:2] if asked.quick else takers):
                package = PEERS[peer][1]
                if importlib.util.find_spec(package) is None:
                    print(f"{peer}: skipped, package {package} is absent; `make bench` installs it")
                    continue
                saved = posterior == "joint" and (peer == "forkmodel" or fit.exists())
                figures = in_own_process(peer, posterior, window, fit if saved else None)
                known = {name: (known | {peer: figures})[name] for name in PEERS if name in {*known, peer}}
                shown = {key: figures[key] for key in ("compile_cpu_s", "ms_per_gradient", "ess_per_cpu_s")}
                print(posterior, peer, json.dumps(shown), flush=True)
                if not asked.quick:
                    write_json(path.stem, {"versions": versions(PACKAGES), "samplers": known})


if __name__ == "__main__":
    if sys.argv[1:2] == ["--alone"]:
        alone(*sys.argv[2:])
    else:
        main()
