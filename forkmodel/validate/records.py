"""Results of studies that take an hour, kept with the package: what was run, when, and what came out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

__all__ = ["BACKTEST", "STRICT_BACKTEST", "backtest_record", "page_facts", "record_path"]

#: The backtest on loose as-of views, and the one on strict views.
BACKTEST, STRICT_BACKTEST = "backtest", "backtest-strict"
#: Facts of pages that no other record stands behind.
PAGES = "pages"
CALIBRATION_PAGE = "docs/calibration/README.md"
TRUST_PAGE = "docs/trust.md"


def record_path(name: str) -> Path:
    """Return where a study's record stands."""
    return Path(str(resources.files("forkmodel"))) / "validate" / "records" / f"{name}.json"


def backtest_record(name: str = BACKTEST) -> dict[str, Any] | None:
    """Return the last backtest that was run on the bundled tables, in the shape of ``backtest --json``.

    Parameters
    ----------
    name : {"backtest", "backtest-strict"}
        Whether cut-offs knew loose as-of views or only rows with proof that they were known.
    """
    path = record_path(name)
    if not path.is_file():
        return None
    record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return record


def page_facts(root: Path) -> dict[str, dict[str, Any]]:
    """Return what the records say of every page of a checkout that shows results of studies.

    Each page begins with the :func:`forkmodel.validate.standing.banner` of these facts, below its title.

    Parameters
    ----------
    root : Path
        Root of the checkout.

    Returns
    -------
    dict
        Facts, as :func:`forkmodel.validate.standing.standing` takes them, by path from the root.
    """
    found: dict[str, dict[str, Any]] = json.loads(record_path(PAGES).read_text(encoding="utf-8"))
    for name in (BACKTEST, STRICT_BACKTEST):
        record = backtest_record(name)
        if record is not None:
            found[f"docs/{name}.md"] = record["facts"]
    found[CALIBRATION_PAGE] = _together(
        {path.stem: _read(path) for path in sorted((root / CALIBRATION_PAGE).parent.glob("*.json"))}
    )
    references = sorted((root / "tests" / "golden").rglob("*-forkmodel.info.json"))
    golden = {path.stem: _golden(_read(path)) for path in references}
    found[TRUST_PAGE] = _together({**found, **golden})
    return found


def _read(path: Path) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return record


def _golden(info: Mapping[str, Any]) -> dict[str, Any]:
    review = info.get("review")
    return {"model_format": info.get("model_format"), "reviews": None if review is None else {"fit": review}}


def _together(parts: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return what holds of several records: the oldest model, every review, and none if one has none."""
    formats = [facts.get("model_format") for facts in parts.values()]
    known = [number for number in formats if number is not None]
    reviews = [(name, facts.get("reviews")) for name, facts in parts.items()]
    return {
        "model_format": min(known) if known and len(known) == len(formats) else None,
        "reviews": None if any(each is None for _, each in reviews) else dict(_named(reviews)),
    }


def _named(reviews: Iterable[tuple[str, Any]]) -> Iterable[tuple[str, Any]]:
    for name, each in reviews:
        for fit, review in each.items():
            yield f"{name}, {fit}", review
