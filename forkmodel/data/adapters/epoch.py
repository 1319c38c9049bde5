"""Epoch AI's Benchmarking Hub: ``benchmark_data.zip``, or the folder it unpacks to.

``benchmark_metadata.csv`` names the file, the column and the scale of each benchmark, ``model_metadata.csv``
the model behind each version. A version such as ``acme-1_high`` is a model at one setting: the best is kept.
"""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import PurePosixPath

from forkmodel.data.adapters.draft import NO_MODEL, Draft
from forkmodel.data.adapters.imported import Origin
from forkmodel.data.adapters.opening import Bundle, refuse
from forkmodel.data.adapters.scores import evaluator_of, slug
from forkmodel.data.adapters.sheets import Row, read_csv
from forkmodel.data.adapters.units import CellError, read_date, read_number

__all__ = ["ACCESS", "ORIGIN", "OWN", "TAKES", "add_model", "read"]

ORIGIN = Origin(
    "epoch",
    "AI Benchmarking Hub",
    "Epoch AI",
    "https://epoch.ai/benchmarks",
    "CC BY 4.0 (third-party results: upstream terms apply)",
    "Epoch AI, 'AI Benchmarking Hub', https://epoch.ai/benchmarks, CC BY 4.0",
)
TAKES = "benchmark_data.zip, or the folder of its CSV files"

#: Epoch's words for access; others are not out in the open.
ACCESS = {
    "Open weights (unrestricted)": "open_weights",
    "Open weights (restricted use)": "open_weights",
    "Open weights (non-commercial)": "open_weights",
    "Open weights": "open_weights",
    "API access": "closed",
    "Hosted access (no API)": "closed",
    "Closed weights": "closed",
}
#: Evaluator of what Epoch ran itself.
OWN = "Epoch AI"
_COUNTRIES = {
    "United States of America": "United States",
    "United Kingdom of Great Britain": "United Kingdom",
}
#: Why something new is left out whose short name is that of something known.
TAKEN = "its short name is that of a known one: accept it as an alias, or add it by hand under another"
_EFFORT = re.compile(
    r"(?P<model>.+)_(?P<effort>minimal|low|medium|high|xhigh|max|none|best|default|unknown|thinking|"
    r"nonthinking|\d+[kK])"
)
#: Where the metadata name no file, a file's score stands in one of these, as a fraction.
_SCORE_COLUMNS = ("Best score (across scorers)", "mean_score")


def read(bundle: Bundle, draft: Draft) -> None:
    """Fill a draft with benchmarks, models and scores.

    Parameters
    ----------
    bundle : Bundle
        The archive or folder.
    draft : Draft
        The import.

    Raises
    ------
    DataError
        If neither metadata nor a file of runs is there, or a file is damaged.
    """
    metadata = bundle.find("benchmark_metadata.csv")
    if metadata is None:
        what = "holds no benchmark_metadata.csv"
        raise refuse(bundle.name, what, f"Give {TAKES}.")
    models = _models(bundle, draft)
    sheet = read_csv(bundle.read(metadata), metadata)
    sheet.need("benchmark", "source_file", "score_column", "scale", "random_baseline", "score_ceiling")
    read_files = {metadata, bundle.find("model_metadata.csv")}
    for row in sheet.rows:
        name, file = row.get("benchmark"), bundle.find(row.get("source_file"))
        if file is None:
            draft.leave(row.place, name, "the hub publishes no scores of this benchmark")
            continue
        read_files.add(file)
        benchmark = _benchmark(row, file, draft)
        if benchmark:
            _scores(bundle, file, row, benchmark, models, draft)
    for file in bundle.ending(".csv"):
        if file not in read_files:
            draft.leave(file, "", "the hub's metadata name no score column of this file")


def _models(bundle: Bundle, draft: Draft) -> dict[str, Row]:
    """Return the metadata of each model version."""
    file = bundle.find("model_metadata.csv")
    if file is None:
        return {}
    sheet = read_csv(bundle.read(file), file)
    sheet.need("model_version", "model_group")
    return {row.get("model_version"): row for row in sheet.rows if row.get("model_version")}


