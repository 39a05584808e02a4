"""Results as files: everything as JSON, which reads back equal, and a curve as a table.

The JSON of every result has the same form: `kind`, the names of the `axes`, `attributes`,
`variables` with their dimensions, units and nested lists of values, and `layers`, which have
attributes and variables of their own. Not-a-number is null in it,
and infinities are the words "inf" and "-inf", because JSON has neither.
"""

import itertools
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from scotopic.errors import RangeError, ScotopicError
from scotopic.memory import no_search_for_cycles
from scotopic.models.parameters import parameter
from scotopic.models.registry import model_class
from scotopic.precision.magnetic_moments import SIGN
from scotopic.reading import read_json
from scotopic.registry import Registry
from scotopic.results import provenance, write_csv, write_json
from scotopic.search.allowance import OUTCOMES, bands_among
from scotopic.search.curve import NOTHING_EXCLUDED, OK
from scotopic.search.result import Layer, Result, Variable
from scotopic.search.set_ups import parameter_of_axis
from scotopic.search.ties import MOMENTS

Json = dict[str, Any]
Columns = dict[str, list[float | str]]

CURVE: Final = "curve"
PLANE: Final = "plane"

EXPECTED: Final = OUTCOMES[1:]
"""The outcomes that are expected without signal, from low to high."""

_TYPES: Final[Mapping[str, Any]] = {
    "float": np.float64,
    "int": np.int64,
    "bool": np.bool_,
    "text": np.dtypes.StringDType(),
}
_KINDS: Final = {"f": "float", "i": "int", "u": "int", "b": "bool"}
_ROWS: Final = 8  # of a table, in a notebook
_SEEN: Final = 0.02  # errors of a curve above that are worth a line
_DIRECTION: Final = {1: "positive", -1: "negative"}


def as_json(result: Result) -> Json:
    """Return a result as JSON can write it."""
    return {
        "kind": CURVE if result.is_curve else PLANE,
        "axes": list(result.axes),
        "attributes": dict(result.attributes),
        "variables": _variables_as_json(result.variables),
        "layers": [
            {
                "kind": layer.kind,
                "label": layer.label,
                "attributes": dict(layer.attributes),
                "variables": _variables_as_json(layer.variables),
            }
            for layer in result.layers
        ],
    }


def _variables_as_json(variables: Mapping[str, Variable]) -> Json:
    return {
        name: {
            "dims": list(one.dims),
            "unit": one.unit,
            "long_name": one.long_name,
            "description": one.description,
            "type": _KINDS.get(one.values.dtype.kind, "text"),
            "values": _listed(one.values.tolist()),
        }
        for name, one in variables.items()
    }


def _listed(value: Any) -> Any:  # noqa: ANN401 - nested lists
    if isinstance(value, list):
        return [_listed(one) for one in value]
    if isinstance(value, float) and not np.isfinite(value):
        return None if np.isnan(value) else str(value)
    return value


def from_json(content: Json) -> Result:
    """Return the result that `as_json` wrote, if it can be drawn and written as tables.

    Raises
    ------
    ScotopicError
        If it is none.

    Examples
    --------
    >>> import numpy as np
    >>> arrays = {"mass": np.array([0.1, 0.2]), "edge": np.array([1e-4, np.nan])}
    >>> one = Result(("mass",), {k: Variable(("mass",), v, "GeV") for k, v in arrays.items()})
    >>> as_json(one)["variables"]["edge"]["values"], from_json(as_json(one)) == one
    ([0.0001, None], True)
    """
    from scotopic.checked import one_of  # noqa: PLC0415 - for files that are read alone
    from scotopic.search.attributes import check_attributes  # noqa: PLC0415

    try:
        layers = [
            Layer(one["kind"], one["label"], _variables(one["variables"]), one["attributes"])
            for one in content["layers"]
        ]
        variables = _variables(content["variables"])
        found = Result(tuple(content["axes"]), variables, content["attributes"], tuple(layers))
        one_of("kind", content["kind"], [CURVE if found.is_curve else PLANE])
        check_attributes(found)
    except RangeError as error:
        raise ScotopicError(f"result: {error}") from None
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        what = f"{type(error).__name__}: {error}"
        raise ScotopicError(f"result: not as scotopic writes results ({what})") from None
    return found


def _variables(content: Json) -> dict[str, Variable]:
    """Return arrays by name.

    Raises
    ------
    RangeError
        If they do not agree on how long a dimension is.
    """
    found = {
        name: Variable(
            tuple(one["dims"]), _array(one), one["unit"], one["long_name"], one["description"]
        )
        for name, one in content.items()
    }
    sizes: dict[str, int] = {}
    for name, one in found.items():
        for dim, size in zip(one.dims, one.values.shape, strict=True):
            if sizes.setdefault(dim, size) != size:
                raise RangeError(f"{name}: has {size} values along {dim}, others {sizes[dim]}")
    return found


