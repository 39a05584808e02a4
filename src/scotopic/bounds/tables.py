"""What a bound says along a mass, as a table: a line for each interval, and the reasons."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from scotopic.bounds.base import Excluded
from scotopic.bounds.bound import Bound
from scotopic.models.mediator import DecayingMediator
from scotopic.models.parameters import parameter
from scotopic.models.portal import Portal

Columns = dict[str, list[float]]


def without_bound(
    masses: Sequence[float], found: Sequence[Excluded]
) -> Iterator[tuple[str, float, float, int]]:
    """Yield where nothing is excluded: the reason, first and last mass, number of masses."""
    first = 0
    for reason, points in groupby(found, lambda one: one.reason):
        count = len(list(points))
        if reason:
            yield reason, masses[first], masses[first + count - 1], count
        first += count


def bound_table(
    bound: Bound, models: Sequence[Portal], found: Sequence[Excluded], where: str = ""
) -> tuple[list[str], Columns]:
    """Return the lines of comment and the columns of a table.

    Parameters
    ----------
    bound : Bound
        What was asked.
    models : sequence of Portal
        Along the mass of curves.
    found : sequence of Excluded
        What is excluded of each.
    where : str
        Where thresholds are, if not at their own values.

    Returns
    -------
    comments : list of str
        What it is, its sources and assumptions, and why there is nothing at some masses.
    columns : dict
        The mass, `lower` and `upper` edge of the coupling (infinite if it is open above), and the
        mass of dark matter if the model has some.
    """
    kind = type(models[0])
    masses = [float(getattr(model, kind.mass_field)) for model in models]
    mass = parameter(kind, kind.mass_field).column
    coupling = parameter(kind, kind.coupling_field).column
    level = bound.card.confidence_level
    stated = f"{100 * level:g} % CL " if level is not None else ""
    end = f", {where}" if where else ""
    comments = [f"{bound.card.title}: {stated}excluded intervals of {coupling}{end}"]
    if bound.card.is_projection:
        comments.append("a projection: nothing of it is excluded yet")
    comments += [f"source: {bound.card.source}", *bound.assumptions()]
    for reason, low, high, count in without_bound(masses, found):
        span = f"= {low!r}" if count == 1 else f"from {low!r} to {high!r}, {count} points"
        comments.append(f"not bounded at {mass} {span}: {reason}")
    rows = [(i, *pair) for i, one in enumerate(found) for pair in one.intervals]
    columns = {
        mass: [masses[i] for i, _, _ in rows],
        "lower": [low for _, low, _ in rows],
        "upper": [high for _, _, high in rows],
    }
    if kind.mass_field != "dark_matter_mass" and isinstance(models[0], DecayingMediator):
        dark = [model.dark_matter_mass for model in models if isinstance(model, DecayingMediator)]
        columns["dark_matter_mass_GeV"] = [dark[i] for i, _, _ in rows]
    return [" ".join(line.split()) for line in comments], columns
