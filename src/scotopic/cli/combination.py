"""The combine command: what several experiments exclude together."""

import json
import time
from typing import TYPE_CHECKING, Annotated

import typer

from scotopic.cli.base import AsJson, Output, Points, app, name_caveats, name_written, progress
from scotopic.cli.limit import (
    Against,
    AlphaD,
    HighestMass,
    LowestMass,
    MassRatio,
    Parameters,
    ThermalLine,
    WhatDecaysInto,
    all_given,
    make_model,
    print_some,
)
from scotopic.results import output_directory, write_files

if TYPE_CHECKING:
    from scotopic.scan.combination import CombinedExclusion
    from scotopic.scan.overlays import Overlay


@app.command()
def combine(
    cards: Annotated[list[str], typer.Argument(help="Names or paths of two or more cards.")],
    output: Output = None,
    model: Annotated[str, typer.Option(help="What is searched for.")] = "dark_photon",
    quantity: Annotated[
        str | None, typer.Option(help="What to limit, as in 'limit'.", show_default="y")
    ] = "y",
    against: Against = "dark_matter_mass",
    dark_matter: WhatDecaysInto = None,
    alpha_D: AlphaD = None,
    mass_ratio: MassRatio = None,
    parameters: Parameters = None,
    mass_min: LowestMass = 1e-3,
    mass_max: HighestMass = 3.0,
    points: Points = 100,
    thermal_line: ThermalLine = False,
    figure: Annotated[bool, typer.Option(help="Draw the curves as PNG and PDF.")] = True,
    as_json: AsJson = False,
) -> None:
    """Combine experiments through the product of their likelihoods.

    With --output, leaves combination.csv, combination.png, combination.pdf and result.json in
    that directory.
    """
    from scotopic.experiments import load_experiment  # noqa: PLC0415 - keep the help fast
    from scotopic.scan import default_masses  # noqa: PLC0415
    from scotopic.scan.combination import combined_exclusion  # noqa: PLC0415
    from scotopic.scan.combined_output import (  # noqa: PLC0415
        combination_figure,
        describe_combination,
        write_combination,
    )

    started = time.perf_counter()
    experiments = [load_experiment(card) for card in cards]
    given = {"dark_matter": dark_matter, "alpha_D": alpha_D, "mass_ratio": mass_ratio}
    made = make_model(model, mass_max, all_given(given, parameters or []))
    masses = default_masses(points, mass_min, mass_max, experiments[0])
    with progress("combination") as report:
        combined = combined_exclusion(experiments, made, masses, quantity=quantity, report=report)
    name_caveats(*experiments)
    beside: tuple[Overlay, ...] = ()
    if thermal_line:
        from scotopic.scan.overlays import thermal_overlay  # noqa: PLC0415

        beside = (thermal_overlay(made, masses, combined.singles[0].quantity),)
    seconds = time.perf_counter() - started
    if as_json:
        content = describe_combination(combined, seconds, beside)
        typer.echo(json.dumps(content, indent=1, allow_nan=False))
    else:
        _print(combined)
    if output is not None:
        directory = output_directory(output)
        written = []
        if figure:
            drawn = combination_figure(combined, against, beside)
            written += write_files(drawn, directory / "combination")
        written += write_combination(combined, directory, seconds, beside)
        name_written(written)


def _print(combined: "CombinedExclusion") -> None:
    first = combined.singles[0]
    level = f"{100 * first.experiment.confidence_level:g} % CL"
    typer.echo(f"{combined.title}: {level} upper limit on {first.quantity}")
    print_some(first.model.symbol, combined.mediator_mass, combined.observed)
