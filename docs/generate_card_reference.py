"""Writes the card reference from the schema: as a hook of mkdocs, or by hand to the screen."""

import re
import types
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

import annotated_types
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from scotopic.bounds.base import BOUNDS
from scotopic.experiments.loader import Extension
from scotopic.experiments.messages import tables_in
from scotopic.experiments.schema import Experiment
from scotopic.experiments.toml_text import toml_text
from scotopic.signatures.base import SIGNATURES

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

PAGE = "card-reference.md"
UNITS = {"_GeV": "GeV", "_cm": "cm", "_events": "events"}
_SECTIONS = re.compile(r"\n    (?:Raises|Examples)\n")  # of a docstring
SCALARS: dict[object, str] = {
    float: "number",
    int: "integer",
    str: "string",
    bool: "boolean",
}

INTRODUCTION = """# Card reference

Every key of an experiment card, made from the schema that checks the cards; what the page does
not list is refused. [Experiment cards](cards.md) says how to write one. `[]` behind a key marks
an array. A key without a default must be there. The table `searches[].selection` depends on the
search's `signature`: there is one section for each. At the end are cards of [bounds](bounds.md), a
section for each kind.
"""


def on_files(files: "Files", config: "MkDocsConfig") -> "Files":
    """Add the page to the site (called by mkdocs)."""
    from mkdocs.structure.files import File  # noqa: PLC0415 - by hand it works without mkdocs

    files.append(File.generated(config, PAGE, content=card_reference()))
    return files


def card_reference() -> str:
    """Return the page as Markdown."""
    sections = [
        _section("The card itself", "", Experiment, ""),
        _section("Extending another card", "", Extension, ""),
    ]
    for path, model, mark in _tables(Experiment, ""):
        sections.append(_section(f"`{path}`", path, model, mark))
        if path == "searches[]":
            sections += _selections()
    sections += _bounds()
    return "\n".join([INTRODUCTION, *sections])


def _selections() -> Iterator[str]:
    """Yield the sections of the signatures' own tables."""
    path = "searches[].selection"
    for name in SIGNATURES.names():
        table = SIGNATURES[name].table
        of = f"with signature `{name}`"
        yield _section(f"`{path}` {of}", path, table, "")
        for below, model, mark in _tables(table, path):
            yield _section(f"`{below}` {of}", below, model, mark)


def _bounds() -> Iterator[str]:
    """Yield the sections of the cards of bounds, one for each kind."""
    for name in BOUNDS.names():
        yield _section(f"A bound of kind `{name}`", "", BOUNDS[name].table, "")


def _tables(model: type[BaseModel], path: str) -> Iterator[tuple[str, type[BaseModel], str]]:
    """Yield the tables below a table: path, model, and `array` if there are several."""
    for key, field in model.model_fields.items():
        for table in tables_in(field.annotation):
            is_array = "tuple" in str(field.annotation)
            below = f"{path}.{key}" if path else key
            below += "[]" if is_array else ""
            yield below, table, "array" if is_array else ""
            yield from _tables(table, below)


def _section(heading: str, path: str, model: type[BaseModel], mark: str) -> str:
    described = " ".join(_SECTIONS.split(model.__doc__ or "")[0].split())
    lines = [f"## {heading}", "", described + (" An array of tables." if mark else ""), ""]
    lines += ["| key | type | unit | allowed | default | meaning |", "|---|---|---|---|---|---|"]
    fields = sorted(model.model_fields.items(), key=lambda item: item[0] == "source")
    lines += [_row(f"{path}.{key}" if path else key, key, field) for key, field in fields]
    return "\n".join([*lines, ""])


def _row(path: str, key: str, field: FieldInfo) -> str:
    kind, bounds = _type(field.annotation)
    bounds = [*field.metadata, *bounds]
    unit = next((u for end, u in UNITS.items() if key.endswith(end)), "")
    cells = [f"`{path}`", kind, unit, _allowed(bounds, kind), _default(field), field.description]
    return "| " + " | ".join(str(c or "").replace("|", "\\|") for c in cells) + " |"


def _type(annotation: object) -> tuple[str, list[object]]:
    """Return what a value is in TOML, and the constraints inside the annotation."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        kind, inner = _type(arguments[0])
        constraints = [m for a in arguments[1:] for m in getattr(a, "metadata", [a])]
        return kind, inner + constraints
    if origin in (Union, types.UnionType):
        kinds = [_type(a) for a in arguments if a is not type(None)]
        return " or ".join(kind for kind, _ in kinds), kinds[0][1]
    if origin is Literal:
        return "one of " + ", ".join(f"`{a}`" for a in arguments), []
    if origin is tuple:
        kind, inner = _type(arguments[0])
        number = "" if arguments[-1] is ... else f"{len(arguments)} "
        return f"array of {number}{_several(kind)}", inner
    if origin is dict and arguments[1] is not Any:
        kind, inner = _type(arguments[1])
        return f"table of {_several(kind)}", inner
    return SCALARS.get(annotation, "table"), []


def _several(kind: str) -> str:
    words = kind.split(" or ")
    return " or ".join(
        w.replace("array", "arrays", 1) if w.startswith("array") else f"{w}s" for w in words
    )


def _allowed(constraints: list[object], kind: str) -> str:
    words = []
    for c in constraints:
        if isinstance(c, annotated_types.Gt):
            words.append(f"> {c.gt:g}")
        elif isinstance(c, annotated_types.Ge):
            words.append(f"≥ {c.ge:g}")
        elif isinstance(c, annotated_types.Lt):
            words.append(f"< {c.lt:g}")
        elif isinstance(c, annotated_types.Le):
            words.append(f"≤ {c.le:g}")
        elif isinstance(c, annotated_types.MinLen) and kind.startswith("array"):
            words.append(f"at least {c.min_length} entr{'y' if c.min_length == 1 else 'ies'}")
    return ", ".join(words)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return ""
    if field.default is None:
        return "not given"
    default = field.default
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    if isinstance(default, BaseModel):
        given = default.model_dump(exclude_defaults=True)
        return f"`{{{', '.join(toml_text({k: v}).strip() for k, v in given.items())}}}`"
    return {"()": "`[]`", "": '`""`'}.get(str(default), f"`{default}`")


if __name__ == "__main__":
    print(card_reference())
