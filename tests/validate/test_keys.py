"""A job's key changes with everything that can change its result, and with nothing else."""

from __future__ import annotations

from pathlib import Path

import forkmodel as fm
from forkmodel.inference.posterior import VERSIONED
from forkmodel.validate.calibration.calibration import calibration_jobs
from forkmodel.validate.calibration.small_design import SMALL_OPTIONS
from forkmodel.validate.jobs import code
from forkmodel.validate.jobs.code import BEYOND_A_FIT, code_hash, sources
from forkmodel.validate.jobs.fit_job import FitJob

PACKAGE = Path(fm.__file__).parent


def _package(folder, **changed):
    files = {
        "model/choice.py": "x = 1\n",
        "fit.py": "verb = 1\n",
        "market/shares.py": "y = 2\n",
        "forecast/worlds.py": "z = 3\n",
        "validate/calibration/ranks.py": "w = 4\n",
        "priors/prior_set.py": "p = 5\n",
        "scenarios/baseline.toml": 'name = "baseline"\n',
        "inference/geometry/bundled_metric.nc": "the metric that a sampler begins with",
        "report/page.py": "page = 6\n",
        "cli/main.py": "a = 7\n",
    }
    for name, text in (files | changed).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return code_hash(folder)


def test_code_that_can_change_a_result_changes_the_key(tmp_path):
    before = _package(tmp_path / "0")
    assert _package(tmp_path / "same") == before
    changes = {
        "model/choice.py": "x = 2\n",
        "market/shares.py": "y = 3\n",
        "forecast/worlds.py": "z = 4\n",
        "validate/calibration/ranks.py": "w = 5\n",
        "priors/prior_set.py": "p = 6\n",
        "scenarios/baseline.toml": 'name = "other"\n',
        "inference/geometry/bundled_metric.nc": "another metric",
        "results/new.py": "",
    }
    hashes = {before}
    for place, (name, text) in enumerate(changes.items()):
        hashes.add(_package(tmp_path / f"changed-{place}", **{name: text}))
    assert len(hashes) == 1 + len(changes)


def test_comments_and_presentation_do_not_change_it(tmp_path):
    before = _package(tmp_path / "0")
    for place, (name, text) in enumerate(
        {
            "model/choice.py": '"""What it is."""\n\n# Why.\nx = 1\n',
            "report/page.py": "page = 7\n",
            "fit.py": "verb = 10\n",
            "cli/main.py": "a = 8\n",
            "cli/trust.py": "b = 9\n",
        }.items()
    ):
        assert _package(tmp_path / f"same-{place}", **{name: text}) == before, name


def test_a_fit_is_kept_whatever_is_asked_of_it_later(tmp_path):
    """Forecasts, claims and studies rest on a fit: changing them makes no other posterior."""
    folder = tmp_path / "0"
    _package(folder)
    kept = code_hash(folder, BEYOND_A_FIT)
    for name in ("forecast/worlds.py", "claims/judge.py", "fit.py", "scenarios/baseline.toml"):
        other = tmp_path / name.replace("/", "-")
        _package(other, **{name: "changed = 1\n"})
        assert code_hash(other, BEYOND_A_FIT) == kept, name
    _package(tmp_path / "model", **{"model/choice.py": "x = 2\n"})
    assert code_hash(tmp_path / "model", BEYOND_A_FIT) != kept


def test_versions_of_packages_change_it(tmp_path, monkeypatch):
    before = _package(tmp_path / "0")
    real = code.version
    for name in VERSIONED:
        monkeypatch.setattr(code, "version", lambda asked, name=name: "0.0" if asked == name else real(asked))
        assert _package(tmp_path / name) != before, name


def test_every_folder_of_the_package_is_looked_at():
    seen = {path.relative_to(PACKAGE).parts[0] for path in sources(PACKAGE)}
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert folders - seen == {"report", "cli"}
    assert {"priors", "scenarios", "formats.py"} <= seen


def test_a_prior_file_changes_the_keys_of_what_depends_on_it(market, tmp_path):
    def edited(key, text):
        path = tmp_path / f"{key}.toml"
        path.write_text(text, encoding="utf-8")
        return fm.load_priors(path)

    reference = fm.load_priors("reference")
    entry = (Path(PACKAGE).parent / "priors" / "skeptic.toml").read_text(encoding="utf-8")
    skeptic = edited("sampled", entry)
    assert FitJob(market, skeptic).key != FitJob(market, reference).key
    jobs = [
        calibration_jobs(market, SMALL_OPTIONS, priors, ("adoption",), 10, 1)[0]
        for priors in (reference, skeptic)
    ]
    assert jobs[0].key != jobs[1].key
