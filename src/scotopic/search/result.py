"""What was found: one container for curves, planes, combinations and islands.

A result is a set of named arrays with dimensions, units and words, together with everything that
went into it. It is a value: equal where its content is equal. `Result.to_xarray` gives the same as
an xarray Dataset, `Result.to_dataframe` its table for pandas.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from scotopic.checked import one_of
from scotopic.display import displayed
from scotopic.errors import RangeError, not_one_of
from scotopic.extras import required

if TYPE_CHECKING:
    import os

    import pandas as pd
    import xarray
    from matplotlib.axes import Axes

    from scotopic.models.portal import Portal

Array = npt.NDArray[Any]


@displayed
@dataclass(frozen=True, eq=False)
class Variable:
    """One named array of a result.

    Attributes
    ----------
    dims : tuple of str
        Names of its dimensions; those of an axis bear the parameter's name.
    values : ndarray
        Read-only.
    unit : str
        "GeV", "GeV^-1" or "1".
    long_name : str
        What it is.
    description : str
        What must be known to read it.
    """

    dims: tuple[str, ...]
    values: Array
    unit: str = "1"
    long_name: str = ""
    description: str = ""

    def __post_init__(self) -> None:
        """Make the array read-only, and check the number of dimensions."""
        if self.values.ndim != len(self.dims):
            raise RangeError(f"dims: {self.dims} are not those of shape {self.values.shape}")
        view = self.values.view()
        view.setflags(write=False)
        object.__setattr__(self, "values", view)


@displayed
@dataclass(frozen=True, eq=False)
class Layer:
    """What stands beside the limits: a line, a band, a bound.

    Attributes
    ----------
    kind : str
        What it is: "thermal line", "cmb", "band" or "bound".
    label : str
        What it is called.
    variables : mapping of str to Variable
        Its own arrays; an axis of the same name as the result's may have other points.
    attributes : mapping
        Its own words, as JSON can write them.
    """

    kind: str
    label: str
    variables: Mapping[str, Variable]
    attributes: Mapping[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Array:
        """Return an array by name.

        Raises
        ------
        RangeError
            If there is none of this name.
        """
        if name not in self.variables:
            known = ", ".join(self.variables)
            raise RangeError(f"layers[{self.label}]: no {name!r}; there are {known}")
        return self.variables[name].values


@dataclass(frozen=True, eq=False, repr=False)
class Result:
    """What searches exclude of a model along one axis or two.

    Attributes
    ----------
    axes : tuple of str
        Names of the parameters of the axes; they are variables too.
    variables : mapping of str to Variable
        All arrays. Of a curve: `lower` and `upper`, the excluded intervals of `quantity`, with
        dimensions ("limit", "outcome", axis, "interval").
    attributes : mapping
        Everything that went into it, as JSON can write it: title, model, experiments, how it was
        computed. Time and machine are not part of it.
    layers : tuple of Layer
        What stands beside the limits.
    """

    axes: tuple[str, ...]
    variables: Mapping[str, Variable]
    attributes: Mapping[str, Any] = field(default_factory=dict)
    layers: tuple[Layer, ...] = ()

    def __getitem__(self, name: str) -> Array:
        """Return an array by name.

        Raises
        ------
        RangeError
            If there is none of this name.
        """
        if name not in self.variables:
            raise RangeError(f"result: no {name!r}; there are {', '.join(self.variables)}")
        return self.variables[name].values

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the limits."""
        return tuple(self["limit"].tolist())

    @property
    def axis(self) -> Array:
        """Values of the first axis."""
        return self[self.axes[0]]

    @property
    def quantity(self) -> str:
        """The parameter whose excluded intervals a curve gives."""
        found: str = self.attributes["quantity"]
        return found

    @cached_property
    def model(self) -> "Portal":
        """The model at the first values of the axes; what is solved for is arbitrary in it."""
        from scotopic.models.derived import PROBE  # noqa: PLC0415 - not for numbers alone
        from scotopic.models.metadata import parameters  # noqa: PLC0415
        from scotopic.models.parameters import (  # noqa: PLC0415
            build,
            missing_parameter,
            parameter_names,
        )
        from scotopic.models.registry import model_class  # noqa: PLC0415

        values = dict(self.attributes["model"])
        kind = model_class(values.pop("name"))
        known = parameter_names(kind)
        values |= {name: float(self[name][0]) for name in self.axes if name in known}
        while (absent := missing_parameter(kind, values)) is not None:
            is_coupling = absent == kind.coupling_field
            values[absent] = PROBE if is_coupling else parameters(kind)[absent].usual
        return build(kind, values)

    def number(self, label: str | None) -> int:
        """Return the place of a limit, the first if none is named.

        Raises
        ------
        RangeError
            If there is none of this name.
        """
        if label is None:
            return 0
        if label not in self.labels:
            raise RangeError(f"limit: {not_one_of(label, self.labels)}")
        return self.labels.index(label)

    def _outcome(self, name: str) -> int:
        """Return the place of an outcome."""
        known = self["outcome"].tolist()
        one_of("outcome", name, known)
        return int(known.index(name))

    @property
    def side(self) -> str:
        """Which limits a curve has: "upper" ones, or "lower" ones, below which all is excluded."""
        found: str = self.attributes["side"]
        return found

    def limits(self, label: str | None = None, outcome: str = "observed") -> Array:
        """Return the limits along a curve, not-a-number where there is none.

        Parameters
        ----------
        label : str, optional
            Which limit; the first by default.
        outcome : str
            "observed", or an expected one: "median", "plus_one_sigma", ...

        Returns
        -------
        ndarray
            Lower edges of the intervals that are open above: what is above is excluded. Where the
            curve has lower limits, upper edges of those that are open below.

        Raises
        ------
        RangeError
            If a name is unknown, or all that is excluded is islands.
        """
        i, j = self.number(label), self._outcome(outcome)
        below, above = self["open_below"][i, j], self["open_above"][i, j]
        if self.side == "lower":
            edges = np.where(below & ~above, self["upper"][i, j], np.nan)
        else:
            edges = np.where(above & ~below, self["lower"][i, j], np.nan)
        known = np.isfinite(edges)
        if self.has_islands and not known.any() and not (below & above).any():
            raise RangeError(
                "limits: islands alone are excluded, with two ends; intervals() gives both"
            )
        return np.where(known.any(axis=-1), np.where(known, edges, 0.0).max(axis=-1), np.nan)

    def intervals(
        self, label: str | None = None, outcome: str = "observed"
    ) -> list[list[tuple[float, float]]]:
        """Return the excluded intervals of a curve at each point of its axis."""
        i, j = self.number(label), self._outcome(outcome)
        rows = zip(self["lower"][i, j].tolist(), self["upper"][i, j].tolist(), strict=True)
        return [
            [(low, high) for low, high in zip(*row, strict=True) if low == low]  # noqa: PLR0124
            for row in rows
        ]

    @property
    def has_islands(self) -> bool:
        """Whether an interval of a curve ends where a limit would go on: then it has no limits."""
        goes_on = self["open_below" if self.side == "lower" else "open_above"]
        return bool(np.any(np.isfinite(self["lower"]) & ~goes_on))

    @property
    def is_curve(self) -> bool:
        """Whether it is a curve, and no plane."""
        return len(self.axes) == 1 and "lower" in self.variables

    def to_xarray(self) -> "xarray.Dataset":
        """Return the same as an xarray Dataset, axes and labels as coordinates.

        Raises
        ------
        ScotopicError
            If xarray is not installed.
        """
        required("xarray")
        import xarray  # noqa: PLC0415 - half a second

        def described(one: Variable) -> tuple[tuple[str, ...], Array, dict[str, str]]:
            return one.dims, one.values, {"units": one.unit, "long_name": one.long_name}

        coordinates = {n: described(v) for n, v in self.variables.items() if v.dims == (n,)}
        data = {n: described(v) for n, v in self.variables.items() if n not in coordinates}
        return xarray.Dataset(data, coordinates, dict(self.attributes))

    def plot(
        self,
        ax: "Axes | None" = None,
        **style: Any,  # noqa: ANN401 - keys of FigureStyle
    ) -> "Axes":
        """Draw it: a curve, or a plane.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where to draw, beside what is there; by default in a new figure of pyplot, which
            notebooks show.
        **style
            Keys of `scotopic.search.style.FigureStyle`: `title`, `size`, `mass_unit`, `legend`,
            `colours`, ... and `against` of `scotopic.draw_limit`.

        Returns
        -------
        matplotlib.axes.Axes
            That is drawn into; `axes.figure.savefig("limit.pdf")` writes it.

        Raises
        ------
        RangeError
            If the style is impossible.
        """
        from scotopic.search.style import drawn  # noqa: PLC0415 - for figures alone

        return drawn("curve" if len(self.axes) == 1 else "plane", self, ax, style)

    def to_dataframe(self) -> "pd.DataFrame":
        """Return the table of a curve, as `limit.csv` has it, or all points of a plane.

        What else a table says, its lines of comment, is in `attrs["comments"]`.

        Returns
        -------
        DataFrame
            Of a curve: a row for each point that has a limit, or for each excluded interval. Of a
            plane: a row for each limit and point, and a column for each array over both axes.

        Raises
        ------
        ScotopicError
            If pandas (or xarray, for planes) is not installed.
        """
        required("pandas")
        import pandas as pd  # noqa: PLC0415 - half a second

        if self.is_curve:
            from scotopic.search.result_files import curve_table  # noqa: PLC0415 - knows results

            comments, columns = curve_table(self)
            table = pd.DataFrame(columns)
            table.attrs["comments"] = comments
            return table
        dims = {"limit", *self.axes}
        names = [n for n, one in self.variables.items() if set(self.axes) <= set(one.dims) <= dims]
        return self.to_xarray()[names].to_dataframe().reset_index()

    def save(self, directory: "str | os.PathLike[str]") -> "list[Path]":
        """Write the tables that the command line writes, and `result.json`: all, or none.

        Of a curve that is `limit.csv`; of a plane `boundaries.csv`, `contours.csv` and
        `thermal.csv`, as far as there are limits and thermal lines.

        Parameters
        ----------
        directory : str or path
            Made if it is not there; other files in it stay.

        Returns
        -------
        list of Path
            The files written.

        Raises
        ------
        ScotopicError
            If they cannot be written.
        """
        from scotopic.search.result_files import save  # noqa: PLC0415 - knows results

        return save(self, Path(directory))

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of all arrays and attributes."""
        digest = hashlib.sha256()
        parts: tuple[Result | Layer, ...] = (self, *self.layers)
        for one in parts:
            words = [one.kind, one.label] if isinstance(one, Layer) else list(one.axes)
            digest.update(json.dumps([words, one.attributes], sort_keys=True, default=str).encode())
            for name in sorted(one.variables):
                _digest(digest, name, one.variables[name])
        return digest.hexdigest()

    def __eq__(self, other: object) -> bool:
        """Return whether all arrays and attributes are the same."""
        return isinstance(other, Result) and self.fingerprint == other.fingerprint

    def __hash__(self) -> int:
        """Return a hash of the content."""
        return hash(self.fingerprint)

    def __repr__(self) -> str:
        """Return one line: title, quantity, axes."""
        sizes = " x ".join(f"{name}: {len(self[name])}" for name in self.axes)
        what = f"{self.attributes['quantity']} over " if "quantity" in self.attributes else ""
        return f"<scotopic.Result {self.attributes.get('title', '')!r}, {what}{sizes}>"

    def _repr_html_(self) -> str:
        """Return what notebooks show: heading, some rows of a curve, and what must be known."""
        from scotopic.search.result_files import as_html  # noqa: PLC0415 - knows results

        return as_html(self)


def _digest(digest: "hashlib._Hash", name: str, one: Variable) -> None:
    digest.update(f"{name} {one.dims} {one.values.shape} {one.unit}".encode())
    values = one.values
    if values.dtype.kind in "TUO":
        digest.update("\0".join(map(str, values.ravel().tolist())).encode())
        return
    if values.dtype.kind == "f":
        values = np.where(np.isnan(values), np.nan, values)  # whatever its sign and payload
    elif values.dtype.kind in "iu":
        values = values.astype(np.int64)  # whatever its width
    digest.update(np.ascontiguousarray(values).tobytes())