def _array(one: Json) -> npt.NDArray[Any]:
    values = one["values"]
    if one["type"] == "float":
        values = np.array(values, dtype=object)  # null becomes not-a-number, "inf" infinity
    return np.asarray(values).astype(_TYPES[one["type"]])


def write_result(result: Result, path: Path, seconds: float | None = None) -> None:
    """Write a result with its provenance, whole or not at all.

    Parameters
    ----------
    result : Result
        Any.
    path : Path
        Of the file.
    seconds : float, optional
        How long it took.
    """
    with no_search_for_cycles():
        write_json(path, {"provenance": provenance(seconds), **as_json(result)})


def read_result(path: str | os.PathLike[str]) -> Result:
    """Read a `result.json`.

    Parameters
    ----------
    path : str or path
        Of the file, or of the directory that it was saved to.

    Raises
    ------
    ScotopicError
        If it cannot be read or is no result; the message names the file.
    """
    path = Path(path)
    if path.is_dir():
        path /= "result.json"
    content = read_json(path)
    try:
        return from_json(content)
    except ScotopicError as error:
        raise ScotopicError(f"{path}: {error}") from None


def write_curve(curve: Result, directory: Path, seconds: float | None = None) -> list[Path]:
    """Write a curve as `limit.csv` and `result.json`, each whole or not at all.

    Returns
    -------
    list of Path
        The files written.
    """
    files = [directory / "limit.csv", directory / "result.json"]
    write_csv(files[0], *curve_table(curve))
    write_result(curve, files[1], seconds)
    return files


def save(result: Result, directory: Path) -> list[Path]:
    """Write the files of a result in a directory: all of them, or none. See `Result.save`."""
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=directory.parent, prefix=".scotopic-") as name:
            made = Path(name) / "whole"
            made.mkdir()
            files = _WRITERS[CURVE if result.is_curve else PLANE](result, made)
            if not directory.exists():
                made.rename(directory)
            else:
                for file in files:
                    file.replace(directory / file.name)
    except OSError as error:
        raise ScotopicError(f"{directory}: {error.strerror or error}") from None
    return [directory / file.name for file in files]


_WRITERS: Final[Registry[Callable[[Result, Path], list[Path]]]] = Registry(
    "writer",
    "writers",
    {
        CURVE: "scotopic.search.result_files:write_curve",
        PLANE: "scotopic.scan.plane_files:write_plane",
    },
)
"""What writes the files of results, by their kind: the command line's, found by name."""


def as_html(result: Result) -> str:
    """Return what notebooks show of a result."""
    from html import escape  # noqa: PLC0415 - for notebooks alone

    if not result.is_curve:
        sizes = " x ".join(f"{name}: {len(result[name])}" for name in result.axes)
        limits = result["limit"].tolist() if "limit" in result.variables else []
        lines = [sizes, *limits, *(f"{one.kind}: {one.label}" for one in result.layers)]
        return _paragraphs(str(result.attributes.get("title", "")), lines)
    (title, *comments), columns = curve_table(result)
    shown = [name for name in columns if not name.startswith(("expected_", "relative_"))]
    rows = list(zip(*(columns[name] for name in shown), strict=True))
    count = len(rows)
    places = np.unique(np.linspace(0, count - 1, _ROWS).astype(int)) if count else ()
    some = [rows[i] for i in places]
    head = "".join(f"<th>{escape(name)}</th>" for name in shown)
    body = "".join(
        "<tr>"
        + "".join(f"<td>{_cell(*one)}</td>" for one in zip(shown, row, strict=True))
        + "</tr>"
        for row in some
    )
    return f"{_paragraphs(title, comments)}<table><tr>{head}</tr>{body}</table>"


def _cell(name: str, value: float | str) -> str:
    if name.startswith("open_"):
        return "yes" if value else "no"
    return f"{value:.4g}"


def _paragraphs(title: str, lines: Iterable[str]) -> str:
    from html import escape  # noqa: PLC0415 - for notebooks alone

    return f"<p><b>{escape(title)}</b></p>" + "".join(f"<p>{escape(one)}</p>" for one in lines)


def heading(curve: Result) -> str:
    """Return in a line what a curve is."""
    level = f"{100 * curve.attributes['confidence_level']:g} % CL"
    what = "excluded intervals of" if curve.has_islands else f"{curve.side} limit on"
    return f"{curve.attributes['title']}: {level} {what} {curve.quantity}"


