"""The commands about bounds of other experiments."""

from typing import TYPE_CHECKING, Annotated

import typer

from scotopic.cli.base import (
    AsJson,
    Output,
    app,
    assignments,
    between,
    name_written,
    print_json,
    progress,
    remark,
)
from scotopic.errors import RangeError
from scotopic.models.registry import BUILT_IN
from scotopic.results import output_directory, write_csv
from scotopic.words import THRESHOLD_ENDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scotopic.bounds import Bound, Excluded
    from scotopic.models.portal import Portal

bounds = typer.Typer(
    help="Bounds of other experiments.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(bounds, name="bounds")

_SHOWN = 8  # masses that are printed

Name = Annotated[
    str, typer.Argument(metavar="NAME", help="Of a bound of the package, or the path of a card.")
]


@bounds.command("list", short_help="List the bounds of the package.")
def list_(as_json: AsJson = False) -> None:
    """List the bounds that come with the package."""
    from scotopic.bounds import bound_names, load_bound  # noqa: PLC0415 - keep the help fast

    found = {name: load_bound(name).card for name in bound_names()}
    if as_json:
        print_json({name: card.model_dump(mode="json") for name, card in found.items()})
        return
    width = max(map(len, found))
    wide = max(len(card.kind) for card in found.values())
    for name, card in found.items():
        mark = " (projection)" if card.is_projection else ""
        typer.echo(f"{name:{width}}  {card.kind:{wide}}  {card.title}{mark}")


@bounds.command(short_help="Print the card of a bound.")
def show(name: Name, as_json: AsJson = False) -> None:
    """Print the card of a bound: what it is computed from, and where that comes from."""
    from scotopic.bounds import load_bound  # noqa: PLC0415 - keep the help fast
    from scotopic.bounds.bound import CARDS  # noqa: PLC0415
    from scotopic.experiments.kinds import card_file  # noqa: PLC0415
    from scotopic.reading import read_text  # noqa: PLC0415

    bound = load_bound(name)
    if as_json:
        print_json(bound.card.model_dump(mode="json", exclude_none=True))
    else:
        typer.echo(read_text(card_file(name, CARDS)[0], label=name), nl=False)


@bounds.command(short_help="Compute what a bound excludes of a model.")
def run(
    name: Name,
    output: Output = None,
    model: Annotated[
        str,
        typer.Option(
            help=f"What it is to bound: {', '.join(BUILT_IN)}, or one's own as"
            " package.module:Class."
        ),
    ] = "dark_photon",
    parameters: Annotated[
        list[str] | None,
        typer.Option("--set", help="A parameter of the model, as name=value; repeatable."),
    ] = None,
    mass_min: Annotated[float, typer.Option(help="Lowest mass in GeV.")] = 1e-3,
    mass_max: Annotated[float, typer.Option(help="Highest mass in GeV.")] = 1.0,
    points: Annotated[
        int,
        typer.Option(
            parser=between(int, 2, 10_000), metavar="N", help="Number of masses, evenly spaced."
        ),
    ] = 100,
    band: Annotated[
        bool,
        typer.Option(
            "--band",
            help="Also with thresholds that have ranges at the ends of these: bound-loosest.csv,"
            " where the most passes them, and bound-strictest.csv.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Compute which couplings of a model a bound excludes, or why it says nothing.

    With --output, leaves bound.csv in that directory: a line for each excluded interval of the
    coupling, and the reasons as comments.
    """
    from scotopic.bounds import load_bound  # noqa: PLC0415 - keep the help fast
    from scotopic.bounds.tables import bound_table  # noqa: PLC0415

    bound = load_bound(name)
    if band and not bound.has_band:
        raise RangeError(f"--band: no threshold of {name} has a range")
    models = _models(model, parameters or [], mass_min, mass_max, points)
    with progress(bound.card.title) as report:
        found = []
        for i, one in enumerate(models):
            report(bound.card.title, i, len(models))
            found.append(bound.excluded(one))
    if as_json:
        print_json(_content(bound, models, found))
    else:
        _print(bound, models, found)
    if output is None:
        return
    directory = output_directory(output)
    tables = {"bound.csv": bound_table(bound, models, found)}
    for end in THRESHOLD_ENDS if band else ():
        there = bound.along(models, end)
        where = f"thresholds at the {end} end of their ranges"
        tables[f"bound-{end}.csv"] = bound_table(bound, models, there, where)
    for file, table in tables.items():
        write_csv(directory / file, *table)
    name_written([directory / file for file in tables])


def _models(
    given: str, pairs: list[str], low: float, high: float, points: int
) -> "Sequence[Portal]":
    """Return the models along the mass of curves."""
    import numpy as np  # noqa: PLC0415 - keep the help fast

    from scotopic.models.derived import PROBE  # noqa: PLC0415
    from scotopic.models.parameters import kind_of, model_of, models_along  # noqa: PLC0415

    kind = kind_of(given)
    values = assignments("--set", pairs)
    if not 0 < low < high:
        raise RangeError(f"--mass-min {low:g}, --mass-max {high:g}: do not ascend from above zero")
    one = model_of(given, values, {kind.mass_field: high, kind.coupling_field: PROBE})
    return models_along(one, kind.mass_field, np.geomspace(low, high, points).tolist())


def _content(
    bound: "Bound", models: "Sequence[Portal]", found: "Sequence[Excluded]"
) -> dict[str, object]:
    import math  # noqa: PLC0415 - keep the help fast

    field = type(models[0]).mass_field
    return {
        "bound": bound.name,
        "source": bound.card.source,
        "assumptions": list(bound.assumptions()),
        "points": [
            {
                field: getattr(model, field),
                "intervals": [[a, b if math.isfinite(b) else None] for a, b in one.intervals],
                "reason": one.reason,
            }
            for model, one in zip(models, found, strict=True)
        ],
    }


def _print(bound: "Bound", models: "Sequence[Portal]", found: "Sequence[Excluded]") -> None:
    """Print what is excluded at some masses, and why nothing is at others."""
    from scotopic.bounds.tables import without_bound  # noqa: PLC0415 - keep the help fast

    kind = type(models[0])
    masses = [float(getattr(one, kind.mass_field)) for one in models]
    mark = " (projection)" if bound.card.is_projection else ""
    typer.echo(f"{bound.card.title}{mark}: excluded intervals of {kind.coupling_field}")
    for line in bound.assumptions():
        typer.echo(line)
    there = [i for i, one in enumerate(found) if one.intervals]
    for i in there[:: max(1, -(-len(there) // _SHOWN))]:
        typer.echo(f"  {kind.mass_field} = {masses[i]:.4g} GeV: {found[i].in_words}")
    for reason, low, high, count in without_bound(masses, found):
        where = f"{low:.4g}" if count == 1 else f"{low:.4g} to {high:.4g}"
        remark(f"not bounded at {kind.mass_field} = {where} GeV: {reason}")
