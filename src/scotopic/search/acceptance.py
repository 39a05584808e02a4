"""What searches accept of the mediators that are made: over their mass, or over their energy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from scotopic.checked import within
from scotopic.display import displayed
from scotopic.errors import RangeError, not_one_of
from scotopic.models.derived import COUPLING
from scotopic.models.metadata import MEDIATOR_MASS
from scotopic.models.parameters import (
    Given,
    build,
    field_of,
    kind_of,
    overridden,
    parameter_names,
)
from scotopic.progress import Report, heard
from scotopic.search.acceptance_lines import AcceptanceLine, over_energies, over_masses, remarks
from scotopic.search.masses import default_masses
from scotopic.search.models import chosen_model, mass_range, searched_model
from scotopic.search.search import Search, SearchLike

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from scotopic.models.portal import Portal
    from scotopic.search.part import Part

FloatArray = npt.NDArray[np.float64]

Against: TypeAlias = Literal["mass", "energy"]

_MASSES: Final = {"mass": 40, "energy": 2}
"""How many masses there are by default, against either."""

_COLUMNS: Final = {
    "mediator_mass_GeV": "mass",
    "mediator_energy_GeV": "energy",
    "window": "window",
    "share": "share",
    "statistical_error": "statistical_error",
    "flat_efficiency": "flat",
    "accepted": "accepted",
    "part_of_process": "part",
}
_ONLY: Final = {
    "mediator_energy_GeV": "energy",
    "window": "energy",
    "part_of_process": "mass",
}
"""Columns that are there against one of the two alone."""


@displayed
@dataclass(frozen=True, eq=False)
class AcceptanceCurve:
    """What searches accept of mediators, process by process.

    Attributes
    ----------
    title : str
        Of the experiments.
    model : Portal
        Of which mediators; its mass does not matter.
    against : str
        "mass" or "energy".
    lines : tuple of AcceptanceLine
        For each search and process, and against the energy for each mass.
    remarks : tuple of str
        What is computed of the detectors, and what a flat efficiency stands for.
    caveats : tuple of str
        What is left out.
    """

    title: str
    model: "Portal"
    against: Against
    lines: tuple[AcceptanceLine, ...]
    remarks: tuple[str, ...]
    caveats: tuple[str, ...]

    def columns(self) -> dict[str, list[Any]]:
        """Return the table, columns by name: the lines one after another."""
        found: dict[str, list[Any]] = {
            name: [getattr(line, name) for line in self.lines for _ in line.mass]
            for name in ("search", "process")
        }
        for name, field in _COLUMNS.items():
            if _ONLY.get(name, self.against) == self.against:
                called = f"{self.model.mass_field}_GeV" if field == "mass" else name
                found[called] = np.concatenate([getattr(one, field) for one in self.lines]).tolist()
        return found

    def plot(
        self,
        ax: "Axes | None" = None,
        **style: Any,  # noqa: ANN401 - keys of FigureStyle
    ) -> "Axes":
        """Draw what is accepted, statistical errors as bands.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where to draw, beside what is there; by default in a new figure of pyplot, which
            notebooks show.
        **style
            Keys of `scotopic.search.style.FigureStyle`. Labels are those of the legend.

        Returns
        -------
        matplotlib.axes.Axes
            That is drawn into.

        Raises
        ------
        RangeError
            If the style is impossible.
        """
        from scotopic.search.style import drawn  # noqa: PLC0415 - matplotlib

        return drawn("acceptance", self, ax, style)


def acceptance_curve(
    search: SearchLike,
    model: Given | None = None,
    masses: npt.ArrayLike | None = None,
    *,
    against: Against = "mass",
    report: Report | None = None,
    **parameters: float | str,
) -> AcceptanceCurve:
    """Compute what searches accept of mediators of some masses, or of each energy.

    Parameters
    ----------
    search : Search, str, path or Experiment, or several experiments
        What is asked. Searches that do not see the model are left out.
    model : Portal, type or str, optional
        As in `exclusion_curve`: by default that of the cards.
    masses : array_like, optional
        Of the mediator in GeV; by default those of `default_masses`, against the energy the
        ends of their range.
    against : str
        "mass": of mediators with an energy in the search's window, the mean over what is made.
        "energy": of mediators of each energy, for each mass; for models that leave no trace.
    report : callable, optional
        Is told how far it is; by default a bar is shown in notebooks.
    **parameters
        Of the model, by any of their names. The coupling is among them: it matters where decays
        in flight are seen, and a remark says so; left out, it is that of the model, or 1e-3.

    Returns
    -------
    AcceptanceCurve
        `columns()` is its table, `plot()` draws it.

    Raises
    ------
    RangeError
        If no search sees the model, or the energy alone does not decide.

    Examples
    --------
    Three of five light B-L bosons decay into neutrinos, and half of these are accepted:

    >>> found = acceptance_curve("na64mu-1e12", "B_minus_L", [0.01, 0.1])
    >>> [(line.process, line.accepted.round(2).tolist()) for line in found.lines]
    [('bremsstrahlung', [0.3, 0.3]), ('photoproduction', [0.3, 0.3]), ('all', [0.3, 0.3])]
    """
    if against not in _MASSES:
        raise RangeError(f"against: {not_one_of(against, _MASSES)}")
    search = Search.asked(search)
    made, own = _model(search, model, parameters)
    at = _at(search, made, masses, against)
    known = {f.name: getattr(made, f.name) for f in fields(made) if f.init}
    kind = type(made)
    mass = kind.mass_field
    models = [build(kind, overridden(kind, known, {mass: m, **own})) for m in at.tolist()]
    lines: list[AcceptanceLine] = []
    said: list[str] = []
    compute = over_masses if against == "mass" else over_energies
    with heard(report) as listener:
        for bins in _seeing(search, models):
            seen = [one for one in models if bins[0].obstacle(one) is None]
            lines += compute(bins, seen, listener)
            said += remarks(bins[0], seen)
    caveats = search.caveats()
    return AcceptanceCurve(search.title, models[-1], against, tuple(lines), tuple(said), caveats)


def _model(
    search: Search, given: Given | None, parameters: Mapping[str, float | str]
) -> "tuple[Portal, dict[str, float | str]]":
    """Return the model, and what is said of its coupling, which may go with its mass."""
    experiments = search.experiments
    kind = kind_of(chosen_model(experiments, given))
    own: dict[str, float | str] = {}
    others: dict[str, float | str] = {}
    for name, value in parameters.items():
        is_coupling = name in parameter_names(kind) and field_of(kind, name) == COUPLING
        (own if is_coupling else others)[name] = value
    last = (kind.mass_field, mass_range(experiments)[1])
    return searched_model(experiments, given, others, last), own


def _at(
    search: Search, model: "Portal", masses: npt.ArrayLike | None, against: Against
) -> FloatArray:
    ends, count = mass_range(search.experiments), _MASSES[against]
    if masses is None:
        if against == "energy":
            return np.geomspace(*ends, count)
        return default_masses(count, *ends, search, model)
    low, high, unit = MEDIATOR_MASS.low, MEDIATOR_MASS.high, "GeV"
    at = np.atleast_1d(within("masses", masses, low, high, unit))
    if at.ndim != 1 or not len(at):
        raise RangeError("masses: they must be one list of at least one mass")
    return at


def _seeing(search: Search, models: "Sequence[Portal]") -> "list[list[Part]]":
    """Return the parts that see any of the models, bins of one search together."""
    groups: dict[object, list[Part]] = {}
    for part in search.parts:
        if any(part.obstacle(model) is None for model in models):
            names = tuple(data.name for data in part.card.data_sets)
            groups.setdefault((id(part.experiment), part.card.name, names), []).append(part)
    if not groups:
        search.seeing(models[0])  # says why
    return list(groups.values())