def without_limit(curve: Result) -> Iterator[tuple[str, float, float, int]]:
    """Yield where a curve has no limit: the reason, first and last value, number of points.

    Neighbouring points that have the same reason are one. Of the single experiments of a
    combination, only what is no matter of sensitivity is told.
    """
    values = curve.axis.tolist()
    for label, status in zip(curve.labels, curve["status"].tolist(), strict=True):
        is_first = label == curve.labels[0]
        first = 0
        for reason, points in itertools.groupby(status):
            count = len(list(points))
            if not (reason == OK or (reason.startswith(NOTHING_EXCLUDED) and not is_first)):
                text = reason if is_first else f"{label} alone: {reason}"
                yield text, values[first], values[first + count - 1], count
            first += count


def remarks(curve: Result) -> Iterator[str]:
    """Yield what must be known of a curve between its points."""
    yield from curve.attributes.get("remarks", ())
    error = curve["interpolation_error"][0]
    if np.any(error > _SEEN):
        worst = int(np.nanargmax(error))
        yield (
            f"straight lines between the points are off by up to {100 * error[worst]:.2g} %, next"
            f" to {curve.axes[0]} = {curve.axis[worst]:.6g}"
        )


def curve_table(curve: Result) -> tuple[list[str], Columns]:
    """Return the lines of comment and the columns of a curve's table.

    Upper limits have a row for each point of the axis that has one; islands a row for each
    interval, with its edges in place of the limit. With bands of thresholds or models there are
    columns for their ends, and rows for what is excluded there alone.
    """
    kind = model_class(curve.attributes["model"]["name"])
    axis = parameter_of_axis(kind, curve.axes[0]).column
    comments = [heading(curve), *_sign(curve)]
    comments += curve.attributes.get("flat_efficiencies", ())
    comments += _moved_thresholds(curve)
    if "models" in bands_among(curve["outcome"].tolist()):
        comments.append(_OF_MODELS)
    if common := curve.attributes.get("common_nuisances"):
        comments.append(f"uncertainties that the experiments have in common: {', '.join(common)}")
    comments += remarks(curve)
    for reason, low, high, count in without_limit(curve):
        where = f"= {low!r}" if count == 1 else f"from {low!r} to {high!r}, {count} points"
        comments.append(f"no limit at {axis} {where}: {reason}")
    bands = bands_among(curve["outcome"].tolist())
    ends = [name for both in bands.values() for name in both]
    others: Columns = {}
    if curve.has_islands:
        outcomes = curve["outcome"].tolist()
        places = {name: outcomes.index(name) for name in ends}
        lower = curve["lower"][0][[0, *places.values()]]
        row, column = np.nonzero(np.isfinite(lower).any(axis=0))
        found: Columns = {
            name: curve[name][0, 0][row, column].astype(float).tolist()
            for name in ("lower", "upper", "open_below", "open_above")
        }
        for name, i in places.items():
            for side in ("lower", "upper"):
                others[f"{side}_{name}"] = curve[side][0, i][row, column].tolist()
    else:
        every = [curve.limits(None, name) for name in ("observed", *ends)]
        (row,) = np.nonzero(np.isfinite(every).any(axis=0))
        column_name = parameter(kind, curve.quantity).column
        names = [column_name, *ends]
        found = {name: one[row].tolist() for name, one in zip(names, every, strict=True)}
        others = {f"expected_{n}": curve.limits(None, n)[row].tolist() for n in EXPECTED}
        others |= {
            f"{label} alone".replace(",", ""): curve.limits(label)[row].tolist()
            for label in curve.labels[1:]
        }
    masses: Columns = {
        f"{name}_GeV": curve[name][row].tolist()
        for name in ("mediator_mass", "dark_matter_mass", "mean_leakage")
        if name != curve.axes[0] and name in curve.variables
    }
    errors = {
        f"relative_{kind}_error": curve[name][0][row].tolist()
        for kind, name in (
            ("numerical", "relative_error"),
            ("interpolation", "interpolation_error"),
        )
    }
    columns = {axis: curve.axis[row].tolist(), **found, **masses, **others}
    return comments, columns | errors


_OF_MODELS: Final = (
    "fewest_mediators, most_mediators: numbers of mediators at the ends of what models of their"
    " production are known to"
)


def _moved_thresholds(curve: Result) -> Iterator[str]:
    """Say which thresholds are at the ends of their ranges where the table says so."""
    if moved := curve.attributes.get("thresholds"):
        titles = {one["experiment"] for one in moved}
        texts = [
            (f"{one['experiment']}: " if len(titles) > 1 else "")
            + f"{one['search']}.{one['key']} {one['strictest']:g} ... {one['loosest']:g}"
            for one in moved
        ]
        yield f"thresholds, strictest ... loosest: {', '.join(texts)}"


def _sign(curve: Result) -> Iterator[str]:
    """Say which sign the magnetic moment has of which the size is limited."""
    if curve.quantity in MOMENTS:
        kind = curve.attributes["spin_parity"]
        yield f"size of Delta a, which is {_DIRECTION[SIGN[kind]]} for {kind} mediators"
