"""The templates that pages are made of: the package's own, and a reader's that take the place of some."""

from __future__ import annotations

import base64
import traceback
from pathlib import Path
from types import ModuleType
from typing import Any

from jinja2 import (
    ChoiceLoader,
    FileSystemLoader,
    PackageLoader,
    PrefixLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
)
from jinja2.exceptions import SecurityError
from jinja2.runtime import BlockReference, LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment

from forkmodel.errors import TemplateFileError, did_you_mean

__all__ = ["OWN", "Sandbox", "check_templates", "fill", "sheet", "templates"]

#: How a reader's template names the package's own of the same name, to extend it.
OWN = "forkmodel"
#: Letters of a reason that are told: some quote a whole table.
LONGEST = 160
_ROOM = "forkmodel.report."
_PLAIN = (str, dict, list, tuple, int, float)


class Sandbox(ImmutableSandboxedEnvironment):
    """Templates see words and numbers; they call what the report gives them and nothing else.

    Content holds tables and arrays that can write files, and modules name the modules they import.
    """

    #: The reader's folder.
    folder: Path | None = None
    #: Modules that the templates were given, whose functions they may call.
    called: frozenset[str] = frozenset()

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Return whether a template may see an attribute."""
        if isinstance(value, ModuleType) and not value.__name__.startswith(_ROOM):
            return False
        return super().is_safe_attribute(obj, attr, value)

    def is_safe_callable(self, obj: Any) -> bool:
        """Return whether a template may call it."""
        if isinstance(obj, Macro | BlockReference | LoopContext):
            return True
        if any(obj is known for known in self.globals.values()):
            return True
        if isinstance(getattr(obj, "__self__", None), _PLAIN):
            return super().is_safe_callable(obj)
        return getattr(obj, "__module__", None) in self.called


def _csv_link(body: str) -> str:
    return "data:text/csv;base64," + base64.b64encode(body.encode()).decode()


def templates(folder: Path | None = None) -> Sandbox:
    """Return where templates are looked up: in a reader's folder first, then in the package.

    Parameters
    ----------
    folder : Path, optional
        Templates that take the place of the package's of the same name, which they find as
        ``forkmodel/NAME``.

    Returns
    -------
    Sandbox
        With text escaped and with unknown names refused.
    """
    own = PackageLoader("forkmodel.report", "templates")
    found = own if folder is None else ChoiceLoader([FileSystemLoader(folder), own])
    made = Sandbox(
        loader=ChoiceLoader([found, PrefixLoader({OWN: own})]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.folder = folder
    made.filters["csv_link"] = _csv_link
    return made


def check_templates(folder: Path) -> None:
    """Refuse a folder that changes nothing, and templates that cannot be read, before a page is made.

    Raises
    ------
    TemplateFileError
        If there is no such folder, no file of it has the name of a template of the package, or one is no
        Jinja; the message names file and line.
    """
    if not folder.is_dir():
        raise TemplateFileError(f"there is no folder {folder} with templates. Give one that exists.")
    own = PackageLoader("forkmodel.report", "templates").list_templates()
    files = sorted(path for path in folder.iterdir() if path.is_file())
    if not any(path.name in own for path in files):
        hint = did_you_mean(files[0].name, own) if files else f"Names: {', '.join(own)}."
        raise TemplateFileError(f"no file in {folder} has the name of a template. {hint}")
    environment = templates(folder)
    for path in files:
        if path.suffix != ".html":
            continue
        try:
            environment.parse(path.read_text(encoding="utf-8"), path.name, str(path))
        except TemplateSyntaxError as error:
            raise TemplateFileError(f"{path}, line {error.lineno}: {error.message}.") from error
        except (OSError, UnicodeDecodeError) as error:
            raise TemplateFileError(f"{path} cannot be read as UTF-8 text: {error}.") from error


def sheet(environment: Sandbox, name: str) -> str:
    """Return a style sheet as it stands in its file."""
    assert environment.loader is not None  # noqa: S101 - made above; narrows the type
    return environment.loader.get_source(environment, name)[0]


def fill(environment: Sandbox, name: str, **variables: Any) -> str:
    """Return a template filled in.

    Raises
    ------
    TemplateFileError
        If a template asks for what there is not, does what none may, or a reader's fails in any other way;
        the message names file and line.
    """
    environment.called = frozenset(
        value.__name__ for value in variables.values() if isinstance(value, ModuleType)
    )
    try:
        return environment.get_template(name).render(**variables)
    except Exception as error:
        file, number = _place(error)
        ours = environment.folder is None or environment.folder not in Path(file).parents
        if ours and not isinstance(error, TemplateError):
            raise
        raise TemplateFileError(f"{file}, line {number}: {_why(error)}") from error


def _why(error: Exception) -> str:
    if isinstance(error, TemplateNotFound):
        return f"there is no template {error}."
    first = str(error).splitlines()[0][:LONGEST].rstrip(".")
    if isinstance(error, SecurityError):
        return f"a template may not do this: {first}."
    return f"{first}." if isinstance(error, TemplateError) else f"{type(error).__name__}: {first}."


def _place(error: Exception) -> tuple[str, int | None]:
    """Return file and line of the innermost template that an error came through."""
    if isinstance(error, TemplateSyntaxError):
        return str(error.filename or error.name), error.lineno
    frames = traceback.extract_tb(error.__traceback__)
    inside = [frame for frame in frames if Path(frame.filename).suffix in (".html", ".svg")]
    return (inside[-1].filename, inside[-1].lineno) if inside else ("a template", None)
