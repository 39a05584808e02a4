"""How values look where a person meets them: one short line, and a table in a notebook.

Dataclasses take both from the decorator `displayed`, cards from their base class. Neither is for
reading back: numbers are rounded, long lists and arrays are summed up.
"""

import dataclasses
from collections.abc import Collection, Iterator, Mapping
from collections.abc import Set as AbstractSet
from functools import singledispatch
from numbers import Real
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

if TYPE_CHECKING:
    import numpy.typing as npt

T = TypeVar("T")

_LINE: Final = 180  # characters of one line
_VALUE: Final = 48  # of one value in it
_DEEPEST: Final = 4  # tables in tables
_HEAD: Final = '<table><caption style="text-align:left"><b>{}</b></caption>'


class Row(NamedTuple):
    """One part of a value: what it is called, what it is, and what that means."""

    name: str
    value: object
    meaning: str = ""


def displayed(kind: type[T]) -> type[T]:
    """Give a dataclass a short repr, and a table for notebooks; goes above `dataclass`.

    Examples
    --------
    >>> import numpy as np
    >>> @displayed
    ... @dataclasses.dataclass
    ... class Track:
    ...     particle: str
    ...     energies: np.ndarray
    >>> Track("e-", np.linspace(0.5, 100, 240))
    Track(particle='e-', energies=240 values from 0.5 to 100)
    """
    kind.__repr__ = one_line  # type: ignore[method-assign]
    kind._repr_html_ = as_table  # type: ignore[attr-defined]
    return kind


def one_line(value: object) -> str:
    """Return a value's class and parts in less than 200 characters."""
    kept = ""
    for row in _rows(value):
        part = f"{row.name}={brief(row.value)}"
        if len(kept) + len(part) > _LINE - len(type(value).__name__):
            kept += ", ..."
            break
        kept += f", {part}" if kept else part
    return f"{type(value).__name__}({kept})"


@singledispatch
def brief(value: object) -> str:
    """Return a value in some characters.

    Examples
    --------
    >>> import numpy as np
    >>> brief(0.1 + 0.2), brief((1.0, 2.5)), brief(["a"] * 30), brief(np.arange(12.0))
    ('0.3', '(1, 2.5)', '30 x str', '12 values from 0 to 11')
    """
    if hasattr(value, "dtype"):
        return _array(value)  # type: ignore[arg-type]
    text = repr(value)
    if len(text) <= _VALUE:
        return text
    called = next(
        (c for n in ("title", "name", "label", "symbol") if (c := getattr(value, n, None))), None
    )
    return f"{type(value).__name__}({brief(called) if isinstance(called, str) else '...'})"


@brief.register
def _(value: Real) -> str:
    try:
        return f"{value:.6g}"
    except OverflowError:
        return "a huge number"


@brief.register
def _(value: bool) -> str:
    return str(value)


@brief.register
def _(value: str) -> str:
    return repr(value if len(value) <= _VALUE else f"{value[: _VALUE - 3]}...")


@brief.register
def _(value: type) -> str:
    return value.__name__


@brief.register(tuple)
@brief.register(list)
@brief.register(AbstractSet)
def _(value: Collection[object]) -> str:
    text = f"({', '.join(map(brief, value))})"
    if len(text) <= _VALUE:
        return text
    kinds = {type(one).__name__ for one in value}
    return f"{len(value)} x {kinds.pop() if len(kinds) == 1 else 'value'}"


@brief.register
def _(value: Mapping) -> str:  # type: ignore[type-arg]
    text = f"{{{', '.join(f'{name}: {brief(one)}' for name, one in value.items())}}}"
    return text if len(text) <= _VALUE else f"{len(value)} entries"


def with_unit(value: object, unit: str) -> str:
    """Return a value in words with its unit, that of a pure number being "1".

    Examples
    --------
    >>> with_unit(0.1, "GeV"), with_unit("dirac", "1")
    ('0.1 GeV', 'dirac')
    """
    text = value if isinstance(value, str) else brief(value)
    return text if unit == "1" else f"{text} {unit}"


def as_table(value: object, rows: Collection[Row] | None = None) -> str:
    """Return a value as a table in HTML, its own parts as tables that open.

    Parameters
    ----------
    value : object
        A dataclass or a table of a card.
    rows : collection of Row, optional
        What is said of it; by default its fields.
    """
    return _table(type(value).__name__, _rows(value) if rows is None else rows, 1)


def _table(title: str, rows: "Collection[Row] | Iterator[Row]", depth: int) -> str:
    from html import escape  # noqa: PLC0415 - for notebooks alone

    body = "".join(
        f'<tr><th style="text-align:left">{escape(row.name)}</th>'
        f'<td style="text-align:left">{_cell(row.value, depth)}</td>'
        f'<td style="text-align:left">{escape(row.meaning)}</td></tr>'
        for row in rows
    )
    return f"{_HEAD.format(escape(title)) if title else '<table>'}{body}</table>"


def _cell(value: object, depth: int) -> str:
    """Return a value as HTML: what has parts opens."""
    from html import escape  # noqa: PLC0415 - for notebooks alone

    several = isinstance(value, tuple | list) and any(map(_has_rows, value))
    if depth < _DEEPEST and several and isinstance(value, tuple | list):
        return "".join(_cell(one, depth) for one in value)
    if depth < _DEEPEST and _has_rows(value):
        inner = _table("", _rows(value), depth + 1)
        return f"<details><summary>{escape(brief(value))}</summary>{inner}</details>"
    return escape(value if isinstance(value, str) else brief(value))


def _has_rows(value: object) -> bool:
    is_dataclass = dataclasses.is_dataclass(value) and not isinstance(value, type)
    return is_dataclass or hasattr(type(value), "model_fields")


def _rows(value: object) -> Iterator[Row]:
    """Yield what a dataclass, or a table of a card, holds: its source last, what is None not."""
    if dataclasses.is_dataclass(value):
        names: Mapping[str, Any] = {f.name: None for f in dataclasses.fields(value) if f.repr}
    else:
        names = getattr(type(value), "model_fields", {})
    for name, field in sorted(names.items(), key=lambda one: one[0] == "source"):
        if (one := getattr(value, name)) is not None:
            yield Row(name, one, getattr(field, "description", None) or "")


def _array(value: "npt.NDArray[Any]") -> str:
    """Sum up an array: its shape, and between what its numbers are."""
    import numpy as np  # noqa: PLC0415 - here it is loaded

    count = f"{' x '.join(map(str, value.shape))} values"
    if value.size <= 1 or value.dtype.kind not in "iuf":
        return brief(value.item()) if value.size == 1 else count
    known = value[np.isfinite(value)]
    if not len(known):
        return f"{count}, none finite"
    odd = "" if len(known) == value.size else f" ({value.size - len(known)} not finite)"
    return f"{count} from {known.min():.6g} to {known.max():.6g}{odd}"