def _benchmark(row: Row, file: str, draft: Draft) -> str | None:
    """Return the id of a benchmark, which is added if the tables lack it."""
    name = row.get("benchmark")
    stem = PurePosixPath(file).stem.removesuffix("_external")
    found = draft.naming.benchmark(name, stem)
    if found is not None:
        return found
    try:
        chance, ceiling = read_number(row.get("random_baseline")), read_number(row.get("score_ceiling"))
        released = read_date(row.get("release_date"))
    except CellError as error:
        draft.leave(row.place, name, f"a cell cannot be read: {error}")
        return None
    if draft.is_late(released):
        draft.leave(row.place, name, "the benchmark was published after the vintage")
        return None
    id_ = slug(stem)
    if draft.naming.find("benchmark", id_) is not None:
        draft.leave(row.place, name, TAKEN)
        return None
    draft.add(
        "benchmarks",
        row.place,
        benchmark=id_,
        name=name,
        domain="unclassified",
        chance_level=chance,
        ceiling=ceiling or "1",
        release_date=released,
    )
    draft.naming.learn("benchmark", id_, name)
    return id_


def _scores(
    bundle: Bundle, file: str, about: Row, benchmark: str, models: dict[str, Row], draft: Draft
) -> None:
    sheet = read_csv(bundle.read(file), file)
    column = about.get("score_column") or next((c for c in _SCORE_COLUMNS if c in sheet.header), "")
    sheet.need("Model version", column)
    for place, what in sheet.ragged:
        draft.leave(place, "", what)
    # What Epoch ran itself is its own; what it republishes meets the rows of the party that ran it.
    external = "_external" in file
    evaluator = evaluator_of(draft, benchmark, "third party (via Epoch)") if external else OWN
    for row in sheet.rows:
        version = row.get("Model version")
        name = f"{version}, {about.get('benchmark')}"
        try:
            scale = Decimal(read_number(about.get("scale")) or "1")
            text = read_number(row.get(column))
            error = read_number(row.get("stderr"))
            started = read_date(row.get("Started at"))
        except CellError as fault:
            draft.leave(row.place, name, f"a cell cannot be read: {fault}")
            continue
        if not version or not text:
            draft.leave(row.place, name, "the row names no model or no score")
            continue
        if draft.is_late(started):
            draft.leave(row.place, name, "the test was run after the vintage")
            continue
        model = _model(version, row, models.get(version), draft)
        if model is not None:
            effort = _EFFORT.fullmatch(version)
            setting = f"effort={effort['effort']}" if effort and effort["effort"] != "unknown" else ""
            draft.add(
                "scores",
                row.place,
                model_id=model,
                benchmark=benchmark,
                score=format(Decimal(text) * scale, "f"),
                stderr=format(Decimal(error) * scale, "f") if error else "",
                evaluator=evaluator,
                setting=setting,
                source_snapshot=draft.day,
            )


def _model(version: str, row: Row, about: Row | None, draft: Draft) -> str | None:
    effort = _EFFORT.fullmatch(version)
    base = effort["model"] if effort else version
    group = about.get("model_group") if about else ""
    found = draft.naming.model(group or base, version, base, row.get("Name"))
    if found is None and about is not None and group:
        found = add_model(
            draft, about, group, about.get("date"), about.get("organization"), about.get("accessibility"),
            about.get("country"),
        )  # fmt: skip
        if found is None:
            return None
    if found is None:
        draft.leave(row.place, version, NO_MODEL)
    return found


def add_model(
    draft: Draft, row: Row, name: str, date: str, developer: str, access: str, country: str
) -> str | None:
    """Add a model of which the source states all that the table needs, and return its id.

    Returns
    -------
    str or None
        None if something is missing, or the model came out after the vintage; it is left out then.
    """
    try:
        released = read_date(date)
    except CellError:
        released = ""
    id_ = slug(name)
    reason = ""
    if draft.naming.find("model", id_) is not None:
        reason = TAKEN
    elif not (released and developer and access and country):
        reason = "a model not in the tables, and the source lacks its day, developer, access or country"
    elif access not in ACCESS:
        reason = f"a model not in the tables whose access is {access!r}"
    elif draft.is_late(released):
        reason = "the model was released after the vintage"
    if reason:
        draft.leave(row.place, name, reason)
        return None
    first = developer.split(",")[0].strip()
    known = draft.naming.find("developer", developer, first) or first
    draft.naming.learn("model", id_, name)
    draft.add(
        "models",
        row.place,
        model_id=id_,
        name=name,
        developer=known,
        access=ACCESS[access],
        country=_COUNTRIES.get(country, country),
        release_date=released,
    )
    return id_
