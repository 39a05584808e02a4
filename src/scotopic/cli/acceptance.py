"""The acceptance command: what searches accept of mediators, by mass or by energy."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from scotopic.cli.base import (
    AsJson,
    Output,
    Processes,
    Searches,
    app,
    assignments,
    between,
    drawing,
    name_caveats,
    name_written,
    place_for,
    print_json,
    progress,
    remark,
)
from scotopic.errors import RangeError
from scotopic.results import output_directory, provenance, write_csv

if TYPE_CHECKING:
    from scotopic.search.acceptance import AcceptanceCurve
    from scotopic.search.acceptance_lines import AcceptanceLine

_SHOWN = 5  # rows of each line


class Against(StrEnum):
    """What the acceptance is over."""

    mass = "mass"
    energy = "energy"


@app.command(short_help="Compute what searches accept of mediators, by mass or energy.")
def acceptance(
    cards: Annotated[
        list[str], typer.Argument(metavar="CARD...", help="Names of shipped cards, or paths.")
    ],
    masses: Annotated[
        list[float] | None,
        typer.Option(
            "--mass",
            help="Mediator mass in GeV; repeatable.",
            show_default="40 masses of the card's range, 4 against the energy",
        ),
    ] = None,
    mass_min: Annotated[
        float | None, typer.Option(help="Lowest mediator mass in GeV, with --mass-max.")
    ] = None,
    mass_max: Annotated[
        float | None, typer.Option(help="Highest mediator mass in GeV, with --mass-min.")
    ] = None,
    points: Annotated[
        int | None,
        typer.Option(
            parser=between(int, 2, 10_000),
            metavar="N",
            help="Number of masses from --mass-min to --mass-max.",
            show_default="40",
        ),
    ] = None,
    against: Annotated[
        Against,
        typer.Option(
            help="mass: the mean over all mediators with an energy in the search's window; energy:"
            " for mediators of each energy."
        ),
    ] = Against.mass,
    model: Annotated[
        str | None,
        typer.Option(help="Of which model, as for 'limit'.", show_default="that of the card"),
    ] = None,
    parameters: Annotated[
        list[str] | None,
        typer.Option("--set", help="A parameter of the model, as name=value; repeatable."),
    ] = None,
    process: Processes = None,
    searches: Searches = None,
    output: Output = None,
    plot: Annotated[bool, typer.Option("--plot", help="Draw it.")] = False,
    as_json: AsJson = False,
) -> None:
    """Compute what searches accept of mediators, process by process.

    That is what is computed of the detectors, with its statistical error, times a flat efficiency
    of the data sets, which stands for all else. Writes acceptance.csv into the --output directory,
    and with --plot the figure; --plot alone writes into out/acceptance-CARD.
    """
    from scotopic.processes.calculation import Calculation  # noqa: PLC0415 - keep the help fast
    from scotopic.search import Search, load_experiment  # noqa: PLC0415
    from scotopic.search.acceptance import acceptance_curve  # noqa: PLC0415

    place = place_for("acceptance", cards[0], output) if plot else output
    search = Search.of(
        [load_experiment(card) for card in cards],
        searches=searches or (),
        calculation=Calculation(processes=tuple(process or ())),
    )
    at = _masses(masses, (mass_min, mass_max), points)
    given = assignments("--set", parameters or [])
    with progress(search.title) as report:
        found = acceptance_curve(search, model, at, against=against.value, report=report, **given)
    name_caveats(found.caveats)
    for text in found.remarks:
        remark(f"remark: {text}")
    if as_json:
        print_json({"provenance": provenance(None), **_content(found)})
    else:
        for line in found.lines:
            _print(line)
    if place is None:
        return
    directory = output_directory(place)
    comments = [f"{found.title}: what is accepted of mediators", *found.remarks, *found.caveats]
    written = directory / "acceptance.csv"
    write_csv(written, comments, found.columns())
    name_written([written])
    if plot:
        from scotopic.figures import draw_acceptance, save  # noqa: PLC0415 - matplotlib

        with drawing():
            name_written(save(draw_acceptance(found), directory / "acceptance"))


def _masses(
    given: list[float] | None, ends: tuple[float | None, float | None], points: int | None
) -> list[float] | None:
    """Return the masses that are asked for; None for those of the card."""
    low, high = ends
    if given:
        if ends != (None, None) or points is not None:
            raise RangeError("--mass: does not go together with --mass-min, --mass-max, --points")
        return given
    if low is None and high is None and points is None:
        return None
    if low is None or high is None:
        raise RangeError("--mass-min, --mass-max: both are needed")
    from scotopic.search import Axis  # noqa: PLC0415 - keep the help fast

    found: list[float] = Axis("mediator_mass", low, high, points or 40).values.tolist()
    return found


def _content(found: "AcceptanceCurve") -> dict[str, object]:
    from scotopic.models.inputs import model_inputs  # noqa: PLC0415 - keep the help fast

    return {
        "title": found.title,
        "model": model_inputs(found.model, "mediator_mass"),
        "against": found.against,
        "remarks": found.remarks,
        "caveats": found.caveats,
        "table": found.columns(),
    }


def _print(line: "AcceptanceLine") -> None:
    """Print some rows of a line."""
    at, name = (line.mass, "m") if line.energy is None else (line.energy, "E")
    of = "" if line.energy is None else f" of {line.mass[0]:.4g} GeV"
    typer.echo(f"{line.search}, {line.process}{of}")
    count = len(at)
    for i in sorted({round(k * (count - 1) / (_SHOWN - 1)) for k in range(_SHOWN)}):
        window = "" if line.energy is None else f" window {line.window[i]:.3f} x"
        typer.echo(
            f"  {name} = {at[i]:.4g} GeV:{window} computed {line.share[i]:.3f}"
            f" +- {line.statistical_error[i]:.3f}, x {line.flat[i]:.3g}"
            f" = {line.accepted[i]:.3f} accepted"
        )
